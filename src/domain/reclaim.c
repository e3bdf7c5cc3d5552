/*
 * domain/reclaim.c - see reclaim.h.
 *
 * The blobs of a store come in digest order, a window of them at a time. Of each only the
 * first eight bytes of its digest and three bits are kept. Then everything that needs bytes
 * is walked, and sets a bit where it finds itself. What has no bit and is stale goes. Should
 * two digests begin alike, the needed one saves the other: a mistake can only keep bytes.
 *
 * The walk begins with rows, which are cheap, and opens indexes of versions only while some
 * stale blob is still without its bit.
 */
#include "domain/reclaim.h"

#include <unistd.h>

#include "base/clock.h"
#include "domain/artifact.h"
#include "domain/files.h"
#include "domain/manifest.h"
#include "domain/ttl.h"
#include "store/reclaim.h"

#define PAGE 1000
#define BATCH 200                     /* rows in one write: others wait for it */
#define WINDOW_BLOBS ((size_t)2 << 20)
#define SECOND_US INT64_C(1000000)

enum { BLOB_STALE = 1, BLOB_NEEDED = 2, BLOB_GONE = 4 };

struct reclaim {
        struct call *call;
        const struct reclaim_order *order;
        struct reclaim_counts counts;
        struct reclaim_limits limits;
        int64_t now_us, fresh_from_us;
        struct arena item;            /* one version */
        /* The window, in digest order. */
        uint64_t *heads;
        uint8_t *flags;
        size_t count, max;
        size_t doubtful;              /* stale, and nobody has needed it yet */
};

static uint64_t head_of(const uint8_t *sha256)
{
        uint64_t head = 0;

        for (size_t i = 0; i < 8; i++)
                head = head << 8 | sha256[i];
        return head;
}

/* Between two small steps. */
static enum rc step(struct reclaim *r, struct err *err)
{
        if (r->order->stop && r->order->stop(r->order->payload))
                return err_set(err, RC_UNAVAILABLE, "Reclaiming was interrupted: the next run goes on.");
        if (r->order->on_progress)
                r->order->on_progress(r->order->payload, &r->counts);
        if (r->order->pause_us)
                (void)usleep(r->order->pause_us);
        return RC_OK;
}

/* Rows as they are now; holding an older view would keep the log from starting over. */
static enum rc next_page(struct reclaim *r, struct err *err)
{
        enum rc rc = step(r, err);

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
                        rc = step(r, err);
                        if (rc)
                                return rc;
                }
        }
        return RC_OK;
}

/* ---- the window ---- */

/* Blobs behind `after`; *ret_end is the digest of the last one in the window. */
static enum rc load_window(struct reclaim *r, struct blob_store *store, const uint8_t *after, uint8_t ret_end[32],
                           bool *ret_last, struct err *err)
{
        static const size_t page = PAGE;
        struct blob_item *items = arena_array(&r->item, struct blob_item, page);
        uint8_t end[32];
        size_t got = page;
        enum rc rc = RC_OK;

        r->count = r->doubtful = 0;
        if (after)
                memcpy(end, after, 32);
        while (!rc && got == page && r->count + page <= r->max) {
                rc = blob_list(store, after ? end : NULL, items, page, &got, err);
                for (size_t i = 0; !rc && i < got; i++) {
                        bool stale = items[i].fresh_us < r->fresh_from_us - BLOB_FRESH_LAG_US;

                        r->heads[r->count] = head_of(items[i].ref.sha256);
                        r->flags[r->count++] = stale ? BLOB_STALE : 0;
                        r->doubtful += stale;
                        r->counts.blobs++;
                        r->counts.bytes += items[i].ref.size_bytes;
                }
                if (!rc && got) {
                        memcpy(end, items[got - 1].ref.sha256, 32);
                        after = end;
                        rc = step(r, err);
                }
        }
        *ret_last = got < page;
        if (after)
                memcpy(ret_end, end, 32);
        arena_done(&r->item);
        return rc;
}

