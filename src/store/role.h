/*
 * store/role.h - the roles an account holds, as domain/policy.c asks for them.
 *
 * Roles come back as stored (0: none): in organizations and teams 1 viewer, 2 member,
 * 3 admin; in registries 1 restricted viewer, 2 viewer, 3 member, 4 admin.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_ROLE_H
#define VITRINE_STORE_ROLE_H

#include "store/query.h"

MUST_USE enum rc store_role_in_org(struct db_conn *conn, int64_t org_id, int64_t account_id, int *ret_role,
                                   struct err *err);
/* The role that members of the organization have in its visible registries when no other is given. */
MUST_USE enum rc store_role_default(struct db_conn *conn, int64_t org_id, int *ret_role, struct err *err);
MUST_USE enum rc store_role_in_team(struct db_conn *conn, int64_t entity_id, int64_t account_id, int *ret_role,
                                    struct err *err);

#endif
