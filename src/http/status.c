/*
 * http/status.c - errors as replies: the one place that turns a result code into a status.
 *
 * reply_error() is called wherever a step failed, on workers and on I/O threads. The body
 * comes from config.error_reply or is {"error": "...", "code": "..."}. Status codes that
 * have no result code (411, 431, 505) go through reply_error_status().
 */
#include "http/internal.h"

unsigned http_status_of(enum rc rc)
{
        switch (rc) {
        case RC_OK:
                return 200;
        case RC_INVALID:
                return 400;
        case RC_UNAUTHENTICATED:
                return 401;
        case RC_DENIED:
                return 403;
        case RC_NOT_FOUND:
                return 404;
        case RC_EXISTS:
        case RC_CONFLICT:
                return 409;
        case RC_TOO_LARGE:
                return 413;
        case RC_TOO_MANY:
                return 429;
        case RC_AGAIN:
        case RC_UNAVAILABLE:
                return 503;
        case RC_IO:
        case RC_CORRUPT:
        case RC_INTERNAL:
        case RC__COUNT:
                break;
        }
        return 500;
}

/* JSON string text. A message that was cut inside a character loses its non-ASCII bytes. */
static void add_escaped(struct buf *buf, struct str text)
{
        bool utf8 = str_is_utf8(text);

        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.ptr[i];

                if (c == '"' || c == '\\')
                        buf_printf(buf, "\\%c", c);
                else if (c < 0x20 || c == 0x7f)
                        buf_printf(buf, "\\u%04x", c);
                else
                        buf_add_c(buf, c >= 0x80 && !utf8 ? '?' : (char)c);
        }
}

static void reply_json(struct http_request *req, unsigned status, enum rc rc, const char *message)
{
        struct buf body = { 0 };

        buf_add_str(&body, STR("{\"error\":\""));
        add_escaped(&body, str_from(message));
        buf_printf(&body, "\",\"code\":\"%s\"}\n", rc_name(rc));
        http_reply_buf(req, status, STR("application/json"), &body);
}

static bool has_header(const struct reply *reply, const char *name)
{
        for (const struct reply_header *h = reply->headers; h; h = h->next)
                if (str_eq_nocase(str_from(h->name), str_from(name)))
                        return true;
        return false;
}

/*
 * Basic authentication is asked for wherever a browser's own password window would not
 * get in the way: a script of the web app shows its own sign-in page.
 */
static bool wants_challenge(struct http_request *req)
{
        struct str mode = http_header(req, "Sec-Fetch-Mode");

        return str_is_null(mode) || str_eq_c(mode, "navigate");
}

static void add_hints(struct http_request *req)
{
        struct reply *reply = &req->reply;

        if (reply->status == 401 && wants_challenge(req) && !has_header(reply, "WWW-Authenticate"))
                http_reply_header(req, "WWW-Authenticate", STR("Basic realm=\"vitrine\", charset=\"UTF-8\""));
        if ((reply->status == 429 || reply->status == 503) && !has_header(reply, "Retry-After"))
                http_reply_header(req, "Retry-After", STR("1"));
}

void reply_error(struct http_request *req, enum rc rc, struct err *err)
{
        const struct http_config *config = &req->loop->server->config;

        req->failed = true;
        reply_clear(&req->reply);
        err->rc = rc;
        if (!err->msg[0])
                (void)err_set(err, rc, "The server cannot say what went wrong, but its log may.");
        if (config->error_reply)
                config->error_reply(req, err);
        if (req->reply.kind != REPLY_BYTES) {
                reply_clear(&req->reply);
                reply_json(req, http_status_of(rc), rc, err->msg);
        }
        add_hints(req);
}

void reply_error_status(struct http_request *req, unsigned status, enum rc rc, const char *message)
{
        req->failed = true;
        reply_clear(&req->reply);
        reply_json(req, status, rc, message);
        add_hints(req);
}
