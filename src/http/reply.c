/*
 * http/reply.c - from what a handler wants said to bytes on the wire.
 *
 * A handler (on a worker) fills req->reply by the http_reply_*() functions; the loop turns
 * it into a libmicrohttpd response by reply_queue(). Nothing is copied on the way: the
 * request, its arena, its buf and its open file live until libmicrohttpd is done with the
 * reply. Files leave by sendfile().
 *
 * A streamed reply is read piece by piece on a worker: when libmicrohttpd asks for bytes
 * that are not there, the connection is suspended until the next piece is.
 *
 * reply_send_raw() is for the one case libmicrohttpd has no way for: an error while the
 * body is still coming in.
 */
#include "http/internal.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

void reply_clear(struct reply *reply)
{
        if (reply->free_payload)
                reply->free_payload(reply->payload);
        fd_close(&reply->fd);
        buf_done(&reply->buf);
        free(reply->piece);
        *reply = (struct reply){ .fd = -1 };
}

/* Headers that were set before the body stay; a reply that was set before goes. */
static struct reply *replace(struct http_request *req, enum reply_kind kind, unsigned status,
                             struct str content_type)
{
        struct reply_header *headers = req->reply.kind == REPLY_NONE ? req->reply.headers : NULL;

        assert(status >= 200 && status <= 599);
        reply_clear(&req->reply);
        req->reply.kind = kind;
        req->reply.status = status;
        req->reply.headers = headers;
        if (content_type.len)
                http_reply_header(req, "Content-Type", content_type);
        return &req->reply;
}

void http_reply_borrowed(struct http_request *req, unsigned status, struct str content_type, struct str body)
{
        struct reply *reply = replace(req, REPLY_BYTES, status, content_type);

        reply->bytes = body;
        reply->size = body.len;
}

void http_reply(struct http_request *req, unsigned status, struct str content_type, struct str body)
{
        http_reply_borrowed(req, status, content_type, arena_str(&req->arena, body));
}

void http_reply_buf(struct http_request *req, unsigned status, struct str content_type, struct buf *body)
{
        struct buf taken = *body;
        struct reply *reply;

        *body = (struct buf){ 0 };
        reply = replace(req, REPLY_BYTES, status, content_type);
        reply->buf = taken;
        reply->bytes = buf_str(&reply->buf);
        reply->size = taken.len;
}

void http_reply_redirect(struct http_request *req, unsigned status, struct str location)
{
        http_reply_borrowed(req, status, STR_NULL, STR_NULL);
        http_reply_header(req, "Location", location);
}

/* A value must not end the header: control bytes become spaces. */
void http_reply_header(struct http_request *req, const char *name, struct str value)
{
        struct reply_header *header = arena_new(&req->arena, struct reply_header), **link;
        char *text = arena_cstr(&req->arena, value);

        for (size_t i = 0; i < value.len; i++)
                if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
                        text[i] = ' ';
        header->name = arena_cstr(&req->arena, str_from(name));
        header->value = text;
        for (link = &req->reply.headers; *link; link = &(*link)->next)
                ;
        *link = header;
}

void http_reply_stream(struct http_request *req, unsigned status, struct str content_type, uint64_t size_bytes,
                       int64_t (*read)(void *payload, uint64_t position, char *ret, size_t len),
                       void (*free_payload)(void *payload), void *payload)
{
        struct reply *reply = replace(req, REPLY_STREAM, status, content_type);

        reply->size = size_bytes;
        reply->read = read;
        reply->free_payload = free_payload;
        reply->payload = payload;
}

/* ---- streams ---------------------------------------------------------------------------- */

void reply_read_piece(struct http_request *req)
{
        struct reply *reply = &req->reply;
        uint64_t left = reply->size - reply->piece_position; /* of UINT64_MAX: still huge */
        size_t want = left < REPLY_PIECE_BYTES ? (size_t)left : REPLY_PIECE_BYTES;
        int64_t got = 0;

        reply->piece_len = reply->piece_used = 0;
        if (want && !reply->piece)
                reply->piece = malloc(REPLY_PIECE_BYTES);
        if (want && !reply->piece)
                got = -1;
        else if (want) {
                pool_wait_begin(); /* for the disk, most likely */
                got = reply->read(reply->payload, reply->piece_position, reply->piece, want);
                pool_wait_end();
        }
        if (got > 0 && (uint64_t)got <= want) {
                reply->piece_len = (size_t)got;
                reply->piece_position += (uint64_t)got;
                return;
        }
        reply->piece_end = true;
        /* A body that ends before its announced size must not look complete. */
        reply->stream_broken = got != 0 || (reply->size != UINT64_MAX && want);
}

