/*
 * db/internal.h - what the files of this room share; nobody else includes it.
 *
 * sqlite.c   opens connections, runs control statements, turns SQLite's codes into ours
 * regexp.c   the operator REGEXP
 * stmt.c     prepared statements: binding, stepping, columns; stmt_cache.c keeps them
 * writer.c   the writer thread and its queue (group commit)
 * checkpoint.c  moves the log into the database file, beside the writer
 * readers.c  the pool of reader connections
 * memo.c     results that a reader remembers while the database does not change
 * migrate.c  schema migrations
 * open.c     db_open, db_close and the helpers over a whole database
 */
#ifndef VITRINE_DB_INTERNAL_H
#define VITRINE_DB_INTERNAL_H

#include "base/buf.h"
#include "db/db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#define DB_STMT_HINTS 256u   /* direct-mapped: text address -> statement */
#define DB_STMT_BUCKETS 256u /* hash of the text's bytes -> statements */
#define DB_STMT_CACHE_MAX 384u
#define DB_BUSY_MS 5000      /* one wait for another process's lock ... */
#define DB_BUSY_TRIES 3      /* ... and how many of them before a write gives up */

/* Where a statement that was handed out gets its rows from. */
enum stmt_mode {
        STMT_BINDING, /* not known yet: values are noted in `key` until the first step */
        STMT_DIRECT,  /* SQLite */
        STMT_REPLAY,  /* what was remembered */
};

struct memo_cell {
        int type;           /* SQLITE_INTEGER... */
        union {
                int64_t integer;
                double real;
                struct {
                        size_t at, len; /* in the result's bytes */
                };
        };
};

struct memo_result {
        struct memo_result *next;
        const struct db_stmt *stmt;
        uint64_t hash;
        const char *key;    /* bound values, as db_stmt.key */
        size_t key_len;
        size_t columns, rows;
        bool complete;      /* there are no more rows than these */
        const struct memo_cell *cells;
        const char *bytes;
        size_t bytes_len;
        uint64_t made_ms;   /* of what callers keep */
};

struct memo_generation {
        struct arena arena;
        struct memo_result **buckets; /* NULL: nothing is remembered */
};

struct memo {
        size_t bytes_max;   /* 0: remembers nothing */
        int64_t version;    /* SQLite's data_version of what is remembered */
        bool is_quiet;      /* nothing was written since the connection's use before this one */
        bool is_stale;      /* a statement has gone since */
        bool is_second;     /* the snapshot is not the first since db_read_begin(): what is made may be of several */
        uint64_t found;     /* results given out again */
        struct memo_generation young, old;   /* results of statements */
        struct memo_generation young_kept, old_kept; /* what callers made of them: db_keep() */
};

struct db_stmt {
        sqlite3_stmt *handle;
        struct db_conn *conn;
        int *slots;         /* slots[n]: SQLite's index of "$n", 0 when the text has no $n */
        int slot_max;       /* the largest n */
        int bind_code;      /* the first SQLite code that a bind returned; reported by db_step */
        bool busy;          /* handed out */
        bool cached;        /* else finalized by db_stmt_end */
        uint64_t hash;
        struct db_stmt *bucket_next;
        struct db_stmt *newer, *older; /* by last use */

        enum stmt_mode mode;
        bool is_select;     /* its result may be remembered */
        bool reads_otherwise; /* a column is read as another type than it has: not remembered */
        bool recording;
        bool used_handle;   /* SQLite has values or a position of it: reset at the end */
        struct buf key;     /* bound values */
        struct buf recorded_cells, recorded_bytes;
        size_t recorded_rows;
        const struct memo_result *result; /* STMT_REPLAY */
        size_t row;         /* rows given out of it */
};

struct stmt_hint {
        const char *sql;
        struct db_stmt *stmt;
};

struct db_conn {
        sqlite3 *handle;
        struct db *db;
        struct db_conn *next_free; /* in the readers' list */
        int last_code;      /* SQLite's extended code of the last failure */
        uint64_t cpu_end_us; /* of this thread's processor time: where db_limit_cpu() ends; 0: nowhere */
        bool over_limit;    /* a statement was stopped there */
        int broken_code;    /* set when the whole transaction can no longer be trusted */
        unsigned busy_stmts;
        atomic_uint wal_pages; /* writer: pages in the WAL after the last commit; the checkpointer looks, too */

        struct memo memo;
        struct stmt_hint hints[DB_STMT_HINTS];
        struct db_stmt *buckets[DB_STMT_BUCKETS];
        struct db_stmt *newest, *oldest;
        unsigned cached_stmts;
};

struct write_job;

struct writer {
        struct db_conn *conn;
        pthread_t thread;
        bool started;
        pthread_mutex_t lock; /* guards head, tail, stopping */
        pthread_cond_t wake;
        struct write_job *head, *tail;
        bool stopping;
        unsigned batch_max;
        bool truncate;          /* set by a job: empty the log before its caller is answered */
};

