/*
 * tests/http/server.c - a small server over the http room, for black-box tests and for
 * measuring. Not installed.
 *
 *     http-test-server [--port N] [--io N] [--workers N] [--queue N] [--chunk BYTES]
 *                      [--idle SECONDS] [--max-connections N] [--drain MS] [--address A]
 *
 * Prints "port N" when it listens and runs until SIGTERM or SIGINT. Handlers count what
 * was called, so that tests can ask GET /counts whether abort() ran exactly once.
 */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "http/http.h"

struct app {
        int file_fd;
        uint64_t file_size;
        atomic_uint begun, handled, aborted, done, freed, slow;
        atomic_ullong bytes_done;
};

struct upload {
        uint64_t bytes, sum;
        char fail[16];
};

static enum rc reply_text(struct http_request *req, struct str text)
{
        http_reply(req, 200, STR("text/plain"), text);
        return RC_OK;
}

static enum rc hello(struct http_request *req, struct err *err UNUSED)
{
        http_reply_borrowed(req, 200, STR("text/plain"), STR("hello\n"));
        return RC_OK;
}

/* /slow?ms=N: a handler that blocks. */
static enum rc slow(struct http_request *req, struct err *err UNUSED)
{
        struct app *app = http_app(req);
        uint64_t ms = 0;

        (void)str_to_u64(http_query(req, "ms"), &ms);
        app->slow++;
        (void)usleep((useconds_t)(ms * 1000));
        return reply_text(req, STR("slow\n"));
}

static enum rc echo(struct http_request *req, struct err *err UNUSED)
{
        http_reply_borrowed(req, 200, STR("application/octet-stream"), http_body(req));
        return RC_OK;
}

/* What arrived, one item a line. */
static enum rc show(struct http_request *req, struct err *err UNUSED)
{
        struct buf out = { 0 };

        buf_printf(&out, "method=%.*s\n", STR_ARG(http_method(req)));
        buf_printf(&out, "path=%.*s\n", STR_ARG(http_path(req)));
        buf_printf(&out, "a=%.*s\n", STR_ARG(http_param(req, "a")));
        buf_printf(&out, "rest=%.*s\n", STR_ARG(http_param(req, "rest")));
        buf_printf(&out, "q=%.*s\n", STR_ARG(http_query(req, "q")));
        buf_printf(&out, "q-absent=%d\n", str_is_null(http_query(req, "q")));
        buf_printf(&out, "x-test=%.*s\n", STR_ARG(http_header(req, "X-TEST")));
        buf_printf(&out, "address=%.*s\n", STR_ARG(http_client_address(req)));
        buf_printf(&out, "id=%.*s\n", STR_ARG(http_request_id(req)));
        http_reply_buf(req, 200, STR("text/plain; charset=utf-8"), &out);
        return RC_OK;
}

static enum rc counts(struct http_request *req, struct err *err UNUSED)
{
        struct app *app = http_app(req);
        struct buf out = { 0 };

        buf_printf(&out, "{\"begun\":%u,\"handled\":%u,\"aborted\":%u,\"done\":%u,\"freed\":%u,\"slow\":%u}\n",
                   app->begun, app->handled, app->aborted, app->done, app->freed, app->slow);
        http_reply_buf(req, 200, STR("application/json"), &out);
        return RC_OK;
}

/* /error/{code}: fails with that code. */
static enum rc fail(struct http_request *req, struct err *err)
{
        for (enum rc rc = RC_INVALID; rc < RC__COUNT; rc++)
                if (str_eq_c(http_param(req, "code"), rc_name(rc)))
                        return err_set(err, rc, "this is \"%s\"", rc_name(rc));
        return RC_OK; /* no reply: a mistake that the room must catch */
}

static enum rc redirect(struct http_request *req, struct err *err UNUSED)
{
        http_reply_redirect(req, 302, http_query(req, "to"));
        return RC_OK;
}

/* ---- uploads ---------------------------------------------------------------------------- */

static enum rc upload_begin(struct http_request *req, struct err *err)
{
        struct app *app = http_app(req);
        struct upload *upload;

        if (str_eq(http_query(req, "fail"), STR("begin")))
                return err_set(err, RC_DENIED, "not you");
        upload = arena_new(http_arena(req), struct upload);
        (void)snprintf(upload->fail, sizeof(upload->fail), "%.*s", STR_ARG(http_query(req, "fail")));
        http_set_state(req, upload);
        app->begun++;
        return RC_OK;
}

static enum rc upload_data(struct http_request *req, struct str chunk, struct err *err)
{
        struct upload *upload = http_state(req);

        if (strcmp(upload->fail, "data") == 0)
                return err_set(err, RC_UNAVAILABLE, "the disk is full");
        if (strcmp(upload->fail, "slow") == 0)
                (void)usleep(50 * 1000);
        upload->bytes += chunk.len;
        for (size_t i = 0; i < chunk.len; i++)
                upload->sum = upload->sum * 31 + (unsigned char)chunk.ptr[i];
        return RC_OK;
}

