/*
 * domain/storage.c - see storage.h.
 */
#include "domain/storage.h"

#include <unistd.h>

#include "base/clock.h"
#include "domain/files.h"
#include "domain/policy_people.h"

#define PAGE 500
#define FLUSH 200                     /* figures in one write */
#define LARGE_BYTES ((uint64_t)1 << 20)

/* ---- what is different ---- */

static bool half_keeps(const struct distinct_half *half, uint64_t key)
{
        return (key & ((UINT64_C(1) << half->shift) - 1)) == 0;
}

/* The key's place, or the free one where it belongs. */
static size_t half_find(const struct distinct_half *half, uint64_t key)
{
        size_t at = (size_t)(key >> 32 ^ key >> half->shift) & (half->cap - 1);

        while (half->keys[at] && half->keys[at] != key)
                at = (at + 1) & (half->cap - 1);
        return at;
}

static void half_put(struct distinct_half *half, uint64_t key, uint64_t size)
{
        size_t at = half_find(half, key);

        if (half->keys[at])
                return;
        half->keys[at] = key;
        half->sizes[at] = size;
        half->count++;
        half->bytes += size;
}

/* Into new tables; what the shift leaves out is dropped. */
static void half_rebuild(struct distinct_half *half, size_t cap)
{
        struct distinct_half made = { .cap = cap, .shift = half->shift };

        made.keys = calloc(cap, sizeof(*made.keys));
        made.sizes = calloc(cap, sizeof(*made.sizes));
        if (!made.keys || !made.sizes)
                abort_because("out_of_memory", "what is stored was being counted");
        for (size_t i = 0; i < half->cap; i++)
                if (half->keys[i] && half_keeps(&made, half->keys[i]))
                        half_put(&made, half->keys[i], half->sizes[i]);
        free(half->keys);
        free(half->sizes);
        *half = made;
}

static void half_add(struct distinct_half *half, uint64_t key, uint64_t size)
{
        if (!half_keeps(half, key) || (half->cap && half->keys[half_find(half, key)]))
                return;
        while (half->count >= DISTINCT_EXACT) {
                half->shift++;
                half_rebuild(half, half->cap);
        }
        if (!half_keeps(half, key))
                return;
        if (2 * half->count >= half->cap)
                half_rebuild(half, half->cap ? 2 * half->cap : 256);
        half_put(half, key, size);
}

void distinct_add(struct distinct *set, const uint8_t sha256[32], uint64_t size_bytes)
{
        uint64_t key = 0;

        for (size_t i = 0; i < 8; i++)
                key = key << 8 | sha256[i];
        half_add(size_bytes < LARGE_BYTES ? &set->small : &set->large, key ? key : 1, size_bytes);
}

uint64_t distinct_bytes(const struct distinct *set)
{
        return (set->small.bytes << set->small.shift) + (set->large.bytes << set->large.shift);
}

bool distinct_estimated(const struct distinct *set)
{
        return set->small.shift || set->large.shift;
}

static void half_clear(struct distinct_half *half)
{
        free(half->keys);
        free(half->sizes);
        *half = (struct distinct_half){ 0 };
}

void distinct_clear(struct distinct *set)
{
        half_clear(&set->small);
        half_clear(&set->large);
}

/* ---- the walk ---- */

struct tally {
        struct storage_figure figure;
        struct distinct set;
};

struct count {
        struct call *call;
        const struct storage_order *order;
        int64_t now_us, done, total;
        struct tally tallies[3];      /* by enum storage_scope */
        bool counts[3];               /* whether what is walked now counts there, or only its content does */
        struct storage_figure ready[FLUSH];
        size_t ready_count;
        struct arena item;            /* one version */
};

static enum rc put_write(struct call *call, void *payload, struct err *err)
{
        const struct count *c = payload;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < c->ready_count; i++)
                rc = store_storage_put(call->conn, &c->ready[i], err);
        return rc;
}

static enum rc flush(struct count *c, struct err *err)
{
        enum rc rc = c->ready_count ? domain_write(c->call, put_write, c, err) : RC_OK;

        c->ready_count = 0;
        return rc;
}

static void begin_tally(struct count *c, enum storage_scope scope, int64_t id)
{
        c->tallies[scope].figure = (struct storage_figure){ .scope = scope, .id = id, .counted_us = c->now_us };
}

static enum rc end_tally(struct count *c, enum storage_scope scope, struct err *err)
{
        struct tally *t = &c->tallies[scope];

        t->figure.unique_bytes = (int64_t)distinct_bytes(&t->set);
        t->figure.estimated = distinct_estimated(&t->set);
        distinct_clear(&t->set);
        c->ready[c->ready_count++] = t->figure;
        return c->ready_count == FLUSH ? flush(c, err) : RC_OK;
}

static enum rc count_files(struct count *c, const struct stored_bytes *index_bytes, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = NULL;
        struct manifest_bytes bytes = files_source(c->call, index_bytes);
        bool end = false;
        enum rc rc = manifest_index_open(&bytes, &index, err);

        if (rc)
                return rc;
        cursor = manifest_cursor_new(index, 0);
        while (!rc && !end) {
                struct manifest_entry entry;

                rc = manifest_cursor_next(cursor, &entry, &end, err);
                for (size_t i = 0; !rc && !end && entry.has_stored && i < ARRAY_LEN(c->tallies); i++)
                        distinct_add(&c->tallies[i].set, entry.sha256, entry.stored_bytes);
        }
        return rc;
}

