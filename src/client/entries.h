/*
 * client/entries.h - the entries of a manifest: in memory, as JSON, and their digest.
 *
 * An entry takes about 120 bytes and its path. The list is in the order of adding until
 * entries_sort() puts it in byte order of the paths; of several with one path the last stays.
 *
 * Thread rule: one thread at a time; hashing threads write to entries of their own.
 */
#ifndef VITRINE_CLIENT_ENTRIES_H
#define VITRINE_CLIENT_ENTRIES_H

#include "client/internal.h"

struct entry {
        const char *path;
        const char *local;            /* file of a draft; NULL */
        const char *data;             /* bytes of a draft, size of them; NULL */
        const char *reference;        /* NULL: a file */
        const char *extra;            /* JSON object; NULL */
        const char *digest;           /* as written, when it is not the base64 of md5; NULL */
        const char *birth;            /* artifact its bytes came with; NULL */
        uint64_t size;
        int64_t mtime_ns;             /* of the local file when it was hashed */
        uint32_t order;
        uint8_t md5[16];              /* or XXH128 */
        bool hashed;                  /* md5 is known */
        bool has_size;
        bool xxh;                     /* md5 is XXH128 instead */
        bool present;                 /* the server has the bytes: nothing to upload */
        uint8_t asked;                /* how often an address was asked for */
};

struct entries {
        struct arena arena;
        struct entry *items;
        size_t count, cap;
        bool sorted;
        struct part_digests *part_digests; /* client/parts.h */
};

void entries_begin(struct entries *entries);
void entries_done(struct entries *entries);
/* A zeroed entry at the end with a copy of the path; NULL: no memory. Valid until the next one is added. */
struct entry *entries_add(struct entries *entries, struct str path);
void entries_sort(struct entries *entries);
/* Sorted; NULL when there is none. */
struct entry *entries_find(const struct entries *entries, const char *path);
/* As the manifest has it; room for those that are written as base64. */
const char *entry_digest(const struct entry *entry, char room[static 32]);
/* Lower-case hex of the whole; sorted, all digests known. */
MUST_USE enum rc entries_digest(const struct entries *entries, bool xxh, char ret[static 33], struct err *err);
/* The same entry by entry, in order. */
struct crypto_digest;
void entries_digest_begin(struct crypto_digest *digest);
void entry_digest_add(struct crypto_digest *digest, const struct entry *entry);
void entries_digest_end(struct crypto_digest *digest, char ret[static 33]);
/* The manifest's JSON; buf.failed when memory ran out. Sorted. */
void entries_write(const struct entries *entries, struct buf *buf);

/* Reads a manifest that comes in pieces. */
struct manifest_reader;
MUST_USE enum rc manifest_reader_new(struct entries *entries, struct manifest_reader **ret, struct err *err);
/* Each entry goes to each() when it is complete, in place of being kept; what that fails with is what feed() returns. */
void manifest_reader_each(struct manifest_reader *reader, enum rc (*each)(void *payload, struct entry *entry, struct err *err),
                          void *payload);
MUST_USE enum rc manifest_reader_feed(struct manifest_reader *reader, struct str chunk, bool last, struct err *err);
void manifest_reader_free(struct manifest_reader *reader);

#endif
