/*
 * db/sqlite.c - the engine: connections, control statements, and what its codes mean.
 *
 * Every connection is opened alike: write-ahead log, synchronous=FULL (a commit is on the
 * disk before it is answered), foreign keys enforced, SQL from the schema not trusted,
 * double-quoted strings refused. The writer may write; readers are opened read-only.
 * Debian's SQLite wipes deleted content by default; that is switched off, since it makes
 * deletes several times slower and the files are private anyway.
 *
 * Codes: a full disk is RC_UNAVAILABLE and the database goes on; any other I/O error in a
 * write is final for the process (writer.c). Codes after which SQLite may have rolled the
 * transaction back on its own mark the connection broken, so that a batch can never
 * commit half of what it was given.
 */
#include "db/internal.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096 /* measured: larger ones write more for the same change (docs/decisions/0002) */
#define KEEPER_CACHE_BYTES ((size_t)64 << 10) /* it reads the log only */
#define WAL_KEEP_BYTES (64 * 1024 * 1024) /* a longer WAL file is cut back when it starts over */

/* ---- codes -------------------------------------------------------------------------- */

bool code_is_disk_full(const struct db_conn *conn, int code)
{
        int sys_errno;

        if ((code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE)
                return true;
        if ((code & 0xff) != SQLITE_IOERR)
                return false;
        sys_errno = sqlite3_system_errno(conn->handle);
        return sys_errno == ENOSPC || sys_errno == EDQUOT;
}

/* The kinds that say "the disk may not hold what it was told to hold". */
bool code_is_disk_error(const struct db_conn *conn, int code)
{
        return (code & 0xff) == SQLITE_IOERR && code != SQLITE_IOERR_NOMEM && !code_is_disk_full(conn, code);
}

static bool code_breaks_transaction(int code)
{
        switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_INTERRUPT:
                return true;
        default:
                return false;
        }
}

static enum rc constraint_error(int code, struct err *err)
{
        switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
                return err_set(err, RC_EXISTS, "This exists already: choose another name.");
        case SQLITE_CONSTRAINT_FOREIGNKEY:
                return err_set(err, RC_CONFLICT, "This is tied to something that is missing or still in use: check what it refers to.");
        default:
                return err_set(err, RC_CONFLICT, "The stored data does not allow this change.");
        }
}

enum rc conn_error(struct db_conn *conn, int code, struct err *err)
{
        if ((code & 0xff) == SQLITE_INTERRUPT && conn->over_limit)
                return err_set(err, RC_TOO_MANY, "This needs more work than one request may ask for: ask for less.");
        conn->last_code = code;
        if (code_breaks_transaction(code) && !conn->broken_code)
                conn->broken_code = code;
        if (log_enabled(LOG_LEVEL_DEBUG))
                log_event(LOG_LEVEL_DEBUG, "sqlite", "code=%d message=\"%s\"", code, sqlite3_errmsg(conn->handle));
        if (code_is_disk_full(conn, code))
                return err_set(err, RC_UNAVAILABLE, "The disk is full: free some space and try again.");
        switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
                return constraint_error(code, err);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
                return err_set(err, RC_AGAIN, "The database is busy with another program: try again.");
        case SQLITE_NOMEM:
                return err_set(err, RC_UNAVAILABLE, "The server is out of memory: try again later.");
        case SQLITE_INTERRUPT:
                return err_set(err, RC_UNAVAILABLE, "The server is stopping: try again later.");
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
                return err_set(err, RC_UNAVAILABLE, "The database cannot be written: check the permissions of its files.");
        case SQLITE_CANTOPEN:
                return err_set(err, RC_IO, "The database cannot be opened: check its path and permissions.");
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return err_set(err, RC_CORRUPT, "The database file is damaged: restore it from a backup.");
        case SQLITE_TOOBIG:
                return err_set(err, RC_TOO_LARGE, "A value is too large to be stored: send less.");
        case SQLITE_IOERR:
                return err_set(err, RC_IO, "The disk failed to read or write the database: check the disk and restart.");
        default:
                return err_set(err, RC_INTERNAL, "a database statement failed: %s", sqlite3_errmsg(conn->handle));
        }
}

/* ---- control ------------------------------------------------------------------------ */

enum rc conn_control(struct db_conn *conn, const char *sql, struct err *err)
{
        struct db_stmt *stmt = NULL;
        enum rc rc = db_prepare(conn, sql, &stmt, err);

        return rc ? rc : db_run(&stmt, err);
}

enum rc conn_script(struct db_conn *conn, const char *sql, struct err *err)
{
        int code = sqlite3_exec(conn->handle, sql, NULL, NULL, NULL);

        return code == SQLITE_OK ? RC_OK : conn_error(conn, code, err);
}

/* ---- limits ------------------------------------------------------------------------- */

#define LOOK_EVERY 20000 /* instructions of SQLite's machine: less than a millisecond */

