/*
 * domain/restore.c - see restore.h.
 */
#include "domain/restore.h"

#include "base/clock.h"
#include "domain/event.h"
#include "domain/places.h"
#include "domain/policy_people.h"
#include "domain/protect.h"
#include "domain/reclaim.h"
#include "store/setting.h"

#define SECOND_US INT64_C(1000000)

/* ---- the window ---- */

static const struct str window_name = { "restore_seconds", 15 };

enum rc restore_window_get(struct db_conn *conn, struct arena *arena, int64_t *ret_s, struct err *err)
{
        struct str text = STR_NULL;
        enum rc rc = store_setting_get(conn, arena, window_name, &text, err);

        if (rc)
                return rc;
        if (str_is_null(text) || !str_to_i64(text, ret_s))
                *ret_s = (int64_t)RESTORE_DAYS_STANDARD * 86400;
        if (*ret_s < RECLAIM_GRACE_MIN_S)
                *ret_s = RECLAIM_GRACE_MIN_S;
        return RC_OK;
}

enum rc restore_window_set(struct db_conn *conn, int64_t window_s, struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };

        arena_init(&arena, 0);
        return store_setting_set(conn, window_name, arena_printf(&arena, "%lld", (long long)window_s), err);
}

static enum rc require_in_window(struct call *call, int64_t deleted_us, struct err *err)
{
        int64_t window_s = 0;
        enum rc rc = restore_window_get(call->conn, call->arena, &window_s, err);

        if (rc)
                return rc;
        if (deleted_us < clock_now_us() - window_s * SECOND_US)
                return err_set(err, RC_NOT_FOUND, "It was deleted too long ago to be restored.");
        return RC_OK;
}

static enum rc require(struct call *call, const struct project *project, enum action action, struct err *err)
{
        return policy_is_operator(call) ? RC_OK : policy_require(call, project, action, err);
}

/* ---- a version ---- */

struct version_job {
        int64_t id;
        struct artifact *artifact;
};

static enum rc require_restorable(struct call *call, struct version_job *job, struct project **ret, struct err *err)
{
        struct collection *home = NULL;
        struct artifact *same = NULL;
        int64_t deleted_us = 0;
        bool deleted = false;
        enum rc rc = store_artifact_by_id(call->conn, call->arena, job->id, &job->artifact, err);

        if (!rc && job->artifact)
                rc = store_project_by_id(call->conn, call->arena, job->artifact->project_id, ret, err);
        if (!rc && (!job->artifact || !*ret))
                rc = err_set(err, RC_NOT_FOUND, "There is no such version, or you may not see it.");
        if (!rc)
                rc = require(call, *ret, ACT_DELETE_VERSION, err);
        if (!rc)
                rc = store_deleted_version_time(call->conn, job->id, &deleted_us, &deleted, err);
        if (!rc && !deleted)
                rc = err_set(err, RC_NOT_FOUND, "There is no deleted version that could be restored.");
        if (!rc)
                rc = require_in_window(call, deleted_us, err);
        if (!rc)
                rc = store_collection_by_id(call->conn, call->arena, job->artifact->sequence_id, &home, err);
        if (!rc)
                rc = store_artifact_by_digest(call->conn, call->arena, job->artifact->sequence_id,
                                              job->artifact->digest, &same, err);
        if (rc)
                return rc;
        if (!home)
                return err_set(err, RC_CONFLICT, "The version's collection was deleted: restore the collection first.");
        if (same)
                return err_set(err, RC_CONFLICT, "The same content was logged again as v%lld: use that version.",
                               (long long)same->version);
        return RC_OK;
}

static enum rc version_write(struct call *call, void *payload, struct err *err)
{
        struct version_job *job = payload;
        struct project *project = NULL;
        int64_t now = clock_now_us();
        enum rc rc = require_restorable(call, job, &project, err);

        if (!rc)
                rc = places_restore(call, job->artifact, now, err);
        if (!rc)
                rc = store_artifact_undelete(call->conn, job->id, now, err);
        if (rc)
                return rc;
        job->artifact->state = ARTIFACT_COMMITTED;
        return event_note(call, &(struct event_row){ .action = STR("version_restored"),
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = job->artifact->sequence_id,
                                                     .artifact_id = job->id,
                                                     .has_version = true,
                                                     .version = job->artifact->version },
                          err);
}

enum rc artifact_restore(struct call *call, int64_t id, struct artifact **ret, struct err *err)
{
        struct version_job job = { .id = id };
        enum rc rc = domain_write(call, version_write, &job, err);

        if (rc)
                return rc;
        *ret = job.artifact;
        return RC_OK;
}

/* ---- a collection ---- */

struct collection_job {
        int64_t id;
        struct collection *collection;
};

static enum rc require_protected(struct call *call, const struct project *project, int64_t id, struct err *err)
{
        struct str alias = STR_NULL;
        bool may = policy_is_operator(call);
        enum rc rc = may ? RC_OK : policy_may(call, project, ACT_PROTECTED_ALIAS, &may, err);

        if (rc || may)
                return rc;
        rc = store_deleted_protected(call->conn, call->arena, id, &alias, err);
        if (rc || str_is_null(alias))
                return rc;
        return err_set(err, RC_DENIED,
                       "A version of the collection carries the protected alias '%.*s': only an admin of the registry "
                       "'%.*s' may restore it.",
                       STR_ARG(alias), STR_ARG(project->name));
}

static enum rc collection_write(struct call *call, void *payload, struct err *err)
{
        struct collection_job *job = payload;
        struct deleted_item *item = NULL;
        struct project *project = NULL;
        struct collection *same = NULL;
        enum rc rc = store_deleted_collection_by_id(call->conn, call->arena, job->id, &item, err);

