/*
 * domain/policy_people.c - rights over people and groups; see policy_people.h.
 */
#include "domain/policy_people.h"

const struct principal policy_operator = { .admin = true };

bool policy_is_operator(const struct call *call)
{
        return call->who->admin && call->who->account_id == 0;
}

enum rc policy_in_org(struct call *call, int64_t org_id, enum model_member_role role, bool *ret, struct err *err)
{
        int held = 0;
        enum rc rc;

        if (call->who->admin) {
                *ret = true;
                return RC_OK;
        }
        if (call->who->account_id == 0 || org_id == 0) {
                *ret = false;
                return RC_OK;
        }
        rc = store_role_in_org(call->conn, org_id, call->who->account_id, &held, err);
        if (rc)
                return rc;
        *ret = held >= (int)role && held != MODEL_MEMBER_NONE;
        return RC_OK;
}

enum rc policy_require_org_admin(struct call *call, const struct organization *org, struct err *err)
{
        bool may = false;
        enum rc rc = policy_in_org(call, org->id, MODEL_MEMBER_ADMIN, &may, err);

        if (rc || may)
                return rc;
        return err_set(err, RC_DENIED, "Only an administrator of organization '%.*s' may do this: ask one.",
                       STR_ARG(org->name));
}

enum rc policy_require_team_admin(struct call *call, const struct entity *team, struct err *err)
{
        bool may = false;
        int held = 0;
        enum rc rc;

        rc = policy_in_org(call, team->org_id, MODEL_MEMBER_ADMIN, &may, err);
        if (rc || may)
                return rc;
        if (call->who->account_id) {
                rc = store_role_in_team(call->conn, team->id, call->who->account_id, &held, err);
                if (rc || held == MODEL_MEMBER_ADMIN)
                        return rc;
        }
        return err_set(err, RC_DENIED, "Only an administrator of team '%.*s' may do this: ask one.",
                       STR_ARG(team->name));
}

enum rc policy_require_admin(struct call *call, const char *to_do_what, struct err *err)
{
        if (call->who->admin)
                return RC_OK;
        return err_set(err, RC_DENIED, "Only an administrator of this server may %s: ask one.", to_do_what);
}

enum rc policy_sees_team(struct call *call, const struct entity *team, bool *ret, struct err *err)
{
        int held = 0;
        enum rc rc;

        rc = policy_in_org(call, team->org_id, MODEL_MEMBER_VIEWER, ret, err);
        if (rc || *ret || call->who->account_id == 0)
                return rc;
        rc = store_role_in_team(call->conn, team->id, call->who->account_id, &held, err);
        if (rc)
                return rc;
        *ret = held != MODEL_MEMBER_NONE;
        return RC_OK;
}

enum rc policy_sees_account(struct call *call, int64_t account_id, bool *ret, struct err *err)
{
        if (call->who->admin || (account_id != 0 && call->who->account_id == account_id)) {
                *ret = true;
                return RC_OK;
        }
        return store_account_share_org(call->conn, call->who->account_id, account_id, ret, err);
}

enum rc policy_require_keys_of(struct call *call, const struct account *account, struct err *err)
{
        struct entity *home = NULL;
        bool may = false;
        enum rc rc = RC_OK;

        if (call->who->admin || (call->who->account_id != 0 && call->who->account_id == account->id))
                return RC_OK;
        if (account->service && account->service_entity_id && call->who->account_id)
                rc = store_entity_by_id(call->conn, call->arena, account->service_entity_id, &home, err);
        if (!rc && home && home->kind == ENTITY_TEAM && policy_require_team_admin(call, home, NULL) == RC_OK)
                return RC_OK;
        if (!rc && home && home->kind == ENTITY_ORG)
                rc = policy_in_org(call, home->org_id, MODEL_MEMBER_ADMIN, &may, err);
        if (rc || may)
                return rc;
        return err_set(err, RC_DENIED, "These are API keys of somebody else: only their owner may see or change them.");
}
