/*
 * client/graphql.c - calls of the API: the request, the answer, and what its errors mean.
 *
 * All calls are POSTs to {base}/graphql. Those that change something may be repeated after a lost
 * answer: the server takes every one of them twice without harm (an artifact is known by its
 * client id, links and aliases and members are sets).
 */
#include <stdio.h>

#include "client/engine.h"

/*
 * The longest that is asked for in one piece is the addresses of 10,000 parts of a file, some KB each. Lists come in
 * pages, which get shorter where one is too long (list.c).
 */
enum { MIB = 1024 * 1024, ANSWER_MAX = 32 * MIB };

void vars_begin(struct vars *vars)
{
        *vars = (struct vars){ .buf = { .fallible = true } };
        json_writer_init(&vars->w, &vars->buf);
        json_begin_object(&vars->w);
}

void vars_done(struct vars *vars)
{
        buf_done(&vars->buf);
}

void vars_text(struct vars *vars, const char *key, const char *value)
{
        json_key_string(&vars->w, key, str_from(value));
}

void vars_text_if(struct vars *vars, const char *key, const char *value)
{
        if (value)
                vars_text(vars, key, value);
}

void call_write(struct buf *buf, const char *document, struct vars *vars)
{
        struct json_writer w;

        json_writer_init(&w, buf);
        json_begin_object(&w);
        json_key_string(&w, "query", str_from(document));
        if (vars) {
                json_end_object(&vars->w);
                json_key(&w, STR("variables"));
                json_raw(&w, buf_str(&vars->buf));
                if (vars->buf.failed)
                        buf->failed = true;
        }
        json_end_object(&w);
}

const struct json *dig(const struct json *data, const char *path)
{
        struct str rest = str_from(path);

        while (data && !str_is_null(rest))
                data = json_get_str(data, str_cut(&rest, '.'));
        return data && data->kind != JSON_NULL ? data : NULL;
}

/* ---- errors ---- */

static const struct { const char *name; enum rc rc; } codes[] = {
        { "INVALID", RC_INVALID }, { "UNAUTHENTICATED", RC_UNAUTHENTICATED }, { "DENIED", RC_DENIED },
        { "FORBIDDEN", RC_DENIED }, { "NOT_FOUND", RC_NOT_FOUND }, { "EXISTS", RC_EXISTS },
        { "CONFLICT", RC_CONFLICT }, { "TOO_LARGE", RC_TOO_LARGE }, { "TOO_MANY", RC_TOO_MANY },
        { "AGAIN", RC_AGAIN }, { "UNAVAILABLE", RC_UNAVAILABLE }, { "CORRUPT", RC_CORRUPT },
};

static enum rc rc_of_status(int status)
{
        switch (status) {
        case 400: case 411: case 422: return RC_INVALID;
        case 401: return RC_UNAUTHENTICATED;
        case 403: return RC_DENIED;
        case 404: case 410: return RC_NOT_FOUND;
        case 409: return RC_CONFLICT;
        case 413: return RC_TOO_LARGE;
        case 429: return RC_TOO_MANY;
        case 502: case 503: case 504: return RC_UNAVAILABLE;
        default: return RC_INTERNAL;
        }
}

/* The first of "errors"; message and code are the server's. */
static enum rc errors_error(const struct json *errors, int status, struct err *err)
{
        const struct json *first = errors ? errors->first : NULL;
        struct str message = json_text(first, "message");
        struct str code = json_text(json_get(first, "extensions"), "code");
        enum rc rc = status / 100 == 2 ? RC_INVALID : rc_of_status(status);

        for (size_t i = 0; i < ARRAY_LEN(codes); i++)
                if (str_eq_c(code, codes[i].name))
                        rc = codes[i].rc;
        if (str_is_empty(message))
                return err_set(err, rc, "The server refused without saying why (status %d).", status);
        return err_set(err, rc, "%.*s", STR_ARG(message));
}

enum rc answer_error(int status, struct str body, const char *what, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        struct json *document = NULL;
        struct err ignored = { 0 };
        struct str text;

        arena_begin(&arena);
        if (status == 401)
                return err_set(err, RC_UNAUTHENTICATED, "The server does not know this API key: check the key and the server's address.");
        if (body.len && body.ptr[0] == '{' && !json_parse(&arena, body, NULL, &document, &ignored)) {
                if (json_get(document, "errors"))
                        return errors_error(json_get(document, "errors"), status, err);
                text = json_text(document, "error");
                if (!str_is_empty(text))
                        return err_set(err, rc_of_status(status), "%.*s", STR_ARG(text));
        }
        return err_set(err, rc_of_status(status), "The server answered %s with status %d.", what, status);
}

