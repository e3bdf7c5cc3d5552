/*
 * domain/bulk.c - see bulk.h.
 *
 * The list is walked by place (project, collection, version upward), which deleting does not
 * disturb: what `latest` moves to lies before the cursor. A page is read on the job's own
 * connection, then written in slices of BULK_WRITE_MS, each of which looks again at every row.
 */
#include "domain/bulk.h"

#include <unistd.h>

#include "base/clock.h"
#include "domain/artifact.h"
#include "domain/job.h"
#include "domain/policy_people.h"
#include "domain/protect.h"
#include "domain/search.h"
#include "json/json.h"

#define PAGE 1000

/* ---- what a job is about, as JSON --------------------------------------------------------- */

struct plan {
        struct search_input search;
        bool delete_aliases, dry_run;
};

static void key_text(struct json_writer *w, const char *key, struct str value)
{
        if (!str_is_empty(value))
                json_key_string(w, key, value);
}

static struct str write_plan(struct arena *arena, const struct plan *plan)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        const struct search_input *s = &plan->search;
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_object(&w);
        json_key_int(&w, "entity", s->entity ? s->entity->id : 0);
        json_key_int(&w, "project", s->project ? s->project->id : 0);
        json_key_int(&w, "collection", s->collection ? s->collection->id : 0);
        key_text(&w, "projectFilters", s->project_filters);
        key_text(&w, "collectionFilters", s->collection_filters);
        key_text(&w, "filters", s->version_filters);
        json_key_bool(&w, "deleteAliases", plan->delete_aliases);
        json_key_bool(&w, "dryRun", plan->dry_run);
        json_end_object(&w);
        return arena_str(arena, buf_str(&buf));
}

static bool flag(const struct json *object, const char *name)
{
        const struct json *value = json_get(object, name);

        return value && value->kind == JSON_BOOL && value->boolean;
}

/* What it names may be gone, or hidden from the caller by now: RC_NOT_FOUND. */
static enum rc read_plan(struct call *call, const struct job *job, struct plan *ret, struct err *err)
{
        struct plan plan = { 0 };
        struct json *input = NULL;
        struct entity *entity = NULL;
        int64_t entity_id = 0, project_id = 0, collection_id = 0;
        enum rc rc = json_parse(call->arena, job->input, NULL, &input, err);

        if (rc)
                return rc;
        (void)json_i64(json_get(input, "entity"), &entity_id);
        (void)json_i64(json_get(input, "project"), &project_id);
        (void)json_i64(json_get(input, "collection"), &collection_id);
        if (entity_id)
                rc = store_entity_by_id(call->conn, call->arena, entity_id, &entity, err);
        if (!rc && project_id)
                rc = project_see(call, project_id, &plan.search.project, err);
        if (!rc && collection_id)
                rc = store_collection_by_id(call->conn, call->arena, collection_id, &plan.search.collection, err);
        if (rc)
                return rc;
        if ((entity_id && !entity) || (project_id && !plan.search.project) ||
            (collection_id && !plan.search.collection) || (!entity && !plan.search.project))
                return err_set(err, RC_NOT_FOUND, "What the versions were to be deleted from is not there any more.");
        plan.search.entity = entity;
        plan.search.project_filters = json_text(input, "projectFilters");
        plan.search.collection_filters = json_text(input, "collectionFilters");
        plan.search.version_filters = json_text(input, "filters");
        plan.delete_aliases = flag(input, "deleteAliases");
        plan.dry_run = flag(input, "dryRun");
        *ret = plan;
        return RC_OK;
}

/* ---- counts ---- */

static const struct {
        const char *name;
        size_t offset;
} count_names[] = {
        { "deleted", offsetof(struct bulk_counts, deleted) },
        { "unlinked", offsetof(struct bulk_counts, unlinked) },
        { "keptProtected", offsetof(struct bulk_counts, kept_protected) },
        { "keptAliased", offsetof(struct bulk_counts, kept_aliased) },
        { "keptDenied", offsetof(struct bulk_counts, kept_denied) },
};

