/*
 * store/project.c - queries about projects; see project.h.
 */
#include "store/project.h"

#define PROJECT_COLUMNS                                                                              \
        "p.id, p.entity_id, e.name, e.kind, e.org_id, p.name, p.description, p.is_registry, p.is_core, " \
        "p.access, p.allow_all_types, p.created_by, p.created_us, p.updated_us, "                     \
        "coalesce(p.owner_id, p.created_by), p.icon_name, p.icon_color "                               \
        "FROM project p JOIN entity e ON e.id = p.entity_id "

static void read_project(struct db_stmt *stmt, struct arena *arena, struct project *p)
{
        p->id = db_column_i64(stmt, 0);
        p->entity_id = db_column_i64(stmt, 1);
        p->entity_name = store_column(stmt, arena, 2);
        p->entity_kind = (enum entity_kind)db_column_i64(stmt, 3);
        p->org_id = db_column_i64(stmt, 4);
        p->name = store_column(stmt, arena, 5);
        p->description = store_column(stmt, arena, 6);
        p->is_registry = db_column_i64(stmt, 7) != 0;
        p->is_core = db_column_i64(stmt, 8) != 0;
        p->access = (enum project_access)db_column_i64(stmt, 9);
        p->allow_all_types = db_column_i64(stmt, 10) != 0;
        p->created_by = db_column_i64(stmt, 11);
        p->created_us = db_column_i64(stmt, 12);
        p->updated_us = db_column_i64(stmt, 13);
        p->owner = db_column_i64(stmt, 14);
        p->icon_name = store_column(stmt, arena, 15);
        p->icon_color = store_column(stmt, arena, 16);
}

/* The single row of a statement that is bound already; NULL when there is none. */
static enum rc one_project(struct db_stmt *stmt, struct arena *arena, struct project **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct project);
                read_project(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_project_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct project **ret,
                            struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PROJECT_COLUMNS "WHERE p.id = $1 AND p.deleted_us IS NULL", "i", id);

        if (rc)
                return rc;
        return one_project(stmt, arena, ret, err);
}

enum rc store_project_deleted_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct project **ret,
                                    int64_t *ret_deleted_us, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct project *project = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PROJECT_COLUMNS
                                 "WHERE p.id = $1 AND p.deleted_us IS NOT NULL AND e.deleted_us IS NULL",
                                 "i", id);

        if (!rc)
                rc = one_project(stmt, arena, &project, err);
        if (!rc && project)
                rc = store_int(conn, ret_deleted_us, NULL, err, "SELECT deleted_us FROM project WHERE id = $1", "i", id);
        if (!rc)
                *ret = project;
        return rc;
}

enum rc store_project_by_name(struct db_conn *conn, struct arena *arena, int64_t entity_id, struct str name,
                              struct project **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PROJECT_COLUMNS
                                 "WHERE p.entity_id = $1 AND p.name = $2 AND p.deleted_us IS NULL",
                                 "is", entity_id, name);

        if (rc)
                return rc;
        return one_project(stmt, arena, ret, err);
}

enum rc store_project_by_key(struct db_conn *conn, struct arena *arena, int64_t entity_id, struct str name_key,
                             struct project **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct project *found = NULL, *second = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PROJECT_COLUMNS
                                 "WHERE p.entity_id = $1 AND p.name_key = $2 AND p.deleted_us IS NULL LIMIT 2",
                                 "is", entity_id, name_key);

        if (rc)
                return rc;
        rc = one_project(stmt, arena, &found, err);
        if (rc)
                return rc;
        if (found) {
                rc = one_project(stmt, arena, &second, err);
                if (rc)
                        return rc;
        }
        *ret = second ? NULL : found;
        return RC_OK;
}

enum rc store_project_insert(struct db_conn *conn, struct project *p, struct str name_key, struct err *err)
{
        return store_insert(conn, &p->id, err,
                            "INSERT INTO project(entity_id, name, name_key, is_registry, is_core, description, "
                            "access, allow_all_types, created_by, created_us, updated_us) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                            "issiisiiIii", p->entity_id, p->name, name_key, (int64_t)p->is_registry,
                            (int64_t)p->is_core, p->description.ptr ? p->description : STR(""),
                            (int64_t)p->access, (int64_t)p->allow_all_types, p->created_by, p->created_us,
                            p->updated_us);
}

