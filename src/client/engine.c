/*
 * client/engine.c - the loop; see engine.h.
 *
 * A task is ready (in line for a free place), waiting (for its next attempt) or running. Jobs are
 * handed to a pool of threads; those that are done come back over one list under a mutex, and the
 * loop is woken.
 *
 * The limit: every TUNE_MS the bytes and the ended requests since the last look are compared
 * with what the look before saw. While more requests move clearly more, the limit grows by
 * half; when they move clearly less it goes back one step; an answer that says "too much" halves it.
 */
#include "client/engine_inside.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"

enum { FIRST_WORD_MS = 10000, TUNE_MS = 200, START_LIMIT = 8, WAIT_MS = 100, BACKOFF_MS = 200, BACKOFF_MAX_MS = 20000,
       RETRY_AFTER_MAX_MS = 120000, REQUEST_WORTH = 32 * 1024 };

enum rc engine_new(struct vitrine_session *session, const struct net_options *net, struct engine **ret, struct err *err)
{
        struct engine *engine = mem_alloc_zero(1, sizeof(*engine));
        enum rc rc;

        if (!engine)
                return mem_fail(err);
        engine->session = session;
        engine->limit_max = net->connections_max;
        engine->limit = START_LIMIT < engine->limit_max ? START_LIMIT : engine->limit_max;
        (void)pthread_mutex_init(&engine->lock, NULL);
        rc = net_new(net, &engine->net, err);
        if (rc) {
                (void)engine_free(engine);
                return rc;
        }
        *ret = engine;
        return RC_OK;
}

struct engine *engine_free(struct engine *engine)
{
        if (!engine)
                return NULL;
        assert(engine->jobs == 0);
        pool_free(engine->pool);
        (void)net_free(engine->net);
        (void)pthread_mutex_destroy(&engine->lock);
        mem_free(engine);
        return NULL;
}

/* ---- lists ---- */

static void list_add(struct list *list, struct task *task)
{
        task->next = NULL;
        task->prev = list->last;
        if (list->last)
                list->last->next = task;
        else
                list->first = task;
        list->last = task;
}

static void list_add_first(struct list *list, struct task *task)
{
        task->prev = NULL;
        task->next = list->first;
        if (list->first)
                list->first->prev = task;
        else
                list->last = task;
        list->first = task;
}

static void list_remove(struct list *list, struct task *task)
{
        if (task->prev)
                task->prev->next = task->next;
        else
                list->first = task->next;
        if (task->next)
                task->next->prev = task->prev;
        else
                list->last = task->prev;
        task->next = task->prev = NULL;
}

static struct list *list_of(struct engine *engine, const struct task *task)
{
        return task->state == TASK_READY ? &engine->ready
               : task->state == TASK_WAITING ? &engine->waiting : &engine->running;
}

static void leave(struct task *task)
{
        struct engine *engine = task->engine;

        list_remove(list_of(engine, task), task);
        if (task->state == TASK_RUNNING && !task->free)
                engine->counted--;
        task->state = TASK_IDLE;
        engine->tasks--;
}

static void enter(struct engine *engine, struct task *task, enum task_state state)
{
        task->engine = engine;
        task->state = state;
        if (task->free)
                list_add_first(list_of(engine, task), task); /* so nothing stands before those that may go at once */
        else
                list_add(list_of(engine, task), task);
        if (task->state == TASK_RUNNING && !task->free)
                engine->counted++;
        engine->tasks++;
}

/* ---- failure ---- */

void engine_fail(struct engine *engine, enum rc rc, const struct err *err)
{
        if (engine->rc)
                return;
        engine->rc = rc;
        engine->err = *err;
        atomic_store(&engine->failed, true);
}

bool engine_failed(const struct engine *engine)
{
        return engine->rc != RC_OK;
}

bool engine_stopping(const struct engine *engine)
{
        return atomic_load_explicit(&engine->failed, memory_order_relaxed) || session_canceled(engine->session);
}

static void check_canceled(struct engine *engine)
{
        struct err err = { 0 };

        if (session_canceled(engine->session) && !engine->rc)
                engine_fail(engine, fail_canceled(&err), &err);
}

static void drop_all(struct engine *engine)
{
        struct list *lists[] = { &engine->ready, &engine->waiting, &engine->running };

        for (size_t i = 0; i < ARRAY_LEN(lists); i++)
                while (lists[i]->first) {
                        struct task *task = lists[i]->first;

                        net_drop(engine->net, &task->http);
                        leave(task);
                }
}

