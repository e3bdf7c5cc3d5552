/*
 * transfer/artifact_upload.c - the uploads that belong to artifacts: files, manifests,
 * parts of files. See upload.h.
 *
 * Grants (made in api/resolve_upload.c):
 *     GRANT_PUT_ARTIFACT_FILE  id: artifact; algorithm; digest: 16 bytes of the manifest
 *                              entry, then 16 bytes of MD5
 *     GRANT_PUT_MANIFEST       id: artifact; id2: manifest; digest: MD5, when known
 *     GRANT_PUT_PART           id: artifact; id2: upload; part; digest: MD5, when known
 */
#include "crypto/crypto.h"
#include "domain/upload.h"
#include "transfer/upload.h"

static void expect_md5(struct upload *u, struct str md5)
{
        if (md5.len != sizeof(u->expect.md5))
                return;
        u->expect.has_md5 = true;
        memcpy(u->expect.md5, md5.ptr, md5.len);
}

static enum rc artifact_begin(struct upload *u, struct call *call, struct err *err)
{
        struct artifact *artifact = NULL;
        struct project *project = NULL;
        enum rc rc = upload_open(call, u->grant.id, &artifact, &project, err);

        if (rc)
                return rc;
        if (u->grant.kind != GRANT_PUT_ARTIFACT_FILE) {
                expect_md5(u, u->grant.digest);
                return RC_OK;
        }
        if (u->grant.digest.len != 32)
                return err_set(err, RC_DENIED, "The upload address is not one that this server made.");
        expect_md5(u, str_slice(u->grant.digest, 16, 32));
        if (u->grant.algorithm == DIGEST_XXH128)
                u->kind_state = crypto_digest_new(CRYPTO_XXH128);
        return RC_OK;
}

static void artifact_data(struct upload *u, struct str chunk)
{
        if (u->kind_state)
                crypto_digest_add(u->kind_state, chunk.ptr, chunk.len);
}

static void artifact_end(struct upload *u)
{
        u->kind_state = crypto_digest_free(u->kind_state);
}

static enum rc check_xxh128(struct upload *u, struct err *err)
{
        uint8_t found[16];

        if (!u->kind_state)
                return RC_OK;
        crypto_digest_end(u->kind_state, found);
        if (memcmp(found, u->grant.digest.ptr, sizeof(found)) != 0)
                return err_set(err, RC_INVALID,
                               "The bytes do not have the announced XXH128 digest: send the file again.");
        return RC_OK;
}

static enum rc artifact_finish(struct upload *u, struct call *call, const struct blob_digests *digests,
                               struct err *err)
{
        const uint8_t *digest = (const uint8_t *)u->grant.digest.ptr;
        enum rc rc = check_xxh128(u, err);

        if (rc)
                return rc;
        switch (u->grant.kind) {
        case GRANT_PUT_ARTIFACT_FILE:
                return upload_file_done(call, u->grant.id, digest, (enum digest_algorithm)u->grant.algorithm, digests,
                                        err);
        case GRANT_PUT_MANIFEST:
                return upload_manifest_done(call, u->grant.id2, digests, err);
        case GRANT_PUT_PART:
                return upload_part_done(call, u->grant.id2, u->grant.part, digests, err);
        default:
                return err_set(err, RC_INTERNAL, "an upload of an unknown kind");
        }
}

const struct upload_kind artifact_upload_kind = {
        .begin = artifact_begin,
        .data = artifact_data,
        .finish = artifact_finish,
        .end = artifact_end,
};
