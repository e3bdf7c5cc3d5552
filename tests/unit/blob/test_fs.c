/*
 * The local store beyond its contract: what is on the disk, after kills, damage and a full
 * disk.
 */
#include "unit.h"

#include "base/clock.h"
#include "base/fd.h"
#include "blob/blob.h"
#include "crypto/crypto.h"
#include "join_all.h"
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static pid_t main_process;

/* Also for the children that tests fork: they must not return into the test runner. */
static void require_ok(enum rc rc, const struct err *err)
{
        if (rc && getpid() != main_process)
                _exit(99);
        if (rc)
                fail_msg("%s: %s", rc_name(rc), err->msg);
}

static int set_up(void **state)
{
        struct scratch *scratch = calloc(1, sizeof(*scratch));

        scratch_make(scratch);
        *state = scratch;
        return 0;
}

static int tear_down(void **state)
{
        scratch_remove(*state);
        free(*state);
        return 0;
}

static struct blob_store *open_store(const char *dir, size_t small_max_bytes, bool named_temps)
{
        struct blob_fs_config config = { .dir = dir, .small_max_bytes = small_max_bytes, .named_temps = named_temps };
        struct blob_store *store = NULL;
        struct err err = { 0 };

        require_ok(blob_fs_open(&config, &store, &err), &err);
        return store;
}

static struct blob_ref put_filled(struct blob_store *store, char fill, size_t len)
{
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        char *bytes = malloc(len);

        memset(bytes, fill, len);
        require_ok(blob_put_bytes(store, (struct str){ bytes, len }, &found, &err), &err);
        free(bytes);
        return found.ref;
}

/* DIR/large/ab/cdef...; static memory. */
static const char *large_path(const char *dir, const struct blob_ref *ref)
{
        static char path[500];
        struct arena arena = { 0 };
        struct str hex;

        arena_init(&arena, 0);
        hex = crypto_hex(&arena, ref->sha256, 32);
        snprintf(path, sizeof(path), "%s/large/%.2s/%.62s", dir, hex.ptr, hex.ptr + 2);
        arena_done(&arena);
        return path;
}

static size_t count_entries(const char *path)
{
        DIR *dir = opendir(path);
        struct dirent *entry;
        size_t count = 0;

        if (!dir)
                return 0;
        while ((entry = readdir(dir)) != NULL)
                count += entry->d_name[0] != '.';
        closedir(dir);
        return count;
}

/* One statement of the test's own on the small blobs' file. */
static void change_small(const char *dir, const char *sql)
{
        char path[400];
        sqlite3 *handle;

        snprintf(path, sizeof(path), "%s/small.db", dir);
        assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
        assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(handle) > 0);
        assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* ---- places ------------------------------------------------------------------------- */

static void fs_files_are_private_and_named_by_digest(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, false);
        struct blob_ref large = put_filled(store, 'x', 100000);
        char path[400];
        struct stat info;

        assert_int_equal(stat(large_path(dir, &large), &info), 0);
        assert_int_equal(info.st_size, 100000);
        assert_int_equal(info.st_mode & 077, 0);
        snprintf(path, sizeof(path), "%s/small.db", dir);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 077, 0);
        snprintf(path, sizeof(path), "%s/large", dir);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 077, 0);
        blob_store_close(store);
}

static void fs_small_limit_may_change_between_runs(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 1000, false);
        struct blob_ref in_file = put_filled(store, 'a', 2000), in_table = put_filled(store, 'b', 500), again;
        struct blob_item items[8];
        struct err err = { 0 };
        bool exists = false;
        size_t count = 0;

        blob_store_close(store);
        store = open_store(dir, 5000, false);
        assert_ok(blob_verify(store, &in_file, &err));
        assert_ok(blob_exists(store, &in_file, true, &exists, &err));
        assert_true(exists);
        again = put_filled(store, 'a', 2000); /* now in both places */
        assert_memory_equal(&again, &in_file, sizeof(again));
        assert_ok(blob_list(store, NULL, items, ARRAY_LEN(items), &count, &err));
        assert_int_equal(count, 2);
        assert_ok(blob_delete(store, &in_file, &err));
        assert_ok(blob_exists(store, &in_file, false, &exists, &err));
        assert_false(exists);
        blob_store_close(store);

        store = open_store(dir, 100, false);
        assert_ok(blob_verify(store, &in_table, &err));
        assert_ok(blob_exists(store, &in_table, false, &exists, &err));
        assert_true(exists);
        blob_store_close(store);
}

/* ---- freshness ---------------------------------------------------------------------- */