/* libmicrohttpd asks for more of the body. */
static ssize_t next_bytes(void *payload, uint64_t position UNUSED, char *ret, size_t max)
{
        struct http_request *req = payload;
        struct reply *reply = &req->reply;
        size_t left = reply->piece_len - reply->piece_used;

        if (left) {
                size_t take = left < max ? left : max;

                memcpy(ret, reply->piece + reply->piece_used, take);
                reply->piece_used += take;
                return (ssize_t)take;
        }
        if (reply->piece_end)
                return reply->stream_broken ? MHD_CONTENT_READER_END_WITH_ERROR
                                            : MHD_CONTENT_READER_END_OF_STREAM;
        handoff_suspend(req, STEP_READ);
        return 0;
}

/* ---- to libmicrohttpd ------------------------------------------------------------------- */

static bool has_body(unsigned status)
{
        return status >= 200 && status != 204 && status != 304;
}

uint64_t reply_bytes(const struct http_request *req)
{
        const struct reply *reply = &req->reply;

        if (req->is_head || reply->kind == REPLY_NONE || !has_body(reply->status))
                return 0;
        if (reply->kind == REPLY_STREAM)
                return reply->piece_position - (reply->piece_len - reply->piece_used);
        return reply->size;
}

static struct MHD_Response *make_response(struct http_request *req)
{
        struct reply *reply = &req->reply;
        struct MHD_Response *response;

        if (reply->kind == REPLY_FILE && reply->size) {
                response = MHD_create_response_from_fd_at_offset64(reply->size, reply->fd, reply->offset);
                if (response)
                        reply->fd = -1; /* libmicrohttpd closes it */
                return response;
        }
        if (reply->kind == REPLY_STREAM)
                return MHD_create_response_from_callback(
                        reply->size == UINT64_MAX ? MHD_SIZE_UNKNOWN : reply->size, REPLY_PIECE_BYTES, next_bytes,
                        req, NULL);
        if (reply->kind == REPLY_NONE || !has_body(reply->status) || !reply->bytes.len)
                return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
        return MHD_create_response_from_buffer(reply->bytes.len, (void *)(uintptr_t)reply->bytes.ptr,
                                               MHD_RESPMEM_PERSISTENT);
}

static void add_headers(struct http_request *req, struct MHD_Response *response)
{
        (void)MHD_add_response_header(response, "Server", "vitrine");
        if (req->id.len) {
                char id[65];

                (void)snprintf(id, sizeof(id), "%.*s", STR_ARG(req->id));
                (void)MHD_add_response_header(response, "X-Request-Id", id);
        }
        for (const struct reply_header *h = req->reply.headers; h; h = h->next)
                (void)MHD_add_response_header(response, h->name, h->value);
        if (req->hang_up || atomic_load_explicit(&req->loop->server->stopping, memory_order_relaxed))
                (void)MHD_add_response_header(response, "Connection", "close");
}

enum MHD_Result reply_queue(struct http_request *req)
{
        struct MHD_Response *response = make_response(req);
        enum MHD_Result result;

        if (!response)
                return MHD_NO;
        add_headers(req, response);
        result = MHD_queue_response(req->connection, req->reply.status, response);
        MHD_destroy_response(response);
        req->phase = PHASE_REPLY;
        return result;
}

void reply_send_raw(struct http_request *req)
{
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct reply *reply = &req->reply;
        _cleanup_(buf_done) struct buf out = { 0 };
        char date[32];

        if (!info || reply->kind != REPLY_BYTES)
                return;
        clock_format_http(clock_now_us(), date);
        buf_printf(&out, "HTTP/1.1 %u %s\r\nDate: %s\r\nServer: vitrine\r\nX-Request-Id: %.*s\r\n",
                   reply->status, MHD_get_reason_phrase_for(reply->status), date, STR_ARG(req->id));
        for (const struct reply_header *h = reply->headers; h; h = h->next)
                buf_printf(&out, "%s: %s\r\n", h->name, h->value);
        buf_printf(&out, "Connection: close\r\nContent-Length: %zu\r\n\r\n", reply->bytes.len);
        buf_add_str(&out, reply->bytes);
        /* Nothing was sent for this request yet, so a short text fits the socket's buffer; if not, the
         * client learns of the failure by the connection's end. */
        if (send(info->connect_fd, out.ptr, out.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
                reply->status = 499;
}
