/*
 * cli/show.c - vitrine show: what is known about a version.
 */
#include "cli/run.h"

static const char *run_name(const void *runs, size_t index)
{
        return vitrine_runs_id(runs, index);
}

static enum vitrine_code lineage(struct cli *cli, vitrine_artifact *version, struct vitrine_error *error)
{
        vitrine_runs *makers = NULL, *users = NULL;
        enum vitrine_code code = vitrine_artifact_producers(version, &makers, error);

        if (!code)
                code = vitrine_artifact_consumers(version, &users, error);
        if (!code) {
                out_field_list(cli, "produced_by", "Made by run", makers, run_name);
                out_field_list(cli, "consumed_by", "Used by runs", users, run_name);
        }
        vitrine_runs_free(makers);
        vitrine_runs_free(users);
        return code;
}

enum vitrine_code run_show(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (code)
                return code;
        if (cli->json)
                json_begin_object(&cli->writer);
        out_artifact(cli, version);
        if (options_on(&cli->options, "lineage"))
                code = lineage(cli, version, error);
        if (cli->json)
                json_end_object(&cli->writer);
        return code;
}
