/*
 * api/resolve_storage.c - how much is stored where, and what deletions give back. Parents: StorageFigure struct
 * storage_figure *, FreedBytes struct freed *.
 */
#include "api/artifact_node.h"
#include "domain/freed.h"
#include "domain/job.h"
#include "domain/storage.h"

FIELD(Query, storage)
{
        struct storage_figure *figure = NULL;
        enum rc rc = storage_of_all(call_of(field), &figure, err);

        if (!rc)
                gql_out_object(out, "StorageFigure", figure);
        return rc;
}

FIELD(Project, storage)
{
        struct storage_figure *figure = NULL;
        enum rc rc = storage_of_project(call_of(field), parent, &figure, err);

        if (!rc)
                gql_out_object(out, "StorageFigure", figure);
        return rc;
}

static enum rc out_collection_storage(struct gql_field *field, const struct collection_node *node, struct gql_out *out,
                                      struct err *err)
{
        struct storage_figure *figure = NULL;
        enum rc rc = storage_of_collection(call_of(field), node->row, &figure, err);

        if (!rc)
                gql_out_object(out, "StorageFigure", figure);
        return rc;
}

FIELD(ArtifactSequence, storage)
{
        return out_collection_storage(field, parent, out, err);
}

FIELD(ArtifactPortfolio, storage)
{
        return out_collection_storage(field, parent, out, err);
}

FIELD(Artifact, freedByDeletion)
{
        const struct version *v = parent;
        struct freed *freed = NULL;
        enum rc rc = freed_by_deletion(call_of(field), v->artifact, &freed_bounds_usual, &freed, err);

        if (!rc)
                gql_out_object(out, "FreedBytes", freed);
        return rc;
}

FIELD(Query, freedByDeletion)
{
        const struct gql_value *list = gql_arg(field, "artifactIDs");
        const struct artifact **artifacts;
        struct freed *freed = NULL;
        size_t count = 0;
        enum rc rc;

        if (list->count > FREED_MAX)
                return err_set(err, RC_INVALID, "'artifactIDs' must name at most %d versions: send fewer.", FREED_MAX);
        artifacts = arena_array(gql_arena(field), const struct artifact *, list->count + 1);
        for (const struct gql_value *v = list->count ? list->first : NULL; v; v = v->next) {
                struct artifact *a = NULL;
                int64_t id = 0;

                rc = text_id(field, gql_text(v), MODEL_ARTIFACT, &id, err);
                if (!rc)
                        rc = artifact_see(call_of(field), id, &a, err);
                if (rc)
                        return rc;
                if (a)
                        artifacts[count++] = a;
        }
        rc = freed_by_deletions(call_of(field), artifacts, count, &freed_bounds_usual, &freed, err);
        if (!rc)
                gql_out_object(out, "FreedBytes", freed);
        return rc;
}

FIELD_INT(FreedBytes, atLeastBytes, freed, at_least_bytes)
FIELD_INT(FreedBytes, atMostBytes, freed, at_most_bytes)
FIELD_INT(FreedBytes, restorableSeconds, freed, restore_s)

FIELD(Mutation, countStorage)
{
        struct job *job = NULL;
        enum rc rc = job_ask(call_of(field), JOB_COUNT_STORAGE, false, &job, err);

        if (!rc)
                gql_out_object(out, "JobPayload", job);
        return rc;
}

FIELD_INT(StorageFigure, versions, storage_figure, versions)
FIELD_INT(StorageFigure, files, storage_figure, files)
FIELD_INT(StorageFigure, logicalBytes, storage_figure, logical_bytes)
FIELD_INT(StorageFigure, uniqueBytes, storage_figure, unique_bytes)
FIELD_BOOL(StorageFigure, isEstimated, storage_figure, estimated)
FIELD_TIME(StorageFigure, countedAt, storage_figure, counted_us)
