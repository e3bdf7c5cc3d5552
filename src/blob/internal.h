/*
 * blob/internal.h - what a backend gives to blob/blob.c; nobody else includes it.
 *
 * blob.c does what is the same for every backend: digests, expectations, holding a blob in
 * memory until it is too large for that, verifying; join.c joins parts. A backend stores and
 * finds bytes whose digest it is told.
 *
 * A backend embeds `struct blob_store` as its first member. A `struct blob_file` is a blob on
 * its way in that is too large for memory; the backend defines what is in it.
 */
#ifndef VITRINE_BLOB_INTERNAL_H
#define VITRINE_BLOB_INTERNAL_H

#include <stdatomic.h>

#include "blob/blob.h"

struct blob_file;

struct blob_ops {
        /* Stores a whole blob of at most small_max_bytes, durably. */
        enum rc (*put_small)(struct blob_store *store, const struct blob_digests *digests, struct str bytes,
                             bool *ret_existed, struct err *err);

        enum rc (*file_begin)(struct blob_store *store, struct blob_file **ret_file, struct err *err);
        enum rc (*file_write)(struct blob_file *file, struct str data, struct err *err);
        /*
         * Appends `data`, which is also at `offset` of `fd`: the backend may have the file system
         * share or copy it instead of writing it.
         */
        enum rc (*file_copy)(struct blob_file *file, int fd, uint64_t offset, struct str data, struct err *err);
        /* Makes the blob durable under its name; frees the file in every case. */
        enum rc (*file_commit)(struct blob_file *file, const struct blob_digests *digests, bool *ret_existed,
                               struct err *err);
        void (*file_abort)(struct blob_file *file);

        enum rc (*open)(struct blob_store *store, struct arena *arena, const struct blob_ref *ref,
                        struct blob_view *ret, struct err *err);
        enum rc (*read)(struct blob_store *store, const struct blob_ref *ref, uint64_t offset, void *ret,
                        size_t len, struct err *err);
        /* At most BLOB_EXISTS_MAX. */
        enum rc (*exists)(struct blob_store *store, const struct blob_ref *refs, size_t count, bool freshen,
                          bool *ret_exists, struct err *err);
        /* Deletes those last freshened before `fresh_from_us` (INT64_MAX: in any case); at most BLOB_DELETE_MAX. */
        enum rc (*remove)(struct blob_store *store, const struct blob_ref *refs, size_t count, int64_t fresh_from_us,
                          bool *ret_deleted, struct err *err);
        enum rc (*list)(struct blob_store *store, const uint8_t *after, struct blob_item *ret, size_t max,
                        size_t *ret_count, struct err *err);
        enum rc (*shrink)(struct blob_store *store, bool *ret_more, struct err *err);
        enum rc (*disk_usage)(struct blob_store *store, uint64_t *ret_bytes, struct err *err);
        enum rc (*disk_room)(struct blob_store *store, uint64_t *ret_bytes, struct err *err);
        bool (*failed)(const struct blob_store *store);
        void (*close)(struct blob_store *store);
};

struct blob_store {
        const struct blob_ops *ops;
        size_t small_max_bytes;
        unsigned hashers_max; /* threads that puts may have for their MD5: one for two cores */
        atomic_uint hashers;  /* ... and do have */
};
void blob_store_init(struct blob_store *store, const struct blob_ops *ops, size_t small_max_bytes);

/* Where the bytes of a piece are when they are also in a file: fd < 0 for "only in memory". */
struct blob_source {
        int fd;
        uint64_t offset;
};
/* blob_put_write(), with what may spare the writing. */
enum rc blob_put_piece(struct blob_put *put, struct str data, struct blob_source source, struct err *err);
/* Nothing is written for a while: others may have the put's second thread, if it has one. */
void blob_put_rest(struct blob_put *put);

typedef enum rc (*blob_piece_fn)(struct str piece, struct blob_source source, void *payload, struct err *err);
/* Walks a blob in pieces of at most a MiB. */
enum rc blob_each_piece(struct blob_store *store, const struct blob_ref *ref, blob_piece_fn fn, void *payload,
                        struct err *err);

enum rc blob_error_damaged(struct err *err);
enum rc blob_error_missing(struct err *err);
enum rc blob_error_disk_full(struct err *err);

#endif
