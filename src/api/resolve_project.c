/*
 * api/resolve_project.c - projects, registries, their members and types. Parents: see
 * artifact_node.h.
 */
#include "api/artifact_node.h"
#include "domain/project.h"

/* ---- Project ---- */

FIELD_ID(Project, id, MODEL_PROJECT, project, id)
FIELD_ID(Project, internalId, MODEL_PROJECT_INTERNAL, project, id)
FIELD_STR(Project, name, project, name)
FIELD_STR(Project, entityName, project, entity_name)
FIELD_TEXT(Project, description, project, description)
FIELD_TIME(Project, createdAt, project, created_us)
FIELD_TIME(Project, updatedAt, project, updated_us)
FIELD_NULL(Project, repo)
FIELD_NULL(Project, dockerImage)
FIELD_CONST_BOOL(Project, isBenchmark, false)
FIELD_CONST_STR(Project, views, "{}")

FIELD(Project, entity)
{
        return out_entity(field, out, ((struct project *)parent)->entity_id, err);
}

FIELD(Project, user)
{
        return out_user(field, out, ((struct project *)parent)->created_by, err);
}

FIELD(Project, owner)
{
        return out_user(field, out, ((struct project *)parent)->owner, err);
}

FIELD(Project, access)
{
        const struct project *p = parent;

        gql_out_str(out, str_from(model_access_name((enum model_access)p->access)));
        return RC_OK;
}

FIELD(Project, readOnly)
{
        bool may = false;
        enum rc rc = policy_may(call_of(field), parent, ACT_EDIT_VERSION, &may, err);

        if (rc)
                return rc;
        gql_out_bool(out, !may);
        return RC_OK;
}

FIELD(Project, allowAllArtifactTypesInRegistry)
{
        const struct project *p = parent;

        gql_out_bool(out, p->is_registry && p->allow_all_types);
        return RC_OK;
}

FIELD(Project, viewerRole)
{
        enum model_role role;
        struct role_node *node;
        enum rc rc = policy_role(call_of(field), parent, &role, err);

        if (rc)
                return rc;
        node = arena_new(gql_arena(field), struct role_node);
        node->name = str_from(model_role_name(role));
        if (role != MODEL_ROLE_NONE)
                gql_out_object(out, "Role", node);
        return RC_OK;
}

FIELD_STR(Role, name, role_node, name)

/* ---- members ---- */

static void out_members(struct gql_out *out, const char *type, struct project_member_list *list)
{
        gql_out_list(out, list->count);
        for (size_t i = 0; i < list->count; i++)
                gql_out_object(gql_out_item(out, i), type, &list->items[i]);
}

FIELD(Project, members)
{
        struct call *call = call_of(field);
        struct project_member_list list;
        enum rc rc = store_project_accounts(call->conn, call->arena, ((struct project *)parent)->id, &list, err);

        if (rc)
                return rc;
        out_members(out, "ProjectMember", &list);
        return RC_OK;
}

FIELD(Project, teamMembers)
{
        struct call *call = call_of(field);
        struct project_member_list list;
        enum rc rc = store_project_teams(call->conn, call->arena, ((struct project *)parent)->id, &list, err);

        if (rc)
                return rc;
        out_members(out, "ProjectTeamMember", &list);
        return RC_OK;
}

FIELD_ID(ProjectMember, id, MODEL_USER, project_member, account_id)
FIELD_STR(ProjectMember, name, project_member, name)
FIELD_STR(ProjectMember, username, project_member, username)
FIELD_STR(ProjectMember, email, project_member, email)

FIELD(ProjectMember, accountType)
{
        gql_out_str(out, ((const struct project_member *)parent)->service ? STR("SERVICE") : STR("MEMBER"));
        return RC_OK;
}

static enum rc out_role(struct gql_field *field, const struct project_member *m, struct gql_out *out)
{
        struct role_node *node = arena_new(gql_arena(field), struct role_node);

