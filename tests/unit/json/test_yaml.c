#include "unit.h"

#include "json/yaml.h"

/* The YAML as JSON text. */
static void check(const char *yaml, const char *json)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;
        struct json *tree = NULL;
        struct err err = { 0 };
        struct arena arena;

        arena_init(&arena, 0);
        assert_ok(yaml_parse(&arena, str_from(yaml), &tree, &err));
        json_writer_init(&w, &buf);
        json_value(&w, tree);
        if (!str_eq_c(buf_str(&buf), json))
                fail_msg("%s: %.*s should be %s", yaml, STR_ARG(buf_str(&buf)), json);
        arena_done(&arena);
}

static void yaml_parse_reads_what_clients_write(void **state)
{
        (void)state;
        check("method: grid\nmetric:\n  goal: minimize\n  name: score\nparameters:\n  x:\n    values:\n    - 0.01\n    - 0.05\n"
              "  y:\n    values:\n    - 1\n    - 2\n",
              "{\"method\":\"grid\",\"metric\":{\"goal\":\"minimize\",\"name\":\"score\"},\"parameters\":{\"x\":{\"values\":"
              "[0.01,0.05]},\"y\":{\"values\":[1,2]}}}");
        check("{a: [1, two, \"3\"], b: {}}", "{\"a\":[1,\"two\",\"3\"],\"b\":{}}");
        check("a: &id001\n- 1\nb: *id001\n", "{\"a\":[1],\"b\":[1]}");
        check("", "null");
}

static void yaml_parse_tells_scalars_apart(void **state)
{
        (void)state;
        check("[1, -2, +3, 1.5, 1.0e-05, .5, 5., -.5]", "[1,-2,3,1.5,1.0e-05,0.5,5.0,-0.5]");
        check("[true, False, TRUE, null, ~, ]", "[true,false,true,null,null]");
        check("['1', \"true\", 'null', '']", "[\"1\",\"true\",\"null\",\"\"]");
        check("[yes, 0x10, 1_000, 1.2.3, ., +, -, e5, .inf]",
              "[\"yes\",\"0x10\",\"1_000\",\"1.2.3\",\".\",\"+\",\"-\",\"e5\",\".inf\"]");
}

static void refuse(const char *yaml, enum rc wanted, const char *said)
{
        struct json *tree = NULL;
        struct err err = { 0 };
        struct arena arena;

        arena_init(&arena, 0);
        assert_int_equal(yaml_parse(&arena, str_from(yaml), &tree, &err), wanted);
        assert_null(tree);
        if (!strstr(err.msg, said))
                fail_msg("'%s' does not say '%s'", err.msg, said);
        arena_done(&arena);
}

static void yaml_parse_says_what_is_wrong(void **state)
{
        (void)state;
        refuse("a: [1", RC_INVALID, "Line");
        refuse("a: 1\na: 2\n", RC_INVALID, "twice");
        refuse("[1]: 2\n", RC_INVALID, "plain word");
        refuse("a: *nobody\n", RC_INVALID, "Line 1");
        refuse("\tx: 1\n", RC_INVALID, "Line 1");
}

/* A few lines that mean billions of values, or endless depth. */
static void yaml_parse_does_not_blow_up(void **state)
{
        char deep[200];

        (void)state;
        refuse("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
               "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
               RC_TOO_LARGE, "values");
        memset(deep, '[', 100);
        memset(deep + 100, ']', 99);
        deep[199] = '\0';
        refuse(deep, RC_INVALID, "Line");
        refuse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", RC_TOO_LARGE, "nested");
        refuse("a: &a [*a]\n", RC_TOO_LARGE, "nested");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(yaml_parse_reads_what_clients_write),
                cmocka_unit_test(yaml_parse_tells_scalars_apart),
                cmocka_unit_test(yaml_parse_says_what_is_wrong),
                cmocka_unit_test(yaml_parse_does_not_blow_up),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
