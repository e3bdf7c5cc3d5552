/* Tests of json/read.c. Its verdicts on documents are test_corpus.c's matter. */
#include "unit.h"

#include "rewrite.h"

static void read_tokens_come_in_order(void **state UNUSED)
{
        static const struct {
                enum json_token token;
                const char *text;
        } expected[] = {
                { JSON_TOKEN_BEGIN_OBJECT, "" }, { JSON_TOKEN_KEY, "a" },        { JSON_TOKEN_BEGIN_ARRAY, "" },
                { JSON_TOKEN_NUMBER, "1.50" },   { JSON_TOKEN_BOOL, "true" },    { JSON_TOKEN_NULL, "null" },
                { JSON_TOKEN_STRING, "x\ny" },   { JSON_TOKEN_END_ARRAY, "" },   { JSON_TOKEN_KEY, "b" },
                { JSON_TOKEN_BEGIN_OBJECT, "" }, { JSON_TOKEN_END_OBJECT, "" },  { JSON_TOKEN_END_OBJECT, "" },
                { JSON_TOKEN_END, "" },
        };
        struct json_reader *reader = json_reader_new(NULL, 0);
        struct err err = { 0 };

        json_reader_feed(reader, STR("{\"a\":[1.50,true,null,\"x\\ny\"],\"b\":{}}"), true);
        for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
                enum json_token token = JSON_TOKEN_MORE;
                struct str text = STR_NULL;

                assert_ok(json_reader_next(reader, &token, &text, &err));
                assert_int_equal(token, expected[i].token);
                assert_str(text, expected[i].text);
        }
        json_reader_free(reader);
}

static void read_pieces_never_change_the_result(void **state UNUSED)
{
        struct str text = STR("{\"k\\u00e9y\":[-12.5e+3,\"\\ud83d\\ude00 \xe2\x82\xac\",false,null],\"\":{\"x\":\"\\\\\"}} ");
        const char *expected = "{\"k\xc3\xa9y\":[-12.5e+3,\"\xf0\x9f\x98\x80 \xe2\x82\xac\",false,null],\"\":{\"x\":\"\\\\\"}}";

        for (size_t step = 1; step <= text.len; step++) {
                struct buf out = { 0 };
                struct err err = { 0 };

                assert_ok(rewrite(text, step, NULL, 0, &out, &err));
                assert_str(buf_str(&out), expected);
                buf_done(&out);
        }
}

static void read_error_position_counts_over_pieces(void **state UNUSED)
{
        struct str text = STR("{\n\"a\": 1,\n\n  \"b\" 2}");

        for (size_t step = 1; step <= text.len; step++) {
                struct buf out = { 0 };
                struct err err = { 0 };

                assert_int_equal(rewrite(text, step, NULL, 0, &out, &err), RC_INVALID);
                assert_string_equal(err.msg, "The JSON text is not valid at line 4, column 7: a colon is missing here.");
                buf_done(&out);
        }
}

static void read_limits_are_held(void **state UNUSED)
{
        static const struct {
                const char *text;
                struct json_limits limits;
                size_t max_string;
                enum rc rc;
        } cases[] = {
                { "[1,2]", { .max_bytes = 4 }, 0, RC_TOO_LARGE },
                { "[1,2]", { .max_bytes = 5 }, 0, RC_OK },
                { "[1,2]", { .max_values = 2 }, 0, RC_TOO_LARGE },
                { "[1,2]", { .max_values = 3 }, 0, RC_OK },
                { "[[[]]]", { .max_depth = 2 }, 0, RC_TOO_LARGE },
                { "[[[]]]", { .max_depth = 3 }, 0, RC_OK },
                { "\"12345\"", { 0 }, 4, RC_TOO_LARGE },
                { "\"12345\"", { 0 }, 5, RC_OK },
                { "{\"12345\":1}", { 0 }, 4, RC_TOO_LARGE },
                { "\"\\u0041\"", { 0 }, 5, RC_TOO_LARGE },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++)
                for (size_t step = 1; step < 20; step++) {
                        struct buf out = { 0 };
                        struct err err = { 0 };

                        assert_int_equal(rewrite(str_from(cases[i].text), step, &cases[i].limits, cases[i].max_string,
                                                 &out, &err),
                                         cases[i].rc);
                        buf_done(&out);
                }
}

