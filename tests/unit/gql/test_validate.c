/*
 * Tests of gql/validate*.c: one document that keeps and one that breaks each rule. The
 * long lists, compared with graphql-js, are in tests/graphql/language.
 */
#include "unit.h"

#include "base/clock.h"
#include "gql/schema_build.h"

static const char sdl[] =
        "type Query { a: Int @access(level: PUBLIC) t(x: Int!, y: [Color] = RED): T @access(level: PUBLIC) "
        "i: I @access(level: PUBLIC) n(in: In, id: ID, any: Any): Int @access(level: PUBLIC) }\n"
        "type T implements I { id: ID! name(short: Boolean = true): String t: T u: U }\n"
        "type Other implements I { id: ID! size: Int name: Int }\n"
        "interface I { id: ID! } union U = T | Other enum Color { RED BLUE } scalar Any\n"
        "input In @bareString(field: \"s\") { need: Int! opt: Boolean = true s: String list: [Int!] in: In }";

struct fixture {
        struct arena arena;
        const struct gql_schema *schema;
};

static int setup(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        struct gql_document *document = NULL;
        struct gql_error *problems = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        assert_non_null(fixture);
        arena_init(&fixture->arena, 0);
        assert_ok(gql_parse_sdl(&fixture->arena, str_from(sdl), &document, &error, &err));
        assert_ok(gql_schema_build(&fixture->arena, document, &fixture->schema, &problems, &err));
        *state = fixture;
        return 0;
}

static int teardown(void **state)
{
        struct fixture *fixture = *state;

        arena_done(&fixture->arena);
        free(fixture);
        return 0;
}

static const struct gql_error *validate(struct fixture *fixture, struct str source, const struct gql_limits *limits)
{
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        assert_ok(gql_parse(&fixture->arena, source, limits, &document, &error, &err));
        return gql_validate(&fixture->arena, fixture->schema, document, limits);
}

static void expect_valid(void **state, const char *source)
{
        const struct gql_error *errors = validate(*state, str_from(source), NULL);

        if (errors)
                fail_msg("%s: %.*s", source, STR_ARG(errors->message));
}

/* Exactly one error, with up to two places (columns of line 1; 0: none). */
static void expect_error(void **state, const char *source, const char *message, uint32_t first, uint32_t second)
{
        const struct gql_error *error = validate(*state, str_from(source), NULL);

        if (!error)
                fail_msg("%s should be refused", source);
        assert_str(error->message, message);
        if (error->next)
                fail_msg("%s: also %.*s", source, STR_ARG(error->next->message));
        assert_int_equal(error->rc, RC_INVALID);
        assert_int_equal(error->location_count, second ? 2 : 1);
        assert_int_equal(error->locations[0].line, 1);
        assert_int_equal(error->locations[0].column, first);
        if (second)
                assert_int_equal(error->locations[1].column, second);
}

static void validate_checks_definitions(void **state)
{
        expect_valid(state, "query A { a } query B { a } mutation C { x }");
        expect_error(state, "{ a } type X { y: Int }", "The \"X\" definition is not executable.", 7, 0);
        expect_error(state, "{ a } schema { query: X }", "The schema definition is not executable.", 7, 0);
        expect_error(state, "query A { a } query A { a }", "There can be only one operation named \"A\".", 7, 21);
        expect_error(state, "{ a } query A { a }", "This anonymous operation must be the only defined operation.", 1, 0);
        expect_error(state, "{ ...F } fragment F on Query { a } fragment F on Query { a }",
                     "There can be only one fragment named \"F\".", 19, 45);
}

