/*
 * domain/project.c - finding and making projects and registries; see project.h.
 */
#include "domain/project.h"

#include "base/clock.h"
#include "domain/event.h"
#include "domain/project_internal.h"
#include "store/organization.h"

enum rc entity_find(struct call *call, struct str name, struct entity **ret, struct err *err)
{
        struct organization *org = NULL;
        enum rc rc;

        if (str_is_empty(name))
                return store_entity_by_id(call->conn, call->arena, call->who->default_entity_id, ret, err);
        rc = store_entity_by_name(call->conn, call->arena, name, ret, err);
        if (rc || *ret)
                return rc;
        rc = store_organization_by_name(call->conn, call->arena, name, &org, err);
        if (rc || !org)
                return rc;
        return store_entity_by_id(call->conn, call->arena, org->entity_id, ret, err);
}

/* Without asking whether the caller may see it. */
static enum rc lookup(struct call *call, const struct entity *entity, struct str name, struct project **ret,
                      struct err *err)
{
        enum rc rc = store_project_by_name(call->conn, call->arena, entity->id, name, ret, err);

        if (rc || *ret || entity->kind != ENTITY_ORG)
                return rc;
        return store_project_by_key(call->conn, call->arena, entity->id, model_fold(call->arena, name), ret,
                                    err);
}

static enum rc hide_unless_visible(struct call *call, struct project **project, struct err *err)
{
        bool may = false;
        enum rc rc;

        if (!*project)
                return RC_OK;
        rc = policy_may(call, *project, ACT_VIEW, &may, err);
        if (rc)
                return rc;
        if (!may)
                *project = NULL;
        return RC_OK;
}

enum rc project_find_in(struct call *call, const struct entity *entity, struct str name, struct project **ret,
                        struct err *err)
{
        struct project *project = NULL;
        enum rc rc = lookup(call, entity, name, &project, err);

        if (!rc)
                rc = hide_unless_visible(call, &project, err);
        if (rc)
                return rc;
        *ret = project;
        return RC_OK;
}

enum rc project_find(struct call *call, struct str entity_name, struct str name, struct project **ret,
                     struct err *err)
{
        struct entity *entity = NULL;
        enum rc rc = entity_find(call, entity_name, &entity, err);

        if (rc)
                return rc;
        if (!entity) {
                *ret = NULL;
                return RC_OK;
        }
        return project_find_in(call, entity, str_is_empty(name) ? STR("uncategorized") : name, ret, err);
}

enum rc project_see(struct call *call, int64_t id, struct project **ret, struct err *err)
{
        struct project *project = NULL;
        enum rc rc = store_project_by_id(call->conn, call->arena, id, &project, err);

        if (!rc)
                rc = hide_unless_visible(call, &project, err);
        if (rc)
                return rc;
        *ret = project;
        return RC_OK;
}

enum rc project_require(struct call *call, struct str entity_name, struct str name, enum action action,
                        struct project **ret, struct err *err)
{
        struct project *project = NULL;
        enum rc rc = project_find(call, entity_name, name, &project, err);

        if (rc)
                return rc;
        if (!project)
                return err_not_found(err, str_starts(name, STR(MODEL_REGISTRY_PREFIX)) ? "registry" : "project", name);
        rc = policy_require(call, project, action, err);
        if (rc)
                return rc;
        *ret = project;
        return RC_OK;
}

/* ---- making ---- */

/* May the caller make projects here? Asked by judging a project that does not exist yet. */
enum rc project_require_may_create(struct call *call, const struct entity *entity, const struct project *draft,
                                   struct err *err)
{
        bool may = false;
        enum rc rc;

        if (entity->kind != ENTITY_ORG)
                return policy_require(call, draft, ACT_LOG, err);
        rc = policy_may_create_registry(call, entity->org_id, &may, err);
        if (rc)
                return rc;
        if (!may)
                return err_set(err, RC_DENIED,
                               "You may not create registries in '%.*s': ask an admin of the organization to make "
                               "you a member.",
                               STR_ARG(entity->name));
        return RC_OK;
}

