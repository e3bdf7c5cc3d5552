/*
 * domain/commit_files.h - the bytes behind the entries of a manifest that is being committed.
 *
 * Many at a time: each entry costs one look-up in vitrine.db, and the bytes of a whole batch are looked for in one
 * snapshot of small.db. Contents that the manifest names again and again are remembered, in bounded memory.
 *
 * Used by domain/commit.c. Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_COMMIT_FILES_H
#define VITRINE_DOMAIN_COMMIT_FILES_H

#include "domain/artifact.h"
#include "domain/manifest.h"

struct commit_files;
/* In the call's arena. */
struct commit_files *commit_files_new(struct call *call, const struct artifact *artifact);
/*
 * For struct manifest_build. RC_INVALID when the bytes of a file were not uploaded for this version, nor for one that
 * the caller may download, or have another size than the manifest says; RC_CORRUPT when they are missing in the store.
 */
MUST_USE enum rc commit_files_resolve(void *files, struct manifest_entry *entries, size_t count, struct err *err);

#endif
