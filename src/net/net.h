/*
 * net/net.h - outbound HTTP: many requests at a time over connections that are kept.
 *
 * A thin layer over libcurl's multi interface and the only room that knows it. It moves bytes and
 * reports what happened; when to try again, and what the bytes mean, is its caller's matter
 * (client/). HTTP/1.1, redirects followed within http and https, proxies as the environment
 * says. Signed addresses are secrets: messages name the host only.
 *
 * Thread rule: a struct net and its requests belong to one thread; net_wake() may come from any.
 */
#ifndef VITRINE_NET_NET_H
#define VITRINE_NET_NET_H

#include "base/base.h"

struct net;

struct net_options {
        const char *user_agent;
        const char *ca_file;          /* NULL: the system's */
        unsigned connect_timeout_s;
        unsigned connections_max;     /* kept open for the next request */
};

/* What came of a request; valid during done(). */
struct net_answer {
        enum rc rc;                   /* of the way there and back; RC_OK: there is a status */
        int status;                   /* of HTTP */
        bool repeatable;              /* the same again may go better: the way failed, 408, 429, 5xx but 501 */
        uint64_t retry_after_ms;      /* as the server asks; 0: it does not */
        struct str etag;              /* as written, with quotes; absent */
        int64_t content_bytes;        /* Content-Length of a success; -1: not said */
        struct str body;              /* of an answer that is no success, up to 8 KiB; else empty */
        const struct err *err;        /* when rc is not RC_OK */
};

/* Filled in by the caller, who keeps it and all it points to until done() was called. */
struct net_request {
        const char *method;           /* "GET", "HEAD", "POST", "PUT" */
        const char *url;
        const char *const *headers;   /* "Name: value" */
        size_t header_count;
        const void *body;             /* POST and PUT: from memory ... */
        int body_fd;                  /* ... or, when body is NULL, from this file ... */
        uint64_t body_offset;         /* ... at this place */
        uint64_t body_bytes;
        bool ranged;                  /* only the bytes from first to last, inclusive */
        uint64_t first_byte, last_byte;
        bool large;                   /* wide buffers: worth it from about 1 MiB on */
        unsigned stall_s;             /* without a byte for so long it fails; 0: never */
        unsigned timeout_s;           /* for the whole; 0: none */

        /* The body of a success; false ends the request with RC_IO and without repetition. NULL: not wanted. */
        bool (*data)(struct net_request *request, const void *data, size_t len);
        /* The success begins, before any data; false as above. NULL: not wanted. */
        bool (*head)(struct net_request *request, int status);
        /* That many bytes of the body were taken over for sending; negative when it starts anew. NULL: not wanted. */
        void (*sent)(struct net_request *request, int64_t bytes);
        /* At the end, once for each net_start() that succeeded. May start requests, also this one. */
        void (*done)(struct net_request *request, const struct net_answer *answer);
        void *payload;

        struct net_handle *handle;    /* net's own: not NULL while it runs */
};

MUST_USE enum rc net_new(const struct net_options *options, struct net **ret, struct err *err);
struct net *net_free(struct net *net); /* drops what runs, without done(); accepts NULL */
MUST_USE enum rc net_start(struct net *net, struct net_request *request, struct err *err);
/* Drops a request that runs; done() is not called. Not from data() or head(). */
void net_drop(struct net *net, struct net_request *request);
size_t net_running(const struct net *net);
/* Moves what can be moved, waits for more up to wait_ms, and calls done() for what ended. */
MUST_USE enum rc net_run(struct net *net, unsigned wait_ms, struct err *err);
/* Ends the wait of net_run(). Any thread. */
void net_wake(struct net *net);

/* ---- addresses ---- */

/* "host:port" of an http or https address, with the port only where it is written; false when it is none. */
bool net_url_host(const char *url, char *ret, size_t ret_size);
/* Escapes all but letters, digits, '-', '.', '_', '~' and what keep holds. Needs 3 * len + 1 bytes. */
void net_url_escape(struct str text, const char *keep, char *ret);

#endif
