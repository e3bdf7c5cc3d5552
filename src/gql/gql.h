/*
 * gql/gql.h - the GraphQL language: parse, validate, execute.
 *
 * Knows no domain and no HTTP. A request: gql_cache_get() (parse + validate once per text,
 * kept) -> gql_execute() (coerce variables, run resolvers depth first, mutations one after
 * another, write the response while running: a null that bubbles truncates what was
 * written). October 2021 specification, executable documents whole.
 *
 * Thread rule: caches: any thread. Everything else: one thread per request.
 */
#ifndef VITRINE_GQL_GQL_H
#define VITRINE_GQL_GQL_H

#include "base/buf.h"
#include "gql/ast.h"
#include "gql/schema.h"
#include "json/json.h"

struct gql_limits {
        size_t max_bytes;      /* document text; 0: 64 KiB */
        size_t max_tokens;     /* 0: 5,000 */
        unsigned max_depth;    /* after fragments; 0: 20 */
        unsigned max_aliases;  /* 0: 100 */
        unsigned max_root_fields; /* 0: 50 */
        uint64_t max_cost;     /* sum of first/limit x subtree; 0: 2,000,000 */
        unsigned max_errors;   /* validation stops after; 0: 100 */
        size_t max_response_bytes; /* 0: 64 MiB */
        bool introspection;    /* __schema and __type answered */
        bool allow_unused;     /* unused variables and fragments are no errors (clients send them) */
};

/* One error of a response. */
struct gql_error {
        enum rc rc;                /* RC_INVALID for syntax, validation and coercion */
        struct str message;
        struct gql_loc locations[4];
        size_t location_count;
        struct str path_json;      /* ["a",0,"b"]; absent before execution */
        struct gql_error *next;
};

/* ---- parse, validate, print --------------------------------------------------------- */

/* Syntax errors: RC_INVALID, message as graphql-js words it ("Syntax Error: ..."), *ret_error has the location. */
MUST_USE enum rc gql_parse(struct arena *arena, struct str source, const struct gql_limits *limits,
                           struct gql_document **ret, struct gql_error *ret_error, struct err *err);
/* Also accepts type system definitions (tools/mkschema, tests). */
MUST_USE enum rc gql_parse_sdl(struct arena *arena, struct str source, struct gql_document **ret,
                               struct gql_error *ret_error, struct err *err);
/* All errors, in document order per rule as graphql-js gives them; NULL: valid. */
struct gql_error *gql_validate(struct arena *arena, const struct gql_schema *schema,
                               const struct gql_document *document, const struct gql_limits *limits);
/* The document as graphql-js print() writes it. */
void gql_print(const struct gql_document *document, struct buf *out);
/* The schema as graphql-js printSchema() writes it. */
void gql_print_schema(const struct gql_schema *schema, struct buf *out);

/* ---- cache of validated documents --------------------------------------------------- */

struct gql_cache;
struct gql_prepared; /* parsed + validated; counted references; immutable */
struct gql_cache *gql_cache_new(const struct gql_schema *schema, const struct gql_limits *limits, size_t max_bytes);
void gql_cache_free(struct gql_cache *cache);
/* Errors of syntax and validation come back in *ret_errors (in `arena`) with RC_INVALID. */
MUST_USE enum rc gql_cache_get(struct gql_cache *cache, struct arena *arena, struct str source,
                               struct gql_prepared **ret, struct gql_error **ret_errors, struct err *err);
void gql_prepared_release(struct gql_prepared **prepared); /* for _cleanup_ */

/* ---- execution ------------------------------------------------------------------------ */

struct gql_request {
        struct arena *arena;
        void *app;                           /* resolvers get it by gql_app() */
        struct str operation_name;           /* empty means absent */
        const struct json *variables;        /* NULL or an object; undeclared ones are ignored */
        /* Is the caller allowed at this access level? Asked once per root field. NULL: everything. */
        enum rc (*allow)(void *app, enum gql_access access, const char *field, struct err *err);
        bool query_only;                     /* GET requests: mutations are refused */
        /*
         * Told of each error that a resolver returns, before it is answered: for the log, and to replace the
         * message of an internal one. NULL: nobody listens.
         */
        void (*on_error)(void *app, struct err *err, struct str path_json);
};
struct gql_response {
        bool has_data;                       /* "data" is there (maybe null) */
        bool data_is_null;
        struct gql_error *errors;            /* in order; NULL: none */
        enum gql_operation_kind operation;
        struct str operation_name;           /* as in the document; absent: anonymous */
};
/* Writes {"data":...,"errors":[...]} (each only when present; errors with message, locations, path, extensions.code) to out. */
void gql_execute(struct gql_prepared *prepared, const struct gql_request *request, struct buf *out,
                 struct gql_response *ret);
/* The same shape for errors that come before execution. */
void gql_write_errors(const struct gql_error *errors, struct buf *out);

/* ---- for resolvers --------------------------------------------------------------------- */

void *gql_app(struct gql_field *field);
struct arena *gql_arena(struct gql_field *field);
const struct gql_value *gql_args(struct gql_field *field);                    /* coerced object */
/* An argument, or a member of an input object; NULL when absent. A given null is kind NULL. */
const struct gql_value *gql_arg(struct gql_field *field, const char *name);
const struct gql_value *gql_member(const struct gql_value *object, const char *name);
/* Text of a string, ID, enum or custom scalar; absent for missing, null or another kind. */
struct str gql_text(const struct gql_value *value);
struct str gql_arg_str(struct gql_field *field, const char *name);
struct str gql_member_str(const struct gql_value *object, const char *name);
bool gql_is_null(const struct gql_value *value);                              /* absent or null */
int64_t gql_int(const struct gql_value *value, int64_t otherwise);            /* Int, Int64 */
bool gql_bool(const struct gql_value *value, bool otherwise);
double gql_float(const struct gql_value *value, double otherwise);
/* The value as JSON; an enum value becomes a string. */
void gql_value_json(const struct gql_value *value, struct buf *out);
/* Is this sub-field selected (fragments and @skip/@include applied)? path "a.b" looks deeper. For lookahead. */
bool gql_selects(struct gql_field *field, const char *path);

void gql_out_null(struct gql_out *out);
void gql_out_str(struct gql_out *out, struct str value);      /* String, ID, enum, DateTime, JSONString...; absent: null. Borrowed until the resolver's arena dies */
void gql_out_int(struct gql_out *out, int64_t value);
void gql_out_float(struct gql_out *out, double value);
void gql_out_bool(struct gql_out *out, bool value);
void gql_out_json(struct gql_out *out, struct str raw_json);  /* JSON scalar */
/* An object of a concrete type, named as in the schema ("ArtifactSequence"); NULL object: null. */
void gql_out_object(struct gql_out *out, const char *type_name, void *object);
/* A list of `count` items; fill each with gql_out_item(out, i). */
void gql_out_list(struct gql_out *out, size_t count);
struct gql_out *gql_out_item(struct gql_out *out, size_t index);

#endif
