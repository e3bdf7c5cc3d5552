/*
 * server/command.c - finding, preparing and running a command; see command.h.
 */
#include "server/command.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "crypto/crypto.h"
#include "domain/policy_people.h"
#include "server/data.h"

#define SECRET_MAX (64 * 1024)

static const struct option_spec common_options[] = {
        { "data", "DIR", "VITRINE_DATA", "./data", "where the server keeps everything" },
        { "json", NULL, NULL, NULL, "answer with one JSON value on standard output" },
        { "help", NULL, NULL, NULL, "say what the command does" },
};

struct str session_argument(const struct session *session, size_t index)
{
        return index < session->options.argument_count ? session->options.arguments[index] : STR_NULL;
}

struct str session_option(const struct session *session, const char *name)
{
        return options_get(&session->options, name);
}

void session_say(const struct session *session, const char *fmt, ...)
{
        va_list ap;

        if (session->json)
                return;
        va_start(ap, fmt);
        (void)vfprintf(stderr, fmt, ap);
        va_end(ap);
        (void)fputc('\n', stderr);
}

/* ---- secrets ------------------------------------------------------------------------------ */

static enum rc read_stdin(struct arena *arena, struct str *ret, struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        char chunk[4096];
        size_t got;

        while ((got = fread(chunk, 1, sizeof(chunk), stdin)) > 0) {
                buf_add(&buf, chunk, got);
                if (buf.len > SECRET_MAX)
                        return err_set(err, RC_TOO_LARGE, "Standard input is too long: one line is expected.");
        }
        if (ferror(stdin))
                return err_set_errno(err, RC_IO, "Standard input cannot be read");
        *ret = arena_str(arena, buf_str(&buf));
        crypto_wipe(buf.ptr, buf.len);
        return RC_OK;
}

enum rc session_secret(struct session *session, const char *option, struct str *ret, struct err *err)
{
        struct str path = session_option(session, option);
        struct str text = STR_NULL;
        enum rc rc;

        if (str_eq_c(path, "-"))
                rc = read_stdin(&session->arena, &text, err);
        else
                rc = fd_read_file(&session->arena, arena_cstr(&session->arena, path), SECRET_MAX, &text, err);
        if (rc)
                return rc;
        text = str_trim(str_cut(&text, '\n'));
        if (str_is_empty(text))
                return err_set(err, RC_INVALID, "--%s: the first line is empty, where a secret is expected.", option);
        *ret = text;
        return RC_OK;
}

static enum rc ask_line(struct arena *arena, const char *prompt, struct str *ret, struct err *err)
{
        struct termios shown, hidden;
        char line[2048];
        char *got;

        if (tcgetattr(STDIN_FILENO, &shown) != 0)
                return err_set_errno(err, RC_IO, "The terminal does not answer");
        hidden = shown;
        hidden.c_lflag &= (tcflag_t)~ECHO;
        (void)fputs(prompt, stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
        got = fgets(line, sizeof(line), stdin);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        (void)fputc('\n', stderr);
        if (!got)
                return err_set(err, RC_INVALID, "No password was given.");
        line[strcspn(line, "\n")] = '\0';
        *ret = arena_str(arena, str_from(line));
        crypto_wipe(line, sizeof(line));
        return RC_OK;
}

enum rc session_ask_password(struct session *session, struct str *ret, struct err *err)
{
        struct str again = STR_NULL, text = STR_NULL;
        enum rc rc;

