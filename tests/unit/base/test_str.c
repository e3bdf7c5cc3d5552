/* Tests of base/str.c. */
#include "unit.h"

#include "base/internal.h"

#include <ctype.h>

static void str_absent_and_empty(void **state UNUSED)
{
        assert_true(str_is_null(str_from(NULL)));
        assert_false(str_is_null(str_from("")));
        assert_true(str_eq(STR_NULL, STR("")));
        assert_true(str_eq_c(STR_NULL, ""));
        assert_true(str_eq_c(STR(""), NULL));
        assert_true(str_eq_nocase(STR_NULL, STR("")));
        assert_int_equal(str_cmp(STR_NULL, STR("")), 0);
        assert_true(str_is_null(str_slice(STR_NULL, 0, 5)));
        assert_true(str_is_null(str_trim(STR_NULL)));
        assert_true(str_is_utf8(STR_NULL));
}

static void str_eq_compares_bytes(void **state UNUSED)
{
        assert_true(str_eq(STR("model"), STR("model")));
        assert_false(str_eq(STR("model"), STR("Model")));
        assert_false(str_eq(STR("model"), STR("models")));
        assert_false(str_eq((struct str){ "a\0b", 3 }, (struct str){ "a\0c", 3 }));
        assert_true(str_eq_c(STR("abc"), "abc"));
        assert_false(str_eq_c(STR("abc"), "ab"));
}

static void str_eq_nocase_is_ascii_only(void **state UNUSED)
{
        assert_true(str_eq_nocase(STR("Content-LENGTH"), STR("content-length")));
        assert_false(str_eq_nocase(STR("abc"), STR("abd")));
        assert_false(str_eq_nocase(STR("abc"), STR("abcd")));
        assert_false(str_eq_nocase(STR("\xC3\x84"), STR("\xC3\xA4"))); /* A and a with diaeresis */
        assert_false(str_eq_nocase(STR("@"), STR("`")));
        assert_false(str_eq_nocase(STR("["), STR("{")));
}

static void str_cmp_orders_by_byte(void **state UNUSED)
{
        assert_true(str_cmp(STR("a"), STR("b")) < 0);
        assert_true(str_cmp(STR("b"), STR("a")) > 0);
        assert_true(str_cmp(STR("a"), STR("ab")) < 0);
        assert_true(str_cmp(STR("ab"), STR("a")) > 0);
        assert_true(str_cmp(STR("z"), STR("\xC3\xA4")) < 0);
        assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
}

static void str_starts_ends_contains(void **state UNUSED)
{
        struct str s = STR("wandb-registry-model");

        assert_true(str_starts(s, STR("wandb-registry-")));
        assert_false(str_starts(s, STR("registry")));
        assert_false(str_starts(STR("ab"), STR("abc")));
        assert_true(str_ends(s, STR("-model")));
        assert_false(str_ends(s, STR("-mode")));
        assert_false(str_ends(STR("ab"), STR("aab")));
        assert_true(str_contains(s, STR("registry")));
        assert_false(str_contains(s, STR("registries")));
        assert_false(str_contains(STR("ab"), STR("abc")));
        assert_true(str_starts(s, STR_NULL) && str_ends(s, STR_NULL) && str_contains(s, STR_NULL));
        assert_true(str_ends(STR_NULL, STR_NULL) && str_contains(STR_NULL, STR("")));
        assert_false(str_contains(STR_NULL, STR("a")));
}

static void str_slice_clamps(void **state UNUSED)
{
        assert_str(str_slice(STR("abcdef"), 1, 3), "bc");
        assert_str(str_slice(STR("abcdef"), 4, 100), "ef");
        assert_str(str_slice(STR("abcdef"), 100, 200), "");
        assert_str(str_slice(STR("abcdef"), 3, 1), "");
        assert_str(str_slice(STR("abcdef"), 0, SIZE_MAX), "abcdef");
}

