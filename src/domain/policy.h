/*
 * domain/policy.h - who may do what: one table, one file.
 *
 * Nobody else decides. Resolvers and file URLs ask through domain functions, which ask
 * here. What is not allowed by the table is denied.
 *
 * A project that the caller has no role in is answered as "not found", so that names do
 * not leak; a known project with too low a role as "denied".
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_POLICY_H
#define VITRINE_DOMAIN_POLICY_H

#include "domain/call.h"
#include "store/artifact.h"
#include "store/project.h"
#include "store/role.h"
#include "store/search.h"

enum action {
        /* reading */
        ACT_VIEW,              /* details, metadata, manifest, lists, search, settings, members */
        ACT_DOWNLOAD,          /* bytes of files, by any way */
        ACT_USE,               /* use_artifact */
        /* writing in a project */
        ACT_LOG,               /* runs, artifacts, their types */
        ACT_EDIT_VERSION,      /* description, metadata, tags, ttl */
        ACT_DELETE_VERSION,
        ACT_EDIT_PROJECT,      /* description */
        ACT_DELETE_PROJECT,
        /* collections, in projects and registries */
        ACT_CREATE_COLLECTION,
        ACT_EDIT_COLLECTION,   /* name, description, tags */
        ACT_DELETE_COLLECTION,
        ACT_LINK,
        ACT_UNLINK,
        ACT_ALIAS,
        ACT_PROTECTED_ALIAS,
        /* registries */
        ACT_DEFINE_PROTECTED_ALIAS,
        ACT_RENAME_REGISTRY,
        ACT_EDIT_TYPES,
        ACT_MEMBERS,
        ACT_VISIBILITY,
        ACT_ICON,
        ACT_DELETE_REGISTRY,
        ACT__COUNT
};

/* The caller's highest role in a project: by organization, by registry, by team, as owner. */
MUST_USE enum rc policy_role(struct call *call, const struct project *project, enum model_role *ret_role,
                             struct err *err);
/* Which projects of an entity the caller may see (ACT_VIEW), as a query can ask for it. */
MUST_USE enum rc policy_sight(struct call *call, const struct entity *entity, struct sight *ret, struct err *err);
/* What an account has in a registry without a role of its own there: by organization, by teams, as administrator. */
MUST_USE enum rc policy_inherited_role(struct call *call, int64_t project_id, int64_t account_id,
                                       enum model_role *ret_role, struct err *err);
/* Whether a role is enough for an action. */
bool policy_allows(enum model_role role, enum action action);
/* RC_OK, RC_NOT_FOUND (no role at all) or RC_DENIED. */
MUST_USE enum rc policy_require(struct call *call, const struct project *project, enum action action,
                                struct err *err);
MUST_USE enum rc policy_may(struct call *call, const struct project *project, enum action action, bool *ret_may,
                            struct err *err);
/*
 * For an artifact that was named by its id alone: allowed when the action is allowed
 * through its own project or through any registry or project that it is linked into.
 */
MUST_USE enum rc policy_may_artifact(struct call *call, const struct artifact *artifact, enum action action,
                                     bool *ret_may, struct err *err);
/* Member (or admin) of the organization: may make registries. */
MUST_USE enum rc policy_may_create_registry(struct call *call, int64_t org_id, bool *ret_may, struct err *err);

#endif
