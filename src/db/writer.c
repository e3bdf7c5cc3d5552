/*
 * db/writer.c - the writer thread: group commit.
 *
 * A durable commit costs one trip to the disk whatever is in it. So callers do not write
 * themselves: they queue a function and sleep, and one thread takes everything that is
 * queued, runs it inside one transaction, commits once, and wakes them all. While the disk
 * works on one commit the next batch gathers by itself; nobody waits for a timer.
 *
 * Isolation within a batch: each function runs in a savepoint, so a failing one leaves
 * nothing and disturbs nobody. A batch of one needs no savepoint: the transaction is its
 * savepoint. Errors that may have cost SQLite the whole transaction (a full disk, an I/O
 * error) roll back the whole batch, and all of its callers hear it.
 *
 * fsync: after a failed fsync the kernel may have dropped the very pages it could not
 * write and marked them clean; asking again would "succeed". So there is no second try:
 * the database is marked failed, accepts nothing more, and the process is expected to
 * stop and recover from the log at its next start.
 *
 * Checkpoints (moving pages from the log to the database file) are thought of after the callers
 * have been answered (checkpoint.c), so that no commit waits for one.
 *
 * Waiting: each caller sleeps on a semaphore of its own, so a commit wakes exactly those
 * whom it answers.
 */
#include "base/pool.h"
#include "db/internal.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>

struct write_job {
        struct write_job *next;
        db_write_fn fn;
        void *payload;
        struct err *err;
        enum rc rc;
        sem_t answered;
};

static enum rc refuse(struct err *err)
{
        return err_set(err, RC_UNAVAILABLE,
                       "The database stopped accepting changes after a disk error: check the disk and restart the server.");
}

/* ---- one batch ---------------------------------------------------------------------- */

/* A lock held by another process (an operator's command) is waited for, within bounds. */
static enum rc begin_batch(struct db_conn *conn, struct err *err)
{
        enum rc rc = RC_AGAIN;

        for (int i = 0; rc == RC_AGAIN && i < DB_BUSY_TRIES; i++)
                rc = conn_control(conn, "BEGIN IMMEDIATE", err);
        return rc;
}

static void roll_back(struct db_conn *conn)
{
        /* SQLite may have rolled back on its own; and a rollback that fails still leaves nothing committed. */
        if (!sqlite3_get_autocommit(conn->handle) && conn_control(conn, "ROLLBACK", NULL))
                atomic_store(&conn->db->failed, true);
}

static enum rc run_job(struct db_conn *conn, struct write_job *job)
{
        enum rc rc = job->fn(conn, job->payload, job->err);

        assert(conn->busy_stmts == 0); /* a write function must end its statements */
        return rc;
}

/* The error that all callers of a batch get; each its own copy. */
static void fail_batch(struct db_conn *conn, struct write_job *jobs, const struct err *why)
{
        if (code_is_disk_error(conn, conn->last_code))
                atomic_store(&conn->db->failed, true);
        roll_back(conn);
        for (struct write_job *job = jobs; job; job = job->next) {
                job->rc = why->rc;
                if (job->err)
                        *job->err = *why;
        }
}

/* RC_OK also when the job itself failed and was undone; an error means the transaction is lost. */
static enum rc run_in_savepoint(struct db_conn *conn, struct write_job *job, struct err *why)
{
        enum rc rc = conn_control(conn, "SAVEPOINT job", why);

        if (rc)
                return rc;
        job->rc = run_job(conn, job);
        if (conn->broken_code)
                return conn_error(conn, conn->broken_code, why);
        if (job->rc) {
                rc = conn_control(conn, "ROLLBACK TO job", why);
                if (rc)
                        return rc;
        }
        return conn_control(conn, "RELEASE job", why);
}

static void run_batch(struct db_conn *conn, struct write_job *jobs)
{
        struct err why = { 0 };
        enum rc rc;

        conn->broken_code = SQLITE_OK;
        conn->last_code = SQLITE_OK;
        rc = begin_batch(conn, &why);
        if (rc == RC_OK && !jobs->next) {
                jobs->rc = run_job(conn, jobs);
                if (conn->broken_code) {
                        rc = conn_error(conn, conn->broken_code, &why);
                } else if (jobs->rc) {
                        roll_back(conn);
                        return;
                }
        } else {
                for (struct write_job *job = jobs; rc == RC_OK && job; job = job->next)
                        rc = run_in_savepoint(conn, job, &why);
        }
        if (rc == RC_OK)
                rc = conn_control(conn, "COMMIT", &why);
        if (rc)
                fail_batch(conn, jobs, &why);
}

/* ---- the thread --------------------------------------------------------------------- */

static void answer(struct write_job *jobs)
{
        while (jobs) {
                struct write_job *job = jobs;

                jobs = job->next; /* the job is gone as soon as its caller wakes */
                sem_post(&job->answered);
        }
}

/* Up to batch_max jobs in the order they came; NULL when there is nothing more and never will be. */
static struct write_job *take_batch(struct writer *writer)
{
        struct write_job *first, *last;

