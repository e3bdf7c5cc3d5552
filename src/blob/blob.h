/*
 * blob/blob.h - bytes, kept by the SHA-256 of their content.
 *
 * One face (struct blob_store, a vtable inside) over the backends; today blob/fs/: small
 * blobs in a SQLite file of their own, written by one thread that commits what is queued
 * as a group; larger ones as files made with O_TMPFILE, fsync, linkat (no replace), fsync
 * of the directory. Later blob/s3/.
 *
 * A put is a stream: begin, write..., finish. finish() makes the bytes durable BEFORE it
 * returns; the row that points at them is written after (bytes first, row second). Storing
 * bytes that are there already succeeds and says so, and "freshens" them, so that a
 * reclaimer with a grace period will spare them.
 *
 * Both digests are computed while writing: SHA-256 (the name) and MD5 (the client's
 * index). Expectations given to begin() are checked by finish(): RC_INVALID with a clear
 * sentence on a mismatch, and nothing is kept.
 *
 * Thread rule: the store: any thread. A put or a reader: one thread at a time.
 */
#ifndef VITRINE_BLOB_BLOB_H
#define VITRINE_BLOB_BLOB_H

#include "base/arena.h"

struct blob_store;
struct blob_put;

struct blob_ref {
        uint8_t sha256[32];
        uint64_t size_bytes;
};

struct blob_digests {
        struct blob_ref ref;
        uint8_t md5[16];
};

struct blob_expect {
        bool has_size;
        uint64_t size_bytes;
        bool has_md5;
        uint8_t md5[16];
};

struct blob_fs_config {
        const char *dir;             /* made when missing */
        size_t small_max_bytes;      /* up to this size a blob goes into the SQLite file; 0: 64 KiB */
        bool named_temps;            /* as on a file system without O_TMPFILE, which is found out by itself; for tests */
};
MUST_USE enum rc blob_fs_open(const struct blob_fs_config *config, struct blob_store **ret_store, struct err *err);
void blob_store_close(struct blob_store *store); /* accepts NULL */
/* True after a disk error that makes further puts unsafe: the process should stop, as with db_failed(). */
bool blob_store_failed(const struct blob_store *store);

MUST_USE enum rc blob_put_begin(struct blob_store *store, const struct blob_expect *expect,
                                struct blob_put **ret_put, struct err *err);
/* RC_UNAVAILABLE with a clear sentence when the disk is full. */
MUST_USE enum rc blob_put_write(struct blob_put *put, struct str data, struct err *err);
/* Checks, makes durable, frees the put in every case (*put becomes NULL). ret_existed may be NULL. */
MUST_USE enum rc blob_put_finish(struct blob_put **put, struct blob_digests *ret, bool *ret_existed,
                                 struct err *err);
void blob_put_abort(struct blob_put **put); /* nothing stays; accepts NULL; for _cleanup_ */

/* A whole blob from memory. */
MUST_USE enum rc blob_put_bytes(struct blob_store *store, struct str data, struct blob_digests *ret, struct err *err);

/*
 * Joins blobs of `from` (parts of a multipart upload; may be the same store) into a new one, part by part as they come, in
 * constant memory; digests of the whole are computed on the way. Uses copy_file_range or reflink where it can. The first
 * error is final: the join can then only be ended. Thread rule: one thread at a time, but for blob_join_stop().
 */
struct blob_join;
MUST_USE enum rc blob_join_begin(struct blob_store *store, struct blob_store *from, const struct blob_expect *expect,
                                 struct blob_join **ret_join, struct err *err);
/* RC_NOT_FOUND when the part is not there, RC_CORRUPT when it is damaged, RC_UNAVAILABLE when the disk is full. */
MUST_USE enum rc blob_join_part(struct blob_join *join, const struct blob_ref *part, struct err *err);
/* From any thread: the part that is being joined, and every later one, ends soon with RC_AGAIN. */
void blob_join_stop(struct blob_join *join);
/* What was joined so far, in order; until the next call with this join. */
const struct blob_ref *blob_join_parts(const struct blob_join *join, size_t *ret_count);
/* As blob_put_finish(); RC_CORRUPT when the whole is not what was expected because a part is damaged. */
MUST_USE enum rc blob_join_finish(struct blob_join **join, struct blob_digests *ret, struct err *err);
void blob_join_abort(struct blob_join **join); /* nothing stays; accepts NULL; for _cleanup_ */

