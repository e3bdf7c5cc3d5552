/*
 * domain/search.c - see search.h.
 *
 * The query finds places; what stands there is read by id, and what follows itself in a list
 * (a project under its collections, a collection under its versions) is read once.
 */
#include "domain/search.h"

#include "crypto/crypto.h"

/* ---- what is asked for ---- */

static enum rc read_filters(struct call *call, const struct search_input *in, struct search_query *query,
                            struct err *err)
{
        struct filter *projects = NULL, *collections = NULL, *versions = NULL;
        enum rc rc = filter_parse(call->arena, in->project_filters, &projects, err);

        if (!rc)
                rc = filter_parse(call->arena, in->collection_filters, &collections, err);
        if (!rc)
                rc = filter_parse(call->arena, in->version_filters, &versions, err);
        if (rc)
                return rc;
        query->projects = projects;
        query->collections = collections;
        query->versions = versions;
        return RC_OK;
}

static enum rc read_cursor(struct call *call, struct str after, struct search_key *key, struct search_query *query,
                           struct err *err)
{
        struct str text = STR_NULL;
        enum rc rc;

        if (str_is_empty(after))
                return RC_OK;
        if (!crypto_unbase64url(call->arena, after, &text))
                return err_set(err, RC_INVALID, "'%.*s' is not a cursor of this list: start from the beginning.",
                               STR_ARG(str_slice(after, 0, 60)));
        rc = store_search_key_parse(call->arena, text, key, err);
        if (!rc)
                query->after = key;
        return rc;
}

static enum rc read_query(struct call *call, const struct search_input *in, enum search_what what,
                          struct search_query *ret, struct search_key *key, struct err *err)
{
        struct search_query query = { .what = what, .type_id = in->type_id, .kinds = in->kinds, .limit = in->first + 1 };
        enum rc rc = read_filters(call, in, &query, err);

        if (!rc)
                rc = filter_parse_order(in->order, &query.order, err);
        if (!rc)
                rc = read_cursor(call, in->after, key, &query, err);
        if (rc)
                return rc;
        query.sight.extent = SIGHT_ALL; /* of one project: judged when it was found */
        if (in->entity) {
                query.entity_id = in->entity->id;
                query.registries = in->entity->kind == ENTITY_ORG;
                rc = policy_sight(call, in->entity, &query.sight, err);
                if (rc)
                        return rc;
        } else {
                query.project_id = in->project->id;
                query.collection_id = in->collection ? in->collection->id : 0;
        }
        *ret = query;
        return RC_OK;
}

static enum rc run_query(struct call *call, const struct search_input *in, enum search_what what,
                         struct search_list *ret_list, struct search_page *ret, struct err *err)
{
        struct search_page page = { .total = -1 };
        struct search_query query;
        struct search_key key;
        enum rc rc = read_query(call, in, what, &query, &key, err);

        if (!rc)
                rc = store_search(call->conn, call->arena, &query, ret_list, err);
        if (!rc && in->want_total)
                rc = store_search_count(call->conn, call->arena, &query, &page.total, err);
        if (rc)
                return rc;
        page.has_next = ret_list->count > in->first;
        if (page.has_next)
                ret_list->count = in->first;
        page.cursors = arena_array(call->arena, struct str, ret_list->count);
        for (size_t i = 0; i < ret_list->count; i++) {
                struct str text = store_search_key_format(call->arena, &ret_list->items[i].key);

                page.cursors[i] = crypto_base64url(call->arena, text.ptr, text.len);
        }
        *ret = page;
        return RC_OK;
}

/* ---- what stands there ---- */

/* The last one read. */
struct place {
        struct project *project;
        struct collection *collection;
};

static enum rc project_at(struct call *call, int64_t id, struct place *place, struct err *err)
{
        if (place->project && place->project->id == id)
                return RC_OK;
        return store_project_by_id(call->conn, call->arena, id, &place->project, err);
}

static enum rc collection_at(struct call *call, const struct search_row *row, struct place *place, struct err *err)
{
        enum rc rc = project_at(call, row->project_id, place, err);

        if (rc || (place->collection && place->collection->id == row->collection_id))
                return rc;
        return store_collection_by_id(call->conn, call->arena, row->collection_id, &place->collection, err);
}

enum rc search_projects(struct call *call, const struct search_input *in, struct search_page *ret, struct err *err)
{
        struct search_list list;
        struct search_page page;
        enum rc rc = run_query(call, in, SEARCH_PROJECTS, &list, &page, err);

        if (rc)
                return rc;
        page.projects = arena_array(call->arena, struct project *, list.count);
        for (size_t i = 0; i < list.count; i++) {
                struct place place = { NULL, NULL };

                rc = project_at(call, list.items[i].project_id, &place, err);
                if (rc)
                        return rc;
                page.projects[page.count++] = place.project;
        }
        *ret = page;
        return RC_OK;
}

enum rc search_collections(struct call *call, const struct search_input *in, struct search_page *ret,
                           struct err *err)
{
        struct place place = { in->project, NULL };
        struct search_list list;
        struct search_page page;
        enum rc rc = run_query(call, in, SEARCH_COLLECTIONS, &list, &page, err);

        if (rc)
                return rc;
        page.collections = arena_array(call->arena, struct collection *, list.count);
        page.homes = arena_array(call->arena, struct project *, list.count);
        for (size_t i = 0; i < list.count; i++) {
                rc = collection_at(call, &list.items[i], &place, err);
                if (rc)
                        return rc;
                page.homes[page.count] = place.project;
                page.collections[page.count++] = place.collection;
        }
        *ret = page;
        return RC_OK;
}

enum rc search_versions(struct call *call, const struct search_input *in, struct search_page *ret, struct err *err)
{
        struct place place = { in->project, in->collection };
        struct search_list list;
        struct search_page page;
        enum rc rc = run_query(call, in, SEARCH_VERSIONS, &list, &page, err);

        if (rc)
                return rc;
        page.versions = arena_array(call->arena, struct version *, list.count);
        for (size_t i = 0; i < list.count; i++) {
                const struct search_row *row = &list.items[i];
                struct membership m = { row->collection_id, row->version, row->artifact_id, row->created_us };

                rc = collection_at(call, row, &place, err);
                if (!rc)
                        rc = version_at(call, place.project, place.collection, &m, &page.versions[page.count++], err);
                if (rc)
                        return rc;
        }
        *ret = page;
        return RC_OK;
}

/* ---- all of it ---- */

enum rc search_count_versions(struct call *call, const struct search_input *in, int64_t *ret, struct err *err)
{
        struct search_query query;
        struct search_key key;
        enum rc rc = read_query(call, in, SEARCH_VERSIONS, &query, &key, err);

        return rc ? rc : store_search_count(call->conn, call->arena, &query, ret, err);
}

enum rc search_version_places(struct call *call, const struct search_input *in, struct str after_key, size_t limit,
                              struct search_list *ret, struct err *err)
{
        struct search_query query;
        struct search_key key;
        enum rc rc = read_query(call, in, SEARCH_VERSIONS, &query, &key, err);

        if (!rc && !str_is_empty(after_key)) {
                rc = store_search_key_parse(call->arena, after_key, &key, err);
                query.after = &key;
        }
        if (rc)
                return rc;
        query.limit = limit;
        return store_search(call->conn, call->arena, &query, ret, err);
}
