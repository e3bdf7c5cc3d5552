/*
 * api/resolve.h - what resolvers are written with.
 *
 * The build makes one prototype for every field of every object type of schema.graphql
 * (api/schema_tables.h); a resolver is the function of that name. A field without one does
 * not link. Resolvers are thin: they read arguments, call domain/, hand out rows. No rule
 * and no permission is decided here.
 *
 * FIELD(Type, name) { ... } opens the function; inside are `field` (arguments, arena),
 * `parent` (the object that a gql_out_object() before it was given: which struct that is
 * for each type is listed below), `out` and `err`.
 *
 * Parents of the types whose resolvers live in this room's account and server files:
 *
 *     User            struct account *          Entity        struct entity *
 *     Organization    struct organization *     ApiKey        struct api_key *
 *     Member          struct member *           Invite        struct invite *
 *     XConnection     struct connection *       XEdge         struct edge *
 *     PageInfo        struct connection *       SuccessPayload struct payload *
 *
 * Thread rule: a request belongs to one thread.
 */
#ifndef VITRINE_API_RESOLVE_H
#define VITRINE_API_RESOLVE_H

#include "api/schema_tables.h"
#include "auth/auth.h"
#include "base/clock.h"
#include "domain/call.h"
#include "gql/gql.h"
#include "model/model.h"

#define FIELD(type, name)                                                                                  \
        enum rc resolve_##type##_##name(struct gql_field *field UNUSED, void *parent UNUSED,               \
                                        struct gql_out *out UNUSED, struct err *err UNUSED)

/* One member of the parent, a `struct tag`. An absent str gives null. */
#define FIELD_STR(type, name, tag, member)                                                                 \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                gql_out_str(out, ((const struct tag *)parent)->member);                                    \
                return RC_OK;                                                                              \
        }
/* The same for texts that people may leave empty: an empty one gives null, which clients of every age read. */
#define FIELD_TEXT(type, name, tag, member)                                                                \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                struct str text = ((const struct tag *)parent)->member;                                    \
                                                                                                           \
                gql_out_str(out, str_is_empty(text) ? STR_NULL : text);                                    \
                return RC_OK;                                                                              \
        }
#define FIELD_INT(type, name, tag, member)                                                                 \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                gql_out_int(out, (int64_t)((const struct tag *)parent)->member);                           \
                return RC_OK;                                                                              \
        }
#define FIELD_BOOL(type, name, tag, member)                                                                \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                gql_out_bool(out, ((const struct tag *)parent)->member);                                   \
                return RC_OK;                                                                              \
        }
/* Microseconds as a DateTime; 0 gives null. */
#define FIELD_TIME(type, name, tag, member)                                                                \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                out_time(field, out, ((const struct tag *)parent)->member);                                \
                return RC_OK;                                                                              \
        }
/* A row number as the wire's id; 0 gives null. id_type: enum model_type. */
#define FIELD_ID(type, name, id_type, tag, member)                                                         \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                out_id(field, out, (id_type), ((const struct tag *)parent)->member);                       \
                return RC_OK;                                                                              \
        }
/* Always the same answer. */
#define FIELD_NULL(type, name) FIELD(type, name) { return RC_OK; }
#define FIELD_CONST_BOOL(type, name, value) FIELD(type, name) { gql_out_bool(out, (value)); return RC_OK; }
#define FIELD_CONST_INT(type, name, value) FIELD(type, name) { gql_out_int(out, (value)); return RC_OK; }
#define FIELD_CONST_STR(type, name, literal) FIELD(type, name) { gql_out_str(out, STR(literal)); return RC_OK; }
/* A member of the parent that is a pointer to a row; NULL gives null. */
#define FIELD_OBJECT(type, name, tag, member, gql_type_name)                                               \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                gql_out_object(out, gql_type_name, ((const struct tag *)parent)->member);                  \
                return RC_OK;                                                                              \
        }
/* The parent itself, seen as another type (payloads that wrap one row). */
#define FIELD_SELF(type, name, gql_type_name)                                                              \
        FIELD(type, name)                                                                                  \
        {                                                                                                  \
                gql_out_object(out, gql_type_name, parent);                                                \
                return RC_OK;                                                                              \
        }

/* For signing URLs; endpoint.c. */
struct auth *auth_of(struct gql_field *field);
/* The request: caller, arena, connection. */
struct call *call_of(struct gql_field *field);

