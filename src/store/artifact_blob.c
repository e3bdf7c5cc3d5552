/*
 * store/artifact_blob.c - queries about uploaded bytes; see artifact_blob.h.
 */
#include "store/artifact_blob.h"

#include "store/internal.h"

static struct str digest_str(const uint8_t digest[16])
{
        return (struct str){ (const char *)digest, 16 };
}

enum rc store_artifact_blob_get(struct db_conn *conn, int64_t artifact_id, const uint8_t digest[16],
                                enum digest_algorithm algorithm, struct artifact_blob *ret, bool *ret_found,
                                struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT project_id, sha256, size_bytes FROM artifact_blob "
                                 "WHERE artifact_id = $1 AND digest = $2 AND algorithm = $3",
                                 "ibi", artifact_id, digest_str(digest), (int64_t)algorithm);

        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        if (row) {
                memcpy(ret->digest, digest, 16);
                ret->algorithm = algorithm;
                ret->artifact_id = artifact_id;
                ret->project_id = db_column_i64(stmt, 0);
                ret->bytes = store_read_bytes(stmt, 1);
        }
        *ret_found = row;
        return RC_OK;
}

enum rc store_artifact_blob_add(struct db_conn *conn, const struct artifact_blob *b, int64_t now_us,
                                struct err *err)
{
        struct artifact_blob before;
        bool found = false;
        enum rc rc = store_artifact_blob_get(conn, b->artifact_id, b->digest, b->algorithm, &before, &found, err);

        if (rc)
                return rc;
        if (found) {
                if (memcmp(before.bytes.sha256, b->bytes.sha256, 32) == 0)
                        return RC_OK;
                return err_set(err, RC_CONFLICT,
                               "This version already has other bytes with the same digest: change one of the two "
                               "files so that their digests differ.");
        }
        return store_exec(conn, err,
                          "INSERT INTO artifact_blob(digest, algorithm, project_id, artifact_id, sha256, size_bytes, "
                          "created_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                          "biiibii", digest_str(b->digest), (int64_t)b->algorithm, b->project_id, b->artifact_id,
                          store_sha(&b->bytes), b->bytes.size_bytes, now_us);
}

static enum rc read_blobs(struct db_stmt *stmt, const uint8_t digest[16], enum digest_algorithm algorithm,
                          struct artifact_blob *ret, size_t max, size_t *count, struct err *err)
{
        while (*count < max) {
                struct artifact_blob *b = &ret[*count];
                bool row = false;
                enum rc rc = db_step(stmt, &row, err);

                if (rc || !row)
                        return rc;
                memcpy(b->digest, digest, 16);
                b->algorithm = algorithm;
                b->project_id = db_column_i64(stmt, 0);
                b->artifact_id = db_column_i64(stmt, 1);
                b->bytes = store_read_bytes(stmt, 2);
                (*count)++;
        }
        return RC_OK;
}

static enum rc find_blobs(struct db_conn *conn, const char *sql, const uint8_t digest[16],
                          enum digest_algorithm algorithm, int64_t project_id, struct artifact_blob *ret,
                          size_t max, size_t *count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc;

        if (*count >= max)
                return RC_OK;
        rc = store_query(conn, &stmt, err, sql, "biii", digest_str(digest), (int64_t)algorithm, project_id,
                         (int64_t)(max - *count));
        return rc ? rc : read_blobs(stmt, digest, algorithm, ret, max, count, err);
}

enum rc store_artifact_blob_holders(struct db_conn *conn, const uint8_t digest[16], enum digest_algorithm algorithm,
                                    struct artifact_blob *ret, size_t max, size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT project_id, artifact_id, sha256, size_bytes FROM artifact_blob "
                                 "WHERE digest = $1 AND algorithm = $2 ORDER BY project_id, artifact_id LIMIT $3",
                                 "bii", digest_str(digest), (int64_t)algorithm, (int64_t)max);

        if (!rc)
                rc = read_blobs(stmt, digest, algorithm, ret, max, &count, err);
        if (!rc)
                *ret_count = count;
        return rc;
}

