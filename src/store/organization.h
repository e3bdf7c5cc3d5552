/*
 * store/organization.h - organizations, and who belongs to them.
 *
 * Deleted ones keep their row and are never returned. Rows come back in the arena; NULL
 * means there is none. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_ORGANIZATION_H
#define VITRINE_STORE_ORGANIZATION_H

#include "store/team.h"

struct organization {
        int64_t id;
        struct str name;              /* the display name, unique without regard to case */
        int64_t entity_id;            /* owns the registries */
        struct str entity_name;       /* the name that clients put into paths */
        int64_t default_registry_role;
        int64_t created_us;
};
struct organization_list {
        struct organization *items;
        size_t count;
};

MUST_USE enum rc store_organization_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                          struct organization **ret, struct err *err);
/* By display name, else by the name of its entity; both without regard to case. */
MUST_USE enum rc store_organization_by_name(struct db_conn *conn, struct arena *arena, struct str name,
                                            struct organization **ret, struct err *err);
/* With id > after_id, by id, at most limit. */
MUST_USE enum rc store_organization_list(struct db_conn *conn, struct arena *arena, int64_t after_id,
                                         size_t limit, struct organization_list *ret, struct err *err);
/* First joined first. */
MUST_USE enum rc store_organization_of_account(struct db_conn *conn, struct arena *arena, int64_t account_id,
                                               struct organization_list *ret, struct err *err);
/* Inserts o (id is set) for an entity that is there. RC_EXISTS when the display name is taken. */
MUST_USE enum rc store_organization_insert(struct db_conn *conn, struct arena *arena, struct organization *o,
                                           struct err *err);
/* Takes it and its entity out of use; members are let go. Its teams are the caller's business. */
MUST_USE enum rc store_organization_retire(struct db_conn *conn, const struct organization *o, int64_t now_us,
                                           struct err *err);

MUST_USE enum rc store_organization_members(struct db_conn *conn, struct arena *arena, int64_t org_id,
                                            struct member_list *ret, struct err *err);
MUST_USE enum rc store_organization_set_member(struct db_conn *conn, int64_t org_id, int64_t account_id,
                                               enum model_member_role role, int64_t now_us, struct err *err);
/* Also leaves the organization's teams and registries. *ret_removed: was a member. */
MUST_USE enum rc store_organization_remove_member(struct db_conn *conn, int64_t org_id, int64_t account_id,
                                                  bool *ret_removed, struct err *err);
MUST_USE enum rc store_organization_admins(struct db_conn *conn, int64_t org_id, int64_t *ret, struct err *err);
MUST_USE enum rc store_organization_set_default_role(struct db_conn *conn, int64_t id, int64_t role, struct err *err);

#endif
