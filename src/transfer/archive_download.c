/*
 * transfer/archive_download.c - GET {base}/-/archive/{token}/{name}: a tar of a version or a part of it.
 *
 * Judged on behalf of the account that the address was made for, when it is asked for. Its
 * length is not known before; when bytes cannot be read in the middle the connection
 * is closed, so that nobody takes a part for the whole.
 */
#include "domain/archive.h"
#include "transfer/download.h"

static int64_t read_piece(void *payload, uint64_t position UNUSED, char *ret, size_t len)
{
        struct err err = { 0 };
        size_t got = 0;

        return archive_read(payload, ret, len, &got, &err) ? -1 : (int64_t)got;
}

static void free_archive(void *payload)
{
        archive_free(payload);
}

enum rc archive_get(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct archive *archive = NULL;
        struct grant grant = { 0 };
        enum rc rc = download_grant(req, &grant, err);

        if (!rc && grant.kind != GRANT_GET_ARCHIVE)
                rc = err_set(err, RC_DENIED, "The address is not one that this server made.");
        if (!rc)
                rc = gate_enter_for(req, grant.account_id, &visit, err);
        if (!rc)
                rc = archive_new(&visit.call, grant.id, grant.id2, grant.name, &archive, err);
        if (rc)
                return rc;
        serve_headers(req, http_param(req, "name"), SERVE_ATTACHMENT);
        http_reply_header(req, "Cache-Control", STR("no-store"));
        http_reply_stream(req, 200, STR("application/x-tar"), UINT64_MAX, read_piece, free_archive, archive);
        return RC_OK;
}
