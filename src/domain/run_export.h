/*
 * domain/run_export.h - a stream of a run (console, history, events) as a text file, piece by
 * piece in constant memory.
 *
 * Each piece is read in a snapshot of its own, from where the last one ended, so that a slow
 * reader holds nothing.
 *
 * Thread rule: one thread at a time, not always the same.
 */
#ifndef VITRINE_DOMAIN_RUN_EXPORT_H
#define VITRINE_DOMAIN_RUN_EXPORT_H

#include "domain/run.h"

struct run_export;

/* stream: enum run_stream. RC_NOT_FOUND, RC_DENIED as the policy says. */
MUST_USE enum rc run_export_new(struct call *call, int64_t run_id, int64_t stream, struct run_export **ret,
                                struct err *err);
/* Up to len bytes; *ret_len 0: the end. */
MUST_USE enum rc run_export_read(struct run_export *export, char *ret, size_t len, size_t *ret_len,
                                 struct err *err);
void run_export_free(struct run_export *export); /* accepts NULL */

#endif
