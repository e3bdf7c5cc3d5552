/*
 * cli/options.h - options and arguments of one command line, parsed along a table.
 *
 * "--name VALUE", "--name=VALUE", "-n VALUE", "-nVALUE"; switches take no value and one-letter switches may stand
 * together. Options may come before, between and behind the arguments; "--" ends them. A mistyped
 * option is answered with the nearest one. Values are borrowed from argv.
 *
 * Thread rule: one thread.
 */
#ifndef VITRINE_CLI_OPTIONS_H
#define VITRINE_CLI_OPTIONS_H

#include <vitrine/error.h>

#include "base/arena.h"

struct option_spec {
        const char *name;
        char letter;         /* 0: none */
        bool many;           /* may be given several times */
        const char *value;   /* how the help calls it: "FILE", "DIR", "NAME"; NULL: a switch */
        const char *help;    /* behind the name, a phrase */
        const char *choices; /* the words it takes, "a b c"; NULL: anything */
        const char *env;     /* for the help: the library reads it; NULL: none */
};

struct option_given {
        const struct option_spec *spec;
        const char *value;
};

#define OPTIONS_MAX 48

struct options {
        struct arena *arena;
        const struct option_spec *specs[OPTIONS_MAX];
        size_t spec_count;
        struct option_given *given;
        size_t given_count;
        const char **arguments;
        size_t argument_count;
};

void options_init(struct options *options, struct arena *arena);
void options_add(struct options *options, const struct option_spec *specs, size_t count);
/* INVALID says which word is wrong. Goes on after a mistake with nothing. */
VITRINE_MUST_USE enum vitrine_code options_parse(struct options *options, int argc, char **argv,
                                                 struct vitrine_error *error);
bool options_on(const struct options *options, const char *name);
/* The last value given; NULL when there is none. */
const char *options_get(const struct options *options, const char *name);
/* All values of an option that may be given several times. The array lives in the arena. */
const char *const *options_all(const struct options *options, const char *name, size_t *ret_count);
/* fallback when it was not given; INVALID when it is not a number between the two. */
VITRINE_MUST_USE enum vitrine_code options_number(const struct options *options, const char *name, uint64_t min,
                                                  uint64_t max, uint64_t fallback, uint64_t *ret,
                                                  struct vitrine_error *error);

#endif
