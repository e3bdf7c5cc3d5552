/*
 * domain/artifact_create.c - creating versions; see artifact.h.
 *
 * Deduplication: the same content (digest) in the same sequence is the same version. Bytes
 * are shared across sequences by the blob store, which is another matter (upload.c).
 */
#include "base/clock.h"
#include "domain/artifact.h"
#include "domain/event.h"
#include "domain/ttl.h"
#include "store/run.h"

/* ---- creating ---- */

struct create_job {
        const struct artifact_input *in;
        struct project *project;
        struct collection *sequence;
        int64_t run_id;
        int64_t now_us;
        struct artifact *artifact;
};

/* Ids that clients make up; real ones have 128 characters, distributed ids are users' own words. */
#define CLIENT_ID_MAX_BYTES 512

static enum rc check_client_ids(const struct artifact_input *in, struct err *err)
{
        const struct str ids[] = { in->client_id, in->sequence_client_id, in->distributed_id };

        for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
                if (ids[i].len > CLIENT_ID_MAX_BYTES)
                        return err_set(err, RC_INVALID,
                                       "A client id, sequence client id or distributed id has at most %d bytes: use a "
                                       "shorter one.",
                                       CLIENT_ID_MAX_BYTES);
        }
        return RC_OK;
}

static enum rc check_input(struct call *call, const struct artifact_input *in, struct err *err)
{
        struct json *metadata = NULL;
        enum rc rc = model_check_artifact_name(in->collection_name, err);

        if (!rc)
                rc = model_check_type_name(in->type_name, err);
        if (!rc && in->metadata.ptr)
                rc = model_check_metadata(call->arena, in->metadata, &metadata, err);
        if (!rc && in->description.ptr)
                rc = model_check_description(in->description, err);
        for (size_t i = 0; !rc && i < in->alias_count; i++)
                rc = model_check_alias(in->aliases[i], err);
        for (size_t i = 0; !rc && i < in->tag_count; i++)
                rc = model_check_tag(in->tags[i], err);
        if (!rc)
                rc = check_client_ids(in, err);
        if (rc)
                return rc;
        if (in->storage_region.len && !str_eq(in->storage_region, STR("default")))
                return err_set(err, RC_INVALID,
                               "The storage region '%.*s' is not supported: leave it out, this server has one.",
                               STR_ARG(in->storage_region));
        if (in->digest.len == 0 || in->digest.len > 128)
                return err_set(err, RC_INVALID, "An artifact needs the digest of its manifest.");
        return RC_OK;
}

static enum rc find_or_make_sequence(struct call *call, struct create_job *job, struct err *err)
{
        const struct artifact_input *in = job->in;
        struct collection *c = NULL;
        int64_t type_id = 0;
        enum rc rc = store_collection_by_name(call->conn, call->arena, job->project->id, in->collection_name, &c,
                                              err);

        if (rc)
                return rc;
        if (c && c->kind != COLLECTION_SEQUENCE)
                return err_set(err, RC_CONFLICT,
                               "'%.*s' is a collection of links in this project: choose another artifact name.",
                               STR_ARG(c->name));
        if (c && !str_eq(c->type_name, in->type_name))
                return err_set(err, RC_CONFLICT,
                               "Artifact %.*s already exists with type '%.*s'; cannot create another with type "
                               "'%.*s'.",
                               STR_ARG(c->name), STR_ARG(c->type_name), STR_ARG(in->type_name));
        if (c) {
                job->sequence = c;
                return RC_OK;
        }
        rc = store_type_ensure(call->conn, job->project->id, in->type_name, STR(""), job->now_us, &type_id, err);
        if (rc)
                return rc;
        c = arena_new(call->arena, struct collection);
        c->project_id = job->project->id;
        c->kind = COLLECTION_SEQUENCE;
        c->type_id = type_id;
        c->type_name = in->type_name;
        c->name = in->collection_name;
        c->description = STR("");
        c->created_us = c->updated_us = job->now_us;
        rc = store_collection_insert(call->conn, c, in->sequence_client_id, call->who->account_id, err);
        if (rc)
                return rc;
        job->sequence = c;
        return event_note(call, &(struct event_row){ .action = STR("collection_created"),
                                                     .org_id = job->project->org_id,
                                                     .entity_id = job->project->entity_id,
                                                     .project_id = job->project->id,
                                                     .collection_id = c->id },
                          err);
}

/* The same content is in the sequence already: no new version, but the aliases and tags given now apply. */
static enum rc reuse_committed(struct call *call, struct create_job *job, struct artifact *same, struct err *err)
{
        const struct artifact_input *in = job->in;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < in->alias_count; i++)
                rc = alias_put(call, job->project, job->sequence, same->version, same->id, in->aliases[i], err);
        if (!rc)
                rc = tags_put(call, same->id, in->tags, in->tag_count, err);
        if (!rc && job->run_id)
                rc = store_run_output_add(call->conn, job->run_id, same->id, job->now_us, err);
        job->artifact = same;
        return rc;
}