static void str_find_from(void **state UNUSED)
{
        assert_int_equal(str_find(STR("a/b/c"), '/', 0), 1);
        assert_int_equal(str_find(STR("a/b/c"), '/', 2), 3);
        assert_int_equal(str_find(STR("a/b/c"), '/', 4), SIZE_MAX);
        assert_int_equal(str_find(STR("a/b/c"), '/', 99), SIZE_MAX);
        assert_int_equal(str_find(STR_NULL, '/', 0), SIZE_MAX);
}

static void str_trim_both_ends(void **state UNUSED)
{
        assert_str(str_trim(STR(" \t\r\n\v\f a b \n")), "a b");
        assert_str(str_trim(STR("   ")), "");
        assert_str(str_trim(STR("x")), "x");
        assert_str(str_trim(STR("\xC2\xA0x")), "\xC2\xA0x"); /* a no-break space is not ASCII */
}

static void str_cut_walks_the_pieces(void **state UNUSED)
{
        struct str rest = STR("a,,b,");

        assert_str(str_cut(&rest, ','), "a");
        assert_str(str_cut(&rest, ','), "");
        assert_str(str_cut(&rest, ','), "b");
        assert_false(str_is_null(rest));
        assert_str(str_cut(&rest, ','), "");
        assert_true(str_is_null(rest));
        assert_true(str_is_null(str_cut(&rest, ',')));

        rest = STR("");
        assert_false(str_is_null(str_cut(&rest, ',')));
        assert_true(str_is_null(rest));
}

static void str_to_u64_whole_decimal_numbers_only(void **state UNUSED)
{
        static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "a",
                                           "18446744073709551616", "99999999999999999999", "1\n" };
        uint64_t value = 42;

        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                assert_false(str_to_u64(str_from(bad[i]), &value));
        assert_false(str_to_u64(STR_NULL, &value));
        assert_false(str_to_u64((struct str){ "1\0", 2 }, &value));
        assert_int_equal(value, 42);
        assert_true(str_to_u64(STR("18446744073709551615"), &value));
        assert_true(value == UINT64_MAX);
        assert_true(str_to_u64(STR("0"), &value) && value == 0);
        assert_true(str_to_u64(STR("007"), &value) && value == 7);
}

static void str_to_i64_reaches_both_ends(void **state UNUSED)
{
        int64_t value = 42;

        assert_false(str_to_i64(STR("9223372036854775808"), &value));
        assert_false(str_to_i64(STR("-9223372036854775809"), &value));
        assert_false(str_to_i64(STR("-"), &value));
        assert_false(str_to_i64(STR("--1"), &value));
        assert_false(str_to_i64(STR(""), &value));
        assert_int_equal(value, 42);
        assert_true(str_to_i64(STR("9223372036854775807"), &value) && value == INT64_MAX);
        assert_true(str_to_i64(STR("-9223372036854775808"), &value) && value == INT64_MIN);
        assert_true(str_to_i64(STR("-17"), &value) && value == -17);
        assert_true(str_to_i64(STR("-0"), &value) && value == 0);
}

