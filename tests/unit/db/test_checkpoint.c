/*
 * The thread that copies the log into the database file does so in small lots, each synced before the next:
 * what waits on its way to the disk makes commits wait, too.
 */
#include "db_test.h"

#include <sqlite3.h>
#include <stdatomic.h>

enum { ROWS = 6000, LOT = 64 };

static sqlite3_vfs watching_vfs;
static sqlite3_vfs *real_vfs;
static sqlite3_io_methods watching_methods[2]; /* of the database file, of the log */
static const sqlite3_io_methods *real_methods[2];

static _Thread_local bool is_other; /* the writer, for one, which may copy a rest itself */
static _Thread_local long unsynced;
static atomic_long copied, longest;   /* by the thread that does nothing else */

static int watching_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
        if (!is_other) {
                atomic_fetch_add(&copied, 1);
                if (++unsynced > atomic_load(&longest))
                        atomic_store(&longest, unsynced);
        }
        return real_methods[0]->xWrite(file, data, len, offset);
}

static int watching_log_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
        is_other = true;
        return real_methods[1]->xWrite(file, data, len, offset);
}

static int watching_sync(sqlite3_file *file, int flags)
{
        unsynced = 0;
        return real_methods[0]->xSync(file, flags);
}

static int watching_open(sqlite3_vfs *vfs UNUSED, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
        int code = real_vfs->xOpen(real_vfs, name, file, flags, ret_flags);
        int which = flags & SQLITE_OPEN_WAL ? 1 : 0;

        if (code != SQLITE_OK || !file->pMethods || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
                return code;
        if (!real_methods[which]) {
                real_methods[which] = file->pMethods;
                watching_methods[which] = *file->pMethods;
                watching_methods[which].xWrite = which ? watching_log_write : watching_write;
                if (!which)
                        watching_methods[which].xSync = watching_sync;
        }
        file->pMethods = &watching_methods[which];
        return code;
}

static int install(void **state UNUSED)
{
        if (access("/dev/shm", W_OK) == 0)
                setenv("TMPDIR", "/dev/shm", 1);
        real_vfs = sqlite3_vfs_find(NULL);
        watching_vfs = *real_vfs;
        watching_vfs.zName = "watching";
        watching_vfs.xOpen = watching_open;
        return sqlite3_vfs_register(&watching_vfs, 1);
}

static void checkpoint_beside_the_writer_goes_in_small_lots(void **state UNUSED)
{
        struct scratch scratch;
        struct err err = { 0 };
        char name[9000];
        struct db *db;

        is_other = true; /* it copies the rest when the database is closed */
        scratch_make(&scratch);
        db = test_open(&scratch);
        memset(name, 'x', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        for (int i = 0; i < ROWS; i++) {
                (void)snprintf(name, 10, "%08d-", i);
                name[9] = 'x';
                assert_ok(db_write(db, test_insert, name, &err));
        }
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), ROWS);
        db_close(db);
        assert_true(atomic_load(&copied) > 10 * LOT);
        assert_in_range(atomic_load(&longest), 2, LOT);
        db = test_open(&scratch);
        assert_ok(db_quick_check(db, &err));
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), ROWS);
        db_close(db);
        scratch_remove(&scratch);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(checkpoint_beside_the_writer_goes_in_small_lots),
        };

        return cmocka_run_group_tests(tests, install, NULL);
}
