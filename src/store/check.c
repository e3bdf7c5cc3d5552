/*
 * store/check.c - see check.h.
 */
#include "store/check.h"

enum rc store_check_artifacts(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                              struct id_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id FROM artifact WHERE id > $1 AND state = 1 ORDER BY id LIMIT $2", "ii",
                                 after_id, (int64_t)limit);

        if (rc)
                return rc;
        *ret = (struct id_list){ .items = arena_array(arena, int64_t, limit) };
        for (;;) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        return rc;
                ret->items[ret->count++] = db_column_i64(stmt, 0);
        }
}

enum rc store_check_artifact_count(struct db_conn *conn, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT count(*) FROM artifact WHERE state = 1", "");
}

/* Bytes of exactly this length; others leave what is there. */
static void read_bytes(struct db_stmt *stmt, int column, uint8_t *ret, size_t len)
{
        struct str bytes = db_column_str(stmt, column);

        if (bytes.len == len)
                memcpy(ret, bytes.ptr, len);
}

enum rc store_check_blobs(struct db_conn *conn, struct arena *arena, const struct artifact_blob *after, size_t limit,
                          struct check_blobs *ret, struct err *err)
{
        static const struct artifact_blob start = { .algorithm = DIGEST_MD5, .project_id = -1 };
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        const struct artifact_blob *from = after ? after : &start;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT digest, algorithm, project_id, artifact_id, sha256, size_bytes "
                                 "FROM artifact_blob WHERE (digest, algorithm, project_id, artifact_id) > "
                                 "($1, $2, $3, $4) AND NOT EXISTS (SELECT 1 FROM artifact a WHERE a.id = artifact_id "
                                 "AND a.purged_us IS NOT NULL) "  /* their bytes may go at any time */
                                 "ORDER BY digest, algorithm, project_id, artifact_id LIMIT $5",
                                 "biiii", (struct str){ (const char *)from->digest, sizeof(from->digest) },
                                 (int64_t)from->algorithm, from->project_id, from->artifact_id, (int64_t)limit);

        if (rc)
                return rc;
        *ret = (struct check_blobs){ .items = arena_array(arena, struct artifact_blob, limit) };
        for (;;) {
                struct artifact_blob *blob;
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        return rc;
                blob = &ret->items[ret->count++];
                read_bytes(stmt, 0, blob->digest, sizeof(blob->digest));
                blob->algorithm = db_column_i64(stmt, 1) ? DIGEST_XXH128 : DIGEST_MD5;
                blob->project_id = db_column_i64(stmt, 2);
                blob->artifact_id = db_column_i64(stmt, 3);
                read_bytes(stmt, 4, blob->bytes.sha256, sizeof(blob->bytes.sha256));
                blob->bytes.size_bytes = db_column_i64(stmt, 5);
        }
}

enum rc store_check_run_files(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                              struct run_file_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id, run_id, name, sha256, md5, size_bytes FROM run_file WHERE id > $1 "
                                 "ORDER BY id LIMIT $2",
                                 "ii", after_id, (int64_t)limit);

        if (rc)
                return rc;
        *ret = (struct run_file_list){ .items = arena_array(arena, struct run_file, limit) };
        for (;;) {
                struct run_file *file;
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        return rc;
                file = &ret->items[ret->count++];
                file->id = db_column_i64(stmt, 0);
                file->run_id = db_column_i64(stmt, 1);
                file->name = store_column(stmt, arena, 2);
                read_bytes(stmt, 3, file->sha256, sizeof(file->sha256));
                read_bytes(stmt, 4, file->md5, sizeof(file->md5));
                file->size_bytes = db_column_i64(stmt, 5);
        }
}

enum rc store_check_parts(struct db_conn *conn, struct arena *arena, int64_t upload_id, int64_t part, size_t limit,
                          struct check_parts *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT p.upload_id, p.part, p.sha256, p.md5, p.size_bytes FROM upload_part p "
                                 "JOIN upload u ON u.id = p.upload_id WHERE (p.upload_id, p.part) > ($1, $2) "
                                 "AND u.completed_us IS NULL ORDER BY p.upload_id, p.part LIMIT $3",
                                 "iii", upload_id, part, (int64_t)limit);

        if (rc)
                return rc;
        *ret = (struct check_parts){ .items = arena_array(arena, struct check_part, limit) };
        for (;;) {
                struct check_part *found;
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        return rc;
                found = &ret->items[ret->count++];
                found->upload_id = db_column_i64(stmt, 0);
                found->part.part = db_column_i64(stmt, 1);
                read_bytes(stmt, 2, found->part.bytes.sha256, sizeof(found->part.bytes.sha256));
                read_bytes(stmt, 3, found->part.md5, sizeof(found->part.md5));
                found->part.bytes.size_bytes = db_column_i64(stmt, 4);
        }
}

