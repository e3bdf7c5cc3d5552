/*
 * Statements: the cache, placeholders, values in and out, and what errors mean.
 */
#include "db_test.h"

struct fixture {
        struct scratch scratch;
        struct db *db;
};

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        scratch_make(&fixture->scratch);
        fixture->db = test_open(&fixture->scratch);
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;

        db_close(fixture->db);
        scratch_remove(&fixture->scratch);
        free(fixture);
        return 0;
}

static struct db *db_of(void **state)
{
        return ((struct fixture *)*state)->db;
}

/* ---- the cache ---------------------------------------------------------------------- */

static void stmt_prepare_reuses_by_bytes(void **state)
{
        struct db_conn *conn = NULL;
        struct db_stmt *first = NULL, *second = NULL, *seen;
        char text[] = "SELECT 40 + $1";
        struct err err = { 0 };
        bool row;

        assert_ok(db_read_begin(db_of(state), &conn, &err));
        assert_ok(db_prepare(conn, "SELECT 40 + $1", &first, &err));
        seen = first;
        db_bind_i64(first, 1, 2);
        assert_ok(db_step(first, &row, &err));
        assert_int_equal(db_column_i64(first, 0), 42);
        db_stmt_end(&first);
        assert_null(first);

        /* Other address, same bytes; and bindings are gone. */
        assert_ok(db_prepare(conn, text, &second, &err));
        assert_ptr_equal(second, seen);
        assert_ok(db_step(second, &row, &err));
        assert_true(db_column_is_null(second, 0));
        db_stmt_end(&second);

        /* Same address, other bytes. */
        text[8] = '5';
        assert_ok(db_prepare(conn, text, &second, &err));
        assert_ptr_not_equal(second, seen);
        db_bind_i64(second, 1, 1);
        assert_ok(db_step(second, &row, &err));
        assert_int_equal(db_column_i64(second, 0), 46);
        db_stmt_end(&second);
        db_read_end(&conn);
}

static void stmt_nested_use_gets_its_own(void **state)
{
        const char *sql = "SELECT $1 UNION ALL SELECT $1 + 1";
        struct db_conn *conn = NULL;
        struct db_stmt *outer = NULL, *inner = NULL;
        struct err err = { 0 };
        bool row = false;

        assert_ok(db_read_begin(db_of(state), &conn, &err));
        assert_ok(db_prepare(conn, sql, &outer, &err));
        db_bind_i64(outer, 1, 10);
        assert_ok(db_step(outer, &row, &err));
        assert_ok(db_prepare(conn, sql, &inner, &err));
        db_bind_i64(inner, 1, 20);
        assert_ok(db_step(inner, &row, &err));
        assert_int_equal(db_column_i64(inner, 0), 20);
        assert_int_equal(db_column_i64(outer, 0), 10);
        db_stmt_end(&inner);
        assert_ok(db_step(outer, &row, &err));
        assert_true(row);
        assert_int_equal(db_column_i64(outer, 0), 11);
        assert_ok(db_step(outer, &row, &err));
        assert_false(row);
        db_stmt_end(&outer);
        db_read_end(&conn);
}

static void stmt_cache_is_bounded(void **state)
{
        struct db_conn *conn = NULL;
        struct db_stmt *held = NULL;
        struct err err = { 0 };
        bool row = false;

        assert_ok(db_read_begin(db_of(state), &conn, &err));
        assert_ok(db_prepare(conn, "SELECT 'held' UNION ALL SELECT 'still'", &held, &err));
        assert_ok(db_step(held, &row, &err));
        for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < 2000; i++) {
                        char sql[40];

                        snprintf(sql, sizeof(sql), "SELECT %d", i);
                        assert_int_equal(test_number_on(conn, sql), i);
                }
        }
        assert_str(db_column_str(held, 0), "held");
        assert_ok(db_step(held, &row, &err));
        assert_str(db_column_str(held, 0), "still");
        db_stmt_end(&held);
        db_read_end(&conn);
}

