/*
 * store/collection.c - queries about collections and tags; see collection.h.
 */
#include "store/collection.h"

#define COLLECTION_COLUMNS                                                                           \
        "c.id, c.project_id, c.kind, c.type_id, t.name, c.name, c.description, c.next_version, "      \
        "c.version_count, c.created_us, c.updated_us "                                               \
        "FROM collection c JOIN artifact_type t ON t.id = c.type_id "

static void read_collection(struct db_stmt *stmt, struct arena *arena, struct collection *c)
{
        c->id = db_column_i64(stmt, 0);
        c->project_id = db_column_i64(stmt, 1);
        c->kind = (enum collection_kind)db_column_i64(stmt, 2);
        c->type_id = db_column_i64(stmt, 3);
        c->type_name = store_column(stmt, arena, 4);
        c->name = store_column(stmt, arena, 5);
        c->description = store_column(stmt, arena, 6);
        c->next_version = db_column_i64(stmt, 7);
        c->version_count = db_column_i64(stmt, 8);
        c->created_us = db_column_i64(stmt, 9);
        c->updated_us = db_column_i64(stmt, 10);
}

static enum rc one_collection(struct db_stmt *stmt, struct arena *arena, struct collection **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct collection);
                read_collection(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_collection_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct collection **ret,
                               struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " COLLECTION_COLUMNS "WHERE c.id = $1 AND c.deleted_us IS NULL", "i", id);

        if (rc)
                return rc;
        return one_collection(stmt, arena, ret, err);
}

enum rc store_collection_even_deleted(struct db_conn *conn, struct arena *arena, int64_t id, struct collection **ret,
                                      struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " COLLECTION_COLUMNS "WHERE c.id = $1", "i", id);

        if (rc)
                return rc;
        return one_collection(stmt, arena, ret, err);
}

enum rc store_collection_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                                 struct collection **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " COLLECTION_COLUMNS
                                 "WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_us IS NULL",
                                 "is", project_id, name);

        if (rc)
                return rc;
        return one_collection(stmt, arena, ret, err);
}

enum rc store_collection_insert(struct db_conn *conn, struct collection *c, struct str client_id,
                                int64_t created_by, struct err *err)
{
        return store_insert(conn, &c->id, err,
                            "INSERT INTO collection(project_id, kind, type_id, name, description, client_id, "
                            "created_by, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                            "iiisssIii", c->project_id, (int64_t)c->kind, c->type_id, c->name,
                            c->description.ptr ? c->description : STR(""), client_id, created_by, c->created_us,
                            c->updated_us);
}

enum rc store_collection_update(struct db_conn *conn, const struct collection *c, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE collection SET name = $2, description = $3, type_id = $4, updated_us = $5 "
                          "WHERE id = $1",
                          "issii", c->id, c->name, c->description.ptr ? c->description : STR(""), c->type_id,
                          c->updated_us);
}

enum rc store_collection_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE collection SET deleted_us = $2, updated_us = $2 WHERE id = $1", "ii",
                          id, now_us);
}

enum rc store_collection_delete_in(struct db_conn *conn, int64_t project_id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE collection SET deleted_us = $2, updated_us = $2 "
                          "WHERE project_id = $1 AND deleted_us IS NULL",
                          "ii", project_id, now_us);
}

enum rc store_collection_next_version(struct db_conn *conn, int64_t id, int64_t now_us, int64_t *ret_version,
                                      struct err *err)
{
        return store_int(conn, ret_version, NULL, err,
                         "UPDATE collection SET next_version = next_version + 1, "
                         "version_count = version_count + 1, updated_us = $2 WHERE id = $1 "
                         "RETURNING next_version - 1",
                         "ii", id, now_us);
}

enum rc store_collection_add_count(struct db_conn *conn, int64_t id, int64_t delta, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE collection SET version_count = version_count + $2, updated_us = $3 WHERE id = $1",
                          "iii", id, delta, now_us);
}

enum rc store_collection_count(struct db_conn *conn, int64_t project_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT count(*) FROM collection WHERE project_id = $1 AND deleted_us IS NULL", "i", project_id);
}

/* ---- tags ---- */

enum rc store_tag_ensure(struct db_conn *conn, struct str name, int64_t *ret_id, struct err *err)
{
        bool found = false;
        enum rc rc = store_int(conn, ret_id, &found, err, "SELECT id FROM tag WHERE name = $1", "s", name);

        if (rc || found)
                return rc;
        return store_insert(conn, ret_id, err, "INSERT INTO tag(name) VALUES ($1)", "s", name);
}

static enum rc tags(struct db_conn *conn, struct arena *arena, const char *sql, int64_t id, struct tag_list *ret,
                    struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct tag_list list = { NULL, 0 };
        size_t cap = 0;
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err, sql, "i", id);

        if (rc)
                return rc;
        for (;;) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct tag *grown = arena_array(arena, struct tag, cap ? cap * 2 : 4);

                        if (list.count)
                                memcpy(grown, list.items, list.count * sizeof(*grown));
                        list.items = grown;
                        cap = cap ? cap * 2 : 4;
                }
                list.items[list.count].id = db_column_i64(stmt, 0);
                list.items[list.count++].name = store_column(stmt, arena, 1);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_collection_tags(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                              struct tag_list *ret, struct err *err)
{
        return tags(conn, arena,
                    "SELECT t.id, t.name FROM collection_tag x JOIN tag t ON t.id = x.tag_id "
                    "WHERE x.collection_id = $1 ORDER BY t.id",
                    collection_id, ret, err);
}

enum rc store_collection_tag_add(struct db_conn *conn, int64_t collection_id, int64_t tag_id, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO collection_tag(collection_id, tag_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                          "ii", collection_id, tag_id);
}

enum rc store_collection_tag_remove(struct db_conn *conn, int64_t collection_id, struct str name, struct err *err)
{
        return store_exec(conn, err,
                          "DELETE FROM collection_tag WHERE collection_id = $1 "
                          "AND tag_id = (SELECT id FROM tag WHERE name = $2)",
                          "is", collection_id, name);
}

enum rc store_artifact_tags(struct db_conn *conn, struct arena *arena, int64_t artifact_id, struct tag_list *ret,
                            struct err *err)
{
        return tags(conn, arena,
                    "SELECT t.id, t.name FROM artifact_tag x JOIN tag t ON t.id = x.tag_id "
                    "WHERE x.artifact_id = $1 ORDER BY t.id",
                    artifact_id, ret, err);
}

enum rc store_artifact_tag_add(struct db_conn *conn, int64_t artifact_id, int64_t tag_id, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO artifact_tag(artifact_id, tag_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", "ii",
                          artifact_id, tag_id);
}

enum rc store_artifact_tag_remove(struct db_conn *conn, int64_t artifact_id, struct str name, struct err *err)
{
        return store_exec(conn, err,
                          "DELETE FROM artifact_tag WHERE artifact_id = $1 "
                          "AND tag_id = (SELECT id FROM tag WHERE name = $2)",
                          "is", artifact_id, name);
}
