/*
 * A disk that fails: every write and every sync in turn, as an I/O error and as a full disk.
 *
 * SQLite's own file layer is left in place; its write and sync are replaced by ones that
 * count, and fail when their number has come. Whatever fails: what was answered is there
 * afterwards, what was refused is there wholly or not at all, and the file is sound.
 */
#include "db_test.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>

static sqlite3_vfs faulty_vfs;
static sqlite3_vfs *real_vfs;
static sqlite3_io_methods faulty_methods[2];          /* of the database file, of the log: they lock differently */
static const sqlite3_io_methods *real_methods[2];

enum fault { FAULT_NONE, FAULT_WRITE_FULL, FAULT_WRITE_EIO, FAULT_SYNC_EIO, FAULT_READ_EIO };
static atomic_int fault;
static atomic_long countdown; /* the call that brings it to 0 fails, and all after it */
static atomic_long calls;

static bool fails_now(enum fault kind)
{
        if (atomic_load(&fault) != (int)kind)
                return false;
        atomic_fetch_add(&calls, 1);
        return atomic_fetch_sub(&countdown, 1) <= 1;
}

static int faulty_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
        if (fails_now(FAULT_WRITE_FULL)) {
                errno = ENOSPC;
                return SQLITE_FULL;
        }
        if (fails_now(FAULT_WRITE_EIO)) {
                errno = EIO;
                return SQLITE_IOERR_WRITE;
        }
        return real_methods[0]->xWrite(file, data, len, offset);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
        if (fails_now(FAULT_SYNC_EIO)) {
                errno = EIO;
                return SQLITE_IOERR_FSYNC;
        }
        return real_methods[0]->xSync(file, flags);
}

static int faulty_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
        if (fails_now(FAULT_READ_EIO)) {
                errno = EIO;
                return SQLITE_IOERR_READ;
        }
        return real_methods[0]->xRead(file, data, len, offset);
}

