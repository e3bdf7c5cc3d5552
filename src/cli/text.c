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

static uint32_t code_point(struct str text, size_t at, size_t step)
{
        const unsigned char *c = (const unsigned char *)text.ptr + at;

        switch (step) {
        case 2:
                return (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
        case 3:
                return (c[0] & 0xfu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
        case 4:
                return (c[0] & 7u) << 18 | (c[1] & 0x3fu) << 12 | (c[2] & 0x3fu) << 6 | (c[3] & 0x3fu);
        default:
                return c[0];
        }
}

struct range {
        uint32_t first, last;
};

static bool within(const struct range *ranges, size_t count, uint32_t c)
{
        for (size_t i = 0; i < count; i++)
                if (c >= ranges[i].first && c <= ranges[i].last)
                        return true;
        return false;
}

/* In blocks: a letter here and there is taken for its neighbors. */
static const struct range none_wide[] = {
        { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x200b, 0x200f },
        { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};
static const struct range twice_wide[] = {
        { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
        { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
        { 0x20000, 0x3fffd },
};
/* Embeddings, overrides and isolates: what follows would be shown in another order than it is. */
static const struct range turning[] = { { 0x202a, 0x202e }, { 0x2066, 0x2069 } };

static size_t columns_of(struct str text, size_t at, size_t step)
{
        uint32_t c = step > 1 ? code_point(text, at, step) : 0;

        if (c < 0x300)
                return 1;
        return within(none_wide, ARRAY_LEN(none_wide), c) ? 0 : within(twice_wide, ARRAY_LEN(twice_wide), c) ? 2 : 1;
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

                if (step == 0 || c < ' ' || c == 127 || second_set ||
                    (step == 3 && within(turning, ARRAY_LEN(turning), code_point(text, at, step)))) {
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

        for (size_t at = 0; at < text.len;) {
                size_t step = str_utf8_step(text, at);

                count += columns_of(text, at, step);
                at += step ? step : 1;
        }
        return count;
}

size_t text_add_cut(struct buf *out, struct str text, size_t width)
{
        size_t columns = 0, at = 0;

        while (at < text.len) {
                size_t step = str_utf8_step(text, at), next = columns_of(text, at, step);

                if (columns + next + 1 > width)
                        break;
                columns += next;
                at += step ? step : 1;
        }
        buf_add(out, text.ptr, at);
        buf_add_str(out, STR("\u2026"));
        return columns + 1;
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
