/*
 * transfer/upload.h - receiving one blob at a signed address: PUT {base}/upload/{token}.
 *
 * The token is a grant (model/grant.h). begin checks it and the policy of this moment, and
 * sets up what the grant's kind needs; bytes stream through the digests into the blob
 * store; finish makes the row that points at them. Bytes first, row second. Kinds for
 * artifacts live in artifact_upload.c, kinds for runs in run_upload.c.
 *
 * Thread rule: the functions of one upload run one after the other, not always on the same
 * worker; a database connection is never kept from one to the next.
 */
#ifndef VITRINE_TRANSFER_UPLOAD_H
#define VITRINE_TRANSFER_UPLOAD_H

#include "gate/gate.h"
#include "model/grant.h"

struct upload {
        struct http_request *req;
        struct grant grant;
        struct blob_expect expect;       /* the size is known; begin of the kind may add the MD5 */
        struct blob_put *put;
        void *kind_state;                /* of the kind */
};

/* The steps of the route. */
enum rc upload_begin(struct http_request *req, struct err *err);
enum rc upload_data(struct http_request *req, struct str chunk, struct err *err);
enum rc upload_handle(struct http_request *req, struct err *err);
void upload_abort(struct http_request *req);

/* What a kind of upload provides. */
struct upload_kind {
        /* May the account still do this, and is it still wanted? May set upload->expect. */
        enum rc (*begin)(struct upload *upload, struct call *call, struct err *err);
        /* The next bytes; may be NULL. */
        void (*data)(struct upload *upload, struct str chunk);
        /* The bytes are durable: write the row. */
        enum rc (*finish)(struct upload *upload, struct call *call, const struct blob_digests *digests,
                          struct err *err);
        /* Releases what begin set up, whatever happened; may be NULL. */
        void (*end)(struct upload *upload);
};
extern const struct upload_kind artifact_upload_kind; /* artifact_upload.c */
extern const struct upload_kind run_upload_kind;      /* run_upload.c */

#endif
