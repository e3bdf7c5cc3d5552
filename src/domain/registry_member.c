/*
 * domain/registry_member.c - who belongs to a registry, and with which role; project.h.
 *
 * People and teams of the registry's organization can be added. An administrator of the
 * server may add anybody: a user joins the organization as a viewer, a team of another
 * organization becomes a guest of this one registry. Adding somebody who is in already
 * changes nothing; removing somebody who is not succeeds.
 */
#include "base/clock.h"
#include "domain/event.h"
#include "domain/organization.h"
#include "domain/project.h"
#include "store/account.h"
#include "store/role.h"

static enum rc check_account(struct call *call, const struct project *p, int64_t account_id, struct account **ret,
                             struct err *err)
{
        struct organization *org = NULL;
        struct account *a = NULL;
        int in_org = 0;
        enum rc rc = store_account_by_id(call->conn, call->arena, account_id, &a, err);

        if (!rc && a)
                rc = store_role_in_org(call->conn, p->org_id, account_id, &in_org, err);
        if (rc)
                return rc;
        if (a && !a->deleted_us && !in_org && call->who->admin) {
                rc = store_organization_by_id(call->conn, call->arena, p->org_id, &org, err);
                if (!rc && org)
                        rc = organization_ensure_member(call, org, a, MODEL_MEMBER_VIEWER, err);
                if (rc)
                        return rc;
                in_org = MODEL_MEMBER_VIEWER;
        }
        if (!a || a->deleted_us || !in_org)
                return err_set(err, RC_NOT_FOUND,
                               "There is no such user in the registry's organization: add the user to the "
                               "organization first.");
        *ret = a;
        return RC_OK;
}

static enum rc check_team(struct call *call, const struct project *p, int64_t entity_id, struct err *err)
{
        struct entity *e = NULL;
        enum rc rc = store_entity_by_id(call->conn, call->arena, entity_id, &e, err);

        if (rc)
                return rc;
        if (!e || e->kind != ENTITY_TEAM || (e->org_id != p->org_id && !call->who->admin))
                return err_set(err, RC_NOT_FOUND, "There is no such team in the registry's organization.");
        return RC_OK;
}

static enum rc note(struct call *call, const struct project *p, const struct member_change *c, int64_t account_id,
                    struct str who, struct err *err)
{
        return event_note(call,
                          &(struct event_row){ .action = c->remove ? STR("registry_member_removed")
                                                                     : STR("registry_member_set"),
                                               .org_id = p->org_id,
                                               .entity_id = p->entity_id,
                                               .project_id = p->id,
                                               .subject_id = account_id,
                                               .detail = event_detail(call, "member", who, "role",
                                                                      str_from(model_role_name(c->role))) },
                          err);
}

/* What a new entry says when nobody says otherwise; admins of the organization are admins anyway. */
static enum rc first_role(struct call *call, const struct project *p, const struct account *a, enum model_role *ret,
                          struct err *err)
{
        int in_org = 0;
        enum rc rc = store_role_in_org(call->conn, p->org_id, a->id, &in_org, err);

        if (rc)
                return rc;
        if (a->service)
                *ret = MODEL_ROLE_MEMBER;
        else
                *ret = in_org == MODEL_MEMBER_ADMIN ? MODEL_ROLE_ADMIN : MODEL_ROLE_RESTRICTED_VIEWER;
        return RC_OK;
}

static enum rc change_account(struct call *call, const struct project *p, const struct member_change *c,
                              int64_t account_id, struct err *err)
{
        struct account *a = NULL;
        enum model_role role = c->role;
        int before = 0;
        enum rc rc;

        if (c->remove) {
                rc = store_project_remove_account(call->conn, p->id, account_id, err);
                if (rc)
                        return rc;
                return note(call, p, c, account_id, arena_printf(call->arena, "user %lld", (long long)account_id), err);
        }
        rc = check_account(call, p, account_id, &a, err);
        if (!rc)
                rc = store_project_account_role(call->conn, p->id, account_id, &before, err);
        if (rc)
                return rc;
        if (!c->has_role) {
                if (before)
                        return RC_OK;
                rc = first_role(call, p, a, &role, err);
                if (rc)
                        return rc;
        }
        if (a->service && role < MODEL_ROLE_MEMBER)
                return err_set(err, RC_INVALID, "A service account can only be a member or an admin of a registry.");
        rc = store_project_set_account(call->conn, p->id, account_id, (int)role, clock_now_us(), err);
        if (rc)
                return rc;
        return note(call, p, c, account_id, a->username, err);
}

