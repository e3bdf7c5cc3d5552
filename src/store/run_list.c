/*
 * store/run_list.c - runs of a project, filtered and ordered; see run.h.
 *
 * $1 is the project, $2 the time before which a run must have been heard from; what filters
 * bind comes behind.
 */
#include "store/run_internal.h"

#define STATE_NOW                                                                                          \
        "CASE run.state WHEN 0 THEN CASE WHEN run.heartbeat_us < $2 THEN 'crashed' ELSE 'running' END "    \
        "WHEN 1 THEN 'finished' WHEN 2 THEN 'failed' WHEN 3 THEN 'crashed' WHEN 4 THEN 'killed' "          \
        "WHEN 5 THEN CASE WHEN run.heartbeat_us < $2 THEN 'preempted' ELSE 'preempting' END "              \
        "WHEN 6 THEN 'preempted' ELSE 'pending' END"
#define TOO_MUCH                                                                                           \
        "This filter would have to look at too many runs: filter by created_at, or order by it and read page by page."
#define CONFIG "COALESCE(run.config_clean, run.config)"
#define SUMMARY "COALESCE(run.summary_clean, run.summary)"
#define USERNAME "(SELECT a.username FROM account a WHERE a.id = run.created_by)"

/* First the names that errors show, then other spellings of them. */
static const struct filter_field run_fields[] = {
        { "state", FILTER_TEXT, STATE_NOW, NULL },
        { "name", FILTER_TEXT, "run.name", NULL },
        { "display_name", FILTER_TEXT, "run.display_name", NULL },
        { "tags", FILTER_LIST, "SELECT value FROM json_each(run.tags)", NULL },
        { "group", FILTER_TEXT, "run.group_name", NULL },
        { "job_type", FILTER_TEXT, "run.job_type", NULL },
        { "username", FILTER_TEXT, USERNAME, NULL },
        { "sweep", FILTER_TEXT, "run.sweep_name", NULL },
        { "created_at", FILTER_TIME, "run.created_us", NULL },
        { "heartbeat_at", FILTER_TIME, "run.heartbeat_us", NULL },
        { "updated_at", FILTER_TIME, "run.updated_us", NULL },
        { "description", FILTER_TEXT, "run.description", NULL },
        { "notes", FILTER_TEXT, "run.notes", NULL },
        { "host", FILTER_TEXT, "run.host", NULL },
        { "commit", FILTER_TEXT, "run.commit_hash", NULL },
        { "config", FILTER_JSON, CONFIG, "value" },
        { "summary_metrics", FILTER_JSON, SUMMARY, NULL },
        { "displayName", FILTER_TEXT, "run.display_name", NULL },
        { "jobType", FILTER_TEXT, "run.job_type", NULL },
        { "user", FILTER_TEXT, USERNAME, NULL },
        { "tag", FILTER_LIST, "SELECT value FROM json_each(run.tags)", NULL },
        { "createdAt", FILTER_TIME, "run.created_us", NULL },
        { "heartbeatAt", FILTER_TIME, "run.heartbeat_us", NULL },
        { "updatedAt", FILTER_TIME, "run.updated_us", NULL },
        { "summaryMetrics", FILTER_JSON, SUMMARY, NULL },
        { "summary", FILTER_JSON, SUMMARY, NULL },
};
static const struct filter_fields fields = { run_fields, ARRAY_LEN(run_fields), 17 };

static enum rc add_where(struct filter_sql *sql, const struct run_query *query, struct err *err)
{
        buf_add_str(sql->text, STR(" FROM run WHERE run.project_id = $1 AND run.deleted_us IS NULL AND $2 IS NOT NULL AND "));
        return filter_sql_where(sql, query->filter, &fields, err);
}

static enum rc prepare(struct db_conn *conn, const struct filter_sql *sql, const struct run_query *query,
                       struct db_stmt **ret, struct err *err)
{
        enum rc rc = db_prepare(conn, buf_cstr(sql->text), ret, err);

        if (rc)
                return rc;
        db_bind_i64(*ret, 1, query->project_id);
        db_bind_i64(*ret, 2, query->silent_us);
        filter_sql_bind(sql, *ret);
        return RC_OK;
}

static enum rc count_runs(struct db_conn *conn, struct arena *arena, const struct run_query *query, int64_t *ret,
                          struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql sql;
        bool row = false;
        enum rc rc;

        filter_sql_init(&sql, arena, &text, 3);
        buf_add_str(&text, STR("SELECT COUNT(*)"));
        rc = add_where(&sql, query, err);
        if (!rc)
                rc = prepare(conn, &sql, query, &stmt, err);
        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = db_column_i64(stmt, 0);
        return RC_OK;
}

