/*
 * api/endpoint.c - /graphql: HTTP to GraphQL and back.
 *
 * A request is answered with 200 only when it has no errors; otherwise with the status of
 * the first error and the usual body {"data": ..., "errors": [...]}, because clients
 * look at the status before they read the body, and take most of 5xx for "again".
 *
 * A query that was asked before in the same bytes may be answered as before: domain/answer.h.
 *
 * The answer's media type is application/json unless the caller prefers
 * application/graphql-response+json. A browser's cookie counts only for requests that this
 * server's own pages made: gate_enter() sees to that; and a POST must be application/json,
 * which other pages cannot send without asking first.
 */
#include "api/api.h"

#include "api/internal.h"
#include "api/resolve.h"
#include "domain/answer.h"

#define BODY_MAX (16 * 1024 * 1024)
#define REPLY_USUAL_BYTES 4000 /* most replies are shorter: no growing while they are written */
#define CACHE_BYTES (8 * 1024 * 1024)
#define TYPE_JSON "application/json"
#define TYPE_RESPONSE "application/graphql-response+json"

struct api {
        struct gql_cache *cache;
};

/* One request in the words of the protocol. */
struct params {
        struct str query;
        struct str operation_name;    /* absent: none */
        const struct json *variables; /* NULL: none */
};

enum rc api_new(struct api **ret_api, struct err *err)
{
        static const struct gql_limits limits = { .introspection = true, .allow_unused = true };
        struct api *api;
        enum rc rc = gql_schema_check(&vitrine_schema, err);

        if (rc)
                return rc;
        api = calloc(1, sizeof(*api));
        if (!api)
                return err_set(err, RC_UNAVAILABLE, "Out of memory.");
        api->cache = gql_cache_new(&vitrine_schema, &limits, CACHE_BYTES);
        *ret_api = api;
        return RC_OK;
}

void api_free(struct api *api)
{
        if (!api)
                return;
        gql_cache_free(api->cache);
        free(api);
}

/* ---- media types ---------------------------------------------------------------------------- */

/* q of one item of an Accept header in thousandths. */
static unsigned quality(struct str params)
{
        while (!str_is_null(params)) {
                struct str value = str_trim(str_cut(&params, ';'));
                struct str name = str_trim(str_cut(&value, '='));
                unsigned q = 0, scale = 1000;

                if (!str_eq_nocase(name, STR("q")))
                        continue;
                for (size_t i = 0; i < value.len && scale > 0; i++) {
                        if (value.ptr[i] == '.')
                                continue;
                        if (value.ptr[i] < '0' || value.ptr[i] > '9')
                                return 0;
                        q += (unsigned)(value.ptr[i] - '0') * scale;
                        scale /= 10;
                }
                return q;
        }
        return 1000;
}

static struct str choose_type(struct http_request *req)
{
        struct str rest = http_header(req, "Accept");
        unsigned json = 0, response = 0;

        if (str_is_empty(rest))
                return STR(TYPE_JSON "; charset=utf-8");
        while (!str_is_null(rest)) {
                struct str params = str_cut(&rest, ',');
                struct str type = str_trim(str_cut(&params, ';'));
                unsigned q = quality(params);

                if (str_eq_nocase(type, STR(TYPE_RESPONSE)) && q > response)
                        response = q;
                else if (!str_eq_nocase(type, STR(TYPE_RESPONSE)) && q > json &&
                         (str_eq_nocase(type, STR(TYPE_JSON)) || str_eq_c(type, "*/*") ||
                          str_eq_nocase(type, STR("application/*"))))
                        json = q;
        }
        return response > json ? STR(TYPE_RESPONSE "; charset=utf-8") : STR(TYPE_JSON "; charset=utf-8");
}

/* application/json, in UTF-8 where it says so. */
static bool body_type_ok(struct http_request *req)
{
        struct str params = http_header(req, "Content-Type");
        struct str type = str_trim(str_cut(&params, ';'));

        if (!str_eq_nocase(type, STR(TYPE_JSON)))
                return false;
        while (!str_is_null(params)) {
                struct str value = str_trim(str_cut(&params, ';'));
                struct str name = str_trim(str_cut(&value, '='));

                value = str_trim(value);
                if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
                        value = str_slice(value, 1, value.len - 1);
                if (str_eq_nocase(name, STR("charset")) && !str_eq_nocase(value, STR("utf-8")) &&
                    !str_eq_nocase(value, STR("utf8")))
                        return false;
        }
        return true;
}

