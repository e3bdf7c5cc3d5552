/*
 * store/job.h - work that outlives its request.
 *
 * The server's background threads take open jobs; a job that was running when the server
 * stopped is taken again. What a job has done is noted in the transaction that did it (done,
 * cursor), so that it goes on exactly where it was; jobs without a cursor start afresh, which
 * must be fine for them.
 *
 * Thread rule: that of the connection; functions that change rows inside a write only.
 */
#ifndef VITRINE_STORE_JOB_H
#define VITRINE_STORE_JOB_H

#include "store/query.h"

/* The numbers are stored. */
enum job_kind {
        JOB_RECLAIM,
        JOB_DELETE_VERSIONS,
        JOB_SETTLE_PLACES,            /* places of one version, more than one write should change */
        JOB_COUNT_STORAGE,
        JOB_KIND__COUNT
};
#define JOB_KIND_BIT(kind) (1u << (kind))
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELED };

struct job {
        int64_t id;
        enum job_kind kind;
        enum job_state state;
        int64_t account_id;           /* who asked; 0: an operator, or the server itself */
        int64_t project_id;           /* 0: none */
        struct str input;             /* JSON */
        int64_t done, total;
        struct str cursor;            /* absent at the beginning */
        bool canceled;                /* somebody wants it to end */
        struct str result;            /* JSON; may be there before the end */
        struct str error;             /* one sentence; absent unless failed */
        int64_t created_us, updated_us;
};
struct job_list {
        struct job *items;
        size_t count;
};

/* Sets id. */
MUST_USE enum rc store_job_insert(struct db_conn *conn, struct job *job, struct err *err);
/* NULL when there is none. */
MUST_USE enum rc store_job_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct job **ret,
                                 struct err *err);
/* The next open one behind after_id of these kinds (JOB_KIND_BIT), else the first. */
MUST_USE enum rc store_job_next(struct db_conn *conn, struct arena *arena, unsigned kinds, int64_t after_id,
                                struct job **ret, struct err *err);
/* Of one account (0: of everybody), the latest first, behind before_id (0: from the latest). */
MUST_USE enum rc store_job_list(struct db_conn *conn, struct arena *arena, int64_t account_id, int64_t before_id,
                                size_t limit, struct job_list *ret, struct err *err);
/* How many of an account's jobs are open. */
MUST_USE enum rc store_job_count_open(struct db_conn *conn, int64_t account_id, int64_t *ret, struct err *err);
/* Writes state, done, total, cursor, result, error; *ret_canceled (may be NULL): somebody wants it to end. */
MUST_USE enum rc store_job_update(struct db_conn *conn, const struct job *job, int64_t now_us, bool *ret_canceled,
                                  struct err *err);
MUST_USE enum rc store_job_cancel(struct db_conn *conn, int64_t id, struct err *err);
/* Forgets jobs that ended before then, at most limit. */
MUST_USE enum rc store_job_forget(struct db_conn *conn, int64_t before_us, size_t limit, struct err *err);

#endif
