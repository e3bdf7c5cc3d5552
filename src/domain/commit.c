/*
 * domain/commit.c - turning a pending artifact into a version.
 *
 * The heavy part runs on the caller's thread: read the manifest once as a stream, look up
 * the bytes of every file (and whether the caller may use them), write the index. Then one
 * short write gives the version number, the membership, the aliases. Doing it again answers
 * with what is there.
 *
 * FULL manifests stand for themselves. INCREMENTAL: the base version's files and the new
 * ones. PATCH (several writers, one distributed id): the union of all patches. For the last
 * two the server writes the merged manifest itself.
 *
 * Called by api/resolve_artifact.c.
 */
#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/artifact.h"
#include "domain/commit_files.h"
#include "domain/event.h"
#include "domain/files.h"
#include "domain/manifest.h"
#include "domain/reclaim.h"
#include "store/artifact_blob.h"

#define MANIFESTS_MAX 1024

struct commit {
        struct call *call;
        struct artifact *artifact;
        struct project *project;
        struct manifest_info info;
        struct stored_bytes manifest, index;
        struct commit_files *files;
        uint64_t started_ms;
};

/* ---- a blob as a sink ---- */

struct blob_sink {
        struct blob_store *blobs;
        struct blob_put *put;
};

static enum rc sink_write(void *payload, struct str data, struct err *err)
{
        return blob_put_write(((struct blob_sink *)payload)->put, data, err);
}

static enum rc sink_restart(void *payload, struct err *err)
{
        struct blob_sink *sink = payload;

        blob_put_abort(&sink->put);
        return blob_put_begin(sink->blobs, NULL, &sink->put, err);
}

static void sink_done(struct blob_sink *sink)
{
        blob_put_abort(&sink->put);
}

static enum rc sink_finish(struct blob_sink *sink, struct stored_bytes *ret, struct err *err)
{
        struct blob_digests digests;
        enum rc rc = blob_put_finish(&sink->put, &digests, NULL, err);

        if (rc)
                return rc;
        memcpy(ret->sha256, digests.ref.sha256, sizeof(ret->sha256));
        ret->size_bytes = (int64_t)digests.ref.size_bytes;
        return RC_OK;
}

/* ---- building the index ---- */

static enum rc index_of(struct commit *c, const struct stored_bytes *json, struct stored_bytes *ret_index,
                        struct manifest_info *ret_info, struct err *err)
{
        _cleanup_(sink_done) struct blob_sink sink = { c->call->domain->blobs, NULL };
        struct manifest_build build = {
                .json = files_source(c->call, json),
                .index = { sink_write, sink_restart, &sink },
                .algorithm = c->artifact->digest_algorithm == DIGEST_XXH128 ? MANIFEST_XXH128 : MANIFEST_MD5,
                .resolve = commit_files_resolve,
                .payload = c->files,
        };
        enum rc rc = blob_put_begin(sink.blobs, NULL, &sink.put, err);

        if (!rc)
                rc = manifest_index_build(&build, ret_info, err);
        if (rc)
                return rc;
        return sink_finish(&sink, ret_index, err);
}

static enum rc merge(struct commit *c, struct manifest_index *const *sources, size_t count, struct err *err)
{
        _cleanup_(sink_done) struct blob_sink index = { c->call->domain->blobs, NULL };
        _cleanup_(sink_done) struct blob_sink json = { c->call->domain->blobs, NULL };
        struct manifest_sink index_sink = { sink_write, sink_restart, &index };
        struct manifest_sink json_sink = { sink_write, sink_restart, &json };
        enum manifest_algorithm algorithm = c->artifact->digest_algorithm == DIGEST_XXH128 ? MANIFEST_XXH128
                                                                                           : MANIFEST_MD5;
        enum rc rc = blob_put_begin(index.blobs, NULL, &index.put, err);

        if (!rc)
                rc = blob_put_begin(json.blobs, NULL, &json.put, err);
        if (!rc)
                rc = manifest_merge(sources, count, algorithm, &index_sink, &json_sink, &c->info, err);
        if (!rc)
                rc = sink_finish(&index, &c->index, err);
        if (!rc)
                rc = sink_finish(&json, &c->manifest, err);
        return rc;
}

