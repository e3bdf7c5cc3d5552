/*
 * domain/manifest_merge.c - walking several indexes at once: union, comparison; and the
 * manifest JSON that clients download.
 *
 * A heap of cursors keeps the next path on top; of equal paths the one of the latest source,
 * which is taken, and the others are passed over.
 */
#include "domain/manifest_internal.h"

#include "json/json.h"
#include "model/model.h"

/* ---- JSON -------------------------------------------------------------------------------------- */

enum { FLUSH = 256 * 1024 };

struct json_out {
        const struct manifest_sink *sink;
        struct buf buf;
        struct json_writer w;
        struct arena arena;    /* for ids; emptied as it fills */
};

static void json_out_done(struct json_out *out)
{
        buf_done(&out->buf);
        arena_done(&out->arena);
}

static enum rc json_out_flush(struct json_out *out, size_t keep, struct err *err)
{
        enum rc rc;

        if (out->buf.len <= keep)
                return RC_OK;
        rc = out->sink->write(out->sink->payload, buf_str(&out->buf), err);
        buf_clear(&out->buf);
        arena_done(&out->arena);
        return rc;
}

static void json_out_begin(struct json_out *out, const struct manifest_sink *sink, bool layout_v2, const char *region)
{
        out->sink = sink;
        arena_init(&out->arena, 0);
        json_writer_init(&out->w, &out->buf);
        out->w.html_safe = true;
        json_begin_object(&out->w);
        json_key_int(&out->w, "version", 1);
        json_key_string(&out->w, "storagePolicy", STR("wandb-storage-policy-v1"));
        json_key(&out->w, STR("storagePolicyConfig"));
        json_begin_object(&out->w);
        json_key_string(&out->w, "storageLayout", layout_v2 ? STR("V2") : STR("V1"));
        if (region[0])
                json_key_string(&out->w, "storageRegion", str_from(region));
        json_end_object(&out->w);
        json_key(&out->w, STR("contents"));
        json_begin_object(&out->w);
}

static enum rc json_out_add(struct json_out *out, const struct manifest_entry *entry, struct err *err)
{
        struct json_writer *w = &out->w;

        json_key(w, entry->path);
        json_begin_object(w);
        json_key_string(w, "digest", entry->digest);
        if (entry->birth_artifact > 0)
                json_key_string(w, "birthArtifactID",
                                id_format(&out->arena, (struct id){ MODEL_ARTIFACT, entry->birth_artifact }));
        if (manifest_is_reference(entry))
                json_key_string(w, "ref", entry->ref);
        if (!str_is_null(entry->extra)) {
                json_key(w, STR("extra"));
                json_raw(w, entry->extra);
        }
        if (entry->size_bytes >= 0)
                json_key_int(w, "size", entry->size_bytes);
        json_end_object(w);
        return json_out_flush(out, FLUSH, err);
}

static enum rc json_out_finish(struct json_out *out, struct err *err)
{
        json_end_object(&out->w);
        json_end_object(&out->w);
        return json_out_flush(out, 0, err);
}

enum rc manifest_json_write(struct manifest_index *index, const struct manifest_sink *sink, struct err *err)
{
        _cleanup_(json_out_done) struct json_out out = { 0 };
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = manifest_cursor_new(index, 0);
        const struct manifest_info *info = manifest_index_info(index);
        struct manifest_entry entry;
        bool end = false;

        json_out_begin(&out, sink, info->layout_v2, info->region);
        for (;;) {
                enum rc rc = manifest_cursor_next(cursor, &entry, &end, err);

                if (rc)
                        return rc;
                if (end)
                        return json_out_finish(&out, err);
                rc = json_out_add(&out, &entry, err);
                if (rc)
                        return rc;
        }
}

/* ---- union -------------------------------------------------------------------------------------- */

struct lane {
        struct manifest_cursor *cursor;
        struct manifest_entry entry;
        size_t source;
};

struct heap {
        struct lane **lanes;
        size_t count;
        struct lane *all;
        size_t all_count;
};

static void heap_done(struct heap *heap)
{
        for (size_t i = 0; i < heap->all_count; i++)
                manifest_cursor_free(heap->all[i].cursor);
        free(heap->all);
        free(heap->lanes);
}

/* Smaller path first; of equal paths the later source. */
static bool comes_before(const struct lane *a, const struct lane *b)
{
        int order = str_cmp(a->entry.path, b->entry.path);

        return order < 0 || (order == 0 && a->source > b->source);
}

static void sift_down(struct heap *heap, size_t at)
{
        for (;;) {
                size_t best = at;
                struct lane *moved = heap->lanes[at];

                for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++)
                        if (comes_before(heap->lanes[child], heap->lanes[best]))
                                best = child;
                if (best == at)
                        return;
                heap->lanes[at] = heap->lanes[best];
                heap->lanes[best] = moved;
                at = best;
        }
}

