/*
 * Tests of gql/limits.c: at each limit, and one over; fragments that multiply.
 */
#include "run.h"

#include "base/clock.h"

static const char sdl[] =
        "type Query { t(first: Int): T @access(level: PUBLIC) list(first: Int = 10, perPage: Int): [T] @access(level: PUBLIC) "
        "dear: Int @access(level: PUBLIC) @cost(weight: 50) }\n"
        "type T { n: Int t: T list(last: Int, limit: Int): [T] dear: Int @cost(weight: 7) }";

static void limits_depth_counts_through_fragments(void **state)
{
        const struct gql_limits limits = { .max_depth = 4 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        assert_contains(run_query(&run, "{ t { t { t { n } } } }", NULL, "{}"), "{\"data\"");
        assert_contains(run_query(&run, "{ t { t { t { t { n } } } } }", NULL, "{}"),
                        "refused: This operation nests 5 levels of fields and 4 are allowed");
        assert_contains(run_query(&run, "{ ... { t { ... on T { ...F } } } } fragment F on T { t { ...G } } fragment G on T { t { n } }",
                                  NULL, "{}"), "{\"data\"");
        assert_contains(run_query(&run, "{ t { ...F } } fragment F on T { t { ...G } } fragment G on T { t { t { n } } }", NULL, "{}"),
                        "refused: This operation nests 5 levels");
        run_stop(&run);
}

static void limits_aliases_count_with_every_use(void **state)
{
        const struct gql_limits limits = { .max_aliases = 4 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        assert_contains(run_query(&run, "{ a: t { ...F } t { ...F } } fragment F on T { n }", NULL, "{}"), "{\"data\"");
        assert_contains(run_query(&run, "{ t { x: t { ...F } t { ...F } } } fragment F on T { a: n b: n }", NULL, "{}"),
                        "refused: This operation has 5 aliases and 4 are allowed");
        run_stop(&run);
}

static void limits_root_fields_count_through_fragments(void **state)
{
        const struct gql_limits limits = { .max_root_fields = 2 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        assert_contains(run_query(&run, "{ dear ...F } fragment F on Query { t { n t { n } } }", NULL, "{}"), "{\"data\"");
        assert_contains(run_query(&run, "{ dear ...F } fragment F on Query { t { n } b: dear }", NULL, "{}"),
                        "refused: This operation has 3 root fields and 2 are allowed");
        run_stop(&run);
}

#define COST(run, query, variables, limit, over)                                                      \
        do {                                                                                          \
                const char *answer_ = run_query((run), (query), (variables), "{}");                   \
                if (over)                                                                             \
                        assert_contains(answer_, "This operation may touch " #limit " fields and 40 are allowed"); \
                else                                                                                  \
                        assert_contains(answer_, "{\"data\"");                                        \
        } while (0)

static void limits_cost_multiplies_pages(void **state)
{
        const struct gql_limits limits = { .max_cost = 40 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        COST(&run, "{ list { n t { n } } }", NULL, 31, false);
        COST(&run, "{ list { n t { n } dear } }", NULL, 101, true);
        COST(&run, "{ list(first: 39) { n } }", NULL, 40, false);
        COST(&run, "{ list(first: 40) { n } }", NULL, 41, true);
        COST(&run, "{ list(perPage: 41, first: 1) { n } }", NULL, 42, true);
        COST(&run, "{ dear }", NULL, 50, true);
        COST(&run, "{ t { list(last: 3) { list(limit: 5) { n t { n } } } } }", NULL, 50, true);
        COST(&run, "{ t { list(last: 3) { list(limit: 3) { n t { n } } } } }", NULL, 32, false);
        COST(&run, "{ list(first: -5) { n } }", NULL, 2, false);
        run_stop(&run);
}

static void limits_cost_knows_variables(void **state)
{
        const struct gql_limits limits = { .max_cost = 40 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        COST(&run, "query ($f: Int) { list(first: $f) { n } }", "{\"f\": 39}", 40, false);
        COST(&run, "query ($f: Int) { list(first: $f) { n } }", "{\"f\": 40}", 41, true);
        COST(&run, "query ($f: Int) { list(first: $f) { n } }", "{}", 11, false);
        COST(&run, "query ($f: Int = 100) { list(first: $f) { ...F } } fragment F on T { n }", "{}", 101, true);
        COST(&run, "query ($f: Int) { list(first: 2) { list(last: $f) { n } } }", "{\"f\": 30}", 63, true);
        run_stop(&run);
}

/* 2^40 fields written in 3 KB must be refused in the time it takes to read them. */
static void limits_fragments_cannot_blow_up(void **state)
{
        const struct gql_limits limits = { .max_depth = 100, .max_aliases = UINT32_MAX };
        struct run run;
        struct buf query = { 0 };
        uint64_t start;

        (void)state;
        run_start(&run, sdl, &limits);
        buf_add_str(&query, STR("{ t { ...F0 } }"));
        for (int i = 0; i < 40; i++)
                buf_printf(&query, " fragment F%d on T { a%d: t { ...F%d } b%d: t { ...F%d } }", i, i, i + 1, i, i + 1);
        buf_add_str(&query, STR(" fragment F40 on T { n }"));
        start = clock_mono_ms();
        assert_contains(run_query(&run, buf_cstr(&query), NULL, "{\"t\": {}}"), "aliases and 4294967295 are allowed");
        assert_true(clock_mono_ms() - start < 2000);
        buf_done(&query);
        run_stop(&run);
}

static void limits_introspection_can_be_off(void **state)
{
        const struct gql_limits limits = { .introspection = false, .max_errors = 1 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        assert_contains(run_query(&run, "{ dear ...F } fragment F on Query { __schema { queryType { name } } }", NULL, "{}"),
                        "refused: Introspection is switched off");
        assert_int_equal(run.errors->rc, RC_DENIED);
        assert_int_equal(run.errors->locations[0].column, 37);
        assert_contains(run_query(&run, "{ __type(name: \"T\") { name } }", NULL, "{}"), "refused: Introspection is switched off");
        assert_contains(run_query(&run, "{ __typename }", NULL, "{}"), "{\"data\"");
        run_stop(&run);
}

static void limits_introspection_lists_are_bounded(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "{ __schema { types { fields { type { fields { name } } } } } }", NULL, "{}"), "{\"data\"");
        assert_contains(run_query(&run, "{ __schema { types { fields { type { fields { type { possibleTypes { name } } } } } } } }", NULL, "{}"),
                        "refused: Lists of types and fields nest 3 levels here and 2 are allowed");
        assert_contains(run_query(&run, "{ __type(name: \"T\") { ...A } } fragment A on __Type { interfaces { ...B } } "
                                  "fragment B on __Type { inputFields { type { fields { name } } } }", NULL, "{}"),
                        "refused: Lists of types and fields nest 3 levels");
        run_stop(&run);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(limits_depth_counts_through_fragments),
                cmocka_unit_test(limits_aliases_count_with_every_use),
                cmocka_unit_test(limits_root_fields_count_through_fragments),
                cmocka_unit_test(limits_cost_multiplies_pages),
                cmocka_unit_test(limits_cost_knows_variables),
                cmocka_unit_test(limits_fragments_cannot_blow_up),
                cmocka_unit_test(limits_introspection_can_be_off),
                cmocka_unit_test(limits_introspection_lists_are_bounded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
