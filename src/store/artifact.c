/*
 * store/artifact.c - queries about artifacts and manifests; see artifact.h.
 */
#include "store/artifact.h"

#include "store/internal.h"

#define ARTIFACT_COLUMNS                                                                             \
        "a.id, a.sequence_id, c.name, a.project_id, a.type_id, t.name, a.version, a.state, a.digest, " \
        "a.digest_algorithm, a.description, a.metadata, a.size_bytes, a.file_count, a.client_id, "   \
        "a.distributed_id, a.base_id, a.wanted_aliases, a.run_id, a.created_by, a.history_step, "    \
        "a.ttl_s, a.storage_region, a.manifest_sha256, a.manifest_size, a.index_sha256, a.index_size, " \
        "a.created_us, a.updated_us "                                                                \
        "FROM artifact a JOIN collection c ON c.id = a.sequence_id JOIN artifact_type t ON t.id = a.type_id "

struct stored_bytes store_read_bytes(struct db_stmt *stmt, int column)
{
        struct stored_bytes bytes = { .size_bytes = -1 };
        struct str sha = db_column_str(stmt, column);

        if (sha.len == sizeof(bytes.sha256)) {
                memcpy(bytes.sha256, sha.ptr, sha.len);
                bytes.size_bytes = db_column_i64(stmt, column + 1);
        }
        return bytes;
}

struct str store_sha(const struct stored_bytes *bytes)
{
        if (bytes->size_bytes < 0)
                return STR_NULL;
        return (struct str){ (const char *)bytes->sha256, sizeof(bytes->sha256) };
}

static void read_artifact(struct db_stmt *stmt, struct arena *arena, struct artifact *a)
{
        a->id = db_column_i64(stmt, 0);
        a->sequence_id = db_column_i64(stmt, 1);
        a->sequence_name = store_column(stmt, arena, 2);
        a->project_id = db_column_i64(stmt, 3);
        a->type_id = db_column_i64(stmt, 4);
        a->type_name = store_column(stmt, arena, 5);
        a->version = db_column_is_null(stmt, 6) ? -1 : db_column_i64(stmt, 6);
        a->state = (enum artifact_state)db_column_i64(stmt, 7);
        a->digest = store_column(stmt, arena, 8);
        a->digest_algorithm = (enum digest_algorithm)db_column_i64(stmt, 9);
        a->description = store_column(stmt, arena, 10);
        a->metadata = store_column(stmt, arena, 11);
        a->size_bytes = db_column_i64(stmt, 12);
        a->file_count = db_column_i64(stmt, 13);
        a->client_id = store_column(stmt, arena, 14);
        a->distributed_id = store_column(stmt, arena, 15);
        a->base_id = db_column_i64(stmt, 16);
        a->wanted_aliases = store_column(stmt, arena, 17);
        a->run_id = db_column_i64(stmt, 18);
        a->created_by = db_column_i64(stmt, 19);
        a->history_step = db_column_is_null(stmt, 20) ? -1 : db_column_i64(stmt, 20);
        a->ttl_s = db_column_i64(stmt, 21);
        a->storage_region = store_column(stmt, arena, 22);
        a->manifest = store_read_bytes(stmt, 23);
        a->index = store_read_bytes(stmt, 25);
        a->created_us = db_column_i64(stmt, 27);
        a->updated_us = db_column_i64(stmt, 28);
}

static enum rc one_artifact(struct db_stmt *stmt, struct arena *arena, struct artifact **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct artifact);
                read_artifact(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_artifact_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct artifact **ret,
                             struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " ARTIFACT_COLUMNS
                                 "WHERE a.id = coalesce((SELECT merged_into FROM artifact WHERE id = $1), $1)",
                                 "i", id);

        if (rc)
                return rc;
        return one_artifact(stmt, arena, ret, err);
}

enum rc store_artifact_by_client(struct db_conn *conn, struct arena *arena, struct str client_id,
                                 struct artifact **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " ARTIFACT_COLUMNS "WHERE a.client_id = $1", "s",
                                 client_id);

        if (rc)
                return rc;
        return one_artifact(stmt, arena, ret, err);
}

enum rc store_artifact_by_digest(struct db_conn *conn, struct arena *arena, int64_t sequence_id, struct str digest,
                                 struct artifact **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " ARTIFACT_COLUMNS "WHERE a.sequence_id = $1 AND a.digest = $2 "
                                 "AND a.state = 1 ORDER BY a.id DESC LIMIT 1",
                                 "is", sequence_id, digest);

        if (rc)
                return rc;
        return one_artifact(stmt, arena, ret, err);
}

