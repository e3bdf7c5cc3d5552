/*
 * blob/blob.c - what is the same for every backend.
 *
 * A put begins in memory. While it fits into small_max_bytes it stays there and is handed
 * to the backend as a whole; past that it spills into the backend's stream (a temporary
 * file, an S3 multipart upload) and memory stays bounded whatever the size. The digests run
 * along in the thread that writes. Only a long stream may have a second thread for its MD5,
 * and only while few do: that makes one large upload, and above all the joining of parts,
 * about twice as fast, and gains nothing when the cores are busy with many uploads anyway.
 *
 * Expectations are checked before anything becomes visible: a put that fails leaves nothing.
 * An error is final for its put: finishing one that has failed reports the first error again.
 */
#include "blob/blob.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "blob/hasher.h"
#include "blob/internal.h"
#include "crypto/crypto.h"

#define CHUNK_BYTES ((size_t)1 << 20)
#define HEAD_START_BYTES 4096
#define HASHER_FROM_BYTES ((uint64_t)4 << 20) /* a shorter stream does not earn a thread ... */
#define HASHER_PIECE_BYTES ((size_t)64 << 10) /* ... nor a shorter piece the hand-over */

struct blob_put {
        struct blob_store *store;
        struct blob_expect expect;
        struct crypto_digest *sha256;
        struct crypto_digest *md5;
        struct hasher *hasher;   /* computes md5 when it is there */
        uint64_t size_bytes;
        struct buf head;         /* all bytes so far, until there are too many */
        struct blob_file *file;  /* after that */
        struct err failure;      /* the first error; rc RC_OK: none */
};

enum rc blob_error_damaged(struct err *err)
{
        return err_set(err, RC_CORRUPT, "The stored bytes of a file are damaged: restore them from a backup.");
}

enum rc blob_error_missing(struct err *err)
{
        return err_set(err, RC_NOT_FOUND, "The bytes of a file are not in the store: upload the file again.");
}

enum rc blob_error_disk_full(struct err *err)
{
        return err_set(err, RC_UNAVAILABLE, "The disk is full: free some space and try again.");
}

void blob_store_init(struct blob_store *store, const struct blob_ops *ops, size_t small_max_bytes)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);

        store->ops = ops;
        store->small_max_bytes = small_max_bytes;
        store->hashers_max = cores < 2 ? 0 : (unsigned)cores / 2;
        atomic_init(&store->hashers, 0);
}

void blob_store_close(struct blob_store *store)
{
        if (store)
                store->ops->close(store);
}

bool blob_store_failed(const struct blob_store *store)
{
        return store->ops->failed(store);
}

/* ---- putting ------------------------------------------------------------------------ */

enum rc blob_put_begin(struct blob_store *store, const struct blob_expect *expect, struct blob_put **ret_put,
                       struct err *err UNUSED)
{
        struct blob_put *put = calloc(1, sizeof(*put));

        if (!put)
                abort();
        put->store = store;
        if (expect)
                put->expect = *expect;
        put->sha256 = crypto_digest_new(CRYPTO_SHA256);
        put->md5 = crypto_digest_new(CRYPTO_MD5);
        *ret_put = put;
        return RC_OK;
}

static enum rc report_failure(const struct blob_put *put, struct err *err)
{
        if (err)
                *err = put->failure;
        return put->failure.rc;
}

/* From memory into the backend's stream. */
static enum rc spill(struct blob_put *put, struct err *err)
{
        const struct blob_ops *ops = put->store->ops;
        enum rc rc = ops->file_begin(put->store, &put->file, err);

        if (rc)
                return rc;
        if (put->head.len)
                rc = ops->file_write(put->file, buf_str(&put->head), err);
        buf_done(&put->head);
        put->head = (struct buf){ 0 };
        return rc;
}

static enum rc keep_in_memory(struct blob_put *put, struct str data)
{
        bool known = put->expect.has_size && put->expect.size_bytes <= put->store->small_max_bytes;

        if (!put->head.cap)
                buf_reserve(&put->head, known ? (size_t)put->expect.size_bytes + 1 : HEAD_START_BYTES);
        buf_add_str(&put->head, data);
        return RC_OK;
}

static void take_hasher(struct blob_put *put)
{
        if (atomic_fetch_add(&put->store->hashers, 1) < put->store->hashers_max)
                put->hasher = hasher_new(put->md5);
        if (!put->hasher)
                atomic_fetch_sub(&put->store->hashers, 1);
}

void blob_put_rest(struct blob_put *put)
{
        if (!put->hasher)
                return;
        put->hasher = hasher_free(put->hasher);
        atomic_fetch_sub(&put->store->hashers, 1);
}

static enum rc store_piece(struct blob_put *put, struct str data, struct blob_source source, struct err *err)
{
        const struct blob_ops *ops = put->store->ops;

        if (!put->file)
                return keep_in_memory(put, data);
        if (source.fd >= 0 && ops->file_copy)
                return ops->file_copy(put->file, source.fd, source.offset, data, err);
        return ops->file_write(put->file, data, err);
}

