/*
 * server/background.c - see background.h.
 *
 * The thread looks for a job once a second: one read of an index that is nearly always
 * empty. A failure is logged and the next round tries again.
 */
#include "server/background.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/restore.h"
#include "json/json.h"
#include "store/job.h"

#define ROUND_MS 1000u
#define FIRST_RUN_MS (5u * 60 * 1000)
#define PROGRESS_MS 1000u
#define PAUSE_US 500u                 /* between small steps when nobody waits for the end */

struct background {
        const struct domain *domain;
        struct background_config config;
        pthread_t thread;
        pthread_mutex_t lock;         /* guards nothing but the waiting */
        pthread_cond_t wake;
        atomic_bool stopping;
};

/* One turn of the thread: a call of nobody in particular, whose memory goes afterwards. */
struct turn {
        struct background *background;
        struct arena arena;
        struct principal who;
        struct call call;
        struct job *job;              /* NULL: nobody asked */
        uint64_t told_ms;
};

void reclaim_write_counts(struct json_writer *w, const struct reclaim_counts *counts, bool dry_run)
{
        const struct {
                const char *name;
                uint64_t value;
        } numbers[] = {
                { "versionsExpired", counts->versions_expired },
                { "versionsPurged", counts->versions_purged }, { "pendingEnded", counts->pending_ended },
                { "uploadsEnded", counts->uploads_ended },     { "blobs", counts->blobs },
                { "bytes", counts->bytes },                    { "deletedBlobs", counts->deleted_blobs },
                { "deletedBytes", counts->deleted_bytes },     { "diskBefore", counts->disk_before },
                { "diskAfter", counts->disk_after },
        };

        json_begin_object(w);
        json_key_bool(w, "dryRun", dry_run);
        for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
                json_key_int(w, numbers[i].name, (int64_t)numbers[i].value);
        json_end_object(w);
}

/* ---- the setting ---- */

static enum rc setting_write(struct db_conn *conn, void *payload, struct err *err)
{
        return restore_window_set(conn, *(const int64_t *)payload, err);
}

/* ---- one turn ---- */

static bool wants_stop(void *payload)
{
        return atomic_load(&((const struct turn *)payload)->background->stopping);
}

static enum rc job_write(struct db_conn *conn, void *payload, struct err *err)
{
        return store_job_update(conn, payload, clock_now_us(), err);
}

static void tell(struct turn *turn, const struct reclaim_counts *counts)
{
        struct err err = { 0 };

        turn->job->state = JOB_RUNNING;
        turn->job->done = (int64_t)counts->deleted_blobs;
        turn->job->total = (int64_t)counts->blobs;
        if (db_write(turn->background->domain->db, job_write, turn->job, &err))
                log_event(LOG_LEVEL_DEBUG, "job", "id=%lld told=no", (long long)turn->job->id);
}

static void on_progress(void *payload, const struct reclaim_counts *counts)
{
        struct turn *turn = payload;
        uint64_t now = clock_mono_ms();

        if (!turn->job || now - turn->told_ms < PROGRESS_MS)
                return;
        turn->told_ms = now;
        tell(turn, counts);
}

static void log_failure(const struct err *err)
{
        char message[600];

        log_event(LOG_LEVEL_WARN, "background", "error=%s message=%s", rc_name(err->rc),
                  log_quote(str_from(err->msg), message, sizeof(message)));
}

static void log_reclaimed(const struct reclaim_counts *counts, uint64_t started_ms)
{
        if (counts->versions_expired || counts->deleted_blobs || counts->versions_purged || counts->pending_ended)
                log_event(LOG_LEVEL_INFO, "reclaimed", "expired=%llu versions=%llu pending=%llu blobs=%llu bytes=%llu ms=%llu",
                          (unsigned long long)counts->versions_expired, (unsigned long long)counts->versions_purged,
                          (unsigned long long)counts->pending_ended,
                          (unsigned long long)counts->deleted_blobs, (unsigned long long)counts->deleted_bytes,
                          (unsigned long long)(clock_mono_ms() - started_ms));
}

static enum rc reclaim(struct turn *turn, struct reclaim_counts *counts, struct err *err)
{
        const struct reclaim_order order = {
                .measure = turn->job != NULL,
                .restore_s = turn->background->config.restore_s,
                .pause_us = turn->job ? 0 : PAUSE_US,
                .stop = wants_stop,
                .on_progress = on_progress,
                .payload = turn,
        };
        uint64_t started_ms = clock_mono_ms();
        enum rc rc = reclaim_run(&turn->call, &order, counts, err);

