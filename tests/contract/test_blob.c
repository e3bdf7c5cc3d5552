/*
 * What blob/blob.h promises, whatever backend is behind it. The first argument names the
 * backend. What only one backend can do is tested beside it (tests/unit/blob).
 */
#include "unit.h"

#include "base/clock.h"
#include "base/fd.h"
#include "blob/blob.h"
#include "crypto/crypto.h"
#include "join_all.h"
#include "scratch.h"

#include <pthread.h>

enum { SMALL_MAX = 64 << 10 };

static const char *backend = "fs";

struct fixture {
        struct scratch scratch;
        struct blob_store *store;
        struct arena arena;
};

static struct blob_store *open_store(struct scratch *scratch)
{
        struct blob_fs_config config = { .dir = scratch_path(scratch, "blobs") };
        struct blob_store *store = NULL;
        struct err err = { 0 };

        config.named_temps = strcmp(backend, "fs-named") == 0;
        assert_ok(blob_fs_open(&config, &store, &err));
        return store;
}

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        scratch_make(&fixture->scratch);
        arena_init(&fixture->arena, 0);
        fixture->store = open_store(&fixture->scratch);
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;

        blob_store_close(fixture->store);
        scratch_remove(&fixture->scratch);
        arena_done(&fixture->arena);
        free(fixture);
        return 0;
}

/* `len` bytes that depend on the seed; in the fixture's arena. */
static struct str some_bytes(struct fixture *fixture, size_t len, uint32_t seed)
{
        char *bytes = arena_alloc(&fixture->arena, len + 1);
        uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

        for (size_t i = 0; i < len; i++) {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                bytes[i] = (char)(x >> 32);
        }
        return (struct str){ bytes, len };
}

static struct blob_digests digests_of(struct str bytes)
{
        struct blob_digests digests = { .ref.size_bytes = bytes.len };

        crypto_sha256(bytes.ptr, bytes.len, digests.ref.sha256);
        crypto_md5(bytes.ptr, bytes.len, digests.md5);
        return digests;
}

static void assert_stored(struct fixture *fixture, struct str bytes)
{
        struct blob_digests expected = digests_of(bytes);
        struct blob_view view = { .fd = -1 };
        struct err err = { 0 };
        bool exists = false;
        char *all = arena_alloc(&fixture->arena, bytes.len + 1);

        assert_ok(blob_exists(fixture->store, &expected.ref, false, &exists, &err));
        assert_true(exists);
        assert_ok(blob_verify(fixture->store, &expected.ref, &err));
        assert_ok(blob_open(fixture->store, &fixture->arena, &expected.ref, &view, &err));
        if (view.fd >= 0) {
                assert_ok(fd_pread_all(view.fd, all, bytes.len, view.offset, &err));
                fd_close(&view.fd);
                assert_memory_equal(all, bytes.ptr, bytes.len);
        } else {
                assert_int_equal(view.bytes.len, bytes.len);
                assert_memory_equal(view.bytes.ptr, bytes.ptr, bytes.len);
        }
        if (bytes.len > 10) {
                assert_ok(blob_read(fixture->store, &expected.ref, bytes.len - 7, all, 7, &err));
                assert_memory_equal(all, bytes.ptr + bytes.len - 7, 7);
                assert_ok(blob_read(fixture->store, &expected.ref, 3, all, 5, &err));
                assert_memory_equal(all, bytes.ptr + 3, 5);
        }
}

static void assert_absent(struct fixture *fixture, struct str bytes)
{
        struct blob_digests expected = digests_of(bytes);
        struct blob_view view = { .fd = -1 };
        struct err err = { 0 };
        bool exists = true;
        char byte;

        assert_ok(blob_exists(fixture->store, &expected.ref, true, &exists, &err));
        assert_false(exists);
        assert_int_equal(blob_open(fixture->store, &fixture->arena, &expected.ref, &view, &err), RC_NOT_FOUND);
        assert_int_equal(err.rc, RC_NOT_FOUND);
        assert_int_equal(blob_verify(fixture->store, &expected.ref, &err), RC_NOT_FOUND);
        assert_int_equal(blob_read(fixture->store, &expected.ref, 0, &byte, bytes.len ? 1 : 0, &err), RC_NOT_FOUND);
}

