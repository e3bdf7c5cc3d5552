/*
 * base/fd.c - whole reads and writes, directories, durable names.
 *
 * Short reads and writes and EINTR are dealt with here once. Messages name the path
 * where there is one; callers that hold only a descriptor add it with err_prefix().
 */
#include "base/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

void fd_close(int *fd)
{
        int saved = errno;

        /* EINTR from close leaves the descriptor closed on Linux; a retry could hit another file. */
        if (*fd >= 0)
                (void)close(*fd);
        *fd = -1;
        errno = saved;
}

enum rc fd_write_all(int fd, const void *data, size_t len, struct err *err)
{
        const char *at = data;

        while (len) {
                ssize_t done = write(fd, at, len);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return err_set_errno(err, RC_IO, "cannot write");
                at += done;
                len -= (size_t)done;
        }
        return RC_OK;
}

/* Offsets past what the kernel takes are our own mistake, not the machine's. */
static enum rc check_range(size_t len, uint64_t offset, struct err *err)
{
        if (len > INT64_MAX || offset > (uint64_t)INT64_MAX - len)
                return err_set(err, RC_INTERNAL, "file offset %llu is out of range", (unsigned long long)offset);
        return RC_OK;
}

enum rc fd_pwrite_all(int fd, const void *data, size_t len, uint64_t offset, struct err *err)
{
        const char *at = data;
        enum rc rc = check_range(len, offset, err);

        if (rc)
                return rc;
        while (len) {
                ssize_t done = pwrite(fd, at, len, (off_t)offset);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return err_set_errno(err, RC_IO, "cannot write");
                at += done;
                len -= (size_t)done;
                offset += (uint64_t)done;
        }
        return RC_OK;
}

enum rc fd_pread_all(int fd, void *data, size_t len, uint64_t offset, struct err *err)
{
        char *at = data;
        enum rc rc = check_range(len, offset, err);

        if (rc)
                return rc;
        while (len) {
                ssize_t done = pread(fd, at, len, (off_t)offset);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return err_set_errno(err, RC_IO, "cannot read");
                if (done == 0)
                        return err_set(err, RC_CORRUPT, "the file ends %zu bytes too early", len);
                at += done;
                len -= (size_t)done;
                offset += (uint64_t)done;
        }
        return RC_OK;
}

static int open_retry(const char *path, int flags)
{
        int fd;

        do
                fd = open(path, flags | O_CLOEXEC);
        while (fd < 0 && errno == EINTR);
        return fd;
}

enum rc fd_read_file(struct arena *arena, const char *path, size_t max_bytes,
                     struct str *ret_content, struct err *err)
{
        _cleanup_(fd_close) int fd = -1;
        _cleanup_(buf_done) struct buf content = { .fallible = arena->fallible };

        fd = open_retry(path, O_RDONLY | O_NOCTTY);
        if (fd < 0)
                return err_set_errno(err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "cannot open %s", path);

        /* The size may change while we read, and some files have none: read to the end. */
        for (;;) {
                ssize_t got;

                buf_reserve(&content, 16 * 1024);
                if (content.failed)
                        return mem_fail(err);
                got = read(fd, content.ptr + content.len, 16 * 1024);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return err_set_errno(err, RC_IO, "cannot read %s", path);
                if (got == 0)
                        break;
                content.len += (size_t)got;
                if (content.len > max_bytes)
                        return err_set(err, RC_TOO_LARGE, "%s is larger than %zu bytes", path, max_bytes);
        }
        *ret_content = arena_str(arena, buf_str(&content));
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

enum rc path_make_dirs(const char *path, unsigned mode, struct err *err)
{
        char work[PATH_MAX];
        size_t len = strlen(path);
        struct stat st;

        if (len == 0 || len >= sizeof(work))
                return err_set(err, RC_INVALID, "a directory name must have 1 to %zu bytes", sizeof(work) - 1);
        memcpy(work, path, len + 1);

        for (size_t i = 1; i <= len; i++) {
                if (path[i] != '/' && path[i] != '\0')
                        continue;
                work[i] = '\0';
                /* Whatever the reason it failed, a directory that is there is good enough. */
                if (mkdir(work, (mode_t)mode) < 0) {
                        int why = errno;

                        if (stat(work, &st) < 0 || !S_ISDIR(st.st_mode)) {
                                errno = why == EEXIST ? ENOTDIR : why;
                                return err_set_errno(err, RC_IO, "cannot make directory %s", work);
                        }
                }
                work[i] = path[i];
        }
        return RC_OK;
}

enum rc path_sync_dir(const char *path, struct err *err)
{
        _cleanup_(fd_close) int fd = open_retry(path, O_RDONLY | O_DIRECTORY);

        if (fd < 0)
                return err_set_errno(err, RC_IO, "cannot open directory %s", path);
        if (fsync(fd) < 0)
                return err_set_errno(err, RC_IO, "cannot sync directory %s", path);
        return RC_OK;
}
