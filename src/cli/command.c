/*
 * cli/command.c - finding, preparing and running a command; see command.h.
 *
 * main.c calls command_main(). Whatever happens ends in one place, report(): one sentence on standard error and an
 * exit status.
 */
#include "cli/command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/main.h"
#include "cli/suggest.h"

#define TEXT_FILE_MAX ((size_t)16 * 1024 * 1024)
#define SECRET_FILE_MAX ((size_t)64 * 1024)

const char *cli_argument(const struct cli *cli, size_t index)
{
        return index < cli->options.argument_count ? cli->options.arguments[index] : NULL;
}

const char *cli_option(const struct cli *cli, const char *name)
{
        return options_get(&cli->options, name);
}

void cli_say(struct cli *cli, const char *fmt, ...)
{
        va_list ap;

        if (cli->quiet || cli->json)
                return;
        progress_clear(&cli->progress);
        va_start(ap, fmt);
        (void)vfprintf(stderr, fmt, ap);
        va_end(ap);
        (void)fputc('\n', stderr);
}

/* ---- signals -------------------------------------------------------------------------------- */

/* What the handler cancels. It is set before the handler and never changes while that is in place. */
static vitrine_session *volatile watched;

static void on_signal(int number)
{
        /* The second time whoever sends it is in earnest; SA_RESETHAND has put the default back. */
        (void)number;
        if (watched)
                vitrine_session_cancel(watched);
}

void cli_watch_signals(struct cli *cli)
{
        struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

        watched = cli->session;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, NULL);
        (void)sigaction(SIGTERM, &action, NULL);
        (void)sigaction(SIGHUP, &action, NULL);
}

static void unwatch_signals(void)
{
        (void)signal(SIGINT, SIG_DFL);
        (void)signal(SIGTERM, SIG_DFL);
        (void)signal(SIGHUP, SIG_DFL);
        watched = NULL;
}

/* ---- files and words ---------------------------------------------------------------------------- */

static enum vitrine_code read_stdin(struct cli *cli, size_t max, struct str *ret, struct vitrine_error *error)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        char chunk[4096];
        size_t got;

        while ((got = fread(chunk, 1, sizeof(chunk), stdin)) > 0) {
                buf_add(&buf, chunk, got);
                if (buf.len > max)
                        return fail_with(error, VITRINE_TOO_LARGE, "Standard input is longer than expected here.");
        }
        if (ferror(stdin))
                return fail_errno(error, VITRINE_IO, "Standard input cannot be read");
        *ret = arena_str(&cli->arena, buf_str(&buf));
        explicit_bzero(buf.ptr ? buf.ptr : chunk, buf.ptr ? buf.len : 0);
        return VITRINE_OK;
}

static enum vitrine_code read_file(struct cli *cli, const char *path, size_t max, struct str *ret,
                                   struct vitrine_error *error)
{
        struct err err = { 0 };

        if (strcmp(path, "-") == 0)
                return read_stdin(cli, max, ret, error);
        if (fd_read_file(&cli->arena, path, max, ret, &err))
                return fail_from(error, &err);
        return VITRINE_OK;
}

enum vitrine_code cli_text(struct cli *cli, const char *value, const char **ret_text, struct vitrine_error *error)
{
        struct str text = STR_NULL;
        enum vitrine_code code;

        if (!value || value[0] != '@') {
                *ret_text = value;
                return VITRINE_OK;
        }
        code = read_file(cli, value + 1, TEXT_FILE_MAX, &text, error);
        if (code)
                return code;
        if (memchr(text.ptr ? text.ptr : "", '\0', text.len))
                return fail_with(error, VITRINE_INVALID, "%.200s holds zero bytes, where text is expected.", value + 1);
        *ret_text = arena_cstr(&cli->arena, text);
        return VITRINE_OK;
}

enum vitrine_code cli_secret_file(struct cli *cli, const char *path, const char **ret_secret,
                                  struct vitrine_error *error)
{
        struct str text = STR_NULL;
        enum vitrine_code code = read_file(cli, path, SECRET_FILE_MAX, &text, error);

        if (code)
                return code;
        text = str_trim(str_cut(&text, '\n'));
        if (str_is_empty(text))
                return fail_with(error, VITRINE_INVALID, "%s has no API key in its first line.",
                            strcmp(path, "-") == 0 ? "Standard input" : path);
        *ret_secret = arena_cstr(&cli->arena, text);
        return VITRINE_OK;
}

