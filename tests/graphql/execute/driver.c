/*
 * driver.c - answers GraphQL requests over the test schema; the C side of execute.mjs.
 *
 *     execute_driver schema.graphql < requests > answers
 *
 * One request per line: {"query", "variables", "operationName", "world"}. One answer per
 * line, as gql_execute() writes it; {"stage": "before", "errors": [...]} for a document
 * that is refused before execution. With "print" in place of a query: the schema as SDL in
 * a JSON string.
 */
#include <stdio.h>

#include "base/fd.h"
#include "world.h"

static void answer(struct gql_cache *cache, const struct gql_schema *schema, struct str line, struct buf *out)
{
        _cleanup_(arena_done) struct arena arena = { 0 };
        _cleanup_(gql_prepared_release) struct gql_prepared *prepared = NULL;
        const struct json_limits limits = { .max_depth = 200, .max_bytes = 64 << 20 };
        struct gql_error *errors = NULL;
        struct gql_response response;
        struct gql_request request;
        struct world world = { 0 };
        struct json *given;
        struct err err = { 0 };

        arena_init(&arena, 0);
        if (json_parse(&arena, line, &limits, &given, &err)) {
                buf_printf(out, "{\"stage\": \"json\", \"message\": \"%s\"}\n", err.msg);
                return;
        }
        if (json_get(given, "print")) {
                _cleanup_(buf_done) struct buf text = { 0 };
                struct json_writer w;

                gql_print_schema(schema, &text);
                json_writer_init(&w, out);
                json_string(&w, buf_str(&text));
                buf_add_c(out, '\n');
                return;
        }
        if (gql_cache_get(cache, &arena, json_text(given, "query"), &prepared, &errors, &err)) {
                buf_add_str(out, STR("{\"stage\": \"before\", \"answer\": "));
                gql_write_errors(errors, out);
                buf_add_str(out, STR("}\n"));
                return;
        }
        world.root = json_get(given, "world");
        request = world_request(&world, &arena, json_get(given, "variables"), json_text(given, "operationName"));
        gql_execute(prepared, &request, out, &response);
        buf_add_c(out, '\n');
}

int main(int argc, char **argv)
{
        _cleanup_(arena_done) struct arena arena = { 0 };
        _cleanup_(buf_done) struct buf out = { 0 };
        const struct gql_limits limits = {
                .introspection = true, .max_tokens = 100000, .max_bytes = 1 << 20, .max_depth = 60, .max_aliases = 10000,
                .max_root_fields = 1000, .max_cost = UINT64_MAX,
        };
        const struct gql_schema *schema;
        struct gql_cache *cache;
        struct err err = { 0 };
        struct str sdl;
        char *line = NULL;
        size_t size = 0;
        ssize_t len;

        arena_init(&arena, 0);
        if (argc != 2 || fd_read_file(&arena, argv[1], 1 << 20, &sdl, &err)) {
                fprintf(stderr, "usage: execute_driver schema.graphql (%s)\n", err.msg);
                return 2;
        }
        schema = world_schema(&arena, sdl);
        cache = gql_cache_new(schema, &limits, 0);
        while ((len = getline(&line, &size, stdin)) > 0) {
                buf_clear(&out);
                answer(cache, schema, (struct str){ line, (size_t)len }, &out);
                fwrite(out.ptr, 1, out.len, stdout);
                fflush(stdout);
        }
        free(line);
        gql_cache_free(cache);
        return 0;
}