/* Stores and hashes; what was hashed of a piece that could not be stored does not matter any more. */
static enum rc take_piece(struct blob_put *put, struct str data, struct blob_source source, struct err *err)
{
        bool beside;
        enum rc rc;

        if (!put->hasher && put->size_bytes >= HASHER_FROM_BYTES && put->file)
                take_hasher(put);
        beside = put->hasher && data.len >= HASHER_PIECE_BYTES;
        if (beside)
                hasher_add(put->hasher, data);
        rc = store_piece(put, data, source, err);
        crypto_digest_add(put->sha256, data.ptr, data.len);
        if (beside)
                hasher_wait(put->hasher);
        else
                crypto_digest_add(put->md5, data.ptr, data.len);
        return rc;
}

enum rc blob_put_piece(struct blob_put *put, struct str data, struct blob_source source, struct err *err)
{
        uint64_t size = put->size_bytes + data.len;
        struct err *why = &put->failure;
        enum rc rc = RC_OK;

        if (put->failure.rc)
                return report_failure(put, err);
        if (put->expect.has_size && size > put->expect.size_bytes)
                rc = err_set(why, RC_INVALID, "The upload holds more than the announced %llu bytes: send the file again.",
                             (unsigned long long)put->expect.size_bytes);
        else if (!put->file && size > put->store->small_max_bytes)
                rc = spill(put, why);
        if (rc == RC_OK)
                rc = take_piece(put, data, source, why);
        if (rc)
                return report_failure(put, err);
        put->size_bytes = size;
        return RC_OK;
}

enum rc blob_put_write(struct blob_put *put, struct str data, struct err *err)
{
        return blob_put_piece(put, data, (struct blob_source){ -1, 0 }, err);
}

void blob_put_abort(struct blob_put **put_ptr)
{
        struct blob_put *put = TAKE_PTR(*put_ptr);

        if (!put)
                return;
        blob_put_rest(put);
        if (put->file)
                put->store->ops->file_abort(put->file);
        buf_done(&put->head);
        crypto_digest_free(put->sha256);
        crypto_digest_free(put->md5);
        free(put);
}

static enum rc check_expectations(const struct blob_expect *expect, const struct blob_digests *found, struct err *err)
{
        if (expect->has_size && expect->size_bytes != found->ref.size_bytes)
                return err_set(err, RC_INVALID,
                               "The upload holds %llu bytes, but %llu were announced: send the file again.",
                               (unsigned long long)found->ref.size_bytes, (unsigned long long)expect->size_bytes);
        if (expect->has_md5 && memcmp(expect->md5, found->md5, sizeof(found->md5)) != 0)
                return err_set(err, RC_INVALID, "The bytes received do not have the announced MD5: send the file again.");
        return RC_OK;
}

enum rc blob_put_finish(struct blob_put **put_ptr, struct blob_digests *ret, bool *ret_existed, struct err *err)
{
        struct blob_put *put _cleanup_(blob_put_abort) = TAKE_PTR(*put_ptr);
        const struct blob_ops *ops = put->store->ops;
        struct blob_digests digests = { 0 };
        bool existed = false;
        enum rc rc;

        if (put->failure.rc)
                return report_failure(put, err);
        blob_put_rest(put);
        crypto_digest_end(put->sha256, digests.ref.sha256);
        crypto_digest_end(put->md5, digests.md5);
        digests.ref.size_bytes = put->size_bytes;
        rc = check_expectations(&put->expect, &digests, err);
        if (rc)
                return rc;
        if (put->file)
                rc = ops->file_commit(TAKE_PTR(put->file), &digests, &existed, err);
        else
                rc = ops->put_small(put->store, &digests, buf_str(&put->head), &existed, err);
        if (rc)
                return rc;
        *ret = digests;
        if (ret_existed)
                *ret_existed = existed;
        return RC_OK;
}

enum rc blob_put_bytes(struct blob_store *store, struct str data, struct blob_digests *ret, struct err *err)
{
        struct blob_put *put _cleanup_(blob_put_abort) = NULL;
        struct blob_digests digests = { 0 };
        bool existed;
        enum rc rc;

        if (data.len <= store->small_max_bytes) {
                crypto_sha256(data.ptr, data.len, digests.ref.sha256);
                crypto_md5(data.ptr, data.len, digests.md5);
                digests.ref.size_bytes = data.len;
                rc = store->ops->put_small(store, &digests, str_is_null(data) ? STR("") : data, &existed, err);
                if (rc == RC_OK)
                        *ret = digests;
                return rc;
        }
        rc = blob_put_begin(store, NULL, &put, err);
        if (rc)
                return rc;
        rc = blob_put_write(put, data, err);
        return rc ? rc : blob_put_finish(&put, ret, NULL, err);
}

/* ---- reading ------------------------------------------------------------------------ */

enum rc blob_open(struct blob_store *store, struct arena *arena, const struct blob_ref *ref, struct blob_view *ret,
                  struct err *err)
{
        return store->ops->open(store, arena, ref, ret, err);
}