enum vitrine_code cli_confirm(struct cli *cli, const char *what, const char *name, struct vitrine_error *error)
{
        char line[512];

        if (cli->dry_run || options_on(&cli->options, "yes"))
                return VITRINE_OK;
        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return fail_with(error, VITRINE_INVALID, "Say --yes to %s %s.", what, name);
        (void)fprintf(stderr, "To %s %s, type its name: ", what, name);
        if (!fgets(line, sizeof(line), stdin))
                line[0] = '\0';
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, name) != 0)
                return fail_with(error, VITRINE_INVALID, "That is not '%s': nothing was changed.", name);
        return VITRINE_OK;
}

/* ---- the session -------------------------------------------------------------------------------- */

static void on_log(enum vitrine_log_level level, const char *message, void *payload)
{
        struct cli *cli = payload;

        if (level == VITRINE_LOG_DEBUG && !options_on(&cli->options, "debug"))
                return;
        if (level == VITRINE_LOG_INFO && !options_on(&cli->options, "verbose") && !options_on(&cli->options, "debug"))
                return;
        progress_clear(&cli->progress);
        (void)fprintf(stderr, "%s\n", message);
}

enum vitrine_code cli_session_with(struct cli *cli, const char *key, vitrine_session **ret_session,
                                   struct vitrine_error *error)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        uint64_t transfers = 0, retry_s = 0;
        enum vitrine_code code = options_number(&cli->options, "transfers", 1, 512, 0, &transfers, error);

        if (!code)
                code = options_number(&cli->options, "retry-seconds", 1, 86400, 0, &retry_s, error);
        if (code)
                return code;
        options.base_url = cli_option(cli, "server");
        options.api_key = key;
        options.netrc_file = cli_option(cli, "netrc");
        options.entity = cli_option(cli, "entity");
        options.project = cli_option(cli, "project");
        options.organization = cli_option(cli, "organization");
        options.cache_dir = cli_option(cli, "cache-dir");
        options.no_cache = options_on(&cli->options, "no-cache");
        options.ca_file = cli_option(cli, "ca-file");
        options.user_agent = "vitrine/" VITRINE_VERSION;
        options.transfers_max = (unsigned)transfers;
        options.retry_for_s = (unsigned)retry_s;
        options.progress = progress_event;
        options.progress_payload = &cli->progress;
        options.log = on_log;
        options.log_payload = cli;
        code = vitrine_session_new(&options, &cli->session, error);
        if (code)
                return code;
        cli_watch_signals(cli);
        *ret_session = cli->session;
        return VITRINE_OK;
}

enum vitrine_code cli_session(struct cli *cli, vitrine_session **ret_session, struct vitrine_error *error)
{
        const char *key = NULL, *file = cli_option(cli, "key-file");

        if (cli->session) {
                *ret_session = cli->session;
                return VITRINE_OK;
        }
        if (file) {
                enum vitrine_code code = cli_secret_file(cli, file, &key, error);

                if (code)
                        return code;
        }
        return cli_session_with(cli, key, ret_session, error);
}

/* ---- finding the command --------------------------------------------------------------------------- */

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

const struct command *command_find(int argc, char **argv, int *ret_used)
{
        for (size_t i = 0; i < command_count; i++) {
                *ret_used = match_words(commands[i].words, argc, argv);
                if (*ret_used > 0)
                        return &commands[i];
        }
        return NULL;
}

static bool is_group(const char *word)
{
        for (size_t i = 0; i < command_count; i++) {
                struct str rest = str_from(commands[i].words);
                struct str first = str_cut(&rest, ' ');

                if (!str_is_null(rest) && str_eq_c(first, word))
                        return true;
        }
        return false;
}

/* "registry" alone, "registry ilst", "puhs" */
static enum vitrine_code no_such_command(int argc, char **argv, struct vitrine_error *error)
{
        bool group = is_group(argv[0]);
        char typed[128];
        struct suggestion nearest;