static int faulty_open(sqlite3_vfs *vfs UNUSED, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
        int code = real_vfs->xOpen(real_vfs, name, file, flags, ret_flags);
        int which = flags & SQLITE_OPEN_WAL ? 1 : 0;
        sqlite3_io_methods *faulty = &faulty_methods[which];

        if (code != SQLITE_OK || !file->pMethods || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
                return code;
        if (!real_methods[which]) {
                real_methods[which] = file->pMethods;
                *faulty = *file->pMethods;
                faulty->xWrite = faulty_write;
                faulty->xSync = faulty_sync;
                faulty->xRead = faulty_read;
        }
        assert(file->pMethods->xWrite == real_methods[0]->xWrite); /* both reach the same functions */
        file->pMethods = faulty;
        return code;
}

static int install(void **state)
{
        (void)state;
        if (access("/dev/shm", W_OK) == 0)
                setenv("TMPDIR", "/dev/shm", 1); /* hundreds of databases, and the faults are ours, not the disk's */
        real_vfs = sqlite3_vfs_find(NULL);
        faulty_vfs = *real_vfs;
        faulty_vfs.zName = "faulty";
        faulty_vfs.xOpen = faulty_open;
        return sqlite3_vfs_register(&faulty_vfs, 1);
}

static void arm(enum fault kind, long at)
{
        atomic_store(&calls, 0);
        atomic_store(&countdown, at);
        atomic_store(&fault, kind);
}

enum { WRITES = 6 };

struct outcome {
        enum rc rc[WRITES];
        bool failed;
        bool hit; /* the fault was reached */
};

/* Some writes of several pages each, with the fault armed for the at-th call. */
static struct outcome write_with_fault(struct scratch *scratch, enum fault kind, long at)
{
        struct db *db = test_open(scratch);
        struct outcome outcome = { 0 };
        struct err err = { 0 };

        arm(kind, at);
        for (int i = 0; i < WRITES; i++) {
                char name[9000];

                memset(name, 'a' + i, sizeof(name));
                name[sizeof(name) - 1] = '\0';
                outcome.rc[i] = db_write(db, test_insert, name, &err);
                if (outcome.rc[i])
                        assert_true(err.msg[0] != '\0');
        }
        outcome.failed = db_failed(db);
        outcome.hit = atomic_load(&countdown) <= 0;
        arm(FAULT_NONE, 0);
        if (!outcome.failed) /* the disk is well again: so are we */
                assert_ok(db_write(db, test_insert, NAME("afterwards"), &err));
        else
                assert_int_equal(db_write(db, test_insert, NAME("afterwards"), &err), RC_UNAVAILABLE);
        db_close(db);
        return outcome;
}

/* Every answered row is there; a refused one is absent, or after an I/O error perhaps whole. */
static void check_rows(struct scratch *scratch, const struct outcome *outcome)
{
        struct db *db = test_open(scratch);
        struct err err = { 0 };

        assert_ok(db_quick_check(db, &err));
        for (int i = 0; i < WRITES; i++) {
                char sql[120];
                int64_t count;

                snprintf(sql, sizeof(sql), "SELECT count(*) FROM item WHERE name LIKE '%c%%' AND length(name) = 8999",
                         'a' + i);
                count = test_number(db, sql);
                if (outcome->rc[i] == RC_OK)
                        assert_int_equal(count, 1);
                else if (!outcome->failed)
                        assert_int_equal(count, 0);
                else
                        assert_in_range(count, 0, 1);
        }
        assert_int_equal(test_number(db, "SELECT count(*) FROM item WHERE length(name) NOT IN (8999, 10)"), 0);
        db_close(db);
}

/* Moves the fault from the first call to past the last one. */
static void try_every_call(enum fault kind, enum rc expected, bool stops)
{
        bool hit = true;
        long tried = 0;

        for (long at = 1; hit; at++) {
                struct scratch scratch;
                struct outcome outcome;
                unsigned refused = 0;

                scratch_make(&scratch);
                outcome = write_with_fault(&scratch, kind, at);
                hit = outcome.hit;
                for (int i = 0; i < WRITES; i++) {
                        if (outcome.rc[i] == RC_OK)
                                continue;
                        /* The first to meet the fault hears its name; a stopped database refuses the rest. */
                        if (refused == 0 || !stops)
                                assert_int_equal(outcome.rc[i], expected);
                        else
                                assert_int_equal(outcome.rc[i], RC_UNAVAILABLE);
                        refused++;
                }
                if (hit) {
                        assert_true(refused > 0);
                        assert_true(outcome.failed == stops);
                        tried++;
                } else {
                        assert_int_equal(refused, 0);
                        assert_false(outcome.failed);
                }
                check_rows(&scratch, &outcome);
                scratch_remove(&scratch);
        }
        assert_true(tried >= WRITES);
}

static void faults_full_disk_at_every_write(void **state)
{
        (void)state;
        try_every_call(FAULT_WRITE_FULL, RC_UNAVAILABLE, false);
}

static void faults_io_error_at_every_write(void **state)
{
        (void)state;
        try_every_call(FAULT_WRITE_EIO, RC_IO, true);
}

static void faults_io_error_at_every_sync(void **state)
{
        (void)state;
        try_every_call(FAULT_SYNC_EIO, RC_IO, true);
}

static void faults_unreadable_page_is_an_error_for_its_reader(void **state)
{
        struct scratch scratch;
        struct db_conn *conn = NULL;
        struct db_stmt *stmt = NULL;
        struct err err = { 0 };
        struct db *db;
        bool row;

        (void)state;
        scratch_make(&scratch);
        db = test_open(&scratch);
        assert_ok(db_write(db, test_insert, NAME("one"), &err));
        arm(FAULT_READ_EIO, 1);
        if (db_read_begin(db, &conn, &err) == RC_OK && db_prepare(conn, "SELECT * FROM item", &stmt, &err) == RC_OK)
                assert_int_equal(db_step(stmt, &row, &err), RC_IO);
        assert_int_equal(err.rc, RC_IO);
        assert_true(atomic_load(&calls) > 0);
        db_stmt_end(&stmt);
        db_read_end(&conn);
        arm(FAULT_NONE, 0);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 1);
        assert_ok(db_write(db, test_insert, NAME("two"), &err));
        db_close(db);
        scratch_remove(&scratch);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(faults_full_disk_at_every_write),
                cmocka_unit_test(faults_io_error_at_every_write),
                cmocka_unit_test(faults_io_error_at_every_sync),
                cmocka_unit_test(faults_unreadable_page_is_an_error_for_its_reader),
        };

        return cmocka_run_group_tests(tests, install, NULL);
}