enum rc store_project_update(struct db_conn *conn, const struct project *p, struct str name_key, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE project SET name = $2, name_key = $3, description = $4, access = $5, "
                          "allow_all_types = $6, updated_us = $7, icon_name = $8, icon_color = $9 WHERE id = $1",
                          "isssiiiss", p->id, p->name, name_key, p->description.ptr ? p->description : STR(""),
                          (int64_t)p->access, (int64_t)p->allow_all_types, p->updated_us, p->icon_name, p->icon_color);
}

enum rc store_project_set_owner(struct db_conn *conn, int64_t id, int64_t account_id, struct err *err)
{
        return store_exec(conn, err, "UPDATE project SET owner_id = $2 WHERE id = $1", "ii", id, account_id);
}

enum rc store_project_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE project SET deleted_us = $2 WHERE id = $1", "ii", id, now_us);
}

enum rc store_project_list(struct db_conn *conn, struct arena *arena, int64_t entity_id, int64_t after_id,
                           size_t limit, struct project_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct project_list list = { arena_array(arena, struct project, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " PROJECT_COLUMNS "WHERE p.entity_id = $1 AND p.id > $2 "
                                 "AND p.deleted_us IS NULL ORDER BY p.id LIMIT $3",
                                 "iii", entity_id, after_id, (int64_t)limit);

        if (rc)
                return rc;
        while (list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                read_project(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

/* ---- members ---- */

static enum rc one_role(struct db_conn *conn, const char *sql, int64_t project_id, int64_t account_id,
                        int *ret_role, struct err *err)
{
        int64_t role = 0;
        enum rc rc = store_int(conn, &role, NULL, err, sql, "ii", project_id, account_id);

        if (rc)
                return rc;
        *ret_role = (int)role;
        return RC_OK;
}

enum rc store_project_account_role(struct db_conn *conn, int64_t project_id, int64_t account_id, int *ret_role,
                                   struct err *err)
{
        return one_role(conn, "SELECT role FROM project_account WHERE project_id = $1 AND account_id = $2",
                        project_id, account_id, ret_role, err);
}

enum rc store_project_team_role(struct db_conn *conn, int64_t project_id, int64_t account_id, int *ret_role,
                                struct err *err)
{
        return one_role(conn,
                        "SELECT max(t.role) FROM team_member m JOIN project_team t ON t.entity_id = m.entity_id "
                        "WHERE t.project_id = $1 AND m.account_id = $2",
                        project_id, account_id, ret_role, err);
}

enum rc store_project_set_account(struct db_conn *conn, int64_t project_id, int64_t account_id, int role,
                                  int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO project_account(project_id, account_id, role, joined_us) "
                          "VALUES ($1, $2, $3, $4) "
                          "ON CONFLICT(project_id, account_id) DO UPDATE SET role = excluded.role",
                          "iiii", project_id, account_id, (int64_t)role, now_us);
}

enum rc store_project_set_team(struct db_conn *conn, int64_t project_id, int64_t entity_id, int role,
                               int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO project_team(project_id, entity_id, role, joined_us) "
                          "VALUES ($1, $2, $3, $4) "
                          "ON CONFLICT(project_id, entity_id) DO UPDATE SET role = excluded.role",
                          "iiii", project_id, entity_id, (int64_t)role, now_us);
}

enum rc store_project_remove_account(struct db_conn *conn, int64_t project_id, int64_t account_id,
                                     struct err *err)
{
        return store_exec(conn, err, "DELETE FROM project_account WHERE project_id = $1 AND account_id = $2", "ii",
                          project_id, account_id);
}

enum rc store_project_remove_team(struct db_conn *conn, int64_t project_id, int64_t entity_id, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM project_team WHERE project_id = $1 AND entity_id = $2", "ii",
                          project_id, entity_id);
}

enum rc store_read_project_members(struct db_stmt *stmt, struct arena *arena, int64_t project_id, int64_t count,
                                   struct project_member_list *ret, struct err *err)
{
        struct project_member_list list = { arena_array(arena, struct project_member, (size_t)count + 1), 0 };
        bool row = true;

        while (list.count < (size_t)count) {
                struct project_member *m = &list.items[list.count];
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                m->project_id = project_id;
                m->account_id = db_column_i64(stmt, 0);
                m->entity_id = db_column_i64(stmt, 1);
                m->name = store_column(stmt, arena, 2);
                m->username = store_column(stmt, arena, 3);
                m->email = store_column(stmt, arena, 4);
                m->role = (int)db_column_i64(stmt, 5);
                m->service = db_column_i64(stmt, 6) != 0;
                list.count++;
        }
        *ret = list;
        return RC_OK;
}

enum rc store_project_accounts(struct db_conn *conn, struct arena *arena, int64_t project_id,
                               struct project_member_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        int64_t count = 0;
        enum rc rc = store_int(conn, &count, NULL, err, "SELECT count(*) FROM project_account WHERE project_id = $1",
                               "i", project_id);

        if (rc)
                return rc;
        rc = store_query(conn, &stmt, err,
                         "SELECT a.id, 0, a.name, a.username, a.email, m.role, a.service FROM project_account m "
                         "JOIN account a ON a.id = m.account_id "
                         "WHERE m.project_id = $1 AND a.deleted_us IS NULL ORDER BY a.id",
                         "i", project_id);
        if (rc)
                return rc;
        return store_read_project_members(stmt, arena, project_id, count, ret, err);
}

enum rc store_project_teams(struct db_conn *conn, struct arena *arena, int64_t project_id,
                            struct project_member_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        int64_t count = 0;
        enum rc rc = store_int(conn, &count, NULL, err, "SELECT count(*) FROM project_team WHERE project_id = $1",
                               "i", project_id);

        if (rc)
                return rc;
        rc = store_query(conn, &stmt, err,
                         "SELECT 0, e.id, e.name, NULL, NULL, t.role, 0 FROM project_team t "
                         "JOIN entity e ON e.id = t.entity_id WHERE t.project_id = $1 ORDER BY e.id",
                         "i", project_id);
        if (rc)
                return rc;
        return store_read_project_members(stmt, arena, project_id, count, ret, err);
}

/* ---- types ---- */

#define TYPE_COLUMNS "id, project_id, name, description, created_us FROM artifact_type "

static void read_type(struct db_stmt *stmt, struct arena *arena, struct artifact_type *t)
{
        t->id = db_column_i64(stmt, 0);
        t->project_id = db_column_i64(stmt, 1);
        t->name = store_column(stmt, arena, 2);
        t->description = store_column(stmt, arena, 3);
        t->created_us = db_column_i64(stmt, 4);
}

static enum rc one_type(struct db_stmt *stmt, struct arena *arena, struct artifact_type **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct artifact_type);
                read_type(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_type_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                           struct artifact_type **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " TYPE_COLUMNS "WHERE project_id = $1 AND name = $2",
                                 "is", project_id, name);

        if (rc)
                return rc;
        return one_type(stmt, arena, ret, err);
}