void out_time(struct gql_field *field, struct gql_out *out, int64_t time_us);
void out_id(struct gql_field *field, struct gql_out *out, enum model_type type, int64_t number);
/*
 * An ID argument as a row number: RC_INVALID unless it is an id of that type. `what` is for the
 * message ("artifact"). arg_id reads an argument, member_id a member of an input object.
 */
MUST_USE enum rc text_id(struct gql_field *field, struct str text, enum model_type type, int64_t *ret,
                         struct err *err);
MUST_USE enum rc arg_id(struct gql_field *field, const char *name, enum model_type type, int64_t *ret,
                        struct err *err);
MUST_USE enum rc member_id(struct gql_field *field, const struct gql_value *input, const char *name,
                           enum model_type type, int64_t *ret, struct err *err);
/* The `input` argument of a mutation. */
const struct gql_value *arg_input(struct gql_field *field);

/* ---- lists in pages ------------------------------------------------------------------- */

struct edge {
        const char *type;      /* concrete type of the node ("ArtifactSequence") */
        void *node;            /* NULL: null */
        struct str cursor;
};
struct connection {
        struct edge *edges;
        size_t count;
        bool has_next;
        int64_t total;         /* totalCount; -1: null */
        void *extra;           /* whatever else the connection's own fields need */
};
/* Empty, with room for `count` edges; total is count. */
struct connection *connection_new(struct gql_field *field, size_t count);
void connection_add(struct connection *connection, const char *type, void *node, struct str cursor);
/* Cursor of a plain row number, and back; absent text gives 0. */
struct str cursor_make(struct gql_field *field, int64_t key);
MUST_USE enum rc cursor_read(struct gql_field *field, struct str cursor, int64_t *ret_key, struct err *err);
/*
 * The arguments `first` and `after`: *ret_first is `otherwise` when not given, and at most
 * PAGE_MAX; RC_INVALID when negative. *ret_after absent when not given.
 */
#define PAGE_MAX 10000
MUST_USE enum rc arg_page(struct gql_field *field, size_t otherwise, size_t *ret_first, struct str *ret_after,
                          struct err *err);

/* The fields of a connection type and its edge type that all have in common. */
#define CONNECTION_EDGES(conn_type, edge_type)                                                             \
        FIELD(conn_type, edges)                                                                            \
        {                                                                                                  \
                out_edges(out, #edge_type, parent);                                                        \
                return RC_OK;                                                                              \
        }
#define CONNECTION_PAGE_INFO(conn_type) FIELD_SELF(conn_type, pageInfo, "PageInfo")
#define CONNECTION_TOTAL(conn_type)                                                                        \
        FIELD(conn_type, totalCount)                                                                       \
        {                                                                                                  \
                if (((const struct connection *)parent)->total >= 0)                                       \
                        gql_out_int(out, ((const struct connection *)parent)->total);                      \
                return RC_OK;                                                                              \
        }
#define EDGE_NODE(edge_type)                                                                               \
        FIELD(edge_type, node)                                                                             \
        {                                                                                                  \
                gql_out_object(out, ((struct edge *)parent)->type, ((struct edge *)parent)->node);         \
                return RC_OK;                                                                              \
        }
#define EDGE_CURSOR(edge_type) FIELD_STR(edge_type, cursor, edge, cursor)
void out_edges(struct gql_out *out, const char *edge_type, struct connection *connection);

/* ---- answers of mutations --------------------------------------------------------------- */

/* Parent of SuccessPayload and of payloads that have the same fields. */
struct payload {
        bool success;
        struct str client_mutation_id;
        void *object;          /* the row that the payload is about, where there is one */
        bool inserted;
};
/* success true, clientMutationId echoed from the `input` argument. */
struct payload *payload_new(struct gql_field *field);
/* Writes a SuccessPayload. */
enum rc out_success(struct gql_field *field, struct gql_out *out);

/* ---- rows of other nouns, kept for the length of the request ------------------------------ */

/* 0, and rows that are gone, give null. resolve_account.c */
MUST_USE enum rc out_run(struct gql_field *field, struct gql_out *out, int64_t run_id, struct err *err); /* resolve_run.c; NULL also when the caller may not see it */
MUST_USE enum rc out_user(struct gql_field *field, struct gql_out *out, int64_t account_id, struct err *err);
MUST_USE enum rc out_entity(struct gql_field *field, struct gql_out *out, int64_t entity_id, struct err *err);
MUST_USE enum rc out_organization(struct gql_field *field, struct gql_out *out, int64_t org_id, struct err *err);

#endif
