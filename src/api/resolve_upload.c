/*
 * api/resolve_upload.c - the mutations that bring an artifact in: create, manifests, files,
 * parts. Commit is in resolve_artifact.c. Parents: see artifact_node.h and file_node.h.
 */
#include "api/artifact_node.h"
#include "api/file_node.h"
#include "domain/manifest.h"
#include "domain/upload.h"

/* ---- types and artifacts ---- */

FIELD(Mutation, createArtifactType)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct artifact_type *type = NULL;
        enum rc rc = artifact_type_create(call_of(field), gql_member_str(in, "entityName"),
                                          gql_member_str(in, "projectName"), gql_member_str(in, "name"),
                                          gql_member_str(in, "description"), &type, err);

        if (rc)
                return rc;
        payload->object = type;
        gql_out_object(out, "CreateArtifactTypePayload", payload);
        return RC_OK;
}

FIELD_OBJECT(CreateArtifactTypePayload, artifactType, payload, object, "ArtifactType")

/* The collection comes under one of two names. */
static struct str collection_name(const struct gql_value *in)
{
        const struct gql_value *names = gql_member(in, "artifactCollectionNames");
        struct str name = gql_member_str(in, "artifactCollectionName");

        if (str_is_empty(name) && !gql_is_null(names) && names->count)
                name = gql_text(names->first);
        return name;
}

FIELD(Mutation, createArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct artifact *a = NULL;
        struct str *aliases = NULL, *tags = NULL;
        struct artifact_input input = {
                .entity_name = gql_member_str(in, "entityName"),
                .project_name = gql_member_str(in, "projectName"),
                .run_name = gql_member_str(in, "runName"),
                .type_name = gql_member_str(in, "artifactTypeName"),
                .collection_name = collection_name(in),
                .digest = gql_member_str(in, "digest"),
                .digest_algorithm = str_eq(gql_member_str(in, "digestAlgorithm"), STR("MANIFEST_XXH128"))
                                            ? DIGEST_XXH128
                                            : DIGEST_MD5,
                .description = gql_member_str(in, "description"),
                .metadata = gql_member_str(in, "metadata"),
                .ttl_s = gql_int(gql_member(in, "ttlDurationSeconds"), TTL_UNSET),
                .history_step = gql_int(gql_member(in, "historyStep"), -1),
                .dedupe = gql_bool(gql_member(in, "enableDigestDeduplication"), false),
                .distributed_id = gql_member_str(in, "distributedID"),
                .client_id = gql_member_str(in, "clientID"),
                .sequence_client_id = gql_member_str(in, "sequenceClientID"),
                .storage_region = gql_member_str(in, "storageRegion"),
        };
        enum rc rc = read_strings(field, gql_member(in, "aliases"), "alias", &aliases, &input.alias_count, err);

        if (!rc)
                rc = read_strings(field, gql_member(in, "tags"), "tagName", &tags, &input.tag_count, err);
        if (rc)
                return rc;
        input.aliases = aliases;
        input.tags = tags;
        rc = artifact_create(call_of(field), &input, &a, err);
        if (rc)
                return rc;
        payload->object = a;
        gql_out_object(out, "CreateArtifactPayload", payload);
        return RC_OK;
}

FIELD(CreateArtifactPayload, artifact)
{
        out_artifact(field, out, ((struct payload *)parent)->object);
        return RC_OK;
}

/* ---- manifests ---- */

static enum rc out_manifest(struct gql_field *field, struct gql_out *out, const struct manifest_row *row)
{
        struct arena *arena = gql_arena(field);
        struct payload *payload = payload_new(field);
        struct manifest_node *node = arena_new(arena, struct manifest_node);
        struct grant grant = { .kind = GRANT_PUT_MANIFEST, .id = row->artifact_id, .id2 = row->id, .size_bytes = -1 };
        uint8_t *md5 = arena_alloc(arena, 16);