        pthread_mutex_lock(&writer->lock);
        while (!writer->head && !writer->stopping)
                pthread_cond_wait(&writer->wake, &writer->lock);
        first = writer->head;
        last = first;
        for (unsigned i = 1; last && last->next && i < writer->batch_max; i++)
                last = last->next;
        if (last) {
                writer->head = last->next;
                last->next = NULL;
        }
        if (!writer->head)
                writer->tail = NULL;
        pthread_mutex_unlock(&writer->lock);
        return first;
}

static void *writer_main(void *payload)
{
        struct db *db = payload;
        struct write_job *jobs;

        while ((jobs = take_batch(&db->writer)) != NULL) {
                if (atomic_load(&db->failed)) {
                        for (struct write_job *job = jobs; job; job = job->next)
                                job->rc = refuse(job->err);
                } else {
                        run_batch(db->writer.conn, jobs);
                }
                if (db->writer.truncate && !atomic_load(&db->failed))
                        checkpoint_now(db);
                db->writer.truncate = false;
                answer(jobs);
                if (!atomic_load(&db->failed))
                        checkpoint_when_due(db);
        }
        return NULL;
}

enum rc db_write(struct db *db, db_write_fn fn, void *payload, struct err *err)
{
        struct writer *writer = &db->writer;
        struct write_job job = { .fn = fn, .payload = payload, .err = err };
        bool idle;

        assert(!pthread_equal(pthread_self(), writer->thread)); /* would wait for itself */
        if (atomic_load(&db->failed))
                return refuse(err);
        sem_init(&job.answered, 0, 0);
        pthread_mutex_lock(&writer->lock);
        assert(!writer->stopping);
        idle = !writer->head;
        if (idle)
                writer->head = &job;
        else
                writer->tail->next = &job;
        writer->tail = &job;
        pthread_mutex_unlock(&writer->lock);
        if (idle)
                pthread_cond_signal(&writer->wake);
        pool_wait_begin();
        while (sem_wait(&job.answered) < 0 && errno == EINTR)
                ;
        pool_wait_end();
        sem_destroy(&job.answered);
        return job.rc;
}

/* ---- shrinking ---------------------------------------------------------------------- */

struct shrink {
        unsigned max_pages;
        uint64_t left;
};

static enum rc shrink_in_writer(struct db_conn *conn, void *payload, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct shrink *shrink = payload;
        char sql[64];
        bool row = false;
        enum rc rc;

        snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%u)", shrink->max_pages);
        rc = conn_script(conn, sql, err);
        if (!rc)
                rc = db_prepare(conn, "PRAGMA freelist_count", &stmt, err);
        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        shrink->left = row ? (uint64_t)db_column_i64(stmt, 0) : 0;
        conn->db->writer.truncate = true;
        return RC_OK;
}

enum rc db_shrink(struct db *db, unsigned max_pages, uint64_t *ret_left, struct err *err)
{
        struct shrink shrink = { .max_pages = max_pages };
        enum rc rc;

        *ret_left = 0;
        if (!db->shrinks)
                return RC_OK;
        rc = db_write(db, shrink_in_writer, &shrink, err);
        if (!rc)
                *ret_left = shrink.left;
        return rc;
}

/* ---- life cycle --------------------------------------------------------------------- */

static unsigned page_bytes(struct db_conn *conn)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        bool row = false;

        if (db_prepare(conn, "PRAGMA page_size", &stmt, NULL) || db_step(stmt, &row, NULL) || !row)
                return 4096;
        return (unsigned)db_column_i64(stmt, 0);
}

enum rc writer_start(struct db *db, unsigned batch_max, struct err *err)
{
        struct writer *writer = &db->writer;
        enum rc rc;
        int code;

        rc = conn_open(db, CONN_WRITER, &writer->conn, err);
        if (rc)
                return rc;
        checkpointer_start(db, page_bytes(writer->conn));
        writer->batch_max = batch_max;
        pthread_mutex_init(&writer->lock, NULL);
        pthread_cond_init(&writer->wake, NULL);
        code = pthread_create(&writer->thread, NULL, writer_main, db);
        if (code) {
                errno = code;
                return err_set_errno(err, RC_UNAVAILABLE, "The database's writer thread cannot be started");
        }
        writer->started = true;
        return RC_OK;
}

void writer_stop(struct db *db)
{
        struct writer *writer = &db->writer;

        if (writer->started) {
                pthread_mutex_lock(&writer->lock);
                writer->stopping = true;
                pthread_mutex_unlock(&writer->lock);
                pthread_cond_signal(&writer->wake);
                pthread_join(writer->thread, NULL);
        }
        checkpointer_stop(db);
        if (writer->conn && atomic_load(&db->failed)) {
                /* The log is the truth now; the next start recovers from what the disk really holds. */
                sqlite3_db_config(writer->conn->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        } else if (writer->conn) {
                /*
                 * Another process may be reading: then the log stays, and costs nothing but its size. Waiting for
                 * that reader would hold the lock that it, perhaps, waits for in order to write.
                 */
                sqlite3_busy_timeout(writer->conn->handle, 0);
                sqlite3_wal_checkpoint_v2(writer->conn->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
                sqlite3_wal_checkpoint_v2(writer->conn->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        }
        writer->conn = conn_close(writer->conn);
}
