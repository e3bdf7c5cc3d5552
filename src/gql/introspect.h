/*
 * gql/introspect.h - the resolvers behind the introspection types; for gql/builtin.c only.
 *
 * Parents: __Schema the struct gql_schema; __Type a struct gql_type_use; __Field a struct
 * gql_field_info; __InputValue a struct gql_input_def; __EnumValue a struct gql_enum_value;
 * __Directive a struct gql_directive_info.
 */
#ifndef VITRINE_GQL_INTROSPECT_H
#define VITRINE_GQL_INTROSPECT_H

#include "gql/schema.h"

#define INTROSPECT(name) \
        enum rc introspect_##name(struct gql_field *field, void *parent, struct gql_out *out, struct err *err)

INTROSPECT(schema);
INTROSPECT(type);
INTROSPECT(nothing);
INTROSPECT(schema_description);
INTROSPECT(schema_types);
INTROSPECT(schema_query);
INTROSPECT(schema_mutation);
INTROSPECT(schema_directives);
INTROSPECT(type_kind);
INTROSPECT(type_name);
INTROSPECT(type_description);
INTROSPECT(type_specified_by);
INTROSPECT(type_fields);
INTROSPECT(type_interfaces);
INTROSPECT(type_possible);
INTROSPECT(type_values);
INTROSPECT(type_inputs);
INTROSPECT(type_of);
INTROSPECT(type_one_of);
INTROSPECT(field_name);
INTROSPECT(field_description);
INTROSPECT(field_args);
INTROSPECT(field_type);
INTROSPECT(field_is_deprecated);
INTROSPECT(field_deprecated);
INTROSPECT(input_name);
INTROSPECT(input_description);
INTROSPECT(input_type);
INTROSPECT(input_default);
INTROSPECT(input_is_deprecated);
INTROSPECT(input_deprecated);
INTROSPECT(value_name);
INTROSPECT(value_description);
INTROSPECT(value_is_deprecated);
INTROSPECT(value_deprecated);
INTROSPECT(directive_name);
INTROSPECT(directive_description);
INTROSPECT(directive_repeatable);
INTROSPECT(directive_locations);
INTROSPECT(directive_args);

#endif
