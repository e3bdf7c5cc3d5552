/*
 * transfer/artifact_download.h - bytes of artifacts, by signed address and by the addresses
 * that clients build themselves.
 */
#ifndef VITRINE_TRANSFER_ARTIFACT_DOWNLOAD_H
#define VITRINE_TRANSFER_ARTIFACT_DOWNLOAD_H

#include "domain/call.h"
#include "http/http.h"
#include "model/grant.h"
#include "transfer/serve.h"

/* GRANT_GET_ARTIFACT_FILE and GRANT_GET_MANIFEST; the call is made for the grant's account. */
MUST_USE enum rc artifact_download(struct http_request *req, struct call *call, const struct grant *grant,
                                   struct str name, enum serve_as as, struct err *err);

/*
 * GET /artifacts/{entity}/{hash}
 * GET /artifactsV2/{region}/{entity}/{birth}/{hash}
 * GET /artifactsV2/{region}/{entity}/{project}/{collection}/{birth}/{hash}/{name}
 * GET /artifactsV2/{region}/{entity}/{project}/{collection}/{artifact}/{birth}/{hash}/{name}
 * The last {name} is unescaped user text and is not looked at.
 */
enum rc artifact_get_v1(struct http_request *req, struct err *err);
enum rc artifact_get_v2(struct http_request *req, struct err *err);

#endif
