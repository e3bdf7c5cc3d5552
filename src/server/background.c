/*
 * server/background.c - see background.h.
 *
 * There are two lanes, a thread each: one looks at all bytes and may take long, the other
 * deletes rows and should begin at once. A lane looks for a job once a second: one read of an
 * index that is nearly always empty. Deleting jobs take turns of SLICE_MS, so that a small one
 * need not wait for a large one. A failure is logged and the next round tries again.
 */
#include "server/background.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/bulk.h"
#include "domain/job.h"
#include "domain/places.h"
#include "domain/restore.h"
#include "domain/storage.h"
#include "json/json.h"
#include "store/job.h"

#define ROUND_MS 1000u
#define FIRST_RUN_MS (5u * 60 * 1000)
#define PROGRESS_MS 1000u
#define PAUSE_US 500u                 /* between small steps when nobody waits for the end */
#define SLICE_MS 5000u
#define SLICE_PAUSE_US 2000u          /* between writes of a deleting job: for other writers */
#define KEEP_JOBS_US (30 * INT64_C(86400000000))
#define FORGET_JOBS 500
#define COUNT_EVERY_US INT64_C(86400000000)
#define COUNT_PAUSE_US 100u           /* after each version, when nobody waits for the figures */

struct lane {
        struct background *background;
        unsigned kinds;               /* JOB_KIND_BIT()s */
        bool reclaims;                /* also by itself, from time to time */
        int64_t last_id;              /* the job that had the last turn */
        pthread_t thread;
};

enum { LANE_BYTES, LANE_ROWS, LANE__COUNT };

struct background {
        const struct domain *domain;
        struct background_config config;
        struct lane lanes[LANE__COUNT];
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
        bool canceled;                /* somebody wants the job to end */
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
        const struct turn *turn = payload;

        return turn->canceled || atomic_load(&turn->background->stopping);
}

static enum rc job_write(struct db_conn *conn, void *payload, struct err *err)
{
        return store_job_update(conn, payload, clock_now_us(), NULL, err);
}

static enum rc tell_write(struct db_conn *conn, void *payload, struct err *err)
{
        struct turn *turn = payload;

        return store_job_update(conn, turn->job, clock_now_us(), &turn->canceled, err);
}

