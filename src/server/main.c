/*
 * server/main.c - the vitrined program; everything is in command.c.
 */
#include "server/command.h"

int main(int argc, char **argv)
{
        return command_main(argc, argv);
}
