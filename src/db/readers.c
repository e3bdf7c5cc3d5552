/*
 * db/readers.c - the pool of reader connections.
 *
 * A reader sees the database as it was when its first statement ran, whatever is written
 * meanwhile (WAL snapshot). Connections are opened when they are first needed and go out
 * last-in first-out, so that a quiet server keeps one warm page cache instead of eight
 * cold ones. When all are out, callers sleep until one comes back: nobody may therefore
 * hold two at once. Callers who do so all the same, or hold theirs for very long, cost the
 * others a "try again" and not a standstill.
 */
#include "db/internal.h"

#include <errno.h>
#include <time.h>

#define TURN_WAIT_MS 10000

void readers_start(struct db *db, unsigned max, unsigned wait_ms)
{
        pthread_condattr_t attributes;

        pthread_mutex_init(&db->readers.lock, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&db->readers.returned, &attributes);
        pthread_condattr_destroy(&attributes);
        db->readers.max = max;
        db->readers.wait_ms = wait_ms ? wait_ms : TURN_WAIT_MS;
}

void readers_stop(struct db *db)
{
        struct readers *readers = &db->readers;

        while (readers->free) {
                struct db_conn *conn = readers->free;

                readers->free = conn->next_free;
                readers->opened--;
                conn_close(conn);
        }
        assert(readers->opened == 0); /* every db_read_begin has had its db_read_end */
}

static void give_back(struct readers *readers, struct db_conn *conn)
{
        pthread_mutex_lock(&readers->lock);
        if (conn) {
                conn->next_free = readers->free;
                readers->free = conn;
        } else {
                readers->opened--;
        }
        pthread_mutex_unlock(&readers->lock);
        pthread_cond_signal(&readers->returned);
}

/* *ret_conn: a free connection, or NULL and the right to open one. */
static enum rc take_turn(struct readers *readers, struct db_conn **ret_conn, struct err *err)
{
        struct timespec deadline;
        int code = 0;

        clock_gettime(CLOCK_MONOTONIC, &deadline);
        deadline.tv_sec += readers->wait_ms / 1000;
        deadline.tv_nsec += (long)(readers->wait_ms % 1000) * 1000000;
        if (deadline.tv_nsec >= 1000000000) {
                deadline.tv_sec++;
                deadline.tv_nsec -= 1000000000;
        }
        pthread_mutex_lock(&readers->lock);
        while (!readers->free && readers->opened >= readers->max && code != ETIMEDOUT)
                code = pthread_cond_timedwait(&readers->returned, &readers->lock, &deadline);
        if (!readers->free && readers->opened >= readers->max) {
                pthread_mutex_unlock(&readers->lock);
                return err_set(err, RC_AGAIN, "The server is busy: try again.");
        }
        *ret_conn = readers->free;
        if (readers->free)
                readers->free = readers->free->next_free;
        else
                readers->opened++;
        pthread_mutex_unlock(&readers->lock);
        return RC_OK;
}

static enum rc begin(struct db_conn *conn, struct err *err)
{
        enum rc rc = conn_control(conn, "BEGIN", err);

        return rc ? rc : memo_begin(conn, err);
}

enum rc db_read_begin(struct db *db, struct db_conn **ret_conn, struct err *err)
{
        struct db_conn *conn = NULL;
        enum rc rc = take_turn(&db->readers, &conn, err);

        if (rc)
                return rc;
        if (!conn)
                rc = conn_open(db, CONN_READER, &conn, err);
        if (rc == RC_OK) {
                conn->memo.is_second = false;
                rc = begin(conn, err);
        }
        if (rc) {
                give_back(&db->readers, conn_close(conn));
                return rc;
        }
        *ret_conn = conn;
        return RC_OK;
}

enum rc db_read_pause(struct db_conn *conn, struct err *err)
{
        assert(conn->busy_stmts == 0);
        return sqlite3_get_autocommit(conn->handle) ? RC_OK : conn_control(conn, "COMMIT", err);
}

enum rc db_read_refresh(struct db_conn *conn, struct err *err)
{
        enum rc rc = db_read_pause(conn, err);

        conn->memo.is_second = true;
        return rc ? rc : begin(conn, err);
}

void db_read_end(struct db_conn **conn_ptr)
{
        struct db_conn *conn = TAKE_PTR(*conn_ptr);
        struct readers *readers;

        if (!conn)
                return;
        db_limit_cpu(conn, 0);
        readers = &conn->db->readers;
        assert(conn->busy_stmts == 0);
        /* A connection that cannot even end its transaction is not handed out again. */
        if (!sqlite3_get_autocommit(conn->handle) && conn_control(conn, "COMMIT", NULL))
                conn = conn_close(conn);
        give_back(readers, conn);
}
