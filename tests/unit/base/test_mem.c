/* Tests of base/mem.c and of what arenas and buffers do when it has nothing left. */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

struct meter {
        size_t left;   /* allocations until none succeeds */
        size_t held;   /* pieces that are not released */
};

static void *meter_alloc(size_t size, void *payload)
{
        struct meter *meter = payload;
        void *memory = meter->left ? malloc(size) : NULL;

        if (!memory)
                return NULL;
        meter->left--;
        meter->held++;
        return memory;
}

static void *meter_resize(void *memory, size_t size, void *payload)
{
        struct meter *meter = payload;
        void *grown;

        if (!memory)
                return meter_alloc(size, payload);
        grown = meter->left ? realloc(memory, size) : NULL;
        if (grown)
                meter->left--;
        return grown;
}

static void meter_release(void *memory, void *payload)
{
        struct meter *meter = payload;

        meter->held--;
        free(memory);
}

static void use_meter(struct meter *meter)
{
        const struct mem_source source = { meter_alloc, meter_resize, meter_release, meter };

        mem_use(&source);
        assert_false(mem_is_default());
}

static int back_to_malloc(void **state UNUSED)
{
        mem_use(NULL);
        return mem_is_default() ? 0 : -1;
}

static void mem_alloc_zero_refuses_an_overflow(void **state UNUSED)
{
        assert_null(mem_alloc_zero(SIZE_MAX / 2, 3));
}

static void mem_fail_names_the_cause(void **state UNUSED)
{
        struct err err = { 0 };

        assert_int_equal(mem_fail(&err), RC_UNAVAILABLE);
        assert_int_equal(err.sys_errno, ENOMEM);
}

static void arena_fallible_fails_and_releases(void **state UNUSED)
{
        struct meter meter = { .left = 2 };
        struct arena arena;
        size_t got = 0;

        use_meter(&meter);
        arena_init(&arena, 0);
        arena.fallible = true;
        while (arena_alloc(&arena, 5000))
                got++;
        assert_true(got >= 2);
        assert_true(arena_failed(&arena));
        assert_int_equal(meter.held, 2);
        arena_done(&arena);
        assert_int_equal(meter.held, 0);
        assert_false(arena_failed(&arena));
        assert_true(arena.fallible);
}

static void arena_fallible_strings_become_absent(void **state UNUSED)
{
        struct meter meter = { .left = 0 };
        struct arena arena;

        use_meter(&meter);
        arena_init(&arena, 0);
        arena.fallible = true;
        assert_true(str_is_null(arena_str(&arena, STR("text"))));
        assert_true(str_is_null(arena_printf(&arena, "%d", 5)));
        assert_null(arena_alloc_array(&arena, SIZE_MAX / 2, 4));
        arena_done(&arena);
}

static void buf_fallible_drops_and_remembers(void **state UNUSED)
{
        struct meter meter = { .left = 1 };
        struct buf buf = { .fallible = true };

        use_meter(&meter);
        buf_add_str(&buf, STR("kept"));
        assert_false(buf.failed);
        for (int i = 0; i < 100; i++)
                buf_printf(&buf, "line %d\n", i);
        assert_true(buf.failed);
        assert_string_equal(buf_cstr(&buf), "");
        buf_clear(&buf);
        assert_false(buf.failed);
        buf_done(&buf);
        assert_true(buf.fallible);
        assert_int_equal(meter.held, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(mem_alloc_zero_refuses_an_overflow),
                cmocka_unit_test(mem_fail_names_the_cause),
                cmocka_unit_test_teardown(arena_fallible_fails_and_releases, back_to_malloc),
                cmocka_unit_test_teardown(arena_fallible_strings_become_absent, back_to_malloc),
                cmocka_unit_test_teardown(buf_fallible_drops_and_remembers, back_to_malloc),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
