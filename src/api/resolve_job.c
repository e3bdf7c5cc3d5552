/*
 * api/resolve_job.c - jobs: deleting by a filter, giving bytes back, how far they are.
 * Parents: Job and JobPayload: struct job *; DeleteArtifactVersionsPayload: struct payload *
 * with the job as its object.
 */
#include "api/resolve.h"
#include "domain/bulk.h"
#include "domain/job.h"
#include "json/json.h"

#define LIST_MAX 500

FIELD(Query, job)
{
        struct job *job = NULL;
        int64_t id = 0;
        enum rc rc = arg_id(field, "id", MODEL_JOB, &id, err);

        if (!rc)
                rc = job_see(call_of(field), id, &job, err);
        if (!rc)
                gql_out_object(out, "Job", job);
        return rc;
}

FIELD(Query, jobs)
{
        int64_t first = gql_int(gql_arg(field, "first"), 20), before = 0;
        struct job_list list = { NULL, 0 };
        enum rc rc = RC_OK;

        if (first < 0 || first > LIST_MAX)
                return err_set(err, RC_INVALID, "'first' must be from 0 to %d.", LIST_MAX);
        if (!gql_is_null(gql_arg(field, "before")))
                rc = arg_id(field, "before", MODEL_JOB, &before, err);
        if (!rc)
                rc = job_list(call_of(field), before, (size_t)first, &list, err);
        if (rc)
                return rc;
        gql_out_list(out, list.count);
        for (size_t i = 0; i < list.count; i++)
                gql_out_object(gql_out_item(out, i), "Job", &list.items[i]);
        return RC_OK;
}

FIELD(Mutation, cancelJob)
{
        struct job *job = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), "id", MODEL_JOB, &id, err);

        if (!rc)
                rc = job_cancel(call_of(field), id, &job, err);
        if (!rc)
                gql_out_object(out, "JobPayload", job);
        return rc;
}

FIELD(Mutation, reclaimStorage)
{
        struct job *job = NULL;
        enum rc rc = job_ask(call_of(field), JOB_RECLAIM, gql_bool(gql_member(arg_input(field), "dryRun"), false), &job,
                             err);

        if (!rc)
                gql_out_object(out, "JobPayload", job);
        return rc;
}

FIELD(Mutation, deleteArtifactVersions)
{
        const struct gql_value *in = arg_input(field);
        const struct bulk_input input = {
                .entity_name = gql_text(gql_member(in, "entityName")),
                .project_name = gql_text(gql_member(in, "projectName")),
                .collection_name = gql_text(gql_member(in, "collectionName")),
                .project_filters = gql_text(gql_member(in, "projectFilters")),
                .collection_filters = gql_text(gql_member(in, "collectionFilters")),
                .version_filters = gql_text(gql_member(in, "filters")),
                .delete_aliases = gql_bool(gql_member(in, "deleteAliases"), false),
                .dry_run = gql_bool(gql_member(in, "dryRun"), false),
        };
        struct payload *payload = payload_new(field);
        struct job *job = NULL;
        enum rc rc = bulk_delete_ask(call_of(field), &input, &job, err);

        if (rc)
                return rc;
        payload->object = job;
        gql_out_object(out, "DeleteArtifactVersionsPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(DeleteArtifactVersionsPayload, job, payload, object, "Job")
FIELD_STR(DeleteArtifactVersionsPayload, clientMutationId, payload, client_mutation_id)
FIELD_SELF(JobPayload, job, "Job")

FIELD(DeleteArtifactVersionsPayload, count)
{
        gql_out_int(out, ((const struct job *)((const struct payload *)parent)->object)->total);
        return RC_OK;
}

FIELD_ID(Job, id, MODEL_JOB, job, id)
FIELD_INT(Job, done, job, done)
FIELD_INT(Job, total, job, total)
FIELD_TIME(Job, createdAt, job, created_us)
FIELD_TIME(Job, updatedAt, job, updated_us)

FIELD(Job, kind)
{
        static const struct str names[JOB_KIND__COUNT] = {
                [JOB_RECLAIM] = { "RECLAIM", 7 },
                [JOB_DELETE_VERSIONS] = { "DELETE_VERSIONS", 15 },
                [JOB_SETTLE_PLACES] = { "SETTLE_PLACES", 13 },
                [JOB_COUNT_STORAGE] = { "COUNT_STORAGE", 13 },
        };
        unsigned kind = ((const struct job *)parent)->kind;

        if (kind >= JOB_KIND__COUNT)
                return err_set(err, RC_INTERNAL, "a job of an unknown kind");
        gql_out_str(out, names[kind]);
        return RC_OK;
}

FIELD(Job, state)
{
        static const char *const names[] = { "WAITING", "RUNNING", "DONE", "FAILED", "CANCELED" };

        gql_out_str(out, str_from(names[((const struct job *)parent)->state]));
        return RC_OK;
}

FIELD(Job, message)
{
        const struct job *job = parent;
        struct bulk_counts counts;
        enum rc rc;

        gql_out_str(out, job->error);
        if (!str_is_null(job->error) || job->kind != JOB_DELETE_VERSIONS)
                return RC_OK;
        rc = bulk_counts_read(gql_arena(field), job, &counts, err);
        if (!rc)
                gql_out_str(out, bulk_counts_say(gql_arena(field), job, &counts));
        return rc;
}

FIELD(Job, result)
{
        if (!str_is_null(((const struct job *)parent)->result))
                gql_out_json(out, ((const struct job *)parent)->result);
        return RC_OK;
}

FIELD(Job, dryRun)
{
        gql_out_bool(out, str_contains(((const struct job *)parent)->input, STR("\"dryRun\":true")));
        return RC_OK;
}

FIELD(Job, user)
{
        return out_user(field, out, ((const struct job *)parent)->account_id, err);
}
