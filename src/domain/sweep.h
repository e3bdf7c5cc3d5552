/*
 * domain/sweep.h - sweeps over listed values: every combination once (grid), or one drawn by
 * chance each time (random).
 *
 * The least that a sweep needs: a client sends the search as YAML, agents sign on and ask by
 * heartbeat what to do; each gets the next combination, until none is left. Searches that
 * would have to learn from results, distributions and launching are refused.
 *
 * The grid as it is stored: {"random": false, "parameters": [{"path": ["lr"], "values": [0.1, 0.2]},
 * {"path": ["opt", "name"], "values": ["sgd"]}]}. Point 0 of a grid takes the first value of each;
 * the last parameter changes fastest.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_SWEEP_H
#define VITRINE_DOMAIN_SWEEP_H

#include "domain/run.h"
#include "store/sweep.h"

#define SWEEP_VALUES_MAX 10000     /* of one parameter */
#define SWEEP_POINTS_MAX 1000000

struct sweep_input {
        int64_t id;                   /* 0: a new one */
        struct str entity_name, project_name;
        struct str config;            /* YAML; absent: leave alone */
        struct str display_name, description;
        struct str state;             /* that it shall have; ends are refused */
};
MUST_USE enum rc sweep_upsert(struct call *call, const struct sweep_input *in, struct sweep **ret, struct err *err);

/* ---- reading back; who holds the project may see its sweeps ------------------------------------- */

/* *ret NULL when there is none of that name. */
MUST_USE enum rc sweep_find(struct call *call, const struct project *project, struct str name, struct sweep **ret,
                            struct err *err);
struct sweep_page {
        struct sweep *items;
        size_t count;
        bool has_next;
};
/* The newest first, those behind after_id (0: from the start). */
MUST_USE enum rc sweep_list(struct call *call, const struct project *project, int64_t after_id, size_t first,
                            struct sweep_page *ret, struct err *err);
MUST_USE enum rc sweep_count(struct call *call, const struct project *project, int64_t *ret, struct err *err);
/* Runs that name the sweep; those that are going on, or all. */
MUST_USE enum rc sweep_run_count(struct call *call, const struct sweep *sweep, bool running, int64_t *ret,
                                 struct err *err);
bool sweep_is_random(struct arena *arena, const struct sweep *sweep);
/* How many runs there will be; -1: no end to them. */
int64_t sweep_expected(struct arena *arena, const struct sweep *sweep);

/* ---- agents -------------------------------------------------------------------------------------- */

/* RC_NOT_FOUND when there is no such sweep. */
MUST_USE enum rc sweep_agent_create(struct call *call, struct str entity, struct str project, struct str sweep,
                                    struct str host, struct sweep_agent **ret, struct err *err);
/*
 * run_state: an object with a member for each run the agent works on, as JSON. *ret_commands: a JSON
 * list of {"type": "run", "run_id", "args"} or {"type": "exit"}, or [].
 */
MUST_USE enum rc sweep_heartbeat(struct call *call, int64_t agent_id, struct str run_state,
                                 struct sweep_agent **ret, struct str *ret_commands, struct err *err);

/* ---- the grid; pure ---------------------------------------------------------------------------- */

struct sweep_grid {
        struct str json;
        int64_t points;
};
/* RC_INVALID says what kind of sweep is missing or which parameter cannot be listed. */
MUST_USE enum rc sweep_grid_read(struct arena *arena, struct str yaml, struct sweep_grid *ret, struct err *err);
/* {"lr": {"value": 0.1}, ...} of a point. seed: what chance depends on, the sweep's name. */
MUST_USE enum rc sweep_grid_point(struct arena *arena, struct str grid, struct str seed, int64_t point,
                                  struct str *ret_args, struct err *err);

#endif
