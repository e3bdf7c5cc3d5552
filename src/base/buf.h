/*
 * base/buf.h - a growable run of bytes that owns its memory.
 *
 * Zero-initialized is empty and valid. Growth doubles; out of memory aborts (see
 * base/arena.h). One with .fallible drops what does not fit and says so in .failed, which is
 * to be looked at before the content is used. buf_done() frees; use _cleanup_(buf_done).
 *
 * Thread rule: one thread at a time.
 */
#ifndef VITRINE_BASE_BUF_H
#define VITRINE_BASE_BUF_H

#include "base/base.h"

struct buf {
        char *ptr;
        size_t len;
        size_t cap;
        bool fallible;      /* the client library's */
        bool failed;        /* something is missing; buf_clear() and buf_done() take it back */
};

void buf_done(struct buf *buf);
void buf_clear(struct buf *buf);                      /* keeps the memory */
void buf_reserve(struct buf *buf, size_t extra);      /* room for `extra` more bytes, unless failed */
void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_c(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* NUL-terminates (not counted in len) and returns the bytes; valid until the next change. */
const char *buf_cstr(struct buf *buf);
static inline struct str buf_str(const struct buf *buf)
{
        return (struct str){ buf->ptr ? buf->ptr : "", buf->len };
}

#endif
