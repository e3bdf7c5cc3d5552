/*
 * api/resolve_restore.c - what was deleted and can be restored; the mutations that do it
 * stand beside those that delete. Parent of DeletedItem: struct deleted_node.
 */
#include "api/artifact_node.h"
#include "domain/restore.h"

#define LIST_MAX 1000

struct deleted_node {
        const struct deleted_item *item;
        int64_t until_us;
};

static void out_items(struct gql_field *field, struct gql_out *out, const struct deleted_list *list, int64_t window_s)
{
        gql_out_list(out, list->count);
        for (size_t i = 0; i < list->count; i++) {
                struct deleted_node *node = arena_new(gql_arena(field), struct deleted_node);

                node->item = &list->items[i];
                node->until_us = list->items[i].deleted_us + window_s * 1000000;
                gql_out_object(gql_out_item(out, i), "DeletedItem", node);
        }
}

static enum rc out_deleted(struct gql_field *field, struct gql_out *out, const struct project *project,
                           bool collections, struct err *err)
{
        int64_t first = gql_int(gql_arg(field, "first"), 100), window_s = 0;
        struct deleted_list list;
        enum rc rc;

        if (first < 0 || first > LIST_MAX)
                return err_set(err, RC_INVALID, "'first' must be from 0 to %d.", LIST_MAX);
        rc = restore_list(call_of(field), project, collections, (size_t)first, &list, &window_s, err);
        if (rc)
                return rc;
        out_items(field, out, &list, window_s);
        return RC_OK;
}

FIELD(Project, deletedVersions)
{
        return out_deleted(field, out, parent, false, err);
}

FIELD(Project, deletedCollections)
{
        return out_deleted(field, out, parent, true, err);
}

FIELD(Entity, deletedProjects)
{
        int64_t first = gql_int(gql_arg(field, "first"), 100), window_s = 0;
        struct deleted_list list;
        enum rc rc;

        if (first < 0 || first > LIST_MAX)
                return err_set(err, RC_INVALID, "'first' must be from 0 to %d.", LIST_MAX);
        rc = restore_list_projects(call_of(field), parent, (size_t)first, &list, &window_s, err);
        if (!rc)
                out_items(field, out, &list, window_s);
        return rc;
}

FIELD(DeletedItem, id)
{
        const struct deleted_item *item = ((const struct deleted_node *)parent)->item;

        if (str_is_null(item->collection_name))
                out_id(field, out, MODEL_PROJECT, item->id);
        else if (item->version >= 0)
                out_id(field, out, MODEL_ARTIFACT, item->id);
        else
                out_id(field, out, item->kind == COLLECTION_SEQUENCE ? MODEL_ARTIFACT_SEQUENCE : MODEL_ARTIFACT_PORTFOLIO,
                       item->id);
        return RC_OK;
}

FIELD(DeletedItem, entityName)
{
        gql_out_str(out, ((const struct deleted_node *)parent)->item->entity_name);
        return RC_OK;
}

FIELD(DeletedItem, projectName)
{
        gql_out_str(out, ((const struct deleted_node *)parent)->item->project_name);
        return RC_OK;
}

FIELD(DeletedItem, collectionName)
{
        gql_out_str(out, ((const struct deleted_node *)parent)->item->collection_name);
        return RC_OK;
}

FIELD(DeletedItem, versionIndex)
{
        const struct deleted_item *item = ((const struct deleted_node *)parent)->item;

        if (item->version >= 0)
                gql_out_int(out, item->version);
        return RC_OK;
}

FIELD(DeletedItem, deletedAt)
{
        out_time(field, out, ((const struct deleted_node *)parent)->item->deleted_us);
        return RC_OK;
}

FIELD_TIME(DeletedItem, restorableUntil, deleted_node, until_us)

FIELD(Mutation, restoreProject)
{
        struct project *project = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), "projectID", MODEL_PROJECT, &id, err);

        if (!rc)
                rc = project_restore(call_of(field), id, &project, err);
        if (!rc)
                gql_out_object(out, "RestoreProjectPayload", project);
        return rc;
}

FIELD_SELF(RestoreProjectPayload, project, "Project")
