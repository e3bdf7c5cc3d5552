/*
 * gql/internal.h - what the files of the executing half share; for this room only.
 *
 * The way of a request: cache.c finds or makes a gql_prepared (syntax tree, plan, limits
 * that need no variables); execute.c chooses the operation; coerce.c makes values of the
 * variables; collect.c turns selection sets into fields; complete.c writes values;
 * ahead.c calls prefetch functions for whole lists.
 *
 * The plan (plan.c) mirrors the syntax tree with everything that can be known without
 * variables: fields looked up, fragments linked, response keys numbered. It is immutable
 * and shared by all threads; struct exec and all it points to belong to one request.
 */
#ifndef VITRINE_GQL_INTERNAL_H
#define VITRINE_GQL_INTERNAL_H

#include <stdatomic.h>

#include "base/map.h"
#include "gql/gql.h"

/* ---- index.c: the schema by name --------------------------------------------------------- */

struct gql_index;
struct gql_index *gql_index_new(const struct gql_schema *schema);
void gql_index_free(struct gql_index *index);
const struct gql_schema *gql_index_schema(const struct gql_index *index);
const struct gql_type *gql_index_type(const struct gql_index *index, struct str name);
/* Meta fields included. */
const struct gql_field_info *gql_index_field(const struct gql_index *index, const struct gql_type *type,
                                             struct str name);
/* Does any type have a field of this name with a prefetch function? */
bool gql_index_is_batch(const struct gql_index *index, struct str name);

/* ---- plan.c: a document made ready -------------------------------------------------------- */

/* @skip or @include: nothing, a constant, or a variable. */
enum plan_when { PLAN_ALWAYS, PLAN_NEVER, PLAN_VARIABLE };
struct plan_condition {
        enum plan_when when;
        bool wanted;                      /* VARIABLE: the value that keeps the selection */
        const struct gql_value *variable;
};

struct plan_fragment;
struct plan_selection {
        enum gql_selection_kind kind;
        bool batch;                       /* a field of this name, or below, may have a prefetch function */
        bool pages_vary;                  /* an argument that limits a list is a variable */
        uint32_t key_id;                  /* FIELD: number of its response key in the document */
        uint64_t pages;                   /* FIELD: factor of constant page arguments and defaults, at least 1 */
        const struct gql_selection *ast;
        struct str key;                   /* FIELD: response key */
        const struct gql_type *on;        /* FIELD: type the selection set is written for; INLINE: condition or NULL */
        const struct gql_field_info *info;/* FIELD: its definition there; NULL when `on` is a union (then __typename) */
        struct plan_fragment *fragment;   /* SPREAD */
        struct plan_condition skip, include;
        struct plan_selection *first;     /* FIELD, INLINE: children */
        struct plan_selection *next;
};

struct plan_fragment {
        uint32_t number;
        bool batch, batch_known;
        const struct gql_definition *ast;
        const struct gql_type *on;
        struct plan_selection *first;
        /* Measures with everything inside; see limits.c. */
        bool measured;
        unsigned depth;
        unsigned introspection_lists;     /* deepest nesting of lists of the introspection types */
        const struct gql_selection *introspection; /* the first __schema or __type; NULL: none */
        uint64_t aliases;
        uint64_t fields;
};

struct plan_operation {
        const struct gql_definition *ast;
        const struct gql_type *root;      /* NULL: the schema has no such operation */
        struct plan_selection *first;
        const struct gql_type_use *variable_types; /* in order of ast->variables */
        size_t variable_count;
        struct plan_operation *next;
};

struct plan {
        struct plan_operation *operations;
        struct plan_fragment **fragments;
        size_t fragment_count;
        size_t key_count;
};

/* The document must be valid. */
void gql_plan_make(struct arena *arena, const struct gql_index *index, const struct gql_document *document,
                   struct plan *ret);
/* Does an argument of this name limit the length of a list? */
bool gql_plan_is_page_argument(struct str name);

/* ---- limits.c ------------------------------------------------------------------------------ */

