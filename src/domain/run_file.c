/*
 * domain/run_file.c - see run_file.h.
 */
#include "domain/run_file.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/event.h"

enum rc run_file_check_name(struct str name, struct str *ret_name, struct err *err)
{
        enum rc rc;

        while (str_starts(name, STR("./")))
                name = str_slice(name, 2, name.len);
        rc = model_check_file_name(name, err);
        if (!rc)
                *ret_name = name;
        return rc;
}

enum rc run_file_may_put(struct call *call, int64_t run_id, struct err *err)
{
        struct run *run = NULL;

        return run_require(call, run_id, ACT_LOG, &run, NULL, err);
}

struct file_job {
        struct run_file file;
        const int64_t *ids;
        size_t count;
};

static enum rc done_write(struct call *call, void *payload, struct err *err)
{
        struct file_job *job = payload;
        enum rc rc = run_file_may_put(call, job->file.run_id, err);

        return rc ? rc : store_run_file_put(call->conn, &job->file, err);
}

enum rc run_file_done(struct call *call, int64_t run_id, struct str name, const struct blob_digests *digests,
                      struct err *err)
{
        struct file_job job = { .file = { .run_id = run_id, .size_bytes = (int64_t)digests->ref.size_bytes,
                                          .updated_us = clock_now_us() } };
        enum rc rc = run_file_check_name(name, &job.file.name, err);

        if (rc)
                return rc;
        memcpy(job.file.sha256, digests->ref.sha256, sizeof(job.file.sha256));
        memcpy(job.file.md5, digests->md5, sizeof(job.file.md5));
        return domain_write(call, done_write, &job, err);
}

enum rc run_file_list(struct call *call, const struct run *run, struct str pattern, int64_t after_id, size_t limit,
                      struct run_file_list *ret, struct err *err)
{
        return store_run_file_list(call->conn, call->arena, run->id, pattern, after_id, limit, ret, err);
}

enum rc run_file_find(struct call *call, const struct run *run, struct str name, struct run_file **ret,
                      struct err *err)
{
        return store_run_file_by_name(call->conn, call->arena, run->id, name, ret, err);
}

enum rc run_file_open(struct call *call, int64_t run_id, int64_t file_id, struct run_file **ret, struct err *err)
{
        struct run_file *file = NULL;
        struct run *run = NULL;
        enum rc rc = run_require(call, run_id, ACT_DOWNLOAD, &run, NULL, err);

        if (!rc)
                rc = store_run_file_by_id(call->conn, call->arena, file_id, &file, err);
        if (rc)
                return rc;
        if (!file || file->run_id != run->id)
                return err_set(err, RC_NOT_FOUND, "The file is not there any more.");
        *ret = file;
        return RC_OK;
}

struct str run_file_md5(struct arena *arena, const struct run_file *file)
{
        return crypto_base64(arena, file->md5, sizeof(file->md5));
}

enum rc run_file_count(struct call *call, const struct run *run, int64_t *ret, struct err *err)
{
        return store_run_file_count(call->conn, run->id, ret, err);
}

static enum rc delete_one(struct call *call, int64_t id, struct err *err)
{
        struct run_file *file = NULL;
        struct run *run = NULL;
        enum rc rc = store_run_file_by_id(call->conn, call->arena, id, &file, err);

        if (rc)
                return rc;
        if (!file)
                return err_set(err, RC_NOT_FOUND, "There is no such file, or you may not see it.");
        rc = run_require(call, file->run_id, ACT_DELETE_VERSION, &run, NULL, err);
        if (!rc)
                rc = store_run_file_delete(call->conn, id, err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("run_file_deleted"), .project_id = run->project_id,
                                                     .run_id = run->id,
                                                     .detail = event_detail(call, "file", file->name, NULL, STR_NULL) },
                          err);
}

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        const struct file_job *job = payload;
        enum rc rc = RC_OK;

        for (size_t i = 0; i < job->count && !rc; i++)
                rc = delete_one(call, job->ids[i], err);
        return rc;
}

enum rc run_file_delete(struct call *call, const int64_t *ids, size_t count, struct err *err)
{
        struct file_job job = { .ids = ids, .count = count };

        if (count > RUN_FILES_PER_CALL)
                return err_set(err, RC_TOO_LARGE, "Delete %d files at a time at most.", RUN_FILES_PER_CALL);
        return domain_write(call, delete_write, &job, err);
}
