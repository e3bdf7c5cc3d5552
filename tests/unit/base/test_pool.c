/* Tests of base/pool.c: real threads, jobs that block, a queue that fills up. */
#include "unit.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/pool.h"

/* A door that jobs wait at; it also counts who has come to it. */
struct gate {
        pthread_mutex_t mutex;
        pthread_cond_t changed;
        int waiting;
        bool open;
};

#define GATE_INIT { .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

static void gate_pass(struct gate *gate)
{
        pthread_mutex_lock(&gate->mutex);
        gate->waiting++;
        pthread_cond_broadcast(&gate->changed);
        while (!gate->open)
                pthread_cond_wait(&gate->changed, &gate->mutex);
        pthread_mutex_unlock(&gate->mutex);
}

static void gate_await(struct gate *gate, int count)
{
        pthread_mutex_lock(&gate->mutex);
        while (gate->waiting < count)
                pthread_cond_wait(&gate->changed, &gate->mutex);
        pthread_mutex_unlock(&gate->mutex);
}

static void gate_open(struct gate *gate)
{
        pthread_mutex_lock(&gate->mutex);
        gate->open = true;
        pthread_cond_broadcast(&gate->changed);
        pthread_mutex_unlock(&gate->mutex);
}

struct job {
        struct pool_job base; /* first, so that a pool_job is a job */
        struct gate *gate;
        struct pool *pool;
        struct job *next_job;
        int number;
};

static _Atomic int ran;
static int order[1000];

static void run_blocking(struct pool_job *base)
{
        gate_pass(((struct job *)base)->gate);
        ran++;
}

static void run_counting(struct pool_job *base)
{
        int place = ran++;

        order[place] = ((struct job *)base)->number;
}

static int setup(void **state UNUSED)
{
        ran = 0;
        return 0;
}

static void pool_new_wants_a_thread(void **state UNUSED)
{
        struct pool *pool = NULL;
        struct err err = { 0 };

        assert_int_equal(pool_new("none", 0, 1, &pool, &err), RC_INVALID);
        assert_null(pool);
        pool_free(NULL);
}

static void pool_one_thread_runs_in_order(void **state UNUSED)
{
        struct gate gate = GATE_INIT;
        struct job first = { .base.run = run_blocking, .gate = &gate };
        struct job jobs[500] = { 0 };
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("order", 1, 1000, &pool, &err));
        assert_true(pool_add(pool, &first.base));
        for (int i = 0; i < 500; i++) {
                jobs[i] = (struct job){ .base.run = run_counting, .number = i };
                assert_true(pool_add(pool, &jobs[i].base));
        }
        gate_open(&gate);
        pool_free(pool);
        assert_int_equal(ran, 501);
        for (int i = 0; i < 500; i++)
                assert_int_equal(order[i + 1], i);
}

static void pool_blocking_jobs_run_side_by_side(void **state UNUSED)
{
        struct gate gate = GATE_INIT;
        struct job jobs[8] = { 0 };
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("side-by-side", 8, 0, &pool, &err));
        for (int i = 0; i < 8; i++) {
                jobs[i] = (struct job){ .base.run = run_blocking, .gate = &gate };
                assert_true(pool_add(pool, &jobs[i].base));
        }
        /* All eight are inside a job at the same time, or this never comes back. */
        gate_await(&gate, 8);
        assert_int_equal(ran, 0);
        gate_open(&gate);
        pool_free(pool);
        assert_int_equal(ran, 8);
}

static void pool_full_queue_says_so(void **state UNUSED)
{
        struct gate gate = GATE_INIT;
        struct job jobs[2 + 3 + 1] = { 0 };
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("full", 2, 3, &pool, &err));
        for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
                jobs[i] = (struct job){ .base.run = run_blocking, .gate = &gate };
        /* Two run, three wait, whether or not the two have been picked up yet. */
        for (size_t i = 0; i < 5; i++)
                assert_true(pool_add(pool, &jobs[i].base));
        assert_false(pool_add(pool, &jobs[5].base));
        gate_await(&gate, 2);
        assert_false(pool_add(pool, &jobs[5].base));
        gate_open(&gate);
        gate_await(&gate, 5);
        assert_true(pool_add(pool, &jobs[5].base));
        pool_free(pool);
        assert_int_equal(ran, 6);
}

