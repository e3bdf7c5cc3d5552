/*
 * json/read.c - the pull reader: a document in chunks, one token at a time.
 *
 * Memory is bounded by the longest string. A token that lies whole in a chunk is handed
 * out without a copy; one that a chunk border cuts is collected as written in `carry` and
 * judged when it is complete, so that chunk borders can never change what a document
 * means. Newlines are counted a chunk at a time, since only errors need them.
 *
 * After an error every further call gives the same error again.
 */
#include "base/mem.h"
#include "json/internal.h"

enum state {
        STATE_VALUE,
        STATE_VALUE_OR_END,  /* behind [ */
        STATE_KEY,
        STATE_KEY_OR_END,    /* behind { */
        STATE_COLON,
        STATE_COMMA_OR_END,
        STATE_DONE,
};

enum partial { PARTIAL_NONE, PARTIAL_STRING, PARTIAL_WORD };

struct json_reader {
        struct json_limits limits;
        size_t max_string_bytes;
        const char *chunk;
        size_t len;
        size_t at;
        bool last;
        struct json_position position; /* of the chunk's first byte */
        uint64_t bytes;                /* fed so far */
        uint64_t values;
        enum state state;
        unsigned depth;
        uint8_t objects[JSON_DEPTH_CAP / 8 + 1]; /* one bit per open container: is it an object? */
        enum partial partial;
        bool partial_key;              /* the cut string is a key */
        bool escaped;
        unsigned flags;
        struct buf carry;              /* the cut token, as written */
        struct buf decoded;
        bool skipping;
        unsigned skip_depth;
        enum rc failed;
        struct err failure;
};

struct json_reader *json_reader_new(const struct json_limits *limits, size_t max_string_bytes)
{
        struct json_reader *r = mem_alloc_zero(1, sizeof *r);

        if (!r && limits && limits->fallible)
                return NULL;
        if (!r)
                abort_because("out_of_memory", "a JSON reader was wanted");
        if (limits)
                r->limits = *limits;
        r->carry.fallible = r->decoded.fallible = r->limits.fallible;
        if (r->limits.max_depth == 0)
                r->limits.max_depth = 64;
        if (r->limits.max_depth > JSON_DEPTH_CAP)
                r->limits.max_depth = JSON_DEPTH_CAP;
        r->max_string_bytes = max_string_bytes ? max_string_bytes : (size_t)1 << 20;
        r->position = (struct json_position){ 1, 1 };
        r->chunk = "";
        return r;
}

void json_reader_free(struct json_reader *reader)
{
        if (!reader)
                return;
        buf_done(&reader->carry);
        buf_done(&reader->decoded);
        mem_free(reader);
}

void json_reader_freep(struct json_reader **reader)
{
        json_reader_free(*reader);
        *reader = NULL;
}

void json_reader_feed(struct json_reader *r, struct str chunk, bool last)
{
        assert(r->at == r->len || r->failed);
        json_position_move(&r->position, r->chunk, r->len);
        r->chunk = str_is_empty(chunk) ? "" : chunk.ptr;
        r->len = chunk.len;
        r->at = 0;
        r->last = last;
        r->bytes += chunk.len;
}

/* ---- errors ---------------------------------------------------------------------------- */

static enum rc fail_at(struct json_reader *r, size_t at, const char *what)
{
        struct json_position position = r->position;

        json_position_move(&position, r->chunk, at);
        r->failed = json_fail(&r->failure, position, what);
        return r->failed;
}

static enum rc fail_large(struct json_reader *r, const char *what, uint64_t limit)
{
        r->failed = err_set(&r->failure, RC_TOO_LARGE, "The JSON text has more than %llu %s: make it smaller.",
                            (unsigned long long)limit, what);
        return r->failed;
}

static enum rc fail_memory(struct json_reader *r)
{
        r->failed = mem_fail(&r->failure);
        return r->failed;
}

/* ---- containers ------------------------------------------------------------------------ */

