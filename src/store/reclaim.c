/*
 * store/reclaim.c - see reclaim.h.
 */
#include "store/reclaim.h"

#include "store/internal.h"

/* Pending, and nothing has come for it since $2. */
#define IDLE                                                                                             \
        "(a.state = 0 AND a.created_us < $2 AND a.updated_us < $2 "                                      \
        "AND NOT EXISTS (SELECT 1 FROM artifact_blob x WHERE x.artifact_id = a.id AND x.created_us >= $2) " \
        "AND NOT EXISTS (SELECT 1 FROM manifest x WHERE x.artifact_id = a.id AND x.created_us >= $2) "   \
        "AND NOT EXISTS (SELECT 1 FROM upload x WHERE x.artifact_id = a.id AND x.created_us >= $2))"
/* Needs its bytes: $1 restore_from_us, $2 idle_from_us. */
#define LIVING                                                                                   \
        "(a.state = 1 OR (a.state = 0 AND NOT " IDLE ") OR (a.state = 2 AND a.merged_into IS NULL " \
        "AND a.purged_us IS NULL AND a.deleted_us >= $1))"

const struct reclaim_cursor reclaim_start = { .algorithm = -1, .project_id = -1 };

#define BATCH_MAX 512

/* First column of all rows, at most BATCH_MAX. */
static enum rc read_ids(struct db_stmt *stmt, int64_t *ret, size_t max, size_t *ret_count, struct err *err)
{
        size_t count = 0;

        while (count < max) {
                bool row = false;
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                ret[count++] = db_column_i64(stmt, 0);
        }
        *ret_count = count;
        return RC_OK;
}

static enum rc some_ids(struct db_conn *conn, const char *sql, int64_t a, int64_t b, size_t limit,
                        int64_t ret[static BATCH_MAX], size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t max = limit < BATCH_MAX ? limit : BATCH_MAX;
        enum rc rc = store_query(conn, &stmt, err, sql, "iii", a, b, (int64_t)max);

        if (rc)
                return rc;
        return read_ids(stmt, ret, max, ret_count, err);
}

/* ---- ending ---- */

static enum rc end_places(struct db_conn *conn, int64_t id, struct err *err)
{
        enum rc rc = store_exec(conn, err,
                                "DELETE FROM alias WHERE (collection_id, version) IN "
                                "(SELECT collection_id, version FROM membership WHERE artifact_id = $1)",
                                "i", id);

        if (!rc)
                rc = store_exec(conn, err, "DELETE FROM membership WHERE artifact_id = $1", "i", id);
        return rc;
}

static enum rc next_sequence(struct db_conn *conn, const struct reclaim_limits *limits,
                             struct unreachable_cursor *cursor, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT deleted_us, id FROM collection WHERE deleted_us IS NOT NULL AND deleted_us < $1 "
                                 "AND (deleted_us, id) > ($2, $3) AND kind = 0 ORDER BY deleted_us, id LIMIT 1",
                                 "iii", limits->restore_from_us, cursor->deleted_us, cursor->sequence_id);

        if (!rc)
                rc = db_step(stmt, ret_found, err);
        if (rc || !*ret_found)
                return rc;
        *cursor = (struct unreachable_cursor){ .deleted_us = db_column_i64(stmt, 0), .sequence_id = db_column_i64(stmt, 1) };
        return RC_OK;
}

static enum rc find_unreachable(struct db_conn *conn, const struct reclaim_limits *limits,
                                struct unreachable_cursor *cursor, int64_t *ret, size_t max, size_t *ret_count,
                                struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.id, a.digest FROM artifact a WHERE a.sequence_id = $2 "
                                 "AND (a.digest, a.id) > ($3, $4) AND a.state < 2 AND NOT EXISTS (SELECT 1 "
                                 "FROM membership m JOIN collection p ON p.id = m.collection_id WHERE m.artifact_id = a.id "
                                 "AND (p.deleted_us IS NULL OR p.deleted_us >= $1)) ORDER BY a.digest, a.id LIMIT $5",
                                 "iisii", limits->restore_from_us, cursor->sequence_id,
                                 (struct str){ cursor->digest, cursor->digest_len }, cursor->artifact_id, (int64_t)max);

        while (!rc && count < max) {
                struct str digest;
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                ret[count++] = cursor->artifact_id = db_column_i64(stmt, 0);
                digest = str_slice(db_column_str(stmt, 1), 0, sizeof(cursor->digest));
                memcpy(cursor->digest, digest.ptr, digest.len);
                cursor->digest_len = digest.len;
        }
        *ret_count = count;
        return rc;
}