/* ---- answers ---------------------------------------------------------------------------------- */

static void reply(struct http_request *req, unsigned status, struct buf *body)
{
        http_reply_buf(req, status, choose_type(req), body);
        http_reply_header(req, "Cache-Control", STR("no-store"));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
        if (status == 503)
                http_reply_header(req, "Retry-After", STR("1"));
        /* Not to browsers' scripts: they would ask the person at the screen. */
        if (status == 401 && str_is_null(http_header(req, "Sec-Fetch-Mode")))
                http_reply_header(req, "WWW-Authenticate", STR("Basic realm=\"vitrine\", charset=\"UTF-8\""));
}

static void reply_errors(struct http_request *req, const struct gql_error *errors, unsigned status)
{
        struct buf body = { 0 };

        gql_write_errors(errors, &body);
        reply(req, status ? status : api_status_of(errors->rc), &body);
}

/* An error that came before GraphQL; status 0: that of the rc. */
static enum rc reply_error(struct http_request *req, const struct err *err, unsigned status)
{
        struct err shown = *err;
        struct gql_error error = { .rc = err->rc };

        gate_hide_internal(req, &shown, STR("graphql"));
        error.message = arena_str(http_arena(req), str_from(shown.msg));
        reply_errors(req, &error, status);
        return RC_OK;
}

/* ---- execution ---------------------------------------------------------------------------------- */

static enum rc allow(void *app, enum gql_access access, const char *field, struct err *err)
{
        const struct call *call = ((struct api_request *)app)->call;

        /* The field before gave its connection back for long work and found none free afterwards. */
        if (!call->conn)
                return err_set(err, RC_AGAIN, "The server is busy: ask for '%s' again in a moment.", field);
        if (access == GQL_ACCESS_PUBLIC)
                return RC_OK;
        if (call->who->account_id == 0)
                return err_set(err, RC_UNAUTHENTICATED,
                               "'%s' needs an API key: log in with `wandb login` or send one.", field);
        if (access == GQL_ACCESS_USER || (access == GQL_ACCESS_ADMIN && call->who->admin))
                return RC_OK;
        return err_set(err, RC_DENIED, "Only an administrator of this server may use '%s': ask one.", field);
}

static void on_error(void *app, struct err *err, struct str path_json)
{
        struct api_request *request = app;

        gate_hide(request->gate, request->call->request_id, err, path_json);
}

static bool reply_as_before(struct http_request *req, struct call *call, struct str question, struct answer_key *ret_key)
{
        struct buf body = { 0 };
        struct str answer;

        if (!answer_find(call, question, ret_key, &answer))
                return false;
        buf_add_str(&body, answer);
        reply(req, 200, &body);
        return true;
}

typedef enum rc read_params_fn(struct http_request *req, struct params *ret, struct err *err);

/* question: the bytes that params are read from, unless they were asked before; absent: the answer is not to be kept. */
static enum rc run(struct http_request *req, struct str question, read_params_fn *read_params, bool query_only,
                   struct err *err)
{
        struct params params = { 0 };
        struct answer_key key;
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(gql_prepared_release) struct gql_prepared *prepared = NULL;
        struct api_request app = { .call = &visit.call, .gate = gate_of(req) };
        struct gql_error *errors = NULL;
        struct gql_response response = { 0 };
        struct buf body = { 0 };
        enum rc rc;

        rc = gate_enter(req, &visit, err);
        if (rc)
                return rc;
        if (reply_as_before(req, &visit.call, question, &key))
                return RC_OK;
        rc = read_params(req, &params, err);
        if (rc)
                return rc;
        rc = gql_cache_get(app.gate->api->cache, visit.call.arena, params.query, &prepared, &errors, err);
        if (rc && errors) {
                reply_errors(req, errors, 0);
                return RC_OK;
        }
        if (rc)
                return rc;
        buf_reserve(&body, REPLY_USUAL_BYTES);
        gql_execute(prepared,
                    &(struct gql_request){
                            .arena = visit.call.arena,
                            .app = &app,
                            .operation_name = params.operation_name,
                            .variables = params.variables,
                            .allow = allow,
                            .query_only = query_only,
                            .on_error = on_error,
                    },
                    &body, &response);
        if (response.operation == GQL_QUERY && !response.errors)
                answer_keep(&visit.call, &key, buf_str(&body));
        reply(req, response.errors ? api_status_of(response.errors->rc) : 200, &body);
        return RC_OK;
}

