/*
 * server/options.h - the words after a command.
 *
 * Each command lists its options in a table; the table parses the command line and the
 * environment, and prints --help. Forms: --name VALUE, --name=VALUE, --switch, and "--"
 * before arguments that start with a dash. Options may stand anywhere.
 */
#ifndef VITRINE_SERVER_OPTIONS_H
#define VITRINE_SERVER_OPTIONS_H

#include "base/arena.h"
#include "base/buf.h"

struct option_spec {
        const char *name;        /* without the dashes */
        const char *value;       /* what its value is called in --help; NULL: a switch */
        const char *env;         /* environment variable that stands in for it; NULL: none */
        const char *standard;    /* value when it is not given; NULL: none */
        const char *help;
};

#define OPTIONS_MAX 24
#define ARGUMENTS_MAX 8

struct options {
        const struct option_spec *specs[OPTIONS_MAX];
        struct str values[OPTIONS_MAX];  /* absent: not given; a switch that is given: "yes" */
        bool given[OPTIONS_MAX];         /* on the command line */
        size_t spec_count;
        struct str arguments[ARGUMENTS_MAX];
        size_t argument_count;
};

void options_add(struct options *options, const struct option_spec *specs, size_t count);
/* argv[0] is the first word after the command. RC_INVALID with a sentence. */
MUST_USE enum rc options_parse(struct options *options, int argc, char **argv, struct err *err);
/* From the environment, for what the command line did not give. */
void options_from_environment(struct options *options);
/* From "name = value" lines, for what neither gave: RC_INVALID names file and line. */
MUST_USE enum rc options_from_file(struct options *options, struct arena *arena, const char *path, struct err *err);

/* The value, else the standard one; absent when there is neither. The name must be in the table. */
struct str options_get(const struct options *options, const char *name);
bool options_on(const struct options *options, const char *name);
/* A whole number within bounds; RC_INVALID otherwise. */
MUST_USE enum rc options_number(const struct options *options, const char *name, uint64_t min, uint64_t max,
                                uint64_t *ret, struct err *err);
/* The table as the lines of --help. */
void options_help(const struct options *options, struct buf *out);

#endif
