/*
 * domain/run_stream.h - what a client streams while its run goes on: history, system events,
 * console, summary, and its last words.
 *
 * A request says at which line its lines begin, so repeating it changes nothing: lines are
 * written over, and only lines that are new are counted into the history keys. All of a
 * request becomes durable in one transaction, or none of it.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_RUN_STREAM_H
#define VITRINE_DOMAIN_RUN_STREAM_H

#include "domain/run.h"
#include "store/run_line.h"

#define RUN_STREAM_MAX_BYTES ((size_t)12 * 1024 * 1024) /* of one request; clients stay under 10 MiB */
#define RUN_STREAM_MAX_LINE INT64_C(2000000000)         /* number of a line; the API counts in 32 bits */

struct run_chunk {
        int64_t offset;
        struct str *lines;
        size_t count;
};
struct run_stream_input {
        struct run_chunk streams[RUN_STREAM__COUNT];
        struct str summary;          /* the last one of the request; absent: none */
        bool preempting, complete;
        int64_t exit_code;           /* when complete; 0 when it was not said */
};

/* Strings are copied into the arena. RC_INVALID says what is wrong. */
MUST_USE enum rc run_stream_read(struct arena *arena, struct str body, struct run_stream_input *ret,
                                 struct err *err);
/* *ret_stop: somebody asked the run to stop. RC_NOT_FOUND when the run was deleted. */
MUST_USE enum rc run_stream_apply(struct call *call, int64_t run_id, const struct run_stream_input *in,
                                  bool *ret_stop, struct err *err);

#endif
