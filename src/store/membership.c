/*
 * store/membership.c - queries about memberships and aliases; see membership.h.
 */
#include "store/membership.h"

#define MEMBERSHIP_COLUMNS "m.collection_id, m.version, m.artifact_id, m.created_us FROM membership m "

static void read_membership(struct db_stmt *stmt, struct membership *m)
{
        m->collection_id = db_column_i64(stmt, 0);
        m->version = db_column_i64(stmt, 1);
        m->artifact_id = db_column_i64(stmt, 2);
        m->created_us = db_column_i64(stmt, 3);
}

static enum rc one_membership(struct db_stmt *stmt, struct membership *ret, bool *ret_found, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        if (row)
                read_membership(stmt, ret);
        *ret_found = row;
        return RC_OK;
}

enum rc store_membership_get(struct db_conn *conn, int64_t collection_id, int64_t version, struct membership *ret,
                             bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " MEMBERSHIP_COLUMNS "WHERE m.collection_id = $1 AND m.version = $2", "ii",
                                 collection_id, version);

        if (rc)
                return rc;
        return one_membership(stmt, ret, ret_found, err);
}

enum rc store_membership_by_alias(struct db_conn *conn, int64_t collection_id, struct str alias,
                                  struct membership *ret, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " MEMBERSHIP_COLUMNS
                                 "JOIN alias a ON a.collection_id = m.collection_id AND a.version = m.version "
                                 "WHERE a.collection_id = $1 AND a.alias = $2",
                                 "is", collection_id, alias);

        if (rc)
                return rc;
        return one_membership(stmt, ret, ret_found, err);
}

enum rc store_membership_by_artifact(struct db_conn *conn, int64_t collection_id, int64_t artifact_id,
                                     struct membership *ret, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " MEMBERSHIP_COLUMNS "WHERE m.artifact_id = $1 AND m.collection_id = $2",
                                 "ii", artifact_id, collection_id);

        if (rc)
                return rc;
        return one_membership(stmt, ret, ret_found, err);
}

enum rc store_membership_in_project(struct db_conn *conn, int64_t artifact_id, int64_t project_id,
                                    int64_t *ret_collection_id, struct err *err)
{
        return store_int(conn, ret_collection_id, NULL, err,
                         "SELECT m.collection_id FROM membership m JOIN collection c ON c.id = m.collection_id "
                         "WHERE m.artifact_id = $1 AND c.project_id = $2 AND c.deleted_us IS NULL "
                         "ORDER BY m.collection_id LIMIT 1",
                         "ii", artifact_id, project_id);
}

enum rc store_membership_last(struct db_conn *conn, int64_t collection_id, struct membership *ret, bool *ret_found,
                              struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " MEMBERSHIP_COLUMNS
                                 "WHERE m.collection_id = $1 ORDER BY m.version DESC LIMIT 1",
                                 "i", collection_id);

        if (rc)
                return rc;
        return one_membership(stmt, ret, ret_found, err);
}

enum rc store_membership_insert(struct db_conn *conn, const struct membership *m, int64_t created_by,
                                struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO membership(collection_id, version, artifact_id, created_by, created_us) "
                          "VALUES ($1, $2, $3, $4, $5)",
                          "iiiIi", m->collection_id, m->version, m->artifact_id, created_by, m->created_us);
}

enum rc store_membership_delete(struct db_conn *conn, int64_t collection_id, int64_t version, struct err *err)
{
        enum rc rc = store_exec(conn, err, "DELETE FROM alias WHERE collection_id = $1 AND version = $2", "ii",
                                collection_id, version);

        if (rc)
                return rc;
        return store_exec(conn, err, "DELETE FROM membership WHERE collection_id = $1 AND version = $2", "ii",
                          collection_id, version);
}

static enum rc list_memberships(struct db_stmt *stmt, struct arena *arena, size_t limit,
                                struct membership_list *ret, struct err *err)
{
        struct membership_list list = { arena_array(arena, struct membership, limit), 0 };
        bool row = true;

