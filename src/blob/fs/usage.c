/*
 * blob/fs/usage.c - what the store takes of the disk, measured, and what is left of that.
 *
 * Sums up st_blocks of every file and directory below the store's directory, which is two
 * levels deep: the figure is that of du. Files that go away meanwhile are not counted.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "blob/fs/fs.h"

#define LEVELS_MAX 4
#define BLOCK_BYTES 512u

static void dir_close(DIR **dir)
{
        if (*dir)
                closedir(*dir);
}

static enum rc add_dir(int fd, unsigned level, uint64_t *sum, struct err *err);

static enum rc add_entry(int dir_fd, const char *name, unsigned level, uint64_t *sum, struct err *err)
{
        struct stat info;
        int fd;

        if (fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? RC_OK : err_set_errno(err, RC_IO, "Reading the blob store failed");
        *sum += (uint64_t)info.st_blocks * BLOCK_BYTES;
        if (!S_ISDIR(info.st_mode) || level == LEVELS_MAX)
                return RC_OK;
        fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return errno == ENOENT ? RC_OK : err_set_errno(err, RC_IO, "Reading the blob store failed");
        return add_dir(fd, level + 1, sum, err);
}

/* Takes the descriptor. */
static enum rc add_dir(int fd, unsigned level, uint64_t *sum, struct err *err)
{
        DIR *dir _cleanup_(dir_close) = fdopendir(fd);
        struct dirent *entry;

        if (!dir) {
                fd_close(&fd);
                return err_set_errno(err, RC_IO, "Reading the blob store failed");
        }
        while ((errno = 0, entry = readdir(dir)) != NULL) {
                enum rc rc;

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                rc = add_entry(dirfd(dir), entry->d_name, level, sum, err);
                if (rc)
                        return rc;
        }
        return errno ? err_set_errno(err, RC_IO, "Reading the blob store failed") : RC_OK;
}

enum rc fs_usage(int large_dir_fd, uint64_t *ret_bytes, struct err *err)
{
        int fd = openat(large_dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat info;
        uint64_t sum;
        enum rc rc;

        if (fd < 0)
                return err_set_errno(err, RC_IO, "Reading the blob store failed");
        if (fstat(fd, &info) < 0) {
                fd_close(&fd);
                return err_set_errno(err, RC_IO, "Reading the blob store failed");
        }
        sum = (uint64_t)info.st_blocks * BLOCK_BYTES;
        rc = add_dir(fd, 1, &sum, err);
        if (rc == RC_OK)
                *ret_bytes = sum;
        return rc;
}

enum rc fs_room(int large_dir_fd, uint64_t *ret_bytes, struct err *err)
{
        struct statvfs info;

        if (fstatvfs(large_dir_fd, &info) < 0)
                return err_set_errno(err, RC_IO, "Reading the blob store failed");
        *ret_bytes = (uint64_t)info.f_bavail * info.f_frsize;
        return RC_OK;
}
