/*
 * http/guard.c - the framing law: which request heads are believed.
 *
 * libmicrohttpd parses leniently (folded lines, bare line feeds, white space before the
 * colon, repeated Content-Length, Content-Length beside Transfer-Encoding). Behind a proxy
 * that reads such a head differently, leniency becomes request smuggling. So the first
 * time a request is seen, body.c asks guard_check(), and a head that could be read in two
 * ways is answered with 400 and the end of the connection.
 *
 * libmicrohttpd hands out pointers into the buffer that it received the head in, having
 * put NUL where SP, ':' and CR LF were. check_layout() therefore proves that the method,
 * the target, the version and the fields, each followed by exactly its separator, cover
 * every byte of the head. A folded line (its name is moved away), a bare LF, a stray NUL
 * or a second space leaves a gap somewhere.
 *
 * Called once per request, on the I/O thread, before anything looks at a header.
 */
#include "http/internal.h"

struct guard {
        struct http_request *req;
        const char *next;      /* where the next field must start */
        unsigned count, hosts, lengths, encodings;
        size_t bytes;
        bool bad_layout, bad_name, bad_value, bad_host, bad_encoding;
};

/* A token of RFC 9110. */
static bool is_token(const char *s, size_t len)
{
        static const char others[] = "!#$%&'*+-.^_`|~";

        for (size_t i = 0; i < len; i++) {
                char c = s[i];
                bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

                if (!alnum && !memchr(others, c, sizeof(others) - 1))
                        return false;
        }
        return len > 0;
}

static bool has_controls(const char *s, size_t len)
{
        for (size_t i = 0; i < len; i++)
                if (((unsigned char)s[i] < 0x20 && s[i] != '\t') || s[i] == 0x7f)
                        return true;
        return false;
}

/* host[:port]; empty is allowed by RFC 9112. */
static bool is_host(struct str host)
{
        for (size_t i = 0; i < host.len; i++) {
                char c = host.ptr[i];
                bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

                if (!alnum && !memchr("-._~:[]%", c, 8))
                        return false;
        }
        return true;
}

/* name ':' *( SP / HTAB ) value CR LF, with NUL for ':' and for CR LF. */
static bool field_in_place(struct guard *guard, const char *name, size_t name_len, const char *value,
                           size_t value_len)
{
        const char *after_colon = name + name_len + 1;

        if (name != guard->next || value < after_colon)
                return false;
        for (const char *p = after_colon; p < value; p++)
                if (*p != ' ' && *p != '\t')
                        return false;
        guard->next = value + value_len + 2;
        return true;
}

static enum MHD_Result check_field(void *payload, enum MHD_ValueKind kind UNUSED, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
        struct guard *guard = payload;
        struct str key = { name, name_len }, text;

        if (!value)
                value = name + name_len + 1;
        text = str_trim((struct str){ value, value_len });
        guard->count++;
        guard->bytes += name_len + value_len + 4;
        guard->bad_layout |= !field_in_place(guard, name, name_len, value, value_len);
        guard->bad_name |= !is_token(name, name_len);
        guard->bad_value |= has_controls(value, value_len);
        if (str_eq_nocase(key, STR("Host"))) {
                guard->hosts++;
                guard->bad_host |= !is_host(text);
        } else if (str_eq_nocase(key, STR("Content-Length"))) {
                guard->lengths++;
                guard->bad_value |= !str_to_u64(text, &guard->req->content_length);
                guard->req->has_length = true;
        } else if (str_eq_nocase(key, STR("Transfer-Encoding"))) {
                guard->encodings++;
                guard->bad_encoding |= !str_eq_nocase((struct str){ value, value_len }, STR("chunked"));
                guard->req->chunked = true;
        } else if (str_eq_nocase(key, STR("Expect"))) {
                guard->req->expects_continue |= str_eq_nocase(text, STR("100-continue"));
        }
        return guard->bad_layout ? MHD_NO : MHD_YES;
}

