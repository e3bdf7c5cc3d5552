/*
 * server/command_ttl.c - vitrined team ttl, vitrined org ttl: domain/ttl.c for the operator.
 */
#include "domain/organization.h"
#include "domain/project.h"
#include "domain/team.h"
#include "domain/ttl.h"
#include "server/operator.h"

#define DAYS_MAX 36500

static struct str life_text(struct session *session, const struct ttl_rule *rule, bool is_team)
{
        if (!rule->has_default)
                return is_team ? STR("as the organization says") : STR("for ever");
        if (rule->default_s == 0)
                return STR("for ever");
        return arena_printf(&session->arena, "%lld days", (long long)(rule->default_s / 86400));
}

/* What the options change of the rule; *ret_changes false: they only ask. */
static enum rc read_rule(struct session *session, struct ttl_rule *rule, bool *ret_changes, struct err *err)
{
        struct str set_by = session_option(session, "set-by");
        bool days_given = !str_is_null(session_option(session, "days"));
        bool forever = options_on(&session->options, "forever"), inherit = options_on(&session->options, "unset");
        uint64_t days = 0;
        enum rc rc;

        if (days_given + forever + inherit > 1)
                return err_set(err, RC_INVALID, "Give one of --days, --forever and --unset.");
        if (days_given) {
                rc = options_number(&session->options, "days", 1, DAYS_MAX, &days, err);
                if (rc)
                        return rc;
        }
        if (days_given || forever || inherit) {
                rule->has_default = !inherit;
                rule->default_s = (int64_t)days * 86400;
        }
        if (!str_is_null(set_by) && !str_eq_c(set_by, "admins") && !str_eq_c(set_by, "members"))
                return err_set(err, RC_INVALID, "--set-by takes admins or members, not '%.*s'.",
                               STR_ARG(str_slice(set_by, 0, 64)));
        if (!str_is_null(set_by))
                rule->admins_only = str_eq_c(set_by, "admins");
        *ret_changes = days_given || forever || inherit || !str_is_null(set_by);
        return RC_OK;
}

static enum rc print_rule(struct session *session, const struct entity *entity, const struct ttl_rule *rule,
                          int64_t expiring, bool is_team)
{
        struct json_writer *w = &session->writer;

        if (!session->json) {
                buf_printf(&session->out, "versions live %.*s; %s may give one a time of its own\n",
                           STR_ARG(life_text(session, rule, is_team)), rule->admins_only ? "only admins" : "members");
                return RC_OK;
        }
        json_begin_object(w);
        json_key_string(w, "name", entity->name);
        if (rule->has_default)
                json_key_int(w, "defaultSeconds", rule->default_s);
        else
                json_key_string(w, "defaultSeconds", STR_NULL);
        json_key_bool(w, "adminsOnly", rule->admins_only);
        json_key_int(w, "expiringNow", expiring);
        json_end_object(w);
        return RC_OK;
}

static enum rc rule_of(struct session *session, const struct entity *entity, bool is_team, struct err *err)
{
        bool dry_run = options_on(&session->options, "dry-run"), changes = false;
        struct ttl_rule rule = { 0 };
        int64_t expiring = 0;
        enum rc rc = ttl_rule_get(&session->call, entity, &rule, err);

        if (!rc)
                rc = read_rule(session, &rule, &changes, err);
        if (!rc && changes)
                rc = ttl_rule_set(&session->call, entity, &rule, dry_run, &expiring, err);
        if (rc)
                return rc;
        if (changes)
                session_say(session, "%s%lld versions end by it at once%s; they can be restored as long as other deleted ones.",
                            expiring == TTL_COUNT_MAX ? "At least " : "", (long long)expiring,
                            dry_run ? " (nothing was changed)" : "");
        return print_rule(session, entity, &rule, expiring, is_team);
}

enum rc run_team_ttl(struct session *session, struct err *err)
{
        struct entity *team = NULL;
        enum rc rc = team_find(&session->call, session_argument(session, 0), &team, err);

        return rc ? rc : rule_of(session, team, true, err);
}

enum rc run_org_ttl(struct session *session, struct err *err)
{
        struct organization *org = NULL;
        struct entity *entity = NULL;
        enum rc rc = organization_find(&session->call, session_argument(session, 0), &org, err);

        if (!rc)
                rc = entity_find(&session->call, org->entity_name, &entity, err);
        if (!rc && !entity)
                rc = err_not_found(err, "organization", session_argument(session, 0));
        return rc ? rc : rule_of(session, entity, false, err);
}
