/*
 * domain/ttl.h - times to live: who may set them, what versions inherit, what has expired.
 *
 * A version has a time of its own, none (for ever), or inherits the default of its team, else
 * of its organization. It is counted from the version's creation. What is linked into a
 * registry has none. Versions of the types run_table, code, job and wandb-... never have one.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_TTL_H
#define VITRINE_DOMAIN_TTL_H

#include "domain/artifact.h"
#include "store/ttl.h"

#define TTL_MAX_S (INT64_C(100) * 366 * 86400)

/*
 * Inside a write: may the caller give a version of this type, which is or would be in the project, this time?
 * TTL_UNSET is always fine; TTL_INHERIT is when the version is new.
 */
MUST_USE enum rc ttl_check(struct call *call, const struct project *project, struct str type_name, int64_t ttl_s,
                           bool is_new, struct err *err);
/* What the version lives by: seconds from its creation, or TTL_OFF. */
MUST_USE enum rc ttl_effective(struct call *call, const struct artifact *artifact, int64_t *ret_s, struct err *err);

/* Those who may see an entity's members may see its rule. */
MUST_USE enum rc ttl_rule_get(struct call *call, const struct entity *entity, struct ttl_rule *ret, struct err *err);
/*
 * By admins of the team or the organization, and by people for their own projects. *ret_expiring: how many versions
 * the rule ends as soon as the server looks (counted up to TTL_COUNT_MAX). dry_run: only that.
 */
#define TTL_COUNT_MAX 100000
MUST_USE enum rc ttl_rule_set(struct call *call, const struct entity *entity, const struct ttl_rule *rule, bool dry_run,
                              int64_t *ret_expiring, struct err *err);

/* Inside a write, by the server itself: deletes at most `limit` versions whose inherited time has passed. */
MUST_USE enum rc ttl_expire_inherited(struct call *call, int64_t now_us, struct ttl_cursor *cursor, size_t limit,
                                      size_t *ret_count, struct err *err);

#endif
