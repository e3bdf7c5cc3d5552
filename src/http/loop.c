/*
 * http/loop.c - one I/O thread: libmicrohttpd driven by our own epoll loop.
 *
 * libmicrohttpd's own epoll thread blocks when a multiple of 128 connections is ready at
 * once, and 128 is how many uploads the client runs. So each loop has a daemon without a
 * thread and waits on that daemon's epoll descriptor, on an eventfd for notes from other
 * threads, on lingering sockets and (loop 0) on the listening socket. Then it lets
 * libmicrohttpd do what is to be done without blocking.
 *
 * A turn: wait; run the notes (resume connections, take new ones); MHD_run(); hand the
 * batch of complete requests to the workers; once in a while sweep.
 *
 * Waking costs a system call, so who leaves a note writes to the eventfd only if the loop
 * said that it sleeps. The order that makes this safe: the loop sets `asleep`, then looks
 * at the notes once more; the other side adds its note, then looks at `asleep`.
 *
 * libmicrohttpd's timeout starts anew with every byte. A client that sends its head one
 * byte a minute is stopped by the sweep over `waiting`: a connection has the idle timeout,
 * counted from its last reply, to complete a request head.
 */
#include "http/internal.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

enum {
        EVENTS_MAX = 64,
        SWEEP_MS = 500,
        STOPPING_TURN_MS = 20,
        RETRY_MS = 2,         /* the workers' queue was full */
        TURNS_WITHOUT_WAIT = 8 /* while libmicrohttpd has work at hand */
};

static bool is_stopping(const struct loop *loop)
{
        return atomic_load_explicit(&loop->server->stopping, memory_order_acquire);
}

/* ---- connections ------------------------------------------------------------------------ */

static void list_add(struct conn_list *list, struct conn *conn)
{
        conn->next = NULL;
        conn->prev = list->last;
        if (list->last)
                list->last->next = conn;
        else
                list->first = conn;
        list->last = conn;
}

static void list_remove(struct conn_list *list, struct conn *conn)
{
        if (conn->prev)
                conn->prev->next = conn->next;
        else
                list->first = conn->next;
        if (conn->next)
                conn->next->prev = conn->prev;
        else
                list->last = conn->prev;
}

void conn_set_busy(struct loop *loop, struct conn *conn, struct http_request *req)
{
        if (!conn)
                return;
        list_remove(conn->req ? &loop->busy : &loop->waiting, conn);
        conn->req = req;
        conn->waiting_since_ms = loop->now_ms;
        list_add(req ? &loop->busy : &loop->waiting, conn);
}

struct conn *conn_of(struct MHD_Connection *connection)
{
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

        return info ? info->socket_context : NULL;
}

static void format_address(const struct sockaddr *address, char ret[static INET6_ADDRSTRLEN])
{
        const char *text = NULL;

        if (address && address->sa_family == AF_INET) {
                const struct sockaddr_in *in = (const void *)address;

                text = inet_ntop(AF_INET, &in->sin_addr, ret, INET6_ADDRSTRLEN);
        } else if (address && address->sa_family == AF_INET6) {
                const struct sockaddr_in6 *in6 = (const void *)address;

                if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
                        text = inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], ret, INET6_ADDRSTRLEN);
                else
                        text = inet_ntop(AF_INET6, &in6->sin6_addr, ret, INET6_ADDRSTRLEN);
        }
        if (!text)
                (void)snprintf(ret, INET6_ADDRSTRLEN, "-");
}

static void conn_start(struct loop *loop, struct MHD_Connection *connection, void **context)
{
        struct conn *conn = calloc(1, sizeof(*conn));
        const union MHD_ConnectionInfo *info;

        if (!conn)
                return; /* its requests get no struct either and are closed */
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        conn->fd = info ? info->connect_fd : -1;
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        format_address(info ? info->client_addr : NULL, conn->address);
        conn->waiting_since_ms = loop->now_ms;
        list_add(&loop->waiting, conn);
        *context = conn;
}

