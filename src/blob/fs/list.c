/*
 * blob/fs/list.c - the large blobs in digest order.
 *
 * Directories are walked in order of their names, and the names in one are sorted in
 * memory: that bounds the memory to one directory, which holds a 256th of all files. A
 * page that ends within a directory reads that directory again for the next page.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "blob/fs/fs.h"
#include "crypto/crypto.h"

struct names {
        uint8_t (*sha256)[32];
        size_t count, cap;
};

static void names_done(struct names *names)
{
        free(names->sha256);
}

static int compare(const void *a, const void *b)
{
        return memcmp(a, b, 32);
}

static uint8_t *names_add(struct names *names)
{
        if (names->count == names->cap) {
                names->cap = names->cap ? 2 * names->cap : 256;
                names->sha256 = realloc(names->sha256, names->cap * sizeof(*names->sha256));
                if (!names->sha256)
                        abort();
        }
        return names->sha256[names->count];
}

/* The digests in one directory that come behind `after`, sorted. */
static enum rc read_names(int dir_fd, uint8_t first, const uint8_t *after, struct names *names, struct err *err)
{
        struct dirent *entry;
        DIR *dir = fdopendir(dir_fd);

        if (!dir)
                return err_set_errno(err, RC_IO, "Reading the blob store failed");
        names->count = 0;
        while ((errno = 0, entry = readdir(dir)) != NULL) {
                uint8_t *sha256 = names_add(names);

                sha256[0] = first;
                if (crypto_unhex(str_from(entry->d_name), sha256 + 1, 31) && (!after || memcmp(sha256, after, 32) > 0))
                        names->count++;
        }
        if (errno) {
                enum rc rc = err_set_errno(err, RC_IO, "Reading the blob store failed");

                closedir(dir);
                return rc;
        }
        closedir(dir);
        if (names->count)
                qsort(names->sha256, names->count, sizeof(*names->sha256), compare);
        return RC_OK;
}

/* Size and time of one file; false when it has gone meanwhile. */
static bool look_up(struct large *large, const uint8_t *sha256, struct blob_item *ret)
{
        struct large_name name = large_name_of(sha256);
        struct stat info;

        if (fstatat(large->dir_fd, name.path, &info, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(info.st_mode))
                return false;
        memcpy(ret->ref.sha256, sha256, 32);
        ret->ref.size_bytes = (uint64_t)info.st_size;
        ret->fresh_us = large_fresh_us(&info);
        return true;
}

enum rc large_list(struct large *large, const uint8_t *after, struct blob_item *ret, size_t max, size_t *ret_count,
                   struct err *err)
{
        struct names names _cleanup_(names_done) = { 0 };
        size_t count = 0;
        enum rc rc;

        for (unsigned first = after ? after[0] : 0; first < 256 && count < max; first++) {
                char dir[3];
                int fd;

                snprintf(dir, sizeof(dir), "%02x", first);
                fd = openat(large->dir_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd < 0 && errno == ENOENT)
                        continue;
                if (fd < 0)
                        return err_set_errno(err, RC_IO, "Reading the blob store failed");
                rc = read_names(fd, (uint8_t)first, after, &names, err);
                if (rc)
                        return rc;
                for (size_t i = 0; i < names.count && count < max; i++)
                        if (look_up(large, names.sha256[i], &ret[count]))
                                count++;
        }
        *ret_count = count;
        return RC_OK;
}
