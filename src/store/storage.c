/*
 * store/storage.c - see storage.h.
 */
#include "store/storage.h"

#include "store/internal.h"

enum rc store_storage_get(struct db_conn *conn, enum storage_scope scope, int64_t id, struct storage_figure *ret,
                          bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT versions, files, logical_bytes, unique_bytes, estimated, counted_us "
                                 "FROM storage_figure WHERE scope = $1 AND id = $2",
                                 "ii", (int64_t)scope, id);

        if (!rc)
                rc = db_step(stmt, ret_found, err);
        if (rc || !*ret_found)
                return rc;
        *ret = (struct storage_figure){ .scope = scope,
                                        .id = id,
                                        .versions = db_column_i64(stmt, 0),
                                        .files = db_column_i64(stmt, 1),
                                        .logical_bytes = db_column_i64(stmt, 2),
                                        .unique_bytes = db_column_i64(stmt, 3),
                                        .estimated = db_column_i64(stmt, 4) != 0,
                                        .counted_us = db_column_i64(stmt, 5) };
        return RC_OK;
}

enum rc store_storage_put(struct db_conn *conn, const struct storage_figure *f, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO storage_figure(scope, id, versions, files, logical_bytes, unique_bytes, estimated, "
                          "counted_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (scope, id) DO UPDATE SET "
                          "versions = $3, files = $4, logical_bytes = $5, unique_bytes = $6, estimated = $7, counted_us = $8",
                          "iiiiiiii", (int64_t)f->scope, f->id, f->versions, f->files, f->logical_bytes, f->unique_bytes,
                          (int64_t)f->estimated, f->counted_us);
}

enum rc store_storage_forget(struct db_conn *conn, int64_t before_us, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM storage_figure WHERE counted_us < $1", "i", before_us);
}

enum rc store_storage_next(struct db_conn *conn, struct storage_place *place, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *rest = NULL, *others = NULL;
        struct db_stmt *stmt;
        enum rc rc = store_query(conn, &rest, err,
                                 "SELECT project_id, id, $3, kind FROM collection WHERE project_id = $1 AND id > $2 "
                                 "AND deleted_us IS NULL ORDER BY id LIMIT 1",
                                 "iii", place->project_id, place->collection_id, (int64_t)place->is_registry);

        stmt = rest;
        if (!rc)
                rc = db_step(rest, ret_found, err);
        if (!rc && !*ret_found) {
                rc = store_query(conn, &others, err,
                                 "SELECT p.id, c.id, p.is_registry, c.kind FROM project p CROSS JOIN collection c ON c.project_id = p.id "
                                 "AND c.deleted_us IS NULL WHERE p.id > $1 AND p.deleted_us IS NULL ORDER BY p.id, c.id "
                                 "LIMIT 1",
                                 "i", place->project_id);
                stmt = others;
                if (!rc)
                        rc = db_step(others, ret_found, err);
        }
        if (rc || !*ret_found)
                return rc;
        *place = (struct storage_place){ .project_id = db_column_i64(stmt, 0),
                                         .collection_id = db_column_i64(stmt, 1),
                                         .is_registry = db_column_i64(stmt, 2) != 0,
                                         .is_sequence = db_column_i64(stmt, 3) == 0 };
        return RC_OK;
}

enum rc store_storage_versions(struct db_conn *conn, int64_t collection_id, int64_t after, struct storage_version *ret,
                               size_t max, size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT m.version, a.size_bytes, a.file_count, a.index_sha256, a.index_size "
                                 "FROM membership m CROSS JOIN artifact a ON a.id = m.artifact_id WHERE m.collection_id = $1 "
                                 "AND m.version > $2 AND a.state = 1 ORDER BY m.version LIMIT $3",
                                 "iii", collection_id, after, (int64_t)max);

        while (!rc && count < max) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                ret[count].version = db_column_i64(stmt, 0);
                ret[count].size_bytes = db_column_i64(stmt, 1);
                ret[count].file_count = db_column_i64(stmt, 2);
                ret[count++].index = store_read_bytes(stmt, 3);
        }
        *ret_count = count;
        return rc;
}

enum rc store_storage_total(struct db_conn *conn, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT coalesce(sum(version_count), 0) FROM collection WHERE deleted_us IS NULL",
                         "");
}