        if (!rc && item)
                rc = store_project_by_id(call->conn, call->arena, item->project_id, &project, err);
        if (!rc && !project)
                rc = err_set(err, RC_NOT_FOUND, "There is no deleted collection that could be restored.");
        if (!rc)
                rc = require(call, project, ACT_DELETE_COLLECTION, err);
        if (!rc)
                rc = require_in_window(call, item->deleted_us, err);
        if (!rc)
                rc = store_collection_by_name(call->conn, call->arena, project->id, item->collection_name, &same, err);
        if (rc)
                return rc;
        rc = require_protected(call, project, job->id, err);
        if (rc)
                return rc;
        if (same)
                return err_set(err, RC_EXISTS,
                               "There is another collection '%.*s' by now: rename that one, then restore.",
                               STR_ARG(item->collection_name));
        rc = store_collection_undelete(call->conn, job->id, clock_now_us(), err);
        if (!rc)
                rc = store_collection_by_id(call->conn, call->arena, job->id, &job->collection, err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("collection_restored"),
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = job->id },
                          err);
}

enum rc collection_restore(struct call *call, int64_t id, struct collection **ret, struct err *err)
{
        struct collection_job job = { .id = id };
        enum rc rc = domain_write(call, collection_write, &job, err);

        if (rc)
                return rc;
        *ret = job.collection;
        return RC_OK;
}

/* ---- a project ---- */

struct project_job {
        int64_t id;
        struct project *project;
};

static enum rc project_write(struct call *call, void *payload, struct err *err)
{
        struct project_job *job = payload;
        struct project *p = NULL, *same = NULL;
        int64_t deleted_us = 0;
        enum rc rc = store_project_deleted_by_id(call->conn, call->arena, job->id, &p, &deleted_us, err);

        if (!rc && !p)
                rc = err_set(err, RC_NOT_FOUND, "There is no deleted project or registry that could be restored.");
        if (!rc)
                rc = require(call, p, p->is_registry ? ACT_DELETE_REGISTRY : ACT_DELETE_PROJECT, err);
        if (!rc)
                rc = require_in_window(call, deleted_us, err);
        if (!rc)
                rc = store_project_by_name(call->conn, call->arena, p->entity_id, p->name, &same, err);
        if (!rc && !same)
                rc = store_project_by_key(call->conn, call->arena, p->entity_id, model_fold(call->arena, p->name),
                                          &same, err);
        if (rc)
                return rc;
        if (same)
                return err_set(err, RC_EXISTS, "There is another '%.*s' by now: rename that one, then restore.",
                               STR_ARG(p->name));
        rc = store_project_undelete(call->conn, p->id, deleted_us, clock_now_us(), err);
        if (rc)
                return rc;
        job->project = p;
        return event_note(call, &(struct event_row){ .action = p->is_registry ? STR("registry_restored")
                                                                               : STR("project_restored"),
                                                     .org_id = p->org_id,
                                                     .entity_id = p->entity_id,
                                                     .project_id = p->id },
                          err);
}

enum rc project_restore(struct call *call, int64_t id, struct project **ret, struct err *err)
{
        struct project_job job = { .id = id };
        enum rc rc = domain_write(call, project_write, &job, err);

        if (rc)
                return rc;
        *ret = job.project;
        return RC_OK;
}

/* ---- listing ---- */

enum rc restore_list_projects(struct call *call, const struct entity *entity, size_t limit, struct deleted_list *ret,
                              int64_t *ret_window_s, struct err *err)
{
        struct deleted_list all = { NULL, 0 }, list = { NULL, 0 };
        enum rc rc = restore_window_get(call->conn, call->arena, ret_window_s, err);

        if (!rc && !entity && !call->who->admin)
                rc = err_set(err, RC_DENIED, "Only an administrator of the server may list what was deleted everywhere.");
        if (!rc)
                rc = store_deleted_projects(call->conn, call->arena, entity ? entity->id : 0,
                                            clock_now_us() - *ret_window_s * SECOND_US, limit, &all, err);
        list.items = arena_array(call->arena, struct deleted_item, all.count);
        for (size_t i = 0; !rc && i < all.count; i++) {
                struct project *p = NULL;
                int64_t deleted_us = 0;
                bool may = policy_is_operator(call);

                rc = store_project_deleted_by_id(call->conn, call->arena, all.items[i].id, &p, &deleted_us, err);
                if (!rc && p && !may)
                        rc = policy_may(call, p, p->is_registry ? ACT_DELETE_REGISTRY : ACT_DELETE_PROJECT, &may, err);
                if (!rc && p && may)
                        list.items[list.count++] = all.items[i];
        }
        *ret = list;
        return rc;
}

enum rc restore_list(struct call *call, const struct project *project, bool collections, size_t limit,
                     struct deleted_list *ret, int64_t *ret_window_s, struct err *err)
{
        enum rc rc = restore_window_get(call->conn, call->arena, ret_window_s, err);
        int64_t from_us = clock_now_us() - *ret_window_s * SECOND_US;

        if (!rc && project)
                rc = require(call, project, ACT_VIEW, err);
        else if (!rc && !call->who->admin)
                rc = err_set(err, RC_DENIED, "Only an administrator of the server may list what was deleted everywhere.");
        if (rc)
                return rc;
        if (collections)
                return store_deleted_collections(call->conn, call->arena, project ? project->id : 0, from_us, limit, ret,
                                                 err);
        return store_deleted_versions(call->conn, call->arena, project ? project->id : 0, from_us, limit, ret, err);
}