static enum rc count_version(struct count *c, const struct storage_version *v, struct err *err)
{
        struct arena *usual = c->call->arena;
        enum rc rc = RC_OK;

        for (size_t i = 0; i < ARRAY_LEN(c->tallies); i++) {
                if (!c->counts[i])
                        continue;
                c->tallies[i].figure.versions++;
                c->tallies[i].figure.files += v->file_count;
                c->tallies[i].figure.logical_bytes += v->size_bytes;
        }
        c->call->arena = &c->item;
        if (v->index.size_bytes >= 0)
                rc = count_files(c, &v->index, err);
        c->call->arena = usual;
        arena_done(&c->item);
        if (rc && rc != RC_NOT_FOUND && rc != RC_CORRUPT)
                return rc;
        c->done++;
        if (c->order->on_progress)
                c->order->on_progress(c->order->payload, c->done, c->total);
        if (c->order->pause_us)
                (void)usleep(c->order->pause_us);
        if (c->order->stop && c->order->stop(c->order->payload))
                return err_set(err, RC_UNAVAILABLE, "Counting was interrupted: it starts afresh.");
        return RC_OK;
}

static enum rc count_collection(struct count *c, const struct storage_place *place, struct err *err)
{
        struct storage_version *page = calloc(PAGE, sizeof(*page));
        int64_t after = -1;
        size_t count = PAGE;
        enum rc rc = RC_OK;

        if (!page)
                abort_because("out_of_memory", "what is stored was being counted");
        begin_tally(c, STORAGE_COLLECTION, place->collection_id);
        c->counts[STORAGE_COLLECTION] = true;
        c->counts[STORAGE_PROJECT] = place->is_sequence || place->is_registry;
        c->counts[STORAGE_ALL] = place->is_sequence;
        while (!rc && count == PAGE) {
                rc = store_storage_versions(c->call->conn, place->collection_id, after, page, PAGE, &count, err);
                for (size_t i = 0; !rc && i < count; i++) {
                        rc = count_version(c, &page[i], err);
                        after = page[i].version;
                }
                if (!rc)
                        rc = db_read_refresh(c->call->conn, err);
        }
        free(page);
        return rc ? rc : end_tally(c, STORAGE_COLLECTION, err);
}

static enum rc forget_write(struct call *call, void *payload, struct err *err)
{
        return store_storage_forget(call->conn, *(const int64_t *)payload, err);
}

static enum rc walk(struct count *c, struct err *err)
{
        struct storage_place place = { 0 };
        bool found = true;
        enum rc rc = store_storage_total(c->call->conn, &c->total, err);

        begin_tally(c, STORAGE_ALL, 0);
        while (!rc && found) {
                int64_t project_id = place.project_id;

                rc = store_storage_next(c->call->conn, &place, &found, err);
                if (rc)
                        break;
                if (project_id && (!found || place.project_id != project_id))
                        rc = end_tally(c, STORAGE_PROJECT, err);
                if (!rc && found && place.project_id != project_id)
                        begin_tally(c, STORAGE_PROJECT, place.project_id);
                if (!rc && found)
                        rc = count_collection(c, &place, err);
        }
        if (!rc)
                rc = end_tally(c, STORAGE_ALL, err);
        if (!rc)
                rc = flush(c, err);
        return rc ? rc : domain_write(c->call, forget_write, &c->now_us, err);
}

enum rc storage_count(struct call *call, const struct storage_order *order, struct err *err)
{
        struct count *c = calloc(1, sizeof(*c));
        enum rc rc;

        if (!c)
                abort_because("out_of_memory", "what is stored was being counted");
        c->call = call;
        c->order = order;
        c->now_us = call_now_us(call);
        arena_init(&c->item, 0);
        rc = walk(c, err);
        for (size_t i = 0; i < ARRAY_LEN(c->tallies); i++)
                distinct_clear(&c->tallies[i].set);
        arena_done(&c->item);
        free(c);
        return rc;
}

/* ---- looking ---- */

static enum rc look(struct call *call, enum storage_scope scope, int64_t id, struct storage_figure **ret,
                    struct err *err)
{
        struct storage_figure *figure = arena_new(call->arena, struct storage_figure);
        bool found = false;
        enum rc rc = store_storage_get(call->conn, scope, id, figure, &found, err);

        if (!rc)
                *ret = found ? figure : NULL;
        return rc;
}

enum rc storage_of_project(struct call *call, const struct project *project, struct storage_figure **ret,
                           struct err *err)
{
        bool may = policy_is_operator(call);
        enum rc rc = may ? RC_OK : policy_may(call, project, ACT_VIEW, &may, err);

        *ret = NULL;
        return rc || !may ? rc : look(call, STORAGE_PROJECT, project->id, ret, err);
}

enum rc storage_of_collection(struct call *call, const struct collection *collection, struct storage_figure **ret,
                              struct err *err)
{
        struct project *project = NULL;
        enum rc rc = project_see(call, collection->project_id, &project, err);

        *ret = NULL;
        return rc || !project ? rc : look(call, STORAGE_COLLECTION, collection->id, ret, err);
}

enum rc storage_of_all(struct call *call, struct storage_figure **ret, struct err *err)
{
        enum rc rc = policy_require_admin(call, "see what is stored", err);

        return rc ? rc : look(call, STORAGE_ALL, 0, ret, err);
}
