/*
 * api/resolve_run_edit.c - the mutations that make and change runs. Parents: see run_node.h.
 */
#include "api/run_node.h"

struct run_names read_run_names(const struct gql_value *input)
{
        return (struct run_names){ .entity = gql_member_str(input, "entityName"),
                                   .project = gql_member_str(input, "projectName"),
                                   .run = gql_member_str(input, "runName") };
}

/* null means "as it was", for every member. */
static enum rc read_input(struct gql_field *field, struct run_input *ret, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        const struct gql_value *tags = gql_member(in, "tags");

        *ret = (struct run_input){
                .entity_name = gql_member_str(in, "entityName"),
                .project_name = gql_member_str(in, "modelName"),
                .name = gql_member_str(in, "name"),
                .state = gql_member_str(in, "state"),
                .has_tags = !gql_is_null(tags),
                .config = gql_member_str(in, "config"),
                .summary = gql_member_str(in, "summaryMetrics"),
                .text = {
                        .display_name = gql_member_str(in, "displayName"),
                        .description = gql_member_str(in, "description"),
                        .notes = gql_member_str(in, "notes"),
                        .group_name = gql_member_str(in, "groupName"),
                        .job_type = gql_member_str(in, "jobType"),
                        .commit_hash = gql_member_str(in, "commit"),
                        .repo = gql_member_str(in, "jobRepo"),
                        .program = gql_member_str(in, "jobProgram"),
                        .host = gql_member_str(in, "host"),
                        .sweep_name = gql_member_str(in, "sweep"),
                },
        };
        ret->tags = read_texts(field, tags, &ret->tag_count);
        if (str_is_empty(gql_member_str(in, "id")))
                return RC_OK;
        return member_id(field, in, "id", MODEL_RUN, &ret->id, err);
}

FIELD(Mutation, upsertBucket)
{
        struct payload *payload = payload_new(field);
        struct run_input in;
        struct run *run = NULL;
        enum rc rc = read_input(field, &in, err);

        if (!rc)
                rc = run_upsert(call_of(field), &in, &run, &payload->inserted, err);
        if (rc)
                return rc;
        payload->object = run;
        gql_out_object(out, "UpsertBucketPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(UpsertBucketPayload, bucket, payload, object, "Run")
FIELD_BOOL(UpsertBucketPayload, inserted, payload, inserted)
FIELD_OBJECT(UpsertBucketPayload, serverSettings, payload, object, "ServerSettings")

/* Nothing to say when a run starts; the list must be there for older clients. */
FIELD(ServerSettings, serverMessages)
{
        gql_out_list(out, 0);
        return RC_OK;
}

FIELD_NULL(ServerMessage, utfText)
FIELD_NULL(ServerMessage, plainText)
FIELD_NULL(ServerMessage, htmlText)
FIELD_NULL(ServerMessage, messageType)
FIELD_NULL(ServerMessage, messageLevel)

FIELD(Mutation, rewindRun)
{
        const struct gql_value *in = arg_input(field);
        struct run_names names = read_run_names(in);
        struct payload *payload = payload_new(field);
        struct run *run = NULL;
        enum rc rc = run_rewind(call_of(field), names.entity, names.project, names.run, gql_member_str(in, "metricName"),
                                gql_float(gql_member(in, "metricValue"), -1), &run, err);

        if (rc)
                return rc;
        payload->object = run;
        gql_out_object(out, "RewindRunPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(RewindRunPayload, rewoundRun, payload, object, "Run")

FIELD(Mutation, updateRunState)
{
        const struct gql_value *in = arg_input(field);
        int64_t id;
        enum rc rc = member_id(field, in, "id", MODEL_RUN, &id, err);

        if (!rc)
                rc = run_set_state(call_of(field), id, gql_member_str(in, "state"), err);
        return rc ? rc : out_success(field, out);
}

FIELD(Mutation, stopRun)
{
        int64_t id;
        enum rc rc = member_id(field, arg_input(field), "id", MODEL_RUN, &id, err);

        if (!rc)
                rc = run_stop(call_of(field), id, err);
        return rc ? rc : out_success(field, out);
}

FIELD(Mutation, deleteRun)
{
        const struct gql_value *in = arg_input(field);
        int64_t id;
        enum rc rc = member_id(field, in, "id", MODEL_RUN, &id, err);

        if (!rc)
                rc = run_delete(call_of(field), id, gql_bool(gql_member(in, "deleteArtifacts"), false), err);
        if (rc)
                return rc;
        gql_out_object(out, "DeleteRunPayload", payload_new(field));
        return RC_OK;
}

FIELD_STR(DeleteRunPayload, clientMutationId, payload, client_mutation_id)

FIELD(Mutation, notifyScriptableRunAlert)
{
        const struct gql_value *in = arg_input(field);
        struct run_names names = read_run_names(in);
        struct run_alert alert = { .entity_name = names.entity, .project_name = names.project, .run_name = names.run,
                                   .title = gql_member_str(in, "title"), .text = gql_member_str(in, "text"),
                                   .severity = gql_member_str(in, "severity"),
                                   .wait_ms = gql_int(gql_member(in, "waitDuration"), 0) };
        enum rc rc = run_alert(call_of(field), &alert, err);

        return rc ? rc : out_success(field, out);
}
