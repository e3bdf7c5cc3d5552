/*
 * domain/history.c - see history.h.
 */
#include "domain/history.h"

static enum rc by_number(struct call *call, struct project *project, struct collection *collection,
                         struct str alias, int64_t at_us, struct version **ret, struct err *err)
{
        struct version *v = NULL;
        enum rc rc = version_find_in(call, project, collection, alias, &v, err);

        if (rc)
                return rc;
        *ret = v && v->place.created_us <= at_us ? v : NULL;
        return RC_OK;
}

enum rc version_find_at(struct call *call, struct project *project, struct collection *collection, struct str alias,
                        int64_t at_us, struct version **ret, struct err *err)
{
        struct str name = str_is_empty(alias) ? STR("latest") : alias;
        struct membership place;
        struct event_row e;
        struct version *v = NULL;
        bool found = false;
        enum rc rc;

        if (version_looks_like(name))
                return by_number(call, project, collection, name, at_us, ret, err);
        rc = store_event_alias_at(call->conn, call->arena, collection->id, name, at_us, &e, &found, err);
        if (rc)
                return rc;
        if (!found || !str_eq(e.action, STR("alias_added"))) {
                *ret = NULL;
                return RC_OK;
        }
        rc = store_membership_get(call->conn, collection->id, e.version, &place, &found, err);
        if (!rc && found)
                rc = version_at(call, project, collection, &place, &v, err);
        if (rc)
                return rc;
        if (!v) {
                v = arena_new(call->arena, struct version);
                v->place = (struct membership){ .collection_id = collection->id,
                                                .version = e.version,
                                                .artifact_id = e.artifact_id,
                                                .created_us = e.at_us };
                v->collection = collection;
                v->project = project;
        }
        *ret = v;
        return RC_OK;
}
