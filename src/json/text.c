/*
 * json/text.c - the smallest pieces of JSON: strings and bare words.
 *
 * Everything here works on bytes that lie in memory as a whole; chunks are read.c's
 * matter. Strings are scanned eight bytes at a time, since manifests are mostly strings.
 */
#include "json/internal.h"

static const uint64_t LOW_BITS = 0x0101010101010101u;
static const uint64_t HIGH_BITS = 0x8080808080808080u;

/* High bit set in (at least the lowest of) the bytes of v that are zero. */
static uint64_t zero_bytes(uint64_t v)
{
        return (v - LOW_BITS) & ~v & HIGH_BITS;
}

/* Nonzero when one of eight ASCII bytes ends the fast lane: quote, backslash, control. */
static uint64_t special_bytes(uint64_t v)
{
        return zero_bytes(v ^ (LOW_BITS * '"')) | zero_bytes(v ^ (LOW_BITS * '\\')) |
               ((v - LOW_BITS * 0x20) & ~v & HIGH_BITS);
}

/* How many bytes before the first special one; 0 is a safe answer. */
static unsigned bytes_before(uint64_t special)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        return (unsigned)__builtin_ctzll(special) / 8;
#else
        (void)special;
        return 0;
#endif
}

/* Length of a prefix that needs no closer look, taken eight bytes at a time. */
static size_t skip_plain(const char *text, size_t len, unsigned *flags)
{
        size_t i = 0;
        uint64_t word;

        while (len - i >= sizeof word) {
                uint64_t special;

                memcpy(&word, text + i, sizeof word);
                special = special_bytes(word);
                if (special) {
                        unsigned plain = bytes_before(special);

                        if (word & HIGH_BITS & (((uint64_t)1 << (8 * plain)) - 1))
                                *flags |= JSON_SCAN_HIGH;
                        return i + plain;
                }
                if (word & HIGH_BITS)
                        *flags |= JSON_SCAN_HIGH;
                i += sizeof word;
        }
        return i;
}

size_t json_scan_string(const char *text, size_t len, bool *escaped, unsigned *flags)
{
        size_t i = 0;

        if (*escaped && len > 0) {
                i = 1;
                *escaped = false;
        }
        while (i < len) {
                unsigned char c;

                i += skip_plain(text + i, len - i, flags);
                if (i == len)
                        break;
                c = (unsigned char)text[i];
                if (c == '"') {
                        *flags |= JSON_SCAN_CLOSED;
                        return i;
                }
                if (c < 0x20) {
                        *flags |= JSON_SCAN_CONTROL;
                        return i;
                }
                if (c == '\\') {
                        *flags |= JSON_SCAN_ESCAPE;
                        if (i + 1 == len) {
                                *escaped = true;
                                return len;
                        }
                        /* What follows is judged by the decoder, but a quote there ends nothing. */
                        i += 2;
                        continue;
                }
                if (c >= 0x80)
                        *flags |= JSON_SCAN_HIGH;
                i++;
        }
        return len;
}

/* Length of the well-formed sequence at the start of text, 0 when there is none. */
static size_t utf8_sequence(const char *text, size_t len)
{
        unsigned char a = (unsigned char)text[0];
        unsigned char low = 0x80;
        unsigned char high = 0xbf;
        size_t need;

        if (a < 0x80)
                return 1;
        if (a >= 0xc2 && a <= 0xdf)
                need = 2;
        else if (a >= 0xe0 && a <= 0xef)
                need = 3;
        else if (a >= 0xf0 && a <= 0xf4)
                need = 4;
        else
                return 0;
        if (len < need)
                return 0;
        /* The second byte shuts out overlong forms, surrogates and values past U+10FFFF. */
        if (a == 0xe0)
                low = 0xa0;
        else if (a == 0xed)
                high = 0x9f;
        else if (a == 0xf0)
                low = 0x90;
        else if (a == 0xf4)
                high = 0x8f;
        if ((unsigned char)text[1] < low || (unsigned char)text[1] > high)
                return 0;
        for (size_t i = 2; i < need; i++)
                if (((unsigned char)text[i] & 0xc0) != 0x80)
                        return 0;
        return need;
}

