/*
 * Parts that become a whole one by one: in order and not, damaged, missing, stopped from outside, on a full disk.
 */
#include "unit.h"

#include "base/fd.h"
#include "blob/internal.h"
#include "crypto/crypto.h"
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>

enum { PARTS = 4, LARGE = 6 << 20 };

struct fixture {
        struct scratch scratch;
        struct blob_store *store, *from;
        struct blob_ops ops, from_ops; /* the stores', with what a test changes */
        const struct blob_ops *usual, *from_usual;
        struct blob_ref parts[PARTS];
        struct blob_expect expect;     /* of the whole */
        struct blob_ref whole;
};

static struct fixture *current; /* for the changed operations, which know only a file */

static struct blob_store *open_store(const char *dir)
{
        struct blob_store *store = NULL;
        struct err err = { 0 };

        /* Temporary files with names: the tests see whether one is left. */
        assert_ok(blob_fs_open(&(struct blob_fs_config){ .dir = dir, .named_temps = true }, &store, &err));
        return store;
}

static char *some_bytes(size_t len, unsigned seed)
{
        char *bytes = malloc(len);

        for (size_t i = 0; i < len; i++)
                bytes[i] = (char)(i * 31 + i / 253 + seed);
        return bytes;
}

static int set_up(void **state)
{
        static const size_t sizes[PARTS] = { LARGE, 1000, LARGE + 1, 100000 };
        struct fixture *f = calloc(1, sizeof(*f));
        struct crypto_digest *md5 = crypto_digest_new(CRYPTO_MD5), *sha256 = crypto_digest_new(CRYPTO_SHA256);
        struct err err = { 0 };

        scratch_make(&f->scratch);
        f->store = open_store(scratch_path(&f->scratch, "blobs"));
        f->from = open_store(scratch_path(&f->scratch, "parts"));
        f->usual = f->store->ops;
        f->from_usual = f->from->ops;
        f->ops = *f->usual;
        f->from_ops = *f->from_usual;
        for (unsigned i = 0; i < PARTS; i++) {
                char *bytes = some_bytes(sizes[i], i);
                struct blob_digests found = { 0 };

                assert_ok(blob_put_bytes(f->from, (struct str){ bytes, sizes[i] }, &found, &err));
                f->parts[i] = found.ref;
                f->whole.size_bytes += sizes[i];
                crypto_digest_add(md5, bytes, sizes[i]);
                crypto_digest_add(sha256, bytes, sizes[i]);
                free(bytes);
        }
        f->expect = (struct blob_expect){ .has_md5 = true };
        crypto_digest_end(md5, f->expect.md5);
        crypto_digest_end(sha256, f->whole.sha256);
        crypto_digest_free(md5);
        crypto_digest_free(sha256);
        current = f;
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;

        f->store->ops = f->usual;
        f->from->ops = f->from_usual;
        blob_store_close(f->store);
        blob_store_close(f->from);
        scratch_remove(&f->scratch);
        free(f);
        return 0;
}

static size_t temporary_files(struct fixture *f)
{
        DIR *dir = opendir(scratch_path(&f->scratch, "blobs/large/tmp"));
        struct dirent *entry;
        size_t count = 0;

        assert_non_null(dir);
        while ((entry = readdir(dir)) != NULL)
                count += entry->d_name[0] != '.';
        closedir(dir);
        return count;
}

static bool whole_is_there(struct fixture *f)
{
        struct err err = { 0 };
        enum rc rc = blob_verify(f->store, &f->whole, &err);

        assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
        return rc == RC_OK;
}

static size_t blobs_in_store(struct fixture *f)
{
        struct blob_item items[10];
        struct err err = { 0 };
        size_t count = 0;

        assert_ok(blob_list(f->store, NULL, items, ARRAY_LEN(items), &count, &err));
        return count;
}

static struct blob_join *begin(struct fixture *f, bool proven)
{
        struct blob_join *join = NULL;
        struct err err = { 0 };

        assert_ok(blob_join_begin(f->store, f->from, proven ? &f->expect : NULL, &join, &err));
        return join;
}

static void join_all_but(struct fixture *f, struct blob_join *join, size_t left)
{
        struct err err = { 0 };

        for (size_t i = 0; i < PARTS - left; i++)
                assert_ok(blob_join_part(join, &f->parts[i], &err));
}

