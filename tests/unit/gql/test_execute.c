/*
 * Tests of gql/execute.c, complete.c, collect.c, leaf.c and ahead.c: what graphql-js has no
 * opinion on. Null bubbling and the like are compared with it in tests/graphql/execute.
 */
#include "run.h"

static const char sdl[] =
        "type Query { open: String @access(level: PUBLIC) user: String @access(level: USER) "
        "admin: String @access(level: ADMIN) need: String! @access(level: ADMIN) "
        "list: [Node] @access(level: PUBLIC) nested: [[Node!]] @access(level: PUBLIC) "
        "edges: [Edge!] @access(level: PUBLIC) one: Thing @access(level: PUBLIC) node: Node @access(level: PUBLIC) }\n"
        "type Mutation { add(by: Int = 1): Counter @access(level: USER) fail: Counter @access(level: USER) }\n"
        "type Counter { value: Int }\n"
        "interface Node { id: ID! }\n"
        "type Thing implements Node { id: ID! name: String @batch part: Part parts: [Part] other: Thing @batch }\n"
        "type Other implements Node { id: ID! name: Int }\n"
        "type Part { size: Int @batch }\n"
        "type Edge { node: Node cursor: String }";

/* ---- access, operations, hooks ----------------------------------------------------------- */

static void execute_access_is_asked_per_root_field(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        run.world.allowed = GQL_ACCESS_USER;
        assert_answer(&run, "{ open user admin __typename }", NULL, "{\"open\": \"o\", \"user\": \"u\", \"admin\": \"a\"}",
                "{\"data\":{\"open\":\"o\",\"user\":\"u\",\"admin\":null,\"__typename\":\"Query\"},\"errors\":["
                "{\"message\":\"admin needs ADMIN\",\"locations\":[{\"line\":1,\"column\":13}],\"path\":[\"admin\"],"
                "\"extensions\":{\"code\":\"DENIED\"}}]}");
        assert_int_equal(run.world.resolved, 2);
        run.world.allowed = GQL_ACCESS_PUBLIC;
        assert_contains(run_query(&run, "{ open need }", NULL, "{}"), "{\"data\":null,\"errors\":[");
        assert_true(run.response.has_data);
        assert_true(run.response.data_is_null);
        assert_contains(run_query(&run, "mutation { add { value } }", NULL, "{}"), "add needs USER");
        assert_int_equal(run.world.counter, 0);
        run_stop(&run);
}

static void execute_get_refuses_mutations(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        run.query_only = true;
        assert_contains(run_query(&run, "mutation M { add { value } }", NULL, "{}"),
                        "A GET request can only query: send mutations with POST.");
        assert_int_equal(run.world.counter, 0);
        assert_int_equal(run.response.operation, GQL_MUTATION);
        assert_str(run.response.operation_name, "M");
        assert_false(run.response.has_data);
        assert_answer(&run, "{ open }", NULL, "{}", "{\"data\":{\"open\":null}}");
        run_stop(&run);
}

static void execute_mutations_run_in_order(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "mutation { a: add { value } b: fail { value } c: add(by: 5) { value } }", NULL, "{}"),
                        "{\"data\":{\"a\":{\"value\":1},\"b\":null,\"c\":{\"value\":7}},");
        run_stop(&run);
}

static void execute_hook_may_replace_the_message(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "{ open user }", NULL,
                "{\"open\": {\"$error\": \"disk 7 at /secret\", \"$rc\": 11}, \"user\": {\"$error\": \"yours\"}}",
                "{\"data\":{\"open\":null,\"user\":null},\"errors\":["
                "{\"message\":\"internal\",\"locations\":[{\"line\":1,\"column\":3}],\"path\":[\"open\"],"
                "\"extensions\":{\"code\":\"IO\"}},"
                "{\"message\":\"yours\",\"locations\":[{\"line\":1,\"column\":8}],\"path\":[\"user\"],"
                "\"extensions\":{\"code\":\"INVALID\"}}]}");
        assert_int_equal(run.world.errors_told, 2);
        run_stop(&run);
}

static void execute_text_is_escaped(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "{ open }", NULL, "{\"open\": \"a\\u0001\\\"\\\\b\\n\\u00e9\"}",
                      "{\"data\":{\"open\":\"a\\u0001\\\"\\\\b\\n\xc3\xa9\"}}");
        run_stop(&run);
}

