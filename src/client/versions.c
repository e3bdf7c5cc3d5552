/*
 * client/versions.c - lists of versions: of a collection in a project, or of the registries of an organization.
 */
#include "client/artifact.h"
#include "client/list.h"

#define VERSION_FRAGMENT \
        " fragment A on Artifact { id versionIndex description metadata ttlDurationSeconds state size digest fileCount " \
        "createdAt updatedAt artifactType { name } tags { name } " \
        "artifactSequence { id name project { name entity { name } } } " \
        "aliases { alias artifactCollection { name project { name entity { name } } } } }"

struct vitrine_versions {
        struct list list;
        bool of_project;
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
        const char *entity = o->entity;
        struct str filters = STR_NULL;
        enum rc rc;

        if (!o->collection)
                return err_set(err, RC_INVALID, "Versions in a project are listed by collection: name one.");
        rc = entity ? RC_OK : session_entity(list->session, &entity, err);
        if (!rc)
                rc = list_filter(&list->own, o->filter, NULL, false, &filters, err);
        if (rc)
                return rc;
        list->missing = arena_printf(&list->own, "There is no collection '%s/%s/%s', or you may not see it.", entity,
                                     o->project, o->collection).ptr;
        rc = list_variable(list, "entity", entity, err);
        if (!rc)
                rc = list_variable(list, "project", o->project, err);
        if (!rc)
                rc = list_variable(list, "collection", o->collection, err);
        if (!rc)
                rc = list_variable(list, "filters", filters.ptr, err);
        return rc ? rc : list_variable(list, "order", o->order, err);
}

static enum rc begin_registry(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        struct str display = STR_NULL, entity = STR_NULL, registries = STR_NULL, collections = STR_NULL, filters = STR_NULL;
        enum rc rc = list_filter(&list->own, o->registry_filter, o->registry, true, &registries, err);

        if (!rc)
                rc = list_filter(&list->own, o->collection_filter, o->collection, false, &collections, err);
        if (!rc)
                rc = list_filter(&list->own, o->filter, NULL, false, &filters, err);
        if (!rc)
                rc = find_org(list->session, &list->own, o->organization, &display, &entity, err);
        if (rc)
                return rc;
        display = arena_str(&list->own, display);
        rc = list_variable(list, "organization", display.ptr, err);
        if (!rc)
                rc = list_variable(list, "registryFilter", registries.ptr, err);
        if (!rc)
                rc = list_variable(list, "collectionFilter", collections.ptr, err);
        if (!rc)
                rc = list_variable(list, "artifactFilter", filters.ptr, err);
        return rc ? rc : list_variable(list, "order", o->order, err);
}

static enum rc begin(struct vitrine_versions *v, struct vitrine_session *session, const struct vitrine_list_options *o,
                     struct err *err)
{
        v->of_project = o->project != NULL;
        if (v->of_project)
                list_begin(&v->list, session, project_document, "project.artifactCollection",
                           "project.artifactCollection.artifacts");
        else
                list_begin(&v->list, session, registry_document, "organization",
                           "organization.orgEntity.artifactMemberships");
        v->list.per_page = o->per_page;
        return v->of_project ? begin_project(&v->list, o, err) : begin_registry(&v->list, o, err);
}

enum vitrine_code vitrine_versions_list(vitrine_session *session, const struct vitrine_list_options *options,
                                        vitrine_versions **ret_list, struct vitrine_error *error)
{
        struct vitrine_list_options o = VITRINE_LIST_OPTIONS_INIT;
        struct vitrine_versions *list;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (rc)
                return border(session, rc, &err, error);
        list = mem_alloc_zero(1, sizeof(*list));
        if (!list)
                return border(session, mem_fail(&err), &err, error);
        rc = begin(list, session, &o, &err);
        if (rc)
                vitrine_versions_free(list);
        else
                *ret_list = list;
        return border(session, rc, &err, error);
}

/* One that was deleted while the list was walked has no artifact any more and is left out. */
static enum rc next(struct vitrine_versions *v, struct vitrine_artifact **ret, struct err *err)
{
        const struct json *edge = NULL, *node;
        enum rc rc;

        do {
                rc = list_next(&v->list, &edge, err);
                if (rc)
                        return rc;
                if (!edge) {
                        *ret = NULL;
                        return RC_OK;
                }
                node = dig(edge, "node");
        } while (!node || (!v->of_project && !dig(node, "artifact")));
        return artifact_from(v->list.session, v->of_project ? NULL : node, v->of_project ? node : NULL, ret, err);
}

enum vitrine_code vitrine_versions_next(vitrine_versions *list, vitrine_artifact **ret_version, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(list->list.session, next(list, ret_version, &err), &err, error);
}

int64_t vitrine_versions_total(const vitrine_versions *list)
{
        return list->list.total;
}

void vitrine_versions_free(vitrine_versions *list)
{
        if (!list)
                return;
        list_done(&list->list);
        mem_free(list);
}