enum rc store_run_count(struct db_conn *conn, struct arena *arena, const struct run_query *query, int64_t *ret,
                        struct err *err)
{
        enum rc rc;

        store_work_begin(conn);
        rc = count_runs(conn, arena, query, ret, err);
        return store_work_end(conn, rc, TOO_MUCH, err);
}

static enum rc read_rows(struct db_stmt *stmt, struct arena *arena, size_t limit, bool keys, struct run_list *ret,
                         struct err *err)
{
        struct run_list list = { 0 };
        size_t cap = 0;

        while (list.count < limit) {
                bool row = false;
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct run *items = list.items;
                        struct filter_key *old = list.keys;

                        cap = cap ? 2 * cap : 16;
                        list.items = arena_array(arena, struct run, cap);
                        list.keys = arena_array(arena, struct filter_key, cap);
                        if (list.count) {
                                memcpy(list.items, items, list.count * sizeof(*items));
                                memcpy(list.keys, old, list.count * sizeof(*old));
                        }
                }
                store_read_run(stmt, arena, &list.items[list.count]);
                if (keys)
                        filter_key_read(stmt, arena, STORE_RUN_COLUMN_COUNT, list.items[list.count].id,
                                        &list.keys[list.count]);
                list.count++;
        }
        *ret = list;
        return RC_OK;
}

/* created_us is never NULL: spelled plainly, so that its index gives place and order. */
static bool is_plain(const struct buf *value)
{
        return str_eq_c(buf_str(value), "run.created_us");
}

static void add_after(struct filter_sql *sql, const struct buf *value, const struct run_query *query)
{
        const struct filter_key *key = query->after;

        if (!is_plain(value) || key->kind != FILTER_KEY_I64) {
                filter_sql_after(sql, buf_str(value), "run.id", query->order.descending, key);
                return;
        }
        buf_printf(sql->text, " AND (run.created_us, run.id) %s (", query->order.descending ? "<" : ">");
        filter_sql_i64(sql, key->integer);
        buf_add_str(sql->text, STR(", "));
        filter_sql_i64(sql, key->id);
        buf_add_c(sql->text, ')');
}

static enum rc list_runs(struct db_conn *conn, struct arena *arena, const struct run_query *query, struct run_list *ret,
                         struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        _cleanup_(buf_done) struct buf text = { 0 };
        _cleanup_(buf_done) struct buf value = { 0 };
        const char *direction = query->order.descending ? "DESC" : "ASC";
        struct str field = str_is_empty(query->order.field) ? STR("created_at") : query->order.field;
        struct filter_sql sql;
        enum rc rc;

        filter_sql_init(&sql, arena, &value, 3);
        rc = filter_sql_value(&sql, field, &fields, err);
        if (rc)
                return rc;
        sql.text = &text;
        buf_printf(&text, "SELECT " STORE_RUN_COLUMNS ", %.*s, typeof(%.*s)", STR_ARG(buf_str(&value)),
                   STR_ARG(buf_str(&value)));
        rc = add_where(&sql, query, err);
        if (rc)
                return rc;
        if (query->after)
                add_after(&sql, &value, query);
        if (is_plain(&value))
                buf_printf(&text, " ORDER BY run.created_us %s, run.id %s LIMIT ", direction, direction);
        else
                buf_printf(&text, " ORDER BY %.*s IS NULL, %.*s %s, run.id %s LIMIT ", STR_ARG(buf_str(&value)),
                           STR_ARG(buf_str(&value)), direction, direction);
        filter_sql_i64(&sql, (int64_t)query->limit);
        rc = prepare(conn, &sql, query, &stmt, err);
        if (rc)
                return rc;
        return read_rows(stmt, arena, query->limit, true, ret, err);
}

enum rc store_run_list(struct db_conn *conn, struct arena *arena, const struct run_query *query, struct run_list *ret,
                       struct err *err)
{
        enum rc rc;

        store_work_begin(conn);
        rc = list_runs(conn, arena, query, ret, err);
        return store_work_end(conn, rc, TOO_MUCH, err);
}

enum rc store_runs_using(struct db_conn *conn, struct arena *arena, int64_t artifact_id, int64_t after_id,
                         size_t limit, struct run_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " STORE_RUN_COLUMNS " FROM run_input i JOIN run ON run.id = i.run_id "
                                 "WHERE i.artifact_id = $1 AND i.run_id > $2 AND run.deleted_us IS NULL "
                                 "ORDER BY i.run_id LIMIT $3",
                                 "iii", artifact_id, after_id, (int64_t)limit);

        if (rc)
                return rc;
        return read_rows(stmt, arena, limit, false, ret, err);
}
