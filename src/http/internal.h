/*
 * http/internal.h - what the files of the http room share.
 *
 * struct http_server owns the listening socket, the route table, the worker pool and a
 * few loops. struct loop is one I/O thread with its own libmicrohttpd daemon. struct conn
 * is one TCP connection and struct http_request one request on it. Both belong to their
 * loop's thread, except that a request belongs to a worker while it is suspended
 * (handoff.c).
 */
#ifndef VITRINE_HTTP_INTERNAL_H
#define VITRINE_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/pool.h"
#include "http/http.h"

enum {
        HEADERS_MAX = 64,             /* header fields of a request; more: 431 */
        SEGMENTS_MAX = 64,            /* path segments; more: 404 */
        PARAMS_MAX = 8,               /* {name} parts of one pattern */
        CONNECTION_BYTES = 32 * 1024, /* libmicrohttpd's memory per connection; see decision 0003 */
        SMALL_BODY_BYTES = 64 * 1024, /* stream bodies up to this make one trip to a worker */
        REPLY_PIECE_BYTES = 64 * 1024 /* streamed replies are read in pieces of this size */
};
/* Bodies of WHOLE routes that the server holds at one time; over it: 503. */
#define WHOLE_BODIES_MAX_BYTES (512ull * 1024 * 1024)

struct loop;
struct routes;

/* What other threads tell a loop; the first member of what they send. */
struct note {
        struct note *next;
        void (*run)(struct loop *loop, struct note *note);
};

/* ---- requests ------------------------------------------------------------------------ */

struct field {
        struct str name, value;
};

struct reply_header {
        struct reply_header *next;
        const char *name, *value;
};

enum reply_kind { REPLY_NONE, REPLY_BYTES, REPLY_FILE, REPLY_STREAM };

/* What a handler wants said. Owns buf, fd and the stream's payload until reply_clear(). */
struct reply {
        enum reply_kind kind;
        unsigned status;
        struct reply_header *headers;
        struct str bytes;         /* REPLY_BYTES: in the arena, in buf, or static */
        struct buf buf;
        int fd;                   /* REPLY_FILE */
        uint64_t offset;          /* REPLY_FILE: where the bytes start in fd */
        uint64_t size;            /* of the body; UINT64_MAX when a stream does not know */
        /* REPLY_STREAM: one piece is read ahead by a worker while the request is suspended. */
        int64_t (*read)(void *payload, uint64_t position, char *ret, size_t len);
        void (*free_payload)(void *payload);
        void *payload;
        char *piece;
        size_t piece_len, piece_used;
        uint64_t piece_position;  /* of the piece that is read next */
        bool piece_end;           /* read() said: end, or (stream_broken) failure */
        bool stream_broken;
};

/* Where a request stands; only the loop's thread changes it. */
enum phase {
        PHASE_HEAD,     /* request line seen, header fields not yet */
        PHASE_BEGIN,    /* suspended: begin() runs before the body is read */
        PHASE_BODY,     /* the body is being read */
        PHASE_DATA,     /* suspended: a worker has a chunk */
        PHASE_COMPLETE, /* everything is here; the next call hands it to a worker */
        PHASE_HANDLE,   /* suspended: handle() runs */
        PHASE_REPLY,    /* the reply is with libmicrohttpd */
};

/* What a worker is to do with a request, in this order. */
enum {
        STEP_BEGIN = 1,
        STEP_DATA = 2,
        STEP_HANDLE = 4,
        STEP_ABORT = 8,  /* the connection is gone: abort() and free the request */
        STEP_READ = 16,  /* read the next piece of a streamed reply */
};

struct http_request {
        struct note note;         /* how a worker gives the request back; run is request_resume */
        struct pool_job job;
        struct http_request *batch_next;
        unsigned steps;

        struct loop *loop;
        struct MHD_Connection *connection; /* NULL once libmicrohttpd let go of the request */
        struct arena arena;
        uint64_t started_us;
        char address[INET6_ADDRSTRLEN];

        const char *raw_target;   /* inside libmicrohttpd's memory: for guard.c only */
        size_t raw_target_len;
        struct str target, method, path, query, id;
        struct field *fields;
        unsigned field_count;
        bool is_head, has_length, chunked, expects_continue;

        const struct http_route *route;
        struct str params[PARAMS_MAX]; /* in the order of the pattern; names: route_param_index() */

        enum phase phase;
        bool counted;             /* in loop->active */
        bool begun;               /* begin() succeeded: exactly one of handle() and abort() follows */
        bool ended;               /* handle() or abort() was called */
        bool failed;              /* a step failed; the reply says why */
        bool hang_up;             /* the reply is the last one although the client may still be sending */
        uint64_t content_length, received;
        struct buf body;          /* WHOLE: the body; STREAM: the chunk that is being filled */
        uint64_t budgeted;        /* what this body counts in server->whole_bodies */
        void *state;
        struct str user;          /* for the access log */

        struct reply reply;
};

struct http_request *request_new(struct loop *loop, struct MHD_Connection *connection, const char *address);
/* Frees what the reply owns, too. Any thread. */
void request_free(struct http_request *req);
/* Copies method, header fields and so on out of libmicrohttpd's memory; the head is guarded already. */
MUST_USE enum rc request_read_head(struct http_request *req, const char *method, struct err *err);

/* ---- connections and loops ----------------------------------------------------------- */

struct conn {
        struct conn *prev, *next; /* in loop->waiting or loop->busy */
        struct http_request *req; /* in progress; then the connection is in loop->busy */
        int fd;                   /* libmicrohttpd's; valid as long as the struct */
        uint64_t waiting_since_ms;
        char address[INET6_ADDRSTRLEN];
};

