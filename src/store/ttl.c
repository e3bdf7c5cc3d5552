/*
 * store/ttl.c - see ttl.h.
 */
#include "store/ttl.h"

/* A version's type `t` has a time to live; domain/ttl.c says the same. */
#define MORTAL_TYPE "t.name NOT IN ('run_table', 'code', 'job') AND t.name NOT GLOB 'wandb-*' "

static enum rc read_rule(struct db_stmt *stmt, struct ttl_rule *ret, struct err *err)
{
        struct ttl_rule rule = { 0 };
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        if (row) {
                rule.has_default = !db_column_is_null(stmt, 0);
                rule.default_s = db_column_i64(stmt, 0);
                rule.admins_only = db_column_i64(stmt, 1) != 0;
        }
        *ret = rule;
        return RC_OK;
}

enum rc store_ttl_get(struct db_conn *conn, int64_t entity_id, struct ttl_rule *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT ttl_s, ttl_admins_only FROM entity WHERE id = $1", "i",
                                 entity_id);

        return rc ? rc : read_rule(stmt, ret, err);
}

enum rc store_ttl_set(struct db_conn *conn, int64_t entity_id, const struct ttl_rule *rule, struct err *err)
{
        if (!rule->has_default)
                return store_exec(conn, err, "UPDATE entity SET ttl_s = NULL, ttl_admins_only = $2 WHERE id = $1", "ii",
                                  entity_id, (int64_t)rule->admins_only);
        return store_exec(conn, err, "UPDATE entity SET ttl_s = $2, ttl_admins_only = $3 WHERE id = $1", "iii", entity_id,
                          rule->default_s, (int64_t)rule->admins_only);
}

#define OWNERS                                                                                  \
        "FROM project p JOIN entity e ON e.id = p.entity_id LEFT JOIN organization o ON o.id = e.org_id " \
        "LEFT JOIN entity oe ON oe.id = o.entity_id "

enum rc store_ttl_of_project(struct db_conn *conn, int64_t project_id, struct ttl_rule *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT coalesce(e.ttl_s, oe.ttl_s), max(e.ttl_admins_only, coalesce(oe.ttl_admins_only, 0)) "
                                 OWNERS "WHERE p.id = $1",
                                 "i", project_id);

        return rc ? rc : read_rule(stmt, ret, err);
}

static enum rc next_project(struct db_conn *conn, struct ttl_cursor *cursor, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT p.id, coalesce(e.ttl_s, oe.ttl_s) AS life " OWNERS
                                 "WHERE p.id > $1 AND p.deleted_us IS NULL AND coalesce(e.ttl_s, oe.ttl_s) > 0 "
                                 "ORDER BY p.id LIMIT 1",
                                 "i", cursor->project_id);

        if (!rc)
                rc = db_step(stmt, ret_found, err);
        if (rc || !*ret_found)
                return rc;
        *cursor = (struct ttl_cursor){ .project_id = db_column_i64(stmt, 0), .default_s = db_column_i64(stmt, 1) };
        return RC_OK;
}

static enum rc expired_in(struct db_conn *conn, int64_t now_us, struct ttl_cursor *cursor, int64_t *ret, size_t max,
                          size_t *ret_count, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        size_t count = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.id, a.created_us FROM artifact a JOIN artifact_type t ON t.id = a.type_id "
                                 "WHERE a.project_id = $1 AND a.ttl_s = -1 AND a.state = 1 AND a.created_us <= $2 "
                                 "AND (a.created_us, a.id) > ($3, $4) AND " MORTAL_TYPE
                                 "ORDER BY a.created_us, a.id LIMIT $5",
                                 "iiiii", cursor->project_id, now_us - cursor->default_s * 1000000, cursor->created_us,
                                 cursor->artifact_id, (int64_t)max);

        while (!rc && count < max) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                ret[count++] = cursor->artifact_id = db_column_i64(stmt, 0);
                cursor->created_us = db_column_i64(stmt, 1);
        }
        *ret_count = count;
        return rc;
}

enum rc store_ttl_expired(struct db_conn *conn, int64_t now_us, struct ttl_cursor *cursor, int64_t *ret, size_t max,
                          size_t *ret_count, struct err *err)
{
        size_t total = 0;
        bool more = true;
        enum rc rc = RC_OK;

        while (!rc && total < max && more) {
                size_t count = 0;

                if (cursor->project_id)
                        rc = expired_in(conn, now_us, cursor, ret + total, max - total, &count, err);
                total += count;
                if (!rc && total < max)
                        rc = next_project(conn, cursor, &more, err);
        }
        *ret_count = total;
        return rc;
}

enum rc store_ttl_count(struct db_conn *conn, int64_t entity_id, int64_t default_s, int64_t now_us, size_t most,
                        int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT count(*) FROM (SELECT 1 FROM project p CROSS JOIN artifact a "
                         "JOIN artifact_type t ON t.id = a.type_id WHERE p.entity_id = $1 AND p.deleted_us IS NULL "
                         "AND a.project_id = p.id AND a.ttl_s = -1 AND a.state = 1 AND a.created_us <= $2 AND " MORTAL_TYPE
                         "LIMIT $3)",
                         "iii", entity_id, now_us - default_s * 1000000, (int64_t)most);
}