/* Limits with the defaults filled in. */
struct gql_limits gql_limits_defaults(const struct gql_limits *limits);
/* What can be judged without variables, for all operations. NULL: all is well. */
struct gql_error *gql_limits_check(struct arena *arena, const struct plan *plan, const struct gql_limits *limits);
/* The cost of the operation with the request's variables. */
struct exec;
uint64_t gql_limits_cost(const struct exec *exec);

/* ---- cache.c -------------------------------------------------------------------------------- */

struct gql_prepared {
        struct gql_cache *cache;
        struct arena arena;               /* owns all below */
        struct gql_document *document;
        struct plan plan;
        atomic_uint references;
        /* Guarded by the cache's lock. */
        uint64_t hash;
        size_t bytes;
        struct gql_prepared *chain;       /* same bucket */
        struct gql_prepared *newer, *older;
};
const struct gql_index *gql_cache_index(const struct gql_cache *cache);
const struct gql_limits *gql_cache_limits(const struct gql_cache *cache);

/* ---- execution ------------------------------------------------------------------------------ */

/* A place in the response or in a variable; lives on the stack. */
struct gql_path {
        const struct gql_path *up;
        struct str key;                   /* absent: index */
        size_t index;
};

enum gql_out_kind {
        GQL_OUT_NULL, GQL_OUT_STR, GQL_OUT_INT, GQL_OUT_FLOAT, GQL_OUT_BOOL, GQL_OUT_JSON, GQL_OUT_OBJECT,
        GQL_OUT_LIST,
};
struct early;
struct gql_out {
        enum gql_out_kind kind;
        bool looked_ahead;                /* OBJECT: ahead.c has seen it */
        struct exec *exec;
        union {
                struct str text;
                int64_t integer;
                double number;
                bool boolean;
                struct {
                        const struct gql_type *type; /* NULL: no type of that name */
                        void *object;
                };
                struct {
                        struct gql_out *items;
                        size_t count;
                };
        };
        struct early *early;              /* OBJECT: fields resolved ahead, by gql_field.early_slot; NULL: none */
};

/* The value of a field that was resolved before its turn (ahead.c). */
struct early {
        bool done;
        struct err *failure;              /* NULL: `value` holds */
        struct gql_out value;
};

struct field_node {
        const struct plan_selection *plan;
        struct field_node *next;
};

/* The fields of one selection set for one object type, merged by response key. */
struct field_set {
        struct gql_field *first;
        size_t early_count;               /* fields that have a place in gql_out.early */
        bool batches;                     /* a field has a prefetch function */
        struct gql_error *failure;        /* could not be collected; NULL: all is well */
};
struct field_subset {
        const struct gql_type *type;
        struct field_set set;
        struct field_subset *next;
};

enum scalar {
        SCALAR_NONE, SCALAR_INT, SCALAR_FLOAT, SCALAR_STRING, SCALAR_BOOLEAN, SCALAR_ID, SCALAR_INT64, SCALAR_DURATION,
        SCALAR_DATETIME, SCALAR_JSON, SCALAR_JSON_STRING, SCALAR_OTHER,
};

/* One field of one set; the same object serves all objects of a list. */
struct gql_field {
        struct exec *exec;
        const struct gql_type *parent;
        const struct gql_field_info *info;
        struct str key;
        struct field_node node, *last_node; /* the selections that were merged */
        enum scalar scalar;
        bool batch;
        bool args_done;
        size_t early_slot;                /* SIZE_MAX: none */
        struct gql_value args;            /* coerced, when args_done */
        struct gql_error *args_failure;
        struct field_subset *subsets;
        struct gql_field *next;
};

/* Where collect.c has put the field of a response key. */
struct key_slot {
        uint64_t generation;
        struct gql_field *field;
};

