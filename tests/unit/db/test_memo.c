/*
 * Results that a reader remembers: the same as SQLite's, and only while nothing changes.
 */
#include "db_test.h"

#include <sqlite3.h>
#include <stdio.h>

#include "base/buf.h"

#define KEPT_BYTES 1000000

struct memo_test {
        struct scratch scratch;
        struct db *db;
        struct db_conn *conn;
};

static struct db *open_with(struct scratch *scratch, size_t memo_bytes)
{
        struct db_config config = { .path = scratch_path(scratch, "test.db"), .memo_bytes = memo_bytes,
                                    .kept_bytes = memo_bytes ? KEPT_BYTES : 0 };
        struct err err = { 0 };
        struct db *db = NULL;

        assert_ok(db_open(&config, &db, &err));
        assert_ok(db_migrate(db, test_migrations, ARRAY_LEN(test_migrations), &err));
        return db;
}

static enum rc fill(struct db_conn *conn, void *payload UNUSED, struct err *err)
{
        struct db_stmt *stmt = NULL;
        enum rc rc = db_prepare(conn,
                                "INSERT INTO item (id, name, size, data) VALUES "
                                "(1, 'one', 1, x'00ff00'), (2, 'two', NULL, NULL), (3, '', 9223372036854775807, x''), "
                                "(4, 'four', 0, x'41'), (5, 'five', 5, zeroblob(20000))",
                                &stmt, err);

        return rc ? rc : db_run(&stmt, err);
}

/* Gives the connection back and takes it again: nothing was written in between, so it begins to remember. */
static void again(struct memo_test *t)
{
        struct err err = { 0 };

        db_read_end(&t->conn);
        assert_ok(db_read_begin(t->db, &t->conn, &err));
}

static int set_up(void **state)
{
        struct memo_test *t = calloc(1, sizeof(*t));
        struct err err = { 0 };

        scratch_make(&t->scratch);
        t->db = open_with(&t->scratch, 64 << 10);
        assert_ok(db_write(t->db, fill, NULL, &err));
        assert_ok(db_read_begin(t->db, &t->conn, &err));
        again(t);
        *state = t;
        return 0;
}

static int tear_down(void **state)
{
        struct memo_test *t = *state;

        db_read_end(&t->conn);
        db_close(t->db);
        scratch_remove(&t->scratch);
        free(t);
        return 0;
}

/* Rows of a statement as text, at most `max` of them. */
static void read_rows(struct db_conn *conn, const char *sql, int64_t value, size_t max, struct buf *ret)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct err err = { 0 };

        assert_ok(db_prepare(conn, sql, &stmt, &err));
        if (strstr(sql, "$1"))
                db_bind_i64(stmt, 1, value);
        for (size_t i = 0; i < max; i++) {
                struct str name, data;
                bool row = false;

                assert_ok(db_step(stmt, &row, &err));
                if (!row) {
                        buf_add_str(ret, STR("end;"));
                        return;
                }
                name = db_column_str(stmt, 1);
                data = db_column_str(stmt, 3);
                buf_printf(ret, "%lld,%.*s,%s%lld,%s%zu:", (long long)db_column_i64(stmt, 0), STR_ARG(name),
                           db_column_is_null(stmt, 2) ? "null" : "", (long long)db_column_i64(stmt, 2),
                           str_is_null(data) ? "null" : "", data.len);
                for (size_t k = 0; k < data.len && k < 8; k++)
                        buf_printf(ret, "%02x", (unsigned char)data.ptr[k]);
                buf_add_c(ret, ';');
        }
}

#define ALL "SELECT id, name, size, data FROM item WHERE id < $1 ORDER BY id"
#define ROWS_TO_4 "1,one,1,3:00ff00;2,two,null0,null0:;3,,9223372036854775807,0:;4,four,0,1:41;"

static void assert_rows(struct db_conn *conn, const char *sql, int64_t value, size_t max, const char *expected)
{
        struct buf rows _cleanup_(buf_done) = { 0 };

        read_rows(conn, sql, value, max, &rows);
        assert_string_equal(buf_cstr(&rows), expected);
}

