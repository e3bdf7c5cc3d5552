/*
 * api/resolve_project_edit.c - the mutations that change projects, registries and their
 * members. Parents: see artifact_node.h.
 */
#include "api/artifact_node.h"
#include "domain/project.h"

/* ---- changing projects ---- */

FIELD(Mutation, upsertModel)
{
        const struct gql_value *in = arg_input(field);
        const struct gql_value *all = gql_member(in, "allowAllArtifactTypesInRegistry");
        const struct gql_value *icon = gql_member(in, "icon");
        struct payload *payload = payload_new(field);
        struct str *types = NULL;
        struct project_input input = {
                .entity_name = gql_member_str(in, "entityName"),
                .name = gql_member_str(in, "name"),
                .description = gql_member_str(in, "description"),
                .access = gql_member_str(in, "access"),
                .has_allow_all = !gql_is_null(all),
                .allow_all_types = gql_bool(all, true),
                .has_icon = !gql_is_null(icon),
                .icon_name = gql_text(gql_member(icon, "name")),
                .icon_color = gql_text(gql_member(icon, "color")),
        };
        struct project *project = NULL;
        enum rc rc = read_strings(field, gql_member(in, "artifactTypes"), "name", &types, &input.type_count, err);

        if (rc)
                return rc;
        input.types = types;
        rc = project_upsert(call_of(field), &input, &project, &payload->inserted, err);
        if (rc)
                return rc;
        payload->object = project;
        gql_out_object(out, "UpsertModelPayload", payload);
        return RC_OK;
}

FIELD(Mutation, renameProject)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct project *project = NULL;
        enum rc rc = project_rename(call_of(field), gql_member_str(in, "entityName"),
                                    gql_member_str(in, "oldProjectName"), gql_member_str(in, "newProjectName"),
                                    &project, err);

        if (rc)
                return rc;
        payload->object = project;
        payload->inserted = false;
        gql_out_object(out, "UpsertModelPayload", payload);
        return RC_OK;
}

FIELD_BOOL(UpsertModelPayload, inserted, payload, inserted)
FIELD_OBJECT(UpsertModelPayload, project, payload, object, "Project")
FIELD_OBJECT(UpsertModelPayload, model, payload, object, "Project")

FIELD(Mutation, deleteModel)
{
        struct payload *payload = payload_new(field);
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), "id", MODEL_PROJECT, &id, err);

        if (!rc)
                rc = project_delete(call_of(field), id, err);
        if (rc)
                return rc;
        gql_out_object(out, "DeleteModelPayload", payload);
        return RC_OK;
}

FIELD_BOOL(DeleteModelPayload, success, payload, success)

/* ---- changing members ---- */

static enum rc read_ids(struct gql_field *field, const struct gql_value *list, enum model_type type,
                        const int64_t **ret, size_t *ret_count, struct err *err)
{
        size_t count = gql_is_null(list) ? 0 : list->count, n = 0;
        int64_t *ids = arena_array(gql_arena(field), int64_t, count + 1);

        for (const struct gql_value *v = count ? list->first : NULL; v; v = v->next) {
                enum rc rc = text_id(field, gql_text(v), type, &ids[n++], err);

                if (rc)
                        return rc;
        }
        *ret = ids;
        *ret_count = n;
        return RC_OK;
}

static enum rc change_many(struct gql_field *field, struct gql_out *out, bool remove, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        struct member_change change = { .remove = remove };
        enum rc rc = member_id(field, in, "projectId", MODEL_PROJECT, &change.project_id, err);

        if (!rc)
                rc = read_ids(field, gql_member(in, "userIds"), MODEL_USER, &change.account_ids,
                              &change.account_count, err);
        if (!rc)
                rc = read_ids(field, gql_member(in, "teamIds"), MODEL_ENTITY, &change.team_ids, &change.team_count,
                              err);
        if (!rc)
                rc = project_change_members(call_of(field), &change, err);
        if (rc)
                return rc;
        return out_success(field, out);
}

FIELD(Mutation, createProjectMembers)
{
        return change_many(field, out, false, err);
}

FIELD(Mutation, deleteProjectMembers)
{
        return change_many(field, out, true, err);
}

static enum rc change_role(struct gql_field *field, struct gql_out *out, struct member_change *change,
                           const char *role_member, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        struct str role = gql_member_str(in, role_member);
        enum rc rc = member_id(field, in, "projectId", MODEL_PROJECT, &change->project_id, err);

        if (rc)
                return rc;
        if (!model_role_parse(role, &change->role))
                return err_set(err, RC_INVALID,
                               "'%.*s' is no role: use admin, member, viewer or restricted_viewer.", STR_ARG(role));
        change->has_role = true;
        rc = project_change_members(call_of(field), change, err);
        if (rc)
                return rc;
        return out_success(field, out);
}

FIELD(Mutation, updateProjectMember)
{
        int64_t id = 0;
        struct member_change change = { .account_ids = &id, .account_count = 1 };
        enum rc rc = member_id(field, arg_input(field), "userId", MODEL_USER, &id, err);

        if (rc)
                return rc;
        return change_role(field, out, &change, "userProjectRole", err);
}

FIELD(Mutation, updateProjectTeamMember)
{
        int64_t id = 0;
        struct member_change change = { .team_ids = &id, .team_count = 1 };
        enum rc rc = member_id(field, arg_input(field), "teamId", MODEL_ENTITY, &id, err);

        if (rc)
                return rc;
        return change_role(field, out, &change, "teamProjectRole", err);
}

FIELD(Mutation, setProjectOwner)
{
        const struct gql_value *input = arg_input(field);
        int64_t project_id = 0, account_id = 0;
        enum rc rc = member_id(field, input, "projectId", MODEL_PROJECT, &project_id, err);

        if (!rc)
                rc = member_id(field, input, "userId", MODEL_USER, &account_id, err);
        if (!rc)
                rc = project_set_owner(call_of(field), project_id, account_id, err);
        return rc ? rc : out_success(field, out);
}
