/*
 * store/run.c - queries about runs; see run.h. Lists are in run_list.c.
 */
#include "store/run.h"

#include "store/run_internal.h"

enum rc store_run_id(struct db_conn *conn, int64_t project_id, struct str name, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT id FROM run WHERE project_id = $1 AND name = $2 AND deleted_us IS NULL", "is",
                         project_id, name);
}

void store_read_run(struct db_stmt *stmt, struct arena *arena, struct run *r)
{
        r->id = db_column_i64(stmt, 0);
        r->project_id = db_column_i64(stmt, 1);
        r->name = store_column(stmt, arena, 2);
        r->number = db_column_i64(stmt, 3);
        r->display_name = store_column(stmt, arena, 4);
        r->description = store_column(stmt, arena, 5);
        r->notes = store_column(stmt, arena, 6);
        r->group_name = store_column(stmt, arena, 7);
        r->job_type = store_column(stmt, arena, 8);
        r->commit_hash = store_column(stmt, arena, 9);
        r->repo = store_column(stmt, arena, 10);
        r->program = store_column(stmt, arena, 11);
        r->host = store_column(stmt, arena, 12);
        r->sweep_name = store_column(stmt, arena, 13);
        r->tags = store_column(stmt, arena, 14);
        r->state = (enum run_state)db_column_i64(stmt, 15);
        r->exit_code = db_column_i64(stmt, 16);
        r->stop_requested = db_column_i64(stmt, 17) != 0;
        r->history_lines = db_column_i64(stmt, 18);
        r->event_lines = db_column_i64(stmt, 19);
        r->log_lines = db_column_i64(stmt, 20);
        r->created_by = db_column_i64(stmt, 21);
        r->created_us = db_column_i64(stmt, 22);
        r->updated_us = db_column_i64(stmt, 23);
        r->heartbeat_us = db_column_i64(stmt, 24);
        r->deleted_us = db_column_i64(stmt, 25);
}

static enum rc one_run(struct db_stmt *stmt, struct arena *arena, struct run **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct run);
                store_read_run(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_run_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct run **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " STORE_RUN_COLUMNS " FROM run WHERE id = $1 AND deleted_us IS NULL", "i", id);

        if (rc)
                return rc;
        return one_run(stmt, arena, ret, err);
}

enum rc store_run_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                          struct run **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " STORE_RUN_COLUMNS " FROM run WHERE project_id = $1 AND name = $2", "is",
                                 project_id, name);

        if (rc)
                return rc;
        return one_run(stmt, arena, ret, err);
}

enum rc store_run_document(struct db_conn *conn, struct arena *arena, int64_t id, enum run_document which,
                           struct str *ret, struct err *err)
{
        static const char *const texts[] = {
                [RUN_CONFIG] = "SELECT config FROM run WHERE id = $1",
                [RUN_SUMMARY] = "SELECT summary FROM run WHERE id = $1",
                [RUN_SYSTEM_METRICS] = "SELECT system_metrics FROM run WHERE id = $1",
                [RUN_HISTORY_KEYS] = "SELECT history_keys FROM run WHERE id = $1",
                [RUN_CONFIG_STRICT] = "SELECT COALESCE(config_clean, config) FROM run WHERE id = $1",
                [RUN_SUMMARY_STRICT] = "SELECT COALESCE(summary_clean, summary) FROM run WHERE id = $1",
        };

        return store_text(conn, arena, ret, err, texts[which], "i", id);
}

/* ---- changing ---- */

enum rc store_run_next_number(struct db_conn *conn, int64_t project_id, int64_t *ret, struct err *err)
{
        int64_t last = 0;
        enum rc rc = store_int(conn, &last, NULL, err,
                               "SELECT number FROM run WHERE project_id = $1 ORDER BY created_us DESC, id DESC LIMIT 1",
                               "i", project_id);

        if (!rc)
                *ret = last + 1;
        return rc;
}