static void damage(struct fixture *f, const struct blob_ref *part)
{
        char hex[65], path[90], byte = 0;
        struct arena arena = { 0 };
        int fd;

        arena_init(&arena, 0);
        snprintf(hex, sizeof(hex), "%.64s", crypto_hex(&arena, part->sha256, 32).ptr);
        snprintf(path, sizeof(path), "parts/large/%.2s/%.62s", hex, hex + 2);
        fd = open(scratch_path(&f->scratch, path), O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(pread(fd, &byte, 1, 5000), 1);
        byte ^= 4;
        assert_int_equal(pwrite(fd, &byte, 1, 5000), 1);
        close(fd);
        arena_done(&arena);
}

/* ---- what goes well ---- */

static void join_part_by_part_is_the_whole(void **state)
{
        struct fixture *f = *state;

        for (int proven = 0; proven < 2; proven++) {
                struct blob_join *join = begin(f, proven);
                struct blob_digests found = { 0 };
                struct err err = { 0 };
                size_t count = 99;

                blob_join_parts(join, &count);
                assert_int_equal(count, 0);
                for (size_t i = 0; i < PARTS; i++) {
                        assert_ok(blob_join_part(join, &f->parts[i], &err));
                        /* The second thread of a put is not kept from others while no part comes. */
                        assert_int_equal(atomic_load(&f->store->hashers), 0);
                        assert_memory_equal(blob_join_parts(join, &count), f->parts, (i + 1) * sizeof(f->parts[0]));
                        assert_int_equal(count, i + 1);
                }
                if (!proven)
                        assert_false(whole_is_there(f));
                assert_ok(blob_join_finish(&join, &found, &err));
                assert_null(join);
                assert_memory_equal(&found.ref, &f->whole, sizeof(f->whole));
                assert_memory_equal(found.md5, f->expect.md5, 16);
                assert_true(whole_is_there(f));
                assert_int_equal(temporary_files(f), 0);
        }
}

static void join_of_many_parts_remembers_them_all(void **state)
{
        struct fixture *f = *state;
        struct blob_join *join = begin(f, false);
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        const struct blob_ref *joined;
        size_t count = 0;

        for (size_t i = 0; i < 1000; i++)
                assert_ok(blob_join_part(join, &f->parts[1], &err));
        joined = blob_join_parts(join, &count);
        assert_int_equal(count, 1000);
        for (size_t i = 0; i < count; i++)
                assert_memory_equal(&joined[i], &f->parts[1], sizeof(joined[i]));
        assert_ok(blob_join_finish(&join, &found, &err));
        assert_int_equal(found.ref.size_bytes, 1000 * f->parts[1].size_bytes);
        assert_ok(blob_verify(f->store, &found.ref, &err));
}

/* The part is deleted when it was just opened. */
static enum rc open_and_delete(struct blob_store *store, struct arena *arena, const struct blob_ref *ref,
                               struct blob_view *ret, struct err *err)
{
        enum rc rc = current->from_usual->open(store, arena, ref, ret, err);
        bool deleted = false;

        return rc ? rc : current->from_usual->remove(store, ref, 1, INT64_MAX, &deleted, err);
}

static void join_reads_an_open_part_to_its_end(void **state)
{
        struct fixture *f = *state;
        struct blob_join *join = begin(f, true);
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        bool there = true;

        f->from_ops.open = open_and_delete;
        f->from->ops = &f->from_ops;
        join_all_but(f, join, 0);
        for (size_t i = 0; i < PARTS; i++) {
                assert_ok(blob_exists(f->from, &f->parts[i], false, &there, &err));
                assert_false(there);
        }
        assert_ok(blob_join_finish(&join, &found, &err));
        assert_true(whole_is_there(f));
}

/* ---- what does not ---- */

static void join_in_wrong_order_is_refused(void **state)
{
        struct fixture *f = *state;
        struct blob_join *join = begin(f, true);
        struct blob_digests found = { 0 };
        struct err err = { 0 };

        for (size_t i = PARTS; i > 0; i--)
                assert_ok(blob_join_part(join, &f->parts[i - 1], &err));
        assert_int_equal(blob_join_finish(&join, &found, &err), RC_INVALID);
        assert_null(join);
        assert_int_equal(blobs_in_store(f), 0);
        assert_int_equal(temporary_files(f), 0);
}

static void join_that_is_given_up_leaves_nothing(void **state)
{
        struct fixture *f = *state;
        struct blob_join *none = NULL;

        for (size_t left = 0; left <= PARTS; left++) {
                struct blob_join *join = begin(f, left % 2);

                join_all_but(f, join, left);
                assert_int_equal(temporary_files(f), left < PARTS ? 1 : 0);
                blob_join_abort(&join);
                assert_null(join);
                assert_int_equal(temporary_files(f), 0);
        }
        blob_join_abort(&none);
        assert_int_equal(blobs_in_store(f), 0);
}

static void join_of_a_damaged_part_is_our_fault(void **state)
{
        struct fixture *f = *state;
        struct blob_join *join = begin(f, true);
        struct blob_digests found = { 0 };
        struct err err = { 0 };

        damage(f, &f->parts[2]);
        join_all_but(f, join, 0);
        assert_int_equal(blob_join_finish(&join, &found, &err), RC_CORRUPT);
        /* Without a digest of the whole it is found when the part is read, and that stays so. */
        join = begin(f, false);
        join_all_but(f, join, 2);
        assert_int_equal(blob_join_part(join, &f->parts[2], &err), RC_CORRUPT);
        assert_int_equal(blob_join_part(join, &f->parts[3], &err), RC_CORRUPT);
        assert_int_equal(blob_join_finish(&join, &found, &err), RC_CORRUPT);
        assert_null(join);
        assert_int_equal(blobs_in_store(f), 0);
        assert_int_equal(temporary_files(f), 0);
}

static void join_without_a_part_fails_for_good(void **state)
{
        struct fixture *f = *state;
        struct blob_join *join = begin(f, true);
        struct blob_digests found = { 0 };
        struct err err = { 0 }, later = { 0 };
        size_t count = 0;

        join_all_but(f, join, 2);
        assert_ok(blob_delete(f->from, &f->parts[2], &err));
        assert_int_equal(blob_join_part(join, &f->parts[2], &err), RC_NOT_FOUND);
        assert_int_equal(blob_join_part(join, &f->parts[3], &later), RC_NOT_FOUND);
        assert_string_equal(later.msg, err.msg);
        blob_join_parts(join, &count);
        assert_int_equal(count, 2);
        assert_int_equal(blob_join_finish(&join, &found, &err), RC_NOT_FOUND);
        assert_int_equal(temporary_files(f), 0);
}

static struct {
        struct blob_join *join;
        unsigned pieces; /* until something happens */
} watch;

static enum rc copy_then_stop(struct blob_file *file, int fd, uint64_t offset, struct str data, struct err *err)
{
        if (watch.pieces-- == 0)
                blob_join_stop(watch.join);
        return current->usual->file_copy(file, fd, offset, data, err);
}

static void join_stops_in_the_middle_of_a_part(void **state)
{
        struct fixture *f = *state;
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        size_t count = 0;

        watch.join = begin(f, true);
        watch.pieces = 8; /* the third piece of the third part; the second part is too small to be copied */
        f->ops.file_copy = copy_then_stop;
        f->store->ops = &f->ops;
        join_all_but(f, watch.join, 2);
        assert_int_equal(blob_join_part(watch.join, &f->parts[2], &err), RC_AGAIN);
        assert_int_equal(blob_join_part(watch.join, &f->parts[2], &err), RC_AGAIN);
        blob_join_parts(watch.join, &count);
        assert_int_equal(count, 2);
        assert_int_equal(blob_join_finish(&watch.join, &found, &err), RC_AGAIN);
        assert_int_equal(temporary_files(f), 0);
        assert_int_equal(blobs_in_store(f), 0);
}

static enum rc copy_until_full(struct blob_file *file, int fd, uint64_t offset, struct str data, struct err *err)
{
        if (watch.pieces-- == 0)
                return blob_error_disk_full(err);
        return current->usual->file_copy(file, fd, offset, data, err);
}

static void join_on_a_full_disk_fails_for_good(void **state)
{
        struct fixture *f = *state;
        struct blob_join *join = begin(f, true);
        struct blob_digests found = { 0 };
        struct err err = { 0 };

        watch.pieces = 8;
        f->ops.file_copy = copy_until_full;
        f->store->ops = &f->ops;
        join_all_but(f, join, 2);
        assert_int_equal(blob_join_part(join, &f->parts[2], &err), RC_UNAVAILABLE);
        assert_int_equal(blob_join_finish(&join, &found, &err), RC_UNAVAILABLE);
        assert_int_equal(temporary_files(f), 0);
        /* Nothing but this one join was spoiled by it. */
        f->store->ops = f->usual;
        join = begin(f, true);
        join_all_but(f, join, 0);
        assert_ok(blob_join_finish(&join, &found, &err));
}

static void store_says_what_room_there_is(void **state)
{
        struct fixture *f = *state;
        struct err err = { 0 };
        uint64_t room = 0;

        assert_ok(blob_disk_room(f->store, &room, &err));
        assert_true(room > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(join_part_by_part_is_the_whole),
                TEST(join_of_many_parts_remembers_them_all),
                TEST(join_reads_an_open_part_to_its_end),
                TEST(join_in_wrong_order_is_refused),
                TEST(join_that_is_given_up_leaves_nothing),
                TEST(join_of_a_damaged_part_is_our_fault),
                TEST(join_without_a_part_fails_for_good),
                TEST(join_stops_in_the_middle_of_a_part),
                TEST(join_on_a_full_disk_fails_for_good),
                TEST(store_says_what_room_there_is),
        };

        crypto_start();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
