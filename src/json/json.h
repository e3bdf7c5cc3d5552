/*
 * json/json.h - JSON in and out.
 *
 *  - json_parse(): a document into a tree of struct json in an arena, with limits; for
 *    small documents (requests, filters, metadata).
 *  - struct json_reader: a pull reader that is fed chunks; for manifests of any size in
 *    constant memory.
 *  - struct json_writer: appends to a buf; commas and escapes are its work.
 *
 * The grammar is RFC 8259's, exactly; text must be UTF-8 without a byte order mark.
 * Numbers keep their text (lossless) beside their value; no function here depends on the
 * process's locale. Duplicate keys: RC_INVALID from json_parse() in strict mode; the pull
 * reader cannot see them in constant memory and leaves them to its caller. Lenient mode
 * additionally takes NaN, Infinity and -Infinity as bare tokens, as the client writes
 * them in history lines. Columns in messages count bytes, from 1.
 *
 * Thread rule: pure; an object belongs to one thread at a time.
 */
#ifndef VITRINE_JSON_JSON_H
#define VITRINE_JSON_JSON_H

#include "base/arena.h"
#include "base/buf.h"

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
        enum json_kind kind;
        bool boolean;
        bool is_integer;        /* number: written without fraction or exponent and fits int64 */
        int64_t integer;        /* number, when is_integer */
        double number;          /* number */
        struct str text;        /* string: decoded; number: as written */
        struct str key;         /* when a member of an object */
        struct json *first;     /* array, object: first child */
        struct json *next;      /* next sibling */
        size_t count;           /* array, object: children */
};

struct json_limits {
        size_t max_bytes;       /* 0: 16 MiB (pull reader: no limit) */
        unsigned max_depth;     /* 0: 64; never more than JSON_DEPTH_CAP */
        size_t max_values;      /* 0: 1,000,000 (pull reader: no limit) */
        bool fallible;          /* pull reader: RC_UNAVAILABLE when memory runs out, in place of the end */
        bool lenient;           /* NaN, Infinity; duplicate keys: last wins; lone surrogates in escapes: U+FFFD */
};
#define JSON_DEPTH_CAP 1000u
#define JSON_NUMBER_MAX 1024u   /* characters of one number */

/* limits may be NULL (defaults). RC_INVALID names line and column; RC_TOO_LARGE names the limit; RC_UNAVAILABLE: no memory (a fallible arena). Strings borrow from text where no escape forces a copy. */
MUST_USE enum rc json_parse(struct arena *arena, struct str text, const struct json_limits *limits,
                            struct json **ret, struct err *err);
const struct json *json_get(const struct json *object, const char *key);   /* NULL when absent or not an object */
const struct json *json_get_str(const struct json *object, struct str key);
/* Text of a string member, absent when missing or of another kind. */
struct str json_text(const struct json *object, const char *key);
bool json_i64(const struct json *value, int64_t *ret);
bool json_equal(const struct json *a, const struct json *b); /* numbers by value, objects without order */

/* ---- writer ------------------------------------------------------------------------- */

struct json_writer {
        struct buf *buf;
        unsigned depth;         /* open containers */
        bool need_comma;        /* internal: a value stands before the next one in this container */
        bool html_safe;         /* write <, >, & as \u003c ... like Go's encoder */
};
void json_writer_init(struct json_writer *w, struct buf *buf);
void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_key(struct json_writer *w, struct str key);
void json_string(struct json_writer *w, struct str value);  /* invalid UTF-8 becomes U+FFFD; absent writes null */
void json_int(struct json_writer *w, int64_t value);
void json_double(struct json_writer *w, double value);      /* shortest that reads back; NaN and infinities write null */
void json_bool(struct json_writer *w, bool value);
void json_null(struct json_writer *w);
void json_raw(struct json_writer *w, struct str json);      /* already JSON */
void json_value(struct json_writer *w, const struct json *value); /* numbers as written, NaN and infinities as null */
/* key + value in one call */
void json_key_string(struct json_writer *w, const char *key, struct str value);
void json_key_int(struct json_writer *w, const char *key, int64_t value);
void json_key_bool(struct json_writer *w, const char *key, bool value);

/* ---- pull reader --------------------------------------------------------------------- */

enum json_token {
        JSON_TOKEN_MORE,     /* feed more bytes */
        JSON_TOKEN_END,      /* the document is complete */
        JSON_TOKEN_BEGIN_OBJECT, JSON_TOKEN_END_OBJECT, JSON_TOKEN_BEGIN_ARRAY, JSON_TOKEN_END_ARRAY,
        JSON_TOKEN_KEY, JSON_TOKEN_STRING, JSON_TOKEN_NUMBER, JSON_TOKEN_BOOL, JSON_TOKEN_NULL,
};
struct json_reader;
/* max_string_bytes: of one string, as written (escapes undecoded); 0: 1 MiB. Memory stays within about twice that. */
/* NULL only when limits say fallible. */
struct json_reader *json_reader_new(const struct json_limits *limits, size_t max_string_bytes);
void json_reader_free(struct json_reader *reader);
void json_reader_freep(struct json_reader **reader);
/* The chunk must stay valid until the reader asks for MORE. last: no bytes follow. */
void json_reader_feed(struct json_reader *reader, struct str chunk, bool last);
/* Next token. KEY, STRING, NUMBER (as written) and BOOL ("true"/"false") set *ret_text, valid until the next call. */
MUST_USE enum rc json_reader_next(struct json_reader *reader, enum json_token *ret_token, struct str *ret_text,
                                  struct err *err);
/* Skips the value that starts with the next token (whole array or object); false in *ret_done: feed more and call again. */
MUST_USE enum rc json_reader_skip(struct json_reader *reader, bool *ret_done, struct err *err);
/* The same, and the value is written to w (without white space; numbers as written, lenient words as null). */
MUST_USE enum rc json_reader_copy(struct json_reader *reader, struct json_writer *w, bool *ret_done,
                                  struct err *err);

#endif
