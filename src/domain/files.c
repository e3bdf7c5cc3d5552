/*
 * domain/files.c - see files.h.
 *
 * Every way to a file's bytes ends here or in domain/upload.c, and each asks the policy
 * about the collection or project that the file is reached through. A digest alone finds
 * nothing: it is looked up inside a version that the caller may download from.
 */
#include "domain/files.h"

#include "base/clock.h"
#include "domain/event.h"
#include "store/artifact_blob.h"

struct source {
        struct blob_store *blobs;
        struct blob_ref ref;
};

static enum rc read_source(void *payload, uint64_t offset, void *ret, size_t len, struct err *err)
{
        const struct source *s = payload;

        return blob_read(s->blobs, &s->ref, offset, ret, len, err);
}

struct manifest_bytes files_source(struct call *call, const struct stored_bytes *bytes)
{
        struct source *s = arena_new(call->arena, struct source);

        s->blobs = call->domain->blobs;
        memcpy(s->ref.sha256, bytes->sha256, sizeof(s->ref.sha256));
        s->ref.size_bytes = (uint64_t)bytes->size_bytes;
        return (struct manifest_bytes){ read_source, s, s->ref.size_bytes };
}

enum rc files_open(struct call *call, const struct artifact *artifact, struct manifest_index **ret, struct err *err)
{
        struct manifest_bytes bytes;

        if (artifact->state != ARTIFACT_COMMITTED || artifact->index.size_bytes < 0)
                return err_set(err, RC_NOT_FOUND, "The version has no files yet: it is not committed.");
        bytes = files_source(call, &artifact->index);
        return manifest_index_open(&bytes, ret, err);
}

/* In one version's index. RC_NOT_FOUND when no file of it has the digest. */
static enum rc find_in(struct call *call, const struct artifact *artifact, const uint8_t digest[16],
                       struct file_bytes *ret, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        struct manifest_entry entry;
        enum rc rc = files_open(call, artifact, &index, err);

        if (!rc)
                rc = manifest_index_find_digest(index, call->arena, digest, &entry, err);
        if (rc)
                return rc;
        if (!entry.has_stored)
                return err_set(err, RC_NOT_FOUND, "There is no such file in this version.");
        memcpy(ret->ref.sha256, entry.sha256, sizeof(ret->ref.sha256));
        ret->ref.size_bytes = entry.stored_bytes;
        ret->path = arena_str(call->arena, entry.path);
        ret->artifact_id = artifact->id;
        ret->collection_id = 0;
        return RC_OK;
}

/* Old clients do not say which version: this many of the newest are searched. */
#define SEARCHED_MAX 64

static enum rc search_newest(struct call *call, const struct collection *collection, const uint8_t digest[16],
                             struct file_bytes *ret, struct err *err)
{
        struct membership_list list;
        enum rc rc = store_membership_page(call->conn, call->arena, collection->id, true, INT64_MAX, SEARCHED_MAX,
                                           &list, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < list.count; i++) {
                struct artifact *a = NULL;

                rc = store_artifact_by_id(call->conn, call->arena, list.items[i].artifact_id, &a, err);
                if (rc)
                        return rc;
                if (!a)
                        continue;
                rc = find_in(call, a, digest, ret, err);
                if (rc != RC_NOT_FOUND)
                        return rc;
        }
        return err_set(err, RC_NOT_FOUND, "There is no such file in this collection.");
}

enum rc files_through_collection(struct call *call, struct str entity, struct str project_name,
                                 struct str collection_name, int64_t artifact_id, int64_t birth_id,
                                 const uint8_t digest[16], struct file_bytes *ret, struct err *err)
{
        struct project *project = NULL;
        struct collection *collection = NULL;
        struct membership place;
        struct artifact *a = NULL;
        bool found = false;
        enum rc rc = project_require(call, entity, project_name, ACT_DOWNLOAD, &project, err);

        if (!rc)
                rc = store_collection_by_name(call->conn, call->arena, project->id, collection_name, &collection,
                                              err);
        if (rc)
                return rc;
        if (!collection)
                return err_not_found(err, "collection", collection_name);
        if (!artifact_id)
                artifact_id = birth_id;
        if (artifact_id) {
                rc = store_membership_by_artifact(call->conn, collection->id, artifact_id, &place, &found, err);
                if (!rc && found)
                        rc = store_artifact_by_id(call->conn, call->arena, artifact_id, &a, err);
                if (rc)
                        return rc;
        }
        rc = a ? find_in(call, a, digest, ret, err) : RC_NOT_FOUND;
        if (rc == RC_NOT_FOUND)
                rc = search_newest(call, collection, digest, ret, err);
        if (!rc)
                ret->collection_id = collection->id;
        return rc;
}

enum rc files_of_birth(struct call *call, struct str entity, int64_t birth_id, const uint8_t digest[16],
                       struct file_bytes *ret, struct err *err)
{
        struct artifact *a = NULL;
        struct project *project = NULL;
        enum rc rc = store_artifact_by_id(call->conn, call->arena, birth_id, &a, err);