static void pool_free_waits_for_all_jobs(void **state UNUSED)
{
        struct job jobs[1000] = { 0 };
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("drain", 4, 1000, &pool, &err));
        for (int i = 0; i < 1000; i++) {
                jobs[i].base.run = run_counting;
                assert_true(pool_add(pool, &jobs[i].base));
        }
        pool_free(pool);
        assert_int_equal(ran, 1000);
}

static void run_chain(struct pool_job *base)
{
        struct job *job = (struct job *)base;

        ran++;
        if (job->next_job && !pool_add(job->pool, &job->next_job->base))
                ran = -1000;
}

static void pool_job_may_add_a_job_even_while_draining(void **state UNUSED)
{
        struct job jobs[50] = { 0 };
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("chain", 2, 1, &pool, &err));
        for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
                jobs[i] = (struct job){ .base.run = run_chain,
                                        .pool = pool,
                                        .next_job = i + 1 < ARRAY_LEN(jobs) ? &jobs[i + 1] : NULL };
        assert_true(pool_add(pool, &jobs[0].base));
        pool_free(pool);
        assert_int_equal(ran, ARRAY_LEN(jobs));
}

static unsigned thread_count(void)
{
        DIR *dir = opendir("/proc/self/task");
        unsigned count = 0;

        for (struct dirent *entry; (entry = readdir(dir));)
                count += entry->d_name[0] != '.';
        closedir(dir);
        return count;
}

static void pool_threads_are_started_on_demand(void **state UNUSED)
{
        struct gate gate = GATE_INIT;
        struct job jobs[3] = { 0 };
        unsigned before = thread_count();
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("on-demand-with-a-long-name", 64, 4, &pool, &err));
        assert_int_equal(thread_count(), before + 1);
        for (int i = 0; i < 3; i++) {
                jobs[i] = (struct job){ .base.run = run_blocking, .gate = &gate };
                assert_true(pool_add(pool, &jobs[i].base));
        }
        gate_await(&gate, 3);
        assert_int_equal(thread_count(), before + 3);
        gate_open(&gate);
        pool_free(pool);
        /* A joined thread may stand in /proc for a moment longer. */
        for (int i = 0; i < 1000 && thread_count() != before; i++)
                (void)usleep(1000);
        assert_int_equal(thread_count(), before);
}

static void run_signal_mask(struct pool_job *base)
{
        sigset_t mask;

        pthread_sigmask(SIG_SETMASK, NULL, &mask);
        ((struct job *)base)->number = sigismember(&mask, SIGTERM) + sigismember(&mask, SIGINT);
}

static void pool_workers_block_signals_and_callers_do_not(void **state UNUSED)
{
        struct job job = { .base.run = run_signal_mask };
        struct pool *pool;
        struct err err = { 0 };
        sigset_t mask;

        assert_ok(pool_new("signals", 1, 1, &pool, &err));
        assert_true(pool_add(pool, &job.base));
        pool_free(pool);
        assert_int_equal(job.number, 2);
        pthread_sigmask(SIG_SETMASK, NULL, &mask);
        assert_int_equal(sigismember(&mask, SIGTERM), 0);
}

struct adder {
        struct pool *pool;
        struct job jobs[2000];
};

static void *add_many(void *payload)
{
        struct adder *adder = payload;

        for (size_t i = 0; i < ARRAY_LEN(adder->jobs); i++) {
                adder->jobs[i].base.run = run_chain;
                while (!pool_add(adder->pool, &adder->jobs[i].base))
                        (void)sched_yield();
        }
        return NULL;
}

