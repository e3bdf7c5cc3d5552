/*
 * http/request.c - one request: its making, what handlers may ask of it, its end.
 *
 * A request is made when libmicrohttpd has read the request line. The head is copied into
 * the request's arena before any handler runs, because handlers run on other threads and
 * abort() runs when libmicrohttpd has already forgotten the connection.
 */
#include "http/internal.h"

#include <stdio.h>

struct http_request *request_new(struct loop *loop, struct MHD_Connection *connection, const char *address)
{
        struct http_request *req = calloc(1, sizeof(*req));

        if (!req)
                return NULL;
        req->loop = loop;
        req->connection = connection;
        req->reply.fd = -1;
        req->started_us = clock_mono_us();
        (void)snprintf(req->address, sizeof(req->address), "%s", address);
        arena_init(&req->arena, loop->server->config.arena_cap_bytes);
        return req;
}

void request_free(struct http_request *req)
{
        if (!req)
                return;
        reply_clear(&req->reply);
        if (req->budgeted)
                (void)atomic_fetch_sub(&req->loop->server->whole_bodies, req->budgeted);
        buf_done(&req->body);
        arena_done(&req->arena);
        free(req);
}

struct copier {
        struct http_request *req;
        size_t bytes;
        unsigned count;
        char *at;
};

static enum MHD_Result measure(void *payload, enum MHD_ValueKind kind UNUSED, const char *name UNUSED,
                               size_t name_len, const char *value UNUSED, size_t value_len)
{
        struct copier *copier = payload;

        copier->bytes += name_len + value_len;
        copier->count++;
        return MHD_YES;
}

static struct str copy(struct copier *copier, const char *text, size_t len)
{
        struct str result = { copier->at, len };

        if (len)
                memcpy(copier->at, text, len);
        copier->at += len;
        return result;
}

static enum MHD_Result copy_field(void *payload, enum MHD_ValueKind kind UNUSED, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
        struct copier *copier = payload;
        struct http_request *req = copier->req;
        struct field *field = &req->fields[req->field_count++];

        field->name = copy(copier, name, name_len);
        field->value = str_trim(copy(copier, value, value_len));
        return MHD_YES;
}

static bool is_id(struct str id)
{
        for (size_t i = 0; i < id.len; i++) {
                char c = id.ptr[i];

                if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                      c == '_'))
                        return false;
        }
        return id.len >= 1 && id.len <= 64;
}

/* 16 hex digits that do not repeat (splitmix64); not for security. */
static struct str new_id(struct http_request *req)
{
        uint64_t z = req->loop->id_state += 0x9e3779b97f4a7c15u;
        char *text = arena_alloc(&req->arena, 17);

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        for (int i = 0; i < 16; i++)
                text[i] = "0123456789abcdef"[(z >> (60 - 4 * i)) & 15];
        return (struct str){ text, 16 };
}

enum rc request_read_head(struct http_request *req, const char *method, struct err *err)
{
        struct copier copier = { .req = req };

        (void)MHD_get_connection_values_n(req->connection, MHD_HEADER_KIND, measure, &copier);
        copier.bytes += strlen(method);
        copier.at = arena_alloc(&req->arena, copier.bytes);
        req->fields = arena_array(&req->arena, struct field, copier.count);
        (void)MHD_get_connection_values_n(req->connection, MHD_HEADER_KIND, copy_field, &copier);
        req->method = copy(&copier, method, strlen(method));
        req->is_head = str_eq(req->method, STR("HEAD"));

        req->id = http_header(req, "X-Request-Id");
        if (!is_id(req->id))
                req->id = new_id(req);
        if (!target_split(req->target, &req->path, &req->query))
                return err_set(err, RC_INVALID,
                               "The request target is malformed: send a path that starts with a slash.");
        if (!target_query_ok(&req->arena, req->query))
                return err_set(err, RC_INVALID,
                               "The query has a malformed percent-escape or is not UTF-8: encode it again.");
        return RC_OK;
}

/* ---- for handlers ---------------------------------------------------------------------- */

void *http_app(struct http_request *req)
{
        return req->loop->server->config.app;
}

struct arena *http_arena(struct http_request *req)
{
        return &req->arena;
}

const struct http_route *http_route(struct http_request *req)
{
        return req->route;
}

struct str http_method(struct http_request *req)
{
        return req->method;
}

struct str http_path(struct http_request *req)
{
        return req->path;
}

struct str http_param(struct http_request *req, const char *name)
{
        unsigned index = req->route ? route_param_index(req->route, name) : PARAMS_MAX;

        return index < PARAMS_MAX ? req->params[index] : STR_NULL;
}

struct str http_query(struct http_request *req, const char *name)
{
        return target_query_get(&req->arena, req->query, str_from(name));
}

struct str http_header(struct http_request *req, const char *name)
{
        struct str wanted = str_from(name);

        for (unsigned i = 0; i < req->field_count; i++)
                if (str_eq_nocase(req->fields[i].name, wanted))
                        return req->fields[i].value;
        return STR_NULL;
}

struct str http_body(struct http_request *req)
{
        return buf_str(&req->body);
}

uint64_t http_content_length(struct http_request *req)
{
        return req->content_length;
}

struct str http_client_address(struct http_request *req)
{
        return str_from(req->address);
}

struct str http_request_id(struct http_request *req)
{
        return req->id;
}

void http_set_state(struct http_request *req, void *state)
{
        req->state = state;
}

void *http_state(struct http_request *req)
{
        return req->state;
}

void http_set_user(struct http_request *req, struct str user)
{
        req->user = user;
}

struct str http_user(struct http_request *req)
{
        return req->user;
}
