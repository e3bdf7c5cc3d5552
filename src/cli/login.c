/*
 * cli/login.c - vitrine login, logout: an API key goes into netrc, or out of it.
 *
 * The key is never an argument, so that no list of processes and no history of a shell has it.
 */
#include "cli/run.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* Asks at the terminal without echo, which is put back also when the answer is Ctrl-D or Ctrl-C. */
static enum vitrine_code ask_key(struct cli *cli, const char *url, const char **ret_key, struct vitrine_error *error)
{
        struct termios shown, hidden;
        char line[1024];
        bool got;

        if (tcgetattr(STDIN_FILENO, &shown) != 0)
                return fail_errno(error, VITRINE_IO, "The terminal does not answer");
        /* Ctrl-C must not leave a terminal that shows nothing of what is typed. */
        cli_watch_signals(cli);
        hidden = shown;
        hidden.c_lflag &= (tcflag_t)~ECHO;
        /* First this: whoever types at once, as programs do, is not shown and not lost. */
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
        (void)fprintf(stderr, "API key for %s (it is not shown): ", url);
        got = cli_read_line(line, sizeof(line));
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        cli_unwatch_signals();
        (void)fputc('\n', stderr);
        if (cli_interrupted())
                return fail_with(error, VITRINE_CANCELED, "Interrupted: nothing was stored.");
        if (!got)
                return fail_with(error, VITRINE_INVALID, "No API key was given: nothing was stored.");
        *ret_key = arena_cstr(&cli->arena, str_trim(str_from(line)));
        explicit_bzero(line, sizeof(line));
        if (!**ret_key)
                return fail_with(error, VITRINE_INVALID, "No API key was given: nothing was stored.");
        return VITRINE_OK;
}

/* The address that a session with the same options would take. */
static enum vitrine_code server_url(struct cli *cli, const char **ret_url, struct vitrine_error *error)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        vitrine_session *session = NULL;
        enum vitrine_code code;

        options.base_url = cli_option(cli, "server");
        options.api_key = "";
        code = vitrine_session_new(&options, &session, error);
        if (code)
                return code;
        *ret_url = arena_cstr(&cli->arena, str_from(vitrine_session_base_url(session)));
        vitrine_session_free(session);
        return VITRINE_OK;
}

static enum vitrine_code get_key(struct cli *cli, const char *url, const char **ret_key, struct vitrine_error *error)
{
        const char *file = cli_option(cli, "key-file");

        if (file)
                return cli_secret_file(cli, file, ret_key, error);
        if (isatty(STDIN_FILENO))
                return ask_key(cli, url, ret_key, error);
        return cli_secret_file(cli, "-", ret_key, error);
}

/* A key in the environment goes before the one that is stored: better said now than searched for later. */
static void warn_of_environment(struct cli *cli)
{
        static const char *const names[] = { "VITRINE_API_KEY", "WANDB_API_KEY" };

        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
                const char *value = getenv(names[i]);

                if (value && *value)
                        cli_say(cli, "Note: $%s is set and goes before the key that is stored now.", names[i]);
        }
}

enum vitrine_code run_login(struct cli *cli, struct vitrine_error *error)
{
        const char *url = NULL, *key = NULL, *name = "";
        vitrine_session *session = NULL;
        vitrine_viewer *viewer = NULL;
        enum vitrine_code code = server_url(cli, &url, error);

        if (!code)
                code = get_key(cli, url, &key, error);
        if (!code && !options_on(&cli->options, "no-check")) {
                code = cli_session_with(cli, key, &session, error);
                if (!code)
                        code = vitrine_session_viewer(session, &viewer, error);
                if (!code)
                        name = arena_cstr(&cli->arena, str_from(vitrine_viewer_username(viewer)));
                vitrine_viewer_free(viewer);
        }
        if (!code && !cli->dry_run)
                code = vitrine_netrc_store(cli_option(cli, "netrc"), url, key, error);
        if (code)
                return code;
        warn_of_environment(cli);
        if (cli->json) {
                json_begin_object(&cli->writer);
                out_field(cli, "server", NULL, url);
                out_field(cli, "user", NULL, *name ? name : NULL);
                json_end_object(&cli->writer);
        }
        if (*name)
                out_line(cli, "%s in to %s as %s.", cli->dry_run ? "Would sign" : "Signed", url, name);
        else
                out_line(cli, "%s the key for %s.", cli->dry_run ? "Would store" : "Stored", url);
        return VITRINE_OK;
}

enum vitrine_code run_logout(struct cli *cli, struct vitrine_error *error)
{
        const char *url = NULL;
        enum vitrine_code code = server_url(cli, &url, error);

        if (!code && !cli->dry_run)
                code = vitrine_netrc_store(cli_option(cli, "netrc"), url, NULL, error);
        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                out_field(cli, "server", NULL, url);
                json_end_object(&cli->writer);
        }
        out_line(cli, "%s the key for %s.", cli->dry_run ? "Would forget" : "Forgot", url);
        return VITRINE_OK;
}