struct checkpointer {
        struct db_conn *conn; /* the thread's own; NULL: it could not be opened */
        pthread_t thread;
        pthread_mutex_t running; /* held by whoever makes a checkpoint */
        pthread_mutex_t lock; /* guards wanted, copied, stopping */
        pthread_cond_t wake;
        bool wanted, copied, stopping; /* by the thread: shall copy; has copied */
        /* The thread's, too: what stands in front of the methods of its file. */
        const sqlite3_io_methods *usual;
        sqlite3_io_methods paced;
        unsigned lot_pages;   /* written since the last sync */
        /* The writer's. */
        bool started;
        unsigned first_pages; /* so long a log is to be copied ... */
        unsigned long_pages;  /* ... with so long a one readers are waited for ... */
        unsigned rest_pages;  /* ... and so much of it the writer copies itself */
        unsigned due_pages;   /* the length at which something is to be done next */
        unsigned seen_pages;  /* the length when it was last looked at */
};

struct readers {
        pthread_mutex_t lock; /* guards free, opened, waiting */
        pthread_cond_t returned;
        struct db_conn *free; /* LIFO: the warmest connection goes out first */
        unsigned opened;
        unsigned max;
        unsigned wait_ms;
};

struct db {
        char *path;
        size_t reader_cache_bytes;
        size_t writer_cache_bytes;
        size_t memo_bytes, kept_bytes;
        atomic_size_t kept_used; /* of kept_bytes, by all readers */
        atomic_bool failed;
        bool shrinks;
        struct writer writer;
        struct checkpointer checkpointer;
        struct readers readers;
};

enum conn_kind { CONN_WRITER, CONN_READER, CONN_KEEPER /* the checkpointer's */ };

/* sqlite.c */
MUST_USE enum rc conn_open(struct db *db, enum conn_kind kind, struct db_conn **ret_conn, struct err *err);
struct db_conn *conn_close(struct db_conn *conn); /* accepts NULL, returns NULL */
/* The operator REGEXP; answers an SQLite code. */
int db_add_regexp(sqlite3 *handle);
/* Turns SQLite's code into ours, remembers it on the connection and fills err. */
enum rc conn_error(struct db_conn *conn, int code, struct err *err);
/* One control statement without parameters or rows ("BEGIN", "COMMIT", ...). */
MUST_USE enum rc conn_control(struct db_conn *conn, const char *sql, struct err *err);
/* Several statements in one text (migrations); not cached. */
MUST_USE enum rc conn_script(struct db_conn *conn, const char *sql, struct err *err);
bool code_is_disk_full(const struct db_conn *conn, int code);
bool code_is_disk_error(const struct db_conn *conn, int code);

/* stmt_cache.c */
/* NULL when it is not there; then *ret_hash is what a new one is to have. */
struct db_stmt *stmt_cache_find(struct db_conn *conn, const char *sql, uint64_t *ret_hash);
void stmt_cache_add(struct db_conn *conn, struct db_stmt *stmt, const char *sql);
void stmt_cache_used(struct db_conn *conn, struct db_stmt *stmt);
void stmt_cache_done(struct db_conn *conn);
void stmt_free(struct db_stmt *stmt); /* one that is not in the cache */

/* memo.c */
void memo_start(struct db_conn *conn, size_t bytes_max);
void memo_done(struct db_conn *conn);
/* A statement goes, and another may get its address: nothing is found until the next memo_begin(). */
void memo_distrust(struct db_conn *conn);
/* Right behind BEGIN: forgets everything unless the database is as it was. */
MUST_USE enum rc memo_begin(struct db_conn *conn, struct err *err);
/* The result of the statement with the values in its key; NULL: not remembered. */
const struct memo_result *memo_find(const struct db_stmt *stmt);
int64_t memo_integer(const struct memo_result *result, const struct memo_cell *cell);
double memo_real(const struct memo_result *result, const struct memo_cell *cell);
struct str memo_text(struct memo *memo, const struct memo_result *result, const struct memo_cell *cell);
void memo_record_begin(struct db_stmt *stmt);
void memo_record_row(struct db_stmt *stmt);
void memo_record_end(struct db_stmt *stmt, bool complete);

/* writer.c */
MUST_USE enum rc writer_start(struct db *db, unsigned batch_max, struct err *err);
void writer_stop(struct db *db); /* runs what is queued first */

/* checkpoint.c */
void checkpointer_start(struct db *db, unsigned page_bytes);
void checkpointer_stop(struct db *db); /* after the writer's thread has ended */
/* After each batch, in the writer's thread. */
void checkpoint_when_due(struct db *db);
/* For db_shrink(): what was given back is in the log until a checkpoint shortens the file. */
void checkpoint_now(struct db *db);

/* readers.c */
void readers_start(struct db *db, unsigned max, unsigned wait_ms);
void readers_stop(struct db *db);

void *db_must_alloc(size_t count, size_t size); /* zeroed; aborts when memory is out */

#endif