/* In pieces of `step` bytes. */
static enum rc put(struct fixture *fixture, struct str bytes, size_t step, const struct blob_expect *expect,
                   struct blob_digests *ret, bool *ret_existed, struct err *err)
{
        struct blob_put *put _cleanup_(blob_put_abort) = NULL;
        enum rc rc = blob_put_begin(fixture->store, expect, &put, err);

        for (size_t at = 0; rc == RC_OK && at < bytes.len; at += step)
                rc = blob_put_write(put, str_slice(bytes, at, at + step), err);
        return rc ? rc : blob_put_finish(&put, ret, ret_existed, err);
}

static size_t count_blobs(struct fixture *fixture)
{
        static struct blob_item items[1000];
        struct err err = { 0 };
        size_t count = 0;

        assert_ok(blob_list(fixture->store, NULL, items, ARRAY_LEN(items), &count, &err));
        return count;
}

/* ---- putting ------------------------------------------------------------------------ */

static void blob_put_of_every_size_comes_back(void **state)
{
        static const size_t sizes[] = { 0, 1, 15, 4095, 4096, 4097, SMALL_MAX - 1, SMALL_MAX, SMALL_MAX + 1, 3 << 20,
                                        (9 << 20) + 13 };
        static const size_t steps[] = { 1000, 65536, 1 << 20, SIZE_MAX / 2 };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                struct str bytes = some_bytes(fixture, sizes[i], (uint32_t)i);
                struct blob_digests expected = digests_of(bytes), found = { 0 };
                struct err err = { 0 };
                bool existed = true;

                assert_absent(fixture, bytes);
                assert_ok(put(fixture, bytes, steps[i % ARRAY_LEN(steps)], NULL, &found, &existed, &err));
                assert_false(existed);
                assert_memory_equal(&found, &expected, sizeof(found));
                assert_stored(fixture, bytes);
        }
        assert_int_equal(count_blobs(fixture), ARRAY_LEN(sizes));
}

static void blob_put_bytes_stores_the_whole(void **state)
{
        static const size_t sizes[] = { 0, 100, SMALL_MAX, SMALL_MAX + 1, 2 << 20 };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                struct str bytes = some_bytes(fixture, sizes[i], 77);
                struct blob_digests expected = digests_of(bytes), found = { 0 };
                struct err err = { 0 };

                assert_ok(blob_put_bytes(fixture->store, bytes, &found, &err));
                assert_memory_equal(&found, &expected, sizeof(found));
                assert_stored(fixture, bytes);
        }
}

static void blob_put_twice_existed(void **state)
{
        static const size_t sizes[] = { 0, 5000, SMALL_MAX + 5000 };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                struct str bytes = some_bytes(fixture, sizes[i], 5);
                struct blob_digests found = { 0 };
                struct err err = { 0 };
                bool existed = true;

                assert_ok(put(fixture, bytes, 4096, NULL, &found, &existed, &err));
                assert_false(existed);
                assert_ok(put(fixture, bytes, 999, NULL, &found, &existed, &err));
                assert_true(existed);
                assert_stored(fixture, bytes);
        }
        assert_int_equal(count_blobs(fixture), ARRAY_LEN(sizes));
}

static void blob_put_survives_reopening(void **state)
{
        struct fixture *fixture = *state;
        struct str small = some_bytes(fixture, 300, 1), large = some_bytes(fixture, 300000, 2);
        struct blob_digests found = { 0 };
        struct err err = { 0 };

        assert_ok(blob_put_bytes(fixture->store, small, &found, &err));
        assert_ok(blob_put_bytes(fixture->store, large, &found, &err));
        blob_store_close(fixture->store);
        fixture->store = open_store(&fixture->scratch);
        assert_stored(fixture, small);
        assert_stored(fixture, large);
        assert_false(blob_store_failed(fixture->store));
}

/* ---- expectations ------------------------------------------------------------------- */

