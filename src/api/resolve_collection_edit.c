/*
 * api/resolve_collection_edit.c - finding collections by id, and the mutations that change
 * them. Parents: see artifact_node.h.
 */
#include "api/artifact_node.h"
#include "domain/collection.h"
#include "domain/restore.h"

/* ---- finding and changing ---- */

static enum rc any_collection_id(struct gql_field *field, struct str text, int64_t *ret, struct err *err)
{
        struct id id;

        if (id_parse(text, &id) && id.type == MODEL_ARTIFACT_PORTFOLIO) {
                *ret = id.number;
                return RC_OK;
        }
        return text_id(field, text, MODEL_ARTIFACT_SEQUENCE, ret, err);
}

FIELD(Query, artifactCollection)
{
        struct collection *c = NULL;
        struct project *p = NULL;
        int64_t id = 0;
        enum rc rc = any_collection_id(field, gql_arg_str(field, "id"), &id, err);

        if (!rc)
                rc = collection_see(call_of(field), id, &c, &p, err);
        if (rc || !c)
                return rc;
        out_collection(field, out, c, p);
        return RC_OK;
}

FIELD(ArtifactCollectionPayload, artifactCollection)
{
        struct collection_node *node = ((struct payload *)parent)->object;

        gql_out_object(out, collection_type(node->row), node);
        return RC_OK;
}

static enum rc out_payload(struct gql_field *field, struct gql_out *out, struct collection *row)
{
        struct payload *payload = payload_new(field);

        payload->object = collection_node(field, row, NULL);
        gql_out_object(out, "ArtifactCollectionPayload", payload);
        return RC_OK;
}

static enum rc edit_collection(struct gql_field *field, struct gql_out *out, const char *id_member,
                               enum collection_kind kind, struct str type_name, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        struct collection_edit edit = {
                .kind = kind,
                .name = gql_member_str(in, "name"),
                .description = gql_member_str(in, "description"),
                .type_name = type_name,
        };
        struct collection *c = NULL;
        enum rc rc = member_id(field, in, id_member,
                               kind == COLLECTION_SEQUENCE ? MODEL_ARTIFACT_SEQUENCE : MODEL_ARTIFACT_PORTFOLIO,
                               &edit.id, err);

        if (!rc)
                rc = collection_edit(call_of(field), &edit, &c, err);
        if (rc)
                return rc;
        return out_payload(field, out, c);
}

FIELD(Mutation, updateArtifactSequence)
{
        return edit_collection(field, out, "artifactSequenceID", COLLECTION_SEQUENCE, STR_NULL, err);
}

FIELD(Mutation, updateArtifactPortfolio)
{
        return edit_collection(field, out, "artifactPortfolioID", COLLECTION_PORTFOLIO, STR_NULL, err);
}

FIELD(Mutation, moveArtifactSequence)
{
        return edit_collection(field, out, "artifactSequenceID", COLLECTION_SEQUENCE,
                               gql_member_str(arg_input(field), "destinationArtifactTypeName"), err);
}

static enum rc delete_collection(struct gql_field *field, struct gql_out *out, const char *id_member,
                                 enum collection_kind kind, struct err *err)
{
        struct collection *c = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), id_member,
                               kind == COLLECTION_SEQUENCE ? MODEL_ARTIFACT_SEQUENCE : MODEL_ARTIFACT_PORTFOLIO,
                               &id, err);

        if (!rc)
                rc = collection_delete(call_of(field), id, kind, &c, err);
        if (rc)
                return rc;
        return out_payload(field, out, c);
}

FIELD(Mutation, deleteArtifactSequence)
{
        return delete_collection(field, out, "artifactSequenceID", COLLECTION_SEQUENCE, err);
}

FIELD(Mutation, deleteArtifactPortfolio)
{
        return delete_collection(field, out, "artifactPortfolioID", COLLECTION_PORTFOLIO, err);
}

FIELD(Mutation, restoreArtifactCollection)
{
        struct collection *c = NULL;
        int64_t id = 0;
        enum rc rc = any_collection_id(field, gql_member_str(arg_input(field), "artifactCollectionID"), &id, err);

        if (!rc)
                rc = collection_restore(call_of(field), id, &c, err);
        if (rc)
                return rc;
        return out_payload(field, out, c);
}

FIELD(Mutation, createArtifactPortfolio)
{
        const struct gql_value *in = arg_input(field);
        struct portfolio_input input = {
                .entity_name = gql_member_str(in, "entityName"),
                .project_name = gql_member_str(in, "projectName"),
                .type_name = gql_member_str(in, "artifactTypeName"),
                .name = gql_member_str(in, "name"),
                .description = gql_member_str(in, "description"),
        };
        struct collection *c = NULL;
        enum rc rc = collection_create_portfolio(call_of(field), &input, &c, err);

        if (rc)
                return rc;
        return out_payload(field, out, c);
}

/* ---- tags of collections ---- */

static enum rc change_tags(struct gql_field *field, bool remove, struct collection **ret, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        struct str *tags = NULL;
        struct collection_tags change = {
                .entity_name = gql_member_str(in, "entityName"),
                .project_name = gql_member_str(in, "projectName"),
                .collection_name = gql_member_str(in, "artifactCollectionName"),
                .remove = remove,
        };
        enum rc rc = read_strings(field, gql_member(in, "tags"), "tagName", &tags, &change.count, err);

        if (rc)
                return rc;
        change.tags = tags;
        return collection_change_tags(call_of(field), &change, ret, err);
}

FIELD(Mutation, createArtifactCollectionTagAssignments)
{
        struct payload *payload = payload_new(field);
        struct collection *c = NULL;
        enum rc rc = change_tags(field, false, &c, err);

        if (rc)
                return rc;
        payload->object = c;
        gql_out_object(out, "CreateArtifactCollectionTagAssignmentsPayload", payload);
        return RC_OK;
}

FIELD(CreateArtifactCollectionTagAssignmentsPayload, tags)
{
        struct call *call = call_of(field);
        const struct collection *c = ((struct payload *)parent)->object;
        struct tag_list tags;
        enum rc rc = store_collection_tags(call->conn, call->arena, c->id, &tags, err);

        if (rc)
                return rc;
        out_tags(out, &tags);
        return RC_OK;
}

FIELD(Mutation, deleteArtifactCollectionTagAssignments)
{
        struct collection *c = NULL;
        enum rc rc = change_tags(field, true, &c, err);

        if (rc)
                return rc;
        return out_success(field, out);
}
