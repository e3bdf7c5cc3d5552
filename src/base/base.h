/*
 * base/base.h - the few words every room speaks.
 *
 * Borrowed strings (struct str), the closed set of result codes (enum rc), the
 * error object, cleanup attributes. Nothing here allocates. Include this first;
 * base/arena.h, base/buf.h and base/map.h build on it.
 *
 * Thread rule: all functions are pure or touch only their arguments.
 */
#ifndef VITRINE_BASE_BASE_H
#define VITRINE_BASE_BASE_H

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE __attribute__((warn_unused_result))
#define UNUSED __attribute__((unused))
/* At the end of a case that goes on into the next. */
#define FALLTHROUGH __attribute__((fallthrough))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Runs f(&variable) when the variable leaves its scope; a guard needs no other use. */
#define _cleanup_(f) __attribute__((cleanup(f), unused))
/* Hand an owned value over: yields it and leaves the empty value behind. */
#define TAKE_PTR(p) ({ __auto_type taken_ = (p); (p) = NULL; taken_; })
#define TAKE_FD(fd) ({ int taken_ = (fd); (fd) = -1; taken_; })

/*
 * Result codes. The set is closed: each code has exactly one HTTP status and one
 * GraphQL extensions.code (api/errors.c).
 */
enum rc {
        RC_OK = 0,
        RC_INVALID,         /* the caller's input is wrong: 400 */
        RC_UNAUTHENTICATED, /* no or unknown credentials: 401 */
        RC_DENIED,          /* known caller, not allowed: 403 */
        RC_NOT_FOUND,       /* 404 */
        RC_EXISTS,          /* the name is taken: 409 */
        RC_CONFLICT,        /* the state does not allow it: 409 */
        RC_TOO_LARGE,       /* over a size limit: 413 */
        RC_TOO_MANY,        /* over a rate or count limit: 429 */
        RC_AGAIN,           /* try again soon: 503 */
        RC_UNAVAILABLE,     /* disk full, shutting down: 503 */
        RC_IO,              /* the machine failed us: 500 */
        RC_CORRUPT,         /* stored bytes are not what was stored: 500 */
        RC_INTERNAL,        /* our own mistake: 500 */
        RC__COUNT
};

/* "INVALID", "NOT_FOUND", ...: stable names for logs and for extensions.code. */
const char *rc_name(enum rc rc);

/*
 * An error: code plus one sentence for the user. Fixed size and no allocation, so
 * that a full disk or an exhausted memory can still speak. A `struct err` starts
 * zeroed and may be reused; only failing functions write to it. NULL is accepted.
 */
struct err {
        enum rc rc;
        int sys_errno;     /* errno where one was involved, else 0 */
        const char *file;  /* origin, for logs only */
        int line;
        char msg[512];     /* one sentence, no newline, no internals or secrets */
};

/* Set the error and return rc: `return err_set(err, RC_INVALID, "...")`. */
#define err_set(err, rc, ...) err_set_at((err), (rc), 0, __FILE__, __LINE__, __VA_ARGS__)
/* The same with errno's text appended (": No space left on device"). ENOSPC and EDQUOT turn RC_IO into RC_UNAVAILABLE. */
#define err_set_errno(err, rc, ...) err_set_at((err), (rc), errno, __FILE__, __LINE__, __VA_ARGS__)
enum rc err_set_at(struct err *err, enum rc rc, int sys_errno, const char *file, int line,
                   const char *fmt, ...) PRINTF_LIKE(6, 7);
/* Put "context: " before the message of an error that is already set; returns rc. */
enum rc err_prefix(struct err *err, enum rc rc, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * The end, when going on could only do harm: one line on standard error and abort().
 * event: a short fixed word; hint: one sentence for the operator, without quotes.
 */
_Noreturn void abort_because(const char *event, const char *hint);

/* A borrowed run of bytes, not NUL-terminated. {NULL,0} is "absent"; {"",0} is "empty". */
struct str {
        const char *ptr;
        size_t len;
};

#define STR(literal) ((struct str){ ("" literal), sizeof(literal) - 1 })
#define STR_NULL ((struct str){ NULL, 0 })
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline bool str_is_null(struct str s) { return s.ptr == NULL; }
static inline bool str_is_empty(struct str s) { return s.len == 0; }
struct str str_from(const char *c_string); /* NULL -> absent; borrows */
bool str_eq(struct str a, struct str b);   /* absent equals empty */
bool str_eq_c(struct str a, const char *b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
int str_cmp(struct str a, struct str b);        /* byte order, like strcmp */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str needle);
struct str str_slice(struct str s, size_t from, size_t to); /* clamped */
/* Position of c at or after `from`, or SIZE_MAX. */
size_t str_find(struct str s, char c, size_t from);
struct str str_trim(struct str s); /* ASCII white space on both ends */
/* Cut `*rest` at the first `sep`; returns the piece before it, *rest moves behind it (absent at the end). */
struct str str_cut(struct str *rest, char sep);
/* Whole string as a decimal number; false on anything else, also overflow. */
bool str_to_u64(struct str s, uint64_t *ret_value);
bool str_to_i64(struct str s, int64_t *ret_value);
/* Well-formed UTF-8 (no surrogates, no overlong forms). */
bool str_is_utf8(struct str s);
/* Length in bytes of the well-formed UTF-8 sequence that starts at `at`; 0 when there is none. */
size_t str_utf8_step(struct str s, size_t at);
/* Number of code points of a well-formed UTF-8 string. */
size_t str_utf8_len(struct str s);
/* Writes a code point (at most U+10FFFF) as UTF-8: the 1 to 4 bytes that it takes, and no more; how many. */
size_t str_utf8_put(char *ret, uint32_t point);
/* 0 to 15, either case; -1 for any other byte. */
int str_hex_digit(char c);

uint64_t hash_bytes(const void *data, size_t len); /* FNV-1a; the same everywhere, so not where callers choose the input */

#endif