static void stmt_that_does_not_compile(void **state)
{
        struct db_conn *conn = NULL;
        struct db_stmt *stmt = NULL;
        struct err err = { 0 };

        assert_ok(db_read_begin(db_of(state), &conn, &err));
        assert_int_equal(db_prepare(conn, "SELECT name FROM nowhere", &stmt, &err), RC_INTERNAL);
        assert_non_null(strstr(err.msg, "nowhere"));
        assert_null(stmt);
        assert_int_equal(db_prepare(conn, "  ", &stmt, &err), RC_INTERNAL);
        assert_int_equal(db_prepare(conn, "SELECT ?", &stmt, &err), RC_INTERNAL);
        assert_int_equal(db_prepare(conn, "SELECT $name", &stmt, &err), RC_INTERNAL);
        assert_int_equal(db_prepare(conn, "SELECT \"text\"", &stmt, &err), RC_INTERNAL); /* not a string */
        db_stmt_end(&stmt);
        db_read_end(&conn);
        db_read_end(&conn);
}

/* ---- values ------------------------------------------------------------------------- */

static void stmt_placeholders_in_any_order_and_twice(void **state)
{
        struct db_conn *conn = NULL;
        struct db_stmt *stmt = NULL;
        struct err err = { 0 };
        bool row = false;

        assert_ok(db_read_begin(db_of(state), &conn, &err));
        assert_ok(db_prepare(conn, "SELECT $3, $1, $2, $3, $1, $11", &stmt, &err));
        db_bind_str(stmt, 1, STR("one"));
        db_bind_str(stmt, 2, STR("two"));
        db_bind_str(stmt, 3, STR("three"));
        db_bind_str(stmt, 11, STR("eleven"));
        assert_ok(db_step(stmt, &row, &err));
        assert_str(db_column_str(stmt, 0), "three");
        assert_str(db_column_str(stmt, 1), "one");
        assert_str(db_column_str(stmt, 2), "two");
        assert_str(db_column_str(stmt, 3), "three");
        assert_str(db_column_str(stmt, 4), "one");
        assert_str(db_column_str(stmt, 5), "eleven");
        db_stmt_end(&stmt);
        db_read_end(&conn);
}

static void stmt_values_round_trip(void **state)
{
        const char *sql = "SELECT $1, typeof($1)";
        struct db_conn *conn = NULL;
        struct db_stmt *stmt = NULL;
        struct err err = { 0 };
        bool row = false;
        char copied[] = "copied";

        assert_ok(db_read_begin(db_of(state), &conn, &err));
#define ROUND_TRIP(bind, type)                                  \
        assert_ok(db_prepare(conn, sql, &stmt, &err));          \
        bind;                                                   \
        assert_ok(db_step(stmt, &row, &err));                   \
        assert_str(db_column_str(stmt, 1), type)

        ROUND_TRIP(db_bind_i64(stmt, 1, INT64_MIN), "integer");
        assert_true(db_column_i64(stmt, 0) == INT64_MIN);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_f64(stmt, 1, 0.1), "real");
        assert_true(db_column_f64(stmt, 0) >= 0.1 && db_column_f64(stmt, 0) <= 0.1);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_str(stmt, 1, STR("a\0b")), "text");
        assert_int_equal(db_column_str(stmt, 0).len, 3);
        assert_memory_equal(db_column_str(stmt, 0).ptr, "a\0b", 3);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_str(stmt, 1, STR("")), "text");
        assert_false(db_column_is_null(stmt, 0));
        assert_non_null(db_column_str(stmt, 0).ptr);
        assert_int_equal(db_column_str(stmt, 0).len, 0);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_blob(stmt, 1, STR("")), "blob");
        assert_non_null(db_column_str(stmt, 0).ptr);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_blob(stmt, 1, STR("\xff\0\x01")), "blob");
        assert_memory_equal(db_column_str(stmt, 0).ptr, "\xff\0\x01", 3);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_str(stmt, 1, STR_NULL), "null");
        assert_null(db_column_str(stmt, 0).ptr);
        assert_int_equal(db_column_i64(stmt, 0), 0);
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_blob(stmt, 1, STR_NULL), "null");
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_null(stmt, 1), "null");
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_id(stmt, 1, 0), "null");
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_id(stmt, 1, 7), "integer");
        db_stmt_end(&stmt);
        ROUND_TRIP(db_bind_str(stmt, 1, str_from(copied)); memset(copied, 'x', 6), "text");
        assert_str(db_column_str(stmt, 0), "copied");
        db_stmt_end(&stmt);