static void memo_gives_the_same_rows_again(void **state)
{
        struct memo_test *t = *state;

        assert_rows(t->conn, ALL, 5, 100, ROWS_TO_4 "end;");
        assert_int_equal(db_remembered(t->conn), 0);
        assert_rows(t->conn, ALL, 5, 100, ROWS_TO_4 "end;");
        again(t);
        assert_rows(t->conn, ALL, 5, 100, ROWS_TO_4 "end;");
        assert_int_equal(db_remembered(t->conn), 2);
}

static void memo_tells_values_apart(void **state)
{
        struct memo_test *t = *state;

        assert_rows(t->conn, ALL, 2, 100, "1,one,1,3:00ff00;end;");
        assert_rows(t->conn, ALL, 5, 100, ROWS_TO_4 "end;");
        assert_rows(t->conn, ALL, 0, 100, "end;");
        assert_rows(t->conn, ALL, 2, 100, "1,one,1,3:00ff00;end;");
        assert_rows(t->conn, ALL, 0, 100, "end;");
        assert_int_equal(db_remembered(t->conn), 2);
}

static void memo_tells_types_of_values_apart(void **state)
{
        struct memo_test *t = *state;
        static const char sql[] = "SELECT typeof($1), coalesce(length($2), -1)";
        const struct {
                int kind;
                const char *type;
                int64_t length;
        } cases[] = { { 0, "integer", 1 }, { 1, "text", 1 }, { 2, "blob", 1 }, { 3, "null", -1 }, { 4, "real", 3 } };

        for (size_t round = 0; round < 2; round++) {
                for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
                        struct err err = { 0 };
                        bool row = false;

                        assert_ok(db_prepare(t->conn, sql, &stmt, &err));
                        for (int n = 1; n <= 2; n++) {
                                if (cases[i].kind == 0)
                                        db_bind_i64(stmt, n, 1);
                                else if (cases[i].kind == 1)
                                        db_bind_str(stmt, n, STR("1"));
                                else if (cases[i].kind == 2)
                                        db_bind_blob(stmt, n, STR("1"));
                                else if (cases[i].kind == 3)
                                        db_bind_id(stmt, n, 0);
                                else
                                        db_bind_f64(stmt, n, 1.5);
                        }
                        assert_ok(db_step(stmt, &row, &err));
                        assert_true(str_eq_c(db_column_str(stmt, 0), cases[i].type));
                        assert_int_equal(db_column_i64(stmt, 1), cases[i].length);
                }
        }
        assert_int_equal(db_remembered(t->conn), ARRAY_LEN(cases));
}

static void memo_goes_on_where_the_first_reader_stopped(void **state)
{
        struct memo_test *t = *state;

        assert_rows(t->conn, ALL, 5, 1, "1,one,1,3:00ff00;");
        assert_rows(t->conn, ALL, 5, 2, "1,one,1,3:00ff00;2,two,null0,null0:;");
        assert_rows(t->conn, ALL, 5, 100, ROWS_TO_4 "end;");
        assert_rows(t->conn, ALL, 5, 1, "1,one,1,3:00ff00;");
        assert_rows(t->conn, ALL, 2, 1, "1,one,1,3:00ff00;");
        assert_rows(t->conn, ALL, 2, 100, "1,one,1,3:00ff00;end;");
        assert_true(db_remembered(t->conn) >= 4);
}

static void memo_forgets_when_this_program_writes(void **state)
{
        struct memo_test *t = *state;
        struct err err = { 0 };

        assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM item"), 5);
        assert_ok(db_write(t->db, test_insert, NAME("six"), &err));
        assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM item"), 5); /* its snapshot */
        assert_ok(db_read_refresh(t->conn, &err));
        assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM item"), 6);
        assert_ok(db_write(t->db, test_insert, NAME("seven"), &err));
        again(t);
        assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM item"), 7);
}

