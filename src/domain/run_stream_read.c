/*
 * domain/run_stream_read.c - the body of a file stream request, token by token.
 *
 * A tree of it would take ten times the memory, because a request can hold a million short
 * lines; so lines go from the reader straight into one array. Members that are not known
 * are skipped; null counts as absent.
 */
#include "domain/run_stream.h"

struct body {
        struct arena *arena;
        struct json_reader *reader;
        struct run_stream_input in;
};

static enum rc next(struct body *b, enum json_token *token, struct str *text, struct err *err)
{
        *text = STR_NULL;
        return json_reader_next(b->reader, token, text, err);
}

static enum rc skip(struct body *b, struct err *err)
{
        bool done = false;

        return json_reader_skip(b->reader, &done, err);
}

static enum rc wrong(const char *what, struct err *err)
{
        return err_set(err, RC_INVALID, "The file stream request is not as it should be: %s.", what);
}

/* A growing list of strings; doubling leaves the old halves in the arena, which is fine. */
static void add_line(struct body *b, struct run_chunk *chunk, struct str text)
{
        if (chunk->count == 0 || (chunk->count & (chunk->count - 1)) == 0) {
                size_t cap = chunk->count ? 2 * chunk->count : 1;
                struct str *lines = arena_array(b->arena, struct str, cap);

                if (chunk->count)
                        memcpy(lines, chunk->lines, chunk->count * sizeof(*lines));
                chunk->lines = lines;
        }
        chunk->lines[chunk->count++] = arena_str(b->arena, text.ptr ? text : STR(""));
}

static enum rc read_content(struct body *b, struct run_chunk *chunk, struct err *err)
{
        enum json_token token;
        struct str text;
        enum rc rc = next(b, &token, &text, err);

        if (rc || token == JSON_TOKEN_NULL)
                return rc;
        if (token != JSON_TOKEN_BEGIN_ARRAY)
                return wrong("'content' must be a list of strings", err);
        for (;;) {
                rc = next(b, &token, &text, err);
                if (rc || token == JSON_TOKEN_END_ARRAY)
                        return rc;
                if (token != JSON_TOKEN_STRING)
                        return wrong("'content' must be a list of strings", err);
                add_line(b, chunk, text);
        }
}

static enum rc read_int(struct body *b, int64_t *ret, const char *what, struct err *err)
{
        enum json_token token;
        struct str text;
        enum rc rc = next(b, &token, &text, err);

        if (rc || token == JSON_TOKEN_NULL)
                return rc;
        if (token != JSON_TOKEN_NUMBER || !str_to_i64(text, ret))
                return wrong(what, err);
        return RC_OK;
}

static enum rc read_bool(struct body *b, bool *ret, const char *what, struct err *err)
{
        enum json_token token;
        struct str text;
        enum rc rc = next(b, &token, &text, err);

        if (rc || token == JSON_TOKEN_NULL)
                return rc;
        if (token != JSON_TOKEN_BOOL)
                return wrong(what, err);
        *ret = str_eq_c(text, "true");
        return RC_OK;
}

/* {"offset": 0, "content": [...]} */
static enum rc read_chunk(struct body *b, struct run_chunk *chunk, struct err *err)
{
        enum json_token token;
        struct str text;
        enum rc rc = next(b, &token, &text, err);

        if (rc || token == JSON_TOKEN_NULL)
                return rc;
        if (token != JSON_TOKEN_BEGIN_OBJECT)
                return wrong("each of 'files' must be an object with offset and content", err);
        for (;;) {
                rc = next(b, &token, &text, err);
                if (rc || token == JSON_TOKEN_END_OBJECT)
                        break;
                if (str_eq_c(text, "offset"))
                        rc = read_int(b, &chunk->offset, "'offset' must be a whole number", err);
                else if (str_eq_c(text, "content"))
                        rc = read_content(b, chunk, err);
                else
                        rc = skip(b, err);
                if (rc)
                        return rc;
        }
        if (!rc && (chunk->offset < 0 || chunk->offset > RUN_STREAM_MAX_LINE))
                return wrong("'offset' is out of range", err);
        return rc;
}

static enum rc read_file(struct body *b, struct str name, struct err *err)
{
        struct run_chunk summary = { 0 };
        enum rc rc;

        if (str_eq_c(name, "wandb-history.jsonl"))
                return read_chunk(b, &b->in.streams[RUN_HISTORY], err);
        if (str_eq_c(name, "wandb-events.jsonl"))
                return read_chunk(b, &b->in.streams[RUN_EVENTS], err);
        if (str_eq_c(name, "output.log"))
                return read_chunk(b, &b->in.streams[RUN_CONSOLE], err);
        if (!str_eq_c(name, "wandb-summary.json"))
                return skip(b, err);
        rc = read_chunk(b, &summary, err);
        if (!rc && summary.count)
                b->in.summary = summary.lines[summary.count - 1];
        return rc;
}

static enum rc read_files(struct body *b, struct err *err)
{
        enum json_token token;
        struct str text;
        enum rc rc = next(b, &token, &text, err);

        if (rc || token == JSON_TOKEN_NULL)
                return rc;
        if (token != JSON_TOKEN_BEGIN_OBJECT)
                return wrong("'files' must be an object", err);
        for (;;) {
                char name[64] = "";

                rc = next(b, &token, &text, err);
                if (rc || token == JSON_TOKEN_END_OBJECT)
                        return rc;
                if (text.len && text.len < sizeof(name))
                        memcpy(name, text.ptr, text.len);
                rc = read_file(b, str_from(name), err);
                if (rc)
                        return rc;
        }
}

static enum rc read_member(struct body *b, struct str name, struct err *err)
{
        if (str_eq_c(name, "files"))
                return read_files(b, err);
        if (str_eq_c(name, "complete"))
                return read_bool(b, &b->in.complete, "'complete' must be true or false", err);
        if (str_eq_c(name, "preempting"))
                return read_bool(b, &b->in.preempting, "'preempting' must be true or false", err);
        if (str_eq_c(name, "exitcode"))
                return read_int(b, &b->in.exit_code, "'exitcode' must be a whole number", err);
        return skip(b, err);
}

static enum rc read_body(struct body *b, struct err *err)
{
        enum json_token token;
        struct str text;
        enum rc rc = next(b, &token, &text, err);

        if (rc)
                return rc;
        if (token != JSON_TOKEN_BEGIN_OBJECT)
                return wrong("it must be a JSON object", err);
        for (;;) {
                rc = next(b, &token, &text, err);
                if (rc)
                        return rc;
                if (token == JSON_TOKEN_END_OBJECT)
                        break;
                rc = read_member(b, text, err);
                if (rc)
                        return rc;
        }
        rc = next(b, &token, &text, err);
        if (!rc && token != JSON_TOKEN_END)
                return wrong("something follows the JSON object", err);
        return rc;
}

enum rc run_stream_read(struct arena *arena, struct str text, struct run_stream_input *ret, struct err *err)
{
        const struct json_limits limits = { .lenient = true };
        struct body body = { .arena = arena, .reader = json_reader_new(&limits, RUN_STREAM_MAX_BYTES) };
        enum rc rc;

        json_reader_feed(body.reader, text, true);
        rc = read_body(&body, err);
        json_reader_free(body.reader);
        if (rc)
                return rc;
        *ret = body.in;
        return RC_OK;
}
