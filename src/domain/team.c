/*
 * domain/team.c - teams and their members; see team.h.
 */
#include "domain/team.h"

#include "base/clock.h"
#include "domain/account.h"
#include "domain/event.h"
#include "domain/organization.h"
#include "domain/policy_people.h"
#include "domain/project.h"

enum rc team_find(struct call *call, struct str name, struct entity **ret, struct err *err)
{
        struct entity *found = NULL;
        enum rc rc = store_entity_by_name(call->conn, call->arena, name, &found, err);

        if (rc)
                return rc;
        if (!found || found->kind != ENTITY_TEAM)
                return err_not_found(err, "team", name);
        *ret = found;
        return RC_OK;
}

static enum rc note_member(struct call *call, const char *action, const struct entity *team,
                           const struct account *account, const char *role, struct err *err)
{
        return event_note(call,
                          &(struct event_row){
                                  .action = str_from(action),
                                  .org_id = team->org_id,
                                  .entity_id = team->id,
                                  .subject_id = account->id,
                                  .detail = event_detail(call, "username", account->username,
                                                        role ? "role" : NULL, str_from(role)),
                          },
                          err);
}

static enum rc note_team(struct call *call, const char *action, const struct entity *team, struct err *err)
{
        return event_note(call,
                          &(struct event_row){
                                  .action = str_from(action),
                                  .org_id = team->org_id,
                                  .entity_id = team->id,
                                  .detail = event_detail(call, "name", team->name, NULL, STR_NULL),
                          },
                          err);
}

/* Joining: the organization, the team, the default entity. */
static enum rc join_team(struct call *call, const struct organization *org, const struct entity *team,
                         const struct account *account, enum model_member_role role, struct err *err)
{
        enum rc rc = organization_ensure_member(call, org, account, MODEL_MEMBER_MEMBER, err);

        if (rc)
                return rc;
        rc = store_team_set_member(call->conn, team->id, account->id, role, clock_now_us(), err);
        if (rc)
                return rc;
        if (account->default_entity_id == account->entity_id) {
                rc = store_account_set_default(call->conn, account->id, team->id, err);
                if (rc)
                        return rc;
        }
        return note_member(call, "team_member_set", team, account, model_member_role_name(role), err);
}

static enum rc first_organization(struct call *call, const struct account *admin, struct organization **ret,
                                  struct err *err)
{
        struct organization_list joined;
        struct entity *home = NULL;
        enum rc rc = store_entity_by_id(call->conn, call->arena, admin->default_entity_id, &home, err);

        if (rc)
                return rc;
        if (home && home->org_id) {
                rc = store_organization_by_id(call->conn, call->arena, home->org_id, ret, err);
                if (rc || *ret)
                        return rc;
        }
        rc = store_organization_of_account(call->conn, call->arena, admin->id, &joined, err);
        if (rc)
                return rc;
        if (joined.count == 0)
                return err_set(err, RC_CONFLICT,
                               "User '%.*s' belongs to no organization: an administrator must add the user to one first.",
                               STR_ARG(admin->username));
        *ret = &joined.items[0];
        return RC_OK;
}

/* Members may found teams of their own; for others only administrators of the organization. */
static enum rc require_founder(struct call *call, const struct organization *org, const struct account *admin,
                               struct err *err)
{
        bool member = false;
        enum rc rc;

        if (call->who->account_id != 0 && call->who->account_id == admin->id) {
                rc = policy_in_org(call, org->id, MODEL_MEMBER_MEMBER, &member, err);
                if (rc || member)
                        return rc;
        }
        return policy_require_org_admin(call, org, err);
}

struct create_job {
        const struct team_new *wanted;
        struct entity *made;
};

static enum rc create_write(struct call *call, void *payload, struct err *err)
{
        struct create_job *job = payload;
        struct entity *team = arena_new(call->arena, struct entity);
        struct organization *org = NULL;
        struct account *admin = NULL;
        enum rc rc;

        rc = account_find(call, job->wanted->admin, &admin, err);
        if (rc)
                return rc;
        if (str_is_empty(job->wanted->org))
                rc = first_organization(call, admin, &org, err);
        else
                rc = organization_find(call, job->wanted->org, &org, err);
        if (rc)
                return rc;
        rc = require_founder(call, org, admin, err);
        if (rc)
                return rc;
        rc = organization_yield_name(call, job->wanted->name, err);
        if (rc)
                return rc;
        *team = (struct entity){
                .name = job->wanted->name, .kind = ENTITY_TEAM, .org_id = org->id, .created_us = clock_now_us()
        };
        rc = store_entity_insert(call->conn, call->arena, team, err);
        if (rc)
                return rc;
        rc = note_team(call, "team_created", team, err);
        if (rc)
                return rc;
        job->made = team;
        return join_team(call, org, team, admin, MODEL_MEMBER_ADMIN, err);
}

