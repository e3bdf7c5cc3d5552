/* Tests of http/target.c. */
#include "unit.h"

#include "http/internal.h"

static struct arena arena;

static int setup(void **state UNUSED)
{
        arena_init(&arena, 0);
        return 0;
}

static int teardown(void **state UNUSED)
{
        arena_done(&arena);
        return 0;
}

static void target_decode_decodes_once(void **state UNUSED)
{
        static const struct {
                const char *raw, *path, *query;
        } cases[] = {
                { "", "", "" },
                { "abc", "abc", "abc" },
                { "a%20b", "a b", "a b" },
                { "%41%42", "AB", "AB" },
                { "a+b", "a+b", "a b" },
                { "a%2Bb", "a+b", "a+b" },
                { "%252e", "%2e", "%2e" },
                { "%25252e", "%252e", "%252e" },
                { "%e2%82%ac", "\xe2\x82\xac", "\xe2\x82\xac" },
                { "\xe2\x82\xac", "\xe2\x82\xac", "\xe2\x82\xac" },
                { "a%2fb%5cc", "a/b\\c", "a/b\\c" },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct str out;

                assert_true(target_decode(&arena, str_from(cases[i].raw), false, &out));
                assert_str(out, cases[i].path);
                assert_true(target_decode(&arena, str_from(cases[i].raw), true, &out));
                assert_str(out, cases[i].query);
        }
}

static void target_decode_refuses(void **state UNUSED)
{
        static const char *const cases[] = {
                "%", "a%", "%2", "a%2", "%zz", "%2g", "%g2", "% 20", "%-1", "%+1", "%0x", "%00", "a%00b",
                "%ff", "%c0%af", "%e0%80%af", "%ed%a0%80", "%f4%90%80%80", "%c3", "\xff", "\xc0\xaf",
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct str out;

                if (target_decode(&arena, str_from(cases[i]), false, &out))
                        fail_msg("'%s' was decoded", cases[i]);
        }
}

/* Every pair of characters after '%': only hex digits are taken. */
static void target_decode_takes_hex_digits_only(void **state UNUSED)
{
        for (int a = 1; a < 128; a++) {
                for (int b = 1; b < 128; b++) {
                        char raw[4] = { '%', (char)a, (char)b, 0 };
                        bool hex = strchr("0123456789abcdefABCDEF", a) && strchr("0123456789abcdefABCDEF", b);
                        long value = hex ? strtol(raw + 1, NULL, 16) : 0;
                        struct str out;

                        assert_int_equal(target_decode(&arena, str_from(raw), false, &out),
                                         hex && value > 0 && value < 0x80);
                }
        }
}

static void target_split_parts(void **state UNUSED)
{
        struct str path, query;

        assert_true(target_split(STR("/a/b?c=d?e"), &path, &query));
        assert_str(path, "/a/b");
        assert_str(query, "c=d?e");
        assert_true(target_split(STR("/"), &path, &query));
        assert_str(path, "/");
        assert_true(str_is_null(query));
        assert_true(target_split(STR("/?"), &path, &query));
        assert_false(str_is_null(query));
        assert_true(target_split(STR("http://host:1/a?b"), &path, &query));
        assert_str(path, "/a");
        assert_str(query, "b");
        assert_true(target_split(STR("https://host/"), &path, &query));
        assert_str(path, "/");
}

static void target_split_refuses(void **state UNUSED)
{
        static const char *const cases[] = { "", "*", "a", "a/b", "?a", "http://", "http://host", "http://host?a",
                                             "ftp://host/a", "/a#b", "/#", "host:80" };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct str path, query;

                if (target_split(str_from(cases[i]), &path, &query))
                        fail_msg("'%s' was taken", cases[i]);
        }
}

static void target_query_get_finds(void **state UNUSED)
{
        struct str query = STR("a=1&b=2&a=3&c&d=&%65=x%26y&&f=g=h&=z");

        assert_str(target_query_get(&arena, query, STR("a")), "1");
        assert_str(target_query_get(&arena, query, STR("b")), "2");
        assert_str(target_query_get(&arena, query, STR("e")), "x&y");
        assert_str(target_query_get(&arena, query, STR("f")), "g=h");
        assert_false(str_is_null(target_query_get(&arena, query, STR("c"))));
        assert_str(target_query_get(&arena, query, STR("c")), "");
        assert_str(target_query_get(&arena, query, STR("d")), "");
        assert_true(str_is_null(target_query_get(&arena, query, STR("x"))));
        assert_true(str_is_null(target_query_get(&arena, STR_NULL, STR("a"))));
}

static void target_query_ok_checks_all(void **state UNUSED)
{
        assert_true(target_query_ok(&arena, STR_NULL));
        assert_true(target_query_ok(&arena, STR("a=%20&b")));
        assert_false(target_query_ok(&arena, STR("a=1&b=%")));
        assert_false(target_query_ok(&arena, STR("a=%c3&b=%a9")));
        assert_false(target_query_ok(&arena, STR("%00=1")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(target_decode_decodes_once, setup, teardown),
                cmocka_unit_test_setup_teardown(target_decode_refuses, setup, teardown),
                cmocka_unit_test_setup_teardown(target_decode_takes_hex_digits_only, setup, teardown),
                cmocka_unit_test(target_split_parts),
                cmocka_unit_test(target_split_refuses),
                cmocka_unit_test_setup_teardown(target_query_get_finds, setup, teardown),
                cmocka_unit_test_setup_teardown(target_query_ok_checks_all, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
