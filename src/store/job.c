/*
 * store/job.c - see job.h.
 */
#include "store/job.h"

#define JOB_COLUMNS                                                                                             \
        "id, kind, state, account_id, project_id, input, done, total, result, error, created_us, updated_us, " \
        "cursor, canceled FROM job "

static void read_job(struct db_stmt *stmt, struct arena *arena, struct job *job)
{
        job->id = db_column_i64(stmt, 0);
        job->kind = (enum job_kind)db_column_i64(stmt, 1);
        job->state = (enum job_state)db_column_i64(stmt, 2);
        job->account_id = db_column_i64(stmt, 3);
        job->project_id = db_column_i64(stmt, 4);
        job->input = store_column(stmt, arena, 5);
        job->done = db_column_i64(stmt, 6);
        job->total = db_column_i64(stmt, 7);
        job->result = store_column(stmt, arena, 8);
        job->error = store_column(stmt, arena, 9);
        job->created_us = db_column_i64(stmt, 10);
        job->updated_us = db_column_i64(stmt, 11);
        job->cursor = store_column(stmt, arena, 12);
        job->canceled = db_column_i64(stmt, 13) != 0;
}

static enum rc one_job(struct db_stmt *stmt, struct arena *arena, struct job **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct job);
                read_job(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_job_insert(struct db_conn *conn, struct job *job, struct err *err)
{
        return store_insert(conn, &job->id, err,
                            "INSERT INTO job(kind, state, account_id, project_id, input, total, created_us, updated_us) "
                            "VALUES ($1, 0, $2, $3, $4, $5, $6, $6)",
                            "iIIsii", (int64_t)job->kind, job->account_id, job->project_id, job->input, job->total,
                            job->created_us);
}

enum rc store_job_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct job **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " JOB_COLUMNS "WHERE id = $1", "i", id);

        if (rc)
                return rc;
        return one_job(stmt, arena, ret, err);
}

enum rc store_job_next(struct db_conn *conn, struct arena *arena, unsigned kinds, int64_t after_id, struct job **ret,
                       struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " JOB_COLUMNS "WHERE state < 2 AND ((1 << kind) & $1) <> 0 "
                                 "ORDER BY id <= $2, id LIMIT 1",
                                 "ii", (int64_t)kinds, after_id);

        if (rc)
                return rc;
        return one_job(stmt, arena, ret, err);
}

enum rc store_job_list(struct db_conn *conn, struct arena *arena, int64_t account_id, int64_t before_id, size_t limit,
                       struct job_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct job_list list = { arena_array(arena, struct job, limit), 0 };
        int64_t before = before_id ? before_id : INT64_MAX;
        enum rc rc = account_id ? store_query(conn, &stmt, err,
                                              "SELECT " JOB_COLUMNS "WHERE account_id = $1 AND id < $2 "
                                              "ORDER BY id DESC LIMIT $3",
                                              "iii", account_id, before, (int64_t)limit)
                                : store_query(conn, &stmt, err,
                                              "SELECT " JOB_COLUMNS "WHERE id < $1 ORDER BY id DESC LIMIT $2", "ii",
                                              before, (int64_t)limit);

        while (!rc && list.count < limit) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                read_job(stmt, arena, &list.items[list.count++]);
        }
        if (!rc)
                *ret = list;
        return rc;
}

enum rc store_job_count_open(struct db_conn *conn, int64_t account_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT count(*) FROM job WHERE state < 2 AND account_id = $1", "i",
                         account_id);
}

enum rc store_job_update(struct db_conn *conn, const struct job *job, int64_t now_us, bool *ret_canceled,
                         struct err *err)
{
        int64_t canceled = 0;
        enum rc rc = store_exec(conn, err,
                                "UPDATE job SET state = $2, done = $3, total = $4, result = $5, error = $6, "
                                "updated_us = $7, cursor = $8 WHERE id = $1",
                                "iiiissis", job->id, (int64_t)job->state, job->done, job->total, job->result,
                                job->error, now_us, job->cursor);

        if (rc || !ret_canceled)
                return rc;
        rc = store_int(conn, &canceled, NULL, err, "SELECT canceled FROM job WHERE id = $1", "i", job->id);
        if (!rc)
                *ret_canceled = canceled != 0;
        return rc;
}

enum rc store_job_cancel(struct db_conn *conn, int64_t id, struct err *err)
{
        return store_exec(conn, err, "UPDATE job SET canceled = 1 WHERE id = $1 AND state < 2", "i", id);
}

enum rc store_job_forget(struct db_conn *conn, int64_t before_us, size_t limit, struct err *err)
{
        return store_exec(conn, err,
                          "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state >= 2 AND updated_us < $1 LIMIT $2)",
                          "ii", before_us, (int64_t)limit);
}
