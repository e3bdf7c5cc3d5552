/*
 * cli/registry.c - vitrine registry: list, show, create, edit, delete. Members are in registry_members.c.
 */
#include "cli/run.h"

#include <stdio.h>

static const char *type_of(const void *registry, size_t index)
{
        return vitrine_registry_type(registry, index);
}

static const char *visibility_word(const vitrine_registry *registry)
{
        return vitrine_registry_visibility(registry) == VITRINE_VISIBILITY_RESTRICTED ? "restricted" : "organization";
}

static enum vitrine_visibility visibility_of(const char *word)
{
        return strcmp(word, "restricted") == 0 ? VITRINE_VISIBILITY_RESTRICTED : VITRINE_VISIBILITY_ORGANIZATION;
}

static void print_registry(struct cli *cli, const vitrine_registry *registry)
{
        bool all = vitrine_registry_allows_all_types(registry);

        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                json_key_bool(&cli->writer, "all_types", all);
        }
        out_field(cli, "name", "Name", vitrine_registry_name(registry));
        out_field(cli, "path", "Path", vitrine_registry_path(registry));
        out_field(cli, "organization", "Organization", vitrine_registry_organization(registry));
        out_field(cli, "visibility", "Visibility", visibility_word(registry));
        if (all && !cli->json)
                out_field(cli, NULL, "Takes", "artifacts of all types");
        out_field_list(cli, "types", all ? "Types so far" : "Takes", registry, type_of);
        out_field_text(cli, "description", "Description", vitrine_registry_description(registry));
        out_field(cli, "created_at", "Created", vitrine_registry_created_at(registry));
        out_field(cli, "updated_at", "Changed", vitrine_registry_updated_at(registry));
        if (cli->json)
                json_end_object(&cli->writer);
}

static enum vitrine_code fetch(struct cli *cli, vitrine_registry **ret, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        enum vitrine_code code = cli_session(cli, &session, error);

        if (!code)
                code = vitrine_registry_fetch(session, cli_argument(cli, 0), cli_option(cli, "organization"), ret, error);
        return code ? suggest_registry(cli, code, cli_argument(cli, 0), error) : VITRINE_OK;
}

/* ---- the commands ------------------------------------------------------------------------------ */

enum vitrine_code run_registry_list(struct cli *cli, struct vitrine_error *error)
{
        static const char *const columns[] = { "name", "visibility", "*types", "~path", "~description" };
        vitrine_session *session = NULL;
        vitrine_registries *list = NULL;
        struct table table;
        uint64_t limit = 0;
        enum vitrine_code code = options_number(&cli->options, "limit", 1, 1000000, UINT64_MAX, &limit, error);

        if (!code)
                code = cli_session(cli, &session, error);
        if (!code)
                code = vitrine_registries_list(session, cli_option(cli, "organization"), cli_option(cli, "filter"),
                                               cli_option(cli, "order"), limit < 100 ? (unsigned)limit : 0, &list, error);
        table_begin(&table, cli, columns, ARRAY_LEN(columns));
        for (uint64_t i = 0; !code && i < limit; i++) {
                _cleanup_(registry_freep) vitrine_registry *registry = NULL;

                code = vitrine_registries_next(list, &registry, error);
                if (code || !registry)
                        break;
                table_cell(&table, vitrine_registry_name(registry));
                table_cell(&table, visibility_word(registry));
                table_cell_list(&table, registry, type_of);
                table_cell(&table, vitrine_registry_path(registry));
                table_cell(&table, vitrine_registry_description(registry));
        }
        vitrine_registries_free(list);
        if (!code)
                table_end(&table);
        return code;
}

enum vitrine_code run_registry_show(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(registry_freep) vitrine_registry *registry = NULL;
        enum vitrine_code code = fetch(cli, &registry, error);

        if (!code)
                print_registry(cli, registry);
        return code;
}

enum vitrine_code run_registry_create(struct cli *cli, struct vitrine_error *error)
{
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;
        _cleanup_(registry_freep) vitrine_registry *registry = NULL;
        const char *visibility = cli_option(cli, "visibility");
        vitrine_session *session = NULL;
        enum vitrine_code code = cli_text(cli, cli_option(cli, "description"), &options.description, error);

