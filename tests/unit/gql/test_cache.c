/*
 * Tests of gql/cache.c: the same document is prepared once, the least recently used one
 * leaves first, references outlive eviction, errors are not kept, threads.
 */
#include <pthread.h>

#include "run.h"

static const char sdl[] = "type Query { a: String @access(level: PUBLIC) b: String @access(level: PUBLIC) }";

static struct gql_prepared *get(struct gql_cache *cache, const char *source)
{
        struct gql_prepared *prepared = NULL;
        struct gql_error *errors = NULL;
        struct arena arena;
        struct err err = { 0 };
        enum rc rc;

        arena_init(&arena, 0);
        rc = gql_cache_get(cache, &arena, str_from(source), &prepared, &errors, &err);
        if (rc)
                assert_non_null(errors);
        arena_done(&arena);
        return rc ? NULL : prepared;
}

/* The address tells whether a text was still there; the reference is given back. */
static const void *address(struct gql_cache *cache, const char *source)
{
        struct gql_prepared *prepared = get(cache, source);
        const void *where = prepared;

        gql_prepared_release(&prepared);
        assert_null(prepared);
        return where;
}

static struct gql_cache *cache_new(struct arena *arena, size_t max_bytes)
{
        arena_init(arena, 0);
        return gql_cache_new(world_schema(arena, str_from(sdl)), NULL, max_bytes);
}

static void cache_same_text_is_prepared_once(void **state)
{
        struct arena arena;
        struct gql_cache *cache = cache_new(&arena, 0);
        const void *first = address(cache, "{ a }");

        (void)state;
        assert_non_null(first);
        assert_ptr_equal(address(cache, "{ a }"), first);
        assert_ptr_not_equal(address(cache, "{ a  }"), first);
        assert_ptr_not_equal(address(cache, "{ b }"), first);
        assert_ptr_equal(address(cache, "{ a }"), first);
        gql_cache_free(cache);
        arena_done(&arena);
}

static void cache_keeps_no_errors(void **state)
{
        struct arena arena;
        struct gql_cache *cache = cache_new(&arena, 0);

        (void)state;
        for (int i = 0; i < 2; i++) {
                assert_null(get(cache, "{ a"));
                assert_null(get(cache, "{ nope }"));
                assert_null(get(cache, ""));
        }
        gql_cache_free(cache);
        arena_done(&arena);
}

static void cache_drops_the_least_recently_used(void **state)
{
        struct arena arena;
        struct gql_cache *cache = cache_new(&arena, 64 * 1024);
        struct gql_prepared *held = get(cache, "{ a }");
        const void *kept = address(cache, "{ b }");
        const void *last = NULL;
        char text[64];

        (void)state;
        for (int i = 0; i < 400; i++) {
                snprintf(text, sizeof(text), "{ a x%d: b }", i);
                last = address(cache, text);
                assert_ptr_equal(address(cache, "{ b }"), kept);
        }
        assert_ptr_equal(address(cache, "{ a x399: b }"), last);
        /* Evicted but held: it is another object now, and the old one still runs. */
        assert_ptr_not_equal(address(cache, "{ a }"), held);
        gql_prepared_release(&held);
        gql_cache_free(cache);
        arena_done(&arena);
}

static void cache_evicted_document_still_runs(void **state)
{
        struct arena arena;
        struct gql_cache *cache = cache_new(&arena, 24 * 1024);
        struct gql_prepared *held = get(cache, "{ a }");
        struct world world = { 0 };
        struct gql_request request;
        struct gql_response response;
        struct buf out = { 0 };
        char text[64];

        (void)state;
        for (int i = 0; i < 100; i++) {
                snprintf(text, sizeof(text), "{ x%d: b }", i);
                (void)address(cache, text);
        }
        request = world_request(&world, &arena, NULL, STR_NULL);
        gql_execute(held, &request, &out, &response);
        assert_string_equal(buf_cstr(&out), "{\"data\":{\"a\":null}}");
        gql_prepared_release(&held);
        buf_done(&out);
        gql_cache_free(cache);
        arena_done(&arena);
}

static void cache_larger_than_all_is_not_kept(void **state)
{
        struct arena arena;
        struct gql_cache *cache = cache_new(&arena, 100);
        struct gql_prepared *held = get(cache, "{ a }");

        (void)state;
        assert_non_null(held);
        assert_ptr_not_equal(address(cache, "{ a }"), held);
        gql_prepared_release(&held);
        gql_cache_free(cache);
        arena_done(&arena);
}

static void *hammer(void *payload)
{
        struct gql_cache *cache = payload;
        char text[64];

        for (int i = 0; i < 2000; i++) {
                struct gql_prepared *prepared;

                snprintf(text, sizeof(text), "{ x%d: b }", i % 37);
                prepared = get(cache, text);
                if (!prepared)
                        return payload;
                gql_prepared_release(&prepared);
        }
        return NULL;
}

static void cache_threads_share_it(void **state)
{
        struct arena arena;
        struct gql_cache *cache = cache_new(&arena, 32 * 1024);
        pthread_t threads[4];

        (void)state;
        for (size_t i = 0; i < ARRAY_LEN(threads); i++)
                assert_int_equal(pthread_create(&threads[i], NULL, hammer, cache), 0);
        for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
                void *failure = cache;

                pthread_join(threads[i], &failure);
                assert_null(failure);
        }
        gql_cache_free(cache);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cache_same_text_is_prepared_once),
                cmocka_unit_test(cache_keeps_no_errors),
                cmocka_unit_test(cache_drops_the_least_recently_used),
                cmocka_unit_test(cache_evicted_document_still_runs),
                cmocka_unit_test(cache_larger_than_all_is_not_kept),
                cmocka_unit_test(cache_threads_share_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
