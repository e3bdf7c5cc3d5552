/*
 * transfer/download.c - see download.h.
 */
#include "transfer/download.h"

#include "auth/sign.h"
#include "base/clock.h"
#include "transfer/artifact_download.h"

enum rc download_grant(struct http_request *req, struct grant *ret, struct err *err)
{
        struct str payload = STR_NULL;
        enum rc rc = auth_verify(gate_of(req)->auth, http_arena(req), GRANT_PURPOSE_DOWNLOAD,
                                 http_param(req, "token"), clock_now_us(), &payload, err);

        if (rc)
                return rc;
        if (!grant_read(payload, ret))
                return err_set(err, RC_DENIED, "The address is not one that this server made.");
        return RC_OK;
}

static enum rc get(struct http_request *req, enum serve_as as, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct str name = http_param(req, "name");
        struct grant grant;
        enum rc rc = download_grant(req, &grant, err);

        if (!rc)
                rc = gate_enter_for(req, grant.account_id, &visit, err);
        if (rc)
                return rc;
        switch (grant.kind) {
        case GRANT_GET_ARTIFACT_FILE:
        case GRANT_GET_MANIFEST:
                return artifact_download(req, &visit.call, &grant, name, as, err);
        case GRANT_GET_RUN_FILE:
        case GRANT_GET_RUN_LINES:
                return run_download(req, &visit.call, &grant, name, as, err);
        default:
                return err_set(err, RC_DENIED, "The address is not one that this server made.");
        }
}

enum rc download_get(struct http_request *req, struct err *err)
{
        return get(req, SERVE_ATTACHMENT, err);
}

enum rc preview_get(struct http_request *req, struct err *err)
{
        return get(req, SERVE_PREVIEW, err);
}
