/*
 * domain/sweep_read.c - sweeps, read back; see sweep.h. Called by api/ for people and for clients that
 * look at what a sweep has come to. The runs of a sweep are found by run_list() with a filter.
 */
#include "domain/run_list.h"
#include "domain/sweep.h"

enum rc sweep_find(struct call *call, const struct project *project, struct str name, struct sweep **ret,
                   struct err *err)
{
        return store_sweep_by_name(call->conn, call->arena, project->id, name, ret, err);
}

enum rc sweep_list(struct call *call, const struct project *project, int64_t after_id, size_t first,
                   struct sweep_page *ret, struct err *err)
{
        struct sweep_list list = { 0 };
        enum rc rc = store_sweep_list(call->conn, call->arena, project->id, after_id ? after_id : INT64_MAX, first + 1,
                                      &list, err);

        if (rc)
                return rc;
        ret->has_next = list.count > first;
        ret->count = ret->has_next ? first : list.count;
        ret->items = list.items;
        return RC_OK;
}

enum rc sweep_count(struct call *call, const struct project *project, int64_t *ret, struct err *err)
{
        return store_sweep_count(call->conn, project->id, ret, err);
}

enum rc sweep_run_count(struct call *call, const struct sweep *sweep, bool running, int64_t *ret, struct err *err)
{
        /* Names of sweeps are made up here, of letters and digits. */
        struct str filters = arena_printf(call->arena, "{\"sweep\": \"%.*s\"%s}", STR_ARG(sweep->name),
                                          running ? ", \"state\": \"running\"" : "");
        struct project *project = NULL;
        enum rc rc = project_see(call, sweep->project_id, &project, err);

        if (rc)
                return rc;
        *ret = 0;
        return project ? run_count(call, project, filters, ret, err) : RC_OK;
}

bool sweep_is_random(struct arena *arena, const struct sweep *sweep)
{
        const struct json *random;
        struct json *grid = NULL;
        struct err ignored = { 0 };

        if (json_parse(arena, sweep->grid, NULL, &grid, &ignored))
                return false;
        random = json_get(grid, "random");
        return random && random->boolean;
}

int64_t sweep_expected(struct arena *arena, const struct sweep *sweep)
{
        return sweep->point_count == SWEEP_POINTS_MAX && sweep_is_random(arena, sweep) ? -1 : sweep->point_count;
}