/* The request line: method SP target SP version CR LF, with NUL for SP and for CR LF. */
static bool line_in_place(const struct http_request *req, const char *method, const char *version)
{
        const char *target = req->raw_target;

        if (!target || target != method + strlen(method) + 1 || version != target + req->raw_target_len + 1)
                return false;
        /* raw_target itself is cut at '?' by now; req->target is the copy made before. */
        for (size_t i = 0; i < req->target.len; i++)
                if ((unsigned char)req->target.ptr[i] <= ' ' || req->target.ptr[i] == 0x7f)
                        return false;
        return strcmp(version, "HTTP/1.1") == 0 || strcmp(version, "HTTP/1.0") == 0;
}

static enum rc check_layout(struct guard *guard, const char *method, const char *version, struct err *err)
{
        const union MHD_ConnectionInfo *info;
        struct MHD_Connection *connection = guard->req->connection;

        if (!line_in_place(guard->req, method, version))
                return err_set(err, RC_INVALID, "The request line is malformed: send HTTP/1.1.");
        guard->next = version + strlen(version) + 2;
        (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, check_field, guard);
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
        if (!guard->bad_layout && info && guard->next + 2 != method + info->header_size)
                guard->bad_layout = true;
        if (guard->bad_layout)
                return err_set(err, RC_INVALID,
                               "The header has a folded line, a bare line feed or a NUL byte: send HTTP/1.1.");
        return RC_OK;
}

static enum rc check_limits(const struct guard *guard, struct err *err)
{
        const struct http_config *config = &guard->req->loop->server->config;

        if (guard->count > HEADERS_MAX)
                return err_set(err, RC_TOO_LARGE,
                               "The request has more than %d header fields: send fewer.", HEADERS_MAX);
        if (guard->bytes + guard->req->raw_target_len > config->max_header_bytes)
                return err_set(err, RC_TOO_LARGE, "The request's header is larger than %zu bytes: send less.",
                               config->max_header_bytes);
        return RC_OK;
}

static enum rc check_framing(const struct guard *guard, const char *version, struct err *err)
{
        bool old = strcmp(version, "HTTP/1.0") == 0;

        if (guard->bad_name)
                return err_set(err, RC_INVALID, "A header field has a name that is not a token: send HTTP/1.1.");
        if (guard->bad_value)
                return err_set(err, RC_INVALID, "A header field has a malformed value: send HTTP/1.1.");
        if (guard->encodings && guard->lengths)
                return err_set(err, RC_INVALID,
                               "Content-Length and Transfer-Encoding exclude each other: send one of them.");
        if (guard->lengths > 1)
                return err_set(err, RC_INVALID, "Content-Length is given more than once: send one.");
        if (guard->encodings > 1 || guard->bad_encoding)
                return err_set(err, RC_INVALID,
                               "The only Transfer-Encoding taken is 'chunked': send that or a Content-Length.");
        if (guard->encodings && old)
                return err_set(err, RC_INVALID,
                               "HTTP/1.0 has no Transfer-Encoding: send HTTP/1.1 or a Content-Length.");
        if (guard->hosts > 1 || guard->bad_host)
                return err_set(err, RC_INVALID,
                               "The Host header is malformed: send the host and port of the address.");
        if (guard->hosts == 0 && !old)
                return err_set(err, RC_INVALID, "The Host header is missing: send the host and port of the address.");
        return RC_OK;
}

enum rc guard_check(struct http_request *req, const char *method, const char *version, struct err *err)
{
        struct guard guard = { .req = req };
        enum rc rc;

        rc = check_layout(&guard, method, version, err);
        if (!rc)
                rc = check_limits(&guard, err);
        if (!rc)
                rc = check_framing(&guard, version, err);
        if (!rc && !is_token(method, strlen(method)))
                rc = err_set(err, RC_INVALID, "The method is malformed: send one such as GET or POST.");
        return rc;
}
