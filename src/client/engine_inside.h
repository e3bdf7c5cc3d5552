/*
 * client/engine_inside.h - what an engine is made of; for engine.c and progress.c only.
 */
#ifndef VITRINE_CLIENT_ENGINE_INSIDE_H
#define VITRINE_CLIENT_ENGINE_INSIDE_H

#include <pthread.h>

#include "client/engine.h"

struct list {
        struct task *first, *last;
};

struct progress {
        enum vitrine_operation operation;
        bool begun;
        uint64_t files, bytes;
        uint64_t files_done, bytes_done, files_skipped, bytes_skipped;
        uint64_t shown_ms;
};

struct engine {
        struct vitrine_session *session;
        struct net *net;
        struct list ready, waiting, running;
        size_t tasks;
        unsigned counted;             /* of those that run, the ones that count */
        unsigned limit, limit_max;
        uint64_t tuned_ms, moved, moved_before;
        struct pool *pool;
        bool no_pool;
        bool answered;                /* there was an answer since the session began */
        size_t jobs;
        pthread_mutex_t lock;         /* guards done */
        struct job *done;
        enum rc rc;                   /* of the first failure */
        struct err err;
        atomic_bool failed;
        struct progress progress;
};

/* To the application, with the state of the operation filled in. It may cancel. */
void progress_emit(struct engine *engine, struct vitrine_event *event);

#endif
