/*
 * api/resolve.c - what resolvers share; see resolve.h.
 */
#include "api/resolve.h"

void out_time(struct gql_field *field, struct gql_out *out, int64_t time_us)
{
        if (time_us == 0)
                gql_out_null(out);
        else
                gql_out_str(out, clock_format_str(gql_arena(field), time_us));
}

void out_id(struct gql_field *field, struct gql_out *out, enum model_type type, int64_t number)
{
        if (number == 0)
                gql_out_null(out);
        else
                gql_out_str(out, id_format(gql_arena(field), (struct id){ .type = type, .number = number }));
}

enum rc text_id(struct gql_field *field UNUSED, struct str text, enum model_type type, int64_t *ret,
                struct err *err)
{
        return id_require(text, type, ret, err);
}

enum rc arg_id(struct gql_field *field, const char *name, enum model_type type, int64_t *ret, struct err *err)
{
        return text_id(field, gql_arg_str(field, name), type, ret, err);
}

enum rc member_id(struct gql_field *field, const struct gql_value *input, const char *name, enum model_type type,
                  int64_t *ret, struct err *err)
{
        return text_id(field, gql_member_str(input, name), type, ret, err);
}

const struct gql_value *arg_input(struct gql_field *field)
{
        return gql_arg(field, "input");
}

/* ---- lists in pages ------------------------------------------------------------------------- */

struct connection *connection_new(struct gql_field *field, size_t count)
{
        struct connection *connection = arena_new(gql_arena(field), struct connection);

        connection->edges = arena_array(gql_arena(field), struct edge, count);
        connection->total = (int64_t)count;
        return connection;
}

void connection_add(struct connection *connection, const char *type, void *node, struct str cursor)
{
        connection->edges[connection->count++] = (struct edge){ .type = type, .node = node, .cursor = cursor };
}

struct str cursor_make(struct gql_field *field, int64_t key)
{
        return arena_printf(gql_arena(field), "c%lld", (long long)key);
}

enum rc cursor_read(struct gql_field *field UNUSED, struct str cursor, int64_t *ret_key, struct err *err)
{
        if (str_is_empty(cursor)) {
                *ret_key = 0;
                return RC_OK;
        }
        if (cursor.ptr[0] != 'c' || !str_to_i64(str_slice(cursor, 1, cursor.len), ret_key))
                return err_set(err, RC_INVALID, "'%.*s' is not a cursor that this server gave out.",
                               STR_ARG(str_slice(cursor, 0, 64)));
        return RC_OK;
}

enum rc arg_page(struct gql_field *field, size_t otherwise, size_t *ret_first, struct str *ret_after,
                 struct err *err)
{
        int64_t first = gql_int(gql_arg(field, "first"), (int64_t)otherwise);

        if (first < 0)
                return err_set(err, RC_INVALID, "'first' is negative: ask for 0 items or more.");
        *ret_first = first > PAGE_MAX ? PAGE_MAX : (size_t)first;
        *ret_after = gql_arg_str(field, "after");
        return RC_OK;
}

void out_edges(struct gql_out *out, const char *edge_type, struct connection *connection)
{
        gql_out_list(out, connection->count);
        for (size_t i = 0; i < connection->count; i++)
                gql_out_object(gql_out_item(out, i), edge_type, &connection->edges[i]);
}

FIELD(PageInfo, endCursor)
{
        const struct connection *connection = parent;

        if (connection->count > 0)
                gql_out_str(out, connection->edges[connection->count - 1].cursor);
        return RC_OK;
}

FIELD_BOOL(PageInfo, hasNextPage, connection, has_next)

/* ---- answers of mutations ---------------------------------------------------------------------- */

struct payload *payload_new(struct gql_field *field)
{
        struct payload *payload = arena_new(gql_arena(field), struct payload);

        payload->success = true;
        payload->client_mutation_id = gql_member_str(arg_input(field), "clientMutationId");
        return payload;
}

enum rc out_success(struct gql_field *field, struct gql_out *out)
{
        gql_out_object(out, "SuccessPayload", payload_new(field));
        return RC_OK;
}

FIELD_BOOL(SuccessPayload, success, payload, success)
FIELD_STR(SuccessPayload, clientMutationId, payload, client_mutation_id)