        while (list.count < limit) {
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                read_membership(stmt, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_membership_page(struct db_conn *conn, struct arena *arena, int64_t collection_id, bool descending,
                              int64_t bound, size_t limit, struct membership_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 descending ? "SELECT " MEMBERSHIP_COLUMNS
                                              "WHERE m.collection_id = $1 AND m.version < $2 "
                                              "ORDER BY m.version DESC LIMIT $3"
                                            : "SELECT " MEMBERSHIP_COLUMNS
                                              "WHERE m.collection_id = $1 AND m.version > $2 "
                                              "ORDER BY m.version LIMIT $3",
                                 "iii", collection_id, bound, (int64_t)limit);

        if (rc)
                return rc;
        return list_memberships(stmt, arena, limit, ret, err);
}

enum rc store_memberships_of(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                             struct membership_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " MEMBERSHIP_COLUMNS
                                 "WHERE m.artifact_id = $1 ORDER BY m.collection_id LIMIT $2",
                                 "ii", artifact_id, (int64_t)limit);

        if (rc)
                return rc;
        return list_memberships(stmt, arena, limit, ret, err);
}

enum rc store_projects_with(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                            struct id_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct id_list list = { arena_array(arena, int64_t, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT DISTINCT c.project_id FROM membership m "
                                 "JOIN collection c ON c.id = m.collection_id "
                                 "WHERE m.artifact_id = $1 AND c.deleted_us IS NULL LIMIT $2",
                                 "ii", artifact_id, (int64_t)limit);

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

/* ---- aliases ---- */

enum rc store_alias_set(struct db_conn *conn, int64_t collection_id, struct str alias, int64_t version,
                        int64_t now_us, int64_t *ret_before, struct err *err)
{
        bool found = false;
        int64_t before = -1;
        enum rc rc = store_int(conn, &before, &found, err,
                               "SELECT version FROM alias WHERE collection_id = $1 AND alias = $2", "is",
                               collection_id, alias);

        if (rc)
                return rc;
        if (!found) {
                *ret_before = -1;
                return store_exec(conn, err,
                                  "INSERT INTO alias(collection_id, alias, version, created_us) "
                                  "VALUES ($1, $2, $3, $4)",
                                  "isii", collection_id, alias, version, now_us);
        }
        *ret_before = before;
        if (before == version)
                return RC_OK;
        return store_exec(conn, err,
                          "UPDATE alias SET version = $3, created_us = $4 WHERE collection_id = $1 AND alias = $2",
                          "isii", collection_id, alias, version, now_us);
}

enum rc store_alias_remove(struct db_conn *conn, int64_t collection_id, struct str alias, int64_t version,
                           bool *ret_removed, struct err *err)
{
        enum rc rc = store_exec(conn, err,
                                "DELETE FROM alias WHERE collection_id = $1 AND alias = $2 AND version = $3", "isi",
                                collection_id, alias, version);

        if (rc)
                return rc;
        *ret_removed = db_changes(conn) > 0;
        return RC_OK;
}

static enum rc list_aliases(struct db_stmt *stmt, struct arena *arena, struct alias_list *ret, struct err *err)
{
        struct alias_list list = { NULL, 0 };
        size_t cap = 0;
        bool row = true;

        for (;;) {
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct alias *grown = arena_array(arena, struct alias, cap ? cap * 2 : 4);

                        if (list.count)
                                memcpy(grown, list.items, list.count * sizeof(*grown));
                        list.items = grown;
                        cap = cap ? cap * 2 : 4;
                }
                list.items[list.count].id = db_column_i64(stmt, 0);
                list.items[list.count].collection_id = db_column_i64(stmt, 1);
                list.items[list.count].alias = store_column(stmt, arena, 2);
                list.items[list.count].version = db_column_i64(stmt, 3);
                list.count++;
        }
        *ret = list;
        return RC_OK;
}

enum rc store_alias_of_version(struct db_conn *conn, struct arena *arena, int64_t collection_id, int64_t version,
                               struct alias_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id, collection_id, alias, version FROM alias "
                                 "WHERE collection_id = $1 AND version = $2 ORDER BY id",
                                 "ii", collection_id, version);

        if (rc)
                return rc;
        return list_aliases(stmt, arena, ret, err);
}

enum rc store_alias_page(struct db_conn *conn, struct arena *arena, int64_t collection_id, struct str after_alias,
                         size_t limit, struct alias_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id, collection_id, alias, version FROM alias "
                                 "WHERE collection_id = $1 AND alias > $2 ORDER BY alias LIMIT $3",
                                 "isi", collection_id, after_alias.ptr ? after_alias : STR(""), (int64_t)limit);

        if (rc)
                return rc;
        return list_aliases(stmt, arena, ret, err);
}
