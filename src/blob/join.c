/*
 * blob/join.c - parts of one store become one blob of another.
 *
 * domain/ joins the parts of a file that came in pieces, as they come, so that little is left to do
 * when the last one is there. A join is a put that is fed with whole blobs: digests, expectations, and
 * that nothing stays of what was not finished, are the put's. What is added: which parts it was fed with, the
 * proof that they are undamaged, and that another thread may have it stop in the middle of a part.
 *
 * When the whole has an announced MD5, that proves the parts, too, and their own digests are
 * computed only to find out whose mistake it was. Else each part is digested on the way.
 *
 * What it does not do: it does not lock the parts, which may be deleted at any time. One that was opened before
 * is read to its end.
 */
#include <stdatomic.h>

#include "blob/internal.h"
#include "crypto/crypto.h"

struct blob_join {
        struct blob_store *from;
        struct blob_put *put;
        struct crypto_digest *part; /* of one part; NULL when the whole's MD5 proves the parts */
        struct blob_ref *joined;
        size_t count, room;
        struct err failure;         /* the first error; rc RC_OK: none */
        atomic_bool stopped;
};

enum rc blob_join_begin(struct blob_store *store, struct blob_store *from, const struct blob_expect *expect,
                        struct blob_join **ret_join, struct err *err)
{
        struct blob_join *join = calloc(1, sizeof(*join));
        enum rc rc;

        if (!join)
                abort();
        join->from = from;
        atomic_init(&join->stopped, false);
        rc = blob_put_begin(store, expect, &join->put, err);
        if (rc) {
                free(join);
                return rc;
        }
        if (!expect || !expect->has_md5)
                join->part = crypto_digest_new(CRYPTO_SHA256);
        *ret_join = join;
        return RC_OK;
}

static enum rc join_piece(struct str piece, struct blob_source source, void *payload, struct err *err)
{
        struct blob_join *join = payload;

        if (atomic_load_explicit(&join->stopped, memory_order_relaxed))
                return err_set(err, RC_AGAIN, "The joining of parts was stopped: try again.");
        if (join->part)
                crypto_digest_add(join->part, piece.ptr, piece.len);
        return blob_put_piece(join->put, piece, source, err);
}

static enum rc join_whole_part(struct blob_join *join, const struct blob_ref *part, struct err *err)
{
        uint8_t found[32];
        enum rc rc;

        if (join->part)
                crypto_digest_reset(join->part);
        rc = blob_each_piece(join->from, part, join_piece, join, err);
        if (rc || !join->part)
                return rc;
        crypto_digest_end(join->part, found);
        return memcmp(found, part->sha256, sizeof(found)) == 0 ? RC_OK : blob_error_damaged(err);
}

static void note_part(struct blob_join *join, const struct blob_ref *part)
{
        if (join->count == join->room) {
                join->room = join->room ? 2 * join->room : 32;
                join->joined = reallocarray(join->joined, join->room, sizeof(*join->joined));
                if (!join->joined)
                        abort();
        }
        join->joined[join->count++] = *part;
}

static enum rc report_failure(const struct blob_join *join, struct err *err)
{
        if (err)
                *err = join->failure;
        return join->failure.rc;
}

enum rc blob_join_part(struct blob_join *join, const struct blob_ref *part, struct err *err)
{
        enum rc rc;

        if (join->failure.rc)
                return report_failure(join, err);
        rc = join_whole_part(join, part, &join->failure);
        blob_put_rest(join->put); /* the next part may be long in coming */
        if (rc) {
                join->failure.rc = rc;
                return report_failure(join, err);
        }
        note_part(join, part);
        return RC_OK;
}

void blob_join_stop(struct blob_join *join)
{
        atomic_store_explicit(&join->stopped, true, memory_order_relaxed);
}

const struct blob_ref *blob_join_parts(const struct blob_join *join, size_t *ret_count)
{
        *ret_count = join->count;
        return join->joined;
}

void blob_join_abort(struct blob_join **join_ptr)
{
        struct blob_join *join = TAKE_PTR(*join_ptr);

        if (!join)
                return;
        blob_put_abort(&join->put);
        crypto_digest_free(join->part);
        free(join->joined);
        free(join);
}

enum rc blob_join_finish(struct blob_join **join_ptr, struct blob_digests *ret, struct err *err)
{
        struct blob_join *join _cleanup_(blob_join_abort) = TAKE_PTR(*join_ptr);
        enum rc rc;

        if (join->failure.rc)
                return report_failure(join, err);
        rc = blob_put_finish(&join->put, ret, NULL, err);
        /* A wrong MD5 of the whole is the client's mistake, unless a part of ours is damaged. */
        for (size_t i = 0; rc == RC_INVALID && i < join->count; i++) {
                struct err damage = { 0 };

                if (blob_verify(join->from, &join->joined[i], &damage) == RC_CORRUPT)
                        return blob_error_damaged(err);
        }
        return rc;
}