enum rc store_reclaim_end_unreachable(struct db_conn *conn, const struct reclaim_limits *limits, int64_t as_of_us,
                                      struct unreachable_cursor *cursor, size_t limit, size_t *ret_count,
                                      struct err *err)
{
        int64_t ids[BATCH_MAX];
        size_t max = limit < BATCH_MAX ? limit : BATCH_MAX, total = 0;
        bool more = true;
        enum rc rc = RC_OK;

        while (!rc && total < max) {
                size_t count = 0;

                rc = find_unreachable(conn, limits, cursor, ids, max - total, &count, err);
                for (size_t i = 0; !rc && i < count; i++) {
                        rc = end_places(conn, ids[i], err);
                        if (!rc)
                                rc = store_artifact_delete(conn, ids[i], as_of_us, err);
                }
                total += count;
                if (!rc && total < max)
                        rc = next_sequence(conn, limits, cursor, &more, err);
                if (!more)
                        break;
        }
        *ret_count = total;
        return rc;
}

enum rc store_expired_versions(struct db_conn *conn, int64_t now_us, int64_t *ret, size_t max, size_t *ret_count,
                               struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id FROM artifact WHERE ttl_s > 0 AND state = 1 "
                                 "AND created_us + ttl_s * 1000000 <= $1 LIMIT $2",
                                 "ii", now_us, (int64_t)max);

        if (rc)
                return rc;
        return read_ids(stmt, ret, max, ret_count, err);
}

static enum rc purge_one(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        enum rc rc = store_exec(conn, err,
                                "UPDATE artifact SET state = 2, deleted_us = coalesce(deleted_us, $2), purged_us = $2, "
                                "metadata = NULL, description = NULL, wanted_aliases = NULL, client_id = NULL "
                                "WHERE id = $1",
                                "ii", id, now_us);

        if (!rc)
                rc = store_exec(conn, err, "DELETE FROM manifest WHERE artifact_id = $1", "i", id);
        if (!rc)
                rc = store_exec(conn, err, "DELETE FROM deleted_place WHERE artifact_id = $1", "i", id);
        return rc;
}

enum rc store_reclaim_end_pending(struct db_conn *conn, const struct reclaim_limits *limits, int64_t now_us,
                                  size_t limit, size_t *ret_count, struct err *err)
{
        int64_t ids[BATCH_MAX];
        enum rc rc = some_ids(conn, "SELECT a.id FROM artifact a WHERE $1 IS NOT NULL AND " IDLE " LIMIT $3",
                              limits->restore_from_us, limits->idle_from_us, limit, ids, ret_count, err);

        for (size_t i = 0; !rc && i < *ret_count; i++)
                rc = purge_one(conn, ids[i], now_us, err);
        return rc;
}

enum rc store_reclaim_purge(struct db_conn *conn, const struct reclaim_limits *limits, int64_t now_us, size_t limit,
                            size_t *ret_count, struct err *err)
{
        int64_t ids[BATCH_MAX];
        enum rc rc = some_ids(conn,
                              "SELECT id FROM artifact WHERE deleted_us < $1 AND deleted_us IS NOT NULL "
                              "AND purged_us IS NULL AND state = $2 LIMIT $3",
                              limits->restore_from_us, ARTIFACT_DELETED, limit, ids, ret_count, err);

        for (size_t i = 0; !rc && i < *ret_count; i++)
                rc = purge_one(conn, ids[i], now_us, err);
        return rc;
}

enum rc store_reclaim_end_uploads(struct db_conn *conn, const struct reclaim_limits *limits, size_t limit,
                                  size_t *ret_count, struct err *err)
{
        int64_t ids[BATCH_MAX];
        enum rc rc = some_ids(conn,
                              "SELECT u.id FROM upload u JOIN artifact a ON a.id = u.artifact_id WHERE u.created_us < $1 "
                              "AND (u.completed_us IS NOT NULL OR a.state <> $2) LIMIT $3",
                              limits->idle_from_us, ARTIFACT_PENDING, limit, ids, ret_count, err);

        for (size_t i = 0; !rc && i < *ret_count; i++)
                rc = store_upload_delete(conn, ids[i], err);
        return rc;
}

