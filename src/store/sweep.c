/*
 * store/sweep.c - queries about sweeps; see sweep.h.
 */
#include "store/sweep.h"

#define SWEEP_COLUMNS                                                                                      \
        "id, project_id, name, display_name, description, config, grid, point_count, next_point, created_by, " \
        "created_us, updated_us FROM sweep "

static void read_sweep(struct db_stmt *stmt, struct arena *arena, struct sweep *s)
{
        s->id = db_column_i64(stmt, 0);
        s->project_id = db_column_i64(stmt, 1);
        s->name = store_column(stmt, arena, 2);
        s->display_name = store_column(stmt, arena, 3);
        s->description = store_column(stmt, arena, 4);
        s->config = store_column(stmt, arena, 5);
        s->grid = store_column(stmt, arena, 6);
        s->point_count = db_column_i64(stmt, 7);
        s->next_point = db_column_i64(stmt, 8);
        s->created_by = db_column_i64(stmt, 9);
        s->created_us = db_column_i64(stmt, 10);
        s->updated_us = db_column_i64(stmt, 11);
}

static enum rc one_sweep(struct db_stmt *stmt, struct arena *arena, struct sweep **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (!row)
                return RC_OK;
        *ret = arena_new(arena, struct sweep);
        read_sweep(stmt, arena, *ret);
        return RC_OK;
}

enum rc store_sweep_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct sweep **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " SWEEP_COLUMNS "WHERE id = $1", "i", id);

        if (rc)
                return rc;
        return one_sweep(stmt, arena, ret, err);
}

enum rc store_sweep_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                            struct sweep **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " SWEEP_COLUMNS "WHERE project_id = $1 AND name = $2", "is",
                                 project_id, name);

        if (rc)
                return rc;
        return one_sweep(stmt, arena, ret, err);
}

enum rc store_sweep_list(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t before_id, size_t limit,
                         struct sweep_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct sweep_list list = { .items = arena_array(arena, struct sweep, limit) };
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " SWEEP_COLUMNS "WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", "iii",
                                 project_id, before_id, (int64_t)limit);

        while (!rc && list.count < limit) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                read_sweep(stmt, arena, &list.items[list.count++]);
        }
        if (!rc)
                *ret = list;
        return rc;
}

enum rc store_sweep_count(struct db_conn *conn, int64_t project_id, int64_t *ret, struct err *err)
{
        bool found = false;

        return store_int(conn, ret, &found, err, "SELECT COUNT(*) FROM sweep WHERE project_id = $1", "i", project_id);
}

enum rc store_sweep_insert(struct db_conn *conn, struct sweep *s, struct err *err)
{
        return store_insert(conn, &s->id, err,
                            "INSERT INTO sweep(project_id, name, display_name, description, config, grid, point_count, "
                            "created_by, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
                            "isssssiii", s->project_id, s->name, s->display_name, s->description, s->config, s->grid,
                            s->point_count, s->created_by, s->created_us);
}

enum rc store_sweep_update(struct db_conn *conn, const struct sweep *s, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE sweep SET display_name = $2, description = $3, config = $4, grid = $5, "
                          "point_count = $6, next_point = $7, updated_us = $8 WHERE id = $1",
                          "issssiii", s->id, s->display_name, s->description, s->config, s->grid, s->point_count,
                          s->next_point, s->updated_us);
}

enum rc store_sweep_agent_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct sweep_agent **ret,
                                struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct sweep_agent *a;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT id, sweep_id, host, point, run_name, given_us, created_by, created_us, "
                                 "heartbeat_us FROM sweep_agent WHERE id = $1",
                                 "i", id);

        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        if (!row) {
                *ret = NULL;
                return RC_OK;
        }
        a = arena_new(arena, struct sweep_agent);
        a->id = db_column_i64(stmt, 0);
        a->sweep_id = db_column_i64(stmt, 1);
        a->host = store_column(stmt, arena, 2);
        a->point = db_column_is_null(stmt, 3) ? -1 : db_column_i64(stmt, 3);
        a->run_name = store_column(stmt, arena, 4);
        a->given_us = db_column_i64(stmt, 5);
        a->created_by = db_column_i64(stmt, 6);
        a->created_us = db_column_i64(stmt, 7);
        a->heartbeat_us = db_column_i64(stmt, 8);
        *ret = a;
        return RC_OK;
}

enum rc store_sweep_agent_insert(struct db_conn *conn, struct sweep_agent *a, struct err *err)
{
        return store_insert(conn, &a->id, err,
                            "INSERT INTO sweep_agent(sweep_id, host, created_by, created_us, heartbeat_us) "
                            "VALUES ($1, $2, $3, $4, $4)",
                            "isii", a->sweep_id, a->host, a->created_by, a->created_us);
}

enum rc store_sweep_agent_update(struct db_conn *conn, const struct sweep_agent *a, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE sweep_agent SET point = $2, run_name = $3, given_us = $4, heartbeat_us = $5 WHERE id = $1",
                          "iisii", a->id, a->point, a->run_name, a->given_us, a->heartbeat_us);
}
