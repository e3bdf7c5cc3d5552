/*
 * domain/policy.c - the table of roles and actions, and how a caller's role is found.
 *
 * Read beside the role matrix of the documentation (docs/permissions.md). A role allows
 * what every lower role allows.
 */
#include "domain/policy.h"

#include "store/account.h"
#include "store/membership.h"
#include "store/role.h"

/* The lowest role that may. */
static const enum model_role lowest[ACT__COUNT] = {
        [ACT_VIEW] = MODEL_ROLE_RESTRICTED_VIEWER,
        [ACT_DOWNLOAD] = MODEL_ROLE_VIEWER,
        [ACT_USE] = MODEL_ROLE_VIEWER,
        [ACT_LOG] = MODEL_ROLE_MEMBER,
        [ACT_EDIT_VERSION] = MODEL_ROLE_MEMBER,
        [ACT_DELETE_VERSION] = MODEL_ROLE_MEMBER,
        [ACT_EDIT_PROJECT] = MODEL_ROLE_MEMBER,
        [ACT_DELETE_PROJECT] = MODEL_ROLE_ADMIN,
        [ACT_CREATE_COLLECTION] = MODEL_ROLE_MEMBER,
        [ACT_EDIT_COLLECTION] = MODEL_ROLE_MEMBER,
        [ACT_DELETE_COLLECTION] = MODEL_ROLE_MEMBER,
        [ACT_LINK] = MODEL_ROLE_MEMBER,
        [ACT_UNLINK] = MODEL_ROLE_MEMBER,
        [ACT_ALIAS] = MODEL_ROLE_MEMBER,
        [ACT_PROTECTED_ALIAS] = MODEL_ROLE_ADMIN,
        [ACT_DEFINE_PROTECTED_ALIAS] = MODEL_ROLE_ADMIN,
        [ACT_RENAME_REGISTRY] = MODEL_ROLE_MEMBER,
        [ACT_EDIT_TYPES] = MODEL_ROLE_MEMBER,
        [ACT_MEMBERS] = MODEL_ROLE_ADMIN,
        [ACT_VISIBILITY] = MODEL_ROLE_ADMIN,
        [ACT_ICON] = MODEL_ROLE_ADMIN,
        [ACT_DELETE_REGISTRY] = MODEL_ROLE_ADMIN,
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
        [ACT_ICON] = "change the icon",
        [ACT_DELETE_REGISTRY] = "delete the registry",
};

bool policy_allows(enum model_role role, enum action action)
{
        return role >= lowest[action];
}

/* Organizations and teams store 1 viewer, 2 member, 3 admin. */
static enum model_role role_of_team(int stored)
{
        static const enum model_role map[] = { MODEL_ROLE_NONE, MODEL_ROLE_VIEWER, MODEL_ROLE_MEMBER, MODEL_ROLE_ADMIN };

        return stored >= 0 && (size_t)stored < ARRAY_LEN(map) ? map[stored] : MODEL_ROLE_NONE;
}

static enum rc team_role(struct call *call, const struct project *project, enum model_role *ret_role, struct err *err)
{
        int stored = 0;
        enum rc rc;

