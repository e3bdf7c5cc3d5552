/*
 * domain/project.h - projects and registries: finding, making, changing, deleting; members.
 *
 * A registry is a project of an organization's own entity whose name starts with
 * "wandb-registry-". Projects of users and teams are made on demand; registries are not.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_PROJECT_H
#define VITRINE_DOMAIN_PROJECT_H

#include "domain/policy.h"

/*
 * The entity of that name, an organization also by its display name; an absent name means
 * the caller's default. *ret NULL: there is none.
 */
MUST_USE enum rc entity_find(struct call *call, struct str name, struct entity **ret, struct err *err);

/*
 * The project, when it is there and the caller may see it, else *ret NULL. A registry is
 * found by its exact name first, then without regard to case when only one matches.
 */
MUST_USE enum rc project_find(struct call *call, struct str entity_name, struct str name, struct project **ret,
                              struct err *err);
MUST_USE enum rc project_find_in(struct call *call, const struct entity *entity, struct str name,
                                 struct project **ret, struct err *err);
/* The same by number; NULL also when the caller may not see it. */
MUST_USE enum rc project_see(struct call *call, int64_t id, struct project **ret, struct err *err);
/* RC_NOT_FOUND or RC_DENIED instead of NULL, and the action must be allowed. */
MUST_USE enum rc project_require(struct call *call, struct str entity_name, struct str name, enum action action,
                                 struct project **ret, struct err *err);
/*
 * Inside a write: finds or makes a project of a user or team that the caller may write runs
 * and artifacts in. Absent name: "uncategorized".
 */
MUST_USE enum rc project_ensure(struct call *call, struct str entity_name, struct str name, struct project **ret,
                                struct err *err);

struct project_input {
        struct str entity_name;          /* absent: the caller's default */
        struct str name;                 /* with the prefix for a registry */
        struct str description;          /* absent: leave alone */
        struct str access;               /* "PRIVATE", "RESTRICTED"; absent: leave alone */
        bool has_allow_all;
        bool allow_all_types;
        const struct str *types;         /* to add */
        size_t type_count;
        bool has_icon;                   /* false: leave alone */
        struct str icon_name, icon_color; /* of a registry; absent or empty: what follows from its name */
};
MUST_USE enum rc project_upsert(struct call *call, const struct project_input *in, struct project **ret,
                                bool *ret_inserted, struct err *err);
MUST_USE enum rc project_rename(struct call *call, struct str entity_name, struct str old_name, struct str new_name,
                                struct project **ret, struct err *err);
/* Removes the project or registry with its collections and links; artifacts linked from elsewhere stay. */
MUST_USE enum rc project_delete(struct call *call, int64_t id, struct err *err);

/*
 * Inside a write: the same for all projects or registries of an owner that is about to go; the caller was judged.
 * RC_CONFLICT when a registry that stays has a link to one of them with a protected alias.
 */
MUST_USE enum rc project_delete_all(struct call *call, int64_t entity_id, struct err *err);

/* ---- members of a registry -------------------------------------------------------------- */

struct member_change {
        int64_t project_id;
        const int64_t *account_ids;
        size_t account_count;
        const int64_t *team_ids;         /* entity numbers */
        size_t team_count;
        bool remove;
        bool has_role;                   /* false: the default role, and an existing one stays */
        enum model_role role;
};
MUST_USE enum rc project_change_members(struct call *call, const struct member_change *change, struct err *err);

/*
 * Names the person who answers for a registry. That gives no right: it must be a person who has a role
 * there already. Admins of the registry only.
 */
MUST_USE enum rc project_set_owner(struct call *call, int64_t project_id, int64_t account_id, struct err *err);

#endif
