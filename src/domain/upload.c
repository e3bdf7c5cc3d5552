/*
 * domain/upload.c - manifests and whole files; upload_parts.c has files in parts. See upload.h.
 */
#include "domain/upload.h"

#include "base/clock.h"

/* ---- manifests ---- */

struct manifest_job {
        const struct manifest_input *in;
        int64_t id;
        struct str digest;
        int64_t base_artifact_id;
        const struct blob_digests *digests;
        struct manifest_row *row;
};

static enum rc require_pending(struct call *call, int64_t artifact_id, struct artifact **ret,
                               struct project **ret_project, struct err *err)
{
        struct artifact *a = NULL;
        enum rc rc = store_artifact_by_id(call->conn, call->arena, artifact_id, &a, err);

        if (rc)
                return rc;
        if (!a)
                return err_set(err, RC_NOT_FOUND, "There is no such artifact, or you may not see it.");
        rc = artifact_require_writer(call, a, ret_project, err);
        if (rc)
                return rc;
        if (a->state == ARTIFACT_DELETED)
                return err_set(err, RC_CONFLICT, "The artifact was deleted: log it again.");
        *ret = a;
        return RC_OK;
}

static enum rc manifest_create_write(struct call *call, void *payload, struct err *err)
{
        struct manifest_job *job = payload;
        struct artifact *a = NULL;
        struct project *project = NULL;
        struct manifest_row *m = arena_new(call->arena, struct manifest_row);
        enum rc rc = require_pending(call, job->in->artifact_id, &a, &project, err);

        if (rc)
                return rc;
        m->artifact_id = a->id;
        m->name = job->in->name;
        m->kind = job->in->kind;
        m->digest = job->in->digest.ptr ? job->in->digest : STR("");
        m->base_artifact_id = job->in->base_artifact_id;
        m->bytes.size_bytes = -1;
        m->created_us = clock_now_us();
        job->row = m;
        return store_manifest_insert(call->conn, m, err);
}

enum rc manifest_create(struct call *call, const struct manifest_input *in, struct manifest_row **ret,
                        struct err *err)
{
        struct manifest_job job = { .in = in };
        enum rc rc = model_check_path(in->name, err);

        if (!rc)
                rc = domain_write(call, manifest_create_write, &job, err);
        if (rc)
                return rc;
        *ret = job.row;
        return RC_OK;
}

static enum rc find_manifest(struct call *call, int64_t id, struct manifest_row **ret, struct artifact **ret_artifact,
                             struct err *err)
{
        struct project *project = NULL;
        enum rc rc = store_manifest_by_id(call->conn, call->arena, id, ret, err);

        if (rc)
                return rc;
        if (!*ret)
                return err_set(err, RC_NOT_FOUND, "There is no such manifest.");
        return require_pending(call, (*ret)->artifact_id, ret_artifact, &project, err);
}

static enum rc manifest_update_write(struct call *call, void *payload, struct err *err)
{
        struct manifest_job *job = payload;
        struct artifact *a = NULL;
        enum rc rc = find_manifest(call, job->id, &job->row, &a, err);

        if (rc)
                return rc;
        if (job->digest.ptr)
                job->row->digest = job->digest;
        if (job->base_artifact_id)
                job->row->base_artifact_id = job->base_artifact_id;
        return store_manifest_update(call->conn, job->row, err);
}

enum rc manifest_update(struct call *call, int64_t id, struct str digest, int64_t base_artifact_id,
                        struct manifest_row **ret, struct err *err)
{
        struct manifest_job job = { .id = id, .digest = digest, .base_artifact_id = base_artifact_id };
        enum rc rc = domain_write(call, manifest_update_write, &job, err);

        if (rc)
                return rc;
        *ret = job.row;
        return RC_OK;
}

static struct stored_bytes stored(const struct blob_digests *digests)
{
        struct stored_bytes bytes;

        memcpy(bytes.sha256, digests->ref.sha256, sizeof(bytes.sha256));
        bytes.size_bytes = (int64_t)digests->ref.size_bytes;
        return bytes;
}

static enum rc manifest_done_write(struct call *call, void *payload, struct err *err)
{
        struct manifest_job *job = payload;
        struct artifact *a = NULL;
        struct stored_bytes bytes = stored(job->digests);
        enum rc rc = find_manifest(call, job->id, &job->row, &a, err);

        if (rc)
                return rc;
        if (a->state == ARTIFACT_COMMITTED)
                return RC_OK;   /* a retry that lost the race with the commit */
        return store_manifest_set_bytes(call->conn, job->id, &bytes, err);
}

enum rc upload_manifest_done(struct call *call, int64_t manifest_id, const struct blob_digests *digests,
                             struct err *err)
{
        struct manifest_job job = { .id = manifest_id, .digests = digests };

        return domain_write(call, manifest_done_write, &job, err);
}

/* ---- files ---- */

enum rc upload_open(struct call *call, int64_t artifact_id, struct artifact **ret_artifact,
                    struct project **ret_project, struct err *err)
{
        return require_pending(call, artifact_id, ret_artifact, ret_project, err);
}

/* How many holders of the same bytes are looked at before the answer is "send them". */
#define CANDIDATES_MAX 8

#define JUDGED_SLOTS 64u

struct planner {
        struct call *call;
        const struct project *project;
        enum digest_algorithm algorithm;
        /* Most files of a version have the same few holders. */
        struct {
                int64_t artifact_id;
                bool ok;
        } judged[JUDGED_SLOTS];
};

