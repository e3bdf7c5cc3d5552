/*
 * domain/artifact.c - finding versions, and what the files of this family share; see
 * artifact.h.
 */
#include "domain/artifact.h"

#include "json/json.h"

/* ---- finding ---- */

enum rc artifact_see(struct call *call, int64_t id, struct artifact **ret, struct err *err)
{
        struct artifact *artifact = NULL;
        bool may = false;
        enum rc rc = store_artifact_by_id(call->conn, call->arena, id, &artifact, err);

        if (rc)
                return rc;
        if (artifact) {
                rc = policy_may_artifact(call, artifact, ACT_VIEW, &may, err);
                if (rc)
                        return rc;
        }
        *ret = may ? artifact : NULL;
        return RC_OK;
}

enum rc version_at(struct call *call, struct project *project, struct collection *collection,
                   const struct membership *place, struct version **ret, struct err *err)
{
        struct version *v = arena_new(call->arena, struct version);
        enum rc rc = store_artifact_by_id(call->conn, call->arena, place->artifact_id, &v->artifact, err);

        if (rc)
                return rc;
        v->place = *place;
        v->collection = collection;
        v->project = project;
        *ret = v->artifact && v->artifact->state == ARTIFACT_COMMITTED ? v : NULL;
        return RC_OK;
}

enum rc version_find_in(struct call *call, struct project *project, struct collection *collection,
                        struct str alias, struct version **ret, struct err *err)
{
        struct membership place;
        bool found = false;
        int64_t number;
        enum rc rc;

        if (str_is_empty(alias))
                alias = STR("latest");
        if (version_parse(alias, &number))
                rc = store_membership_get(call->conn, collection->id, number, &place, &found, err);
        else
                rc = store_membership_by_alias(call->conn, collection->id, alias, &place, &found, err);
        if (rc)
                return rc;
        if (!found) {
                *ret = NULL;
                return RC_OK;
        }
        return version_at(call, project, collection, &place, ret, err);
}

enum rc version_find(struct call *call, struct project *project, struct str collection_name, struct str alias,
                     struct version **ret, struct err *err)
{
        struct collection *collection = NULL;
        enum rc rc = store_collection_by_name(call->conn, call->arena, project->id, collection_name, &collection,
                                              err);

        if (rc)
                return rc;
        if (!collection) {
                *ret = NULL;
                return RC_OK;
        }
        return version_find_in(call, project, collection, alias, ret, err);
}

enum rc collection_see(struct call *call, int64_t id, struct collection **ret_collection,
                       struct project **ret_project, struct err *err)
{
        struct collection *collection = NULL;
        struct project *project = NULL;
        enum rc rc = store_collection_by_id(call->conn, call->arena, id, &collection, err);

        if (!rc && collection)
                rc = project_see(call, collection->project_id, &project, err);
        if (rc)
                return rc;
        *ret_collection = project ? collection : NULL;
        *ret_project = project;
        return RC_OK;
}

/* ---- small shared things ---- */

struct str alias_list_write(struct call *call, const struct str *aliases, size_t count)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_array(&w);
        for (size_t i = 0; i < count; i++)
                json_string(&w, aliases[i]);
        json_end_array(&w);
        return arena_str(call->arena, buf_str(&buf));
}

enum rc alias_list_read(struct call *call, struct str text, struct str **ret, size_t *ret_count, struct err *err)
{
        struct json *list = NULL;
        struct str *items;
        size_t count = 0;
        enum rc rc;

        if (str_is_empty(text)) {
                *ret = NULL;
                *ret_count = 0;
                return RC_OK;
        }
        rc = json_parse(call->arena, text, NULL, &list, err);
        if (rc)
                return rc;
        items = arena_array(call->arena, struct str, list->count + 1);
        for (const struct json *j = list->first; j; j = j->next)
                items[count++] = j->text;
        *ret = items;
        *ret_count = count;
        return RC_OK;
}

enum rc artifact_require_writer(struct call *call, const struct artifact *artifact, struct project **ret_project,
                                struct err *err)
{
        struct project *project = NULL;
        enum rc rc = store_project_by_id(call->conn, call->arena, artifact->project_id, &project, err);

        if (rc)
                return rc;
        if (!project)
                return err_set(err, RC_NOT_FOUND, "The artifact's project was deleted.");
        rc = policy_require(call, project, ACT_LOG, err);
        if (rc)
                return rc;
        *ret_project = project;
        return RC_OK;
}