enum rc blob_read(struct blob_store *store, const struct blob_ref *ref, uint64_t offset, void *ret, size_t len,
                  struct err *err)
{
        if (offset > ref->size_bytes || len > ref->size_bytes - offset)
                return err_set(err, RC_INTERNAL, "a read past the end of a blob");
        return store->ops->read(store, ref, offset, ret, len, err);
}

enum rc blob_exists(struct blob_store *store, const struct blob_ref *ref, bool freshen, bool *ret_exists,
                    struct err *err)
{
        return blob_exists_some(store, ref, 1, freshen, ret_exists, err);
}

enum rc blob_exists_some(struct blob_store *store, const struct blob_ref *refs, size_t count, bool freshen,
                         bool *ret_exists, struct err *err)
{
        enum rc rc = RC_OK;

        for (size_t done = 0; !rc && done < count; done += BLOB_EXISTS_MAX) {
                size_t some = count - done < BLOB_EXISTS_MAX ? count - done : BLOB_EXISTS_MAX;

                rc = store->ops->exists(store, refs + done, some, freshen, ret_exists + done, err);
        }
        return rc;
}

enum rc blob_delete(struct blob_store *store, const struct blob_ref *ref, struct err *err)
{
        bool deleted;

        return store->ops->remove(store, ref, 1, INT64_MAX, &deleted, err);
}

enum rc blob_delete_stale(struct blob_store *store, const struct blob_ref *ref, int64_t fresh_from_us,
                          bool *ret_deleted, struct err *err)
{
        return store->ops->remove(store, ref, 1, fresh_from_us - BLOB_FRESH_LAG_US, ret_deleted, err);
}

enum rc blob_delete_stale_some(struct blob_store *store, const struct blob_ref *refs, size_t count,
                               int64_t fresh_from_us, bool *ret_deleted, struct err *err)
{
        enum rc rc = RC_OK;

        for (size_t done = 0; !rc && done < count; done += BLOB_DELETE_MAX) {
                size_t some = count - done < BLOB_DELETE_MAX ? count - done : BLOB_DELETE_MAX;

                rc = store->ops->remove(store, refs + done, some, fresh_from_us - BLOB_FRESH_LAG_US, ret_deleted + done,
                                        err);
        }
        return rc;
}

enum rc blob_list(struct blob_store *store, const uint8_t after[32], struct blob_item *ret, size_t max,
                  size_t *ret_count, struct err *err)
{
        return store->ops->list(store, after, ret, max, ret_count, err);
}

enum rc blob_shrink(struct blob_store *store, bool *ret_more, struct err *err)
{
        return store->ops->shrink(store, ret_more, err);
}

enum rc blob_disk_usage(struct blob_store *store, uint64_t *ret_bytes, struct err *err)
{
        return store->ops->disk_usage(store, ret_bytes, err);
}

enum rc blob_disk_room(struct blob_store *store, uint64_t *ret_bytes, struct err *err)
{
        return store->ops->disk_room(store, ret_bytes, err);
}

/* ---- whole blobs in pieces ---------------------------------------------------------- */

enum rc blob_each_piece(struct blob_store *store, const struct blob_ref *ref, blob_piece_fn fn, void *payload,
                        struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct blob_view view = { .fd = -1 };
        int fd _cleanup_(fd_close) = -1;
        char *chunk;
        enum rc rc;

        arena_init(&arena, 0);
        rc = store->ops->open(store, &arena, ref, &view, err);
        if (rc)
                return rc;
        if (view.fd < 0)
                return fn(view.bytes, (struct blob_source){ -1, 0 }, payload, err);
        fd = view.fd;
        chunk = arena_alloc(&arena, CHUNK_BYTES);
        for (uint64_t at = 0; at < ref->size_bytes;) {
                uint64_t left = ref->size_bytes - at;
                size_t len = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;

                rc = fd_pread_all(fd, chunk, len, view.offset + at, err);
                if (rc)
                        return rc;
                rc = fn((struct str){ chunk, len }, (struct blob_source){ fd, view.offset + at }, payload, err);
                if (rc)
                        return rc;
                at += len;
        }
        return RC_OK;
}

static enum rc hash_piece(struct str piece, struct blob_source source UNUSED, void *payload, struct err *err UNUSED)
{
        crypto_digest_add(payload, piece.ptr, piece.len);
        return RC_OK;
}

enum rc blob_verify(struct blob_store *store, const struct blob_ref *ref, struct err *err)
{
        struct crypto_digest *digest _cleanup_(crypto_digest_freep) = crypto_digest_new(CRYPTO_SHA256);
        uint8_t found[32];
        enum rc rc = blob_each_piece(store, ref, hash_piece, digest, err);

        if (rc)
                return rc;
        crypto_digest_end(digest, found);
        return memcmp(found, ref->sha256, sizeof(found)) == 0 ? RC_OK : blob_error_damaged(err);
}
