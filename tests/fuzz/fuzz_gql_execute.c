/*
 * fuzz_gql_execute.c - any document with any variables over any data.
 *
 * An input is a document, variables and the world's data (world.h), the last two as JSON,
 * separated by lines of "%%"; what is missing or no JSON is replaced. Whatever it is, the
 * answer must be one JSON object with data or errors, errors must have a message, no data
 * may be null without an error, and the same request must be answered in the same way
 * twice (the second time the document comes from the cache).
 */
#include <unistd.h>

#include "base/fd.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char default_world[] =
        "{\"open\": \"o\", \"mustHave\": \"m\", \"named\": {\"__typename\": \"Person\", \"id\": 1, \"friends\": [{\"__typename\": \"Robot\","
        "\"id\": 2, \"serial\": 5, \"friend\": {\"__typename\": \"Person\", \"id\": 3, \"pet\": {\"name\": \"p\"}}}]},"
        "\"people\": [{\"id\": 1, \"friend\": {\"__typename\": \"Robot\", \"serial\": null}, \"pet\": {\"$error\": \"e\"}}, null],"
        "\"shapes\": {\"s1\": \"x\", \"o1\": {\"m\": 1, \"o7\": [[{\"m\": 2}, {}]]}}, \"leaves\": {\"json\": [1, {}], \"int\": 1e10}}";

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

static struct gql_cache *the_cache(void)
{
        static struct gql_cache *cache;
        static struct arena arena;
        const struct gql_limits limits = { .introspection = true, .max_response_bytes = 1 << 20 };
        struct err err = { 0 };
        struct str sdl;

        if (cache)
                return cache;
        arena_init(&arena, 0);
        demand(fd_read_file(&arena, WORLD_SCHEMA, 1 << 20, &sdl, &err) == RC_OK, "the schema cannot be read\n");
        cache = gql_cache_new(world_schema(&arena, sdl), &limits, 1 << 20);
        return cache;
}

/* The piece up to the next line of "%%". */
static struct str next_part(struct str *rest)
{
        struct str part = *rest;
        struct str mark = STR("\n%%\n");

        for (size_t i = 0; i + mark.len <= rest->len; i++) {
                if (memcmp(rest->ptr + i, mark.ptr, mark.len) != 0)
                        continue;
                part.len = i;
                *rest = str_slice(*rest, i + mark.len, rest->len);
                return part;
        }
        *rest = STR("");
        return part;
}

static const struct json *part_json(struct arena *arena, struct str part, const char *otherwise)
{
        struct json *json = NULL;

        if (json_parse(arena, part, NULL, &json, NULL) == RC_OK && json->kind == JSON_OBJECT)
                return json;
        if (otherwise)
                demand(json_parse(arena, str_from(otherwise), NULL, &json, NULL) == RC_OK, "the world is no JSON\n");
        return otherwise ? json : NULL;
}

static void check_answer(struct arena *arena, struct str text, const struct gql_response *response)
{
        const struct json_limits limits = { .max_depth = 1000, .max_values = 10000000 };
        struct json *answer = NULL;
        const struct json *data;

        demand(json_parse(arena, text, &limits, &answer, NULL) == RC_OK, "the answer is no JSON\n");
        demand(answer->kind == JSON_OBJECT, "the answer is no object\n");
        data = json_get(answer, "data");
        demand((data != NULL) == response->has_data, "has_data is wrong\n");
        demand(!data || (data->kind == JSON_NULL) == response->data_is_null, "data_is_null is wrong\n");
        demand((json_get(answer, "errors") != NULL) == (response->errors != NULL), "errors are not in the answer\n");
        demand(response->errors || (data && data->kind == JSON_OBJECT), "neither data nor errors\n");
        for (const struct gql_error *e = response->errors; e; e = e->next)
                demand(e->rc != RC_OK && !str_is_empty(e->message), "an error without code or message\n");
}

static void execute(struct arena *arena, struct gql_prepared *prepared, const struct json *variables,
                    const struct json *data, struct buf *out)
{
        struct world world = { .root = data };
        struct gql_request request = world_request(&world, arena, variables, STR_NULL);
        struct gql_response response;

        gql_execute(prepared, &request, out, &response);
        check_answer(arena, buf_str(out), &response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(arena_done) struct arena arena = { 0 };
        _cleanup_(gql_prepared_release) struct gql_prepared *prepared = NULL;
        _cleanup_(buf_done) struct buf first = { 0 };
        _cleanup_(buf_done) struct buf second = { 0 };
        struct str rest = { (const char *)data, size };
        struct str document = next_part(&rest);
        struct gql_error *errors = NULL;
        const struct json *variables, *world;
        struct err err = { 0 };

        arena_init(&arena, 64 << 20);
        variables = part_json(&arena, next_part(&rest), NULL);
        world = part_json(&arena, next_part(&rest), default_world);
        if (gql_cache_get(the_cache(), &arena, document, &prepared, &errors, &err)) {
                demand(errors && !str_is_empty(errors->message), "refused without an error\n");
                return 0;
        }
        execute(&arena, prepared, variables, world, &first);
        gql_prepared_release(&prepared);
        demand(gql_cache_get(the_cache(), &arena, document, &prepared, &errors, &err) == RC_OK, "refused the second time\n");
        execute(&arena, prepared, variables, world, &second);
        demand(str_eq(buf_str(&first), buf_str(&second)), "two answers differ\n");
        return 0;
}
