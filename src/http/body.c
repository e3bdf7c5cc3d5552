/*
 * http/body.c - what happens to a request while it comes in: libmicrohttpd's handler.
 *
 * libmicrohttpd calls body_access() once when the head is there, once for every run of
 * body bytes, and again and again when the body is complete, until a reply is queued or
 * the connection is suspended. enum phase says where a request stands.
 *
 *   no body, WHOLE, small STREAM:  HEAD -> BODY ... -> COMPLETE -> HANDLE -> REPLY
 *   larger STREAM:                 HEAD -> BEGIN -> BODY <-> DATA -> COMPLETE -> HANDLE -> REPLY
 *
 * Why COMPLETE is a turn of its own: libmicrohttpd reads from the socket once more when a
 * connection is resumed out of a call that followed a read, and closes it when it finds
 * that the peer has shut down its side, although the peer waits for the reply. In the
 * second call with nothing to read it no longer does.
 *
 * Bodies with Content-Length may be suspended between chunks. Chunked ones must not (they
 * hang in libmicrohttpd 0.9.75), so they are taken for WHOLE routes only and never
 * suspended before they are complete.
 *
 * Refusals: before the body (the reply is queued in the HEAD or BEGIN phase, libmicrohttpd
 * closes after it), in the middle (reply_send_raw()), or after it. In the first two cases
 * the client may still be sending, see linger.c.
 */
#include "http/internal.h"

static bool expects_body(const struct http_request *req)
{
        return req->chunked || req->content_length > 0;
}

/* Also called in the HEAD phase: if a body follows, the connection ends with this reply. */
static enum MHD_Result refuse(struct http_request *req)
{
        if (expects_body(req)) {
                req->hang_up = true;
                return reply_queue(req);
        }
        req->phase = PHASE_BODY; /* a reply in this call would cost the connection: wait for the next */
        return MHD_YES;
}

static enum MHD_Result refuse_rc(struct http_request *req, enum rc rc, struct err *err)
{
        reply_error(req, rc, err);
        return refuse(req);
}

/* A head that cannot be trusted: nothing after it can be, either. */
static enum MHD_Result refuse_head(struct http_request *req, enum rc rc, struct err *err)
{
        reply_error_status(req, rc == RC_TOO_LARGE ? 431 : 400, rc, err->msg);
        req->hang_up = true;
        return reply_queue(req);
}

/* Counts a WHOLE body in the server's budget. */
static bool budget_take(struct http_request *req, uint64_t bytes)
{
        struct http_server *server = req->loop->server;
        uint64_t before = atomic_fetch_add(&server->whole_bodies, bytes);

        req->budgeted += bytes;
        return before + bytes <= WHOLE_BODIES_MAX_BYTES;
}

static enum rc admit_body(struct http_request *req, struct err *err)
{
        const struct http_route *route = req->route;

        if (route->body == HTTP_BODY_NONE) {
                if (expects_body(req))
                        return err_set(err, RC_TOO_LARGE,
                                       "A request to this address takes no body: send it without one.");
                return RC_OK;
        }
        if (req->content_length > route->body_max_bytes)
                return err_set(err, RC_TOO_LARGE,
                               "The body is larger than the %llu bytes that are taken here: send less at once.",
                               (unsigned long long)route->body_max_bytes);
        if (route->body == HTTP_BODY_WHOLE && !budget_take(req, req->content_length))
                return err_set(err, RC_AGAIN, "Too many large requests are in progress: try again soon.");
        return RC_OK;
}

/* Whether begin() must have its say before the body is read. */
static bool begins_early(const struct http_request *req)
{
        return req->route->body == HTTP_BODY_STREAM &&
               (req->expects_continue || req->content_length > SMALL_BODY_BYTES);
}

static enum MHD_Result on_head(struct http_request *req, const char *method, const char *version)
{
        struct err err = { 0 };
        enum rc rc;

        req->counted = true;
        atomic_fetch_add_explicit(&req->loop->active, 1, memory_order_relaxed);
        rc = guard_check(req, method, version, &err);
        if (rc)
                return refuse_head(req, rc, &err);
        rc = request_read_head(req, method, &err);
        if (!rc)
                rc = routes_match(req->loop->server->routes, req, &err);
        if (rc)
                return refuse_rc(req, rc, &err);
        if (req->route->body == HTTP_BODY_STREAM && !req->has_length) {
                reply_error_status(req, 411, RC_INVALID,
                                   "An upload needs a Content-Length: send it with one, not in chunks.");
                return refuse(req);
        }
        rc = admit_body(req, &err);
        if (rc)
                return refuse_rc(req, rc, &err);
        if (begins_early(req)) {
                req->phase = PHASE_BEGIN;
                handoff_suspend(req, STEP_BEGIN);
                return MHD_YES;
        }
        req->phase = PHASE_BODY;
        return MHD_YES;
}

