/*
 * run.h - one request over a world (tests/graphql/execute/world.h), for the tests of the
 * executing half. A fixture is made per test; its schema may be any SDL.
 */
#ifndef VITRINE_TESTS_GQL_RUN_H
#define VITRINE_TESTS_GQL_RUN_H

#include "unit.h"

#include "world.h"

struct run {
        struct arena arena;
        struct gql_cache *cache;
        struct world world;
        struct buf out;
        struct gql_response response;
        struct gql_error *errors;       /* of the last refused document */
        size_t arena_cap;               /* for the request's own arena */
        bool query_only;
};

static inline void run_start(struct run *run, const char *sdl, const struct gql_limits *limits)
{
        *run = (struct run){ 0 };
        arena_init(&run->arena, 0);
        run->cache = gql_cache_new(world_schema(&run->arena, str_from(sdl)), limits, 0);
}

static inline void run_stop(struct run *run)
{
        gql_cache_free(run->cache);
        arena_done(&run->arena);
        buf_done(&run->out);
}

static inline const struct json *run_json(struct run *run, const char *text)
{
        struct json *json;
        struct err err = { 0 };

        if (!text)
                return NULL;
        assert_ok(json_parse(&run->arena, str_from(text), NULL, &json, &err));
        return json;
}

/* The answer; "refused: MESSAGE" for a document that is refused before execution. */
static inline const char *run_query(struct run *run, const char *query, const char *variables, const char *world)
{
        struct gql_prepared *prepared = NULL;
        struct gql_request request;
        struct arena arena;
        struct err err = { 0 };

        arena_init(&arena, run->arena_cap);
        buf_clear(&run->out);
        if (gql_cache_get(run->cache, &run->arena, str_from(query), &prepared, &run->errors, &err)) {
                buf_printf(&run->out, "refused: %.*s", STR_ARG(run->errors->message));
                return buf_cstr(&run->out);
        }
        run->world.root = run_json(run, world);
        request = world_request(&run->world, &arena, run_json(run, variables), STR_NULL);
        request.query_only = run->query_only;
        gql_execute(prepared, &request, &run->out, &run->response);
        run->response.errors = NULL; /* they go with the arena */
        gql_prepared_release(&prepared);
        arena_done(&arena);
        return buf_cstr(&run->out);
}

#define assert_answer(run, query, variables, world, expected) \
        assert_string_equal(run_query((run), (query), (variables), (world)), (expected))
#define assert_contains(text, part)                                       \
        do {                                                              \
                const char *text_ = (text);                               \
                if (!strstr(text_, (part)))                               \
                        fail_msg("'%s' should contain '%s'", text_, (part)); \
        } while (0)

#endif