        if (manifest_digest_parse(row->digest, md5))
                grant.digest = (struct str){ (const char *)md5, 16 };
        node->id = row->id;
        node->file = arena_new(arena, struct file_node);
        node->file->id = id_format(arena, (struct id){ MODEL_FILE, (row->artifact_id << 32) });
        node->file->name = row->name;
        node->file->upload_url = file_upload_url(field, &grant);
        payload->object = node;
        gql_out_object(out, "ArtifactManifestPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(ArtifactManifestPayload, artifactManifest, payload, object, "ArtifactManifest")

FIELD(Mutation, createArtifactManifest)
{
        const struct gql_value *in = arg_input(field);
        struct str kind = gql_member_str(in, "type");
        struct manifest_input input = {
                .name = gql_member_str(in, "name"),
                .digest = gql_member_str(in, "digest"),
                .kind = str_eq(kind, STR("INCREMENTAL")) ? MANIFEST_INCREMENTAL
                        : str_eq(kind, STR("PATCH"))     ? MANIFEST_PATCH
                                                         : MANIFEST_FULL,
        };
        struct manifest_row *row = NULL;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &input.artifact_id, err);

        if (!rc && !str_is_empty(gql_member_str(in, "baseArtifactID")))
                rc = member_id(field, in, "baseArtifactID", MODEL_ARTIFACT, &input.base_artifact_id, err);
        if (!rc)
                rc = manifest_create(call_of(field), &input, &row, err);
        if (rc)
                return rc;
        return out_manifest(field, out, row);
}

FIELD(Mutation, updateArtifactManifest)
{
        const struct gql_value *in = arg_input(field);
        struct manifest_row *row = NULL;
        int64_t id = 0, base_id = 0;
        enum rc rc = member_id(field, in, "artifactManifestID", MODEL_ARTIFACT_MANIFEST, &id, err);

        if (!rc && !str_is_empty(gql_member_str(in, "baseArtifactID")))
                rc = member_id(field, in, "baseArtifactID", MODEL_ARTIFACT, &base_id, err);
        if (!rc)
                rc = manifest_update(call_of(field), id, gql_member_str(in, "digest"), base_id, &row, err);
        if (rc)
                return rc;
        return out_manifest(field, out, row);
}

/* ---- files ---- */

struct spec {
        struct artifact *artifact;
        struct project *project;
        struct str name;
        uint8_t digest[16];            /* the manifest entry's */
        uint8_t md5[16];               /* of the bytes */
        const struct gql_value *parts; /* NULL: in one piece */
};

static enum rc read_spec(const struct gql_value *v, struct spec *ret, struct err *err)
{
        struct str md5 = gql_member_str(v, "md5");
        struct str digest = gql_member_str(v, "digest");
        const struct gql_value *parts = gql_member(v, "uploadPartsInput");
        enum rc rc;

        ret->name = gql_member_str(v, "name");
        rc = model_check_path(ret->name, err);
        if (rc)
                return rc;
        if (!manifest_digest_parse(md5, ret->md5))
                return err_set(err, RC_INVALID, "The MD5 of the file '%.*s' is not the base64 of 16 bytes.",
                               STR_ARG(ret->name));
        if (str_is_empty(digest))
                memcpy(ret->digest, ret->md5, sizeof(ret->digest));
        else if (!manifest_digest_parse(digest, ret->digest))
                return err_set(err, RC_INVALID, "The digest of the file '%.*s' is not the base64 of 16 bytes.",
                               STR_ARG(ret->name));
        ret->parts = gql_is_null(parts) || parts->count == 0 ? NULL : parts;
        return RC_OK;
}

static struct str storage_path(struct gql_field *field, int64_t artifact_id, const struct spec *spec)
{
        return arena_printf(gql_arena(field), "wandb_artifacts/%lld/%.*s", (long long)artifact_id,
                            STR_ARG(spec->name));
}

static enum rc read_parts(struct gql_field *field, const struct spec *spec, struct part_plan **ret, struct err *err)
{
        struct part_plan *plans = arena_array(gql_arena(field), struct part_plan, spec->parts->count);
        size_t count = 0;

        for (const struct gql_value *p = spec->parts->first; p; p = p->next) {
                struct part_plan *plan = &plans[count++];

                plan->part = gql_int(gql_member(p, "partNumber"), 0);
                if (plan->part < 1 || plan->part > UPLOAD_PARTS_MAX)
                        return err_set(err, RC_INVALID, "Part numbers go from 1 to %d.", UPLOAD_PARTS_MAX);
                plan->has_md5 = upload_md5_parse(gql_member_str(p, "hexMD5"), plan->md5);
        }
        *ret = plans;
        return RC_OK;
}

static enum rc plan_parts(struct gql_field *field, const struct artifact *a, const struct spec *spec,
                          enum digest_algorithm algorithm, struct file_node *file, struct err *err)
{
        struct arena *arena = gql_arena(field);
        struct file_multipart *multi = arena_new(arena, struct file_multipart);
        struct part_plan *plans = NULL;
        int64_t upload_id = 0;
        enum rc rc = read_parts(field, spec, &plans, err);

        if (!rc)
                rc = upload_parts_begin(call_of(field), a, spec->digest, algorithm, spec->md5, file->storage_path, plans,
                                        spec->parts->count, &upload_id, err);
        if (rc)
                return rc;
        multi->upload_id = id_format(arena, (struct id){ MODEL_UPLOAD, upload_id });
        multi->parts = arena_array(arena, struct file_part, spec->parts->count);
        for (size_t i = 0; i < spec->parts->count; i++) {
                struct grant grant = { .kind = GRANT_PUT_PART, .id = a->id, .id2 = upload_id, .part = plans[i].part,
                                       .size_bytes = -1 };

                if (plans[i].has_md5)
                        grant.digest = (struct str){ (const char *)plans[i].md5, 16 };
                multi->parts[multi->part_count++] = (struct file_part){
                        .part_number = plans[i].part, .upload_url = file_upload_url(field, &grant),
                        .arrived = plans[i].arrived,
                };
        }
        file->multipart = multi;
        return RC_OK;
}

static enum rc plan_file(struct gql_field *field, const struct artifact *a, const struct file_plan *plan,
                         const struct spec *spec, enum digest_algorithm algorithm, struct file_node *file,
                         struct err *err)
{
        struct arena *arena = gql_arena(field);
        struct grant grant = { .kind = GRANT_PUT_ARTIFACT_FILE,
                               .id = a->id,
                               .algorithm = algorithm,
                               .size_bytes = -1 };
        char *digests;

