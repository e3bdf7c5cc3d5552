/*
 * transfer/artifact_download.c - see artifact_download.h.
 *
 * Whoever asks is judged now, by the path through which the file is reached: the account
 * in the grant or the one that signed in, the collection in the grant or in the address.
 */
#include "transfer/artifact_download.h"

#include "crypto/crypto.h"
#include "domain/files.h"
#include "gate/gate.h"
#include "transfer/serve.h"

static enum rc ref_of_grant(const struct grant *grant, struct blob_ref *ret, struct err *err)
{
        if (grant->digest.len != sizeof(ret->sha256) || grant->size_bytes < 0)
                return err_set(err, RC_DENIED, "The address is not one that this server made.");
        memcpy(ret->sha256, grant->digest.ptr, sizeof(ret->sha256));
        ret->size_bytes = (uint64_t)grant->size_bytes;
        return RC_OK;
}

enum rc artifact_download(struct http_request *req, struct call *call, const struct grant *grant, struct str name,
                          enum serve_as as, struct err *err)
{
        enum action action = grant->kind == GRANT_GET_MANIFEST ? ACT_VIEW : ACT_DOWNLOAD;
        struct artifact *artifact = NULL;
        struct blob_ref ref;
        enum rc rc = ref_of_grant(grant, &ref, err);

        if (!rc)
                rc = files_require_download(call, grant->id, grant->id2, action, &artifact, err);
        if (rc)
                return rc;
        if (action == ACT_DOWNLOAD)
                files_note_download(call, grant->id, grant->id2);
        return serve_blob(req, call->domain->blobs, &ref, name, as, err);
}

static enum rc parse_hash(struct str hex, uint8_t ret[16], struct err *err)
{
        if (!crypto_unhex(hex, ret, 16))
                return err_set(err, RC_INVALID, "'%.*s' is no digest of 32 hexadecimal digits.", STR_ARG(hex));
        return RC_OK;
}

static enum rc parse_artifact(struct str text, int64_t *ret, struct err *err)
{
        *ret = 0;
        if (str_is_empty(text))
                return RC_OK;   /* old manifests do not say where bytes were born */
        return id_require(text, MODEL_ARTIFACT, ret, err);
}

/* Pieces of the rest of the path; the file name at the end may hold anything, so at most `max` cuts. */
static size_t split(struct str rest, struct str *ret, size_t max)
{
        size_t count = 0;

        while (count < max && rest.ptr) {
                if (count == max - 1) {
                        ret[count++] = rest;
                        break;
                }
                ret[count++] = str_cut(&rest, '/');
        }
        return count;
}

static bool is_hash(struct str s)
{
        uint8_t digest[16];

        return crypto_unhex(s, digest, 16);
}

struct wanted {
        struct str entity, project, collection;
        int64_t artifact_id, birth_id;
        uint8_t digest[16];
};

/* `part` holds what comes behind the region. The forms differ in length and in where the hash stands. */
static enum rc parse_v2(const struct str *part, size_t count, struct wanted *ret, struct err *err)
{
        enum rc rc;

        ret->entity = part[0];
        if (count == 3) {
                rc = parse_artifact(part[1], &ret->birth_id, err);
                return rc ? rc : parse_hash(part[2], ret->digest, err);
        }
        ret->project = part[1];
        ret->collection = part[2];
        if (count >= 6 && is_hash(part[5])) {
                rc = parse_artifact(part[3], &ret->artifact_id, err);
                if (!rc)
                        rc = parse_artifact(part[4], &ret->birth_id, err);
                return rc ? rc : parse_hash(part[5], ret->digest, err);
        }
        if (count < 5)
                return err_set(err, RC_NOT_FOUND, "There is nothing at this address: check it.");
        rc = parse_artifact(part[3], &ret->birth_id, err);
        return rc ? rc : parse_hash(part[4], ret->digest, err);
}

static enum rc find_v2(struct call *call, const struct str *part, size_t count, struct file_bytes *ret, struct err *err)
{
        struct wanted w = { 0 };
        enum rc rc = parse_v2(part, count, &w, err);

        if (rc)
                return rc;
        if (str_is_null(w.project))
                return files_of_birth(call, w.entity, w.birth_id, w.digest, ret, err);
        return files_through_collection(call, w.entity, w.project, w.collection, w.artifact_id, w.birth_id, w.digest,
                                        ret, err);
}

/*
 * Clients leave the file's name at the end as it is. When a '%' in it does not start an escape, the library
 * below them encodes every '%' of the address again.
 */
static bool decode_again(struct http_request *req, struct str *part, size_t count)
{
        bool changed = false;

        for (size_t i = 0; i < count; i++) {
                size_t before = part[i].len;

                if (!http_decode_again(req, part[i], &part[i]))
                        return false;
                changed = changed || part[i].len != before;
        }
        return changed;
}

enum rc artifact_get_v2(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct str part[7];
        struct file_bytes file;
        size_t count = split(http_param(req, "rest"), part, ARRAY_LEN(part));
        size_t names = count < 5 ? count : 5;   /* what stands in front of the name, whichever form it is */
        struct err ignored = { 0 };
        enum rc rc = gate_enter(req, &visit, err);

        if (!rc)
                rc = gate_require_user(&visit, err);
        if (rc)
                return rc;
        if (count < 3)
                return err_set(err, RC_NOT_FOUND, "There is nothing at this address: check it.");
        rc = find_v2(&visit.call, part, count, &file, err);
        if ((rc == RC_NOT_FOUND || rc == RC_INVALID) && decode_again(req, part, names) &&
            find_v2(&visit.call, part, count, &file, &ignored) == RC_OK)
                rc = RC_OK;
        if (rc)
                return rc;
        files_note_download(&visit.call, file.artifact_id, file.collection_id);
        return serve_blob(req, visit.call.domain->blobs, &file.ref, file.path, SERVE_ATTACHMENT, err);
}

/*
 * The oldest layout names no artifact at all. Its bytes are found among the files that the
 * entity's own projects hold and the caller may download.
 */
enum rc artifact_get_v1(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct file_bytes file;
        uint8_t digest[16];
        enum rc rc = parse_hash(http_param(req, "hash"), digest, err);

        if (!rc)
                rc = gate_enter(req, &visit, err);
        if (!rc)
                rc = gate_require_user(&visit, err);
        if (!rc)
                rc = files_of_entity(&visit.call, http_param(req, "entity"), digest, &file, err);
        if (rc)
                return rc;
        files_note_download(&visit.call, file.artifact_id, file.collection_id);
        return serve_blob(req, visit.call.domain->blobs, &file.ref, file.path, SERVE_ATTACHMENT, err);
}
