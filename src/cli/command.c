/*
 * cli/command.c - finding, preparing and running a command; see command.h.
 *
 * main.c calls command_main(). Whatever happens ends in one place, report(): one sentence on standard error and an
 * exit status. What a running command has at hand is in hand.c.
 */
#include "cli/command.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/main.h"
#include "cli/suggest.h"
#include "cli/text.h"

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

/* What comes from far below ("cannot open x: ...") has no period yet. Names in it come from other people. */
static const char *sentence(struct cli *cli, const char *message)
{
        _cleanup_(buf_done) struct buf line = { 0 };
        size_t length = strlen(message);
        bool ended = length > 0 && strchr(".?!", message[length - 1]);

        text_add(&line, str_from(message), !cli->json && isatty(STDERR_FILENO));
        return arena_printf(&cli->arena, "%.*s%s", STR_ARG(buf_str(&line)), ended ? "" : ".").ptr;
}

/* The library's word for it is no news to who pressed Ctrl-C; what becomes of what was begun is. */
static const char *interrupted(const struct cli *cli)
{
        static const char *const moving[] = { "push", "pull", "use" };

        for (size_t i = 0; cli->command && i < ARRAY_LEN(moving); i++)
                if (strcmp(cli->command->words, moving[i]) == 0)
                        return "Interrupted: the same command goes on where this one stopped.";
        return "Interrupted.";
}

static int report(struct cli *cli, const struct vitrine_error *error)
{
        enum exit_status status = status_of(error);
        bool by_library = error->code == VITRINE_CANCELED && strncmp(error->message, "Interrupted", 11) != 0;
        const char *message = sentence(cli, by_library ? interrupted(cli) : error->message);

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
        if (cli->json && (cli->out.len > 0 || cli->out_begun))
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
        cli_unwatch_signals();
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