/* First place whose head is not less. */
static size_t place_of(const struct reclaim *r, uint64_t head)
{
        size_t low = 0, high = r->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (r->heads[middle] < head)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* ---- marking ---- */

static void need(struct reclaim *r, const uint8_t *sha256)
{
        uint64_t head = head_of(sha256);

        r->counts.references++;
        for (size_t i = place_of(r, head); i < r->count && r->heads[i] == head; i++) {
                r->doubtful -= (r->flags[i] & (BLOB_STALE | BLOB_NEEDED)) == BLOB_STALE;
                r->flags[i] |= BLOB_NEEDED;
        }
}

static enum rc mark_rows(struct reclaim *r, enum reclaim_source source, struct err *err)
{
        struct reclaim_cursor cursor = reclaim_start;
        struct sha256 *found = calloc(PAGE, sizeof(*found));
        size_t count = PAGE;
        enum rc rc = RC_OK;

        if (!found)
                abort();
        while (!rc && count == PAGE && r->doubtful) {
                rc = store_reclaim_page(r->call->conn, source, &r->limits, &cursor, found, PAGE, &count, err);
                for (size_t i = 0; !rc && i < count; i++)
                        need(r, found[i].bytes);
                if (!rc)
                        rc = next_page(r, err);
        }
        free(found);
        return rc;
}

static enum rc mark_files(struct reclaim *r, const struct stored_bytes *stored, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = NULL;
        struct manifest_bytes bytes = files_source(r->call, stored);
        bool end = false;
        enum rc rc = manifest_index_open(&bytes, &index, err);

        if (rc)
                return rc;
        cursor = manifest_cursor_new(index, 0);
        for (;;) {
                struct manifest_entry entry;

                rc = manifest_cursor_next(cursor, &entry, &end, err);
                if (rc || end)
                        return rc;
                if (entry.has_stored)
                        need(r, entry.sha256);
        }
}

static enum rc mark_version(struct reclaim *r, const struct reclaim_version *version, struct err *err)
{
        struct arena *usual = r->call->arena;
        enum rc rc;

        need(r, version->manifest.sha256);
        need(r, version->index.sha256);
        r->call->arena = &r->item;
        rc = mark_files(r, &version->index, err);
        r->call->arena = usual;
        arena_done(&r->item);
        if (rc == RC_NOT_FOUND || rc == RC_CORRUPT)
                return err_set(err, RC_CORRUPT,
                               "The index of artifact %lld cannot be read, so nothing is deleted: run vitrined check.",
                               (long long)version->id);
        return rc;
}

static enum rc mark_versions(struct reclaim *r, struct err *err)
{
        struct reclaim_version *page = calloc(PAGE, sizeof(*page));
        int64_t after = 0;
        size_t count = PAGE;
        enum rc rc = RC_OK;

        if (!page)
                abort();
        while (!rc && count == PAGE && r->doubtful) {
                rc = store_reclaim_versions(r->call->conn, &r->limits, after, page, PAGE, &count, err);
                for (size_t i = 0; !rc && i < count && r->doubtful; i++) {
                        rc = mark_version(r, &page[i], err);
                        after = page[i].id;
                        if (!rc)
                                rc = step(r, err);
                }
                if (!rc)
                        rc = db_read_refresh(r->call->conn, err);
        }
        free(page);
        return rc;
}

static enum rc mark(struct reclaim *r, bool parts, struct err *err)
{
        enum rc rc;

        if (parts)
                return mark_rows(r, RECLAIM_PARTS, err);
        rc = mark_rows(r, RECLAIM_SENT, err);
        if (!rc)
                rc = mark_rows(r, RECLAIM_RUN_FILES, err);
        if (!rc)
                rc = mark_rows(r, RECLAIM_MANIFESTS, err);
        if (!rc)
                rc = mark_versions(r, err);
        return rc;
}

/* ---- sweeping ---- */

static bool is_garbage(const struct reclaim *r, const struct blob_item *item)
{
        uint64_t head = head_of(item->ref.sha256);
        size_t at = place_of(r, head);

        return at < r->count && r->heads[at] == head && (r->flags[at] & (BLOB_STALE | BLOB_NEEDED)) == BLOB_STALE &&
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
                r->flags[place_of(r, head_of(refs[i].sha256))] |= BLOB_GONE;
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
                        rc = step(r, err);
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
        return rc ? rc : step(r, err);
}

/* Gone by our hand, or by that of a run that was cut off. */
static enum rc is_gone(struct reclaim *r, const struct artifact_blob *blob, bool *ret_gone, struct err *err)
{
        uint64_t head = head_of(blob->bytes.sha256);
        struct blob_ref ref = { .size_bytes = (uint64_t)blob->bytes.size_bytes };
        size_t at = place_of(r, head);
        bool there = false;
        enum rc rc;

        if (at < r->count && r->heads[at] == head && !(r->flags[at] & BLOB_GONE)) {
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
                enum rc rc = load_window(r, store, started ? after : NULL, end, &last, err);

                if (!rc && r->doubtful) {
                        rc = mark(r, parts, err);
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
                        rc = step(r, err);
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