enum rc store_check_part_wanted(struct db_conn *conn, const struct check_part *part, bool *ret_wanted, struct err *err)
{
        struct str sha256 = { (const char *)part->part.bytes.sha256, sizeof(part->part.bytes.sha256) };
        int64_t one;

        return store_int(conn, &one, ret_wanted, err,
                         "SELECT 1 FROM upload_part p JOIN upload u ON u.id = p.upload_id WHERE p.upload_id = $1 "
                         "AND p.part = $2 AND p.sha256 = $3 AND u.completed_us IS NULL",
                         "iib", part->upload_id, part->part.part, sha256);
}

/* ---- rules ---------------------------------------------------------------------------- */

/* A collection as people see it; `c` must be its row. */
#define COLLECTION "(SELECT e.name || '/' || p.name || '/' || c.name FROM project p JOIN entity e " \
                   "ON e.id = p.entity_id WHERE p.id = c.project_id)"
#define VERSION(alias) COLLECTION " || ':v' || " alias ".version"

const struct check_rule check_rules[] = {
        { "alias", "An alias points at a version that its collection does not hold.",
          "SELECT " COLLECTION " || ':' || a.alias FROM alias a JOIN collection c ON c.id = a.collection_id "
          "LEFT JOIN membership m ON m.collection_id = a.collection_id AND m.version = a.version "
          "WHERE m.artifact_id IS NULL LIMIT $1" },
        { "uncommitted", "A collection shows a version that is not committed.",
          "SELECT " VERSION("m") " FROM membership m JOIN collection c ON c.id = m.collection_id "
          "JOIN artifact a ON a.id = m.artifact_id WHERE a.state <> 1 LIMIT $1" },
        { "homeless", "A committed version is missing in the collection it was made in, or has another number there.",
          "SELECT " VERSION("a") " FROM artifact a JOIN collection c ON c.id = a.sequence_id "
          "LEFT JOIN membership m ON m.artifact_id = a.id AND m.collection_id = a.sequence_id "
          "WHERE a.state = 1 AND c.deleted_us IS NULL AND (m.version IS NULL OR m.version <> a.version) LIMIT $1" },
        { "number-twice", "A version number was given twice.",
          "SELECT " VERSION("a") " FROM artifact a JOIN collection c ON c.id = a.sequence_id "
          "WHERE a.version IS NOT NULL GROUP BY a.sequence_id, a.version HAVING count(*) > 1 LIMIT $1" },
        { "number-gap", "Version numbers of a collection have gaps, or go beyond its counter.",
          "SELECT " COLLECTION " FROM collection c WHERE c.kind = 0 AND c.next_version <> (SELECT "
          "CASE WHEN count(*) = coalesce(max(a.version) + 1, 0) THEN count(*) ELSE -1 END "
          "FROM artifact a WHERE a.sequence_id = c.id AND a.version IS NOT NULL) LIMIT $1" },
        { "number-beyond", "A collection holds a version number beyond its counter.",
          "SELECT " VERSION("m") " FROM membership m JOIN collection c ON c.id = m.collection_id "
          "WHERE m.version < 0 OR m.version >= c.next_version LIMIT $1" },
        { "content-twice", "One content became two versions of a collection.",
          "SELECT " VERSION("a") " FROM artifact a JOIN collection c ON c.id = a.sequence_id WHERE a.state = 1 "
          "GROUP BY a.sequence_id, a.digest HAVING count(*) > 1 LIMIT $1" },
        { "count", "A collection's count of versions is wrong.",
          "SELECT " COLLECTION " FROM collection c WHERE c.deleted_us IS NULL AND c.version_count <> "
          "(SELECT count(*) FROM membership m WHERE m.collection_id = c.id) LIMIT $1" },
};
const size_t check_rule_count = ARRAY_LEN(check_rules);

enum rc store_check_rule(struct db_conn *conn, struct arena *arena, const struct check_rule *rule, size_t limit,
                         struct str_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, rule->sql, "i", (int64_t)limit);

        if (rc)
                return rc;
        *ret = (struct str_list){ .items = arena_array(arena, struct str, limit) };
        for (;;) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        return rc;
                ret->items[ret->count++] = store_column(stmt, arena, 0);
        }
}
