/*
 * api/resolve_app.c - what the Registry App asks beside what clients ask: stars, what the viewer may do, counts,
 * roles of members, the search bar. Parents: see artifact_node.h; ProjectPermissions bool[ACT__COUNT]; SearchResult struct found *.
 */
#include "api/artifact_node.h"
#include "domain/account.h"
#include "domain/organization.h"
#include "domain/policy.h"
#include "domain/project.h"
#include "domain/search_bar.h"
#include "domain/star.h"
#include "domain/team.h"

#define SEARCH_FIRST_MAX 50

/* ---- stars ---- */

FIELD(Project, starred)
{
        struct call *call = call_of(field);
        bool starred = false;
        enum rc rc = store_star_get(call->conn, call->who->account_id, ((const struct project *)parent)->id, &starred, err);

        if (rc)
                return rc;
        gql_out_bool(out, starred);
        return RC_OK;
}

FIELD(Mutation, starProject)
{
        const struct gql_value *input = arg_input(field);
        int64_t id = 0;
        enum rc rc = member_id(field, input, "projectId", MODEL_PROJECT, &id, err);

        if (!rc)
                rc = star_set(call_of(field), id, gql_bool(gql_member(input, "starred"), true), err);
        return rc ? rc : out_success(field, out);
}

/* ---- what the viewer may do ---- */

FIELD(Project, permissions)
{
        bool *may = arena_array(gql_arena(field), bool, ACT__COUNT);
        enum model_role role = MODEL_ROLE_NONE;
        enum rc rc = policy_role(call_of(field), parent, &role, err);

        if (rc)
                return rc;
        for (unsigned action = 0; action < ACT__COUNT; action++)
                may[action] = policy_allows(role, (enum action)action);
        /* The core registries stay, and keep their name. */
        if (((const struct project *)parent)->is_core)
                may[ACT_DELETE_REGISTRY] = may[ACT_DELETE_PROJECT] = may[ACT_RENAME_REGISTRY] = false;
        if (((const struct project *)parent)->is_registry)
                may[ACT_DELETE_PROJECT] = may[ACT_DELETE_REGISTRY];
        gql_out_object(out, "ProjectPermissions", may);
        return RC_OK;
}

#define PERMISSION(name, action)                                                                           \
        FIELD(ProjectPermissions, name)                                                                    \
        {                                                                                                  \
                gql_out_bool(out, ((const bool *)parent)[action]);                                         \
                return RC_OK;                                                                              \
        }
PERMISSION(download, ACT_DOWNLOAD)
PERMISSION(use, ACT_USE)
PERMISSION(log, ACT_LOG)
PERMISSION(link, ACT_LINK)
PERMISSION(unlink, ACT_UNLINK)
PERMISSION(alias, ACT_ALIAS)
PERMISSION(protectedAlias, ACT_PROTECTED_ALIAS)
PERMISSION(createCollection, ACT_CREATE_COLLECTION)
PERMISSION(editCollection, ACT_EDIT_COLLECTION)
PERMISSION(deleteCollection, ACT_DELETE_COLLECTION)
PERMISSION(editVersion, ACT_EDIT_VERSION)
PERMISSION(deleteVersion, ACT_DELETE_VERSION)
PERMISSION(edit, ACT_EDIT_PROJECT)
PERMISSION(rename, ACT_RENAME_REGISTRY)
PERMISSION(editTypes, ACT_EDIT_TYPES)
PERMISSION(protectAliases, ACT_DEFINE_PROTECTED_ALIAS)
PERMISSION(manageMembers, ACT_MEMBERS)
PERMISSION(changeVisibility, ACT_VISIBILITY)
PERMISSION(changeIcon, ACT_ICON)
PERMISSION(delete, ACT_DELETE_PROJECT)

FIELD_BOOL(Project, isCore, project, is_core)

FIELD(Project, icon)
{
        struct project *p = parent;

        if (!str_is_empty(p->icon_name) || !str_is_empty(p->icon_color))
                gql_out_object(out, "ProjectIcon", p);
        return RC_OK;
}

FIELD_TEXT(ProjectIcon, name, project, icon_name)
FIELD_TEXT(ProjectIcon, color, project, icon_color)

FIELD(Project, collectionCount)
{
        struct call *call = call_of(field);
        int64_t count = 0;
        enum rc rc = store_collection_count(call->conn, ((const struct project *)parent)->id, &count, err);

        if (rc)
                return rc;
        gql_out_int(out, count);
        return RC_OK;
}

