/*
 * test_status.c - each kind of error has an exit status, and the table of the man pages knows it.
 */
#include "unit.h"

#include "cli/status.h"

static int status(enum vitrine_code code, int system_errno)
{
        return (int)status_of(&(struct vitrine_error){ .code = code, .system_errno = system_errno });
}

static void status_of_every_code_is_in_the_table(void **state)
{
        (void)state;
        for (int code = VITRINE_OK; code <= VITRINE_PROTOCOL; code++) {
                bool found = false;

                for (size_t i = 0; i < status_line_count; i++)
                        found = found || (int)status_lines[i].status == status((enum vitrine_code)code, 0);
                assert_true(found);
        }
        assert_int_equal(status(VITRINE_OK, 0), 0);
        assert_int_equal(status(VITRINE_NOT_FOUND, 0), 3);
        assert_int_equal(status(VITRINE_CANCELED, 0), 130);
}

static void status_of_the_future_is_a_mistake(void **state)
{
        (void)state;
        assert_int_equal(status((enum vitrine_code)99, 0), EXIT_MISTAKE);
}

static void status_of_a_full_disk_is_not_that_of_a_missing_server(void **state)
{
        (void)state;
        assert_int_equal(status(VITRINE_UNAVAILABLE, 0), EXIT_UNREACHABLE);
        assert_int_equal(status(VITRINE_UNAVAILABLE, ECONNREFUSED), EXIT_UNREACHABLE);
        assert_int_equal(status(VITRINE_UNAVAILABLE, ENOSPC), EXIT_MACHINE);
        assert_int_equal(status(VITRINE_UNAVAILABLE, EDQUOT), EXIT_MACHINE);
}

static void fail_with_writes_one_sentence(void **state)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;

        (void)state;
        assert_int_equal(fail_with(&error, VITRINE_DENIED, "No, %s.", "thanks"), VITRINE_DENIED);
        assert_string_equal(error.message, "No, thanks.");
        assert_int_equal(error.code, VITRINE_DENIED);
        errno = ENOENT;
        assert_int_equal(fail_errno(&error, VITRINE_IO, "a"), VITRINE_IO);
        assert_string_equal(error.message, "a: No such file or directory.");
        assert_int_equal(error.system_errno, ENOENT);
        assert_int_equal(fail_with(NULL, VITRINE_IO, "b"), VITRINE_IO);
}

static void fail_from_a_room_keeps_message_and_errno(void **state)
{
        struct err err = { .rc = RC_UNAVAILABLE, .sys_errno = ENOSPC, .msg = "x: No space left on device" };
        struct vitrine_error error = VITRINE_ERROR_INIT;

        (void)state;
        assert_int_equal(fail_from(&error, &err), VITRINE_IO);
        assert_string_equal(error.message, "x: No space left on device");
        assert_int_equal(error.system_errno, ENOSPC);
        err = (struct err){ .rc = RC_NOT_FOUND };
        assert_int_equal(fail_from(&error, &err), VITRINE_NOT_FOUND);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(status_of_every_code_is_in_the_table),
                cmocka_unit_test(status_of_the_future_is_a_mistake),
                cmocka_unit_test(status_of_a_full_disk_is_not_that_of_a_missing_server),
                cmocka_unit_test(fail_with_writes_one_sentence),
                cmocka_unit_test(fail_from_a_room_keeps_message_and_errno),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