/* Indexes of several manifests of this artifact, and of its base, merged in that order. */
static enum rc build_merged(struct commit *c, struct artifact *base, const struct manifest_row *rows, size_t count,
                            struct err *err)
{
        struct manifest_index **sources = arena_array(c->call->arena, struct manifest_index *, count + 1);
        size_t opened = 0;
        enum rc rc = RC_OK;

        if (base)
                rc = files_open(c->call, base, &sources[opened], err);
        if (!rc && base)
                opened++;
        for (size_t i = 0; !rc && i < count; i++) {
                struct stored_bytes index;
                struct manifest_info info;
                struct manifest_bytes bytes;

                rc = index_of(c, &rows[i].bytes, &index, &info, err);
                if (rc)
                        break;
                bytes = files_source(c->call, &index);
                rc = manifest_index_open(&bytes, &sources[opened], err);
                if (!rc)
                        opened++;
        }
        if (!rc)
                rc = merge(c, sources, opened, err);
        while (opened)
                manifest_index_free(sources[--opened]);
        return rc;
}

/* The version that an incremental upload adds to. */
static enum rc find_base(struct commit *c, const struct manifest_row *row, struct artifact **ret, struct err *err)
{
        int64_t id = row->base_artifact_id ? row->base_artifact_id : c->artifact->base_id;
        struct artifact *base = NULL;
        bool may = false;
        enum rc rc;

        if (!id)
                rc = store_artifact_latest(c->call->conn, c->call->arena, c->artifact->sequence_id, &base, err);
        else
                rc = store_artifact_by_id(c->call->conn, c->call->arena, id, &base, err);
        if (!rc && base)
                rc = policy_may_artifact(c->call, base, ACT_DOWNLOAD, &may, err);
        if (rc)
                return rc;
        if (base && (!may || base->state != ARTIFACT_COMMITTED))
                return err_set(err, RC_NOT_FOUND,
                               "The version that this one is based on is gone, or you may not read it.");
        *ret = base;
        return RC_OK;
}

static enum rc build_full(struct commit *c, const struct manifest_row *row, struct err *err)
{
        enum rc rc = index_of(c, &row->bytes, &c->index, &c->info, err);

        if (rc)
                return rc;
        c->manifest = row->bytes;
        if (!str_eq_nocase(str_from(c->info.digest), c->artifact->digest))
                return err_set(err, RC_INVALID,
                               "The manifest's digest is %s, but the artifact was announced with %.*s: log the "
                               "artifact again.",
                               c->info.digest, STR_ARG(c->artifact->digest));
        return RC_OK;
}

static enum rc build(struct commit *c, struct err *err)
{
        struct manifest_list list;
        struct artifact *base = NULL;
        const struct manifest_row *last;
        size_t patches = 0;
        enum rc rc;

        c->files = commit_files_new(c->call, c->artifact);
        rc = store_manifest_list(c->call->conn, c->call->arena, c->artifact->id, MANIFESTS_MAX, &list, err);

        if (rc)
                return rc;
        if (list.count == 0)
                return err_set(err, RC_CONFLICT,
                               "The artifact's manifest was not uploaded: upload it, then commit.");
        last = &list.items[list.count - 1];
        if (last->kind == MANIFEST_FULL)
                return build_full(c, last, err);
        if (last->kind == MANIFEST_INCREMENTAL) {
                rc = find_base(c, last, &base, err);
                if (rc)
                        return rc;
                return build_merged(c, base, last, 1, err);
        }
        for (size_t i = 0; i < list.count; i++) {
                if (list.items[i].kind == MANIFEST_PATCH)
                        list.items[patches++] = list.items[i];
        }
        return build_merged(c, NULL, list.items, patches, err);
}

/* ---- the write ---- */

static enum rc put_aliases(struct call *call, const struct commit *c, const struct collection *sequence,
                           const struct artifact *a, struct str wanted, struct err *err)
{
        struct str *aliases = NULL;
        size_t count = 0;
        enum rc rc = alias_list_read(call, wanted, &aliases, &count, err);

        for (size_t i = 0; !rc && i < count; i++)
                rc = alias_put(call, c->project, sequence, a->version, a->id, aliases[i], err);
        if (!rc && a->run_id)
                rc = store_run_output_add(call->conn, a->run_id, a->id, clock_now_us(), err);
        return rc;
}

/* Another writer was first with the same content: this one becomes another name for it. */
static enum rc merge_into(struct call *call, struct commit *c, const struct collection *sequence,
                          struct artifact *mine, struct artifact *first, struct err *err)
{
        enum rc rc = store_artifact_merge(call->conn, mine->id, first->id, clock_now_us(), err);

