/*
 * domain/search_bar.c - see search_bar.h.
 *
 * The statements look only at what is in sight (policy_sight), and each thing found is judged
 * once more by the function that everybody finds it with.
 */
#include "domain/search_bar.h"

#include "store/search_bar.h"

static enum rc find_registries(struct call *call, const struct search_bar *bar, struct found *ret, struct err *err)
{
        struct id_list ids = { 0 };
        enum rc rc = store_search_bar_registries(call->conn, call->arena, bar, &ids, err);

        ret->registries = arena_array(call->arena, struct project *, bar->limit);
        for (size_t i = 0; !rc && i < ids.count; i++) {
                struct project *project = NULL;

                rc = project_see(call, ids.items[i], &project, err);
                if (!rc && project)
                        ret->registries[ret->registry_count++] = project;
        }
        return rc;
}

static enum rc find_collections(struct call *call, const struct search_bar *bar, struct found *ret, struct err *err)
{
        struct id_list ids = { 0 };
        enum rc rc = store_search_bar_collections(call->conn, call->arena, bar, &ids, err);

        ret->collections = arena_array(call->arena, struct collection *, bar->limit);
        ret->homes = arena_array(call->arena, struct project *, bar->limit);
        for (size_t i = 0; !rc && i < ids.count; i++) {
                size_t at = ret->collection_count;

                rc = collection_see(call, ids.items[i], &ret->collections[at], &ret->homes[at], err);
                if (!rc && ret->collections[at])
                        ret->collection_count++;
        }
        return rc;
}

static enum rc find_versions(struct call *call, const struct search_bar *bar, struct found *ret, struct err *err)
{
        struct membership_list places = { 0 };
        enum rc rc = store_search_bar_versions(call->conn, call->arena, bar, &places, err);

        ret->versions = arena_array(call->arena, struct version *, bar->limit);
        for (size_t i = 0; !rc && i < places.count; i++) {
                struct collection *collection = NULL;
                struct project *project = NULL;
                struct version *version = NULL;

                rc = collection_see(call, places.items[i].collection_id, &collection, &project, err);
                if (!rc && collection)
                        rc = version_at(call, project, collection, &places.items[i], &version, err);
                if (!rc && version)
                        ret->versions[ret->version_count++] = version;
        }
        return rc;
}

enum rc search_bar(struct call *call, const struct entity *entity, struct str text, size_t first, struct found *ret,
                   struct err *err)
{
        struct search_bar bar = { .entity_id = entity->id, .text = text, .limit = first };
        struct found found = { 0 };
        enum rc rc = policy_sight(call, entity, &bar.sight, err);

        if (!rc && entity->kind == ENTITY_ORG && text.len > 0 && bar.sight.extent != SIGHT_NONE) {
                rc = find_registries(call, &bar, &found, err);
                if (!rc)
                        rc = find_collections(call, &bar, &found, err);
                if (!rc)
                        rc = find_versions(call, &bar, &found, err);
        }
        if (rc)
                return rc;
        *ret = found;
        return RC_OK;
}
