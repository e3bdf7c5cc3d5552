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
/*
 * From now on not more than max_active jobs (0: no such limit) run at once, not counting those that wait between
 * pool_wait_begin() and pool_wait_end(), and those that stall for milliseconds without saying so.
 */
void pool_set_active(struct pool *pool, unsigned max_active);
/* Around what makes the job that runs on this thread wait for others. On other threads: nothing. */
void pool_wait_begin(void);
void pool_wait_end(void);
MUST_USE bool pool_add(struct pool *pool, struct pool_job *job);
/* Waits until all added jobs have run, stops the threads. Accepts NULL. */
void pool_free(struct pool *pool);

#endif
