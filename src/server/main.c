/*
 * server/main.c - the vitrined program: looks at the first word and hands over.
 */
#include <stdio.h>

#include "base/base.h"

int main(int argc, char **argv)
{
        if (argc == 2 && str_eq_c(str_from(argv[1]), "--version")) {
                (void)puts("vitrined " VITRINE_VERSION);
                return EXIT_SUCCESS;
        }
        (void)fputs("usage: vitrined --version\n", stderr);
        return 2;
}
