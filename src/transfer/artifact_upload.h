/*
 * transfer/artifact_upload.h - the kinds of upload that belong to artifacts: files,
 * manifests, parts of files. transfer/upload.c calls these by the grant's kind.
 */
#ifndef VITRINE_TRANSFER_ARTIFACT_UPLOAD_H
#define VITRINE_TRANSFER_ARTIFACT_UPLOAD_H

#include "transfer/upload.h"

/* Says which digest the bytes must have, and opens what they are checked with. */
MUST_USE enum rc artifact_upload_begin(struct upload *upload, struct err *err);
/* Bytes on their way into the store. */
void artifact_upload_data(struct upload *upload, struct str chunk);
/* The bytes are durable: notes them. */
MUST_USE enum rc artifact_upload_finish(struct upload *upload, const struct blob_digests *digests, struct err *err);
/* Releases what begin() opened; after finish() and instead of it. */
void artifact_upload_end(struct upload *upload);
/* The store that the bytes go to: parts wait in one of their own. */
struct blob_store *artifact_upload_store(const struct upload *upload, const struct domain *domain);

#endif