/* Ends the request in the middle of its body. */
static enum MHD_Result refuse_midway(struct http_request *req)
{
        reply_send_raw(req);
        req->hang_up = true;
        return MHD_NO;
}

static enum MHD_Result take_whole(struct http_request *req, const char *upload, size_t *upload_size)
{
        struct err err = { 0 };
        size_t len = *upload_size;

        if (req->received + len > req->route->body_max_bytes) {
                reply_error(req, err_set(&err, RC_TOO_LARGE,
                                         "The body is larger than the %llu bytes that are taken here: send less at once.",
                                         (unsigned long long)req->route->body_max_bytes), &err);
                return refuse_midway(req);
        }
        if (req->chunked && !budget_take(req, len)) {
                reply_error(req, err_set(&err, RC_AGAIN,
                                         "Too many large requests are in progress: try again soon."), &err);
                return refuse_midway(req);
        }
        if (!req->body.cap && !req->chunked && req->content_length <= 1024 * 1024)
                buf_reserve(&req->body, (size_t)req->content_length);
        buf_add(&req->body, upload, len);
        req->received += len;
        *upload_size = 0;
        return MHD_YES;
}

/*
 * Fills the chunk. When it is full and more is to come, the connection is suspended, and
 * at least one byte is left with libmicrohttpd: so it calls again after the resume, even
 * if the client sends nothing, and an error of data() can be answered at once.
 */
static enum MHD_Result take_stream(struct http_request *req, const char *upload, size_t *upload_size)
{
        const struct http_config *config = &req->loop->server->config;
        uint64_t left = req->content_length - req->received;
        size_t cap = config->chunk_bytes, take = *upload_size;
        bool full;

        if (!req->begun) /* a small body: all of it is gathered first */
                cap = (size_t)req->content_length;
        if (!req->body.cap)
                buf_reserve(&req->body, left < cap ? (size_t)left : cap);
        full = take >= cap - req->body.len && take < left;
        if (full) {
                if (take > cap - req->body.len)
                        take = cap - req->body.len;
                if (take == *upload_size)
                        take--;
        }
        buf_add(&req->body, upload, take);
        req->received += take;
        *upload_size -= take;
        if (full) {
                req->phase = PHASE_DATA;
                handoff_suspend(req, STEP_DATA);
        }
        return MHD_YES;
}

/* The request is complete: first of at least two calls, unless a reply is at hand. */
static enum MHD_Result on_complete(struct http_request *req)
{
        if (req->failed)
                return reply_queue(req);
        req->steps = STEP_HANDLE;
        if (req->route->body == HTTP_BODY_STREAM && !req->begun)
                req->steps |= STEP_BEGIN;
        if (req->route->body == HTTP_BODY_STREAM && req->body.len)
                req->steps |= STEP_DATA;
        if (req->route->inline_fast) {
                handoff_run_steps(req);
                return reply_queue(req);
        }
        req->phase = PHASE_COMPLETE;
        return MHD_YES;
}

static enum MHD_Result take_body(struct http_request *req, const char *upload, size_t *upload_size)
{
        if (*upload_size == 0)
                return on_complete(req);
        count_up(&req->loop->bytes_in, *upload_size);
        if (req->route->body == HTTP_BODY_STREAM)
                return take_stream(req, upload, upload_size);
        return take_whole(req, upload, upload_size);
}

enum MHD_Result body_access(void *payload UNUSED, struct MHD_Connection *connection UNUSED,
                            const char *url UNUSED, const char *method, const char *version,
                            const char *upload, size_t *upload_size, void **context)
{
        struct http_request *req = *context;

        if (!req)
                return MHD_NO; /* there was no memory for it */
        switch (req->phase) {
        case PHASE_HEAD:
                conn_set_busy(req->loop, conn_of(req->connection), req);
                return on_head(req, method, version);
        case PHASE_BEGIN:
                if (req->failed)
                        return refuse(req);
                req->phase = PHASE_BODY;
                return MHD_YES;
        case PHASE_DATA:
                if (req->failed)
                        return refuse_midway(req);
                req->phase = PHASE_BODY;
                return take_body(req, upload, upload_size);
        case PHASE_BODY:
                return take_body(req, upload, upload_size);
        case PHASE_COMPLETE:
                req->phase = PHASE_HANDLE;
                handoff_suspend(req, req->steps);
                return MHD_YES;
        case PHASE_HANDLE:
                return reply_queue(req);
        case PHASE_REPLY:
                break;
        }
        return MHD_YES;
}
