/*
 * gql/builtin.c - the tables of gql/builtin.h.
 *
 * Field order is that of the specification, section 4.2, so that tools which print an
 * introspection answer show it in the order people know. Beyond October 2021 the fields
 * about deprecated arguments are there, because common tools ask for them.
 */
#include "gql/builtin.h"

#include "gql/introspect.h"

/* How a type is wrapped, outermost first (see struct gql_type_use). */
enum { PLAIN = 0, NON_NULL = 1, LIST_OF_NON_NULL = 2 | 1 << 2, NON_NULL_LIST = 1 | 2 << 2 | 1 << 4 };

#define STRING(wrap) { &gql_type_String, (wrap) }
#define BOOLEAN(wrap) { &gql_type_Boolean, (wrap) }
/* A field without a resolver of its own would not be found at run time: the macro demands one. */
#define FIELD(name_, type_, resolve_, description_) \
        { .name = (name_), .description = (description_), .type = type_, .resolve = (resolve_), .cost = 1 }

/* ---- scalars ---------------------------------------------------------------------------- */

const struct gql_type gql_type_Int = { .kind = GQL_TYPE_SCALAR, .name = "Int",
        .description = "A whole number from -2^31 to 2^31 - 1." };
const struct gql_type gql_type_Float = { .kind = GQL_TYPE_SCALAR, .name = "Float",
        .description = "A double-precision number." };
const struct gql_type gql_type_String = { .kind = GQL_TYPE_SCALAR, .name = "String",
        .description = "Text in UTF-8." };
const struct gql_type gql_type_Boolean = { .kind = GQL_TYPE_SCALAR, .name = "Boolean",
        .description = "`true` or `false`." };
const struct gql_type gql_type_ID = { .kind = GQL_TYPE_SCALAR, .name = "ID",
        .description = "An identifier, answered as a string; a string or a whole number is accepted." };

/* ---- enums ------------------------------------------------------------------------------ */

static const struct gql_enum_value type_kinds[] = {
        { .name = "SCALAR", .description = "A leaf." },
        { .name = "OBJECT", .description = "Has `fields` and `interfaces`." },
        { .name = "INTERFACE", .description = "Has `fields`, `interfaces` and `possibleTypes`." },
        { .name = "UNION", .description = "Has `possibleTypes`." },
        { .name = "ENUM", .description = "Has `enumValues`." },
        { .name = "INPUT_OBJECT", .description = "Has `inputFields`." },
        { .name = "LIST", .description = "Has `ofType`." },
        { .name = "NON_NULL", .description = "Has `ofType`." },
};
const struct gql_type gql_type___TypeKind = {
        .kind = GQL_TYPE_ENUM, .name = "__TypeKind", .description = "What kind of type a `__Type` tells about.",
        .values = type_kinds, .value_count = ARRAY_LEN(type_kinds),
};

#define PLACE(name_, description_) { .name = (name_), .description = (description_) }
static const struct gql_enum_value directive_locations[] = {
        PLACE("QUERY", "On a query."),
        PLACE("MUTATION", "On a mutation."),
        PLACE("SUBSCRIPTION", "On a subscription."),
        PLACE("FIELD", "On a field of a selection."),
        PLACE("FRAGMENT_DEFINITION", "On a fragment."),
        PLACE("FRAGMENT_SPREAD", "On the use of a fragment."),
        PLACE("INLINE_FRAGMENT", "On an inline fragment."),
        PLACE("VARIABLE_DEFINITION", "On a variable of an operation."),
        PLACE("SCHEMA", "On the schema."),
        PLACE("SCALAR", "On a scalar."),
        PLACE("OBJECT", "On an object type."),
        PLACE("FIELD_DEFINITION", "On a field of a type."),
        PLACE("ARGUMENT_DEFINITION", "On an argument of a field."),
        PLACE("INTERFACE", "On an interface."),
        PLACE("UNION", "On a union."),
        PLACE("ENUM", "On an enum."),
        PLACE("ENUM_VALUE", "On a value of an enum."),
        PLACE("INPUT_OBJECT", "On an input object."),
        PLACE("INPUT_FIELD_DEFINITION", "On a field of an input object."),
};
const struct gql_type gql_type___DirectiveLocation = {
        .kind = GQL_TYPE_ENUM, .name = "__DirectiveLocation", .description = "Where a directive may stand.",
        .values = directive_locations, .value_count = ARRAY_LEN(directive_locations),
};

/* ---- objects ---------------------------------------------------------------------------- */

static const struct gql_value value_false = { .kind = GQL_VALUE_BOOL, .boolean = false };
static const struct gql_input_def include_deprecated[] = {
        { .name = "includeDeprecated", .type = BOOLEAN(PLAIN), .default_sdl = "false", .default_value = &value_false },
};
#define FILTERED_FIELD(name_, type_, resolve_, description_)                                            \
        { .name = (name_), .description = (description_), .type = type_, .resolve = (resolve_), .cost = 1, \
          .args = include_deprecated, .arg_count = ARRAY_LEN(include_deprecated) }

