/* Tests of base/fd.c, in a fresh directory each. */
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static char top[64];
static struct arena arena;

static const char *in_top(const char *name)
{
        return arena_printf(&arena, "%s/%s", top, name).ptr;
}

static int setup(void **state UNUSED)
{
        (void)snprintf(top, sizeof(top), "/tmp/vitrine-fd-XXXXXX");
        arena_init(&arena, 0);
        return mkdtemp(top) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st UNUSED, int kind UNUSED, struct FTW *ftw UNUSED)
{
        return remove(path);
}

static int teardown(void **state UNUSED)
{
        arena_done(&arena);
        return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void fd_close_keeps_errno_and_forgets_the_number(void **state UNUSED)
{
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), copy = fd;

        errno = EXDEV;
        fd_close(&fd);
        assert_int_equal(fd, -1);
        assert_int_equal(errno, EXDEV);
        assert_int_equal(fcntl(copy, F_GETFD), -1);
        fd_close(&fd);
}

static void fd_write_and_read_back(void **state UNUSED)
{
        _cleanup_(fd_close) int fd = open(in_top("f"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        struct err err = { 0 };
        struct str content;
        char back[5];

        assert_ok(fd_write_all(fd, "hello world", 11, &err));
        assert_ok(fd_write_all(fd, NULL, 0, &err));
        assert_ok(fd_pwrite_all(fd, "W", 1, 6, &err));
        assert_int_equal(lseek(fd, 0, SEEK_CUR), 11);
        assert_ok(fd_pread_all(fd, back, 5, 6, &err));
        assert_memory_equal(back, "World", 5);
        assert_ok(fd_read_file(&arena, in_top("f"), 11, &content, &err));
        assert_str(content, "hello World");
}

static void *drain(void *payload)
{
        char chunk[777];
        size_t total = 0;
        ssize_t got;

        while ((got = read(*(int *)payload, chunk, sizeof(chunk))) > 0)
                total += (size_t)got;
        return (void *)(uintptr_t)total;
}

static void fd_write_all_goes_on_after_short_writes(void **state UNUSED)
{
        enum { SIZE = 3 << 20 };
        char *data = calloc(1, SIZE);
        struct err err = { 0 };
        pthread_t reader;
        void *total;
        int ends[2];

        /* A pipe takes 64 KiB at a time. */
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(pthread_create(&reader, NULL, drain, &ends[0]), 0);
        assert_ok(fd_write_all(ends[1], data, SIZE, &err));
        fd_close(&ends[1]);
        assert_int_equal(pthread_join(reader, &total), 0);
        assert_int_equal((uintptr_t)total, SIZE);
        fd_close(&ends[0]);
        free(data);
}

static void fd_errors_carry_the_reason(void **state UNUSED)
{
        _cleanup_(fd_close) int full = open("/dev/full", O_RDWR | O_CLOEXEC);
        _cleanup_(fd_close) int readable = open("/dev/null", O_RDONLY | O_CLOEXEC);
        struct err err = { 0 };

        assert_int_equal(fd_write_all(full, "x", 1, &err), RC_UNAVAILABLE);
        assert_int_equal(err.sys_errno, ENOSPC);
        assert_int_equal(fd_pwrite_all(full, "x", 1, 0, &err), RC_UNAVAILABLE);
        assert_int_equal(fd_write_all(readable, "x", 1, &err), RC_IO);
        assert_int_equal(err.sys_errno, EBADF);
        assert_int_equal(fd_pread_all(-1, top, 1, 0, &err), RC_IO);
}

static void fd_pread_all_past_the_end_is_corrupt(void **state UNUSED)
{
        _cleanup_(fd_close) int fd = open(in_top("f"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        struct err err = { 0 };
        char back[8];

        assert_ok(fd_write_all(fd, "abc", 3, &err));
        assert_ok(fd_pread_all(fd, back, 3, 0, &err));
        assert_ok(fd_pread_all(fd, back, 0, 99, &err));
        assert_int_equal(fd_pread_all(fd, back, 4, 0, &err), RC_CORRUPT);
        assert_int_equal(fd_pread_all(fd, back, 1, 3, &err), RC_CORRUPT);
        assert_int_equal(fd_pread_all(fd, back, 1, UINT64_MAX, &err), RC_INTERNAL);
        assert_int_equal(fd_pwrite_all(fd, back, 1, (uint64_t)INT64_MAX + 1, &err), RC_INTERNAL);
}

static void fd_read_file_limits_and_absence(void **state UNUSED)
{
        struct str content = STR("untouched");
        struct err err = { 0 };
        int fd = open(in_top("f"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        assert_ok(fd_read_file(&arena, in_top("f"), 0, &content, &err));
        assert_false(str_is_null(content));
        assert_str(content, "");

        content = STR("untouched");
        assert_int_equal(ftruncate(fd, 100000), 0);
        fd_close(&fd);
        assert_int_equal(fd_read_file(&arena, in_top("f"), 99999, &content, &err), RC_TOO_LARGE);
        assert_int_equal(fd_read_file(&arena, in_top("g"), 10, &content, &err), RC_NOT_FOUND);
        assert_int_equal(fd_read_file(&arena, top, 10, &content, &err), RC_IO);
        assert_int_equal(err.sys_errno, EISDIR);
        assert_str(content, "untouched");
        assert_ok(fd_read_file(&arena, in_top("f"), 100000, &content, &err));
        assert_int_equal(content.len, 100000);
        /* A file without a size. */
        assert_ok(fd_read_file(&arena, "/proc/self/status", 1 << 20, &content, &err));
        assert_true(content.len > 10);
}

static void path_make_dirs_makes_all_and_again(void **state UNUSED)
{
        struct err err = { 0 };
        struct stat st;

        assert_ok(path_make_dirs(in_top("a/b//c/"), 0700, &err));
        assert_int_equal(stat(in_top("a/b/c"), &st), 0);
        assert_true(S_ISDIR(st.st_mode));
        assert_int_equal(st.st_mode & 0777, 0700);
        assert_ok(path_make_dirs(in_top("a/b/c"), 0755, &err));
        assert_int_equal(stat(in_top("a/b/c"), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0700);
        assert_ok(path_make_dirs("/", 0755, &err));
        assert_ok(path_make_dirs(".", 0755, &err));
}

static void path_make_dirs_says_why_not(void **state UNUSED)
{
        struct err err = { 0 };
        char *long_path = calloc(1, 5001);
        int fd = open(in_top("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        fd_close(&fd);
        assert_int_equal(path_make_dirs(in_top("file"), 0755, &err), RC_IO);
        assert_int_equal(err.sys_errno, ENOTDIR);
        assert_int_equal(path_make_dirs(in_top("file/x"), 0755, &err), RC_IO);
        assert_int_equal(err.sys_errno, ENOTDIR);
        assert_int_equal(path_make_dirs("", 0755, &err), RC_INVALID);
        memset(long_path, 'a', 5000);
        assert_int_equal(path_make_dirs(long_path, 0755, &err), RC_INVALID);
        free(long_path);
}

static void path_sync_dir_wants_a_directory(void **state UNUSED)
{
        struct err err = { 0 };
        int fd = open(in_top("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        fd_close(&fd);
        assert_ok(path_sync_dir(top, &err));
        assert_int_equal(path_sync_dir(in_top("file"), &err), RC_IO);
        assert_int_equal(path_sync_dir(in_top("none"), &err), RC_IO);
        assert_int_equal(err.sys_errno, ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(fd_close_keeps_errno_and_forgets_the_number, setup, teardown),
                cmocka_unit_test_setup_teardown(fd_write_and_read_back, setup, teardown),
                cmocka_unit_test_setup_teardown(fd_write_all_goes_on_after_short_writes, setup, teardown),
                cmocka_unit_test_setup_teardown(fd_errors_carry_the_reason, setup, teardown),
                cmocka_unit_test_setup_teardown(fd_pread_all_past_the_end_is_corrupt, setup, teardown),
                cmocka_unit_test_setup_teardown(fd_read_file_limits_and_absence, setup, teardown),
                cmocka_unit_test_setup_teardown(path_make_dirs_makes_all_and_again, setup, teardown),
                cmocka_unit_test_setup_teardown(path_make_dirs_says_why_not, setup, teardown),
                cmocka_unit_test_setup_teardown(path_sync_dir_wants_a_directory, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
