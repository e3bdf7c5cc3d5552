/*
 * domain/reclaim_run.h - one run of reclaiming; for reclaim.c and reclaim_mark.c.
 */
#ifndef VITRINE_DOMAIN_RECLAIM_RUN_H
#define VITRINE_DOMAIN_RECLAIM_RUN_H

#include "base/arena.h"
#include "domain/reclaim.h"
#include "store/reclaim.h"

#define PAGE 1000
#define WINDOW_BLOBS ((size_t)2 << 20)

enum { BLOB_STALE = 1, BLOB_NEEDED = 2, BLOB_GONE = 4 };

struct reclaim {
        struct call *call;
        const struct reclaim_order *order;
        struct reclaim_counts counts;
        struct reclaim_limits limits;
        int64_t now_us, fresh_from_us;
        struct arena item;            /* one version */
        /* The window, in digest order. */
        uint64_t *heads;
        uint8_t *flags;
        size_t count, max;
        size_t doubtful;              /* stale, and nobody has needed it yet */
};

/* Between two small steps. */
MUST_USE enum rc reclaim_step(struct reclaim *r, struct err *err);
/* The same; rows are then as they are now: holding an older view would keep the log from starting over. */
MUST_USE enum rc reclaim_next_page(struct reclaim *r, struct err *err);

/* ---- the window and its marks: reclaim_mark.c ---- */

/* Blobs behind `after`; *ret_end is the digest of the last one in the window. */
MUST_USE enum rc reclaim_load_window(struct reclaim *r, struct blob_store *store, const uint8_t *after, uint8_t ret_end[32],
                                     bool *ret_last, struct err *err);
/* Marks what is needed of the store for parts, or of the other. */
MUST_USE enum rc reclaim_mark(struct reclaim *r, bool parts, struct err *err);
/* The marks of a blob in the window; NULL: it is not there. */
uint8_t *reclaim_marks_of(const struct reclaim *r, const uint8_t *sha256);

#endif