enum rc store_reclaim_end_runs(struct db_conn *conn, const struct reclaim_limits *limits, size_t limit,
                               size_t *ret_count, struct err *err)
{
        enum rc rc = store_exec(conn, err,
                                "UPDATE run SET deleted_us = $2 WHERE id IN (SELECT r.id FROM project p CROSS JOIN run r "
                                "ON r.project_id = p.id AND r.deleted_us IS NULL WHERE p.deleted_us IS NOT NULL "
                                "AND p.deleted_us < $1 LIMIT $3)",
                                "iii", limits->restore_from_us, limits->restore_from_us - 1, (int64_t)limit);

        if (!rc)
                *ret_count = (size_t)db_changes(conn);
        return rc;
}

/* What a run left behind, rows by rows; *ret_count less than the limit: nothing is left. */
static enum rc empty_run(struct db_conn *conn, int64_t id, size_t limit, size_t *ret_count, struct err *err)
{
        static const char *const steps[] = {
                "DELETE FROM run_line WHERE run_id = $1 AND (stream, line) IN "
                "(SELECT stream, line FROM run_line WHERE run_id = $1 LIMIT $2)",
                "DELETE FROM run_file WHERE id IN (SELECT id FROM run_file WHERE run_id = $1 LIMIT $2)",
        };
        size_t count = 0;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < ARRAY_LEN(steps) && count < limit; i++) {
                rc = store_exec(conn, err, steps[i], "ii", id, (int64_t)(limit - count));
                if (!rc)
                        count += (size_t)db_changes(conn);
        }
        *ret_count = count;
        return rc;
}

enum rc store_reclaim_purge_runs(struct db_conn *conn, const struct reclaim_limits *limits, int64_t now_us,
                                 size_t limit, size_t *ret_count, struct err *err)
{
        int64_t ids[BATCH_MAX];
        size_t found = 0, total = 0;
        enum rc rc = some_ids(conn,
                              "SELECT id FROM run WHERE deleted_us IS NOT NULL AND purged_us IS NULL AND deleted_us < $1 "
                              "AND $2 = 0 LIMIT $3",
                              limits->restore_from_us, 0, limit, ids, &found, err);

        for (size_t i = 0; !rc && i < found && total < limit; i++) {
                size_t count = 0, left = limit - total;

                rc = empty_run(conn, ids[i], left, &count, err);
                total += count < left ? count + 1 : count;
                if (!rc && count < left)
                        rc = store_exec(conn, err,
                                        "UPDATE run SET purged_us = $2, config = '{}', summary = '{}', config_clean = NULL, "
                                        "summary_clean = NULL, system_metrics = '{}', history_keys = NULL, notes = NULL, "
                                        "description = NULL WHERE id = $1",
                                        "ii", ids[i], now_us);
        }
        *ret_count = total;
        return rc;
}

/* ---- what is needed ---- */

static enum rc open_page(struct db_conn *conn, enum reclaim_source source, const struct reclaim_limits *limits,
                         const struct reclaim_cursor *cursor, size_t max, struct db_stmt **ret, struct err *err)
{
        int64_t restore = limits->restore_from_us, idle = limits->idle_from_us;

        switch (source) {
        case RECLAIM_MANIFESTS:
                return store_query(conn, ret, err,
                                   "SELECT m.sha256, m.id FROM manifest m JOIN artifact a ON a.id = m.artifact_id "
                                   "WHERE m.id > $3 AND m.sha256 IS NOT NULL AND " LIVING " ORDER BY m.id LIMIT $4",
                                   "iiii", restore, idle, cursor->id, (int64_t)max);
        case RECLAIM_SENT:
                return store_query(conn, ret, err,
                                   "SELECT b.sha256, b.artifact_id, 0, b.digest, b.algorithm, b.project_id "
                                   "FROM artifact_blob b CROSS JOIN artifact a ON a.id = b.artifact_id WHERE "
                                   "(b.digest, b.algorithm, b.project_id, b.artifact_id) > ($3, $4, $5, $6) AND " LIVING
                                   " ORDER BY b.digest, b.algorithm, b.project_id, b.artifact_id LIMIT $7",
                                   "iibiiii", restore, idle, (struct str){ (const char *)cursor->digest, 16 },
                                   cursor->algorithm, cursor->project_id, cursor->id, (int64_t)max);
        case RECLAIM_RUN_FILES:
                return store_query(conn, ret, err, "SELECT sha256, id FROM run_file WHERE id > $1 ORDER BY id LIMIT $2",
                                   "ii", cursor->id, (int64_t)max);
        case RECLAIM_PARTS:
                return store_query(conn, ret, err,
                                   "SELECT p.sha256, p.upload_id, p.part FROM upload_part p CROSS JOIN upload u "
                                   "ON u.id = p.upload_id WHERE (p.upload_id, p.part) > ($1, $2) "
                                   "AND u.completed_us IS NULL ORDER BY p.upload_id, p.part LIMIT $3",
                                   "iii", cursor->id, cursor->part, (int64_t)max);
        }
        return err_set(err, RC_INTERNAL, "no such source of references");
}