static int64_t fresh_us_of_only(struct blob_store *store)
{
        struct blob_item item = { 0 };
        struct err err = { 0 };
        size_t count = 0;

        assert_ok(blob_list(store, NULL, &item, 1, &count, &err));
        assert_int_equal(count, 1);
        return item.fresh_us;
}

static void fs_putting_and_asking_freshen(void **state)
{
        static const size_t sizes[] = { 100, 100000 };

        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                const char *dir = scratch_path(*state, i ? "large-ones" : "small-ones");
                struct blob_store *store = open_store(dir, 0, false);
                struct blob_ref ref = put_filled(store, 'x', sizes[i]);

                for (int way = 0; way < 3; way++) {
                        const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
                        struct err err = { 0 };
                        bool exists = false, deleted = true;

                        if (i)
                                assert_int_equal(utimensat(AT_FDCWD, large_path(dir, &ref), old, 0), 0);
                        else
                                change_small(dir, "UPDATE blob SET fresh_us = 1000000000000000");
                        assert_int_equal(fresh_us_of_only(store), INT64_C(1000000000000000));
                        if (way == 0)
                                put_filled(store, 'x', sizes[i]);
                        if (way == 1) {
                                assert_ok(blob_exists(store, &ref, true, &exists, &err));
                                assert_true(exists);
                        }
                        if (way == 2) { /* only looking does not */
                                assert_ok(blob_exists(store, &ref, false, &exists, &err));
                                assert_int_equal(fresh_us_of_only(store), INT64_C(1000000000000000));
                                continue;
                        }
                        assert_true(fresh_us_of_only(store) > clock_now_us() - 5000000);
                        assert_ok(blob_delete_stale(store, &ref, clock_now_us(), &deleted, &err));
                        assert_false(deleted);
                }
                blob_store_close(store);
        }
}

/* ---- damage ------------------------------------------------------------------------- */

static void flip_bit(const char *path, off_t offset, int bit)
{
        int fd = open(path, O_RDWR);
        unsigned char byte;

        assert_true(fd >= 0);
        assert_int_equal(pread(fd, &byte, 1, offset), 1);
        byte = (unsigned char)(byte ^ (1u << bit));
        assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
        close(fd);
}

static void fs_flipped_bit_in_a_file_is_found(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, false);
        struct blob_ref ref = put_filled(store, 'x', 3000000);
        static const off_t offsets[] = { 0, 1048575, 1048576, 2999999 };
        struct err err = { 0 };

        assert_ok(blob_verify(store, &ref, &err));
        for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
                flip_bit(large_path(dir, &ref), offsets[i], (int)i * 2);
                assert_int_equal(blob_verify(store, &ref, &err), RC_CORRUPT);
                assert_int_equal(err.rc, RC_CORRUPT);
                flip_bit(large_path(dir, &ref), offsets[i], (int)i * 2);
        }
        assert_ok(blob_verify(store, &ref, &err));
        blob_store_close(store);
}

static void fs_joining_a_damaged_part_is_our_fault(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, false);
        struct blob_ref part = put_filled(store, 'x', 300000);
        struct blob_expect expect = { .has_md5 = true };
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        char *bytes = malloc(300000);

        memset(bytes, 'x', 300000);
        crypto_md5(bytes, 300000, expect.md5);
        free(bytes);
        flip_bit(large_path(dir, &part), 1234, 1);
        assert_int_equal(join_all(store, store, &part, 1, &expect, &found, &err), RC_CORRUPT);
        assert_int_equal(join_all(store, store, &part, 1, NULL, &found, &err), RC_CORRUPT);
        blob_store_close(store);
}

static void fs_damaged_small_blob_is_not_served(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, false);
        struct blob_ref ref = put_filled(store, 'x', 1000);
        struct blob_view view = { .fd = -1 };
        struct arena arena = { 0 };
        struct err err = { 0 };
        bool deleted = false;
        char byte;

        arena_init(&arena, 0);
        change_small(dir, "UPDATE blob_bytes SET data = CAST(replace(CAST(data AS TEXT), 'xxx', 'xyx') AS BLOB)");
        assert_int_equal(blob_open(store, &arena, &ref, &view, &err), RC_CORRUPT);
        assert_int_equal(blob_read(store, &ref, 5, &byte, 1, &err), RC_CORRUPT);
        assert_int_equal(blob_verify(store, &ref, &err), RC_CORRUPT);
        assert_ok(blob_delete_stale(store, &ref, INT64_MAX, &deleted, &err));
        assert_true(deleted);
        put_filled(store, 'x', 1000);
        assert_ok(blob_verify(store, &ref, &err));
        arena_done(&arena);
        blob_store_close(store);
}