/* An earlier call that this one repeats: the same client id, or another writer of a distributed artifact. */
static enum rc find_repeated(struct call *call, struct create_job *job, struct artifact **ret, struct err *err)
{
        const struct artifact_input *in = job->in;
        struct artifact *same = NULL;
        enum rc rc = RC_OK;

        if (in->client_id.len)
                rc = store_artifact_by_client(call->conn, call->arena, in->client_id, &same, err);
        if (!rc && same && (same->sequence_id != job->sequence->id || !str_eq(same->digest, in->digest)))
                same = NULL;
        if (!rc && !same && in->distributed_id.len)
                rc = store_artifact_by_distributed(call->conn, call->arena, job->sequence->id, in->distributed_id,
                                                   &same, err);
        if (rc)
                return rc;
        *ret = same;
        return RC_OK;
}

static enum rc insert_pending(struct call *call, struct create_job *job, struct err *err)
{
        const struct artifact_input *in = job->in;
        struct artifact *a = arena_new(call->arena, struct artifact);
        struct artifact *holder = NULL;
        enum rc rc;

        a->sequence_id = job->sequence->id;
        a->sequence_name = job->sequence->name;
        a->project_id = job->project->id;
        a->type_id = job->sequence->type_id;
        a->type_name = job->sequence->type_name;
        a->version = -1;
        a->state = ARTIFACT_PENDING;
        a->digest = in->digest;
        a->digest_algorithm = in->digest_algorithm;
        a->description = in->description;
        a->metadata = in->metadata;
        a->client_id = in->client_id.len ? in->client_id : STR_NULL;
        a->distributed_id = in->distributed_id.len ? in->distributed_id : STR_NULL;
        a->wanted_aliases = alias_list_write(call, in->aliases, in->alias_count);
        a->run_id = job->run_id;
        a->created_by = call->who->account_id;
        a->history_step = in->history_step;
        a->ttl_s = in->ttl_s == TTL_UNSET ? TTL_INHERIT : in->ttl_s;
        a->storage_region = in->storage_region;
        a->manifest.size_bytes = a->index.size_bytes = -1;
        a->created_us = a->updated_us = job->now_us;
        /* A client id that another artifact holds (a copied sync folder) stays with the first. */
        if (a->client_id.len) {
                rc = store_artifact_by_client(call->conn, call->arena, a->client_id, &holder, err);
                if (rc)
                        return rc;
                if (holder)
                        a->client_id = STR_NULL;
        }
        rc = store_artifact_insert(call->conn, a, err);
        if (!rc)
                rc = tags_put(call, a->id, in->tags, in->tag_count, err);
        job->artifact = a;
        return rc;
}

static enum rc create_write(struct call *call, void *payload, struct err *err)
{
        struct create_job *job = payload;
        const struct artifact_input *in = job->in;
        struct artifact *same = NULL;
        enum rc rc;

        job->now_us = clock_now_us();
        rc = project_ensure(call, in->entity_name, in->project_name, &job->project, err);
        if (!rc && in->run_name.len)
                rc = store_run_id(call->conn, job->project->id, in->run_name, &job->run_id, err);
        if (!rc)
                rc = find_or_make_sequence(call, job, err);
        if (!rc)
                rc = find_repeated(call, job, &same, err);
        if (!rc && !same && in->dedupe)
                rc = store_artifact_by_digest(call->conn, call->arena, job->sequence->id, in->digest, &same, err);
        if (!rc)
                rc = ttl_check(call, job->project, in->type_name, in->ttl_s, true, err);
        if (rc)
                return rc;
        if (same && same->state == ARTIFACT_COMMITTED)
                return reuse_committed(call, job, same, err);
        if (same) {
                job->artifact = same;
                return RC_OK;
        }
        return insert_pending(call, job, err);
}

enum rc artifact_create(struct call *call, const struct artifact_input *in, struct artifact **ret, struct err *err)
{
        struct create_job job = { .in = in };
        enum rc rc = check_input(call, in, err);

        if (!rc)
                rc = domain_write(call, create_write, &job, err);
        if (rc)
                return rc;
        *ret = job.artifact;
        return RC_OK;
}

/* ---- types ---- */

struct type_job {
        struct str entity_name, project_name, name, description;
        struct artifact_type *type;
};

static enum rc type_write(struct call *call, void *payload, struct err *err)
{
        struct type_job *job = payload;
        struct project *project = NULL;
        int64_t id = 0;
        enum rc rc = project_ensure(call, job->entity_name, job->project_name, &project, err);

        if (!rc)
                rc = store_type_ensure(call->conn, project->id, job->name, job->description, clock_now_us(), &id,
                                       err);
        if (rc)
                return rc;
        return store_type_by_id(call->conn, call->arena, id, &job->type, err);
}

enum rc artifact_type_create(struct call *call, struct str entity_name, struct str project_name, struct str name,
                             struct str description, struct artifact_type **ret, struct err *err)
{
        struct type_job job = { entity_name, project_name, name, description, NULL };
        enum rc rc = model_check_type_name(name, err);

        if (!rc)
                rc = domain_write(call, type_write, &job, err);
        if (rc)
                return rc;
        *ret = job.type;
        return RC_OK;
}