        if (group && (argc < 2 || argv[1][0] == '-'))
                return fail_with(error, VITRINE_INVALID, "%s what? See vitrine %s --help.", argv[0], argv[0]);
        (void)snprintf(typed, sizeof(typed), group ? "%.40s %.40s" : "%.40s", argv[0], group ? argv[1] : "");
        suggest_begin(&nearest, str_from(typed));
        for (size_t i = 0; i < command_count; i++)
                suggest_try(&nearest, commands[i].words);
        if (nearest.best)
                return fail_with(error, VITRINE_INVALID, "There is no command '%s': did you mean '%s'?", typed, nearest.best);
        return fail_with(error, VITRINE_INVALID, "There is no command '%s': see vitrine --help.", typed);
}

void command_options(struct options *options, const struct command *command)
{
        options_add(options, command->options, command->option_count);
        if (command->changes)
                options_add(options, dry_run_options, 1);
        if (!command->local)
                options_add(options, server_options, server_option_count);
        options_add(options, output_options, output_option_count);
}

/* ---- running ---------------------------------------------------------------------------------------- */

/* What comes from far below ("cannot open x: ...") has no period yet. */
static const char *sentence(struct cli *cli, const char *message)
{
        size_t length = strlen(message);
        bool ended = length > 0 && strchr(".?!", message[length - 1]);

        return arena_printf(&cli->arena, "%s%s", message, ended ? "" : ".").ptr;
}

static int report(struct cli *cli, const struct vitrine_error *error)
{
        enum exit_status status = status_of(error);
        const char *message = sentence(cli, error->message);

        progress_clear(&cli->progress);
        if (cli->json) {
                _cleanup_(buf_done) struct buf line = { 0 };
                struct json_writer w;

                json_writer_init(&w, &line);
                json_begin_object(&w);
                json_key_string(&w, "error", str_from(message));
                json_key_string(&w, "code", str_from(vitrine_code_name(error->code)));
                json_key_int(&w, "status", status);
                json_end_object(&w);
                (void)fprintf(stderr, "%s\n", buf_cstr(&line));
        } else {
                (void)fprintf(stderr, "%svitrine:%s %s\n", cli->color ? "\033[1;31m" : "", cli->color ? "\033[0m" : "",
                              message);
        }
        return (int)status;
}

static bool wants_color(int fd)
{
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

        return isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static enum progress_style progress_style_of(const struct cli *cli)
{
        const char *wish = cli_option(cli, "progress");
        const char *term = getenv("TERM");

        if (wish && strcmp(wish, "bar") == 0)
                return PROGRESS_BAR;
        if (wish && strcmp(wish, "plain") == 0)
                return PROGRESS_PLAIN;
        if ((wish && strcmp(wish, "none") == 0) || cli->quiet)
                return PROGRESS_NONE;
        if (isatty(STDERR_FILENO))
                return term && strcmp(term, "dumb") != 0 ? PROGRESS_BAR : PROGRESS_PLAIN;
        /* Who reads JSON looks at standard error only when something is wrong. */
        return cli->json ? PROGRESS_NONE : PROGRESS_PLAIN;
}

static enum vitrine_code check_arguments(const struct cli *cli, struct vitrine_error *error)
{
        const struct command *command = cli->command;
        size_t count = cli->options.argument_count;

        if (count >= command->min_arguments && count <= command->max_arguments)
                return VITRINE_OK;
        return fail_with(error, VITRINE_INVALID, "%s: the form is vitrine %s%s%s [OPTION...]; see --help.",
                    count < command->min_arguments ? "Something is missing" : "There are too many words",
                    command->words, *command->arguments ? " " : "", command->arguments);
}

static enum vitrine_code print_out(struct cli *cli, struct vitrine_error *error)
{
        if (cli->json && cli->out.len > 0)
                buf_add_c(&cli->out, '\n');
        if (cli->out.len > 0 && fwrite(cli->out.ptr, 1, cli->out.len, stdout) != cli->out.len)
                return fail_errno(error, VITRINE_IO, "Standard output cannot be written");
        if (fflush(stdout) != 0)
                return fail_errno(error, VITRINE_IO, "Standard output cannot be written");
        return VITRINE_OK;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        enum vitrine_code code;

        options_init(&cli->options, &cli->arena);
        command_options(&cli->options, cli->command);
        code = options_parse(&cli->options, argc, argv, &error);
        cli->json = options_on(&cli->options, "json");
        if (code)
                return report(cli, &error);
        if (options_on(&cli->options, "help")) {
                help_command(&cli->out, cli->command);
                cli->json = false;
                code = print_out(cli, &error);
                return code ? report(cli, &error) : EXIT_DONE;
        }
        cli->quiet = options_on(&cli->options, "quiet");
        cli->dry_run = cli->command->changes && options_on(&cli->options, "dry-run");
        cli->progress.style = progress_style_of(cli);
        cli->progress.color = cli->color;
        json_writer_init(&cli->writer, &cli->out);
        code = check_arguments(cli, &error);
        if (!code)
                code = cli->command->run(cli, &error);
        /* What is left is printing: a signal may end the process again. */
        unwatch_signals();
        vitrine_session_free(TAKE_PTR(cli->session));
        if (!code) {
                progress_clear(&cli->progress);
                code = print_out(cli, &error);
        }
        return code ? report(cli, &error) : (int)cli->status;
}

/* "vitrine --help", "--version", "--man [WORD]", "help [WORD...]"; false: none of them. */
static bool general(struct cli *cli, int argc, char **argv, int *ret_status)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        enum vitrine_code code = VITRINE_OK;
        int used;

        if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0) {
                buf_printf(&cli->out, "vitrine %s\n", VITRINE_VERSION);
        } else if (strcmp(argv[0], "--man") == 0) {
                if (!man_page(&cli->out, argc > 1 ? argv[1] : NULL))
                        code = no_such_command(argc - 1, argv + 1, &error);
        } else if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "help") == 0) {
                const struct command *command = argc > 1 ? command_find(argc - 1, argv + 1, &used) : NULL;

                if (command)
                        help_command(&cli->out, command);
                else if (argc == 1)
                        help_overview(&cli->out);
                else if (!help_group(&cli->out, argv[1]))
                        code = no_such_command(argc - 1, argv + 1, &error);
        } else if (argc == 2 && is_group(argv[0]) && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
                (void)help_group(&cli->out, argv[0]);
        } else {
                return false;
        }
        if (!code)
                code = print_out(cli, &error);
        *ret_status = code ? report(cli, &error) : EXIT_DONE;
        return true;
}

