/*
 * base/str.c - borrowed strings: compare, search, cut, read numbers, judge UTF-8.
 *
 * Nothing here allocates or looks at a locale: letters and white space are ASCII,
 * everything else is bytes.
 */
#include "base/base.h"

#include <endian.h>

#include "base/internal.h"

struct str str_from(const char *c_string)
{
        if (!c_string)
                return STR_NULL;
        return (struct str){ c_string, strlen(c_string) };
}

bool str_eq(struct str a, struct str b)
{
        return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_eq_c(struct str a, const char *b)
{
        return str_eq(a, str_from(b));
}

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
        if (a.len != b.len)
                return false;
        for (size_t i = 0; i < a.len; i++)
                if (lower(a.ptr[i]) != lower(b.ptr[i]))
                        return false;
        return true;
}

int str_cmp(struct str a, struct str b)
{
        size_t shorter = a.len < b.len ? a.len : b.len;
        int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

        if (order)
                return order;
        return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix)
{
        return s.len >= prefix.len && str_eq((struct str){ s.ptr, prefix.len }, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
        return s.len >= suffix.len &&
               (suffix.len == 0 || memcmp(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len) == 0);
}

bool str_contains(struct str s, struct str needle)
{
        if (needle.len == 0)
                return true;
        return s.len >= needle.len && memmem(s.ptr, s.len, needle.ptr, needle.len) != NULL;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
        if (to > s.len)
                to = s.len;
        if (from > to)
                from = to;
        return s.ptr ? (struct str){ s.ptr + from, to - from } : STR_NULL;
}

size_t str_find(struct str s, char c, size_t from)
{
        const char *hit;

        if (from >= s.len)
                return SIZE_MAX;
        hit = memchr(s.ptr + from, c, s.len - from);
        return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

static bool is_space(char c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
        while (s.len && is_space(s.ptr[0])) {
                s.ptr++;
                s.len--;
        }
        while (s.len && is_space(s.ptr[s.len - 1]))
                s.len--;
        return s;
}

struct str str_cut(struct str *rest, char sep)
{
        struct str whole = *rest;
        size_t at = str_find(whole, sep, 0);

        if (at == SIZE_MAX) {
                *rest = STR_NULL;
                return whole;
        }
        *rest = str_slice(whole, at + 1, whole.len);
        return str_slice(whole, 0, at);
}

bool str_to_u64(struct str s, uint64_t *ret_value)
{
        uint64_t value = 0;

        if (s.len == 0)
                return false;
        for (size_t i = 0; i < s.len; i++) {
                if (s.ptr[i] < '0' || s.ptr[i] > '9')
                        return false;
                if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
                    __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
                        return false;
        }
        *ret_value = value;
        return true;
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
        bool negative = s.len && s.ptr[0] == '-';
        uint64_t size;

        if (!str_to_u64(negative ? str_slice(s, 1, s.len) : s, &size))
                return false;
        if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
                return false;
        /* 0 - size in unsigned arithmetic reaches INT64_MIN without overflow. */
        *ret_value = negative ? (int64_t)(0 - size) : (int64_t)size;
        return true;
}

/*
 * The table of well-formed sequences (Unicode 3.9): the lead byte decides the length
 * and the range of the second byte, which is where overlong forms, surrogates and
 * values past U+10FFFF are refused.
 */
size_t str_utf8_step(struct str s, size_t at)
{
        const unsigned char *p;
        unsigned char low = 0x80, high = 0xBF;
        size_t len;

        if (at >= s.len)
                return 0;
        p = (const unsigned char *)s.ptr + at;
        if (p[0] < 0x80)
                return 1;
        if (p[0] >= 0xC2 && p[0] <= 0xDF)
                len = 2;
        else if ((p[0] & 0xF0) == 0xE0)
                len = 3;
        else if (p[0] >= 0xF0 && p[0] <= 0xF4)
                len = 4;
        else
                return 0;
        if (len > s.len - at)
                return 0;

        if (p[0] == 0xE0)
                low = 0xA0;
        else if (p[0] == 0xED)
                high = 0x9F;
        else if (p[0] == 0xF0)
                low = 0x90;
        else if (p[0] == 0xF4)
                high = 0x8F;
        if (p[1] < low || p[1] > high)
                return 0;
        for (size_t i = 2; i < len; i++)
                if ((p[i] & 0xC0) != 0x80)
                        return 0;
        return len;
}

bool str_is_utf8(struct str s)
{
        for (size_t at = 0; at < s.len;) {
                size_t step = str_utf8_step(s, at);

                if (step == 0)
                        return false;
                at += step;
        }
        return true;
}

size_t str_utf8_len(struct str s)
{
        size_t count = 0;

        for (size_t i = 0; i < s.len; i++)
                count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
        return count;
}

size_t str_utf8_put(char *ret, uint32_t point)
{
        if (point < 0x80) {
                ret[0] = (char)point;
                return 1;
        }
        if (point < 0x800) {
                ret[0] = (char)(0xC0 | point >> 6);
                ret[1] = (char)(0x80 | (point & 0x3F));
                return 2;
        }
        if (point < 0x10000) {
                ret[0] = (char)(0xE0 | point >> 12);
                ret[1] = (char)(0x80 | (point >> 6 & 0x3F));
                ret[2] = (char)(0x80 | (point & 0x3F));
                return 3;
        }
        ret[0] = (char)(0xF0 | point >> 18);
        ret[1] = (char)(0x80 | (point >> 12 & 0x3F));
        ret[2] = (char)(0x80 | (point >> 6 & 0x3F));
        ret[3] = (char)(0x80 | (point & 0x3F));
        return 4;
}

int str_hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

uint64_t hash_bytes(const void *data, size_t len)
{
        const unsigned char *p = data;
        uint64_t hash = UINT64_C(0xcbf29ce484222325);

        for (size_t i = 0; i < len; i++) {
                hash ^= p[i];
                hash *= UINT64_C(0x100000001b3);
        }
        return hash;
}

static void sip_rounds(uint64_t v[static 4], int count)
{
#define ROTATED_LEFT(x, bits) (((x) << (bits)) | ((x) >> (64 - (bits))))
        while (count--) {
                v[0] += v[1];
                v[2] += v[3];
                v[1] = ROTATED_LEFT(v[1], 13) ^ v[0];
                v[3] = ROTATED_LEFT(v[3], 16) ^ v[2];
                v[0] = ROTATED_LEFT(v[0], 32);
                v[2] += v[1];
                v[0] += v[3];
                v[1] = ROTATED_LEFT(v[1], 17) ^ v[2];
                v[3] = ROTATED_LEFT(v[3], 21) ^ v[0];
                v[2] = ROTATED_LEFT(v[2], 32);
        }
#undef ROTATED_LEFT
}

uint64_t hash_keyed(const uint64_t key[static 2], const void *data, size_t len)
{
        uint64_t v[4] = { key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                          key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573) };
        const unsigned char *p = data;

        /* The last word holds what is left over and, in its top byte, the length. */
        for (size_t at = 0; at <= len; at += 8) {
                size_t left = len - at;
                uint64_t word = 0;

                if (left >= 8) {
                        memcpy(&word, p + at, 8);
                        word = le64toh(word);
                } else {
                        for (size_t i = 0; i < left; i++)
                                word |= (uint64_t)p[at + i] << (8 * i);
                        word |= (uint64_t)len << 56;
                }
                v[3] ^= word;
                sip_rounds(v, 2);
                v[0] ^= word;
        }
        v[2] ^= 0xFF;
        sip_rounds(v, 4);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
}
