/* Tests of base/arena.c. */
#include "unit.h"

#include "base/arena.h"

static void arena_alloc_is_aligned_and_zeroed(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 0);
        for (size_t size = 0; size < 3000; size += 7) {
                unsigned char *p = arena_alloc(&arena, size);

                assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
                for (size_t i = 0; i < size; i++)
                        assert_int_equal(p[i], 0);
                memset(p, 0xAA, size);
        }
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(arena_alloc_is_aligned_and_zeroed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