        log_reclaimed(counts, started_ms);
        return rc;
}

static enum rc do_job(struct turn *turn, struct err *err)
{
        struct reclaim_counts counts = { 0 };
        struct buf result _cleanup_(buf_done) = { 0 };
        struct json_writer writer;
        struct err why = { 0 };
        enum rc rc;

        if (turn->job->kind != JOB_RECLAIM)
                return err_set(err, RC_INTERNAL, "a job of an unknown kind");
        rc = reclaim(turn, &counts, &why);
        if (rc && atomic_load(&turn->background->stopping))
                return RC_OK;   /* it stays open */
        json_writer_init(&writer, &result);
        reclaim_write_counts(&writer, &counts, false);
        turn->job->state = rc ? JOB_FAILED : JOB_DONE;
        turn->job->result = rc ? STR_NULL : buf_str(&result);
        turn->job->error = rc ? str_from(why.msg) : STR_NULL;
        turn->job->done = (int64_t)counts.deleted_blobs;
        turn->job->total = (int64_t)counts.blobs;
        if (rc)
                log_failure(&why);
        return db_write(turn->background->domain->db, job_write, turn->job, err);
}

/* *due: a run by ourselves is due, unless somebody's job did the same. */
static enum rc take_turn(struct background *background, bool *due, struct err *err)
{
        struct turn turn = { .background = background };
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct reclaim_counts counts = { 0 };
        enum rc rc = db_read_begin(background->domain->db, &conn, err);

        if (rc)
                return rc;
        arena_init(&arena, 0);
        turn.who = (struct principal){ .admin = true, .username = STR("server") };
        turn.call = (struct call){ .domain = background->domain, .arena = &arena, .conn = conn, .who = &turn.who };
        rc = store_job_next(conn, &arena, &turn.job, err);
        if (!rc && turn.job)
                rc = do_job(&turn, err);
        else if (!rc && *due)
                rc = reclaim(&turn, &counts, err);
        else
                return rc;
        *due = false;
        return rc;
}

/* ---- the thread ---- */

static void wait_round(struct background *background)
{
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ROUND_MS / 1000;
        pthread_mutex_lock(&background->lock);
        if (!atomic_load(&background->stopping))
                pthread_cond_timedwait(&background->wake, &background->lock, &until);
        pthread_mutex_unlock(&background->lock);
}

static void *background_main(void *payload)
{
        struct background *background = payload;
        uint64_t interval_ms = (uint64_t)background->config.reclaim_minutes * 60000;
        uint64_t next_ms = clock_mono_ms() + (interval_ms < FIRST_RUN_MS ? interval_ms : FIRST_RUN_MS);

        while (!atomic_load(&background->stopping)) {
                struct err err = { 0 };
                bool due = interval_ms && clock_mono_ms() >= next_ms, was_due = due;
                enum rc rc = take_turn(background, &due, &err);

                if (rc && !atomic_load(&background->stopping))
                        log_failure(&err);
                if (rc || (was_due && !due))
                        next_ms = clock_mono_ms() + interval_ms;
                wait_round(background);
        }
        return NULL;
}

enum rc background_start(const struct domain *domain, const struct background_config *config,
                         struct background **ret, struct err *err)
{
        struct background *background = calloc(1, sizeof(*background));
        pthread_condattr_t clock;
        int64_t restore_s = config->restore_s;
        enum rc rc = db_write(domain->db, setting_write, &restore_s, err);

        if (!background)
                abort_because("out_of_memory", "the background thread was wanted");
        if (rc) {
                free(background);
                return rc;
        }
        background->domain = domain;
        background->config = *config;
        pthread_mutex_init(&background->lock, NULL);
        pthread_condattr_init(&clock);
        pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
        pthread_cond_init(&background->wake, &clock);
        pthread_condattr_destroy(&clock);
        atomic_init(&background->stopping, false);
        if (pthread_create(&background->thread, NULL, background_main, background) != 0) {
                pthread_cond_destroy(&background->wake);
                pthread_mutex_destroy(&background->lock);
                free(background);
                return err_set(err, RC_INTERNAL, "The background thread cannot be started.");
        }
        *ret = background;
        return RC_OK;
}

void background_stop(struct background *background)
{
        if (!background)
                return;
        pthread_mutex_lock(&background->lock);
        atomic_store(&background->stopping, true);
        pthread_cond_signal(&background->wake);
        pthread_mutex_unlock(&background->lock);
        pthread_join(background->thread, NULL);
        pthread_cond_destroy(&background->wake);
        pthread_mutex_destroy(&background->lock);
        free(background);
}