        if (!rc && a)
                rc = store_project_by_id(call->conn, call->arena, a->project_id, &project, err);
        if (rc)
                return rc;
        if (!a || !project || !str_eq_nocase(project->entity_name, entity))
                return err_set(err, RC_NOT_FOUND, "There is no such file, or you may not read it.");
        rc = policy_require(call, project, ACT_DOWNLOAD, err);
        if (rc)
                return rc;
        return find_in(call, a, digest, ret, err);
}

enum rc files_of_entity(struct call *call, struct str entity, const uint8_t digest[16], struct file_bytes *ret,
                        struct err *err)
{
        struct artifact_blob found[32];   /* who may read one project of an entity may read most of them */
        struct entity *owner = NULL;
        size_t count = 0;
        enum rc rc = store_entity_by_name(call->conn, call->arena, entity, &owner, err);

        if (!rc && owner)
                rc = store_artifact_blob_of_entity(call->conn, digest, DIGEST_MD5, owner->id, found, ARRAY_LEN(found),
                                                   &count, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < count; i++) {
                struct project *project = NULL;
                bool may = false;

                rc = project_see(call, found[i].project_id, &project, err);
                if (!rc && project)
                        rc = policy_may(call, project, ACT_DOWNLOAD, &may, err);
                if (rc)
                        return rc;
                if (!may)
                        continue;
                memcpy(ret->ref.sha256, found[i].bytes.sha256, sizeof(ret->ref.sha256));
                ret->ref.size_bytes = (uint64_t)found[i].bytes.size_bytes;
                ret->path = STR("file");
                ret->artifact_id = found[i].artifact_id;
                ret->collection_id = 0;
                return RC_OK;
        }
        return err_set(err, RC_NOT_FOUND, "There is no such file, or you may not read it.");
}

enum rc files_require_download(struct call *call, int64_t artifact_id, int64_t collection_id, enum action action,
                               struct artifact **ret_artifact, struct err *err)
{
        struct artifact *a = NULL;
        struct collection *collection = NULL;
        struct project *project = NULL;
        struct membership place;
        bool may = false;
        enum rc rc = store_artifact_by_id(call->conn, call->arena, artifact_id, &a, err);

        if (rc)
                return rc;
        if (!a || a->state == ARTIFACT_DELETED)
                return err_set(err, RC_NOT_FOUND, "The version was deleted.");
        if (!collection_id) {
                rc = policy_may_artifact(call, a, action, &may, err);
        } else {
                rc = store_membership_by_artifact(call->conn, collection_id, artifact_id, &place, &may, err);
                if (!rc && may)
                        rc = collection_see(call, collection_id, &collection, &project, err);
                may = may && project;
                if (!rc && may)
                        rc = policy_may(call, project, action, &may, err);
        }
        if (rc)
                return rc;
        if (!may)
                return err_set(err, RC_DENIED, "You may not download files through this collection any more.");
        *ret_artifact = a;
        return RC_OK;
}

/* ---- for the audit log ---- */

#define ONE_DOWNLOAD_US (INT64_C(3600) * 1000000)

struct download_job {
        int64_t artifact_id, collection_id;
};

static enum rc is_noted(struct call *call, const struct download_job *job, bool *ret, struct err *err)
{
        return store_event_downloaded(call->conn, call->who->account_id, job->artifact_id, job->collection_id,
                                      call_now_us(call) - ONE_DOWNLOAD_US, ret, err);
}

static enum rc download_write(struct call *call, void *payload, struct err *err)
{
        const struct download_job *job = payload;
        struct collection *collection = NULL;
        struct project *project = NULL;
        struct membership place = { 0 };
        bool noted = false, found = false;
        enum rc rc = is_noted(call, job, &noted, err);   /* many files are asked for at once, and one is first */

        if (!rc && !noted)
                rc = store_collection_even_deleted(call->conn, call->arena, job->collection_id, &collection, err);
        if (!rc && collection)
                rc = store_project_by_id(call->conn, call->arena, collection->project_id, &project, err);
        if (!rc && project)
                rc = store_membership_by_artifact(call->conn, collection->id, job->artifact_id, &place, &found, err);
        if (rc || !project)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("version_downloaded"),
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = collection->id,
                                                     .artifact_id = job->artifact_id,
                                                     .has_version = found,
                                                     .version = place.version },
                          err);
}

void files_note_download(struct call *call, int64_t artifact_id, int64_t collection_id)
{
        struct download_job job = { artifact_id, collection_id };
        struct artifact *a = NULL;
        struct err ignored = { 0 };
        bool noted = false;
        enum rc rc = RC_OK;

        if (!call->who->account_id)
                return;
        if (!collection_id) {
                rc = store_artifact_by_id(call->conn, call->arena, artifact_id, &a, &ignored);
                if (rc || !a)
                        return;
                job.collection_id = a->sequence_id;
        }
        rc = is_noted(call, &job, &noted, &ignored);
        if (!rc && !noted)
                rc = domain_write(call, download_write, &job, &ignored);
        (void)rc;
}
