/*
 * server/command_registry.c - vitrined registry, and the organization's settings about registries.
 */
#include "domain/organization.h"
#include "domain/protect.h"
#include "server/operator.h"

/* The registry of the first two arguments; its name may come without the prefix. */
static enum rc find_registry(struct session *session, struct project **ret, struct err *err)
{
        struct str name = session_argument(session, 1);
        struct organization *org = NULL;
        enum rc rc = organization_find(&session->call, session_argument(session, 0), &org, err);

        if (rc)
                return rc;
        if (!str_starts(name, STR(MODEL_REGISTRY_PREFIX)))
                name = arena_printf(&session->arena, MODEL_REGISTRY_PREFIX "%.*s", STR_ARG(name));
        rc = project_find(&session->call, org->entity_name, name, ret, err);
        if (rc || *ret)
                return rc;
        return err_not_found(err, "registry", session_argument(session, 1));
}

static enum rc define(struct session *session, bool protect, struct err *err)
{
        struct str alias = session_argument(session, 2);
        struct project *p = NULL;
        enum rc rc = find_registry(session, &p, err);

        if (!rc)
                rc = protect_define(&session->call, p->id, alias, protect, err);
        if (rc)
                return rc;
        session_say(session,
                    protect ? "In '%.*s' only admins move the alias '%.*s' now."
                            : "In '%.*s' members move the alias '%.*s' now.",
                    STR_ARG(p->name), STR_ARG(alias));
        say_json_done(session, "registry", p->name, protect ? "protected" : "unprotected", alias);
        return RC_OK;
}

enum rc run_registry_protect(struct session *session, struct err *err)
{
        return define(session, true, err);
}

enum rc run_registry_unprotect(struct session *session, struct err *err)
{
        return define(session, false, err);
}

enum rc run_registry_protected(struct session *session, struct err *err)
{
        static const char *const columns[] = { "alias" };
        struct project *p = NULL;
        struct str_list aliases = { NULL, 0 };
        struct table table;
        enum rc rc = find_registry(session, &p, err);

        if (!rc)
                rc = store_protected_list(session->call.conn, &session->arena, p->id, &aliases, err);
        if (rc)
                return rc;
        table_begin(&table, session, columns, ARRAY_LEN(columns));
        for (size_t i = 0; i < aliases.count; i++)
                table_cell(&table, aliases.items[i]);
        table_end(&table);
        return RC_OK;
}

enum rc run_org_default_role(struct session *session, struct err *err)
{
        struct str role = session_argument(session, 1);
        struct organization *org = NULL;
        enum rc rc = organization_set_default_role(&session->call, session_argument(session, 0), role, &org, err);

        if (rc)
                return rc;
        session_say(session, "Members of '%.*s' are %.*s of its open registries when no other role is given.",
                    STR_ARG(org->name), STR_ARG(role));
        say_json_done(session, "organization", org->name, "role", role);
        return RC_OK;
}
