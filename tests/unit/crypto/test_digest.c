/*
 * Published vectors: RFC 1321 (MD5), FIPS 180-4's examples (SHA-256), RFC 4231 (HMAC), and
 * xxHash's own for the empty input; streams against whole texts for the rest.
 */
#include "unit.h"

#include "crypto/crypto.h"

#include <pthread.h>

static struct arena arena;

static int start(void **state)
{
        crypto_start();
        crypto_start(); /* a second time does nothing */
        (void)state;
        return 0;
}

static int stop(void **state)
{
        arena_done(&arena);
        (void)state;
        return 0;
}

static void assert_hex(const uint8_t *data, size_t len, const char *expected)
{
        assert_str(crypto_hex(&arena, data, len), expected);
}

static void digest_md5_rfc1321(void **state)
{
        static const char *const vectors[][2] = {
                { "", "d41d8cd98f00b204e9800998ecf8427e" },
                { "a", "0cc175b9c0f1b6a831c399e269772661" },
                { "abc", "900150983cd24fb0d6963f7d28e17f72" },
                { "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
                { "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
                { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f" },
                { "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                  "57edf4a22be3c955ac49da2e2107b67a" },
        };
        uint8_t md5[16];

        for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
                crypto_md5(vectors[i][0], strlen(vectors[i][0]), md5);
                assert_hex(md5, sizeof(md5), vectors[i][1]);
        }
        crypto_md5(NULL, 0, md5);
        assert_hex(md5, sizeof(md5), vectors[0][1]);
        (void)state;
}

static void digest_sha256_fips180(void **state)
{
        static const char *const vectors[][2] = {
                { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
                { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
                { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        };
        struct crypto_digest *digest = crypto_digest_new(CRYPTO_SHA256);
        char thousand[1000];
        uint8_t sha256[32];

        for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
                crypto_sha256(vectors[i][0], strlen(vectors[i][0]), sha256);
                assert_hex(sha256, sizeof(sha256), vectors[i][1]);
        }
        memset(thousand, 'a', sizeof(thousand));
        for (int i = 0; i < 1000; i++)
                crypto_digest_add(digest, thousand, sizeof(thousand));
        crypto_digest_end(digest, sha256);
        assert_hex(sha256, sizeof(sha256), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
        assert_null(crypto_digest_free(digest));
        (void)state;
}

static void digest_hmac_rfc4231(void **state)
{
        uint8_t key[131], data[152], mac[32];

        memset(key, 0x0b, 20);
        crypto_hmac_sha256(key, 20, "Hi There", 8, mac);
        assert_hex(mac, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        crypto_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
        assert_hex(mac, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        memset(key, 0xaa, 131);
        memset(data, 0xdd, 50);
        crypto_hmac_sha256(key, 20, data, 50, mac);
        assert_hex(mac, 32, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        crypto_hmac_sha256(key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54, mac);
        assert_hex(mac, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        crypto_hmac_sha256(NULL, 0, NULL, 0, mac);
        assert_hex(mac, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
        (void)state;
}

static void digest_xxh128_of_nothing(void **state)
{
        struct crypto_digest *digest _cleanup_(crypto_digest_freep) = crypto_digest_new(CRYPTO_XXH128);
        uint8_t sum[16];

        crypto_digest_end(digest, sum);
        assert_hex(sum, 16, "99aa06d3014798d86001c324468d497f");
        (void)state;
}

/* Every kind: pieces of odd sizes give what one piece gives, also after a reset. */
static void digest_stream_equals_whole(void **state)
{
        static const struct {
                enum crypto_digest_kind kind;
                size_t len;
        } kinds[] = { { CRYPTO_MD5, 16 }, { CRYPTO_SHA256, 32 }, { CRYPTO_XXH128, 16 } };
        size_t len = 300000;
        uint8_t *data = malloc(len);

        crypto_random(data, len);
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
                struct crypto_digest *digest _cleanup_(crypto_digest_freep) = crypto_digest_new(kinds[k].kind);
                uint8_t whole[32] = { 0 }, pieces[32] = { 0 }, other[32] = { 0 };
                size_t at = 0;

                crypto_digest_add(digest, data, len);
                crypto_digest_end(digest, whole);
                crypto_digest_reset(digest);
                for (size_t step = 0; at < len; at += step, step++) {
                        if (step > len - at)
                                step = len - at;
                        crypto_digest_add(digest, data + at, step);
                }
                crypto_digest_end(digest, pieces);
                assert_memory_equal(whole, pieces, sizeof(whole));
                data[len / 2] ^= 1;
                crypto_digest_reset(digest);
                crypto_digest_add(digest, data, len);
                crypto_digest_end(digest, other);
                data[len / 2] ^= 1;
                assert_memory_not_equal(whole, other, kinds[k].len);
                if (kinds[k].kind == CRYPTO_MD5)
                        crypto_md5(data, len, other);
                if (kinds[k].kind == CRYPTO_SHA256)
                        crypto_sha256(data, len, other);
                if (kinds[k].kind != CRYPTO_XXH128)
                        assert_memory_equal(whole, other, sizeof(whole));
        }
        free(data);
        (void)state;
}

static void *hash_many(void *payload)
{
        unsigned *wrong = payload;
        uint8_t first[32], again[32];

        crypto_hmac_sha256("key", 3, "data", 4, first);
        for (int i = 0; i < 2000; i++) {
                crypto_hmac_sha256("key", 3, "data", 4, again);
                if (memcmp(first, again, sizeof(first)) != 0)
                        (*wrong)++;
        }
        return NULL;
}

static void digest_hmac_from_many_threads(void **state)
{
        pthread_t threads[4];
        unsigned wrong[4] = { 0 };

        for (int i = 0; i < 4; i++)
                pthread_create(&threads[i], NULL, hash_many, &wrong[i]);
        for (int i = 0; i < 4; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(wrong[i], 0);
        }
        (void)state;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(digest_md5_rfc1321),
                cmocka_unit_test(digest_sha256_fips180),
                cmocka_unit_test(digest_hmac_rfc4231),
                cmocka_unit_test(digest_xxh128_of_nothing),
                cmocka_unit_test(digest_stream_equals_whole),
                cmocka_unit_test(digest_hmac_from_many_threads),
        };

        return cmocka_run_group_tests(tests, start, stop);
}
