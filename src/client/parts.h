/*
 * client/parts.h - the digests of the parts of large files, which uploads need.
 *
 * As the wandb client does, we cut files of 2 GiB and more; but into parts of 16 MiB where that one has 100, so that
 * the server has the first of them soon and may begin to join them (decision 0022). The digests are made
 * while the digest of the whole is (client/hash.c), as far as there are idle processors, and the rest when the file is
 * to be sent (client/upload_parts.c).
 *
 * Thread rule: the session's thread, but for a job's work.
 */
#ifndef VITRINE_CLIENT_PARTS_H
#define VITRINE_CLIENT_PARTS_H

#include "client/engine.h"
#include "client/entries.h"

#define PARTS_FROM (2048ull * 1024 * 1024)

struct part_digests {
        struct part_digests *next;
        const char *path, *local;     /* the entry's */
        uint64_t size, part_bytes;
        size_t count;
        struct part_digest {
                uint8_t md5[16];
                int64_t mtime_ns;     /* of the file when that was digested */
                bool known;
        } *parts;
};

/* Of one part: work for engine_work(). */
struct part_job {
        struct job job;
        struct part_digests *of;
        size_t index;
        enum rc rc;
        struct err err;
};

/* Those of the entry, found or begun; they live as long as the entries. NULL: no memory. */
struct part_digests *part_digests_of(struct entries *entries, const struct entry *entry);
uint64_t part_offset(const struct part_digests *digests, size_t index);
uint64_t part_size(const struct part_digests *digests, size_t index);
struct part_job part_job(struct part_digests *digests, size_t index, void (*done)(struct job *job));
const uint8_t *part_md5(const struct part_job *job);

#endif
