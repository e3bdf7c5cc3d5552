/*
 * store/artifact_blob.h - which bytes were uploaded for which artifact; multipart uploads.
 *
 * Digests here are the client's (16 bytes, MD5 or XXH128): an index to the bytes, never
 * their name. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_ARTIFACT_BLOB_H
#define VITRINE_STORE_ARTIFACT_BLOB_H

#include "store/artifact.h"

struct artifact_blob {
        uint8_t digest[16];
        enum digest_algorithm algorithm;
        int64_t project_id;
        int64_t artifact_id;
        struct stored_bytes bytes;
};
/*
 * Notes bytes for an artifact; a repetition with the same bytes is fine, RC_CONFLICT when
 * the artifact has other bytes under that digest.
 */
MUST_USE enum rc store_artifact_blob_add(struct db_conn *conn, const struct artifact_blob *b, int64_t now_us,
                                         struct err *err);
MUST_USE enum rc store_artifact_blob_get(struct db_conn *conn, int64_t artifact_id, const uint8_t digest[16],
                                         enum digest_algorithm algorithm, struct artifact_blob *ret,
                                         bool *ret_found, struct err *err);
/* Candidates for reuse: first those of the project, then others; at most max. */
MUST_USE enum rc store_artifact_blob_find(struct db_conn *conn, const uint8_t digest[16],
                                          enum digest_algorithm algorithm, int64_t project_id,
                                          struct artifact_blob *ret, size_t max, size_t *ret_count,
                                          struct err *err);
/* Of any project, ordered by project and artifact; at most max. */
MUST_USE enum rc store_artifact_blob_holders(struct db_conn *conn, const uint8_t digest[16],
                                             enum digest_algorithm algorithm, struct artifact_blob *ret, size_t max,
                                             size_t *ret_count, struct err *err);
/* Those of an entity's living projects, whichever these are among all that hold such bytes. */
MUST_USE enum rc store_artifact_blob_of_entity(struct db_conn *conn, const uint8_t digest[16],
                                               enum digest_algorithm algorithm, int64_t entity_id,
                                               struct artifact_blob *ret, size_t max, size_t *ret_count,
                                               struct err *err);

struct multipart {
        int64_t id;
        int64_t artifact_id;
        uint8_t digest[16];
        enum digest_algorithm algorithm;
        uint8_t md5[16];              /* of the whole */
        struct str storage_path;
        int64_t part_count;
        bool completed;
};
struct upload_part {
        int64_t part;
        struct stored_bytes bytes;
        uint8_t md5[16];
};
MUST_USE enum rc store_upload_insert(struct db_conn *conn, struct multipart *u, int64_t now_us, struct err *err);
MUST_USE enum rc store_upload_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct multipart **ret,
                                    struct err *err);
/*
 * Of the uploads of this very file that are not complete: those for artifacts of the same content that the same account is
 * logging to the same collection. Ids, newest first, at most max.
 */
MUST_USE enum rc store_upload_unfinished(struct db_conn *conn, const struct artifact *artifact, const struct multipart *like,
                                         int64_t *ret, size_t max, size_t *ret_count, struct err *err);
/* *ret: it is still not complete. Then it counts as begun now. */
MUST_USE enum rc store_upload_touch(struct db_conn *conn, int64_t id, int64_t now_us, bool *ret, struct err *err);
/* Does an upload (not this one) need a part with these bytes? */
MUST_USE enum rc store_upload_part_shared(struct db_conn *conn, int64_t upload_id, const uint8_t sha256[32],
                                          bool *ret_shared, struct err *err);
MUST_USE enum rc store_upload_complete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);
MUST_USE enum rc store_upload_delete(struct db_conn *conn, int64_t id, struct err *err);
/* A part that comes again replaces the earlier one. */
MUST_USE enum rc store_upload_part_set(struct db_conn *conn, int64_t upload_id, const struct upload_part *part,
                                       struct err *err);
/* All parts in order; at most max. */
MUST_USE enum rc store_upload_parts(struct db_conn *conn, int64_t upload_id, struct upload_part *ret, size_t max,
                                    size_t *ret_count, struct err *err);

#endif