struct conn_list {
        struct conn *first, *last;
};

/* A socket whose reply is out but whose client may still be sending; see linger.c. */
struct straggler {
        struct straggler *prev, *next;
        int fd;
        uint64_t deadline_ms;
};

struct loop {
        struct http_server *server;
        pthread_t thread;
        bool running;             /* thread is to be joined */
        unsigned index;
        struct MHD_Daemon *daemon;
        int epoll_fd, event_fd;
        _Atomic(struct note *) notes; /* from other threads, newest first */
        atomic_bool asleep;       /* in epoll_wait(): who adds a note must write to event_fd */
        uint64_t now_ms;
        uint64_t id_state;        /* for request ids */
        struct conn_list waiting; /* no request in progress, longest wait first */
        struct conn_list busy;
        struct straggler *stragglers, *stragglers_last; /* next deadline first */
        unsigned straggler_count;
        struct http_request *batch, **batch_last; /* for the workers after this turn */
        unsigned suspended;
        bool listening;           /* loop 0: the listening socket is in epoll_fd */
        uint64_t listen_again_ms;

        atomic_uint connections;
        atomic_uint active;
        _Atomic uint64_t requests, bytes_in, bytes_out;
};

struct http_server {
        struct http_config config;
        struct routes *routes;
        struct pool *pool;
        struct loop *loops;
        unsigned loop_count;
        int listen_fd;
        uint16_t port;
        atomic_bool stopping;
        uint64_t drain_until_ms;  /* written before stopping is set */
        _Atomic uint64_t whole_bodies;
};

/* Adds to a counter that only the calling thread writes and others read. */
static inline void count_up(_Atomic uint64_t *counter, uint64_t by)
{
        uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);

        atomic_store_explicit(counter, now + by, memory_order_relaxed);
}

MUST_USE enum rc loop_init(struct loop *loop, struct http_server *server, unsigned index, struct err *err);
MUST_USE enum rc loop_run(struct loop *loop, struct err *err); /* starts its thread */
void loop_done(struct loop *loop);                             /* after its thread has ended */
void loop_tell(struct loop *loop, struct note *note);          /* any thread */
void loop_wake(struct loop *loop);                             /* any thread */
void conn_set_busy(struct loop *loop, struct conn *conn, struct http_request *req); /* NULL: waiting again */
struct conn *conn_of(struct MHD_Connection *connection);

/* Loop 0 only: takes new connections and spreads them. */
void accept_connections(struct loop *loop);
void accept_update(struct loop *loop); /* pauses or resumes listening */

/* The reply is out, but the client may still be sending: read on for a while. */
void linger_add(struct loop *loop, int fd);
void linger_ready(struct loop *loop, struct straggler *linger);
void linger_sweep(struct loop *loop, uint64_t now_ms); /* UINT64_MAX closes all */

/* ---- one file each ------------------------------------------------------------------- */

/* guard.c: RC_INVALID for 400, RC_TOO_LARGE for 431. The connection must be closed then. */
MUST_USE enum rc guard_check(struct http_request *req, const char *method, const char *version,
                             struct err *err);

/* route.c */
MUST_USE enum rc routes_new(const struct http_route *table, size_t count, struct routes **ret,
                            struct err *err);
void routes_free(struct routes *routes);
/* Sets req->route and req->params. RC_NOT_FOUND; RC_INVALID for a path that cannot be decoded. */
MUST_USE enum rc routes_match(const struct routes *routes, struct http_request *req, struct err *err);
/* Position of {name} in the route's pattern, or PARAMS_MAX. */
unsigned route_param_index(const struct http_route *route, const char *name);

/* target.c: percent-decoding, once. False for bad escapes, NUL and bytes that are not UTF-8. */
MUST_USE bool target_decode(struct arena *arena, struct str raw, bool plus_is_space, struct str *ret);
/* Splits an origin-form or absolute-form target. False when it is neither. */
MUST_USE bool target_split(struct str target, struct str *ret_path, struct str *ret_query);
/* Every name and value of the query decodes. */
MUST_USE bool target_query_ok(struct arena *arena, struct str query);
struct str target_query_get(struct arena *arena, struct str query, struct str name);

/* body.c: libmicrohttpd's access handler. */
enum MHD_Result body_access(void *payload, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_size, void **context);

/* handoff.c */
/* Suspends the connection and lets a worker run the steps after this turn of the loop. */
void handoff_suspend(struct http_request *req, unsigned steps);
/* The same for a request whose connection is gone. */
void handoff_abort(struct http_request *req);
/* Gives the batch to the workers. False when some must be tried again soon. */
bool handoff_flush(struct loop *loop);
/* Runs the steps here and now. */
void handoff_run_steps(struct http_request *req);

/* reply.c */
void reply_clear(struct reply *reply);
enum MHD_Result reply_queue(struct http_request *req);
/* Sends an error in the middle of a body, past libmicrohttpd. The caller returns MHD_NO after it. */
void reply_send_raw(struct http_request *req);
/* Body bytes that were handed out for sending. */
uint64_t reply_bytes(const struct http_request *req);
/* STEP_READ, on a worker. */
void reply_read_piece(struct http_request *req);

/* status.c: makes the reply that says why. */
void reply_error(struct http_request *req, enum rc rc, struct err *err);
void reply_error_status(struct http_request *req, unsigned status, enum rc rc, const char *message);

#endif
