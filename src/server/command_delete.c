/*
 * server/command_delete.c - vitrined delete-versions: domain/bulk.h for the operator.
 *
 * Without a server the command does the work itself; beside one it leaves the job to it and
 * follows. Either way the job is a row: what is interrupted here the next server finishes.
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "domain/bulk.h"
#include "domain/job.h"
#include "server/data.h"
#include "server/operator.h"

#define PROGRESS_MS 1000u
#define POLL_MS 100u
#define UNTAKEN_MS 15000u             /* a server takes a job within a second, unless its database is kept busy */

struct deleting {
        struct session *session;
        uint64_t said_ms;
};

static void on_progress(void *payload, const struct job *job)
{
        struct deleting *deleting = payload;
        uint64_t now = clock_mono_ms();

        if (now - deleting->said_ms < PROGRESS_MS)
                return;
        deleting->said_ms = now;
        session_say(deleting->session, "%lld of %lld versions", (long long)job->done, (long long)job->total);
}

static enum rc delete_here(struct session *session, struct job *job, struct err *err)
{
        struct deleting deleting = { session, clock_mono_ms() };
        const struct bulk_order order = { .on_progress = on_progress, .payload = &deleting };

        return bulk_delete_work(&session->call, job, &order, err);
}

static enum rc follow_server(struct session *session, struct job *job, struct err *err)
{
        const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
        struct deleting deleting = { session, clock_mono_ms() };
        uint64_t asked_ms = clock_mono_ms();
        enum rc rc = RC_OK;

        session_say(session, "A server is running: it does the work, this command waits for it.");
        while (!rc && job->state < JOB_DONE) {
                struct job *now = NULL;

                (void)nanosleep(&pause, NULL);
                rc = db_read_refresh(session->call.conn, err);
                if (!rc)
                        rc = store_job_by_id(session->call.conn, &session->arena, job->id, &now, err);
                if (!rc && !now)
                        rc = err_set(err, RC_INTERNAL, "the job is gone");
                if (rc)
                        break;
                *job = *now;
                on_progress(&deleting, job);
                if (job->state == JOB_WAITING && clock_mono_ms() - asked_ms > UNTAKEN_MS)
                        return err_set(err, RC_AGAIN,
                                       "The server is at other work and does this as soon as it can: look into its log.");
        }
        if (!rc && job->state == JOB_FAILED)
                rc = err_set(err, RC_CONFLICT, "%.*s", STR_ARG(job->error));
        return rc;
}

static enum rc say_end(struct session *session, const struct job *job, bool dry_run, struct err *err)
{
        struct bulk_counts counts;
        enum rc rc = bulk_counts_read(&session->arena, job, &counts, err);

        if (rc)
                return rc;
        if (!session->json) {
                struct str text = bulk_counts_say(&session->arena, job, &counts);

                buf_printf(&session->out, "%.*s%s\n", STR_ARG(text), job->state == JOB_CANCELED ? " It was canceled." : "");
                return RC_OK;
        }
        json_begin_object(&session->writer);
        json_key_bool(&session->writer, "dryRun", dry_run);
        json_key_bool(&session->writer, "canceled", job->state == JOB_CANCELED);
        json_key_int(&session->writer, "job", job->id);
        json_key_int(&session->writer, "deleted", counts.deleted);
        json_key_int(&session->writer, "unlinked", counts.unlinked);
        json_key_int(&session->writer, "keptProtected", counts.kept_protected);
        json_key_int(&session->writer, "keptAliased", counts.kept_aliased);
        json_key_int(&session->writer, "keptDenied", counts.kept_denied);
        json_end_object(&session->writer);
        return RC_OK;
}

enum rc run_delete_versions(struct session *session, struct err *err)
{
        bool dry_run = options_on(&session->options, "dry-run"), ours;
        const struct bulk_input input = {
                .entity_name = session_argument(session, 0),
                .project_name = session_argument(session, 1),
                .collection_name = session_option(session, "collection"),
                .collection_filters = session_option(session, "collection-filter"),
                .version_filters = session_option(session, "filter"),
                .delete_aliases = options_on(&session->options, "delete-aliases"),
                .dry_run = dry_run,
        };
        struct job *job = NULL;
        struct err busy = { 0 };
        enum rc rc = data_lock(session->data, &busy);

        ours = rc == RC_OK;
        if (rc && rc != RC_CONFLICT)
                return err_set(err, rc, "%s", busy.msg);
        rc = bulk_delete_ask(&session->call, &input, &job, err);
        if (rc)
                return rc;
        session_say(session, "%lld versions are found.", (long long)job->total);
        rc = ours ? delete_here(session, job, err) : follow_server(session, job, err);
        return rc ? rc : say_end(session, job, dry_run, err);
}