/* How many words the option at the head of argv takes with its value. */
static int option_words(int argc, char **argv)
{
        const char *text = argv[0];

        for (size_t i = 0; i < output_option_count + server_option_count; i++) {
                const struct option_spec *spec = i < output_option_count ? &output_options[i]
                                                                         : &server_options[i - output_option_count];
                bool here = strncmp(text, "--", 2) == 0 ? strcmp(text + 2, spec->name) == 0
                                                        : spec->letter && text[1] == spec->letter && !text[2];

                if (here)
                        return spec->value && argc > 1 ? 2 : 1;
        }
        return 1;
}

/* Options in front of the command are the command's: they go behind it. */
static void rotate_options(int argc, char **argv)
{
        int first = 0;

        while (first < argc && argv[first][0] == '-' && strcmp(argv[first], "--") != 0)
                first += option_words(argc - first, argv + first);
        if (first == 0 || first >= argc)
                return;
        for (int moved = 0; moved < first; moved++) {
                char *word = argv[0];

                memmove(argv, argv + 1, (size_t)(argc - 1) * sizeof(*argv));
                argv[argc - 1] = word;
        }
}

int command_main(int argc, char **argv)
{
        struct cli cli = { 0 };
        struct vitrine_error error = VITRINE_ERROR_INIT;
        int used = 0, status;

        arena_init(&cli.arena, 0);
        cli.color = wants_color(STDERR_FILENO);
        cli.out_is_terminal = isatty(STDOUT_FILENO);
        argc--;
        argv++;
        if (argc < 1) {
                help_overview(&cli.out);
                (void)fwrite(cli.out.ptr, 1, cli.out.len, stderr);
                status = EXIT_USAGE;
        } else if (!general(&cli, argc, argv, &status)) {
                rotate_options(argc, argv);
                cli.command = command_find(argc, argv, &used);
                if (cli.command) {
                        status = run_command(&cli, argc - used, argv + used);
                } else {
                        (void)no_such_command(argc, argv, &error);
                        status = report(&cli, &error);
                }
        }
        arena_done(&cli.arena);
        buf_done(&cli.out);
        return status;
}
