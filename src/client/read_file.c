/*
 * client/read_file.c - the bytes of one file of a version, in order, to a function of the application's.
 *
 * Nothing is kept: the bytes are digested on the way, so whether they were right is known when the last one is through.
 */
#include "client/artifact.h"
#include "client/stream.h"
#include "crypto/crypto.h"

struct file_read {
        struct stream stream;
        vitrine_write_fn write;
        void *payload;
        struct crypto_digest *digest;
        uint64_t promised;            /* bytes; UINT64_MAX: not known */
};

static bool take_file(struct stream *stream, struct str bytes)
{
        struct file_read *r = (struct file_read *)stream;

        if (stream->got > r->promised) {
                stream->refusal_rc = err_set(&stream->refusal, RC_CORRUPT,
                                             "The server sends more bytes than the manifest promises.");
                return false;
        }
        crypto_digest_add(r->digest, bytes.ptr, bytes.len);
        if (r->write(bytes.ptr, bytes.len, r->payload) != 0)
                stream->refusal_rc = fail_canceled(&stream->refusal);
        return stream->refusal_rc == RC_OK;
}

static enum rc read_file(struct vitrine_artifact *a, const char *path, vitrine_write_fn write, void *payload, struct err *err)
{
        struct file_read r = { .stream.take = take_file, .write = write, .payload = payload };
        const struct entry *entry;
        _cleanup_arena_ struct arena arena = { 0 };
        const char *url = NULL;
        uint8_t sum[16];
        enum rc rc = require_version(a, err);

        if (!rc)
                rc = artifact_need_manifest(a, err);
        if (rc)
                return rc;
        entry = entries_find(&a->entries, path ? path : "");
        if (!entry)
                return err_set(err, RC_NOT_FOUND, "'%s' has no file '%s'.", a->facts.qualified, path ? path : "");
        if (entry->reference)
                return err_set(err, RC_INVALID, "'%s' is a reference to %s, not a file.", path, entry->reference);
        arena_begin(&arena);
        rc = file_url(a, &arena, entry->path, &url, err);
        if (rc)
                return rc;
        r.promised = entry->has_size ? entry->size : UINT64_MAX;
        r.digest = crypto_digest_try_new(entry->xxh ? CRYPTO_XXH128 : CRYPTO_MD5);
        if (!r.digest)
                return mem_fail(err);
        rc = stream_run(a->session, &r.stream, url, "a file", err);
        if (!rc) {
                crypto_digest_end(r.digest, sum);
                if (memcmp(sum, entry->md5, sizeof(sum)) != 0)
                        rc = err_set(err, RC_CORRUPT, "The bytes of '%s' are not what its digest promises.", path);
        }
        (void)crypto_digest_free(r.digest);
        return rc;
}

enum vitrine_code vitrine_artifact_read_file(vitrine_artifact *version, const char *path, vitrine_write_fn write,
                                             void *payload, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, read_file(version, path, write, payload, &err), &err, error);
}
