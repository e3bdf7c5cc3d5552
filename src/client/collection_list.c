/*
 * client/collection_list.c - lists of collections: of a project, or of the registries of an organization.
 */
#include "client/collection.h"

static const char project_document[] =
        "query ProjectArtifactCollections($entity: String!, $project: String!, $cursor: String, $perPage: Int, "
        "$filters: JSONString, $order: String) { project(entityName: $entity, name: $project) { "
        "artifactCollections(after: $cursor, first: $perPage, filters: $filters, order: $order) { totalCount" PAGE_INFO
        "edges { node {" COLLECTION_FIELDS "} } } } }";
static const char type_document[] =
        "query ArtifactTypeArtifactCollections($entity: String!, $project: String!, $type: String!, $cursor: String, "
        "$perPage: Int, $filters: JSONString, $order: String) { project(entityName: $entity, name: $project) { "
        "artifactType(name: $type) { artifactCollections(after: $cursor, first: $perPage, filters: $filters, order: $order) "
        "{ totalCount" PAGE_INFO "edges { node {" COLLECTION_FIELDS "} } } } } }";
static const char registry_document[] =
        "query RegistryCollections($organization: String!, $registryFilter: JSONString, $collectionFilter: JSONString, "
        "$collectionTypes: [ArtifactCollectionType!] = [PORTFOLIO], $cursor: String, $perPage: Int, $order: String) { "
        "organization(name: $organization) { orgEntity { name artifactCollections(projectFilters: $registryFilter, "
        "filters: $collectionFilter, collectionTypes: $collectionTypes, after: $cursor, first: $perPage, order: $order) { "
        "totalCount" PAGE_INFO "edges { node {" COLLECTION_FIELDS "} } } } } }";

struct vitrine_collections {
        struct list list;
};

static enum rc begin_project(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        const char *entity = NULL;
        enum rc rc = list_filter_variable(list, "filters", o->filter, NULL, o->collection, false, err);

        if (!rc)
                rc = list_of_project(list, o, &entity, err);
        if (rc)
                return rc;
        list->document = o->type ? type_document : project_document;
        list->parent = "project";
        list->connection = o->type ? "project.artifactType.artifactCollections" : "project.artifactCollections";
        list->missing = arena_printf(&list->own, "There is no project '%s/%s', or you may not see it.", entity,
                                     o->project).ptr;
        return o->type ? list_variable(list, "type", o->type, err) : RC_OK;
}

static enum rc begin_registry(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        enum rc rc = list_filter_variable(list, "registryFilter", o->registry_filter, NULL, o->registry, true, err);

        list->document = registry_document;
        list->parent = "organization";
        list->connection = "organization.orgEntity.artifactCollections";
        if (!rc)
                rc = list_filter_variable(list, "collectionFilter", o->collection_filter, o->filter, o->collection, false,
                                          err);
        return rc ? rc : list_of_organization(list, o, err);
}

static enum rc begin(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        enum rc rc = o->project ? begin_project(list, o, err) : begin_registry(list, o, err);

        return rc ? rc : list_variable(list, "order", o->order, err);
}

enum vitrine_code vitrine_collections_list(vitrine_session *session, const struct vitrine_list_options *options,
                                           vitrine_collections **ret_list, struct vitrine_error *error)
{
        struct list *list = NULL;
        struct err err = { 0 };
        enum rc rc = list_open(session, options, begin, &list, &err);

        if (!rc)
                *ret_list = (struct vitrine_collections *)list;
        return border(session, rc, &err, error);
}

enum vitrine_code vitrine_collections_next(vitrine_collections *list, vitrine_collection **ret_collection,
                                           struct vitrine_error *error)
{
        const struct json *node = NULL;
        struct err err = { 0 };
        enum rc rc = list_next(&list->list, &node, &err);

        if (!rc && !node)
                *ret_collection = NULL;
        else if (!rc)
                rc = collection_from(list->list.session, node, ret_collection, &err);
        return border(list->list.session, rc, &err, error);
}

int64_t vitrine_collections_total(const vitrine_collections *list)
{
        return list->list.total;
}

void vitrine_collections_free(vitrine_collections *list)
{
        list_free((struct list *)list);
}
