/*
 * domain/places.c - see places.h.
 */
#include "domain/places.h"

#include "base/clock.h"
#include "domain/policy_people.h"
#include "domain/protect.h"
#include "json/json.h"
#include "store/deleted.h"

/* ---- away ---- */

/* For restoring it: the place with its aliases. */
static enum rc keep_place(struct call *call, const struct membership *m, struct err *err)
{
        struct alias_list list;
        struct str *names;
        enum rc rc = store_alias_of_version(call->conn, call->arena, m->collection_id, m->version, &list, err);

        if (rc)
                return rc;
        names = arena_array(call->arena, struct str, list.count + 1);
        for (size_t i = 0; i < list.count; i++)
                names[i] = list.items[i].alias;
        return store_deleted_place_keep(call->conn, m->collection_id, m->version,
                                        alias_list_write(call, names, list.count), err);
}

static enum rc remove_place(struct call *call, const struct membership *m, int64_t now_us, struct err *err)
{
        struct collection *c = NULL;
        struct project *p = NULL;
        struct membership last;
        int64_t deleted_us = 0;
        bool any = false, had_latest = false;
        enum rc rc = store_membership_by_alias(call->conn, m->collection_id, STR("latest"), &last, &had_latest, err);

        had_latest = !rc && had_latest && last.version == m->version;
        if (!rc)
                rc = keep_place(call, m, err);
        if (!rc)
                rc = store_collection_even_deleted(call->conn, call->arena, m->collection_id, &c, err);
        if (!rc && c)
                rc = store_project_by_id(call->conn, call->arena, c->project_id, &p, err);
        /* Collections and registries that are deleted may come back, and shall have a `latest` then. */
        if (!rc && c && !p)
                rc = store_project_deleted_by_id(call->conn, call->arena, c->project_id, &p, &deleted_us, err);
        if (!rc && p)
                rc = alias_drop_all(call, p, c, m->version, m->artifact_id, err);
        if (!rc)
                rc = store_membership_delete(call->conn, m->collection_id, m->version, err);
        if (!rc)
                rc = store_collection_add_count(call->conn, m->collection_id, -1, now_us, err);
        if (!rc && had_latest)
                rc = store_membership_last(call->conn, m->collection_id, &last, &any, err);
        if (!rc && had_latest && any && p)
                rc = alias_put_latest(call, p, c, last.version, last.artifact_id, err);
        return rc;
}

static enum rc remove_some(struct call *call, const struct artifact *a, int64_t now_us, size_t *ret_count,
                           struct err *err)
{
        struct membership_list places;
        struct membership home;
        bool at_home = false;
        enum rc rc = store_membership_by_artifact(call->conn, a->sequence_id, a->id, &home, &at_home, err);

        if (!rc && at_home)
                rc = remove_place(call, &home, now_us, err);
        if (!rc)
                rc = store_memberships_of(call->conn, call->arena, a->id, PLACES_MAX, &places, err);
        for (size_t i = 0; !rc && i < places.count; i++)
                rc = remove_place(call, &places.items[i], now_us, err);
        if (!rc)
                *ret_count = places.count;
        return rc;
}

static enum rc leave_job(struct call *call, const struct artifact *a, int64_t now_us, struct err *err)
{
        struct job job = { .kind = JOB_SETTLE_PLACES,
                           .account_id = call->who->account_id,
                           .project_id = a->project_id,
                           .input = arena_printf(call->arena, "{\"artifact\":%lld}", (long long)a->id),
                           .created_us = now_us };

        return store_job_insert(call->conn, &job, err);
}

enum rc places_remove(struct call *call, const struct artifact *artifact, int64_t now_us, struct err *err)
{
        size_t count = 0;
        enum rc rc = remove_some(call, artifact, now_us, &count, err);

        return rc || count < PLACES_MAX ? rc : leave_job(call, artifact, now_us, err);
}

/* ---- and back ---- */

static enum rc restore_alias(struct call *call, const struct project *project, const struct collection *c,
                             const struct membership *place, struct str alias, struct err *err)
{
        struct membership holder;
        bool taken = false, may = false;
        enum rc rc;

        if (str_eq(alias, STR("latest")))
                return RC_OK;
        rc = store_membership_by_alias(call->conn, c->id, alias, &holder, &taken, err);
        may = policy_is_operator(call);
        if (!rc && !taken && !may)
                rc = protect_may(call, project, alias, &may, err);
        if (rc || taken || !may)
                return rc;
        return alias_put(call, project, c, place->version, place->artifact_id, alias, err);
}

