/*
 * client/store.c - checking and writing files; see store.h.
 */
#include "client/store.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

enum { CLONE_FROM = 64 * 1024, READ_AT_ONCE = 4 * 1024 * 1024 };

struct want want_of(const struct entry *entry)
{
        struct want want = { .size = entry->size, .xxh = entry->xxh, .any_size = !entry->has_size };

        memcpy(want.digest, entry->md5, sizeof(want.digest));
        return want;
}

enum rc scratch_begin(struct scratch *s, struct engine *engine, struct err *err)
{
        *s = (struct scratch){ .engine = engine };
        s->md5 = crypto_digest_try_new(CRYPTO_MD5);
        s->xxh = crypto_digest_try_new(CRYPTO_XXH128);
        s->buffer = mem_alloc(SCRATCH_BUFFER);
        if (s->md5 && s->xxh && s->buffer)
                return RC_OK;
        scratch_done(s);
        return mem_fail(err);
}

void scratch_done(struct scratch *s)
{
        s->md5 = crypto_digest_free(s->md5);
        s->xxh = crypto_digest_free(s->xxh);
        mem_free(s->buffer);
        s->buffer = NULL;
}

/* What fits into the scratch a few times needs no thread of its own. */
static enum rc read_small(struct scratch *s, const struct reading *reading, uint64_t *ret_end, struct err *err)
{
        uint64_t at = 0;

        for (;;) {
                ssize_t got = pread(reading->fd, s->buffer, SCRATCH_BUFFER, (off_t)at);
                enum rc rc = RC_OK;

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return err_set_errno(err, RC_IO, "%s cannot be read", reading->path);
                if (got == 0)
                        break;
                crypto_digest_add(reading->digest, s->buffer, (size_t)got);
                if (reading->copy_fd >= 0)
                        rc = fd_pwrite_all(reading->copy_fd, s->buffer, (size_t)got, at, err);
                if (rc)
                        return rc;
                at += (uint64_t)got;
                if (engine_stopping(s->engine))
                        return fail_canceled(err);
        }
        *ret_end = at;
        return RC_OK;
}

/* Reads the file to its end, into out_fd as well when that is none of -1. */
static enum rc pump(struct scratch *s, int fd, int out_fd, const struct want *want, const char *path, bool *ret_right,
                    struct err *err)
{
        struct reading reading = { .engine = s->engine, .fd = fd, .copy_fd = out_fd, .to = UINT64_MAX, .path = path };
        uint8_t sum[16];
        uint64_t end = 0;
        enum rc rc;

        reading.digest = want->xxh ? s->xxh : s->md5;
        crypto_digest_reset(reading.digest);
        rc = want->size > READ_AT_ONCE || want->any_size ? read_on(&reading, &end, err)
                                                         : read_small(s, &reading, &end, err);
        if (rc)
                return rc;
        crypto_digest_end(reading.digest, sum);
        *ret_right = memcmp(sum, want->digest, sizeof(sum)) == 0 && (want->any_size || end == want->size);
        return RC_OK;
}

enum rc file_matches(struct scratch *s, const char *path, const struct want *want, bool *ret, struct err *err)
{
        _cleanup_(fd_close) int fd = -1;
        struct stat st;

        *ret = false;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? RC_OK
                       : err_set_errno(err, RC_IO, "%s cannot be opened", path);
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (!want->any_size && (uint64_t)st.st_size != want->size))
                return RC_OK;
        return pump(s, fd, -1, want, path, ret, err);
}

enum rc file_dirs(struct scratch *s, const char *path, struct err *err)
{
        const char *slash = strrchr(path, '/');
        char dir[4096];
        size_t len = slash ? (size_t)(slash - path) : 0;
        enum rc rc;

        if (len == 0)
                return RC_OK;
        if (len >= sizeof(dir))
                return err_set(err, RC_INVALID, "The path of a file is longer than this system allows.");
        memcpy(dir, path, len);
        dir[len] = '\0';
        if (strcmp(dir, s->last_dir) == 0)
                return RC_OK;
        rc = path_make_dirs(dir, 0777, err);
        if (!rc)
                memcpy(s->last_dir, dir, len + 1);
        return rc;
}

/*
 * For names that nobody else uses. One that was killed may have left its own behind, and in containers many processes
 * have the same number: a name that is taken is no failure, the next one is tried.
 */
enum { NAMES_TRIED = 1000 };

static unsigned next_number(void)
{
        static atomic_uint counter;

        return atomic_fetch_add(&counter, 1);
}

