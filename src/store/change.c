/*
 * store/change.c - see change.h.
 *
 * Every change leaves an event in its own transaction, so the number of the newest event of a
 * thing is new when the thing is. Runs write too often for events; their row tells.
 */
#include "store/change.h"

/* Newest first, past the downloads; behind so many of them it does not matter what was before. */
#define LAST_OF_PROJECT(project)                                                                           \
        "(SELECT max(id) FROM (SELECT id, action FROM event WHERE project_id = " project                    \
        " ORDER BY id DESC LIMIT 200) WHERE action <> 'version_downloaded')"
#define LAST_OF_COLLECTION(collection)                                                                     \
        "(SELECT max(id) FROM event WHERE collection_id = " collection                                      \
        " AND action <> 'version_used' AND action <> 'version_downloaded')"

static int64_t later(int64_t a, int64_t b)
{
        return a > b ? a : b;
}

static enum rc read_numbers(struct db_stmt *stmt, int columns, struct change_numbers *ret, struct err *err)
{
        struct change_numbers numbers = { 0 };
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        for (int i = 0; row && i < columns; i++)
                numbers.of[i] = db_column_i64(stmt, i);
        *ret = numbers;
        return RC_OK;
}

enum rc store_change_time(struct db_conn *conn, const struct change_numbers *numbers, int64_t *ret_us, struct err *err)
{
        int64_t event_us = 0;
        enum rc rc = RC_OK;

        if (numbers->event_id)
                rc = store_int(conn, &event_us, NULL, err, "SELECT coalesce(max(at_us), 0) FROM event WHERE id = $1", "i",
                               numbers->event_id);
        if (rc)
                return rc;
        *ret_us = later(numbers->at_us, event_us);
        return RC_OK;
}

enum rc store_change_project(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT p.updated_us, " LAST_OF_PROJECT("p.id") " FROM project p WHERE p.id = $1", "i",
                                 id);

        if (!rc)
                rc = read_numbers(stmt, 2, ret, err);
        if (rc)
                return rc;
        ret->at_us = ret->of[0];
        ret->event_id = ret->of[1];
        return RC_OK;
}

enum rc store_change_collection(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT c.updated_us, c.version_count, " LAST_OF_COLLECTION("c.id")
                                 " FROM collection c WHERE c.id = $1", "i", id);

        if (!rc)
                rc = read_numbers(stmt, 3, ret, err);
        if (rc)
                return rc;
        ret->at_us = ret->of[0];
        ret->event_id = ret->of[2];
        return RC_OK;
}

enum rc store_change_artifact(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.updated_us, a.state, " LAST_OF_COLLECTION("a.sequence_id") ","
                                 " (SELECT count(*) FROM (SELECT 1 FROM membership m WHERE m.artifact_id = a.id LIMIT 1000)),"
                                 " (SELECT max(i.run_id) FROM run_input i WHERE i.artifact_id = a.id),"
                                 " (SELECT max(o.run_id) FROM run_output o WHERE o.artifact_id = a.id)"
                                 " FROM artifact a WHERE a.id = $1", "i", id);

        if (!rc)
                rc = read_numbers(stmt, 6, ret, err);
        if (rc)
                return rc;
        ret->at_us = ret->of[0];
        ret->event_id = ret->of[2];
        return RC_OK;
}

enum rc store_change_run(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT r.updated_us, r.state, r.history_lines, r.heartbeat_us,"
                                 " (SELECT max(i.artifact_id) FROM run_input i WHERE i.run_id = r.id),"
                                 " (SELECT max(o.artifact_id) FROM run_output o WHERE o.run_id = r.id)"
                                 " FROM run r WHERE r.id = $1", "i", id);

        if (!rc)
                rc = read_numbers(stmt, 6, ret, err);
        if (rc)
                return rc;
        ret->at_us = later(ret->of[0], ret->of[3]);
        return RC_OK;
}

enum rc store_change_entity(struct db_conn *conn, int64_t entity_id, int64_t org_id, const struct sight *sight,
                            struct change_numbers *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT (SELECT max(id) FROM event WHERE entity_id = $1 AND project_id IS NULL),"
                                 " (SELECT max(id) FROM event WHERE org_id = $2 AND project_id IS NULL),"
                                 " count(*), max(p.updated_us), max(" LAST_OF_PROJECT("p.id") ")"
                                 " FROM project p WHERE p.entity_id = $1 AND p.deleted_us IS NULL AND ($3 = 1"
                                 " OR ($4 = 1 AND p.access = 0)"
                                 " OR EXISTS (SELECT 1 FROM project_account x WHERE x.project_id = p.id AND x.role > 0"
                                 " AND x.account_id = $5)"
                                 " OR EXISTS (SELECT 1 FROM project_team x JOIN team_member y ON y.entity_id = x.entity_id"
                                 " WHERE x.project_id = p.id AND x.role > 0 AND y.account_id = $5))",
                                 "iiiii", entity_id, org_id, (int64_t)(sight->extent == SIGHT_ALL),
                                 (int64_t)sight->organization, sight->account_id);

        if (!rc)
                rc = read_numbers(stmt, 5, ret, err);
        if (rc)
                return rc;
        ret->at_us = ret->of[3];
        ret->event_id = later(later(ret->of[0], ret->of[1]), ret->of[4]);
        return RC_OK;
}
