/*
 * client/versions.c - lists of versions: of a collection in a project, or of the registries of an organization.
 */
#include "client/artifact.h"
#include "client/list.h"

struct vitrine_versions {
        struct list list;
};

static const char project_document[] =
        "query ProjectArtifacts($entity: String!, $project: String!, $collection: String!, $cursor: String, $perPage: Int, "
        "$order: String, $filters: JSONString) { project(entityName: $entity, name: $project) { "
        "artifactCollection(name: $collection) { artifacts(after: $cursor, first: $perPage, order: $order, "
        "filters: $filters) { totalCount pageInfo { endCursor hasNextPage } edges { version node { ...A } } } } } }"
        VERSION_FRAGMENT;
static const char registry_document[] =
        "query RegistryVersions($organization: String!, $registryFilter: JSONString, $collectionFilter: JSONString, "
        "$artifactFilter: JSONString, $cursor: String, $perPage: Int, $order: String) { organization(name: $organization) { "
        "orgEntity { name artifactMemberships(projectFilters: $registryFilter, collectionFilters: $collectionFilter, "
        "filters: $artifactFilter, after: $cursor, first: $perPage, order: $order) { "
        "pageInfo { endCursor hasNextPage } edges { node { ...M } } } } } }" ARTIFACT_FRAGMENTS;

static enum rc begin_project(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        const char *entity = NULL;
        enum rc rc;

        if (!o->collection)
                return err_set(err, RC_INVALID, "Versions in a project are listed by collection: name one.");
        rc = list_filter_variable(list, "filters", o->filter, NULL, NULL, false, err);
        if (!rc)
                rc = list_of_project(list, o, &entity, err);
        if (rc)
                return rc;
        list->document = project_document;
        list->parent = "project.artifactCollection";
        list->connection = "project.artifactCollection.artifacts";
        list->missing = arena_printf(&list->own, "There is no collection '%s/%s/%s', or you may not see it.", entity,
                                     o->project, o->collection).ptr;
        return list_variable(list, "collection", o->collection, err);
}

static enum rc begin_registry(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        enum rc rc = list_filter_variable(list, "registryFilter", o->registry_filter, NULL, o->registry, true, err);

        list->document = registry_document;
        list->parent = "organization";
        list->connection = "organization.orgEntity.artifactMemberships";
        if (!rc)
                rc = list_filter_variable(list, "collectionFilter", o->collection_filter, NULL, o->collection, false, err);
        if (!rc)
                rc = list_filter_variable(list, "artifactFilter", o->filter, NULL, NULL, false, err);
        return rc ? rc : list_of_organization(list, o, err);
}

static enum rc begin(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        enum rc rc = o->project ? begin_project(list, o, err) : begin_registry(list, o, err);

        return rc ? rc : list_variable(list, "order", o->order, err);
}

enum vitrine_code vitrine_versions_list(vitrine_session *session, const struct vitrine_list_options *options,
                                        vitrine_versions **ret_list, struct vitrine_error *error)
{
        struct list *list = NULL;
        struct err err = { 0 };
        enum rc rc = list_open(session, options, begin, &list, &err);

        if (!rc)
                *ret_list = (struct vitrine_versions *)list;
        return border(session, rc, &err, error);
}

/* A link whose version was deleted while the list was walked has no artifact any more and is left out. */
static enum rc next(struct list *list, struct vitrine_artifact **ret, struct err *err)
{
        const struct json *node = NULL;
        enum rc rc;

        do {
                rc = list_next(list, &node, err);
                if (rc)
                        return rc;
        } while (node && !list->of_project && !dig(node, "artifact"));
        if (!node) {
                *ret = NULL;
                return RC_OK;
        }
        return artifact_from(list->session, list->of_project ? NULL : node, list->of_project ? node : NULL, ret, err);
}

enum vitrine_code vitrine_versions_next(vitrine_versions *list, vitrine_artifact **ret_version, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(list->list.session, next(&list->list, ret_version, &err), &err, error);
}

int64_t vitrine_versions_total(const vitrine_versions *list)
{
        return list->list.total;
}

void vitrine_versions_free(vitrine_versions *list)
{
        list_free((struct list *)list);
}