static enum rc judge_holder(struct planner *planner, const struct artifact_blob *blob, bool *ret_ok, struct err *err)
{
        size_t slot = (uint64_t)blob->artifact_id % JUDGED_SLOTS;
        bool may = blob->project_id == planner->project->id;

        if (planner->judged[slot].artifact_id != blob->artifact_id) {
                struct artifact *holder = NULL;
                enum rc rc = store_artifact_by_id(planner->call->conn, planner->call->arena, blob->artifact_id, &holder,
                                                  err);

                if (!rc && holder && holder->state != ARTIFACT_DELETED && !may)
                        rc = policy_may_artifact(planner->call, holder, ACT_DOWNLOAD, &may, err);
                if (rc)
                        return rc;
                planner->judged[slot].artifact_id = blob->artifact_id;
                planner->judged[slot].ok = holder && holder->state != ARTIFACT_DELETED && may;
        }
        *ret_ok = planner->judged[slot].ok;
        return RC_OK;
}

/* The bytes of a holder that may be used; holders before the `skipped`-th are left out. */
static enum rc choose_holder(struct planner *planner, const uint8_t digest[16], size_t skipped,
                             struct artifact_blob *ret, bool *ret_found, size_t *ret_at, struct err *err)
{
        struct artifact_blob found[CANDIDATES_MAX];
        size_t count = 0;
        bool ok = false;
        enum rc rc = store_artifact_blob_find(planner->call->conn, digest, planner->algorithm, planner->project->id,
                                              found, ARRAY_LEN(found), &count, err);

        *ret_found = false;
        for (size_t i = skipped; !rc && i < count; i++) {
                rc = judge_holder(planner, &found[i], &ok, err);
                if (rc || !ok)
                        continue;
                *ret = found[i];
                *ret_at = i;
                *ret_found = true;
                break;
        }
        return rc;
}

static struct blob_ref ref_of(const struct artifact_blob *blob)
{
        struct blob_ref ref = { .size_bytes = (uint64_t)blob->bytes.size_bytes };

        memcpy(ref.sha256, blob->bytes.sha256, sizeof(ref.sha256));
        return ref;
}

/* The bytes of the holder at place `at` have gone: is there another? */
static enum rc plan_next(struct planner *planner, struct file_plan *plan, size_t at, struct err *err)
{
        struct artifact_blob blob;
        bool found = true;
        enum rc rc = RC_OK;

        while (!rc && found && !plan->stored) {
                struct blob_ref ref;

                rc = choose_holder(planner, plan->digest, at + 1, &blob, &found, &at, err);
                if (rc || !found)
                        break;
                ref = ref_of(&blob);
                rc = blob_exists(planner->call->domain->blobs, &ref, true, &plan->stored, err);
                plan->birth_artifact_id = blob.artifact_id;
        }
        return rc;
}

static enum rc plan_some(struct planner *planner, const struct artifact *artifact, struct file_plan *plans,
                         size_t count, struct err *err)
{
        struct blob_ref refs[BLOB_EXISTS_MAX] = { 0 };
        size_t asked[BLOB_EXISTS_MAX], at[BLOB_EXISTS_MAX], asked_count = 0;
        bool there[BLOB_EXISTS_MAX];
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < count; i++) {
                struct artifact_blob blob;
                bool found = false;

                plans[i].stored = false;
                plans[i].birth_artifact_id = artifact->id;
                rc = choose_holder(planner, plans[i].digest, 0, &blob, &found, &at[i], err);
                if (rc || !found)
                        continue;
                plans[i].birth_artifact_id = blob.artifact_id;
                refs[asked_count] = ref_of(&blob);
                asked[asked_count++] = i;
        }
        if (!rc)
                rc = blob_exists_some(planner->call->domain->blobs, refs, asked_count, true, there, err);
        for (size_t i = 0; !rc && i < asked_count; i++) {
                struct file_plan *plan = &plans[asked[i]];

                plan->stored = there[i];
                if (!there[i])
                        rc = plan_next(planner, plan, at[asked[i]], err);
                if (!plan->stored)
                        plan->birth_artifact_id = artifact->id;
        }
        return rc;
}

enum rc upload_plan(struct call *call, const struct artifact *artifact, const struct project *project,
                    enum digest_algorithm algorithm, struct file_plan *plans, size_t count, struct err *err)
{
        struct planner planner = { .call = call, .project = project, .algorithm = algorithm };
        enum rc rc = RC_OK;

        for (size_t done = 0; !rc && done < count; done += BLOB_EXISTS_MAX) {
                size_t some = count - done < BLOB_EXISTS_MAX ? count - done : BLOB_EXISTS_MAX;

                rc = plan_some(&planner, artifact, plans + done, some, err);
        }
        return rc;
}

struct file_job {
        struct artifact_blob blob;
        int64_t artifact_id;
};

static enum rc file_done_write(struct call *call, void *payload, struct err *err)
{
        struct file_job *job = payload;
        struct artifact *a = NULL;
        struct project *project = NULL;
        enum rc rc = require_pending(call, job->artifact_id, &a, &project, err);

        if (rc)
                return rc;
        job->blob.project_id = project->id;
        return store_artifact_blob_add(call->conn, &job->blob, clock_now_us(), err);
}

enum rc upload_file_done(struct call *call, int64_t artifact_id, const uint8_t digest[16],
                         enum digest_algorithm algorithm, const struct blob_digests *digests, struct err *err)
{
        struct file_job job = { .artifact_id = artifact_id };

        memcpy(job.blob.digest, digest, 16);
        job.blob.algorithm = algorithm;
        job.blob.artifact_id = artifact_id;
        job.blob.bytes = stored(digests);
        return domain_write(call, file_done_write, &job, err);
}
