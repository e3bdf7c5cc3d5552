/*
 * json/internal.h - what the tree parser, the pull reader and the writer share.
 *
 * Both readers find the end of a token first (fast, a word at a time) and look at its
 * inside afterwards: json_scan_string() finds a closing quote, json_decode_string() then
 * checks and unescapes what lies before it. A token that a chunk border cuts can so be
 * collected raw and decoded once it is whole.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_JSON_INTERNAL_H
#define VITRINE_JSON_INTERNAL_H

#include "json/json.h"

enum {
        JSON_SCAN_CLOSED = 1,   /* stopped at the closing quote */
        JSON_SCAN_CONTROL = 2,  /* stopped at a raw control byte: not allowed in a string */
        JSON_SCAN_ESCAPE = 4,   /* a backslash was seen */
        JSON_SCAN_HIGH = 8,     /* a byte outside ASCII was seen */
};

/*
 * Looks for the end of a string's content. *escaped: the byte before text was an unpaired
 * backslash (in and out, for strings in several chunks). Flags are added to *flags.
 * Returns the position it stopped at, or len.
 */
size_t json_scan_string(const char *text, size_t len, bool *escaped, unsigned *flags);

/*
 * Unescapes and checks raw string content; out needs raw.len bytes. NULL when it is fine,
 * else what is wrong, and *ret_bad is where.
 */
const char *json_decode_string(struct str raw, bool lenient, char *out, size_t *ret_len, size_t *ret_bad);

/* Position of the first byte that is not part of well-formed UTF-8, or SIZE_MAX. */
size_t json_utf8_bad(const char *text, size_t len);

/* Length of the number or bare word at the start of text (digits, letters, sign, dot). */
size_t json_word_len(const char *text, size_t len);

/* true, false, null, a number, and when lenient NaN and the infinities; fills the value. NULL, or what is wrong. */
const char *json_word_value(struct str word, bool lenient, struct json *ret);
/* The same without computing a number's value. */
const char *json_word_kind(struct str word, bool lenient, enum json_kind *ret_kind);

/* Of the decimal text of a number that fits the grammar; without regard to the locale. */
double json_number_double(struct str text);
/* Shortest text that reads back as the same value; ret needs 32 bytes. value must be finite. */
void json_double_text(double value, char ret[static 32]);

/* Counts lines for messages. */
struct json_position {
        uint64_t line;   /* of the current byte, from 1 */
        uint64_t column; /* in bytes, from 1 */
};
void json_position_move(struct json_position *position, const char *text, size_t len);

enum rc json_fail(struct err *err, struct json_position position, const char *what);

static inline bool json_is_space(char c)
{
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#endif
