/*
 * domain/reclaim.c - see reclaim.h.
 *
 * The blobs of a store come in digest order, a window of them at a time. Then everything that
 * needs bytes is walked, and marks what it needs (reclaim_mark.c). What has no mark and is stale
 * goes. Before, rows end that are due; afterwards what was noted of bytes that are gone is forgotten.
 */
#include "domain/reclaim_run.h"

#include <unistd.h>

#include "base/clock.h"
#include "domain/ttl.h"
#include "store/reclaim.h"

#define BATCH 200                     /* rows in one write: others wait for it */
#define SECOND_US INT64_C(1000000)

enum rc reclaim_step(struct reclaim *r, struct err *err)
{
        if (r->order->stop && r->order->stop(r->order->payload))
                return err_set(err, RC_UNAVAILABLE, "Reclaiming was interrupted: the next run goes on.");
        if (r->order->on_progress)
                r->order->on_progress(r->order->payload, &r->counts);
        if (r->order->pause_us)
                (void)usleep(r->order->pause_us);
        return RC_OK;
}

enum rc reclaim_next_page(struct reclaim *r, struct err *err)
{
        enum rc rc = reclaim_step(r, err);

        return rc ? rc : db_read_refresh(r->call->conn, err);
}

/* ---- ending what is due ---- */

enum ending {
        END_EXPIRED, END_INHERITED, END_UNREACHABLE, END_PENDING, END_PURGE, END_UPLOADS, END_RUNS, END_PURGE_RUNS, END__COUNT
};

struct end_job {
        struct reclaim *r;
        enum ending what;
        size_t count;
        struct unreachable_cursor cursor;
        struct ttl_cursor life;
};

static enum rc end_write(struct call *call, void *payload, struct err *err)
{
        struct end_job *job = payload;
        const struct reclaim *r = job->r;

        switch (job->what) {
        case END_EXPIRED:
                return artifact_expire(call, r->now_us, BATCH, &job->count, err);
        case END_INHERITED:
                return ttl_expire_inherited(call, r->now_us, &job->life, BATCH, &job->count, err);
        case END_UNREACHABLE:
                /* Their window has passed already; one grace period more is for commits that build on them. */
                return store_reclaim_end_unreachable(call->conn, &r->limits,
                                                     r->limits.restore_from_us + r->now_us - r->fresh_from_us,
                                                     &job->cursor, BATCH, &job->count, err);
        case END_PENDING:
                return store_reclaim_end_pending(call->conn, &r->limits, r->now_us, BATCH, &job->count, err);
        case END_PURGE:
                return store_reclaim_purge(call->conn, &r->limits, r->now_us, BATCH, &job->count, err);
        case END_UPLOADS:
                return store_reclaim_end_uploads(call->conn, &r->limits, BATCH, &job->count, err);
        case END_RUNS:
                return store_reclaim_end_runs(call->conn, &r->limits, BATCH, &job->count, err);
        case END_PURGE_RUNS:
                return store_reclaim_purge_runs(call->conn, &r->limits, r->now_us, BATCH, &job->count, err);
        case END__COUNT:
                break;
        }
        return err_set(err, RC_INTERNAL, "no such ending");
}

static enum rc end_due(struct reclaim *r, struct err *err)
{
        uint64_t *const counters[END__COUNT] = {
                [END_EXPIRED] = &r->counts.versions_expired,
                [END_INHERITED] = &r->counts.versions_expired,
                [END_PENDING] = &r->counts.pending_ended,
                [END_PURGE] = &r->counts.versions_purged,
                [END_UPLOADS] = &r->counts.uploads_ended,
        };

        for (enum ending what = 0; what < END__COUNT; what++) {
                struct end_job job = { .r = r, .what = what, .count = BATCH };

                while (job.count == BATCH) {
                        struct arena *usual = r->call->arena;
                        enum rc rc;

                        r->call->arena = &r->item;
                        rc = domain_write(r->call, end_write, &job, err);
                        r->call->arena = usual;
                        arena_done(&r->item);
                        if (rc)
                                return rc;
                        if (counters[what])
                                *counters[what] += job.count;
                        rc = reclaim_step(r, err);
                        if (rc)
                                return rc;
                }
        }
        return RC_OK;
}

/* ---- sweeping ---- */

static bool is_garbage(const struct reclaim *r, const struct blob_item *item)
{
        const uint8_t *marks = reclaim_marks_of(r, item->ref.sha256);

        return marks && (*marks & (BLOB_STALE | BLOB_NEEDED)) == BLOB_STALE &&
               (!r->order->dry_run || item->fresh_us < r->fresh_from_us - BLOB_FRESH_LAG_US);
}