        if (!isatty(STDIN_FILENO)) {
                rc = read_stdin(&session->arena, &text, err);
                if (rc)
                        return rc;
                text = str_cut(&text, '\n');
                if (str_ends(text, STR("\r")))
                        text.len--;
                *ret = text;
                return RC_OK;
        }
        rc = ask_line(&session->arena, "New password: ", &text, err);
        if (!rc)
                rc = ask_line(&session->arena, "Once more: ", &again, err);
        if (rc)
                return rc;
        if (!str_eq(text, again))
                return err_set(err, RC_INVALID, "The two passwords differ: try again.");
        *ret = text;
        return RC_OK;
}

/* ---- tables --------------------------------------------------------------------------------- */

void table_begin(struct table *table, struct session *session, const char *const *columns, size_t count)
{
        *table = (struct table){ .session = session, .columns = columns, .column_count = count };
}

void table_cell(struct table *table, struct str text)
{
        if (table->cell_count == table->cell_cap) {
                size_t cap = table->cell_cap ? table->cell_cap * 2 : 64;
                struct str *cells = arena_array(&table->session->arena, struct str, cap);

                if (table->cell_count)
                        memcpy(cells, table->cells, table->cell_count * sizeof(*cells));
                table->cells = cells;
                table->cell_cap = cap;
        }
        table->cells[table->cell_count++] = text;
}

static void table_json(struct table *table)
{
        struct json_writer *w = &table->session->writer;

        json_begin_array(w);
        for (size_t i = 0; i < table->cell_count; i++) {
                if (i % table->column_count == 0)
                        json_begin_object(w);
                json_key_string(w, table->columns[i % table->column_count], table->cells[i]);
                if ((i + 1) % table->column_count == 0)
                        json_end_object(w);
        }
        json_end_array(w);
}

void table_end(struct table *table)
{
        struct buf *out = &table->session->out;
        size_t width[16] = { 0 };

        assert(table->column_count <= ARRAY_LEN(width) && table->cell_count % table->column_count == 0);
        if (table->session->json) {
                table_json(table);
                return;
        }
        for (size_t i = 0; i < table->column_count; i++)
                width[i] = strlen(table->columns[i]);
        for (size_t i = 0; i < table->cell_count; i++) {
                size_t len = str_utf8_len(table->cells[i]);

                if (len > width[i % table->column_count])
                        width[i % table->column_count] = len;
        }
        for (size_t i = 0; i < table->column_count + table->cell_count; i++) {
                size_t column = i % table->column_count;
                struct str text = i < table->column_count ? str_from(table->columns[i])
                                                          : table->cells[i - table->column_count];

                buf_add_str(out, text);
                if (column + 1 == table->column_count)
                        buf_add_c(out, '\n');
                else
                        buf_printf(out, "%*s", (int)(width[column] + 2 - str_utf8_len(text)), "");
        }
}

/* ---- help ------------------------------------------------------------------------------------- */

static const char exit_help[] = "Exit status: 0 done; 1 failed; 2 wrong usage or input; 3 not found;\n"
                                "4 the name is taken, or the state does not allow it.\n";

static void print_overview(FILE *stream)
{
        (void)fputs("vitrined - a registry of models and artifacts\n\n"
                    "usage: vitrined COMMAND [ARGUMENTS] [--data DIR] [--json]\n"
                    "       vitrined COMMAND --help\n\n",
                    stream);
        for (size_t i = 0; i < command_count; i++)
                (void)fprintf(stream, "  %-20s %s\n", commands[i].words, commands[i].summary);
        (void)fprintf(stream, "\n%s", exit_help);
}

static void print_help(const struct command *command, const struct options *options)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        buf_printf(&out, "usage: vitrined %s%s%s [OPTIONS]\n\n%s\n", command->words,
                   *command->arguments ? " " : "", command->arguments, command->summary);
        if (command->details)
                buf_printf(&out, "\n%s", command->details);
        buf_printf(&out, "\nOptions:\n");
        options_help(options, &out);
        buf_printf(&out, "\n%s", exit_help);
        (void)fwrite(out.ptr, 1, out.len, stdout);
}

/* ---- running ------------------------------------------------------------------------------------ */

/* How many words of argv are the command's; 0: not this one. */
static int match_words(const char *words, int argc, char **argv)
{
        struct str rest = str_from(words);
        int used = 0;

        while (!str_is_null(rest)) {
                struct str word = str_cut(&rest, ' ');

                if (used >= argc || !str_eq_c(word, argv[used]))
                        return 0;
                used++;
        }
        return used;
}

static const struct command *find_command(int argc, char **argv, int *ret_used)
{
        for (size_t i = 0; i < command_count; i++) {
                *ret_used = match_words(commands[i].words, argc, argv);
                if (*ret_used > 0)
                        return &commands[i];
        }
        return NULL;
}

