/*
 * server/background.h - what the server does by itself: threads that take jobs (rows that
 * requests and operator's commands leave) and, from time to time, reclaim bytes that nothing
 * needs any more.
 *
 * Thread rule: started and stopped by the main thread.
 */
#ifndef VITRINE_SERVER_BACKGROUND_H
#define VITRINE_SERVER_BACKGROUND_H

#include "domain/call.h"
#include "domain/reclaim.h"

struct background_config {
        unsigned reclaim_minutes;     /* between two runs; 0: only when somebody asks */
        int64_t restore_s;            /* how long a deleted version can be restored */
};

struct background;
MUST_USE enum rc background_start(const struct domain *domain, const struct background_config *config,
                                  struct background **ret, struct err *err);
/* Interrupts what it is at (jobs go on after the next start) and waits. Accepts NULL. */
void background_stop(struct background *background);

/* The counts as a JSON object; shared with the command. */
struct json_writer;
void reclaim_write_counts(struct json_writer *writer, const struct reclaim_counts *counts, bool dry_run);

#endif
