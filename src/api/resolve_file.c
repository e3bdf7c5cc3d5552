/*
 * api/resolve_file.c - the fields of File and its connection, whatever the file belongs to,
 * and the signed addresses of files; see file_node.h.
 */
#include "api/file_node.h"

#include "api/artifact_node.h"
#include "api/internal.h"
#include "auth/sign.h"

/* ---- File ---- */

FIELD_STR(File, id, file_node, id)
FIELD_STR(File, name, file_node, name)
FIELD_STR(File, uploadUrl, file_node, upload_url)
FIELD_STR(File, storagePath, file_node, storage_path)
FIELD_INT(File, sizeBytes, file_node, size_bytes)
FIELD_STR(File, mimetype, file_node, mimetype)
FIELD_TIME(File, updatedAt, file_node, updated_us)
FIELD_STR(File, digest, file_node, digest)
FIELD_STR(File, md5, file_node, md5)

FIELD(File, displayName)
{
        const struct file_node *f = parent;

        gql_out_str(out, str_is_null(f->display_name) ? f->name : f->display_name);
        return RC_OK;
}

FIELD(File, url)
{
        const struct file_node *f = parent;

        gql_out_str(out, gql_bool(gql_arg(field, "upload"), false) ? f->upload_url : f->url);
        return RC_OK;
}

/* Never null, because clients insist; a file that is not there yet has none. */
FIELD(File, directUrl)
{
        const struct file_node *f = parent;

        gql_out_str(out, !str_is_null(f->direct_url) ? f->direct_url : !str_is_null(f->url) ? f->url : STR(""));
        return RC_OK;
}

static void out_headers(struct gql_out *out, const struct str *headers, size_t count)
{
        gql_out_list(out, count);
        for (size_t i = 0; i < count; i++)
                gql_out_str(gql_out_item(out, i), headers[i]);
}

FIELD(File, uploadHeaders)
{
        const struct file_node *f = parent;

        out_headers(out, f->upload_headers, f->upload_header_count);
        return RC_OK;
}

FIELD_OBJECT(File, uploadMultipartUrls, file_node, multipart, "UploadMultipartUrls")

FIELD(File, artifact)
{
        const struct file_node *f = parent;
        struct artifact *artifact = NULL;
        enum rc rc;

        if (f->birth_artifact_id == 0)
                return RC_OK;
        rc = artifact_see(call_of(field), f->birth_artifact_id, &artifact, err);
        if (!rc)
                out_artifact(field, out, artifact);
        return rc;
}

FIELD_STR(UploadMultipartUrls, uploadID, file_multipart, upload_id)

FIELD(UploadMultipartUrls, uploadUrlParts)
{
        const struct file_multipart *m = parent;

        gql_out_list(out, m->part_count);
        for (size_t i = 0; i < m->part_count; i++)
                gql_out_object(gql_out_item(out, i), "UploadUrlPart", &m->parts[i]);
        return RC_OK;
}

FIELD_INT(UploadUrlPart, partNumber, file_part, part_number)
FIELD_STR(UploadUrlPart, uploadUrl, file_part, upload_url)
FIELD_BOOL(UploadUrlPart, arrived, file_part, arrived)

/* ---- lists ---- */

CONNECTION_EDGES(FileConnection, FileEdge)
CONNECTION_PAGE_INFO(FileConnection)
CONNECTION_TOTAL(FileConnection)
EDGE_NODE(FileEdge)
EDGE_CURSOR(FileEdge)

FIELD(FileConnection, uploadHeaders)
{
        const struct file_list_extra *extra = ((struct connection *)parent)->extra;

        out_headers(out, extra ? extra->upload_headers : NULL, extra ? extra->upload_header_count : 0);
        return RC_OK;
}

/* ---- addresses ---- */

struct str file_url_path(struct arena *arena, struct str path)
{
        static const char digits[] = "0123456789ABCDEF";
        char *text = arena_alloc(arena, 3 * path.len + 1);
        size_t len = 0;

        for (size_t i = 0; i < path.len; i++) {
                unsigned char c = (unsigned char)path.ptr[i];

                if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                    c == '_' || c == '~' || c == '/') {
                        text[len++] = (char)c;
                } else {
                        text[len++] = '%';
                        text[len++] = digits[c >> 4];
                        text[len++] = digits[c & 15];
                }
        }
        return (struct str){ text, len };
}

static struct str sign(struct gql_field *field, struct grant *grant, const char *purpose, int64_t life_us)
{
        const struct api_request *request = gql_app(field);
        struct arena *arena = gql_arena(field);

        grant->account_id = request->call->who->account_id;
        return auth_sign(request->gate->auth, arena, purpose, grant_write(arena, grant),
                         call_now_us(request->call) + life_us);
}

struct str file_upload_url(struct gql_field *field, struct grant *grant)
{
        struct str token = sign(field, grant, GRANT_PURPOSE_UPLOAD, FILE_UPLOAD_LIFE_US);

        return arena_printf(gql_arena(field), "%.*s/upload/%.*s", STR_ARG(call_of(field)->base_url), STR_ARG(token));
}

static struct str get_url(struct gql_field *field, struct grant *grant, const char *way, struct str name)
{
        struct str token = sign(field, grant, GRANT_PURPOSE_DOWNLOAD, FILE_DOWNLOAD_LIFE_US);

        return arena_printf(gql_arena(field), "%.*s%s%.*s/%.*s", STR_ARG(call_of(field)->base_url), way, STR_ARG(token),
                            STR_ARG(file_url_path(gql_arena(field), name)));
}

struct str file_download_url(struct gql_field *field, struct grant *grant, struct str name)
{
        return get_url(field, grant, "/download/", name);
}

struct str file_preview_url(struct gql_field *field, struct grant *grant, struct str name)
{
        return get_url(field, grant, "/-/preview/", name);
}

struct str file_archive_url(struct gql_field *field, struct grant *grant, struct str name)
{
        return get_url(field, grant, "/-/archive/", arena_printf(gql_arena(field), "%.*s.tar", STR_ARG(name)));
}
