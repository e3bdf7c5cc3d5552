/*
 * cli/text.c - numbers and names as people read them; see text.h.
 */
#include "cli/text.h"

#include <stdio.h>

const char *text_size(uint64_t bytes, char ret[static TEXT_SIZE_MAX])
{
        static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
        size_t unit = 0;
        double value = (double)bytes / 1024;

        if (bytes < 1000) {
                (void)snprintf(ret, TEXT_SIZE_MAX, "%u B", (unsigned)bytes);
                return ret;
        }
        /* 999.95 would be shown as 1000.0. */
        while (value >= 999.95 && unit + 1 < ARRAY_LEN(units)) {
                value /= 1024;
                unit++;
        }
        (void)snprintf(ret, TEXT_SIZE_MAX, "%.1f %s", value, units[unit]);
        return ret;
}

const char *text_duration(uint64_t seconds, char ret[static TEXT_SIZE_MAX])
{
        unsigned long long s = seconds;

        if (s < 60)
                (void)snprintf(ret, TEXT_SIZE_MAX, "%llu s", s);
        else if (s < 3600)
                (void)snprintf(ret, TEXT_SIZE_MAX, "%llu:%02llu", s / 60, s % 60);
        else if (s < 48 * 3600)
                (void)snprintf(ret, TEXT_SIZE_MAX, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
        else if (s < 10000ull * 24 * 3600)
                (void)snprintf(ret, TEXT_SIZE_MAX, "%llu days", s / (24 * 3600));
        else
                (void)snprintf(ret, TEXT_SIZE_MAX, "ages");
        return ret;
}

void text_add(struct buf *out, struct str text, bool safe)
{
        if (!safe) {
                buf_add_str(out, text);
                return;
        }
        for (size_t at = 0; at < text.len;) {
                size_t step = str_utf8_step(text, at);
                unsigned char c = (unsigned char)text.ptr[at];
                /* U+0080..U+009F are control characters, too: C2 80 .. C2 9F. */
                bool second_set = step == 2 && c == 0xc2 && (unsigned char)text.ptr[at + 1] < 0xa0;

                if (step == 0 || c < ' ' || c == 127 || second_set) {
                        buf_add_c(out, '?');
                        at += step ? step : 1;
                        continue;
                }
                buf_add(out, text.ptr + at, step);
                at += step;
        }
}

size_t text_columns(struct str text)
{
        size_t count = 0;

        for (size_t at = 0; at < text.len; count++) {
                size_t step = str_utf8_step(text, at);

                at += step ? step : 1;
        }
        return count;
}

static void wrap_line(struct buf *out, struct str line, size_t indent, size_t width)
{
        size_t column = 0;

        while (!str_is_null(line)) {
                struct str word = str_cut(&line, ' ');
                size_t columns = text_columns(word);

                if (str_is_empty(word))
                        continue;
                if (column > 0 && indent + column + 1 + columns > width) {
                        buf_add_c(out, '\n');
                        column = 0;
                }
                if (column == 0)
                        buf_printf(out, "%*s", (int)indent, "");
                else
                        buf_add_c(out, ' ');
                column += columns + (column > 0);
                buf_add_str(out, word);
        }
        buf_add_c(out, '\n');
}

void text_wrap(struct buf *out, struct str text, size_t indent, size_t width)
{
        while (!str_is_null(text)) {
                struct str line = str_cut(&text, '\n');

                if (str_is_empty(line) && str_is_null(text))
                        break;
                if (str_is_empty(line))
                        buf_add_c(out, '\n');
                else if (line.ptr[0] == ' ')
                        buf_printf(out, "%*s%.*s\n", (int)indent, "", STR_ARG(line));
                else
                        wrap_line(out, line, indent, width);
        }
}
