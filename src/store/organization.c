/*
 * store/organization.c - queries about organizations and their members; see
 * organization.h.
 */
#include "store/organization.h"

#define ORG_SELECT                                                                                         \
        "SELECT o.id, o.name, o.entity_id, e.name, o.default_registry_role, o.created_us"                  \
        " FROM organization o JOIN entity e ON e.id = o.entity_id "

static void read_org(struct db_stmt *stmt, struct arena *arena, struct organization *o)
{
        o->id = db_column_i64(stmt, 0);
        o->name = store_column(stmt, arena, 1);
        o->entity_id = db_column_i64(stmt, 2);
        o->entity_name = store_column(stmt, arena, 3);
        o->default_registry_role = db_column_i64(stmt, 4);
        o->created_us = db_column_i64(stmt, 5);
}

static enum rc first_org(struct db_stmt *stmt, struct arena *arena, struct organization **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct organization);
                read_org(stmt, arena, *ret);
        }
        return RC_OK;
}

static enum rc all_orgs(struct db_stmt *stmt, struct arena *arena, struct organization_list *ret, struct err *err)
{
        struct organization_list list = { 0 };
        size_t cap = 0;
        bool row = false;
        enum rc rc;

        for (;;) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct organization *items = arena_array(arena, struct organization, cap ? cap * 2 : 8);

                        if (list.count)
                                memcpy(items, list.items, list.count * sizeof(*items));
                        list.items = items;
                        cap = cap ? cap * 2 : 8;
                }
                read_org(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_organization_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct organization **ret,
                                 struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, ORG_SELECT "WHERE o.id = $1 AND o.deleted_us IS NULL", "i", id);

        return rc ? rc : first_org(stmt, arena, ret, err);
}

enum rc store_organization_by_name(struct db_conn *conn, struct arena *arena, struct str name,
                                   struct organization **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *by_name = NULL;
        _cleanup_(db_stmt_end) struct db_stmt *by_entity = NULL;
        struct str key = model_fold(arena, name);
        enum rc rc;

        rc = store_query(conn, &by_name, err, ORG_SELECT "WHERE o.name_key = $1", "s", key);
        if (rc)
                return rc;
        rc = first_org(by_name, arena, ret, err);
        if (rc || *ret)
                return rc;
        rc = store_query(conn, &by_entity, err, ORG_SELECT "WHERE e.name_key = $1", "s", key);
        return rc ? rc : first_org(by_entity, arena, ret, err);
}

enum rc store_organization_list(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                                struct organization_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, ORG_SELECT "WHERE o.id > $1 AND o.deleted_us IS NULL ORDER BY o.id LIMIT $2", "ii",
                                 after_id, (int64_t)limit);

        return rc ? rc : all_orgs(stmt, arena, ret, err);
}

enum rc store_organization_of_account(struct db_conn *conn, struct arena *arena, int64_t account_id,
                                      struct organization_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 ORG_SELECT "JOIN org_member m ON m.org_id = o.id WHERE m.account_id = $1"
                                            " ORDER BY m.joined_us, o.id",
                                 "i", account_id);

        return rc ? rc : all_orgs(stmt, arena, ret, err);
}

enum rc store_organization_insert(struct db_conn *conn, struct arena *arena, struct organization *o,
                                  struct err *err)
{
        return store_insert(conn, &o->id, err,
                            "INSERT INTO organization (name, name_key, entity_id, default_registry_role, created_us)"
                            " VALUES ($1, $2, $3, $4, $5)",
                            "ssiii", o->name, model_fold(arena, o->name), o->entity_id,
                            o->default_registry_role, o->created_us);
}

enum rc store_organization_retire(struct db_conn *conn, const struct organization *o, int64_t now_us,
                                  struct err *err)
{
        enum rc rc;

        rc = store_exec(conn, err, "DELETE FROM org_member WHERE org_id = $1", "i", o->id);
        if (rc)
                return rc;
        rc = store_exec(conn, err, "UPDATE organization SET deleted_us = $2, name_key = NULL WHERE id = $1", "ii",
                        o->id, now_us);
        return rc ? rc : store_entity_retire(conn, o->entity_id, now_us, err);
}

enum rc store_organization_members(struct db_conn *conn, struct arena *arena, int64_t org_id,
                                   struct member_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.id, 0, a.username, a.name, a.email, m.role, a.service, m.joined_us, " STORE_MEMBER_SCOPE
                                 " FROM org_member m JOIN account a ON a.id = m.account_id"
                                 " WHERE m.org_id = $1 ORDER BY m.joined_us, a.id",
                                 "i", org_id);

        return rc ? rc : store_read_members(stmt, arena, ret, err);
}

enum rc store_organization_set_member(struct db_conn *conn, int64_t org_id, int64_t account_id,
                                      enum model_member_role role, int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO org_member (org_id, account_id, role, joined_us) VALUES ($1, $2, $3, $4)"
                          " ON CONFLICT (org_id, account_id) DO UPDATE SET role = excluded.role",
                          "iiii", org_id, account_id, (int64_t)role, now_us);
}

enum rc store_organization_remove_member(struct db_conn *conn, int64_t org_id, int64_t account_id,
                                         bool *ret_removed, struct err *err)
{
        enum rc rc;

        rc = store_exec(conn, err, "DELETE FROM org_member WHERE org_id = $1 AND account_id = $2", "ii", org_id,
                        account_id);
        if (rc)
                return rc;
        *ret_removed = db_changes(conn) > 0;
        rc = store_exec(conn, err,
                        "DELETE FROM team_member WHERE account_id = $2"
                        " AND entity_id IN (SELECT id FROM entity WHERE org_id = $1)",
                        "ii", org_id, account_id);
        if (rc)
                return rc;
        rc = store_exec(conn, err,
                        "UPDATE account SET default_entity_id = (SELECT m.entity_id FROM team_member m"
                        " WHERE m.account_id = account.id ORDER BY m.joined_us, m.entity_id LIMIT 1)"
                        " WHERE id = $2 AND default_entity_id IN (SELECT id FROM entity WHERE org_id = $1)",
                        "ii", org_id, account_id);
        if (rc)
                return rc;
        return store_exec(conn, err,
                          "DELETE FROM project_account WHERE account_id = $2 AND project_id IN"
                          " (SELECT p.id FROM project p JOIN entity e ON e.id = p.entity_id WHERE e.org_id = $1)",
                          "ii", org_id, account_id);
}

enum rc store_organization_admins(struct db_conn *conn, int64_t org_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT count(*) FROM org_member WHERE org_id = $1 AND role = 3",
                         "i", org_id);
}

enum rc store_organization_set_default_role(struct db_conn *conn, int64_t id, int64_t role, struct err *err)
{
        return store_exec(conn, err, "UPDATE organization SET default_registry_role = $2 WHERE id = $1", "ii", id, role);
}