static enum rc upload_handle(struct http_request *req, struct err *err)
{
        struct app *app = http_app(req);
        struct upload *upload = http_state(req);

        app->handled++;
        if (strcmp(upload->fail, "handle") == 0)
                return err_set(err, RC_CONFLICT, "there already");
        http_reply(req, 200, STR("application/json"),
                   arena_printf(http_arena(req), "{\"bytes\":%llu,\"sum\":%llu}\n", (unsigned long long)upload->bytes,
                                (unsigned long long)upload->sum));
        return RC_OK;
}

static void upload_abort(struct http_request *req)
{
        struct app *app = http_app(req);

        if (http_state(req))
                app->aborted++;
}

/* /sink: swallows bytes, for measuring. */
static enum rc sink_data(struct http_request *req UNUSED, struct str chunk UNUSED, struct err *err UNUSED)
{
        return RC_OK;
}

/* ---- downloads -------------------------------------------------------------------------- */

static enum rc file(struct http_request *req, struct err *err)
{
        struct app *app = http_app(req);
        int fd = dup(app->file_fd);
        struct http_entity entity = { STR("text/plain"), STR("\"v1\""), 1000000000000000, app->file_size };

        if (fd < 0)
                return err_set_errno(err, RC_IO, "cannot open the file");
        if (str_eq(http_query(req, "etag"), STR("none")))
                entity.etag = STR_NULL;
        http_reply_file(req, &entity, fd, 0);
        return RC_OK;
}

static enum rc bytes(struct http_request *req, struct err *err UNUSED)
{
        struct http_entity entity = { STR("text/plain"), STR("\"b1\""), 1000000000000000, 10 };

        if (str_eq(http_query(req, "empty"), STR("1")))
                entity.size_bytes = 0;
        http_reply_bytes(req, &entity, str_slice(STR("0123456789"), 0, (size_t)entity.size_bytes));
        return RC_OK;
}

/* /file-of?path=..: any file, for measuring. */
static enum rc file_of(struct http_request *req, struct err *err)
{
        struct stat st;
        int fd = open(arena_cstr(http_arena(req), http_query(req, "path")), O_RDONLY | O_CLOEXEC);
        struct http_entity entity = { 0 };

        if (fd < 0 || fstat(fd, &st) < 0) {
                fd_close(&fd);
                return err_set(err, RC_NOT_FOUND, "no such file");
        }
        entity.size_bytes = (uint64_t)st.st_size;
        http_reply_file(req, &entity, fd, 0);
        return RC_OK;
}

struct source {
        struct app *app;
        uint64_t size, break_at;
        bool breaks;
};

static int64_t source_read(void *payload, uint64_t position, char *ret, size_t len)
{
        struct source *source = payload;

        if (source->breaks && position >= source->break_at)
                return -1;
        if (position >= source->size)
                return 0;
        if (len > source->size - position)
                len = (size_t)(source->size - position);
        for (size_t i = 0; i < len; i++)
                ret[i] = (char)('a' + (position + i) % 26);
        return (int64_t)len;
}

static void source_free(void *payload)
{
        struct source *source = payload;

        source->app->freed++;
        free(source);
}

/* /stream?size=N&known=1&break=N */
static enum rc stream(struct http_request *req, struct err *err UNUSED)
{
        struct source *source = calloc(1, sizeof(*source));

        assert(source);
        source->app = http_app(req);
        (void)str_to_u64(http_query(req, "size"), &source->size);
        source->breaks = str_to_u64(http_query(req, "break"), &source->break_at);
        http_reply_stream(req, 200, STR("text/plain"),
                          str_is_null(http_query(req, "known")) ? UINT64_MAX : source->size, source_read, source_free,
                          source);
        return RC_OK;
}

static void on_done(struct http_request *req, unsigned status UNUSED, uint64_t bytes_sent, uint64_t elapsed_us UNUSED)
{
        struct app *app = http_app(req);

        app->done++;
        app->bytes_done += bytes_sent;
}

#define WHOLE_MAX (1024 * 1024)
#define STREAM_MAX (64ull * 1024 * 1024 * 1024)

