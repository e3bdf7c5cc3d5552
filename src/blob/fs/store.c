/*
 * blob/fs/store.c - the backend on a local disk.
 *
 * A blob's size says where it belongs: up to small_max_bytes in the SQLite file, above in a
 * file. That limit may be changed between two runs, so a blob that is not where it belongs
 * is looked for in the other place too.
 */
#include "blob/fs/fs.h"

#include <unistd.h>

#include "base/fd.h"

#define SMALL_MAX_DEFAULT ((size_t)64 << 10)

static struct fs_store *fs(struct blob_store *store)
{
        return (struct fs_store *)store;
}

static bool small_first(const struct blob_store *store, const struct blob_ref *ref)
{
        return ref->size_bytes <= store->small_max_bytes;
}

static enum rc fs_put_small(struct blob_store *store, const struct blob_digests *digests, struct str bytes,
                            bool *ret_existed, struct err *err)
{
        return small_put(fs(store)->small, digests, bytes, ret_existed, err);
}

static enum rc fs_file_begin(struct blob_store *store, struct blob_file **ret_file, struct err *err)
{
        return large_begin(&fs(store)->large, ret_file, err);
}

/* ---- reading ------------------------------------------------------------------------ */

static enum rc open_place(struct fs_store *store, bool small, struct arena *arena, const struct blob_ref *ref,
                          struct blob_view *ret, struct err *err)
{
        struct blob_view view = { .fd = -1 };
        enum rc rc;

        if (small)
                rc = small_load(store->small, arena, ref, &view.bytes, err);
        else
                rc = large_open(&store->large, ref, &view.fd, err);
        if (rc == RC_OK)
                *ret = view;
        return rc;
}

static enum rc fs_open(struct blob_store *store, struct arena *arena, const struct blob_ref *ref,
                       struct blob_view *ret, struct err *err)
{
        bool small = small_first(store, ref);
        enum rc rc = open_place(fs(store), small, arena, ref, ret, err);

        if (rc == RC_NOT_FOUND)
                rc = open_place(fs(store), !small, arena, ref, ret, err);
        return rc == RC_NOT_FOUND ? blob_error_missing(err) : rc;
}

static enum rc fs_read(struct blob_store *store, const struct blob_ref *ref, uint64_t offset, void *ret, size_t len,
                       struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct blob_view view = { .fd = -1 };
        int fd _cleanup_(fd_close) = -1;
        enum rc rc;

        arena_init(&arena, 0);
        rc = fs_open(store, &arena, ref, &view, err);
        if (rc)
                return rc;
        fd = view.fd;
        if (fd >= 0)
                return fd_pread_all(fd, ret, len, view.offset + offset, err);
        if (len)
                memcpy(ret, view.bytes.ptr + offset, len);
        return RC_OK;
}

static enum rc exist_as_files(struct fs_store *store, const struct blob_ref *refs, const bool *asked, size_t count,
                              bool freshen, bool *ret_exists, struct err *err)
{
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < count; i++) {
                if (asked[i])
                        rc = large_exists(&store->large, &refs[i], freshen, &ret_exists[i], err);
        }
        return rc;
}

/* Each where it belongs, then those that were not found in the other place. */
static enum rc fs_exists(struct blob_store *store, const struct blob_ref *refs, size_t count, bool freshen,
                         bool *ret_exists, struct err *err)
{
        bool small[BLOB_EXISTS_MAX] = { false }, large[BLOB_EXISTS_MAX] = { false };
        bool exists[BLOB_EXISTS_MAX] = { false };
        enum rc rc;

        assert(count <= BLOB_EXISTS_MAX);
        for (size_t i = 0; i < count; i++) {
                small[i] = small_first(store, &refs[i]);
                large[i] = !small[i];
        }
        rc = small_exists(fs(store)->small, refs, small, count, freshen, exists, err);
        if (!rc)
                rc = exist_as_files(fs(store), refs, large, count, freshen, exists, err);
        for (size_t i = 0; i < count; i++) {
                bool was_small = small[i];

                small[i] = large[i] && !exists[i];
                large[i] = was_small && !exists[i];
        }
        if (!rc)
                rc = small_exists(fs(store)->small, refs, small, count, freshen, exists, err);
        if (!rc)
                rc = exist_as_files(fs(store), refs, large, count, freshen, exists, err);
        if (!rc)
                memcpy(ret_exists, exists, count * sizeof(*exists));
        return rc;
}

