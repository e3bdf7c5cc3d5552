/*
 * domain/ttl.c - see ttl.h.
 */
#include "domain/ttl.h"

#include "base/clock.h"
#include "domain/event.h"
#include "domain/policy_people.h"
#include "store/account.h"
#include "store/team.h"

/* store/ttl.c says the same in SQL. */
static bool is_mortal(struct str type_name)
{
        return !str_eq(type_name, STR("run_table")) && !str_eq(type_name, STR("code")) &&
               !str_eq(type_name, STR("job")) && !str_starts(type_name, STR("wandb-"));
}

static enum rc is_admin(struct call *call, const struct entity *entity, bool *ret, struct err *err)
{
        struct err why = { 0 };
        struct account *person = NULL;
        enum rc rc;

        *ret = call->who->admin;
        if (*ret)
                return RC_OK;
        if (entity->kind == ENTITY_USER) {
                rc = store_account_by_entity(call->conn, call->arena, entity->id, &person, err);
                *ret = !rc && person && call->who->account_id == person->id;
                return rc;
        }
        if (entity->kind == ENTITY_ORG)
                return policy_in_org(call, entity->org_id, MODEL_MEMBER_ADMIN, ret, err);
        rc = policy_require_team_admin(call, entity, &why);
        *ret = rc == RC_OK;
        return rc == RC_DENIED || !rc ? RC_OK : err_set(err, rc, "%s", why.msg);
}

enum rc ttl_check(struct call *call, const struct project *project, struct str type_name, int64_t ttl_s, bool is_new,
                  struct err *err)
{
        struct entity *owner = NULL;
        struct ttl_rule rule;
        bool may = true;
        enum rc rc;

        if (ttl_s == TTL_UNSET || (ttl_s == TTL_INHERIT && is_new))
                return RC_OK;
        if ((ttl_s <= 0 && ttl_s != TTL_INHERIT && ttl_s != TTL_OFF) || ttl_s > TTL_MAX_S)
                return err_set(err, RC_INVALID, "A time to live must be more than zero seconds, and less than 100 years.");
        if (ttl_s > 0 && !is_mortal(type_name))
                return err_set(err, RC_INVALID, "Versions of the type '%.*s' cannot have a time to live: leave it out.",
                               STR_ARG(type_name));
        rc = store_ttl_of_project(call->conn, project->id, &rule, err);
        if (!rc && rule.admins_only)
                rc = store_entity_by_id(call->conn, call->arena, project->entity_id, &owner, err);
        if (!rc && owner)
                rc = is_admin(call, owner, &may, err);
        if (rc || may)
                return rc;
        return err_set(err, RC_DENIED,
                       "Only admins of '%.*s' may set a time to live: leave it out, and the team's default counts.",
                       STR_ARG(project->entity_name));
}

enum rc ttl_effective(struct call *call, const struct artifact *artifact, int64_t *ret_s, struct err *err)
{
        struct ttl_rule rule = { 0 };
        enum rc rc = RC_OK;

        if (artifact->ttl_s == TTL_INHERIT && is_mortal(artifact->type_name))
                rc = store_ttl_of_project(call->conn, artifact->project_id, &rule, err);
        if (rc)
                return rc;
        *ret_s = artifact->ttl_s > 0 ? artifact->ttl_s : rule.default_s > 0 ? rule.default_s : TTL_OFF;
        return RC_OK;
}

/* ---- the rule of an owner ---- */

enum rc ttl_rule_get(struct call *call, const struct entity *entity, struct ttl_rule *ret, struct err *err)
{
        bool sees = false;
        enum rc rc = entity->kind == ENTITY_USER ? is_admin(call, entity, &sees, err)
                     : entity->kind == ENTITY_ORG
                             ? policy_in_org(call, entity->org_id, MODEL_MEMBER_VIEWER, &sees, err)
                             : policy_sees_team(call, entity, &sees, err);

        if (rc)
                return rc;
        if (sees)
                return store_ttl_get(call->conn, entity->id, ret, err);
        *ret = (struct ttl_rule){ 0 };
        return RC_OK;
}

