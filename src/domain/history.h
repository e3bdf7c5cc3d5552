/*
 * domain/history.h - what happened to a collection, and what an alias meant at some time.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_HISTORY_H
#define VITRINE_DOMAIN_HISTORY_H

#include "domain/artifact.h"
#include "store/event.h"

/*
 * Which version the alias named at that time; *ret NULL when none. `vN` names version N from
 * the time it came. A version that has left the collection since then comes without its
 * artifact: its number and time are history, its content is no longer shown here. The
 * project must have been found for the caller.
 */
MUST_USE enum rc version_find_at(struct call *call, struct project *project, struct collection *collection,
                                 struct str alias, int64_t at_us, struct version **ret, struct err *err);

#endif
