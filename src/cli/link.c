/*
 * cli/link.c - vitrine link and unlink: what a registry shows.
 */
#include "cli/run.h"

static void print_version(struct cli *cli, const vitrine_artifact *version, const char *verb, const char *target)
{
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                if (cli->dry_run && target)
                        out_field(cli, "target", NULL, target);
                out_artifact(cli, version);
                json_end_object(&cli->writer);
        }
        if (cli->dry_run)
                out_line(cli, "Would %s %s%s%s.", verb, vitrine_artifact_qualified_name(version), target ? " to " : "",
                         target ? target : "");
        else
                out_line(cli, "%s", vitrine_artifact_qualified_name(version));
}

enum vitrine_code check_target(struct cli *cli, const char *target, const char *type, struct vitrine_error *error)
{
        static const char prefix[] = "wandb-registry-";
        _cleanup_(registry_freep) vitrine_registry *registry = NULL;
        const char *organization = NULL, *taken;
        struct str rest = str_from(target), first;
        enum vitrine_code code;

        if (strchr(target, ':'))
                return fail_with(error, VITRINE_INVALID, "A target has no alias: say --alias %.100s.", strchr(target, ':') + 1);
        first = str_cut(&rest, '/');
        if (!str_starts(first, str_from(prefix)) && !str_is_null(rest)) {
                organization = arena_cstr(&cli->arena, first);
                first = str_cut(&rest, '/');
        }
        if (!str_starts(first, str_from(prefix)) || str_is_null(rest))
                return VITRINE_OK; /* a project: the server knows */
        first = str_slice(first, strlen(prefix), first.len);
        code = vitrine_registry_fetch(cli->session, arena_cstr(&cli->arena, first), organization, &registry, error);
        if (code)
                return suggest_artifact(cli, code, target, error);
        if (vitrine_registry_allows_all_types(registry))
                return VITRINE_OK;
        for (size_t i = 0; (taken = vitrine_registry_type(registry, i)) != NULL; i++)
                if (strcmp(taken, type) == 0)
                        return VITRINE_OK;
        return fail_with(error, VITRINE_INVALID, "The registry '%s' does not take artifacts of type '%.100s': vitrine registry "
                         "show says which it takes.", vitrine_registry_name(registry), type);
}

enum vitrine_code run_link(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL, *linked = NULL;
        const char *target = cli_argument(cli, 1);
        size_t alias_count = 0;
        const char *const *aliases = options_all(&cli->options, "alias", &alias_count);
        enum vitrine_code code;

        if (strchr(target, ':')) /* before anything is asked */
                return check_target(cli, target, "", error);
        code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);
        if (!code && cli->dry_run)
                code = check_target(cli, target, vitrine_artifact_type(version), error);
        if (!code && !cli->dry_run)
                code = suggest_artifact(cli, vitrine_artifact_link(version, target, aliases, alias_count, &linked, error),
                                        target, error);
        if (!code)
                print_version(cli, linked ? linked : version, "link", target);
        return code;
}

enum vitrine_code run_unlink(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *linked = NULL;
        enum vitrine_code code;

        if (!strchr(cli_argument(cli, 0), ':'))
                return fail_with(error, VITRINE_INVALID, "Which version? Say %.200s:v0 or another alias.", cli_argument(cli, 0));
        code = fetch_artifact(cli, cli_argument(cli, 0), &linked, error);
        if (!code && !vitrine_artifact_is_link(linked))
                return fail_with(error, VITRINE_CONFLICT, "%s is where the version was made, not a link: it cannot be unlinked.",
                            vitrine_artifact_qualified_name(linked));
        if (!code && !cli->dry_run)
                code = vitrine_artifact_unlink(linked, error);
        if (!code)
                print_version(cli, linked, "unlink", NULL);
        return code;
}
