/*
 * cli/command.h - the commands of vitrine, as one table (commands.c), and what a running one has at hand.
 *
 * A command is one or two words ("registry create"), arguments, options, and a function in a file of its own. Help,
 * man pages and completions are all made from the table. A function fills `out` (or, with --json, writes one value
 * with `writer`); it is printed when the command succeeds, so standard output never holds half an answer. A list that may
 * be of any length is printed while it is written (out_pass()), from when nothing of it can be missing any more. Standard
 * error has progress, remarks and errors. Keys go in by file, environment, netrc or terminal, never by argument.
 *
 * Thread rule: one thread; only the handler of signals runs beside it, and it only cancels.
 */
#ifndef VITRINE_CLI_COMMAND_H
#define VITRINE_CLI_COMMAND_H

#include <vitrine/vitrine.h>

#include "cli/options.h"
#include "cli/progress.h"
#include "cli/status.h"
#include "json/json.h"

struct cli {
        struct arena arena;
        struct options options;
        const struct command *command;
        bool json, quiet, dry_run;
        bool color;                  /* of standard error */
        bool out_is_terminal;
        vitrine_session *session;    /* cli_session() makes it */
        struct progress progress;
        struct buf out;
        struct json_writer writer;   /* into out, with --json */
        bool out_begun;              /* some of out was printed: out_pass() */
        enum exit_status status;     /* of a command that succeeds */
};

struct example {
        const char *line;    /* without "vitrine " */
        const char *says;
};

struct command {
        const char *words;
        const char *group;           /* heading in the overview; of the first of its group only */
        const char *arguments;       /* "PATH... NAME" */
        size_t min_arguments, max_arguments;
        const char *summary;         /* one line with a period */
        const char *details;         /* paragraphs, an empty line between them */
        const struct option_spec *options;
        size_t option_count;
        const struct example *examples;
        size_t example_count;
        bool changes;                /* has --dry-run */
        bool local;                  /* talks to no server: no options for one */
        enum vitrine_code (*run)(struct cli *cli, struct vitrine_error *error);
};

extern const struct command commands[];
extern const size_t command_count;
extern const struct option_spec output_options[], server_options[], dry_run_options[];
extern const size_t output_option_count, server_option_count;

/* All options that a command takes, its own first. */
void command_options(struct options *options, const struct command *command);
const struct command *command_find(int argc, char **argv, int *ret_used);

/* ---- at hand for commands (hand.c) --------------------------------------------------------- */

/* Makes the session from options and environment on the first call; it belongs to cli. */
VITRINE_MUST_USE enum vitrine_code cli_session(struct cli *cli, vitrine_session **ret_session,
                                               struct vitrine_error *error);
/* The same with a key and an address of one's own (login). */
VITRINE_MUST_USE enum vitrine_code cli_session_with(struct cli *cli, const char *key, vitrine_session **ret_session,
                                                    struct vitrine_error *error);
const char *cli_argument(const struct cli *cli, size_t index); /* NULL behind the last */
const char *cli_option(const struct cli *cli, const char *name);
/* A line for people on standard error; nothing with --quiet or --json. */
void cli_say(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* "--description @FILE": the content of FILE; any other text is itself. "@-" is standard input. */
VITRINE_MUST_USE enum vitrine_code cli_text(struct cli *cli, const char *value, const char **ret_text,
                                            struct vitrine_error *error);
/* The first line of a file ("-": standard input), for secrets. */
VITRINE_MUST_USE enum vitrine_code cli_secret_file(struct cli *cli, const char *path, const char **ret_secret,
                                                   struct vitrine_error *error);
/* Before something is deleted: --yes, or the name typed at the terminal; else INVALID. Always agreed with --dry-run. */
VITRINE_MUST_USE enum vitrine_code cli_confirm(struct cli *cli, const char *what, const char *name,
                                               struct vitrine_error *error);
/* A handler of SIGINT and SIGTERM cancels the session; a second signal ends the process. */
void cli_watch_signals(struct cli *cli);
void cli_unwatch_signals(void);
bool cli_interrupted(void); /* since they are watched */
/* A line from standard input, with its end; false when there is none or a signal came. */
bool cli_read_line(char *line, size_t size);

/* ---- output ---------------------------------------------------------------------------------- */

/* "label:  value", aligned; with --json a member of the open object. */
void out_field(struct cli *cli, const char *key, const char *label, const char *value);
/* For prose: on a terminal its lines are wrapped. */
void out_field_text(struct cli *cli, const char *key, const char *label, const char *value);
void out_field_int(struct cli *cli, const char *key, const char *label, int64_t value);
void out_field_size(struct cli *cli, const char *key, const char *label, uint64_t bytes);
/* One line; with --json nothing. */
void out_line(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

typedef const char *(*item_fn)(const void *object, size_t index);
/* Getters that answer NULL behind the last: a JSON array, or "a, b". */
void out_field_list(struct cli *cli, const char *key, const char *label, const void *object, item_fn item);

/* Prints what is in out once it is much, and empties it: for what has all that it prints at hand, and would not fit. */
VITRINE_MUST_USE enum vitrine_code out_pass(struct cli *cli, struct vitrine_error *error);

/* Rows of texts: a table for people, an array of objects for scripts. On a terminal columns without a text are left out. */
enum { TABLE_COLUMNS_MAX = 16 };
struct table {
        struct cli *cli;
        struct arena *arena;        /* of the cells; cli's */
        const char *const *columns; /* members; marked: "+n" number, "#n" bytes, "*n" list, "~n" may be cut on a terminal */
        size_t column_count;
        struct str *cells;
        size_t cell_count, cell_cap;
        size_t rows;                /* that were measured or printed and are gone */
        size_t width[TABLE_COLUMNS_MAX];
        bool headed;                /* the names of the columns are printed */
};
void table_begin(struct table *table, struct cli *cli, const char *const *columns, size_t count);
void table_cell(struct table *table, const char *text); /* copied */
void table_cell_int(struct table *table, uint64_t value);
void table_cell_list(struct table *table, const void *object, item_fn item);
void table_end(struct table *table);
/*
 * The same for people only, row by row: each row is told twice, first all to table_measure(), then all to table_print(), which
 * puts it into out. Both take the cells since the last call, and forget them: the table has an arena for itself (set before the
 * first cell). table_end() ends it, too.
 */
void table_measure(struct table *table);
void table_print(struct table *table);

/* ---- help (help.c, man.c, complete.c) ----------------------------------------------------------- */

void help_overview(struct buf *out);
void help_command(struct buf *out, const struct command *command);
/* A group's help: all commands whose first word is `word`; false when there is none. */
bool help_group(struct buf *out, const char *word);
/* The man page vitrine.1, or vitrine-WORD.1 for the commands that start with a word; false when there is none. */
bool man_page(struct buf *out, const char *word);
/* shell: bash, zsh or fish. */
bool completion_script(struct buf *out, const char *shell);

#endif