static void blob_put_with_true_expectations(void **state)
{
        static const size_t sizes[] = { 0, 1, SMALL_MAX, SMALL_MAX + 1, 1 << 20 };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                struct str bytes = some_bytes(fixture, sizes[i], 9);
                struct blob_digests found = digests_of(bytes);
                struct blob_expect expect = { .has_size = true, .size_bytes = bytes.len, .has_md5 = true };
                struct err err = { 0 };

                memcpy(expect.md5, found.md5, sizeof(expect.md5));
                assert_ok(put(fixture, bytes, 10000, &expect, &found, NULL, &err));
                assert_stored(fixture, bytes);
        }
}

static void blob_put_with_wrong_expectations_keeps_nothing(void **state)
{
        static const size_t sizes[] = { 1, 5000, SMALL_MAX + 1, 1 << 20 };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                struct str bytes = some_bytes(fixture, sizes[i], 10);
                struct blob_expect wrong_md5 = { .has_md5 = true };
                struct blob_expect shorter = { .has_size = true, .size_bytes = bytes.len - 1 };
                struct blob_expect longer = { .has_size = true, .size_bytes = bytes.len + 1 };
                struct blob_digests found = { 0 };
                struct err err = { 0 };

                assert_int_equal(put(fixture, bytes, 4096, &wrong_md5, &found, NULL, &err), RC_INVALID);
                assert_non_null(strstr(err.msg, "MD5"));
                assert_int_equal(put(fixture, bytes, 4096, &shorter, &found, NULL, &err), RC_INVALID);
                assert_non_null(strstr(err.msg, "announced"));
                assert_int_equal(put(fixture, bytes, 4096, &longer, &found, NULL, &err), RC_INVALID);
                assert_non_null(strstr(err.msg, "announced"));
                assert_absent(fixture, bytes);
                assert_int_equal(found.ref.size_bytes, 0); /* untouched */
        }
        assert_int_equal(count_blobs(fixture), 0);
}

static void blob_put_after_a_failure_stays_failed(void **state)
{
        struct fixture *fixture = *state;
        struct blob_expect expect = { .has_size = true, .size_bytes = 10 };
        struct blob_digests found = { 0 };
        struct blob_put *one = NULL;
        struct err err = { 0 };

        assert_ok(blob_put_begin(fixture->store, &expect, &one, &err));
        assert_ok(blob_put_write(one, STR("12345"), &err));
        assert_int_equal(blob_put_write(one, STR("678901"), &err), RC_INVALID);
        assert_int_equal(blob_put_write(one, STR("67890"), &err), RC_INVALID);
        memset(&err, 0, sizeof(err));
        assert_int_equal(blob_put_finish(&one, &found, NULL, &err), RC_INVALID);
        assert_int_equal(err.rc, RC_INVALID);
        assert_true(err.msg[0] != '\0');
        assert_null(one);
        assert_int_equal(count_blobs(fixture), 0);
}

static void blob_put_abort_keeps_nothing(void **state)
{
        struct fixture *fixture = *state;
        struct str bytes = some_bytes(fixture, 1 << 20, 11);
        struct blob_put *one = NULL;
        struct err err = { 0 };

        blob_put_abort(&one);
        assert_ok(blob_put_begin(fixture->store, NULL, &one, &err));
        blob_put_abort(&one);
        assert_null(one);
        assert_ok(blob_put_begin(fixture->store, NULL, &one, &err));
        assert_ok(blob_put_write(one, str_slice(bytes, 0, 100), &err));
        blob_put_abort(&one);
        assert_ok(blob_put_begin(fixture->store, NULL, &one, &err));
        assert_ok(blob_put_write(one, bytes, &err));
        blob_put_abort(&one);
        assert_int_equal(count_blobs(fixture), 0);
}

/* ---- many at once ------------------------------------------------------------------- */

enum { PUTTERS = 16 };

struct putter {
        struct fixture *fixture;
        struct str bytes;
        size_t step;
        enum rc rc;
        bool existed;
        pthread_t thread;
};

static void *put_once(void *payload)
{
        struct putter *putter = payload;
        struct blob_digests found = { 0 };
        struct err err = { 0 };

        putter->rc = put(putter->fixture, putter->bytes, putter->step, NULL, &found, &putter->existed, &err);
        return NULL;
}

