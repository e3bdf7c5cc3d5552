/* Tests of json/write.c. */
#include "unit.h"

#include <math.h>

#include "json/json.h"

static void write_commas_and_nesting_are_right(void **state UNUSED)
{
        struct buf out = { 0 };
        struct json_writer w;

        json_writer_init(&w, &out);
        json_begin_object(&w);
        json_key_string(&w, "s", STR("x"));
        json_key_int(&w, "i", -5);
        json_key(&w, STR("empty"));
        json_begin_array(&w);
        json_end_array(&w);
        json_key(&w, STR("list"));
        json_begin_array(&w);
        json_begin_object(&w);
        json_end_object(&w);
        json_null(&w);
        json_bool(&w, true);
        json_begin_array(&w);
        json_int(&w, 0);
        json_raw(&w, STR("{\"r\":1}"));
        json_end_array(&w);
        json_double(&w, 1.5);
        json_end_array(&w);
        json_key_bool(&w, "b", false);
        json_end_object(&w);
        assert_str(buf_str(&out), "{\"s\":\"x\",\"i\":-5,\"empty\":[],\"list\":[{},null,true,[0,{\"r\":1}],1.5],\"b\":false}");
        assert_int_equal(w.depth, 0);
        buf_done(&out);
}

static void write_nests_deeper_than_a_word_has_bits(void **state UNUSED)
{
        struct buf out = { 0 };
        struct json_writer w;

        json_writer_init(&w, &out);
        for (int i = 0; i < 200; i++) {
                json_begin_array(&w);
                json_int(&w, 1);
        }
        for (int i = 0; i < 200; i++) {
                json_end_array(&w);
                if (i < 199)
                        json_int(&w, 2);
        }
        assert_true(str_starts(buf_str(&out), STR("[1,[1,[1,")));
        assert_true(str_contains(buf_str(&out), STR("[1],2],2],")));
        assert_true(str_ends(buf_str(&out), STR("],2],2],2]")));
        buf_done(&out);
}

static void write_strings_are_escaped_and_utf8(void **state UNUSED)
{
        static const struct {
                struct str text;
                const char *plain;
                const char *html;
        } cases[] = {
                { { "a\"\\\b\f\n\r\t\x01\x1f\x7f/", 12 }, "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\"",
                  "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\"" },
                { { "<a>&\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", 13 }, "\"<a>&\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\"",
                  "\"\\u003ca\\u003e\\u0026\\u2028\\u2029\xe2\x80\xaa\"" },
                { { "\0", 1 }, "\"\\u0000\"", "\"\\u0000\"" },
                { { "\xff\xc3\xa9\xe2\x82", 5 }, "\"\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"",
                  "\"\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"" },
                { { "\xed\xa0\x80", 3 }, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
                  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
                { { "", 0 }, "\"\"", "\"\"" },
                { { NULL, 0 }, "null", "null" },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct buf out = { 0 };
                struct json_writer w;

                json_writer_init(&w, &out);
                json_string(&w, cases[i].text);
                assert_str(buf_str(&out), cases[i].plain);
                buf_clear(&out);
                json_writer_init(&w, &out);
                w.html_safe = true;
                json_string(&w, cases[i].text);
                assert_str(buf_str(&out), cases[i].html);
                buf_done(&out);
        }
}

static void write_numbers_are_shortest(void **state UNUSED)
{
        static const struct {
                double value;
                const char *text;
        } cases[] = {
                { 0, "0" },       { -0.0, "-0" },    { 0.1, "0.1" },      { 100, "100" },
                { 1e21, "1e+21" }, { 5e-324, "4.94065645841247e-324" }, { 1.0 / 3, "0.3333333333333333" },
                { 0.1 + 0.2, "0.30000000000000004" }, { (double)NAN, "null" }, { (double)INFINITY, "null" },
                { -(double)INFINITY, "null" }, { 1.7976931348623157e308, "1.7976931348623157e+308" },
        };
        struct buf out = { 0 };
        struct json_writer w;

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                buf_clear(&out);
                json_writer_init(&w, &out);
                json_double(&w, cases[i].value);
                assert_str(buf_str(&out), cases[i].text);
        }
        buf_clear(&out);
        json_writer_init(&w, &out);
        json_begin_array(&w);
        json_int(&w, INT64_MAX);
        json_int(&w, INT64_MIN);
        json_end_array(&w);
        assert_str(buf_str(&out), "[9223372036854775807,-9223372036854775808]");
        buf_done(&out);
}

static void write_value_keeps_numbers_as_written(void **state UNUSED)
{
        struct str text = STR("{\"a\":[1.500,1E2,123456789012345678901234567890,-0,NaN,-Infinity],\"b\":{},\"c\":\"x\"}");
        struct arena arena;
        struct json *root = NULL;
        struct buf out = { 0 };
        struct json_writer w;
        struct err err = { 0 };

        arena_init(&arena, 0);
        assert_ok(json_parse(&arena, text, &(struct json_limits){ .lenient = true }, &root, &err));
        json_writer_init(&w, &out);
        json_begin_array(&w);
        json_value(&w, root);
        json_value(&w, NULL);
        json_end_array(&w);
        assert_str(buf_str(&out),
                   "[{\"a\":[1.500,1E2,123456789012345678901234567890,-0,null,null],\"b\":{},\"c\":\"x\"},null]");
        buf_done(&out);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(write_commas_and_nesting_are_right),
                cmocka_unit_test(write_nests_deeper_than_a_word_has_bits),
                cmocka_unit_test(write_strings_are_escaped_and_utf8),
                cmocka_unit_test(write_numbers_are_shortest),
                cmocka_unit_test(write_value_keeps_numbers_as_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