static void validate_checks_types_and_fields(void **state)
{
        expect_valid(state, "{ __typename a __schema { types { name } } __type(name: \"T\") { kind } i { __typename ... on T { u { __typename } } } }");
        expect_error(state, "query ($v: Nope) { n(any: $v) }", "Unknown type \"Nope\".", 12, 0);
        expect_error(state, "query ($v: [T]) { n(any: {a: $v}) }", "Variable \"$v\" cannot be non-input type \"[T]\".", 12, 0);
        expect_error(state, "{ i { ... on Color { x } } }", "Fragment cannot condition on non composite type \"Color\".", 14, 0);
        expect_error(state, "{ ...F } fragment F on In { x }", "Fragment \"F\" cannot condition on non composite type \"In\".", 24, 0);
        expect_error(state, "{ a { b } }", "Field \"a\" must not have a selection since type \"Int\" has no subfields.", 5, 0);
        expect_error(state, "{ t(x: 1) }", "Field \"t\" of type \"T\" must have a selection of subfields. Did you mean \"t { ... }\"?", 3, 0);
        expect_error(state, "{ nope }", "Cannot query field \"nope\" on type \"Query\".", 3, 0);
        expect_error(state, "{ i { __schema { types { name } } } }", "Cannot query field \"__schema\" on type \"I\".", 7, 0);
}

static void validate_checks_fragments(void **state)
{
        expect_valid(state, "{ i { ...F } t(x: 1) { ... on I { id } u { ...G } } } fragment F on T { id } fragment G on I { id }");
        expect_error(state, "{ ...Nope }", "Unknown fragment \"Nope\".", 6, 0);
        expect_error(state, "{ a } fragment F on Query { a }", "Fragment \"F\" is never used.", 7, 0);
        expect_error(state, "{ t(x: 1) { ... on Other { id } } }", "Fragment cannot be spread here as objects of type \"T\" can never be of type \"Other\".", 13, 0);
        expect_error(state, "{ t(x: 1) { ...F } } fragment F on Other { id }", "Fragment \"F\" cannot be spread here as objects of type \"T\" can never be of type \"Other\".", 13, 0);
        expect_error(state, "{ ...F } fragment F on Query { a ...F }", "Cannot spread fragment \"F\" within itself.", 34, 0);
        expect_error(state, "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }", "Cannot spread fragment \"F\" within itself via \"G\".", 32, 61);
}

static void validate_checks_variables(void **state)
{
        expect_valid(state, "query ($v: Int!, $w: [Color!] = [RED]) { t(x: $v, y: $w) { id } ...F } fragment F on Query { n(any: {a: $v}) }");
        expect_valid(state, "query ($v: Int = 1) { t(x: $v) { id } }");
        expect_error(state, "query ($v: Int, $v: Int) { n(any: {a: $v}) }", "There can be only one variable named \"$v\".", 9, 18);
        expect_error(state, "{ n(any: $v) }", "Variable \"$v\" is not defined.", 10, 1);
        expect_error(state, "query Q { ...F } fragment F on Query { n(any: $v) }", "Variable \"$v\" is not defined by operation \"Q\".", 47, 1);
        expect_error(state, "query Q($v: Int) { a }", "Variable \"$v\" is never used in operation \"Q\".", 9, 0);
        expect_error(state, "query ($v: Int) { t(x: $v) { id } }", "Variable \"$v\" of type \"Int\" used in position expecting type \"Int!\".", 8, 24);
        expect_error(state, "query ($v: [Int]) { n(in: {need: 1, list: $v}) }", "Variable \"$v\" of type \"[Int]\" used in position expecting type \"[Int!]\".", 8, 43);
        expect_error(state, "query ($v: [[[[[[[[[[[[[[[[Int]]]]]]]]]]]]]]]]) { n(any: $v) }", "The type of variable \"$v\" has 16 brackets and marks; use 15 or fewer.", 12, 0);
}

static void validate_checks_arguments_and_directives(void **state)
{
        expect_valid(state, "{ a @include(if: true) @skip(if: false) ... @skip(if: true) { a } }");
        expect_error(state, "{ a @nope }", "Unknown directive \"@nope\".", 5, 0);
        expect_error(state, "{ a @access(level: USER) }", "Unknown directive \"@access\".", 5, 0);
        expect_error(state, "query @skip(if: true) { a }", "Directive \"@skip\" may not be used on QUERY.", 7, 0);
        expect_error(state, "{ a @skip(if: true) @skip(if: true) }", "The directive \"@skip\" can only be used once at this location.", 5, 21);
        expect_error(state, "{ a @skip }", "Directive \"@skip\" argument \"if\" of type \"Boolean!\" is required, but it was not provided.", 5, 0);
        expect_error(state, "{ a @skip(if: true, x: 1) }", "Unknown argument \"x\" on directive \"@skip\".", 21, 0);
        expect_error(state, "{ a(x: 1) }", "Unknown argument \"x\" on field \"Query.a\".", 5, 0);
        expect_error(state, "{ n(any: 1, any: 2) }", "There can be only one argument named \"any\".", 5, 13);
        expect_error(state, "{ t { id } }", "Field \"t\" argument \"x\" of type \"Int!\" is required, but it was not provided.", 3, 0);
}

