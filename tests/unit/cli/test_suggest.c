/*
 * test_suggest.c - the name that was probably meant.
 */
#include "unit.h"

#include "cli/suggest.h"

static const char *nearest(const char *typed)
{
        static const char *const known[] = { "push", "pull", "link", "unlink", "registry list", "registry create" };
        struct suggestion suggestion;

        suggest_begin(&suggestion, str_from(typed));
        for (size_t i = 0; i < ARRAY_LEN(known); i++)
                suggest_try(&suggestion, known[i]);
        return suggestion.best ? suggestion.best : "";
}

static void suggest_distance_counts_changes(void **state)
{
        (void)state;
        assert_int_equal(suggest_distance(STR("push"), STR("push")), 0);
        assert_int_equal(suggest_distance(STR("push"), STR("PUSH")), 0);
        assert_int_equal(suggest_distance(STR("puhs"), STR("push")), 1);
        assert_int_equal(suggest_distance(STR("pus"), STR("push")), 1);
        assert_int_equal(suggest_distance(STR("pushh"), STR("push")), 1);
        assert_int_equal(suggest_distance(STR("kitten"), STR("sitting")), 3);
        assert_int_equal(suggest_distance(STR(""), STR("abc")), 3);
        assert_int_equal(suggest_distance(STR("abc"), STR("")), 3);
}

static void suggest_distance_of_long_names_is_not_measured(void **state)
{
        char name[200];

        (void)state;
        memset(name, 'a', sizeof(name));
        assert_true(suggest_distance((struct str){ name, 128 }, STR("a")) == SIZE_MAX);
        assert_int_equal(suggest_distance((struct str){ name, 127 }, (struct str){ name, 126 }), 1);
}

static void suggest_finds_what_was_meant(void **state)
{
        (void)state;
        assert_string_equal(nearest("puhs"), "push");
        assert_string_equal(nearest("pul"), "pull");
        assert_string_equal(nearest("unlnik"), "unlink");
        assert_string_equal(nearest("registry ilst"), "registry list");
        assert_string_equal(nearest("regis"), "registry list");
}

static void suggest_is_silent_about_strangers(void **state)
{
        (void)state;
        assert_string_equal(nearest("frobnicate"), "");
        assert_string_equal(nearest("xyzw"), "");
        assert_string_equal(nearest(""), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(suggest_distance_counts_changes),
                cmocka_unit_test(suggest_distance_of_long_names_is_not_measured),
                cmocka_unit_test(suggest_finds_what_was_meant),
                cmocka_unit_test(suggest_is_silent_about_strangers),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