struct call *call_of(struct gql_field *field)
{
        return ((struct api_request *)gql_app(field))->call;
}

/* ---- parameters ------------------------------------------------------------------------------------ */

static enum rc member_text(const struct json *body, const char *key, struct str *ret, struct err *err)
{
        const struct json *value = json_get(body, key);

        if (!value || value->kind == JSON_NULL)
                return RC_OK;
        if (value->kind != JSON_STRING)
                return err_set(err, RC_INVALID, "'%s' must be a string.", key);
        *ret = value->text;
        return RC_OK;
}

static enum rc member_object(const struct json *body, const char *key, const struct json **ret, struct err *err)
{
        const struct json *value = json_get(body, key);

        if (!value || value->kind == JSON_NULL)
                return RC_OK;
        if (value->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "'%s' must be a JSON object.", key);
        *ret = value;
        return RC_OK;
}

static enum rc params_from_json(const struct json *body, struct params *ret, struct err *err)
{
        const struct json *extensions = NULL;
        enum rc rc;

        if (body->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "The body must be one JSON object with 'query'; batches are not supported.");
        rc = member_text(body, "query", &ret->query, err);
        if (rc)
                return rc;
        rc = member_text(body, "operationName", &ret->operation_name, err);
        if (rc)
                return rc;
        rc = member_object(body, "variables", &ret->variables, err);
        if (rc)
                return rc;
        rc = member_object(body, "extensions", &extensions, err);
        if (rc)
                return rc;
        if (str_is_null(ret->query))
                return err_set(err, RC_INVALID, "The body has no 'query': send a GraphQL document.");
        return RC_OK;
}

static enum rc params_from_body(struct http_request *req, struct params *ret, struct err *err)
{
        const struct json_limits limits = { .max_bytes = BODY_MAX };
        struct json *body = NULL;
        enum rc rc = json_parse(http_arena(req), http_body(req), &limits, &body, err);

        return rc ? rc : params_from_json(body, ret, err);
}

static enum rc post(struct http_request *req, struct err *err)
{
        enum rc rc;

        if (!body_type_ok(req)) {
                (void)err_set(err, RC_INVALID, "GraphQL is posted as Content-Type application/json in UTF-8.");
                return reply_error(req, err, 415);
        }
        rc = run(req, http_body(req), params_from_body, false, err);
        return rc ? reply_error(req, err, 0) : RC_OK;
}

static enum rc object_from_text(struct http_request *req, const char *key, const struct json **ret, struct err *err)
{
        struct str text = http_query(req, key);
        struct json *value = NULL;
        enum rc rc;

        if (str_is_empty(text))
                return RC_OK;
        rc = json_parse(http_arena(req), text, NULL, &value, err);
        if (rc)
                return err_prefix(err, rc, "In '%s'", key);
        if (value->kind == JSON_NULL)
                return RC_OK;
        if (value->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "'%s' must be a JSON object.", key);
        *ret = value;
        return RC_OK;
}

static enum rc params_from_address(struct http_request *req, struct params *ret, struct err *err)
{
        const struct json *extensions = NULL;
        enum rc rc;

        ret->query = http_query(req, "query");
        ret->operation_name = http_query(req, "operationName");
        if (str_is_null(ret->query))
                return err_set(err, RC_INVALID, "There is no 'query' in the address: send a GraphQL document.");
        rc = object_from_text(req, "variables", &ret->variables, err);
        return rc ? rc : object_from_text(req, "extensions", &extensions, err);
}

static enum rc get(struct http_request *req, struct err *err)
{
        enum rc rc = run(req, STR_NULL, params_from_address, true, err);

        return rc ? reply_error(req, err, 0) : RC_OK;
}

const struct http_route api_routes[] = {
        {
                .method = "POST",
                .pattern = "/graphql",
                .body = HTTP_BODY_WHOLE,
                .body_max_bytes = BODY_MAX,
                .access = "schema",
                .handler = { .handle = post },
        },
        {
                .method = "GET",
                .pattern = "/graphql",
                .body = HTTP_BODY_NONE,
                .access = "schema",
                .handler = { .handle = get },
        },
};
const size_t api_route_count = ARRAY_LEN(api_routes);
