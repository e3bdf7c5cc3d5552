/*
 * blob/fs/large.c - large blobs as files: DIR/large/ab/cdef....
 *
 * A blob comes in through a temporary file that has no name (O_TMPFILE), so a crash leaves
 * nothing to clean up. To commit: fsync the file, link it to its final name without
 * replacing anything, fsync the directory. Only then is it there; the caller's row comes
 * after (bytes first, row second). A name that exists already is success: the same digest
 * is the same bytes, and the old file is freshened. Should the old file have another size
 * (a disk that lost something), the new one takes its place.
 *
 * A failed fsync is not repeated: the temporary file is dropped and the caller must send
 * the bytes again, to another file.
 *
 * File systems without O_TMPFILE get named temporary files in DIR/large/tmp. Each is
 * locked (flock) by the process that writes it, so that opening the store sweeps away
 * exactly those whose writer is gone.
 *
 * Files are written once and never changed; their modification time says when the blob was
 * last stored or freshened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/pool.h"
#include "blob/fs/fs.h"
#include "crypto/crypto.h"

#define WRITEBACK_BYTES ((uint64_t)8 << 20)

struct blob_file {
        struct large *large;
        int fd;
        uint64_t size_bytes;
        uint64_t started_bytes;  /* handed to the disk without waiting */
        bool no_copy;            /* the file system cannot copy between files */
        char temp_name[48];      /* "tmp/...", empty when the file has no name */
};

struct large_name large_name_of(const uint8_t *sha256)
{
        static const char digits[] = "0123456789abcdef";
        struct large_name name;
        char *at = name.path;

        for (int i = 0; i < 32; i++) {
                *at++ = digits[sha256[i] >> 4];
                *at++ = digits[sha256[i] & 15];
                if (i == 0)
                        *at++ = '/';
        }
        *at = '\0';
        memcpy(name.dir, name.path, 2);
        name.dir[2] = '\0';
        return name;
}

static pthread_mutex_t *lock_names(struct large *large, const uint8_t *sha256)
{
        pthread_mutex_lock(&large->locks[sha256[0]]);
        return &large->locks[sha256[0]];
}

static void unlock_names(pthread_mutex_t **lock)
{
        pthread_mutex_unlock(*lock);
}

int64_t large_fresh_us(const struct stat *info)
{
        return (int64_t)info->st_mtim.tv_sec * 1000000 + info->st_mtim.tv_nsec / 1000;
}

static enum rc disk_error(const char *doing, struct err *err)
{
        if (errno == ENOSPC || errno == EDQUOT)
                return blob_error_disk_full(err);
        return err_set_errno(err, RC_IO, "%s the blob store failed", doing);
}

static enum rc sync_fd(int fd, struct err *err)
{
        int failed;

        pool_wait_begin();
        failed = fsync(fd);
        pool_wait_end();
        return failed == 0 ? RC_OK : disk_error("Syncing", err);
}

/* ---- temporary files ---------------------------------------------------------------- */

/* Creates and locks; repeats when a sweeper took the name in between. */
static enum rc make_named_temp(struct large *large, struct blob_file *file, struct err *err)
{
        for (;;) {
                uint64_t random[2];
                struct stat info;

                crypto_random(random, sizeof(random));
                snprintf(file->temp_name, sizeof(file->temp_name), "tmp/%016llx%016llx",
                         (unsigned long long)random[0], (unsigned long long)random[1]);
                file->fd = openat(large->dir_fd, file->temp_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                if (file->fd < 0)
                        return disk_error("Writing to", err);
                if (flock(file->fd, LOCK_EX | LOCK_NB) == 0 && fstat(file->fd, &info) == 0 && info.st_nlink == 1)
                        return RC_OK;
                fd_close(&file->fd);
        }
}

enum rc large_begin(struct large *large, struct blob_file **ret_file, struct err *err)
{
        struct blob_file *file = calloc(1, sizeof(*file));
        enum rc rc = RC_OK;