static void execute_wrong_objects_are_errors(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "{ node { id } open }", NULL, "{\"node\": {\"__typename\": \"Part\"}, \"open\": \"o\"}"),
                        "Runtime Object type \\\"Part\\\" is not a possible type for \\\"Node\\\".");
        assert_contains(buf_cstr(&run.out), "{\"data\":{\"node\":null,\"open\":\"o\"}");
        assert_contains(run_query(&run, "{ node { id } }", NULL, "{\"node\": {\"__typename\": \"Nope\"}}"),
                        "The field \\\"Query.node\\\" did not resolve to an object of a known type.");
        assert_contains(run_query(&run, "{ node { id } }", NULL, "{\"node\": {\"id\": \"1\"}}"), "did not resolve to an object");
        assert_contains(run_query(&run, "{ node { id } }", NULL, "{\"node\": 5}"), "did not resolve to an object");
        run_stop(&run);
}

/* ---- sizes --------------------------------------------------------------------------------- */

static const char many[] = "{\"list\": [{\"__typename\": \"Other\", \"id\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"},"
                           "{\"__typename\": \"Other\", \"id\": \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"},"
                           "{\"__typename\": \"Other\", \"id\": \"cccccccccccccccccccccccccccccccc\"}], \"open\": \"o\"}";

static void execute_answer_is_bounded(void **state)
{
        const struct gql_limits limits = { .max_response_bytes = 60 };
        struct run run;

        (void)state;
        run_start(&run, sdl, &limits);
        assert_answer(&run, "{ list { id } open }", NULL, many,
                "{\"data\":null,\"errors\":[{\"message\":\"The answer is larger than this server makes at once: ask for fewer items.\","
                "\"extensions\":{\"code\":\"TOO_LARGE\"}}]}");
        assert_answer(&run, "{ open }", NULL, many, "{\"data\":{\"open\":\"o\"}}");
        run_stop(&run);
}

static void execute_memory_is_bounded(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        run.arena_cap = 1500;
        assert_contains(run_query(&run, "{ list { id a: id b: id c: id d: id e: id f: id } }", NULL, many),
                        "{\"data\":null,\"errors\":[{\"message\":\"The answer is larger");
        run_stop(&run);
}

static void execute_errors_are_bounded(void **state)
{
        struct run run;
        struct buf world = { 0 };
        struct json *answer;
        struct err err = { 0 };

        (void)state;
        run_start(&run, sdl, NULL);
        buf_add_str(&world, STR("{\"list\": ["));
        for (int i = 0; i < 3000; i++)
                buf_add_str(&world, i ? STR(",{\"__typename\": \"Other\"}") : STR("{\"__typename\": \"Other\"}"));
        buf_add_str(&world, STR("]}"));
        run_query(&run, "{ list { id } }", NULL, buf_cstr(&world));
        assert_ok(json_parse(&run.arena, buf_str(&run.out), NULL, &answer, &err));
        assert_int_equal(json_get(answer, "errors")->count, 1001);
        assert_int_equal(json_get(json_get(answer, "data"), "list")->count, 3000);
        assert_contains(buf_cstr(&run.out), "There are more errors than are listed here.");
        buf_done(&world);
        run_stop(&run);
}

/* ---- prefetch ------------------------------------------------------------------------------ */

static void prefetch_is_called_once_per_list(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "{ list { id ... on Thing { name } } }", NULL,
                "{\"list\": [{\"__typename\": \"Thing\", \"id\": 1, \"name\": \"a\"}, null, {\"__typename\": \"Other\", \"id\": 2},"
                "{\"__typename\": \"Thing\", \"id\": 3, \"name\": \"b\"}]}",
                "{\"data\":{\"list\":[{\"id\":\"1\",\"name\":\"a\"},null,{\"id\":\"2\"},{\"id\":\"3\",\"name\":\"b\"}]}}");
        assert_int_equal(run.world.prefetch_calls, 1);
        assert_int_equal(run.world.prefetch_objects, 2);
        run_stop(&run);
}

