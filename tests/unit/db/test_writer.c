/*
 * Group commit: what is answered is there, what failed left nothing.
 */
#include "db_test.h"

#include "base/clock.h"
#include "db/internal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* Well below SQLite's own wait for a lock (5 s), well above a slow disk's megabyte. */
#define DB_STALL_MS 3000

static int set_up(void **state)
{
        struct scratch *scratch = calloc(1, sizeof(*scratch));

        scratch_make(scratch);
        *state = scratch;
        return 0;
}

static int tear_down(void **state)
{
        scratch_remove(*state);
        free(*state);
        return 0;
}

static void writer_write_is_seen_by_readers(void **state)
{
        struct db *db = test_open(*state);
        struct err err = { 0 };

        assert_ok(db_write(db, test_insert, NAME("one"), &err));
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 1);
        db_close(db);
        db = test_open(*state);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item WHERE name = 'one'"), 1);
        db_close(db);
}

static void writer_same_name_twice_exists(void **state)
{
        struct db *db = test_open(*state);
        struct err err = { 0 };

        assert_ok(db_write(db, test_insert, NAME("one"), &err));
        assert_int_equal(db_write(db, test_insert, NAME("one"), &err), RC_EXISTS);
        assert_int_equal(err.rc, RC_EXISTS);
        assert_true(err.msg[0] != '\0');
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 1);
        db_close(db);
}

/* Writes first, then finds out that it must not. */
static enum rc insert_then_refuse(struct db_conn *conn, void *name, struct err *err)
{
        enum rc rc = test_insert(conn, name, err);

        return rc ? rc : err_set(err, RC_DENIED, "refused");
}

static void writer_failing_function_leaves_nothing(void **state)
{
        struct db *db = test_open(*state);
        struct err err = { 0 };

        assert_int_equal(db_write(db, insert_then_refuse, NAME("one"), &err), RC_DENIED);
        assert_string_equal(err.msg, "refused");
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 0);
        assert_ok(db_write(db, test_insert, NAME("one"), &err));
        db_close(db);
}

/* ---- many callers at once ------------------------------------------------------------ */

enum { CALLERS = 32, ROUNDS = 60 };

struct caller {
        struct db *db;
        unsigned number;
        unsigned done, refused;
        pthread_t thread;
};

/* Every third write of a caller fails after its insert. */
static void *call(void *payload)
{
        struct caller *caller = payload;

        for (unsigned i = 0; i < ROUNDS; i++) {
                bool refuse = (i + caller->number) % 3 == 0;
                struct err err = { 0 };
                char name[64];
                enum rc rc;

                snprintf(name, sizeof(name), "%s-%u-%u", refuse ? "bad" : "good", caller->number, i);
                rc = db_write(caller->db, refuse ? insert_then_refuse : test_insert, name, &err);
                if (refuse && rc == RC_DENIED)
                        caller->refused++;
                else if (!refuse && rc == RC_OK)
                        caller->done++;
        }
        return NULL;
}

static void writer_failures_do_not_touch_their_batch(void **state)
{
        struct db *db = test_open(*state);
        struct caller callers[CALLERS] = { 0 };
        unsigned done = 0, refused = 0;

        for (unsigned i = 0; i < CALLERS; i++) {
                callers[i] = (struct caller){ .db = db, .number = i };
                assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
        }
        for (unsigned i = 0; i < CALLERS; i++) {
                pthread_join(callers[i].thread, NULL);
                done += callers[i].done;
                refused += callers[i].refused;
        }
        assert_int_equal(done + refused, CALLERS * ROUNDS);
        assert_int_equal(refused, CALLERS * ROUNDS / 3);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item WHERE name LIKE 'good%'"), done);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item WHERE name LIKE 'bad%'"), 0);
        db_close(db);
}

/* ---- batches made on purpose ---------------------------------------------------------- */

/* Keeps the writer busy until the test has queued the next batch. */
static atomic_bool at_gate, gate_open;

static enum rc wait_at_gate(struct db_conn *conn UNUSED, void *payload UNUSED, struct err *err UNUSED)
{
        atomic_store(&at_gate, true);
        while (!atomic_load(&gate_open))
                usleep(1000);
        return RC_OK;
}

struct one_write {
        struct db *db;
        db_write_fn fn;
        void *payload;
        enum rc rc;
        struct err err;
        pthread_t thread;
};

static void *write_one(void *payload)
{
        struct one_write *one = payload;

        one->rc = db_write(one->db, one->fn, one->payload, &one->err);
        return NULL;
}

static const struct write_job *last_queued(struct db *db)
{
        const struct write_job *last;

        pthread_mutex_lock(&db->writer.lock);
        last = db->writer.tail;
        pthread_mutex_unlock(&db->writer.lock);
        return last;
}

