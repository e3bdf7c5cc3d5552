/*
 * domain/sweep.c - sweeps and their agents; see sweep.h.
 *
 * A heartbeat can be repeated when its answer was lost. An agent that says it works on
 * nothing, moments after it was given a point whose run has not appeared, is therefore
 * given the same point again.
 */
#include "domain/sweep.h"

#include "base/clock.h"
#include "domain/event.h"

/* Under the five seconds between an agent's heartbeats. */
#define REPEAT_US ((int64_t)4 * 1000000)

/* ---- sweeps ---- */

struct sweep_job {
        const struct sweep_input *in;
        struct sweep_grid grid;
        struct sweep *sweep;
};

/* Agents would go on: better to say so than to seem to have stopped them. */
static enum rc refuse_end(struct str state, struct err *err)
{
        static const char *const ends[] = { "PAUSED", "STOPPED", "FINISHED", "CANCELED" };

        for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
                if (str_eq_nocase(state, str_from(ends[i])))
                        return err_set(err, RC_INVALID,
                                       "This server does not pause, stop or cancel sweeps: interrupt their agents instead.");
        }
        return RC_OK;
}

static enum rc update_sweep(struct call *call, struct sweep_job *job, struct err *err)
{
        const struct sweep_input *in = job->in;
        struct project *project = NULL;
        struct sweep *s = NULL;
        enum rc rc = store_sweep_by_id(call->conn, call->arena, in->id, &s, err);

        if (!rc && s)
                rc = project_see(call, s->project_id, &project, err);
        if (rc)
                return rc;
        if (!project)
                return err_set(err, RC_NOT_FOUND, "There is no such sweep, or you may not see it.");
        rc = policy_require(call, project, ACT_LOG, err);
        if (!rc)
                rc = refuse_end(in->state, err);
        if (rc)
                return rc;
        if (!str_is_null(in->display_name))
                s->display_name = in->display_name;
        if (!str_is_null(in->description))
                s->description = in->description;
        if (!str_is_null(in->config)) {
                if (s->next_point > 0 && !str_eq(in->config, s->config))
                        return err_set(err, RC_CONFLICT, "The sweep has begun: start a new one to change its parameters.");
                s->config = in->config;
                s->grid = job->grid.json;
                s->point_count = job->grid.points;
        }
        s->updated_us = clock_now_us();
        job->sweep = s;
        return store_sweep_update(call->conn, s, err);
}

static enum rc sweep_write(struct call *call, void *payload, struct err *err)
{
        struct sweep_job *job = payload;
        const struct sweep_input *in = job->in;
        struct sweep *s = arena_new(call->arena, struct sweep);
        struct project *project = NULL;
        enum rc rc;

        if (in->id != 0)
                return update_sweep(call, job, err);
        rc = project_ensure(call, in->entity_name, in->project_name, &project, err);
        if (rc)
                return rc;
        *s = (struct sweep){ .project_id = project->id, .name = run_invent_id(call->arena),
                             .display_name = in->display_name, .description = in->description, .config = in->config,
                             .grid = job->grid.json, .point_count = job->grid.points,
                             .created_by = call->who->account_id, .created_us = clock_now_us() };
        s->updated_us = s->created_us;
        rc = store_sweep_insert(call->conn, s, err);
        if (rc)
                return rc;
        job->sweep = s;
        return event_note(call, &(struct event_row){ .action = STR("sweep_created"), .org_id = project->org_id,
                                                     .entity_id = project->entity_id, .project_id = project->id,
                                                     .detail = event_detail(call, "sweep", s->name, NULL, STR_NULL) },
                          err);
}

enum rc sweep_upsert(struct call *call, const struct sweep_input *in, struct sweep **ret, struct err *err)
{
        struct sweep_job job = { .in = in };
        enum rc rc = RC_OK;

        if (in->id == 0 && str_is_empty(in->config))
                return err_set(err, RC_INVALID, "A new sweep needs a config: send method and parameters.");
        if (!str_is_null(in->config))
                rc = sweep_grid_read(call->arena, in->config, &job.grid, err);
        if (!rc)
                rc = domain_write(call, sweep_write, &job, err);
        if (rc)
                return rc;
        *ret = job.sweep;
        return RC_OK;
}

/* ---- agents ---- */

struct agent_job {
        struct str entity, project, sweep, host;
        int64_t id;
        bool busy;                    /* works on something */
        struct str run_name;          /* for the next point, made up beforehand */
        struct sweep_agent *agent;
        struct str commands;
};

static enum rc agent_write(struct call *call, void *payload, struct err *err)
{
        struct agent_job *job = payload;
        struct sweep_agent *agent = arena_new(call->arena, struct sweep_agent);
        struct project *project = NULL;
        struct sweep *sweep = NULL;
        enum rc rc = project_require(call, job->entity, job->project, ACT_LOG, &project, err);

