/*
 * domain/policy.c - the table of roles and actions, and how a caller's role is found.
 *
 * Read beside the role matrix of the documentation (docs/permissions.md). A role allows
 * what every lower role allows.
 */
#include "domain/policy.h"

#include "store/membership.h"
#include "store/role.h"

/* The lowest role that may. */
static const enum role lowest[ACT__COUNT] = {
        [ACT_VIEW] = ROLE_RESTRICTED_VIEWER,
        [ACT_DOWNLOAD] = ROLE_VIEWER,
        [ACT_USE] = ROLE_VIEWER,
        [ACT_LOG] = ROLE_MEMBER,
        [ACT_EDIT_VERSION] = ROLE_MEMBER,
        [ACT_DELETE_VERSION] = ROLE_MEMBER,
        [ACT_EDIT_PROJECT] = ROLE_MEMBER,
        [ACT_DELETE_PROJECT] = ROLE_ADMIN,
        [ACT_CREATE_COLLECTION] = ROLE_MEMBER,
        [ACT_EDIT_COLLECTION] = ROLE_MEMBER,
        [ACT_DELETE_COLLECTION] = ROLE_MEMBER,
        [ACT_LINK] = ROLE_MEMBER,
        [ACT_UNLINK] = ROLE_MEMBER,
        [ACT_ALIAS] = ROLE_MEMBER,
        [ACT_PROTECTED_ALIAS] = ROLE_ADMIN,
        [ACT_DEFINE_PROTECTED_ALIAS] = ROLE_ADMIN,
        [ACT_RENAME_REGISTRY] = ROLE_MEMBER,
        [ACT_EDIT_TYPES] = ROLE_MEMBER,
        [ACT_MEMBERS] = ROLE_ADMIN,
        [ACT_VISIBILITY] = ROLE_ADMIN,
        [ACT_DELETE_REGISTRY] = ROLE_ADMIN,
};

/* How an error names the action: "You may not <this> in ...". */
static const char *const verbs[ACT__COUNT] = {
        [ACT_VIEW] = "look at anything",
        [ACT_DOWNLOAD] = "download files",
        [ACT_USE] = "use versions",
        [ACT_LOG] = "write runs or artifacts",
        [ACT_EDIT_VERSION] = "edit versions",
        [ACT_DELETE_VERSION] = "delete versions",
        [ACT_EDIT_PROJECT] = "edit the description",
        [ACT_DELETE_PROJECT] = "delete the project",
        [ACT_CREATE_COLLECTION] = "create collections",
        [ACT_EDIT_COLLECTION] = "edit collections",
        [ACT_DELETE_COLLECTION] = "delete collections",
        [ACT_LINK] = "link versions",
        [ACT_UNLINK] = "unlink versions",
        [ACT_ALIAS] = "change aliases",
        [ACT_PROTECTED_ALIAS] = "change protected aliases",
        [ACT_DEFINE_PROTECTED_ALIAS] = "define protected aliases",
        [ACT_RENAME_REGISTRY] = "rename the registry",
        [ACT_EDIT_TYPES] = "edit the accepted artifact types",
        [ACT_MEMBERS] = "change members or roles",
        [ACT_VISIBILITY] = "change the visibility",
        [ACT_DELETE_REGISTRY] = "delete the registry",
};

static const char *const role_names[] = { "none", "restricted_viewer", "viewer", "member", "admin" };

const char *role_name(enum role role)
{
        return role_names[role];
}

bool role_parse(struct str text, enum role *ret_role)
{
        for (size_t i = ROLE_RESTRICTED_VIEWER; i < ARRAY_LEN(role_names); i++) {
                if (str_eq_nocase(text, str_from(role_names[i]))) {
                        *ret_role = (enum role)i;
                        return true;
                }
        }
        return false;
}

bool policy_allows(enum role role, enum action action)
{
        return role >= lowest[action];
}

/* Organizations and teams store 1 viewer, 2 member, 3 admin. */
static enum role role_of_team(int stored)
{
        static const enum role map[] = { ROLE_NONE, ROLE_VIEWER, ROLE_MEMBER, ROLE_ADMIN };

        return stored >= 0 && (size_t)stored < ARRAY_LEN(map) ? map[stored] : ROLE_NONE;
}

static enum rc team_role(struct call *call, const struct project *project, enum role *ret_role, struct err *err)
{
        int stored = 0;
        enum rc rc;

