/*
 * transfer/upload.c - see upload.h.
 */
#include "transfer/upload.h"

#include "auth/sign.h"
#include "base/clock.h"
#include "crypto/crypto.h"

static const struct upload_kind *kind_of(enum grant_kind kind)
{
        switch (kind) {
        case GRANT_PUT_ARTIFACT_FILE:
        case GRANT_PUT_MANIFEST:
        case GRANT_PUT_PART:
                return &artifact_upload_kind;
        case GRANT_PUT_RUN_FILE:
                return &run_upload_kind;
        default:
                return NULL;
        }
}

static enum rc read_grant(struct http_request *req, struct grant *ret, struct err *err)
{
        struct str payload = STR_NULL;
        enum rc rc = auth_verify(gate_of(req)->auth, http_arena(req), GRANT_PURPOSE_UPLOAD, http_param(req, "token"),
                                 clock_now_us(), &payload, err);

        if (rc)
                return rc;
        if (!grant_read(payload, ret) || !kind_of(ret->kind))
                return err_set(err, RC_DENIED, "The upload address is not one that this server made.");
        return RC_OK;
}

static struct blob_store *store_of(const struct upload *u)
{
        const struct domain *domain = gate_of(u->req)->domain;

        return u->grant.kind == GRANT_PUT_PART ? domain->parts : domain->blobs;
}

/* Whatever happens after begin ends here. */
static void upload_end(struct upload *u)
{
        const struct upload_kind *kind = kind_of(u->grant.kind);

        blob_put_abort(&u->put);
        if (kind->end)
                kind->end(u);
}

enum rc upload_begin(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct upload *u = arena_new(http_arena(req), struct upload);
        enum rc rc = read_grant(req, &u->grant, err);

        if (rc)
                return rc;
        u->req = req;
        u->expect.has_size = true;
        u->expect.size_bytes = http_content_length(req);
        rc = gate_enter_for(req, u->grant.account_id, &visit, err);
        if (!rc)
                rc = kind_of(u->grant.kind)->begin(u, &visit.call, err);
        if (!rc)
                rc = blob_put_begin(store_of(u), &u->expect, &u->put, err);
        if (rc) {
                if (u->kind_state)
                        upload_end(u);
                return rc;
        }
        http_set_state(req, u);
        return RC_OK;
}

enum rc upload_data(struct http_request *req, struct str chunk, struct err *err)
{
        struct upload *u = http_state(req);
        const struct upload_kind *kind = kind_of(u->grant.kind);

        if (kind->data)
                kind->data(u, chunk);
        return blob_put_write(u->put, chunk, err);
}

static enum rc finish(struct upload *u, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct blob_digests digests;
        struct str etag;
        enum rc rc = blob_put_finish(&u->put, &digests, NULL, err);

        if (!rc)
                rc = gate_enter_for(u->req, u->grant.account_id, &visit, err);
        if (!rc)
                rc = kind_of(u->grant.kind)->finish(u, &visit.call, &digests, err);
        if (rc)
                return rc;
        etag = crypto_hex(http_arena(u->req), digests.md5, sizeof(digests.md5));
        http_reply_header(u->req, "ETag", arena_printf(http_arena(u->req), "\"%.*s\"", STR_ARG(etag)));
        http_reply(u->req, 200, STR("application/json"), STR("{}"));
        return RC_OK;
}

enum rc upload_handle(struct http_request *req, struct err *err)
{
        struct upload *u = http_state(req);
        enum rc rc = finish(u, err);

        upload_end(u);
        http_set_state(req, NULL);
        return rc;
}

void upload_abort(struct http_request *req)
{
        struct upload *u = http_state(req);

        if (u)
                upload_end(u);
        http_set_state(req, NULL);
}
