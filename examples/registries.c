/*
 * registries.c - make a registry, change it, look into it, delete it.
 *
 *     registries NAME
 *
 * What the documentation of the class Registry does in Python:
 *
 *     registry = wandb.Api().create_registry(name, visibility="organization")
 *     registry.artifact_types.append("model")
 *     registry.save()                            # from now on the type stays
 *     registry.artifact_types.append("accidentally_added")
 *     registry.artifact_types.remove("accidentally_added")
 *     registry.load(); registry.collections(); registry.versions(); registry.delete()
 */
#include <stdio.h>
#include <stdlib.h>

#include <vitrine/vitrine.h>

static enum vitrine_code change_types(vitrine_registry *registry, struct vitrine_error *error)
{
        struct vitrine_error refused = VITRINE_ERROR_INIT;
        enum vitrine_code code = vitrine_registry_add_type(registry, "model", error);

        if (!code)
                code = vitrine_registry_save(registry, error);
        /* One that was not saved yet can be taken back ... */
        if (!code)
                code = vitrine_registry_add_type(registry, "accidentally_added", error);
        if (!code)
                code = vitrine_registry_remove_type(registry, "accidentally_added", error);
        /* ... one that was, cannot. */
        if (!code && vitrine_registry_remove_type(registry, "model", &refused) == VITRINE_CONFLICT)
                printf("refused: %s\n", refused.message);
        return code;
}

static enum vitrine_code list(vitrine_registry *registry, struct vitrine_error *error)
{
        vitrine_collections *collections = NULL;
        vitrine_collection *collection = NULL;
        enum vitrine_code code = vitrine_registry_collections(registry, NULL, "name", &collections, error);

        while (!code) {
                code = vitrine_collections_next(collections, &collection, error);
                if (code || !collection)
                        break;
                printf("collection %s\n", vitrine_collection_name(collection));
                vitrine_collection_free(collection);
                collection = NULL;
        }
        vitrine_collections_free(collections);
        return code;
}

static enum vitrine_code work(vitrine_session *session, const char *name, struct vitrine_error *error)
{
        static const char *const types[] = { "dataset" };
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;
        vitrine_registry *registry = NULL;
        enum vitrine_code code;

        options.artifact_types = types;
        options.artifact_type_count = 1;
        options.description = "made by an example";
        code = vitrine_registry_create(session, name, &options, &registry, error);
        if (!code)
                code = change_types(registry, error);
        if (!code)
                code = vitrine_registry_set_description(registry, "changed by an example", error);
        if (!code)
                code = vitrine_registry_save(registry, error);
        if (!code)
                code = vitrine_registry_load(registry, error);
        if (!code) {
                printf("%s: %s; takes", vitrine_registry_path(registry), vitrine_registry_description(registry));
                for (size_t i = 0; i < vitrine_registry_type_count(registry); i++)
                        printf(" %s", vitrine_registry_type(registry, i));
                printf("\n");
                code = list(registry, error);
        }
        if (!code)
                code = vitrine_registry_delete(registry, error);
        vitrine_registry_free(registry);
        return code;
}

int main(int argc, char **argv)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_session *session = NULL;
        enum vitrine_code code;

        if (argc != 2) {
                fprintf(stderr, "usage: %s NAME\n", argv[0]);
                return 2;
        }
        code = vitrine_session_new(NULL, &session, &error);
        if (!code)
                code = work(session, argv[1], &error);
        if (code)
                fprintf(stderr, "%s\n", error.message);
        vitrine_session_free(session);
        return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
