/* Tokens: what they carry, and every way in which they must be refused. */
#include "auth_test.h"

#include "auth/internal.h"
#include "auth/sign.h"
#include "store/setting.h"

#define NOW ((int64_t)1000000000)
#define LATER (NOW + 60000000)

static struct str sign(struct fixture *f, struct str payload)
{
        return auth_sign(f->auth, &f->arena, "upload", payload, LATER);
}

static enum rc verify(struct fixture *f, const char *purpose, struct str token, int64_t now_us, struct str *ret,
                      struct err *err)
{
        return auth_verify(f->auth, &f->arena, purpose, token, now_us, ret, err);
}

static void sign_verify_gives_payload_back(void **state)
{
        struct fixture *f = *state;
        const struct str payloads[] = { STR("hello"), { "\0\xff binary \0", 11 }, STR("") };
        struct err err = { 0 };

        for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
                struct str got = STR_NULL;

                assert_ok(verify(f, "upload", sign(f, payloads[i]), NOW, &got, &err));
                assert_true(str_eq(got, payloads[i]));
        }
}

static void sign_token_is_made_of_url_characters(void **state)
{
        struct fixture *f = *state;
        struct str token = sign(f, (struct str){ "\xff\xfe\xfd?!>~>>", 9 });

        for (size_t i = 0; i < token.len; i++)
                assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", token.ptr[i]));
}

static void sign_verify_refuses_every_changed_character(void **state)
{
        struct fixture *f = *state;
        struct str token = sign(f, STR("payload of some length"));
        struct str got = STR_NULL;

        for (size_t i = 0; i < token.len; i++) {
                char *bad = arena_cstr(&f->arena, token);
                struct err err = { 0 };

                bad[i] = bad[i] == 'A' ? 'B' : 'A';
                assert_int_equal(verify(f, "upload", (struct str){ bad, token.len }, NOW, &got, &err), RC_DENIED);
                assert_non_null(strstr(err.msg, "altered"));
        }
        assert_true(str_is_null(got));
}

static void sign_verify_refuses_every_cut(void **state)
{
        struct fixture *f = *state;
        struct str token = sign(f, STR("payload"));
        struct str got = STR_NULL;
        struct err err = { 0 };

        for (size_t len = 0; len < token.len; len++)
                assert_int_equal(verify(f, "upload", str_slice(token, 0, len), NOW, &got, &err), RC_DENIED);
        assert_int_equal(verify(f, "upload", arena_printf(&f->arena, "%.*sA", STR_ARG(token)), NOW, &got, &err),
                         RC_DENIED);
        assert_int_equal(verify(f, "upload", STR_NULL, NOW, &got, &err), RC_DENIED);
        assert_int_equal(verify(f, "upload", STR("."), NOW, &got, &err), RC_DENIED);
}

static void sign_verify_refuses_another_purpose(void **state)
{
        struct fixture *f = *state;
        struct str got = STR_NULL;
        struct err err = { 0 };

        assert_int_equal(verify(f, "download", sign(f, STR("x")), NOW, &got, &err), RC_DENIED);
        assert_int_equal(verify(f, "uploa", sign(f, STR("x")), NOW, &got, &err), RC_DENIED);
}

static void sign_verify_says_expired(void **state)
{
        struct fixture *f = *state;
        struct str token = sign(f, STR("x")), got = STR_NULL;
        struct err err = { 0 };

        assert_ok(verify(f, "upload", token, LATER - 1, &got, &err));
        assert_int_equal(verify(f, "upload", token, LATER, &got, &err), RC_DENIED);
        assert_non_null(strstr(err.msg, "expired"));
}

static void sign_keys_are_shared_by_processes(void **state)
{
        struct fixture *f = *state;
        struct auth *other = NULL;
        struct str got = STR_NULL;
        struct err err = { 0 };

        assert_ok(auth_open(f->db, &other, &err));
        assert_ok(auth_verify(other, &f->arena, "upload", sign(f, STR("x")), NOW, &got, &err));
        auth_close(other);
}

static enum rc age_key(struct db_conn *conn, void *payload, struct err *err)
{
        struct fixture *f = payload;
        struct str stored = STR_NULL;
        enum rc rc = store_setting_get(conn, &f->arena, STR("sign.keys"), &stored, err);
        char *bytes;

        if (rc)
                return rc;
        bytes = arena_cstr(&f->arena, stored);
        memset(bytes + 4, 0, 8); /* born in 1970 */
        return store_setting_set(conn, STR("sign.keys"), (struct str){ bytes, stored.len }, err);
}

/* A key that is renewed elsewhere: old tokens hold, and this process learns of the new key. */
static void sign_renewal_keeps_the_last_key(void **state)
{
        struct fixture *f = *state;
        struct str old = sign(f, STR("old")), got = STR_NULL, fresh;
        struct auth *other = NULL;
        struct err err = { 0 };

        assert_ok(db_write(f->db, age_key, f, &err));
        assert_ok(auth_open(f->db, &other, &err)); /* renews, as the key is old */
        assert_int_equal(other->sign_keys[0].id, f->auth->sign_keys[0].id + 1);
        assert_ok(auth_verify(other, &f->arena, "upload", old, NOW, &got, &err));
        fresh = auth_sign(other, &f->arena, "upload", STR("new"), LATER);
        f->auth->sign_loaded_us = 0;
        assert_ok(verify(f, "upload", fresh, NOW, &got, &err));
        assert_str(got, "new");
        auth_close(other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sign_verify_gives_payload_back),
                cmocka_unit_test(sign_token_is_made_of_url_characters),
                cmocka_unit_test(sign_verify_refuses_every_changed_character),
                cmocka_unit_test(sign_verify_refuses_every_cut),
                cmocka_unit_test(sign_verify_refuses_another_purpose),
                cmocka_unit_test(sign_verify_says_expired),
                cmocka_unit_test(sign_keys_are_shared_by_processes),
                cmocka_unit_test(sign_renewal_keeps_the_last_key),
        };
        return cmocka_run_group_tests(tests, fixture_make, fixture_free);
}