static struct str write_counts(struct arena *arena, const struct bulk_counts *counts)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_object(&w);
        for (size_t i = 0; i < ARRAY_LEN(count_names); i++)
                json_key_int(&w, count_names[i].name,
                             *(const int64_t *)(const void *)((const char *)counts + count_names[i].offset));
        json_end_object(&w);
        return arena_str(arena, buf_str(&buf));
}

enum rc bulk_counts_read(struct arena *arena, const struct job *job, struct bulk_counts *ret, struct err *err)
{
        struct bulk_counts counts = { 0 };
        struct json *result = NULL;
        enum rc rc = RC_OK;

        if (!str_is_empty(job->result))
                rc = json_parse(arena, job->result, NULL, &result, err);
        if (rc)
                return rc;
        for (size_t i = 0; result && i < ARRAY_LEN(count_names); i++)
                (void)json_i64(json_get(result, count_names[i].name),
                               (int64_t *)(void *)((char *)&counts + count_names[i].offset));
        *ret = counts;
        return RC_OK;
}

struct str bulk_counts_say(struct arena *arena, const struct job *job, const struct bulk_counts *c)
{
        bool dry = str_contains(job->input, STR("\"dryRun\":true"));
        int64_t kept = c->kept_protected + c->kept_aliased + c->kept_denied;
        struct str text = arena_printf(arena, "%lld versions %s deleted, %lld links %s removed", (long long)c->deleted,
                                       dry ? "would be" : "were", (long long)c->unlinked, dry ? "would be" : "were");

        if (!kept)
                return arena_printf(arena, "%.*s.", STR_ARG(text));
        return arena_printf(arena,
                            "%.*s; %lld stay: %lld with a protected alias, %lld with other aliases, %lld that you may "
                            "not delete.",
                            STR_ARG(text), (long long)kept, (long long)c->kept_protected, (long long)c->kept_aliased,
                            (long long)c->kept_denied);
}

/* ---- asking ---- */

static enum rc find_scope(struct call *call, const struct bulk_input *in, struct plan *plan, struct err *err)
{
        struct search_input *s = &plan->search;
        struct entity *entity = NULL;
        enum rc rc;

        if (str_is_empty(in->project_name)) {
                if (!str_is_empty(in->collection_name) ||
                    (str_is_empty(in->project_filters) && str_is_empty(in->collection_filters) &&
                     str_is_empty(in->version_filters)))
                        return err_set(err, RC_INVALID, "Say which versions to delete: name a project or registry, or give a filter.");
                rc = entity_find(call, in->entity_name, &entity, err);
                if (!rc && !entity)
                        rc = err_not_found(err, "entity", in->entity_name);
                s->entity = entity;
                return rc;
        }
        rc = project_require(call, in->entity_name, in->project_name, ACT_VIEW, &s->project, err);
        if (!rc)
                rc = policy_require(call, s->project, s->project->is_registry ? ACT_UNLINK : ACT_DELETE_VERSION, err);
        if (rc || str_is_empty(in->collection_name))
                return rc;
        rc = store_collection_by_name(call->conn, call->arena, s->project->id, in->collection_name, &s->collection,
                                      err);
        if (!rc && !s->collection)
                rc = err_not_found(err, "collection", in->collection_name);
        return rc;
}

static enum rc ask_write(struct call *call, void *payload, struct err *err)
{
        return job_add(call, payload, err);
}

enum rc bulk_delete_ask(struct call *call, const struct bulk_input *in, struct job **ret, struct err *err)
{
        struct plan plan = { .delete_aliases = in->delete_aliases, .dry_run = in->dry_run };
        struct job *job = arena_new(call->arena, struct job);
        enum rc rc = find_scope(call, in, &plan, err);

        plan.search.project_filters = in->project_filters;
        plan.search.collection_filters = in->collection_filters;
        plan.search.version_filters = in->version_filters;
        if (!rc)
                rc = search_count_versions(call, &plan.search, &job->total, err);
        if (rc)
                return rc;
        job->kind = JOB_DELETE_VERSIONS;
        job->project_id = plan.search.project ? plan.search.project->id : 0;
        job->input = write_plan(call->arena, &plan);
        rc = domain_write(call, ask_write, job, err);
        if (rc)
                return rc;
        *ret = job;
        return RC_OK;
}