static void read_lenient_words_are_tokens(void **state UNUSED)
{
        struct buf out = { 0 };
        struct err err = { 0 };

        for (size_t step = 1; step < 20; step++) {
                buf_clear(&out);
                assert_ok(rewrite(STR("[NaN,-Infinity,1]"), step, &(struct json_limits){ .lenient = true }, 0, &out,
                                  &err));
                assert_str(buf_str(&out), "[null,null,1]");
        }
        buf_done(&out);
}

static void read_error_is_given_again(void **state UNUSED)
{
        struct json_reader *reader = json_reader_new(NULL, 0);
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        struct err first = { 0 };
        struct err second = { 0 };

        json_reader_feed(reader, STR("nope"), true);
        assert_int_equal(json_reader_next(reader, &token, &text, &first), RC_INVALID);
        assert_int_equal(json_reader_next(reader, &token, &text, &second), RC_INVALID);
        assert_string_equal(first.msg, second.msg);
        assert_int_equal(token, JSON_TOKEN_MORE);
        json_reader_free(reader);
}

static void read_skip_leaves_the_rest(void **state UNUSED)
{
        struct str text = STR("{\"skip\":{\"a\":[1,{\"b\":\"]}\"}]},\"keep\":7}");

        for (size_t step = 1; step <= text.len; step++) {
                struct json_reader *reader = json_reader_new(NULL, 0);
                enum json_token token = JSON_TOKEN_MORE;
                struct str s = STR_NULL;
                struct err err = { 0 };
                size_t at = 0;
                int values = 0;

                while (token != JSON_TOKEN_END) {
                        bool skip = false;

                        assert_ok(json_reader_next(reader, &token, &s, &err));
                        if (token == JSON_TOKEN_MORE) {
                                json_reader_feed(reader, str_slice(text, at, at + step), at + step >= text.len);
                                at += step;
                        }
                        skip = token == JSON_TOKEN_KEY && str_eq(s, STR("skip"));
                        while (skip) {
                                bool done = false;

                                assert_ok(json_reader_skip(reader, &done, &err));
                                skip = !done;
                                if (skip) {
                                        json_reader_feed(reader, str_slice(text, at, at + step), at + step >= text.len);
                                        at += step;
                                }
                        }
                        if (token == JSON_TOKEN_NUMBER) {
                                assert_str(s, "7");
                                values++;
                        }
                        assert_int_not_equal(token, JSON_TOKEN_BEGIN_ARRAY);
                }
                assert_int_equal(values, 1);
                json_reader_free(reader);
        }
}

static void read_skip_without_a_value_fails(void **state UNUSED)
{
        struct json_reader *reader = json_reader_new(NULL, 0);
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        struct err err = { 0 };
        bool done = false;

        json_reader_feed(reader, STR("[]"), true);
        assert_ok(json_reader_next(reader, &token, &text, &err));
        assert_int_equal(json_reader_skip(reader, &done, &err), RC_INTERNAL);
        assert_false(done);
        json_reader_free(reader);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(read_tokens_come_in_order),
                cmocka_unit_test(read_pieces_never_change_the_result),
                cmocka_unit_test(read_error_position_counts_over_pieces),
                cmocka_unit_test(read_limits_are_held),
                cmocka_unit_test(read_lenient_words_are_tokens),
                cmocka_unit_test(read_error_is_given_again),
                cmocka_unit_test(read_skip_leaves_the_rest),
                cmocka_unit_test(read_skip_without_a_value_fails),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
