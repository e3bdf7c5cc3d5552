/*
 * cli/artifact.c - what several commands do with a version: find it, tell about it; and names that were
 * nearly right.
 */
#include "cli/run.h"
#include "cli/suggest.h"
#include "cli/text.h"

#include <stdio.h>

#define CANDIDATES_MAX 2000u

/* ---- suggestions ------------------------------------------------------------------------------- */

static void did_you_mean(struct vitrine_error *error, const char *before, const char *name)
{
        size_t used = strlen(error->message);

        if (used < sizeof(error->message))
                (void)snprintf(error->message + used, sizeof(error->message) - used, " Did you mean '%s%s'?", before, name);
}

/* "a/b/name" -> "a/b/" and "name" */
static struct str split_last(struct str path, struct str *ret_before)
{
        size_t at = path.len;

        while (at > 0 && path.ptr[at - 1] != '/')
                at--;
        *ret_before = str_slice(path, 0, at);
        return str_slice(path, at, path.len);
}

/* Fills `options` with where the collection's neighbors are; before: "", "project/", "entity/project/". */
static void place_of(struct cli *cli, struct str before, struct vitrine_list_options *options)
{
        struct str rest = before, first, second;

        if (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
                rest.len--;
        first = str_is_empty(rest) ? STR_NULL : str_cut(&rest, '/');
        second = rest;
        if (str_is_null(second) || str_is_empty(second)) {
                second = first;
                first = STR_NULL;
        }
        if (str_starts(second, STR("wandb-registry-"))) {
                options->organization = str_is_null(first) ? NULL : arena_cstr(&cli->arena, first);
                options->registry = arena_cstr(&cli->arena, str_slice(second, strlen("wandb-registry-"), second.len));
                return;
        }
        options->entity = str_is_null(first) ? NULL : arena_cstr(&cli->arena, first);
        options->project = str_is_null(second) || str_is_empty(second) ? vitrine_session_project(cli->session)
                                                                       : arena_cstr(&cli->arena, second);
}

/* The aliases of a collection that is there. */
static const char *nearest_alias(struct cli *cli, const char *path, struct str alias)
{
        vitrine_collection *collection = NULL;
        const char *const *aliases = NULL;
        const char *found = NULL;
        size_t count = 0;
        struct suggestion nearest;

        if (vitrine_collection_fetch(cli->session, path, &collection, NULL))
                return NULL;
        suggest_begin(&nearest, alias);
        if (!vitrine_collection_aliases(collection, &aliases, &count, NULL)) {
                for (size_t i = 0; i < count; i++)
                        suggest_try(&nearest, aliases[i]);
        }
        if (nearest.best)
                found = arena_cstr(&cli->arena, str_from(nearest.best));
        vitrine_collection_free(collection);
        return found;
}

static const char *nearest_collection(struct cli *cli, struct str before, struct str name)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_collections *list = NULL;
        vitrine_collection *collection = NULL;
        const char *found = NULL;
        struct suggestion nearest;

        place_of(cli, before, &options);
        if (vitrine_collections_list(cli->session, &options, &list, NULL))
                return NULL;
        suggest_begin(&nearest, name);
        for (unsigned i = 0; i < CANDIDATES_MAX; i++) {
                if (vitrine_collections_next(list, &collection, NULL) || !collection)
                        break;
                if (suggest_try(&nearest, vitrine_collection_name(collection)))
                        nearest.best = found = arena_cstr(&cli->arena, str_from(nearest.best));
                vitrine_collection_free(TAKE_PTR(collection));
        }
        vitrine_collections_free(list);
        return found && !str_eq_c(name, found) ? found : NULL;
}

/* before: what stands in front of the name where it was given. */
static enum vitrine_code suggest_behind(struct cli *cli, enum vitrine_code code, const char *before, const char *name,
                                        struct vitrine_error *error)
{
        vitrine_registries *list = NULL;
        vitrine_registry *registry = NULL;
        const char *found = NULL;
        struct suggestion nearest;

        if (code != VITRINE_NOT_FOUND ||
            vitrine_registries_list(cli->session, NULL, NULL, NULL, 0, &list, NULL))
                return code;
        suggest_begin(&nearest, str_from(name));
        for (unsigned i = 0; i < CANDIDATES_MAX; i++) {
                if (vitrine_registries_next(list, &registry, NULL) || !registry)
                        break;
                if (suggest_try(&nearest, vitrine_registry_name(registry)))
                        nearest.best = found = arena_cstr(&cli->arena, str_from(nearest.best));
                vitrine_registry_free(TAKE_PTR(registry));
        }
        vitrine_registries_free(list);
        if (found && strcmp(found, name) != 0)
                did_you_mean(error, before, found);
        return code;
}