static const struct gql_field_info schema_fields[] = {
        FIELD("description", STRING(PLAIN), introspect_schema_description, NULL),
        FIELD("types", ((struct gql_type_use){ &gql_type___Type, NON_NULL_LIST }), introspect_schema_types,
              "All types that the server knows."),
        FIELD("queryType", ((struct gql_type_use){ &gql_type___Type, NON_NULL }), introspect_schema_query,
              "Where queries start."),
        FIELD("mutationType", ((struct gql_type_use){ &gql_type___Type, PLAIN }), introspect_schema_mutation,
              "Where mutations start."),
        FIELD("subscriptionType", ((struct gql_type_use){ &gql_type___Type, PLAIN }), introspect_nothing,
              "Always null: there are no subscriptions."),
        FIELD("directives", ((struct gql_type_use){ &gql_type___Directive, NON_NULL_LIST }),
              introspect_schema_directives, "All directives that the server knows."),
};
const struct gql_type gql_type___Schema = {
        .kind = GQL_TYPE_OBJECT, .name = "__Schema", .description = "What the server can be asked.",
        .fields = schema_fields, .field_count = ARRAY_LEN(schema_fields),
};

static const struct gql_field_info type_fields[] = {
        FIELD("kind", ((struct gql_type_use){ &gql_type___TypeKind, NON_NULL }), introspect_type_kind, NULL),
        FIELD("name", STRING(PLAIN), introspect_type_name, "Null for lists and non-null types."),
        FIELD("description", STRING(PLAIN), introspect_type_description, NULL),
        FIELD("specifiedByURL", STRING(PLAIN), introspect_type_specified_by, NULL),
        FILTERED_FIELD("fields", ((struct gql_type_use){ &gql_type___Field, LIST_OF_NON_NULL }),
                       introspect_type_fields, NULL),
        FIELD("interfaces", ((struct gql_type_use){ &gql_type___Type, LIST_OF_NON_NULL }),
              introspect_type_interfaces, NULL),
        FIELD("possibleTypes", ((struct gql_type_use){ &gql_type___Type, LIST_OF_NON_NULL }),
              introspect_type_possible, NULL),
        FILTERED_FIELD("enumValues", ((struct gql_type_use){ &gql_type___EnumValue, LIST_OF_NON_NULL }),
                       introspect_type_values, NULL),
        FILTERED_FIELD("inputFields", ((struct gql_type_use){ &gql_type___InputValue, LIST_OF_NON_NULL }),
                       introspect_type_inputs, NULL),
        FIELD("ofType", ((struct gql_type_use){ &gql_type___Type, PLAIN }), introspect_type_of,
              "What a list or a non-null type wraps."),
        FIELD("isOneOf", BOOLEAN(PLAIN), introspect_type_one_of, "False for every input object."),
};
const struct gql_type gql_type___Type = {
        .kind = GQL_TYPE_OBJECT, .name = "__Type",
        .description = "A named type, or a list or non-null type around another; `kind` says which fields are set.",
        .fields = type_fields, .field_count = ARRAY_LEN(type_fields),
};

static const struct gql_field_info field_fields[] = {
        FIELD("name", STRING(NON_NULL), introspect_field_name, NULL),
        FIELD("description", STRING(PLAIN), introspect_field_description, NULL),
        FILTERED_FIELD("args", ((struct gql_type_use){ &gql_type___InputValue, NON_NULL_LIST }),
                       introspect_field_args, NULL),
        FIELD("type", ((struct gql_type_use){ &gql_type___Type, NON_NULL }), introspect_field_type, NULL),
        FIELD("isDeprecated", BOOLEAN(NON_NULL), introspect_field_is_deprecated, NULL),
        FIELD("deprecationReason", STRING(PLAIN), introspect_field_deprecated, NULL),
};
const struct gql_type gql_type___Field = {
        .kind = GQL_TYPE_OBJECT, .name = "__Field", .description = "A field of an object or an interface.",
        .fields = field_fields, .field_count = ARRAY_LEN(field_fields),
};

static const struct gql_field_info input_fields[] = {
        FIELD("name", STRING(NON_NULL), introspect_input_name, NULL),
        FIELD("description", STRING(PLAIN), introspect_input_description, NULL),
        FIELD("type", ((struct gql_type_use){ &gql_type___Type, NON_NULL }), introspect_input_type, NULL),
        FIELD("defaultValue", STRING(PLAIN), introspect_input_default, "As GraphQL text."),
        FIELD("isDeprecated", BOOLEAN(NON_NULL), introspect_input_is_deprecated, NULL),
        FIELD("deprecationReason", STRING(PLAIN), introspect_input_deprecated, NULL),
};
const struct gql_type gql_type___InputValue = {
        .kind = GQL_TYPE_OBJECT, .name = "__InputValue",
        .description = "An argument, or a field of an input object.",
        .fields = input_fields, .field_count = ARRAY_LEN(input_fields),
};