size_t json_utf8_bad(const char *text, size_t len)
{
        size_t i = 0;

        while (i < len) {
                uint64_t word;
                size_t step;

                while (len - i >= sizeof word) {
                        memcpy(&word, text + i, sizeof word);
                        if (word & HIGH_BITS)
                                break;
                        i += sizeof word;
                }
                if (i == len)
                        break;
                step = utf8_sequence(text + i, len - i);
                if (step == 0)
                        return i;
                i += step;
        }
        return SIZE_MAX;
}

/* The four digits of a \u escape; false when they are not there. */
static bool hex_quad(struct str raw, size_t at, uint32_t *ret)
{
        uint32_t value = 0;

        if (at > raw.len || raw.len - at < 4)
                return false;
        for (size_t i = 0; i < 4; i++) {
                int digit = str_hex_digit(raw.ptr[at + i]);

                if (digit < 0)
                        return false;
                value = value << 4 | (uint32_t)digit;
        }
        *ret = value;
        return true;
}

/*
 * A \u escape whose digits start at *at; moves *at behind it, and behind the second half
 * of a surrogate pair.
 */
static const char *decode_unicode(struct str raw, size_t *at, bool lenient, uint32_t *ret)
{
        uint32_t first = 0;
        uint32_t second = 0;

        if (!hex_quad(raw, *at, &first))
                return "\\u needs four hexadecimal digits behind it";
        *at += 4;
        *ret = first;
        if (first < 0xd800 || first > 0xdfff)
                return NULL;
        if (first < 0xdc00 && raw.len - *at >= 6 && raw.ptr[*at] == '\\' && raw.ptr[*at + 1] == 'u' &&
            hex_quad(raw, *at + 2, &second) && second >= 0xdc00 && second <= 0xdfff) {
                *at += 6;
                *ret = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return NULL;
        }
        if (!lenient)
                return "the escape is one half of a surrogate pair without the other";
        *ret = 0xfffd;
        return NULL;
}

/* The byte that a one-letter escape stands for, or 0. */
static char simple_escape(char c)
{
        switch (c) {
        case '"': return '"';
        case '\\': return '\\';
        case '/': return '/';
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return 0;
        }
}

const char *json_decode_string(struct str raw, bool lenient, char *out, size_t *ret_len, size_t *ret_bad)
{
        size_t out_len = 0;
        size_t at = 0;
        size_t bad = json_utf8_bad(raw.ptr, raw.len);

        if (bad != SIZE_MAX) {
                *ret_bad = bad;
                return "the string is not well-formed UTF-8";
        }
        while (at < raw.len) {
                const char *stop = memchr(raw.ptr + at, '\\', raw.len - at);
                size_t plain = stop ? (size_t)(stop - raw.ptr) - at : raw.len - at;
                uint32_t code = 0;
                const char *why;
                char c;

                memcpy(out + out_len, raw.ptr + at, plain);
                out_len += plain;
                at += plain;
                if (!stop)
                        break;
                *ret_bad = at;
                if (at + 1 >= raw.len)
                        return "a backslash stands at the end of the string";
                c = raw.ptr[at + 1];
                at += 2;
                if (c != 'u') {
                        char plain_char = simple_escape(c);

                        if (plain_char == 0)
                                return "a backslash stands before a character that has no escape";
                        out[out_len++] = plain_char;
                        continue;
                }
                why = decode_unicode(raw, &at, lenient, &code);
                if (why)
                        return why;
                out_len += str_utf8_put(out + out_len, code);
        }
        *ret_len = out_len;
        return NULL;
}

void json_position_move(struct json_position *position, const char *text, size_t len)
{
        const char *at = text;
        const char *end = text + len;

        while (at < end) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));

                if (!newline) {
                        position->column += (uint64_t)(end - at);
                        return;
                }
                position->line++;
                position->column = 1;
                at = newline + 1;
        }
}

enum rc json_fail(struct err *err, struct json_position position, const char *what)
{
        return err_set(err, RC_INVALID, "The JSON text is not valid at line %llu, column %llu: %s.",
                       (unsigned long long)position.line, (unsigned long long)position.column, what);
}
