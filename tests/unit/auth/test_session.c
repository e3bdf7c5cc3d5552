/* Signing in with a password: cookies, their end, and how often one may try. */
#include "auth_test.h"

#include "store/session.h"

#define HOUR_US ((int64_t)3600 * 1000000)

static enum rc sign_in(struct fixture *f, const char *username, const char *password, const char *address,
                       struct str *ret_token, struct err *err)
{
        const struct auth_sign_in in = {
                .username = str_from(username), .password = str_from(password), .address = str_from(address)
        };

        unsigned wait_s = 0;

        return auth_session_begin(f->auth, &f->arena, &in, ret_token, &wait_s, err);
}

static struct auth_identity identify(struct fixture *f, struct str cookie)
{
        struct auth_identity who = { 0 };
        struct db_conn *conn = NULL;
        struct err err = { 0 };

        assert_ok(db_read_begin(f->db, &conn, &err));
        assert_ok(auth_identify(f->auth, conn, &f->arena, STR_NULL, cookie, &who, &err));
        db_read_end(&conn);
        return who;
}

static struct str cookie_of(struct fixture *f, struct str token)
{
        return arena_printf(&f->arena, "theme=dark; vitrine_session=%.*s; x=y", STR_ARG(token));
}

static void session_begins_and_ends(void **state)
{
        struct fixture *f = *state;
        struct str token = STR_NULL;
        struct auth_identity who;
        struct err err = { 0 };

        assert_ok(sign_in(f, "Alice", PASSWORD, "10.0.0.1", &token, &err));
        who = identify(f, cookie_of(f, token));
        assert_int_equal(who.how, AUTH_SESSION);
        assert_int_equal(who.who.account_id, f->account.id);
        assert_true(who.csrf.len >= 20);
        assert_false(str_contains(token, who.csrf));
        assert_ok(auth_session_end(f->auth, cookie_of(f, token), &err));
        assert_int_equal(identify(f, cookie_of(f, token)).how, AUTH_NOBODY);
}

static void session_takes_the_secure_cookie(void **state)
{
        struct fixture *f = *state;
        struct str token = STR_NULL, cookie;
        struct err err = { 0 };

        assert_ok(sign_in(f, "alice", PASSWORD, "10.0.0.2", &token, &err));
        cookie = auth_session_cookie(&f->arena, token, true);
        assert_true(str_starts(cookie, STR("__Host-vitrine_session=")));
        assert_true(str_contains(cookie, STR("; Secure")));
        assert_true(str_contains(cookie, STR("; HttpOnly")));
        assert_true(str_contains(cookie, STR("; SameSite=Lax")));
        cookie = str_slice(cookie, 0, str_find(cookie, ';', 0));
        assert_int_equal(identify(f, cookie).how, AUTH_SESSION);
        assert_false(str_contains(auth_session_cookie(&f->arena, token, false), STR("Secure")));
}

static void session_of_strange_cookies_is_nobodys(void **state)
{
        struct fixture *f = *state;
        const struct str cookies[] = {
                STR(""), STR(";;;"), STR("vitrine_session"), STR("vitrine_session="), STR("vitrine_session=short"),
                STR("vitrine_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                STR("xvitrine_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        };

        for (size_t i = 0; i < ARRAY_LEN(cookies); i++)
                assert_int_equal(identify(f, cookies[i]).how, AUTH_NOBODY);
}

struct planted {
        struct fixture *f;
        struct session session;
        const char *token;
};

static enum rc plant(struct db_conn *conn, void *payload, struct err *err)
{
        struct planted *planted = payload;

        return store_session_insert(conn, &planted->session, sha256_str(&planted->f->arena, planted->token), err);
}

static void session_ends_when_idle_or_old(void **state)
{
        struct fixture *f = *state;
        int64_t now_us = clock_now_us();
        struct {
                const char *token;
                int64_t seen_us, expires_us;
                enum auth_how how;
        } cases[] = {
                { "good-good-good-good-good-good-good-good-goo", now_us - 11 * HOUR_US, now_us + HOUR_US, AUTH_SESSION },
                { "idle-idle-idle-idle-idle-idle-idle-idle-idl", now_us - 13 * HOUR_US, now_us + HOUR_US, AUTH_NOBODY },
                { "over-over-over-over-over-over-over-over-ove", now_us, now_us - 1, AUTH_NOBODY },
        };
        struct err err = { 0 };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct planted planted = {
                        .f = f,
                        .token = cases[i].token,
                        .session = { .account_id = f->account.id, .created_us = now_us - 20 * HOUR_US,
                                     .seen_us = cases[i].seen_us, .expires_us = cases[i].expires_us },
                };

                assert_ok(db_write(f->db, plant, &planted, &err));
                assert_int_equal(identify(f, cookie_of(f, str_from(cases[i].token))).how, cases[i].how);
        }
        /* Having been seen, the first one is young again, and the sweep leaves it alone. */
        auth_tick(f->auth);
        assert_int_equal(identify(f, cookie_of(f, str_from(cases[0].token))).how, AUTH_SESSION);
}

