/*
 * domain/change.h - a mark of a thing that is another one when anything about it changed.
 *
 * For pages that show what others do without asking for everything again and again. Marks are
 * opaque, cheap, and given for what the caller may see only.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_CHANGE_H
#define VITRINE_DOMAIN_CHANGE_H

#include "domain/call.h"

/*
 * Of a project (its collections, versions, aliases, members, new runs), collection, artifact, run,
 * team, person or organization (with its registries). *ret absent when there is no such thing or the
 * caller may not see it. RC_INVALID for ids of other kinds.
 */
MUST_USE enum rc change_mark(struct call *call, struct id id, struct str *ret, struct err *err);
/* The mark, and for how long the thing has been as it is; *ret_age_ms -1 where that is not known. */
MUST_USE enum rc change_mark_age(struct call *call, struct id id, struct str *ret, int64_t *ret_age_ms, struct err *err);

#endif
