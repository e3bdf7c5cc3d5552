/*
 * store/account.c - queries about people and service accounts; see account.h.
 */
#include "store/account.h"

#define ACCOUNT_SELECT                                                                                     \
        "SELECT a.id, a.entity_id, a.username, a.name, a.email, a.password, a.admin, a.service,"           \
        " a.service_entity_id, e.id, e.name, a.created_us, a.deleted_us"                                   \
        " FROM account a JOIN entity e ON e.id = coalesce(a.default_entity_id, a.entity_id) "

static void read_account(struct db_stmt *stmt, struct arena *arena, struct account *a)
{
        a->id = db_column_i64(stmt, 0);
        a->entity_id = db_column_i64(stmt, 1);
        a->username = store_column(stmt, arena, 2);
        a->name = store_column(stmt, arena, 3);
        a->email = store_column(stmt, arena, 4);
        a->password = store_column(stmt, arena, 5);
        a->admin = db_column_i64(stmt, 6) != 0;
        a->service = db_column_i64(stmt, 7) != 0;
        a->service_entity_id = db_column_i64(stmt, 8);
        a->default_entity_id = db_column_i64(stmt, 9);
        a->default_entity = store_column(stmt, arena, 10);
        a->created_us = db_column_i64(stmt, 11);
        a->deleted_us = db_column_i64(stmt, 12);
}

static enum rc first_account(struct db_stmt *stmt, struct arena *arena, struct account **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct account);
                read_account(stmt, arena, *ret);
        }
        return RC_OK;
}

static enum rc all_accounts(struct db_stmt *stmt, struct arena *arena, size_t limit, struct account_list *ret,
                            struct err *err)
{
        struct account_list list = { 0 };
        size_t cap = 0;
        bool row = false;
        enum rc rc;

        while (list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct account *items = arena_array(arena, struct account, cap ? cap * 2 : 8);

                        if (list.count)
                                memcpy(items, list.items, list.count * sizeof(*items));
                        list.items = items;
                        cap = cap ? cap * 2 : 8;
                }
                read_account(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_account_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct account **ret,
                            struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, ACCOUNT_SELECT "WHERE a.id = $1", "i", id);

        return rc ? rc : first_account(stmt, arena, ret, err);
}

enum rc store_account_by_username(struct db_conn *conn, struct arena *arena, struct str username,
                                  struct account **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 ACCOUNT_SELECT "WHERE a.username_key = $1 AND a.deleted_us IS NULL", "s",
                                 model_fold(arena, username));

        return rc ? rc : first_account(stmt, arena, ret, err);
}

enum rc store_account_by_email(struct db_conn *conn, struct arena *arena, struct str email, struct account **ret,
                               struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 ACCOUNT_SELECT "WHERE a.email_key = $1 AND a.deleted_us IS NULL ORDER BY a.id"
                                                " LIMIT 1",
                                 "s", model_fold(arena, email));

        return rc ? rc : first_account(stmt, arena, ret, err);
}

enum rc store_account_by_entity(struct db_conn *conn, struct arena *arena, int64_t entity_id,
                                struct account **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, ACCOUNT_SELECT "WHERE a.entity_id = $1", "i", entity_id);

        return rc ? rc : first_account(stmt, arena, ret, err);
}

enum rc store_account_list(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                           struct account_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 ACCOUNT_SELECT "WHERE a.id > $1 AND a.deleted_us IS NULL ORDER BY a.id LIMIT $2",
                                 "ii", after_id, (int64_t)limit);

        return rc ? rc : all_accounts(stmt, arena, limit, ret, err);
}

enum rc store_account_search(struct db_conn *conn, struct arena *arena, struct str text, size_t limit,
                             struct account_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *exact = NULL;
        _cleanup_(db_stmt_end) struct db_stmt *loose = NULL;
        struct str key = model_fold(arena, text);
        enum rc rc;

        rc = store_query(conn, &exact, err,
                         ACCOUNT_SELECT "WHERE (a.username_key = $1 OR a.email_key = $1) AND a.deleted_us IS NULL"
                                        " ORDER BY a.id LIMIT $2",
                         "si", key, (int64_t)limit);
        if (rc)
                return rc;
        rc = all_accounts(exact, arena, limit, ret, err);
        if (rc || ret->count > 0 || str_is_empty(text))
                return rc;
        rc = store_query(conn, &loose, err,
                         ACCOUNT_SELECT "WHERE (substr(a.username_key, 1, length($1)) = $1"
                                        " OR lower(substr(a.name, 1, length($1))) = $1)"
                                        " AND a.deleted_us IS NULL AND a.service = 0 ORDER BY a.id LIMIT $2",
                         "si", key, (int64_t)limit);
        return rc ? rc : all_accounts(loose, arena, limit, ret, err);
}

