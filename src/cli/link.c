/*
 * cli/link.c - vitrine link and unlink: what a registry shows.
 */
#include "cli/run.h"

static void print_version(struct cli *cli, const vitrine_artifact *version, const char *verb)
{
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_artifact(cli, version);
                json_end_object(&cli->writer);
        }
        if (cli->dry_run)
                out_line(cli, "Would %s %s.", verb, vitrine_artifact_qualified_name(version));
        else
                out_line(cli, "%s", vitrine_artifact_qualified_name(version));
}

enum vitrine_code run_link(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL, *linked = NULL;
        const char *target = cli_argument(cli, 1);
        size_t alias_count = 0;
        const char *const *aliases = options_all(&cli->options, "alias", &alias_count);
        enum vitrine_code code;

        if (strchr(target, ':'))
                return fail_with(error, VITRINE_INVALID, "A target has no alias: say --alias %.100s.", strchr(target, ':') + 1);
        code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);
        if (!code && !cli->dry_run)
                code = suggest_artifact(cli, vitrine_artifact_link(version, target, aliases, alias_count, &linked, error),
                                        target, error);
        if (!code)
                print_version(cli, linked ? linked : version, "link");
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
                print_version(cli, linked, "unlink");
        return code;
}
