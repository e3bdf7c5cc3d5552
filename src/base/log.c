/*
 * base/log.c - logfmt lines on standard error.
 *
 *     time=2026-08-21T15:25:35Z level=info event=request method=GET status=200
 *
 * Each thread has a buffer and writes whole lines with one write(2), so those of several threads do
 * not mix: line by line or, after log_hold(), as many as a pipe takes in one piece. A line that
 * does not fit is cut. A failing write is ignored: there is nowhere left to say so.
 */
#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static const char *const level_names[] = {
        [LOG_LEVEL_DEBUG] = "debug",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_WARN] = "warn",
        [LOG_LEVEL_ERROR] = "error",
};

#define PIECE_BYTES ((size_t)4096) /* PIPE_BUF: also the longest line */

static _Atomic int least_level = LOG_LEVEL_INFO;
static _Thread_local struct {
        bool holds;
        size_t len;
        char bytes[2 * PIECE_BYTES]; /* a piece, and the line that may be too much for it */
} waiting;

void log_set_level(enum log_level level)
{
        atomic_store_explicit(&least_level, (int)level, memory_order_relaxed);
}

bool log_enabled(enum log_level level)
{
        return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

void log_hold(void)
{
        waiting.holds = true;
}

static void write_first(size_t len)
{
        while (write(STDERR_FILENO, waiting.bytes, len) < 0 && errno == EINTR)
                ;
        waiting.len -= len;
        memmove(waiting.bytes, waiting.bytes + len, waiting.len);
}

void log_flush(void)
{
        int saved = errno;

        if (waiting.len)
                write_first(waiting.len);
        errno = saved;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
        size_t len, room = PIECE_BYTES - 1; /* one byte stays for the newline */
        int saved = errno, added;
        char *line = waiting.bytes + waiting.len, now[32];
        va_list ap;

        if (!log_enabled(level))
                return;
        clock_format_us(clock_now_us(), now);
        added = snprintf(line, room, "time=%s level=%s event=%s%s", now, level_names[level], event,
                         fmt[0] ? " " : "");
        len = added > 0 ? (size_t)added : 0;
        if (len < room) {
                va_start(ap, fmt);
                added = vsnprintf(line + len, room - len, fmt, ap);
                va_end(ap);
                len += added > 0 ? (size_t)added : 0;
        }
        if (len >= room)
                len = room - 1; /* vsnprintf cut the text and wrote its NUL there */

        /* A value that was not quoted must not be able to forge a line. */
        for (size_t i = 0; i < len; i++)
                if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
                        line[i] = '?';
        line[len++] = '\n';
        waiting.len += len;
        if (waiting.len > PIECE_BYTES)
                write_first(waiting.len - len);
        if (!waiting.holds || level >= LOG_LEVEL_WARN)
                log_flush();
        errno = saved;
}

/* Well-formed and printable? C1 controls drive terminals just as C0 ones do. */
static size_t plain_step(struct str s, size_t at)
{
        size_t step = str_utf8_step(s, at);
        unsigned char c = (unsigned char)s.ptr[at];

        if (step == 1 && (c < 0x20 || c == 0x7F))
                return 0;
        if (step == 2 && c == 0xC2 && (unsigned char)s.ptr[at + 1] < 0xA0)
                return 0;
        return step;
}

const char *log_quote(struct str s, char *ret, size_t ret_size)
{
        static const char hex[] = "0123456789abcdef";
        size_t len = 0;

        if (ret_size < 3) {
                if (ret_size)
                        ret[0] = '\0';
                return ret_size ? ret : "";
        }
        ret[len++] = '"';
        for (size_t at = 0; at < s.len;) {
                size_t step = plain_step(s, at);
                unsigned char c = (unsigned char)s.ptr[at];
                size_t need = step == 0 ? 4 : c == '"' || c == '\\' ? 2 : step;

                if (need > ret_size - 2 - len)
                        break;
                if (step == 0) {
                        ret[len++] = '\\';
                        ret[len++] = 'x';
                        ret[len++] = hex[c >> 4];
                        ret[len++] = hex[c & 15];
                        at++;
                        continue;
                }
                if (need == 2 && step == 1)
                        ret[len++] = '\\';
                memcpy(ret + len, s.ptr + at, step);
                len += step;
                at += step;
        }
        ret[len++] = '"';
        ret[len] = '\0';
        return ret;
}
