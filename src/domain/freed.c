/*
 * domain/freed.c - see freed.h.
 *
 * The contents of the versions are a set, by the first eight bytes of their digests; whatever
 * another version needs is taken out of it, and what is left would go. Should two digests
 * begin alike, too little is promised.
 */
#include "domain/freed.h"

#include "base/clock.h"
#include "domain/files.h"
#include "domain/policy_people.h"
#include "domain/reclaim.h"
#include "domain/restore.h"
#include "store/reclaim.h"
#include "store/run_file.h"

#define PAGE 100
#define NEAR 500                      /* ids before the oldest of the versions where reading begins */
#define JUDGED_SLOTS 64u
#define SECOND_US INT64_C(1000000)

const struct freed_bounds freed_bounds_usual = {
        .own_files = 100000, .entries = 300000, .versions = 10000, .time_ms = 400,
};

struct content {
        uint64_t head;                /* 0: free */
        uint64_t bytes;               /* 0: needed elsewhere, or empty */
};

struct judged {
        int64_t project_id;
        bool seen;
};

struct freed_work {
        struct call *call;
        const struct artifact **own;  /* those that would go, by id */
        size_t own_count;
        struct freed_bounds left;     /* entries and versions: what may still be read */
        uint64_t deadline_ms;
        struct content *contents;     /* open addressing; cap is a power of two */
        size_t cap;
        uint64_t bytes;               /* sum of what is in the set */
        uint64_t own_bytes;           /* of the versions' files that were looked at, repeated ones too */
        bool own_whole, all_seen;     /* all files of the versions; all that others need */
        struct judged judged[JUDGED_SLOTS];
        struct arena item;            /* one other version */
};

/* ---- the set ---- */

static uint64_t head_of(const uint8_t *sha256)
{
        uint64_t head = 0;

        for (size_t i = 0; i < 8; i++)
                head = head << 8 | sha256[i];
        return head ? head : 1;
}

static struct content *place_of(const struct freed_work *w, uint64_t head)
{
        size_t at = (size_t)(head >> 20) & (w->cap - 1);

        while (w->contents[at].head && w->contents[at].head != head)
                at = (at + 1) & (w->cap - 1);
        return &w->contents[at];
}

static void add(struct freed_work *w, const uint8_t *sha256, uint64_t bytes)
{
        uint64_t head = head_of(sha256);
        struct content *c = place_of(w, head);

        w->own_bytes += bytes;
        if (c->head)
                return;
        *c = (struct content){ head, bytes };
        w->bytes += bytes;
}

static void take_out(struct freed_work *w, const uint8_t *sha256)
{
        struct content *c = place_of(w, head_of(sha256));

        w->bytes -= c->bytes;
        c->bytes = 0;
}

/* ---- the files of the versions themselves ---- */

/* *left: how many may still be looked at. */
static enum rc read_one(struct freed_work *w, const struct artifact *artifact, size_t *left, bool *ret_whole,
                        struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = NULL;
        enum rc rc = files_open(w->call, artifact, &index, err);

        if (rc)
                return rc;
        cursor = manifest_cursor_new(index, 0);
        for (;;) {
                struct manifest_entry entry;

                rc = manifest_cursor_next(cursor, &entry, ret_whole, err);
                if (rc || *ret_whole || *left == 0)
                        return rc;
                --*left;
                if (entry.has_stored)
                        add(w, entry.sha256, entry.stored_bytes);
        }
}

static enum rc read_own(struct freed_work *w, const struct freed_bounds *bounds, struct err *err)
{
        size_t wanted = 0, left;
        enum rc rc = RC_OK;

        for (size_t i = 0; i < w->own_count; i++)
                wanted += (size_t)w->own[i]->file_count;
        if (wanted > bounds->own_files)
                wanted = bounds->own_files;
        for (w->cap = 64; w->cap < 2 * wanted;)
                w->cap *= 2;
        w->contents = arena_array(w->call->arena, struct content, w->cap);
        left = wanted;
        w->own_whole = true;
        for (size_t i = 0; !rc && i < w->own_count && w->own_whole; i++) {
                bool whole = false;

                if (i == 0 || clock_mono_ms() <= w->deadline_ms)
                        rc = read_one(w, w->own[i], &left, &whole, err);
                w->own_whole = whole;
        }
        return rc;
}

