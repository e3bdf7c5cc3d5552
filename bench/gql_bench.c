/*
 * gql_bench.c - nanoseconds per request in the GraphQL room alone.
 *
 *     gql_bench schema.graphql document.graphql
 *
 * Every field answers at once with a constant (lists with two items), so what is measured
 * is the room itself: cache look-up, variables, collection, writing. Printed: a request
 * whose document is in the cache, the look-up alone, and parse + validate + plan.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/fd.h"
#include "gql/gql.h"
#include "gql/internal.h"
#include "gql/schema_build.h"

enum { ROUNDS = 20000, MISSES = 300, LIST_ITEMS = 2 };

static size_t fields;

static void constant(struct gql_field *field, struct gql_out *out, uint32_t wrap)
{
        const struct gql_type *type = field->info->type.type;

        if ((wrap & 3) == GQL_WRAP_NON_NULL)
                wrap >>= 2;
        if ((wrap & 3) == GQL_WRAP_LIST) {
                gql_out_list(out, LIST_ITEMS);
                for (size_t i = 0; i < LIST_ITEMS; i++)
                        constant(field, gql_out_item(out, i), wrap >> 2);
                return;
        }
        if (type->kind == GQL_TYPE_INTERFACE || type->kind == GQL_TYPE_UNION)
                type = type->possible[0];
        if (type->kind == GQL_TYPE_OBJECT)
                gql_out_object(out, type->name, field);
        else if (type->kind == GQL_TYPE_ENUM)
                gql_out_str(out, str_from(type->values[0].name));
        else if (field->scalar == SCALAR_BOOLEAN)
                gql_out_bool(out, true);
        else if (field->scalar == SCALAR_INT || field->scalar == SCALAR_INT64 || field->scalar == SCALAR_FLOAT ||
                 field->scalar == SCALAR_DURATION)
                gql_out_int(out, 1234);
        else if (field->scalar == SCALAR_JSON)
                gql_out_json(out, STR("{}"));
        else
                gql_out_str(out, STR("a text of usual length"));
}

static enum rc resolve(struct gql_field *field, void *parent, struct gql_out *out, struct err *err)
{
        (void)parent;
        (void)err;
        fields++;
        constant(field, out, field->info->type.wrap);
        return RC_OK;
}

static const struct gql_schema *load_schema(struct arena *arena, struct str sdl)
{
        struct gql_document *document;
        struct gql_error error;
        struct gql_error *problems;
        const struct gql_schema *schema;
        struct err err = { 0 };

        if (gql_parse_sdl(arena, sdl, &document, &error, &err) ||
            gql_schema_build(arena, document, &schema, &problems, &err)) {
                fprintf(stderr, "gql_bench: the schema is not valid: %s\n", err.msg);
                exit(1);
        }
        for (size_t t = 0; t < schema->type_count; t++)
                for (size_t f = 0; f < schema->types[t]->field_count; f++) {
                        struct gql_field_info *info = (struct gql_field_info *)(uintptr_t)&schema->types[t]->fields[f];

                        info->resolve = resolve;
                        info->prefetch = NULL;
                }
        return schema;
}

/* A value for every declared variable. */
static const struct json *variables_for(struct arena *arena, const struct gql_prepared *prepared)
{
        const struct plan_operation *operation = prepared->plan.operations;
        const struct gql_variable *variable = operation->ast->variables;
        _cleanup_(buf_done) struct buf text = { 0 };
        struct json *json;
        struct err err = { 0 };

        buf_add_c(&text, '{');
        for (size_t i = 0; variable; i++, variable = variable->next) {
                const struct gql_type *type = operation->variable_types[i].type;
                enum scalar scalar = gql_scalar_of(type);

                if (type->kind == GQL_TYPE_INPUT)
                        continue;
                buf_printf(&text, "%s\"%.*s\": %s", text.len > 1 ? ", " : "", STR_ARG(variable->name),
                           scalar == SCALAR_BOOLEAN ? "true" : scalar == SCALAR_INT ? "10" : "\"some-name\"");
        }
        buf_add_c(&text, '}');
        if (json_parse(arena, arena_str(arena, buf_str(&text)), NULL, &json, &err))
                abort();
        return json;
}

