/*
 * domain/protect.h - protected aliases: names that only admins of a registry put on a
 * version or take off it.
 *
 * A registry defines the names. Moving one counts as both. While a version carries one,
 * only an admin unlinks it or deletes its collection, and nobody deletes the artifact that
 * is linked, wherever it lives: an admin takes the alias off first. `latest` can be
 * protected, too; then linking leaves it where it is, unless an admin links.
 *
 * The protect_check_*() functions are asked inside a write, after the ordinary rules.
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_PROTECT_H
#define VITRINE_DOMAIN_PROTECT_H

#include "domain/project.h"
#include "store/protected.h"

/* Defines an alias as protected, or ends that. Saying it twice is no error. */
MUST_USE enum rc protect_define(struct call *call, int64_t project_id, struct str alias, bool protect,
                                struct err *err);

/* May the caller put this alias on a version of the project, or take it off? */
MUST_USE enum rc protect_may(struct call *call, const struct project *project, struct str alias, bool *ret,
                             struct err *err);
MUST_USE enum rc protect_check_alias(struct call *call, const struct project *project, struct str alias,
                                     struct err *err);
/* Before an unlink; before a collection is deleted (of a sequence, also what it is the home of). */
MUST_USE enum rc protect_check_unlink(struct call *call, const struct project *project, int64_t collection_id,
                                      int64_t version, struct err *err);
MUST_USE enum rc protect_check_collection(struct call *call, const struct project *project, int64_t collection_id,
                                          struct err *err);
/* Before an artifact, or a project with all of its artifacts, is deleted: for everybody. */
MUST_USE enum rc protect_check_artifact(struct call *call, int64_t artifact_id, struct err *err);
MUST_USE enum rc protect_check_project(struct call *call, int64_t project_id, struct err *err);

#endif