/* How a blob can be read: either an open file with an offset, or bytes in memory. */
struct blob_view {
        int fd;              /* >= 0: bytes are at [offset, offset+size) of it; the caller owns the fd */
        uint64_t offset;
        struct str bytes;    /* fd < 0: the bytes, in the arena */
};
/*
 * RC_NOT_FOUND when it is not there; RC_CORRUPT when the stored size is not ref->size_bytes. Bytes
 * that come from memory have been checked against the digest; those behind an fd have not.
 */
MUST_USE enum rc blob_open(struct blob_store *store, struct arena *arena, const struct blob_ref *ref,
                           struct blob_view *ret, struct err *err);
/* Exactly len bytes at offset into ret; for random access without holding an fd. */
MUST_USE enum rc blob_read(struct blob_store *store, const struct blob_ref *ref, uint64_t offset, void *ret,
                           size_t len, struct err *err);
/* *ret_exists; a blob that exists is freshened when `freshen`. */
MUST_USE enum rc blob_exists(struct blob_store *store, const struct blob_ref *ref, bool freshen, bool *ret_exists,
                             struct err *err);
/*
 * The same for many: small ones are looked for in one snapshot for each BLOB_EXISTS_MAX of them, and freshened in one
 * write. ret_exists has `count` places.
 */
#define BLOB_EXISTS_MAX 256u
MUST_USE enum rc blob_exists_some(struct blob_store *store, const struct blob_ref *refs, size_t count, bool freshen,
                                  bool *ret_exists, struct err *err);
/* A blob that is not there is fine. */
MUST_USE enum rc blob_delete(struct blob_store *store, const struct blob_ref *ref, struct err *err);
/*
 * For the reclaimer: deletes the blob unless it has been stored or freshened at or after
 * `fresh_from_us`, decided and done in one step. *ret_deleted is false when it was spared or absent.
 */
MUST_USE enum rc blob_delete_stale(struct blob_store *store, const struct blob_ref *ref, int64_t fresh_from_us,
                                   bool *ret_deleted, struct err *err);
/*
 * The same for some at once, small ones in writes of at most BLOB_DELETE_MAX. ret_deleted has `count` places. On failure
 * some may have been deleted all the same.
 */
#define BLOB_DELETE_MAX 128u
MUST_USE enum rc blob_delete_stale_some(struct blob_store *store, const struct blob_ref *refs, size_t count,
                                        int64_t fresh_from_us, bool *ret_deleted, struct err *err);
/* Re-reads the bytes and compares the digest: RC_CORRUPT when they differ, RC_NOT_FOUND. */
MUST_USE enum rc blob_verify(struct blob_store *store, const struct blob_ref *ref, struct err *err);

/*
 * Freshening what is fresh already costs nothing: the time is only moved when it is older
 * than this. blob_delete_stale() allows for it.
 */
#define BLOB_FRESH_LAG_US (10 * 60 * INT64_C(1000000))

struct blob_item {
        struct blob_ref ref;
        int64_t fresh_us;    /* when last stored or freshened; may lag by BLOB_FRESH_LAG_US */
};
/*
 * Every blob, in digest order, `max` at a time, starting behind `after` (NULL: from the start). *ret_count 0: end.
 */
MUST_USE enum rc blob_list(struct blob_store *store, const uint8_t after[32], struct blob_item *ret, size_t max,
                           size_t *ret_count, struct err *err);

/* Gives the space of deleted blobs back to the file system, a bounded step at a time. *ret_more: call again. */
MUST_USE enum rc blob_shrink(struct blob_store *store, bool *ret_more, struct err *err);
/* What can still be written to the disk that the store is on. */
MUST_USE enum rc blob_disk_room(struct blob_store *store, uint64_t *ret_bytes, struct err *err);
/* What the store takes of the disk now, as the file system counts it (st_blocks); looks at every file. */
MUST_USE enum rc blob_disk_usage(struct blob_store *store, uint64_t *ret_bytes, struct err *err);

#endif
