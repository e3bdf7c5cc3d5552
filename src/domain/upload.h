/*
 * domain/upload.h - what happens around the bytes of an artifact: which must be sent, and
 * what is noted when they have arrived.
 *
 * "Already stored" is answered only for bytes of an artifact that the caller may read:
 * knowing a digest never yields content, nor tells that somebody else has it. Bytes are
 * durable (blob/) before a row here points at them.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_UPLOAD_H
#define VITRINE_DOMAIN_UPLOAD_H

#include "domain/artifact.h"
#include "store/artifact_blob.h"

/* ---- manifests ----------------------------------------------------------------------------- */

struct manifest_input {
        int64_t artifact_id;
        int64_t base_artifact_id;     /* 0: none */
        struct str name;
        struct str digest;            /* base64 MD5 of the file; empty until known */
        enum manifest_kind kind;
};
MUST_USE enum rc manifest_create(struct call *call, const struct manifest_input *in, struct manifest_row **ret,
                                 struct err *err);
MUST_USE enum rc manifest_update(struct call *call, int64_t id, struct str digest, int64_t base_artifact_id,
                                 struct manifest_row **ret, struct err *err);
/* The manifest's bytes have arrived. */
MUST_USE enum rc upload_manifest_done(struct call *call, int64_t manifest_id, const struct blob_digests *digests,
                                      struct err *err);

/* ---- files --------------------------------------------------------------------------------- */

/* The artifact and its project, when the caller may send files for it. */
MUST_USE enum rc upload_open(struct call *call, int64_t artifact_id, struct artifact **ret_artifact,
                             struct project **ret_project, struct err *err);

struct file_plan {
        uint8_t digest[16];           /* set by the caller: what the manifest will say */
        bool stored;                  /* nothing needs to be sent */
        int64_t birth_artifact_id;    /* under which the bytes are (or will be) stored */
};
/* For each of `plans`: does the server have these bytes, and may the caller use them? */
MUST_USE enum rc upload_plan(struct call *call, const struct artifact *artifact, const struct project *project,
                             enum digest_algorithm algorithm, struct file_plan *plans, size_t count, struct err *err);
/* A file's bytes have arrived; `digest` is the manifest's, checked by the caller to be theirs. */
MUST_USE enum rc upload_file_done(struct call *call, int64_t artifact_id, const uint8_t digest[16],
                                  enum digest_algorithm algorithm, const struct blob_digests *digests,
                                  struct err *err);

/* ---- files in parts ------------------------------------------------------------------------ */

#define UPLOAD_PARTS_MAX 10000

struct part_plan {
        int64_t part;                 /* set by the caller, as is what follows */
        bool has_md5;
        uint8_t md5[16];
        bool arrived;                 /* set here: it need not be sent */
};
/*
 * Parts that arrived with an upload of the same file that was broken off are marked, when the caller was logging the same
 * content to the same collection; and only when all that arrived are parts of this one, too.
 */
MUST_USE enum rc upload_parts_begin(struct call *call, const struct artifact *artifact, const uint8_t digest[16],
                                    enum digest_algorithm algorithm, const uint8_t md5[16],
                                    struct str storage_path, struct part_plan *parts, size_t part_count,
                                    int64_t *ret_upload_id, struct err *err);
MUST_USE enum rc upload_part_done(struct call *call, int64_t upload_id, int64_t part,
                                  const struct blob_digests *digests, struct err *err);
struct completed_part {
        int64_t part;
        struct str etag;              /* hex MD5, quotes and case do not matter */
};
/*
 * Joins the parts. Doing it again is fine. While that takes, others may have the connection; RC_AGAIN with
 * call->conn NULL when none is free afterwards.
 */
MUST_USE enum rc upload_parts_complete(struct call *call, int64_t artifact_id, struct str storage_path,
                                       int64_t upload_id, const struct completed_part *parts, size_t count,
                                       struct err *err);
MUST_USE enum rc upload_parts_abort(struct call *call, int64_t artifact_id, int64_t upload_id, struct err *err);
/* An MD5 as 32 hexadecimal digits, with or without quotes. */
bool upload_md5_parse(struct str hex, uint8_t ret[16]);

#endif
