/*
 * store/job.h - work that outlives its request.
 *
 * The server's background thread takes open jobs in order; a job that was running when the
 * server stopped is taken again, so doing it twice must be fine.
 *
 * Thread rule: that of the connection; functions that change rows inside a write only.
 */
#ifndef VITRINE_STORE_JOB_H
#define VITRINE_STORE_JOB_H

#include "store/query.h"

/* The numbers are stored. */
enum job_kind { JOB_RECLAIM };
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED };

struct job {
        int64_t id;
        enum job_kind kind;
        enum job_state state;
        int64_t account_id;           /* who asked; 0: an operator */
        int64_t project_id;           /* 0: none */
        struct str input;             /* JSON */
        int64_t done, total;
        struct str result;            /* JSON; absent until done */
        struct str error;             /* one sentence; absent unless failed */
        int64_t created_us, updated_us;
};

/* Sets id. */
MUST_USE enum rc store_job_insert(struct db_conn *conn, struct job *job, struct err *err);
/* NULL when there is none. */
MUST_USE enum rc store_job_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct job **ret,
                                 struct err *err);
/* The oldest open one. */
MUST_USE enum rc store_job_next(struct db_conn *conn, struct arena *arena, struct job **ret, struct err *err);
/* Writes state, done, total, result, error. */
MUST_USE enum rc store_job_update(struct db_conn *conn, const struct job *job, int64_t now_us, struct err *err);

#endif