enum rc store_artifact_by_distributed(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                                      struct str distributed_id, struct artifact **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " ARTIFACT_COLUMNS "WHERE a.sequence_id = $1 AND a.distributed_id = $2 "
                                 "AND a.state = 0 ORDER BY a.id LIMIT 1",
                                 "is", sequence_id, distributed_id);

        if (rc)
                return rc;
        return one_artifact(stmt, arena, ret, err);
}

enum rc store_artifact_latest(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                              struct artifact **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " ARTIFACT_COLUMNS "WHERE a.id = (SELECT artifact_id FROM membership "
                                 "WHERE collection_id = $1 ORDER BY version DESC LIMIT 1)",
                                 "i", sequence_id);

        if (rc)
                return rc;
        return one_artifact(stmt, arena, ret, err);
}

enum rc store_artifact_insert(struct db_conn *conn, struct artifact *a, struct err *err)
{
        return store_insert(conn, &a->id, err,
                            "INSERT INTO artifact(sequence_id, project_id, type_id, state, digest, digest_algorithm, "
                            "description, metadata, client_id, distributed_id, base_id, wanted_aliases, run_id, "
                            "created_by, history_step, ttl_s, storage_region, created_us, updated_us) "
                            "VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
                            "CASE WHEN $14 < 0 THEN NULL ELSE $14 END, $15, $16, $17, $17)",
                            "iiisissssIsIIiisi", a->sequence_id, a->project_id, a->type_id, a->digest,
                            (int64_t)a->digest_algorithm, a->description, a->metadata, a->client_id,
                            a->distributed_id, a->base_id, a->wanted_aliases, a->run_id, a->created_by,
                            a->history_step, a->ttl_s, a->storage_region, a->created_us);
}

enum rc store_artifact_update(struct db_conn *conn, const struct artifact *a, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE artifact SET description = $2, metadata = $3, ttl_s = $4, updated_us = $5 "
                          "WHERE id = $1",
                          "issii", a->id, a->description, a->metadata, a->ttl_s, a->updated_us);
}

enum rc store_artifact_set_wanted(struct db_conn *conn, int64_t id, struct str wanted_aliases, struct err *err)
{
        return store_exec(conn, err, "UPDATE artifact SET wanted_aliases = $2 WHERE id = $1", "is", id,
                          wanted_aliases);
}

enum rc store_artifact_commit(struct db_conn *conn, const struct artifact *a, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE artifact SET state = 1, version = $2, digest = $3, size_bytes = $4, "
                          "file_count = $5, manifest_sha256 = $6, manifest_size = $7, index_sha256 = $8, "
                          "index_size = $9, wanted_aliases = NULL, updated_us = $10, committed_us = $10 "
                          "WHERE id = $1",
                          "iisiibibii", a->id, a->version, a->digest, a->size_bytes, a->file_count,
                          store_sha(&a->manifest), a->manifest.size_bytes, store_sha(&a->index),
                          a->index.size_bytes, now_us);
}

enum rc store_artifact_merge(struct db_conn *conn, int64_t id, int64_t into_id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE artifact SET state = 2, merged_into = $2, deleted_us = $3, updated_us = $3 "
                          "WHERE id = $1",
                          "iii", id, into_id, now_us);
}

enum rc store_artifact_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE artifact SET state = 2, deleted_us = $2, updated_us = $2, client_id = NULL "
                          "WHERE id = $1",
                          "ii", id, now_us);
}

enum rc store_artifact_set_type(struct db_conn *conn, int64_t sequence_id, int64_t type_id, struct err *err)
{
        return store_exec(conn, err, "UPDATE artifact SET type_id = $2 WHERE sequence_id = $1", "ii", sequence_id,
                          type_id);
}

/* ---- manifests ---- */

#define MANIFEST_COLUMNS \
        "id, artifact_id, name, kind, digest, base_artifact_id, sha256, size_bytes, created_us FROM manifest "

static void read_manifest(struct db_stmt *stmt, struct arena *arena, struct manifest_row *m)
{
        m->id = db_column_i64(stmt, 0);
        m->artifact_id = db_column_i64(stmt, 1);
        m->name = store_column(stmt, arena, 2);
        m->kind = (enum manifest_kind)db_column_i64(stmt, 3);
        m->digest = store_column(stmt, arena, 4);
        m->base_artifact_id = db_column_i64(stmt, 5);
        m->bytes = store_read_bytes(stmt, 6);
        m->created_us = db_column_i64(stmt, 8);
}

