/*
 * store/reclaim.h - queries of domain/reclaim.c: what ends for good, and which bytes are
 * still needed.
 *
 * An artifact needs its bytes while it is committed, while it can be restored, and while it
 * is pending and not given up. Everything is read page by page, so that no snapshot is held
 * for long.
 *
 * Thread rule: that of the connection; functions that change rows inside a write only.
 */
#ifndef VITRINE_STORE_RECLAIM_H
#define VITRINE_STORE_RECLAIM_H

#include "store/artifact_blob.h"

/* Both are points in time. */
struct reclaim_limits {
        int64_t restore_from_us;      /* deleted before that: cannot be restored any more */
        int64_t idle_from_us;         /* pending, and nothing has come since: given up */
};

/* ---- ending ----------------------------------------------------------------------------- */

/*
 * At most `limit` each; *ret_count less than that: there are no more.
 *
 * Versions of collections that were deleted before the limit, which nothing living links to: they become deleted,
 * as of as_of_us. The cursor begins zeroed and remembers what stays, so that a run looks at it once.
 */
struct unreachable_cursor {
        int64_t deleted_us, sequence_id;   /* the collection looked at... */
        char digest[128];                  /* ...and the last version found in it */
        size_t digest_len;
        int64_t artifact_id;
};
MUST_USE enum rc store_reclaim_end_unreachable(struct db_conn *conn, const struct reclaim_limits *limits,
                                               int64_t as_of_us, struct unreachable_cursor *cursor, size_t limit,
                                               size_t *ret_count, struct err *err);
/* Committed versions whose time to live has passed, counted from their creation. */
MUST_USE enum rc store_expired_versions(struct db_conn *conn, int64_t now_us, int64_t *ret, size_t max,
                                        size_t *ret_count, struct err *err);
/* Pending artifacts that were given up. */
MUST_USE enum rc store_reclaim_end_pending(struct db_conn *conn, const struct reclaim_limits *limits, int64_t now_us,
                                           size_t limit, size_t *ret_count, struct err *err);
/* Deleted versions whose window has passed: from now on their bytes are not needed. */
MUST_USE enum rc store_reclaim_purge(struct db_conn *conn, const struct reclaim_limits *limits, int64_t now_us,
                                     size_t limit, size_t *ret_count, struct err *err);
/* Uploads in parts that are complete, or whose artifact needs them no more. */
MUST_USE enum rc store_reclaim_end_uploads(struct db_conn *conn, const struct reclaim_limits *limits, size_t limit,
                                           size_t *ret_count, struct err *err);

/*
 * Runs: those of projects that were deleted before the limit become deleted, too; and what deleted ones left behind
 * (lines, files, config, summary) goes once the limit has passed them: at most `limit` rows. A run's row stays, since
 * its id is not given again.
 */
MUST_USE enum rc store_reclaim_end_runs(struct db_conn *conn, const struct reclaim_limits *limits, size_t limit,
                                        size_t *ret_count, struct err *err);
MUST_USE enum rc store_reclaim_purge_runs(struct db_conn *conn, const struct reclaim_limits *limits, int64_t now_us,
                                          size_t limit, size_t *ret_count, struct err *err);

/* ---- what is needed ----------------------------------------------------------------------- */

enum reclaim_source {
        RECLAIM_MANIFESTS,            /* manifests as they were sent */
        RECLAIM_SENT,                 /* files that were sent for an artifact */
        RECLAIM_RUN_FILES,
        RECLAIM_PARTS,                /* in the store of parts */
};
/* Where a page ends; start with reclaim_start. */
struct reclaim_cursor {
        int64_t id, part;
        uint8_t digest[16];
        int64_t algorithm, project_id;
};
extern const struct reclaim_cursor reclaim_start;
struct sha256 {
        uint8_t bytes[32];
};
MUST_USE enum rc store_reclaim_page(struct db_conn *conn, enum reclaim_source source,
                                    const struct reclaim_limits *limits, struct reclaim_cursor *cursor,
                                    struct sha256 *ret, size_t max, size_t *ret_count, struct err *err);

/* Artifacts that need their manifest and its index, by id. */
struct reclaim_version {
        int64_t id, project_id;
        struct stored_bytes manifest, index;
};
MUST_USE enum rc store_reclaim_versions(struct db_conn *conn, const struct reclaim_limits *limits, int64_t after_id,
                                        struct reclaim_version *ret, size_t max, size_t *ret_count, struct err *err);

/* ---- what was noted of bytes that are gone -------------------------------------------------- */

/* Purged artifacts that have notes left, by id. */
MUST_USE enum rc store_reclaim_purged(struct db_conn *conn, int64_t after_id, int64_t *ret, size_t max,
                                      size_t *ret_count, struct err *err);
/* Files that were sent for one, behind `after` (NULL: from the start). */
MUST_USE enum rc store_reclaim_sent(struct db_conn *conn, int64_t artifact_id, const struct artifact_blob *after,
                                    struct artifact_blob *ret, size_t max, size_t *ret_count, struct err *err);
MUST_USE enum rc store_reclaim_forget(struct db_conn *conn, const struct artifact_blob *blob, struct err *err);
MUST_USE enum rc store_reclaim_swept(struct db_conn *conn, int64_t artifact_id, int64_t now_us, struct err *err);

#endif
