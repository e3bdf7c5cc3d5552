/*
 * transfer/run_download.c - bytes of runs at a signed address: files that were uploaded, and
 * streams (console, history, events) put together from their lines.
 *
 * Grants (made in api/resolve_run_file.c): GRANT_GET_RUN_FILE, id: run, id2: file;
 * GRANT_GET_RUN_LINES, id: run, id2: stream. A stream may grow while it is read, so its length
 * is not announced.
 */
#include "transfer/download.h"

#include "domain/run_export.h"
#include "domain/run_file.h"
#include "transfer/serve.h"

static int64_t read_piece(void *payload, uint64_t position UNUSED, char *ret, size_t len)
{
        struct err err = { 0 };
        size_t got = 0;

        return run_export_read(payload, ret, len, &got, &err) ? -1 : (int64_t)got;
}

static void free_export(void *payload)
{
        run_export_free(payload);
}

static enum rc get_lines(struct http_request *req, struct call *call, const struct grant *grant, struct str name,
                         enum serve_as as, struct err *err)
{
        struct run_export *export = NULL;
        enum rc rc = run_export_new(call, grant->id, grant->id2, &export, err);

        if (rc)
                return rc;
        serve_headers(req, name, as);
        http_reply_stream(req, 200, STR("text/plain; charset=utf-8"), UINT64_MAX, read_piece, free_export, export);
        return RC_OK;
}

enum rc run_download(struct http_request *req, struct call *call, const struct grant *grant, struct str name,
                     enum serve_as as, struct err *err)
{
        struct run_file *file = NULL;
        struct blob_ref ref;
        enum rc rc;

        if (grant->kind == GRANT_GET_RUN_LINES)
                return get_lines(req, call, grant, name, as, err);
        rc = run_file_open(call, grant->id, grant->id2, &file, err);
        if (rc)
                return rc;
        ref.size_bytes = (uint64_t)file->size_bytes;
        memcpy(ref.sha256, file->sha256, sizeof(ref.sha256));
        return serve_blob(req, call->domain->blobs, &ref, file->name, as, err);
}
