/*
 * store/api_key.c - queries about API keys; see api_key.h.
 */
#include "store/api_key.h"

#define KEY_SELECT                                                                                         \
        "SELECT k.id, k.account_id, a.username, k.description, k.hint, k.created_us, k.last_used_us"       \
        " FROM api_key k JOIN account a ON a.id = k.account_id "

static void read_key(struct db_stmt *stmt, struct arena *arena, struct api_key *k)
{
        *k = (struct api_key){
                .id = db_column_i64(stmt, 0),
                .account_id = db_column_i64(stmt, 1),
                .username = store_column(stmt, arena, 2),
                .description = store_column(stmt, arena, 3),
                .hint = store_column(stmt, arena, 4),
                .created_us = db_column_i64(stmt, 5),
                .last_used_us = db_column_i64(stmt, 6),
        };
}

enum rc store_api_key_account(struct db_conn *conn, struct arena *arena, struct str hash, struct account **ret,
                              struct api_key *ret_key, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct account *a;
        bool row = false;
        enum rc rc;

        rc = store_query(conn, &stmt, err,
                         "SELECT k.id, k.last_used_us, a.id, a.entity_id, a.username, a.name, a.email, a.admin,"
                         " a.service, a.service_entity_id, coalesce(a.default_entity_id, a.entity_id), a.created_us"
                         " FROM api_key k JOIN account a ON a.id = k.account_id"
                         " WHERE k.hash = $1 AND k.revoked_us IS NULL AND a.deleted_us IS NULL",
                         "b", hash);
        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = NULL;
        if (!row)
                return RC_OK;
        a = arena_new(arena, struct account);
        *ret_key = (struct api_key){
                .id = db_column_i64(stmt, 0),
                .last_used_us = db_column_i64(stmt, 1),
                .account_id = db_column_i64(stmt, 2),
        };
        a->id = db_column_i64(stmt, 2);
        a->entity_id = db_column_i64(stmt, 3);
        a->username = store_column(stmt, arena, 4);
        a->name = store_column(stmt, arena, 5);
        a->email = store_column(stmt, arena, 6);
        a->admin = db_column_i64(stmt, 7) != 0;
        a->service = db_column_i64(stmt, 8) != 0;
        a->service_entity_id = db_column_i64(stmt, 9);
        a->default_entity_id = db_column_i64(stmt, 10);
        a->created_us = db_column_i64(stmt, 11);
        *ret = a;
        return RC_OK;
}

enum rc store_api_key_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct api_key **ret,
                            struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err, KEY_SELECT "WHERE k.id = $1 AND k.revoked_us IS NULL", "i", id);

        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct api_key);
                read_key(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_api_key_list(struct db_conn *conn, struct arena *arena, int64_t account_id,
                           struct api_key_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct api_key_list list = { 0 };
        size_t cap = 0;
        bool row = false;
        enum rc rc;

        rc = store_query(conn, &stmt, err,
                         KEY_SELECT "WHERE ($1 IS NULL OR k.account_id = $1) AND k.revoked_us IS NULL ORDER BY k.id",
                         "I", account_id);
        if (rc)
                return rc;
        for (;;) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct api_key *items = arena_array(arena, struct api_key, cap ? cap * 2 : 8);

                        if (list.count)
                                memcpy(items, list.items, list.count * sizeof(*items));
                        list.items = items;
                        cap = cap ? cap * 2 : 8;
                }
                read_key(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_api_key_count(struct db_conn *conn, int64_t account_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT count(*) FROM api_key WHERE account_id = $1 AND revoked_us IS NULL", "i",
                         account_id);
}

enum rc store_api_key_insert(struct db_conn *conn, struct api_key *k, struct str hash, struct err *err)
{
        return store_insert(conn, &k->id, err,
                            "INSERT INTO api_key (account_id, description, hint, hash, created_us)"
                            " VALUES ($1, $2, $3, $4, $5)",
                            "issbi", k->account_id, k->description, k->hint, hash, k->created_us);
}

enum rc store_api_key_delete(struct db_conn *conn, int64_t id, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM api_key WHERE id = $1", "i", id);
}

enum rc store_api_key_used(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE api_key SET last_used_us = $2 WHERE id = $1", "ii", id, now_us);
}