static struct str or_empty_object(struct str json)
{
        return str_is_null(json) ? STR("{}") : json;
}

enum rc store_run_insert(struct db_conn *conn, struct run *r, const struct run_change *c, struct err *err)
{
        return store_insert(conn, &r->id, err,
                            "INSERT INTO run(project_id, name, number, display_name, description, notes, group_name, "
                            "job_type, commit_hash, repo, program, host, sweep_name, tags, config, config_clean, "
                            "summary, summary_clean, state, created_by, created_us, updated_us, heartbeat_us) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
                            "$19, $20, $21, $21, $21)",
                            "isisssssssssssssssiii",
                            r->project_id, r->name, r->number, c->display_name, c->description, c->notes,
                            c->group_name, c->job_type, c->commit_hash, c->repo, c->program, c->host, c->sweep_name,
                            str_is_null(c->tags) ? STR("[]") : c->tags, or_empty_object(c->config.text),
                            c->config.strict, or_empty_object(c->summary.text), c->summary.strict,
                            (int64_t)r->state, r->created_by, r->created_us);
}

enum rc store_run_update(struct db_conn *conn, int64_t id, const struct run_change *c, int64_t now_us, struct err *err)
{
        enum rc rc = store_exec(conn, err,
                                "UPDATE run SET display_name = COALESCE($2, display_name), "
                                "description = COALESCE($3, description), notes = COALESCE($4, notes), "
                                "group_name = COALESCE($5, group_name), job_type = COALESCE($6, job_type), "
                                "commit_hash = COALESCE($7, commit_hash), repo = COALESCE($8, repo), "
                                "program = COALESCE($9, program), host = COALESCE($10, host), "
                                "sweep_name = COALESCE($11, sweep_name), tags = COALESCE($12, tags), updated_us = $13 "
                                "WHERE id = $1",
                                "isssssssssssi", id, c->display_name, c->description, c->notes, c->group_name,
                                c->job_type, c->commit_hash, c->repo, c->program, c->host, c->sweep_name, c->tags,
                                now_us);

        if (!rc && !str_is_null(c->config.text))
                rc = store_exec(conn, err, "UPDATE run SET config = $2, config_clean = $3 WHERE id = $1", "iss", id,
                                c->config.text, c->config.strict);
        if (!rc && !str_is_null(c->summary.text))
                rc = store_run_set_summary(conn, id, &c->summary, err);
        return rc;
}

enum rc store_run_set_summary(struct db_conn *conn, int64_t id, const struct run_json *summary, struct err *err)
{
        return store_exec(conn, err, "UPDATE run SET summary = $2, summary_clean = $3 WHERE id = $1", "iss", id,
                          summary->text, summary->strict);
}

enum rc store_run_set_system_metrics(struct db_conn *conn, int64_t id, struct str metrics, struct err *err)
{
        return store_exec(conn, err, "UPDATE run SET system_metrics = $2 WHERE id = $1", "is", id, metrics);
}

enum rc store_run_set_state(struct db_conn *conn, const struct run *r, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE run SET state = $2, exit_code = $3, stop_requested = $4, heartbeat_us = $5, "
                          "updated_us = $6 WHERE id = $1",
                          "iiiiii", r->id, (int64_t)r->state, r->exit_code, (int64_t)r->stop_requested,
                          r->heartbeat_us, r->updated_us);
}

enum rc store_run_set_lines(struct db_conn *conn, const struct run *r, struct str history_keys, struct err *err)
{
        return store_exec(conn, err,
                          "UPDATE run SET history_lines = $2, event_lines = $3, log_lines = $4, "
                          "history_keys = COALESCE($5, history_keys) WHERE id = $1",
                          "iiiis", r->id, r->history_lines, r->event_lines, r->log_lines, history_keys);
}

enum rc store_run_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err)
{
        return store_exec(conn, err, "UPDATE run SET deleted_us = $2 WHERE id = $1", "ii", id, now_us);
}
