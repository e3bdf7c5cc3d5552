/*
 * db/open.c - a database as a whole: opening, closing, checking, explaining.
 */
#include "base/buf.h"
#include "db/internal.h"

#include <unistd.h>

static unsigned default_readers(void)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        long readers = cores < 1 ? 2 : 2 * cores;

        return readers > 8 ? 8u : (unsigned)readers;
}

enum rc db_open(const struct db_config *config, struct db **ret_db, struct err *err)
{
        struct db *db = db_must_alloc(1, sizeof(*db));
        enum rc rc;

        db->path = strdup(config->path);
        if (!db->path)
                abort();
        db->reader_cache_bytes = config->cache_bytes ? config->cache_bytes : (size_t)1 << 20;
        if (config->reader_cache_bytes)
                db->reader_cache_bytes = config->reader_cache_bytes;
        db->writer_cache_bytes = config->cache_bytes ? config->cache_bytes : (size_t)8 << 20;
        atomic_init(&db->failed, false);
        db->shrinks = config->shrinks;
        db->memo_bytes = config->memo_bytes;
        db->kept_bytes = config->kept_bytes;
        readers_start(db, config->readers_max ? config->readers_max : default_readers(), config->reader_wait_ms);
        rc = writer_start(db, config->batch_max ? config->batch_max : 256, err);
        if (rc) {
                db_close(db);
                return rc;
        }
        *ret_db = db;
        return RC_OK;
}

void db_close(struct db *db)
{
        if (!db)
                return;
        readers_stop(db); /* first: their snapshots would keep the log from being emptied */
        writer_stop(db);
        free(db->path);
        free(db);
}

bool db_failed(const struct db *db)
{
        return atomic_load(&db->failed);
}

enum rc db_quick_check(struct db *db, struct err *err)
{
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        bool row = false;
        enum rc rc;

        rc = db_read_begin(db, &conn, err);
        if (rc)
                return rc;
        rc = db_prepare(conn, "PRAGMA quick_check(1)", &stmt, err);
        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        if (!row || !str_eq_c(db_column_str(stmt, 0), "ok"))
                return err_set(err, RC_CORRUPT, "The database file is damaged (%.*s): restore it from a backup.",
                               STR_ARG(db_column_str(stmt, 0)));
        return RC_OK;
}

enum rc db_explain(struct db_conn *conn, const char *sql, struct arena *arena, struct str *ret_plan,
                   struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct buf plan _cleanup_(buf_done) = { 0 };
        struct str text = arena_printf(arena, "EXPLAIN QUERY PLAN %s", sql);
        bool row = true;
        enum rc rc;

        rc = db_prepare(conn, text.ptr, &stmt, err);
        if (rc)
                return rc;
        for (;;) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                buf_add_str(&plan, db_column_str(stmt, 3));
                buf_add_c(&plan, '\n');
        }
        *ret_plan = arena_str(arena, buf_str(&plan));
        return RC_OK;
}