/* ---- one version ---- */

struct slice {
        struct job *job;
        const struct plan *plan;
        const struct search_list *list;
        size_t next;                     /* in the list */
        bool last_page;
        struct bulk_counts counts;
        /* The last ones looked at, and what the caller may do there: inside one write they do not change. */
        struct collection *collection;
        struct project *project;
        bool may, may_protected;
};

static enum rc look_up(struct call *call, struct slice *s, const struct search_row *row, struct err *err)
{
        bool portfolio;
        enum rc rc;

        if (s->collection && s->collection->id == row->collection_id)
                return RC_OK;
        s->collection = NULL;
        s->project = NULL;
        s->may = s->may_protected = policy_is_operator(call);
        rc = store_collection_by_id(call->conn, call->arena, row->collection_id, &s->collection, err);
        if (!rc && s->collection)
                rc = store_project_by_id(call->conn, call->arena, s->collection->project_id, &s->project, err);
        if (rc || !s->project || s->may)
                return rc;
        portfolio = s->collection->kind == COLLECTION_PORTFOLIO;
        rc = policy_may(call, s->project, portfolio ? ACT_UNLINK : ACT_DELETE_VERSION, &s->may, err);
        return rc ? rc : policy_may(call, s->project, ACT_PROTECTED_ALIAS, &s->may_protected, err);
}

static enum rc has_protected(struct call *call, const struct slice *s, const struct membership *place, bool *ret,
                             struct err *err)
{
        bool portfolio = s->collection->kind == COLLECTION_PORTFOLIO;
        struct str alias = STR_NULL;
        enum rc rc = portfolio ? store_protected_on_version(call->conn, call->arena, place->collection_id,
                                                            place->version, &alias, err)
                               : store_protected_on_artifact(call->conn, call->arena, place->artifact_id, &alias, err);

        if (!rc)
                *ret = !str_is_null(alias) && !(portfolio && s->may_protected);
        return rc;
}

static enum rc remove_one(struct call *call, struct slice *s, const struct membership *place, struct err *err)
{
        struct artifact *a = NULL;
        enum rc rc;

        if (s->collection->kind == COLLECTION_PORTFOLIO) {
                s->counts.unlinked++;
                return s->plan->dry_run ? RC_OK : version_remove_link(call, s->project, s->collection, place, err);
        }
        rc = store_artifact_by_id(call->conn, call->arena, place->artifact_id, &a, err);
        if (rc || !a || a->state != ARTIFACT_COMMITTED)
                return rc;
        s->counts.deleted++;
        return s->plan->dry_run ? RC_OK : version_remove(call, a, s->project, STR("version_deleted"), err);
}

static enum rc judge(struct call *call, struct slice *s, const struct search_row *row, struct err *err)
{
        struct membership place;
        struct alias_list aliases = { NULL, 0 };
        bool found = false, is_protected = false;
        enum rc rc = store_membership_get(call->conn, row->collection_id, row->version, &place, &found, err);

        if (rc || !found || place.artifact_id != row->artifact_id)
                return rc; /* somebody else was faster */
        rc = look_up(call, s, row, err);
        if (rc || !s->project)
                return rc;
        if (!s->may) {
                s->counts.kept_denied++;
                return RC_OK;
        }
        rc = has_protected(call, s, &place, &is_protected, err);
        if (!rc && !is_protected && !s->plan->delete_aliases)
                rc = store_alias_of_version(call->conn, call->arena, row->collection_id, row->version, &aliases, err);
        if (rc)
                return rc;
        s->counts.kept_protected += is_protected;
        s->counts.kept_aliased += !is_protected && aliases.count > 0;
        return is_protected || aliases.count ? RC_OK : remove_one(call, s, &place, err);
}

/* ---- slices ---- */

static enum rc slice_write(struct call *call, void *payload, struct err *err)
{
        struct slice *s = payload;
        const struct search_list *list = s->list;
        uint64_t until_ms = clock_mono_ms() + BULK_WRITE_MS;
        bool canceled = false;
        enum rc rc = RC_OK;

