/*
 * cli/collection.c - vitrine collection: list, show, create, edit, delete.
 */
#include "cli/run.h"

#include <stdio.h>

#define PREFIX "wandb-registry-"

static const char *tag_of(const void *collection, size_t index)
{
        return vitrine_collection_tag(collection, index);
}

static const char *version_alias_of(const void *artifact, size_t index)
{
        return vitrine_artifact_alias(artifact, index);
}

static const char *version_tag_of(const void *artifact, size_t index)
{
        return vitrine_artifact_tag(artifact, index);
}

static const char *path_of(struct cli *cli, const vitrine_collection *collection)
{
        return arena_printf(&cli->arena, "%s/%s/%s", vitrine_collection_entity(collection),
                            vitrine_collection_project(collection), vitrine_collection_name(collection)).ptr;
}

static enum vitrine_code fetch(struct cli *cli, vitrine_collection **ret, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        enum vitrine_code code = cli_session(cli, &session, error);

        if (!code)
                code = vitrine_collection_fetch(session, cli_argument(cli, 0), ret, error);
        return suggest_artifact(cli, code, cli_argument(cli, 0), error);
}

/* Members of the open JSON object, or lines. */
static void print_fields(struct cli *cli, const vitrine_collection *collection)
{
        out_field(cli, "name", "Name", vitrine_collection_name(collection));
        out_field(cli, "path", "Path", path_of(cli, collection));
        out_field(cli, "type", "Type", vitrine_collection_type(collection));
        out_field_list(cli, "tags", "Tags", collection, tag_of);
        out_field_text(cli, "description", "Description", vitrine_collection_description(collection));
        out_field(cli, "created_at", "Created", vitrine_collection_created_at(collection));
        out_field(cli, "updated_at", "Changed", vitrine_collection_updated_at(collection));
        if (cli->json)
                json_key_bool(&cli->writer, "is_registry", !vitrine_collection_is_sequence(collection));
}

static void print_collection(struct cli *cli, const vitrine_collection *collection)
{
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
        }
        print_fields(cli, collection);
        if (cli->json)
                json_end_object(&cli->writer);
}

/* ---- list ---------------------------------------------------------------------------------------- */

/* PLACE: "[ENTITY/]PROJECT" or "[ORGANIZATION/]wandb-registry-NAME". */
static void read_place(struct cli *cli, const char *place, struct vitrine_list_options *options)
{
        struct str rest = str_from(place);
        struct str first = str_cut(&rest, '/');
        struct str last = str_is_null(rest) ? first : rest;
        const char *before = str_is_null(rest) ? NULL : arena_cstr(&cli->arena, first);

        if (str_starts(last, STR(PREFIX))) {
                options->organization = before ? before : cli_option(cli, "organization");
                options->registry = arena_cstr(&cli->arena, str_slice(last, strlen(PREFIX), last.len));
        } else {
                options->entity = before;
                options->project = arena_cstr(&cli->arena, last);
        }
}

static enum vitrine_code list_options_of(struct cli *cli, struct vitrine_list_options *options, uint64_t *ret_limit,
                                         struct vitrine_error *error)
{
        const char *place = cli_argument(cli, 0);

        if (place && options_on(&cli->options, "registries"))
                return fail_with(error, VITRINE_INVALID, "--registries goes without '%.200s'.", place);
        if (place)
                read_place(cli, place, options);
        else if (options_on(&cli->options, "registries"))
                options->organization = cli_option(cli, "organization");
        else
                options->project = vitrine_session_project(cli->session);
        if (!options->project && cli_option(cli, "type"))
                return fail_with(error, VITRINE_INVALID, "--type is for projects; in registries use --filter.");
        options->type = cli_option(cli, "type");
        options->filter = cli_option(cli, "filter");
        options->order = cli_option(cli, "order");
        return options_number(&cli->options, "limit", 1, 100000000, UINT64_MAX, ret_limit, error);
}

enum vitrine_code run_collection_list(struct cli *cli, struct vitrine_error *error)
{
        static const char *const columns[] = { "name", "type", "*tags", "~path", "~description" };
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_session *session = NULL;
        vitrine_collections *list = NULL;
        struct table table;
        uint64_t limit = 0;
        enum vitrine_code code = cli_session(cli, &session, error);

        if (!code)
                code = list_options_of(cli, &options, &limit, error);
        if (!code)
                code = vitrine_collections_list(session, &options, &list, error);
        table_begin(&table, cli, columns, ARRAY_LEN(columns));
        for (uint64_t i = 0; !code && i < limit; i++) {
                _cleanup_(collection_freep) vitrine_collection *collection = NULL;

                code = vitrine_collections_next(list, &collection, error);
                if (code || !collection)
                        break;
                table_cell(&table, vitrine_collection_name(collection));
                table_cell(&table, vitrine_collection_type(collection));
                table_cell_list(&table, collection, tag_of);
                table_cell(&table, path_of(cli, collection));
                table_cell(&table, vitrine_collection_description(collection));
        }
        vitrine_collections_free(list);
        if (code)
                return options.registry ? suggest_registry(cli, code, options.registry, error) : code;
        table_end(&table);
        return VITRINE_OK;
}

/* ---- show ----------------------------------------------------------------------------------------- */

static enum vitrine_code print_versions(struct cli *cli, const vitrine_collection *collection, uint64_t limit,
                                        struct vitrine_error *error)
{
        static const char *const columns[] = { "version", "*aliases", "*tags", "#size", "+files", "created_at" };
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_versions *list = NULL;
        struct table table;
        enum vitrine_code code;

