/*
 * server/command_org.c - vitrined org and vitrined team.
 */
#include "base/clock.h"
#include "domain/organization.h"
#include "domain/team.h"
#include "server/operator.h"

#define LIST_MAX 1000000

void print_members(struct session *session, const struct member_list *members)
{
        static const char *const columns[] = { "username", "name", "role", "kind", "joined" };
        struct table table;

        table_begin(&table, session, columns, ARRAY_LEN(columns));
        for (size_t i = 0; i < members->count; i++) {
                const struct member *m = &members->items[i];

                table_cell(&table, m->username);
                table_cell(&table, m->name);
                table_cell(&table, str_from(model_member_role_name(m->role)));
                table_cell(&table, m->service ? STR("service") : STR("user"));
                table_cell(&table, clock_format_str(&session->arena, m->joined_us));
        }
        table_end(&table);
}

/* ---- org -------------------------------------------------------------------------------------- */

enum rc run_org_add(struct session *session, struct err *err)
{
        const struct organization_new wanted = {
                .name = session_argument(session, 0),
                .admin = session_option(session, "admin"),
                .no_core_registries = options_on(&session->options, "no-core-registries"),
        };
        struct organization *org = NULL;
        enum rc rc;

        if (str_is_null(wanted.admin))
                return err_set(err, RC_INVALID, "Who administers it is missing: give --admin USER.");
        rc = organization_create(&session->call, &wanted, &org, err);
        if (rc)
                return rc;
        session_say(session, "Organization '%.*s' is added; in paths it is '%.*s'.", STR_ARG(org->name),
                    STR_ARG(org->entity_name));
        say_json_done(session, "name", org->name, "entity", org->entity_name);
        return RC_OK;
}

enum rc run_org_list(struct session *session, struct err *err)
{
        static const char *const columns[] = { "name", "entity", "created" };
        struct organization_list orgs;
        struct table table;
        enum rc rc = store_organization_list(session->call.conn, &session->arena, 0, LIST_MAX, &orgs, err);

        if (rc)
                return rc;
        table_begin(&table, session, columns, ARRAY_LEN(columns));
        for (size_t i = 0; i < orgs.count; i++) {
                table_cell(&table, orgs.items[i].name);
                table_cell(&table, orgs.items[i].entity_name);
                table_cell(&table, clock_format_str(&session->arena, orgs.items[i].created_us));
        }
        table_end(&table);
        return RC_OK;
}

enum rc run_org_delete(struct session *session, struct err *err)
{
        struct str name = session_argument(session, 0);
        enum rc rc = organization_delete(&session->call, name, options_on(&session->options, "force"), err);

        if (rc)
                return rc;
        session_say(session, "Organization '%.*s' is deleted.", STR_ARG(name));
        say_json_done(session, "deleted", name, NULL, STR_NULL);
        return RC_OK;
}

static enum rc org_removed(struct session *session, struct err *err)
{
        struct str org = session_argument(session, 0), user = session_argument(session, 1);
        enum rc rc = organization_remove_member(&session->call, org, user, err);

        if (rc)
                return rc;
        session_say(session, "'%.*s' is no longer a member of '%.*s'.", STR_ARG(user), STR_ARG(org));
        say_json_done(session, "removed", user, "organization", org);
        return RC_OK;
}

enum rc run_org_member_set(struct session *session, struct err *err)
{
        struct str org = session_argument(session, 0), user = session_argument(session, 1);
        struct str role_name = session_argument(session, 2);
        enum model_member_role role = MODEL_MEMBER_NONE;
        enum rc rc;

        if (str_eq_c(role_name, "remove"))
                return org_removed(session, err);
        rc = organization_parse_role(role_name, &role, err);
        if (!rc)
                rc = organization_set_member(&session->call, org, user, role, err);
        if (rc)
                return rc;
        session_say(session, "'%.*s' is %s of '%.*s'.", STR_ARG(user), model_member_role_name(role), STR_ARG(org));
        say_json_done(session, "username", user, "role", role_name);
        return RC_OK;
}

enum rc run_org_member_remove(struct session *session, struct err *err)
{
        return org_removed(session, err);
}

