/*
 * store/team.c - queries about teams and their members; see team.h.
 */
#include "store/team.h"

#define TEAM_COLUMNS "e.id, e.name, e.kind, e.org_id, e.created_us"

void store_read_member(struct db_stmt *stmt, struct arena *arena, struct member *ret)
{
        ret->account_id = db_column_i64(stmt, 0);
        ret->entity_id = db_column_i64(stmt, 1);
        ret->username = store_column(stmt, arena, 2);
        ret->name = store_column(stmt, arena, 3);
        ret->email = store_column(stmt, arena, 4);
        ret->role = (enum model_member_role)db_column_i64(stmt, 5);
        ret->service = db_column_i64(stmt, 6) != 0;
        ret->joined_us = db_column_i64(stmt, 7);
        ret->scope = store_column(stmt, arena, 8);
}

enum rc store_read_members(struct db_stmt *stmt, struct arena *arena, struct member_list *ret, struct err *err)
{
        struct member_list list = { 0 };
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
                        struct member *items = arena_array(arena, struct member, cap ? cap * 2 : 8);

                        if (list.count)
                                memcpy(items, list.items, list.count * sizeof(*items));
                        list.items = items;
                        cap = cap ? cap * 2 : 8;
                }
                store_read_member(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_read_entities(struct db_stmt *stmt, struct arena *arena, struct entity_list *ret, struct err *err)
{
        struct entity_list list = { 0 };
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
                        struct entity *items = arena_array(arena, struct entity, cap ? cap * 2 : 8);

                        if (list.count)
                                memcpy(items, list.items, list.count * sizeof(*items));
                        list.items = items;
                        cap = cap ? cap * 2 : 8;
                }
                list.items[list.count++] = (struct entity){
                        .id = db_column_i64(stmt, 0),
                        .name = store_column(stmt, arena, 1),
                        .kind = (enum entity_kind)db_column_i64(stmt, 2),
                        .org_id = db_column_i64(stmt, 3),
                        .created_us = db_column_i64(stmt, 4),
                };
        }
        *ret = list;
        return RC_OK;
}

enum rc store_team_list(struct db_conn *conn, struct arena *arena, int64_t org_id, struct entity_list *ret,
                        struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " TEAM_COLUMNS " FROM entity e WHERE e.kind = 1 AND e.deleted_us IS NULL"
                                 " AND ($1 IS NULL OR e.org_id = $1) ORDER BY e.name_key",
                                 "I", org_id);

        return rc ? rc : store_read_entities(stmt, arena, ret, err);
}

enum rc store_team_of_account(struct db_conn *conn, struct arena *arena, int64_t account_id,
                              struct entity_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " TEAM_COLUMNS " FROM team_member m JOIN entity e ON e.id = m.entity_id"
                                 " WHERE m.account_id = $1 ORDER BY m.joined_us, e.id",
                                 "i", account_id);

        return rc ? rc : store_read_entities(stmt, arena, ret, err);
}

enum rc store_team_members(struct db_conn *conn, struct arena *arena, int64_t entity_id, struct member_list *ret,
                           struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.id, m.entity_id, a.username, a.name, a.email, m.role, a.service,"
                                 " m.joined_us, " STORE_MEMBER_SCOPE " FROM team_member m JOIN account a ON a.id = m.account_id"
                                 " WHERE m.entity_id = $1 ORDER BY m.joined_us, a.id",
                                 "i", entity_id);

        return rc ? rc : store_read_members(stmt, arena, ret, err);
}

enum rc store_team_set_member(struct db_conn *conn, int64_t entity_id, int64_t account_id, enum model_member_role role,
                              int64_t now_us, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO team_member (entity_id, account_id, role, joined_us)"
                          " VALUES ($1, $2, $3, $4)"
                          " ON CONFLICT (entity_id, account_id) DO UPDATE SET role = excluded.role",
                          "iiii", entity_id, account_id, (int64_t)role, now_us);
}

enum rc store_team_remove_member(struct db_conn *conn, int64_t entity_id, int64_t account_id, bool *ret_removed,
                                 struct err *err)
{
        enum rc rc = store_exec(conn, err, "DELETE FROM team_member WHERE entity_id = $1 AND account_id = $2",
                                "ii", entity_id, account_id);

        if (rc)
                return rc;
        *ret_removed = db_changes(conn) > 0;
        return RC_OK;
}

enum rc store_team_retire(struct db_conn *conn, int64_t entity_id, int64_t now_us, struct err *err)
{
        static const char *const steps[] = {
                "DELETE FROM team_member WHERE entity_id = $1",
                "DELETE FROM project_team WHERE entity_id = $1",
        };
        enum rc rc;

        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
                rc = store_exec(conn, err, steps[i], "i", entity_id);
                if (rc)
                        return rc;
        }
        rc = store_account_forget_default(conn, 0, entity_id, err);
        return rc ? rc : store_entity_retire(conn, entity_id, now_us, err);
}