/* libmicrohttpd opened or closed a connection. */
static void on_connection(void *payload, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
        struct loop *loop = payload;
        struct conn *conn = *context;

        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
                conn_start(loop, connection, context);
                return;
        }
        atomic_fetch_sub_explicit(&loop->connections, 1, memory_order_relaxed);
        if (!conn)
                return;
        list_remove(conn->req ? &loop->busy : &loop->waiting, conn);
        free(conn);
        *context = NULL;
}

/* libmicrohttpd read a request line; what this returns is the request's context. */
static void *on_request_line(void *payload, const char *target, struct MHD_Connection *connection)
{
        struct loop *loop = payload;
        struct conn *conn = conn_of(connection);
        struct http_request *req = conn ? request_new(loop, connection, conn->address) : NULL;

        if (req && target) {
                req->raw_target = target;
                req->raw_target_len = strlen(target);
                req->target = arena_str(&req->arena, (struct str){ target, req->raw_target_len });
        }
        return req;
}

/* Targets are decoded by target.c. */
static size_t do_not_unescape(void *payload UNUSED, struct MHD_Connection *connection UNUSED, char *text)
{
        return strlen(text);
}

static void report(struct http_request *req, enum MHD_RequestTerminationCode code)
{
        const struct http_config *config = &req->loop->server->config;
        bool complete = code == MHD_REQUEST_TERMINATED_COMPLETED_OK && req->phase == PHASE_REPLY;
        uint64_t bytes = reply_bytes(req);
        unsigned status = req->reply.status;

        count_up(&req->loop->requests, 1);
        if (complete || req->reply.kind == REPLY_STREAM)
                count_up(&req->loop->bytes_out, bytes);
        if (!complete && !req->hang_up)
                status = 499; /* the client did not wait for the end */
        if (config->on_done)
                config->on_done(req, status, complete || req->hang_up ? bytes : 0,
                                clock_mono_us() - req->started_us);
}

/* libmicrohttpd is done with a request, one way or the other. */
static void on_completed(void *payload, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
        struct loop *loop = payload;
        struct http_request *req = *context;
        struct conn *conn = conn_of(connection);

        if (!req)
                return;
        *context = NULL;
        if (req->counted) {
                atomic_fetch_sub_explicit(&loop->active, 1, memory_order_relaxed);
                report(req, code);
        }
        /* libmicrohttpd refused a head that never came to the guard: its reply deserves the same care. */
        if (!req->counted && code == MHD_REQUEST_TERMINATED_WITH_ERROR)
                req->hang_up = true;
        conn_set_busy(loop, conn, NULL);
        if (req->hang_up && conn && !is_stopping(loop))
                linger_add(loop, conn->fd);
        if (req->begun && !req->ended)
                handoff_abort(req);
        else
                request_free(req);
}

/* ---- waking ----------------------------------------------------------------------------- */

void loop_wake(struct loop *loop)
{
        uint64_t one = 1;

        (void)!write(loop->event_fd, &one, sizeof(one));
}

void loop_tell(struct loop *loop, struct note *note)
{
        struct note *newest = atomic_load_explicit(&loop->notes, memory_order_relaxed);

        do
                note->next = newest;
        while (!atomic_compare_exchange_weak(&loop->notes, &newest, note));
        if (atomic_load(&loop->asleep) && atomic_exchange(&loop->asleep, false))
                loop_wake(loop);
}

static void run_notes(struct loop *loop)
{
        struct note *note, *oldest = NULL;

        if (!atomic_load_explicit(&loop->notes, memory_order_relaxed))
                return;
        note = atomic_exchange(&loop->notes, NULL);
        while (note) {
                struct note *next = note->next;

                note->next = oldest;
                oldest = note;
                note = next;
        }
        while (oldest) {
                note = oldest;
                oldest = note->next;
                note->run(loop, note);
        }
}

/* ---- the thread ------------------------------------------------------------------------- */

static int wait_ms(struct loop *loop, bool must_retry)
{
        MHD_UNSIGNED_LONG_LONG mhd_ms;
        uint64_t ms = UINT64_MAX;

        if (MHD_get_timeout(loop->daemon, &mhd_ms) == MHD_YES)
                ms = mhd_ms;
        if (must_retry && ms > RETRY_MS)
                ms = RETRY_MS;
        if (ms > SWEEP_MS && (loop->waiting.first || loop->busy.first || loop->stragglers ||
                              (loop->index == 0 && !loop->listening)))
                ms = SWEEP_MS;
        return ms == UINT64_MAX ? -1 : (int)ms;
}

