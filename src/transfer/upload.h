/*
 * transfer/upload.h - receiving one blob at a signed address: PUT {base}/upload/{token}.
 *
 * The token is a grant (model/grant.h). begin() checks it and the policy of this moment, and
 * sets up what the grant's kind needs; bytes stream through the digests into the blob store;
 * finish() makes the row that points at them. Bytes first, row second. Kinds for artifacts
 * live in artifact_upload.c, kinds for runs in run_upload.c.
 *
 * Thread rule: the functions of one upload run one after the other, not always on the same
 * worker; a database connection is never kept from one to the next.
 */
#ifndef VITRINE_TRANSFER_UPLOAD_H
#define VITRINE_TRANSFER_UPLOAD_H

#include "domain/call.h"
#include "http/http.h"
#include "model/grant.h"

struct upload {
        struct http_request *req;
        struct arena *arena;             /* the request's */
        struct principal who;            /* the account that the grant was made for */
        struct grant grant;
        uint64_t size_bytes;             /* Content-Length */
        struct blob_expect expect;       /* begin() of the kind may add the MD5 it was promised */
        struct blob_put *put;
        void *kind_state;                /* of the kind, in the arena */
};

/*
 * A call for one step of the upload, on the caller's stack; upload_call_end() gives the connection
 * back. RC_DENIED when the account is gone.
 */
MUST_USE enum rc upload_call_begin(struct upload *upload, struct call *ret_call, struct err *err);
void upload_call_end(struct call *call);      /* for _cleanup_; accepts a call that was not begun */

/*
 * What each kind provides. begin: may the account still do this, and is it still wanted? May set
 * upload->expect. finish: the bytes are durable; write the row.
 */
MUST_USE enum rc run_upload_begin(struct upload *upload, struct err *err);
MUST_USE enum rc run_upload_finish(struct upload *upload, const struct blob_digests *digests, struct err *err);

#endif