        file->id = id_format(arena, (struct id){ MODEL_FILE, a->id << 32 });
        file->name = spec->name;
        file->birth_artifact_id = plan->birth_artifact_id;
        file->storage_path = storage_path(field, plan->birth_artifact_id, spec);
        if (plan->stored)
                return RC_OK;
        digests = arena_alloc(arena, 32);
        memcpy(digests, spec->digest, 16);
        memcpy(digests + 16, spec->md5, 16);
        grant.digest = (struct str){ digests, 32 };
        file->upload_url = file_upload_url(field, &grant);
        return spec->parts ? plan_parts(field, a, spec, algorithm, file, err) : RC_OK;
}

/* Specs of one artifact, one behind the other in what the client sent: nearly always all of them. */
static enum rc plan_run(struct gql_field *field, const struct spec *specs, struct file_plan *plans, size_t count,
                        enum digest_algorithm algorithm, struct connection *page, struct err *err)
{
        struct file_node *files = arena_array(gql_arena(field), struct file_node, count);
        enum rc rc;

        for (size_t i = 0; i < count; i++)
                memcpy(plans[i].digest, specs[i].digest, sizeof(plans[i].digest));
        rc = upload_plan(call_of(field), specs->artifact, specs->project, algorithm, plans, count, err);
        for (size_t i = 0; !rc && i < count; i++) {
                rc = plan_file(field, specs->artifact, &plans[i], &specs[i], algorithm, &files[i], err);
                connection_add(page, "File", &files[i], STR(""));
        }
        return rc;
}

FIELD(Mutation, createArtifactFiles)
{
        const struct gql_value *in = arg_input(field);
        const struct gql_value *list = gql_member(in, "artifactFiles");
        enum digest_algorithm algorithm = str_eq(gql_member_str(in, "digestAlgorithm"), STR("MANIFEST_XXH128"))
                                                  ? DIGEST_XXH128
                                                  : DIGEST_MD5;
        struct payload *payload = payload_new(field);
        struct connection *page = connection_new(field, list->count);
        struct spec *specs;
        struct file_plan *plans;
        struct artifact *a = NULL;
        struct project *project = NULL;
        size_t count = 0, from = 0;
        enum rc rc = RC_OK;

        if (list->count > PAGE_MAX)
                return err_set(err, RC_TOO_LARGE, "At most %d files can be announced in one call.", PAGE_MAX);
        specs = arena_array(gql_arena(field), struct spec, list->count + 1);
        plans = arena_array(gql_arena(field), struct file_plan, list->count + 1);
        for (const struct gql_value *v = list->first; !rc && v; v = v->next, count++) {
                int64_t id = 0;

                rc = member_id(field, v, "artifactID", MODEL_ARTIFACT, &id, err);
                if (!rc && (!a || a->id != id))
                        rc = upload_open(call_of(field), id, &a, &project, err);
                specs[count].artifact = a;
                specs[count].project = project;
                if (!rc)
                        rc = read_spec(v, &specs[count], err);
        }
        for (size_t i = 1; !rc && i <= count; i++) {
                if (i < count && specs[i].artifact == specs[from].artifact)
                        continue;
                rc = plan_run(field, &specs[from], &plans[from], i - from, algorithm, page, err);
                from = i;
        }
        if (rc)
                return rc;
        payload->object = page;
        gql_out_object(out, "CreateArtifactFilesPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(CreateArtifactFilesPayload, files, payload, object, "FileConnection")

/* ---- parts ---- */

static enum rc complete(struct gql_field *field, const struct gql_value *in, int64_t artifact_id, int64_t upload_id,
                        struct err *err)
{
        const struct gql_value *list = gql_member(in, "completedParts");
        struct completed_part *parts = arena_array(gql_arena(field), struct completed_part, list->count + 1);
        size_t count = 0;

        for (const struct gql_value *v = list->first; v; v = v->next) {
                parts[count].part = gql_int(gql_member(v, "partNumber"), 0);
                parts[count++].etag = gql_member_str(v, "hexMD5");
        }
        return upload_parts_complete(call_of(field), artifact_id, gql_member_str(in, "storagePath"), upload_id, parts,
                                     count, err);
}

FIELD(Mutation, completeMultipartUploadArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        int64_t artifact_id = 0, upload_id = 0;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &artifact_id, err);

        if (!rc)
                rc = member_id(field, in, "uploadID", MODEL_UPLOAD, &upload_id, err);
        if (rc)
                return rc;
        if (str_eq(gql_member_str(in, "completeMultipartAction"), STR("Abort")))
                rc = upload_parts_abort(call_of(field), artifact_id, upload_id, err);
        else
                rc = complete(field, in, artifact_id, upload_id, err);
        if (rc)
                return rc;
        gql_out_object(out, "CompleteMultipartUploadArtifactPayload", payload);
        return RC_OK;
}

FIELD_NULL(CompleteMultipartUploadArtifactPayload, digest)
