/* Tests of base/err.c. */
#include "unit.h"

static void rc_name_every_code_has_its_own(void **state UNUSED)
{
        for (int a = 0; a < RC__COUNT; a++) {
                assert_non_null(rc_name((enum rc)a));
                for (int b = 0; b < a; b++)
                        assert_string_not_equal(rc_name((enum rc)a), rc_name((enum rc)b));
        }
        assert_string_equal(rc_name(RC_NOT_FOUND), "NOT_FOUND");
        assert_string_equal(rc_name(RC__COUNT), "INTERNAL");
}

static void err_set_fills_everything(void **state UNUSED)
{
        struct err err = { 0 };

        assert_int_equal(err_set(&err, RC_EXISTS, "the name '%s' is taken", "a"), RC_EXISTS);
        assert_int_equal(err.rc, RC_EXISTS);
        assert_int_equal(err.sys_errno, 0);
        assert_string_equal(err.msg, "the name 'a' is taken");
        assert_non_null(strstr(err.file, "test_err.c"));
        assert_true(err.line > 0);
}

static void err_set_null_is_accepted(void **state UNUSED)
{
        errno = ENOSPC;
        assert_int_equal(err_set(NULL, RC_DENIED, "no"), RC_DENIED);
        assert_int_equal(err_set_errno(NULL, RC_IO, "no"), RC_UNAVAILABLE);
        assert_int_equal(err_prefix(NULL, RC_DENIED, "context"), RC_DENIED);
}

static void err_set_errno_adds_its_text(void **state UNUSED)
{
        struct err err = { 0 };

        errno = EACCES;
        assert_int_equal(err_set_errno(&err, RC_IO, "cannot open %s", "x"), RC_IO);
        assert_string_equal(err.msg, "cannot open x: Permission denied");
        assert_int_equal(err.sys_errno, EACCES);
        errno = 9999;
        (void)err_set_errno(&err, RC_IO, "odd");
        assert_string_equal(err.msg, "odd: unknown system error");
}

static void err_set_errno_full_disk_is_unavailable(void **state UNUSED)
{
        struct err err = { 0 };

        errno = ENOSPC;
        assert_int_equal(err_set_errno(&err, RC_IO, "cannot write"), RC_UNAVAILABLE);
        assert_int_equal(err.rc, RC_UNAVAILABLE);
        assert_string_equal(err.msg, "cannot write: No space left on device");
        errno = EDQUOT;
        assert_int_equal(err_set_errno(&err, RC_IO, "cannot write"), RC_UNAVAILABLE);
        errno = ENOSPC; /* only RC_IO is turned */
        assert_int_equal(err_set_errno(&err, RC_NOT_FOUND, "x"), RC_NOT_FOUND);
}

static void err_prefix_builds_a_chain(void **state UNUSED)
{
        struct err err = { 0 };

        (void)err_set(&err, RC_NOT_FOUND, "no version v%d", 3);
        assert_int_equal(err_prefix(&err, RC_NOT_FOUND, "moving alias '%s'", "prod"), RC_NOT_FOUND);
        (void)err_prefix(&err, RC_NOT_FOUND, "linking");
        assert_string_equal(err.msg, "linking: moving alias 'prod': no version v3");
        assert_int_equal(err.rc, RC_NOT_FOUND);
}

static void err_set_may_quote_its_own_message(void **state UNUSED)
{
        struct err err = { 0 };

        (void)err_set(&err, RC_IO, "disk");
        (void)err_set(&err, RC_CORRUPT, "again %s", err.msg);
        assert_string_equal(err.msg, "again disk");
        (void)err_prefix(&err, RC_CORRUPT, "[%s]", err.msg);
        assert_string_equal(err.msg, "[again disk]: again disk");
}

static void err_msg_is_cut_between_code_points(void **state UNUSED)
{
        /* Three-byte signs behind 0, 1 and 2 bytes: each way the cut can fall. */
        for (int lead = 0; lead < 3; lead++) {
                char text[700] = "xx";
                struct err err = { 0 };
                size_t len = (size_t)lead;

                while (len + 4 < sizeof(text)) {
                        memcpy(text + len, "\xE2\x82\xAC", 4);
                        len += 3;
                }
                (void)err_set(&err, RC_INVALID, "%s", text);
                assert_true(strlen(err.msg) <= 511 && strlen(err.msg) > 508);
                assert_true(str_is_utf8(str_from(err.msg)));
                assert_null(strchr(err.msg, '?'));

                (void)err_prefix(&err, RC_INVALID, "%s", "p");
                assert_true(str_starts(str_from(err.msg), STR("p: ")));
                assert_true(strlen(err.msg) <= 511 && strlen(err.msg) > 508);
                assert_true(str_is_utf8(str_from(err.msg)));
        }
}

static void err_msg_long_text_keeps_its_start(void **state UNUSED)
{
        struct err err = { 0 };

        errno = EIO;
        (void)err_set_errno(&err, RC_IO, "%0600d", 1);
        assert_int_equal(strlen(err.msg), 511);
        (void)err_prefix(&err, RC_IO, "reading");
        assert_int_equal(strlen(err.msg), 511);
        assert_true(str_starts(str_from(err.msg), STR("reading: 000")));
        (void)err_prefix(&err, RC_IO, "%0600d", 1);
        assert_int_equal(strlen(err.msg), 511);
        assert_true(str_starts(str_from(err.msg), STR("00000")));
}

static void err_msg_is_one_clean_line(void **state UNUSED)
{
        struct err err = { 0 };

        (void)err_set(&err, RC_INVALID, "name '%s'", "a\nb\x1B[0m\x7F\xFFz\xC3\xA4");
        assert_string_equal(err.msg, "name 'a?b?[0m??z\xC3\xA4'");
        (void)err_set(&err, RC_INVALID, "%s", "\xC3");
        assert_string_equal(err.msg, "?");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(rc_name_every_code_has_its_own),
                cmocka_unit_test(err_set_fills_everything),
                cmocka_unit_test(err_set_null_is_accepted),
                cmocka_unit_test(err_set_errno_adds_its_text),
                cmocka_unit_test(err_set_errno_full_disk_is_unavailable),
                cmocka_unit_test(err_prefix_builds_a_chain),
                cmocka_unit_test(err_set_may_quote_its_own_message),
                cmocka_unit_test(err_msg_is_cut_between_code_points),
                cmocka_unit_test(err_msg_long_text_keeps_its_start),
                cmocka_unit_test(err_msg_is_one_clean_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
