/*
 * api/resolve_sweep.c - sweeps: what agents need, and reading them back. Parents: see run_node.h.
 */
#include "api/run_node.h"

#include "domain/sweep.h"

CONNECTION_EDGES(SweepConnection, SweepEdge)
CONNECTION_PAGE_INFO(SweepConnection)
EDGE_NODE(SweepEdge)
EDGE_CURSOR(SweepEdge)

FIELD_ID(Sweep, id, MODEL_SWEEP, sweep, id)
FIELD_STR(Sweep, name, sweep, name)
FIELD_STR(Sweep, displayName, sweep, display_name)
FIELD_STR(Sweep, description, sweep, description)
FIELD_STR(Sweep, config, sweep, config)
FIELD_TIME(Sweep, createdAt, sweep, created_us)
FIELD_TIME(Sweep, updatedAt, sweep, updated_us)
FIELD_NULL(Sweep, bestLoss)
FIELD_ID(Agent, id, MODEL_AGENT, sweep_agent, id)

FIELD(Sweep, project)
{
        struct project *project = NULL;
        enum rc rc = project_see(call_of(field), ((struct sweep *)parent)->project_id, &project, err);

        if (!rc)
                gql_out_object(out, "Project", project);
        return rc;
}

FIELD(Sweep, method)
{
        gql_out_str(out, sweep_is_random(gql_arena(field), parent) ? STR("random") : STR("grid"));
        return RC_OK;
}

FIELD(Sweep, state)
{
        const struct sweep *sweep = parent;
        int64_t running = 0;
        enum rc rc = RC_OK;

        if (sweep->next_point >= sweep->point_count)
                rc = sweep_run_count(call_of(field), sweep, true, &running, err);
        if (rc)
                return rc;
        gql_out_str(out, sweep->next_point < sweep->point_count || running > 0 ? STR("RUNNING") : STR("FINISHED"));
        return RC_OK;
}

FIELD(Sweep, runCount)
{
        int64_t count = 0;
        enum rc rc = sweep_run_count(call_of(field), parent, false, &count, err);

        if (!rc)
                gql_out_int(out, count);
        return rc;
}

FIELD(Sweep, runCountExpected)
{
        int64_t expected = sweep_expected(gql_arena(field), parent);

        if (expected >= 0)
                gql_out_int(out, expected);
        return RC_OK;
}

/* ---- sweeps of a project ---- */

FIELD(Project, sweep)
{
        struct sweep *sweep = NULL;
        enum rc rc = sweep_find(call_of(field), parent, gql_arg_str(field, "sweepName"), &sweep, err);

        if (!rc)
                gql_out_object(out, "Sweep", sweep);
        return rc;
}

FIELD(Project, sweeps)
{
        struct sweep_page sweeps = { 0 };
        struct connection *page;
        struct str after;
        int64_t after_id = 0;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &after_id, err);
        if (!rc)
                rc = sweep_list(call_of(field), parent, after_id, first, &sweeps, err);
        if (rc)
                return rc;
        page = connection_new(field, sweeps.count);
        page->has_next = sweeps.has_next;
        for (size_t i = 0; i < sweeps.count; i++)
                connection_add(page, "Sweep", &sweeps.items[i], cursor_make(field, sweeps.items[i].id));
        gql_out_object(out, "SweepConnection", page);
        return RC_OK;
}

FIELD(Project, totalSweeps)
{
        int64_t count = 0;
        enum rc rc = sweep_count(call_of(field), parent, &count, err);

        if (!rc)
                gql_out_int(out, count);
        return rc;
}

/* ---- what agents do ---- */

/* Clients send the text "null" for what they do not mean. */
static enum rc refuse_launch(const struct gql_value *in, struct err *err)
{
        static const char *const members[] = { "controller", "scheduler", "launchScheduler", "templateVariableValues" };

        for (size_t i = 0; i < ARRAY_LEN(members); i++) {
                struct str text = str_trim(gql_member_str(in, members[i]));

                if (!str_is_empty(text) && !str_eq_c(text, "null") && !str_eq_c(text, "{}"))
                        return err_set(err, RC_INVALID,
                                       "This server does not launch runs by itself: leave '%s' out and start agents.",
                                       members[i]);
        }
        return RC_OK;
}

FIELD(Mutation, upsertSweep)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct sweep_input input = { .entity_name = gql_member_str(in, "entityName"),
                                     .project_name = gql_member_str(in, "projectName"),
                                     .config = gql_member_str(in, "config"),
                                     .display_name = gql_member_str(in, "displayName"),
                                     .description = gql_member_str(in, "description"),
                                     .state = gql_member_str(in, "state") };
        struct sweep *sweep = NULL;
        enum rc rc = refuse_launch(in, err);

        if (!rc && !str_is_empty(gql_member_str(in, "id")))
                rc = member_id(field, in, "id", MODEL_SWEEP, &input.id, err);
        if (!rc)
                rc = sweep_upsert(call_of(field), &input, &sweep, err);
        if (rc)
                return rc;
        payload->object = sweep;
        gql_out_object(out, "UpsertSweepPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(UpsertSweepPayload, sweep, payload, object, "Sweep")

FIELD(UpsertSweepPayload, configValidationWarnings)
{
        gql_out_list(out, 0);
        return RC_OK;
}

FIELD(Mutation, createAgent)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct sweep_agent *agent = NULL;
        enum rc rc = sweep_agent_create(call_of(field), gql_member_str(in, "entityName"),
                                        gql_member_str(in, "projectName"), gql_member_str(in, "sweep"),
                                        gql_member_str(in, "host"), &agent, err);

        if (rc)
                return rc;
        payload->object = agent;
        gql_out_object(out, "CreateAgentPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(CreateAgentPayload, agent, payload, object, "Agent")

struct heartbeat {
        struct sweep_agent *agent;
        struct str commands;
};

FIELD(Mutation, agentHeartbeat)
{
        const struct gql_value *in = arg_input(field);
        struct heartbeat *beat = arena_new(gql_arena(field), struct heartbeat);
        int64_t id = 0;
        enum rc rc = member_id(field, in, "id", MODEL_AGENT, &id, err);

        if (!rc)
                rc = sweep_heartbeat(call_of(field), id, gql_member_str(in, "runState"), &beat->agent, &beat->commands, err);
        if (rc)
                return rc;
        gql_out_object(out, "AgentHeartbeatPayload", beat);
        return RC_OK;
}

FIELD_OBJECT(AgentHeartbeatPayload, agent, heartbeat, agent, "Agent")
FIELD_STR(AgentHeartbeatPayload, commands, heartbeat, commands)
