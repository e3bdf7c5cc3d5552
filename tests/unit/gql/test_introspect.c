/*
 * Tests of gql/introspect.c and gql/builtin.c. That a schema rebuilt from the answer prints
 * as the one it came from is tested with graphql-js in tests/graphql/execute.
 */
#include "run.h"

#include "gql/builtin.h"

static const char sdl[] =
        "type Query { a(x: [Int!]! = [1, 2], y: In = {s: \"q\"}): String @access(level: ADMIN) old: Int @access(level: PUBLIC) @deprecated(reason: \"gone\") }\n"
        "input In @bareString(field: \"s\") { s: String }\n"
        "enum E { A B @deprecated }";

static void introspect_types_keep_their_wrappers(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "{ __type(name: \"Query\") { fields { name args { name defaultValue type { kind name "
                "ofType { kind name ofType { kind name ofType { kind name ofType { kind } } } } } } } } }", NULL, "{}",
                "{\"data\":{\"__type\":{\"fields\":[{\"name\":\"a\",\"args\":["
                "{\"name\":\"x\",\"defaultValue\":\"[1, 2]\",\"type\":{\"kind\":\"NON_NULL\",\"name\":null,\"ofType\":"
                "{\"kind\":\"LIST\",\"name\":null,\"ofType\":{\"kind\":\"NON_NULL\",\"name\":null,\"ofType\":"
                "{\"kind\":\"SCALAR\",\"name\":\"Int\",\"ofType\":null}}}}},"
                "{\"name\":\"y\",\"defaultValue\":\"{s: \\\"q\\\"}\",\"type\":{\"kind\":\"INPUT_OBJECT\",\"name\":\"In\",\"ofType\":null}}"
                "]}]}}}");
        run_stop(&run);
}

static void introspect_deprecated_needs_asking(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "{ q: __type(name: \"Query\") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } } "
                "e: __type(name: \"E\") { few: enumValues { name } all: enumValues(includeDeprecated: true) { name deprecationReason } } }",
                NULL, "{}",
                "{\"data\":{\"q\":{\"fields\":[{\"name\":\"a\",\"isDeprecated\":false,\"deprecationReason\":null},"
                "{\"name\":\"old\",\"isDeprecated\":true,\"deprecationReason\":\"gone\"}]},"
                "\"e\":{\"few\":[{\"name\":\"A\"}],\"all\":[{\"name\":\"A\",\"deprecationReason\":null},"
                "{\"name\":\"B\",\"deprecationReason\":\"No longer supported\"}]}}}");
        run_stop(&run);
}

static void introspect_hides_internal_marks(void **state)
{
        struct run run;
        const char *answer;

        (void)state;
        run_start(&run, sdl, NULL);
        answer = run_query(&run, "{ __schema { types { name description } directives { name } } }", NULL, "{}");
        assert_contains(answer, "\"directives\":[{\"name\":\"include\"},{\"name\":\"skip\"},{\"name\":\"deprecated\"},"
                                "{\"name\":\"specifiedBy\"}]");
        assert_null(strstr(answer, "Access"));
        assert_null(strstr(answer, "access"));
        assert_null(strstr(answer, "bareString"));
        run_stop(&run);
}

static void introspect_works_on_itself(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        for (size_t i = 0; i < GQL_INTROSPECTION_TYPE_COUNT; i++) {
                struct str query = arena_printf(&run.arena, "{ __type(name: \"%s\") { __typename name } }",
                                                gql_introspection_types[i]->name);
                struct str expected = arena_printf(&run.arena, "{\"data\":{\"__type\":{\"__typename\":\"__Type\",\"name\":\"%s\"}}}",
                                                   gql_introspection_types[i]->name);

                assert_answer(&run, query.ptr, NULL, "{}", expected.ptr);
        }
        assert_answer(&run, "{ __type(name: \"Nope\") { name } }", NULL, "{}", "{\"data\":{\"__type\":null}}");
        run_stop(&run);
}

static void introspect_needs_no_access(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        run.world.allowed = GQL_ACCESS_PUBLIC;
        assert_answer(&run, "{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }", NULL, "{}",
                "{\"data\":{\"__schema\":{\"queryType\":{\"name\":\"Query\"},\"mutationType\":null,\"subscriptionType\":null}}}");
        run_stop(&run);
}

static void builtin_resolvers_are_complete(void **state)
{
        (void)state;
        for (size_t i = 0; i < GQL_INTROSPECTION_TYPE_COUNT; i++)
                for (size_t f = 0; f < gql_introspection_types[i]->field_count; f++)
                        assert_non_null(gql_introspection_types[i]->fields[f].resolve);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(introspect_types_keep_their_wrappers),
                cmocka_unit_test(introspect_deprecated_needs_asking),
                cmocka_unit_test(introspect_hides_internal_marks),
                cmocka_unit_test(introspect_works_on_itself),
                cmocka_unit_test(introspect_needs_no_access),
                cmocka_unit_test(builtin_resolvers_are_complete),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
