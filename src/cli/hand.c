/*
 * cli/hand.c - what a running command has at hand: its words, its session, signals, texts from files, a question.
 *
 * See command.h. Nothing here ends the process; a signal cancels the session, and the command returns as it does after
 * any failure.
 */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/text.h"

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

/* A line on standard error; names in it come from other people. */
static void remark(struct cli *cli, const char *text)
{
        _cleanup_(buf_done) struct buf line = { 0 };

        text_add(&line, str_from(text), isatty(STDERR_FILENO));
        progress_clear(&cli->progress);
        (void)fprintf(stderr, "%s\n", buf_cstr(&line));
}

void cli_say(struct cli *cli, const char *fmt, ...)
{
        char text[1024];
        va_list ap;

        if (cli->quiet || cli->json)
                return;
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        remark(cli, text);
}

/* ---- signals -------------------------------------------------------------------------------- */

/* What the handler cancels. It is set before the handler and never changes while that is in place. */
static vitrine_session *volatile watched;
static volatile sig_atomic_t signaled;

static void on_signal(int number)
{
        /* The second time whoever sends it is in earnest; SA_RESETHAND has put the default back. */
        (void)number;
        signaled = 1;
        if (watched)
                vitrine_session_cancel(watched);
}

void cli_watch_signals(struct cli *cli)
{
        struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

        watched = cli->session;
        signaled = 0;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, NULL);
        (void)sigaction(SIGTERM, &action, NULL);
        (void)sigaction(SIGHUP, &action, NULL);
}

void cli_unwatch_signals(void)
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
        explicit_bzero(chunk, sizeof(chunk));
        if (buf.ptr)
                explicit_bzero(buf.ptr, buf.len);
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

/* A signal just before reading must end the waiting, too: here they come while it waits, and at no other time. */
static void wait_for_line(void)
{
        struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
        sigset_t ours, before;

        (void)sigemptyset(&ours);
        (void)sigaddset(&ours, SIGINT);
        (void)sigaddset(&ours, SIGTERM);
        (void)sigaddset(&ours, SIGHUP);
        (void)pthread_sigmask(SIG_BLOCK, &ours, &before);
        while (!signaled && ppoll(&input, 1, NULL, &before) < 0 && errno == EINTR)
                continue;
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool cli_read_line(char *line, size_t size)
{
        line[0] = '\0';
        wait_for_line();
        if (!signaled && !fgets(line, (int)size, stdin))
                line[0] = '\0';
        return line[0] != '\0';
}

bool cli_interrupted(void)
{
        return signaled != 0;
}

enum vitrine_code cli_confirm(struct cli *cli, const char *what, const char *name, struct vitrine_error *error)
{
        char line[512];

        if (cli->dry_run || options_on(&cli->options, "yes"))
                return VITRINE_OK;
        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return fail_with(error, VITRINE_INVALID, "Say --yes to %s %s.", what, name);
        (void)fprintf(stderr, "To %s %s, type its name: ", what, name);
        if (!cli_read_line(line, sizeof(line)))
                (void)fputc('\n', stderr);
        if (cli_interrupted())
                return fail_with(error, VITRINE_CANCELED, "Interrupted: nothing was changed.");
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
        remark(cli, message);
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
