/* Tests of base/arena.c; they hold with and without -Darena_debug=true. */
#include "unit.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void arena_alloc_pieces_do_not_overlap(void **state UNUSED)
{
        enum { COUNT = 2000 };
        struct arena arena;
        unsigned char *pieces[COUNT];
        size_t sizes[COUNT];

        arena_init(&arena, 0);
        for (size_t i = 0; i < COUNT; i++) {
                /* Mostly small, some larger than a block. */
                sizes[i] = i % 97 == 0 ? 70000 : (i * 37) % 200;
                pieces[i] = arena_alloc(&arena, sizes[i]);
                memset(pieces[i], (int)(i % 251), sizes[i]);
        }
        for (size_t i = 0; i < COUNT; i++)
                for (size_t at = 0; at < sizes[i]; at++)
                        assert_int_equal(pieces[i][at], i % 251);
        arena_done(&arena);
}

static void arena_alloc_size_zero_gives_distinct_pointers(void **state UNUSED)
{
        struct arena arena;
        void *a, *b;

        arena_init(&arena, 0);
        a = arena_alloc(&arena, 0);
        b = arena_alloc(&arena, 0);
        assert_non_null(a);
        assert_ptr_not_equal(a, b);
        arena_done(&arena);
}

static void arena_over_counts_what_was_handed_out(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 1000);
        (void)arena_alloc(&arena, 900);
        assert_true(arena.used_bytes >= 900);
        assert_false(arena_over(&arena));
        (void)arena_alloc(&arena, 200);
        assert_true(arena_over(&arena));

        arena_done(&arena);
        assert_int_equal(arena.used_bytes, 0);
        assert_int_equal(arena.cap_bytes, 1000);
        assert_false(arena_over(&arena));
        /* Many small pieces count, too, even empty ones. */
        for (int i = 0; i < 1001; i++)
                (void)arena_alloc(&arena, 0);
        assert_true(arena_over(&arena));
        arena_done(&arena);
}

static void arena_over_without_cap_is_never_true(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 0);
        (void)arena_alloc(&arena, 10 << 20);
        assert_false(arena_over(&arena));
        arena_done(&arena);
}

static void arena_array_is_zeroed_and_typed(void **state UNUSED)
{
        struct arena arena;
        uint64_t *numbers;

        arena_init(&arena, 0);
        numbers = arena_array(&arena, uint64_t, 1000);
        for (size_t i = 0; i < 1000; i++)
                assert_int_equal(numbers[i], 0);
        assert_true(arena.used_bytes >= 8000);
        assert_null(*arena_new(&arena, char *));
        arena_done(&arena);
}

static void arena_str_copies_with_a_nul(void **state UNUSED)
{
        struct arena arena;
        char source[] = "a\0b";
        struct str copy;

        arena_init(&arena, 0);
        copy = arena_str(&arena, (struct str){ source, 3 });
        source[0] = 'x';
        assert_int_equal(copy.len, 3);
        assert_memory_equal(copy.ptr, "a\0b", 4);

        assert_true(str_is_null(arena_str(&arena, STR_NULL)));
        copy = arena_str(&arena, STR(""));
        assert_false(str_is_null(copy));
        assert_int_equal(copy.ptr[0], '\0');
        assert_string_equal(arena_cstr(&arena, STR_NULL), "");
        arena_done(&arena);
}

static void arena_printf_formats_any_length(void **state UNUSED)
{
        struct arena arena;
        struct str text;

        arena_init(&arena, 0);
        assert_str(arena_printf(&arena, "%s-%d", "v", 12), "v-12");
        text = arena_printf(&arena, "%0100000d", 7);
        assert_int_equal(text.len, 100000);
        assert_int_equal(text.ptr[99999], '7');
        assert_int_equal(text.ptr[100000], '\0');
        assert_str(arena_printf(&arena, "%s", ""), "");
        arena_done(&arena);
}