static bool in_object(const struct json_reader *r)
{
        unsigned top = r->depth - 1;

        return r->objects[top / 8] >> (top % 8) & 1;
}

static enum rc open_container(struct json_reader *r, bool object, enum json_token *ret_token)
{
        unsigned top = r->depth;
        uint8_t bit = (uint8_t)(1u << (top % 8));

        if (r->depth == r->limits.max_depth)
                return fail_large(r, "levels of nesting", r->limits.max_depth);
        if (object)
                r->objects[top / 8] |= bit;
        else
                r->objects[top / 8] &= (uint8_t)~bit;
        r->depth++;
        r->at++;
        r->state = object ? STATE_KEY_OR_END : STATE_VALUE_OR_END;
        *ret_token = object ? JSON_TOKEN_BEGIN_OBJECT : JSON_TOKEN_BEGIN_ARRAY;
        return RC_OK;
}

static void value_done(struct json_reader *r)
{
        r->state = r->depth ? STATE_COMMA_OR_END : STATE_DONE;
}

static void close_container(struct json_reader *r, enum json_token *ret_token)
{
        *ret_token = in_object(r) ? JSON_TOKEN_END_OBJECT : JSON_TOKEN_END_ARRAY;
        r->depth--;
        r->at++;
        value_done(r);
}

/* ---- strings and words ----------------------------------------------------------------- */

/* A string that is complete: raw is its content as written. */
static enum rc finish_string(struct json_reader *r, struct str raw, enum json_token *ret_token, struct str *ret_text)
{
        size_t bad = 0;
        size_t len = 0;
        const char *why = NULL;

        if (raw.len > r->max_string_bytes)
                return fail_large(r, "bytes in one string", r->max_string_bytes);
        if (r->flags & JSON_SCAN_ESCAPE) {
                buf_clear(&r->decoded);
                buf_reserve(&r->decoded, raw.len);
                if (r->decoded.failed)
                        return fail_memory(r);
                why = json_decode_string(raw, r->limits.lenient, r->decoded.ptr, &len, &bad);
                *ret_text = (struct str){ r->decoded.ptr, len };
        } else {
                if (r->flags & JSON_SCAN_HIGH && json_utf8_bad(raw.ptr, raw.len) != SIZE_MAX)
                        why = "the string is not well-formed UTF-8";
                *ret_text = raw;
        }
        if (why)
                return fail_at(r, r->at - 1, why);
        *ret_token = r->partial_key ? JSON_TOKEN_KEY : JSON_TOKEN_STRING;
        if (r->partial_key)
                r->state = STATE_COLON;
        else
                value_done(r);
        r->partial = PARTIAL_NONE;
        return RC_OK;
}

/* Content of a string from r->at on; MORE when the chunk ends before it does. */
static enum rc read_string(struct json_reader *r, enum json_token *ret_token, struct str *ret_text)
{
        const char *start = r->chunk + r->at;
        size_t len = json_scan_string(start, r->len - r->at, &r->escaped, &r->flags);
        struct str raw = { start, len };

        if (r->flags & JSON_SCAN_CONTROL)
                return fail_at(r, r->at + len, "control characters in a string must be escaped");
        r->at += len;
        if (!(r->flags & JSON_SCAN_CLOSED)) {
                if (r->carry.len + len > r->max_string_bytes)
                        return fail_large(r, "bytes in one string", r->max_string_bytes);
                if (r->last)
                        return fail_at(r, r->at, "the text ends inside a string");
                buf_add(&r->carry, start, len);
                if (r->carry.failed)
                        return fail_memory(r);
                r->partial = PARTIAL_STRING;
                *ret_token = JSON_TOKEN_MORE;
                return RC_OK;
        }
        r->at++;
        if (r->partial == PARTIAL_STRING) {
                buf_add(&r->carry, start, len);
                if (r->carry.failed)
                        return fail_memory(r);
                raw = buf_str(&r->carry);
        }
        return finish_string(r, raw, ret_token, ret_text);
}