/* ---- how many at a time ---- */

void engine_moved(struct engine *engine, struct task *task, uint64_t bytes)
{
        engine->moved += bytes;
        if (task && bytes)
                task->failing_since_ms = 0;
}

static void tune(struct engine *engine)
{
        uint64_t now = clock_mono_ms(), spent = now - engine->tuned_ms, rate;

        if (spent < TUNE_MS)
                return;
        rate = engine->moved * 1000 / spent;
        engine->tuned_ms = now;
        engine->moved = 0;
        if (spent > 5 * (uint64_t)TUNE_MS || engine->counted < engine->limit) {
                engine->moved_before = 0; /* it was not the limit that held us back */
                return;
        }
        if (rate > engine->moved_before + engine->moved_before / 20) {
                engine->limit += engine->limit / 2 + 1;
                if (engine->limit > engine->limit_max)
                        engine->limit = engine->limit_max;
        } else if (rate < engine->moved_before - engine->moved_before / 5 && engine->limit > 4) {
                engine->limit -= engine->limit / 4;
        }
        engine->moved_before = rate;
}

static void too_much(struct engine *engine)
{
        if (engine->limit > 1)
                engine->limit /= 2;
        engine->moved_before = 0;
}

/* ---- attempts ---- */

static void finish_task(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct engine *engine = task->engine;

        leave(task);
        if (!rc)
                engine->moved += REQUEST_WORTH; /* small requests count for more than their bytes */
        task->end(task, rc, answer, err);
}

/* True when it will be tried again. */
static bool try_again(struct task *task, const struct net_answer *answer, const struct err *err)
{
        struct engine *engine = task->engine;
        uint64_t now = clock_mono_ms(), wait = BACKOFF_MS, patience = (uint64_t)engine->session->options.retry_for_s * 1000;
        uint32_t chance;

        /* A server that never said a word is more likely an address that was mistyped. */
        if (!engine->answered && patience > FIRST_WORD_MS)
                patience = FIRST_WORD_MS;

        if (task->failing_since_ms == 0) {
                task->failing_since_ms = now;
                task->tries = 0;
        }
        for (unsigned i = 0; i < task->tries && wait < BACKOFF_MAX_MS; i++)
                wait *= 2;
        crypto_random(&chance, sizeof(chance));
        wait = wait / 2 + wait * (chance % 1000) / 2000;
        if (answer->retry_after_ms > wait)
                wait = answer->retry_after_ms < RETRY_AFTER_MAX_MS ? answer->retry_after_ms : RETRY_AFTER_MAX_MS;
        if (now + wait - task->failing_since_ms > patience)
                return false;
        if (answer->status == 429 || answer->status == 503)
                too_much(engine);
        task->tries++;
        task->due_ms = now + wait;
        leave(task);
        enter(engine, task, TASK_WAITING);
        if (!task->quick) {
                struct vitrine_event event = { .kind = VITRINE_EVENT_RETRY, .path = task->path, .message = err->msg,
                                               .retry_ms = wait };

                progress_emit(engine, &event);
        }
        session_log(engine->session, VITRINE_LOG_INFO, "%s again in %llu ms: %s", task->what, (unsigned long long)wait,
                    err->msg);
        return true;
}

static void on_done(struct net_request *http, const struct net_answer *answer)
{
        struct task *task = http->payload;
        struct engine *engine = task->engine;
        struct err err = { 0 };
        enum rc rc = answer->rc;

        engine->session->http_status = answer->status;
        engine->answered = engine->answered || answer->status;
        if (!rc && answer->status / 100 == 2) {
                finish_task(task, RC_OK, answer, &err);
                return;
        }
        if (engine_stopping(engine)) {
                leave(task);
                return;
        }
        if (rc)
                err = *answer->err;
        else
                rc = answer_error(answer->status, answer->body, task->what, &err);
        if (answer->repeatable ? try_again(task, answer, &err)
                               : task->mend && task->mend(task, answer) && try_again(task, answer, &err))
                return;
        finish_task(task, rc, answer, &err);
}

