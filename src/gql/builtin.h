/*
 * gql/builtin.h - what every schema has without writing it: the built-in scalars, the
 * introspection types, the meta fields and the standard directives.
 *
 * For this room and for the tables that tools/mkschema writes: they refer to the built-in
 * scalars by these symbols, because types are compared by address everywhere.
 *
 * Thread rule: constant data.
 */
#ifndef VITRINE_GQL_BUILTIN_H
#define VITRINE_GQL_BUILTIN_H

#include "gql/schema.h"

extern const struct gql_type gql_type_Int, gql_type_Float, gql_type_String, gql_type_Boolean, gql_type_ID;

extern const struct gql_type gql_type___Schema, gql_type___Type, gql_type___TypeKind, gql_type___Field,
        gql_type___InputValue, gql_type___EnumValue, gql_type___Directive, gql_type___DirectiveLocation;

/* All of the introspection types; gql_schema_type() finds them too. */
#define GQL_INTROSPECTION_TYPE_COUNT 8
extern const struct gql_type *const gql_introspection_types[GQL_INTROSPECTION_TYPE_COUNT];

/* __typename is a field of every object, interface and union; the others only of the query root. */
extern const struct gql_field_info gql_field___typename, gql_field___schema, gql_field___type;

struct gql_directive_info {
        const char *name;
        const char *description;
        const char *const *locations;   /* "FIELD", "VARIABLE_DEFINITION", ... */
        size_t location_count;
        const struct gql_input_def *args;
        size_t arg_count;
        bool repeatable;
};

/* include, skip, deprecated, specifiedBy. */
#define GQL_DIRECTIVE_COUNT 4
extern const struct gql_directive_info gql_directives[GQL_DIRECTIVE_COUNT];

#endif
