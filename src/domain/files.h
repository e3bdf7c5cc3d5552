/*
 * domain/files.h - the files of a committed version, looked up in its index.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_FILES_H
#define VITRINE_DOMAIN_FILES_H

#include "domain/artifact.h"
#include "domain/manifest.h"

/* Reads stored bytes for domain/manifest.h; lives in the arena. */
struct manifest_bytes files_source(struct call *call, const struct stored_bytes *bytes);
/* Free with manifest_index_freep. RC_NOT_FOUND when the version is not committed. */
MUST_USE enum rc files_open(struct call *call, const struct artifact *artifact, struct manifest_index **ret,
                            struct err *err);

/* A file's bytes, found by who asks and through which path. */
struct file_bytes {
        struct blob_ref ref;
        struct str path;              /* in the manifest */
        int64_t artifact_id;          /* the version that was read... */
        int64_t collection_id;        /* ...through this; 0: its own sequence */
};
/*
 * A file of a version in a collection, by the digest in its manifest entry. The version is
 * artifact_id, or (0) whichever version of the collection holds bytes born in birth_id.
 * RC_NOT_FOUND and RC_DENIED as the policy says.
 */
MUST_USE enum rc files_through_collection(struct call *call, struct str entity, struct str project,
                                          struct str collection, int64_t artifact_id, int64_t birth_id,
                                          const uint8_t digest[16], struct file_bytes *ret, struct err *err);
/* The same for addresses that name only the artifact that the bytes were stored for. */
MUST_USE enum rc files_of_birth(struct call *call, struct str entity, int64_t birth_id, const uint8_t digest[16],
                                struct file_bytes *ret, struct err *err);
/* For the oldest addresses, which name no artifact: any file with the digest that the entity holds and the caller may download. */
MUST_USE enum rc files_of_entity(struct call *call, struct str entity, const uint8_t digest[16],
                                 struct file_bytes *ret, struct err *err);
/* May the account still read this file of the artifact through this collection (0: through any place)? */
MUST_USE enum rc files_require_download(struct call *call, int64_t artifact_id, int64_t collection_id,
                                        enum action action, struct artifact **ret_artifact, struct err *err);

/*
 * For the audit log: the caller is about to get bytes of the version. Reads of an hour are one
 * download. Whether this can be written down does not decide whether the bytes are sent.
 */
void files_note_download(struct call *call, int64_t artifact_id, int64_t collection_id);

#endif
