/*
 * domain/organization.h - organizations: making and deleting them, and their members.
 *
 * An organization has a display name and an entity that owns its registries. The entity
 * is called like the organization while that name is free among all entities, else
 * NAME_ and nine random characters; both names find it. Names of teams win: see
 * organization_yield_name().
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_ORGANIZATION_H
#define VITRINE_DOMAIN_ORGANIZATION_H

#include "domain/call.h"
#include "store/organization.h"

/* "admin", "member" or "viewer"; RC_INVALID with a sentence. */
MUST_USE enum rc organization_parse_role(struct str text, enum model_member_role *ret, struct err *err);

struct organization_new {
        struct str name;
        struct str admin;             /* user name of its first administrator */
        bool no_core_registries;      /* leave out wandb-registry-model and wandb-registry-dataset */
};
/* Instance administrators only. */
MUST_USE enum rc organization_create(struct call *call, const struct organization_new *wanted,
                                     struct organization **ret, struct err *err);
/*
 * Takes the organization, its teams and its registries out of use. Instance administrators
 * only. Unless forced, RC_CONFLICT while a registry or a team of it holds something.
 */
MUST_USE enum rc organization_delete(struct call *call, struct str name, bool force, struct err *err);
/* By display name or entity name; RC_NOT_FOUND with a sentence. Whether the caller may see it is not asked. */
MUST_USE enum rc organization_find(struct call *call, struct str name, struct organization **ret, struct err *err);

/* Makes or changes a member. Administrators of the organization only; one must remain. */
MUST_USE enum rc organization_set_member(struct call *call, struct str org_name, struct str username,
                                         enum model_member_role role, struct err *err);
/* Also takes the member out of the organization's teams and registries. */
MUST_USE enum rc organization_remove_member(struct call *call, struct str org_name, struct str username,
                                            struct err *err);

/*
 * The role that members have in registries which the whole organization sees, when no other is
 * given: restricted viewer up to member. Administrators of the organization only.
 */
MUST_USE enum rc organization_set_default_role(struct call *call, struct str org_name, struct str role,
                                               struct organization **ret, struct err *err);

/*
 * Inside the writer: a team wants `name`. When it is the entity name of an organization that
 * the caller administers, that entity takes NAME_ and nine random characters instead;
 * otherwise RC_EXISTS. RC_OK too when nobody has the name.
 */
MUST_USE enum rc organization_yield_name(struct call *call, struct str name, struct err *err);
/* Inside the writer: a member at least, as `role` when new. */
MUST_USE enum rc organization_ensure_member(struct call *call, const struct organization *org,
                                            const struct account *account, enum model_member_role role,
                                            struct err *err);

#endif
