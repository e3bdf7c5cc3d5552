/*
 * domain/run_read.c - what a run's config and metadata say; see run_read.h.
 */
#include "domain/run_read.h"

#include "blob/blob.h"
#include "store/run_file.h"

#define METADATA_NAME STR("wandb-metadata.json")
#define METADATA_MAX_BYTES (4 * 1024 * 1024)
#define ARGS_MAX 10000

enum rc run_wandb_config(struct call *call, const struct run *run, const struct str *keys, size_t count,
                         struct str *ret_json, struct err *err)
{
        const struct json_limits limits = { .lenient = true };
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct str config = STR_NULL;
        struct json *json = NULL;
        const struct json *own;
        struct json_writer w;
        enum rc rc = store_run_document(call->conn, call->arena, run->id, RUN_CONFIG, &config, err);

        if (!rc)
                rc = json_parse(call->arena, config, &limits, &json, err);
        if (rc)
                return rc;
        own = json_get(json_get(json, "_wandb"), "value");
        json_writer_init(&w, &buf);
        json_begin_object(&w);
        for (const struct json *member = own ? own->first : NULL; member; member = member->next) {
                bool wanted = count == 0;

                for (size_t i = 0; i < count && !wanted; i++)
                        wanted = str_eq(member->key, keys[i]);
                if (!wanted)
                        continue;
                json_key(&w, member->key);
                json_value(&w, member);
        }
        json_end_object(&w);
        *ret_json = arena_str(call->arena, buf_str(&buf));
        return RC_OK;
}

/* ---- metadata ---- */

static enum rc read_blob(struct call *call, const struct run_file *file, struct str *ret, struct err *err)
{
        struct blob_ref ref = { .size_bytes = (uint64_t)file->size_bytes };
        char *bytes = arena_alloc(call->arena, (size_t)file->size_bytes + 1);
        enum rc rc;

        memcpy(ref.sha256, file->sha256, sizeof(ref.sha256));
        rc = blob_read(call->domain->blobs, &ref, 0, bytes, (size_t)file->size_bytes, err);
        if (!rc)
                *ret = (struct str){ bytes, (size_t)file->size_bytes };
        return rc;
}

static int64_t number_of(const struct json *object, const char *key)
{
        int64_t value = -1;

        (void)json_i64(json_get(object, key), &value);
        return value;
}

static struct run_info *info_of(struct call *call, const struct json *m)
{
        struct run_info *info = arena_new(call->arena, struct run_info);
        const struct json *args = json_get(m, "args"), *git = json_get(m, "git");

        info->program = json_text(m, "program");
        info->os = json_text(m, "os");
        info->python = json_text(m, "python");
        info->colab = json_text(m, "colab");
        info->executable = json_text(m, "executable");
        info->gpu = json_text(m, "gpu");
        info->git_remote = json_text(git, "remote");
        info->git_commit = json_text(git, "commit");
        info->code_saved = !str_is_empty(json_text(m, "codePath"));
        info->cpu_count = number_of(m, "cpu_count");
        info->gpu_count = number_of(m, "gpu_count");
        if (args && args->kind == JSON_ARRAY && args->count <= ARGS_MAX) {
                info->args = arena_array(call->arena, struct str, args->count);
                for (const struct json *arg = args->first; arg; arg = arg->next)
                        if (arg->kind == JSON_STRING)
                                info->args[info->arg_count++] = arg->text;
        }
        return info;
}

enum rc run_info(struct call *call, const struct run *run, struct run_info **ret, struct err *err)
{
        const struct json_limits limits = { .lenient = true };
        struct run_file *file = NULL;
        struct err ignored = { 0 };
        struct json *json = NULL;
        struct str text = STR_NULL;
        enum rc rc = store_run_file_by_name(call->conn, call->arena, run->id, METADATA_NAME, &file, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (!file || file->size_bytes > METADATA_MAX_BYTES)
                return RC_OK;
        rc = read_blob(call, file, &text, err);
        if (rc)
                return rc;
        /* Whatever a client uploads under that name must not break the run's page. */
        if (json_parse(call->arena, text, &limits, &json, &ignored) == RC_OK && json->kind == JSON_OBJECT)
                *ret = info_of(call, json);
        return RC_OK;
}
