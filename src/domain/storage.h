/*
 * domain/storage.h - how much is stored where, for people who want to know what to delete.
 *
 * Nobody counts when asked: one walk through all versions and their indexes makes the figures
 * of every collection, project and registry, and of the whole, and keeps them. The server
 * walks once a day (server/background.c), or when an administrator asks (JOB_COUNT_STORAGE).
 *
 * Unique bytes count content once that is in several files or versions of the same scope.
 * Up to DISTINCT_EXACT different files (of each of two classes of size) that is exact; of more
 * a growing fraction is left out and made up for, and the figure is marked as estimated.
 *
 * Thread rule: that of the call, which must not be writing.
 */
#ifndef VITRINE_DOMAIN_STORAGE_H
#define VITRINE_DOMAIN_STORAGE_H

#include "domain/artifact.h"
#include "store/storage.h"

#define DISTINCT_EXACT ((size_t)256 << 10)

/*
 * A set of contents by digest, of bounded memory (8 MiB at most), with the sum of their sizes. Zeroed is empty. One
 * thread at a time.
 */
struct distinct_half {
        uint64_t *keys, *sizes;       /* open addressing; key 0: free */
        size_t count, cap;            /* cap is a power of two, or 0 */
        unsigned shift;               /* only keys whose lowest bits are zero are kept: one of 2^shift */
        uint64_t bytes;               /* of those kept */
};
struct distinct {
        struct distinct_half small, large; /* few large files make most of the bytes: they are left out last */
};
void distinct_add(struct distinct *set, const uint8_t sha256[32], uint64_t size_bytes);
uint64_t distinct_bytes(const struct distinct *set);
bool distinct_estimated(const struct distinct *set);
void distinct_clear(struct distinct *set); /* frees its memory */

struct storage_order {
        bool (*stop)(void *payload);  /* may be NULL; asked between versions: RC_UNAVAILABLE when true */
        void (*on_progress)(void *payload, int64_t done, int64_t total); /* may be NULL */
        void *payload;
        unsigned pause_us;            /* after each version, for others */
};
/* A version whose index cannot be read counts with its size only. */
MUST_USE enum rc storage_count(struct call *call, const struct storage_order *order, struct err *err);

/* As of the last count; *ret NULL before the first, or when the caller may not see the project. */
MUST_USE enum rc storage_of_project(struct call *call, const struct project *project, struct storage_figure **ret,
                                    struct err *err);
MUST_USE enum rc storage_of_collection(struct call *call, const struct collection *collection,
                                       struct storage_figure **ret, struct err *err);
/* Everything: for administrators of the server. */
MUST_USE enum rc storage_of_all(struct call *call, struct storage_figure **ret, struct err *err);

#endif