struct rule_job {
        const struct entity *entity;
        const struct ttl_rule *rule;
};

static enum rc require_admin(struct call *call, const struct entity *entity, struct err *err)
{
        bool may = false;
        enum rc rc = is_admin(call, entity, &may, err);

        if (rc || may)
                return rc;
        return err_set(err, RC_DENIED, "Only admins of '%.*s' may set its default time to live: ask one.",
                       STR_ARG(entity->name));
}

static enum rc rule_write(struct call *call, void *payload, struct err *err)
{
        const struct rule_job *job = payload;
        struct str life = !job->rule->has_default   ? STR("of the organization")
                          : job->rule->default_s == 0 ? STR("for ever")
                                                      : arena_printf(call->arena, "%lld s", (long long)job->rule->default_s);
        enum rc rc = require_admin(call, job->entity, err);

        if (!rc)
                rc = store_ttl_set(call->conn, job->entity->id, job->rule, err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("ttl_rule_set"),
                                                     .org_id = job->entity->org_id,
                                                     .entity_id = job->entity->id,
                                                     .detail = event_detail(call, "default", life, "setBy",
                                                                            job->rule->admins_only ? STR("admins")
                                                                                                   : STR("members")) },
                          err);
}

/* Of a team or person; of an organization: of each team that has no rule of its own. */
static enum rc count_expiring(struct call *call, const struct entity *entity, int64_t default_s, int64_t *ret,
                              struct err *err)
{
        struct entity_list teams = { NULL, 0 };
        int64_t total = 0, now = call_now_us(call);
        enum rc rc;

        if (entity->kind != ENTITY_ORG)
                return store_ttl_count(call->conn, entity->id, default_s, now, TTL_COUNT_MAX, ret, err);
        rc = store_team_list(call->conn, call->arena, entity->org_id, &teams, err);
        for (size_t i = 0; !rc && i < teams.count && total < TTL_COUNT_MAX; i++) {
                struct ttl_rule rule;
                int64_t count = 0;

                rc = store_ttl_get(call->conn, teams.items[i].id, &rule, err);
                if (!rc && !rule.has_default)
                        rc = store_ttl_count(call->conn, teams.items[i].id, default_s, now, TTL_COUNT_MAX, &count, err);
                total += count;
        }
        if (!rc)
                *ret = total < TTL_COUNT_MAX ? total : TTL_COUNT_MAX;
        return rc;
}

enum rc ttl_rule_set(struct call *call, const struct entity *entity, const struct ttl_rule *rule, bool dry_run,
                     int64_t *ret_expiring, struct err *err)
{
        struct rule_job job = { entity, rule };
        int64_t expiring = 0;
        enum rc rc;

        if (rule->has_default && (rule->default_s < 0 || rule->default_s > TTL_MAX_S))
                return err_set(err, RC_INVALID, "A time to live must be more than zero seconds, and less than 100 years.");
        rc = require_admin(call, entity, err);
        if (!rc && rule->has_default && rule->default_s > 0)
                rc = count_expiring(call, entity, rule->default_s, &expiring, err);
        if (!rc && !dry_run)
                rc = domain_write(call, rule_write, &job, err);
        if (rc)
                return rc;
        *ret_expiring = expiring;
        return RC_OK;
}

/* ---- the end ---- */

enum rc ttl_expire_inherited(struct call *call, int64_t now_us, struct ttl_cursor *cursor, size_t limit,
                             size_t *ret_count, struct err *err)
{
        int64_t *ids = arena_array(call->arena, int64_t, limit);
        enum rc rc = store_ttl_expired(call->conn, now_us, cursor, ids, limit, ret_count, err);

        for (size_t i = 0; !rc && i < *ret_count; i++) {
                struct artifact *a = NULL;
                struct project *project = NULL;

                rc = store_artifact_by_id(call->conn, call->arena, ids[i], &a, err);
                if (!rc && a)
                        rc = store_project_by_id(call->conn, call->arena, a->project_id, &project, err);
                if (!rc && project)
                        rc = version_remove(call, a, project, STR("version_expired"), err);
        }
        return rc;
}
