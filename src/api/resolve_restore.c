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
        gql_out_list(out, list.count);
        for (size_t i = 0; i < list.count; i++) {
                struct deleted_node *node = arena_new(gql_arena(field), struct deleted_node);

                node->item = &list.items[i];
                node->until_us = list.items[i].deleted_us + window_s * 1000000;
                gql_out_object(gql_out_item(out, i), "DeletedItem", node);
        }
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

FIELD(DeletedItem, id)
{
        const struct deleted_item *item = ((const struct deleted_node *)parent)->item;

        if (item->version >= 0)
                out_id(field, out, MODEL_ARTIFACT, item->id);
        else
                out_id(field, out, item->kind == COLLECTION_SEQUENCE ? MODEL_ARTIFACT_SEQUENCE : MODEL_ARTIFACT_PORTFOLIO,
                       item->id);
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