/* ---- removing and listing ------------------------------------------------------------ */

static enum rc fs_remove(struct blob_store *store, const struct blob_ref *refs, size_t count, int64_t fresh_from_us,
                         bool *ret_deleted, struct err *err)
{
        bool small[BLOB_DELETE_MAX] = { false };
        enum rc rc;

        assert(count <= BLOB_DELETE_MAX);
        rc = small_remove(fs(store)->small, refs, count, fresh_from_us, small, err);
        for (size_t i = 0; !rc && i < count; i++) {
                bool large = false;

                rc = large_remove(&fs(store)->large, &refs[i], fresh_from_us, &large, err);
                if (!rc)
                        ret_deleted[i] = small[i] || large;
        }
        return rc;
}

/* Merges two ordered lists; a blob that is in both places is listed once, with the later time. */
static size_t merge(const struct blob_item *a, size_t a_count, const struct blob_item *b, size_t b_count,
                    struct blob_item *ret, size_t max)
{
        size_t count = 0, i = 0, j = 0;

        while (count < max && (i < a_count || j < b_count)) {
                int order = i == a_count ? 1 : j == b_count ? -1 : memcmp(a[i].ref.sha256, b[j].ref.sha256, 32);

                ret[count] = order <= 0 ? a[i] : b[j];
                if (order == 0 && b[j].fresh_us > ret[count].fresh_us)
                        ret[count].fresh_us = b[j].fresh_us;
                count++;
                i += order <= 0;
                j += order >= 0;
        }
        return count;
}

static enum rc fs_list(struct blob_store *store, const uint8_t *after, struct blob_item *ret, size_t max,
                       size_t *ret_count, struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct blob_item *small, *large;
        size_t small_count = 0, large_count = 0;
        enum rc rc;

        arena_init(&arena, 0);
        small = arena_array(&arena, struct blob_item, max);
        large = arena_array(&arena, struct blob_item, max);
        rc = small_list(fs(store)->small, after, small, max, &small_count, err);
        if (rc)
                return rc;
        rc = large_list(&fs(store)->large, after, large, max, &large_count, err);
        if (rc)
                return rc;
        *ret_count = merge(small, small_count, large, large_count, ret, max);
        return RC_OK;
}

static enum rc fs_shrink(struct blob_store *store, bool *ret_more, struct err *err)
{
        return small_shrink(fs(store)->small, ret_more, err);
}

static enum rc fs_disk_usage(struct blob_store *store, uint64_t *ret_bytes, struct err *err)
{
        return fs_usage(fs(store)->large.dir_fd, ret_bytes, err);
}

static enum rc fs_disk_room(struct blob_store *store, uint64_t *ret_bytes, struct err *err)
{
        return fs_room(fs(store)->large.dir_fd, ret_bytes, err);
}

/* ---- life cycle --------------------------------------------------------------------- */

static void fs_close(struct blob_store *base)
{
        struct fs_store *store = fs(base);

        db_close(store->small);
        large_stop(&store->large);
        free(store);
}

static bool fs_failed(const struct blob_store *store)
{
        return db_failed(((const struct fs_store *)store)->small);
}

static const struct blob_ops fs_ops = {
        .put_small = fs_put_small,
        .file_begin = fs_file_begin,
        .file_write = large_write,
        .file_copy = large_copy,
        .file_commit = large_commit,
        .file_abort = large_abort,
        .open = fs_open,
        .read = fs_read,
        .exists = fs_exists,
        .remove = fs_remove,
        .list = fs_list,
        .shrink = fs_shrink,
        .disk_usage = fs_disk_usage,
        .disk_room = fs_disk_room,
        .failed = fs_failed,
        .close = fs_close,
};

enum rc blob_fs_open(const struct blob_fs_config *config, struct blob_store **ret_store, struct err *err)
{
        struct fs_store *store = calloc(1, sizeof(*store));
        enum rc rc;

        if (!store)
                abort();
        blob_store_init(&store->base, &fs_ops, config->small_max_bytes ? config->small_max_bytes : SMALL_MAX_DEFAULT);
        rc = large_start(&store->large, config->dir, config->named_temps, err); /* makes the directory */
        if (rc == RC_OK)
                rc = small_open(config->dir, &store->small, err);
        if (rc) {
                fs_close(&store->base);
                return rc;
        }
        *ret_store = &store->base;
        return RC_OK;
}
