/*
 * base/pool.h - a fixed set of worker threads and their queue.
 *
 * Jobs run in the order they were added, on any worker; a job may block (SQL, disk).
 * Threads are started on demand up to the limit and stay. The queue is bounded:
 * pool_add() answers false when it is full, and the caller must say "try again".
 *
 * Thread rule: every function from any thread, except pool_free (once, at the end).
 */
#ifndef VITRINE_BASE_POOL_H
#define VITRINE_BASE_POOL_H

#include "base/base.h"

struct pool;
/* Embedded in the caller's own job object, so adding never allocates. */
struct pool_job {
        struct pool_job *next;
        void (*run)(struct pool_job *job);
};

MUST_USE enum rc pool_new(const char *name, unsigned max_threads, unsigned queue_max,
                          struct pool **ret_pool, struct err *err);
MUST_USE bool pool_add(struct pool *pool, struct pool_job *job);
/* Waits until all added jobs have run, stops the threads. Accepts NULL. */
void pool_free(struct pool *pool);

#endif
