/*
 * Reader connections: snapshots, read-only, a bounded number of them.
 */
#include "db_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

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

static void readers_see_their_snapshot_until_refreshed(void **state)
{
        struct db *db = test_open(*state);
        struct db_conn *conn = NULL;
        struct err err = { 0 };

        assert_ok(db_read_begin(db, &conn, &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), 0);
        assert_ok(db_write(db, test_insert, NAME("one"), &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), 0);
        assert_ok(db_read_refresh(conn, &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM item"), 1);
        db_read_end(&conn);
        assert_null(conn);
        db_close(db);
}

static void readers_cannot_write(void **state)
{
        struct db *db = test_open(*state);
        struct db_conn *conn = NULL;
        struct err err = { 0 };

        assert_ok(db_read_begin(db, &conn, &err));
        assert_int_equal(test_insert(conn, NAME("one"), &err), RC_UNAVAILABLE);
        db_read_end(&conn);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 0);
        db_close(db);
}

enum { THREADS = 12, READERS = 3 };

struct reading {
        struct db *db;
        unsigned wrong;
        pthread_t thread;
};

static atomic_int reading_now, most_reading;

static void *read_often(void *payload)
{
        struct reading *reading = payload;

        for (int i = 0; i < 50; i++) {
                struct db_conn *conn = NULL;
                struct err err = { 0 };
                int64_t first, second;
                int now;

                if (db_read_begin(reading->db, &conn, &err)) {
                        reading->wrong++;
                        continue;
                }
                now = atomic_fetch_add(&reading_now, 1) + 1;
                if (now > atomic_load(&most_reading))
                        atomic_store(&most_reading, now);
                first = test_number_on(conn, "SELECT count(*) FROM item");
                usleep(100);
                second = test_number_on(conn, "SELECT count(*) FROM item");
                if (first != second)
                        reading->wrong++;
                atomic_fetch_sub(&reading_now, 1);
                db_read_end(&conn);
        }
        return NULL;
}

static void readers_are_bounded_and_all_get_a_turn(void **state)
{
        struct db_config config = { .path = scratch_path(*state, "test.db"), .readers_max = READERS };
        struct reading readings[THREADS] = { 0 };
        struct db *db = test_open(*state);
        struct err err = { 0 };

        db_close(db);
        db = NULL;
        assert_ok(db_open(&config, &db, &err));
        for (int i = 0; i < THREADS; i++) {
                readings[i].db = db;
                pthread_create(&readings[i].thread, NULL, read_often, &readings[i]);
        }
        for (int i = 0; i < 100; i++) {
                char name[20];

                snprintf(name, sizeof(name), "%d", i);
                assert_ok(db_write(db, test_insert, name, &err));
        }
        for (int i = 0; i < THREADS; i++) {
                pthread_join(readings[i].thread, NULL);
                assert_int_equal(readings[i].wrong, 0);
        }
        assert_in_range(atomic_load(&most_reading), 1, READERS);
        db_close(db);
}

static void readers_that_do_not_come_back_are_not_waited_for_forever(void **state)
{
        struct db_config config = { .path = scratch_path(*state, "test.db"), .readers_max = 1, .reader_wait_ms = 30 };
        struct db_conn *first = NULL, *second = NULL;
        struct err err = { 0 };
        struct db *db = NULL;

        assert_ok(db_open(&config, &db, &err));
        assert_ok(db_read_begin(db, &first, &err));
        assert_int_equal(db_read_begin(db, &second, &err), RC_AGAIN);
        assert_null(second);
        db_read_end(&first);
        assert_ok(db_read_begin(db, &second, &err));
        db_read_end(&second);
        db_close(db);
}

static void open_in_a_missing_directory_fails(void **state)
{
        struct db_config config = { .path = scratch_path(*state, "no/such/dir/test.db") };
        struct db *db = NULL;
        struct err err = { 0 };

        assert_int_equal(db_open(&config, &db, &err), RC_IO);
        assert_null(db);
        assert_true(err.msg[0] != '\0');
        db_close(NULL);
}

static void open_of_something_else_is_corrupt(void **state)
{
        const char *path = scratch_path(*state, "not-a-database");
        struct db_config config = { .path = path };
        struct db *db = NULL;
        struct err err = { 0 };
        char text[8192];
        FILE *file = fopen(path, "w");

        memset(text, 't', sizeof(text));
        assert_int_equal(fwrite(text, 1, sizeof(text), file), sizeof(text));
        fclose(file);
        assert_int_equal(db_open(&config, &db, &err), RC_CORRUPT);
        assert_null(db);
}

static void quick_check_finds_damage(void **state)
{
        struct db *db = test_open(*state);
        struct err err = { 0 };
        char garbage[4096];
        int fd;

        for (int i = 0; i < 300; i++) {
                char name[300];

                memset(name, 'n', sizeof(name));
                snprintf(name + 290, 10, "%d", i);
                assert_ok(db_write(db, test_insert, name, &err));
        }
        assert_ok(db_quick_check(db, &err));
        db_close(db);
        memset(garbage, 0xa5, sizeof(garbage));
        fd = open(scratch_path(*state, "test.db"), O_RDWR);
        assert_int_equal(pwrite(fd, garbage, sizeof(garbage), 9 * 4096), sizeof(garbage));
        close(fd);
        db = test_open(*state);
        assert_int_equal(db_quick_check(db, &err), RC_CORRUPT);
        db_close(db);
}

static enum rc count_to(struct db_conn *conn, int64_t last, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        bool row = false;
        enum rc rc = db_prepare(conn, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
                                      "SELECT count(*) FROM n", &stmt, err);

        if (rc)
                return rc;
        db_bind_i64(stmt, 1, last);
        return db_step(stmt, &row, err);
}

static void readers_stop_at_their_limit_and_go_on(void **state)
{
        struct db *db = test_open(*state);
        struct db_conn *conn = NULL;
        struct err err = { 0 };

        assert_ok(db_read_begin(db, &conn, &err));
        db_limit_cpu(conn, 20);
        assert_ok(count_to(conn, 10, &err));
        assert_int_equal(count_to(conn, INT64_MAX, &err), RC_TOO_MANY);
        assert_int_equal(count_to(conn, 1000000, &err), RC_TOO_MANY); /* it is all used up */
        db_limit_cpu(conn, 0);
        assert_ok(count_to(conn, 1000000, &err));
        assert_ok(db_read_refresh(conn, &err));
        db_limit_cpu(conn, 1);
        db_read_end(&conn);
        assert_ok(db_read_begin(db, &conn, &err)); /* the same one */
        assert_ok(count_to(conn, 1000000, &err));
        db_read_end(&conn);
        db_close(db);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(readers_see_their_snapshot_until_refreshed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(readers_cannot_write, set_up, tear_down),
                cmocka_unit_test_setup_teardown(readers_are_bounded_and_all_get_a_turn, set_up, tear_down),
                cmocka_unit_test_setup_teardown(readers_that_do_not_come_back_are_not_waited_for_forever, set_up, tear_down),
                cmocka_unit_test_setup_teardown(readers_stop_at_their_limit_and_go_on, set_up, tear_down),
                cmocka_unit_test_setup_teardown(open_in_a_missing_directory_fails, set_up, tear_down),
                cmocka_unit_test_setup_teardown(open_of_something_else_is_corrupt, set_up, tear_down),
                cmocka_unit_test_setup_teardown(quick_check_finds_damage, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
