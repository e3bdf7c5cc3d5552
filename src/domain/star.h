/*
 * domain/star.h - stars: what somebody wants to see first. Nobody else sees them, and they change nothing.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_STAR_H
#define VITRINE_DOMAIN_STAR_H

#include "domain/call.h"
#include "store/star.h"

/* RC_NOT_FOUND when there is no such project or the caller may not see it. */
MUST_USE enum rc star_set(struct call *call, int64_t project_id, bool starred, struct err *err);

#endif