static void start_task(struct engine *engine, struct task *task)
{
        struct err err = { 0 };
        enum rc rc = RC_OK;

        leave(task);
        enter(engine, task, TASK_RUNNING);
        task->http.done = on_done;
        task->http.payload = task;
        if (task->begin)
                rc = task->begin(task, &err);
        if (!rc)
                rc = net_start(engine->net, &task->http, &err);
        if (rc)
                finish_task(task, rc, NULL, &err);
}

static void start_ready(struct engine *engine)
{
        uint64_t now = clock_mono_ms();
        struct task *next;

        for (struct task *task = engine->waiting.first; task; task = next) {
                next = task->next;
                if (task->due_ms <= now) {
                        leave(task);
                        enter(engine, task, TASK_READY);
                }
        }
        for (;;) {
                struct task *task = engine->ready.first; /* each start may change the list */

                if (!task || engine->rc || (!task->free && engine->counted >= engine->limit))
                        return;
                start_task(engine, task);
        }
}

void engine_add(struct engine *engine, struct task *task)
{
        assert(task->state == TASK_IDLE);
        task->tries = 0;
        task->failing_since_ms = 0;
        enter(engine, task, TASK_READY);
}

size_t engine_tasks(const struct engine *engine)
{
        return engine->tasks;
}

unsigned engine_running(const struct engine *engine)
{
        return engine->counted;
}

unsigned engine_limit(const struct engine *engine)
{
        return engine->limit;
}

/* ---- work on other threads ---- */

static void run_job(struct pool_job *pool_job)
{
        struct job *job = (struct job *)((char *)pool_job - offsetof(struct job, pool));
        struct engine *engine = job->engine;

        job->work(job);
        (void)pthread_mutex_lock(&engine->lock);
        job->next = engine->done;
        engine->done = job;
        /* Woken under the lock: once it is released the engine may be gone. */
        net_wake(engine->net);
        (void)pthread_mutex_unlock(&engine->lock);
}

void engine_work(struct engine *engine, struct job *job)
{
        struct err err = { 0 };

        job->engine = engine;
        job->pool.run = run_job;
        engine->jobs++;
        if (!engine->pool && !engine->no_pool)
                engine->no_pool = pool_new("vitrine", engine->session->options.hash_threads, 1u << 20, &engine->pool,
                                           &err) != RC_OK;
        if (!engine->pool || !pool_add(engine->pool, &job->pool))
                run_job(&job->pool);
}

static void take_done(struct engine *engine)
{
        struct job *done, *in_order = NULL;

        (void)pthread_mutex_lock(&engine->lock);
        done = engine->done;
        engine->done = NULL;
        (void)pthread_mutex_unlock(&engine->lock);
        while (done) {
                struct job *next = done->next;

                done->next = in_order;
                in_order = done;
                done = next;
        }
        while (in_order) {
                struct job *job = in_order;

                in_order = job->next;
                engine->jobs--;
                job->done(job);
        }
}

size_t engine_jobs(const struct engine *engine)
{
        return engine->jobs;
}

/* ---- the loop ---- */

static unsigned wait_time(struct engine *engine)
{
        uint64_t now = clock_mono_ms(), wait = WAIT_MS;

        if (engine->ready.first && engine->counted < engine->limit)
                return 0;
        for (const struct task *task = engine->waiting.first; task; task = task->next) {
                uint64_t left = task->due_ms > now ? task->due_ms - now : 0;

                if (left < wait)
                        wait = left;
        }
        return (unsigned)wait;
}

enum rc engine_run(struct engine *engine, bool (*more)(void *payload), void *payload, struct err *err)
{
        struct err failure = { 0 };
        enum rc rc;

        engine->rc = RC_OK;
        atomic_store(&engine->failed, false);
        engine->tuned_ms = clock_mono_ms();
        engine->moved = engine->moved_before = 0;
        for (;;) {
                check_canceled(engine);
                take_done(engine);
                if (engine->rc || !more(payload))
                        break;
                start_ready(engine);
                if (engine->rc || !more(payload))
                        break;
                rc = net_run(engine->net, wait_time(engine), &failure);
                if (rc)
                        engine_fail(engine, rc, &failure);
                tune(engine);
        }
        if (!engine->rc)
                return RC_OK;
        drop_all(engine);
        while (engine->jobs) {
                take_done(engine);
                if (engine->jobs)
                        (void)usleep(2000);
        }
        drop_all(engine);
        if (err)
                *err = engine->err;
        rc = engine->rc;
        engine->rc = RC_OK;
        atomic_store(&engine->failed, false);
        return rc;
}