/* Runs all writes in one batch, in order. */
static void run_as_batch(struct db *db, struct one_write *list, size_t count)
{
        struct one_write gate = { .db = db, .fn = wait_at_gate };

        atomic_store(&at_gate, false);
        atomic_store(&gate_open, false);
        pthread_create(&gate.thread, NULL, write_one, &gate);
        while (!atomic_load(&at_gate))
                usleep(100);
        for (size_t i = 0; i < count; i++) {
                const struct write_job *before = last_queued(db);

                list[i].db = db;
                pthread_create(&list[i].thread, NULL, write_one, &list[i]);
                while (last_queued(db) == before)
                        usleep(100);
        }
        atomic_store(&gate_open, true);
        pthread_join(gate.thread, NULL);
        for (size_t i = 0; i < count; i++)
                pthread_join(list[i].thread, NULL);
}

static void writer_batch_keeps_order_and_isolates(void **state)
{
        struct db *db = test_open(*state);
        struct one_write list[] = {
                { .fn = test_insert, .payload = NAME("a") },
                { .fn = insert_then_refuse, .payload = NAME("b") },
                { .fn = test_insert, .payload = NAME("a") },
                { .fn = test_insert, .payload = NAME("b") },
        };

        run_as_batch(db, list, ARRAY_LEN(list));
        assert_int_equal(list[0].rc, RC_OK);
        assert_int_equal(list[1].rc, RC_DENIED);
        assert_int_equal(list[2].rc, RC_EXISTS);
        assert_int_equal(list[3].rc, RC_OK);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 2);
        db_close(db);
}

/* Fills the database to its page limit, and swallows the error: the batch must still be lost as a whole. */
static enum rc fill_up(struct db_conn *conn, void *payload UNUSED, struct err *err)
{
        struct db_stmt *limit _cleanup_(db_stmt_end) = NULL;
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "PRAGMA max_page_count=8", &limit, err);

        if (rc)
                return rc;
        rc = db_run(&limit, err);
        if (rc)
                return rc;
        rc = db_prepare(conn, "INSERT INTO item (name, data) VALUES ('big', zeroblob(1000000))", &stmt, err);
        if (rc)
                return rc;
        assert_int_equal(db_run(&stmt, err), RC_UNAVAILABLE);
        return RC_OK;
}

static enum rc lift_limit(struct db_conn *conn, void *payload UNUSED, struct err *err)
{
        struct db_stmt *limit _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "PRAGMA max_page_count=1000000", &limit, err);

        return rc ? rc : db_run(&limit, err);
}

static void writer_disk_full_fails_the_batch_and_recovers(void **state)
{
        struct db *db = test_open(*state);
        struct err err = { 0 };
        struct one_write list[] = {
                { .fn = test_insert, .payload = NAME("a") },
                { .fn = fill_up },
                { .fn = test_insert, .payload = NAME("b") },
        };

        run_as_batch(db, list, ARRAY_LEN(list));
        for (size_t i = 0; i < ARRAY_LEN(list); i++) {
                assert_int_equal(list[i].rc, RC_UNAVAILABLE);
                assert_string_equal(list[i].err.msg, "The disk is full: free some space and try again.");
        }
        assert_false(db_failed(db));
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 0);
        assert_int_equal(db_write(db, fill_up, NULL, &err), RC_UNAVAILABLE);
        assert_ok(db_write(db, lift_limit, NULL, &err));
        assert_ok(db_write(db, test_insert, NAME("a"), &err));
        assert_ok(db_quick_check(db, &err));
        db_close(db);
}

/* ---- the log -------------------------------------------------------------------------- */

static enum rc insert_megabyte(struct db_conn *conn, void *payload UNUSED, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "INSERT INTO item (name, data) VALUES (hex(randomblob(8)), zeroblob(1000000))",
                                &stmt, err);

        return rc ? rc : db_run(&stmt, err);
}

static off_t log_size(struct scratch *scratch)
{
        struct stat info;

        assert_int_equal(stat(scratch_path(scratch, "test.db-wal"), &info), 0);
        return info.st_size;
}

static void writer_log_waits_for_readers_but_not_long(void **state)
{
        struct db *db = test_open(*state);
        struct db_conn *conn = NULL;
        struct err err = { 0 };
        uint64_t slowest_ms = 0;

        /* This thread holds a snapshot and writes: the writer must not wait for us. */
        assert_ok(db_read_begin(db, &conn, &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), 0);
        for (int i = 0; i < 80; i++) {
                uint64_t begin_ms = clock_mono_ms();

                assert_ok(db_write(db, insert_megabyte, NULL, &err));
                if (clock_mono_ms() - begin_ms > slowest_ms)
                        slowest_ms = clock_mono_ms() - begin_ms;
        }
        assert_true(slowest_ms < DB_STALL_MS);
        assert_true(log_size(*state) > 70000000);
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), 0);
        db_read_end(&conn);

        /* With nobody in the way it starts over and is cut back. */
        for (int i = 0; i < 80; i++)
                assert_ok(db_write(db, insert_megabyte, NULL, &err));
        assert_true(log_size(*state) < 70000000);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 160);
        db_close(db);
}