        node->name = str_from(model_role_name((enum model_role)m->role));
        gql_out_object(out, "Role", node);
        return RC_OK;
}

FIELD(ProjectMember, role)
{
        return out_role(field, parent, out);
}

FIELD(ProjectTeamMember, role)
{
        return out_role(field, parent, out);
}

/* What the organization and teams give besides; what counts is the higher of the two. */
FIELD(ProjectMember, inheritedRole)
{
        const struct project_member *m = parent;
        enum model_role role = MODEL_ROLE_NONE;
        struct role_node *node = arena_new(gql_arena(field), struct role_node);
        enum rc rc = policy_inherited_role(call_of(field), m->project_id, m->account_id, &role, err);

        if (rc)
                return rc;
        node->name = str_from(model_role_name(role));
        if (role != MODEL_ROLE_NONE)
                gql_out_object(out, "Role", node);
        return RC_OK;
}

FIELD(ProjectTeamMember, team)
{
        return out_entity(field, out, ((struct project_member *)parent)->entity_id, err);
}

/* ---- what a project holds ---- */

/* "collection:alias"; nothing when it is malformed: a look-up that finds nothing is null. */
static enum rc find_named(struct gql_field *field, struct project *project, struct version **ret, struct err *err)
{
        struct artifact_path path;
        struct err ignored = { 0 };

        *ret = NULL;
        if (artifact_path_parse(gql_arg_str(field, "name"), &path, &ignored) || path.project.ptr)
                return RC_OK;
        return version_find(call_of(field), project, path.collection, path.alias, ret, err);
}

FIELD(Project, artifact)
{
        struct version *v = NULL;
        enum rc rc = find_named(field, parent, &v, err);

        if (rc)
                return rc;
        gql_out_object(out, "Artifact", v);
        return RC_OK;
}

FIELD(Project, artifactCollectionMembership)
{
        struct version *v = NULL;
        enum rc rc = find_named(field, parent, &v, err);

        if (rc)
                return rc;
        gql_out_object(out, "ArtifactCollectionMembership", v);
        return RC_OK;
}

FIELD(Project, artifactCollection)
{
        struct call *call = call_of(field);
        struct project *p = parent;
        struct collection *c = NULL;
        enum rc rc = store_collection_by_name(call->conn, call->arena, p->id, gql_arg_str(field, "name"), &c, err);

        if (rc || !c)
                return rc;
        out_collection(field, out, c, p);
        return RC_OK;
}

FIELD(Project, artifactCollections)
{
        return out_collections(field, out, parent, 0, err);
}

FIELD(Project, artifactType)
{
        struct call *call = call_of(field);
        struct artifact_type *t = NULL;
        enum rc rc = store_type_by_name(call->conn, call->arena, ((struct project *)parent)->id,
                                        gql_arg_str(field, "name"), &t, err);

        if (rc)
                return rc;
        gql_out_object(out, "ArtifactType", t);
        return RC_OK;
}

FIELD(Project, artifactTypes)
{
        struct call *call = call_of(field);
        struct artifact_type_list list;
        struct connection *page;
        struct str after;
        int64_t after_id = 0;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &after_id, err);
        if (!rc)
                rc = store_type_list(call->conn, call->arena, ((struct project *)parent)->id, after_id, first + 1,
                                     &list, err);
        if (rc)
                return rc;
        page = connection_new(field, list.count);
        page->has_next = list.count > first;
        for (size_t i = 0; i < list.count && i < first; i++)
                connection_add(page, "ArtifactType", &list.items[i], cursor_make(field, list.items[i].id));
        gql_out_object(out, "ArtifactTypeConnection", page);
        return RC_OK;
}

CONNECTION_EDGES(ArtifactTypeConnection, ArtifactTypeEdge)
CONNECTION_PAGE_INFO(ArtifactTypeConnection)
EDGE_NODE(ArtifactTypeEdge)
EDGE_CURSOR(ArtifactTypeEdge)

