/* Counting tries per key and minute, with time given. */
#include "unit.h"

#include "auth/internal.h"

static void limiter_counts_within_a_minute(void **state)
{
        struct limiter *limiter = limiter_new();

        (void)state;
        for (int i = 0; i < 3; i++)
                assert_true(limiter_try(limiter, STR("a"), 3, 1000));
        assert_false(limiter_try(limiter, STR("a"), 3, 1000));
        assert_false(limiter_try(limiter, STR("a"), 3, 60999));
        assert_true(limiter_try(limiter, STR("b"), 3, 1000));
        limiter_free(limiter);
}

static void limiter_begins_again_after_a_minute(void **state)
{
        struct limiter *limiter = limiter_new();

        (void)state;
        assert_true(limiter_try(limiter, STR("a"), 1, 1000));
        assert_false(limiter_try(limiter, STR("a"), 1, 60999));
        assert_true(limiter_try(limiter, STR("a"), 1, 61000));
        assert_false(limiter_try(limiter, STR("a"), 1, 61001));
        limiter_free(limiter);
}

/* More keys than places: it goes on working, and forgets the oldest first. */
static void limiter_survives_many_keys(void **state)
{
        struct limiter *limiter = limiter_new();
        char name[32];
        unsigned kept = 0;

        (void)state;
        for (int i = 0; i < 20000; i++) {
                snprintf(name, sizeof(name), "key %d", i);
                assert_true(limiter_try(limiter, str_from(name), 1, 1000 + (uint64_t)i));
        }
        for (int i = 19900; i < 20000; i++) {
                snprintf(name, sizeof(name), "key %d", i);
                kept += !limiter_try(limiter, str_from(name), 1, 21000);
        }
        assert_true(kept > 90);
        limiter_free(limiter);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(limiter_counts_within_a_minute),
                cmocka_unit_test(limiter_begins_again_after_a_minute),
                cmocka_unit_test(limiter_survives_many_keys),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