        if (!rc)
                rc = put_aliases(call, c, sequence, first, mine->wanted_aliases, err);
        if (!rc && mine->run_id)
                rc = store_run_output_add(call->conn, mine->run_id, first->id, clock_now_us(), err);
        c->artifact = first;
        return rc;
}

static enum rc become_version(struct call *call, struct commit *c, const struct collection *sequence,
                              struct artifact *a, struct err *err)
{
        struct str wanted = a->wanted_aliases;
        struct membership place = { .collection_id = sequence->id, .artifact_id = a->id };
        int64_t now = clock_now_us();
        enum rc rc = store_collection_next_version(call->conn, sequence->id, now, &a->version, err);

        if (rc)
                return rc;
        a->digest = arena_str(call->arena, str_from(c->info.digest));
        a->size_bytes = (int64_t)c->info.size_bytes;
        a->file_count = (int64_t)c->info.entries;
        a->manifest = c->manifest;
        a->index = c->index;
        a->updated_us = now;
        rc = store_artifact_commit(call->conn, a, now, err);
        place.version = a->version;
        place.created_us = now;
        if (!rc)
                rc = store_membership_insert(call->conn, &place, call->who->account_id, err);
        if (!rc)
                rc = put_aliases(call, c, sequence, a, wanted, err);
        if (rc)
                return rc;
        a->state = ARTIFACT_COMMITTED;
        c->artifact = a;
        return event_note(call, &(struct event_row){ .action = STR("version_created"),
                                                     .org_id = c->project->org_id,
                                                     .entity_id = c->project->entity_id,
                                                     .project_id = c->project->id,
                                                     .collection_id = sequence->id,
                                                     .artifact_id = a->id,
                                                     .run_id = a->run_id,
                                                     .has_version = true,
                                                     .version = a->version },
                          err);
}

static enum rc commit_write(struct call *call, void *payload, struct err *err)
{
        struct commit *c = payload;
        struct artifact *a = NULL, *first = NULL;
        struct collection *sequence = NULL;
        enum rc rc = store_artifact_by_id(call->conn, call->arena, c->artifact->id, &a, err);

        if (!rc && a && a->state == ARTIFACT_COMMITTED) {
                c->artifact = a;
                return RC_OK;
        }
        if (!rc)
                rc = store_collection_by_id(call->conn, call->arena, c->artifact->sequence_id, &sequence, err);
        if (rc)
                return rc;
        /* Bytes that were looked up so long ago may not be fresh any more (docs/decisions/0012-reclaim.md). */
        if (clock_mono_ms() - c->started_ms > (uint64_t)RECLAIM_COMMIT_MAX_S * 1000)
                return err_set(err, RC_AGAIN, "The commit took too long: try again.");
        if (!a || a->state == ARTIFACT_DELETED || !sequence)
                return err_set(err, RC_CONFLICT, "The artifact or its collection was deleted: log it again.");
        rc = artifact_require_writer(call, a, &c->project, err);
        if (!rc)
                rc = store_artifact_by_digest(call->conn, call->arena, sequence->id, str_from(c->info.digest),
                                              &first, err);
        if (rc)
                return rc;
        if (first)
                return merge_into(call, c, sequence, a, first, err);
        return become_version(call, c, sequence, a, err);
}

enum rc artifact_commit(struct call *call, int64_t id, struct artifact **ret, struct err *err)
{
        struct commit c = { .call = call, .started_ms = clock_mono_ms() };
        enum rc rc = store_artifact_by_id(call->conn, call->arena, id, &c.artifact, err);

        if (rc)
                return rc;
        if (!c.artifact)
                return err_set(err, RC_NOT_FOUND, "There is no such artifact, or you may not see it.");
        rc = artifact_require_writer(call, c.artifact, &c.project, err);
        if (rc)
                return rc;
        if (c.artifact->state == ARTIFACT_DELETED)
                return err_set(err, RC_CONFLICT, "The artifact was deleted: log it again.");
        if (c.artifact->state == ARTIFACT_PENDING) {
                rc = build(&c, err);
                if (!rc)
                        rc = domain_write(call, commit_write, &c, err);
                if (rc)
                        return err_prefix(err, rc, "committing '%.*s'", STR_ARG(c.artifact->sequence_name));
        }
        *ret = c.artifact;
        return RC_OK;
}
