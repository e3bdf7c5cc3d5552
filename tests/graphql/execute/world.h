/*
 * world.h - a schema that answers itself from a JSON document; for tests, fuzzing, bench.
 *
 * The tables are built from SDL text at run time and every field gets one generic
 * resolver, whose twin in JavaScript is world.mjs:
 *  - `echo...`: the coerced arguments as JSON text;
 *  - add, fail, mustFail: count `by` up in world.counter (and fail);
 *  - otherwise the member of the field's name in the parent's JSON object. An object
 *    {"$error": "text"} is an error, {"$rc": n} beside it its code. Objects of abstract
 *    types name theirs in "__typename".
 * @batch fields get a prefetch function that counts calls and objects.
 */
#ifndef VITRINE_TESTS_WORLD_H
#define VITRINE_TESTS_WORLD_H

#include "gql/gql.h"

struct world {
        const struct json *root;        /* parent of the root fields */
        int64_t counter;
        unsigned prefetch_calls;
        size_t prefetch_objects;
        const char *prefetch_fails;     /* field whose prefetch function fails; NULL: none */
        unsigned resolved;              /* calls of the resolver */
        unsigned errors_told;           /* calls of on_error */
        enum gql_access allowed;        /* highest access level that is let in; 0: all */
};

/* Aborts with a message when the SDL is not right. */
const struct gql_schema *world_schema(struct arena *arena, struct str sdl);
/* A request over the world: app, allow, on_error are set. */
struct gql_request world_request(struct world *world, struct arena *arena, const struct json *variables,
                                 struct str operation_name);

#endif