enum rc store_reclaim_page(struct db_conn *conn, enum reclaim_source source, const struct reclaim_limits *limits,
                           struct reclaim_cursor *cursor, struct sha256 *ret, size_t max, size_t *ret_count,
                           struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        enum rc rc = open_page(conn, source, limits, cursor, max, &stmt, err);

        while (!rc && count < max) {
                struct str sha256, digest;
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                sha256 = db_column_str(stmt, 0);
                if (sha256.len != 32)
                        return err_set(err, RC_CORRUPT, "A row that points at stored bytes is damaged: run vitrined check.");
                memcpy(ret[count++].bytes, sha256.ptr, 32);
                cursor->id = db_column_i64(stmt, 1);
                if (source == RECLAIM_PARTS)
                        cursor->part = db_column_i64(stmt, 2);
                if (source != RECLAIM_SENT)
                        continue;
                digest = db_column_str(stmt, 3);
                memcpy(cursor->digest, digest.ptr, digest.len < 16 ? digest.len : 16);
                cursor->algorithm = db_column_i64(stmt, 4);
                cursor->project_id = db_column_i64(stmt, 5);
        }
        *ret_count = count;
        return rc;
}

enum rc store_reclaim_versions(struct db_conn *conn, const struct reclaim_limits *limits, int64_t after_id,
                               struct reclaim_version *ret, size_t max, size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.id, a.manifest_sha256, a.manifest_size, a.index_sha256, a.index_size, a.project_id "
                                 "FROM artifact a WHERE a.id > $3 AND a.index_sha256 IS NOT NULL AND " LIVING
                                 " ORDER BY a.id LIMIT $4",
                                 "iiii", limits->restore_from_us, limits->idle_from_us, after_id, (int64_t)max);

        while (!rc && count < max) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                ret[count].id = db_column_i64(stmt, 0);
                ret[count].manifest = store_read_bytes(stmt, 1);
                ret[count].project_id = db_column_i64(stmt, 5);
                ret[count++].index = store_read_bytes(stmt, 3);
        }
        *ret_count = count;
        return rc;
}

/* ---- what was noted of bytes that are gone ---- */

enum rc store_reclaim_purged(struct db_conn *conn, int64_t after_id, int64_t *ret, size_t max, size_t *ret_count,
                             struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id FROM artifact WHERE id > $1 AND purged_us IS NOT NULL AND swept_us IS NULL "
                                 "ORDER BY id LIMIT $2",
                                 "ii", after_id, (int64_t)max);

        if (rc)
                return rc;
        return read_ids(stmt, ret, max, ret_count, err);
}

enum rc store_reclaim_sent(struct db_conn *conn, int64_t artifact_id, const struct artifact_blob *after,
                           struct artifact_blob *ret, size_t max, size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct str digest = after ? (struct str){ (const char *)after->digest, 16 } : STR("");
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT digest, algorithm, project_id, sha256, size_bytes FROM artifact_blob "
                                 "WHERE artifact_id = $1 AND (digest, algorithm) > ($2, $3) "
                                 "ORDER BY digest, algorithm LIMIT $4",
                                 "ibii", artifact_id, digest, after ? (int64_t)after->algorithm : -1, (int64_t)max);

        while (!rc && count < max) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                digest = db_column_str(stmt, 0);
                memcpy(ret[count].digest, digest.ptr, digest.len < 16 ? digest.len : 16);
                ret[count].algorithm = (enum digest_algorithm)db_column_i64(stmt, 1);
                ret[count].project_id = db_column_i64(stmt, 2);
                ret[count].artifact_id = artifact_id;
                ret[count++].bytes = store_read_bytes(stmt, 3);
        }
        *ret_count = count;
        return rc;
}

enum rc store_reclaim_forget(struct db_conn *conn, const struct artifact_blob *blob, struct err *err)
{
        return store_exec(conn, err,
                          "DELETE FROM artifact_blob WHERE digest = $1 AND algorithm = $2 AND project_id = $3 "
                          "AND artifact_id = $4",
                          "biii", (struct str){ (const char *)blob->digest, 16 }, (int64_t)blob->algorithm,
                          blob->project_id, blob->artifact_id);
}

enum rc store_reclaim_swept(struct db_conn *conn, int64_t artifact_id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE artifact SET swept_us = $2 WHERE id = $1", "ii", artifact_id, now_us);
}