static enum rc sweep_some(struct reclaim *r, struct blob_store *store, const struct blob_ref *refs, size_t count,
                          struct err *err)
{
        bool deleted[PAGE] = { false };
        enum rc rc = RC_OK;

        if (!r->order->dry_run && count)
                rc = blob_delete_stale_some(store, refs, count, r->fresh_from_us, deleted, err);
        for (size_t i = 0; !rc && i < count; i++) {
                if (!deleted[i] && !r->order->dry_run)
                        continue;
                *reclaim_marks_of(r, refs[i].sha256) |= BLOB_GONE;
                r->counts.deleted_blobs++;
                r->counts.deleted_bytes += refs[i].size_bytes;
        }
        return rc;
}

/* What of a page is garbage, deleted together. *ret_past: the page ends behind the window. */
static enum rc sweep_page(struct reclaim *r, struct blob_store *store, const struct blob_item *items, size_t count,
                          const uint8_t *end, bool *ret_past, struct err *err)
{
        struct blob_ref refs[PAGE];
        size_t found = 0;

        for (size_t i = 0; i < count && !*ret_past; i++) {
                *ret_past = memcmp(items[i].ref.sha256, end, 32) > 0;
                if (!*ret_past && is_garbage(r, &items[i]))
                        refs[found++] = items[i].ref;
        }
        return sweep_some(r, store, refs, found, err);
}

static enum rc sweep(struct reclaim *r, struct blob_store *store, const uint8_t *after, const uint8_t *end,
                     struct err *err)
{
        struct blob_item *items = calloc(PAGE, sizeof(*items));
        uint8_t from[32];
        size_t count = PAGE;
        bool past = false;
        enum rc rc = RC_OK;

        if (!items)
                abort();
        while (!rc && count == PAGE && !past) {
                rc = blob_list(store, after, items, PAGE, &count, err);
                if (!rc)
                        rc = sweep_page(r, store, items, count, end, &past, err);
                if (!rc && count) {
                        memcpy(from, items[count - 1].ref.sha256, 32);
                        after = from;
                        rc = reclaim_step(r, err);
                }
        }
        free(items);
        return rc;
}

/* ---- forgetting what was noted of bytes that are gone ---- */

/* Notes to be dropped, and artifacts that have none behind these: one write for many artifacts. */
struct forget_job {
        int64_t now_us;
        struct artifact_blob blobs[BATCH];
        size_t count;
        int64_t swept[BATCH];
        size_t swept_count;
};

static enum rc forget_write(struct call *call, void *payload, struct err *err)
{
        const struct forget_job *job = payload;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < job->count; i++)
                rc = store_reclaim_forget(call->conn, &job->blobs[i], err);
        for (size_t i = 0; !rc && i < job->swept_count; i++)
                rc = store_reclaim_swept(call->conn, job->swept[i], job->now_us, err);
        return rc;
}

static enum rc forget_flush(struct reclaim *r, struct forget_job *job, struct err *err)
{
        enum rc rc = RC_OK;

        if (job->count || job->swept_count)
                rc = domain_write(r->call, forget_write, job, err);
        job->count = job->swept_count = 0;
        return rc ? rc : reclaim_step(r, err);
}

/* Gone by our hand, or by that of a run that was cut off. */
static enum rc is_gone(struct reclaim *r, const struct artifact_blob *blob, bool *ret_gone, struct err *err)
{
        const uint8_t *marks = reclaim_marks_of(r, blob->bytes.sha256);
        struct blob_ref ref = { .size_bytes = (uint64_t)blob->bytes.size_bytes };
        bool there = false;
        enum rc rc;

        if (marks && !(*marks & BLOB_GONE)) {
                *ret_gone = false;
                return RC_OK;
        }
        memcpy(ref.sha256, blob->bytes.sha256, 32);
        rc = blob_exists(r->call->domain->blobs, &ref, false, &there, err);
        if (!rc)
                *ret_gone = !there;
        return rc;
}

static enum rc forget_artifact(struct reclaim *r, int64_t id, struct artifact_blob *page, struct forget_job *job,
                               struct err *err)
{
        struct artifact_blob last;
        bool started = false, left = false;
        size_t count = BATCH;
        enum rc rc = RC_OK;

        while (!rc && count == BATCH) {
                rc = store_reclaim_sent(r->call->conn, id, started ? &last : NULL, page, BATCH, &count, err);
                if (!rc && count)
                        last = page[count - 1];
                started = true;
                for (size_t i = 0; !rc && i < count; i++) {
                        bool gone = false;

                        rc = is_gone(r, &page[i], &gone, err);
                        if (!rc && gone)
                                job->blobs[job->count++] = page[i];
                        left = left || !gone;
                        if (!rc && job->count == BATCH)
                                rc = forget_flush(r, job, err);
                }
        }
        if (rc || left)
                return rc;
        job->swept[job->swept_count++] = id;
        return job->swept_count == BATCH ? forget_flush(r, job, err) : RC_OK;
}