static void memo_forgets_when_another_program_writes(void **state)
{
        struct memo_test *t = *state;
        sqlite3 *other = NULL;

        assert_int_equal(test_number_on(t->conn, "SELECT size FROM item WHERE id = 1"), 1);
        assert_int_equal(sqlite3_open(scratch_path(&t->scratch, "test.db"), &other), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other, "UPDATE item SET size = 77 WHERE id = 1", NULL, NULL, NULL), SQLITE_OK);
        again(t);
        assert_int_equal(test_number_on(t->conn, "SELECT size FROM item WHERE id = 1"), 77);
        sqlite3_close(other);
}

static void memo_does_not_remember_under_constant_writing(void **state)
{
        struct memo_test *t = *state;
        struct err err = { 0 };

        for (int i = 0; i < 5; i++) {
                char name[16];

                snprintf(name, sizeof(name), "name %d", i);
                assert_ok(db_write(t->db, test_insert, name, &err));
                again(t);
                assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM item"), 6 + i);
                assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM item"), 6 + i);
        }
        assert_int_equal(db_remembered(t->conn), 0);
}

static void memo_leaves_out_long_results(void **state)
{
        struct memo_test *t = *state;

        for (int i = 0; i < 3; i++)
                assert_rows(t->conn, "SELECT id, name, size, data FROM item WHERE id = $1", 5, 100,
                            "5,five,5,20000:0000000000000000;end;");
        assert_int_equal(db_remembered(t->conn), 0);
        for (int i = 0; i < 3; i++)
                assert_int_equal(test_number_on(t->conn, "SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                                                         "SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n)"),
                                 500);
        assert_int_equal(db_remembered(t->conn), 2);
}

static void memo_leaves_out_what_is_converted(void **state)
{
        struct memo_test *t = *state;

        for (int i = 0; i < 3; i++) {
                struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
                struct err err = { 0 };
                bool row = false;

                assert_ok(db_prepare(t->conn, "SELECT 12, '34'", &stmt, &err));
                assert_ok(db_step(stmt, &row, &err));
                assert_true(str_eq_c(db_column_str(stmt, 0), "12"));
                assert_int_equal(db_column_i64(stmt, 1), 34);
        }
        assert_int_equal(db_remembered(t->conn), 0);
}

static void memo_converts_when_rows_are_read_differently(void **state)
{
        struct memo_test *t = *state;

        for (int i = 0; i < 2; i++) {
                struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
                struct err err = { 0 };
                bool row = false;

                assert_ok(db_prepare(t->conn, "SELECT 12, '34', 0.5", &stmt, &err));
                assert_ok(db_step(stmt, &row, &err));
                if (i == 0)
                        continue; /* remembered without a look at the columns */
                assert_int_equal(db_remembered(t->conn), 1);
                assert_true(str_eq_c(db_column_str(stmt, 0), "12"));
                assert_int_equal(db_column_i64(stmt, 1), 34);
                assert_true(db_column_f64(stmt, 1) > 33.9 && db_column_f64(stmt, 1) < 34.1);
                assert_true(str_eq_c(db_column_str(stmt, 2), "0.5"));
                assert_int_equal(db_column_i64(stmt, 2), 0);
        }
}

static void memo_lets_the_same_text_be_used_at_once(void **state)
{
        struct memo_test *t = *state;
        struct db_stmt *outer _cleanup_(db_stmt_end) = NULL;
        struct err err = { 0 };
        int64_t seen = 0;
        bool row = true;

        assert_rows(t->conn, ALL, 4, 100, "1,one,1,3:00ff00;2,two,null0,null0:;3,,9223372036854775807,0:;end;");
        assert_ok(db_prepare(t->conn, ALL, &outer, &err));
        db_bind_i64(outer, 1, 4);
        for (;;) {
                assert_ok(db_step(outer, &row, &err));
                if (!row)
                        break;
                assert_rows(t->conn, ALL, 2, 100, "1,one,1,3:00ff00;end;");
                assert_int_equal(db_column_i64(outer, 0), ++seen);
        }
        assert_int_equal(seen, 3);
}