struct exec {
        const struct gql_prepared *prepared;
        const struct gql_index *index;
        const struct gql_limits *limits;
        const struct gql_request *request;
        struct arena *arena;
        struct buf *out;
        size_t out_start;
        const struct plan_operation *operation;
        const struct gql_value **variables; /* coerced, in order of declaration; NULL: not given */
        uint64_t generation;              /* one per collection, so that the marks below need no clearing */
        uint64_t *fragment_marks;
        struct key_slot *key_slots;
        const struct gql_path *path;
        struct gql_error *errors, **errors_end;
        size_t error_count;
        bool stopped;                     /* over a size limit: unwind without asking further resolvers */
        const struct gql_type *known_types[16]; /* by address of their name in a resolver */
        struct err err;                   /* of the resolver that runs; too large for every stack frame */
};

/* What became of writing a value. */
enum written { WRITTEN, FAILED };

/* coerce.c: all declared variables; false: errors were added to exec. */
bool gql_coerce_variables(struct exec *exec);
/* The value of a variable by name; NULL when it was not given. */
const struct gql_value *gql_variable(const struct exec *exec, struct str name);
/* literal.c: makes field->args; false: field->args_failure is set. */
bool gql_coerce_args(struct gql_field *field);
enum scalar gql_scalar_of(const struct gql_type *type);

/* collect.c */
void gql_collect_root(struct exec *exec, struct field_set *ret);
/* The set below `field` for an object of this type; made once. */
struct field_set *gql_collect_below(struct gql_field *field, const struct gql_type *type);
/* Is the selection kept? Adds *ret_failure (without a path) when a variable does not tell. */
bool gql_plan_kept(struct exec *exec, const struct plan_selection *selection, struct gql_error **ret_failure);

/* execute.c */
enum written gql_write_set(struct exec *exec, struct field_set *set, struct gql_out *object, bool root);
/* Calls the resolver; on failure *err is set. */
enum rc gql_resolve(struct gql_field *field, void *parent, struct gql_out *out, struct err *err);
/* Adds an error at the current path and the field's places. */
void gql_fail(struct gql_field *field, enum rc rc, const char *fmt, ...) PRINTF_LIKE(3, 4);
void gql_fail_err(struct gql_field *field, struct err *err);
/* Adds a copy of `error` at the current path. */
void gql_fail_located(struct exec *exec, const struct gql_error *error);
void gql_error_add(struct exec *exec, struct gql_error *error);
struct gql_error *gql_error_new(struct arena *arena, enum rc rc, const struct gql_loc *loc, const char *fmt, ...)
        PRINTF_LIKE(4, 5);
/* Memory or answer too large? Adds the error once and sets exec->stopped. */
bool gql_stopped(struct exec *exec);

/* complete.c */
enum written gql_complete(struct gql_field *field, uint32_t wrap, struct gql_out *out);
/* leaf.c */
enum written gql_write_leaf(struct gql_field *field, const struct gql_type *type, const struct gql_out *out);

/* ahead.c: prefetch for objects of one field, and for what hangs below them. */
void gql_look_ahead(struct gql_field *field, struct gql_out **objects, size_t count);
/* The objects inside a value, lists flattened. */
size_t gql_count_objects(const struct gql_out *out);
void gql_gather_objects(struct gql_out *out, struct gql_out ***end);

/* response.c */
void gql_write_string(struct buf *buf, struct str text);
void gql_write_int(struct buf *buf, int64_t value);
void gql_write_double(struct buf *buf, double value);
struct str gql_path_json(struct arena *arena, const struct gql_path *path);
void gql_write_error_list(const struct gql_error *errors, struct buf *out);

/* inspect.c: values and types as graphql-js words them in messages */
void gql_inspect_number(struct buf *buf, double value);
struct str gql_shorten(struct arena *arena, struct str text);
struct str gql_inspect(struct arena *arena, const struct json *value);
struct str gql_inspect_out(struct arena *arena, const struct gql_out *out);
struct str gql_inspect_literal(struct arena *arena, const struct gql_value *value);

/* introspect.c asks these. */
const struct gql_schema *gql_field_schema(struct gql_field *field);
const struct gql_type *gql_field_find_type(struct gql_field *field, struct str name);

#endif