enum vitrine_code suggest_registry(struct cli *cli, enum vitrine_code code, const char *name, struct vitrine_error *error)
{
        return suggest_behind(cli, code, "", name, error);
}

enum vitrine_code suggest_artifact(struct cli *cli, enum vitrine_code code, const char *path,
                                   struct vitrine_error *error)
{
        struct str alias = str_from(path), before = STR_NULL, whole, name, registry;
        const char *found;

        if (code != VITRINE_NOT_FOUND || !cli->session)
                return code;
        whole = str_cut(&alias, ':');
        name = split_last(whole, &before);
        found = str_is_null(alias) ? NULL : nearest_alias(cli, arena_cstr(&cli->arena, whole), alias);
        if (found) {
                did_you_mean(error, arena_printf(&cli->arena, "%.*s:", STR_ARG(whole)).ptr, found);
                return code;
        }
        found = nearest_collection(cli, before, name);
        if (found) {
                did_you_mean(error, arena_cstr(&cli->arena, before), found);
                return code;
        }
        /* The registry itself may be the mistake. */
        registry = before;
        if (registry.len > 0)
                registry.len--;
        registry = split_last(registry, &before);
        if (str_starts(registry, STR("wandb-registry-")))
                return suggest_behind(cli, code, arena_printf(&cli->arena, "%.*swandb-registry-", STR_ARG(before)).ptr,
                                      arena_cstr(&cli->arena, str_slice(registry, 15, registry.len)), error);
        return code;
}

/* ---- versions --------------------------------------------------------------------------------- */

enum vitrine_code fetch_artifact(struct cli *cli, const char *path, vitrine_artifact **ret, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        enum vitrine_code code = cli_session(cli, &session, error);

        if (!code)
                code = vitrine_artifact_fetch(session, path, cli_option(cli, "type"), ret, error);
        return suggest_artifact(cli, code, path, error);
}

static const char *alias_of(const void *artifact, size_t index)
{
        return vitrine_artifact_alias(artifact, index);
}

static const char *tag_of(const void *artifact, size_t index)
{
        return vitrine_artifact_tag(artifact, index);
}

void out_artifact(struct cli *cli, const vitrine_artifact *artifact)
{
        out_field(cli, "name", "Name", vitrine_artifact_qualified_name(artifact));
        out_field(cli, "entity", NULL, vitrine_artifact_entity(artifact));
        out_field(cli, "project", NULL, vitrine_artifact_project(artifact));
        out_field(cli, "collection", NULL, vitrine_artifact_collection(artifact));
        out_field(cli, "version", NULL, vitrine_artifact_version(artifact));
        out_field(cli, "type", "Type", vitrine_artifact_type(artifact));
        out_field(cli, "state", NULL, vitrine_artifact_state(artifact));
        out_field(cli, "digest", "Digest", vitrine_artifact_digest(artifact));
        out_field_size(cli, "size", "Size", vitrine_artifact_size(artifact));
        out_field_int(cli, "file_count", "Files", (int64_t)vitrine_artifact_file_count(artifact));
        out_field_list(cli, "aliases", "Aliases", artifact, alias_of);
        out_field_list(cli, "tags", "Tags", artifact, tag_of);
        out_field_text(cli, "description", "Description", vitrine_artifact_description(artifact));
        if (cli->json) {
                json_key(&cli->writer, STR("metadata"));
                json_raw(&cli->writer, str_from(vitrine_artifact_metadata(artifact)));
                json_key_bool(&cli->writer, "is_link", vitrine_artifact_is_link(artifact));
        } else if (strcmp(vitrine_artifact_metadata(artifact), "{}") != 0) {
                out_field(cli, NULL, "Metadata", vitrine_artifact_metadata(artifact));
        }
        if (vitrine_artifact_is_link(artifact)) {
                bool known = *vitrine_artifact_source_entity(artifact);
                struct str source = !known ? STR("") : arena_printf(&cli->arena, "%s/%s/%s:%s",
                                                      vitrine_artifact_source_entity(artifact),
                                                      vitrine_artifact_source_project(artifact),
                                                      vitrine_artifact_source_collection(artifact),
                                                      vitrine_artifact_source_version(artifact));

                out_field(cli, "source", "Linked from", known ? source.ptr : NULL);
        }
        if (vitrine_artifact_ttl_s(artifact) > 0) {
                char ttl[TEXT_SIZE_MAX];

                out_field_int(cli, "ttl_seconds", NULL, vitrine_artifact_ttl_s(artifact));
                if (!cli->json)
                        out_field(cli, NULL, "Kept for", text_duration((uint64_t)vitrine_artifact_ttl_s(artifact), ttl));
        }
        out_field(cli, "created_at", "Created", vitrine_artifact_created_at(artifact));
        out_field(cli, "id", NULL, vitrine_artifact_id(artifact));
}
