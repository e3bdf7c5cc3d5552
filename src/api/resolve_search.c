/*
 * api/resolve_search.c - the lists that are filtered and ordered: registries and projects,
 * collections, versions. Parents: see artifact_node.h.
 */
#include "api/artifact_node.h"
#include "domain/search.h"

/* What all of these lists take. `filters` is the filter of what is listed. */
static enum rc read_list(struct gql_field *field, struct search_input *in, struct str *filters, struct err *err)
{
        *filters = gql_arg_str(field, "filters");
        in->order = gql_arg_str(field, "order");
        in->want_total = gql_selects(field, "totalCount");
        return arg_page(field, 50, &in->first, &in->after, err);
}

static struct connection *open_page(struct gql_field *field, const struct search_page *found)
{
        struct connection *page = connection_new(field, found->count);

        page->has_next = found->has_next;
        page->total = found->total;
        return page;
}

/* ---- projects ---- */

enum rc out_projects(struct gql_field *field, struct gql_out *out, const struct entity *entity, struct err *err)
{
        struct search_input in = { .entity = entity };
        struct search_page found;
        struct connection *page;
        enum rc rc = read_list(field, &in, &in.project_filters, err);

        if (!rc)
                rc = search_projects(call_of(field), &in, &found, err);
        if (rc)
                return rc;
        page = open_page(field, &found);
        for (size_t i = 0; i < found.count; i++)
                connection_add(page, "Project", found.projects[i], found.cursors[i]);
        gql_out_object(out, "ProjectConnection", page);
        return RC_OK;
}

/* ---- collections ---- */

static enum rc list_collections(struct gql_field *field, struct gql_out *out, const struct search_input *in,
                                struct err *err)
{
        struct search_page found;
        struct connection *page;
        enum rc rc = search_collections(call_of(field), in, &found, err);

        if (rc)
                return rc;
        page = open_page(field, &found);
        for (size_t i = 0; i < found.count; i++)
                connection_add(page, collection_type(found.collections[i]),
                               collection_node(field, found.collections[i], found.homes[i]), found.cursors[i]);
        gql_out_object(out, "ArtifactCollectionConnection", page);
        return RC_OK;
}

enum rc out_collections(struct gql_field *field, struct gql_out *out, struct project *project, int64_t type_id,
                        struct err *err)
{
        struct search_input in = { .project = project, .type_id = type_id };
        enum rc rc = read_list(field, &in, &in.collection_filters, err);

        return rc ? rc : list_collections(field, out, &in, err);
}

FIELD(Entity, artifactCollections)
{
        struct search_input in = { .entity = parent, .project_filters = gql_arg_str(field, "projectFilters") };
        const struct gql_value *kinds = gql_arg(field, "collectionTypes");
        enum rc rc = read_list(field, &in, &in.collection_filters, err);

        if (rc)
                return rc;
        if (!gql_is_null(kinds))
                for (const struct gql_value *kind = kinds->first; kind; kind = kind->next)
                        in.kinds |= str_eq(gql_text(kind), STR("SEQUENCE")) ? SEARCH_SEQUENCES : SEARCH_PORTFOLIOS;
        return list_collections(field, out, &in, err);
}

/* ---- versions ---- */

FIELD(Entity, artifactMemberships)
{
        struct search_input in = { .entity = parent, .project_filters = gql_arg_str(field, "projectFilters"),
                                   .collection_filters = gql_arg_str(field, "collectionFilters") };
        struct search_page found;
        struct connection *page;
        enum rc rc = read_list(field, &in, &in.version_filters, err);

        if (!rc)
                rc = search_versions(call_of(field), &in, &found, err);
        if (rc)
                return rc;
        page = open_page(field, &found);
        for (size_t i = 0; i < found.count; i++)
                if (found.versions[i])
                        connection_add(page, "ArtifactCollectionMembership", found.versions[i], found.cursors[i]);
        gql_out_object(out, "ArtifactCollectionMembershipConnection", page);
        return RC_OK;
}

/* Versions are numbered as they are made, so these orders are one: that of the table. */
static bool is_version_order(struct str order, bool *ret_descending)
{
        static const char *const names[] = { "version", "version_index", "versionIndex", "created_at", "createdAt" };
        struct str name = order;

        *ret_descending = str_is_empty(order) || str_starts(order, STR("-"));
        if (str_starts(order, STR("-")) || str_starts(order, STR("+")))
                name = str_slice(order, 1, order.len);
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
                if (str_eq_c(name, names[i]))
                        return true;
        return str_is_empty(order);
}

/* The one filter that the client sends by itself: it leaves nothing out. */
static bool takes_all(struct gql_field *field)
{
        struct filter *filter = NULL;
        struct err ignored = { 0 };

        if (filter_parse(gql_arena(field), gql_arg_str(field, "filters"), &filter, &ignored))
                return false;
        return !filter || (filter->op == FILTER_EQ && str_eq(filter->field, STR("state")) &&
                           filter->value->kind == JSON_STRING && str_eq(filter->value->text, STR("COMMITTED")));
}

static enum rc found_versions(struct gql_field *field, struct collection_node *node, struct project *project,
                              struct connection **ret, struct err *err)
{
        struct search_input in = { .project = project, .collection = node->row };
        struct search_page found;
        bool descending;
        enum rc rc = read_list(field, &in, &in.version_filters, err);

        if (is_version_order(in.order, &descending))
                in.order = descending ? STR("-version") : STR("version");
        if (!rc)
                rc = search_versions(call_of(field), &in, &found, err);
        if (rc)
                return rc;
        *ret = open_page(field, &found);
        for (size_t i = 0; i < found.count; i++)
                if (found.versions[i])
                        connection_add(*ret, "Artifact", found.versions[i], found.cursors[i]);
        return RC_OK;
}

/* All of them, as they lie in the table; cursors hold the version plus one, so that none is 0. */
static enum rc all_versions(struct gql_field *field, struct collection_node *node, struct project *project,
                            bool descending, struct connection **ret, struct err *err)
{
        struct call *call = call_of(field);
        struct membership_list list = { NULL, 0 };
        struct str after;
        int64_t bound = 0;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &bound, err);
        if (rc)
                return rc;
        bound = !str_is_null(after) ? bound - 1 : descending ? INT64_MAX : -1;
        rc = store_membership_page(call->conn, call->arena, node->row->id, descending, bound, first + 1, &list, err);
        if (rc)
                return rc;
        *ret = connection_new(field, list.count);
        (*ret)->has_next = list.count > first;
        (*ret)->total = node->row->version_count;
        for (size_t i = 0; i < list.count && i < first; i++) {
                struct version *v = NULL;

                rc = version_at(call, project, node->row, &list.items[i], &v, err);
                if (rc)
                        return rc;
                if (v)
                        connection_add(*ret, "Artifact", v, cursor_make(field, list.items[i].version + 1));
        }
        return RC_OK;
}

enum rc out_versions(struct gql_field *field, struct gql_out *out, struct collection_node *node, struct err *err)
{
        struct connection *page = NULL;
        struct project *project = NULL;
        bool descending;
        enum rc rc = collection_home(field, node, &project, err);

        if (rc || !project)
                return rc;
        if (is_version_order(gql_arg_str(field, "order"), &descending) && takes_all(field))
                rc = all_versions(field, node, project, descending, &page, err);
        else
                rc = found_versions(field, node, project, &page, err);
        if (rc)
                return rc;
        gql_out_object(out, "VersionedArtifactConnection", page);
        return RC_OK;
}
