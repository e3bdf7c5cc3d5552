/*
 * http/http.h - inbound HTTP: routes in, requests out to workers, replies back.
 *
 * The way of a request: an I/O thread (its own libmicrohttpd daemon driven by our own
 * epoll loop) accepts, checks the framing (guard.c), finds the route (route.c), collects
 * or streams the body, hands the request to a worker (handoff.c), and sends the reply the
 * worker made. I/O threads never block; handlers run on workers and may.
 *
 * This is the only room that knows libmicrohttpd. The rules about suspending and resuming
 * (only the loop resumes, chunked bodies are never suspended) live in handoff.c.
 *
 * Thread rule: a request and its arena belong to the thread that currently runs its
 * handler; the room hands it from thread to thread itself.
 */
#ifndef VITRINE_HTTP_HTTP_H
#define VITRINE_HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"

struct http_server;
struct http_request;

/* How a route wants its request body. */
enum http_body_mode {
        HTTP_BODY_NONE,   /* a body is an error (413) unless empty */
        HTTP_BODY_WHOLE,  /* gathered in memory up to route->body_max_bytes, then handle() */
        HTTP_BODY_STREAM, /* begin(), data()..., handle(); needs Content-Length, else 411 */
};

/*
 * What a route does. Every function runs on a worker, those of one request one after the
 * other, not always on the same one. A handler always produces a reply:
 * either it fills one with the http_reply_* functions and returns RC_OK, or it returns an
 * error, and the server answers with that error's status and a JSON body
 * {"error": "...", "code": "..."} (or whatever config.error_reply makes of it).
 */
struct http_handler {
        /* Stream mode only: before the first byte of the body. An error is answered at once,
         * without reading the body; begin() then has nothing left to release. May set
         * http_set_state(). May be NULL. A body of up to 64 KiB without "Expect" may be on
         * its way already: it is gathered first, and begin(), data() and handle() then run
         * in one go. */
        enum rc (*begin)(struct http_request *req, struct err *err);
        /* Stream mode only: the next bytes, in order; up to config.chunk_bytes at a time. */
        enum rc (*data)(struct http_request *req, struct str chunk, struct err *err);
        /* The request is complete. */
        enum rc (*handle)(struct http_request *req, struct err *err);
        /* Stream mode only: after begin() succeeded, exactly one of handle() and abort() is
         * called: abort() when the client went away or data() failed. Releases what begin()
         * set up; cannot reply. May be NULL. */
        void (*abort)(struct http_request *req);
};

/*
 * One row of the static route table. pattern: "/artifactsV2/{region}/{entity}/{hash}";
 * {name} matches one path segment, a last {name...} matches the rest including slashes.
 * Segments are percent-decoded exactly once, after splitting; a decoded NUL or invalid
 * UTF-8 is 400. "%2F" inside a segment stays part of that segment.
 */
struct http_route {
        const char *method;           /* "GET" also answers HEAD */
        const char *pattern;
        enum http_body_mode body;
        uint64_t body_max_bytes;      /* over it: 413 before anything is read */
        bool inline_fast;             /* run handle() on the I/O thread: it must not block (health checks) */
        const char *access;           /* declared permission, never NULL (deny by default): "public", "key", "signed", ... */
        struct http_handler handler;
};

struct http_config {
        const char *listen_address;   /* "127.0.0.1" or "::"; */
        uint16_t port;                /* 0 picks one: http_server_port() */
        unsigned io_threads;          /* 0: one per core, at most 4 */
        unsigned worker_threads;      /* 0: 32; started when needed */
        unsigned active_workers;      /* of them at work at once, not counting who waits; 0: one per core, at least 2 */
        unsigned queue_max;           /* requests that wait for a worker, 0: 4096; more: 503 */
        size_t chunk_bytes;           /* stream chunks; 0: 128 KiB */
        unsigned idle_timeout_s;      /* 0: 120 */
        size_t max_header_bytes;      /* request line and fields; 0: 24 KiB, which is also the most that fits */
        unsigned max_connections;     /* 0: 8192 */
        size_t arena_cap_bytes;       /* per request; 0: 256 MiB */
        const struct http_route *routes;
        size_t route_count;
        void *app;                    /* handlers get it by http_app() */
        /* Makes the body of an error reply; NULL: the JSON form above. */
        void (*error_reply)(struct http_request *req, const struct err *err);
        /* One call per finished request, on the I/O thread: for the access log. May be NULL. */
        void (*on_done)(struct http_request *req, unsigned status, uint64_t bytes_sent, uint64_t elapsed_us);
};