static void blob_put_same_bytes_from_many_threads(void **state)
{
        static const size_t sizes[] = { 4096, SMALL_MAX + 1, 1 << 20 };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                struct putter putters[PUTTERS] = { 0 };
                unsigned made = 0;

                for (int p = 0; p < PUTTERS; p++) {
                        putters[p] = (struct putter){ .fixture = fixture, .step = 60000 };
                        putters[p].bytes = some_bytes(fixture, sizes[i], 12);
                        pthread_create(&putters[p].thread, NULL, put_once, &putters[p]);
                }
                for (int p = 0; p < PUTTERS; p++) {
                        pthread_join(putters[p].thread, NULL);
                        assert_int_equal(putters[p].rc, RC_OK);
                        made += !putters[p].existed;
                }
                assert_int_equal(made, 1);
                assert_stored(fixture, putters[0].bytes);
        }
        assert_int_equal(count_blobs(fixture), ARRAY_LEN(sizes));
}

static void blob_put_different_bytes_from_many_threads(void **state)
{
        struct fixture *fixture = *state;
        struct putter putters[PUTTERS] = { 0 };

        for (uint32_t p = 0; p < PUTTERS; p++) {
                putters[p] = (struct putter){ .fixture = fixture, .step = 60000 };
                putters[p].bytes = some_bytes(fixture, p % 2 ? 3000 + p : SMALL_MAX + 1000 + p, p);
                pthread_create(&putters[p].thread, NULL, put_once, &putters[p]);
        }
        for (int p = 0; p < PUTTERS; p++) {
                pthread_join(putters[p].thread, NULL);
                assert_int_equal(putters[p].rc, RC_OK);
                assert_false(putters[p].existed);
                assert_stored(fixture, putters[p].bytes);
        }
}

/* Long enough that some, but not all, get a second thread; also given up half-way. */
static void blob_put_long_streams_at_once(void **state)
{
        struct fixture *fixture = *state;
        struct putter putters[3] = { 0 };
        struct blob_put *given_up = NULL;
        struct err err = { 0 };

        assert_ok(blob_put_begin(fixture->store, NULL, &given_up, &err));
        for (uint32_t p = 0; p < ARRAY_LEN(putters); p++) {
                putters[p] = (struct putter){ .fixture = fixture, .step = 100000 + p };
                putters[p].bytes = some_bytes(fixture, (6 << 20) + p, p);
                pthread_create(&putters[p].thread, NULL, put_once, &putters[p]);
        }
        for (int i = 0; i < 6; i++)
                assert_ok(blob_put_write(given_up, str_slice(putters[0].bytes, 0, 1 << 20), &err));
        blob_put_abort(&given_up);
        for (uint32_t p = 0; p < ARRAY_LEN(putters); p++) {
                pthread_join(putters[p].thread, NULL);
                assert_int_equal(putters[p].rc, RC_OK);
                assert_stored(fixture, putters[p].bytes);
        }
        assert_int_equal(count_blobs(fixture), ARRAY_LEN(putters));
}

/* ---- reading ------------------------------------------------------------------------ */

static void blob_open_with_wrong_size_is_not_served(void **state)
{
        struct fixture *fixture = *state;

        for (int i = 0; i < 2; i++) {
                struct str bytes = some_bytes(fixture, i ? 200000 : 2000, 13);
                struct blob_digests found = { 0 };
                struct blob_view view = { .fd = -1 };
                struct err err = { 0 };

                assert_ok(blob_put_bytes(fixture->store, bytes, &found, &err));
                found.ref.size_bytes++;
                assert_int_equal(blob_open(fixture->store, &fixture->arena, &found.ref, &view, &err), RC_CORRUPT);
        }
}

static void blob_read_past_the_end_is_refused(void **state)
{
        struct fixture *fixture = *state;
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        char bytes[16];

        assert_ok(blob_put_bytes(fixture->store, STR("0123456789"), &found, &err));
        assert_ok(blob_read(fixture->store, &found.ref, 10, bytes, 0, &err));
        assert_int_equal(blob_read(fixture->store, &found.ref, 10, bytes, 1, &err), RC_INTERNAL);
        assert_int_equal(blob_read(fixture->store, &found.ref, UINT64_MAX, bytes, 2, &err), RC_INTERNAL);
        assert_int_equal(blob_read(fixture->store, &found.ref, 2, bytes, SIZE_MAX, &err), RC_INTERNAL);
}

