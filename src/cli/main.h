/*
 * cli/main.h - the way into the command; main.c is nothing but a call.
 */
#ifndef VITRINE_CLI_MAIN_H
#define VITRINE_CLI_MAIN_H

/* Runs what argv says; returns the exit status. */
int command_main(int argc, char **argv);

#endif
