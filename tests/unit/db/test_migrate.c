/*
 * Migrations: in order, once, all or nothing, and never on a database of another program.
 */
#include "db_test.h"

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

static struct db *open_empty(struct scratch *scratch)
{
        struct db_config config = { .path = scratch_path(scratch, "migrate.db") };
        struct err err = { 0 };
        struct db *db = NULL;

        assert_ok(db_open(&config, &db, &err));
        return db;
}

static const struct db_migration two[] = {
        { 1, "parents", "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT) STRICT;"
                        "INSERT INTO parent (name) VALUES ('first'), ('second');" },
        { 2, "children", "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id)) STRICT;" },
};

static void migrate_applies_in_order_and_once(void **state)
{
        struct db *db = open_empty(*state);
        struct err err = { 0 };

        assert_ok(db_migrate(db, two, 1, &err));
        assert_int_equal(test_number(db, "SELECT count(*) FROM schema_migration"), 1);
        assert_ok(db_migrate(db, two, 2, &err));
        assert_ok(db_migrate(db, two, 2, &err));
        assert_int_equal(test_number(db, "SELECT count(*) FROM schema_migration"), 2);
        assert_int_equal(test_number(db, "SELECT count(*) FROM parent"), 2);
        assert_int_equal(test_number(db, "SELECT count(*) FROM child"), 0);
        db_close(db);
        db = open_empty(*state);
        assert_ok(db_migrate(db, two, 2, &err));
        assert_int_equal(test_number(db, "SELECT count(*) FROM parent"), 2);
        db_close(db);
}

static void migrate_failure_leaves_nothing(void **state)
{
        const struct db_migration broken[] = {
                two[0],
                { 2, "broken", "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);" },
        };
        struct db *db = open_empty(*state);
        struct err err = { 0 };

        assert_int_equal(db_migrate(db, broken, 2, &err), RC_INTERNAL);
        assert_non_null(strstr(err.msg, "migration 2 (broken)"));
        assert_int_equal(test_number(db, "SELECT count(*) FROM schema_migration"), 1);
        assert_int_equal(test_number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
        assert_ok(db_migrate(db, two, 2, &err));
        db_close(db);
}

static void migrate_refuses_an_edited_migration(void **state)
{
        const struct db_migration edited[] = {
                { 1, "parents", "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;" },
                two[1],
        };
        struct db *db = open_empty(*state);
        struct err err = { 0 };

        assert_ok(db_migrate(db, two, 1, &err));
        assert_int_equal(db_migrate(db, edited, 2, &err), RC_CONFLICT);
        assert_non_null(strstr(err.msg, "Migration 1"));
        assert_int_equal(test_number(db, "SELECT count(*) FROM schema_migration"), 1);
        db_close(db);
}

static void migrate_refuses_a_newer_database(void **state)
{
        struct db *db = open_empty(*state);
        struct err err = { 0 };

        assert_ok(db_migrate(db, two, 2, &err));
        assert_int_equal(db_migrate(db, two, 1, &err), RC_CONFLICT);
        assert_non_null(strstr(err.msg, "newer version"));
        db_close(db);
}

static void migrate_while_readers_hold_old_statements(void **state)
{
        struct db *db = open_empty(*state);
        struct db_conn *conn = NULL;
        struct err err = { 0 };

        assert_ok(db_migrate(db, two, 1, &err));
        assert_ok(db_read_begin(db, &conn, &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM parent"), 2);
        assert_ok(db_migrate(db, two, 2, &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM parent"), 2);
        assert_ok(db_read_refresh(conn, &err));
        assert_int_equal(test_number_on(conn, "SELECT count(*) FROM child"), 0);
        db_read_end(&conn);
        db_close(db);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(migrate_applies_in_order_and_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(migrate_failure_leaves_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(migrate_refuses_an_edited_migration, set_up, tear_down),
                cmocka_unit_test_setup_teardown(migrate_refuses_a_newer_database, set_up, tear_down),
                cmocka_unit_test_setup_teardown(migrate_while_readers_hold_old_statements, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
