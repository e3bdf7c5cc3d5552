/*
 * store/deleted.c - see deleted.h.
 */
#include "store/deleted.h"

/* Columns of a struct deleted_item; `c` is the collection. */
#define ITEM(id, version, deleted)                                                                           \
        "SELECT " id ", c.project_id, e.name, p.name, c.name, " version ", c.kind, " deleted " FROM "
#define NAMES "JOIN project p ON p.id = c.project_id JOIN entity e ON e.id = p.entity_id "

static enum rc read_items(struct db_stmt *stmt, struct arena *arena, size_t limit, struct deleted_list *ret,
                          struct err *err)
{
        struct deleted_list list = { arena_array(arena, struct deleted_item, limit), 0 };

        while (list.count < limit) {
                struct deleted_item *item = &list.items[list.count];
                bool row = false;
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                item->id = db_column_i64(stmt, 0);
                item->project_id = db_column_i64(stmt, 1);
                item->entity_name = store_column(stmt, arena, 2);
                item->project_name = store_column(stmt, arena, 3);
                item->collection_name = store_column(stmt, arena, 4);
                item->version = db_column_i64(stmt, 5);
                item->kind = (enum collection_kind)db_column_i64(stmt, 6);
                item->deleted_us = db_column_i64(stmt, 7);
                list.count++;
        }
        *ret = list;
        return RC_OK;
}

#define VERSIONS_WHERE                                                                                         \
        "a.deleted_us IS NOT NULL AND a.purged_us IS NULL AND a.state = 2 AND a.merged_into IS NULL "           \
        "AND a.version IS NOT NULL ORDER BY a.deleted_us DESC, a.id DESC LIMIT $2"
#define VERSIONS ITEM("a.id", "a.version", "a.deleted_us") "artifact a JOIN collection c ON c.id = a.sequence_id " NAMES

enum rc store_deleted_versions(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t from_us,
                               size_t limit, struct deleted_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = project_id ? store_query(conn, &stmt, err,
                                              VERSIONS "WHERE a.deleted_us >= $1 AND a.project_id = $3 AND " VERSIONS_WHERE,
                                              "iii", from_us, (int64_t)limit, project_id)
                                : store_query(conn, &stmt, err, VERSIONS "WHERE a.deleted_us >= $1 AND " VERSIONS_WHERE,
                                              "ii", from_us, (int64_t)limit);

        if (rc)
                return rc;
        return read_items(stmt, arena, limit, ret, err);
}

#define COLLECTIONS_WHERE                                                                                      \
        "c.deleted_us IS NOT NULL AND p.deleted_us IS NULL ORDER BY c.deleted_us DESC, c.id DESC LIMIT $2"
#define COLLECTIONS ITEM("c.id", "-1", "c.deleted_us") "collection c " NAMES

enum rc store_deleted_collections(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t from_us,
                                  size_t limit, struct deleted_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = project_id ? store_query(conn, &stmt, err,
                                              COLLECTIONS "WHERE c.deleted_us >= $1 AND c.project_id = $3 AND " COLLECTIONS_WHERE,
                                              "iii", from_us, (int64_t)limit, project_id)
                                : store_query(conn, &stmt, err, COLLECTIONS "WHERE c.deleted_us >= $1 AND " COLLECTIONS_WHERE,
                                              "ii", from_us, (int64_t)limit);

        if (rc)
                return rc;
        return read_items(stmt, arena, limit, ret, err);
}

enum rc store_deleted_version_time(struct db_conn *conn, int64_t artifact_id, int64_t *ret_us, bool *ret_found,
                                   struct err *err)
{
        return store_int(conn, ret_us, ret_found, err,
                         "SELECT deleted_us FROM artifact WHERE id = $1 AND state = 2 AND merged_into IS NULL "
                         "AND purged_us IS NULL AND version IS NOT NULL",
                         "i", artifact_id);
}

enum rc store_deleted_collection_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                       struct deleted_item **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct deleted_list list;
        enum rc rc = store_query(conn, &stmt, err,
                                 ITEM("c.id", "-1", "c.deleted_us") "collection c " NAMES
                                 "WHERE c.id = $1 AND c.deleted_us IS NOT NULL AND p.deleted_us IS NULL",
                                 "i", id);

        if (!rc)
                rc = read_items(stmt, arena, 1, &list, err);
        if (rc)
                return rc;
        *ret = list.count ? list.items : NULL;
        return RC_OK;
}