static void fs_truncated_file_is_replaced_by_the_next_put(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, false);
        struct blob_ref ref = put_filled(store, 'x', 100000);
        struct blob_view view = { .fd = -1 };
        struct err err = { 0 };
        bool exists = true;

        assert_int_equal(truncate(large_path(dir, &ref), 99999), 0);
        assert_int_equal(blob_open(store, NULL, &ref, &view, &err), RC_CORRUPT);
        assert_ok(blob_exists(store, &ref, true, &exists, &err));
        assert_false(exists);
        put_filled(store, 'x', 100000);
        assert_ok(blob_verify(store, &ref, &err));
        blob_store_close(store);
}

static void fs_foreign_files_are_not_listed(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, false);
        struct blob_ref ref = put_filled(store, 'x', 100000);
        struct blob_item items[4];
        struct err err = { 0 };
        char path[600];
        size_t count = 0;
        int fd;

        snprintf(path, sizeof(path), "%s.bak", large_path(dir, &ref));
        fd = open(path, O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        close(fd);
        assert_ok(blob_list(store, NULL, items, ARRAY_LEN(items), &count, &err));
        assert_int_equal(count, 1);
        blob_store_close(store);
}

/* ---- kill -9 ------------------------------------------------------------------------ */

/* Puts blobs of both kinds and reports each digest that was answered, until it is killed. */
struct killed {
        struct blob_store *store;
        int ack_fd;
        uint32_t number;
};

static void *put_forever(void *payload)
{
        struct killed *killed = payload;
        char *bytes = malloc(200000);

        memset(bytes, 'k', 200000);
        for (uint32_t i = 0;; i++) {
                uint32_t label[2] = { killed->number, i };
                size_t len = i % 2 ? 200000 - i % 1000 : 3000 + i % 1000;
                struct blob_digests found;
                struct err err = { 0 };

                memcpy(bytes, label, sizeof(label));
                if (blob_put_bytes(killed->store, (struct str){ bytes, len }, &found, &err) ||
                    write(killed->ack_fd, &found.ref, sizeof(found.ref)) != sizeof(found.ref))
                        _exit(1);
        }
        return NULL;
}

static void child_puts(const char *dir, bool named_temps, int ack_fd)
{
        static struct killed killed[4];
        struct blob_store *store = open_store(dir, 0, named_temps);

        for (uint32_t i = 0; i < ARRAY_LEN(killed); i++) {
                pthread_t thread;

                killed[i] = (struct killed){ store, ack_fd, i };
                pthread_create(&thread, NULL, put_forever, &killed[i]);
        }
        for (;;)
                pause();
}

static size_t kill_and_check(struct scratch *scratch, int round, bool named_temps)
{
        char name[32], dir[400], temps[420];
        struct blob_store *store;
        struct blob_ref ref;
        struct err err = { 0 };
        int pipe_fds[2], status;
        size_t acked = 0;
        pid_t child;

        snprintf(name, sizeof(name), "blobs-%d-%d", round, named_temps);
        snprintf(dir, sizeof(dir), "%s", scratch_path(scratch, name));
        assert_int_equal(pipe(pipe_fds), 0);
        child = fork();
        if (child == 0)
                child_puts(dir, named_temps, pipe_fds[1]);
        close(pipe_fds[1]);
        /* A slow machine (valgrind) gets the time for a first acknowledgment. */
        assert_int_equal(poll(&(struct pollfd){ .fd = pipe_fds[0], .events = POLLIN }, 1, 60000), 1);
        usleep((useconds_t)(20000 + 40000 * round));
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));

        store = open_store(dir, 0, named_temps);
        while (read(pipe_fds[0], &ref, sizeof(ref)) == sizeof(ref)) {
                assert_ok(blob_verify(store, &ref, &err));
                acked++;
        }
        close(pipe_fds[0]);
        snprintf(temps, sizeof(temps), "%s/large/tmp", dir);
        assert_int_equal(count_entries(temps), 0);
        blob_store_close(store);
        return acked;
}

static void fs_acknowledged_blobs_survive_kill(void **state)
{
        size_t acked = 0;

        for (int round = 0; round < 4; round++) {
                acked += kill_and_check(*state, round, false);
                acked += kill_and_check(*state, round, true);
        }
        assert_true(acked > 0);
}

