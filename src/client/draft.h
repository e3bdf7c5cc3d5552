/*
 * client/draft.h - adding to a draft, for draft.c and reference.c.
 */
#ifndef VITRINE_CLIENT_DRAFT_H
#define VITRINE_CLIENT_DRAFT_H

#include "client/artifact.h"

/* A new entry under a name that was checked. */
MUST_USE enum rc draft_add(struct vitrine_artifact *draft, struct str name, struct entry **ret, struct err *err);
/* After draft_add() something had no memory: as if it had not been. */
enum rc draft_take_back(struct vitrine_artifact *draft, struct err *err);
MUST_USE enum rc draft_add_file(struct vitrine_artifact *draft, const char *local_path, const char *name, struct err *err);
MUST_USE enum rc draft_add_dir(struct vitrine_artifact *draft, const char *local_dir, const char *prefix, struct err *err);
struct str path_last(const char *path); /* behind the last '/' that is not at its end */

#endif
