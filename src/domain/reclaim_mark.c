/*
 * domain/reclaim_mark.c - the window of blobs that a run looks at, and the marks of those that are needed.
 *
 * Of each blob only the first eight bytes of its digest and three bits are kept. Should two digests begin alike, the needed
 * one saves the other: a mistake can only keep bytes. The walk over what needs bytes begins with rows, which are cheap, and opens
 * indexes of versions only while some stale blob is still without its mark. Called by reclaim.c.
 */
#include "domain/reclaim_run.h"

#include "domain/artifact.h"
#include "domain/files.h"
#include "domain/manifest.h"

static uint64_t head_of(const uint8_t *sha256)
{
        uint64_t head = 0;

        for (size_t i = 0; i < 8; i++)
                head = head << 8 | sha256[i];
        return head;
}

/* ---- the window ---- */

enum rc reclaim_load_window(struct reclaim *r, struct blob_store *store, const uint8_t *after, uint8_t ret_end[32],
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
                        rc = reclaim_step(r, err);
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
                        rc = reclaim_next_page(r, err);
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
                                rc = reclaim_step(r, err);
                }
                if (!rc)
                        rc = db_read_refresh(r->call->conn, err);
        }
        free(page);
        return rc;
}

enum rc reclaim_mark(struct reclaim *r, bool parts, struct err *err)
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

uint8_t *reclaim_marks_of(const struct reclaim *r, const uint8_t *sha256)
{
        uint64_t head = head_of(sha256);
        size_t at = place_of(r, head);

        return at < r->count && r->heads[at] == head ? &r->flags[at] : NULL;
}
