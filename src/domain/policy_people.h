/*
 * domain/policy_people.h - who may administer and see accounts, teams and organizations.
 *
 * The companion of policy.h, which judges projects and registries. Nobody else decides.
 * An operator's command on the server's own machine asks as the operator: admin without
 * an account.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_POLICY_PEOPLE_H
#define VITRINE_DOMAIN_POLICY_PEOPLE_H

#include "domain/call.h"
#include "store/organization.h"

/* The principal of an operator's command. */
extern const struct principal policy_operator;
/* An operator's command, or the server itself at work: above all roles. */
bool policy_is_operator(const struct call *call);

/* Administrators of the organization, and of the instance. RC_DENIED otherwise. */
MUST_USE enum rc policy_require_org_admin(struct call *call, const struct organization *org, struct err *err);
/* Administrators of the team, of its organization, of the instance. RC_DENIED otherwise. */
MUST_USE enum rc policy_require_team_admin(struct call *call, const struct entity *team, struct err *err);
/* Administrators of the instance. */
MUST_USE enum rc policy_require_admin(struct call *call, const char *to_do_what, struct err *err);
/* Members of the organization with at least that role, and administrators of the instance. */
MUST_USE enum rc policy_in_org(struct call *call, int64_t org_id, enum model_member_role role, bool *ret, struct err *err);
/* Members see who belongs to a team and what its organization is; members of the organization do, too. */
MUST_USE enum rc policy_sees_team(struct call *call, const struct entity *team, bool *ret, struct err *err);
/* The account itself, those who share an organization with it, administrators of the instance. */
MUST_USE enum rc policy_sees_account(struct call *call, int64_t account_id, bool *ret, struct err *err);
/* The account itself, administrators of the instance, and of its team or organization when it is a service account. */
MUST_USE enum rc policy_require_keys_of(struct call *call, const struct account *account, struct err *err);

#endif
