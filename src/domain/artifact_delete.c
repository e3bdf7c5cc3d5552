/*
 * domain/artifact_delete.c - the end of single versions: deleted by somebody, or because their
 * time to live has passed; see artifact.h. Many at once: bulk.h. What comes after: reclaim.h.
 */
#include "base/clock.h"
#include "domain/artifact.h"
#include "domain/event.h"
#include "domain/places.h"
#include "domain/protect.h"
#include "store/reclaim.h"

/* ---- delete ---- */

struct delete_job {
        int64_t id;
        bool delete_aliases;
        struct artifact *artifact;
};

enum rc version_remove(struct call *call, struct artifact *a, const struct project *project, struct str action,
                       struct err *err)
{
        int64_t now = clock_now_us();
        enum rc rc = places_remove(call, a, now, err);

        if (!rc)
                rc = store_artifact_delete(call->conn, a->id, now, err);
        if (rc)
                return rc;
        a->state = ARTIFACT_DELETED;
        return event_note(call, &(struct event_row){ .action = action,
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = a->sequence_id,
                                                     .artifact_id = a->id,
                                                     .has_version = a->version >= 0,
                                                     .version = a->version },
                          err);
}

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        struct delete_job *job = payload;
        struct artifact *a = NULL;
        struct project *project = NULL;
        struct alias_list aliases = { NULL, 0 };
        enum rc rc = artifact_see(call, job->id, &a, err);

        if (rc)
                return rc;
        if (!a || a->state == ARTIFACT_DELETED)
                return err_set(err, RC_NOT_FOUND, "There is no such artifact, or you may not see it.");
        rc = artifact_require_writer(call, a, &project, err);
        if (!rc)
                rc = policy_require(call, project, ACT_DELETE_VERSION, err);
        if (!rc)
                rc = protect_check_artifact(call, a->id, err);
        if (!rc && a->version >= 0)
                rc = store_alias_of_version(call->conn, call->arena, a->sequence_id, a->version, &aliases, err);
        if (rc)
                return rc;
        if (aliases.count && !job->delete_aliases)
                return err_set(err, RC_CONFLICT,
                               "The version has the alias '%.*s': remove its aliases first, or delete it together "
                               "with them (delete_aliases=True).",
                               STR_ARG(aliases.items[0].alias));
        rc = version_remove(call, a, project, STR("version_deleted"), err);
        job->artifact = a;
        return rc;
}

enum rc artifact_delete(struct call *call, int64_t id, bool delete_aliases, struct artifact **ret, struct err *err)
{
        struct delete_job job = { .id = id, .delete_aliases = delete_aliases };
        enum rc rc = domain_write(call, delete_write, &job, err);

        if (rc)
                return rc;
        *ret = job.artifact;
        return RC_OK;
}

/* ---- expire ---- */

enum rc artifact_expire(struct call *call, int64_t now_us, size_t limit, size_t *ret_count, struct err *err)
{
        int64_t *ids = arena_array(call->arena, int64_t, limit);
        enum rc rc = store_expired_versions(call->conn, now_us, ids, limit, ret_count, err);

        for (size_t i = 0; !rc && i < *ret_count; i++) {
                struct artifact *a = NULL;
                struct project *project = NULL;

                rc = store_artifact_by_id(call->conn, call->arena, ids[i], &a, err);
                if (!rc && a)
                        rc = store_project_by_id(call->conn, call->arena, a->project_id, &project, err);
                if (rc || !a)
                        continue;
                if (project)
                        rc = version_remove(call, a, project, STR("version_expired"), err);
                else   /* the project was deleted: nobody sees it, and nobody is told */
                        rc = store_artifact_delete(call->conn, a->id, now_us, err);
        }
        return rc;
}
