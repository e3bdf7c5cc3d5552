/*
 * api/resolve_app.c - what the Registry App asks beside what clients ask: stars, what the viewer may do, counts,
 * roles of members, the search bar. Parents: see artifact_node.h; ProjectPermissions int[ACT__COUNT]
 * of booleans; SearchResult struct found_node *.
 */
#include "api/artifact_node.h"
#include "domain/account.h"
#include "domain/organization.h"
#include "domain/policy.h"
#include "domain/project.h"
#include "domain/search.h"
#include "domain/star.h"
#include "domain/team.h"
#include "json/json.h"

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
PERMISSION(delete, ACT_DELETE_PROJECT)

FIELD_BOOL(Project, isCore, project, is_core)

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

struct found_node {
        struct search_page projects, collections, versions;
};

/* (?i) and the text, each of its ASCII punctuation marks taken as it is. */
static struct str pattern_of(struct arena *arena, struct str text)
{
        char *pattern = arena_alloc(arena, 2 * text.len + 4);
        size_t len = 4;

        memcpy(pattern, "(?i)", 4);
        for (size_t i = 0; i < text.len; i++) {
                char c = text.ptr[i];
                bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             (unsigned char)c >= 0x80 || c == ' ' || c == '_';

                if (!plain)
                        pattern[len++] = '\\';
                pattern[len++] = c;
        }
        return (struct str){ pattern, len };
}

/* {"$or": [{"a": {"$regex": pattern}}, ...]} */
static struct str filter_of(struct arena *arena, struct str pattern, const char *const *names, size_t count)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_object(&w);
        json_key(&w, STR("$or"));
        json_begin_array(&w);
        for (size_t i = 0; i < count; i++) {
                json_begin_object(&w);
                json_key(&w, str_from(names[i]));
                json_begin_object(&w);
                json_key_string(&w, "$regex", pattern);
                json_end_object(&w);
                json_end_object(&w);
        }
        json_end_array(&w);
        json_end_object(&w);
        return arena_str(arena, buf_str(&buf));
}

/* All registries have the same prefix: what is found in it only is not found. */
static void drop_prefix_matches(struct call *call, struct search_page *page, struct str text, size_t first)
{
        struct str wanted = model_fold(call->arena, text);
        size_t count = 0;

        for (size_t i = 0; i < page->count && count < first; i++) {
                struct str name = page->projects[i]->name;

                if (str_starts(name, STR(MODEL_REGISTRY_PREFIX)))
                        name = str_slice(name, sizeof(MODEL_REGISTRY_PREFIX) - 1, name.len);
                if (str_contains(model_fold(call->arena, name), wanted) ||
                    str_contains(model_fold(call->arena, page->projects[i]->description), wanted))
                        page->projects[count++] = page->projects[i];
        }
        page->count = count;
}

static enum rc find_all(struct call *call, const struct entity *entity, struct str text, size_t first,
                        struct found_node *ret, struct err *err)
{
        static const char *const project_names[] = { "name", "description" }, *const collection_names[] = { "name", "tag" },
                          *const version_names[] = { "tag", "alias" };
        struct str pattern = pattern_of(call->arena, text);
        struct search_input in = { .entity = entity, .first = 200 };
        enum rc rc;

        in.project_filters = filter_of(call->arena, pattern, project_names, ARRAY_LEN(project_names));
        rc = search_projects(call, &in, &ret->projects, err);
        if (rc)
                return rc;
        drop_prefix_matches(call, &ret->projects, text, first);
        in = (struct search_input){ .entity = entity, .first = first };
        in.collection_filters = filter_of(call->arena, pattern, collection_names, ARRAY_LEN(collection_names));
        rc = search_collections(call, &in, &ret->collections, err);
        if (rc)
                return rc;
        in.collection_filters = STR_NULL;
        in.version_filters = filter_of(call->arena, pattern, version_names, ARRAY_LEN(version_names));
        return search_versions(call, &in, &ret->versions, err);
}

FIELD(Query, search)
{
        struct call *call = call_of(field);
        struct found_node *found = arena_new(gql_arena(field), struct found_node);
        struct str text = str_trim(gql_arg_str(field, "text"));
        int64_t first = gql_int(gql_arg(field, "first"), 10);
        struct entity *entity = NULL;
        enum rc rc;

        if (first < 1 || first > SEARCH_FIRST_MAX || text.len > 200)
                return err_set(err, RC_INVALID, "A search is for at most 200 bytes and 1 to %d of each.", SEARCH_FIRST_MAX);
        rc = entity_find(call, gql_arg_str(field, "organizationName"), &entity, err);
        if (rc)
                return rc;
        if (entity && entity->kind == ENTITY_ORG && text.len > 0)
                rc = find_all(call, entity, text, (size_t)first, found, err);
        if (rc)
                return rc;
        gql_out_object(out, "SearchResult", found);
        return RC_OK;
}

FIELD(SearchResult, registries)
{
        const struct search_page *page = &((const struct found_node *)parent)->projects;

        gql_out_list(out, page->count);
        for (size_t i = 0; i < page->count; i++)
                gql_out_object(gql_out_item(out, i), "Project", page->projects[i]);
        return RC_OK;
}

FIELD(SearchResult, collections)
{
        const struct search_page *page = &((const struct found_node *)parent)->collections;

        gql_out_list(out, page->count);
        for (size_t i = 0; i < page->count; i++)
                out_collection(field, gql_out_item(out, i), page->collections[i], page->homes[i]);
        return RC_OK;
}

FIELD(SearchResult, versions)
{
        const struct search_page *page = &((const struct found_node *)parent)->versions;

        gql_out_list(out, page->count);
        for (size_t i = 0; i < page->count; i++)
                gql_out_object(gql_out_item(out, i), "ArtifactCollectionMembership", page->versions[i]);
        return RC_OK;
}
