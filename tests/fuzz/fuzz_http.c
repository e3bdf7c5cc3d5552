/*
 * tests/fuzz/fuzz_http.c - what the http room parses itself: targets, queries, routes,
 * conditions and ranges.
 *
 * The input is lines: target, Range, If-Range, If-None-Match, If-Modified-Since, If-Match.
 * What comes out must be valid UTF-8 without NUL, and a part must lie inside the whole.
 */
#include "http/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rc handle(struct http_request *req UNUSED, struct err *err UNUSED)
{
        return RC_OK;
}

static const struct http_route table[] = {
        { .method = "GET", .pattern = "/", .access = "public", .handler = { .handle = handle } },
        { .method = "GET", .pattern = "/a/{x}/b", .access = "public", .handler = { .handle = handle } },
        { .method = "GET", .pattern = "/a/{x}/{y}/{rest...}", .access = "public", .handler = { .handle = handle } },
        { .method = "GET", .pattern = "/a/b/c", .access = "public", .handler = { .handle = handle } },
};

static void check_text(struct str text)
{
        if (!str_is_utf8(text) || (text.len && memchr(text.ptr, 0, text.len)))
                abort();
}

static void check_target(struct http_request *req, const struct routes *routes)
{
        struct err err = { 0 };

        if (!target_split(req->target, &req->path, &req->query) || !target_query_ok(&req->arena, req->query))
                return;
        check_text(target_query_get(&req->arena, req->query, STR("q")));
        if (routes_match(routes, req, &err))
                return;
        for (unsigned i = 0; i < PARAMS_MAX; i++)
                check_text(req->params[i]);
}

static void check_range(struct http_request *req, uint64_t size_bytes)
{
        static const char whole[300];
        struct http_entity entity = { STR("a/b"), STR("\"e\""), 1000000000000000, size_bytes };
        struct reply *reply = &req->reply;

        http_reply_bytes(req, &entity, (struct str){ whole, (size_t)size_bytes });
        if (reply->status == 200 && reply->bytes.len != size_bytes)
                abort();
        if (reply->status == 206 && (!reply->bytes.len || reply->bytes.ptr < whole ||
                                     reply->bytes.ptr + reply->bytes.len > whole + size_bytes))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const names[] = { "Range", "If-Range", "If-None-Match", "If-Modified-Since", "If-Match" };
        static struct routes *routes;
        struct str rest = { (const char *)data, size };
        struct field fields[ARRAY_LEN(names)];
        struct http_server server = { 0 };
        struct loop loop = { .server = &server };
        struct http_request *req;
        struct err err = { 0 };

        if (!routes && routes_new(table, ARRAY_LEN(table), &routes, &err))
                abort();
        req = request_new(&loop, NULL, "-");
        if (!req)
                abort();
        req->method = STR("GET");
        /* As in the server: targets reach the room without NUL, which ends them in its parser. */
        req->target = str_cut(&rest, '\n');
        req->target.len = strnlen(req->target.ptr ? req->target.ptr : "", req->target.len);
        req->fields = fields;
        for (size_t i = 0; i < ARRAY_LEN(names) && !str_is_null(rest); i++) {
                struct str value = str_trim(str_cut(&rest, '\n'));

                if (value.len)
                        fields[req->field_count++] = (struct field){ str_from(names[i]), value };
        }
        check_target(req, routes);
        check_range(req, size % 300);
        request_free(req);
        return 0;
}
