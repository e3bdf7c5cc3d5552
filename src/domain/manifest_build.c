/*
 * domain/manifest_build.c - an index from a manifest's JSON.
 *
 * While the entries come in order, as every client writes them, each goes on into the index (manifest_write.c), some of them
 * resolved at once. When one does not, the whole manifest is packed into memory and sorted, and the index begun again.
 */
#include "domain/manifest_internal.h"

enum order { ORDER_GOOD, ORDER_BROKEN };

static enum rc fail_duplicate(struct str path, struct err *err)
{
        char text[88];

        return err_set(err, RC_INVALID, "The manifest has the path '%s' twice.", shown_path(path, text));
}

static enum rc check_count(const struct manifest_build *build, uint64_t count, struct err *err)
{
        uint64_t max = build->max_entries ? build->max_entries : 10000000;

        if (count > max)
                return err_set(err, RC_TOO_LARGE, "The manifest has more than %llu entries: split the artifact.",
                               (unsigned long long)max);
        return RC_OK;
}

/* Entries on their way into the index: some are resolved at once. */
struct batch {
        struct arena arena;       /* of their strings */
        struct manifest_entry entries[MANIFEST_RESOLVE_MAX];
        size_t count;
};

enum { BATCH_BYTES = 1024 * 1024 };

static void batch_done(struct batch *batch)
{
        arena_done(&batch->arena);
}

static enum rc batch_flush(struct batch *batch, const struct manifest_build *build, struct index_builder *b,
                           struct err *err)
{
        enum rc rc = RC_OK;

        if (build->resolve && batch->count)
                rc = build->resolve(build->payload, batch->entries, batch->count, err);
        for (size_t i = 0; !rc && i < batch->count; i++)
                rc = index_builder_add(b, &batch->entries[i], err);
        batch->count = 0;
        arena_done(&batch->arena);
        return rc;
}

static enum rc batch_add(struct batch *batch, const struct manifest_build *build, struct index_builder *b,
                         const struct manifest_entry *entry, struct err *err)
{
        struct manifest_entry *kept = &batch->entries[batch->count++];

        *kept = *entry;
        kept->path = arena_str(&batch->arena, entry->path);
        kept->digest = arena_str(&batch->arena, entry->digest);
        kept->ref = arena_str(&batch->arena, entry->ref);
        kept->extra = arena_str(&batch->arena, entry->extra);
        if (batch->count == ARRAY_LEN(batch->entries) || batch->arena.used_bytes > BATCH_BYTES)
                return batch_flush(batch, build, b, err);
        return RC_OK;
}

static struct str last_path(const struct batch *batch, const struct index_builder *b)
{
        return batch->count ? batch->entries[batch->count - 1].path : index_builder_last_path(b);
}

/* As long as the entries come in order; *ret_order says whether they all did. */
static enum rc build_streaming(const struct manifest_build *build, struct index_builder *b, enum order *ret_order,
                               struct err *err)
{
        _cleanup_(json_manifest_freep) struct json_manifest *json = json_manifest_new(&build->json);
        _cleanup_(batch_done) struct batch batch = { .count = 0 };
        struct manifest_entry entry;
        bool end = false;

        arena_init(&batch.arena, 0);
        for (uint64_t count = 1;; count++) {
                enum rc rc = json_manifest_next(json, &entry, &end, err);
                int order;

                if (rc)
                        return rc;
                if (end) {
                        index_builder_set_storage(b, json_manifest_layout_v2(json), json_manifest_region(json));
                        return batch_flush(&batch, build, b, err);
                }
                rc = check_count(build, count, err);
                if (rc)
                        return rc;
                order = count == 1 ? -1 : str_cmp(last_path(&batch, b), entry.path);
                if (order == 0)
                        return fail_duplicate(entry.path, err);
                if (order > 0) {
                        *ret_order = ORDER_BROKEN;
                        return RC_OK;
                }
                rc = batch_add(&batch, build, b, &entry, err);
                if (rc)
                        return rc;
        }
}

/* Entries packed one behind the other, and where each starts. */
struct packed {
        struct buf bytes;
        struct buf starts;   /* of uint64_t */
};

static void packed_done(struct packed *packed)
{
        buf_done(&packed->bytes);
        buf_done(&packed->starts);
}