static enum rc fill_place(struct call *call, const struct deleted_place *kept, struct collection *c,
                          struct project *project, int64_t now_us, struct err *err)
{
        struct membership newest;
        struct str *aliases = NULL;
        size_t count = 0;
        bool any = false;
        enum rc rc = store_membership_insert(call->conn, &kept->place, kept->created_by, err);

        if (!rc)
                rc = store_collection_add_count(call->conn, c->id, 1, now_us, err);
        if (!rc)
                rc = alias_list_read(call, kept->aliases, &aliases, &count, err);
        for (size_t i = 0; !rc && i < count; i++)
                rc = restore_alias(call, project, c, &kept->place, aliases[i], err);
        if (!rc)
                rc = store_membership_last(call->conn, c->id, &newest, &any, err);
        if (!rc && any && newest.version == kept->place.version)
                rc = alias_put_latest(call, project, c, newest.version, newest.artifact_id, err);
        return rc;
}

static enum rc restore_place(struct call *call, const struct deleted_place *kept, int64_t now_us, struct err *err)
{
        struct collection *c = NULL;
        struct project *project = NULL;
        struct membership there;
        bool found = false;
        enum rc rc = store_collection_by_id(call->conn, call->arena, kept->place.collection_id, &c, err);

        if (!rc && c)
                rc = store_project_by_id(call->conn, call->arena, c->project_id, &project, err);
        /* It may not have been taken from there yet, or have been linked again. */
        if (!rc && project)
                rc = store_membership_by_artifact(call->conn, c->id, kept->place.artifact_id, &there, &found, err);
        if (!rc && project && !found)
                rc = fill_place(call, kept, c, project, now_us, err);
        return rc ? rc : store_deleted_place_drop(call->conn, kept->place.artifact_id, kept->place.collection_id, err);
}

static enum rc restore_some(struct call *call, const struct artifact *a, int64_t now_us, size_t *ret_count,
                            struct err *err)
{
        struct deleted_place *places = NULL;
        struct deleted_place home;
        size_t count = 0;
        bool at_home = false;
        enum rc rc = store_deleted_place_get(call->conn, call->arena, a->id, a->sequence_id, &home, &at_home, err);

        if (!rc && at_home)
                rc = restore_place(call, &home, now_us, err);
        if (!rc)
                rc = store_deleted_places(call->conn, call->arena, a->id, PLACES_MAX, &places, &count, err);
        for (size_t i = 0; !rc && i < count; i++)
                rc = restore_place(call, &places[i], now_us, err);
        if (!rc)
                *ret_count = count;
        return rc;
}

enum rc places_restore(struct call *call, const struct artifact *artifact, int64_t now_us, struct err *err)
{
        size_t count = 0;
        enum rc rc = restore_some(call, artifact, now_us, &count, err);

        return rc || count < PLACES_MAX ? rc : leave_job(call, artifact, now_us, err);
}

/* ---- the rest ---- */

static enum rc settle_write(struct call *call, void *payload, struct err *err)
{
        struct job *job = payload;
        struct json *input = NULL;
        struct artifact *a = NULL;
        int64_t id = 0, now = clock_now_us();
        size_t count = 0;
        enum rc rc = json_parse(call->arena, job->input, NULL, &input, err);

        if (!rc && json_i64(json_get(input, "artifact"), &id))
                rc = store_artifact_by_id(call->conn, call->arena, id, &a, err);
        if (!rc && a && a->state == ARTIFACT_DELETED)
                rc = remove_some(call, a, now, &count, err);
        else if (!rc && a && a->state == ARTIFACT_COMMITTED)
                rc = restore_some(call, a, now, &count, err);
        if (rc)
                return rc;
        job->done += (int64_t)count;
        job->total = job->done;
        job->state = count < PLACES_MAX ? JOB_DONE : JOB_RUNNING;
        return store_job_update(call->conn, job, now, NULL, err);
}

enum rc places_settle(struct call *call, struct job *job, bool *ret_more, struct err *err)
{
        enum rc rc = domain_write(call, settle_write, job, err);

        if (!rc)
                *ret_more = job->state == JOB_RUNNING;
        return rc;
}