static void str_is_utf8_takes_every_code_point(void **state UNUSED)
{
        for (uint32_t c = 0; c <= 0x10FFFF; c++) {
                unsigned char text[4];
                size_t len;

                if (c < 0x80) {
                        text[0] = (unsigned char)c;
                        len = 1;
                } else if (c < 0x800) {
                        text[0] = (unsigned char)(0xC0 | c >> 6);
                        text[1] = (unsigned char)(0x80 | (c & 0x3F));
                        len = 2;
                } else if (c < 0x10000) {
                        text[0] = (unsigned char)(0xE0 | c >> 12);
                        text[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
                        text[2] = (unsigned char)(0x80 | (c & 0x3F));
                        len = 3;
                } else {
                        text[0] = (unsigned char)(0xF0 | c >> 18);
                        text[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
                        text[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
                        text[3] = (unsigned char)(0x80 | (c & 0x3F));
                        len = 4;
                }
                bool good = c < 0xD800 || c > 0xDFFF;
                struct str s = { (const char *)text, len };

                assert_int_equal(str_is_utf8(s), good);
                assert_int_equal(str_utf8_step(s, 0), good ? len : 0);
                assert_int_equal(str_utf8_len(s), 1);

                char put[] = "?????";

                assert_int_equal(str_utf8_put(put, c), len);
                assert_memory_equal(put, text, len);
                assert_int_equal(put[len], '?');
        }
}

static void str_hex_digit_is_what_the_c_library_reads(void **state UNUSED)
{
        for (int c = -128; c < 128; c++) {
                char text[] = { (char)c, '\0' };
                bool good = isxdigit((unsigned char)c) != 0;

                assert_int_equal(str_hex_digit((char)c), good ? strtol(text, NULL, 16) : -1);
        }
}

static void str_is_utf8_refuses_malformed(void **state UNUSED)
{
        static const char *const bad[] = {
                "\x80", "\xBF", "\xC0\x80", "\xC1\xBF",              /* bare, overlong */
                "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",  /* overlong */
                "\xED\xA0\x80", "\xED\xBF\xBF",                      /* surrogates */
                "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xFE", /* past the end */
                "\xC3", "\xE2\x82", "\xF0\x9F\x98", "a\xE2\x82z",    /* cut short */
                "\xE2\x28\xA1", "\xE2\x82\x28", "\xF0\x28\x8C\xBC", "\xF0\x90\x28\xBC", "\xF0\x90\x8C\x28",
                "ok\x80", "\xC3\xA4\xC3",
        };

        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                if (str_is_utf8(str_from(bad[i])))
                        fail_msg("malformed sample %zu was taken", i);
        assert_int_equal(str_utf8_step(STR("abc"), 3), 0);
        assert_int_equal(str_utf8_step(STR("a\xC3\xA4"), 1), 2);
}

static void str_utf8_len_counts_code_points(void **state UNUSED)
{
        assert_int_equal(str_utf8_len(STR("")), 0);
        assert_int_equal(str_utf8_len(STR("abc")), 3);
        assert_int_equal(str_utf8_len(STR("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80!")), 4);
}

static void hash_bytes_known_values(void **state UNUSED)
{
        /* The published FNV-1a vectors. */
        assert_true(hash_bytes("", 0) == UINT64_C(0xcbf29ce484222325));
        assert_true(hash_bytes("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
        assert_true(hash_bytes("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

static void hash_keyed_known_values(void **state UNUSED)
{
        /* The published SipHash-2-4 vectors: the key and the input count up from 0. */
        static const uint64_t key[2] = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
        unsigned char input[16];

        for (unsigned char i = 0; i < sizeof(input); i++)
                input[i] = i;
        assert_true(hash_keyed(key, NULL, 0) == UINT64_C(0x726fdb47dd0e0e31));
        assert_true(hash_keyed(key, input, 1) == UINT64_C(0x74f839c593dc67fd));
        assert_true(hash_keyed(key, input, 8) == UINT64_C(0x93f5f5799a932462));
        assert_true(hash_keyed(key, input, 15) == UINT64_C(0xa129ca6149be45e5));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(str_absent_and_empty),
                cmocka_unit_test(str_eq_compares_bytes),
                cmocka_unit_test(str_eq_nocase_is_ascii_only),
                cmocka_unit_test(str_cmp_orders_by_byte),
                cmocka_unit_test(str_starts_ends_contains),
                cmocka_unit_test(str_slice_clamps),
                cmocka_unit_test(str_find_from),
                cmocka_unit_test(str_trim_both_ends),
                cmocka_unit_test(str_cut_walks_the_pieces),
                cmocka_unit_test(str_to_u64_whole_decimal_numbers_only),
                cmocka_unit_test(str_to_i64_reaches_both_ends),
                cmocka_unit_test(str_is_utf8_takes_every_code_point),
                cmocka_unit_test(str_hex_digit_is_what_the_c_library_reads),
                cmocka_unit_test(str_is_utf8_refuses_malformed),
                cmocka_unit_test(str_utf8_len_counts_code_points),
                cmocka_unit_test(hash_bytes_known_values),
                cmocka_unit_test(hash_keyed_known_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
