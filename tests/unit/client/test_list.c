/* Tests of client/list.c: what becomes of filters. */
#include "unit.h"

#include "client/list.h"

static void expect(const char *filter, const char *name, bool registry, const char *wanted)
{
        struct arena arena;
        struct str got = STR_NULL;
        struct err err = { 0 };

        arena_begin(&arena);
        assert_int_equal(list_filter(&arena, filter, name, registry, &got, &err), RC_OK);
        if (wanted)
                assert_string_equal(got.ptr, wanted);
        else
                assert_true(str_is_null(got));
        arena_done(&arena);
}

static void list_filter_without_anything_is_absent(void **state UNUSED)
{
        expect(NULL, NULL, false, NULL);
        expect(NULL, NULL, true, NULL);
}

static void list_filter_joins_the_name_and_what_is_given(void **state UNUSED)
{
        expect(NULL, "a \"b\"", false, "{\"name\":\"a \\\"b\\\"\"}");
        expect("{\"tag\": \"x\"}", NULL, false, "{\"tag\":\"x\"}");
        expect("{\"tag\": \"x\"}", "a", false, "{\"$and\":[{\"name\":\"a\"},{\"tag\":\"x\"}]}");
}

static void list_filter_puts_the_prefix_before_names_of_registries(void **state UNUSED)
{
        expect(NULL, "m", true, "{\"name\":\"wandb-registry-m\"}");
        expect(NULL, "wandb-registry-m", true, "{\"name\":\"wandb-registry-m\"}");
        expect("{\"name\": {\"$in\": [\"a\", \"wandb-registry-b\"]}}", NULL, true,
               "{\"name\":{\"$in\":[\"wandb-registry-a\",\"wandb-registry-b\"]}}");
        expect("{\"$or\": [{\"name\": {\"$ne\": \"a\"}}, {\"description\": \"a\"}]}", NULL, true,
               "{\"$or\":[{\"name\":{\"$ne\":\"wandb-registry-a\"}},{\"description\":\"a\"}]}");
}

static void list_filter_leaves_parts_of_names_alone(void **state UNUSED)
{
        expect("{\"name\": {\"$contains\": \"a\"}}", NULL, true, "{\"name\":{\"$contains\":\"a\"}}");
        expect("{\"name\": {\"$regex\": \"^a\"}}", NULL, true, "{\"name\":{\"$regex\":\"^a\"}}");
}

static void list_filter_refuses_what_is_none(void **state UNUSED)
{
        static const char *const wrong[] = { "", "{", "[]", "\"name\"", "{\"a\": }", "null" };
        struct arena arena;

        arena_begin(&arena);
        for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
                struct str got = STR_NULL;
                struct err err = { 0 };

                assert_int_equal(list_filter(&arena, wrong[i], NULL, true, &got, &err), RC_INVALID);
                assert_true(err.msg[0] != '\0' && str_is_null(got));
        }
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(list_filter_without_anything_is_absent),
                cmocka_unit_test(list_filter_joins_the_name_and_what_is_given),
                cmocka_unit_test(list_filter_puts_the_prefix_before_names_of_registries),
                cmocka_unit_test(list_filter_leaves_parts_of_names_alone),
                cmocka_unit_test(list_filter_refuses_what_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
