/*
 * base/buf.c - growable bytes.
 *
 * One spare byte is always kept behind the content, so buf_cstr() never has to grow a
 * buffer that has memory, and printf can write its NUL in place.
 */
#include "base/buf.h"

#include <stdio.h>

#include "base/internal.h"
#include "base/mem.h"

void buf_done(struct buf *buf)
{
        mem_free(buf->ptr);
        *buf = (struct buf){ .fallible = buf->fallible };
}

void buf_clear(struct buf *buf)
{
        buf->len = 0;
        buf->failed = false;
}

static void refuse(struct buf *buf, size_t wanted)
{
        if (!buf->fallible)
                out_of_memory(wanted);
        buf->failed = true;
}

void buf_reserve(struct buf *buf, size_t extra)
{
        size_t need, cap;
        char *grown;

        if (__builtin_add_overflow(buf->len, extra, &need) || need >= SIZE_MAX / 2) {
                refuse(buf, extra);
                return;
        }
        need++;
        if (need <= buf->cap)
                return;
        cap = buf->cap * 2;
        if (cap < 64)
                cap = 64;
        if (cap < need)
                cap = need;
        grown = mem_resize(buf->ptr, cap);
        if (!grown) {
                refuse(buf, cap);
                return;
        }
        buf->ptr = grown;
        buf->cap = cap;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
        if (len == 0)
                return;
        buf_reserve(buf, len);
        if (buf->failed)
                return;
        memcpy(buf->ptr + buf->len, data, len);
        buf->len += len;
}

void buf_add_str(struct buf *buf, struct str s)
{
        buf_add(buf, s.ptr, s.len);
}

void buf_add_c(struct buf *buf, char c)
{
        buf_reserve(buf, 1);
        if (buf->failed)
                return;
        buf->ptr[buf->len++] = c;
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
        va_list ap;
        int len;

        buf_reserve(buf, 64);
        if (buf->failed)
                return;
        va_start(ap, fmt);
        len = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, fmt, ap);
        va_end(ap);
        assert(len >= 0);
        if ((size_t)len >= buf->cap - buf->len) {
                buf_reserve(buf, (size_t)len);
                if (buf->failed)
                        return;
                va_start(ap, fmt);
                (void)vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, fmt, ap);
                va_end(ap);
        }
        buf->len += (size_t)len;
}

const char *buf_cstr(struct buf *buf)
{
        buf_reserve(buf, 0);
        if (buf->failed)
                return "";
        buf->ptr[buf->len] = '\0';
        return buf->ptr;
}
