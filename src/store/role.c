/*
 * store/role.c - queries about roles; see role.h.
 */
#include "store/role.h"

static enum rc role_of(struct db_conn *conn, const char *sql, int64_t where, int64_t account_id, int *ret_role,
                       struct err *err)
{
        int64_t role = 0;
        enum rc rc = store_int(conn, &role, NULL, err, sql, "ii", where, account_id);

        if (rc)
                return rc;
        *ret_role = (int)role;
        return RC_OK;
}

enum rc store_role_in_org(struct db_conn *conn, int64_t org_id, int64_t account_id, int *ret_role, struct err *err)
{
        return role_of(conn, "SELECT role FROM org_member WHERE org_id = $1 AND account_id = $2", org_id,
                       account_id, ret_role, err);
}

enum rc store_role_default(struct db_conn *conn, int64_t org_id, int *ret_role, struct err *err)
{
        int64_t role = 0;
        enum rc rc = store_int(conn, &role, NULL, err,
                               "SELECT default_registry_role FROM organization WHERE id = $1", "i", org_id);

        if (rc)
                return rc;
        *ret_role = (int)role;
        return RC_OK;
}

enum rc store_role_in_team(struct db_conn *conn, int64_t entity_id, int64_t account_id, int *ret_role,
                           struct err *err)
{
        return role_of(conn, "SELECT role FROM team_member WHERE entity_id = $1 AND account_id = $2", entity_id,
                       account_id, ret_role, err);
}
