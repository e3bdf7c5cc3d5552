/*
 * crypto/text.c - hex and base64, random bytes, comparing and wiping secrets.
 *
 * Encoding and decoding are libsodium's: constant-time, and strict when decoding (no white
 * space, padding where it belongs, unused bits zero), so that one value has one spelling.
 */
#include "crypto/crypto.h"

#include <sodium.h>

bool crypto_equal(const void *a, const void *b, size_t len)
{
        return len == 0 || sodium_memcmp(a, b, len) == 0;
}

void crypto_random(void *ret, size_t len)
{
        randombytes_buf(ret, len);
}

void crypto_wipe(void *data, size_t len)
{
        if (len)
                sodium_memzero(data, len);
}

struct str crypto_random_alnum(struct arena *arena, size_t len)
{
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        char *text = arena_alloc(arena, len + 1);

        for (size_t i = 0; i < len; i++)
                text[i] = alphabet[randombytes_uniform(sizeof(alphabet) - 1)];
        return (struct str){ text, len };
}

void crypto_hex_to(char *ret, const void *data, size_t len)
{
        sodium_bin2hex(ret, 2 * len + 1, data, len);
}

void crypto_base64_to(char *ret, const void *data, size_t len)
{
        sodium_bin2base64(ret, sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL), data, len,
                          sodium_base64_VARIANT_ORIGINAL);
}

bool crypto_unbase64_to(struct str text, uint8_t *ret, size_t len)
{
        uint8_t bytes[64];
        size_t got = 0;

        if (len > sizeof(bytes) || str_is_empty(text) ||
            sodium_base642bin(bytes, sizeof(bytes), text.ptr, text.len, NULL, &got, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0 || got != len)
                return false;
        memcpy(ret, bytes, len);
        return true;
}

struct str crypto_hex(struct arena *arena, const void *data, size_t len)
{
        char *text = arena_alloc(arena, 2 * len + 1);

        sodium_bin2hex(text, 2 * len + 1, data, len);
        return (struct str){ text, 2 * len };
}

bool crypto_unhex(struct str hex, uint8_t *ret, size_t len)
{
        size_t done = 0;

        return hex.len == 2 * len && (len == 0 || sodium_hex2bin(ret, len, hex.ptr, hex.len, NULL, &done, NULL) == 0) &&
               done == len;
}

static struct str encode(struct arena *arena, const void *data, size_t len, int variant)
{
        size_t room = sodium_base64_encoded_len(len, variant);
        char *text = arena_alloc(arena, room);

        sodium_bin2base64(text, room, data, len, variant);
        return (struct str){ text, strlen(text) };
}

static bool decode(struct arena *arena, struct str text, int variant, struct str *ret)
{
        size_t room = text.len / 4 * 3 + 3, len = 0;
        unsigned char *bytes = arena_alloc(arena, room);

        if (text.len && sodium_base642bin(bytes, room, text.ptr, text.len, NULL, &len, NULL, variant) != 0)
                return false;
        *ret = (struct str){ (const char *)bytes, len };
        return true;
}

struct str crypto_base64(struct arena *arena, const void *data, size_t len)
{
        return encode(arena, data, len, sodium_base64_VARIANT_ORIGINAL);
}

bool crypto_unbase64(struct arena *arena, struct str text, struct str *ret)
{
        return decode(arena, text, sodium_base64_VARIANT_ORIGINAL, ret);
}

struct str crypto_base64url(struct arena *arena, const void *data, size_t len)
{
        return encode(arena, data, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypto_unbase64url(struct arena *arena, struct str text, struct str *ret)
{
        return decode(arena, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, ret);
}