#undef ROUND_TRIP
        db_read_end(&conn);
}

/* ---- errors and effects --------------------------------------------------------------- */

static enum rc run_sql(struct db_conn *conn, void *sql, struct err *err)
{
        struct db_stmt *stmt = NULL;
        enum rc rc = db_prepare(conn, sql, &stmt, err);

        return rc ? rc : db_run(&stmt, err);
}

static void stmt_constraints_have_their_codes(void **state)
{
        struct db *db = db_of(state);
        struct err err = { 0 };

        assert_ok(db_write(db, run_sql, NAME("INSERT INTO item (id, name, size) VALUES (1, 'a', 1)"), &err));
        assert_int_equal(db_write(db, run_sql, NAME("INSERT INTO item (id, name) VALUES (1, 'b')"), &err), RC_EXISTS);
        assert_int_equal(db_write(db, run_sql, NAME("INSERT INTO item (name) VALUES ('a')"), &err), RC_EXISTS);
        assert_int_equal(db_write(db, run_sql, NAME("INSERT INTO item (name) VALUES (NULL)"), &err), RC_CONFLICT);
        assert_int_equal(db_write(db, run_sql, NAME("INSERT INTO item (name, size) VALUES ('c', -1)"), &err), RC_CONFLICT);
        assert_int_equal(db_write(db, run_sql, NAME("INSERT INTO item (name, parent) VALUES ('c', 99)"), &err),
                         RC_CONFLICT);
        assert_int_equal(db_write(db, run_sql, NAME("INSERT INTO item (name, size) VALUES ('c', 'text')"), &err),
                         RC_CONFLICT);
        assert_int_equal(test_number(db, "SELECT count(*) FROM item"), 1);
}

static enum rc count_effects(struct db_conn *conn, void *payload, struct err *err)
{
        int64_t *seen = payload;
        enum rc rc = run_sql(conn, NAME("INSERT INTO item (id, name) VALUES (41, 'x'), (42, 'y'), (43, 'z')"), err);

        if (rc)
                return rc;
        seen[0] = db_last_id(conn);
        rc = run_sql(conn, NAME("UPDATE item SET size = 5 WHERE id > 41"), err);
        seen[1] = db_changes(conn);
        return rc;
}

static void stmt_last_id_and_changes(void **state)
{
        struct err err = { 0 };
        int64_t seen[2] = { 0 };

        assert_ok(db_write(db_of(state), count_effects, seen, &err));
        assert_int_equal(seen[0], 43);
        assert_int_equal(seen[1], 2);
}

static void stmt_explain_names_the_index(void **state)
{
        struct db_conn *conn = NULL;
        struct arena arena = { 0 };
        struct str plan = STR_NULL;
        struct err err = { 0 };

        arena_init(&arena, 0);
        assert_ok(db_read_begin(db_of(state), &conn, &err));
        assert_ok(db_explain(conn, "SELECT id FROM item WHERE name = $1", &arena, &plan, &err));
        assert_true(str_contains(plan, STR("SEARCH item USING")));
        assert_ok(db_explain(conn, "SELECT id FROM item WHERE size = $1", &arena, &plan, &err));
        assert_true(str_contains(plan, STR("SCAN item")));
        db_read_end(&conn);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(stmt_prepare_reuses_by_bytes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_nested_use_gets_its_own, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_cache_is_bounded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_that_does_not_compile, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_placeholders_in_any_order_and_twice, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_values_round_trip, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_constraints_have_their_codes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_last_id_and_changes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(stmt_explain_names_the_index, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
