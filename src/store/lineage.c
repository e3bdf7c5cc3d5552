/*
 * store/lineage.c - see lineage.h.
 */
#include "store/lineage.h"

/* [is_run][upstream] */
static const char *const steps[2][2] = {
        { "SELECT run_id FROM run_input WHERE artifact_id = $1 AND run_id > $2 ORDER BY run_id LIMIT $3",
          "SELECT run_id FROM run_output WHERE artifact_id = $1 AND run_id > $2 ORDER BY run_id LIMIT $3" },
        { "SELECT artifact_id FROM run_output WHERE run_id = $1 AND artifact_id > $2 ORDER BY artifact_id LIMIT $3",
          "SELECT artifact_id FROM run_input WHERE run_id = $1 AND artifact_id > $2 ORDER BY artifact_id LIMIT $3" },
};

enum rc store_lineage_step(struct db_conn *conn, struct arena *arena, bool is_run, int64_t id, bool upstream,
                           int64_t after_id, size_t limit, struct id_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct id_list list = { arena_array(arena, int64_t, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err, steps[is_run][upstream], "iii", id, after_id, (int64_t)limit);

        while (!rc && list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                list.items[list.count++] = db_column_i64(stmt, 0);
        }
        if (rc)
                return rc;
        *ret = list;
        return RC_OK;
}

static const char artifact_sql[] =
        "SELECT a.id, a.project_id, p.name, e.name, t.name, c.name, c.id, coalesce(a.version, -1), u.username, a.state,"
        " a.size_bytes, a.created_us"
        " FROM artifact a JOIN project p ON p.id = a.project_id JOIN entity e ON e.id = p.entity_id"
        " JOIN artifact_type t ON t.id = a.type_id JOIN collection c ON c.id = a.sequence_id"
        " LEFT JOIN account u ON u.id = a.created_by WHERE a.id = $1";
static const char run_sql[] =
        "SELECT r.id, r.project_id, p.name, e.name, r.name, r.display_name, r.job_type, u.username, r.state,"
        " r.created_us, r.heartbeat_us, r.deleted_us IS NOT NULL"
        " FROM run r JOIN project p ON p.id = r.project_id JOIN entity e ON e.id = p.entity_id"
        " LEFT JOIN account u ON u.id = r.created_by WHERE r.id = $1";

static void read_artifact(struct db_stmt *stmt, struct arena *arena, struct lineage_row *ret)
{
        ret->type_name = store_column(stmt, arena, 4);
        ret->collection_name = store_column(stmt, arena, 5);
        ret->collection_id = db_column_i64(stmt, 6);
        ret->version = db_column_i64(stmt, 7);
        ret->created_by = store_column(stmt, arena, 8);
        ret->state = db_column_i64(stmt, 9);
        ret->size_bytes = db_column_i64(stmt, 10);
        ret->created_us = db_column_i64(stmt, 11);
        ret->deleted = ret->state != ARTIFACT_COMMITTED;
}

static void read_run(struct db_stmt *stmt, struct arena *arena, struct lineage_row *ret)
{
        ret->run_name = store_column(stmt, arena, 4);
        ret->display_name = store_column(stmt, arena, 5);
        ret->job_type = store_column(stmt, arena, 6);
        ret->created_by = store_column(stmt, arena, 7);
        ret->state = db_column_i64(stmt, 8);
        ret->created_us = db_column_i64(stmt, 9);
        ret->heartbeat_us = db_column_i64(stmt, 10);
        ret->deleted = db_column_i64(stmt, 11) != 0;
}

enum rc store_lineage_row(struct db_conn *conn, struct arena *arena, bool is_run, int64_t id, struct lineage_row *ret,
                          bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err, is_run ? run_sql : artifact_sql, "i", id);

        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret_found = row;
        if (!row)
                return RC_OK;
        *ret = (struct lineage_row){
                .id = db_column_i64(stmt, 0),
                .project_id = db_column_i64(stmt, 1),
                .project_name = store_column(stmt, arena, 2),
                .entity_name = store_column(stmt, arena, 3),
                .version = -1,
        };
        if (is_run)
                read_run(stmt, arena, ret);
        else
                read_artifact(stmt, arena, ret);
        return RC_OK;
}

static const char places_sql[] =
        "SELECT c.project_id, c.id, m.version, p.name, e.name, c.name"
        " FROM membership m JOIN collection c ON c.id = m.collection_id"
        " JOIN project p ON p.id = c.project_id JOIN entity e ON e.id = p.entity_id"
        " WHERE m.artifact_id = $1 AND m.collection_id > $2 AND c.deleted_us IS NULL AND p.deleted_us IS NULL"
        " ORDER BY m.collection_id LIMIT $3";

enum rc store_lineage_places(struct db_conn *conn, struct arena *arena, int64_t artifact_id, int64_t after_id,
                             size_t limit, struct lineage_places *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct lineage_places list = { arena_array(arena, struct lineage_place, limit), 0 };
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err, places_sql, "iii", artifact_id, after_id, (int64_t)limit);

        while (!rc && list.count < limit) {
                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                list.items[list.count++] = (struct lineage_place){
                        .project_id = db_column_i64(stmt, 0),
                        .collection_id = db_column_i64(stmt, 1),
                        .version = db_column_i64(stmt, 2),
                        .project_name = store_column(stmt, arena, 3),
                        .entity_name = store_column(stmt, arena, 4),
                        .collection_name = store_column(stmt, arena, 5),
                };
        }
        if (rc)
                return rc;
        *ret = list;
        return RC_OK;
}

const char *store_lineage_sql(size_t index, const char **ret_title)
{
        const struct {
                const char *title, *sql;
        } all[] = {
                { "Lineage: runs that used a version", steps[0][0] },
                { "Lineage: runs that logged a version", steps[0][1] },
                { "Lineage: versions that a run logged", steps[1][0] },
                { "Lineage: versions that a run used", steps[1][1] },
                { "Lineage: a version as a node", artifact_sql },
                { "Lineage: a run as a node", run_sql },
                { "Lineage: collections that hold a version", places_sql },
        };

        if (index >= ARRAY_LEN(all))
                return NULL;
        *ret_title = all[index].title;
        return all[index].sql;
}