        if (call->who->service && call->who->service_entity_id == project->entity_id) {
                *ret_role = MODEL_ROLE_MEMBER;
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
static enum rc given_from_outside(struct call *call, const struct project *project, int64_t account_id, bool service,
                                  enum model_role *ret_role, struct err *err)
{
        enum model_role best = MODEL_ROLE_NONE;
        int in_org = 0, given = 0;
        enum rc rc;

        rc = store_role_in_org(call->conn, project->org_id, account_id, &in_org, err);
        if (rc)
                return rc;
        if (role_of_team(in_org) == MODEL_ROLE_ADMIN) {
                *ret_role = MODEL_ROLE_ADMIN;
                return RC_OK;
        }
        if (in_org > 0 && project->access == ACCESS_ORGANIZATION) {
                rc = store_role_default(call->conn, project->org_id, &given, err);
                if (rc)
                        return rc;
                best = service ? MODEL_ROLE_MEMBER : (enum model_role)given;
        }
        rc = store_project_team_role(call->conn, project->id, account_id, &given, err);
        if (rc)
                return rc;
        *ret_role = (enum model_role)given > best ? (enum model_role)given : best;
        return RC_OK;
}

static enum rc registry_role(struct call *call, const struct project *project, enum model_role *ret_role,
                             struct err *err)
{
        enum model_role best = MODEL_ROLE_NONE;
        int given = 0;
        enum rc rc = given_from_outside(call, project, call->who->account_id, call->who->service, &best, err);

        if (!rc && best < MODEL_ROLE_ADMIN)
                rc = store_project_account_role(call->conn, project->id, call->who->account_id, &given, err);
        if (rc)
                return rc;
        *ret_role = (enum model_role)given > best ? (enum model_role)given : best;
        return RC_OK;
}

enum rc policy_inherited_role(struct call *call, int64_t project_id, int64_t account_id, enum model_role *ret_role,
                              struct err *err)
{
        struct project *project = NULL;
        struct account *account = NULL;
        enum rc rc = store_project_by_id(call->conn, call->arena, project_id, &project, err);

        if (!rc)
                rc = store_account_by_id(call->conn, call->arena, account_id, &account, err);
        if (rc)
                return rc;
        *ret_role = MODEL_ROLE_NONE;
        if (!project || !account || project->entity_kind != ENTITY_ORG)
                return RC_OK;
        if (account->admin) {
                *ret_role = MODEL_ROLE_ADMIN;
                return RC_OK;
        }
        return given_from_outside(call, project, account_id, account->service, ret_role, err);
}

enum rc policy_role(struct call *call, const struct project *project, enum model_role *ret_role, struct err *err)
{
        enum model_role role = MODEL_ROLE_NONE;
        enum rc rc = RC_OK;

        if (call->who->admin)              /* the operator, who has no account, too */
                role = MODEL_ROLE_ADMIN;
        else if (call->who->account_id == 0)
                role = MODEL_ROLE_NONE;
        else if (project->entity_id == call->who->entity_id)
                role = MODEL_ROLE_ADMIN;
        else if (project->entity_kind == ENTITY_TEAM)
                rc = team_role(call, project, &role, err);
        else if (project->entity_kind == ENTITY_ORG)
                rc = registry_role(call, project, &role, err);
        if (rc)
                return rc;
        *ret_role = role;
        return RC_OK;
}

/*
 * The same rules, for all projects of an entity at once: what policy_role() finds project by
 * project, a query joins (store/search.c), so the two must say the same. Every role that can be
 * given in a registry may look (ACT_VIEW asks for the lowest).
 */
enum rc policy_sight(struct call *call, const struct entity *entity, struct sight *ret, struct err *err)
{
        const struct project hidden = { .entity_id = entity->id, .entity_kind = entity->kind, .org_id = entity->org_id,
                                        .access = ACCESS_RESTRICTED };
        struct project open = hidden;
        struct sight sight = { .account_id = call->who->account_id };
        enum model_role role;
        enum rc rc = policy_role(call, &hidden, &role, err);

        if (rc)
                return rc;
        if (policy_allows(role, ACT_VIEW)) {
                sight.extent = SIGHT_ALL;
        } else if (entity->kind == ENTITY_ORG && call->who->account_id) {
                open.access = ACCESS_ORGANIZATION;
                rc = policy_role(call, &open, &role, err);
                if (rc)
                        return rc;
                sight.extent = SIGHT_SOME;
                sight.organization = policy_allows(role, ACT_VIEW);
        }
        *ret = sight;
        return RC_OK;
}

enum rc policy_may(struct call *call, const struct project *project, enum action action, bool *ret_may,
                   struct err *err)
{
        enum model_role role;
        enum rc rc = policy_role(call, project, &role, err);

        if (rc)
                return rc;
        *ret_may = policy_allows(role, action);
        return RC_OK;
}

enum rc policy_require(struct call *call, const struct project *project, enum action action, struct err *err)
{
        enum model_role role;
        enum rc rc = policy_role(call, project, &role, err);

        if (rc)
                return rc;
        if (policy_allows(role, action))
                return RC_OK;
        if (role == MODEL_ROLE_NONE)
                return err_not_found(err, project->is_registry ? "registry" : "project", project->name);
        return err_set(err, RC_DENIED, "You may not %s in '%.*s/%.*s' as a %s: ask an admin for the role %s.",
                       verbs[action], STR_ARG(project->entity_name), STR_ARG(project->name), model_role_name(role),
                       model_role_name(lowest[action]));
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
        *ret_may = role_of_team(in_org) >= MODEL_ROLE_MEMBER;
        return RC_OK;
}
