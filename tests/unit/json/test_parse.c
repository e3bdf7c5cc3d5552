/* Tests of json/parse.c, json/tree.c and json/number.c. */
#include "unit.h"

#include <locale.h>
#include <math.h>

#include "json/json.h"

struct fixture {
        struct arena arena;
        struct err err;
        struct json *root;
        enum rc rc;
};

static void parse(struct fixture *f, const char *text, const struct json_limits *limits)
{
        memset(f, 0, sizeof *f);
        arena_init(&f->arena, 0);
        f->rc = json_parse(&f->arena, str_from(text), limits, &f->root, &f->err);
}

static void parse_error_names_line_and_column(void **state UNUSED)
{
        static const struct {
                const char *text;
                const char *message;
        } cases[] = {
                { "", "The JSON text is not valid at line 1, column 1: the text ends where a value should be." },
                { "{\"a\":1,\n \"b\" 2}", "The JSON text is not valid at line 2, column 6: a colon is missing here." },
                { "[1,\n\n  tru]", "The JSON text is not valid at line 3, column 3: this is not a JSON value." },
                { "[\"ab\tc\"]",
                  "The JSON text is not valid at line 1, column 5: control characters in a string must be escaped." },
                { "{\"name\":1,\"x\":2,\n\"name\":3}",
                  "The JSON text is not valid at line 2, column 9: the object that ends here has the key \"name\" twice." },
                { "[\"\\ud800\"]", "The JSON text is not valid at line 1, column 3: the escape is one half of a "
                                   "surrogate pair without the other." },
                { "1 2", "The JSON text is not valid at line 1, column 3: something follows the end of the document." },
                { "[01]", "The JSON text is not valid at line 1, column 2: a number must not start with a zero that is "
                          "followed by digits." },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct fixture f;

                parse(&f, cases[i].text, NULL);
                assert_int_equal(f.rc, RC_INVALID);
                assert_string_equal(f.err.msg, cases[i].message);
                assert_null(f.root);
                arena_done(&f.arena);
        }
}

static void parse_limits_are_held(void **state UNUSED)
{
        struct fixture f;

        parse(&f, "[1,2]", &(struct json_limits){ .max_bytes = 4 });
        assert_int_equal(f.rc, RC_TOO_LARGE);
        assert_string_equal(f.err.msg, "The JSON text is larger than 4 bytes: send less at a time.");
        arena_done(&f.arena);
        parse(&f, "[1,2]", &(struct json_limits){ .max_bytes = 5 });
        assert_int_equal(f.rc, RC_OK);
        arena_done(&f.arena);
        parse(&f, "[1,2]", &(struct json_limits){ .max_values = 2 });
        assert_int_equal(f.rc, RC_TOO_LARGE);
        arena_done(&f.arena);
        parse(&f, "[1,2]", &(struct json_limits){ .max_values = 3 });
        assert_int_equal(f.rc, RC_OK);
        arena_done(&f.arena);
        parse(&f, "[[[]]]", &(struct json_limits){ .max_depth = 2 });
        assert_int_equal(f.rc, RC_TOO_LARGE);
        arena_done(&f.arena);
        parse(&f, "[[[]]]", &(struct json_limits){ .max_depth = 3 });
        assert_int_equal(f.rc, RC_OK);
        arena_done(&f.arena);
}

static void parse_depth_cap_stands_over_the_limit(void **state UNUSED)
{
        char text[3000];
        struct fixture f;

        memset(text, '[', 1500);
        memset(text + 1500, ']', 1499);
        text[2999] = '\0';
        parse(&f, text, &(struct json_limits){ .max_depth = 100000 });
        assert_int_equal(f.rc, RC_TOO_LARGE);
        arena_done(&f.arena);
}

