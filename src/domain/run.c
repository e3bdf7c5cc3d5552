/*
 * domain/run.c - runs: finding and changing them; see run.h.
 */
#include "domain/run.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/artifact.h"
#include "domain/event.h"
#include "store/run_line.h"

#define SHORT_MAX 1024             /* bytes of names, groups, programs... */
#define TEXT_MAX (1024 * 1024)     /* bytes of notes and descriptions */
#define TAGS_MAX_BYTES (64 * 1024) /* of all tags together */

/* ---- finding ---- */

enum rc run_find(struct call *call, const struct project *project, struct str name, struct run **ret, struct err *err)
{
        struct run *run = NULL;
        enum rc rc = store_run_by_name(call->conn, call->arena, project->id, name, &run, err);

        if (rc)
                return rc;
        *ret = run && run->deleted_us == 0 ? run : NULL;
        return RC_OK;
}

enum rc run_see(struct call *call, int64_t id, struct run **ret, struct err *err)
{
        struct project *project = NULL;
        struct run *run = NULL;
        enum rc rc = store_run_by_id(call->conn, call->arena, id, &run, err);

        if (!rc && run)
                rc = project_see(call, run->project_id, &project, err);
        if (rc)
                return rc;
        *ret = project ? run : NULL;
        return RC_OK;
}

enum rc run_require(struct call *call, int64_t id, enum action action, struct run **ret, struct project **ret_project,
                    struct err *err)
{
        struct project *project = NULL;
        struct run *run = NULL;
        enum rc rc = store_run_by_id(call->conn, call->arena, id, &run, err);

        if (!rc && run)
                rc = project_see(call, run->project_id, &project, err);
        if (rc)
                return rc;
        if (!project)
                return err_set(err, RC_NOT_FOUND, "There is no such run, or you may not see it.");
        rc = policy_require(call, project, action, err);
        if (rc)
                return rc;
        *ret = run;
        if (ret_project)
                *ret_project = project;
        return RC_OK;
}

enum rc run_require_named(struct call *call, struct str entity, struct str project_name, struct str name,
                          enum action action, struct run **ret, struct project **ret_project, struct err *err)
{
        struct project *project = NULL;
        struct run *run = NULL;
        enum rc rc = project_require(call, entity, project_name, action, &project, err);

        if (!rc)
                rc = run_find(call, project, name, &run, err);
        if (rc)
                return rc;
        if (!run)
                return err_not_found(err, "run", name);
        *ret = run;
        if (ret_project)
                *ret_project = project;
        return RC_OK;
}

/* ---- what an upsert may hold ---- */

enum rc run_json_check(struct arena *arena, const char *what, struct str text, struct run_json *ret, struct err *err)
{
        struct json_limits limits = { 0 };
        struct run_json json = { .text = text };
        struct err ignored = { 0 };
        struct json *tree = NULL;
        struct json_writer w;
        struct buf strict = { 0 };
        enum rc rc;

        if (str_is_null(text) || str_eq_c(str_trim(text), "null")) {
                *ret = (struct run_json){ 0 };
                return RC_OK;
        }
        rc = json_parse(arena, text, &limits, &tree, &ignored);
        if (rc) {
                limits.lenient = true;
                rc = json_parse(arena, text, &limits, &tree, err);
                if (rc)
                        return err_prefix(err, rc, "The %s cannot be read", what);
        }
        if (tree->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "The %s must be a JSON object.", what);
        if (limits.lenient) {
                json_writer_init(&w, &strict);
                json_value(&w, tree);
                json.strict = arena_str(arena, buf_str(&strict));
                buf_done(&strict);
        }
        *ret = json;
        return RC_OK;
}

static enum rc check_texts(const struct run_change *c, struct err *err)
{
        const struct {
                const char *what;
                struct str text;
                size_t max;
        } texts[] = {
                { "display name", c->display_name, SHORT_MAX }, { "description", c->description, TEXT_MAX },
                { "notes", c->notes, TEXT_MAX },                { "group", c->group_name, SHORT_MAX },
                { "job type", c->job_type, SHORT_MAX },         { "commit", c->commit_hash, SHORT_MAX },
                { "repository", c->repo, 4 * SHORT_MAX },       { "program", c->program, 4 * SHORT_MAX },
                { "host", c->host, SHORT_MAX },                 { "sweep", c->sweep_name, SHORT_MAX },
        };

        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
                if (texts[i].text.len > texts[i].max)
                        return err_set(err, RC_TOO_LARGE, "The %s of the run is longer than %zu bytes: shorten it.",
                                       texts[i].what, texts[i].max);
                if (!str_is_utf8(texts[i].text))
                        return err_set(err, RC_INVALID, "The %s of the run is not UTF-8 text.", texts[i].what);
        }
        return RC_OK;
}