enum rc team_create(struct call *call, const struct team_new *wanted, struct entity **ret, struct err *err)
{
        struct create_job job = { .wanted = wanted };
        enum rc rc = model_check_entity_name(wanted->name, err);

        if (rc)
                return rc;
        rc = domain_write(call, create_write, &job, err);
        if (rc)
                return rc;
        *ret = job.made;
        return RC_OK;
}

enum rc team_retire(struct call *call, const struct entity *team, struct err *err)
{
        struct member_list members;
        int64_t now_us = clock_now_us();
        enum rc rc = store_team_members(call->conn, call->arena, team->id, &members, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < members.count; i++) {
                struct account *a = NULL;

                if (!members.items[i].service)
                        continue;
                rc = store_account_by_id(call->conn, call->arena, members.items[i].account_id, &a, err);
                if (rc)
                        return rc;
                if (!a || a->service_entity_id != team->id)
                        continue;
                rc = store_account_retire(call->conn, a, now_us, err);
                if (rc)
                        return rc;
        }
        rc = project_delete_all(call, team->id, err);
        if (rc)
                return rc;
        rc = store_team_retire(call->conn, team->id, now_us, err);
        return rc ? rc : note_team(call, "team_deleted", team, err);
}

struct delete_job {
        struct str name;
        bool force;
};

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        const struct delete_job *job = payload;
        struct organization *org = NULL;
        struct entity *team = NULL;
        bool content = false;
        enum rc rc;

        rc = team_find(call, job->name, &team, err);
        if (rc)
                return rc;
        rc = store_organization_by_id(call->conn, call->arena, team->org_id, &org, err);
        if (rc)
                return rc;
        rc = org ? policy_require_org_admin(call, org, err) : policy_require_admin(call, "delete this team", err);
        if (rc)
                return rc;
        rc = store_entity_has_content(call->conn, team->id, &content, err);
        if (rc)
                return rc;
        if (content && !job->force)
                return err_set(err, RC_CONFLICT, "Team '%.*s' owns projects: delete these first, or force it.",
                               STR_ARG(team->name));
        return team_retire(call, team, err);
}

enum rc team_delete(struct call *call, struct str name, bool force, struct err *err)
{
        struct delete_job job = { .name = name, .force = force };

        return domain_write(call, delete_write, &job, err);
}

struct member_job {
        struct str team_name, username;
        enum model_member_role role;        /* MODEL_MEMBER_NONE: remove */
};

static enum rc member_write(struct call *call, void *payload, struct err *err)
{
        const struct member_job *job = payload;
        struct organization *org = NULL;
        struct account *account = NULL;
        struct entity *team = NULL;
        bool removed = false;
        enum rc rc;

        rc = team_find(call, job->team_name, &team, err);
        if (rc)
                return rc;
        rc = policy_require_team_admin(call, team, err);
        if (rc)
                return rc;
        rc = account_find_called(call, job->username, &account, err);
        if (rc)
                return rc;
        if (job->role != MODEL_MEMBER_NONE) {
                rc = store_organization_by_id(call->conn, call->arena, team->org_id, &org, err);
                if (rc)
                        return rc;
                assert(org);
                return join_team(call, org, team, account, job->role, err);
        }
        rc = store_team_remove_member(call->conn, team->id, account->id, &removed, err);
        if (rc)
                return rc;
        if (!removed)
                return err_set(err, RC_NOT_FOUND, "'%.*s' is not a member of team '%.*s'.",
                               STR_ARG(account->username), STR_ARG(team->name));
        rc = store_account_forget_default(call->conn, account->id, team->id, err);
        if (!rc)
                rc = account_end_service(call, account, team->id, err);
        return rc ? rc : note_member(call, "team_member_removed", team, account, NULL, err);
}

enum rc team_set_member(struct call *call, struct str team_name, struct str username, enum model_member_role role,
                        struct err *err)
{
        struct member_job job = { .team_name = team_name, .username = username, .role = role };

        return domain_write(call, member_write, &job, err);
}

enum rc team_remove_member(struct call *call, struct str team_name, struct str username, struct err *err)
{
        struct member_job job = { .team_name = team_name, .username = username, .role = MODEL_MEMBER_NONE };

        return domain_write(call, member_write, &job, err);
}