/* A put that is under way in one process is not swept away by another that opens the store. */
static void fs_sweeping_spares_living_writers(void **state)
{
        const char *dir = scratch_path(*state, "blobs");
        struct blob_store *store = open_store(dir, 0, true);
        struct blob_put *put = NULL;
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        char *bytes = calloc(1, 100000);
        char temps[420], stale[450];
        int status, fd;
        pid_t child;

        snprintf(temps, sizeof(temps), "%s/large/tmp", dir);
        snprintf(stale, sizeof(stale), "%s/left-behind", temps);
        fd = open(stale, O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        close(fd);
        assert_ok(blob_put_begin(store, NULL, &put, &err));
        assert_ok(blob_put_write(put, (struct str){ bytes, 100000 }, &err));
        assert_int_equal(count_entries(temps), 2);
        child = fork();
        if (child == 0) {
                open_store(dir, 0, true);
                _exit(0);
        }
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
        assert_int_equal(count_entries(temps), 1);
        assert_ok(blob_put_finish(&put, &found, NULL, &err));
        assert_int_equal(count_entries(temps), 0);
        assert_ok(blob_verify(store, &found.ref, &err));
        free(bytes);
        blob_store_close(store);
}

/* ---- a full disk -------------------------------------------------------------------- */

static const char *const full_message = "The disk is full: free some space and try again.";

enum { CHILD_OK = 0, CHILD_NO_MOUNT = 77 };

/* In a mount namespace of its own, so that nothing is left mounted. */
static bool mount_small_disk(const char *dir)
{
        if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
                return false;
        if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0) /* valgrind wants the names */
                return false;
        return mount("tmpfs", dir, "tmpfs", 0, "size=6m") == 0;
}

static int fill_large(struct blob_store *store, struct blob_ref *kept)
{
        char *bytes = malloc(8 << 20);
        struct blob_put *put = NULL;
        struct blob_digests found = { 0 };
        struct err err = { 0 };
        enum rc rc = RC_OK;

        memset(bytes, 'f', 8 << 20);
        *kept = put_filled(store, 'k', 200000);
        if (blob_put_begin(store, NULL, &put, &err))
                return 2;
        for (int i = 0; rc == RC_OK && i < 8; i++)
                rc = blob_put_write(put, (struct str){ bytes, 1 << 20 }, &err);
        if (rc != RC_UNAVAILABLE || strcmp(err.msg, full_message) != 0)
                return 3;
        memset(&err, 0, sizeof(err));
        if (blob_put_finish(&put, &found, NULL, &err) != RC_UNAVAILABLE || strcmp(err.msg, full_message) != 0)
                return 4;
        free(bytes);
        /* What was written is free again. */
        put_filled(store, 'g', 2 << 20);
        return blob_verify(store, kept, &err) ? 5 : CHILD_OK;
}

static int fill_small(struct blob_store *store)
{
        struct blob_digests found = { 0 };
        struct blob_ref first = { 0 };
        struct err err = { 0 };
        char bytes[50000] = { 0 };
        enum rc rc = RC_OK;

        for (int i = 0; rc == RC_OK && i < 200; i++) {
                memcpy(bytes, &i, sizeof(i));
                rc = blob_put_bytes(store, (struct str){ bytes, sizeof(bytes) }, &found, &err);
                if (i == 0)
                        first = found.ref;
        }
        if (rc != RC_UNAVAILABLE || strcmp(err.msg, full_message) != 0)
                return 10;
        return blob_verify(store, &first, &err) ? 11 : CHILD_OK; /* reading goes on */
}

static int run_on_small_disk(const char *dir)
{
        char blobs[400];
        struct blob_store *store;
        struct blob_ref kept;
        int code;

        if (!mount_small_disk(dir))
                return CHILD_NO_MOUNT;
        snprintf(blobs, sizeof(blobs), "%s/blobs", dir);
        store = open_store(blobs, 0, false);
        code = fill_large(store, &kept);
        if (code)
                return code;
        code = fill_small(store);
        if (code)
                return code;
        /* Deleting makes space, and puts go on. (A row to delete needs a little space itself; a file does not.) */
        if (unlink(large_path(blobs, &kept)) < 0)
                return 20;
        put_filled(store, 'z', 20000);
        blob_store_close(store);
        return CHILD_OK;
}

static void fs_full_disk_is_said_and_survived(void **state)
{
        const char *dir = ((struct scratch *)*state)->dir;
        int status;
        pid_t child = fork();

        if (child == 0)
                _exit(run_on_small_disk(dir));
        waitpid(child, &status, 0);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == CHILD_NO_MOUNT)
                skip();
        assert_int_equal(WEXITSTATUS(status), CHILD_OK);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(fs_files_are_private_and_named_by_digest, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_small_limit_may_change_between_runs, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_putting_and_asking_freshen, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_flipped_bit_in_a_file_is_found, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_joining_a_damaged_part_is_our_fault, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_damaged_small_blob_is_not_served, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_truncated_file_is_replaced_by_the_next_put, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_foreign_files_are_not_listed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_acknowledged_blobs_survive_kill, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_sweeping_spares_living_writers, set_up, tear_down),
                cmocka_unit_test_setup_teardown(fs_full_disk_is_said_and_survived, set_up, tear_down),
        };

        main_process = getpid();
        crypto_start();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