static bool is_own(const struct freed_work *w, int64_t id)
{
        size_t low = 0, high = w->own_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (w->own[middle]->id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < w->own_count && w->own[low]->id == id;
}

/* Files of a run that made one: tables and pictures are sent for both. */
static enum rc read_run(struct freed_work *w, int64_t run_id, struct err *err)
{
        struct run_file_list page = { NULL, PAGE };
        int64_t after = 0;
        enum rc rc = RC_OK;

        for (size_t pages = 0; !rc && page.count == PAGE; pages++) {
                if (pages == w->left.versions || clock_mono_ms() > w->deadline_ms) {
                        w->all_seen = false;
                        return RC_OK;
                }
                rc = store_run_file_list(w->call->conn, &w->item, run_id, (struct str){ 0 }, after, PAGE, &page, err);
                for (size_t i = 0; !rc && i < page.count; i++) {
                        take_out(w, page.items[i].sha256);
                        after = page.items[i].id;
                }
                arena_done(&w->item);
        }
        return rc;
}

static enum rc read_runs(struct freed_work *w, struct err *err)
{
        int64_t last = 0;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < w->own_count; i++) {
                if (w->own[i]->run_id && w->own[i]->run_id != last)
                        rc = read_run(w, w->own[i]->run_id, err);
                last = w->own[i]->run_id;
        }
        return rc;
}

/* ---- other versions ---- */

static enum rc judge(struct freed_work *w, int64_t project_id, bool *ret_seen, struct err *err)
{
        struct judged *judged = &w->judged[(uint64_t)project_id % JUDGED_SLOTS];

        if (judged->project_id != project_id) {
                struct project *project = NULL;
                enum rc rc = policy_is_operator(w->call) ? RC_OK : project_see(w->call, project_id, &project, err);

                if (rc)
                        return rc;
                *judged = (struct judged){ project_id, project || policy_is_operator(w->call) };
        }
        *ret_seen = judged->seen;
        return RC_OK;
}

static enum rc read_files(struct freed_work *w, const struct stored_bytes *stored, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = NULL;
        struct manifest_bytes bytes = files_source(w->call, stored);
        enum rc rc = manifest_index_open(&bytes, &index, err);

        if (rc)
                return rc;
        cursor = manifest_cursor_new(index, 0);
        for (; w->left.entries; w->left.entries--) {
                struct manifest_entry entry;
                bool end = false;

                rc = manifest_cursor_next(cursor, &entry, &end, err);
                if (rc || end)
                        return rc;
                if (entry.has_stored)
                        take_out(w, entry.sha256);
        }
        return RC_OK;
}

static enum rc read_version(struct freed_work *w, const struct reclaim_version *v, struct err *err)
{
        struct arena *usual = w->call->arena;
        bool seen = false;
        enum rc rc = judge(w, v->project_id, &seen, err);

        if (rc)
                return rc;
        if (!seen) {
                w->all_seen = false;
                return RC_OK;
        }
        w->call->arena = &w->item;
        rc = read_files(w, &v->index, err);
        w->call->arena = usual;
        arena_done(&w->item);
        if (rc == RC_NOT_FOUND || rc == RC_CORRUPT) {
                w->all_seen = false;
                rc = RC_OK;
        }
        return rc;
}

/* Those with after < id <= last, until a bound is reached; nothing more to do when the set is empty. */
static enum rc read_others(struct freed_work *w, const struct reclaim_limits *limits, int64_t after, int64_t last,
                           struct err *err)
{
        struct reclaim_version page[PAGE];
        size_t count = PAGE;
        enum rc rc = RC_OK;

        while (!rc && count == PAGE) {
                rc = store_reclaim_versions(w->call->conn, limits, after, page, PAGE, &count, err);
                for (size_t i = 0; !rc && i < count; i++) {
                        after = page[i].id;
                        if (after > last || !w->bytes)
                                return RC_OK;
                        if (is_own(w, after))
                                continue;
                        if (!w->left.versions-- || !w->left.entries || clock_mono_ms() > w->deadline_ms) {
                                w->left.versions = 0;
                                w->all_seen = false;
                                return RC_OK;
                        }
                        rc = read_version(w, &page[i], err);
                }
        }
        return rc;
}

/* ---- all together ---- */

