/*
 * domain/run_list.h - lists of runs, and lineage seen from runs, page by page.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_RUN_LIST_H
#define VITRINE_DOMAIN_RUN_LIST_H

#include "domain/artifact.h"
#include "domain/run.h"

struct run_page {
        struct run *items;
        struct str *cursors;          /* run_list() only */
        size_t count;
        bool has_next;
};
struct run_list_input {
        struct str filters, order, after;  /* as the client sent them; may be absent */
        size_t first;
};
/* The project must have been found for the caller. RC_INVALID names what is wrong with a filter or order. */
MUST_USE enum rc run_list(struct call *call, const struct project *project, const struct run_list_input *in,
                          struct run_page *ret, struct err *err);
MUST_USE enum rc run_count(struct call *call, const struct project *project, struct str filters, int64_t *ret,
                           struct err *err);
/* Runs that used the artifact, as far as the caller may see them. */
MUST_USE enum rc run_list_using(struct call *call, int64_t artifact_id, int64_t after_id, size_t first,
                                struct run_page *ret, struct err *err);

/* Versions that the run used or made, without a place; those that the caller may not see are left out. */
struct artifact_page {
        struct version **items;
        size_t count;
        bool has_next;
        int64_t total;
};
/* with_home: only those whose home project the caller may see; the total counts all. */
MUST_USE enum rc run_artifacts(struct call *call, const struct run *run, bool used, bool with_home, int64_t after_id,
                               size_t first, struct artifact_page *ret, struct err *err);

#endif