static struct bytes packed_from(const struct packed *packed, uint64_t start)
{
        return (struct bytes){ (const uint8_t *)packed->bytes.ptr + start,
                               (const uint8_t *)packed->bytes.ptr + packed->bytes.len };
}

/* Packed without a previous path, so the path stands there whole. */
static struct str packed_path(const struct packed *packed, uint64_t start)
{
        struct bytes bytes = packed_from(packed, start);
        struct str path = STR_NULL;
        uint64_t shared = 0;
        bool taken = take_varint(&bytes, 0, &shared) && take_str(&bytes, ENTRY_PATH_MAX, &path);

        assert(taken);
        return path;
}

static int by_path(const void *a, const void *b, void *payload)
{
        return str_cmp(packed_path(payload, *(const uint64_t *)a), packed_path(payload, *(const uint64_t *)b));
}

static enum rc pack(const struct manifest_build *build, struct index_builder *b, struct packed *packed,
                    struct err *err)
{
        _cleanup_(json_manifest_freep) struct json_manifest *json = json_manifest_new(&build->json);
        struct manifest_entry entry;
        bool end = false;

        for (uint64_t count = 1;; count++) {
                uint64_t start = packed->bytes.len;
                enum rc rc = json_manifest_next(json, &entry, &end, err);

                if (rc || end) {
                        index_builder_set_storage(b, json_manifest_layout_v2(json), json_manifest_region(json));
                        return rc;
                }
                rc = check_count(build, count, err);
                if (rc)
                        return rc;
                if (packed->bytes.len > MANIFEST_SORT_MAX_BYTES)
                        return err_set(err, RC_TOO_LARGE,
                                       "The manifest's entries are not in the order of their paths and too many to sort: "
                                       "upload it with a current client.");
                buf_add(&packed->starts, &start, sizeof start);
                put_entry(&packed->bytes, STR(""), &entry);
        }
}

static enum rc build_sorted(const struct manifest_build *build, struct index_builder *b, struct err *err)
{
        _cleanup_(packed_done) struct packed packed = { { 0 }, { 0 } };
        _cleanup_(batch_done) struct batch batch = { .count = 0 };
        struct entry_decoder decoder = { 0 };
        struct manifest_entry entry;
        uint64_t *starts;
        size_t count;
        enum rc rc = pack(build, b, &packed, err);

        if (rc)
                return rc;
        starts = (uint64_t *)(void *)packed.starts.ptr;
        count = packed.starts.len / sizeof *starts;
        arena_init(&batch.arena, 0);
        qsort_r(starts, count, sizeof *starts, by_path, &packed);
        for (size_t i = 0; i < count && !rc; i++) {
                struct bytes bytes = packed_from(&packed, starts[i]);
                bool taken;

                if (i > 0 && str_eq(packed_path(&packed, starts[i - 1]), packed_path(&packed, starts[i]))) {
                        rc = fail_duplicate(packed_path(&packed, starts[i]), err);
                        continue;
                }
                buf_clear(&decoder.path);
                taken = take_entry(&decoder, &bytes, &entry);
                assert(taken);
                rc = batch_add(&batch, build, b, &entry, err);
        }
        if (!rc)
                rc = batch_flush(&batch, build, b, err);
        entry_decoder_done(&decoder);
        return rc;
}

enum rc manifest_index_build(const struct manifest_build *build, struct manifest_info *ret, struct err *err)
{
        _cleanup_(index_builder_freep) struct index_builder *b = index_builder_new(&build->index, build->algorithm);
        uint64_t max_bytes = build->max_bytes ? build->max_bytes : (uint64_t)1 << 30;
        enum order order = ORDER_GOOD;
        enum rc rc;

        if (build->json.size_bytes > max_bytes)
                return err_set(err, RC_TOO_LARGE, "The manifest has more than %llu bytes: split the artifact.",
                               (unsigned long long)max_bytes);
        rc = build_streaming(build, b, &order, err);
        if (!rc && order == ORDER_BROKEN) {
                index_builder_freep(&b);
                rc = build->index.restart(build->index.payload, err);
                if (rc)
                        return rc;
                b = index_builder_new(&build->index, build->algorithm);
                rc = build_sorted(build, b, err);
        }
        return rc ? rc : index_builder_finish(b, ret, err);
}
