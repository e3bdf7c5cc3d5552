/*
 * Tests of gql/coerce.c, gql/literal.c, gql/inspect.c and the readers of gql/value.c. Every
 * scalar with every odd value is compared with graphql-js in tests/graphql/execute; here
 * is what that cannot see: our own scalars, marks and accessors.
 */
#include "run.h"

static const char sdl[] =
        "type Query { echo(i: Int = 3, f: Float, s: String, b: Boolean, id: ID, e: Color = RED, l: [Int!],"
        " in: In, big: Int64, span: Duration, at: DateTime, any: JSON, doc: JSONString, bare: [Bare!]): String"
        " @access(level: PUBLIC) echoNeed(n: Int!, l: [[Int!]!]): String @access(level: PUBLIC) }\n"
        "enum Color { RED BLUE } scalar Int64 scalar Duration scalar DateTime scalar JSON scalar JSONString\n"
        "input In { need: String!, num: Int = 7, in: In }\n"
        "input Bare @bareString(field: \"name\") { name: String!, more: Int = 2 }";

#define VALUE_OF(type, argument, value) \
        run_query(&run, "query ($v: " type ") { echo(i: null, e: null, " argument ": $v) }", "{\"v\": " value "}", "{}")

static void coerce_wide_integers_are_exact(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(VALUE_OF("Int64", "big", "9223372036854775807"), "\\\"big\\\":9223372036854775807");
        assert_contains(VALUE_OF("Int64", "big", "-9223372036854775808"), "\\\"big\\\":-9223372036854775808");
        assert_contains(VALUE_OF("Int64", "big", "1e3"), "\\\"big\\\":1000");
        assert_contains(VALUE_OF("Int64", "big", "9223372036854775808"),
                        "Int64 cannot represent non 64-bit signed integer value: 922337203685477");
        assert_contains(VALUE_OF("Int64", "big", "\"5\""), "Int64 cannot represent non-integer value: \\\"5\\\"");
        assert_contains(VALUE_OF("Duration", "span", "1.5"), "Duration cannot represent non-integer value: 1.5");
        assert_contains(run_query(&run, "{ echo(i: null, e: null, big: 9223372036854775807) }", NULL, "{}"),
                        "\\\"big\\\":9223372036854775807");
        run_stop(&run);
}

static void coerce_text_scalars_take_strings_only(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(VALUE_OF("DateTime", "at", "\"2026-01-01\""), "\\\"at\\\":\\\"2026-01-01\\\"");
        assert_contains(VALUE_OF("DateTime", "at", "5"), "DateTime cannot represent a non string value: 5");
        assert_contains(VALUE_OF("JSONString", "doc", "{}"), "JSONString cannot represent a non string value: {}");
        run_stop(&run);
}

static void coerce_json_keeps_its_text(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(VALUE_OF("JSON", "any", "{\"a\": [1.50, 123456789012345678901234567890, \"x\"]}"),
                        "\\\"any\\\":{\\\"a\\\":[1.50,123456789012345678901234567890,\\\"x\\\"]}");
        run_stop(&run);
}

static void coerce_json_literal_takes_variables(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "query ($a: Int, $b: JSON, $c: Int) { echo(any: {a: [$a, E], b: $b, c: $c}) }",
                                  "{\"a\": 4, \"b\": {\"x\": null}}", "{}"),
                        "\\\"any\\\":{\\\"a\\\":[4,\\\"E\\\"],\\\"b\\\":{\\\"x\\\":null}}");
        run_stop(&run);
}

static void coerce_bare_string_stands_for_the_object(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(VALUE_OF("[Bare!]", "bare", "[\"x\", {\"name\": \"y\", \"more\": 3}]"),
                        "[{\\\"name\\\":\\\"x\\\",\\\"more\\\":2},{\\\"name\\\":\\\"y\\\",\\\"more\\\":3}]");
        assert_contains(VALUE_OF("[Bare!]", "bare", "[7]"), "at \\\"v[0]\\\"; Expected type \\\"Bare\\\" to be an object.");
        assert_contains(run_query(&run, "{ echo(bare: \"lone\") }", NULL, "{}"),
                        "[{\\\"name\\\":\\\"lone\\\",\\\"more\\\":2}]");
        run_stop(&run);
}