/* More texts than statements are kept: some go while what they said is remembered. */
static void memo_survives_statements_that_go(void **state)
{
        struct memo_test *t = *state;

        for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 900; i++) {
                        char sql[64];

                        snprintf(sql, sizeof(sql), "SELECT %d + count(*) FROM item", i);
                        assert_int_equal(test_number_on(t->conn, sql), i + 5);
                        if (i % 100 == 0)
                                again(t);
                }
        }
}

static void memo_is_bounded(void **state)
{
        struct memo_test *t = *state;

        for (int round = 0; round < 2; round++) {
                for (int64_t i = 0; i < 20000; i++) {
                        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
                        struct err err = { 0 };
                        bool row = false;

                        assert_ok(db_prepare(t->conn, "SELECT $1 + 1", &stmt, &err));
                        db_bind_i64(stmt, 1, i);
                        assert_ok(db_step(stmt, &row, &err));
                        assert_int_equal(db_column_i64(stmt, 0), i + 1);
                        db_stmt_end(&stmt);
                        if (i % 1000 == 0)
                                again(t);
                }
        }
        assert_true(db_remembered(t->conn) < 1000);
}

/* ---- beside a database that remembers nothing --------------------------------------------- */

static uint64_t dice(uint64_t *seed, uint64_t sides)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed % sides;
}

static enum rc change_size(struct db_conn *conn, void *payload, struct err *err)
{
        struct db_stmt *stmt = NULL;
        enum rc rc = db_prepare(conn, "UPDATE item SET size = $1 WHERE id = 1 + $1 % 5", &stmt, err);

        if (rc)
                return rc;
        db_bind_i64(stmt, 1, (int64_t)*(uint64_t *)payload);
        return db_run(&stmt, err);
}

static void memo_agrees_with_a_database_that_remembers_nothing(void **state)
{
        static const char *const texts[] = {
                ALL,
                "SELECT id, name, size, data FROM item WHERE id = $1",
                "SELECT id, name, size, NULL FROM item WHERE size > $1 ORDER BY size, id",
                "SELECT count(*), 'n', sum(size / 1000), NULL FROM item WHERE id <> $1",
        };
        struct memo_test *t = *state;
        struct db *plain = open_with(&t->scratch, 0);
        struct err err = { 0 };
        uint64_t seed = 88172645463325252u;

        for (int i = 0; i < 6000; i++) {
                struct buf with _cleanup_(buf_done) = { 0 }, without _cleanup_(buf_done) = { 0 };
                struct db_conn *conn _cleanup_(db_read_end) = NULL;
                const char *sql = texts[dice(&seed, ARRAY_LEN(texts))];
                int64_t value = (int64_t)dice(&seed, 7);
                size_t max = dice(&seed, 4) == 0 ? 1 + dice(&seed, 3) : 100;
                uint64_t size = dice(&seed, 1000);

                if (dice(&seed, 40) == 0)
                        assert_ok(db_write(dice(&seed, 2) ? t->db : plain, change_size, &size, &err));
                if (dice(&seed, 3) == 0)
                        again(t);
                else
                        assert_ok(db_read_refresh(t->conn, &err));
                assert_ok(db_read_begin(plain, &conn, &err));
                read_rows(t->conn, sql, value, max, &with);
                read_rows(conn, sql, value, max, &without);
                assert_string_equal(buf_cstr(&with), buf_cstr(&without));
        }
        assert_true(db_remembered(t->conn) > 1500);
        db_close(plain);
}

/* ---- what callers keep ---- */

static const uint8_t *key_of(unsigned number)
{
        static uint8_t key[DB_KEEP_KEY_BYTES];

        memset(key, 0, sizeof(key));
        memcpy(key + 5, &number, sizeof(number));
        return key;
}

static void assert_kept(struct db_conn *conn, unsigned number, const char *expected)
{
        struct str found = STR_NULL;

        if (!expected) {
                assert_false(db_recall(conn, key_of(number), &found));
                return;
        }
        assert_true(db_recall(conn, key_of(number), &found));
        assert_str(found, expected);
}

