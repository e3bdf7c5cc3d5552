/*
 * store/entity.c - queries about owners of projects; see entity.h.
 */
#include "store/entity.h"

static struct entity *read_entity(struct db_stmt *stmt, struct arena *arena)
{
        struct entity *e = arena_new(arena, struct entity);

        e->id = db_column_i64(stmt, 0);
        e->name = store_column(stmt, arena, 1);
        e->kind = (enum entity_kind)db_column_i64(stmt, 2);
        e->org_id = db_column_i64(stmt, 3);
        e->created_us = db_column_i64(stmt, 4);
        e->deleted_us = db_column_i64(stmt, 5);
        return e;
}

static enum rc first_entity(struct db_stmt *stmt, struct arena *arena, struct entity **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = row ? read_entity(stmt, arena) : NULL;
        return RC_OK;
}

enum rc store_entity_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct entity **ret,
                           struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id, name, kind, org_id, created_us, deleted_us FROM entity WHERE id = $1", "i", id);

        return rc ? rc : first_entity(stmt, arena, ret, err);
}

enum rc store_entity_by_name(struct db_conn *conn, struct arena *arena, struct str name, struct entity **ret,
                             struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id, name, kind, org_id, created_us, deleted_us FROM entity WHERE name_key = $1", "s",
                                 model_fold(arena, name));

        return rc ? rc : first_entity(stmt, arena, ret, err);
}

enum rc store_entity_insert(struct db_conn *conn, struct arena *arena, struct entity *e, struct err *err)
{
        return store_insert(conn, &e->id, err,
                            "INSERT INTO entity (name, name_key, kind, org_id, created_us)"
                            " VALUES ($1, $2, $3, $4, $5)",
                            "ssiIi", e->name, model_fold(arena, e->name), (int64_t)e->kind, e->org_id,
                            e->created_us);
}

enum rc store_entity_rename(struct db_conn *conn, struct arena *arena, int64_t id, struct str name,
                            struct err *err)
{
        return store_exec(conn, err, "UPDATE entity SET name = $2, name_key = $3 WHERE id = $1", "iss", id, name,
                          model_fold(arena, name));
}

enum rc store_entity_set_org(struct db_conn *conn, int64_t id, int64_t org_id, struct err *err)
{
        return store_exec(conn, err, "UPDATE entity SET org_id = $2 WHERE id = $1", "iI", id, org_id);
}

enum rc store_entity_retire(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        enum rc rc;

        rc = store_exec(conn, err, "UPDATE project SET deleted_us = $2 WHERE entity_id = $1 AND deleted_us IS NULL",
                        "ii", id, now_us);
        if (rc)
                return rc;
        return store_exec(conn, err, "UPDATE entity SET deleted_us = $2, name_key = NULL WHERE id = $1", "ii", id,
                          now_us);
}

enum rc store_entity_has_content(struct db_conn *conn, int64_t id, bool *ret, struct err *err)
{
        int64_t found = 0;
        enum rc rc;

        rc = store_int(conn, &found, NULL, err,
                       "SELECT EXISTS (SELECT 1 FROM project p WHERE p.entity_id = $1 AND p.deleted_us IS NULL"
                       " AND (p.is_core = 0 OR EXISTS (SELECT 1 FROM collection c WHERE c.project_id = p.id"
                       " AND c.deleted_us IS NULL)))",
                       "i", id);
        if (rc)
                return rc;
        *ret = found != 0;
        return RC_OK;
}

enum rc store_entity_bytes(struct db_conn *conn, int64_t id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT coalesce(sum(coalesce(f.logical_bytes, (SELECT sum(a.size_bytes) FROM collection c"
                         " JOIN artifact a ON a.sequence_id = c.id AND a.state = 1 WHERE c.project_id = p.id"
                         " AND c.kind = 0 AND c.deleted_us IS NULL), 0)), 0) FROM project p"
                         " LEFT JOIN storage_figure f ON f.scope = 1 AND f.id = p.id"
                         " WHERE p.entity_id = $1 AND p.is_registry = 0 AND p.deleted_us IS NULL",
                         "i", id);
}