        s->collection = NULL;
        while (!rc && s->next < list->count && clock_mono_ms() < until_ms) {
                const struct search_row *row = &list->items[s->next++];

                s->job->cursor = store_search_key_format(call->arena, &row->key);
                if (row->created_us > s->job->created_us)
                        continue;
                rc = judge(call, s, row, err);
                s->job->done++;
        }
        if (rc)
                return rc;
        s->job->result = write_counts(call->arena, &s->counts);
        s->job->state = s->last_page && s->next == list->count ? JOB_DONE : JOB_RUNNING;
        if (s->job->total < s->job->done || s->job->state == JOB_DONE)
                s->job->total = s->job->done;
        rc = store_job_update(call->conn, s->job, clock_now_us(), &canceled, err);
        if (rc || !canceled || s->job->state == JOB_DONE)
                return rc;
        s->job->state = JOB_CANCELED;
        return store_job_update(call->conn, s->job, clock_now_us(), NULL, err);
}

/* One write. Its memory is its own; what the job keeps of it is copied into `keep`. */
static enum rc write_slice(struct call *call, struct slice *s, struct arena *keep, struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct arena *usual = call->arena;
        struct slice before = *s;
        struct job job = *s->job;
        enum rc rc;

        arena_init(&arena, 0);
        call->arena = &arena;
        rc = domain_write(call, slice_write, s, err);
        call->arena = usual;
        if (rc) {       /* rolled back: so are the counts */
                *s->job = job;
                *s = before;
                return rc;
        }
        s->job->cursor = arena_str(keep, s->job->cursor);
        s->job->result = arena_str(keep, s->job->result);
        return RC_OK;
}

static enum rc between(struct job *job, const struct bulk_order *order, struct err *err)
{
        if (order->on_progress)
                order->on_progress(order->payload, job);
        if (job->state != JOB_RUNNING)
                return RC_OK;
        if (order->stop && order->stop(order->payload))
                return err_set(err, RC_UNAVAILABLE, "Deleting was interrupted: it goes on with the next start.");
        if (order->pause_us)
                (void)usleep(order->pause_us);
        return RC_OK;
}

static bool is_over(const struct job *job, const struct bulk_order *order)
{
        return job->state != JOB_RUNNING || (order->until_ms && clock_mono_ms() >= order->until_ms);
}

/* Reads a page behind the cursor and writes it. */
static enum rc work_page(struct call *call, struct job *job, const struct bulk_order *order, struct arena *keep,
                         struct err *err)
{
        struct search_list list = { NULL, 0 };
        struct plan plan;
        struct slice s = { .job = job, .plan = &plan, .list = &list };
        enum rc rc = read_plan(call, job, &plan, err);

        if (!rc)
                rc = bulk_counts_read(call->arena, job, &s.counts, err);
        if (!rc)
                rc = search_version_places(call, &plan.search, job->cursor, PAGE, &list, err);
        s.last_page = list.count < PAGE;
        do {
                if (!rc)
                        rc = write_slice(call, &s, keep, err);
                if (!rc)
                        rc = between(job, order, err);
        } while (!rc && s.next < list.count && !is_over(job, order));
        return rc;
}

enum rc bulk_delete_work(struct call *call, struct job *job, const struct bulk_order *order, struct err *err)
{
        struct arena page = { 0 }, kept[2] = { { 0 }, { 0 } };
        struct arena *usual = call->arena;
        unsigned turn = 0;
        enum rc rc = RC_OK;

        arena_init(&page, 0);
        arena_init(&kept[0], 0);
        arena_init(&kept[1], 0);
        job->state = JOB_RUNNING;
        while (!rc && !is_over(job, order)) {
                call->arena = &page;
                arena_done(&kept[turn]);
                rc = work_page(call, job, order, &kept[turn], err);
                turn = !turn;
                call->arena = usual;
                arena_done(&page);
                if (!rc)
                        rc = db_read_refresh(call->conn, err);
        }
        job->cursor = arena_str(usual, job->cursor);
        job->result = arena_str(usual, job->result);
        arena_done(&kept[0]);
        arena_done(&kept[1]);
        return rc;
}
