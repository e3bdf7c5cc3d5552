/*
 * Argon2id with the parameters we promise, and no surprises for odd input.
 */
#include "unit.h"

#include "crypto/crypto.h"

static struct arena arena;

static int start(void **state)
{
        crypto_start();
        (void)state;
        return 0;
}

static int stop(void **state)
{
        arena_done(&arena);
        (void)state;
        return 0;
}

static void password_hash_verifies(void **state)
{
        struct str phc = STR_NULL, again = STR_NULL;
        struct err err = { 0 };

        assert_ok(crypto_password_hash(&arena, STR("correct horse"), &phc, &err));
        assert_true(str_starts(phc, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
        assert_true(crypto_password_verify(phc, STR("correct horse")));
        assert_false(crypto_password_verify(phc, STR("correct hors")));
        assert_false(crypto_password_verify(phc, STR("")));
        assert_ok(crypto_password_hash(&arena, STR("correct horse"), &again, &err));
        assert_false(str_eq(phc, again)); /* salted */
        (void)state;
}

static void password_zero_byte_counts(void **state)
{
        struct str phc = STR_NULL;
        struct err err = { 0 };

        assert_ok(crypto_password_hash(&arena, STR("a\0b"), &phc, &err));
        assert_true(crypto_password_verify(phc, STR("a\0b")));
        assert_false(crypto_password_verify(phc, STR("a")));
        assert_false(crypto_password_verify(phc, STR("a\0c")));
        (void)state;
}

static void password_bad_phc_is_refused(void **state)
{
        char longer[400];

        memset(longer, 'x', sizeof(longer));
        assert_false(crypto_password_verify(STR(""), STR("")));
        assert_false(crypto_password_verify(STR_NULL, STR("a")));
        assert_false(crypto_password_verify(STR("$argon2id$"), STR("a")));
        assert_false(crypto_password_verify((struct str){ longer, sizeof(longer) }, STR("a")));
        (void)state;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(password_hash_verifies),
                cmocka_unit_test(password_zero_byte_counts),
                cmocka_unit_test(password_bad_phc_is_refused),
        };

        return cmocka_run_group_tests(tests, start, stop);
}