static void tell(struct turn *turn, const struct reclaim_counts *counts)
{
        struct err err = { 0 };

        turn->job->state = JOB_RUNNING;
        turn->job->done = (int64_t)counts->deleted_blobs;
        turn->job->total = (int64_t)counts->blobs;
        if (db_write(turn->background->domain->db, tell_write, turn, &err))
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

static bool is_dry(const struct job *job)
{
        return str_contains(job->input, STR("\"dryRun\":true"));
}

static enum rc reclaim(struct turn *turn, struct reclaim_counts *counts, struct err *err)
{
        const struct reclaim_order order = {
                .dry_run = turn->job && is_dry(turn->job),
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

static enum rc do_reclaim(struct turn *turn, struct err *err)
{
        struct reclaim_counts counts = { 0 };
        struct buf result _cleanup_(buf_done) = { 0 };
        struct json_writer writer;
        enum rc rc = reclaim(turn, &counts, err);

        if (rc)
                return rc;
        json_writer_init(&writer, &result);
        reclaim_write_counts(&writer, &counts, is_dry(turn->job));
        turn->job->state = JOB_DONE;
        turn->job->result = buf_str(&result);
        turn->job->done = (int64_t)counts.deleted_blobs;
        turn->job->total = (int64_t)counts.blobs;
        return db_write(turn->background->domain->db, job_write, turn->job, err);
}

static enum rc do_delete(struct turn *turn, struct err *err)
{
        const struct bulk_order order = {
                .until_ms = clock_mono_ms() + SLICE_MS,
                .pause_us = SLICE_PAUSE_US,
                .stop = wants_stop,
                .payload = turn,
        };
        enum rc rc = bulk_delete_work(&turn->call, turn->job, &order, err);

        if (!rc && turn->job->state != JOB_RUNNING)
                log_event(LOG_LEVEL_INFO, "deleted", "job=%lld versions=%lld canceled=%d", (long long)turn->job->id,
                          (long long)turn->job->done, turn->job->state == JOB_CANCELED);
        return rc;
}

static void on_count(void *payload, int64_t done, int64_t total)
{
        struct turn *turn = payload;
        uint64_t now = clock_mono_ms();
        struct err err = { 0 };

        if (!turn->job || now - turn->told_ms < PROGRESS_MS)
                return;
        turn->told_ms = now;
        turn->job->state = JOB_RUNNING;
        turn->job->done = done;
        turn->job->total = total > done ? total : done;
        if (db_write(turn->background->domain->db, tell_write, turn, &err))
                log_event(LOG_LEVEL_DEBUG, "job", "id=%lld told=no", (long long)turn->job->id);
}

static enum rc count(struct turn *turn, struct err *err)
{
        const struct storage_order order = {
                .stop = wants_stop,
                .on_progress = on_count,
                .payload = turn,
                .pause_us = turn->job ? 0 : COUNT_PAUSE_US,
        };

        return storage_count(&turn->call, &order, err);
}

static enum rc do_count(struct turn *turn, struct err *err)
{
        struct storage_figure *all = NULL;
        enum rc rc = count(turn, err);

        if (!rc)
                rc = db_read_refresh(turn->call.conn, err);
        if (!rc)
                rc = storage_of_all(&turn->call, &all, err);
        if (rc)
                return rc;
        turn->job->state = JOB_DONE;
        turn->job->done = turn->job->total = all ? all->versions : 0;
        return db_write(turn->background->domain->db, job_write, turn->job, err);
}

/* Once a day, and after the first start. */
static enum rc count_when_old(struct turn *turn, struct err *err)
{
        struct storage_figure *all = NULL;
        enum rc rc = storage_of_all(&turn->call, &all, err);

        if (rc || (all && all->counted_us > clock_now_us() - COUNT_EVERY_US))
                return rc;
        return count(turn, err);
}

static enum rc do_settle(struct turn *turn, struct err *err)
{
        bool more = true;
        enum rc rc = RC_OK;

        while (!rc && more && !wants_stop(turn))
                rc = places_settle(&turn->call, turn->job, &more, err);
        return rc;
}

/* Those that another try may mend: the job stays open. */
static bool is_passing(enum rc rc)
{
        return rc == RC_AGAIN || rc == RC_UNAVAILABLE || rc == RC_IO;
}

static enum rc do_job(struct turn *turn, struct err *err)
{
        static enum rc (*const workers[JOB_KIND__COUNT])(struct turn *turn, struct err *err) = {
                [JOB_RECLAIM] = do_reclaim,
                [JOB_DELETE_VERSIONS] = do_delete,
                [JOB_SETTLE_PLACES] = do_settle,
                [JOB_COUNT_STORAGE] = do_count,
        };
        struct job *job = turn->job;
        struct err why = { 0 };
        enum rc rc = job_principal(turn->call.conn, turn->call.arena, job, &turn->who, &why);

        if (!rc && ((unsigned)job->kind >= JOB_KIND__COUNT || !workers[job->kind]))
                rc = err_set(&why, RC_INTERNAL, "This version of the server does not know such a job.");
        if (!rc)
                rc = workers[job->kind](turn, &why);
        if (!rc || atomic_load(&turn->background->stopping))
                return RC_OK;   /* done, or it stays open */
        if (turn->canceled) {
                job->state = JOB_CANCELED;
                return db_write(turn->background->domain->db, job_write, job, err);
        }
        if (is_passing(rc))
                return err_set(err, rc, "%s", why.msg);
        log_failure(&why);
        job->state = JOB_FAILED;
        job->error = str_from(why.msg);
        return db_write(turn->background->domain->db, job_write, job, err);
}

static enum rc forget_write(struct db_conn *conn, void *payload UNUSED, struct err *err)
{
        return store_job_forget(conn, clock_now_us() - KEEP_JOBS_US, FORGET_JOBS, err);
}

/* *due: a run by ourselves is due, unless somebody's job did the same. *ret_busy: there was something to do. */
static enum rc take_turn(struct lane *lane, bool *due, bool *ret_busy, struct err *err)
{
        struct background *background = lane->background;
        struct turn turn = { .background = background };
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct reclaim_counts counts = { 0 };
        enum rc rc = db_read_begin(background->domain->db, &conn, err);

        *ret_busy = false;
        if (rc)
                return rc;
        arena_init(&arena, 0);
        turn.who = (struct principal){ .admin = true, .username = STR("server") };
        turn.call = (struct call){ .domain = background->domain, .arena = &arena, .conn = conn, .who = &turn.who };
        rc = store_job_next(conn, &arena, lane->kinds, lane->last_id, &turn.job, err);
        if (rc || (!turn.job && !*due))
                return rc;
        *ret_busy = true;
        if (turn.job) {
                lane->last_id = turn.job->id;
                rc = do_job(&turn, err);
                if (turn.job->kind == JOB_RECLAIM && !is_dry(turn.job))
                        *due = false;
                return rc;
        }
        rc = reclaim(&turn, &counts, err);
        if (!rc)
                rc = db_write(background->domain->db, forget_write, NULL, err);
        if (!rc)
                rc = count_when_old(&turn, err);
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

static void *lane_main(void *payload)
{
        struct lane *lane = payload;
        struct background *background = lane->background;
        uint64_t interval_ms = lane->reclaims ? (uint64_t)background->config.reclaim_minutes * 60000 : 0;
        uint64_t next_ms = clock_mono_ms() + (interval_ms < FIRST_RUN_MS ? interval_ms : FIRST_RUN_MS);

        while (!atomic_load(&background->stopping)) {
                struct err err = { 0 };
                bool due = interval_ms && clock_mono_ms() >= next_ms, was_due = due, busy = false;
                enum rc rc = take_turn(lane, &due, &busy, &err);

                if (rc && !atomic_load(&background->stopping))
                        log_failure(&err);
                if (was_due && (rc || !due))
                        next_ms = clock_mono_ms() + interval_ms;
                if (rc || !busy)
                        wait_round(background);
        }
        return NULL;
}

static void end_lanes(struct background *background, size_t count)
{
        pthread_mutex_lock(&background->lock);
        atomic_store(&background->stopping, true);
        pthread_cond_broadcast(&background->wake);
        pthread_mutex_unlock(&background->lock);
        for (size_t i = 0; i < count; i++)
                pthread_join(background->lanes[i].thread, NULL);
        pthread_cond_destroy(&background->wake);
        pthread_mutex_destroy(&background->lock);
        free(background);
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
        background->lanes[LANE_BYTES] = (struct lane){ .kinds = JOB_KIND_BIT(JOB_RECLAIM) | JOB_KIND_BIT(JOB_COUNT_STORAGE),
                                                       .reclaims = true };
        background->lanes[LANE_ROWS] = (struct lane){ .kinds = JOB_KIND_BIT(JOB_DELETE_VERSIONS) |
                                                               JOB_KIND_BIT(JOB_SETTLE_PLACES) };
        for (size_t i = 0; i < LANE__COUNT; i++) {
                background->lanes[i].background = background;
                if (pthread_create(&background->lanes[i].thread, NULL, lane_main, &background->lanes[i]) != 0) {
                        end_lanes(background, i);
                        return err_set(err, RC_INTERNAL, "The background threads cannot be started.");
                }
        }
        *ret = background;
        return RC_OK;
}

void background_stop(struct background *background)
{
        if (background)
                end_lanes(background, LANE__COUNT);
}