/* ---- joining ------------------------------------------------------------------------ */

static void join_and_check(struct fixture *fixture, const size_t *sizes, size_t count)
{
        struct blob_ref parts[8];
        struct blob_digests expected, found = { 0 };
        struct blob_expect expect = { .has_size = true, .has_md5 = true };
        struct err err = { 0 };
        struct str whole;
        size_t at = 0, total = 0;

        for (size_t i = 0; i < count; i++)
                total += sizes[i];
        whole = some_bytes(fixture, total, (uint32_t)total);
        for (size_t i = 0; i < count; at += sizes[i], i++) {
                assert_ok(blob_put_bytes(fixture->store, str_slice(whole, at, at + sizes[i]), &found, &err));
                parts[i] = found.ref;
        }
        expected = digests_of(whole);
        assert_ok(join_all(fixture->store, fixture->store, parts, count, NULL, &found, &err));
        assert_memory_equal(&found, &expected, sizeof(found));
        assert_stored(fixture, whole);

        assert_ok(blob_delete(fixture->store, &expected.ref, &err));
        expect.size_bytes = total;
        memcpy(expect.md5, expected.md5, sizeof(expect.md5));
        assert_ok(join_all(fixture->store, fixture->store, parts, count, &expect, &found, &err));
        assert_stored(fixture, whole);

        assert_ok(blob_delete(fixture->store, &expected.ref, &err));
        expect.md5[3] ^= 1;
        assert_int_equal(join_all(fixture->store, fixture->store, parts, count, &expect, &found, &err), RC_INVALID);
        assert_absent(fixture, whole);
}

static void blob_join_joins_parts_of_all_sizes(void **state)
{
        static const size_t few[] = { 10, 20, 0, 5 };
        static const size_t mixed[] = { 3 << 20, 100, SMALL_MAX + 1, (1 << 20) + 7 };
        static const size_t growing[] = { 1000, 60000, 60001, 2 << 20 };

        join_and_check(*state, few, ARRAY_LEN(few));
        join_and_check(*state, mixed, ARRAY_LEN(mixed));
        join_and_check(*state, growing, ARRAY_LEN(growing));
}

static void blob_join_of_a_missing_part(void **state)
{
        struct fixture *fixture = *state;
        struct blob_ref parts[2];
        struct blob_digests found = { 0 };
        struct err err = { 0 };

        assert_ok(blob_put_bytes(fixture->store, some_bytes(fixture, 200000, 1), &found, &err));
        parts[0] = found.ref;
        parts[1] = digests_of(STR("never stored")).ref;
        assert_int_equal(join_all(fixture->store, fixture->store, parts, 2, NULL, &found, &err), RC_NOT_FOUND);
        assert_int_equal(count_blobs(fixture), 1);
}

/* ---- deleting, freshness ------------------------------------------------------------ */

static void blob_delete_removes(void **state)
{
        struct fixture *fixture = *state;

        for (int i = 0; i < 2; i++) {
                struct str bytes = some_bytes(fixture, i ? 200000 : 2000, 14);
                struct blob_digests found = { 0 };
                struct err err = { 0 };

                assert_ok(blob_put_bytes(fixture->store, bytes, &found, &err));
                assert_ok(blob_delete(fixture->store, &found.ref, &err));
                assert_absent(fixture, bytes);
                assert_ok(blob_delete(fixture->store, &found.ref, &err));
                assert_ok(blob_put_bytes(fixture->store, bytes, &found, &err));
                assert_stored(fixture, bytes);
        }
}

