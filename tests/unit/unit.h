/*
 * unit.h - what every unit test includes first: cmocka and what its header needs.
 *
 * A test file ends with a table and a main:
 *
 *     int main(void)
 *     {
 *             const struct CMUnitTest tests[] = {
 *                     cmocka_unit_test(arena_alloc_is_zeroed),
 *             };
 *             return cmocka_run_group_tests(tests, NULL, NULL);
 *     }
 *
 * Tests are named file_function_condition.
 */
#ifndef VITRINE_TESTS_UNIT_H
#define VITRINE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

/* A struct str against a C string, with both shown on failure. */
#define assert_str(s, expected)                                                             \
        do {                                                                                \
                struct str str_ = (s);                                                      \
                const char *expected_ = (expected);                                         \
                if (!str_eq_c(str_, expected_))                                             \
                        fail_msg("'%.*s' should be '%s'", STR_ARG(str_), expected_);        \
        } while (0)

/* A call that must succeed; shows the error otherwise. `err` must be in scope. */
#define assert_ok(call)                                                                     \
        do {                                                                                \
                enum rc rc_ = (call);                                                       \
                if (rc_)                                                                    \
                        fail_msg("%s: %s: %s", #call, rc_name(rc_), err.msg);               \
        } while (0)

#endif