static void parse_lenient_takes_what_history_lines_hold(void **state UNUSED)
{
        static const struct json_limits lenient = { .lenient = true };
        struct fixture f;

        parse(&f, "[NaN,Infinity,-Infinity,\"\\ud800x\\udc00\"]", &lenient);
        assert_int_equal(f.rc, RC_OK);
        assert_true(isnan(f.root->first->number));
        assert_str(f.root->first->text, "NaN");
        assert_true(f.root->first->next->number > 0 && isinf(f.root->first->next->number));
        assert_true(f.root->first->next->next->number < 0 && isinf(f.root->first->next->next->number));
        assert_str(f.root->first->next->next->next->text, "\xef\xbf\xbdx\xef\xbf\xbd");
        arena_done(&f.arena);
        parse(&f, "[nan]", &lenient);
        assert_int_equal(f.rc, RC_INVALID);
        arena_done(&f.arena);
        parse(&f, "[-NaN]", &lenient);
        assert_int_equal(f.rc, RC_INVALID);
        arena_done(&f.arena);
        parse(&f, "[\"\xed\xa0\x80\"]", &lenient);
        assert_int_equal(f.rc, RC_INVALID);
        arena_done(&f.arena);
}

static void parse_lenient_keeps_the_last_of_duplicates(void **state UNUSED)
{
        struct fixture f;

        parse(&f, "{\"a\":1,\"b\":2,\"a\":3,\"c\":4,\"b\":5}", &(struct json_limits){ .lenient = true });
        assert_int_equal(f.rc, RC_OK);
        assert_int_equal(f.root->count, 3);
        assert_str(f.root->first->key, "a");
        assert_int_equal(f.root->first->integer, 3);
        assert_str(f.root->first->next->key, "c");
        assert_str(f.root->first->next->next->key, "b");
        assert_int_equal(f.root->first->next->next->integer, 5);
        assert_null(f.root->first->next->next->next);
        arena_done(&f.arena);
}

static void parse_strings_borrow_unless_escaped(void **state UNUSED)
{
        const char *text = "[\"plain\",\"esc\\n\"]";
        struct fixture f;

        parse(&f, text, NULL);
        assert_ptr_equal(f.root->first->text.ptr, text + 2);
        assert_str(f.root->first->next->text, "esc\n");
        arena_done(&f.arena);
}

static void parse_numbers_have_text_and_value(void **state UNUSED)
{
        static const struct {
                const char *text;
                double number;
                bool is_integer;
                int64_t integer;
        } cases[] = {
                { "0", 0, true, 0 },
                { "-0", 0, true, 0 },
                { "1.0", 1, false, 0 },
                { "1e2", 100, false, 0 },
                { "9223372036854775807", 9223372036854775807.0, true, INT64_MAX },
                { "-9223372036854775808", -9223372036854775808.0, true, INT64_MIN },
                { "9223372036854775808", 9223372036854775808.0, false, 0 },
                { "0.1", 0.1, false, 0 },
                { "123456789.123456", 123456789.123456, false, 0 },
                { "1000000000000001", 1000000000000001.0, true, 1000000000000001 },
                { "0.000001234567890", 0.00000123456789, false, 0 },
                { "2.2250738585072011e-308", 2.2250738585072011e-308, false, 0 },
                { "1.7976931348623157e308", 1.7976931348623157e308, false, 0 },
                { "9007199254740993", 9007199254740992.0, true, 9007199254740993 },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct fixture f;

                parse(&f, cases[i].text, NULL);
                assert_int_equal(f.rc, RC_OK);
                assert_str(f.root->text, cases[i].text);
                assert_true(f.root->number == cases[i].number);
                assert_int_equal(f.root->is_integer, cases[i].is_integer);
                if (cases[i].is_integer)
                        assert_true(f.root->integer == cases[i].integer);
                arena_done(&f.arena);
        }
}

