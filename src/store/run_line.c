/*
 * store/run_line.c - lines of runs; see run_line.h.
 */
#include "store/run_line.h"

enum rc store_run_lines_put(struct db_conn *conn, int64_t run_id, enum run_stream stream, const struct run_line *lines,
                            size_t count, struct err *err)
{
        static const char sql[] = "INSERT INTO run_line(run_id, stream, line, step, text) VALUES ($1, $2, $3, $4, $5) "
                                  "ON CONFLICT (run_id, stream, line) DO UPDATE SET step = excluded.step, "
                                  "text = excluded.text";

        for (size_t i = 0; i < count; i++) {
                _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
                enum rc rc = db_prepare(conn, sql, &stmt, err);

                if (rc)
                        return rc;
                db_bind_i64(stmt, 1, run_id);
                db_bind_i64(stmt, 2, stream);
                db_bind_i64(stmt, 3, lines[i].line);
                if (lines[i].has_step)
                        db_bind_i64(stmt, 4, lines[i].step);
                db_bind_str(stmt, 5, lines[i].text.ptr ? lines[i].text : STR(""));
                rc = db_run(&stmt, err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

static enum rc read_lines(struct db_stmt *stmt, struct arena *arena, size_t limit, struct run_line_list *ret,
                          struct err *err)
{
        struct run_line_list list = { 0 };
        size_t cap = 0;

        while (list.count < limit) {
                bool row = false;
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct run_line *old = list.items;

                        cap = cap ? 2 * cap : 64;
                        list.items = arena_array(arena, struct run_line, cap);
                        if (list.count)
                                memcpy(list.items, old, list.count * sizeof(*old));
                }
                list.items[list.count].line = db_column_i64(stmt, 0);
                list.items[list.count].text = store_column(stmt, arena, 1);
                list.items[list.count].has_step = !db_column_is_null(stmt, 2);
                list.items[list.count].step = db_column_i64(stmt, 2);
                list.count++;
        }
        *ret = list;
        return RC_OK;
}

enum rc store_run_lines_last(struct db_conn *conn, struct arena *arena, int64_t run_id, enum run_stream stream,
                             size_t limit, struct run_line_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT line, text, step FROM run_line WHERE run_id = $1 AND stream = $2 "
                                 "ORDER BY line DESC LIMIT $3",
                                 "iii", run_id, (int64_t)stream, (int64_t)limit);
        struct run_line_list list;

        if (!rc)
                rc = read_lines(stmt, arena, limit, &list, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < list.count / 2; i++) {
                struct run_line line = list.items[i];

                list.items[i] = list.items[list.count - 1 - i];
                list.items[list.count - 1 - i] = line;
        }
        *ret = list;
        return RC_OK;
}

enum rc store_run_history_range(struct db_conn *conn, int64_t run_id, int64_t min_step, int64_t max_step,
                                struct run_range *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT MIN(line), MAX(line), COUNT(*), COUNT(DISTINCT step) FROM run_line "
                                 "WHERE run_id = $1 AND step >= $2 AND step < $3",
                                 "iii", run_id, min_step, max_step);

        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        ret->first = db_column_i64(stmt, 0);
        ret->last = db_column_i64(stmt, 1);
        ret->lines = db_column_i64(stmt, 2);
        ret->steps = db_column_i64(stmt, 3);
        return RC_OK;
}

enum rc store_run_history_cut(struct db_conn *conn, int64_t run_id, int64_t last_step, int64_t *ret_lines,
                              struct err *err)
{
        int64_t line = 0;
        bool found = false;
        enum rc rc = store_int(conn, &line, &found, err,
                               "SELECT first FROM (SELECT MIN(line) AS first FROM run_line WHERE run_id = $1 AND step > $2) "
                               "WHERE first IS NOT NULL",
                               "ii", run_id, last_step);

        if (!rc && found)
                rc = store_exec(conn, err, "DELETE FROM run_line WHERE run_id = $1 AND stream = 0 AND line >= $2", "ii",
                                run_id, line);
        if (!rc)
                rc = store_int(conn, &line, NULL, err,
                               "SELECT COALESCE(MAX(line) + 1, 0) FROM run_line WHERE run_id = $1 AND stream = 0", "i",
                               run_id);
        if (!rc)
                *ret_lines = line;
        return rc;
}

static enum rc each(struct db_stmt *stmt, store_run_line_fn fn, void *payload, struct err *err)
{
        bool go_on = true;
        enum rc rc = RC_OK;

        while (!rc && go_on) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                rc = fn(payload, db_column_i64(stmt, 0), db_column_str(stmt, 1), &go_on, err);
        }
        return rc;
}

enum rc store_run_lines_each(struct db_conn *conn, int64_t run_id, enum run_stream stream, int64_t first, int64_t last,
                             store_run_line_fn fn, void *payload, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT line, text FROM run_line WHERE run_id = $1 AND stream = $2 AND line >= $3 "
                                 "AND line <= $4 ORDER BY line",
                                 "iiii", run_id, (int64_t)stream, first, last);

        return rc ? rc : each(stmt, fn, payload, err);
}

enum rc store_run_steps_each(struct db_conn *conn, int64_t run_id, int64_t min_step, int64_t max_step,
                             store_run_line_fn fn, void *payload, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT newest.line, run_line.text FROM "
                                 "(SELECT step, MAX(line) AS line FROM run_line WHERE run_id = $1 AND step >= $2 "
                                 "AND step < $3 GROUP BY step) AS newest "
                                 "JOIN run_line ON run_line.run_id = $1 AND run_line.stream = $4 "
                                 "AND run_line.line = newest.line ORDER BY newest.step",
                                 "iiii", run_id, min_step, max_step, (int64_t)RUN_HISTORY);

        return rc ? rc : each(stmt, fn, payload, err);
}

enum rc store_run_line_get(struct db_conn *conn, struct arena *arena, int64_t run_id, enum run_stream stream,
                           int64_t line, struct str *ret, struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT text FROM run_line WHERE run_id = $1 AND stream = $2 AND line = $3", "iii", run_id,
                          (int64_t)stream, line);
}

enum rc store_run_lines_size(struct db_conn *conn, int64_t run_id, enum run_stream stream, int64_t *ret,
                             struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT COALESCE(SUM(LENGTH(CAST(text AS BLOB)) + 1), 0) FROM run_line "
                         "WHERE run_id = $1 AND stream = $2",
                         "ii", run_id, (int64_t)stream);
}
