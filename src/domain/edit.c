/*
 * domain/edit.c - using and editing versions; see artifact.h.
 */
#include "base/clock.h"
#include "domain/artifact.h"
#include "domain/event.h"
#include "domain/ttl.h"
#include "store/run.h"

enum rc tags_put(struct call *call, int64_t artifact_id, const struct str *tags, size_t count, struct err *err)
{
        int64_t tag_id = 0;
        enum rc rc = RC_OK;

        if (count > MODEL_TAGS_MAX)
                return err_set(err, RC_INVALID, "At most %d tags can be given in one call.", MODEL_TAGS_MAX);
        for (size_t i = 0; !rc && i < count; i++) {
                rc = model_check_tag(tags[i], err);
                if (!rc)
                        rc = store_tag_ensure(call->conn, tags[i], &tag_id, err);
                if (!rc)
                        rc = store_artifact_tag_add(call->conn, artifact_id, tag_id, err);
        }
        return rc;
}

/* What was deleted is not used or changed until it has been restored. */
static enum rc see_undeleted(struct call *call, int64_t id, struct artifact **ret, struct err *err)
{
        enum rc rc = artifact_see(call, id, ret, err);

        if (rc)
                return rc;
        if (!*ret || (*ret)->state == ARTIFACT_DELETED)
                return err_set(err, RC_NOT_FOUND, "There is no such artifact, or you may not see it.");
        return RC_OK;
}

/* ---- use ---- */

struct use_job {
        const struct use_input *in;
        struct artifact *artifact;
};

/* Is the caller allowed to use it by the path given, or, without one, by any path? */
static enum rc require_use(struct call *call, const struct use_input *in, const struct artifact *a,
                           int64_t *ret_collection, struct err *err)
{
        struct project *through = NULL;
        bool may = false;
        enum rc rc;

        *ret_collection = 0;
        if (str_is_empty(in->through_project)) {
                rc = policy_may_artifact(call, a, ACT_USE, &may, err);
                if (rc)
                        return rc;
                if (!may)
                        return err_set(err, RC_DENIED,
                                       "You may not use this version: ask an admin of its registry or project for "
                                       "the role viewer.");
                return RC_OK;
        }
        rc = project_require(call, in->through_entity, in->through_project, ACT_USE, &through, err);
        if (!rc)
                rc = store_membership_in_project(call->conn, a->id, through->id, ret_collection, err);
        if (rc)
                return rc;
        if (!*ret_collection)
                return err_set(err, RC_NOT_FOUND, "The version is not in '%.*s'.", STR_ARG(through->name));
        return RC_OK;
}

static enum rc use_write(struct call *call, void *payload, struct err *err)
{
        struct use_job *job = payload;
        const struct use_input *in = job->in;
        struct project *project = NULL;
        int64_t run_id = 0, collection_id = 0;
        enum rc rc = see_undeleted(call, in->artifact_id, &job->artifact, err);

        if (rc)
                return rc;
        rc = require_use(call, in, job->artifact, &collection_id, err);
        if (!rc)
                rc = project_require(call, in->entity_name, in->project_name, ACT_LOG, &project, err);
        if (!rc)
                rc = store_run_id(call->conn, project->id, in->run_name, &run_id, err);
        if (rc)
                return rc;
        if (!run_id)
                return err_not_found(err, "run", in->run_name);
        rc = store_run_input_add(call->conn, run_id, job->artifact->id, collection_id, clock_now_us(), err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("version_used"),
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = collection_id,
                                                     .artifact_id = job->artifact->id,
                                                     .run_id = run_id },
                          err);
}

enum rc artifact_use(struct call *call, const struct use_input *in, struct artifact **ret, struct err *err)
{
        struct use_job job = { .in = in };
        enum rc rc = domain_write(call, use_write, &job, err);

        if (rc)
                return rc;
        *ret = job.artifact;
        return RC_OK;
}

/* ---- edit ---- */

struct edit_job {
        const struct artifact_edit *edit;
        struct artifact *artifact;
};

static enum rc apply_ttl(struct call *call, const struct project *project, struct artifact *a, int64_t ttl_s,
                         struct err *err)
{
        struct id_list places;
        enum rc rc;

        if (ttl_s == TTL_UNSET || ttl_s == a->ttl_s)
                return RC_OK;
        rc = ttl_check(call, project, a->type_name, ttl_s, false, err);
        if (rc)
                return rc;
        rc = store_projects_with(call->conn, call->arena, a->id, 2, &places, err);
        if (rc)
                return rc;
        if (ttl_s > 0 && places.count > 1)
                return err_set(err, RC_CONFLICT,
                               "A version that is linked into a registry has no time to live: unlink it first.");
        a->ttl_s = ttl_s;
        return RC_OK;
}

static enum rc edit_write(struct call *call, void *payload, struct err *err)
{
        struct edit_job *job = payload;
        const struct artifact_edit *e = job->edit;
        struct artifact *a = NULL;
        struct project *project = NULL;
        enum rc rc = see_undeleted(call, e->artifact_id, &a, err);

        if (rc)
                return rc;
        rc = store_project_by_id(call->conn, call->arena, a->project_id, &project, err);
        if (!rc && !project)
                rc = err_set(err, RC_NOT_FOUND, "The artifact's project was deleted.");
        if (!rc)
                rc = policy_require(call, project, ACT_EDIT_VERSION, err);
        if (rc)
                return rc;
        if (e->description.ptr)
                a->description = e->description;
        if (e->metadata.ptr)
                a->metadata = e->metadata;
        a->updated_us = clock_now_us();
        rc = apply_ttl(call, project, a, e->ttl_s, err);
        if (!rc)
                rc = store_artifact_update(call->conn, a, err);
        if (!rc)
                rc = tags_put(call, a->id, e->tags_add, e->tags_add_count, err);
        for (size_t i = 0; !rc && i < e->tags_remove_count; i++)
                rc = store_artifact_tag_remove(call->conn, a->id, e->tags_remove[i], err);
        job->artifact = a;
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("version_edited"),
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = a->sequence_id,
                                                     .artifact_id = a->id },
                          err);
}

enum rc artifact_edit(struct call *call, const struct artifact_edit *edit, struct artifact **ret, struct err *err)
{
        struct edit_job job = { .edit = edit };
        struct json *metadata = NULL;
        enum rc rc = model_check_description(edit->description, err);

        if (!rc && edit->metadata.ptr)
                rc = model_check_metadata(call->arena, edit->metadata, &metadata, err);
        if (!rc)
                rc = domain_write(call, edit_write, &job, err);
        if (rc)
                return rc;
        *ret = job.artifact;
        return RC_OK;
}