        if (!code)
                code = cli_session(cli, &session, error);
        if (code)
                return code;
        options.organization = cli_option(cli, "organization");
        options.visibility = visibility ? visibility_of(visibility) : VITRINE_VISIBILITY_ORGANIZATION;
        options.artifact_types = options_all(&cli->options, "type", &options.artifact_type_count);
        if (!cli->dry_run) {
                code = vitrine_registry_create(session, cli_argument(cli, 0), &options, &registry, error);
                if (!code)
                        print_registry(cli, registry);
                return code;
        }
        code = vitrine_registry_fetch(session, cli_argument(cli, 0), options.organization, &registry, error);
        if (!code)
                return fail_with(error, VITRINE_EXISTS, "There is a registry '%.113s' already.", cli_argument(cli, 0));
        if (code != VITRINE_NOT_FOUND)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", true);
                out_field(cli, "name", NULL, cli_argument(cli, 0));
                json_end_object(&cli->writer);
        }
        out_line(cli, "Would make the registry %s.", cli_argument(cli, 0));
        return VITRINE_OK;
}

/* Into the copy; sending is vitrine_registry_save()'s work. */
static enum vitrine_code set_all(struct cli *cli, vitrine_registry *registry, struct vitrine_error *error)
{
        const char *name = cli_option(cli, "name"), *visibility = cli_option(cli, "visibility"), *description = NULL;
        size_t type_count = 0;
        const char *const *types = options_all(&cli->options, "type", &type_count);
        enum vitrine_code code = cli_text(cli, cli_option(cli, "description"), &description, error);

        if (!code && description)
                code = vitrine_registry_set_description(registry, description, error);
        if (!code && visibility)
                code = vitrine_registry_set_visibility(registry, visibility_of(visibility), error);
        if (!code && options_on(&cli->options, "all-types"))
                code = vitrine_registry_set_allows_all_types(registry, 1, error);
        if (!code && options_on(&cli->options, "listed-types-only"))
                code = vitrine_registry_set_allows_all_types(registry, 0, error);
        for (size_t i = 0; !code && i < type_count; i++)
                code = vitrine_registry_add_type(registry, types[i], error);
        if (!code && name)
                code = vitrine_registry_set_name(registry, name, error);
        return code;
}

enum vitrine_code run_registry_edit(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(registry_freep) vitrine_registry *registry = NULL;
        static const char *const changing[] = { "name", "description", "visibility", "type", "all-types",
                                                "listed-types-only" };
        bool any = false;
        enum vitrine_code code;

        if (options_on(&cli->options, "all-types") && options_on(&cli->options, "listed-types-only"))
                return fail_with(error, VITRINE_INVALID, "--all-types and --listed-types-only: leave one out.");
        for (size_t i = 0; i < ARRAY_LEN(changing); i++)
                any = any || options_on(&cli->options, changing[i]);
        if (!any)
                return fail_with(error, VITRINE_INVALID,
                            "What is to be changed? Say --name, --description, --visibility, --type or --all-types.");
        code = fetch(cli, &registry, error);
        if (!code)
                code = set_all(cli, registry, error);
        if (!code && !cli->dry_run)
                code = vitrine_registry_save(registry, error);
        if (!code) {
                out_line(cli, "%s", cli->dry_run ? "It would be:" : "It is now:");
                print_registry(cli, registry);
        }
        return code;
}

enum vitrine_code run_registry_delete(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(registry_freep) vitrine_registry *registry = NULL;
        enum vitrine_code code = fetch(cli, &registry, error);

        if (!code)
                code = cli_confirm(cli, "delete the registry", vitrine_registry_name(registry), error);
        if (!code && !cli->dry_run)
                code = vitrine_registry_delete(registry, error);
        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_field(cli, "deleted", NULL, vitrine_registry_path(registry));
                json_end_object(&cli->writer);
        }
        out_line(cli, "%s %s.", cli->dry_run ? "Would delete" : "Deleted", vitrine_registry_path(registry));
        return VITRINE_OK;
}