/* Runs f in a child whose standard error goes nowhere; true when it ended by abort(). */
static bool aborts(void (*f)(void))
{
        pid_t child = fork();
        int status;

        if (child == 0) {
                (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
                (void)close(STDERR_FILENO);
                (void)signal(SIGABRT, SIG_DFL);
                f();
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void array_overflow(void)
{
        struct arena arena;

        arena_init(&arena, 0);
        (void)arena_alloc_array(&arena, SIZE_MAX / 2, 3);
}

static void size_overflow(void)
{
        struct arena arena;

        arena_init(&arena, 0);
        (void)arena_alloc(&arena, SIZE_MAX - 3);
}

static void arena_alloc_impossible_sizes_abort(void **state UNUSED)
{
        assert_true(aborts(array_overflow));
        assert_true(aborts(size_overflow));
}

/* Blocks go from arena to arena, also across threads: each finds its pieces clean and to itself. */
static void *use_many_arenas(void *seed)
{
        unsigned char mark = *(unsigned char *)seed;

        for (int round = 0; round < 300; round++) {
                struct arena arena;
                unsigned char *pieces[40];
                bool right = true;

                arena_init(&arena, 0);
                for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
                        pieces[i] = arena_alloc(&arena, 100 + 50 * i);
                        for (size_t k = 0; k < 100 + 50 * i; k++)
                                right = right && pieces[i][k] == 0;
                        memset(pieces[i], mark, 100 + 50 * i);
                }
                for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
                        for (size_t k = 0; k < 100 + 50 * i; k++)
                                right = right && pieces[i][k] == mark;
                arena_done(&arena);
                if (!right)
                        return seed;
        }
        return NULL;
}

static void arena_done_gives_clean_blocks_to_other_threads(void **state UNUSED)
{
        unsigned char marks[4] = { 1, 2, 3, 255 };
        pthread_t threads[4];

        for (size_t i = 0; i < ARRAY_LEN(threads); i++)
                assert_int_equal(pthread_create(&threads[i], NULL, use_many_arenas, &marks[i]), 0);
        for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
                void *failed = NULL;

                assert_int_equal(pthread_join(threads[i], &failed), 0);
                assert_null(failed);
        }
}

static void fill(struct arena *arena, unsigned char mark)
{
        for (size_t i = 0; i < 3000; i++) {
                size_t size = i % 500 == 7 ? 64 * 1024 : 1 + i % 300;
                unsigned char *piece = arena_alloc(arena, size);

                for (size_t k = 0; k < size; k++)
                        assert_int_equal(piece[k], 0);
                memset(piece, mark, size);
        }
}

static void arena_reset_gives_clean_pieces_of_the_same_memory(void **state UNUSED)
{
        struct arena arena;
        size_t held = 0, used;

        arena_init(&arena, 1 << 20);
        fill(&arena, 1);
        used = arena.used_bytes;
        for (unsigned char round = 2; round < 200; round++) {
                struct mallinfo2 now;

                arena_reset(&arena);
                assert_int_equal(arena.used_bytes, 0);
                assert_false(arena_over(&arena));
                fill(&arena, round);
                assert_int_equal(arena.used_bytes, used);
                now = mallinfo2();
                if (round == 20)
                        held = now.uordblks + now.hblkhd;
        }
        assert_true(mallinfo2().uordblks + mallinfo2().hblkhd <= held + 4096);
        arena_done(&arena);
        assert_null(arena.head);
        assert_null(arena.kept);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(arena_alloc_is_aligned_and_zeroed),
                cmocka_unit_test(arena_alloc_pieces_do_not_overlap),
                cmocka_unit_test(arena_alloc_size_zero_gives_distinct_pointers),
                cmocka_unit_test(arena_over_counts_what_was_handed_out),
                cmocka_unit_test(arena_over_without_cap_is_never_true),
                cmocka_unit_test(arena_array_is_zeroed_and_typed),
                cmocka_unit_test(arena_str_copies_with_a_nul),
                cmocka_unit_test(arena_printf_formats_any_length),
                cmocka_unit_test(arena_alloc_impossible_sizes_abort),
                cmocka_unit_test(arena_done_gives_clean_blocks_to_other_threads),
                cmocka_unit_test(arena_reset_gives_clean_pieces_of_the_same_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
