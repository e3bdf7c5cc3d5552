/*
 * gql/ast.h - the syntax tree of a GraphQL document (October 2021), executable and SDL.
 *
 * Made by gql/parse.c in one arena, immutable afterwards; shared by validation, execution,
 * the printer and tools/mkschema. All strings borrow from the source text or the arena,
 * which live as long as the document. Lists are singly linked by `next`.
 *
 * Thread rule: a parsed document is immutable; any number of threads may read it.
 */
#ifndef VITRINE_GQL_AST_H
#define VITRINE_GQL_AST_H

#include "base/arena.h"

struct gql_loc {
        uint32_t line, column; /* from 1; column in UTF-16 units, as graphql-js counts */
        uint32_t offset;       /* bytes from the start */
};

enum gql_value_kind {
        GQL_VALUE_NULL, GQL_VALUE_INT, GQL_VALUE_FLOAT, GQL_VALUE_STRING, GQL_VALUE_BOOL, GQL_VALUE_ENUM,
        GQL_VALUE_LIST, GQL_VALUE_OBJECT, GQL_VALUE_VARIABLE,
};

/*
 * A value: a literal of the document, or the result of coercion (then never VARIABLE).
 * INT and FLOAT keep their text in `text` and their value in `integer`/`number`.
 * STRING, ENUM, VARIABLE (its name): `text`. Object members carry `name`.
 */
struct gql_value {
        enum gql_value_kind kind;
        bool boolean;
        bool block_string;
        bool raw_json;           /* STRING, after coercion: text is JSON as it stands (scalar JSON) */
        int64_t integer;
        double number;
        struct str text;
        struct str name;
        struct gql_loc name_loc;
        struct gql_value *first; /* list items, object members */
        struct gql_value *next;
        size_t count;
        struct gql_loc loc;
};

enum gql_typeref_kind { GQL_TYPEREF_NAMED, GQL_TYPEREF_LIST, GQL_TYPEREF_NON_NULL };
struct gql_typeref {
        enum gql_typeref_kind kind;
        struct str name;            /* NAMED */
        struct gql_typeref *of;     /* LIST, NON_NULL */
        struct gql_loc loc;
};

struct gql_argument {
        struct str name;
        struct gql_value *value;
        struct gql_argument *next;
        struct gql_loc loc;
};

struct gql_directive {
        struct str name;
        struct gql_argument *arguments;
        struct gql_directive *next;
        struct gql_loc loc;
};

enum gql_selection_kind { GQL_SELECTION_FIELD, GQL_SELECTION_SPREAD, GQL_SELECTION_INLINE };
struct gql_selection {
        enum gql_selection_kind kind;
        struct str alias;              /* FIELD; absent without an alias */
        struct str name;               /* FIELD: field name; SPREAD: fragment name; INLINE: type condition or absent */
        struct gql_argument *arguments;
        struct gql_directive *directives;
        struct gql_selection *children; /* FIELD (NULL: no selection set), INLINE */
        struct gql_selection *next;
        struct gql_loc loc;
        struct gql_loc name_loc;        /* INLINE: of the type condition */
        struct gql_loc set_loc;         /* the "{" of children */
};

struct gql_variable {
        struct str description;
        bool description_block;
        struct str name;
        struct gql_typeref *type;
        struct gql_value *default_value; /* NULL: none */
        struct gql_directive *directives;
        struct gql_variable *next;
        struct gql_loc loc;             /* the "$", or the description before it */
        struct gql_loc dollar_loc;
        struct gql_loc name_loc;        /* behind the "$" */
};

enum gql_operation_kind { GQL_QUERY, GQL_MUTATION, GQL_SUBSCRIPTION };

enum gql_definition_kind {
        GQL_DEF_OPERATION, GQL_DEF_FRAGMENT,
        /* SDL */
        GQL_DEF_SCHEMA, GQL_DEF_SCALAR, GQL_DEF_OBJECT, GQL_DEF_INTERFACE, GQL_DEF_UNION, GQL_DEF_ENUM, GQL_DEF_INPUT,
        GQL_DEF_DIRECTIVE,
};

/* SDL: a field, an argument or an input field. */
struct gql_field_def {
        struct str description;            /* absent: none */
        bool description_block;            /* written as a block string */
        struct str name;
        struct gql_field_def *arguments;   /* fields of objects and interfaces */
        struct gql_typeref *type;
        struct gql_value *default_value;   /* arguments, input fields */
        struct gql_directive *directives;
        struct gql_field_def *next;
        struct gql_loc loc;
        struct gql_loc name_loc;
};

struct gql_name {                          /* enum values, union members, interfaces, directive locations */
        struct str description;
        bool description_block;
        struct str name;
        struct gql_directive *directives;
        struct gql_name *next;
        struct gql_loc loc;
};

struct gql_definition {
        enum gql_definition_kind kind;
        bool extension;                    /* "extend ..."; parsed, refused by our schema builder */
        bool description_block;
        struct str description;
        struct str name;                   /* absent for an anonymous operation */
        enum gql_operation_kind operation;
        struct gql_variable *variables;
        struct str type_condition;         /* fragment */
        struct gql_loc type_condition_loc;
        struct gql_directive *directives;
        struct gql_selection *selections;
        struct gql_field_def *fields;      /* object, interface, input; arguments of a directive definition; roots of a schema */
        struct gql_name *names;            /* interfaces of an object or interface; members of a union; values of an enum; locations */
        bool repeatable;
        struct gql_definition *next;
        struct gql_loc loc;
        struct gql_loc name_loc;
};

struct gql_document {
        struct str source;
        struct gql_definition *definitions;
        size_t definition_count;
        size_t token_count;
        unsigned depth_max;                /* deepest selection nesting as written */
};

#endif