        if (!file)
                abort();
        file->large = large;
        file->fd = -1;
        if (large->named_temps) {
                rc = make_named_temp(large, file, err);
        } else {
                file->fd = openat(large->dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
                if (file->fd < 0)
                        rc = disk_error("Writing to", err);
        }
        if (rc) {
                free(file);
                return rc;
        }
        *ret_file = file;
        return RC_OK;
}

void large_abort(struct blob_file *file)
{
        if (file->temp_name[0])
                unlinkat(file->large->dir_fd, file->temp_name, 0);
        fd_close(&file->fd);
        free(file);
}

static void large_abortp(struct blob_file **file)
{
        if (*file)
                large_abort(*file);
}

static void wrote(struct blob_file *file, size_t len)
{
        file->size_bytes += len;
        if (file->size_bytes - file->started_bytes < WRITEBACK_BYTES)
                return;
        /* Have the disk begin now, so that the fsync at the end has little left; an error shows up there. */
        (void)sync_file_range(file->fd, (off_t)file->started_bytes, (off_t)(file->size_bytes - file->started_bytes),
                              SYNC_FILE_RANGE_WRITE);
        file->started_bytes = file->size_bytes;
}

enum rc large_write(struct blob_file *file, struct str data, struct err *err)
{
        enum rc rc = fd_pwrite_all(file->fd, data.ptr, data.len, file->size_bytes, err);

        if (rc == RC_UNAVAILABLE)
                return blob_error_disk_full(err);
        if (rc)
                return err_prefix(err, rc, "Writing to the blob store failed");
        wrote(file, data.len);
        return RC_OK;
}

enum rc large_copy(struct blob_file *file, int fd, uint64_t offset, struct str data, struct err *err)
{
        off_t from = (off_t)offset, to = (off_t)file->size_bytes;
        size_t left = data.len;

        while (left && !file->no_copy) {
                ssize_t done = copy_file_range(fd, &from, file->fd, &to, left, 0);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0 && (errno == ENOSPC || errno == EDQUOT))
                        return blob_error_disk_full(err);
                if (done <= 0)
                        file->no_copy = true; /* not on this file system: write what is left */
                else
                        left -= (size_t)done;
        }
        wrote(file, data.len - left);
        if (left == 0)
                return RC_OK;
        return large_write(file, str_slice(data, data.len - left, data.len), err);
}

/* ---- committing --------------------------------------------------------------------- */

static int link_to(struct blob_file *file, const char *path)
{
        char self[40];

        if (file->temp_name[0])
                return linkat(file->large->dir_fd, file->temp_name, file->large->dir_fd, path, 0);
        snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
        return linkat(AT_FDCWD, self, file->large->dir_fd, path, AT_SYMLINK_FOLLOW);
}

static enum rc sync_dir_of(struct large *large, const struct large_name *name, struct err *err)
{
        int fd _cleanup_(fd_close) = openat(large->dir_fd, name->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? disk_error("Syncing", err) : sync_fd(fd, err);
}

static enum rc make_dir_of(struct large *large, const struct large_name *name, struct err *err)
{
        if (mkdirat(large->dir_fd, name->dir, 0700) < 0 && errno != EEXIST)
                return disk_error("Writing to", err);
        return sync_fd(large->dir_fd, err);
}

static enum rc freshen(struct large *large, const char *path, struct err *err)
{
        const struct timespec now[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };

        return utimensat(large->dir_fd, path, now, AT_SYMLINK_NOFOLLOW) == 0 ? RC_OK : disk_error("Writing to", err);
}

/* The name is taken by a file of another size: ours is the true one. */
static enum rc replace(struct blob_file *file, const struct large_name *name, struct err *err)
{
        struct large *large = file->large;

        if (unlinkat(large->dir_fd, name->path, 0) < 0 || link_to(file, name->path) < 0)
                return disk_error("Writing to", err);
        return sync_dir_of(large, name, err);
}

static enum rc take_existing(struct blob_file *file, const struct large_name *name, struct err *err)
{
        struct stat info;

        if (fstatat(file->large->dir_fd, name->path, &info, AT_SYMLINK_NOFOLLOW) < 0)
                return disk_error("Reading", err);
        if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != file->size_bytes)
                return replace(file, name, err);
        return freshen(file->large, name->path, err);
}

enum rc large_commit(struct blob_file *taken, const struct blob_digests *digests, bool *ret_existed, struct err *err)
{
        struct blob_file *file _cleanup_(large_abortp) = taken;
        struct large_name name = large_name_of(digests->ref.sha256);
        enum rc rc = sync_fd(file->fd, err);
        int linked;