static void validate_checks_values(void **state)
{
        expect_valid(state, "{ n(in: {need: 1, list: 2, in: {need: 3, opt: null}}, id: 5, any: {x: [1, \"a\", RED]}) t(x: 1, y: [RED, null]) { id } }");
        expect_valid(state, "{ n(in: \"bare\") }");
        expect_error(state, "{ t(x: \"1\") { id } }", "Int cannot represent non-integer value: \"1\"", 8, 0);
        expect_error(state, "{ t(x: 2147483648) { id } }", "Int cannot represent non 32-bit signed integer value: 2147483648", 8, 0);
        expect_error(state, "{ t(x: null) { id } }", "Expected value of type \"Int!\", found null.", 8, 0);
        expect_error(state, "{ t(x: 1, y: GREEN) { id } }", "Value \"GREEN\" does not exist in \"Color\" enum.", 14, 0);
        expect_error(state, "{ t(x: 1, y: \"RED\") { id } }", "Enum \"Color\" cannot represent non-enum value: \"RED\".", 14, 0);
        expect_error(state, "{ n(id: 1.5) }", "ID cannot represent a non-string and non-integer value: 1.5", 9, 0);
        expect_error(state, "{ n(in: 5) }", "Expected value of type \"In\", found 5.", 9, 0);
        expect_error(state, "{ n(in: {}) }", "Field \"In.need\" of required type \"Int!\" was not provided.", 9, 0);
        expect_error(state, "{ n(in: {need: 1, nope: 2}) }", "Field \"nope\" is not defined by type \"In\".", 19, 0);
        expect_error(state, "{ n(in: {need: 1, need: 2}) }", "There can be only one input field named \"need\".", 10, 19);
        expect_error(state, "query ($v: Int = \"1\") { n(any: {a: $v}) }", "Int cannot represent non-integer value: \"1\"", 18, 0);
}

static void validate_checks_overlapping_fields(void **state)
{
        expect_valid(state, "{ a a x: t(x: 1) { id } x: t(x: 1) { id name } i { ... on T { name2: name } ... on T { name2: name } } }");
        expect_valid(state, "{ i { ... on T { x: name } ... on T { x: name } } t(x: 1) { u { ... on T { id } ... on Other { id } } } }");
        expect_error(state, "{ x: a x: n }", "Fields \"x\" conflict because \"a\" and \"n\" are different fields. Use different aliases on the fields to fetch both if this was intentional.", 3, 8);
        expect_error(state, "{ n(id: 1) n(id: 2) }", "Fields \"n\" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional.", 3, 12);
        expect_error(state, "{ i { ... on T { name } ... on Other { name } } }", "Fields \"name\" conflict because they return conflicting types \"String\" and \"Int\". Use different aliases on the fields to fetch both if this was intentional.", 18, 40);
        expect_error(state, "{ ...F ...G } fragment F on Query { x: a } fragment G on Query { x: n }", "Fields \"x\" conflict because \"a\" and \"n\" are different fields. Use different aliases on the fields to fetch both if this was intentional.", 37, 66);
        /* Where they are is the field, then what is in it. */
        {
                const struct gql_error *error = validate(*state, STR("{ t(x: 1) { y: id } t(x: 1) { y: name } }"), NULL);

                assert_str(error->message, "Fields \"t\" conflict because subfields \"y\" conflict because \"id\" and \"name\" are different fields. Use different aliases on the fields to fetch both if this was intentional.");
                assert_int_equal(error->location_count, 4);
                assert_int_equal(error->locations[0].column, 3);
                assert_int_equal(error->locations[1].column, 13);
                assert_int_equal(error->locations[2].column, 21);
                assert_int_equal(error->locations[3].column, 31);
        }
}