CONNECTION_EDGES(ProjectConnection, ProjectEdge)
CONNECTION_PAGE_INFO(ProjectConnection)
EDGE_NODE(ProjectEdge)
EDGE_CURSOR(ProjectEdge)

/* ---- ArtifactType ---- */

FIELD_ID(ArtifactType, id, MODEL_ARTIFACT_TYPE, artifact_type, id)
FIELD_STR(ArtifactType, name, artifact_type, name)
FIELD_TEXT(ArtifactType, description, artifact_type, description)
FIELD_TIME(ArtifactType, createdAt, artifact_type, created_us)

/* The type's project: whoever reached the type may see it. */
static enum rc project_of_type(struct gql_field *field, const struct artifact_type *t, struct project **ret,
                               struct err *err)
{
        return project_see(call_of(field), t->project_id, ret, err);
}

static enum rc collection_of_type(struct gql_field *field, const struct artifact_type *t, struct collection **ret,
                                  struct project **ret_project, struct err *err)
{
        struct call *call = call_of(field);
        enum rc rc = project_of_type(field, t, ret_project, err);

        *ret = NULL;
        if (rc || !*ret_project)
                return rc;
        rc = store_collection_by_name(call->conn, call->arena, t->project_id, gql_arg_str(field, "name"), ret, err);
        if (!rc && *ret && (*ret)->type_id != t->id)
                *ret = NULL;
        return rc;
}

FIELD(ArtifactType, artifactCollection)
{
        struct collection *c = NULL;
        struct project *p = NULL;
        enum rc rc = collection_of_type(field, parent, &c, &p, err);

        if (rc || !c)
                return rc;
        out_collection(field, out, c, p);
        return RC_OK;
}

FIELD(ArtifactType, artifactSequence)
{
        struct collection *c = NULL;
        struct project *p = NULL;
        enum rc rc = collection_of_type(field, parent, &c, &p, err);

        if (rc || !c || c->kind != COLLECTION_SEQUENCE)
                return rc;
        out_collection(field, out, c, p);
        return RC_OK;
}

FIELD(ArtifactType, artifactCollections)
{
        struct project *p = NULL;
        enum rc rc = project_of_type(field, parent, &p, err);

        if (rc || !p)
                return rc;
        return out_collections(field, out, p, ((struct artifact_type *)parent)->id, err);
}

FIELD(ArtifactType, artifact)
{
        struct project *p = NULL;
        struct version *v = NULL;
        enum rc rc = project_of_type(field, parent, &p, err);

        if (rc || !p)
                return rc;
        rc = find_named(field, p, &v, err);
        if (rc)
                return rc;
        gql_out_object(out, "Artifact", v);
        return RC_OK;
}

/* ---- finding projects ---- */

static enum rc out_project(struct gql_field *field, struct gql_out *out, const char *entity_argument,
                           struct err *err)
{
        struct project *p = NULL;
        enum rc rc = project_find(call_of(field), gql_arg_str(field, entity_argument), gql_arg_str(field, "name"), &p,
                                  err);

        if (rc)
                return rc;
        gql_out_object(out, "Project", p);
        return RC_OK;
}

FIELD(Query, project)
{
        return out_project(field, out, "entityName", err);
}

FIELD(Query, model)
{
        return out_project(field, out, "entityName", err);
}

FIELD(Entity, project)
{
        struct project *p = NULL;
        enum rc rc = project_find_in(call_of(field), parent, gql_arg_str(field, "name"), &p, err);

        if (rc)
                return rc;
        gql_out_object(out, "Project", p);
        return RC_OK;
}

FIELD(Query, models)
{
        struct entity *entity = NULL;
        enum rc rc = entity_find(call_of(field), gql_arg_str(field, "entityName"), &entity, err);

        if (rc || !entity)
                return rc;
        return out_projects(field, out, entity, err);
}

FIELD(Entity, projects)
{
        return out_projects(field, out, parent, err);
}