static const struct http_route table[] = {
        { "GET", "/health", HTTP_BODY_NONE, 0, true, "public", { .handle = hello } },
        { "GET", "/hello", HTTP_BODY_NONE, 0, false, "public", { .handle = hello } },
        { "GET", "/slow", HTTP_BODY_NONE, 0, false, "public", { .handle = slow } },
        { "POST", "/echo", HTTP_BODY_WHOLE, WHOLE_MAX, false, "public", { .handle = echo } },
        { "POST", "/echo-inline", HTTP_BODY_WHOLE, WHOLE_MAX, true, "public", { .handle = echo } },
        { "GET", "/show", HTTP_BODY_NONE, 0, false, "public", { .handle = show } },
        { "GET", "/show/{a}", HTTP_BODY_NONE, 0, false, "public", { .handle = show } },
        { "GET", "/show/{a}/in/{rest...}", HTTP_BODY_NONE, 0, false, "public", { .handle = show } },
        { "GET", "/counts", HTTP_BODY_NONE, 0, true, "public", { .handle = counts } },
        { "GET", "/error/{code}", HTTP_BODY_NONE, 0, false, "public", { .handle = fail } },
        { "GET", "/redirect", HTTP_BODY_NONE, 0, false, "public", { .handle = redirect } },
        { "PUT", "/upload", HTTP_BODY_STREAM, STREAM_MAX, false, "public",
          { upload_begin, upload_data, upload_handle, upload_abort } },
        { "PUT", "/upload-limited", HTTP_BODY_STREAM, 100000, false, "public",
          { upload_begin, upload_data, upload_handle, upload_abort } },
        { "PUT", "/sink", HTTP_BODY_STREAM, STREAM_MAX, false, "public", { NULL, sink_data, hello, NULL } },
        { "GET", "/file", HTTP_BODY_NONE, 0, false, "public", { .handle = file } },
        { "GET", "/file-of", HTTP_BODY_NONE, 0, false, "public", { .handle = file_of } },
        { "GET", "/bytes", HTTP_BODY_NONE, 0, false, "public", { .handle = bytes } },
        { "POST", "/bytes", HTTP_BODY_NONE, 0, false, "public", { .handle = bytes } },
        { "GET", "/stream", HTTP_BODY_NONE, 0, false, "public", { .handle = stream } },
};

static unsigned number(const char *text)
{
        uint64_t value = 0;

        if (!str_to_u64(str_from(text), &value) || value > UINT32_MAX) {
                (void)fprintf(stderr, "not a number: %s\n", text);
                exit(2);
        }
        return (unsigned)value;
}

static void read_options(int argc, char **argv, struct http_config *config, unsigned *drain_ms)
{
        static const struct option options[] = {
                { "port", required_argument, NULL, 'p' },    { "io", required_argument, NULL, 'i' },
                { "workers", required_argument, NULL, 'w' }, { "chunk", required_argument, NULL, 'c' },
                { "idle", required_argument, NULL, 't' },    { "max-connections", required_argument, NULL, 'm' },
                { "queue", required_argument, NULL, 'q' },
                { "drain", required_argument, NULL, 'd' },   { "address", required_argument, NULL, 'a' },
                { 0 },
        };
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                switch (option) {
                case 'p': config->port = (uint16_t)number(optarg); break;
                case 'i': config->io_threads = number(optarg); break;
                case 'w': config->worker_threads = number(optarg); break;
                case 'c': config->chunk_bytes = number(optarg); break;
                case 't': config->idle_timeout_s = number(optarg); break;
                case 'm': config->max_connections = number(optarg); break;
                case 'q': config->queue_max = number(optarg); break;
                case 'd': *drain_ms = number(optarg); break;
                case 'a': config->listen_address = optarg; break;
                default: exit(2);
                }
        }
}

/* A file of 100 lines of 10 bytes, unlinked. */
static void make_file(struct app *app)
{
        struct err err = { 0 };
        char name[] = "/tmp/http-test-XXXXXX";

        app->file_fd = mkstemp(name);
        if (app->file_fd < 0 || unlink(name) < 0)
                exit(1);
        for (unsigned i = 0; i < 100; i++) {
                char line[16];

                (void)snprintf(line, sizeof(line), "line %04u\n", i);
                if (fd_write_all(app->file_fd, line, 10, &err))
                        exit(1);
        }
        app->file_size = 1000;
}

int main(int argc, char **argv)
{
        static struct app app;
        struct http_config config = { .routes = table, .route_count = ARRAY_LEN(table), .app = &app, .on_done = on_done };
        struct http_server *server;
        struct err err = { 0 };
        unsigned drain_ms = 2000;
        sigset_t signals;
        int signal_number;

        read_options(argc, argv, &config, &drain_ms);
        make_file(&app);
        (void)sigemptyset(&signals);
        (void)sigaddset(&signals, SIGTERM);
        (void)sigaddset(&signals, SIGINT);
        (void)sigprocmask(SIG_BLOCK, &signals, NULL);
        if (http_server_start(&config, &server, &err)) {
                (void)fprintf(stderr, "%s\n", err.msg);
                return 1;
        }
        (void)printf("port %u\n", http_server_port(server));
        (void)fflush(stdout);
        (void)sigwait(&signals, &signal_number);
        http_server_stop(server, drain_ms);
        (void)printf("begun %u handled %u aborted %u freed %u\n", app.begun, app.handled, app.aborted, app.freed);
        (void)close(app.file_fd);
        return 0;
}