enum rc store_manifest_insert(struct db_conn *conn, struct manifest_row *m, struct err *err)
{
        return store_insert(conn, &m->id, err,
                            "INSERT INTO manifest(artifact_id, name, kind, digest, base_artifact_id, created_us) "
                            "VALUES ($1, $2, $3, $4, $5, $6)",
                            "isisIi", m->artifact_id, m->name, (int64_t)m->kind, m->digest, m->base_artifact_id,
                            m->created_us);
}

enum rc store_manifest_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct manifest_row **ret,
                             struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " MANIFEST_COLUMNS "WHERE id = $1", "i", id);

        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct manifest_row);
                read_manifest(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_manifest_update(struct db_conn *conn, const struct manifest_row *m, struct err *err)
{
        return store_exec(conn, err, "UPDATE manifest SET digest = $2, base_artifact_id = $3 WHERE id = $1", "isI",
                          m->id, m->digest, m->base_artifact_id);
}

enum rc store_manifest_set_bytes(struct db_conn *conn, int64_t id, const struct stored_bytes *bytes,
                                 struct err *err)
{
        return store_exec(conn, err, "UPDATE manifest SET sha256 = $2, size_bytes = $3 WHERE id = $1", "ibi", id,
                          store_sha(bytes), bytes->size_bytes);
}

enum rc store_manifest_list(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                            struct manifest_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct manifest_list list = { arena_array(arena, struct manifest_row, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " MANIFEST_COLUMNS
                                 "WHERE artifact_id = $1 AND sha256 IS NOT NULL ORDER BY id LIMIT $2",
                                 "ii", artifact_id, (int64_t)limit);

        if (rc)
                return rc;
        while (list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                read_manifest(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

/* ---- lineage edges ---- */

enum rc store_run_output_add(struct db_conn *conn, int64_t run_id, int64_t artifact_id, int64_t now_us,
                             struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO run_output(run_id, artifact_id, created_us) VALUES ($1, $2, $3) "
                          "ON CONFLICT DO NOTHING",
                          "iii", run_id, artifact_id, now_us);
}

enum rc store_run_input_add(struct db_conn *conn, int64_t run_id, int64_t artifact_id, int64_t collection_id,
                            int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO run_input(run_id, artifact_id, collection_id, created_us) "
                          "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                          "iiIi", run_id, artifact_id, collection_id, now_us);
}

static enum rc ids(struct db_conn *conn, struct arena *arena, const char *sql, int64_t id, int64_t after_id,
                   size_t limit, struct id_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct id_list list = { arena_array(arena, int64_t, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err, sql, "iii", id, after_id, (int64_t)limit);

        if (rc)
                return rc;
        while (list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                list.items[list.count++] = db_column_i64(stmt, 0);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_run_outputs(struct db_conn *conn, struct arena *arena, int64_t run_id, int64_t after_id,
                          size_t limit, struct id_list *ret, struct err *err)
{
        return ids(conn, arena,
                   "SELECT artifact_id FROM run_output WHERE run_id = $1 AND artifact_id > $2 "
                   "ORDER BY artifact_id LIMIT $3",
                   run_id, after_id, limit, ret, err);
}

enum rc store_run_inputs(struct db_conn *conn, struct arena *arena, int64_t run_id, int64_t after_id, size_t limit,
                         struct id_list *ret, struct err *err)
{
        return ids(conn, arena,
                   "SELECT artifact_id FROM run_input WHERE run_id = $1 AND artifact_id > $2 "
                   "ORDER BY artifact_id LIMIT $3",
                   run_id, after_id, limit, ret, err);
}

enum rc store_run_output_count(struct db_conn *conn, int64_t run_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT count(*) FROM run_output WHERE run_id = $1", "i", run_id);
}

enum rc store_run_input_count(struct db_conn *conn, int64_t run_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT count(*) FROM run_input WHERE run_id = $1", "i", run_id);
}

enum rc store_artifact_users(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                             struct id_list *ret, struct err *err)
{
        return ids(conn, arena,
                   "SELECT run_id FROM run_input WHERE artifact_id = $1 AND run_id > $2 ORDER BY run_id LIMIT $3",
                   artifact_id, 0, limit, ret, err);
}