enum rc store_deleted_projects(struct db_conn *conn, struct arena *arena, int64_t entity_id, int64_t from_us,
                               size_t limit, struct deleted_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT p.id, p.id, e.name, p.name, NULL, -1, 0, p.deleted_us FROM project p "
                                 "JOIN entity e ON e.id = p.entity_id WHERE p.deleted_us >= $1 "
                                 "AND p.deleted_us IS NOT NULL AND e.deleted_us IS NULL AND ($2 = 0 OR e.id = $2) "
                                 "ORDER BY p.deleted_us DESC, p.id DESC LIMIT $3",
                                 "iii", from_us, entity_id, (int64_t)limit);

        if (rc)
                return rc;
        return read_items(stmt, arena, limit, ret, err);
}

enum rc store_project_undelete(struct db_conn *conn, int64_t id, int64_t deleted_us, int64_t now_us, struct err *err)
{
        enum rc rc = store_exec(conn, err, "UPDATE project SET deleted_us = NULL, updated_us = $2 WHERE id = $1", "ii",
                                id, now_us);

        if (rc)
                return rc;
        return store_exec(conn, err,
                          "UPDATE collection SET deleted_us = NULL WHERE project_id = $1 AND deleted_us = $2", "ii", id,
                          deleted_us);
}

/* ---- versions ---- */

enum rc store_deleted_place_keep(struct db_conn *conn, int64_t collection_id, int64_t version, struct str aliases,
                                 struct err *err)
{
        return store_exec(conn, err,
                          "INSERT OR REPLACE INTO deleted_place(artifact_id, collection_id, version, created_by, created_us, "
                          "aliases) SELECT artifact_id, collection_id, version, created_by, created_us, $3 "
                          "FROM membership WHERE collection_id = $1 AND version = $2",
                          "iis", collection_id, version, aliases);
}

#define PLACE_COLUMNS "collection_id, version, artifact_id, created_us, created_by, aliases FROM deleted_place "

static void read_place(struct db_stmt *stmt, struct arena *arena, struct deleted_place *place)
{
        place->place.collection_id = db_column_i64(stmt, 0);
        place->place.version = db_column_i64(stmt, 1);
        place->place.artifact_id = db_column_i64(stmt, 2);
        place->place.created_us = db_column_i64(stmt, 3);
        place->created_by = db_column_i64(stmt, 4);
        place->aliases = store_column(stmt, arena, 5);
}

enum rc store_deleted_places(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                             struct deleted_place **ret, size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct deleted_place *places = arena_array(arena, struct deleted_place, limit);
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PLACE_COLUMNS "WHERE artifact_id = $1 ORDER BY collection_id LIMIT $2", "ii",
                                 artifact_id, (int64_t)limit);

        while (!rc && count < limit) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                read_place(stmt, arena, &places[count++]);
        }
        *ret = places;
        *ret_count = count;
        return rc;
}

enum rc store_deleted_place_get(struct db_conn *conn, struct arena *arena, int64_t artifact_id, int64_t collection_id,
                                struct deleted_place *ret, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PLACE_COLUMNS "WHERE artifact_id = $1 AND collection_id = $2", "ii",
                                 artifact_id, collection_id);

        if (!rc)
                rc = db_step(stmt, ret_found, err);
        if (!rc && *ret_found)
                read_place(stmt, arena, ret);
        return rc;
}

enum rc store_deleted_place_drop(struct db_conn *conn, int64_t artifact_id, int64_t collection_id, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM deleted_place WHERE artifact_id = $1 AND collection_id = $2", "ii",
                          artifact_id, collection_id);
}

enum rc store_artifact_undelete(struct db_conn *conn, int64_t artifact_id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE artifact SET state = 1, deleted_us = NULL, updated_us = $2 WHERE id = $1", "ii",
                          artifact_id, now_us);
}

enum rc store_collection_undelete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE collection SET deleted_us = NULL, updated_us = $2 WHERE id = $1", "ii", id,
                          now_us);
}

enum rc store_deleted_protected(struct db_conn *conn, struct arena *arena, int64_t collection_id, struct str *ret,
                                struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT a.alias FROM collection c JOIN protected_alias x ON x.project_id = c.project_id "
                          "JOIN alias a ON a.collection_id = c.id AND a.alias = x.alias WHERE c.id = $1 LIMIT 1",
                          "i", collection_id);
}