/* Each request reads, writes and reads again, one after the other: there is always somebody between two writes. */
static void writer_log_starts_over_between_requests(void **state)
{
        struct db *db = test_open(*state);
        struct err err = { 0 };

        for (int i = 0; i < 160; i++) {
                struct db_conn *conn = NULL;

                assert_ok(db_read_begin(db, &conn, &err));
                assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), i);
                assert_ok(db_read_pause(conn, &err));
                assert_ok(db_write(db, insert_megabyte, NULL, &err));
                assert_ok(db_read_refresh(conn, &err));
                assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), i + 1);
                db_read_end(&conn);
        }
        assert_true(log_size(*state) < 80000000);
        db_close(db);
}

/* ---- another process ------------------------------------------------------------------ */

static void writer_waits_for_another_process(void **state)
{
        struct db *db = test_open(*state);
        char path[300], ready;
        struct err err = { 0 };
        int pipe_fds[2], status;
        pid_t child;

        snprintf(path, sizeof(path), "%s", scratch_path(*state, "test.db"));
        assert_int_equal(pipe(pipe_fds), 0);
        child = fork();
        if (child == 0) {
                sqlite3 *other;

                if (sqlite3_open(path, &other) ||
                    sqlite3_exec(other, "BEGIN IMMEDIATE; INSERT INTO item (name) VALUES ('other')", 0, 0, 0) ||
                    write(pipe_fds[1], "r", 1) != 1)
                        _exit(1);
                usleep(300000);
                _exit(sqlite3_exec(other, "COMMIT", 0, 0, 0) ? 2 : 0);
        }
        assert_int_equal(read(pipe_fds[0], &ready, 1), 1);
        assert_ok(db_write(db, test_insert, NAME("ours"), &err));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 2);
        close(pipe_fds[0]);
        close(pipe_fds[1]);
        db_close(db);
}

/* ---- kill -9 -------------------------------------------------------------------------- */

enum { KILL_CALLERS = 8 };

struct acked_caller {
        struct db *db;
        unsigned number;
        int ack_fd;
};

/* Reports each number that was answered; never stops. */
static void *insert_forever(void *payload)
{
        struct acked_caller *caller = payload;
        struct err err = { 0 };
        char name[64];

        for (unsigned i = 0;; i++) {
                uint32_t ack = caller->number * 1000000 + i;

                snprintf(name, sizeof(name), "%u", ack);
                if (db_write(caller->db, test_insert, name, &err) ||
                    write(caller->ack_fd, &ack, sizeof(ack)) != sizeof(ack))
                        _exit(1);
        }
        return NULL;
}

static void child_writes(struct scratch *scratch, int ack_fd)
{
        static struct acked_caller callers[KILL_CALLERS];
        struct db *db = test_open(scratch);

        for (unsigned i = 0; i < KILL_CALLERS; i++) {
                pthread_t thread;

                callers[i] = (struct acked_caller){ db, i + 1, ack_fd };
                pthread_create(&thread, NULL, insert_forever, &callers[i]);
        }
        for (;;)
                pause();
}

static void writer_acknowledged_rows_survive_kill(void **state)
{
        static bool acked[KILL_CALLERS + 1][1000000];
        size_t ack_count = 0;

        for (int round = 0; round < 5; round++) {
                struct scratch scratch;
                int pipe_fds[2], status;
                uint32_t ack;
                struct db *db;
                pid_t child;

                memset(acked, 0, sizeof(acked));
                scratch_make(&scratch);
                assert_int_equal(pipe(pipe_fds), 0);
                child = fork();
                if (child == 0)
                        child_writes(&scratch, pipe_fds[1]);
                close(pipe_fds[1]);
                usleep((useconds_t)(60000 + 30000 * round));
                kill(child, SIGKILL);
                waitpid(child, &status, 0);
                assert_true(WIFSIGNALED(status));
                while (read(pipe_fds[0], &ack, sizeof(ack)) == sizeof(ack)) {
                        acked[ack / 1000000][ack % 1000000] = true;
                        ack_count++;
                }
                close(pipe_fds[0]);

                db = test_open(&scratch);
                for (uint32_t caller = 1; caller <= KILL_CALLERS; caller++) {
                        for (uint32_t i = 0; acked[caller][i]; i++) {
                                char sql[128];

                                snprintf(sql, sizeof(sql), "SELECT count(*) FROM item WHERE name = '%u'",
                                         caller * 1000000 + i);
                                assert_int_equal(test_number(db, sql), 1);
                        }
                }
                db_close(db);
                scratch_remove(&scratch);
        }
        assert_true(ack_count > 0);
        (void)state;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(writer_write_is_seen_by_readers, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_same_name_twice_exists, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_failing_function_leaves_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_failures_do_not_touch_their_batch, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_batch_keeps_order_and_isolates, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_disk_full_fails_the_batch_and_recovers, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_log_waits_for_readers_but_not_long, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_log_starts_over_between_requests, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_waits_for_another_process, set_up, tear_down),
                cmocka_unit_test(writer_acknowledged_rows_survive_kill),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
