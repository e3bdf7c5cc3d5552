/*
 * base/pool.c - worker threads and their bounded queue.
 *
 * One mutex guards everything in struct pool. Jobs are often far shorter than waking a
 * thread is, so as few threads are woken as possible:
 *
 *   - at most one worker at a time is "searching": woken or just started, and not yet at
 *     the queue. Nobody wakes another one meanwhile, as that one will see all there is.
 *   - a searching worker that takes a job and leaves others behind wakes the next. So as
 *     long as jobs wait, somebody is searching or nobody is left to wake; a job never
 *     waits behind a blocked one while a worker sleeps.
 *   - workers sleep on a stack: the one that slept shortest, with the warmest cache, is
 *     woken first, and a new thread is started only when none sleeps.
 *
 * With pool_set_active() only so many workers run at once, though there are more of them: jobs
 * that compute gain nothing from taking turns, and each thread has caches of its own to warm. A
 * worker that waits for something says so (pool_wait_begin) and does not count meanwhile. One
 * that stalls without a word is noticed by the watchman, a worker that looks every few
 * milliseconds, as long as jobs wait behind the limit, whether any has been taken; when none has, he
 * takes one himself, and the next one watches.
 *
 * Waking happens after the mutex is released, each worker has a semaphore of its own.
 * The first thread is started by pool_new(), so a pool always makes progress and
 * pool_add() never depends on pthread_create(). Workers block every signal: signals
 * belong to the main thread.
 */
#include "base/pool.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#define WATCH_MS 2

struct worker {
        struct pool *pool;
        pthread_t thread;
        struct worker *below; /* in the stack of sleepers */
        sem_t wake;
};

static _Thread_local struct worker *this_worker; /* NULL: not a worker */

struct pool {
        pthread_mutex_t mutex;
        struct pool_job *first, **last;
        struct worker *workers;
        struct worker *sleepers;
        unsigned worker_count, max_workers;
        unsigned running;     /* workers inside a job */
        unsigned waiting;     /* those of them that wait for something */
        unsigned max_active;  /* running and not waiting, but for stalled ones */
        unsigned taken;       /* counts jobs; may wrap */
        bool searching;
        bool watched;         /* there is a watchman */
        unsigned queued, queue_max;
        bool stopping;
        char name[16];        /* what the kernel takes as a thread name */
};

static void *work(void *payload);

/* Call with the mutex held (or before the pool is shared). Returns an errno value. */
static int start_worker(struct pool *pool)
{
        struct worker *worker = &pool->workers[pool->worker_count];
        sigset_t all, before;
        int failed;

        worker->pool = pool;
        if (sem_init(&worker->wake, 0, 0) < 0)
                return errno;
        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_BLOCK, &all, &before);
        failed = pthread_create(&worker->thread, NULL, work, worker);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (failed) {
                (void)sem_destroy(&worker->wake);
                return failed;
        }
        (void)pthread_setname_np(worker->thread, pool->name);
        pool->worker_count++;
        pool->searching = true;
        return 0;
}

static bool is_full(const struct pool *pool)
{
        return pool->running - pool->waiting >= pool->max_active;
}

/*
 * Sees to it that somebody comes for the jobs. Call with the mutex held; who is returned
 * is to be woken (wake()) after it is released.
 */
static struct worker *summon(struct pool *pool)
{
        struct worker *worker = pool->sleepers;

        if (pool->searching || !pool->first || (is_full(pool) && pool->watched))
                return NULL;
        if (worker) {
                pool->sleepers = worker->below;
                pool->searching = true;
        } else if (pool->worker_count < pool->max_workers && !pool->stopping) {
                /* That a thread cannot be started now is no harm: the others will get to the job. */
                (void)start_worker(pool);
        }
        return worker;
}

static void wake(struct worker *worker)
{
        if (worker)
                (void)sem_post(&worker->wake);
}

static void watch_a_moment(struct worker *self)
{
        struct timespec until;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCH_MS * 1000000;
        if (until.tv_nsec >= 1000000000) {
                until.tv_sec++;
                until.tv_nsec -= 1000000000;
        }
        while (sem_clockwait(&self->wake, CLOCK_MONOTONIC, &until) < 0 && errno == EINTR)
                ;
}

/*
 * Waits behind the limit; call with the mutex held, which is held again afterwards. True: a job has to be
 * taken though the pool is full, because nobody else did.
 */
static bool stand_watch(struct pool *pool, struct worker *self)
{
        bool stalled = false;

        pool->watched = true;
        while (!stalled && pool->first && is_full(pool) && !pool->stopping) {
                unsigned taken = pool->taken;

                (void)pthread_mutex_unlock(&pool->mutex);
                watch_a_moment(self);
                (void)pthread_mutex_lock(&pool->mutex);
                stalled = pool->taken == taken;
        }
        pool->watched = false;
        return stalled;
}

