/*
 * client/registry_list.c - lists of registries, and of what is in one.
 */
#include "client/registry.h"

static const char list_document[] =
        "query FetchRegistries($organization: String!, $filters: JSONString, $cursor: String, $perPage: Int, $order: String) "
        "{ organization(name: $organization) { orgEntity { projects(filters: $filters, after: $cursor, first: $perPage, "
        "order: $order) { pageInfo { endCursor hasNextPage } edges { node { ...R } } } } } }" REGISTRY_FRAGMENT;

struct vitrine_registries {
        struct list list;
};

static enum rc begin(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        enum rc rc = list_filter_variable(list, "filters", o->filter, NULL, NULL, true, err);

        list->document = list_document;
        list->parent = "organization";
        list->connection = "organization.orgEntity.projects";
        if (!rc)
                rc = list_of_organization(list, o, err);
        return rc ? rc : list_variable(list, "order", o->order, err);
}

enum vitrine_code vitrine_registries_list(vitrine_session *session, const char *organization, const char *filter,
                                          const char *order, unsigned per_page, vitrine_registries **ret_list,
                                          struct vitrine_error *error)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        struct list *list = NULL;
        struct err err = { 0 };
        enum rc rc;

        options.organization = organization;
        options.filter = filter;
        options.order = order;
        options.per_page = per_page;
        rc = list_open(session, &options, begin, &list, &err);
        if (!rc)
                *ret_list = (struct vitrine_registries *)list;
        return border(session, rc, &err, error);
}

enum vitrine_code vitrine_registries_next(vitrine_registries *list, vitrine_registry **ret_registry,
                                          struct vitrine_error *error)
{
        const struct json *node = NULL;
        struct err err = { 0 };
        enum rc rc = list_next(&list->list, &node, &err);

        if (!rc && !node)
                *ret_registry = NULL;
        else if (!rc)
                rc = registry_from(list->list.session, node, ret_registry, &err);
        return border(list->list.session, rc, &err, error);
}

void vitrine_registries_free(vitrine_registries *list)
{
        list_free((struct list *)list);
}

/* ---- of one registry ---------------------------------------------------------------------------- */

enum vitrine_code vitrine_registry_collections(vitrine_registry *registry, const char *filter, const char *order,
                                               vitrine_collections **ret_list, struct vitrine_error *error)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;

        options.organization = registry->organization;
        options.registry = registry->full_name + strlen(REGISTRY_PREFIX);
        options.filter = filter;
        options.order = order;
        return vitrine_collections_list(registry->session, &options, ret_list, error);
}

enum vitrine_code vitrine_registry_versions(vitrine_registry *registry, const char *filter, vitrine_versions **ret_list,
                                            struct vitrine_error *error)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;

        options.organization = registry->organization;
        options.registry = registry->full_name + strlen(REGISTRY_PREFIX);
        options.filter = filter;
        return vitrine_versions_list(registry->session, &options, ret_list, error);
}
