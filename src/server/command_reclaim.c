/*
 * server/command_reclaim.c - vitrined reclaim: gives back bytes that nothing needs.
 *
 * Beside a running server the work is the server's, since only one process may delete bytes:
 * the command leaves a job and follows it. A dry run only reads, and is always our own.
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "domain/restore.h"
#include "server/background.h"
#include "server/data.h"
#include "server/operator.h"
#include "store/job.h"

#define PROGRESS_MS 2000u
#define POLL_MS 100u
#define UNTAKEN_MS 15000u             /* a server takes a job within a second, unless it is at another one */

struct reclaiming {
        struct session *session;
        uint64_t said_ms;
};

static void on_progress(void *payload, const struct reclaim_counts *counts)
{
        struct reclaiming *reclaiming = payload;
        uint64_t now = clock_mono_ms();

        if (now - reclaiming->said_ms < PROGRESS_MS)
                return;
        reclaiming->said_ms = now;
        session_say(reclaiming->session, "%llu blobs looked at, %llu references followed, %llu blobs (%llu MB) to give back",
                    (unsigned long long)counts->blobs, (unsigned long long)counts->references,
                    (unsigned long long)counts->deleted_blobs, (unsigned long long)(counts->deleted_bytes / 1000000));
}

static void say_counts(struct session *session, const struct reclaim_counts *counts, bool dry_run)
{
        if (session->json) {
                reclaim_write_counts(&session->writer, counts, dry_run);
                return;
        }
        if (dry_run) {
                buf_printf(&session->out, "%llu of %llu blobs with %llu bytes would be given back\n",
                           (unsigned long long)counts->deleted_blobs, (unsigned long long)counts->blobs,
                           (unsigned long long)counts->deleted_bytes);
                return;
        }
        buf_printf(&session->out,
                   "%llu versions expired, %llu purged, %llu uploads given up; %llu of %llu blobs deleted; on the disk %llu bytes "
                   "before, %llu after, %lld given back\n",
                   (unsigned long long)counts->versions_expired, (unsigned long long)counts->versions_purged,
                   (unsigned long long)(counts->pending_ended + counts->uploads_ended),
                   (unsigned long long)counts->deleted_blobs, (unsigned long long)counts->blobs,
                   (unsigned long long)counts->disk_before, (unsigned long long)counts->disk_after,
                   (long long)(counts->disk_before - counts->disk_after));
}

static enum rc reclaim_here(struct session *session, bool dry_run, struct err *err)
{
        struct reclaiming reclaiming = { .session = session, .said_ms = clock_mono_ms() };
        struct reclaim_order order = { .dry_run = dry_run,
                                       .measure = true,
                                       .on_progress = on_progress,
                                       .payload = &reclaiming };
        struct reclaim_counts counts = { 0 };
        enum rc rc = restore_window_get(session->call.conn, &session->arena, &order.restore_s, err);

        if (!rc)
                rc = data_open_blobs(session->data, &session->domain.blobs, &session->domain.parts, err);
        if (!rc)
                rc = reclaim_run(&session->call, &order, &counts, err);
        if (!rc)
                say_counts(session, &counts, dry_run);
        return rc;
}

/* ---- by the server ---- */

static enum rc ask_write(struct call *call, void *payload, struct err *err)
{
        return store_job_insert(call->conn, payload, err);
}

static uint64_t number(const struct json *object, const char *name)
{
        int64_t value = 0;

        return json_i64(json_get(object, name), &value) && value > 0 ? (uint64_t)value : 0;
}

static enum rc say_result(struct session *session, const struct job *job, struct err *err)
{
        struct reclaim_counts counts;
        struct json *result = NULL;
        enum rc rc;

        if (job->state == JOB_FAILED)
                return err_set(err, RC_INTERNAL, "%.*s", STR_ARG(job->error));
        rc = json_parse(&session->arena, job->result, NULL, &result, err);
        if (rc)
                return rc;
        counts = (struct reclaim_counts){ .versions_expired = number(result, "versionsExpired"),
                                          .versions_purged = number(result, "versionsPurged"),
                                          .pending_ended = number(result, "pendingEnded"),
                                          .uploads_ended = number(result, "uploadsEnded"),
                                          .blobs = number(result, "blobs"),
                                          .bytes = number(result, "bytes"),
                                          .deleted_blobs = number(result, "deletedBlobs"),
                                          .deleted_bytes = number(result, "deletedBytes"),
                                          .disk_before = number(result, "diskBefore"),
                                          .disk_after = number(result, "diskAfter") };
        say_counts(session, &counts, false);
        return RC_OK;
}

static enum rc reclaim_there(struct session *session, struct err *err)
{
        struct job job = { .kind = JOB_RECLAIM, .input = STR("{}"), .created_us = clock_now_us() };
        const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
        uint64_t said_ms = clock_mono_ms(), asked_ms = said_ms;
        enum rc rc = domain_write(&session->call, ask_write, &job, err);

        if (!rc)
                session_say(session, "A server is running: it does the work, this command waits for it.");
        while (!rc) {
                struct job *now = NULL;

                (void)nanosleep(&pause, NULL);
                rc = db_read_refresh(session->call.conn, err);
                if (!rc)
                        rc = store_job_by_id(session->call.conn, &session->arena, job.id, &now, err);
                if (!rc && (!now || now->state >= JOB_DONE))
                        return now ? say_result(session, now, err) : err_set(err, RC_INTERNAL, "the job is gone");
                if (!rc && now->state == JOB_WAITING && clock_mono_ms() - asked_ms > UNTAKEN_MS)
                        return err_set(err, RC_AGAIN,
                                       "The server is at other work and does this as soon as it can: look into its log.");
                if (!rc && clock_mono_ms() - said_ms >= PROGRESS_MS) {
                        said_ms = clock_mono_ms();
                        session_say(session, "%lld blobs looked at, %lld given back", (long long)now->total,
                                    (long long)now->done);
                }
        }
        return rc;
}

enum rc run_reclaim(struct session *session, struct err *err)
{
        bool dry_run = options_on(&session->options, "dry-run");
        enum rc rc;

        if (dry_run)
                return reclaim_here(session, true, err);
        rc = data_lock(session->data, err);
        if (rc == RC_CONFLICT)
                return reclaim_there(session, err);
        return rc ? rc : reclaim_here(session, false, err);
}