        if (!rc)
                rc = store_sweep_by_name(call->conn, call->arena, project->id, job->sweep, &sweep, err);
        if (rc)
                return rc;
        if (!sweep)
                return err_not_found(err, "sweep", job->sweep);
        *agent = (struct sweep_agent){ .sweep_id = sweep->id, .host = job->host.ptr ? job->host : STR(""), .point = -1,
                                       .created_by = call->who->account_id, .created_us = clock_now_us() };
        job->agent = agent;
        return store_sweep_agent_insert(call->conn, agent, err);
}

enum rc sweep_agent_create(struct call *call, struct str entity, struct str project, struct str sweep, struct str host,
                           struct sweep_agent **ret, struct err *err)
{
        struct agent_job job = { .entity = entity, .project = project, .sweep = sweep, .host = str_slice(host, 0, 1024) };
        enum rc rc = domain_write(call, agent_write, &job, err);

        if (rc)
                return rc;
        *ret = job.agent;
        return RC_OK;
}

static enum rc run_command(struct call *call, const struct sweep *sweep, const struct sweep_agent *agent,
                           struct str *ret, struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct str args = STR_NULL;
        struct json_writer w;
        enum rc rc = sweep_grid_point(call->arena, sweep->grid, sweep->name, agent->point, &args, err);

        if (rc)
                return rc;
        json_writer_init(&w, &buf);
        json_begin_array(&w);
        json_begin_object(&w);
        json_key_string(&w, "type", STR("run"));
        json_key_string(&w, "run_id", agent->run_name);
        json_key(&w, STR("args"));
        json_raw(&w, args);
        json_end_object(&w);
        json_end_array(&w);
        *ret = arena_str(call->arena, buf_str(&buf));
        return RC_OK;
}

/* Was the last answer perhaps lost on its way? */
static enum rc should_repeat(struct call *call, const struct sweep *sweep, const struct sweep_agent *agent,
                             int64_t now_us, bool *ret, struct err *err)
{
        int64_t run_id = 0;
        enum rc rc;

        *ret = false;
        if (agent->point < 0 || now_us - agent->given_us > REPEAT_US)
                return RC_OK;
        rc = store_run_id(call->conn, sweep->project_id, agent->run_name, &run_id, err);
        *ret = run_id == 0;
        return rc;
}

static enum rc next_command(struct call *call, struct agent_job *job, struct sweep *sweep, struct err *err)
{
        struct sweep_agent *agent = job->agent;
        int64_t now_us = clock_now_us();
        bool repeat = false;
        enum rc rc = should_repeat(call, sweep, agent, now_us, &repeat, err);

        if (rc)
                return rc;
        if (!repeat && sweep->next_point >= sweep->point_count) {
                job->commands = STR("[{\"type\": \"exit\"}]");
                return RC_OK;
        }
        if (!repeat) {
                agent->point = sweep->next_point++;
                agent->run_name = job->run_name;
                agent->given_us = sweep->updated_us = now_us;
                rc = store_sweep_update(call->conn, sweep, err);
                if (rc)
                        return rc;
        }
        return run_command(call, sweep, agent, &job->commands, err);
}

static enum rc heartbeat_write(struct call *call, void *payload, struct err *err)
{
        struct agent_job *job = payload;
        struct project *project = NULL;
        struct sweep *sweep = NULL;
        enum rc rc = store_sweep_agent_by_id(call->conn, call->arena, job->id, &job->agent, err);

        if (!rc && job->agent)
                rc = store_sweep_by_id(call->conn, call->arena, job->agent->sweep_id, &sweep, err);
        if (!rc && sweep)
                rc = project_see(call, sweep->project_id, &project, err);
        if (rc)
                return rc;
        if (!project)
                return err_set(err, RC_NOT_FOUND, "There is no such agent, or its sweep is gone.");
        rc = policy_require(call, project, ACT_LOG, err);
        if (rc)
                return rc;
        job->commands = STR("[]");
        if (!job->busy)
                rc = next_command(call, job, sweep, err);
        if (rc)
                return rc;
        job->agent->heartbeat_us = clock_now_us();
        return store_sweep_agent_update(call->conn, job->agent, err);
}

enum rc sweep_heartbeat(struct call *call, int64_t agent_id, struct str run_state, struct sweep_agent **ret,
                        struct str *ret_commands, struct err *err)
{
        struct agent_job job = { .id = agent_id, .run_name = run_invent_id(call->arena) };
        struct json *state = NULL;
        enum rc rc;

        if (!str_is_empty(run_state)) {
                rc = json_parse(call->arena, run_state, NULL, &state, err);
                if (rc)
                        return err_prefix(err, rc, "The agent's run state cannot be read");
                job.busy = state->first != NULL;
        }
        rc = domain_write(call, heartbeat_write, &job, err);
        if (rc)
                return rc;
        *ret = job.agent;
        *ret_commands = job.commands;
        return RC_OK;
}
