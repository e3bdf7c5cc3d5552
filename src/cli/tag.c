/*
 * cli/tag.c - vitrine tag: the tags of a version.
 */
#include "cli/run.h"

static const char *tag_of(const void *artifact, size_t index)
{
        return vitrine_artifact_tag(artifact, index);
}

enum vitrine_code run_tag(struct cli *cli, struct vitrine_error *error)
{
        struct vitrine_artifact_changes changes = VITRINE_ARTIFACT_CHANGES_INIT;
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        const char *text;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (code)
                return code;
        changes.tags_to_add = cli->options.arguments + 1;
        changes.tags_to_add_count = cli->options.argument_count - 1;
        changes.tags_to_remove = options_all(&cli->options, "remove", &changes.tags_to_remove_count);
        if (changes.tags_to_add_count + changes.tags_to_remove_count > 0 && !cli->dry_run)
                code = vitrine_artifact_update(version, &changes, error);
        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_field(cli, "name", NULL, vitrine_artifact_qualified_name(version));
                out_field_list(cli, "tags", NULL, version, tag_of);
                json_end_object(&cli->writer);
        }
        if (cli->dry_run) {
                for (size_t i = 0; i < changes.tags_to_add_count; i++)
                        out_line(cli, "Would add %s.", changes.tags_to_add[i]);
                for (size_t i = 0; i < changes.tags_to_remove_count; i++)
                        out_line(cli, "Would remove %s.", changes.tags_to_remove[i]);
                return VITRINE_OK;
        }
        for (size_t i = 0; (text = vitrine_artifact_tag(version, i)) != NULL; i++)
                out_line(cli, "%s", text);
        return VITRINE_OK;
}