static enum rc write_tags(struct call *call, const struct run_input *in, struct str *ret, struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_array(&w);
        for (size_t i = 0; i < in->tag_count && buf.len <= TAGS_MAX_BYTES; i++)
                json_string(&w, in->tags[i]);
        json_end_array(&w);
        if (buf.len > TAGS_MAX_BYTES)
                return err_set(err, RC_TOO_LARGE, "The tags of the run take more than 64 KiB: use fewer or shorter ones.");
        *ret = arena_str(call->arena, buf_str(&buf));
        return RC_OK;
}

struct upsert_job {
        const struct run_input *in;
        struct run_change change;
        bool has_state;
        enum run_state state;
        uint64_t chance;
        struct run *run;
        bool inserted;
};

static enum rc prepare_upsert(struct call *call, const struct run_input *in, struct upsert_job *job, struct err *err)
{
        enum rc rc = check_texts(&in->text, err);

        if (rc)
                return rc;
        job->in = in;
        job->change = in->text;
        crypto_random(&job->chance, sizeof(job->chance));
        if (!str_is_empty(in->state)) {
                if (!run_state_parse(in->state, &job->state))
                        return err_set(err, RC_INVALID, "'%.*s' is no state of a run: use running, finished, failed, "
                                       "crashed, killed, preempting, preempted or pending.", STR_ARG(in->state));
                job->has_state = true;
        }
        if (in->has_tags)
                rc = write_tags(call, in, &job->change.tags, err);
        if (!rc)
                rc = run_json_check(call->arena, "config", in->config, &job->change.config, err);
        if (!rc)
                rc = run_json_check(call->arena, "summary", in->summary, &job->change.summary, err);
        return rc;
}

/* ---- upsert ---- */

static enum rc insert_run(struct call *call, struct upsert_job *job, const struct project *project, struct err *err)
{
        struct run_change *c = &job->change;
        struct run *run = arena_new(call->arena, struct run);
        enum rc rc;

        run->name = str_is_empty(job->in->name) ? run_invent_id(call->arena) : job->in->name;
        rc = model_check_run_id(run->name, err);
        if (!rc)
                rc = store_run_next_number(call->conn, project->id, &run->number, err);
        if (rc)
                return rc;
        run->project_id = project->id;
        run->state = job->has_state ? job->state : RUN_RUNNING;
        run->created_by = call->who->account_id;
        run->created_us = clock_now_us();
        if (str_is_empty(c->display_name))
                c->display_name = run_invent_name(call->arena, job->chance, run->number);
        rc = store_run_insert(call->conn, run, c, err);
        if (rc)
                return rc;
        job->inserted = true;
        rc = store_run_by_id(call->conn, call->arena, run->id, &job->run, err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("run_created"), .org_id = project->org_id,
                                                     .entity_id = project->entity_id, .project_id = project->id,
                                                     .run_id = run->id },
                          err);
}

static enum rc update_run(struct call *call, struct upsert_job *job, struct run *run, struct err *err)
{
        int64_t now_us = clock_now_us();
        enum rc rc;

        if (job->has_state) {
                run->state = job->state;
                run->heartbeat_us = run->updated_us = now_us;
        } else if (job->in->id == 0) {
                run_hear(run, RUN_WORD_UPSERT, 0, now_us);
        }
        rc = store_run_set_state(call->conn, run, err);
        if (!rc)
                rc = store_run_update(call->conn, run->id, &job->change, now_us, err);
        if (!rc)
                rc = store_run_by_id(call->conn, call->arena, run->id, &job->run, err);
        return rc;
}

static enum rc upsert_write(struct call *call, void *payload, struct err *err)
{
        struct upsert_job *job = payload;
        struct project *project = NULL;
        struct run *run = NULL;
        enum rc rc;

        if (job->in->id != 0) {
                rc = run_require(call, job->in->id, ACT_LOG, &run, NULL, err);
                return rc ? rc : update_run(call, job, run, err);
        }
        rc = project_ensure(call, job->in->entity_name, job->in->project_name, &project, err);
        if (!rc && !str_is_empty(job->in->name))
                rc = store_run_by_name(call->conn, call->arena, project->id, job->in->name, &run, err);
        if (rc)
                return rc;
        if (run && run->deleted_us != 0)
                return err_set(err, RC_NOT_FOUND,
                               "The run '%.*s' was deleted and its id cannot be used again: start a run with another id.",
                               STR_ARG(run->name));
        return run ? update_run(call, job, run, err) : insert_run(call, job, project, err);
}

enum rc run_upsert(struct call *call, const struct run_input *in, struct run **ret, bool *ret_inserted,
                   struct err *err)
{
        struct upsert_job job = { 0 };
        enum rc rc = prepare_upsert(call, in, &job, err);

