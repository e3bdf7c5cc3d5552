/*
 * cli/pull.c - vitrine pull and use: the files of a version come here.
 */
#include "cli/run.h"

/* A prefix that was mistyped would fetch nothing and look as if it had. */
static enum vitrine_code check_prefix(vitrine_artifact *version, const char *prefix, struct vitrine_error *error)
{
        struct vitrine_entry entry = VITRINE_ENTRY_INIT;
        size_t count = 0;
        enum vitrine_code code = vitrine_artifact_entry_count(version, &count, error);

        for (size_t i = 0; !code && i < count; i++) {
                code = vitrine_artifact_entry(version, i, &entry, error);
                if (!code && str_starts(str_from(entry.path), str_from(prefix)))
                        return VITRINE_OK;
        }
        if (code)
                return code;
        return fail_with(error, VITRINE_NOT_FOUND, "%.300s has no file whose name starts with '%.200s': vitrine ls shows its files.",
                         vitrine_artifact_qualified_name(version), prefix);
}

static enum vitrine_code download(struct cli *cli, vitrine_artifact *version, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;
        char *root = NULL;
        enum vitrine_code code;

        options.root = cli_option(cli, "root");
        options.path_prefix = cli_option(cli, "path");
        code = options.path_prefix ? check_prefix(version, options.path_prefix, error) : VITRINE_OK;
        if (code)
                return code;
        options.no_cache = options_on(&cli->options, "no-cache");
        options.prune = options_on(&cli->options, "prune");
        options.skip_references = options_on(&cli->options, "skip-references");
        code = vitrine_artifact_download(version, &options, &root, error);
        if (code)
                return code;
        out_field(cli, "root", NULL, root);
        out_line(cli, "%s", root);
        vitrine_free(root);
        return VITRINE_OK;
}

enum vitrine_code run_pull(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                out_artifact(cli, version);
        }
        code = download(cli, version, error);
        if (cli->json)
                json_end_object(&cli->writer);
        return code;
}

/* ---- use ---------------------------------------------------------------------------------------- */

static enum vitrine_code start_run(struct cli *cli, vitrine_run **ret, struct vitrine_error *error)
{
        struct vitrine_run_options options = VITRINE_RUN_OPTIONS_INIT;

        options.id = cli_option(cli, "run");
        options.job_type = cli_option(cli, "job-type");
        return vitrine_run_start(cli->session, &options, ret, error);
}

/* Records the use, fetches, and ends the run as it went. */
static enum vitrine_code use_with_run(struct cli *cli, vitrine_artifact *version, struct vitrine_error *error)
{
        _cleanup_(run_freep) vitrine_run *run = NULL;
        enum vitrine_code code = start_run(cli, &run, error);

        if (code)
                return code;
        code = vitrine_artifact_used_by(version, run, error);
        out_field(cli, "run", NULL, vitrine_run_id(run));
        if (!code && !options_on(&cli->options, "no-files"))
                code = download(cli, version, error);
        if (code) {
                (void)!vitrine_run_finish(run, 1, NULL);
                return code;
        }
        code = vitrine_run_finish(run, 0, error);
        if (!code)
                cli_say(cli, "%s/%s/%s used %s.", vitrine_run_entity(run), vitrine_run_project(run), vitrine_run_id(run),
                        vitrine_artifact_qualified_name(version));
        return code;
}

enum vitrine_code run_use(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_artifact(cli, version);
        }
        if (cli->dry_run)
                out_line(cli, "Would use %s.", vitrine_artifact_qualified_name(version));
        else
                code = use_with_run(cli, version, error);
        if (cli->json)
                json_end_object(&cli->writer);
        return code;
}
