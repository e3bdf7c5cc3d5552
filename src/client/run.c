/*
 * client/run.c - runs, as far as artifacts need them.
 */
#include <stdio.h>

#include "client/artifact.h"
#include "client/engine.h"
#include "crypto/crypto.h"

struct vitrine_run {
        struct vitrine_session *session;
        struct arena arena;
        const char *storage_id, *id, *display_name, *entity, *project;
};

static const char upsert_document[] =
        "mutation UpsertBucket($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id name displayName "
        "project { name entity { name } } } } }";

enum rc run_names(const struct vitrine_run *run, const char **ret_id, const char **ret_entity, const char **ret_project)
{
        *ret_id = run->id;
        *ret_entity = run->entity;
        *ret_project = run->project;
        return RC_OK;
}

struct vitrine_session *run_session(const struct vitrine_run *run)
{
        return run->session;
}

/* Eight characters of [a-z0-9], as the wandb client makes them. */
static void make_id(char ret[static 9])
{
        static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        uint8_t random[8];

        crypto_random(random, sizeof(random));
        for (size_t i = 0; i < 8; i++)
                ret[i] = alphabet[random[i] % 36];
        ret[8] = '\0';
}

/* {"lr": 0.1} -> {"lr": {"value": 0.1}}, the form the server keeps. */
static enum rc wrap_config(struct arena *arena, const char *config_json, struct str *ret, struct err *err)
{
        struct json *config = NULL;
        struct buf buf = { .fallible = true };
        struct json_writer w;
        enum rc rc;

        if (!config_json)
                return RC_OK;
        rc = json_parse(arena, str_from(config_json), NULL, &config, err);
        if (!rc && config->kind != JSON_OBJECT)
                rc = err_set(err, RC_INVALID, "The configuration of a run must be a JSON object.");
        if (rc)
                return rc;
        json_writer_init(&w, &buf);
        json_begin_object(&w);
        for (const struct json *member = config->first; member; member = member->next) {
                json_key(&w, member->key);
                json_begin_object(&w);
                json_key(&w, STR("value"));
                json_value(&w, member);
                json_end_object(&w);
        }
        json_end_object(&w);
        *ret = arena_str(arena, buf_str(&buf));
        rc = buf.failed || arena_failed(arena) ? mem_fail(err) : RC_OK;
        buf_done(&buf);
        return rc;
}

static enum rc read_run(struct vitrine_run *run, const struct json *bucket, struct err *err)
{
        if (!bucket)
                return fail_protocol(err, "no run");
        run->storage_id = arena_text(&run->arena, json_text(bucket, "id"));
        run->id = arena_text(&run->arena, json_text(bucket, "name"));
        run->display_name = arena_text(&run->arena, json_text(bucket, "displayName"));
        run->project = arena_text(&run->arena, json_text(dig(bucket, "project"), "name"));
        run->entity = arena_text(&run->arena, json_text(dig(bucket, "project.entity"), "name"));
        return arena_failed(&run->arena) ? mem_fail(err) : RC_OK;
}

static enum rc start(struct vitrine_run *run, const struct vitrine_run_options *o, struct err *err)
{
        struct vitrine_session *session = run->session;
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        const char *entity = o->entity;
        struct str config = STR_NULL;
        char id[9];
        enum rc rc = RC_OK;

        arena_begin(&arena);
        vars_begin(&vars);
        if (!entity)
                rc = session_entity(session, &entity, err);
        if (!rc)
                rc = wrap_config(&arena, o->config_json, &config, err);
        if (rc)
                return rc;
        make_id(id);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "name", o->id ? o->id : id);
        vars_text(&vars, "entityName", entity);
        vars_text(&vars, "modelName", o->project ? o->project : session->project);
        vars_text_if(&vars, "displayName", o->display_name);
        vars_text_if(&vars, "jobType", o->job_type);
        vars_text_if(&vars, "groupName", o->group);
        vars_text_if(&vars, "notes", o->notes);
        vars_text_if(&vars, "config", config.ptr);
        vars_text(&vars, "state", "running");
        json_end_object(&vars.w);
        rc = call(session, &arena, upsert_document, &vars, &data, err);
        return rc ? rc : read_run(run, dig(data, "upsertBucket.bucket"), err);
}

enum vitrine_code vitrine_run_start(vitrine_session *session, const struct vitrine_run_options *options,
                                    vitrine_run **ret_run, struct vitrine_error *error)
{
        struct vitrine_run_options o = VITRINE_RUN_OPTIONS_INIT;
        struct vitrine_run *run = NULL;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc) {
                run = mem_alloc_zero(1, sizeof(*run));
                rc = run ? RC_OK : mem_fail(&err);
        }
        if (rc)
                return border(session, rc, &err, error);
        run->session = session;
        arena_begin(&run->arena);
        rc = start(run, &o, &err);
        if (rc) {
                vitrine_run_free(run);
                return border(session, rc, &err, error);
        }
        *ret_run = run;
        return VITRINE_OK;
}

void vitrine_run_free(vitrine_run *run)
{
        if (!run)
                return;
        arena_done(&run->arena);
        mem_free(run);
}

/* ---- the end: a last word over the file stream ---- */

struct last_word {
        struct task task;
        bool over;
        enum rc rc;
        struct err err;
};

static void on_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct last_word *word = (struct last_word *)task;

        (void)answer;
        word->over = true;
        word->rc = rc;
        word->err = *err;
}

static bool not_over(void *payload)
{
        return !((struct last_word *)payload)->over;
}

static enum rc finish(struct vitrine_run *run, int exit_code, struct err *err)
{
        struct vitrine_session *session = run->session;
        const char *headers[] = { "Content-Type: application/json", session->authorization };
        _cleanup_arena_ struct arena arena = { 0 };
        struct last_word word = { .over = false };
        char *names[3];
        const char *raw[3] = { run->entity, run->project, run->id };
        struct str body;
        const char *url;
        enum rc rc;

        arena_begin(&arena);
        for (size_t i = 0; i < 3; i++) {
                names[i] = arena_alloc(&arena, 3 * strlen(raw[i]) + 1);
                if (!names[i])
                        return mem_fail(err);
                net_url_escape(str_from(raw[i]), "", names[i]);
        }
        url = arena_printf(&arena, "%s/files/%s/%s/%s/file_stream", session->base_url, names[0], names[1], names[2]).ptr;
        body = arena_printf(&arena, "{\"complete\": true, \"exitcode\": %d}", exit_code);
        if (arena_failed(&arena))
                return mem_fail(err);
        word.task = (struct task){
                .http = { .method = "POST", .url = url, .headers = headers, .header_count = session->authorization ? 2 : 1,
                          .body = body.ptr, .body_fd = -1, .body_bytes = body.len,
                          .stall_s = session->options.stall_timeout_s },
                .free = true, .what = "the end of the run", .end = on_end,
        };
        engine_add(session->engine, &word.task);
        rc = engine_run(session->engine, not_over, &word, err);
        if (!rc && word.rc) {
                *err = word.err;
                rc = word.rc;
        }
        return rc;
}

enum vitrine_code vitrine_run_finish(vitrine_run *run, int exit_code, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(run->session, finish(run, exit_code, &err), &err, error);
}

const char *vitrine_run_id(const vitrine_run *run) { return run->id; }
const char *vitrine_run_display_name(const vitrine_run *run) { return run->display_name; }
const char *vitrine_run_entity(const vitrine_run *run) { return run->entity; }
const char *vitrine_run_project(const vitrine_run *run) { return run->project; }
