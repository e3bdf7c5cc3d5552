/*
 * http/range.c - conditional and range requests for what has a size and perhaps an ETag.
 *
 * The order of RFC 9110 13.2.2: If-Match, else If-Unmodified-Since (412); If-None-Match,
 * else If-Modified-Since (304); Range with If-Range (206 or 416). One range only: several
 * in one request, or a Range that does not parse, are answered with the whole body, as the
 * RFC allows. Range counts for GET only, conditions for GET and HEAD only: other methods
 * that answer with bytes state no entity of their own.
 */
#include "http/internal.h"

#include <time.h>

struct part {
        unsigned status;       /* 200, 206, 304, 412, 416 */
        uint64_t first, size;
};

/* An IMF-fixdate, the only form that is sent today. In seconds. */
static bool parse_date(struct str text, int64_t *ret)
{
        char copy[40];
        struct tm tm = { 0 };
        const char *end;

        if (text.len >= sizeof(copy) || !text.len)
                return false;
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        end = strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        if (!end || *end)
                return false;
        *ret = (int64_t)timegm(&tm);
        return true;
}

/* Whether the list ("a", W/"b" or *) names the tag. */
static bool list_has(struct str list, struct str tag, bool weak_ok)
{
        if (str_eq(str_trim(list), STR("*")))
                return true;
        if (!tag.len)
                return false;
        while (!str_is_null(list)) {
                struct str item = str_trim(str_cut(&list, ','));

                if (weak_ok && str_starts(item, STR("W/")))
                        item = str_slice(item, 2, item.len);
                if (str_eq(item, tag))
                        return true;
        }
        return false;
}

/* 0, or the status that a condition calls for. */
static unsigned check_conditions(struct http_request *req, const struct http_entity *entity)
{
        struct str match = http_header(req, "If-Match");
        struct str unmodified = http_header(req, "If-Unmodified-Since");
        struct str none_match = http_header(req, "If-None-Match");
        struct str modified = http_header(req, "If-Modified-Since");
        int64_t seconds = entity->modified_us / 1000000, since;

        if (!str_is_null(match)) {
                if (!list_has(match, entity->etag, false))
                        return 412;
        } else if (entity->modified_us && parse_date(unmodified, &since) && seconds > since) {
                return 412;
        }
        if (!str_is_null(none_match))
                return list_has(none_match, entity->etag, true) ? 304 : 0;
        if (entity->modified_us && parse_date(modified, &since) && seconds <= since)
                return 304;
        return 0;
}

/* If-Range: the range counts only if the entity is the one the client has a part of. */
static bool range_applies(struct http_request *req, const struct http_entity *entity)
{
        struct str condition = http_header(req, "If-Range");
        int64_t date;

        if (str_is_null(condition))
                return true;
        if (parse_date(condition, &date))
                return entity->modified_us && entity->modified_us / 1000000 == date;
        return entity->etag.len && !str_starts(entity->etag, STR("W/")) && str_eq(condition, entity->etag);
}

/* Digits only; a number too large for 64 bits is past every end, so it is clamped. */
static bool parse_position(struct str text, uint64_t *ret)
{
        for (size_t i = 0; i < text.len; i++)
                if (text.ptr[i] < '0' || text.ptr[i] > '9')
                        return false;
        if (!text.len)
                return false;
        if (!str_to_u64(text, ret))
                *ret = UINT64_MAX;
        return true;
}

/* False: the header means nothing to us. Otherwise status is 206 or 416. */
static bool parse_range(struct str text, uint64_t size, struct part *part)
{
        struct str from, to = text;
        uint64_t first = 0, last = UINT64_MAX;

        if (!str_eq_nocase(str_slice(text, 0, 6), STR("bytes=")) || str_find(text, ',', 0) != SIZE_MAX)
                return false;
        to = str_trim(str_slice(text, 6, text.len));
        if (str_find(to, '-', 0) == SIZE_MAX)
                return false;
        from = str_trim(str_cut(&to, '-'));
        to = str_trim(to);
        if (from.len == 0) { /* the last `to` bytes */
                if (!parse_position(to, &last))
                        return false;
                if (size == 0 && last > 0)
                        return false; /* satisfiable, but there is no way to say so */
                first = last >= size ? 0 : size - last;
                *part = (struct part){ last ? 206 : 416, first, size - first };
                return true;
        }
        if (!parse_position(from, &first) || (to.len && !parse_position(to, &last)) || last < first)
                return false;
        if (first >= size) {
                part->status = 416;
                return true;
        }
        if (last >= size)
                last = size - 1;
        *part = (struct part){ 206, first, last - first + 1 };
        return true;
}

static struct part decide(struct http_request *req, const struct http_entity *entity)
{
        struct part part = { 200, 0, entity->size_bytes };
        struct str range = http_header(req, "Range");
        bool is_get = str_eq(req->method, STR("GET"));
        unsigned status;

        if (!is_get && !req->is_head)
                return part;
        status = check_conditions(req, entity);
        if (status)
                return (struct part){ status, 0, 0 };
        if (is_get && !str_is_null(range) && range_applies(req, entity))
                (void)parse_range(range, entity->size_bytes, &part);
        return part;
}

static void add_entity_headers(struct http_request *req, const struct http_entity *entity, const struct part *part)
{
        struct arena *arena = &req->arena;
        unsigned long long size = entity->size_bytes;

        if (part->status == 412)
                return;
        if (entity->etag.len)
                http_reply_header(req, "ETag", entity->etag);
        if (entity->modified_us) {
                char date[32];

                clock_format_http(entity->modified_us, date);
                http_reply_header(req, "Last-Modified", str_from(date));
        }
        if (part->status == 304)
                return;
        http_reply_header(req, "Accept-Ranges", STR("bytes"));
        if (part->status == 206)
                http_reply_header(req, "Content-Range",
                                  arena_printf(arena, "bytes %llu-%llu/%llu", (unsigned long long)part->first,
                                               (unsigned long long)(part->first + part->size - 1), size));
        if (part->status == 416)
                http_reply_header(req, "Content-Range", arena_printf(arena, "bytes */%llu", size));
}

/* The replies without the entity's bytes. */
static bool reply_without_bytes(struct http_request *req, const struct part *part)
{
        switch (part->status) {
        case 304:
                http_reply_borrowed(req, 304, STR_NULL, STR_NULL);
                return true;
        case 412:
                reply_error_status(req, 412, RC_CONFLICT, "the file is not the one the request's condition names");
                return true;
        case 416:
                reply_error_status(req, 416, RC_INVALID, "the requested range lies outside the file");
                return true;
        default:
                return false;
        }
}

static struct str type_of(const struct http_entity *entity)
{
        return entity->content_type.len ? entity->content_type : STR("application/octet-stream");
}

void http_reply_file(struct http_request *req, const struct http_entity *entity, int fd, uint64_t offset)
{
        struct part part = decide(req, entity);

        if (reply_without_bytes(req, &part)) {
                fd_close(&fd);
        } else {
                http_reply_borrowed(req, part.status, type_of(entity), STR_NULL);
                req->reply.kind = REPLY_FILE;
                req->reply.fd = fd;
                req->reply.offset = offset + part.first;
                req->reply.size = part.size;
        }
        add_entity_headers(req, entity, &part);
}

void http_reply_bytes(struct http_request *req, const struct http_entity *entity, struct str bytes)
{
        struct part part = decide(req, entity);

        if (!reply_without_bytes(req, &part))
                http_reply_borrowed(req, part.status, type_of(entity),
                                    str_slice(bytes, (size_t)part.first, (size_t)(part.first + part.size)));
        add_entity_headers(req, entity, &part);
}
