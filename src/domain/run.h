/*
 * domain/run.h - the life of a run: upsert, resume, rewind, stop, delete; who may see it.
 *
 * A run belongs to a project of a user or a team and is known there by the id that its client
 * made. Clients send what changed; what they leave out (null) stays. The state is what the
 * client last said, and while a running client is silent for RUN_SILENT_US, it has crashed:
 * that is worked out whenever somebody looks, so no state ever waits for a clean-up.
 *
 *     pending -> running -> finished | failed | killed (it was asked to stop)
 *                running -> crashed (silent); any later heartbeat: running again
 *                running -> preempting -> preempted (silent, or it failed) | finished
 *
 * Deleted ids stay taken: a client that still writes there must not bring the run back.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_RUN_H
#define VITRINE_DOMAIN_RUN_H

#include "domain/project.h"
#include "json/json.h"
#include "store/run.h"

#define RUN_SILENT_US ((int64_t)5 * 60 * 1000000)

/* ---- states --------------------------------------------------------------------------------- */

const char *run_state_name(enum run_state state);              /* "running", ... */
bool run_state_parse(struct str text, enum run_state *ret);    /* any case */
/* What it is now: a silent run has crashed. Pure. */
enum run_state run_state_now(const struct run *run, int64_t now_us);

/* What a client's word does to the state. Pure; tested over all combinations. */
enum run_word { RUN_WORD_ALIVE, RUN_WORD_UPSERT, RUN_WORD_PREEMPTING, RUN_WORD_COMPLETE };
void run_hear(struct run *run, enum run_word word, int64_t exit_code, int64_t now_us);

/* ---- finding -------------------------------------------------------------------------------- */

/* The project must have been found for the caller. *ret NULL: there is none. */
MUST_USE enum rc run_find(struct call *call, const struct project *project, struct str name, struct run **ret,
                          struct err *err);
/* NULL also when the caller may not see it. */
MUST_USE enum rc run_see(struct call *call, int64_t id, struct run **ret, struct err *err);
/* RC_NOT_FOUND or RC_DENIED; ret_project may be NULL. */
MUST_USE enum rc run_require(struct call *call, int64_t id, enum action action, struct run **ret,
                             struct project **ret_project, struct err *err);
MUST_USE enum rc run_require_named(struct call *call, struct str entity, struct str project, struct str name,
                                   enum action action, struct run **ret, struct project **ret_project,
                                   struct err *err);

/* ---- changing ------------------------------------------------------------------------------- */

struct run_input {
        int64_t id;                   /* 0: by entity, project and name */
        struct str entity_name, project_name;
        struct str name;              /* absent for a new run: one is made up */
        struct str state;             /* absent: as the rules say */
        bool has_tags;
        const struct str *tags;
        size_t tag_count;
        struct str config, summary;   /* JSON objects */
        struct run_change text;       /* display_name ... sweep_name; tags, config and summary are not read */
};
MUST_USE enum rc run_upsert(struct call *call, const struct run_input *in, struct run **ret, bool *ret_inserted,
                            struct err *err);
MUST_USE enum rc run_set_state(struct call *call, int64_t id, struct str state, struct err *err);
/* The client learns of it in the answer to what it sends next. */
MUST_USE enum rc run_stop(struct call *call, int64_t id, struct err *err);
MUST_USE enum rc run_delete(struct call *call, int64_t id, bool delete_artifacts, struct err *err);
/* Drops the history behind `step`; the summary becomes that of the rows that stay. */
MUST_USE enum rc run_rewind(struct call *call, struct str entity, struct str project, struct str name,
                            struct str metric, double value, struct run **ret, struct err *err);

struct run_alert {
        struct str entity_name, project_name, run_name;
        struct str title, text, severity;
        int64_t wait_ms;
};
/* Kept as an event of the run. */
MUST_USE enum rc run_alert(struct call *call, const struct run_alert *alert, struct err *err);

/* A JSON object that may hold NaN, and its strict copy. RC_INVALID names `what`. Absent stays absent. */
MUST_USE enum rc run_json_check(struct arena *arena, const char *what, struct str text, struct run_json *ret,
                                struct err *err);

/* ---- names ---------------------------------------------------------------------------------- */

/* "quiet-harbor-12". Chance comes in as a number, so that tests can choose it. */
struct str run_invent_name(struct arena *arena, uint64_t chance, int64_t number);
/* Eight characters, as clients make them. */
struct str run_invent_id(struct arena *arena);

#endif
