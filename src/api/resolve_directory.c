/*
 * api/resolve_directory.c - a version's files as folders, what changed between two versions, and the
 * address of an archive: for the Registry App. Parents: Directory struct directory_node *,
 * DirectoryEntry struct entry_node *, ManifestComparison struct comparison_node *.
 *
 * Who may look at a version sees its names; addresses of bytes are for those who may download, and
 * are judged again when they are used.
 */
#include "api/artifact_node.h"
#include "api/file_node.h"
#include "domain/directory.h"
#include "domain/files.h"

#define APP_PAGE_MAX 1000

struct directory_node {
        struct version *version;
        struct str path;
        struct directory_page page;
        bool may_download;
        struct connection info;          /* for PageInfo */
};
struct entry_node {
        const struct directory_node *directory;
        const struct directory_entry *entry;
};
struct comparison_node {
        struct comparison result;
        struct connection info;
};

/* PageInfo takes the cursor of the last edge; one is enough. */
static void set_info(struct gql_field *field, struct connection *info, uint64_t next, bool has_next)
{
        info->edges = arena_new(gql_arena(field), struct edge);
        info->edges[0].cursor = cursor_make(field, (int64_t)next);
        info->count = 1;
        info->has_next = has_next;
}

static enum rc arg_app_page(struct gql_field *field, size_t *ret_first, uint64_t *ret_from, struct err *err)
{
        struct str after = STR_NULL;
        int64_t from = 0;
        enum rc rc = arg_page(field, 200, ret_first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &from, err);
        if (rc)
                return rc;
        if (*ret_first < 1 || *ret_first > APP_PAGE_MAX)
                return err_set(err, RC_INVALID, "'first' must be from 1 to %d.", APP_PAGE_MAX);
        *ret_from = (uint64_t)from;
        return RC_OK;
}

/* By the place that the version was reached through; RC_DENIED and RC_NOT_FOUND are answers. */
static enum rc may_download(struct gql_field *field, const struct version *v, bool *ret, struct err *err)
{
        struct artifact *again = NULL;
        struct err refused = { 0 };
        enum rc rc = files_require_download(call_of(field), v->artifact->id, v->place.collection_id, ACT_DOWNLOAD,
                                            &again, &refused);

        if (rc && rc != RC_DENIED && rc != RC_NOT_FOUND) {
                *err = refused;
                return rc;
        }
        *ret = rc == RC_OK;
        return RC_OK;
}

static enum rc open_visible(struct gql_field *field, const struct version *v, struct manifest_index **ret,
                            struct err *err)
{
        struct artifact *again = NULL;
        enum rc rc = files_require_download(call_of(field), v->artifact->id, v->place.collection_id, ACT_VIEW, &again,
                                            err);

        return rc ? rc : files_open(call_of(field), v->artifact, ret, err);
}

/* ---- folders ---- */

static enum rc out_directory(struct gql_field *field, struct gql_out *out, struct version *v, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        struct directory_node *node = arena_new(gql_arena(field), struct directory_node);
        struct err missing = { 0 };
        uint64_t from = 0;
        size_t first = 0;
        enum rc rc = arg_app_page(field, &first, &from, err);

        if (rc || !v->artifact || v->artifact->state != ARTIFACT_COMMITTED)
                return rc;
        node->version = v;
        node->path = gql_arg_str(field, "path");
        while (str_ends(node->path, STR("/")))
                node->path.len--;
        if (!rc)
                rc = open_visible(field, v, &index, err);
        if (!rc)
                rc = may_download(field, v, &node->may_download, err);
        if (rc)
                return rc;
        rc = directory_list(index, gql_arena(field), node->path, from, first, &node->page, &missing);
        if (rc == RC_NOT_FOUND)
                return RC_OK;
        if (rc) {
                *err = missing;
                return rc;
        }
        set_info(field, &node->info, node->page.next, node->page.has_next);
        gql_out_object(out, "Directory", node);
        return RC_OK;
}

FIELD(Artifact, directory)
{
        return out_directory(field, out, parent, err);
}

FIELD(ArtifactCollectionMembership, directory)
{
        return out_directory(field, out, parent, err);
}

FIELD(Directory, path)
{
        struct str path = ((const struct directory_node *)parent)->path;

        gql_out_str(out, str_is_null(path) ? STR("") : path);
        return RC_OK;
}

