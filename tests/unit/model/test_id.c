/* Tests of model/id.c. */
#include "unit.h"

#include "model/model.h"

static void id_format_is_what_clients_decode(void **state UNUSED)
{
        static const struct {
                struct id id;
                const char *text;
        } cases[] = {
                { { MODEL_ARTIFACT, 1 }, "QXJ0aWZhY3Q6MQ==" },
                { { MODEL_ARTIFACT, 12 }, "QXJ0aWZhY3Q6MTI=" },
                { { MODEL_ARTIFACT, 123 }, "QXJ0aWZhY3Q6MTIz" },
                { { MODEL_PROJECT_INTERNAL, 42 }, "UHJvamVjdEludGVybmFsSWQ6NDI=" },
                { { MODEL_USER, 7 }, "VXNlcjo3" },
                { { MODEL_ARTIFACT_MEMBERSHIP, INT64_MAX },
                  "QXJ0aWZhY3RDb2xsZWN0aW9uTWVtYmVyc2hpcDo5MjIzMzcyMDM2ODU0Nzc1ODA3" },
        };
        struct arena arena;

        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct id id = { MODEL_NONE, 0 };

                assert_str(id_format(&arena, cases[i].id), cases[i].text);
                assert_true(id_parse(str_from(cases[i].text), &id));
                assert_int_equal(id.type, cases[i].id.type);
                assert_true(id.number == cases[i].id.number);
        }
        arena_done(&arena);
}

static void id_round_trips_for_every_type_without_a_slash(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 0);
        for (unsigned type = 1; type < MODEL_TYPE__COUNT; type++)
                for (int64_t number = 1; number < 2000000; number = number * 3 + 1) {
                        struct id id = { (enum model_type)type, number };
                        struct id back = { MODEL_NONE, 0 };
                        struct str text = id_format(&arena, id);

                        assert_int_equal(text.len % 4, 0);
                        assert_true(str_find(text, '/', 0) == SIZE_MAX);
                        assert_true(id_parse(text, &back));
                        assert_true(back.type == id.type && back.number == number);
                }
        arena_done(&arena);
}

static void id_parse_refuses_other_spellings(void **state UNUSED)
{
        static const char *const wrong[] = {
                "",
                "QXJ0aWZhY3Q6MQ",         /* no padding */
                "QXJ0aWZhY3Q6MQ=",        /* too little */
                "QXJ0aWZhY3Q6MQ===",      /* too much */
                "QXJ0aWZhY3Q6MR==",       /* stray bits */
                "QXJ0aWZhY3Q6MQ==\n",
                " QXJ0aWZhY3Q6MQ==",
                "QXJ0aWZhY3Q6",           /* no number */
                "QXJ0aWZhY3Q6MA==",       /* 0 */
                "QXJ0aWZhY3Q6LTE=",       /* -1 */
                "QXJ0aWZhY3Q6KzE=",       /* +1 */
                "QXJ0aWZhY3Q6MDE=",       /* 01 */
                "QXJ0aWZhY3Q6MSA=",       /* "1 " */
                "QXJ0aWZhY3Q=",           /* no colon */
                "YXJ0aWZhY3Q6MQ==",       /* artifact:1 */
                "VGhpbmc6MQ==",           /* Thing:1 */
                "OjE=",                   /* :1 */
                "QXJ0aWZhY3Q6OTIyMzM3MjAzNjg1NDc3NTgwOA==", /* past int64 */
                "Artifact:1",
                "12",
                "QXJ0aWZhY3Q6MQ==QXJ0aWZhY3Q6MQ==",
                ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                 "AAAAAAAAAAAAAAAAAAAA"),
        };

        for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
                struct id id = { MODEL_TAG, 5 };

                if (id_parse(str_from(wrong[i]), &id))
                        fail_msg("'%s' was taken", wrong[i]);
                assert_true(id.type == MODEL_TAG && id.number == 5);
        }
}

static void id_require_names_the_type(void **state UNUSED)
{
        struct err err = { 0 };
        int64_t number = 0;

        assert_ok(id_require(STR("VXNlcjo3"), MODEL_USER, &number, &err));
        assert_int_equal(number, 7);
        assert_int_equal(id_require(STR("VXNlcjo3"), MODEL_PROJECT, &number, &err), RC_INVALID);
        assert_string_equal(err.msg,
                            "'VXNlcjo3' is not the id of a thing of type Project: use an id this server gave you.");
        assert_int_equal(id_require(STR_NULL, MODEL_PROJECT, &number, &err), RC_INVALID);
        assert_int_equal(number, 7);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(id_format_is_what_clients_decode),
                cmocka_unit_test(id_round_trips_for_every_type_without_a_slash),
                cmocka_unit_test(id_parse_refuses_other_spellings),
                cmocka_unit_test(id_require_names_the_type),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
