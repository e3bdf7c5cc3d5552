/*
 * store/job.c - see job.h.
 */
#include "store/job.h"

#define JOB_COLUMNS \
        "id, kind, state, account_id, project_id, input, done, total, result, error, created_us, updated_us FROM job "

static enum rc one_job(struct db_stmt *stmt, struct arena *arena, struct job **ret, struct err *err)
{
        struct job *job;
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (!row)
                return RC_OK;
        job = arena_new(arena, struct job);
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
        *ret = job;
        return RC_OK;
}

enum rc store_job_insert(struct db_conn *conn, struct job *job, struct err *err)
{
        return store_insert(conn, &job->id, err,
                            "INSERT INTO job(kind, state, account_id, project_id, input, created_us, updated_us) "
                            "VALUES ($1, 0, $2, $3, $4, $5, $5)",
                            "iIIsi", (int64_t)job->kind, job->account_id, job->project_id, job->input,
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

enum rc store_job_next(struct db_conn *conn, struct arena *arena, struct job **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " JOB_COLUMNS "WHERE state < 2 ORDER BY id LIMIT 1", "");

        if (rc)
                return rc;
        return one_job(stmt, arena, ret, err);
}

enum rc store_job_update(struct db_conn *conn, const struct job *job, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE job SET state = $2, done = $3, total = $4, result = $5, error = $6, updated_us = $7 "
                          "WHERE id = $1",
                          "iiiissi", job->id, (int64_t)job->state, job->done, job->total, job->result, job->error,
                          now_us);
}