FIELD(Directory, entries)
{
        const struct directory_node *node = parent;
        struct entry_node *entries = arena_array(gql_arena(field), struct entry_node, node->page.count);

        gql_out_list(out, node->page.count);
        for (size_t i = 0; i < node->page.count; i++) {
                entries[i] = (struct entry_node){ node, &node->page.entries[i] };
                gql_out_object(gql_out_item(out, i), "DirectoryEntry", &entries[i]);
        }
        return RC_OK;
}

FIELD(Directory, pageInfo)
{
        gql_out_object(out, "PageInfo", &((struct directory_node *)parent)->info);
        return RC_OK;
}

FIELD_STR(DirectoryEntry, name, entry_node, entry->name)
FIELD_STR(DirectoryEntry, path, entry_node, entry->path)
FIELD_BOOL(DirectoryEntry, isDirectory, entry_node, entry->is_folder)

FIELD(DirectoryEntry, fileCount)
{
        const struct directory_entry *entry = ((const struct entry_node *)parent)->entry;

        gql_out_int(out, entry->is_folder ? (int64_t)entry->file_count : 1);
        return RC_OK;
}

FIELD(DirectoryEntry, sizeBytes)
{
        const struct directory_entry *entry = ((const struct entry_node *)parent)->entry;

        if (!entry->is_folder && entry->file.size_bytes >= 0)
                gql_out_int(out, entry->file.size_bytes);
        return RC_OK;
}

FIELD(DirectoryEntry, digest)
{
        const struct directory_entry *entry = ((const struct entry_node *)parent)->entry;

        gql_out_str(out, entry->is_folder ? STR_NULL : entry->file.digest);
        return RC_OK;
}

FIELD(DirectoryEntry, reference)
{
        const struct directory_entry *entry = ((const struct entry_node *)parent)->entry;

        gql_out_str(out, entry->is_folder ? STR_NULL : entry->file.ref);
        return RC_OK;
}

FIELD(DirectoryEntry, mimetype)
{
        const struct directory_entry *entry = ((const struct entry_node *)parent)->entry;

        gql_out_str(out, entry->is_folder ? STR_NULL : str_from(model_file_type(entry->path).mime));
        return RC_OK;
}

/* Absent for folders, references, and those who may not download. */
static struct str entry_url(struct gql_field *field, const struct entry_node *node, bool preview)
{
        const struct manifest_entry *file = &node->entry->file;
        const struct version *v = node->directory->version;
        struct grant grant = { .kind = GRANT_GET_ARTIFACT_FILE,
                               .id = v->artifact->id,
                               .id2 = v->place.collection_id,
                               .size_bytes = (int64_t)file->stored_bytes,
                               .digest = { (const char *)file->sha256, sizeof(file->sha256) } };

        if (node->entry->is_folder || !node->directory->may_download || manifest_is_reference(file) ||
            !file->has_stored)
                return STR_NULL;
        return preview ? file_preview_url(field, &grant, file->path) : file_download_url(field, &grant, file->path);
}

FIELD(DirectoryEntry, previewUrl)
{
        gql_out_str(out, entry_url(field, parent, true));
        return RC_OK;
}

FIELD(DirectoryEntry, downloadUrl)
{
        gql_out_str(out, entry_url(field, parent, false));
        return RC_OK;
}

/* ---- archives ---- */

static enum rc out_archive_url(struct gql_field *field, struct gql_out *out, const struct version *v, struct err *err)
{
        struct str path = gql_arg_str(field, "path");
        struct grant grant = { .kind = GRANT_GET_ARCHIVE, .size_bytes = -1 };
        struct str name;
        bool may = false;
        enum rc rc;

        if (!v->artifact || v->artifact->state != ARTIFACT_COMMITTED)
                return RC_OK;
        rc = may_download(field, v, &may, err);
        if (rc || !may)
                return rc;
        while (str_ends(path, STR("/")))
                path.len--;
        grant.id = v->artifact->id;
        grant.id2 = v->place.collection_id;
        grant.name = path;
        name = arena_printf(gql_arena(field), "%.*s-v%lld",
                            STR_ARG(v->collection ? v->collection->name : v->artifact->sequence_name),
                            (long long)(v->collection ? v->place.version : v->artifact->version));
        gql_out_str(out, file_archive_url(field, &grant, name));
        return RC_OK;
}

FIELD(Artifact, archiveUrl)
{
        return out_archive_url(field, out, parent, err);
}

