/*
 * db/checkpoint.c - moving pages from the log to the database file, beside the writer.
 *
 * The log (WAL) grows with every commit, and what it holds must some time go to its place in the
 * database file: random writes and a trip to the disk, tens of milliseconds for a large file. No
 * commit waits for that. A thread of its own, with a connection of its own, copies while the
 * writer goes on, again and again until little is left; that rest the writer copies itself between two
 * commits, and then the log starts over with the next one. The writer decides when (checkpoint_when_due,
 * after each batch) and has answered its callers before.
 *
 * SQLite syncs the database file only with a checkpoint that reaches the log's end. The thread's
 * do not while commits go on, so it syncs by itself, or the writer would have all of that to wait for.
 *
 * A log can start over only when nobody reads from it. Readers that began after the copying was
 * done read from the database file and do not matter, nor do those who wait for the writer
 * (db_read_pause); the others are given a moment, and more of one when the log has become long.
 *
 * One checkpoint at a time: `running` is held by whoever makes one. Thread and connection are
 * made when they are first needed: a database that is hardly written has neither.
 */
#include "db/internal.h"

#define LOG_BYTES_DUE (32u << 20)     /* so long a log is copied */
#define LOG_BYTES_LONG (64u << 20)    /* readers are waited for */
#define LOG_BYTES_REST (2u << 20)     /* so much the writer copies itself */
#define LOT_PAGES 64u                 /* that the thread writes between two syncs */
#define PASSES_MAX 6
#define READERS_WAIT_MS 3
#define READERS_LONG_WAIT_MS 20

/* After a disk error the database accepts nothing more. */
static void note_failure(struct db_conn *conn, int code)
{
        if (code != SQLITE_OK && code_is_disk_error(conn, code))
                atomic_store(&conn->db->failed, true);
}

/* Copies as far as readers allow; mode: SQLite's. False: not even that, another process may be at it. */
static bool checkpoint(struct db_conn *conn, int mode, int wait_ms)
{
        int code;

        sqlite3_busy_timeout(conn->handle, wait_ms);
        code = sqlite3_wal_checkpoint_v2(conn->handle, NULL, mode, NULL, NULL);
        sqlite3_busy_timeout(conn->handle, DB_BUSY_MS);
        note_failure(conn, code);
        return code == SQLITE_OK;
}

/* ---- the thread ---- */

static sqlite3_file *database_file(struct db_conn *conn)
{
        sqlite3_file *file = NULL;
        int code = sqlite3_file_control(conn->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);

        return code == SQLITE_OK && file && file->pMethods ? file : NULL;
}

static void sync_database_file(struct db_conn *conn)
{
        sqlite3_file *file = database_file(conn);

        if (file)
                note_failure(conn, file->pMethods->xSync(file, SQLITE_SYNC_NORMAL));
}

/*
 * Commits sync the log while the thread's pages are on their way to the same disk, and a sync waits for what is before
 * it there: for thousands of pages some milliseconds. So they go in small lots, each synced before the next. SQLite
 * has no setting for that; here its file gets a method of ours in front of the one that writes.
 */
static _Thread_local struct checkpointer *own; /* of this thread, the only one that uses the keeper's connection */

static int write_in_lots(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
        int code = own->usual->xWrite(file, bytes, len, at);

        if (code != SQLITE_OK || ++own->lot_pages < LOT_PAGES)
                return code;
        own->lot_pages = 0;
        return own->usual->xSync(file, SQLITE_SYNC_NORMAL);
}

static void pace(struct checkpointer *keeper)
{
        sqlite3_file *file = database_file(keeper->conn);

        own = keeper;
        if (!file)
                return;
        keeper->usual = file->pMethods;
        keeper->paced = *keeper->usual;
        keeper->paced.xWrite = write_in_lots;
        file->pMethods = &keeper->paced;
}

/* Until the writer has written little since the last pass began. */
static void copy_beside_writer(struct checkpointer *keeper, struct writer *writer)
{
        for (int i = 0; i < PASSES_MAX && !atomic_load(&keeper->conn->db->failed); i++) {
                unsigned before = atomic_load(&writer->conn->wal_pages), now;

                if (i > 0 && before >= keeper->long_pages)
                        return; /* the writer waits */
                if (!checkpoint(keeper->conn, SQLITE_CHECKPOINT_PASSIVE, 0))
                        return;
                sync_database_file(keeper->conn);
                now = atomic_load(&writer->conn->wal_pages);
                if (now < before || now - before <= keeper->rest_pages)
                        return;
        }
}