static void session_refuses_with_one_sentence(void **state)
{
        struct fixture *f = *state;
        struct str token = STR_NULL;
        struct err wrong = { 0 }, unknown = { 0 }, empty = { 0 };

        assert_int_equal(sign_in(f, "alice", "wrong password", "10.0.0.3", &token, &wrong), RC_UNAUTHENTICATED);
        assert_int_equal(sign_in(f, "nobody", PASSWORD, "10.0.0.3", &token, &unknown), RC_UNAUTHENTICATED);
        assert_int_equal(sign_in(f, "", "", "10.0.0.3", &token, &empty), RC_UNAUTHENTICATED);
        assert_string_equal(wrong.msg, unknown.msg);
        assert_string_equal(wrong.msg, empty.msg);
        assert_true(str_is_null(token));
}

static void session_limits_tries_of_an_account_and_of_an_address(void **state)
{
        struct fixture *f = *state;
        struct str token = STR_NULL;
        struct err err = { 0 };
        unsigned refused = 0;

        for (int i = 0; i < 5; i++)
                assert_int_equal(sign_in(f, "bob", "wrong password", "10.1.0.1", &token, &err), RC_UNAUTHENTICATED);
        assert_int_equal(sign_in(f, "BOB", "wrong password", "10.1.0.2", &token, &err), RC_TOO_MANY);
        for (int i = 0; i < 21; i++) {
                char name[16];

                snprintf(name, sizeof(name), "user%d", i);
                refused += sign_in(f, name, "", "10.2.0.1", &token, &err) == RC_TOO_MANY;
        }
        assert_int_equal(refused, 1);
}

static void session_counts_names_and_addresses_of_one_account_together(void **state)
{
        struct fixture *f = *state;
        struct auth_sign_in in = { .username = STR("alice"), .password = STR("wrong"), .address = STR("10.3.0.1") };
        struct str token = STR_NULL;
        struct err err = { 0 };
        unsigned wait_s = 0;
        enum rc rc = RC_OK;

        /* Knowing the password gives the five tries back. */
        for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 4; i++)
                        assert_int_not_equal(sign_in(f, "alice", "wrong", "10.3.0.2", &token, &err), RC_OK);
                assert_ok(sign_in(f, "alice", PASSWORD, "10.3.1.1", &token, &err));
        }
        for (int i = 0; i < 6; i++)
                rc = auth_session_begin(f->auth, &f->arena, &in, &token, &wait_s, &err);
        assert_int_equal(rc, RC_TOO_MANY);
        assert_in_range(wait_s, 50, 60);
        assert_non_null(strstr(err.msg, " seconds"));
}

static void session_ends_everywhere(void **state)
{
        struct fixture *f = *state;
        struct str one = STR_NULL, two = STR_NULL;
        struct err err = { 0 };

        assert_ok(auth_session_open(f->auth, &f->arena, f->account.id, &one, &err));
        assert_ok(auth_session_open(f->auth, &f->arena, f->account.id, &two, &err));
        assert_int_equal(identify(f, cookie_of(f, one)).how, AUTH_SESSION);
        assert_false(str_eq(identify(f, cookie_of(f, one)).csrf, identify(f, cookie_of(f, two)).csrf));
        assert_true(auth_csrf_is(identify(f, cookie_of(f, one)).csrf, auth_csrf(&f->arena, one)));
        assert_false(auth_csrf_is(auth_csrf(&f->arena, two), auth_csrf(&f->arena, one)));
        assert_false(auth_csrf_is(STR_NULL, STR_NULL));
        assert_ok(auth_session_end_all(f->auth, f->account.id, &err));
        assert_int_equal(identify(f, cookie_of(f, one)).how, AUTH_NOBODY);
        assert_int_equal(identify(f, cookie_of(f, two)).how, AUTH_NOBODY);
}

static void session_password_has_a_length(void **state)
{
        struct fixture *f = *state;
        struct str phc = STR_NULL;
        struct err err = { 0 };
        char long_one[1026];

        memset(long_one, 'x', sizeof(long_one));
        assert_int_equal(auth_password_hash(&f->arena, STR("1234567"), &phc, &err), RC_INVALID);
        assert_int_equal(auth_password_hash(&f->arena, (struct str){ long_one, 1025 }, &phc, &err), RC_INVALID);
        assert_ok(auth_password_hash(&f->arena, STR("12345678"), &phc, &err));
        assert_true(str_starts(phc, STR("$argon2id$")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(session_begins_and_ends),
                cmocka_unit_test(session_takes_the_secure_cookie),
                cmocka_unit_test(session_of_strange_cookies_is_nobodys),
                cmocka_unit_test(session_ends_when_idle_or_old),
                cmocka_unit_test(session_refuses_with_one_sentence),
                cmocka_unit_test(session_limits_tries_of_an_account_and_of_an_address),
                cmocka_unit_test(session_ends_everywhere),
                cmocka_unit_test(session_counts_names_and_addresses_of_one_account_together),
                cmocka_unit_test(session_password_has_a_length),
        };
        return cmocka_run_group_tests(tests, fixture_make, fixture_free);
}