static void pool_add_from_many_threads(void **state UNUSED)
{
        enum { ADDERS = 4 };
        struct adder *adders = calloc(ADDERS, sizeof(*adders));
        pthread_t threads[ADDERS];
        struct pool *pool;
        struct err err = { 0 };

        assert_ok(pool_new("many", 3, 5, &pool, &err));
        for (int i = 0; i < ADDERS; i++) {
                adders[i].pool = pool;
                assert_int_equal(pthread_create(&threads[i], NULL, add_many, &adders[i]), 0);
        }
        for (int i = 0; i < ADDERS; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        pool_free(pool);
        assert_int_equal(ran, ADDERS * 2000);
        free(adders);
}

/* ---- how many at once ---- */

enum { ACTIVE_JOBS = 400 };

static _Atomic int active, crowded;

/* Leaves the cores to others for half a millisecond, so that every worker would begin, were it allowed to. */
static void run_computing(struct pool_job *base UNUSED)
{
        if (++active > 4)
                crowded++;
        usleep(500);
        active--;
        ran++;
}

static void pool_computes_with_few_at_once(void **state UNUSED)
{
        struct job jobs[ACTIVE_JOBS] = { 0 };
        struct pool *pool = NULL;
        struct err err = { 0 };

        assert_ok(pool_new("few", 16, ACTIVE_JOBS, &pool, &err));
        pool_set_active(pool, 2);
        for (int i = 0; i < ACTIVE_JOBS; i++) {
                jobs[i].base.run = run_computing;
                assert_true(pool_add(pool, &jobs[i].base));
        }
        while (ran < ACTIVE_JOBS) /* a pool that ends starts no more workers */
                usleep(1000);
        pool_free(pool);
        /* On a machine so busy that nothing moves for a moment, the watchman takes that for a stall, and one more begins. */
        assert_true(crowded < ACTIVE_JOBS / 4);
}

static void run_waiting(struct pool_job *base)
{
        pool_wait_begin();
        gate_pass(((struct job *)base)->gate);
        pool_wait_end();
        ran++;
}

/* All of them have to be there at once before any goes on. */
static void run_at_once(void (*run)(struct pool_job *))
{
        struct gate gate = GATE_INIT;
        struct job jobs[12] = { 0 };
        struct pool *pool = NULL;
        struct err err = { 0 };

        assert_ok(pool_new("few", 12, 12, &pool, &err));
        pool_set_active(pool, 2);
        for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
                jobs[i] = (struct job){ .base.run = run, .gate = &gate };
                assert_true(pool_add(pool, &jobs[i].base));
        }
        gate_await(&gate, ARRAY_LEN(jobs));
        gate_open(&gate);
        pool_free(pool);
        assert_int_equal(ran, ARRAY_LEN(jobs));
}

static void pool_who_waits_does_not_count(void **state UNUSED)
{
        run_at_once(run_waiting);
}

static void pool_notices_who_stalls(void **state UNUSED)
{
        run_at_once(run_blocking);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(pool_new_wants_a_thread, setup),
                cmocka_unit_test_setup(pool_one_thread_runs_in_order, setup),
                cmocka_unit_test_setup(pool_blocking_jobs_run_side_by_side, setup),
                cmocka_unit_test_setup(pool_full_queue_says_so, setup),
                cmocka_unit_test_setup(pool_free_waits_for_all_jobs, setup),
                cmocka_unit_test_setup(pool_job_may_add_a_job_even_while_draining, setup),
                cmocka_unit_test_setup(pool_threads_are_started_on_demand, setup),
                cmocka_unit_test_setup(pool_workers_block_signals_and_callers_do_not, setup),
                cmocka_unit_test_setup(pool_add_from_many_threads, setup),
                cmocka_unit_test_setup(pool_computes_with_few_at_once, setup),
                cmocka_unit_test_setup(pool_who_waits_does_not_count, setup),
                cmocka_unit_test_setup(pool_notices_who_stalls, setup),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