/* A locale with a decimal comma must change nothing. */
static void parse_numbers_ignore_the_locale(void **state UNUSED)
{
        struct fixture f;
        struct buf out = { 0 };
        struct json_writer w;

        if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8") && !setlocale(LC_ALL, "de_DE"))
                skip(); /* none is installed */
        parse(&f, "[1.2345678901234567e10]", NULL);
        assert_int_equal(f.rc, RC_OK);
        assert_true(f.root->first->number == 12345678901.234567);
        json_writer_init(&w, &out);
        json_double(&w, 0.5);
        assert_str(buf_str(&out), "0.5");
        setlocale(LC_ALL, "C");
        buf_done(&out);
        arena_done(&f.arena);
}

static void parse_duplicates_among_many_are_quick(void **state UNUSED)
{
        struct buf text = { 0 };
        struct arena arena;
        struct json *root = NULL;
        struct err err = { 0 };

        buf_add_c(&text, '{');
        for (int i = 0; i < 200000; i++)
                buf_printf(&text, "%s\"key%d\":%d", i ? "," : "", i, i);
        buf_add_c(&text, '}');
        arena_init(&arena, 0);
        assert_ok(json_parse(&arena, buf_str(&text), NULL, &root, &err));
        assert_int_equal(root->count, 200000);
        text.len--;
        buf_printf(&text, ",\"key7\":0}");
        assert_int_equal(json_parse(&arena, buf_str(&text), NULL, &root, &err), RC_INVALID);
        assert_non_null(strstr(err.msg, "\"key7\" twice"));
        arena_done(&arena);
        buf_done(&text);
}

static void tree_lookup_by_key_and_kind(void **state UNUSED)
{
        struct fixture f;
        int64_t value = -1;

        parse(&f, "{\"s\":\"x\",\"n\":5,\"f\":5.5,\"o\":{\"e\":\"\"}}", NULL);
        assert_str(json_text(f.root, "s"), "x");
        assert_true(str_is_null(json_text(f.root, "n")));
        assert_true(str_is_null(json_text(f.root, "absent")));
        assert_false(str_is_null(json_text(json_get(f.root, "o"), "e")));
        assert_true(json_i64(json_get(f.root, "n"), &value));
        assert_int_equal(value, 5);
        assert_false(json_i64(json_get(f.root, "f"), &value));
        assert_false(json_i64(NULL, &value));
        assert_int_equal(value, 5);
        assert_null(json_get(json_get(f.root, "s"), "x"));
        assert_null(json_get(NULL, "x"));
        arena_done(&f.arena);
}

static void tree_equal_ignores_member_order_and_number_form(void **state UNUSED)
{
        static const struct {
                const char *a;
                const char *b;
                bool equal;
        } cases[] = {
                { "{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true },
                { "1", "1.0", true },
                { "1e2", "100", true },
                { "[1,2]", "[2,1]", false },
                { "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
                { "{\"a\":1}", "{\"b\":1}", false },
                { "\"1\"", "1", false },
                { "null", "false", false },
                { "9007199254740993", "9007199254740992", false },
                { "\"\\u0061\"", "\"a\"", true },
                { "[]", "{}", false },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct fixture a;
                struct fixture b;

                parse(&a, cases[i].a, NULL);
                parse(&b, cases[i].b, NULL);
                assert_int_equal(json_equal(a.root, b.root), cases[i].equal);
                assert_int_equal(json_equal(b.root, a.root), cases[i].equal);
                arena_done(&a.arena);
                arena_done(&b.arena);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parse_error_names_line_and_column),
                cmocka_unit_test(parse_limits_are_held),
                cmocka_unit_test(parse_depth_cap_stands_over_the_limit),
                cmocka_unit_test(parse_lenient_takes_what_history_lines_hold),
                cmocka_unit_test(parse_lenient_keeps_the_last_of_duplicates),
                cmocka_unit_test(parse_strings_borrow_unless_escaped),
                cmocka_unit_test(parse_numbers_have_text_and_value),
                cmocka_unit_test(parse_numbers_ignore_the_locale),
                cmocka_unit_test(parse_duplicates_among_many_are_quick),
                cmocka_unit_test(tree_lookup_by_key_and_kind),
                cmocka_unit_test(tree_equal_ignores_member_order_and_number_form),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
