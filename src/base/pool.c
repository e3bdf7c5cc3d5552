/*
 * base/pool.c - worker threads and their bounded queue.
 *
 * One mutex guards everything in struct pool. `idle` counts the workers that are not
 * running a job, also those that were just started or woken and have not yet looked at
 * the queue; so "a job waits" means queued > idle, and the queue may hold idle jobs
 * more than its bound. The first thread is started by pool_new(), so a pool always
 * makes progress and pool_add() never depends on pthread_create().
 *
 * Workers block every signal: signals belong to the main thread.
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

struct pool {
        pthread_mutex_t mutex;
        pthread_cond_t work; /* a job was added, or stopping was set */
        struct pool_job *first, **last;
        pthread_t *threads;
        unsigned thread_count, max_threads;
        unsigned idle;
        unsigned queued, queue_max;
        bool stopping;
        char name[16]; /* what the kernel takes as a thread name */
};

static void *worker(void *payload)
{
        struct pool *pool = payload;

        (void)pthread_mutex_lock(&pool->mutex);
        for (;;) {
                struct pool_job *job = pool->first;

                if (!job && pool->stopping)
                        break;
                if (!job) {
                        (void)pthread_cond_wait(&pool->work, &pool->mutex);
                        continue;
                }
                pool->first = job->next;
                if (!pool->first)
                        pool->last = &pool->first;
                job->next = NULL;
                pool->queued--;
                pool->idle--;
                (void)pthread_mutex_unlock(&pool->mutex);
                job->run(job); /* the job may be gone after this */
                (void)pthread_mutex_lock(&pool->mutex);
                pool->idle++;
        }
        (void)pthread_mutex_unlock(&pool->mutex);
        return NULL;
}

/* Call with the mutex held (or before the pool is shared). Returns an errno value. */
static int start_thread(struct pool *pool)
{
        sigset_t all, before;
        int failed;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_BLOCK, &all, &before);
        failed = pthread_create(&pool->threads[pool->thread_count], NULL, worker, pool);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (failed)
                return failed;
        (void)pthread_setname_np(pool->threads[pool->thread_count], pool->name);
        pool->thread_count++;
        pool->idle++;
        return 0;
}

static void pool_destroy(struct pool *pool)
{
        (void)pthread_cond_destroy(&pool->work);
        (void)pthread_mutex_destroy(&pool->mutex);
        free(pool->threads);
        free(pool);
}

enum rc pool_new(const char *name, unsigned max_threads, unsigned queue_max,
                 struct pool **ret_pool, struct err *err)
{
        struct pool *pool;
        int failed;

        if (max_threads == 0)
                return err_set(err, RC_INVALID, "a pool needs at least one thread");
        pool = calloc(1, sizeof(*pool));
        if (!pool)
                return err_set(err, RC_UNAVAILABLE, "out of memory");
        pool->threads = calloc(max_threads, sizeof(*pool->threads));
        if (!pool->threads) {
                free(pool);
                return err_set(err, RC_UNAVAILABLE, "out of memory");
        }
        (void)pthread_mutex_init(&pool->mutex, NULL);
        (void)pthread_cond_init(&pool->work, NULL);
        pool->last = &pool->first;
        pool->max_threads = max_threads;
        pool->queue_max = queue_max;
        (void)snprintf(pool->name, sizeof(pool->name), "%s", name);

        (void)pthread_mutex_lock(&pool->mutex);
        failed = start_thread(pool);
        (void)pthread_mutex_unlock(&pool->mutex);
        if (failed) {
                pool_destroy(pool);
                errno = failed;
                return err_set_errno(err, RC_UNAVAILABLE, "cannot start a thread");
        }
        *ret_pool = pool;
        return RC_OK;
}

bool pool_add(struct pool *pool, struct pool_job *job)
{
        unsigned unstarted;
        bool added = false;

        (void)pthread_mutex_lock(&pool->mutex);
        unstarted = pool->max_threads - pool->thread_count;
        if (pool->queued >= pool->idle && pool->queued - pool->idle >= unstarted + pool->queue_max)
                goto out;
        /* A thread that cannot be started now is no harm: the others will get to the job. */
        if (pool->queued >= pool->idle && unstarted && !pool->stopping)
                (void)start_thread(pool);
        job->next = NULL;
        *pool->last = job;
        pool->last = &job->next;
        pool->queued++;
        added = true;
        (void)pthread_cond_signal(&pool->work);
out:
        (void)pthread_mutex_unlock(&pool->mutex);
        return added;
}

void pool_free(struct pool *pool)
{
        if (!pool)
                return;
        (void)pthread_mutex_lock(&pool->mutex);
        pool->stopping = true;
        (void)pthread_cond_broadcast(&pool->work);
        (void)pthread_mutex_unlock(&pool->mutex);
        /* No thread is started once stopping is set, so the count stands still. */
        for (unsigned i = 0; i < pool->thread_count; i++)
                (void)pthread_join(pool->threads[i], NULL);
        pool_destroy(pool);
}
