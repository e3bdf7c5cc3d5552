/*
 * store/event.c - appending to what happened; see event.h.
 */
#include "store/event.h"

#include "base/clock.h"

enum rc store_event_add(struct db_conn *conn, const struct event_row *event, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc;

        rc = store_query(conn, &stmt, err,
                         "INSERT INTO event (at_us, account_id, action, org_id, entity_id, project_id,"
                         " collection_id, artifact_id, run_id, detail, alias, subject_id, request_id, address,"
                         " program, version)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
                         "iIsIIIIIIssIsss", event->at_us ? event->at_us : clock_now_us(), event->account_id,
                         event->action, event->org_id, event->entity_id, event->project_id,
                         event->collection_id, event->artifact_id, event->run_id, event->detail, event->alias,
                         event->subject_id, event->request_id, event->address, event->program);
        if (rc)
                return rc;
        if (event->has_version)
                db_bind_i64(stmt, 16, event->version);
        else
                db_bind_null(stmt, 16);
        return db_run(&stmt, err);
}

enum rc store_event_last(struct db_conn *conn, int64_t *ret_id, struct err *err)
{
        return store_int(conn, ret_id, NULL, err, "SELECT coalesce(max(id), 0) FROM event", "");
}

#define EVENT_COLUMNS                                                                                      \
        "SELECT id, at_us, account_id, action, org_id, entity_id, project_id, collection_id, artifact_id,"  \
        " run_id, version, alias, detail FROM event "

static void read_event(struct db_stmt *stmt, struct arena *arena, struct event_row *e)
{
        *e = (struct event_row){
                .id = db_column_i64(stmt, 0),
                .at_us = db_column_i64(stmt, 1),
                .account_id = db_column_i64(stmt, 2),
                .action = store_column(stmt, arena, 3),
                .org_id = db_column_i64(stmt, 4),
                .entity_id = db_column_i64(stmt, 5),
                .project_id = db_column_i64(stmt, 6),
                .collection_id = db_column_i64(stmt, 7),
                .artifact_id = db_column_i64(stmt, 8),
                .run_id = db_column_i64(stmt, 9),
                .has_version = !db_column_is_null(stmt, 10),
                .version = db_column_i64(stmt, 10),
                .alias = store_column(stmt, arena, 11),
                .detail = store_column(stmt, arena, 12),
        };
}

static enum rc list_events(struct db_stmt *stmt, struct arena *arena, size_t limit, struct event_list *ret,
                           struct err *err)
{
        struct event_list list = { arena_array(arena, struct event_row, limit), 0 };
        bool row = true;

        while (list.count < limit) {
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                read_event(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_event_page(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                         const struct event_filter *filter, int64_t below, size_t limit, struct event_list *ret,
                         struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 EVENT_COLUMNS "WHERE collection_id = $1 AND action <> 'version_used' "
                                               "AND action <> 'version_downloaded' AND id < $2 "
                                               "AND ($4 IS NULL OR action = $4) AND ($5 = 0 OR account_id = $5) "
                                               "AND at_us >= $6 AND at_us < $7 ORDER BY id DESC LIMIT $3",
                                 "iiisiii", collection_id, below, (int64_t)limit, filter->action, filter->account_id,
                                 filter->since_us, filter->until_us ? filter->until_us : INT64_MAX);

        return rc ? rc : list_events(stmt, arena, limit, ret, err);
}

enum rc store_event_downloaded(struct db_conn *conn, int64_t account_id, int64_t artifact_id, int64_t collection_id,
                               int64_t since_us, bool *ret, struct err *err)
{
        int64_t one = 0;

        return store_int(conn, &one, ret, err,
                         "SELECT 1 FROM event WHERE action = 'version_downloaded' AND artifact_id = $1 "
                         "AND account_id = $2 AND collection_id = $3 AND at_us >= $4 LIMIT 1",
                         "iiii", artifact_id, account_id, collection_id, since_us);
}

enum rc store_event_alias_at(struct db_conn *conn, struct arena *arena, int64_t collection_id, struct str alias,
                             int64_t at_us, struct event_row *ret, bool *ret_found, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = false;
        enum rc rc = store_query(conn, &stmt, err,
                                 EVENT_COLUMNS "WHERE collection_id = $1 AND alias = $2 AND at_us <= $3 "
                                               "ORDER BY at_us DESC, id DESC LIMIT 1",
                                 "isi", collection_id, alias, at_us);

        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        if (row)
                read_event(stmt, arena, ret);
        *ret_found = row;
        return RC_OK;
}