/* A file without a name in the directory of the path; where the file system has none, one called *ret_beside. */
static int open_nameless(const char *path, char ret_beside[static 4096])
{
        const char *slash = strrchr(path, '/');
        int len = slash ? (int)(slash - path) : 1;
        int fd;

        if (snprintf(ret_beside, 4096, "%.*s", len ? len : 1, slash ? path : ".") >= 4096)
                return -1;
        fd = open(ret_beside, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
        if (fd >= 0) {
                ret_beside[0] = '\0';
                return fd;
        }
        if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
                return -1;
        for (int tries = 0; tries < NAMES_TRIED && fd < 0; tries++) {
                if (snprintf(ret_beside, 4096, "%.*s/.vitrine-%ld-%u.tmp", slash ? len : 1, slash ? path : ".", (long)getpid(),
                             next_number()) >= 4096)
                        return -1;
                fd = open(ret_beside, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
                if (fd < 0 && errno != EEXIST)
                        break;
        }
        return fd;
}

/* linkat() does not replace: a name that is taken is won by way of a second name. */
static enum rc give_name(int fd, const char *beside, const char *path, struct err *err)
{
        char self[64], second[4096];
        int linked = -1;

        if (beside[0])
                return rename(beside, path) < 0 ? err_set_errno(err, RC_IO, "%s cannot be written", path) : RC_OK;
        (void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
        if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
                return RC_OK;
        if (errno != EEXIST)
                return err_set_errno(err, RC_IO, "%s cannot be written", path);
        for (int tries = 0; tries < NAMES_TRIED && linked < 0 && errno == EEXIST; tries++) {
                if (snprintf(second, sizeof(second), "%s.vitrine-%ld-%u", path, (long)getpid(), next_number()) >=
                    (int)sizeof(second))
                        return err_set(err, RC_INVALID, "The path of a file is longer than this system allows.");
                linked = linkat(AT_FDCWD, self, AT_FDCWD, second, AT_SYMLINK_FOLLOW);
        }
        if (linked < 0)
                return err_set_errno(err, RC_IO, "%s cannot be written", path);
        if (rename(second, path) < 0) {
                enum rc rc = err_set_errno(err, RC_IO, "%s cannot be written", path);

                (void)unlink(second);
                return rc;
        }
        return RC_OK;
}

enum rc nameless_open(struct scratch *s, const char *path, struct nameless *ret, struct err *err)
{
        enum rc rc = file_dirs(s, path, err);

        if (rc)
                return rc;
        ret->fd = open_nameless(path, ret->beside);
        return ret->fd < 0 ? err_set_errno(err, RC_IO, "%s cannot be written", path) : RC_OK;
}

enum rc nameless_name(struct nameless *nameless, const char *path, struct err *err)
{
        enum rc rc = give_name(nameless->fd, nameless->beside, path, err);

        if (!rc)
                nameless->beside[0] = '\0';
        return rc;
}

void nameless_drop(struct nameless *nameless)
{
        if (nameless->fd >= 0 && nameless->beside[0])
                (void)unlink(nameless->beside);
        fd_close(&nameless->fd);
}

bool nameless_clone(const struct nameless *nameless, int from_fd)
{
        return ioctl(nameless->fd, FICLONE, from_fd) == 0;
}

enum rc file_write(struct scratch *s, const char *path, const void *data, size_t len, struct err *err)
{
        _cleanup_(nameless_drop) struct nameless file = { .fd = -1 };
        enum rc rc = nameless_open(s, path, &file, err);

        if (!rc)
                rc = fd_write_all(file.fd, data, len, err);
        return rc ? rc : nameless_name(&file, path, err);
}

enum rc file_copy(struct scratch *s, int from, const struct want *want, const char *path, bool *ret_right, struct err *err)
{
        _cleanup_(nameless_drop) struct nameless file = { .fd = -1 };
        enum rc rc = nameless_open(s, path, &file, err);
        bool cloned;

        *ret_right = false;
        if (rc)
                return rc;
        cloned = want->size > CLONE_FROM && nameless_clone(&file, from);
        rc = pump(s, from, cloned ? -1 : file.fd, want, path, ret_right, err);
        return rc || !*ret_right ? rc : nameless_name(&file, path, err);
}

enum rc part_lock(struct scratch *s, const char *part_path, int *ret_fd, struct err *err)
{
        enum rc rc = file_dirs(s, part_path, err);

        *ret_fd = -1;
        if (rc)
                return rc;
        for (int tries = 0; tries < 100; tries++) {
                struct stat mine, named;
                int fd = open(part_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

                if (fd < 0)
                        return err_set_errno(err, RC_IO, "%s cannot be written", part_path);
                if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                        rc = errno == EWOULDBLOCK ? RC_OK : err_set_errno(err, RC_IO, "%s cannot be locked", part_path);
                        fd_close(&fd);
                        return rc;
                }
                /* Meanwhile its holder may have finished it and given it another name. */
                if (fstat(fd, &mine) == 0 && stat(part_path, &named) == 0 && mine.st_ino == named.st_ino &&
                    mine.st_dev == named.st_dev) {
                        *ret_fd = fd;
                        return RC_OK;
                }
                fd_close(&fd);
        }
        return RC_OK;
}