static void validate_may_allow_what_is_unused(void **state)
{
        const struct gql_limits limits = { .allow_unused = true };

        assert_null(validate(*state, STR("query ($v: Int) { a } fragment F on Query { a }"), &limits));
        assert_non_null(validate(*state, STR("query ($v: Nope) { a }"), &limits));
        assert_non_null(validate(*state, STR("{ a } fragment F on Query { nope }"), &limits));
        assert_non_null(validate(*state, STR("{ n(any: $v) }"), &limits));
}

static void validate_stops_at_the_limit_of_errors(void **state)
{
        const struct gql_limits limits = { .max_errors = 3 };
        const struct gql_error *error = validate(*state, STR("{ b c d e f g }"), &limits);
        size_t count = 0;

        for (; error; error = error->next, count++)
                if (!error->next)
                        assert_str(error->message, "Too many validation errors, error limit reached. Validation aborted.");
        assert_int_equal(count, 4);
        assert_null(validate(*state, STR("{ a }"), &limits));
}

/* ---- hostile documents: each must be answered soon ------------------------------------------------- */

static const struct gql_limits generous = { .max_bytes = 4 * 1024 * 1024, .max_tokens = 200000, .allow_unused = true };

static void expect_quick(void **state, const struct buf *source, const char *what)
{
        uint64_t started_ms = clock_mono_ms();

        (void)validate(*state, buf_str(source), &generous);
        if (clock_mono_ms() - started_ms > 2000)
                fail_msg("%s took %llu ms", what, (unsigned long long)(clock_mono_ms() - started_ms));
}

static void validate_bounds_hostile_documents(void **state)
{
        _cleanup_(buf_done) struct buf source = { 0 };

        /* Every field against every other. */
        buf_add_str(&source, STR("{"));
        for (int i = 0; i < 20000; i++)
                buf_printf(&source, " x: n(id: %d)", i);
        buf_add_str(&source, STR("}"));
        expect_quick(state, &source, "one name many times");

        /* A chain of fragments as long as the document. */
        buf_clear(&source);
        buf_add_str(&source, STR("{ ...F0 }"));
        for (int i = 0; i < 20000; i++)
                buf_printf(&source, " fragment F%d on Query { a ...F%d }", i, i + 1);
        buf_add_str(&source, STR(" fragment F20000 on Query { a ...F0 }"));
        expect_quick(state, &source, "a long chain");

        /* Fragments that all spread each other twice: 2^n ways through. */
        buf_clear(&source);
        buf_add_str(&source, STR("{ ...F0 ...F1 }"));
        for (int i = 0; i < 2000; i++)
                buf_printf(&source, " fragment F%d on Query { t(x: 1) { id } ...F%d ...F%d t(x: 1) { t { id } } }", i, i + 1, i + 2);
        buf_add_str(&source, STR(" fragment F2000 on Query { a } fragment F2001 on Query { a }"));
        expect_quick(state, &source, "a lattice");

        /* Cycles through fields. */
        buf_clear(&source);
        buf_add_str(&source, STR("{ t(x: 1) { ...F0 ...F1 ...F2 } }"));
        for (int i = 0; i < 300; i++)
                buf_printf(&source, " fragment F%d on T { t { ...F%d ...F%d t { ...F%d } } t { ...F%d } }", i, (i + 1) % 300,
                           (i * 7 + 3) % 300, (i * 11 + 5) % 300, i);
        expect_quick(state, &source, "cycles");

        /* Many operations that reach many variables. */
        buf_clear(&source);
        for (int i = 0; i < 3000; i++)
                buf_printf(&source, " query Q%d($v: Int) { ...F }", i);
        buf_add_str(&source, STR(" fragment F on Query {"));
        for (int i = 0; i < 3000; i++)
                buf_printf(&source, " f%d: n(any: $v)", i);
        buf_add_str(&source, STR(" }"));
        expect_quick(state, &source, "many operations");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(validate_checks_definitions, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_checks_types_and_fields, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_checks_fragments, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_checks_variables, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_checks_arguments_and_directives, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_checks_values, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_checks_overlapping_fields, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_may_allow_what_is_unused, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_stops_at_the_limit_of_errors, setup, teardown),
                cmocka_unit_test_setup_teardown(validate_bounds_hostile_documents, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