static void sleep_until_woken(struct pool *pool, struct worker *self)
{
        self->below = pool->sleepers;
        pool->sleepers = self;
        (void)pthread_mutex_unlock(&pool->mutex);
        while (sem_wait(&self->wake) < 0)
                ;
        (void)pthread_mutex_lock(&pool->mutex);
}

static bool may_take(struct pool *pool, struct worker *self)
{
        if (!pool->first)
                return false;
        if (!is_full(pool) || pool->stopping)
                return true;
        return !pool->watched && stand_watch(pool, self) && pool->first;
}

/* The next job, or NULL when the pool ends. Call with the mutex held; released on return. */
static struct pool_job *next_job(struct pool *pool, struct worker *self, bool *searching)
{
        struct worker *next;
        struct pool_job *job;

        for (;;) {
                if (*searching)
                        pool->searching = *searching = false;
                if (may_take(pool, self) || (pool->stopping && !pool->first))
                        break;
                if (pool->first && !is_full(pool))
                        continue; /* what the watchman waited for */
                sleep_until_woken(pool, self);
                *searching = true;
        }
        job = pool->first;
        if (job) {
                pool->first = job->next;
                if (!pool->first)
                        pool->last = &pool->first;
                job->next = NULL;
                pool->queued--;
                pool->running++;
                pool->taken++;
        }
        next = summon(pool);
        (void)pthread_mutex_unlock(&pool->mutex);
        wake(next);
        return job;
}

void pool_wait_begin(void)
{
        struct worker *self = this_worker, *next;

        if (!self)
                return;
        (void)pthread_mutex_lock(&self->pool->mutex);
        self->pool->waiting++;
        next = summon(self->pool);
        (void)pthread_mutex_unlock(&self->pool->mutex);
        wake(next);
}

void pool_wait_end(void)
{
        struct worker *self = this_worker;

        if (!self)
                return;
        (void)pthread_mutex_lock(&self->pool->mutex);
        self->pool->waiting--;
        (void)pthread_mutex_unlock(&self->pool->mutex);
}

static void *work(void *payload)
{
        struct worker *self = payload;
        struct pool *pool = self->pool;
        struct pool_job *job;
        bool searching = true;

        this_worker = self;
        (void)pthread_mutex_lock(&pool->mutex);
        while ((job = next_job(pool, self, &searching)) != NULL) {
                job->run(job); /* the job may be gone after this */
                (void)pthread_mutex_lock(&pool->mutex);
                pool->running--;
        }
        return NULL;
}

static void pool_destroy(struct pool *pool)
{
        for (unsigned i = 0; i < pool->worker_count; i++)
                (void)sem_destroy(&pool->workers[i].wake);
        (void)pthread_mutex_destroy(&pool->mutex);
        free(pool->workers);
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
        pool->workers = calloc(max_threads, sizeof(*pool->workers));
        if (!pool->workers) {
                free(pool);
                return err_set(err, RC_UNAVAILABLE, "out of memory");
        }
        (void)pthread_mutex_init(&pool->mutex, NULL);
        pool->last = &pool->first;
        pool->max_workers = pool->max_active = max_threads;
        pool->queue_max = queue_max;
        (void)snprintf(pool->name, sizeof(pool->name), "%s", name);

        (void)pthread_mutex_lock(&pool->mutex);
        failed = start_worker(pool);
        (void)pthread_mutex_unlock(&pool->mutex);
        if (failed) {
                pool_destroy(pool);
                errno = failed;
                return err_set_errno(err, RC_UNAVAILABLE, "cannot start a thread");
        }
        *ret_pool = pool;
        return RC_OK;
}

void pool_set_active(struct pool *pool, unsigned max_active)
{
        (void)pthread_mutex_lock(&pool->mutex);
        pool->max_active = max_active == 0 || max_active > pool->max_workers ? pool->max_workers : max_active;
        (void)pthread_mutex_unlock(&pool->mutex);
}

bool pool_add(struct pool *pool, struct pool_job *job)
{
        struct worker *worker = NULL;
        bool added = false;

        (void)pthread_mutex_lock(&pool->mutex);
        /* Jobs that a worker is free for, or could be started for, do not count as waiting. */
        if (pool->queued < pool->max_workers - pool->running + pool->queue_max) {
                job->next = NULL;
                *pool->last = job;
                pool->last = &job->next;
                pool->queued++;
                worker = summon(pool);
                added = true;
        }
        (void)pthread_mutex_unlock(&pool->mutex);
        wake(worker);
        return added;
}

void pool_free(struct pool *pool)
{
        if (!pool)
                return;
        (void)pthread_mutex_lock(&pool->mutex);
        pool->stopping = true;
        for (struct worker *worker = pool->sleepers; worker; worker = worker->below)
                wake(worker);
        pool->sleepers = NULL;
        (void)pthread_mutex_unlock(&pool->mutex);
        /* No thread is started once stopping is set, so the count stands still. */
        for (unsigned i = 0; i < pool->worker_count; i++)
                (void)pthread_join(pool->workers[i].thread, NULL);
        pool_destroy(pool);
}
