/*
 * gql/schema.h - a schema as constant C tables.
 *
 * tools/mkschema turns api/schema.graphql into such tables at build time (type and field
 * arrays plus one resolver symbol per field, so that a field without a resolver does not
 * link). Validation, execution and introspection read only these.
 *
 * Thread rule: constant data.
 */
#ifndef VITRINE_GQL_SCHEMA_H
#define VITRINE_GQL_SCHEMA_H

#include "gql/ast.h"

struct gql_type;
struct gql_field;
struct gql_out;

/*
 * Produces the value of a field for one parent object. Fills `out` with one gql_out_* call
 * (none means null). An error is reported at the field's path and makes the value null.
 */
typedef enum rc (*gql_resolve_fn)(struct gql_field *field, void *parent, struct gql_out *out, struct err *err);
/*
 * Optional, fields marked @batch in the SDL: called once before the field is resolved for
 * each of the objects of one list, so that data can be loaded in one query and left in the
 * parents.
 */
typedef enum rc (*gql_prefetch_fn)(struct gql_field *field, void **parents, size_t count, struct err *err);

enum gql_type_kind {
        GQL_TYPE_SCALAR, GQL_TYPE_OBJECT, GQL_TYPE_INTERFACE, GQL_TYPE_UNION, GQL_TYPE_ENUM, GQL_TYPE_INPUT,
};

/* A type with its wrappers. bits from the outside in: 2 bits each, 1 = non-null, 2 = list, 0 = end. */
struct gql_type_use {
        const struct gql_type *type;
        uint32_t wrap;
};

struct gql_input_def {            /* an argument or an input field */
        const char *name;
        const char *description;  /* NULL: none */
        struct gql_type_use type;
        const char *default_sdl;  /* default value as SDL text; NULL: none */
        const struct gql_value *default_value; /* the same, coerced to the type (input objects with their own defaults); NULL: none */
        const char *deprecated;   /* reason; NULL: not deprecated */
};

struct gql_field_info {
        const char *name;
        const char *description;
        struct gql_type_use type;
        const struct gql_input_def *args;
        size_t arg_count;
        gql_resolve_fn resolve;   /* NULL for fields of interfaces */
        gql_prefetch_fn prefetch; /* NULL unless @batch */
        const char *deprecated;   /* reason; NULL: not deprecated */
        unsigned access;          /* fields of Query and Mutation: enum gql_access */
        unsigned cost;            /* @cost(weight:), default 1 */
};

enum gql_access { GQL_ACCESS_UNDECLARED, GQL_ACCESS_PUBLIC, GQL_ACCESS_USER, GQL_ACCESS_ADMIN };

struct gql_enum_value {
        const char *name;
        const char *description;
        const char *deprecated;
};

struct gql_type {
        enum gql_type_kind kind;
        const char *name;
        const char *description;
        const struct gql_field_info *fields;      /* object, interface; sorted as in the SDL */
        size_t field_count;
        const struct gql_type *const *interfaces; /* object, interface */
        size_t interface_count;
        const struct gql_type *const *possible;   /* interface, union: concrete object types */
        size_t possible_count;
        const struct gql_enum_value *values;      /* enum */
        size_t value_count;
        const struct gql_input_def *inputs;       /* input object */
        size_t input_count;
        const char *bare_string_field;            /* input object marked @bareString(field:): a plain string stands for {field: it} */
        const char *specified_by;                 /* scalar: @specifiedBy url */
};

struct gql_schema {
        const struct gql_type *const *types;      /* SDL order, then the built-in scalars in use; introspection types are gql's own */
        size_t type_count;
        const struct gql_type *query, *mutation;  /* mutation may be NULL */
        const char *description;                  /* NULL: none */
        const uint16_t *by_name;                  /* indexes of types in byte order of their names; NULL: searched one by one */
};

/* One level of gql_type_use.wrap. */
#define GQL_WRAP_NON_NULL 1u
#define GQL_WRAP_LIST 2u
static inline bool gql_use_non_null(struct gql_type_use use) { return (use.wrap & 3u) == GQL_WRAP_NON_NULL; }
static inline bool gql_use_list(struct gql_type_use use) { return (use.wrap & 3u) == GQL_WRAP_LIST; }
/* The type without its outermost wrapper. */
static inline struct gql_type_use gql_use_of(struct gql_type_use use)
{
        return (struct gql_type_use){ use.type, use.wrap >> 2 };
}
bool gql_type_is_composite(const struct gql_type *type); /* object, interface, union */
bool gql_type_is_input(const struct gql_type *type);     /* scalar, enum, input object */
bool gql_type_is_leaf(const struct gql_type *type);      /* scalar, enum */
bool gql_type_is_builtin(const struct gql_type *type);   /* one of the five scalars */
/* Is `type` the abstract type itself, or one of its members or implementors? */
bool gql_type_is_subtype(const struct gql_type *type, const struct gql_type *abstract);
/* "[String!]!" into the arena. */
struct str gql_use_print(struct arena *arena, struct gql_type_use use);

/* Also finds the introspection types (gql/builtin.h). NULL: unknown. */
const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct str name);
const struct gql_field_info *gql_type_field(const struct gql_type *type, struct str name);      /* NULL: unknown */
const struct gql_input_def *gql_type_input(const struct gql_type *type, struct str name);       /* NULL: unknown */
const struct gql_input_def *gql_field_arg(const struct gql_field_info *field, struct str name); /* NULL: unknown */
bool gql_type_has_value(const struct gql_type *type, struct str name);                          /* enum */
/* Refuses a schema with an UNDECLARED root field; call at start. */
MUST_USE enum rc gql_schema_check(const struct gql_schema *schema, struct err *err);

#endif