static enum rc work(struct freed_work *w, const struct freed_bounds *bounds, struct freed *ret, struct err *err)
{
        struct reclaim_limits limits = { 0 };
        int64_t now_us = call_now_us(w->call), near = w->own[0]->id > NEAR ? w->own[0]->id - NEAR : 0;
        enum rc rc = restore_window_get(w->call->conn, w->call->arena, &ret->restore_s, err);

        if (!rc)
                rc = read_own(w, bounds, err);
        if (rc)
                return rc;
        limits.restore_from_us = now_us - ret->restore_s * SECOND_US;
        limits.idle_from_us = now_us - RECLAIM_IDLE_S * SECOND_US;
        rc = read_runs(w, err);
        if (!rc)
                rc = read_others(w, &limits, near, INT64_MAX, err);
        if (!rc && w->left.versions)
                rc = read_others(w, &limits, 0, near, err);
        return rc;
}

static enum rc may_go(struct call *call, const struct artifact *artifact, bool *ret, struct err *err)
{
        struct project *project = NULL;
        bool may = false;
        enum rc rc = project_see(call, artifact->project_id, &project, err);

        if (!rc && project)
                rc = policy_may(call, project, ACT_DELETE_VERSION, &may, err);
        if (rc)
                return rc;
        *ret = may && artifact->state == ARTIFACT_COMMITTED;
        return RC_OK;
}

static int by_id(const void *a, const void *b)
{
        const struct artifact *const *x = a, *const *y = b;

        return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* Into w->own: those that may go, each once, by id. */
static enum rc choose(struct freed_work *w, const struct artifact *const *artifacts, size_t count, struct err *err)
{
        size_t n = 0, kept = 0;

        w->own = arena_array(w->call->arena, const struct artifact *, count + 1);
        for (size_t i = 0; i < count; i++) {
                bool may = false;
                enum rc rc = may_go(w->call, artifacts[i], &may, err);

                if (rc)
                        return rc;
                if (may)
                        w->own[n++] = artifacts[i];
        }
        if (n > 1)
                qsort(w->own, n, sizeof(*w->own), by_id);
        for (size_t i = 0; i < n; i++)
                if (kept == 0 || w->own[kept - 1]->id != w->own[i]->id)
                        w->own[kept++] = w->own[i];
        w->own_count = kept;
        return RC_OK;
}

static void sum_up(const struct freed_work *w, struct freed *ret)
{
        int64_t size_bytes = 0;

        for (size_t i = 0; i < w->own_count; i++)
                size_bytes += w->own[i]->size_bytes;
        ret->at_most_bytes = (int64_t)w->bytes;
        if (!w->own_whole && size_bytes > (int64_t)w->own_bytes)
                ret->at_most_bytes += size_bytes - (int64_t)w->own_bytes;
        ret->at_least_bytes = w->all_seen || !w->bytes ? (int64_t)w->bytes : 0;
}

enum rc freed_by_deletions(struct call *call, const struct artifact *const *artifacts, size_t count,
                           const struct freed_bounds *bounds, struct freed **ret, struct err *err)
{
        struct freed_work *w = arena_new(call->arena, struct freed_work);
        struct freed *freed = arena_new(call->arena, struct freed);
        enum rc rc;

        if (count > FREED_MAX)
                return err_set(err, RC_INVALID, "What more than %d versions free cannot be told: name fewer.", FREED_MAX);
        w->call = call;
        w->left = *bounds;
        w->deadline_ms = clock_mono_ms() + bounds->time_ms;
        w->all_seen = true;
        rc = choose(w, artifacts, count, err);
        if (rc)
                return rc;
        if (w->own_count == 0) {
                *ret = NULL;
                return RC_OK;
        }
        arena_init(&w->item, 0);
        rc = work(w, bounds, freed, err);
        arena_done(&w->item);
        if (rc == RC_NOT_FOUND || rc == RC_CORRUPT) {
                *ret = NULL;
                return RC_OK;
        }
        if (rc)
                return rc;
        sum_up(w, freed);
        *ret = freed;
        return RC_OK;
}

enum rc freed_by_deletion(struct call *call, const struct artifact *artifact, const struct freed_bounds *bounds,
                          struct freed **ret, struct err *err)
{
        return freed_by_deletions(call, &artifact, 1, bounds, ret, err);
}
