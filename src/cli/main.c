/*
 * cli/main.c - the vitrine program; everything is in command.c.
 */
#include "cli/main.h"

int main(int argc, char **argv)
{
        return command_main(argc, argv);
}