enum rc store_account_share_org(struct db_conn *conn, int64_t account_id, int64_t other_id, bool *ret,
                                struct err *err)
{
        int64_t found = 0;
        enum rc rc;

        rc = store_int(conn, &found, NULL, err,
                       "SELECT EXISTS (SELECT 1 FROM org_member a JOIN org_member b ON b.org_id = a.org_id"
                       " WHERE a.account_id = $1 AND b.account_id = $2)",
                       "ii", account_id, other_id);
        if (rc)
                return rc;
        *ret = found != 0;
        return RC_OK;
}

enum rc store_account_count(struct db_conn *conn, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT count(*) FROM account WHERE deleted_us IS NULL", "");
}

enum rc store_account_insert(struct db_conn *conn, struct arena *arena, struct account *a, struct err *err)
{
        return store_insert(conn, &a->id, err,
                            "INSERT INTO account (entity_id, username, username_key, name, email, email_key,"
                            " password, admin, service, service_entity_id, created_us)"
                            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                            "issssssiiIi", a->entity_id, a->username, model_fold(arena, a->username), a->name,
                            a->email, str_is_null(a->email) ? STR_NULL : model_fold(arena, a->email),
                            a->password, (int64_t)a->admin, (int64_t)a->service, a->service_entity_id,
                            a->created_us);
}

enum rc store_account_set_password(struct db_conn *conn, int64_t id, struct str phc, struct err *err)
{
        return store_exec(conn, err, "UPDATE account SET password = $2 WHERE id = $1", "is", id, phc);
}

enum rc store_account_set_name(struct db_conn *conn, int64_t id, struct str name, struct err *err)
{
        return store_exec(conn, err, "UPDATE account SET name = $2 WHERE id = $1", "is", id, name);
}

enum rc store_account_set_default(struct db_conn *conn, int64_t id, int64_t entity_id, struct err *err)
{
        return store_exec(conn, err, "UPDATE account SET default_entity_id = $2 WHERE id = $1", "iI", id,
                          entity_id);
}

enum rc store_account_forget_default(struct db_conn *conn, int64_t account_id, int64_t entity_id, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE account SET default_entity_id = (SELECT m.entity_id FROM team_member m"
                          " WHERE m.account_id = account.id AND m.entity_id <> $2"
                          " ORDER BY m.joined_us, m.entity_id LIMIT 1)"
                          " WHERE default_entity_id = $2 AND ($1 IS NULL OR id = $1)",
                          "Ii", account_id, entity_id);
}

enum rc store_account_retire(struct db_conn *conn, const struct account *a, int64_t now_us, struct err *err)
{
        static const char *const steps[] = {
                "DELETE FROM api_key WHERE account_id = $1",
                "DELETE FROM web_session WHERE account_id = $1",
                "DELETE FROM org_member WHERE account_id = $1",
                "DELETE FROM team_member WHERE account_id = $1",
                "DELETE FROM project_account WHERE account_id = $1",
        };
        enum rc rc;

        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
                rc = store_exec(conn, err, steps[i], "i", a->id);
                if (rc)
                        return rc;
        }
        rc = store_exec(conn, err,
                        "UPDATE account SET deleted_us = $2, username_key = NULL, password = NULL, admin = 0,"
                        " email_key = NULL, default_entity_id = NULL WHERE id = $1",
                        "ii", a->id, now_us);
        return rc ? rc : store_entity_retire(conn, a->entity_id, now_us, err);
}

enum rc store_account_any_password(struct db_conn *conn, bool *ret, struct err *err)
{
        int64_t found = 0;
        enum rc rc = store_int(conn, &found, NULL, err,
                               "SELECT EXISTS (SELECT 1 FROM account WHERE password IS NOT NULL AND deleted_us IS NULL)",
                               "");

        if (rc)
                return rc;
        *ret = found != 0;
        return RC_OK;
}