static void prefetch_reaches_through_edges_and_lists(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_answer(&run, "{ edges { cursor node { ... on Thing { part { size } parts { size } } } } }", NULL,
                "{\"edges\": [{\"cursor\": \"x\", \"node\": {\"__typename\": \"Thing\", \"part\": {\"size\": 1}, \"parts\": [{\"size\": 2}, {\"size\": 3}]}},"
                "{\"node\": {\"__typename\": \"Other\"}}, {\"node\": null},"
                "{\"node\": {\"__typename\": \"Thing\", \"part\": {\"size\": 4}, \"parts\": [null, {\"size\": 5}]}}]}",
                "{\"data\":{\"edges\":[{\"cursor\":\"x\",\"node\":{\"part\":{\"size\":1},\"parts\":[{\"size\":2},{\"size\":3}]}},"
                "{\"cursor\":null,\"node\":{}},{\"cursor\":null,\"node\":null},"
                "{\"cursor\":null,\"node\":{\"part\":{\"size\":4},\"parts\":[null,{\"size\":5}]}}]}}");
        /* Once for `part` of both things, once for all of their `parts`. */
        assert_int_equal(run.world.prefetch_calls, 2);
        assert_int_equal(run.world.prefetch_objects, 5);
        run_stop(&run);
}

static void prefetch_chains_below_prefetched_fields(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "{ nested { ... on Thing { other { other { name } } } } }", NULL,
                "{\"nested\": [[{\"__typename\": \"Thing\", \"other\": {\"other\": {\"name\": \"1\"}}},"
                "{\"__typename\": \"Thing\", \"other\": {\"other\": {\"name\": \"2\"}}}], null, [{\"__typename\": \"Thing\", \"other\": null},"
                "{\"__typename\": \"Thing\", \"other\": {\"other\": {\"name\": \"3\"}}}]]}"),
                "[[{\"other\":{\"other\":{\"name\":\"1\"}}},{\"other\":{\"other\":{\"name\":\"2\"}}}],null,"
                "[{\"other\":null},{\"other\":{\"other\":{\"name\":\"3\"}}}]]");
        assert_int_equal(run.world.prefetch_calls, 3);
        assert_int_equal(run.world.prefetch_objects, 4 + 3 + 3);
        run_stop(&run);
}

static void prefetch_serves_a_lone_object(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "{ one { name a: other { name } part { size } } }", NULL,
                "{\"one\": {\"name\": \"n\", \"other\": {\"name\": \"m\"}, \"part\": {\"size\": 3}}}"),
                "{\"name\":\"n\",\"a\":{\"name\":\"m\"},\"part\":{\"size\":3}}");
        assert_int_equal(run.world.prefetch_calls, 4);
        run_stop(&run);
}

static void prefetch_failure_is_each_objects_error(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        run.world.prefetch_fails = "name";
        assert_answer(&run, "{ list { ... on Thing { id name } } }", NULL,
                "{\"list\": [{\"__typename\": \"Thing\", \"id\": 1, \"name\": \"a\"}, {\"__typename\": \"Thing\", \"id\": 2, \"name\": \"b\"}]}",
                "{\"data\":{\"list\":[{\"id\":\"1\",\"name\":null},{\"id\":\"2\",\"name\":null}]},\"errors\":["
                "{\"message\":\"prefetch failed\",\"locations\":[{\"line\":1,\"column\":28}],\"path\":[\"list\",0,\"name\"],"
                "\"extensions\":{\"code\":\"UNAVAILABLE\"}},"
                "{\"message\":\"prefetch failed\",\"locations\":[{\"line\":1,\"column\":28}],\"path\":[\"list\",1,\"name\"],"
                "\"extensions\":{\"code\":\"UNAVAILABLE\"}}]}");
        run_stop(&run);
}

static void prefetch_leaves_wrong_types_alone(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        assert_contains(run_query(&run, "{ list { id ... on Thing { other { id } } } }", NULL,
                "{\"list\": [{\"__typename\": \"Part\"}, {\"__typename\": \"Thing\", \"id\": 1, \"other\": {\"__typename\": \"Part\"}},"
                "{\"__typename\": \"Nope\"}]}"),
                "{\"data\":{\"list\":[null,{\"id\":\"1\",\"other\":null},null]},");
        run_stop(&run);
}

/* Each field of each object is resolved exactly once, ahead or not. */
static void prefetch_resolves_nothing_twice(void **state)
{
        struct run run;

        (void)state;
        run_start(&run, sdl, NULL);
        run_query(&run, "{ edges { cursor node { id ... on Thing { name part { size } } } } }", NULL,
                "{\"edges\": [{\"node\": {\"__typename\": \"Thing\", \"id\": 1, \"part\": {\"size\": 1}}},"
                "{\"node\": {\"__typename\": \"Thing\", \"id\": 2, \"part\": {\"size\": 2}}}]}");
        /* edges; per edge: cursor, node; per node: id, name, part; per part: size */
        assert_int_equal(run.world.resolved, 1 + 2 * (2 + 3 + 1));
        run_stop(&run);
}