enum rc run_org_member_list(struct session *session, struct err *err)
{
        struct organization *org = NULL;
        struct member_list members;
        enum rc rc = organization_find(&session->call, session_argument(session, 0), &org, err);

        if (!rc)
                rc = store_organization_members(session->call.conn, &session->arena, org->id, &members, err);
        if (rc)
                return rc;
        print_members(session, &members);
        return RC_OK;
}

/* ---- team --------------------------------------------------------------------------------------- */

enum rc run_team_add(struct session *session, struct err *err)
{
        const struct team_new wanted = {
                .name = session_argument(session, 0),
                .org = session_option(session, "org"),
                .admin = session_option(session, "admin"),
        };
        struct entity *team = NULL;
        enum rc rc;

        if (str_is_null(wanted.admin))
                return err_set(err, RC_INVALID, "Who administers it is missing: give --admin USER.");
        rc = team_create(&session->call, &wanted, &team, err);
        if (rc)
                return rc;
        session_say(session, "Team '%.*s' is added.", STR_ARG(team->name));
        say_json_done(session, "name", team->name, "admin", wanted.admin);
        return RC_OK;
}

enum rc run_team_list(struct session *session, struct err *err)
{
        static const char *const columns[] = { "name", "organization", "created" };
        struct str org_name = session_option(session, "org");
        struct organization *org = NULL;
        struct entity_list teams;
        struct table table;
        enum rc rc = RC_OK;

        if (!str_is_null(org_name))
                rc = organization_find(&session->call, org_name, &org, err);
        if (!rc)
                rc = store_team_list(session->call.conn, &session->arena, org ? org->id : 0, &teams, err);
        if (rc)
                return rc;
        table_begin(&table, session, columns, ARRAY_LEN(columns));
        for (size_t i = 0; i < teams.count; i++) {
                rc = store_organization_by_id(session->call.conn, &session->arena, teams.items[i].org_id, &org, err);
                if (rc)
                        return rc;
                table_cell(&table, teams.items[i].name);
                table_cell(&table, org ? org->name : STR(""));
                table_cell(&table, clock_format_str(&session->arena, teams.items[i].created_us));
        }
        table_end(&table);
        return RC_OK;
}

enum rc run_team_delete(struct session *session, struct err *err)
{
        struct str name = session_argument(session, 0);
        enum rc rc = team_delete(&session->call, name, options_on(&session->options, "force"), err);

        if (rc)
                return rc;
        session_say(session, "Team '%.*s' is deleted.", STR_ARG(name));
        say_json_done(session, "deleted", name, NULL, STR_NULL);
        return RC_OK;
}

static enum rc team_removed(struct session *session, struct err *err)
{
        struct str team = session_argument(session, 0), user = session_argument(session, 1);
        enum rc rc = team_remove_member(&session->call, team, user, err);

        if (rc)
                return rc;
        session_say(session, "'%.*s' is no longer a member of '%.*s'.", STR_ARG(user), STR_ARG(team));
        say_json_done(session, "removed", user, "team", team);
        return RC_OK;
}

enum rc run_team_member_set(struct session *session, struct err *err)
{
        struct str team = session_argument(session, 0), user = session_argument(session, 1);
        struct str role_name = session_argument(session, 2);
        enum model_member_role role = MODEL_MEMBER_NONE;
        enum rc rc;

        if (str_eq_c(role_name, "remove"))
                return team_removed(session, err);
        rc = organization_parse_role(role_name, &role, err);
        if (!rc)
                rc = team_set_member(&session->call, team, user, role, err);
        if (rc)
                return rc;
        session_say(session, "'%.*s' is %s of '%.*s'.", STR_ARG(user), model_member_role_name(role), STR_ARG(team));
        say_json_done(session, "username", user, "role", role_name);
        return RC_OK;
}

enum rc run_team_member_remove(struct session *session, struct err *err)
{
        return team_removed(session, err);
}

enum rc run_team_member_list(struct session *session, struct err *err)
{
        struct entity *team = NULL;
        struct member_list members;
        enum rc rc = team_find(&session->call, session_argument(session, 0), &team, err);

        if (!rc)
                rc = store_team_members(session->call.conn, &session->arena, team->id, &members, err);
        if (rc)
                return rc;
        print_members(session, &members);
        return RC_OK;
}
