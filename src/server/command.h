/*
 * server/command.h - the commands of vitrined, as one table (commands.c).
 *
 * A command is one to three words ("user add"), a few arguments, options of its own, and
 * a function. The operator's commands work on the data directory itself, beside a running
 * server, and act as the operator: an administrator of everything.
 *
 * What a script needs goes to standard output, and with --json it is one JSON value; what
 * a person should know goes to standard error. Secrets come out once, and go in by
 * file or standard input only.
 */
#ifndef VITRINE_SERVER_COMMAND_H
#define VITRINE_SERVER_COMMAND_H

#include "domain/call.h"
#include "json/json.h"
#include "server/options.h"

/* Exit status; --help explains them. */
enum exit_status { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND, EXIT_CONFLICT };

struct session {
        struct arena arena;
        struct options options;
        bool json;
        struct data *data;       /* opened unless the command is `bare` */
        struct domain domain;
        struct call call;        /* as the operator */
        struct buf out;          /* what goes to standard output when the command succeeds */
        struct json_writer writer; /* writes to out; used with --json */
};

struct command {
        const char *words;
        const char *arguments;   /* as in --help: "ORG USER ROLE" */
        size_t min_arguments, max_arguments;
        const char *summary;     /* one line */
        const char *details;     /* more lines; NULL: none */
        const struct option_spec *options;
        size_t option_count;
        bool bare;               /* does not want the data opened */
        bool creates;            /* makes the data directory when it is missing */
        enum rc (*run)(struct session *session, struct err *err);
};

extern const struct command commands[];
extern const size_t command_count;

/* Runs what argv says; returns the exit status. */
int command_main(int argc, char **argv);

struct str session_argument(const struct session *session, size_t index);
struct str session_option(const struct session *session, const char *name);
/* A line for people on standard error; nothing with --json. */
void session_say(const struct session *session, const char *fmt, ...) PRINTF_LIKE(2, 3);
/*
 * A secret from the file that an option names, "-" being standard input: its first line without white
 * space at the ends. RC_INVALID when it is empty.
 */
MUST_USE enum rc session_secret(struct session *session, const char *option, struct str *ret, struct err *err);
/* Asks twice without echo when standard input is a terminal, else reads one line of it. */
MUST_USE enum rc session_ask_password(struct session *session, struct str *ret, struct err *err);

/* ---- tables: rows of texts, aligned for people, objects for scripts ------------------- */

struct table {
        struct session *session;
        const char *const *columns;
        size_t column_count;
        struct str *cells;
        size_t cell_count, cell_cap;
};
void table_begin(struct table *table, struct session *session, const char *const *columns, size_t count);
void table_cell(struct table *table, struct str text);
void table_end(struct table *table);

#endif