enum rc call_read(struct vitrine_session *session, struct arena *arena, struct str text, const struct json **ret_data,
                  struct err *err)
{
        const struct json_limits limits = { .max_bytes = ANSWER_MAX, .max_depth = 200, .max_values = SIZE_MAX, .lenient = true };
        const struct json *data, *errors;
        struct json *document = NULL;
        enum rc rc = json_parse(arena, text, &limits, &document, err);

        if (rc && err->sys_errno == ENOMEM)
                return rc;
        if (rc)
                return fail_protocol(err, "no JSON");
        errors = dig(document, "errors");
        if (errors && errors->count)
                return errors_error(errors, session->http_status, err);
        data = dig(document, "data");
        if (!data || data->kind != JSON_OBJECT)
                return fail_protocol(err, "no data");
        *ret_data = data;
        return RC_OK;
}

/* ---- calls ---- */

static bool on_data(struct net_request *http, const void *data, size_t len)
{
        struct call_task *call = http->payload;

        call->too_large = call->answer.len + len > ANSWER_MAX;
        if (call->too_large)
                return false;
        buf_add(&call->answer, data, len);
        return !call->answer.failed;
}

static enum rc on_begin(struct task *task, struct err *err)
{
        struct call_task *call = (struct call_task *)task;

        (void)err;
        buf_clear(&call->answer);
        call->too_large = false;
        return RC_OK;
}

static void on_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct call_task *call = (struct call_task *)task;
        _cleanup_arena_ struct arena arena = { 0 };
        const struct json *data = NULL;
        struct err mine = *err;

        arena_begin(&arena);
        if (rc && call->answer.failed)
                rc = mem_fail(&mine);
        else if (rc && call->too_large)
                rc = err_set(&mine, RC_TOO_LARGE, "The server's answer is longer than %d MiB: ask for less at a time.",
                             ANSWER_MAX / MIB);
        else if (rc && answer && answer->status == 404 && !str_starts(answer->body, STR("{")))
                rc = fail_protocol(&mine, "there is no /graphql");
        if (!rc)
                rc = call_read(call->session, &arena, buf_str(&call->answer), &data, &mine);
        call->done(call, &arena, rc, rc ? NULL : data, &mine);
}

enum rc call_task_start(struct vitrine_session *session, struct call_task *call, const char *document, struct vars *vars,
                        struct err *err)
{
        size_t url_size = strlen(session->base_url) + sizeof("/graphql");

        call->session = session;
        call->body = call->answer = (struct buf){ .fallible = true };
        call->url = mem_alloc(url_size);
        call_write(&call->body, document, vars);
        if (call->body.failed || !call->url) {
                call_task_done(call);
                return mem_fail(err);
        }
        (void)snprintf(call->url, url_size, "%s/graphql", session->base_url);
        call->headers[0] = "Content-Type: application/json";
        call->headers[1] = "Accept: application/json";
        call->headers[2] = session->authorization;
        call->task = (struct task){
                .http = { .method = "POST", .url = call->url, .headers = call->headers,
                          .header_count = session->authorization ? 3 : 2, .body = call->body.ptr, .body_fd = -1,
                          .body_bytes = call->body.len, .large = call->body.len > 64 * 1024,
                          .stall_s = session->options.stall_timeout_s, .data = on_data },
                .free = true, .what = "a question", .begin = on_begin, .end = on_end,
        };
        engine_add(session->engine, &call->task);
        return RC_OK;
}

void call_task_done(struct call_task *call)
{
        buf_done(&call->body);
        buf_done(&call->answer);
        mem_free(call->url);
        call->url = NULL;
}

/* ---- one call by itself ---- */

struct one_call {
        struct call_task call;
        struct arena *arena;
        bool over;
        enum rc rc;
        struct err err;
        struct str text;
};

/* The answer is wanted in the caller's arena, so it is parsed there once more; these are small but for lists. */
static void one_done(struct call_task *call, struct arena *arena, enum rc rc, const struct json *data,
                     const struct err *err)
{
        struct one_call *one = (struct one_call *)call;

        (void)arena;
        (void)data;
        one->over = true;
        one->rc = rc;
        one->err = *err;
        if (!rc)
                one->text = arena_str(one->arena, buf_str(&call->answer));
}

static bool not_over(void *payload)
{
        const struct one_call *one = payload;

        return !one->over;
}

enum rc call(struct vitrine_session *session, struct arena *arena, const char *document, struct vars *vars,
             const struct json **ret_data, struct err *err)
{
        struct one_call one = { .arena = arena, .call = { .done = one_done } };
        enum rc rc = call_task_start(session, &one.call, document, vars, err);

        if (rc)
                return rc;
        rc = engine_run(session->engine, not_over, &one, err);
        call_task_done(&one.call);
        if (rc)
                return rc;
        if (one.rc) {
                *err = one.err;
                return one.rc;
        }
        if (str_is_null(one.text))
                return mem_fail(err);
        return call_read(session, arena, one.text, ret_data, err);
}
