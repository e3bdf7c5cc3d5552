/*
 * gql/coerce.h - values in the form that resolvers get; for this room only.
 *
 * coerce.c makes them of JSON, literal.c of literals. A coerced value never holds a
 * variable; input objects have all their defaults; each value has exactly one place (its
 * `next` and `name` are its own), so one that is used again is copied.
 */
#ifndef VITRINE_GQL_COERCE_H
#define VITRINE_GQL_COERCE_H

#include "gql/builtin.h"
#include "gql/internal.h"

/* NULL: the literal is no value of the type (also: a variable in it was not given). */
struct gql_value *gql_coerce_literal(const struct exec *exec, const struct gql_value *literal,
                                     struct gql_type_use use);
/* A copy without name and successor; members and items are shared. */
struct gql_value *gql_value_copy(struct arena *arena, const struct gql_value *value);
/* *end is where the next item of the list or object belongs. */
void gql_value_append(struct gql_value *list, struct gql_value ***end, struct gql_value *item);

#endif
