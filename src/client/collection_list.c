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
        const char *entity = o->entity;
        struct str filters = STR_NULL;
        enum rc rc = entity ? RC_OK : session_entity(list->session, &entity, err);

        if (!rc)
                rc = list_filter(&list->own, o->filter, o->collection, false, &filters, err);
        if (rc)
                return rc;
        if (o->type) {
                list->document = type_document;
                list->connection = "project.artifactType.artifactCollections";
        }
        list->missing = arena_printf(&list->own, "There is no project '%s/%s', or you may not see it.", entity,
                                     o->project).ptr;
        rc = list_variable(list, "entity", entity, err);
        if (!rc)
                rc = list_variable(list, "project", o->project, err);
        if (!rc && o->type)
                rc = list_variable(list, "type", o->type, err);
        if (!rc)
                rc = list_variable(list, "filters", filters.ptr, err);
        return rc ? rc : list_variable(list, "order", o->order, err);
}

static enum rc begin_registry(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        struct str display = STR_NULL, entity = STR_NULL, registries = STR_NULL, filters = STR_NULL;
        enum rc rc = list_filter(&list->own, o->registry_filter, o->registry, true, &registries, err);

        if (!rc)
                rc = list_filter(&list->own, o->filter ? o->filter : o->collection_filter, o->collection, false, &filters,
                                 err);
        if (!rc)
                rc = find_org(list->session, &list->own, o->organization, &display, &entity, err);
        if (rc)
                return rc;
        display = arena_str(&list->own, display);
        list->document = registry_document;
        list->parent = "organization";
        list->connection = "organization.orgEntity.artifactCollections";
        rc = list_variable(list, "organization", display.ptr, err);
        if (!rc)
                rc = list_variable(list, "registryFilter", registries.ptr, err);
        if (!rc)
                rc = list_variable(list, "collectionFilter", filters.ptr, err);
        return rc ? rc : list_variable(list, "order", o->order, err);
}

enum vitrine_code vitrine_collections_list(vitrine_session *session, const struct vitrine_list_options *options,
                                           vitrine_collections **ret_list, struct vitrine_error *error)
{
        struct vitrine_list_options o = VITRINE_LIST_OPTIONS_INIT;
        struct vitrine_collections *list;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (rc)
                return border(session, rc, &err, error);
        list = mem_alloc_zero(1, sizeof(*list));
        if (!list)
                return border(session, mem_fail(&err), &err, error);
        list_begin(&list->list, session, project_document, "project", "project.artifactCollections");
        list->list.per_page = o.per_page;
        rc = o.project ? begin_project(&list->list, &o, &err) : begin_registry(&list->list, &o, &err);
        if (rc)
                vitrine_collections_free(list);
        else
                *ret_list = list;
        return border(session, rc, &err, error);
}

enum vitrine_code vitrine_collections_next(vitrine_collections *list, vitrine_collection **ret_collection,
                                           struct vitrine_error *error)
{
        const struct json *edge = NULL;
        struct err err = { 0 };
        enum rc rc = list_next(&list->list, &edge, &err);

        if (!rc && !edge)
                *ret_collection = NULL;
        else if (!rc)
                rc = collection_from(list->list.session, json_get(edge, "node"), ret_collection, &err);
        return border(list->list.session, rc, &err, error);
}

int64_t vitrine_collections_total(const vitrine_collections *list)
{
        return list->list.total;
}

void vitrine_collections_free(vitrine_collections *list)
{
        if (!list)
                return;
        list_done(&list->list);
        mem_free(list);
}
