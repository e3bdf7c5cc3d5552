/*
 * domain/places.h - taking a version from all of its places, and bringing it back to them.
 *
 * A version can be linked into any number of collections. One write changes PLACES_MAX of
 * them at most; what is left is a job (JOB_SETTLE_PLACES), written in the same transaction,
 * that goes on in writes of that size until the places agree with the state of the version:
 * none when it is deleted, all that were kept when it is there. Nobody sees the difference
 * meanwhile, because lists and look-ups leave out what is not committed.
 *
 * Called by deleting, expiring and restoring versions. Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_PLACES_H
#define VITRINE_DOMAIN_PLACES_H

#include "domain/artifact.h"
#include "store/job.h"

#define PLACES_MAX 256

/* Inside a write: from its home and from where it is linked; keeps them, with their aliases, for restoring. */
MUST_USE enum rc places_remove(struct call *call, const struct artifact *artifact, int64_t now_us, struct err *err);
/*
 * Inside a write: back to the collections that are still there, with each alias that nobody else has by now. A
 * protected alias comes back only when the caller may put it on a version.
 */
MUST_USE enum rc places_restore(struct call *call, const struct artifact *artifact, int64_t now_us, struct err *err);
/* One more write for the job; *ret_more: call again. Notes in the job's row how far it is. */
MUST_USE enum rc places_settle(struct call *call, struct job *job, bool *ret_more, struct err *err);

#endif