static struct gql_prepared *get(struct gql_cache *cache, struct arena *arena, struct str source)
{
        struct gql_prepared *prepared = NULL;
        struct gql_error *errors = NULL;
        struct err err = { 0 };

        if (gql_cache_get(cache, arena, source, &prepared, &errors, &err)) {
                fprintf(stderr, "gql_bench: %s\n", err.msg);
                exit(1);
        }
        return prepared;
}

static void report(const char *what, uint64_t start_us, unsigned rounds)
{
        printf("%-32s %10.0f ns\n", what, (double)(clock_mono_us() - start_us) * 1000 / rounds);
}

static void bench_hits(struct gql_cache *cache, struct str source, const struct json *variables)
{
        _cleanup_(buf_done) struct buf out = { 0 };
        struct gql_response response;
        uint64_t start = clock_mono_us();

        for (unsigned i = 0; i < ROUNDS; i++) {
                struct arena arena = { 0 };
                struct gql_prepared *prepared;
                struct gql_request request = { .arena = &arena, .variables = variables };

                arena_init(&arena, 0);
                buf_clear(&out);
                prepared = get(cache, &arena, source);
                gql_execute(prepared, &request, &out, &response);
                gql_prepared_release(&prepared);
                arena_done(&arena);
        }
        report("request, document cached", start, ROUNDS);
        printf("%-32s %10zu\n", "  fields resolved per request", fields / ROUNDS);
        printf("%-32s %10zu bytes%s\n", "  answer", out.len, response.errors ? " (with errors)" : "");
}

static void bench_lookups(struct gql_cache *cache, struct str source)
{
        struct arena arena = { 0 };
        uint64_t start = clock_mono_us();

        arena_init(&arena, 0);
        for (unsigned i = 0; i < ROUNDS; i++) {
                struct gql_prepared *prepared = get(cache, &arena, source);

                gql_prepared_release(&prepared);
        }
        report("look-up of a cached document", start, ROUNDS);
        arena_done(&arena);
}

static void bench_misses(const struct gql_schema *schema, struct str source)
{
        struct gql_cache *cache = gql_cache_new(schema, NULL, 1);
        uint64_t start = clock_mono_us();

        for (unsigned i = 0; i < MISSES; i++) {
                struct arena arena = { 0 };
                struct gql_prepared *prepared;

                arena_init(&arena, 0);
                prepared = get(cache, &arena, source);
                gql_prepared_release(&prepared);
                arena_done(&arena);
        }
        report("parse + validate + plan", start, MISSES);
        gql_cache_free(cache);
}

int main(int argc, char **argv)
{
        struct arena arena = { 0 };
        const struct gql_schema *schema;
        struct gql_cache *cache;
        struct gql_prepared *prepared;
        struct str sdl, source;
        struct err err = { 0 };

        arena_init(&arena, 0);
        if (argc != 3 || fd_read_file(&arena, argv[1], 1 << 22, &sdl, &err) ||
            fd_read_file(&arena, argv[2], 1 << 20, &source, &err)) {
                fprintf(stderr, "usage: gql_bench schema.graphql document.graphql\n%s\n", err.msg);
                return 2;
        }
        schema = load_schema(&arena, sdl);
        cache = gql_cache_new(schema, NULL, 0);
        prepared = get(cache, &arena, source);
        printf("%-32s %10zu bytes, %zu in the cache\n", "document", source.len, prepared->bytes);
        bench_hits(cache, source, variables_for(&arena, prepared));
        bench_lookups(cache, source);
        bench_misses(schema, source);
        gql_prepared_release(&prepared);
        gql_cache_free(cache);
        arena_done(&arena);
        return 0;
}
