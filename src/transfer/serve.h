/*
 * transfer/serve.h - a stored blob as the answer to GET or HEAD.
 */
#ifndef VITRINE_TRANSFER_SERVE_H
#define VITRINE_TRANSFER_SERVE_H

#include "blob/blob.h"
#include "http/http.h"

enum serve_as {
        SERVE_ATTACHMENT,                /* for the disk */
        SERVE_PREVIEW,                   /* for a page: text as text/plain, pictures and media as such, nothing that could run */
};
/*
 * Whole or in part, conditional or not (http_reply_file). `name` is what a browser should call
 * the file; the last piece of a path counts. The headers make sure that nothing uploaded ever
 * runs in the reader's browser.
 */
MUST_USE enum rc serve_blob(struct http_request *req, struct blob_store *store, const struct blob_ref *ref,
                            struct str name, enum serve_as as, struct err *err);

/* Those headers alone, for an answer that is made in another way. */
void serve_headers(struct http_request *req, struct str name, enum serve_as as);

#endif