static int status_of(enum rc rc)
{
        switch (rc) {
        case RC_OK:
                return EXIT_DONE;
        case RC_INVALID:
        case RC_TOO_LARGE:
                return EXIT_USAGE;
        case RC_NOT_FOUND:
                return EXIT_NOT_FOUND;
        case RC_EXISTS:
        case RC_CONFLICT:
                return EXIT_CONFLICT;
        default:
                return EXIT_FAILED;
        }
}

static int report(const struct session *session, enum rc rc, const struct err *err)
{
        if (session->json) {
                _cleanup_(buf_done) struct buf line = { 0 };
                struct json_writer w;

                json_writer_init(&w, &line);
                json_begin_object(&w);
                json_key_string(&w, "error", str_from(err->msg));
                json_key_string(&w, "code", str_from(rc_name(rc)));
                json_end_object(&w);
                (void)fprintf(stderr, "%s\n", buf_cstr(&line));
        } else {
                (void)fprintf(stderr, "vitrined: %s\n", err->msg);
        }
        return status_of(rc);
}

static enum rc run_command(const struct command *command, struct session *session, struct err *err)
{
        enum rc rc;

        if (command->bare)
                return command->run(session, err);
        rc = data_open(&session->arena, session_option(session, "data"), command->creates, &session->data, err);
        if (rc)
                return rc;
        session->domain = (struct domain){ .db = data_db(session->data) };
        session->call = (struct call){
                .domain = &session->domain, .arena = &session->arena, .who = &policy_operator
        };
        rc = db_read_begin(session->domain.db, &session->call.conn, err);
        if (!rc)
                rc = command->run(session, err);
        db_read_end(&session->call.conn);
        data_close(session->data);
        return rc;
}

static int run_parsed(const struct command *command, struct session *session)
{
        struct err err = { 0 };
        enum rc rc;

        if (session->options.argument_count < command->min_arguments ||
            session->options.argument_count > command->max_arguments) {
                rc = err_set(&err, RC_INVALID, "The form is: vitrined %s %s [OPTIONS]; see --help.", command->words,
                             command->arguments);
                return report(session, rc, &err);
        }
        json_writer_init(&session->writer, &session->out);
        crypto_start();
        rc = run_command(command, session, &err);
        if (rc)
                return report(session, rc, &err);
        if (session->out.len > 0) {
                if (session->json)
                        buf_add_c(&session->out, '\n');
                (void)fwrite(session->out.ptr, 1, session->out.len, stdout);
        }
        if (fflush(stdout) != 0) {
                rc = err_set_errno(&err, RC_IO, "Standard output cannot be written");
                return report(session, rc, &err);
        }
        return EXIT_DONE;
}

int command_main(int argc, char **argv)
{
        struct session session = { 0 };
        const struct command *command;
        struct err err = { 0 };
        int used = 0, status;
        enum rc rc;

        if (argc < 2) {
                print_overview(stderr);
                return EXIT_USAGE;
        }
        if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
                print_overview(stdout);
                return EXIT_DONE;
        }
        if (strcmp(argv[1], "--version") == 0) {
                (void)puts("vitrined " VITRINE_VERSION);
                return EXIT_DONE;
        }
        command = find_command(argc - 1, argv + 1, &used);
        if (!command) {
                (void)fprintf(stderr, "vitrined: There is no command like this: see vitrined --help.\n");
                return EXIT_USAGE;
        }
        options_add(&session.options, command->options, command->option_count);
        options_add(&session.options, common_options, ARRAY_LEN(common_options));
        rc = options_parse(&session.options, argc - 1 - used, argv + 1 + used, &err);
        session.json = options_on(&session.options, "json");
        if (rc)
                return report(&session, rc, &err);
        if (options_on(&session.options, "help")) {
                print_help(command, &session.options);
                return EXIT_DONE;
        }
        options_from_environment(&session.options);
        arena_init(&session.arena, 0);
        status = run_parsed(command, &session);
        arena_done(&session.arena);
        buf_done(&session.out);
        return status;
}