static void memo_keeps_what_callers_made(void **state)
{
        struct memo_test *t = *state;

        assert_kept(t->conn, 1, NULL);
        db_keep(t->conn, key_of(1), STR("the first"));
        db_keep(t->conn, key_of(2), STR(""));
        assert_kept(t->conn, 1, "the first");
        assert_kept(t->conn, 2, "");
        assert_kept(t->conn, 3, NULL);
        again(t);
        assert_kept(t->conn, 1, "the first");
}

static void memo_drops_what_callers_made_when_somebody_writes(void **state)
{
        struct memo_test *t = *state;
        struct err err = { 0 };
        sqlite3 *other = NULL;

        db_keep(t->conn, key_of(1), STR("old"));
        assert_ok(db_write(t->db, test_insert, NAME("six"), &err));
        again(t);
        assert_kept(t->conn, 1, NULL);

        /* Something was just written: more may come, so nothing is kept yet. */
        db_keep(t->conn, key_of(1), STR("new"));
        assert_kept(t->conn, 1, NULL);
        again(t);
        db_keep(t->conn, key_of(1), STR("new"));
        assert_int_equal(sqlite3_open(scratch_path(&t->scratch, "test.db"), &other), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other, "UPDATE item SET size = 77 WHERE id = 1", NULL, NULL, NULL), SQLITE_OK);
        assert_kept(t->conn, 1, "new"); /* this snapshot is what it was made of */
        again(t);
        assert_kept(t->conn, 1, NULL);
        sqlite3_close(other);
}

/* What is made over several snapshots may be of none of them. */
static void memo_keeps_nothing_of_several_snapshots(void **state)
{
        struct memo_test *t = *state;
        struct err err = { 0 };

        assert_ok(db_read_refresh(t->conn, &err));
        db_keep(t->conn, key_of(1), STR("mixed"));
        assert_kept(t->conn, 1, NULL);
        again(t);
        db_keep(t->conn, key_of(1), STR("one snapshot"));
        assert_kept(t->conn, 1, "one snapshot");
}

static void memo_bounds_what_callers_keep(void **state)
{
        struct memo_test *t = *state;
        char text[3000];
        unsigned found = 0;

        memset(text, 'x', sizeof(text));
        for (unsigned i = 0; i < 1000; i++) {
                db_keep(t->conn, key_of(i), (struct str){ text, sizeof(text) });
                again(t);
        }
        for (unsigned i = 0; i < 1000; i++) {
                struct str bytes;

                found += db_recall(t->conn, key_of(i), &bytes);
        }
        assert_true(found >= 3 && found * sizeof(text) <= KEPT_BYTES);
        assert_kept(t->conn, 0, NULL);
        /* What is asked for again and again stays, whatever else comes and goes. */
        db_keep(t->conn, key_of(5000), STR("popular"));
        for (unsigned i = 0; i < 100; i++) {
                db_keep(t->conn, key_of(i + 6000), (struct str){ text, sizeof(text) });
                assert_kept(t->conn, 5000, "popular");
                again(t);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(memo_gives_the_same_rows_again),
                TEST(memo_tells_values_apart),
                TEST(memo_tells_types_of_values_apart),
                TEST(memo_goes_on_where_the_first_reader_stopped),
                TEST(memo_forgets_when_this_program_writes),
                TEST(memo_forgets_when_another_program_writes),
                TEST(memo_does_not_remember_under_constant_writing),
                TEST(memo_leaves_out_long_results),
                TEST(memo_leaves_out_what_is_converted),
                TEST(memo_converts_when_rows_are_read_differently),
                TEST(memo_lets_the_same_text_be_used_at_once),
                TEST(memo_survives_statements_that_go),
                TEST(memo_is_bounded),
                TEST(memo_agrees_with_a_database_that_remembers_nothing),
                TEST(memo_keeps_what_callers_made),
                TEST(memo_drops_what_callers_made_when_somebody_writes),
                TEST(memo_keeps_nothing_of_several_snapshots),
                TEST(memo_bounds_what_callers_keep),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
