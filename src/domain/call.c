/*
 * domain/call.c - handing changes to the writer.
 */
#include "domain/call.h"

#include "base/clock.h"

struct write_job {
        struct call call;          /* a copy whose conn is the writer's */
        domain_write_fn fn;
        void *payload;
};

static enum rc run_write_job(struct db_conn *conn, void *payload, struct err *err)
{
        struct write_job *job = payload;

        job->call.conn = conn;
        job->call.writing = true;
        return job->fn(&job->call, job->payload, err);
}

int64_t call_now_us(struct call *call)
{
        call->passing = true;
        return clock_now_us();
}

enum rc domain_write(struct call *call, domain_write_fn fn, void *payload, struct err *err)
{
        struct write_job job = { .call = *call, .fn = fn, .payload = payload };
        enum rc rc, refreshed;

        if (call->writing)
                return fn(call, payload, err);
        call->passing = true;
        /* Whoever waits for the writer must not stand in the way of the log: see db_read_pause(). */
        rc = call->conn ? db_read_pause(call->conn, err) : RC_OK;
        if (!rc)
                rc = db_write(call->domain->db, run_write_job, &job, err);
        if (!call->conn)
                return rc;
        refreshed = db_read_refresh(call->conn, rc ? NULL : err);
        return rc ? rc : refreshed;
}

enum rc err_not_found(struct err *err, const char *what, struct str name)
{
        return err_set(err, RC_NOT_FOUND, "There is no %s '%.*s', or you may not see it.", what, STR_ARG(name));
}