static void coerce_says_where_and_what(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "query Q(\n  $v: In!) { echo(in: $v) }", "{\"v\": {\"need\": \"n\", \"in\": {\"num\": \"x\"}}}", "{}",
                "{\"errors\":["
                "{\"message\":\"Variable \\\"$v\\\" got invalid value { num: \\\"x\\\" } at \\\"v.in\\\"; "
                "Field \\\"need\\\" of required type \\\"String!\\\" was not provided.\","
                "\"locations\":[{\"line\":2,\"column\":3}],\"extensions\":{\"code\":\"INVALID\"}},"
                "{\"message\":\"Variable \\\"$v\\\" got invalid value \\\"x\\\" at \\\"v.in.num\\\"; "
                "Int cannot represent non-integer value: \\\"x\\\"\","
                "\"locations\":[{\"line\":2,\"column\":3}],\"extensions\":{\"code\":\"INVALID\"}}]}");
        assert_false(run.response.has_data);
        run_stop(&run);
}

/* A megabyte in the wrong place must not come back in every error. */
static void coerce_messages_cut_long_values(void **state)
{
        struct run run;
        struct buf variables = { 0 };
        const char *answer;

        (void)state;
        run_start(&run, sdl, NULL);
        buf_add_str(&variables, STR("{\"v\": {\"need\": \""));
        for (int i = 0; i < 100000; i++)
                buf_add_str(&variables, STR("\u00e9")); /* cut between code points */
        buf_add_str(&variables, STR("\""));
        for (int i = 0; i < 60; i++)
                buf_printf(&variables, ", \"x%d\": 1", i);
        buf_add_str(&variables, STR("}}"));
        answer = run_query(&run, "query ($v: In) { echo(in: $v) }", buf_cstr(&variables), "{}");
        assert_true(run.out.len < 100000);
        assert_true(str_is_utf8(buf_str(&run.out)));
        assert_contains(answer, "...; Field \\\"x0\\\" is not defined by type \\\"In\\\".");
        assert_contains(answer, "Too many errors processing variables, error limit reached.");
        assert_null(strstr(answer, "x50"));
        buf_done(&variables);
        run_stop(&run);
}

static void coerce_nothing_runs_after_a_failure(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "query ($n: Int!) { echoNeed(n: $n) }", NULL, "{}"),
                        "Variable \\\"$n\\\" of required type \\\"Int!\\\" was not provided.");
        assert_int_equal(run.world.resolved, 0);
        run_stop(&run);
}

static void coerce_default_of_a_variable_is_coerced(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "query ($l: [[Int!]!] = 5, $i: In = {need: \"d\"}) { echoNeed(n: 1, l: $l) echo(in: $i) }",
                                  "{}", "{}"), "\\\"l\\\":[[5]]");
        assert_contains(buf_cstr(&run.out), "\\\"in\\\":{\\\"need\\\":\\\"d\\\",\\\"num\\\":7}");
        run_stop(&run);
}

static void value_accessors_never_fail(void **state)
{
        struct gql_value text = { .kind = GQL_VALUE_STRING, .text = STR("t"), .name = STR("text") };
        struct gql_value number = { .kind = GQL_VALUE_INT, .integer = 4, .name = STR("number"), .next = &text };
        struct gql_value null = { .kind = GQL_VALUE_NULL, .name = STR("null"), .next = &number };
        struct gql_value object = { .kind = GQL_VALUE_OBJECT, .first = &null, .count = 3 };

        (void)state;
        assert_ptr_equal(gql_member(&object, "text"), &text);
        assert_null(gql_member(&object, "tex"));
        assert_null(gql_member(&text, "text"));
        assert_null(gql_member(NULL, "text"));
        assert_str(gql_member_str(&object, "text"), "t");
        assert_true(str_is_null(gql_member_str(&object, "number")));
        assert_true(gql_is_null(gql_member(&object, "null")));
        assert_true(gql_is_null(NULL));
        assert_false(gql_is_null(&number));
        assert_int_equal(gql_int(&number, 9), 4);
        assert_int_equal(gql_int(&text, 9), 9);
        assert_true(gql_bool(NULL, true));
        assert_true(gql_float(&number, 1.0) == 4.0);
        assert_true(gql_float(&text, 1.5) == 1.5);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(coerce_wide_integers_are_exact),
                cmocka_unit_test(coerce_text_scalars_take_strings_only),
                cmocka_unit_test(coerce_json_keeps_its_text),
                cmocka_unit_test(coerce_json_literal_takes_variables),
                cmocka_unit_test(coerce_bare_string_stands_for_the_object),
                cmocka_unit_test(coerce_says_where_and_what),
                cmocka_unit_test(coerce_messages_cut_long_values),
                cmocka_unit_test(coerce_nothing_runs_after_a_failure),
                cmocka_unit_test(coerce_default_of_a_variable_is_coerced),
                cmocka_unit_test(value_accessors_never_fail),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
