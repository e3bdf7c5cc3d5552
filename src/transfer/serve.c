/*
 * transfer/serve.c - see serve.h.
 */
#include "transfer/serve.h"

#include "crypto/crypto.h"
#include "model/model.h"

static struct str last_piece(struct str path)
{
        for (size_t i = path.len; i > 0; i--) {
                if (path.ptr[i - 1] == '/')
                        return str_slice(path, i, path.len);
        }
        return path;
}

/* RFC 6266 with RFC 5987 encoding: any name travels safely in a header. */
static struct str disposition(struct arena *arena, const char *how, struct str name)
{
        static const char digits[] = "0123456789ABCDEF";
        _cleanup_(buf_done) struct buf buf = { 0 };

        buf_add_str(&buf, str_from(how));
        buf_add_str(&buf, STR("; filename*=UTF-8''"));
        for (size_t i = 0; i < name.len; i++) {
                unsigned char c = (unsigned char)name.ptr[i];

                if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                    memchr("-._~", c, 4)) {
                        buf_add_c(&buf, (char)c);
                } else {
                        buf_add_c(&buf, '%');
                        buf_add_c(&buf, digits[c >> 4]);
                        buf_add_c(&buf, digits[c & 15]);
                }
        }
        return arena_str(arena, buf_str(&buf));
}

/* A preview never says that something is a page, a style, a script or a picture that may hold one. */
static struct str type_for(struct str name, enum serve_as as)
{
        struct model_file_type type = model_file_type(name);

        if (as == SERVE_ATTACHMENT)
                return str_from(type.mime);
        switch (type.kind) {
        case MODEL_FILE_IMAGE:
        case MODEL_FILE_AUDIO:
        case MODEL_FILE_VIDEO:
                return str_from(type.mime);
        case MODEL_FILE_TEXT:
        case MODEL_FILE_MARKDOWN:
        case MODEL_FILE_JSON:
        case MODEL_FILE_TABLE:
        case MODEL_FILE_CSV:
                return STR("text/plain; charset=utf-8");
        case MODEL_FILE_BINARY:
                break;
        }
        return STR("application/octet-stream");
}

void serve_headers(struct http_request *req, struct str name, enum serve_as as)
{
        http_reply_header(req, "Content-Disposition",
                          disposition(http_arena(req), as == SERVE_PREVIEW ? "inline" : "attachment", last_piece(name)));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
        http_reply_header(req, "Content-Security-Policy", STR("sandbox; default-src 'none'"));
        http_reply_header(req, "Referrer-Policy", STR("no-referrer"));
}

enum rc serve_blob(struct http_request *req, struct blob_store *store, const struct blob_ref *ref, struct str name,
                   enum serve_as as, struct err *err)
{
        struct arena *arena = http_arena(req);
        struct blob_view view = { .fd = -1 };
        struct http_entity entity = { .size_bytes = ref->size_bytes };
        enum rc rc = blob_open(store, arena, ref, &view, err);

        if (rc)
                return rc;
        entity.content_type = type_for(name, as);
        entity.etag = arena_printf(arena, "\"%.*s\"", STR_ARG(crypto_hex(arena, ref->sha256, sizeof(ref->sha256))));
        serve_headers(req, name, as);
        http_reply_header(req, "Cache-Control", STR("private, max-age=3600"));
        if (view.fd >= 0)
                http_reply_file(req, &entity, view.fd, view.offset);
        else
                http_reply_bytes(req, &entity, view.bytes);
        return RC_OK;
}