/* Of few holders all are known: the project's first, each kind in its order. */
static void put_in_order(const struct artifact_blob *all, size_t count, int64_t project_id, struct artifact_blob *ret)
{
        size_t at = 0;

        for (size_t i = 0; i < count; i++) {
                if (all[i].project_id == project_id)
                        ret[at++] = all[i];
        }
        for (size_t i = 0; i < count; i++) {
                if (all[i].project_id != project_id)
                        ret[at++] = all[i];
        }
}

#define FEW_HOLDERS 8u

enum rc store_artifact_blob_find(struct db_conn *conn, const uint8_t digest[16], enum digest_algorithm algorithm,
                                 int64_t project_id, struct artifact_blob *ret, size_t max, size_t *ret_count,
                                 struct err *err)
{
        struct artifact_blob all[FEW_HOLDERS];
        size_t some = max < FEW_HOLDERS ? max : FEW_HOLDERS, count = 0;
        enum rc rc = store_artifact_blob_holders(conn, digest, algorithm, all, some, &count, err);

        if (!rc && count < some) {
                put_in_order(all, count, project_id, ret);
                *ret_count = count;
                return RC_OK;
        }
        count = 0;
        if (!rc)
                rc = find_blobs(conn,
                                "SELECT project_id, artifact_id, sha256, size_bytes FROM artifact_blob "
                                "WHERE digest = $1 AND algorithm = $2 AND project_id = $3 "
                                "ORDER BY artifact_id LIMIT $4",
                                digest, algorithm, project_id, ret, max, &count, err);
        if (!rc)
                rc = find_blobs(conn,
                                "SELECT project_id, artifact_id, sha256, size_bytes FROM artifact_blob "
                                "WHERE digest = $1 AND algorithm = $2 AND project_id <> $3 "
                                "ORDER BY project_id, artifact_id LIMIT $4",
                                digest, algorithm, project_id, ret, max, &count, err);
        if (rc)
                return rc;
        *ret_count = count;
        return RC_OK;
}

enum rc store_artifact_blob_of_entity(struct db_conn *conn, const uint8_t digest[16], enum digest_algorithm algorithm,
                                      int64_t entity_id, struct artifact_blob *ret, size_t max, size_t *ret_count,
                                      struct err *err)
{
        *ret_count = 0;
        return find_blobs(conn,
                          "SELECT b.project_id, b.artifact_id, b.sha256, b.size_bytes FROM project p "
                          "JOIN artifact_blob b ON b.project_id = p.id "
                          "WHERE b.digest = $1 AND b.algorithm = $2 AND p.entity_id = $3 AND p.deleted_us IS NULL "
                          "ORDER BY b.project_id, b.artifact_id LIMIT $4",
                          digest, algorithm, entity_id, ret, max, ret_count, err);
}

/* ---- multipart uploads ---- */

enum rc store_upload_insert(struct db_conn *conn, struct multipart *u, int64_t now_us, struct err *err)
{
        return store_insert(conn, &u->id, err,
                            "INSERT INTO upload(artifact_id, digest, algorithm, md5, storage_path, part_count, "
                            "created_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                            "ibibsii", u->artifact_id, digest_str(u->digest), (int64_t)u->algorithm,
                            digest_str(u->md5), u->storage_path, u->part_count, now_us);
}

enum rc store_upload_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct multipart **ret,
                           struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct multipart *u;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT artifact_id, digest, algorithm, storage_path, part_count, completed_us, md5 "
                                 "FROM upload WHERE id = $1",
                                 "i", id);

        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = NULL;
        if (!row)
                return RC_OK;
        u = arena_new(arena, struct multipart);
        u->id = id;
        u->artifact_id = db_column_i64(stmt, 0);
        if (db_column_str(stmt, 1).len == sizeof(u->digest))
                memcpy(u->digest, db_column_str(stmt, 1).ptr, sizeof(u->digest));
        u->algorithm = (enum digest_algorithm)db_column_i64(stmt, 2);
        u->storage_path = store_column(stmt, arena, 3);
        u->part_count = db_column_i64(stmt, 4);
        u->completed = !db_column_is_null(stmt, 5);
        if (db_column_str(stmt, 6).len == sizeof(u->md5))
                memcpy(u->md5, db_column_str(stmt, 6).ptr, sizeof(u->md5));
        *ret = u;
        return RC_OK;
}