static void take_events(struct loop *loop, const struct epoll_event *events, int count)
{
        for (int i = 0; i < count; i++) {
                void *what = events[i].data.ptr;
                uint64_t drained;

                if (what == &loop->daemon)
                        continue; /* MHD_run() will look for itself */
                if (what == &loop->event_fd)
                        (void)!read(loop->event_fd, &drained, sizeof(drained));
                else if (what == &loop->server->listen_fd)
                        accept_connections(loop);
                else
                        linger_ready(loop, what);
        }
}

static void wait_for_events(struct loop *loop, int ms)
{
        struct epoll_event events[EVENTS_MAX];
        int count;

        if (ms != 0) {
                atomic_store(&loop->asleep, true);
                if (atomic_load(&loop->notes))
                        ms = 0;
        }
        count = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, ms);
        atomic_store_explicit(&loop->asleep, false, memory_order_relaxed);
        loop->now_ms = clock_mono_ms();
        take_events(loop, events, count);
}

static void hang_up_all(struct conn_list *list)
{
        for (struct conn *conn = list->first; conn; conn = conn->next)
                (void)shutdown(conn->fd, SHUT_RDWR);
}

/* Nothing is left to read and nothing more will come. */
static bool is_at_end(const struct conn *conn)
{
        char byte;

        return recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/*
 * libmicrohttpd waits for edges, and when the end of the stream comes together with the
 * last bytes it takes the bytes and misses the end. So look at the connections that may
 * have had such an edge since the last sweep: those that read a body, and those that
 * finished a request lately. One that waits for its reply may well have shut down its side.
 */
static void notice_lost(struct loop *loop)
{
        for (struct conn *conn = loop->busy.first; conn; conn = conn->next)
                if (conn->req && conn->req->phase == PHASE_BODY && is_at_end(conn))
                        (void)shutdown(conn->fd, SHUT_RDWR);
        for (struct conn *conn = loop->waiting.last; conn; conn = conn->prev) {
                if (loop->now_ms - conn->waiting_since_ms > 3 * SWEEP_MS)
                        break;
                if (is_at_end(conn))
                        (void)shutdown(conn->fd, SHUT_RDWR);
        }
}

static void sweep(struct loop *loop)
{
        uint64_t patience_ms = (uint64_t)loop->server->config.idle_timeout_s * 1000;

        linger_sweep(loop, is_stopping(loop) ? UINT64_MAX : loop->now_ms);
        if (loop->index == 0)
                accept_update(loop);
        if (is_stopping(loop)) {
                hang_up_all(&loop->waiting);
                if (loop->now_ms >= loop->server->drain_until_ms)
                        hang_up_all(&loop->busy);
                return;
        }
        for (struct conn *conn = loop->waiting.first, *next; conn; conn = next) {
                next = conn->next;
                if (loop->now_ms - conn->waiting_since_ms <= patience_ms)
                        break;
                (void)shutdown(conn->fd, SHUT_RDWR);
                conn_set_busy(loop, conn, NULL); /* libmicrohttpd closes it in its next turn */
        }
        notice_lost(loop);
}

/* After the drain no connection is left, or only such as were hung up: then workers are all that is waited for. */
static bool may_end(struct loop *loop)
{
        if (!is_stopping(loop))
                return false;
        if (loop->suspended || loop->batch || atomic_load(&loop->notes))
                return false;
        return (!loop->waiting.first && !loop->busy.first) || loop->now_ms >= loop->server->drain_until_ms;
}

static void *run(void *payload)
{
        struct loop *loop = payload;
        uint64_t sweep_at_ms = 0;
        bool must_retry = false;
        unsigned turns = 0;

        log_hold(); /* a line for each request, one write for each turn */
        loop->now_ms = clock_mono_ms();
        if (loop->index == 0)
                accept_update(loop);
        while (!may_end(loop)) {
                int ms = wait_ms(loop, must_retry);

                if (is_stopping(loop) && (ms < 0 || ms > STOPPING_TURN_MS)) {
                        ms = STOPPING_TURN_MS;
                        sweep_at_ms = 0;
                }
                if (ms != 0 || ++turns >= TURNS_WITHOUT_WAIT) {
                        wait_for_events(loop, ms);
                        turns = 0;
                }
                run_notes(loop);
                (void)MHD_run(loop->daemon);
                must_retry = !handoff_flush(loop);
                log_flush();
                if (loop->now_ms >= sweep_at_ms) {
                        sweep(loop);
                        sweep_at_ms = loop->now_ms + SWEEP_MS;
                }
        }
        linger_sweep(loop, UINT64_MAX);
        MHD_stop_daemon(loop->daemon); /* calls on_completed() for what is left */
        loop->daemon = NULL;
        while (!handoff_flush(loop))
                (void)usleep(RETRY_MS * 1000);
        log_flush();
        return NULL;
}

/* ---- making and ending ------------------------------------------------------------------ */

static enum rc start_daemon(struct loop *loop, struct err *err)
{
        const struct http_config *config = &loop->server->config;
        /* sendfile() has no MSG_NOSIGNAL; run() has SIGPIPE blocked. */
        loop->daemon = MHD_start_daemon(
                MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
                body_access, loop,
                MHD_OPTION_CONNECTION_LIMIT, config->max_connections + 1,
                MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                MHD_OPTION_CONNECTION_TIMEOUT, config->idle_timeout_s,
                MHD_OPTION_NOTIFY_CONNECTION, on_connection, loop,
                MHD_OPTION_NOTIFY_COMPLETED, on_completed, loop,
                MHD_OPTION_URI_LOG_CALLBACK, on_request_line, loop,
                MHD_OPTION_UNESCAPE_CALLBACK, do_not_unescape, NULL,
                MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
                MHD_OPTION_END);
        if (!loop->daemon)
                return err_set_errno(err, RC_IO, "cannot start an HTTP daemon");
        return RC_OK;
}

static enum rc watch(struct loop *loop, int fd, void *what, struct err *err)
{
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

        if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
                return err_set_errno(err, RC_IO, "cannot watch a descriptor");
        return RC_OK;
}

enum rc loop_init(struct loop *loop, struct http_server *server, unsigned index, struct err *err)
{
        const union MHD_DaemonInfo *info;
        enum rc rc;

        *loop = (struct loop){ .server = server, .index = index, .epoll_fd = -1, .event_fd = -1 };
        loop->batch_last = &loop->batch;
        loop->now_ms = clock_mono_ms();
        if (getrandom(&loop->id_state, sizeof(loop->id_state), 0) != sizeof(loop->id_state))
                loop->id_state = (uint64_t)clock_now_us() ^ ((uint64_t)index << 56);
        loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        loop->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (loop->epoll_fd < 0 || loop->event_fd < 0)
                return err_set_errno(err, RC_IO, "cannot make an event loop");
        rc = start_daemon(loop, err);
        if (rc)
                return rc;
        info = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        if (!info || info->epoll_fd < 0)
                return err_set(err, RC_INTERNAL, "libmicrohttpd was built without epoll");
        rc = watch(loop, info->epoll_fd, &loop->daemon, err);
        if (!rc)
                rc = watch(loop, loop->event_fd, &loop->event_fd, err);
        return rc;
}

enum rc loop_run(struct loop *loop, struct err *err)
{
        sigset_t all, before;
        char name[16];
        int failed;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_BLOCK, &all, &before);
        failed = pthread_create(&loop->thread, NULL, run, loop);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (failed) {
                errno = failed;
                return err_set_errno(err, RC_UNAVAILABLE, "cannot start an I/O thread");
        }
        (void)snprintf(name, sizeof(name), "http-io-%u", loop->index);
        (void)pthread_setname_np(loop->thread, name);
        loop->running = true;
        return RC_OK;
}

void loop_done(struct loop *loop)
{
        run_notes(loop);
        if (loop->daemon)
                MHD_stop_daemon(loop->daemon);
        fd_close(&loop->event_fd);
        fd_close(&loop->epoll_fd);
}
