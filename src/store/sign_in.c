/*
 * store/sign_in.c - see sign_in.h.
 */
#include "store/sign_in.h"

enum rc store_sign_in_get(struct db_conn *conn, struct str key, struct sign_in_tries *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err, "SELECT since_us, count FROM sign_in_try WHERE key = $1", "b", key);

        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = (struct sign_in_tries){ 0 };
        if (row)
                *ret = (struct sign_in_tries){ .since_us = db_column_i64(stmt, 0), .count = db_column_i64(stmt, 1) };
        return RC_OK;
}

enum rc store_sign_in_put(struct db_conn *conn, struct str key, const struct sign_in_tries *tries, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO sign_in_try (key, since_us, count) VALUES ($1, $2, $3)"
                          " ON CONFLICT (key) DO UPDATE SET since_us = excluded.since_us, count = excluded.count",
                          "bii", key, tries->since_us, tries->count);
}

enum rc store_sign_in_forget(struct db_conn *conn, struct str key, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM sign_in_try WHERE key = $1", "b", key);
}

enum rc store_sign_in_sweep(struct db_conn *conn, int64_t before_us, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM sign_in_try WHERE since_us < $1", "i", before_us);
}

enum rc store_sign_in_any_old(struct db_conn *conn, int64_t before_us, bool *ret, struct err *err)
{
        int64_t found = 0;
        enum rc rc = store_int(conn, &found, NULL, err,
                               "SELECT EXISTS (SELECT 1 FROM sign_in_try WHERE since_us < $1)", "i", before_us);

        if (rc)
                return rc;
        *ret = found != 0;
        return RC_OK;
}
