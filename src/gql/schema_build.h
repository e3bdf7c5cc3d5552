/*
 * gql/schema_build.h - a schema from its SDL text; for tools/mkschema and tests.
 *
 * The server does not do this: its schema is compiled in. tools/mkschema builds the
 * tables in memory, checks them and writes them out as C; tests use them as they are,
 * without resolvers.
 *
 * Internal directives, understood here and not shown to clients:
 *   @access(level: PUBLIC|USER|ADMIN)  on every field of Query and Mutation, nowhere else
 *   @batch                             on fields of objects: has a prefetch function
 *   @cost(weight: Int!)                on fields of objects
 *   @bareString(field: "name")         on input objects
 */
#ifndef VITRINE_GQL_SCHEMA_BUILD_H
#define VITRINE_GQL_SCHEMA_BUILD_H

#include "gql/gql.h"

/*
 * Checks the whole document and makes the tables, all in `arena` (strings borrow from the
 * document). RC_INVALID: *ret_problems has every problem found, in the order of the
 * document; their locations are the places in it. Fields marked @batch have a prefetch
 * function that does nothing; resolvers are NULL.
 */
MUST_USE enum rc gql_schema_build(struct arena *arena, const struct gql_document *sdl,
                                  const struct gql_schema **ret, struct gql_error **ret_problems,
                                  struct err *err);

/* ---- for the files of the builder ------------------------------------------------------- */

struct gql_builder {
        struct arena *arena;
        const struct gql_document *sdl;
        struct gql_schema *schema;
        struct gql_type *types;                 /* one per type definition */
        const struct gql_definition **defs;     /* the same order */
        size_t type_count;
        struct gql_error *problems;
        struct gql_error **problems_tail;
};

void gql_builder_problem(struct gql_builder *b, struct gql_loc loc, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* NULL: unknown. */
const struct gql_type *gql_builder_type(const struct gql_builder *b, struct str name);

/* schema_rules.c: what only complete tables can show. */
void gql_builder_check(struct gql_builder *b);
/* schema_default.c: gives every argument and input field its default. */
void gql_builder_defaults(struct gql_builder *b);
/* schema_marks.c: directives of one definition; they set what they stand for. */
void gql_builder_mark_type(struct gql_builder *b, const struct gql_definition *def, struct gql_type *type);
void gql_builder_mark_field(struct gql_builder *b, const struct gql_field_def *def, const struct gql_type *owner,
                            struct gql_field_info *field);
void gql_builder_mark_input(struct gql_builder *b, const struct gql_field_def *def, struct gql_input_def *input);
void gql_builder_mark_value(struct gql_builder *b, const struct gql_name *def, struct gql_enum_value *value);
/* Is it one of the directives above, or the enum of @access? Their definitions are allowed and dropped. */
bool gql_builder_is_internal(const struct gql_definition *def);

#endif