enum rc project_check_name(const struct entity *entity, struct str name, struct err *err)
{
        bool prefixed = str_starts(name, STR(MODEL_REGISTRY_PREFIX));

        if (entity->kind == ENTITY_ORG && !prefixed)
                return err_set(err, RC_INVALID,
                               "'%.*s' belongs to an organization, which holds only registries: name a team or a "
                               "user to own the project, or start its name with 'wandb-registry-'.",
                               STR_ARG(entity->name));
        if (entity->kind != ENTITY_ORG && prefixed)
                return err_set(err, RC_INVALID,
                               "Project names may not start with 'wandb-registry-': the prefix is kept for the "
                               "registries of an organization.");
        if (prefixed)
                return model_check_registry_name(registry_short_name(name), err);
        return model_check_project_name(name, err);
}

enum rc project_make(struct call *call, const struct entity *entity, struct project *draft,
                            struct err *err)
{
        struct str key = model_fold(call->arena, draft->name);
        struct project *same = NULL;
        enum rc rc = project_check_name(entity, draft->name, err);

        if (!rc)
                rc = project_require_may_create(call, entity, draft, err);
        if (rc)
                return rc;
        if (draft->is_registry) {
                rc = store_project_by_key(call->conn, call->arena, entity->id, key, &same, err);
                if (rc)
                        return rc;
                if (same)
                        return err_set(err, RC_EXISTS,
                                       "The registry '%.*s' already exists in this organization (names that differ "
                                       "by case only count as the same), please use a different name.",
                                       STR_ARG(same->name));
        }
        draft->created_us = draft->updated_us = clock_now_us();
        draft->created_by = call->who->account_id;
        rc = store_project_insert(call->conn, draft, key, err);
        if (rc)
                return rc;
        if (draft->is_registry) {
                rc = store_project_set_account(call->conn, draft->id, call->who->account_id, MODEL_ROLE_ADMIN,
                                               draft->created_us, err);
                if (rc)
                        return rc;
        }
        return event_note(call, &(struct event_row){ .action = draft->is_registry ? STR("registry_created")
                                                                                   : STR("project_created"),
                                                     .org_id = draft->org_id,
                                                     .entity_id = entity->id,
                                                     .project_id = draft->id },
                          err);
}

struct project *project_draft(struct call *call, const struct entity *entity, struct str name)
{
        struct project *draft = arena_new(call->arena, struct project);

        draft->entity_id = entity->id;
        draft->entity_name = entity->name;
        draft->entity_kind = entity->kind;
        draft->org_id = entity->org_id;
        draft->name = arena_str(call->arena, name);
        draft->description = STR("");
        draft->is_registry = entity->kind == ENTITY_ORG;
        draft->allow_all_types = true;
        return draft;
}

enum rc project_ensure(struct call *call, struct str entity_name, struct str name, struct project **ret,
                       struct err *err)
{
        struct entity *entity = NULL;
        struct project *project = NULL;
        enum rc rc = entity_find(call, entity_name, &entity, err);

        if (rc)
                return rc;
        if (!entity)
                return err_not_found(err, "entity", entity_name);
        if (str_is_empty(name))
                name = STR("uncategorized");
        rc = lookup(call, entity, name, &project, err);
        if (rc)
                return rc;
        if (entity->kind == ENTITY_ORG) {
                rc = hide_unless_visible(call, &project, err);
                if (rc)
                        return rc;
                if (!project)
                        return err_not_found(err, "registry", name);
        }
        if (project && project->is_registry)
                return err_set(err, RC_INVALID,
                               "'%.*s' is a registry: log the artifact in a team's project and link it here.",
                               STR_ARG(project->name));
        if (project) {
                rc = policy_require(call, project, ACT_LOG, err);
        } else {
                project = project_draft(call, entity, name);
                rc = project_make(call, entity, project, err);
        }
        if (rc)
                return rc;
        *ret = project;
        return RC_OK;
}
