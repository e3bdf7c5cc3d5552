/*
 * base/fd.h - file descriptors and paths.
 *
 * All helpers retry EINTR, set O_CLOEXEC and report errors as RC_IO with errno's text
 * (RC_UNAVAILABLE for a full disk). Thread rule: pure.
 */
#ifndef VITRINE_BASE_FD_H
#define VITRINE_BASE_FD_H

#include "base/arena.h"

void fd_close(int *fd);                   /* for _cleanup_; keeps errno; accepts -1 */
MUST_USE enum rc fd_write_all(int fd, const void *data, size_t len, struct err *err);
/* Writes at an offset without moving the file position. */
MUST_USE enum rc fd_pwrite_all(int fd, const void *data, size_t len, uint64_t offset, struct err *err);
/* Reads exactly len bytes at offset; RC_CORRUPT when the file ends before. */
MUST_USE enum rc fd_pread_all(int fd, void *data, size_t len, uint64_t offset, struct err *err);
/* Whole file into the arena; RC_TOO_LARGE over max_bytes, RC_NOT_FOUND when absent. */
MUST_USE enum rc fd_read_file(struct arena *arena, const char *path, size_t max_bytes,
                              struct str *ret_content, struct err *err);
/* mkdir -p with the given mode for what it creates. */
MUST_USE enum rc path_make_dirs(const char *path, unsigned mode, struct err *err);
/* fsync a directory so that names made or removed in it are durable. */
MUST_USE enum rc path_sync_dir(const char *path, struct err *err);

#endif