enum rc store_type_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct artifact_type **ret,
                         struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " TYPE_COLUMNS "WHERE id = $1", "i", id);

        if (rc)
                return rc;
        return one_type(stmt, arena, ret, err);
}

enum rc store_type_ensure(struct db_conn *conn, int64_t project_id, struct str name, struct str description,
                          int64_t now_us, int64_t *ret_id, struct err *err)
{
        bool found = false;
        enum rc rc = store_int(conn, ret_id, &found, err,
                               "SELECT id FROM artifact_type WHERE project_id = $1 AND name = $2", "is",
                               project_id, name);

        if (rc || found)
                return rc;
        return store_insert(conn, ret_id, err,
                            "INSERT INTO artifact_type(project_id, name, description, created_us) "
                            "VALUES ($1, $2, $3, $4)",
                            "issi", project_id, name, description.ptr ? description : STR(""), now_us);
}

enum rc store_type_list(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t after_id,
                        size_t limit, struct artifact_type_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct artifact_type_list list = { arena_array(arena, struct artifact_type, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " TYPE_COLUMNS "WHERE project_id = $1 AND id > $2 ORDER BY id LIMIT $3",
                                 "iii", project_id, after_id, (int64_t)limit);

        if (rc)
                return rc;
        while (list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                read_type(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}
