/* History keys: counted line by line they are what counting all at once gives. */
#include "unit.h"

#include "domain/run_keys.h"

static struct json *parse(struct arena *arena, const char *text)
{
        const struct json_limits limits = { .lenient = true };
        struct json *json = NULL;
        struct err err = { 0 };

        assert_ok(json_parse(arena, str_from(text), &limits, &json, &err));
        return json;
}

static void check(const char *const *rows, size_t count, const char *wanted)
{
        struct arena arena;
        struct run_keys keys;
        struct str text, again;

        arena_init(&arena, 0);
        run_keys_init(&keys, &arena, STR_NULL);
        for (size_t i = 0; i < count; i++)
                run_keys_add(&keys, parse(&arena, rows[i]), (int64_t)i);
        text = run_keys_write(&keys);
        if (!str_eq_c(text, wanted))
                fail_msg("%.*s should be %s", STR_ARG(text), wanted);
        /* What is stored reads back as what it was. */
        run_keys_init(&keys, &arena, text);
        again = run_keys_write(&keys);
        assert_true(str_eq(again, text));
        /* Stopping and going on after every row makes no difference. */
        text = STR_NULL;
        for (size_t i = 0; i < count; i++) {
                run_keys_init(&keys, &arena, text);
                run_keys_add(&keys, parse(&arena, rows[i]), (int64_t)i);
                text = run_keys_write(&keys);
        }
        assert_true(str_eq(again, text));
        arena_done(&arena);
}

static void run_keys_add_counts_types_and_steps(void **state)
{
        static const char *const rows[] = { "{\"_step\": 3, \"loss\": 0.5}", "{\"_step\": 7, \"loss\": 0.25, \"s\": \"x\"}" };

        (void)state;
        check(rows, 2,
              "{\"keys\":{\"_step\":{\"typeCounts\":[{\"type\":\"number\",\"count\":2}],\"monotonic\":true,\"previousValue\":7},"
              "\"loss\":{\"typeCounts\":[{\"type\":\"number\",\"count\":2}],\"monotonic\":false,\"previousValue\":0.25},"
              "\"s\":{\"typeCounts\":[{\"type\":\"string\",\"count\":1}],\"monotonic\":false,\"previousValue\":\"x\"}},"
              "\"lastStep\":7,\"sets\":[]}");
}

static void run_keys_add_flattens_unless_typed(void **state)
{
        static const char *const rows[] = { "{\"dict\": {\"val1\": 1, \"in\": {\"x\": 2}}, \"img\": {\"_type\": \"image-file\", \"size\": 3}, "
                                            "\"e\": {}, \"l\": [1]}" };

        (void)state;
        check(rows, 1,
              "{\"keys\":{\"dict.val1\":{\"typeCounts\":[{\"type\":\"number\",\"count\":1}],\"monotonic\":true,\"previousValue\":1},"
              "\"dict.in.x\":{\"typeCounts\":[{\"type\":\"number\",\"count\":1}],\"monotonic\":true,\"previousValue\":2},"
              "\"img\":{\"typeCounts\":[{\"type\":\"image-file\",\"count\":1}],\"monotonic\":false,\"previousValue\":null},"
              "\"e\":{\"typeCounts\":[{\"type\":\"map\",\"count\":1}],\"monotonic\":false,\"previousValue\":null},"
              "\"l\":{\"typeCounts\":[{\"type\":\"list\",\"count\":1}],\"monotonic\":false,\"previousValue\":null}},"
              "\"lastStep\":0,\"sets\":[]}");
}

static void run_keys_add_spells_what_is_no_number(void **state)
{
        static const char *const rows[] = { "{\"a\": NaN, \"b\": Infinity, \"c\": 1}", "{\"c\": \"now a text\", \"b\": -Infinity}" };

        (void)state;
        check(rows, 2,
              "{\"keys\":{\"a\":{\"typeCounts\":[{\"type\":\"number\",\"count\":1}],\"monotonic\":false,\"previousValue\":\"NaN\"},"
              "\"b\":{\"typeCounts\":[{\"type\":\"number\",\"count\":2}],\"monotonic\":false,\"previousValue\":\"-Infinity\"},"
              "\"c\":{\"typeCounts\":[{\"type\":\"number\",\"count\":1},{\"type\":\"string\",\"count\":1}],\"monotonic\":false,"
              "\"previousValue\":\"now a text\"}},\"lastStep\":1,\"sets\":[]}");
}

static void run_keys_init_survives_damage(void **state)
{
        static const char *const damaged[] = { "", "nonsense", "[]", "{\"keys\": 5}", "{\"keys\": {\"a\": 1}}",
                                               "{\"keys\": {\"a\": {\"typeCounts\": 1}}, \"lastStep\": \"x\"}" };
        struct arena arena;

        (void)state;
        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
                struct run_keys keys;

                run_keys_init(&keys, &arena, str_from(damaged[i]));
                run_keys_add(&keys, parse(&arena, "{\"_step\": 1, \"a\": 2}"), 0);
                assert_non_null(parse(&arena, arena_cstr(&arena, run_keys_write(&keys))));
                assert_int_equal(keys.last_step, 1);
        }
        arena_done(&arena);
}

static void run_keys_add_stops_at_the_limit(void **state)
{
        struct arena arena;
        struct run_keys keys;

        (void)state;
        arena_init(&arena, 0);
        run_keys_init(&keys, &arena, STR_NULL);
        for (int i = 0; i < RUN_KEYS_MAX + 100; i++) {
                const char *row = arena_cstr(&arena, arena_printf(&arena, "{\"k%d\": 1}", i));

                run_keys_add(&keys, parse(&arena, row), i);
        }
        assert_int_equal(keys.map.count, RUN_KEYS_MAX);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(run_keys_add_counts_types_and_steps),
                cmocka_unit_test(run_keys_add_flattens_unless_typed),
                cmocka_unit_test(run_keys_add_spells_what_is_no_number),
                cmocka_unit_test(run_keys_init_survives_damage),
                cmocka_unit_test(run_keys_add_stops_at_the_limit),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