static enum rc begin_string(struct json_reader *r, bool key, enum json_token *ret_token, struct str *ret_text)
{
        r->at++;
        r->partial_key = key;
        r->escaped = false;
        r->flags = 0;
        buf_clear(&r->carry);
        return read_string(r, ret_token, ret_text);
}

static enum rc finish_word(struct json_reader *r, struct str word, enum json_token *ret_token, struct str *ret_text)
{
        enum json_kind kind = JSON_NULL;
        const char *why = word.len ? json_word_kind(word, r->limits.lenient, &kind) : "this is not a JSON value";

        if (why)
                return fail_at(r, r->at, why);
        *ret_token = kind == JSON_NUMBER ? JSON_TOKEN_NUMBER : kind == JSON_BOOL ? JSON_TOKEN_BOOL : JSON_TOKEN_NULL;
        *ret_text = word;
        r->partial = PARTIAL_NONE;
        value_done(r);
        return RC_OK;
}

static enum rc read_word(struct json_reader *r, enum json_token *ret_token, struct str *ret_text)
{
        struct str word = { r->chunk + r->at, json_word_len(r->chunk + r->at, r->len - r->at) };
        bool cut = r->at + word.len == r->len && !r->last;

        if (r->partial == PARTIAL_WORD || cut) {
                if (r->partial != PARTIAL_WORD)
                        buf_clear(&r->carry);
                if (r->carry.len + word.len > JSON_NUMBER_MAX)
                        return fail_large(r, "characters in one number", JSON_NUMBER_MAX);
                buf_add_str(&r->carry, word);
                if (r->carry.failed)
                        return fail_memory(r);
        }
        if (cut) {
                r->at += word.len;
                r->partial = PARTIAL_WORD;
                *ret_token = JSON_TOKEN_MORE;
                return RC_OK;
        }
        if (r->partial == PARTIAL_WORD) {
                r->at += word.len;
                return finish_word(r, buf_str(&r->carry), ret_token, ret_text);
        }
        if (word.len == 0)
                return fail_at(r, r->at, "this is not a JSON value");
        r->at += word.len;
        return finish_word(r, word, ret_token, ret_text);
}

/* ---- tokens ---------------------------------------------------------------------------- */

static enum rc begin_value(struct json_reader *r, enum json_token *ret_token, struct str *ret_text)
{
        char c = r->chunk[r->at];

        if (r->limits.max_values && ++r->values > r->limits.max_values)
                return fail_large(r, "values", r->limits.max_values);
        if (c == '{' || c == '[')
                return open_container(r, c == '{', ret_token);
        if (c == '"')
                return begin_string(r, false, ret_token, ret_text);
        return read_word(r, ret_token, ret_text);
}

/* Commas and colons; true when a token may start at r->at now. */
static enum rc punctuation(struct json_reader *r, bool *ret_again)
{
        char c = r->chunk[r->at];

        *ret_again = false;
        if (r->state == STATE_COLON) {
                if (c != ':')
                        return fail_at(r, r->at, "a colon is missing here");
                r->state = STATE_VALUE;
        } else if (r->state == STATE_COMMA_OR_END && c == ',') {
                r->state = in_object(r) ? STATE_KEY : STATE_VALUE;
        } else {
                return RC_OK;
        }
        r->at++;
        *ret_again = true;
        return RC_OK;
}

/* The token that starts at r->at, which is neither white space nor punctuation. */
static enum rc begin_token(struct json_reader *r, enum json_token *ret_token, struct str *ret_text)
{
        char c = r->chunk[r->at];