static const struct gql_field_info value_fields[] = {
        FIELD("name", STRING(NON_NULL), introspect_value_name, NULL),
        FIELD("description", STRING(PLAIN), introspect_value_description, NULL),
        FIELD("isDeprecated", BOOLEAN(NON_NULL), introspect_value_is_deprecated, NULL),
        FIELD("deprecationReason", STRING(PLAIN), introspect_value_deprecated, NULL),
};
const struct gql_type gql_type___EnumValue = {
        .kind = GQL_TYPE_OBJECT, .name = "__EnumValue", .description = "A value of an enum.",
        .fields = value_fields, .field_count = ARRAY_LEN(value_fields),
};

static const struct gql_field_info directive_fields[] = {
        FIELD("name", STRING(NON_NULL), introspect_directive_name, NULL),
        FIELD("description", STRING(PLAIN), introspect_directive_description, NULL),
        FIELD("isRepeatable", BOOLEAN(NON_NULL), introspect_directive_repeatable, NULL),
        FIELD("locations", ((struct gql_type_use){ &gql_type___DirectiveLocation, NON_NULL_LIST }),
              introspect_directive_locations, NULL),
        FILTERED_FIELD("args", ((struct gql_type_use){ &gql_type___InputValue, NON_NULL_LIST }),
                       introspect_directive_args, NULL),
};
const struct gql_type gql_type___Directive = {
        .kind = GQL_TYPE_OBJECT, .name = "__Directive", .description = "A directive that the server knows.",
        .fields = directive_fields, .field_count = ARRAY_LEN(directive_fields),
};

const struct gql_type *const gql_introspection_types[GQL_INTROSPECTION_TYPE_COUNT] = {
        &gql_type___Schema, &gql_type___Type, &gql_type___TypeKind, &gql_type___Field,
        &gql_type___InputValue, &gql_type___EnumValue, &gql_type___Directive, &gql_type___DirectiveLocation,
};

/* ---- meta fields ------------------------------------------------------------------------ */

static const struct gql_input_def type_args[] = {
        { .name = "name", .type = STRING(NON_NULL) },
};
/* The executor answers __typename itself. */
const struct gql_field_info gql_field___typename = {
        .name = "__typename", .type = STRING(NON_NULL), .cost = 1, .access = GQL_ACCESS_PUBLIC,
};
const struct gql_field_info gql_field___schema = {
        .name = "__schema", .type = { &gql_type___Schema, NON_NULL }, .resolve = introspect_schema, .cost = 1,
        .access = GQL_ACCESS_PUBLIC,
};
const struct gql_field_info gql_field___type = {
        .name = "__type", .type = { &gql_type___Type, PLAIN }, .resolve = introspect_type, .cost = 1,
        .access = GQL_ACCESS_PUBLIC, .args = type_args, .arg_count = ARRAY_LEN(type_args),
};

/* ---- directives ------------------------------------------------------------------------- */

static const char *const selection_locations[] = { "FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT" };
static const char *const deprecated_locations[] = {
        "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE",
};
static const char *const specified_by_locations[] = { "SCALAR" };

static const struct gql_input_def include_args[] = {
        { .name = "if", .description = "Kept when true.", .type = BOOLEAN(NON_NULL) },
};
static const struct gql_input_def skip_args[] = {
        { .name = "if", .description = "Left out when true.", .type = BOOLEAN(NON_NULL) },
};
static const struct gql_value value_no_longer = {
        .kind = GQL_VALUE_STRING, .text = { "No longer supported", sizeof("No longer supported") - 1 },
};
static const struct gql_input_def deprecated_args[] = {
        { .name = "reason", .description = "Why, and what to use instead, as Markdown.", .type = STRING(PLAIN),
          .default_sdl = "\"No longer supported\"", .default_value = &value_no_longer },
};
static const struct gql_input_def specified_by_args[] = {
        { .name = "url", .description = "Where the format is described.", .type = STRING(NON_NULL) },
};

const struct gql_directive_info gql_directives[GQL_DIRECTIVE_COUNT] = {
        { .name = "include", .description = "Keeps a field or fragment only when `if` is true.",
          .locations = selection_locations, .location_count = ARRAY_LEN(selection_locations),
          .args = include_args, .arg_count = ARRAY_LEN(include_args) },
        { .name = "skip", .description = "Leaves a field or fragment out when `if` is true.",
          .locations = selection_locations, .location_count = ARRAY_LEN(selection_locations),
          .args = skip_args, .arg_count = ARRAY_LEN(skip_args) },
        { .name = "deprecated", .description = "Marks what is going to be removed.",
          .locations = deprecated_locations, .location_count = ARRAY_LEN(deprecated_locations),
          .args = deprecated_args, .arg_count = ARRAY_LEN(deprecated_args) },
        { .name = "specifiedBy", .description = "Says where the format of a scalar is described.",
          .locations = specified_by_locations, .location_count = ARRAY_LEN(specified_by_locations),
          .args = specified_by_args, .arg_count = ARRAY_LEN(specified_by_args) },
};
