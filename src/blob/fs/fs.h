/*
 * blob/fs/fs.h - shared by the files of the file-system backend only.
 *
 * store.c    the backend: picks the place, falls back to the other one
 * small.c    blobs in a SQLite file
 * large.c    blobs as files
 * list.c     the files in digest order
 * usage.c    what all of it takes of the disk
 */
#ifndef VITRINE_BLOB_FS_FS_H
#define VITRINE_BLOB_FS_FS_H

#include <pthread.h>

#include "blob/internal.h"
#include "db/db.h"

struct large {
        int dir_fd;             /* DIR/large */
        bool named_temps;       /* no O_TMPFILE here: temporary files have names in DIR/large/tmp */
        /*
         * One per directory "00".."ff". Guards the names in it: under this lock a name appears
         * and is made durable, is found and freshened, is found stale and removed. So whoever
         * is told "it exists" is told of something that a crash will not take away.
         */
        pthread_mutex_t locks[256];
};

struct fs_store {
        struct blob_store base;
        struct db *small;
        struct large large;
};

/* small.c */
MUST_USE enum rc small_open(const char *dir, struct db **ret_db, struct err *err);
MUST_USE enum rc small_put(struct db *db, const struct blob_digests *digests, struct str bytes, bool *ret_existed,
                           struct err *err);
/* The bytes, checked; RC_NOT_FOUND leaves err alone (the other place may have them). */
MUST_USE enum rc small_load(struct db *db, struct arena *arena, const struct blob_ref *ref, struct str *ret_bytes,
                            struct err *err);
/* Those of `refs` whose place in `asked` is true, at most BLOB_EXISTS_MAX; the places of others are left alone. */
MUST_USE enum rc small_exists(struct db *db, const struct blob_ref *refs, const bool *asked, size_t count, bool freshen,
                              bool *ret_exists, struct err *err);
MUST_USE enum rc small_remove(struct db *db, const struct blob_ref *refs, size_t count, int64_t fresh_from_us,
                              bool *ret_deleted,
                              struct err *err);
MUST_USE enum rc small_list(struct db *db, const uint8_t *after, struct blob_item *ret, size_t max, size_t *ret_count,
                            struct err *err);

/* Gives back some of what deleted blobs have left; the files' bytes on the disk. */
MUST_USE enum rc small_shrink(struct db *db, bool *ret_more, struct err *err);

/* large.c */
MUST_USE enum rc large_start(struct large *large, const char *dir, bool named_temps, struct err *err);
void large_stop(struct large *large);
MUST_USE enum rc large_begin(struct large *large, struct blob_file **ret_file, struct err *err);
MUST_USE enum rc large_write(struct blob_file *file, struct str data, struct err *err);
MUST_USE enum rc large_copy(struct blob_file *file, int fd, uint64_t offset, struct str data, struct err *err);
MUST_USE enum rc large_commit(struct blob_file *file, const struct blob_digests *digests, bool *ret_existed,
                              struct err *err);
void large_abort(struct blob_file *file);
/* An open file of the right size; RC_NOT_FOUND leaves err alone. */
MUST_USE enum rc large_open(struct large *large, const struct blob_ref *ref, int *ret_fd, struct err *err);
MUST_USE enum rc large_exists(struct large *large, const struct blob_ref *ref, bool freshen, bool *ret_exists,
                              struct err *err);
MUST_USE enum rc large_remove(struct large *large, const struct blob_ref *ref, int64_t fresh_from_us,
                              bool *ret_deleted, struct err *err);

/* list.c */
MUST_USE enum rc large_list(struct large *large, const uint8_t *after, struct blob_item *ret, size_t max,
                            size_t *ret_count, struct err *err);

/* "ab/cdef...": relative to DIR/large. */
struct large_name {
        char dir[3];
        char path[2 + 1 + 62 + 1];
};
struct large_name large_name_of(const uint8_t *sha256);

/* usage.c: everything below the store's directory, as du counts it. */
MUST_USE enum rc fs_usage(int large_dir_fd, uint64_t *ret_bytes, struct err *err);
/* What may still be written there. */
MUST_USE enum rc fs_room(int large_dir_fd, uint64_t *ret_bytes, struct err *err);

/* When a file was last stored or freshened. */
struct stat;
int64_t large_fresh_us(const struct stat *info);

#endif
