/*
 * store/query.c - binding by format string; see query.h.
 */
#include "store/query.h"

static void bind_all(struct db_stmt *stmt, const char *fmt, va_list ap)
{
        int index = 1;

        for (; *fmt; fmt++, index++) {
                switch (*fmt) {
                case 'i':
                        db_bind_i64(stmt, index, va_arg(ap, int64_t));
                        break;
                case 'I':
                        db_bind_id(stmt, index, va_arg(ap, int64_t));
                        break;
                case 's':
                        db_bind_str(stmt, index, va_arg(ap, struct str));
                        break;
                case 'b':
                        db_bind_blob(stmt, index, va_arg(ap, struct str));
                        break;
                case 'd':
                        db_bind_f64(stmt, index, va_arg(ap, double));
                        break;
                case 'n':
                        db_bind_null(stmt, index);
                        break;
                default:
                        assert(!"unknown letter in a bind format");
                }
        }
}

static enum rc prepare_bound(struct db_conn *conn, struct db_stmt **ret_stmt, struct err *err, const char *sql,
                             const char *fmt, va_list ap)
{
        enum rc rc = db_prepare(conn, sql, ret_stmt, err);

        if (rc)
                return rc;
        bind_all(*ret_stmt, fmt, ap);
        return RC_OK;
}

enum rc store_query(struct db_conn *conn, struct db_stmt **ret_stmt, struct err *err, const char *sql,
                    const char *fmt, ...)
{
        va_list ap;
        enum rc rc;

        va_start(ap, fmt);
        rc = prepare_bound(conn, ret_stmt, err, sql, fmt, ap);
        va_end(ap);
        return rc;
}

static enum rc run_bound(struct db_conn *conn, struct err *err, const char *sql, const char *fmt, va_list ap)
{
        struct db_stmt *stmt = NULL;
        enum rc rc = prepare_bound(conn, &stmt, err, sql, fmt, ap);

        if (rc)
                return rc;
        return db_run(&stmt, err);
}

enum rc store_exec(struct db_conn *conn, struct err *err, const char *sql, const char *fmt, ...)
{
        va_list ap;
        enum rc rc;

        va_start(ap, fmt);
        rc = run_bound(conn, err, sql, fmt, ap);
        va_end(ap);
        return rc;
}

enum rc store_insert(struct db_conn *conn, int64_t *ret_id, struct err *err, const char *sql, const char *fmt, ...)
{
        va_list ap;
        enum rc rc;

        va_start(ap, fmt);
        rc = run_bound(conn, err, sql, fmt, ap);
        va_end(ap);
        if (rc)
                return rc;
        *ret_id = db_last_id(conn);
        return RC_OK;
}

enum rc store_int(struct db_conn *conn, int64_t *ret_value, bool *ret_found, struct err *err, const char *sql,
                  const char *fmt, ...)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        va_list ap;
        enum rc rc;

        va_start(ap, fmt);
        rc = prepare_bound(conn, &stmt, err, sql, fmt, ap);
        va_end(ap);
        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret_value = row ? db_column_i64(stmt, 0) : 0;
        if (ret_found)
                *ret_found = row;
        return RC_OK;
}

enum rc store_text(struct db_conn *conn, struct arena *arena, struct str *ret_value, struct err *err,
                   const char *sql, const char *fmt, ...)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        va_list ap;
        enum rc rc;

        va_start(ap, fmt);
        rc = prepare_bound(conn, &stmt, err, sql, fmt, ap);
        va_end(ap);
        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret_value = row ? store_column(stmt, arena, 0) : STR_NULL;
        return RC_OK;
}

struct str store_column(struct db_stmt *stmt, struct arena *arena, int column)
{
        if (db_column_is_null(stmt, column))
                return STR_NULL;
        return arena_str(arena, db_column_str(stmt, column));
}

void store_work_begin(struct db_conn *conn)
{
        db_limit_cpu(conn, STORE_WORK_MS);
}

enum rc store_work_end(struct db_conn *conn, enum rc rc, const char *advice, struct err *err)
{
        db_limit_cpu(conn, 0);
        return rc == RC_TOO_MANY ? err_set(err, rc, "%s", advice) : rc;
}
