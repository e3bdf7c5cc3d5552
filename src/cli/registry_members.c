/*
 * cli/registry_members.c - vitrine registry members: who is in a registry, with which role.
 *
 * What the options ask for is done in this order: remove, set, add; the list is what the server has afterwards.
 */
#include "cli/run.h"

struct change {
        const char *option;
        enum vitrine_member_kind kind;
        char what; /* '-', '=', '+' */
};

static const struct change changes[] = {
        { "remove", VITRINE_MEMBER_USER, '-' }, { "remove-team", VITRINE_MEMBER_TEAM, '-' },
        { "set", VITRINE_MEMBER_USER, '=' },    { "set-team", VITRINE_MEMBER_TEAM, '=' },
        { "add", VITRINE_MEMBER_USER, '+' },    { "add-team", VITRINE_MEMBER_TEAM, '+' },
};

static enum vitrine_code apply_one(struct cli *cli, vitrine_registry *registry, const struct change *change,
                                   const char *who, struct vitrine_error *error)
{
        const char *role = cli_option(cli, "role");

        switch (change->what) {
        case '-':
                return vitrine_registry_remove_member(registry, change->kind, who, error);
        case '=':
                return vitrine_registry_set_role(registry, change->kind, who, role, error);
        default:
                return vitrine_registry_add_member(registry, change->kind, who, role, error);
        }
}

static void say_one(struct cli *cli, const struct change *change, const char *who)
{
        const char *role = cli_option(cli, "role"), *kind = change->kind == VITRINE_MEMBER_TEAM ? "team " : "";

        if (change->what == '-')
                out_line(cli, "Would remove %s%s.", kind, who);
        else
                out_line(cli, "Would %s %s%s%s%s.", change->what == '=' ? "set" : "add", kind, who, role ? " as " : "",
                         role ? role : "");
}

static enum vitrine_code apply(struct cli *cli, vitrine_registry *registry, struct vitrine_error *error)
{
        enum vitrine_code code = VITRINE_OK;

        for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
                size_t count = 0;
                const char *const *who = options_all(&cli->options, changes[i].option, &count);

                for (size_t j = 0; !code && j < count; j++) {
                        if (cli->dry_run)
                                say_one(cli, &changes[i], who[j]);
                        else
                                code = apply_one(cli, registry, &changes[i], who[j], error);
                }
        }
        return code;
}

static enum vitrine_code print_members(struct cli *cli, vitrine_registry *registry, struct vitrine_error *error)
{
        static const char *const columns[] = { "name", "kind", "role", "email" };
        vitrine_members *members = NULL;
        struct table table;
        enum vitrine_code code = vitrine_registry_members(registry, &members, error);

        table_begin(&table, cli, columns, ARRAY_LEN(columns));
        for (size_t i = 0; !code && i < vitrine_members_count(members); i++) {
                struct vitrine_member member = VITRINE_MEMBER_INIT;

                code = vitrine_members_get(members, i, &member, error);
                if (code)
                        break;
                table_cell(&table, member.name);
                table_cell(&table, member.kind == VITRINE_MEMBER_TEAM ? "team" : "user");
                table_cell(&table, member.role);
                table_cell(&table, member.email);
        }
        vitrine_members_free(members);
        if (!code)
                table_end(&table);
        return code;
}

/* Which option wants a role, and which one a role belongs to. */
static enum vitrine_code check(struct cli *cli, struct vitrine_error *error)
{
        bool takes_role = options_on(&cli->options, "add") || options_on(&cli->options, "add-team") ||
                          options_on(&cli->options, "set") || options_on(&cli->options, "set-team");
        bool sets = options_on(&cli->options, "set") || options_on(&cli->options, "set-team");

        if (sets && !cli_option(cli, "role"))
                return fail_with(error, VITRINE_INVALID, "Which role? Say --role admin, member, viewer or restricted_viewer.");
        if (cli_option(cli, "role") && !takes_role)
                return fail_with(error, VITRINE_INVALID, "Whose role is it? Say --add, --add-team, --set or --set-team, too.");
        return VITRINE_OK;
}

enum vitrine_code run_registry_members(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(registry_freep) vitrine_registry *registry = NULL;
        vitrine_session *session = NULL;
        enum vitrine_code code = check(cli, error);

        if (!code)
                code = cli_session(cli, &session, error);
        if (!code) {
                code = vitrine_registry_fetch(session, cli_argument(cli, 0), cli_option(cli, "organization"), &registry,
                                              error);
                code = code ? suggest_registry(cli, code, cli_argument(cli, 0), error) : VITRINE_OK;
        }
        if (!code)
                code = apply(cli, registry, error);
        if (!code && (!cli->dry_run || cli->json || cli->out.len == 0))
                code = print_members(cli, registry, error);
        return code;
}
