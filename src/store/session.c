/*
 * store/session.c - queries about signed-in browsers; see session.h.
 */
#include "store/session.h"

enum rc store_session_by_hash(struct db_conn *conn, struct str hash, struct session *ret, bool *ret_found,
                              struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT account_id, created_us, seen_us, expires_us FROM web_session"
                                 " WHERE hash = $1",
                                 "b", hash);

        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret_found = row;
        if (row)
                *ret = (struct session){
                        .account_id = db_column_i64(stmt, 0),
                        .created_us = db_column_i64(stmt, 1),
                        .seen_us = db_column_i64(stmt, 2),
                        .expires_us = db_column_i64(stmt, 3),
                };
        return RC_OK;
}

enum rc store_session_insert(struct db_conn *conn, const struct session *s, struct str hash, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO web_session (hash, account_id, created_us, seen_us, expires_us)"
                          " VALUES ($1, $2, $3, $4, $5)",
                          "biiii", hash, s->account_id, s->created_us, s->seen_us, s->expires_us);
}

enum rc store_session_seen(struct db_conn *conn, struct str hash, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE web_session SET seen_us = $2 WHERE hash = $1", "bi", hash, now_us);
}

enum rc store_session_delete(struct db_conn *conn, struct str hash, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM web_session WHERE hash = $1", "b", hash);
}

enum rc store_session_delete_all(struct db_conn *conn, int64_t account_id, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM web_session WHERE account_id = $1", "i", account_id);
}

enum rc store_session_any_old(struct db_conn *conn, int64_t now_us, int64_t idle_us, bool *ret, struct err *err)
{
        int64_t found = 0;
        enum rc rc;

        rc = store_int(conn, &found, NULL, err,
                       "SELECT EXISTS (SELECT 1 FROM web_session WHERE expires_us < $1 OR seen_us < $2)", "ii",
                       now_us, now_us - idle_us);
        if (rc)
                return rc;
        *ret = found != 0;
        return RC_OK;
}

enum rc store_session_sweep(struct db_conn *conn, int64_t now_us, int64_t idle_us, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM web_session WHERE expires_us < $1 OR seen_us < $2", "ii", now_us,
                          now_us - idle_us);
}