        switch (r->state) {
        case STATE_VALUE:
                return begin_value(r, ret_token, ret_text);
        case STATE_VALUE_OR_END:
                if (c != ']')
                        return begin_value(r, ret_token, ret_text);
                close_container(r, ret_token);
                return RC_OK;
        case STATE_KEY:
        case STATE_KEY_OR_END:
                if (c == '"')
                        return begin_string(r, true, ret_token, ret_text);
                if (c != '}' || r->state == STATE_KEY)
                        return fail_at(r, r->at, "a key in double quotes is missing here");
                close_container(r, ret_token);
                return RC_OK;
        case STATE_COMMA_OR_END:
                if (c != (in_object(r) ? '}' : ']'))
                        return fail_at(r, r->at, in_object(r) ? "a comma or } is missing here"
                                                              : "a comma or ] is missing here");
                close_container(r, ret_token);
                return RC_OK;
        case STATE_DONE:
                return fail_at(r, r->at, "something follows the end of the document");
        case STATE_COLON:
                break;
        }
        return fail_at(r, r->at, "a colon is missing here");
}

static enum rc next_token(struct json_reader *r, enum json_token *ret_token, struct str *ret_text)
{
        bool again = true;

        if (r->limits.max_bytes && r->bytes > r->limits.max_bytes)
                return fail_large(r, "bytes", r->limits.max_bytes);
        if (r->partial == PARTIAL_STRING)
                return read_string(r, ret_token, ret_text);
        if (r->partial == PARTIAL_WORD)
                return read_word(r, ret_token, ret_text);
        while (again) {
                enum rc rc;

                while (r->at < r->len && json_is_space(r->chunk[r->at]))
                        r->at++;
                if (r->at == r->len) {
                        if (r->last && r->state != STATE_DONE)
                                return fail_at(r, r->at, "the text ends too early");
                        *ret_token = r->last ? JSON_TOKEN_END : JSON_TOKEN_MORE;
                        return RC_OK;
                }
                rc = punctuation(r, &again);
                if (rc)
                        return rc;
        }
        return begin_token(r, ret_token, ret_text);
}

enum rc json_reader_next(struct json_reader *reader, enum json_token *ret_token, struct str *ret_text,
                         struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;

        if (!reader->failed && next_token(reader, &token, &text) == RC_OK) {
                *ret_token = token;
                *ret_text = text;
                return RC_OK;
        }
        if (err)
                *err = reader->failure;
        return reader->failed;
}

static void write_token(struct json_writer *w, enum json_token token, struct str text)
{
        switch (token) {
        case JSON_TOKEN_BEGIN_OBJECT: json_begin_object(w); break;
        case JSON_TOKEN_END_OBJECT: json_end_object(w); break;
        case JSON_TOKEN_BEGIN_ARRAY: json_begin_array(w); break;
        case JSON_TOKEN_END_ARRAY: json_end_array(w); break;
        case JSON_TOKEN_KEY: json_key(w, text); break;
        case JSON_TOKEN_STRING: json_string(w, text); break;
        case JSON_TOKEN_NUMBER:
                json_value(w, &(struct json){ .kind = JSON_NUMBER, .text = text });
                break;
        case JSON_TOKEN_BOOL: json_raw(w, text); break;
        case JSON_TOKEN_NULL: json_null(w); break;
        case JSON_TOKEN_MORE:
        case JSON_TOKEN_END: break;
        }
}

enum rc json_reader_copy(struct json_reader *reader, struct json_writer *w, bool *ret_done, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;

        if (!reader->skipping) {
                reader->skipping = true;
                reader->skip_depth = reader->depth;
        }
        do {
                enum rc rc = json_reader_next(reader, &token, &text, err);

                if (rc)
                        return rc;
                if (token == JSON_TOKEN_MORE) {
                        *ret_done = false;
                        return RC_OK;
                }
                if (reader->depth < reader->skip_depth || token == JSON_TOKEN_END) {
                        reader->failed = err_set(&reader->failure, RC_INTERNAL, "There is no JSON value here.");
                        if (err)
                                *err = reader->failure;
                        return reader->failed;
                }
                if (w)
                        write_token(w, token, text);
        } while (reader->depth > reader->skip_depth || token == JSON_TOKEN_KEY);
        reader->skipping = false;
        *ret_done = true;
        return RC_OK;
}

enum rc json_reader_skip(struct json_reader *reader, bool *ret_done, struct err *err)
{
        return json_reader_copy(reader, NULL, ret_done, err);
}