        if (!rc)
                rc = domain_write(call, upsert_write, &job, err);
        if (rc)
                return rc;
        *ret = job.run;
        *ret_inserted = job.inserted;
        return RC_OK;
}

/* ---- state, stop, delete ---- */

struct run_job {
        int64_t id;
        enum run_state state;
        bool delete_artifacts;
};

static enum rc set_state_write(struct call *call, void *payload, struct err *err)
{
        struct run_job *job = payload;
        struct run *run = NULL;
        enum rc rc = run_require(call, job->id, ACT_LOG, &run, NULL, err);

        if (rc)
                return rc;
        run->state = job->state;
        run->heartbeat_us = run->updated_us = clock_now_us();
        return store_run_set_state(call->conn, run, err);
}

enum rc run_set_state(struct call *call, int64_t id, struct str state, struct err *err)
{
        struct run_job job = { .id = id };

        if (!run_state_parse(state, &job.state))
                return err_set(err, RC_INVALID,
                               "'%.*s' is no state of a run: use running, finished, failed, crashed, killed, preempting, "
                               "preempted or pending.",
                               STR_ARG(state));
        return domain_write(call, set_state_write, &job, err);
}

static enum rc stop_write(struct call *call, void *payload, struct err *err)
{
        struct run_job *job = payload;
        struct run *run = NULL;
        enum rc rc = run_require(call, job->id, ACT_LOG, &run, NULL, err);

        if (rc)
                return rc;
        run->stop_requested = true;
        rc = store_run_set_state(call->conn, run, err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("run_stopped"), .project_id = run->project_id,
                                                     .run_id = run->id },
                          err);
}

enum rc run_stop(struct call *call, int64_t id, struct err *err)
{
        struct run_job job = { .id = id };

        return domain_write(call, stop_write, &job, err);
}

static enum rc delete_outputs(struct call *call, int64_t run_id, struct err *err)
{
        int64_t after = 0;

        for (;;) {
                struct id_list ids = { 0 };
                enum rc rc = store_run_outputs(call->conn, call->arena, run_id, after, 100, &ids, err);

                if (rc)
                        return rc;
                if (ids.count == 0)
                        return RC_OK;
                for (size_t i = 0; i < ids.count; i++) {
                        struct artifact *artifact = NULL;

                        after = ids.items[i];
                        rc = artifact_see(call, after, &artifact, err);
                        if (!rc && artifact && artifact->state != ARTIFACT_DELETED)
                                rc = artifact_delete(call, after, true, &artifact, err);
                        if (rc)
                                return rc;
                }
        }
}

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        struct run_job *job = payload;
        struct project *project = NULL;
        struct run *run = NULL;
        enum rc rc = run_require(call, job->id, ACT_DELETE_VERSION, &run, &project, err);

        if (!rc && job->delete_artifacts)
                rc = delete_outputs(call, run->id, err);
        if (!rc)
                rc = store_run_delete(call->conn, run->id, clock_now_us(), err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("run_deleted"), .org_id = project->org_id,
                                                     .entity_id = project->entity_id, .project_id = project->id,
                                                     .run_id = run->id,
                                                     .detail = event_detail(call, "run", run->name, NULL, STR_NULL) },
                          err);
}

enum rc run_delete(struct call *call, int64_t id, bool delete_artifacts, struct err *err)
{
        struct run_job job = { .id = id, .delete_artifacts = delete_artifacts };

        return domain_write(call, delete_write, &job, err);
}

/* ---- alerts ---- */

static enum rc alert_write(struct call *call, void *payload, struct err *err)
{
        const struct run_alert *alert = payload;
        _cleanup_(buf_done) struct buf detail = { 0 };
        struct project *project = NULL;
        struct run *run = NULL;
        struct json_writer w;
        enum rc rc = run_require_named(call, alert->entity_name, alert->project_name, alert->run_name, ACT_LOG, &run,
                                       &project, err);

        if (rc)
                return rc;
        json_writer_init(&w, &detail);
        json_begin_object(&w);
        json_key_string(&w, "title", alert->title);
        json_key_string(&w, "text", alert->text);
        json_key_string(&w, "severity", alert->severity);
        json_key_int(&w, "wait_ms", alert->wait_ms);
        json_end_object(&w);
        return event_note(call, &(struct event_row){ .action = STR("run_alert"), .org_id = project->org_id,
                                                     .entity_id = project->entity_id, .project_id = project->id,
                                                     .run_id = run->id, .detail = buf_str(&detail) },
                          err);
}

enum rc run_alert(struct call *call, const struct run_alert *alert, struct err *err)
{
        struct run_alert copy = *alert;

        if (alert->title.len > SHORT_MAX || alert->text.len > 64 * 1024)
                return err_set(err, RC_TOO_LARGE, "The alert is too long: a title may have 1 KiB, a text 64 KiB.");
        return domain_write(call, alert_write, &copy, err);
}
