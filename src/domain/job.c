/*
 * domain/job.c - see job.h.
 */
#include "domain/job.h"

#include "base/clock.h"
#include "domain/policy_people.h"
#include "store/account.h"

enum rc job_add(struct call *call, struct job *job, struct err *err)
{
        int64_t open = 0;
        enum rc rc = RC_OK;

        job->account_id = call->who->account_id;
        job->created_us = job->updated_us = clock_now_us();
        if (job->account_id)
                rc = store_job_count_open(call->conn, job->account_id, &open, err);
        if (!rc && open >= JOBS_OPEN_MAX)
                rc = err_set(err, RC_TOO_MANY,
                             "%d jobs of yours are under way: wait until one has ended, or cancel one.", JOBS_OPEN_MAX);
        return rc ? rc : store_job_insert(call->conn, job, err);
}

enum rc job_see(struct call *call, int64_t id, struct job **ret, struct err *err)
{
        struct job *job = NULL;
        enum rc rc = store_job_by_id(call->conn, call->arena, id, &job, err);

        if (rc)
                return rc;
        if (job && !call->who->admin && (!call->who->account_id || job->account_id != call->who->account_id))
                job = NULL;
        *ret = job;
        return RC_OK;
}

enum rc job_list(struct call *call, int64_t before_id, size_t limit, struct job_list *ret, struct err *err)
{
        if (!call->who->account_id && !call->who->admin)
                return err_set(err, RC_UNAUTHENTICATED, "Sign in to see your jobs.");
        return store_job_list(call->conn, call->arena, call->who->account_id, before_id, limit, ret, err);
}

struct cancel_job {
        int64_t id;
        struct job *job;
};

static enum rc cancel_write(struct call *call, void *payload, struct err *err)
{
        struct cancel_job *cancel = payload;
        struct job *job = NULL;
        int64_t now = clock_now_us();
        enum rc rc = job_see(call, cancel->id, &job, err);

        if (rc)
                return rc;
        if (!job)
                return err_set(err, RC_NOT_FOUND, "There is no such job, or it is not yours.");
        cancel->job = job;
        if (job->state >= JOB_DONE)
                return RC_OK;
        /* To stop in the middle of this would leave a version half in its places. */
        if (job->kind == JOB_SETTLE_PLACES)
                return err_set(err, RC_CONFLICT, "This job finishes what was done already: it cannot be canceled.");
        job->canceled = true;
        rc = store_job_cancel(call->conn, job->id, err);
        if (rc || job->state != JOB_WAITING)
                return rc;
        job->state = JOB_CANCELED;
        return store_job_update(call->conn, job, now, NULL, err);
}

enum rc job_cancel(struct call *call, int64_t id, struct job **ret, struct err *err)
{
        struct cancel_job cancel = { .id = id };
        enum rc rc = domain_write(call, cancel_write, &cancel, err);

        if (rc)
                return rc;
        *ret = cancel.job;
        return RC_OK;
}

static enum rc ask_write(struct call *call, void *payload, struct err *err)
{
        return job_add(call, payload, err);
}

enum rc job_ask(struct call *call, enum job_kind kind, bool dry_run, struct job **ret, struct err *err)
{
        struct job *job = arena_new(call->arena, struct job);
        enum rc rc = policy_require_admin(call, kind == JOB_RECLAIM ? "give bytes back" : "count what is stored", err);

        job->kind = kind;
        job->input = dry_run ? STR("{\"dryRun\":true}") : STR("{}");
        if (!rc)
                rc = domain_write(call, ask_write, job, err);
        if (rc)
                return rc;
        *ret = job;
        return RC_OK;
}

enum rc job_principal(struct db_conn *conn, struct arena *arena, const struct job *job, struct principal *ret,
                      struct err *err)
{
        struct account *a = NULL;
        enum rc rc;

        if (!job->account_id) {
                *ret = (struct principal){ .admin = true, .username = STR("server") };
                return RC_OK;
        }
        rc = store_account_by_id(conn, arena, job->account_id, &a, err);
        if (rc)
                return rc;
        if (!a || a->deleted_us)
                return err_set(err, RC_NOT_FOUND, "The account that asked for this was deleted.");
        *ret = (struct principal){ .account_id = a->id,
                                   .entity_id = a->entity_id,
                                   .default_entity_id = a->default_entity_id,
                                   .service_entity_id = a->service_entity_id,
                                   .admin = a->admin,
                                   .service = a->service,
                                   .username = a->username,
                                   .name = a->name,
                                   .email = a->email };
        return RC_OK;
}