static enum rc heap_init(struct heap *heap, struct manifest_index *const *sources, size_t count, struct err *err)
{
        heap->all = calloc(count ? count : 1, sizeof *heap->all);
        heap->lanes = calloc(count ? count : 1, sizeof *heap->lanes);
        if (!heap->all || !heap->lanes)
                abort();
        for (size_t i = 0; i < count; i++) {
                struct lane *lane = &heap->all[i];
                bool end = false;
                enum rc rc;

                lane->source = i;
                lane->cursor = manifest_cursor_new(sources[i], 0);
                heap->all_count++;
                rc = manifest_cursor_next(lane->cursor, &lane->entry, &end, err);
                if (rc)
                        return rc;
                if (!end)
                        heap->lanes[heap->count++] = lane;
        }
        for (size_t i = heap->count / 2; i-- > 0;)
                sift_down(heap, i);
        return RC_OK;
}

/* Moves the top lane on. */
static enum rc heap_advance(struct heap *heap, struct err *err)
{
        struct lane *top = heap->lanes[0];
        bool end = false;
        enum rc rc = manifest_cursor_next(top->cursor, &top->entry, &end, err);

        if (rc)
                return rc;
        if (end)
                heap->lanes[0] = heap->lanes[--heap->count];
        if (heap->count > 0)
                sift_down(heap, 0);
        return RC_OK;
}

static void merged_storage(struct manifest_index *const *sources, size_t count, bool *ret_v2, const char **ret_region)
{
        *ret_v2 = false;
        *ret_region = "";
        for (size_t i = 0; i < count; i++) {
                *ret_v2 = *ret_v2 || manifest_index_info(sources[i])->layout_v2;
                *ret_region = manifest_index_info(sources[i])->region;
        }
}

static enum rc merge_entries(struct heap *heap, struct index_builder *builder, struct json_out *out, struct err *err)
{
        _cleanup_(buf_done) struct buf last = { 0 };
        bool any = false;

        while (heap->count > 0) {
                const struct manifest_entry *entry = &heap->lanes[0]->entry;
                int order = any ? str_cmp(buf_str(&last), entry->path) : -1;
                enum rc rc = RC_OK;

                /* Behind: the paths of a source are not in order. */
                if (order > 0)
                        return fail_index(err);
                if (order < 0) {
                        any = true;
                        buf_clear(&last);
                        buf_add_str(&last, entry->path);
                        rc = index_builder_add(builder, entry, err);
                        if (!rc && out)
                                rc = json_out_add(out, entry, err);
                }
                if (!rc)
                        rc = heap_advance(heap, err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

enum rc manifest_merge(struct manifest_index *const *sources, size_t count, enum manifest_algorithm algorithm,
                       const struct manifest_sink *index_sink, const struct manifest_sink *json_sink,
                       struct manifest_info *ret, struct err *err)
{
        _cleanup_(index_builder_freep) struct index_builder *builder = index_builder_new(index_sink, algorithm);
        _cleanup_(json_out_done) struct json_out out = { 0 };
        _cleanup_(heap_done) struct heap heap = { 0 };
        bool layout_v2 = false;
        const char *region = "";
        enum rc rc;

        merged_storage(sources, count, &layout_v2, &region);
        index_builder_set_storage(builder, layout_v2, region);
        if (json_sink)
                json_out_begin(&out, json_sink, layout_v2, region);
        rc = heap_init(&heap, sources, count, err);
        if (!rc)
                rc = merge_entries(&heap, builder, json_sink ? &out : NULL, err);
        if (!rc && json_sink)
                rc = json_out_finish(&out, err);
        return rc ? rc : index_builder_finish(builder, ret, err);
}

/* ---- comparison --------------------------------------------------------------------------------------- */

static bool same_content(const struct manifest_entry *a, const struct manifest_entry *b)
{
        return str_eq(a->digest, b->digest) && str_eq(a->ref, b->ref) && str_is_null(a->ref) == str_is_null(b->ref);
}

enum rc manifest_compare(struct manifest_index *before, struct manifest_index *after, manifest_change_fn fn,
                         void *payload, struct err *err)
{
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *old = manifest_cursor_new(before, 0);
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *new = manifest_cursor_new(after, 0);
        struct manifest_entry a;
        struct manifest_entry b;
        bool old_end = false;
        bool new_end = false;
        int order = 0;

        for (;;) {
                enum rc rc = RC_OK;

                if (order <= 0)
                        rc = manifest_cursor_next(old, &a, &old_end, err);
                if (!rc && order >= 0)
                        rc = manifest_cursor_next(new, &b, &new_end, err);
                if (rc || (old_end && new_end))
                        return rc;
                order = old_end ? 1 : new_end ? -1 : str_cmp(a.path, b.path);
                if (order < 0)
                        rc = fn(payload, MANIFEST_REMOVED, &a, NULL, err);
                else if (order > 0)
                        rc = fn(payload, MANIFEST_ADDED, NULL, &b, err);
                else
                        rc = fn(payload, same_content(&a, &b) ? MANIFEST_SAME : MANIFEST_CHANGED, &a, &b, err);
                if (rc)
                        return rc;
        }
}
