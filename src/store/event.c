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
                         " collection_id, artifact_id, run_id, detail, version)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                         "iIsIIIIIIs", event->at_us ? event->at_us : clock_now_us(), event->account_id,
                         event->action, event->org_id, event->entity_id, event->project_id,
                         event->collection_id, event->artifact_id, event->run_id, event->detail);
        if (rc)
                return rc;
        if (event->has_version)
                db_bind_i64(stmt, 11, event->version);
        else
                db_bind_null(stmt, 11);
        return db_run(&stmt, err);
}

enum rc store_event_last(struct db_conn *conn, int64_t *ret_id, struct err *err)
{
        return store_int(conn, ret_id, NULL, err, "SELECT coalesce(max(id), 0) FROM event", "");
}