enum rc store_upload_unfinished(struct db_conn *conn, const struct artifact *artifact, const struct multipart *like,
                                int64_t *ret, size_t max, size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT u.id FROM artifact a JOIN upload u ON u.artifact_id = a.id "
                                 "WHERE a.sequence_id = $1 AND a.digest = $2 AND a.state = 0 AND a.created_by = $3 "
                                 "AND u.digest = $4 AND u.algorithm = $5 AND u.md5 = $6 AND u.part_count = $7 "
                                 "AND u.completed_us IS NULL ORDER BY u.id DESC LIMIT $8",
                                 "isibibii", artifact->sequence_id, artifact->digest, artifact->created_by,
                                 digest_str(like->digest), (int64_t)like->algorithm, digest_str(like->md5),
                                 like->part_count, (int64_t)max);

        while (!rc && count < max) {
                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                ret[count++] = db_column_i64(stmt, 0);
        }
        if (!rc)
                *ret_count = count;
        return rc;
}

enum rc store_upload_touch(struct db_conn *conn, int64_t id, int64_t now_us, bool *ret, struct err *err)
{
        enum rc rc = store_exec(conn, err, "UPDATE upload SET created_us = $2 WHERE id = $1 AND completed_us IS NULL",
                                "ii", id, now_us);

        if (!rc)
                *ret = db_changes(conn) > 0;
        return rc;
}

enum rc store_upload_part_shared(struct db_conn *conn, int64_t upload_id, const uint8_t sha256[32],
                                 bool *ret_shared, struct err *err)
{
        int64_t other = 0;

        return store_int(conn, &other, ret_shared, err,
                         "SELECT upload_id FROM upload_part WHERE sha256 = $1 AND upload_id <> $2 LIMIT 1", "bi",
                         (struct str){ (const char *)sha256, 32 }, upload_id);
}

enum rc store_upload_complete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        enum rc rc = store_exec(conn, err, "UPDATE upload SET completed_us = $2 WHERE id = $1", "ii", id, now_us);

        if (rc)
                return rc;
        return store_exec(conn, err, "DELETE FROM upload_part WHERE upload_id = $1", "i", id);
}

enum rc store_upload_delete(struct db_conn *conn, int64_t id, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM upload WHERE id = $1", "i", id);
}

enum rc store_upload_part_set(struct db_conn *conn, int64_t upload_id, const struct upload_part *part,
                              struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO upload_part(upload_id, part, sha256, md5, size_bytes) "
                          "VALUES ($1, $2, $3, $4, $5) ON CONFLICT(upload_id, part) DO UPDATE SET "
                          "sha256 = excluded.sha256, md5 = excluded.md5, size_bytes = excluded.size_bytes",
                          "iibbi", upload_id, part->part, store_sha(&part->bytes), digest_str(part->md5),
                          part->bytes.size_bytes);
}

enum rc store_upload_parts(struct db_conn *conn, int64_t upload_id, struct upload_part *ret, size_t max,
                           size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT part, sha256, size_bytes, md5 FROM upload_part WHERE upload_id = $1 "
                                 "ORDER BY part LIMIT $2",
                                 "ii", upload_id, (int64_t)max);

        if (rc)
                return rc;
        while (count < max) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                ret[count].part = db_column_i64(stmt, 0);
                ret[count].bytes = store_read_bytes(stmt, 1);
                if (db_column_str(stmt, 3).len == 16)
                        memcpy(ret[count].md5, db_column_str(stmt, 3).ptr, 16);
                count++;
        }
        *ret_count = count;
        return RC_OK;
}