static enum rc forget_gone(struct reclaim *r, struct err *err)
{
        struct artifact_blob *page = calloc(BATCH, sizeof(*page));
        struct forget_job *job = calloc(1, sizeof(*job));
        int64_t ids[BATCH];
        int64_t after = 0;
        size_t count = BATCH;
        enum rc rc = RC_OK;

        if (!page || !job)
                abort();
        job->now_us = r->now_us;
        while (!rc && count == BATCH) {
                rc = store_reclaim_purged(r->call->conn, after, ids, BATCH, &count, err);
                for (size_t i = 0; !rc && i < count; i++) {
                        rc = forget_artifact(r, ids[i], page, job, err);
                        after = ids[i];
                }
                if (!rc)
                        rc = forget_flush(r, job, err);
        }
        free(page);
        free(job);
        return rc;
}

/* ---- a store, and all ---- */

static enum rc reclaim_store(struct reclaim *r, struct blob_store *store, bool parts, struct err *err)
{
        uint8_t after[32], end[32] = { 0 };
        bool started = false, last = false;

        while (!last) {
                enum rc rc = reclaim_load_window(r, store, started ? after : NULL, end, &last, err);

                if (!rc && r->doubtful) {
                        rc = reclaim_mark(r, parts, err);
                        if (!rc && r->doubtful)
                                rc = sweep(r, store, started ? after : NULL, end, err);
                }
                if (!rc && !parts && !r->order->dry_run)
                        rc = forget_gone(r, err);
                if (rc)
                        return rc;
                memcpy(after, end, 32);
                started = true;
        }
        return RC_OK;
}

static enum rc shrink(struct reclaim *r, struct blob_store *store, struct err *err)
{
        bool more = true;
        enum rc rc = RC_OK;

        while (!rc && more) {
                rc = blob_shrink(store, &more, err);
                if (!rc)
                        rc = reclaim_step(r, err);
        }
        return rc;
}

static enum rc measure(struct reclaim *r, uint64_t *ret, struct err *err)
{
        uint64_t blobs = 0, parts = 0;
        enum rc rc;

        if (!r->order->measure)
                return RC_OK;
        rc = blob_disk_usage(r->call->domain->blobs, &blobs, err);
        if (!rc)
                rc = blob_disk_usage(r->call->domain->parts, &parts, err);
        if (!rc)
                *ret = blobs + parts;
        return rc;
}

static enum rc run(struct reclaim *r, struct err *err)
{
        const struct domain *domain = r->call->domain;
        enum rc rc = measure(r, &r->counts.disk_before, err);

        if (!rc && !r->order->dry_run)
                rc = end_due(r, err);
        if (!rc)
                rc = db_read_refresh(r->call->conn, err);
        if (!rc)
                rc = reclaim_store(r, domain->blobs, false, err);
        if (!rc)
                rc = reclaim_store(r, domain->parts, true, err);
        if (!rc && !r->order->dry_run)
                rc = shrink(r, domain->blobs, err);
        if (!rc && !r->order->dry_run)
                rc = shrink(r, domain->parts, err);
        if (!rc)
                rc = measure(r, &r->counts.disk_after, err);
        return rc;
}

enum rc reclaim_run(struct call *call, const struct reclaim_order *order, struct reclaim_counts *ret, struct err *err)
{
        int64_t grace_s = order->grace_s > RECLAIM_GRACE_MIN_S ? order->grace_s : RECLAIM_GRACE_MIN_S;
        int64_t restore_s = order->restore_s > grace_s ? order->restore_s : grace_s;
        struct reclaim r = { .call = call, .order = order, .now_us = clock_now_us() };
        enum rc rc;

        arena_init(&r.item, 0);
        r.fresh_from_us = r.now_us - grace_s * SECOND_US;
        r.limits.restore_from_us = r.now_us - restore_s * SECOND_US;
        r.limits.idle_from_us = r.now_us - (grace_s > RECLAIM_IDLE_S ? grace_s : RECLAIM_IDLE_S) * SECOND_US;
        r.max = order->window_blobs > PAGE ? order->window_blobs : order->window_blobs ? PAGE : WINDOW_BLOBS;
        r.heads = calloc(r.max, sizeof(*r.heads));
        r.flags = calloc(r.max, sizeof(*r.flags));
        if (!r.heads || !r.flags)
                abort();
        rc = run(&r, err);
        free(r.heads);
        free(r.flags);
        arena_done(&r.item);
        *ret = r.counts;
        return rc;
}