/* More than one batch; some small, some large, some not there. */
static void blob_exists_some_tells_each(void **state)
{
        enum { COUNT = 2 * BLOB_EXISTS_MAX + 7 };
        struct fixture *fixture = *state;
        struct blob_ref *refs = arena_array(&fixture->arena, struct blob_ref, COUNT);
        bool *exists = arena_array(&fixture->arena, bool, COUNT);
        struct err err = { 0 };

        for (size_t i = 0; i < COUNT; i++) {
                struct str bytes = arena_printf(&fixture->arena, "%zu ", i);
                struct blob_digests digests;

                if (i % 50 == 1) {
                        char *large = arena_alloc(&fixture->arena, 200000);

                        memset(large, 'x', 200000);
                        memcpy(large, bytes.ptr, bytes.len);
                        bytes = (struct str){ large, 200000 };
                }
                digests = digests_of(bytes);
                if (i % 3)
                        assert_ok(blob_put_bytes(fixture->store, bytes, &digests, &err));
                refs[i] = digests.ref;
                exists[i] = i % 3 == 0;
        }
        for (int freshen = 0; freshen < 2; freshen++) {
                assert_ok(blob_exists_some(fixture->store, refs, COUNT, freshen, exists, &err));
                for (size_t i = 0; i < COUNT; i++)
                        assert_int_equal(exists[i], i % 3 != 0);
        }
        assert_ok(blob_exists_some(fixture->store, refs, 0, true, exists, &err));
}

static void blob_delete_stale_spares_what_is_fresh(void **state)
{
        struct fixture *fixture = *state;

        for (int i = 0; i < 2; i++) {
                struct str bytes = some_bytes(fixture, i ? 200000 : 2000, 15);
                struct blob_digests found = { 0 };
                struct err err = { 0 };
                bool deleted = true;

                assert_ok(blob_put_bytes(fixture->store, bytes, &found, &err));
                assert_ok(blob_delete_stale(fixture->store, &found.ref, clock_now_us() - 1000000, &deleted, &err));
                assert_false(deleted);
                assert_stored(fixture, bytes);
                /* Seen from a day later. */
                assert_ok(blob_delete_stale(fixture->store, &found.ref, clock_now_us() + INT64_C(86400000000), &deleted,
                                            &err));
                assert_true(deleted);
                assert_absent(fixture, bytes);
                assert_ok(blob_delete_stale(fixture->store, &found.ref, INT64_MAX, &deleted, &err));
                assert_false(deleted);
        }
}

/* ---- listing ------------------------------------------------------------------------ */

static void blob_list_pages_through_all_in_order(void **state)
{
        static const size_t page_sizes[] = { 1, 7, 50, 1000 };
        struct fixture *fixture = *state;
        static struct blob_item items[1000];
        int64_t begin_us = clock_now_us() - 2000000;
        struct err err = { 0 };
        size_t large = 0;

        for (uint32_t i = 0; i < 120; i++) {
                struct blob_digests found;
                size_t size = i % 3 ? 10 + i : SMALL_MAX + i;

                large += size > SMALL_MAX;
                assert_ok(blob_put_bytes(fixture->store, some_bytes(fixture, size, i), &found, &err));
        }
        for (size_t p = 0; p < ARRAY_LEN(page_sizes); p++) {
                uint8_t after[32];
                size_t count = 0, seen = 0, seen_large = 0;
                bool first = true;

                for (;;) {
                        assert_ok(blob_list(fixture->store, first ? NULL : after, items, page_sizes[p], &count, &err));
                        if (count == 0)
                                break;
                        for (size_t i = 0; i < count; i++) {
                                if (!first)
                                        assert_true(memcmp(after, items[i].ref.sha256, 32) < 0);
                                memcpy(after, items[i].ref.sha256, 32);
                                first = false;
                                seen_large += items[i].ref.size_bytes > SMALL_MAX;
                                assert_true(items[i].fresh_us >= begin_us && items[i].fresh_us <= clock_now_us() + 1000000);
                        }
                        seen += count;
                }
                assert_int_equal(seen, 120);
                assert_int_equal(seen_large, large);
        }
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(blob_put_of_every_size_comes_back, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_bytes_stores_the_whole, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_twice_existed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_survives_reopening, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_with_true_expectations, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_with_wrong_expectations_keeps_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_after_a_failure_stays_failed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_abort_keeps_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_same_bytes_from_many_threads, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_different_bytes_from_many_threads, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_put_long_streams_at_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_open_with_wrong_size_is_not_served, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_read_past_the_end_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_join_joins_parts_of_all_sizes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_join_of_a_missing_part, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_delete_removes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_exists_some_tells_each, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_delete_stale_spares_what_is_fresh, set_up, tear_down),
                cmocka_unit_test_setup_teardown(blob_list_pages_through_all_in_order, set_up, tear_down),
        };

        if (argc > 1)
                backend = argv[1];
        crypto_start();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
