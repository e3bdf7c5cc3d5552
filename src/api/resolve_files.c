/*
 * api/resolve_files.c - files and manifests of versions. The fields of File itself are in
 * resolve_file.c. Parents: see artifact_node.h and file_node.h.
 */
#include "api/artifact_node.h"
#include "api/file_node.h"
#include "domain/files.h"

/* A manifest: of a version, or one that is about to be uploaded (resolve_upload.c). */
FIELD_ID(ArtifactManifest, id, MODEL_ARTIFACT_MANIFEST, manifest_node, id)
FIELD_OBJECT(ArtifactManifest, file, manifest_node, file, "File")

FIELD(Artifact, currentManifest)
{
        const struct version *v = parent;
        const struct artifact *a = v->artifact;
        struct manifest_node *node;
        struct grant grant = { .kind = GRANT_GET_MANIFEST,
                               .id = a->id,
                               .id2 = v->place.collection_id,
                               .size_bytes = a->manifest.size_bytes,
                               .digest = { (const char *)a->manifest.sha256, sizeof(a->manifest.sha256) } };

        if (a->state != ARTIFACT_COMMITTED || a->manifest.size_bytes < 0)
                return RC_OK;
        node = arena_new(gql_arena(field), struct manifest_node);
        node->id = a->id;
        node->file = arena_new(gql_arena(field), struct file_node);
        node->file->id = id_format(gql_arena(field), (struct id){ MODEL_FILE, a->id << 32 });
        node->file->name = STR("wandb_manifest.json");
        node->file->size_bytes = a->manifest.size_bytes;
        node->file->mimetype = STR("application/json");
        node->file->updated_us = a->updated_us;
        node->file->url = node->file->direct_url = file_download_url(field, &grant, STR("wandb_manifest.json"));
        gql_out_object(out, "ArtifactManifest", node);
        return RC_OK;
}

/* Where a reference's "file" is: nobody downloads it from here, but clients want a string. */
static struct file_node *file_of_entry(struct gql_field *field, const struct version *v,
                                       const struct manifest_entry *e, uint64_t ordinal)
{
        struct arena *arena = gql_arena(field);
        struct file_node *file = arena_new(arena, struct file_node);

        file->id = id_format(arena, (struct id){ MODEL_FILE, (v->artifact->id << 32) + (int64_t)ordinal + 1 });
        file->name = e->path;
        file->size_bytes = e->size_bytes > 0 ? e->size_bytes : 0;
        file->mimetype = str_from(model_file_type(e->path).mime);
        file->updated_us = v->artifact->updated_us;
        file->digest = e->digest;
        file->birth_artifact_id = e->birth_artifact;
        if (manifest_is_reference(e)) {
                file->url = file->direct_url = e->ref;
                return file;
        }
        if (!e->is_xxh128)
                file->md5 = e->digest;
        file->storage_path = arena_printf(arena, "wandb_artifacts/%lld/%.*s", (long long)e->birth_artifact,
                                          STR_ARG(e->path));
        if (e->has_stored) {
                struct grant grant = { .kind = GRANT_GET_ARTIFACT_FILE,
                                       .id = v->artifact->id,
                                       .id2 = v->place.collection_id,
                                       .size_bytes = (int64_t)e->stored_bytes,
                                       .digest = { (const char *)e->sha256, sizeof(e->sha256) } };

                file->url = file->direct_url = file_download_url(field, &grant, e->path);
        }
        return file;
}

static enum rc fill_named(struct gql_field *field, const struct version *v, struct manifest_index *index,
                          const struct gql_value *names, struct connection *page, struct err *err)
{
        for (const struct gql_value *n = names->first; n; n = n->next) {
                struct manifest_entry e;
                struct err ignored = { 0 };
                uint64_t ordinal = 0;
                enum rc rc = manifest_index_find(index, gql_arena(field), gql_text(n), &e, &ordinal, &ignored);

                if (rc == RC_NOT_FOUND)
                        continue;
                if (rc) {
                        *err = ignored;
                        return rc;
                }
                connection_add(page, "File", file_of_entry(field, v, &e, ordinal),
                               cursor_make(field, (int64_t)ordinal + 1));
        }
        page->total = (int64_t)page->count;
        return RC_OK;
}

static enum rc fill_page(struct gql_field *field, const struct version *v, struct manifest_index *index,
                         uint64_t from, size_t first, struct connection *page, struct err *err)
{
        struct manifest_entry *entries = NULL;
        size_t count = 0;
        enum rc rc = manifest_index_page(index, gql_arena(field), from, first, &entries, &count, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < count; i++)
                connection_add(page, "File", file_of_entry(field, v, &entries[i], from + i),
                               cursor_make(field, (int64_t)(from + i) + 1));
        page->total = (int64_t)manifest_index_info(index)->entries;
        page->has_next = from + count < manifest_index_info(index)->entries;
        return RC_OK;
}

enum rc out_files(struct gql_field *field, struct gql_out *out, struct version *v, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        const struct gql_value *names = gql_arg(field, "names");
        struct artifact *again = NULL;
        struct connection *page;
        struct str after;
        int64_t from = 0;
        size_t first;
        bool named = !gql_is_null(names) && names->count > 0;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &from, err);
        if (!rc)
                rc = files_require_download(call_of(field), v->artifact->id, v->place.collection_id, ACT_DOWNLOAD,
                                            &again, err);
        if (rc)
                return rc;
        if (v->artifact->state != ARTIFACT_COMMITTED)
                return RC_OK;
        rc = files_open(call_of(field), v->artifact, &index, err);
        if (rc)
                return rc;
        page = connection_new(field, named ? names->count : first);
        rc = named ? fill_named(field, v, index, names, page, err)
                   : fill_page(field, v, index, (uint64_t)from, first, page, err);
        if (rc)
                return rc;
        gql_out_object(out, "FileConnection", page);
        return RC_OK;
}

FIELD(Artifact, files)
{
        return out_files(field, out, parent, err);
}

/* The answer has as many edges as were asked for, in that order; a path that is not there is null. */
FIELD(Artifact, filesByManifestEntries)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        struct version *v = parent;
        const struct gql_value *entries = gql_arg(field, "entries");
        struct artifact *again = NULL;
        struct connection *page;
        enum rc rc = files_require_download(call_of(field), v->artifact->id, v->place.collection_id, ACT_DOWNLOAD,
                                            &again, err);

        if (!rc)
                rc = files_open(call_of(field), v->artifact, &index, err);
        if (rc)
                return rc;
        page = connection_new(field, entries ? entries->count : 0);
        for (const struct gql_value *e = entries ? entries->first : NULL; e; e = e->next) {
                struct manifest_entry found;
                struct err ignored = { 0 };
                uint64_t ordinal = 0;

                rc = manifest_index_find(index, gql_arena(field), gql_member_str(e, "name"), &found, &ordinal,
                                         &ignored);
                if (rc && rc != RC_NOT_FOUND) {
                        *err = ignored;
                        return rc;
                }
                connection_add(page, "File", rc ? NULL : file_of_entry(field, v, &found, ordinal),
                               cursor_make(field, (int64_t)ordinal + 1));
        }
        gql_out_object(out, "FileConnection", page);
        return RC_OK;
}
