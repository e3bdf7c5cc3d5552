/*
 * client/large.h - a large file that is coming: what large.c (the session's thread) and
 * large_part.c (the jobs) share.
 */
#ifndef VITRINE_CLIENT_LARGE_H
#define VITRINE_CLIENT_LARGE_H

#include "client/pull.h"

enum { SEGMENTS_AT_ONCE = 8, RECORD = 16 };

struct segment_get {
        struct task task;
        struct file *file;
        size_t index;
        uint64_t first, size, got;
        struct crypto_digest *digest;
        bool used;                    /* under way */
        bool parked;                  /* its address was refused: goes on behind what came */
        struct err refusal;
        enum rc refusal_rc;
};

struct large_get {
        struct file *file;
        size_t segment_count, next, done_count;
        uint8_t *done;                /* one byte for each segment: 1 there, 2 under way */
        struct segment_get gets[SEGMENTS_AT_ONCE];
        size_t under_way;
        bool stale;                   /* the address is refused */
        /* the job that looks a found part through, digests, or finishes */
        struct job job;
        bool job_runs;
        enum large_job { JOB_CHECK, JOB_DIGEST, JOB_FINISH } what;
        struct crypto_digest *digest;
        uint64_t digested, digest_to;
        struct nameless copy;         /* with a cache: the application's file */
        bool clones;                  /* which needs no copying */
        bool checked, wrong, cached;
        enum rc rc;
        struct err err;
};

static inline uint64_t segment_size(const struct file *file, size_t index)
{
        uint64_t first = (uint64_t)index * SEGMENT;

        return file->want.size - first < SEGMENT ? file->want.size - first : SEGMENT;
}

/* The record of a segment that is whole, with the XXH128 of its bytes. */
MUST_USE enum rc part_record(const struct file *file, size_t index, const uint8_t sum[RECORD], struct err *err);
/* On another thread. */
void large_work(struct job *job);
void large_free(struct large_get *large); /* accepts NULL */

#endif
