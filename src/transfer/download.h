/*
 * transfer/download.h - GET {base}/download/{token}/{name}: bytes at a signed address.
 *
 * The grant is judged again on behalf of the account it was made for: taking a role away
 * closes the address. Artifacts: artifact_download.c; runs: run_download.c.
 */
#ifndef VITRINE_TRANSFER_DOWNLOAD_H
#define VITRINE_TRANSFER_DOWNLOAD_H

#include "gate/gate.h"
#include "model/grant.h"
#include "transfer/serve.h"

enum rc download_get(struct http_request *req, struct err *err);
/* GET {base}/-/preview/{token}/{name}: the same bytes for a page to show; they never run. */
enum rc preview_get(struct http_request *req, struct err *err);
/* GET {base}/-/archive/{token}/{name}: many files as one tar, made while it is sent; archive_download.c. */
enum rc archive_get(struct http_request *req, struct err *err);
/* OPTIONS of the same address; preflight.c. */
enum rc download_options(struct http_request *req, struct err *err);

/* GRANT_GET_RUN_FILE, GRANT_GET_RUN_LINES; run_download.c. */
MUST_USE enum rc run_download(struct http_request *req, struct call *call, const struct grant *grant,
                              struct str name, enum serve_as as, struct err *err);
/* The grant in the address; RC_DENIED when this server did not make it, or it is too old. */
MUST_USE enum rc download_grant(struct http_request *req, struct grant *ret, struct err *err);

#endif