static uint64_t thread_cpu_us(void)
{
        struct timespec used;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

static int look_at_limit(void *payload)
{
        struct db_conn *conn = payload;

        if (thread_cpu_us() >= conn->cpu_end_us)
                conn->over_limit = true;
        return conn->over_limit;
}

void db_limit_cpu(struct db_conn *conn, unsigned limit_ms)
{
        bool limited = conn->cpu_end_us != 0;

        conn->over_limit = false;
        conn->cpu_end_us = limit_ms ? thread_cpu_us() + (uint64_t)limit_ms * 1000 : 0;
        if (limit_ms)
                sqlite3_progress_handler(conn->handle, LOOK_EVERY, look_at_limit, conn);
        else if (limited)
                sqlite3_progress_handler(conn->handle, 0, NULL, NULL);
}

/* ---- opening ------------------------------------------------------------------------ */

static int on_wal_commit(void *payload, sqlite3 *handle UNUSED, const char *name UNUSED, int pages)
{
        struct db_conn *conn = payload;

        atomic_store(&conn->wal_pages, pages < 0 ? 0 : (unsigned)pages);
        return SQLITE_OK;
}

static void set_up_library(void)
{
        /* The counters behind sqlite3_memory_used() cost one global mutex per allocation. */
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        sqlite3_initialize();
}

/* SQLite creates files with the umask's mode; ours hold secrets. -wal and -shm copy this mode. */
static enum rc create_private(const char *path, struct err *err)
{
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (fd < 0)
                return err_set_errno(err, RC_IO, "The database file '%s' cannot be opened", path);
        close(fd);
        return RC_OK;
}

static void harden(sqlite3 *handle)
{
        sqlite3_extended_result_codes(handle, 1);
        sqlite3_busy_timeout(handle, DB_BUSY_MS);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, 128, 256);
}

static enum rc require_wal(struct db_conn *conn, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        bool row = false;
        enum rc rc = db_prepare(conn, "PRAGMA journal_mode=WAL", &stmt, err);

        if (rc)
                return rc;
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        if (!row || !str_eq_c(db_column_str(stmt, 0), "wal"))
                return err_set(err, RC_IO, "The database's file system has no shared memory: use a local disk.");
        return RC_OK;
}

static enum rc configure(struct db_conn *conn, enum conn_kind kind, size_t cache_bytes, struct err *err)
{
        char sql[256];
        enum rc rc;

        /* The page size and auto_vacuum take effect only on a file that is still empty, and before WAL. */
        snprintf(sql, sizeof(sql),
                 "PRAGMA page_size=%d; %sPRAGMA cache_size=-%zu; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
                 "PRAGMA secure_delete=OFF; PRAGMA mmap_size=0;",
                 PAGE_BYTES, conn->db->shrinks && kind == CONN_WRITER ? "PRAGMA auto_vacuum=INCREMENTAL; " : "",
                 cache_bytes / 1024);
        rc = conn_script(conn, sql, err);
        if (rc)
                return rc;
        if (kind == CONN_READER)
                return RC_OK;
        rc = require_wal(conn, err);
        if (rc)
                return rc;
        snprintf(sql, sizeof(sql), "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=%d;", WAL_KEEP_BYTES);
        rc = conn_script(conn, sql, err);
        if (rc)
                return rc;
        sqlite3_wal_hook(conn->handle, on_wal_commit, conn); /* in place of the automatic checkpoint */
        return RC_OK;
}

static size_t cache_bytes(const struct db *db, enum conn_kind kind)
{
        switch (kind) {
        case CONN_WRITER:
                return db->writer_cache_bytes;
        case CONN_READER:
                return db->reader_cache_bytes;
        default:
                return KEEPER_CACHE_BYTES;
        }
}

enum rc conn_open(struct db *db, enum conn_kind kind, struct db_conn **ret_conn, struct err *err)
{
        static pthread_once_t once = PTHREAD_ONCE_INIT;
        int flags = SQLITE_OPEN_NOMUTEX | (kind == CONN_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
        struct db_conn *conn;
        enum rc rc;
        int code;

        pthread_once(&once, set_up_library);
        if (kind == CONN_WRITER) {
                rc = create_private(db->path, err);
                if (rc)
                        return rc;
        }
        conn = db_must_alloc(1, sizeof(*conn));
        conn->db = db;
        memo_start(conn, kind == CONN_READER ? db->memo_bytes : 0);
        code = sqlite3_open_v2(db->path, &conn->handle, flags, NULL);
        if (code == SQLITE_OK)
                code = db_add_regexp(conn->handle);
        if (code != SQLITE_OK) {
                rc = conn_error(conn, code, err);
        } else {
                harden(conn->handle);
                rc = configure(conn, kind, cache_bytes(db, kind), err);
        }
        if (rc) {
                conn_close(conn);
                return rc;
        }
        *ret_conn = conn;
        return RC_OK;
}

struct db_conn *conn_close(struct db_conn *conn)
{
        if (!conn)
                return NULL;
        stmt_cache_done(conn);
        memo_done(conn);
        sqlite3_close(conn->handle);
        free(conn);
        return NULL;
}
