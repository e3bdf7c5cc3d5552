/*
 * domain/team.h - teams: making and deleting them, and their members.
 *
 * A team belongs to one organization; whoever joins the team joins the organization, too.
 * The first team that somebody joins becomes the default entity.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_TEAM_H
#define VITRINE_DOMAIN_TEAM_H

#include "domain/call.h"
#include "store/organization.h"

struct team_new {
        struct str name;
        struct str org;               /* absent: the organization of the administrator, see team_create() */
        struct str admin;             /* user name of its first administrator */
};
/*
 * Members of the organization may make teams of it that they administer themselves; its
 * administrators any. Without an organization's name: that of the administrator's default
 * entity, else the first one joined. A name that the organization's own entity holds is
 * taken from it (organization_yield_name()).
 */
MUST_USE enum rc team_create(struct call *call, const struct team_new *wanted, struct entity **ret,
                             struct err *err);
/* Unless forced, RC_CONFLICT while it owns projects. Administrators of the team's organization only. */
MUST_USE enum rc team_delete(struct call *call, struct str name, bool force, struct err *err);
/* RC_NOT_FOUND with a sentence. */
MUST_USE enum rc team_find(struct call *call, struct str name, struct entity **ret, struct err *err);
/* Makes or changes a member. Administrators of the team only. */
MUST_USE enum rc team_set_member(struct call *call, struct str team_name, struct str username,
                                 enum model_member_role role, struct err *err);
MUST_USE enum rc team_remove_member(struct call *call, struct str team_name, struct str username, struct err *err);

/* Inside the writer: takes a team and its service accounts out of use. */
MUST_USE enum rc team_retire(struct call *call, const struct entity *team, struct err *err);

#endif
