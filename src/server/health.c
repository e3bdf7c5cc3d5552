/*
 * server/health.c - is the process alive (/healthz), and should requests be sent to it
 * (/readyz, /ready)?
 *
 * Alive is answered on the I/O thread and touches nothing. Ready reads from the database,
 * and says no from the moment the server begins to stop or its database has failed.
 */
#include <stdatomic.h>

#include "server/wire.h"
#include "store/event.h"

static atomic_bool stopping;

void health_stopping(void)
{
        atomic_store(&stopping, true);
}

static enum rc healthz(struct http_request *req, struct err *err UNUSED)
{
        http_reply_borrowed(req, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
        return RC_OK;
}

static enum rc readyz(struct http_request *req, struct err *err)
{
        const struct domain *domain = gate_of(req)->domain;
        _cleanup_(db_read_end) struct db_conn *conn = NULL;
        int64_t last = 0;

        if (atomic_load(&stopping))
                return err_set(err, RC_UNAVAILABLE, "The server is stopping: ask another one.");
        if (db_failed(domain->db) || db_read_begin(domain->db, &conn, NULL) != RC_OK ||
            store_event_last(conn, &last, NULL) != RC_OK)
                return err_set(err, RC_UNAVAILABLE, "The database does not answer: see the server's log.");
        http_reply_borrowed(req, 200, STR("text/plain; charset=utf-8"), STR("ready\n"));
        return RC_OK;
}

#define GET(address, fast, function)                                                                       \
        { .method = "GET", .pattern = (address), .body = HTTP_BODY_NONE, .inline_fast = (fast),            \
          .access = "public", .handler = { .handle = (function) } }

const struct http_route health_routes[] = {
        GET("/healthz", true, healthz),
        GET("/readyz", false, readyz),
        GET("/ready", false, readyz),
};
const size_t health_route_count = ARRAY_LEN(health_routes);
