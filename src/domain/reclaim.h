/*
 * domain/reclaim.h - giving back bytes that nothing needs any more.
 *
 * One run ends what is due (deleted versions past their window, pending artifacts and uploads
 * that were given up), marks what is still needed, deletes the rest. The argument why no byte
 * that a committed or restorable version needs is ever removed, also while the same bytes are
 * uploaded, is in docs/decisions/0012-reclaim.md. A run may be cut off anywhere: the next one
 * starts afresh.
 *
 * Memory: 9 bytes for each blob of a window (reclaim_order.window_blobs), whatever the number
 * of versions.
 *
 * Called by server/: in the background, and for `vitrined reclaim`. At most one run at a time
 * on a data directory, and by the process that serves it: the stores' locks are within one
 * process.
 *
 * Thread rule: that of the call, which must not be writing.
 */
#ifndef VITRINE_DOMAIN_RECLAIM_H
#define VITRINE_DOMAIN_RECLAIM_H

#include "domain/call.h"

/* Bytes younger than this are never touched. A commit that takes longer must start again. */
#define RECLAIM_GRACE_MIN_S (60 * 60)
#define RECLAIM_COMMIT_MAX_S (30 * 60)
/* URLs for sending live for 24 hours: after twice that, silence means that nobody will come back. */
#define RECLAIM_IDLE_S (48 * 60 * 60)
#define RESTORE_DAYS_STANDARD 7

struct reclaim_counts {
        uint64_t versions_expired;    /* their time to live has passed: deleted now */
        uint64_t versions_purged;     /* deleted ones whose window has passed */
        uint64_t pending_ended;
        uint64_t uploads_ended;
        uint64_t blobs, bytes;        /* looked at */
        uint64_t references;          /* followed */
        uint64_t deleted_blobs;       /* or, in a dry run, would be */
        uint64_t deleted_bytes;       /* content; the disk counts whole blocks */
        uint64_t disk_before, disk_after; /* measured; only with reclaim_order.measure */
};

struct reclaim_order {
        bool dry_run;                 /* changes nothing */
        bool measure;                 /* looks at the disk before and after */
        int64_t restore_s;            /* how long a deleted version can be restored */
        int64_t grace_s;              /* 0: RECLAIM_GRACE_MIN_S; never less */
        size_t window_blobs;          /* 0: 2 million */
        unsigned pause_us;            /* after each small step, to leave the disk to others */
        bool (*stop)(void *payload);  /* may be NULL; asked between small steps: RC_UNAVAILABLE when true */
        void (*on_progress)(void *payload, const struct reclaim_counts *counts); /* may be NULL */
        void *payload;
};

/* RC_CORRUPT: a version's index cannot be read, so nothing can be said about what is needed; nothing is deleted. */
MUST_USE enum rc reclaim_run(struct call *call, const struct reclaim_order *order, struct reclaim_counts *ret,
                             struct err *err);

#endif