FIELD_INT(ArtifactSequence, versionCount, collection_node, row->version_count)
FIELD_INT(ArtifactPortfolio, versionCount, collection_node, row->version_count)

/* ---- roles of people in teams and organizations ---- */

static enum rc out_member_role(struct gql_out *out, int stored)
{
        if (stored > 0)
                gql_out_str(out, str_from(model_member_role_name((enum model_member_role)stored)));
        return RC_OK;
}

FIELD(Organization, viewerRole)
{
        struct call *call = call_of(field);
        int role = 0;
        enum rc rc = store_role_in_org(call->conn, ((const struct organization *)parent)->id, call->who->account_id,
                                       &role, err);

        return rc ? rc : out_member_role(out, role);
}

FIELD(Entity, viewerRole)
{
        struct call *call = call_of(field);
        const struct entity *entity = parent;
        int role = 0;
        enum rc rc = RC_OK;

        if (entity->kind == ENTITY_TEAM)
                rc = store_role_in_team(call->conn, entity->id, call->who->account_id, &role, err);
        else if (entity->kind == ENTITY_ORG)
                rc = store_role_in_org(call->conn, entity->org_id, call->who->account_id, &role, err);
        else if (entity->id == call->who->entity_id)
                role = MODEL_MEMBER_ADMIN;
        return rc ? rc : out_member_role(out, role);
}

static enum rc read_member(struct gql_field *field, struct str *ret_username, enum model_member_role *ret,
                           struct err *err)
{
        const struct gql_value *input = arg_input(field);

        *ret_username = gql_member_str(input, "username");
        return organization_parse_role(gql_member_str(input, "role"), ret, err);
}

FIELD(Mutation, setTeamMemberRole)
{
        enum model_member_role role = MODEL_MEMBER_VIEWER;
        struct str username = STR_NULL;
        enum rc rc = read_member(field, &username, &role, err);

        if (!rc)
                rc = team_set_member(call_of(field), gql_member_str(arg_input(field), "entityName"), username, role, err);
        return rc ? rc : out_success(field, out);
}

FIELD(Mutation, setOrganizationMemberRole)
{
        enum model_member_role role = MODEL_MEMBER_VIEWER;
        struct str username = STR_NULL;
        enum rc rc = read_member(field, &username, &role, err);

        if (!rc)
                rc = organization_set_member(call_of(field), gql_member_str(arg_input(field), "organizationName"), username,
                                             role, err);
        return rc ? rc : out_success(field, out);
}

FIELD(Mutation, removeOrganizationMember)
{
        const struct gql_value *input = arg_input(field);
        enum rc rc = organization_remove_member(call_of(field), gql_member_str(input, "organizationName"),
                                                gql_member_str(input, "username"), err);

        return rc ? rc : out_success(field, out);
}

/* ---- the search bar ---- */

FIELD(Query, search)
{
        struct call *call = call_of(field);
        struct found *found = arena_new(gql_arena(field), struct found);
        struct str text = str_trim(gql_arg_str(field, "text"));
        int64_t first = gql_int(gql_arg(field, "first"), 10);
        struct entity *entity = NULL;
        enum rc rc;

        if (first < 1 || first > SEARCH_FIRST_MAX || text.len > 200)
                return err_set(err, RC_INVALID, "A search is for at most 200 bytes and 1 to %d of each.", SEARCH_FIRST_MAX);
        rc = entity_find(call, gql_arg_str(field, "organizationName"), &entity, err);
        if (!rc && entity)
                rc = search_bar(call, entity, text, (size_t)first, found, err);
        if (rc)
                return rc;
        gql_out_object(out, "SearchResult", found);
        return RC_OK;
}

FIELD(SearchResult, registries)
{
        const struct found *found = parent;

        gql_out_list(out, found->registry_count);
        for (size_t i = 0; i < found->registry_count; i++)
                gql_out_object(gql_out_item(out, i), "Project", found->registries[i]);
        return RC_OK;
}

FIELD(SearchResult, collections)
{
        const struct found *found = parent;

        gql_out_list(out, found->collection_count);
        for (size_t i = 0; i < found->collection_count; i++)
                out_collection(field, gql_out_item(out, i), found->collections[i], found->homes[i]);
        return RC_OK;
}

FIELD(SearchResult, versions)
{
        const struct found *found = parent;

        gql_out_list(out, found->version_count);
        for (size_t i = 0; i < found->version_count; i++)
                gql_out_object(gql_out_item(out, i), "ArtifactCollectionMembership", found->versions[i]);
        return RC_OK;
}
