/*
 * domain/archive.h - a version's files, or a part of them, as one tar that is made while it is read.
 *
 * POSIX pax format: ustar, with an extended header where a path is long or not ASCII or a file
 * is larger than 8 GiB. Needs neither a temporary file nor memory that grows with the number
 * of files. References are left out, as their bytes are elsewhere. Names are as in the
 * manifest, without the folders above the one that was asked for.
 *
 * Whether the caller may read is judged by archive_new(), not again while bytes flow.
 *
 * Thread rule: one thread at a time, not always the same.
 */
#ifndef VITRINE_DOMAIN_ARCHIVE_H
#define VITRINE_DOMAIN_ARCHIVE_H

#include "domain/call.h"

struct archive;
/*
 * path: absent or empty for everything, or a folder or a file. collection_id: through which the version is reached; 0: any.
 * RC_NOT_FOUND when there is nothing of that path; RC_DENIED as the policy says. Does not keep the call.
 */
MUST_USE enum rc archive_new(struct call *call, int64_t artifact_id, int64_t collection_id, struct str path,
                             struct archive **ret, struct err *err);
void archive_free(struct archive *archive); /* accepts NULL */
/* The next bytes; *ret_got 0: the end. Fails when stored bytes cannot be read: what was read so far is no whole tar then. */
MUST_USE enum rc archive_read(struct archive *archive, char *ret, size_t len, size_t *ret_got, struct err *err);

#endif