FIELD(ArtifactCollectionMembership, archiveUrl)
{
        return out_archive_url(field, out, parent, err);
}

/* ---- comparing ---- */

static const char *const change_names[] = { "ADDED", "REMOVED", "CHANGED", "SAME" };

/* All but what is the same when nothing is named. */
static unsigned read_changes(const struct gql_value *list)
{
        unsigned wanted = 0;

        if (gql_is_null(list))
                return 1u << MANIFEST_ADDED | 1u << MANIFEST_REMOVED | 1u << MANIFEST_CHANGED;
        for (const struct gql_value *v = list->first; v; v = v->next)
                for (unsigned i = 0; i < ARRAY_LEN(change_names); i++)
                        if (str_eq_c(gql_text(v), change_names[i]))
                                wanted |= 1u << i;
        return wanted;
}

static enum rc out_comparison(struct gql_field *field, struct gql_out *out, const struct version *v, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *before = NULL;
        _cleanup_(manifest_index_freep) struct manifest_index *after = NULL;
        struct comparison_node *node = arena_new(gql_arena(field), struct comparison_node);
        struct version other = { 0 };
        int64_t other_id = 0;
        uint64_t from = 0;
        size_t first = 0;
        enum rc rc = arg_app_page(field, &first, &from, err);

        if (!rc)
                rc = arg_id(field, "with", MODEL_ARTIFACT, &other_id, err);
        if (!rc)
                rc = artifact_see(call_of(field), other_id, &other.artifact, err);
        if (rc || !v->artifact || v->artifact->state != ARTIFACT_COMMITTED)
                return rc;
        if (!other.artifact || other.artifact->state != ARTIFACT_COMMITTED)
                return err_set(err, RC_NOT_FOUND, "There is no such version to compare with, or you may not see it.");
        rc = open_visible(field, &other, &before, err);
        if (!rc)
                rc = open_visible(field, v, &after, err);
        if (!rc)
                rc = directory_compare(before, after, gql_arena(field), read_changes(gql_arg(field, "changes")), from,
                                       first, &node->result, err);
        if (rc)
                return rc;
        set_info(field, &node->info, from + node->result.count, node->result.has_next);
        gql_out_object(out, "ManifestComparison", node);
        return RC_OK;
}

FIELD(Artifact, comparison)
{
        return out_comparison(field, out, parent, err);
}

FIELD(ArtifactCollectionMembership, comparison)
{
        return out_comparison(field, out, parent, err);
}

FIELD_INT(ManifestComparison, added, comparison_node, result.counts[MANIFEST_ADDED])
FIELD_INT(ManifestComparison, removed, comparison_node, result.counts[MANIFEST_REMOVED])
FIELD_INT(ManifestComparison, changed, comparison_node, result.counts[MANIFEST_CHANGED])
FIELD_INT(ManifestComparison, same, comparison_node, result.counts[MANIFEST_SAME])
FIELD_INT(ManifestComparison, sizeDelta, comparison_node, result.size_delta)

FIELD(ManifestComparison, entries)
{
        const struct comparison_node *node = parent;

        gql_out_list(out, node->result.count);
        for (size_t i = 0; i < node->result.count; i++)
                gql_out_object(gql_out_item(out, i), "ManifestComparisonEntry", &node->result.entries[i]);
        return RC_OK;
}

FIELD(ManifestComparison, pageInfo)
{
        gql_out_object(out, "PageInfo", &((struct comparison_node *)parent)->info);
        return RC_OK;
}

FIELD_STR(ManifestComparisonEntry, path, comparison_entry, path)
FIELD_STR(ManifestComparisonEntry, digestBefore, comparison_entry, digest_before)
FIELD_STR(ManifestComparisonEntry, digestAfter, comparison_entry, digest_after)

FIELD(ManifestComparisonEntry, change)
{
        gql_out_str(out, str_from(change_names[((const struct comparison_entry *)parent)->change]));
        return RC_OK;
}

FIELD(ManifestComparisonEntry, sizeBefore)
{
        if (((const struct comparison_entry *)parent)->size_before >= 0)
                gql_out_int(out, ((const struct comparison_entry *)parent)->size_before);
        return RC_OK;
}

FIELD(ManifestComparisonEntry, sizeAfter)
{
        if (((const struct comparison_entry *)parent)->size_after >= 0)
                gql_out_int(out, ((const struct comparison_entry *)parent)->size_after);
        return RC_OK;
}