/* Opens the listening socket and starts the threads. RC_IO with a clear sentence when the address is in use. */
MUST_USE enum rc http_server_start(const struct http_config *config, struct http_server **ret_server,
                                   struct err *err);
uint16_t http_server_port(const struct http_server *server);
/*
 * Graceful stop: closes the listener, answers what is in flight, waits at most drain_ms,
 * then closes what is left and frees everything. Accepts NULL.
 */
void http_server_stop(struct http_server *server, unsigned drain_ms);

struct http_stats {
        uint64_t requests, connections_open, requests_active, bytes_in, bytes_out;
};
void http_server_stats(const struct http_server *server, struct http_stats *ret);

/* ---- the request ------------------------------------------------------------------ */

void *http_app(struct http_request *req);
struct arena *http_arena(struct http_request *req);
const struct http_route *http_route(struct http_request *req);
struct str http_method(struct http_request *req);
struct str http_path(struct http_request *req);             /* raw, still percent-encoded, without query */
struct str http_param(struct http_request *req, const char *name);   /* decoded path segment; absent if none */
struct str http_query(struct http_request *req, const char *name);   /* decoded once; absent if none */
/* Percent-decodes once more what a client encoded twice; false for bad escapes, NUL and bytes that are not UTF-8. */
bool http_decode_again(struct http_request *req, struct str text, struct str *ret);
struct str http_header(struct http_request *req, const char *name);  /* case-insensitive; absent if none */
struct str http_body(struct http_request *req);             /* WHOLE mode */
uint64_t http_content_length(struct http_request *req);     /* 0 when there is none */
struct str http_client_address(struct http_request *req);   /* numeric, for logs */
/* Request id: from X-Request-Id when it is 1..64 of [A-Za-z0-9_-], else 16 random-looking hex digits. Echoed in the reply. */
struct str http_request_id(struct http_request *req);
/* State that begin() leaves for data()/handle()/abort(). */
void http_set_state(struct http_request *req, void *state);
void *http_state(struct http_request *req);
/* Who asks, for on_done(); the text lives in http_arena(req). Absent until it is set. */
void http_set_user(struct http_request *req, struct str user);
struct str http_user(struct http_request *req);

/* ---- the reply: set once; the last call wins before the handler returns ------------- */

/* Body bytes are copied. status 200..599. */
void http_reply(struct http_request *req, unsigned status, struct str content_type, struct str body);
/* Body bytes are not copied: they are static or live in http_arena(req). */
void http_reply_borrowed(struct http_request *req, unsigned status, struct str content_type, struct str body);
/* Takes over the buffer's memory: no copy. */
void http_reply_buf(struct http_request *req, unsigned status, struct str content_type, struct buf *body);
void http_reply_redirect(struct http_request *req, unsigned status, struct str location);
/* Adds a header; control bytes in the value become spaces. Call it before or after the reply is set. */
void http_reply_header(struct http_request *req, const char *name, struct str value);

/* What a file-like reply is about; used for conditional and range requests. */
struct http_entity {
        struct str content_type;
        struct str etag;           /* quoted; absent: none */
        int64_t modified_us;       /* 0: none */
        uint64_t size_bytes;
};
/*
 * Answers GET and HEAD of `entity` out of an open file, honoring If-None-Match,
 * If-Modified-Since, Range (one range; several: the whole body with 200), If-Range:
 * 200, 206, 304, 412 or 416. Uses sendfile. Takes the fd over in every case.
 */
void http_reply_file(struct http_request *req, const struct http_entity *entity, int fd, uint64_t offset);
/* The same out of bytes in memory (arena or static). */
void http_reply_bytes(struct http_request *req, const struct http_entity *entity, struct str bytes);
/*
 * A body produced piece by piece: read() runs on a worker, fills up to len bytes at an
 * absolute position and returns the count (0: end, negative: failure: the connection is
 * closed so that no wrong body ever looks complete; a failure in the very first piece is
 * answered with 500). size_bytes UINT64_MAX: unknown, sent chunked. free_payload (may be
 * NULL) is called once, on any thread.
 */
void http_reply_stream(struct http_request *req, unsigned status, struct str content_type, uint64_t size_bytes,
                       int64_t (*read)(void *payload, uint64_t position, char *ret, size_t len),
                       void (*free_payload)(void *payload), void *payload);

/* Status that an rc is answered with. */
unsigned http_status_of(enum rc rc);

#endif
