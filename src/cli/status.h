/*
 * cli/status.h - how a command ends: errors, and the exit status of each kind.
 *
 * The command speaks of errors as the library does (struct vitrine_error). Each kind has one exit status; the table is
 * what the man pages show.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_CLI_STATUS_H
#define VITRINE_CLI_STATUS_H

#include <vitrine/error.h>

#include "base/base.h"

enum exit_status {
        EXIT_DONE = 0,
        EXIT_DIFFERS = 1,
        EXIT_USAGE = 2,
        EXIT_NOT_FOUND = 3,
        EXIT_CONFLICT = 4,
        EXIT_NO_KEY = 5,
        EXIT_DENIED = 6,
        EXIT_UNREACHABLE = 7,
        EXIT_BUSY = 8,
        EXIT_TOO_LARGE = 9,
        EXIT_MACHINE = 10,
        EXIT_CORRUPT = 11,
        EXIT_NO_REGISTRY = 12,
        EXIT_MEMORY = 13,
        EXIT_MISTAKE = 14,
        EXIT_INTERRUPTED = 130,
};

struct status_line {
        enum exit_status status;
        const char *name;    /* a word or two, for --help */
        const char *meaning; /* a sentence, for the man pages */
        const char *example; /* what a user does to get it, a phrase; NULL: none */
};
extern const struct status_line status_lines[];
extern const size_t status_line_count;

/* What goes wrong most, as its user would say it, and the status that it ends with; for the man page. */
struct mistake_line {
        const char *mistake;
        enum exit_status status;
        const char *remedy;  /* a sentence */
};
extern const struct mistake_line mistake_lines[];
extern const size_t mistake_line_count;

/* Sets the error (NULL is accepted) and returns its code. */
enum vitrine_code fail_with(struct vitrine_error *error, enum vitrine_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same with errno and its text behind the message. */
enum vitrine_code fail_errno(struct vitrine_error *error, enum vitrine_code code, const char *fmt, ...)
        PRINTF_LIKE(3, 4);
/* One of the rooms below failed: its message in the library's form. Returns the code. */
enum vitrine_code fail_from(struct vitrine_error *error, const struct err *err);

enum exit_status status_of(const struct vitrine_error *error);

#endif
