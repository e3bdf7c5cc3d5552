/*
 * base/err.c - result codes, the error object, and the end of memory.
 *
 * An error message is built in place in its fixed array, so it works when nothing else
 * does. Text that came from a caller may end up in it: control bytes and malformed
 * UTF-8 become '?', and a message that is too long is cut between two code points.
 */
#include "base/base.h"

#include <stdio.h>
#include <unistd.h>

#include "base/internal.h"

static const char *const rc_names[RC__COUNT] = {
        [RC_OK] = "OK",
        [RC_INVALID] = "INVALID",
        [RC_UNAUTHENTICATED] = "UNAUTHENTICATED",
        [RC_DENIED] = "DENIED",
        [RC_NOT_FOUND] = "NOT_FOUND",
        [RC_EXISTS] = "EXISTS",
        [RC_CONFLICT] = "CONFLICT",
        [RC_TOO_LARGE] = "TOO_LARGE",
        [RC_TOO_MANY] = "TOO_MANY",
        [RC_AGAIN] = "AGAIN",
        [RC_UNAVAILABLE] = "UNAVAILABLE",
        [RC_IO] = "IO",
        [RC_CORRUPT] = "CORRUPT",
        [RC_INTERNAL] = "INTERNAL",
};

const char *rc_name(enum rc rc)
{
        if ((unsigned)rc >= RC__COUNT)
                return "INTERNAL";
        return rc_names[rc];
}

/* Append to a bounded text; *len counts what is there. Silently stops when full. */
static void append(char text[static 512], size_t *len, const char *more)
{
        size_t room = 511 - *len;
        size_t more_len = strnlen(more, room);

        memcpy(text + *len, more, more_len);
        *len += more_len;
        text[*len] = '\0';
}

/* One line of well-formed UTF-8; a sequence that was cut at the very end is dropped. */
static void make_clean(char text[static 512], size_t len)
{
        size_t at = 0;

        while (at < len) {
                size_t step = str_utf8_step((struct str){ text, len }, at);

                if (step == 0 && len == 511 && len - at < 4 && ((unsigned char)text[at] & 0xC0) == 0xC0) {
                        text[at] = '\0';
                        return;
                }
                if (step == 0 || (unsigned char)text[at] < 0x20 || text[at] == 0x7F)
                        text[at] = '?';
                at += step ? step : 1;
        }
}

enum rc err_set_at(struct err *err, enum rc rc, int sys_errno, const char *file, int line,
                   const char *fmt, ...)
{
        char text[512];
        size_t len;
        va_list ap;

        assert(rc != RC_OK);
        if (rc == RC_IO && (sys_errno == ENOSPC || sys_errno == EDQUOT))
                rc = RC_UNAVAILABLE;
        if (!err)
                return rc;

        /* The arguments may point into err->msg, so build aside. */
        text[0] = '\0';
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        len = strlen(text);
        if (sys_errno) {
                const char *why = strerrordesc_np(sys_errno);

                append(text, &len, ": ");
                append(text, &len, why ? why : "unknown system error");
        }
        make_clean(text, len);

        err->rc = rc;
        err->sys_errno = sys_errno;
        err->file = file;
        err->line = line;
        memcpy(err->msg, text, sizeof(text));
        return rc;
}

enum rc err_prefix(struct err *err, enum rc rc, const char *fmt, ...)
{
        char text[512];
        size_t len;
        va_list ap;

        if (!err)
                return rc;
        text[0] = '\0';
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        len = strlen(text);
        append(text, &len, ": ");
        append(text, &len, err->msg);
        make_clean(text, len);
        memcpy(err->msg, text, sizeof(text));
        return rc;
}

void abort_because(const char *event, const char *hint)
{
        char line[512];
        int len = snprintf(line, sizeof(line), "level=error event=%s hint=\"%s\"\n", event, hint);

        if (len >= (int)sizeof(line))
                len = sizeof(line) - 1;
        if (len > 0 && write(STDERR_FILENO, line, (size_t)len) < 0)
                abort();
        abort();
}

void out_of_memory(size_t wanted_bytes)
{
        char hint[64];

        (void)snprintf(hint, sizeof(hint), "%zu bytes were wanted", wanted_bytes);
        abort_because("out_of_memory", hint);
}

size_t size_product(size_t size, size_t count)
{
        size_t product;

        if (__builtin_mul_overflow(size, count, &product))
                out_of_memory(SIZE_MAX);
        return product;
}