        if (call->who->service && call->who->service_entity_id == project->entity_id) {
                *ret_role = ROLE_MEMBER;
                return RC_OK;
        }
        rc = store_role_in_team(call->conn, project->entity_id, call->who->account_id, &stored, err);
        if (rc)
                return rc;
        *ret_role = role_of_team(stored);
        return RC_OK;
}

/*
 * A registry: the highest of what the organization, the registry itself and teams give. An
 * organization's admin is admin everywhere in it; its other members have the organization's
 * default role where the registry is visible to all.
 */
static enum rc registry_role(struct call *call, const struct project *project, enum role *ret_role,
                             struct err *err)
{
        enum role best = ROLE_NONE;
        int in_org = 0, given = 0;
        enum rc rc;

        rc = store_role_in_org(call->conn, project->org_id, call->who->account_id, &in_org, err);
        if (rc)
                return rc;
        if (role_of_team(in_org) == ROLE_ADMIN) {
                *ret_role = ROLE_ADMIN;
                return RC_OK;
        }
        if (in_org > 0 && project->access == ACCESS_ORGANIZATION) {
                rc = store_role_default(call->conn, project->org_id, &given, err);
                if (rc)
                        return rc;
                best = call->who->service ? ROLE_MEMBER : (enum role)given;
        }
        rc = store_project_account_role(call->conn, project->id, call->who->account_id, &given, err);
        if (rc)
                return rc;
        if ((enum role)given > best)
                best = (enum role)given;
        rc = store_project_team_role(call->conn, project->id, call->who->account_id, &given, err);
        if (rc)
                return rc;
        if ((enum role)given > best)
                best = (enum role)given;
        *ret_role = best;
        return RC_OK;
}

enum rc policy_role(struct call *call, const struct project *project, enum role *ret_role, struct err *err)
{
        enum role role = ROLE_NONE;
        enum rc rc = RC_OK;

        if (call->who->account_id == 0)
                role = ROLE_NONE;
        else if (call->who->admin || project->entity_id == call->who->entity_id)
                role = ROLE_ADMIN;
        else if (project->entity_kind == ENTITY_TEAM)
                rc = team_role(call, project, &role, err);
        else if (project->entity_kind == ENTITY_ORG)
                rc = registry_role(call, project, &role, err);
        if (rc)
                return rc;
        *ret_role = role;
        return RC_OK;
}

enum rc policy_may(struct call *call, const struct project *project, enum action action, bool *ret_may,
                   struct err *err)
{
        enum role role;
        enum rc rc = policy_role(call, project, &role, err);

        if (rc)
                return rc;
        *ret_may = policy_allows(role, action);
        return RC_OK;
}

enum rc policy_require(struct call *call, const struct project *project, enum action action, struct err *err)
{
        enum role role;
        enum rc rc = policy_role(call, project, &role, err);

        if (rc)
                return rc;
        if (policy_allows(role, action))
                return RC_OK;
        if (role == ROLE_NONE)
                return err_not_found(err, project->is_registry ? "registry" : "project", project->name);
        return err_set(err, RC_DENIED, "You may not %s in '%.*s/%.*s' as a %s: ask an admin for the role %s.",
                       verbs[action], STR_ARG(project->entity_name), STR_ARG(project->name), role_name(role),
                       role_name(lowest[action]));
}

/* How many places an artifact is linked into are looked at; more links than this are pathological. */
#define PLACES_MAX 512

enum rc policy_may_artifact(struct call *call, const struct artifact *artifact, enum action action, bool *ret_may,
                            struct err *err)
{
        struct project *project = NULL;
        struct id_list places;
        enum rc rc;

        rc = store_project_by_id(call->conn, call->arena, artifact->project_id, &project, err);
        if (rc)
                return rc;
        *ret_may = false;
        if (project) {
                rc = policy_may(call, project, action, ret_may, err);
                if (rc || *ret_may)
                        return rc;
        }
        rc = store_projects_with(call->conn, call->arena, artifact->id, PLACES_MAX, &places, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < places.count && !*ret_may; i++) {
                rc = store_project_by_id(call->conn, call->arena, places.items[i], &project, err);
                if (rc)
                        return rc;
                if (!project)
                        continue;
                rc = policy_may(call, project, action, ret_may, err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

enum rc policy_may_create_registry(struct call *call, int64_t org_id, bool *ret_may, struct err *err)
{
        int in_org = 0;
        enum rc rc;

        if (call->who->admin) {
                *ret_may = true;
                return RC_OK;
        }
        rc = store_role_in_org(call->conn, org_id, call->who->account_id, &in_org, err);
        if (rc)
                return rc;
        *ret_may = role_of_team(in_org) >= ROLE_MEMBER;
        return RC_OK;
}
