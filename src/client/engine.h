/*
 * client/engine.h - the one loop of a session: requests, repetitions, work on other threads.
 *
 * Whoever has something to move makes tasks (requests that may be repeated) and jobs (work on
 * bytes, off the session's thread), and runs the loop until they are done. How many requests are
 * under way at a time is found out while they run: more as long as that moves more, half
 * when the server says it is too much.
 *
 * Thread rule: the session's thread; a job's work() runs on another.
 */
#ifndef VITRINE_CLIENT_ENGINE_H
#define VITRINE_CLIENT_ENGINE_H

#include "base/pool.h"
#include "client/internal.h"
#include "net/net.h"

enum task_state { TASK_IDLE, TASK_READY, TASK_WAITING, TASK_RUNNING };

struct task {
        struct task *next, *prev;
        struct net_request http;      /* .done and .payload are the engine's */
        bool free;                    /* does not count against the limit: small and rare */
        bool quick;                   /* no RETRY event */
        const char *what;             /* for messages: "uploading", "the answer" */
        const char *path;             /* of the file, for events; NULL */
        /* Before each attempt: rewind what data() collected; may change http. NULL: nothing to do. */
        enum rc (*begin)(struct task *task, struct err *err);
        /* At the end. status is 0 when rc is not RC_OK; answer only when there was one. */
        void (*end)(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err);
        /* An answer that is no success and would not be repeated: true asks for another attempt (begin() may ask for a new address). NULL: no. */
        bool (*mend)(struct task *task, const struct net_answer *answer);
        enum task_state state;
        uint64_t due_ms;
        unsigned tries;
        uint64_t failing_since_ms;    /* 0: the last attempt moved something */
        struct engine *engine;
};

struct job {
        struct pool_job pool;
        struct job *next;
        struct engine *engine;
        void (*work)(struct job *job); /* on another thread; looks at engine_stopping() now and then */
        void (*done)(struct job *job); /* on the session's thread, from engine_run() */
};

MUST_USE enum rc engine_new(struct vitrine_session *session, const struct net_options *net, struct engine **ret,
                            struct err *err);
struct engine *engine_free(struct engine *engine);

void engine_add(struct engine *engine, struct task *task);
/* Never fails: without threads the work is done here and now. */
void engine_work(struct engine *engine, struct job *job);
/* Bytes moved, files done: what the limit is tuned by. */
void engine_moved(struct engine *engine, struct task *task, uint64_t bytes);
size_t engine_jobs(const struct engine *engine);
/* Tasks that are not ended: running, ready, or waiting for their next attempt. */
size_t engine_tasks(const struct engine *engine);
unsigned engine_running(const struct engine *engine);
unsigned engine_limit(const struct engine *engine);
/* The first failure ends the operation: run() returns it. */
void engine_fail(struct engine *engine, enum rc rc, const struct err *err);
bool engine_failed(const struct engine *engine);
/* Any thread: the operation failed or was canceled. */
bool engine_stopping(const struct engine *engine);
/*
 * Runs until more() is false, or something failed. more() is asked after each round. On failure all tasks are
 * dropped (without end()) and jobs waited for (their done() is called).
 */
MUST_USE enum rc engine_run(struct engine *engine, bool (*more)(void *payload), void *payload, struct err *err);

/* ---- a call of the API among other tasks: graphql.c ---- */

struct call_task {
        struct task task;
        struct vitrine_session *session;
        const char *headers[3];
        char *url;
        struct buf body, answer;
        bool too_large;               /* the answer */
        /* In the arena, which is gone afterwards; data is NULL when rc is not RC_OK. */
        void (*done)(struct call_task *call, struct arena *arena, enum rc rc, const struct json *data,
                     const struct err *err);
};
/* done is to be set by the caller; vars may be NULL. Goes into the loop at once. */
MUST_USE enum rc call_task_start(struct vitrine_session *session, struct call_task *call, const char *document,
                                 struct vars *vars, struct err *err);
void call_task_done(struct call_task *call); /* frees what it holds */

/* ---- progress ---- */

void progress_begin(struct engine *engine, enum vitrine_operation operation, uint64_t files, uint64_t bytes);
void progress_file(struct engine *engine, const char *path, uint64_t size);        /* begins */
void progress_bytes(struct engine *engine, const char *path, uint64_t size, uint64_t done, int64_t moved);
void progress_done(struct engine *engine, const char *path, uint64_t size, bool skipped);
void progress_end(struct engine *engine);

#endif