static enum rc change_team(struct call *call, const struct project *p, const struct member_change *c,
                           int64_t entity_id, struct err *err)
{
        struct project_member_list teams;
        enum rc rc;

        if (c->remove) {
                rc = store_project_remove_team(call->conn, p->id, entity_id, err);
        } else {
                rc = check_team(call, p, entity_id, err);
                if (!rc && !c->has_role)
                        rc = store_project_teams(call->conn, call->arena, p->id, &teams, err);
                for (size_t i = 0; !rc && !c->has_role && i < teams.count; i++) {
                        if (teams.items[i].entity_id == entity_id)
                                return RC_OK;
                }
                if (!rc)
                        rc = store_project_set_team(call->conn, p->id, entity_id,
                                                    (int)(c->has_role ? c->role : MODEL_ROLE_RESTRICTED_VIEWER),
                                                    clock_now_us(), err);
        }
        if (rc)
                return rc;
        return note(call, p, c, 0, arena_printf(call->arena, "team %lld", (long long)entity_id), err);
}

/* The registry, for those who may change who belongs to it. */
static enum rc require_registry(struct call *call, int64_t id, struct project **ret, struct err *err)
{
        struct project *p = NULL;
        enum rc rc = project_see(call, id, &p, err);

        if (rc)
                return rc;
        if (!p || !p->is_registry)
                return err_set(err, RC_NOT_FOUND, "There is no such registry, or you may not see it.");
        *ret = p;
        return policy_require(call, p, ACT_MEMBERS, err);
}

static enum rc members_write(struct call *call, void *payload, struct err *err)
{
        const struct member_change *c = payload;
        struct project *p = NULL;
        enum rc rc = require_registry(call, c->project_id, &p, err);

        for (size_t i = 0; !rc && i < c->account_count; i++)
                rc = change_account(call, p, c, c->account_ids[i], err);
        for (size_t i = 0; !rc && i < c->team_count; i++)
                rc = change_team(call, p, c, c->team_ids[i], err);
        return rc;
}

enum rc project_change_members(struct call *call, const struct member_change *change, struct err *err)
{
        struct member_change copy = *change;

        return domain_write(call, members_write, &copy, err);
}

struct owner_job {
        int64_t project_id, account_id;
};

static enum rc owner_write(struct call *call, void *payload, struct err *err)
{
        const struct owner_job *job = payload;
        enum model_role inherited = MODEL_ROLE_NONE;
        struct account *a = NULL;
        struct project *p = NULL;
        int given = 0;
        enum rc rc = require_registry(call, job->project_id, &p, err);

        if (!rc)
                rc = store_account_by_id(call->conn, call->arena, job->account_id, &a, err);
        if (!rc)
                rc = store_project_account_role(call->conn, p->id, job->account_id, &given, err);
        if (!rc)
                rc = policy_inherited_role(call, p->id, job->account_id, &inherited, err);
        if (rc)
                return rc;
        if (!a || a->deleted_us || (given == 0 && inherited == MODEL_ROLE_NONE))
                return err_set(err, RC_NOT_FOUND,
                               "There is no such member of this registry: add the user to it before making them its owner.");
        if (a->service)
                return err_set(err, RC_INVALID, "A service account cannot answer for a registry: name a person.");
        if (p->owner == a->id)
                return RC_OK;
        rc = store_project_set_owner(call->conn, p->id, a->id, err);
        return rc ? rc
                  : event_note(call,
                               &(struct event_row){ .action = STR("registry_owner_set"),
                                                    .org_id = p->org_id,
                                                    .entity_id = p->entity_id,
                                                    .project_id = p->id,
                                                    .subject_id = a->id,
                                                    .detail = event_detail(call, "owner", a->username, NULL, STR_NULL) },
                               err);
}

enum rc project_set_owner(struct call *call, int64_t project_id, int64_t account_id, struct err *err)
{
        struct owner_job job = { project_id, account_id };

        return domain_write(call, owner_write, &job, err);
}
