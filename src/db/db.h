/*
 * db/db.h - one SQL face over the engines.
 *
 * SQL text is written once, with $1..$n placeholders, in the subset that SQLite and
 * PostgreSQL share; what differs lives in this room. Engine today: SQLite (db/sqlite.c);
 * the interface is engine-neutral so that db/postgres.c can stand beside it.
 *
 * A struct db is a database with one WRITER thread and a pool of reader connections.
 *
 *  - Reading: db_read_begin() borrows a connection; its first statement (with memo_bytes,
 *    db_read_begin() itself) takes a snapshot, and everything is seen as it was then until db_read_end() gives the connection back.
 *    Any worker thread; a thread holds one at a time (when all are out, callers wait up to
 *    reader_wait_ms and then get RC_AGAIN). Set readers_max to the number of threads that hold
 *    one across a db_write(): those who wait for a connection cannot join a batch.
 *  - Writing: db_write() hands a function to the writer thread. The writer takes every
 *    function that is queued, runs each inside a savepoint of ONE transaction, commits
 *    once (durably), and then wakes all callers: group commit. A function that returns an
 *    error has its savepoint rolled back and its caller gets that error; the others are
 *    not affected. When the commit itself fails every caller of the batch gets the error;
 *    after an fsync or I/O error the database refuses further writes (db_failed()) and
 *    the process is expected to stop and recover; fsync is never retried.
 *    The function may run on another thread than its caller, and must not block on
 *    anything but the connection it is given. It must be quick: heavy work (hashing,
 *    parsing, files) is done before.
 *
 * Statements: db_prepare() finds the prepared statement for a constant SQL text in the
 * connection's cache (keyed by the text's address, then by its bytes), reset and with all
 * parameters NULL; on readers with memo_bytes a SELECT may be answered from what the same one
 * said before, as long as nobody has written since: it must not use random() or the time.
 * The same text must not be in use twice at once on one connection (a
 * nested use gets a fresh statement). db_stmt_end() resets it. Values read from a row
 * (db_column_str) are valid until the next db_step/db_stmt_end; copy into an arena to keep.
 *
 * Errors, besides those named below: RC_UNAVAILABLE (disk full, or the database has
 * failed), RC_AGAIN (another process kept the database locked for 15 seconds), RC_IO,
 * RC_CORRUPT, RC_INTERNAL (SQL that does not compile). Messages of RC_INTERNAL carry the
 * engine's words and are for the log.
 *
 * Thread rule: struct db: any thread. struct db_conn, struct db_stmt: the thread that got
 * them.
 */
#ifndef VITRINE_DB_DB_H
#define VITRINE_DB_DB_H

#include "base/arena.h"

struct db;
struct db_conn;
struct db_stmt;

struct db_config {
        const char *path;         /* SQLite: file name; ":memory:" is not supported (two connections) */
        unsigned readers_max;     /* 0: 2 x cores, at most 8; opened on demand */
        unsigned reader_wait_ms;  /* how long db_read_begin waits when all are out; 0: 10 s */
        size_t cache_bytes;       /* page cache per connection; 0: 1 MiB readers, 8 MiB writer */
        size_t reader_cache_bytes; /* of readers, if another than cache_bytes */
        size_t memo_bytes;        /* what a reader may remember of results while nothing is written; 0: nothing */
        size_t kept_bytes;        /* of db_keep(), all readers together; 0: nothing. Needs memo_bytes */
        unsigned batch_max;       /* writes per commit at most; 0: 256 */
        bool shrinks;             /* a new file keeps what db_shrink() needs; an existing one stays as it is */
};

MUST_USE enum rc db_open(const struct db_config *config, struct db **ret_db, struct err *err);
/* Finishes queued writes, checkpoints, closes. Accepts NULL. */
void db_close(struct db *db);
/* True after a failed commit or I/O error: nothing more is accepted, the process should stop. */
bool db_failed(const struct db *db);
/*
 * Gives free pages back to the file system, at most max_pages in one transaction, and empties the log as far
 * as readers allow; *ret_left: free pages that are left. Does nothing in a file that was not made to shrink.
 */
MUST_USE enum rc db_shrink(struct db *db, unsigned max_pages, uint64_t *ret_left, struct err *err);
/* Reads the whole file and checks its structure (slow on large ones): RC_CORRUPT with what was found. */
MUST_USE enum rc db_quick_check(struct db *db, struct err *err);

/* ---- migrations -------------------------------------------------------------------- */

