/* Authorization headers: which are understood, whose they are, which are refused. */
#include "auth_test.h"

static enum rc identify(struct fixture *f, struct str authorization, struct str cookie, struct auth_identity *ret,
                        struct err *err)
{
        _cleanup_(db_read_end) struct db_conn *conn = NULL;
        enum rc rc = db_read_begin(f->db, &conn, err);

        return rc ? rc : auth_identify(f->auth, conn, &f->arena, authorization, cookie, ret, err);
}

static struct str basic(struct fixture *f, const char *pair)
{
        return arena_printf(&f->arena, "Basic %.*s", STR_ARG(crypto_base64(&f->arena, pair, strlen(pair))));
}

static void authenticate_without_header_is_nobody(void **state)
{
        struct auth_identity who = { .how = AUTH_KEY };
        struct err err = { 0 };

        assert_ok(identify(*state, STR_NULL, STR_NULL, &who, &err));
        assert_int_equal(who.how, AUTH_NOBODY);
        assert_int_equal(who.who.account_id, 0);
}

static void authenticate_takes_any_user_name_with_the_key(void **state)
{
        struct fixture *f = *state;
        const char *const pairs[] = { "api:" KEY, "user:" KEY, ":" KEY, "alice:" KEY };

        for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
                struct auth_identity who = { 0 };
                struct err err = { 0 };

                assert_ok(identify(f, basic(f, pairs[i]), STR_NULL, &who, &err));
                assert_int_equal(who.how, AUTH_KEY);
                assert_int_equal(who.who.account_id, f->account.id);
                assert_int_equal(who.who.entity_id, f->account.entity_id);
                assert_int_equal(who.who.default_entity_id, f->account.entity_id);
                assert_int_equal(who.who.key_id, f->key.id);
                assert_str(who.who.username, "alice");
                assert_false(who.who.admin);
        }
}

static void authenticate_takes_bearer(void **state)
{
        struct fixture *f = *state;
        struct auth_identity who = { 0 };
        struct err err = { 0 };

        assert_ok(identify(f, STR("bearer  " KEY), STR_NULL, &who, &err));
        assert_int_equal(who.who.account_id, f->account.id);
}

static void authenticate_refuses(void **state)
{
        struct fixture *f = *state;
        const struct str headers[] = {
                basic(f, "api:" KEY "x"), basic(f, "api:"),        basic(f, KEY),   basic(f, KEY ":"),
                basic(f, "api: " KEY),    STR("Basic"),            STR("Basic !!"), STR("Basic YXBp"),
                STR("Bearer x"),          STR("Negotiate " KEY),   STR(KEY),        STR("Bearer"),
                STR("Digest username=x"),
        };

        for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
                struct auth_identity who = { 0 };
                struct err err = { 0 };
                enum rc rc = identify(f, headers[i], STR_NULL, &who, &err);

                if (rc != RC_UNAUTHENTICATED)
                        fail_msg("'%.*s' gave %s", STR_ARG(headers[i]), rc_name(rc));
                assert_null(strstr(err.msg, KEY));
        }
}

static enum rc delete_key(struct db_conn *conn, void *payload, struct err *err)
{
        return store_api_key_delete(conn, *(int64_t *)payload, err);
}

static enum rc add_key(struct db_conn *conn, void *payload, struct err *err)
{
        struct fixture *f = payload;
        struct api_key key = { .account_id = f->account.id, .description = STR(""), .hint = STR("zzzz") };
        enum rc rc = store_api_key_insert(conn, &key, sha256_str(&f->arena, "second key"), err);

        f->key = rc ? f->key : key;
        return rc;
}

/* The next request after the deletion is refused: nothing is kept in memory. */
static void authenticate_refuses_a_revoked_key_at_once(void **state)
{
        struct fixture *f = *state;
        struct api_key first = f->key;
        struct auth_identity who = { 0 };
        struct err err = { 0 };

        assert_ok(db_write(f->db, add_key, f, &err));
        assert_ok(identify(f, STR("Bearer second key"), STR_NULL, &who, &err));
        assert_ok(db_write(f->db, delete_key, &f->key.id, &err));
        assert_int_equal(identify(f, STR("Bearer second key"), STR_NULL, &who, &err), RC_UNAUTHENTICATED);
        f->key = first;
}

static void authenticate_notes_the_use_of_a_key_with_the_next_tick(void **state)
{
        struct fixture *f = *state;
        struct db_conn *conn = NULL;
        struct auth_identity who = { 0 };
        struct api_key *key = NULL;
        struct err err = { 0 };

        assert_ok(identify(f, STR("Bearer " KEY), STR_NULL, &who, &err));
        auth_tick(f->auth);
        assert_ok(db_read_begin(f->db, &conn, &err));
        assert_ok(store_api_key_by_id(conn, &f->arena, f->key.id, &key, &err));
        db_read_end(&conn);
        assert_non_null(key);
        assert_true(key->last_used_us > 0 && key->last_used_us <= clock_now_us());
}

static enum rc retire(struct db_conn *conn, void *payload, struct err *err)
{
        struct fixture *f = payload;

        return store_account_retire(conn, &f->account, 5, err);
}

static void authenticate_refuses_a_deleted_user(void **state)
{
        struct fixture *f = *state;
        struct auth_identity who = { 0 };
        struct err err = { 0 };

        assert_ok(db_write(f->db, retire, f, &err));
        assert_int_equal(identify(f, STR("Bearer " KEY), STR_NULL, &who, &err), RC_UNAUTHENTICATED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(authenticate_without_header_is_nobody),
                cmocka_unit_test(authenticate_takes_any_user_name_with_the_key),
                cmocka_unit_test(authenticate_takes_bearer),
                cmocka_unit_test(authenticate_refuses),
                cmocka_unit_test(authenticate_refuses_a_revoked_key_at_once),
                cmocka_unit_test(authenticate_notes_the_use_of_a_key_with_the_next_tick),
                cmocka_unit_test(authenticate_refuses_a_deleted_user),
        };
        return cmocka_run_group_tests(tests, fixture_make, fixture_free);
}