/* ---- lookahead ------------------------------------------------------------------------------ */

static const char *const probes[] = {
        "id", "name", "part", "part.size", "part.id", "other", "other.part.size", "other.other", "parts", "a", "",
};

/* "id,part.size,...": which of the probes the field selects. */
static enum rc report_selects(struct gql_field *field, void *parent, struct gql_out *out, struct err *err)
{
        struct world *world = gql_app(field);
        struct buf *seen = (struct buf *)(uintptr_t)world->root;

        (void)parent;
        (void)err;
        for (size_t i = 0; i < ARRAY_LEN(probes); i++)
                if (gql_selects(field, probes[i]))
                        buf_printf(seen, "%s,", probes[i]);
        gql_out_null(out);
        return RC_OK;
}

static const char *selects(const struct gql_schema *schema, const char *query, const char *variables, struct buf *seen)
{
        struct gql_cache *cache = gql_cache_new(schema, NULL, 0);
        struct gql_prepared *prepared = NULL;
        struct gql_error *errors = NULL;
        struct gql_response response;
        struct buf out = { 0 };
        struct world world = { .root = (const struct json *)(uintptr_t)seen };
        struct gql_request request;
        struct json *json = NULL;
        struct arena arena;
        struct err err = { 0 };

        arena_init(&arena, 0);
        buf_clear(seen);
        assert_ok(gql_cache_get(cache, &arena, str_from(query), &prepared, &errors, &err));
        assert_ok(json_parse(&arena, str_from(variables), NULL, &json, &err));
        request = world_request(&world, &arena, json, STR_NULL);
        gql_execute(prepared, &request, &out, &response);
        assert_null(response.errors);
        gql_prepared_release(&prepared);
        gql_cache_free(cache);
        buf_done(&out);
        arena_done(&arena);
        return buf_cstr(seen);
}

static void selects_looks_through_fragments_and_conditions(void **state)
{
        struct arena arena;
        struct buf seen = { 0 };
        const struct gql_schema *schema;
        struct gql_field_info *info;

        (void)state;
        arena_init(&arena, 0);
        schema = world_schema(&arena, str_from(sdl));
        info = (struct gql_field_info *)(uintptr_t)gql_type_field(schema->query, STR("one"));
        info->resolve = report_selects;
        assert_string_equal(selects(schema, "{ one { id } }", "{}", &seen), "id,");
        assert_string_equal(selects(schema, "{ one { a: name part { b: size } } }", "{}", &seen), "name,part,part.size,");
        assert_string_equal(selects(schema, "{ one { ...F } one { part { ...G } } } fragment F on Thing { other { ...H } ...H } "
                                    "fragment G on Part { size } fragment H on Thing { part { __typename ... { size } } }", "{}", &seen),
                            "part,part.size,other,other.part.size,");
        assert_string_equal(selects(schema, "query ($y: Boolean!, $n: Boolean!) { one { id @skip(if: $y) name @include(if: $n) "
                                    "part @include(if: $y) { size @skip(if: $n) } other { part @skip(if: true) { size } } } }",
                                    "{\"y\": true, \"n\": false}", &seen),
                            "part,part.size,other,");
        buf_done(&seen);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(execute_access_is_asked_per_root_field),
                cmocka_unit_test(execute_get_refuses_mutations),
                cmocka_unit_test(execute_mutations_run_in_order),
                cmocka_unit_test(execute_hook_may_replace_the_message),
                cmocka_unit_test(execute_text_is_escaped),
                cmocka_unit_test(execute_wrong_objects_are_errors),
                cmocka_unit_test(execute_answer_is_bounded),
                cmocka_unit_test(execute_memory_is_bounded),
                cmocka_unit_test(execute_errors_are_bounded),
                cmocka_unit_test(prefetch_is_called_once_per_list),
                cmocka_unit_test(prefetch_reaches_through_edges_and_lists),
                cmocka_unit_test(prefetch_chains_below_prefetched_fields),
                cmocka_unit_test(prefetch_serves_a_lone_object),
                cmocka_unit_test(prefetch_failure_is_each_objects_error),
                cmocka_unit_test(prefetch_leaves_wrong_types_alone),
                cmocka_unit_test(prefetch_resolves_nothing_twice),
                cmocka_unit_test(selects_looks_through_fragments_and_conditions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