        options.entity = vitrine_collection_entity(collection);
        options.project = vitrine_collection_project(collection);
        options.type = vitrine_collection_type(collection);
        options.collection = vitrine_collection_name(collection);
        if (str_starts(str_from(options.project), STR(PREFIX))) {
                options.organization = options.entity;
                options.registry = options.project + strlen(PREFIX);
                options.entity = options.project = options.type = NULL;
        }
        code = vitrine_versions_list(cli->session, &options, &list, error);
        table_begin(&table, cli, columns, ARRAY_LEN(columns));
        for (uint64_t i = 0; !code && i < limit; i++) {
                _cleanup_(artifact_freep) vitrine_artifact *version = NULL;

                code = vitrine_versions_next(list, &version, error);
                if (code || !version)
                        break;
                table_cell(&table, vitrine_artifact_version(version));
                table_cell_list(&table, version, version_alias_of);
                table_cell_list(&table, version, version_tag_of);
                table_cell_int(&table, vitrine_artifact_size(version));
                table_cell_int(&table, vitrine_artifact_file_count(version));
                table_cell(&table, vitrine_artifact_created_at(version));
        }
        vitrine_versions_free(list);
        if (!code)
                table_end(&table);
        return code;
}

enum vitrine_code run_collection_show(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(collection_freep) vitrine_collection *collection = NULL;
        uint64_t limit = 0;
        enum vitrine_code code = options_number(&cli->options, "limit", 1, 100000000, UINT64_MAX, &limit, error);

        if (!code)
                code = fetch(cli, &collection, error);
        if (code)
                return code;
        if (cli->json)
                json_begin_object(&cli->writer);
        print_fields(cli, collection);
        out_line(cli, "%s", "");
        if (cli->json)
                json_key(&cli->writer, STR("versions"));
        code = print_versions(cli, collection, limit, error);
        if (cli->json)
                json_end_object(&cli->writer);
        return code;
}

/* ---- create, edit, delete -------------------------------------------------------------------------- */

enum vitrine_code run_collection_create(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(collection_freep) vitrine_collection *collection = NULL;
        const char *path = cli_argument(cli, 0), *type = cli_option(cli, "type"), *description = NULL;
        vitrine_session *session = NULL;
        enum vitrine_code code;

        if (!type)
                return fail_with(error, VITRINE_INVALID, "Of which type are the artifacts in it? Say --type model or another word.");
        code = cli_text(cli, cli_option(cli, "description"), &description, error);
        if (!code)
                code = cli_session(cli, &session, error);
        if (!code && cli->dry_run) {
                code = vitrine_collection_fetch(session, path, &collection, error);
                if (!code)
                        return fail_with(error, VITRINE_EXISTS, "There is a collection %.300s already.", path);
                if (code != VITRINE_NOT_FOUND)
                        return code;
                if (cli->json) {
                        json_begin_object(&cli->writer);
                        json_key_bool(&cli->writer, "dry_run", true);
                        out_field(cli, "path", NULL, path);
                        json_end_object(&cli->writer);
                }
                out_line(cli, "Would make the collection %s.", path);
                return VITRINE_OK;
        }
        if (!code)
                code = vitrine_collection_create(session, path, type, description, &collection, error);
        if (code)
                return suggest_artifact(cli, code, path, error);
        print_collection(cli, collection);
        return VITRINE_OK;
}

static void say_changes(struct cli *cli, const struct vitrine_collection_changes *changes)
{
        if (changes->name)
                out_line(cli, "Would rename it to %s.", changes->name);
        if (changes->description)
                out_line(cli, "Would describe it as: %s", changes->description);
        if (changes->type)
                out_line(cli, "Would set its type to %s.", changes->type);
        for (size_t i = 0; i < changes->tags_to_add_count; i++)
                out_line(cli, "Would add the tag %s.", changes->tags_to_add[i]);
        for (size_t i = 0; i < changes->tags_to_remove_count; i++)
                out_line(cli, "Would remove the tag %s.", changes->tags_to_remove[i]);
}

enum vitrine_code run_collection_edit(struct cli *cli, struct vitrine_error *error)
{
        struct vitrine_collection_changes changes = VITRINE_COLLECTION_CHANGES_INIT;
        _cleanup_(collection_freep) vitrine_collection *collection = NULL;
        enum vitrine_code code = cli_text(cli, cli_option(cli, "description"), &changes.description, error);

        if (code)
                return code;
        changes.name = cli_option(cli, "name");
        changes.type = cli_option(cli, "type");
        changes.tags_to_add = options_all(&cli->options, "tag", &changes.tags_to_add_count);
        changes.tags_to_remove = options_all(&cli->options, "remove-tag", &changes.tags_to_remove_count);
        if (!changes.name && !changes.type && !changes.description && !changes.tags_to_add_count &&
            !changes.tags_to_remove_count)
                return fail_with(error, VITRINE_INVALID,
                            "What is to be changed? Say --name, --description, --type, --tag or --remove-tag.");
        code = fetch(cli, &collection, error);
        if (!code && !cli->dry_run)
                code = vitrine_collection_update(collection, &changes, error);
        if (code)
                return code;
        if (cli->dry_run)
                say_changes(cli, &changes);
        if (!cli->dry_run || cli->json)
                print_collection(cli, collection);
        return VITRINE_OK;
}

enum vitrine_code run_collection_delete(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(collection_freep) vitrine_collection *collection = NULL;
        const char *path;
        enum vitrine_code code = fetch(cli, &collection, error);

        if (code)
                return code;
        path = path_of(cli, collection);
        code = cli_confirm(cli, "delete the collection", vitrine_collection_name(collection), error);
        if (!code && !cli->dry_run)
                code = vitrine_collection_delete(collection, error);
        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_field(cli, "deleted", NULL, path);
                json_end_object(&cli->writer);
        }
        out_line(cli, "%s %s.", cli->dry_run ? "Would delete" : "Deleted", path);
        return VITRINE_OK;
}
