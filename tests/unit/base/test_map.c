/* Tests of base/map.c. */
#include "unit.h"

#include "base/map.h"

static int values[4];

static void map_empty_has_nothing(void **state UNUSED)
{
        struct arena arena;
        struct map map;

        arena_init(&arena, 0);
        map_init(&map, &arena);
        assert_null(map_get(&map, STR("a")));
        assert_false(map_has(&map, STR("")));
        assert_int_equal(map_index(&map, STR("a")), SIZE_MAX);
        assert_int_equal(map.count, 0);
        arena_done(&arena);
}

static void map_set_inserts_and_replaces(void **state UNUSED)
{
        struct arena arena;
        struct map map;

        arena_init(&arena, 0);
        map_init(&map, &arena);
        map_set(&map, STR("a"), &values[0]);
        map_set(&map, STR("b"), &values[1]);
        map_set(&map, STR("a"), &values[2]);
        assert_int_equal(map.count, 2);
        assert_ptr_equal(map_get(&map, STR("a")), &values[2]);
        assert_ptr_equal(map_get(&map, STR("b")), &values[1]);
        assert_int_equal(map_index(&map, STR("a")), 0);
        arena_done(&arena);
}

static void map_set_null_value_is_still_there(void **state UNUSED)
{
        struct arena arena;
        struct map map;

        arena_init(&arena, 0);
        map_init(&map, &arena);
        map_set(&map, STR("a"), NULL);
        assert_null(map_get(&map, STR("a")));
        assert_true(map_has(&map, STR("a")));
        arena_done(&arena);
}

static void map_keys_are_bytes(void **state UNUSED)
{
        struct arena arena;
        struct map map;

        arena_init(&arena, 0);
        map_init(&map, &arena);
        map_set(&map, (struct str){ "a\0b", 3 }, &values[0]);
        map_set(&map, (struct str){ "a\0c", 3 }, &values[1]);
        map_set(&map, STR(""), &values[2]);
        assert_ptr_equal(map_get(&map, (struct str){ "a\0b", 3 }), &values[0]);
        assert_ptr_equal(map_get(&map, (struct str){ "a\0c", 3 }), &values[1]);
        assert_ptr_equal(map_get(&map, STR_NULL), &values[2]);
        assert_false(map_has(&map, STR("a")));
        arena_done(&arena);
}

static void map_ten_thousand_keys_in_order(void **state UNUSED)
{
        enum { COUNT = 10000 };
        struct arena arena;
        struct map map;

        arena_init(&arena, 0);
        map_init(&map, &arena);
        for (uintptr_t i = 0; i < COUNT; i++)
                map_set(&map, arena_printf(&arena, "files/%zu/model.bin", (size_t)i * 7919), (void *)(i + 1));
        assert_int_equal(map.count, COUNT);
        for (uintptr_t i = 0; i < COUNT; i++) {
                struct str key = arena_printf(&arena, "files/%zu/model.bin", (size_t)i * 7919);

                assert_int_equal((uintptr_t)map_get(&map, key), i + 1);
                assert_int_equal(map_index(&map, key), i);
                assert_true(str_eq(map.entries[i].key, key));
                assert_false(map_has(&map, arena_printf(&arena, "files/%zu/none", (size_t)i)));
        }
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(map_empty_has_nothing),
                cmocka_unit_test(map_set_inserts_and_replaces),
                cmocka_unit_test(map_set_null_value_is_still_there),
                cmocka_unit_test(map_keys_are_bytes),
                cmocka_unit_test(map_ten_thousand_keys_in_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