struct db_migration {
        unsigned number;      /* 1, 2, 3... without gaps */
        const char *name;
        const char *sql;      /* several statements */
};
/*
 * Applies what is missing, in order, each in one transaction, recording number, name and
 * checksum in schema_migration. RC_CONFLICT when the database is newer than the program or a
 * recorded checksum differs.
 */
MUST_USE enum rc db_migrate(struct db *db, const struct db_migration *list, size_t count, struct err *err);

/* ---- reading and writing ------------------------------------------------------------ */

MUST_USE enum rc db_read_begin(struct db *db, struct db_conn **ret_conn, struct err *err);
/* Closes the snapshot and opens a fresh one on the same connection (after a write of ours). */
MUST_USE enum rc db_read_refresh(struct db_conn *conn, struct err *err);
/*
 * Closes the snapshot and keeps the connection; db_read_refresh() has to follow before the next statement. For
 * those who wait for db_write() meanwhile: the log can start over only when nobody reads from it.
 */
MUST_USE enum rc db_read_pause(struct db_conn *conn, struct err *err);
void db_read_end(struct db_conn **conn); /* for _cleanup_; accepts a NULL conn */
/*
 * From now on the statements of this connection may use so much of this thread's processor time, all together;
 * then db_step() answers RC_TOO_MANY, and the connection is as good as before. 0, and db_read_end(), lift the limit.
 * Not time of the clock: what is refused must not depend on what else the machine does.
 */
void db_limit_cpu(struct db_conn *conn, unsigned limit_ms);

typedef enum rc (*db_write_fn)(struct db_conn *conn, void *payload, struct err *err);
/* Blocks until the batch that holds it is durable. Must not be called from a db_write_fn. */
MUST_USE enum rc db_write(struct db *db, db_write_fn fn, void *payload, struct err *err);

/* ---- statements ---------------------------------------------------------------------- */

MUST_USE enum rc db_prepare(struct db_conn *conn, const char *sql, struct db_stmt **ret_stmt, struct err *err);
void db_stmt_end(struct db_stmt **stmt); /* for _cleanup_; accepts NULL */

/* Index: the n of "$n", which the text must have. Bound bytes are copied. Absent str binds NULL. */
void db_bind_i64(struct db_stmt *stmt, int index, int64_t value);
void db_bind_f64(struct db_stmt *stmt, int index, double value);
void db_bind_str(struct db_stmt *stmt, int index, struct str value);   /* text */
void db_bind_blob(struct db_stmt *stmt, int index, struct str value);  /* bytes; absent binds NULL */
void db_bind_null(struct db_stmt *stmt, int index);
/* 0 binds NULL: for optional references to rows. */
void db_bind_id(struct db_stmt *stmt, int index, int64_t id);

/* RC_OK with *ret_row true (a row is there) or false (done). UNIQUE violation: RC_EXISTS; other constraint: RC_CONFLICT. */
MUST_USE enum rc db_step(struct db_stmt *stmt, bool *ret_row, struct err *err);
/* Runs a statement that returns no rows (or whose rows do not matter), then ends it. */
MUST_USE enum rc db_run(struct db_stmt **stmt, struct err *err);

/* Column from 0. NULL reads as 0 or absent. */
int64_t db_column_i64(struct db_stmt *stmt, int column);
double db_column_f64(struct db_stmt *stmt, int column);
struct str db_column_str(struct db_stmt *stmt, int column);
bool db_column_is_null(struct db_stmt *stmt, int column);

/* Row id made by the last INSERT on this connection. */
int64_t db_last_id(struct db_conn *conn);
/* Rows touched by the last INSERT, UPDATE or DELETE. */
int64_t db_changes(struct db_conn *conn);
/* How many results the connection has given from memory (db_config.memo_bytes). */
uint64_t db_remembered(const struct db_conn *conn);

/*
 * What a caller has made of nothing but what it read on this connection, its own arguments and constants - no
 * clock, no chance, nothing written: db_keep() notes it under a digest of those arguments, if nothing is being written, and
 * db_recall() finds it as long as nobody has written since, for two minutes at most. What it answers is
 * valid until the connection's next db_read_refresh() or db_read_end(); false: nothing is kept.
 */
#define DB_KEEP_KEY_BYTES 32
void db_keep(struct db_conn *conn, const uint8_t key[DB_KEEP_KEY_BYTES], struct str bytes);
bool db_recall(struct db_conn *conn, const uint8_t key[DB_KEEP_KEY_BYTES], struct str *ret);
/* Printable plan of a statement, for tests and docs ("EXPLAIN QUERY PLAN"). */
MUST_USE enum rc db_explain(struct db_conn *conn, const char *sql, struct arena *arena, struct str *ret_plan,
                            struct err *err);

#endif