static void *keeper_main(void *payload)
{
        struct db *db = payload;
        struct checkpointer *keeper = &db->checkpointer;

        if (conn_open(db, CONN_KEEPER, &keeper->conn, NULL))
                keeper->conn = NULL; /* out of descriptors, say: then the writer does it all */
        if (keeper->conn)
                pace(keeper);
        pthread_mutex_lock(&keeper->lock);
        while (!keeper->stopping) {
                if (!keeper->wanted) {
                        pthread_cond_wait(&keeper->wake, &keeper->lock);
                        continue;
                }
                pthread_mutex_unlock(&keeper->lock);
                if (keeper->conn) {
                        pthread_mutex_lock(&keeper->running);
                        copy_beside_writer(keeper, &db->writer);
                        pthread_mutex_unlock(&keeper->running);
                }
                pthread_mutex_lock(&keeper->lock);
                keeper->wanted = false;
                keeper->copied = true;
        }
        pthread_mutex_unlock(&keeper->lock);
        keeper->conn = conn_close(keeper->conn);
        return NULL;
}

/* False: there is no thread, and none can be had. */
static bool ask_keeper(struct db *db)
{
        struct checkpointer *keeper = &db->checkpointer;

        if (!keeper->started)
                keeper->started = pthread_create(&keeper->thread, NULL, keeper_main, db) == 0;
        if (!keeper->started)
                return false;
        pthread_mutex_lock(&keeper->lock);
        keeper->wanted = true;
        keeper->copied = false;
        pthread_mutex_unlock(&keeper->lock);
        pthread_cond_signal(&keeper->wake);
        return true;
}

/* ---- in the writer's thread ---- */

/* What is left after the thread's passes; then the log may start over. */
static void finish(struct db *db, unsigned pages)
{
        struct checkpointer *keeper = &db->checkpointer;
        bool is_long = pages >= keeper->long_pages;

        pthread_mutex_lock(&keeper->running);
        (void)checkpoint(db->writer.conn, SQLITE_CHECKPOINT_RESTART, is_long ? READERS_LONG_WAIT_MS : READERS_WAIT_MS);
        pthread_mutex_unlock(&keeper->running);
        /* Readers may have been in the way. They may stay long: then it is tried less often. */
        keeper->due_pages = pages + (is_long ? keeper->first_pages / 4 : keeper->rest_pages);
}

void checkpoint_when_due(struct db *db)
{
        struct checkpointer *keeper = &db->checkpointer;
        unsigned pages = atomic_load(&db->writer.conn->wal_pages);
        bool wanted, copied;

        if (pages < keeper->seen_pages)
                keeper->due_pages = keeper->first_pages; /* the log has started over */
        keeper->seen_pages = pages;
        if (pages < keeper->due_pages)
                return;
        pthread_mutex_lock(&keeper->lock);
        wanted = keeper->wanted;
        copied = keeper->copied;
        keeper->copied = false;
        pthread_mutex_unlock(&keeper->lock);
        if (wanted && pages < keeper->long_pages)
                return;
        /* Who writes faster than the thread copies waits for it, or the log would grow without end. */
        if (wanted || copied || !ask_keeper(db))
                finish(db, pages);
}

void checkpoint_now(struct db *db)
{
        struct checkpointer *keeper = &db->checkpointer;

        pthread_mutex_lock(&keeper->running);
        (void)checkpoint(db->writer.conn, SQLITE_CHECKPOINT_TRUNCATE, READERS_LONG_WAIT_MS);
        pthread_mutex_unlock(&keeper->running);
}

/* ---- life cycle ---- */

void checkpointer_start(struct db *db, unsigned page_bytes)
{
        struct checkpointer *keeper = &db->checkpointer;

        keeper->first_pages = LOG_BYTES_DUE / page_bytes;
        keeper->long_pages = LOG_BYTES_LONG / page_bytes;
        keeper->rest_pages = LOG_BYTES_REST / page_bytes;
        keeper->due_pages = keeper->first_pages;
        pthread_mutex_init(&keeper->lock, NULL);
        pthread_mutex_init(&keeper->running, NULL);
        pthread_cond_init(&keeper->wake, NULL);
}

void checkpointer_stop(struct db *db)
{
        struct checkpointer *keeper = &db->checkpointer;

        if (!keeper->started)
                return;
        pthread_mutex_lock(&keeper->lock);
        keeper->stopping = true;
        pthread_mutex_unlock(&keeper->lock);
        pthread_cond_signal(&keeper->wake);
        pthread_join(keeper->thread, NULL);
        keeper->started = false;
}