        if (rc)
                return rc;
        pthread_mutex_t *lock _cleanup_(unlock_names) UNUSED = lock_names(file->large, digests->ref.sha256);
        linked = link_to(file, name.path);
        if (linked < 0 && errno == ENOENT) {
                rc = make_dir_of(file->large, &name, err);
                if (rc)
                        return rc;
                linked = link_to(file, name.path);
        }
        if (linked < 0 && errno != EEXIST)
                return disk_error("Writing to", err);
        *ret_existed = linked < 0;
        if (linked < 0)
                return take_existing(file, &name, err);
        rc = sync_dir_of(file->large, &name, err);
        if (rc) /* nobody may be told of a name that a crash could take away */
                unlinkat(file->large->dir_fd, name.path, 0);
        return rc;
}

/* ---- finding ------------------------------------------------------------------------ */

enum rc large_open(struct large *large, const struct blob_ref *ref, int *ret_fd, struct err *err)
{
        struct large_name name = large_name_of(ref->sha256);
        int fd _cleanup_(fd_close) = openat(large->dir_fd, name.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        struct stat info;

        if (fd < 0 && errno == ENOENT)
                return RC_NOT_FOUND;
        if (fd < 0 || fstat(fd, &info) < 0)
                return disk_error("Reading", err);
        if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != ref->size_bytes)
                return blob_error_damaged(err);
        *ret_fd = TAKE_FD(fd);
        return RC_OK;
}

enum rc large_exists(struct large *large, const struct blob_ref *ref, bool fresh, bool *ret_exists, struct err *err)
{
        struct large_name name = large_name_of(ref->sha256);
        pthread_mutex_t *lock _cleanup_(unlock_names) UNUSED = lock_names(large, ref->sha256);
        struct stat info;
        enum rc rc;

        if (fstatat(large->dir_fd, name.path, &info, AT_SYMLINK_NOFOLLOW) < 0) {
                if (errno != ENOENT)
                        return disk_error("Reading", err);
                *ret_exists = false;
                return RC_OK;
        }
        /* A file of the wrong size is as good as none, and the next put replaces it. */
        if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != ref->size_bytes) {
                *ret_exists = false;
                return RC_OK;
        }
        if (fresh) {
                rc = freshen(large, name.path, err);
                if (rc)
                        return rc;
        }
        *ret_exists = true;
        return RC_OK;
}

enum rc large_remove(struct large *large, const struct blob_ref *ref, int64_t fresh_from_us, bool *ret_deleted,
                     struct err *err)
{
        struct large_name name = large_name_of(ref->sha256);
        pthread_mutex_t *lock _cleanup_(unlock_names) UNUSED = lock_names(large, ref->sha256);
        struct stat info;

        *ret_deleted = false;
        if (fstatat(large->dir_fd, name.path, &info, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? RC_OK : disk_error("Reading", err);
        if (large_fresh_us(&info) >= fresh_from_us)
                return RC_OK;
        /* Not synced: a file that comes back after a crash is found and removed again. */
        if (unlinkat(large->dir_fd, name.path, 0) < 0)
                return disk_error("Deleting from", err);
        *ret_deleted = true;
        return RC_OK;
}

/* ---- life cycle --------------------------------------------------------------------- */

/* Temporary files whose writer is gone: nobody holds their lock. */
static enum rc sweep_temps(struct large *large, struct err *err)
{
        int fd = openat(large->dir_fd, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct dirent *entry;
        DIR *dir;

        if (fd < 0)
                return errno == ENOENT ? RC_OK : disk_error("Reading", err);
        dir = fdopendir(fd);
        if (!dir) {
                fd_close(&fd);
                return disk_error("Reading", err);
        }
        while ((entry = readdir(dir)) != NULL) {
                int temp _cleanup_(fd_close) = -1;

                if (entry->d_name[0] == '.')
                        continue;
                temp = openat(fd, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (temp >= 0 && flock(temp, LOCK_EX | LOCK_NB) == 0)
                        unlinkat(fd, entry->d_name, 0);
        }
        closedir(dir);
        return RC_OK;
}

/* Whether files can be made without a name here and named later. */
static bool unnamed_temps_work(const struct large *large)
{
        int fd _cleanup_(fd_close) = openat(large->dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

        return fd >= 0 && access("/proc/self/fd", X_OK) == 0;
}

enum rc large_start(struct large *large, const char *dir, bool named_temps, struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };
        const char *path;
        enum rc rc;

        for (int i = 0; i < 256; i++)
                pthread_mutex_init(&large->locks[i], NULL);
        large->dir_fd = -1;
        arena_init(&arena, 0);
        path = arena_printf(&arena, "%s/large", dir).ptr;
        rc = path_make_dirs(path, 0700, err);
        if (rc)
                return rc;
        large->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (large->dir_fd < 0)
                return disk_error("Opening", err);
        rc = sweep_temps(large, err);
        if (rc)
                return rc;
        large->named_temps = named_temps || !unnamed_temps_work(large);
        if (large->named_temps && mkdirat(large->dir_fd, "tmp", 0700) < 0 && errno != EEXIST)
                return disk_error("Writing to", err);
        return path_sync_dir(dir, err);
}

void large_stop(struct large *large)
{
        fd_close(&large->dir_fd);
}
