/* Counting tries per key and minute, with time given. */
#include "auth_test.h"

#include "auth/internal.h"
#include "store/sign_in.h"

#define S ((int64_t)1000000)

/* How long to wait; 0: it counted. */
static unsigned try(struct fixture *f, const char *key, unsigned max, int64_t now_us)
{
        const struct limit limit = { .key = str_from(key), .max = max };
        struct err err = { 0 };
        unsigned wait_s = 99;

        assert_ok(limiter_try(f->db, &limit, 1, now_us, &wait_s, &err));
        return wait_s;
}

static void limiter_counts_within_a_minute(void **state)
{
        struct fixture *f = *state;

        for (int i = 0; i < 3; i++)
                assert_int_equal(try(f, "a", 3, 1000 * S), 0);
        assert_int_equal(try(f, "a", 3, 1000 * S), 60);
        assert_int_equal(try(f, "a", 3, 1059 * S + 1), 1);
        assert_int_equal(try(f, "b", 3, 1000 * S), 0);
}

static void limiter_begins_again_after_a_minute(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(try(f, "c", 1, 1000 * S), 0);
        assert_int_equal(try(f, "c", 1, 1060 * S - 1), 1);
        assert_int_equal(try(f, "c", 1, 1060 * S), 0);
        assert_int_equal(try(f, "c", 1, 1060 * S), 60);
        /* The clock went back. */
        assert_int_equal(try(f, "c", 1, 10 * S), 0);
}

/* The address has had its tries: the account's are left as they are. */
static void limiter_counts_for_all_or_for_none(void **state)
{
        struct fixture *f = *state;
        const struct limit limits[] = { { .key = STR("account"), .max = 2 }, { .key = STR("address"), .max = 1 } };
        struct err err = { 0 };
        unsigned wait_s = 0;

        assert_ok(limiter_try(f->db, limits, 2, 1000 * S, &wait_s, &err));
        assert_int_equal(wait_s, 0);
        for (int i = 0; i < 5; i++) {
                assert_ok(limiter_try(f->db, limits, 2, 1001 * S, &wait_s, &err));
                assert_int_equal(wait_s, 59);
        }
        assert_int_equal(try(f, "account", 2, 1002 * S), 0);
        assert_int_equal(try(f, "account", 2, 1002 * S), 58);
}

static enum rc sweep(struct db_conn *conn, void *payload, struct err *err)
{
        const int64_t *now_us = payload;

        return limiter_sweep(conn, *now_us, err);
}

static void limiter_sweeps_what_is_over(void **state)
{
        struct fixture *f = *state;
        struct db_conn *conn = NULL;
        int64_t now_us = 5000 * S;
        struct err err = { 0 };
        bool any = false;

        assert_int_equal(try(f, "old", 1, 4000 * S), 0);
        assert_int_equal(try(f, "young", 1, 4990 * S), 0);
        assert_ok(db_write(f->db, sweep, &now_us, &err));
        assert_ok(db_read_begin(f->db, &conn, &err));
        assert_ok(limiter_any_old(conn, now_us, &any, &err));
        db_read_end(&conn);
        assert_false(any);
        assert_int_equal(try(f, "young", 1, 5000 * S), 50);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(limiter_counts_within_a_minute),
                cmocka_unit_test(limiter_begins_again_after_a_minute),
                cmocka_unit_test(limiter_counts_for_all_or_for_none),
                cmocka_unit_test(limiter_sweeps_what_is_over),
        };
        return cmocka_run_group_tests(tests, fixture_make, fixture_free);
}
