/*
 * RFC 4648's vectors, and one spelling only for every value.
 */
#include "unit.h"

#include "crypto/crypto.h"

static struct arena arena;

static int start(void **state)
{
        crypto_start();
        (void)state;
        return 0;
}

static int stop(void **state)
{
        arena_done(&arena);
        (void)state;
        return 0;
}

static void text_base64_rfc4648(void **state)
{
        static const char *const vectors[][3] = {
                { "", "", "" },
                { "f", "Zg==", "Zg" },
                { "fo", "Zm8=", "Zm8" },
                { "foo", "Zm9v", "Zm9v" },
                { "foob", "Zm9vYg==", "Zm9vYg" },
                { "fooba", "Zm9vYmE=", "Zm9vYmE" },
                { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
                { "\xfb\xff\xfe", "+//+", "-__-" },
        };

        for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
                struct str plain = str_from(vectors[i][0]), back = STR_NULL;

                assert_str(crypto_base64(&arena, plain.ptr, plain.len), vectors[i][1]);
                assert_str(crypto_base64url(&arena, plain.ptr, plain.len), vectors[i][2]);
                assert_true(crypto_unbase64(&arena, str_from(vectors[i][1]), &back));
                assert_str(back, vectors[i][0]);
                assert_true(crypto_unbase64url(&arena, str_from(vectors[i][2]), &back));
                assert_str(back, vectors[i][0]);
        }
        (void)state;
}

static void text_unbase64_is_strict(void **state)
{
        static const char *const bad[] = { "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9v",
                                           "Zm9v=", "Zm9v====", "-__-", "Z", "Zm9vY", "Zm9v!g==", "Zg==Zg==" };
        static const char *const bad_url[] = { "Zg==", "Zh", "Zm9", "Z", "+//+", "Zm9v ", "Zm9v=" };
        struct str back = STR("untouched");

        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                if (crypto_unbase64(&arena, str_from(bad[i]), &back))
                        fail_msg("'%s' was taken", bad[i]);
        for (size_t i = 0; i < ARRAY_LEN(bad_url); i++)
                if (crypto_unbase64url(&arena, str_from(bad_url[i]), &back))
                        fail_msg("'%s' was taken as URL text", bad_url[i]);
        assert_str(back, "untouched");
        assert_false(crypto_unbase64(&arena, STR("Zm9v\0"), &back));
        (void)state;
}

static void text_base64_round_trips(void **state)
{
        uint8_t data[200];

        for (size_t len = 0; len <= sizeof(data); len++) {
                struct str back = STR_NULL;

                crypto_random(data, len);
                assert_true(crypto_unbase64(&arena, crypto_base64(&arena, data, len), &back));
                assert_int_equal(back.len, len);
                assert_memory_equal(back.ptr, data, len);
                assert_true(crypto_unbase64url(&arena, crypto_base64url(&arena, data, len), &back));
                assert_int_equal(back.len, len);
                assert_memory_equal(back.ptr, data, len);
        }
        (void)state;
}

static void text_hex_round_trips(void **state)
{
        uint8_t back[4] = { 9, 9, 9, 9 };

        assert_str(crypto_hex(&arena, "\x00\xff\x10\xab", 4), "00ff10ab");
        assert_str(crypto_hex(&arena, "", 0), "");
        assert_true(crypto_unhex(STR("00ff10ab"), back, 4));
        assert_memory_equal(back, "\x00\xff\x10\xab", 4);
        assert_true(crypto_unhex(STR("00FF10AB"), back, 4));
        assert_true(crypto_unhex(STR(""), back, 0));
        assert_false(crypto_unhex(STR("00ff10a"), back, 4));
        assert_false(crypto_unhex(STR("00ff10ab0"), back, 4));
        assert_false(crypto_unhex(STR("00ff10ag"), back, 4));
        assert_false(crypto_unhex(STR("00ff10"), back, 4));
        assert_false(crypto_unhex(STR("00 f10ab"), back, 4));
        (void)state;
}

static void text_random_alnum_uses_its_alphabet_evenly(void **state)
{
        struct str text = crypto_random_alnum(&arena, 62 * 1000);
        unsigned seen[256] = { 0 };

        assert_int_equal(text.len, 62 * 1000);
        for (size_t i = 0; i < text.len; i++)
                seen[(unsigned char)text.ptr[i]]++;
        for (int c = 0; c < 256; c++) {
                bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

                if (!alnum)
                        assert_int_equal(seen[c], 0);
                else /* 1000 expected, standard deviation 31 */
                        assert_in_range(seen[c], 700, 1300);
        }
        (void)state;
}

static void text_equal_and_wipe(void **state)
{
        char secret[] = "secret";

        assert_true(crypto_equal("abc", "abc", 3));
        assert_false(crypto_equal("abc", "abd", 3));
        assert_true(crypto_equal("abc", "abd", 2));
        assert_true(crypto_equal(NULL, NULL, 0));
        crypto_wipe(secret, sizeof(secret));
        for (size_t i = 0; i < sizeof(secret); i++)
                assert_int_equal(secret[i], 0);
        (void)state;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_base64_rfc4648),
                cmocka_unit_test(text_unbase64_is_strict),
                cmocka_unit_test(text_base64_round_trips),
                cmocka_unit_test(text_hex_round_trips),
                cmocka_unit_test(text_random_alnum_uses_its_alphabet_evenly),
                cmocka_unit_test(text_equal_and_wipe),
        };

        return cmocka_run_group_tests(tests, start, stop);
}
