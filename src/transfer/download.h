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

enum rc download_get(struct http_request *req, struct err *err);
/* OPTIONS of the same address; preflight.c. */
enum rc download_options(struct http_request *req, struct err *err);

/* GRANT_GET_RUN_FILE, GRANT_GET_RUN_LINES; run_download.c. */
MUST_USE enum rc run_download(struct http_request *req, struct call *call, const struct grant *grant,
                              struct str name, struct err *err);

#endif
