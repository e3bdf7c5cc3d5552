/*
 * manifest_files.h - manifests and indexes in files, for programs that test or measure.
 *
 * Bytes are read with pread and written with write, as the blob store does, so that a
 * program's peak of resident memory is the manifest code's own. Errors end the program.
 */
#ifndef VITRINE_TESTS_DOMAIN_MANIFEST_FILES_H
#define VITRINE_TESTS_DOMAIN_MANIFEST_FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "domain/manifest.h"

static inline void die(const struct err *err)
{
        (void)fprintf(stderr, "%s: %s\n", rc_name(err->rc), err->msg);
        exit(1);
}

static inline enum rc read_fd(void *payload, uint64_t offset, void *ret, size_t len, struct err *err)
{
        return fd_pread_all(*(int *)payload, ret, len, offset, err);
}

static inline enum rc write_fd(void *payload, struct str data, struct err *err)
{
        return fd_write_all(*(int *)payload, data.ptr, data.len, err);
}

static inline enum rc restart_fd(void *payload, struct err *err)
{
        if (ftruncate(*(int *)payload, 0) || lseek(*(int *)payload, 0, SEEK_SET))
                return err_set_errno(err, RC_IO, "starting again");
        return RC_OK;
}

static inline int open_or_die(const char *path, int flags)
{
        int fd = open(path, flags | O_CLOEXEC, 0644);

        if (fd < 0) {
                perror(path);
                exit(1);
        }
        return fd;
}

static inline struct manifest_bytes bytes_of(int *fd)
{
        struct stat st;

        if (fstat(*fd, &st))
                exit(1);
        return (struct manifest_bytes){ read_fd, fd, (uint64_t)st.st_size };
}

static inline struct manifest_sink sink_of(int *fd)
{
        return (struct manifest_sink){ write_fd, restart_fd, fd };
}

/* Not getrusage(): its peak is never less than that of the process that started this one. */
static inline unsigned long long peak_kib(void)
{
        struct arena arena;
        struct str status = STR_NULL;
        uint64_t kib = 0;

        arena_init(&arena, 0);
        if (fd_read_file(&arena, "/proc/self/status", 1 << 16, &status, NULL) == RC_OK)
                while (!str_is_null(status)) {
                        struct str value = str_cut(&status, '\n');
                        struct str key = str_cut(&value, ':');

                        value = str_trim(value);
                        if (str_eq(key, STR("VmHWM")))
                                (void)str_to_u64(str_cut(&value, ' '), &kib);
                }
        arena_done(&arena);
        return kib;
}

static inline void index_file(const char *json, const char *index, struct manifest_info *ret)
{
        int in = open_or_die(json, O_RDONLY);
        int out = open_or_die(index, O_RDWR | O_CREAT | O_TRUNC);
        struct manifest_build build = { .json = bytes_of(&in), .index = sink_of(&out) };
        struct err err = { 0 };

        if (manifest_index_build(&build, ret, &err))
                die(&err);
        (void)close(in);
        (void)close(out);
}

static inline struct manifest_index *open_index(int *fd)
{
        struct manifest_bytes bytes = bytes_of(fd);
        struct manifest_index *index = NULL;
        struct err err = { 0 };

        if (manifest_index_open(&bytes, &index, &err))
                die(&err);
        return index;
}

#endif
