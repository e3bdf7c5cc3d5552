/*
 * A registry through the public headers, whole: for tests/cli/test_registry_library.py, which holds it against the wandb client.
 *
 *   registry read ORGANIZATION NAME              prints one JSON object: what every getter of the registry, its members, its
 *                                                collections and its versions answers
 *   registry make ORGANIZATION NAME USER TEAM    makes a registry in which everything that can be set is set
 *   registry find ORGANIZATION NAME FILTER ORDER prints the names of its collections that the filter leaves, in that order
 *
 * Strings are printed with a few escapes only: what the test makes has no other control characters than line ends.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vitrine/vitrine.h>

static struct vitrine_error error = VITRINE_ERROR_INIT;

static void check_at(enum vitrine_code code, int line)
{
        if (code == VITRINE_OK)
                return;
        fprintf(stderr, "registry.c:%d: %s: %s\n", line, vitrine_code_name(code), error.message);
        exit(10 + (int)code);
}
#define check(code) check_at((code), __LINE__)

/* ---- JSON ------------------------------------------------------------------------------------- */

static int first = 1; /* of its object or array */

static void comma(void)
{
        if (!first)
                printf(", ");
        first = 0;
}

static void quoted(const char *text)
{
        if (!text) {
                printf("null");
                return;
        }
        putchar('"');
        for (; *text; text++) {
                if (*text == '"' || *text == '\\')
                        putchar('\\');
                if (*text == '\n')
                        printf("\\n");
                else
                        putchar(*text);
        }
        putchar('"');
}

static void key(const char *name)
{
        comma();
        quoted(name);
        printf(": ");
}

static void text(const char *name, const char *value)
{
        key(name);
        quoted(value);
}

static void number(const char *name, int64_t value)
{
        key(name);
        printf("%" PRId64, value);
}

static void item(const char *value)
{
        comma();
        quoted(value);
}

static void open_with(int bracket)
{
        putchar(bracket);
        first = 1;
}

static void close_with(int bracket)
{
        putchar(bracket);
        first = 0;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static void tell_entries(vitrine_artifact *version)
{
        struct vitrine_entry entry = VITRINE_ENTRY_INIT;
        size_t count = 0;

        check(vitrine_artifact_entry_count(version, &count, &error));
        key("entries");
        open_with('[');
        for (size_t i = 0; i < count; i++) {
                check(vitrine_artifact_entry(version, i, &entry, &error));
                comma();
                open_with('{');
                text("path", entry.path);
                text("digest", entry.digest);
                number("size", entry.size_bytes == UINT64_MAX ? -1 : (int64_t)entry.size_bytes);
                text("ref", entry.reference);
                close_with('}');
        }
        close_with(']');
}

static void tell_runs(const char *name, vitrine_runs *runs)
{
        key(name);
        open_with('[');
        for (size_t i = 0; i < vitrine_runs_count(runs); i++) {
                comma();
                printf("\"%s/%s/%s\"", vitrine_runs_entity(runs, i), vitrine_runs_project(runs, i), vitrine_runs_id(runs, i));
        }
        close_with(']');
        vitrine_runs_free(runs);
}

static void tell_version(vitrine_artifact *version)
{
        vitrine_runs *runs = NULL;

        comma();
        open_with('{');
        text("id", vitrine_artifact_id(version));
        text("entity", vitrine_artifact_entity(version));
        text("project", vitrine_artifact_project(version));
        text("collection", vitrine_artifact_collection(version));
        text("version", vitrine_artifact_version(version));
        text("name", vitrine_artifact_name(version));
        text("qualified_name", vitrine_artifact_qualified_name(version));
        text("type", vitrine_artifact_type(version));
        text("digest", vitrine_artifact_digest(version));
        text("state", vitrine_artifact_state(version));
        text("description", vitrine_artifact_description(version));
        key("metadata");
        printf("%s", vitrine_artifact_metadata(version));
        text("created_at", vitrine_artifact_created_at(version));
        text("updated_at", vitrine_artifact_updated_at(version));
        number("size", (int64_t)vitrine_artifact_size(version));
        number("file_count", (int64_t)vitrine_artifact_file_count(version));
        number("ttl_s", vitrine_artifact_ttl_s(version));
        number("is_link", vitrine_artifact_is_link(version));
        number("is_draft", vitrine_artifact_is_draft(version));
        text("source_entity", vitrine_artifact_source_entity(version));
        text("source_project", vitrine_artifact_source_project(version));
        text("source_collection", vitrine_artifact_source_collection(version));
        text("source_version", vitrine_artifact_source_version(version));
        key("aliases");
        open_with('[');
        for (size_t i = 0; i < vitrine_artifact_alias_count(version); i++)
                item(vitrine_artifact_alias(version, i));
        close_with(']');
        key("tags");
        open_with('[');
        for (size_t i = 0; i < vitrine_artifact_tag_count(version); i++)
                item(vitrine_artifact_tag(version, i));
        close_with(']');
        tell_entries(version);
        check(vitrine_artifact_producers(version, &runs, &error));
        tell_runs("logged_by", runs);
        check(vitrine_artifact_consumers(version, &runs, &error));
        tell_runs("used_by", runs);
        close_with('}');
}

static void tell_versions(vitrine_registry *registry)
{
        vitrine_versions *list = NULL;
        vitrine_artifact *one = NULL;

        check(vitrine_registry_versions(registry, NULL, &list, &error));
        key("versions");
        open_with('[');
        for (;;) {
                check(vitrine_versions_next(list, &one, &error));
                if (!one)
                        break;
                tell_version(one);
                vitrine_artifact_free(one);
        }
        close_with(']');
        vitrine_versions_free(list);
}

static void tell_collection(vitrine_collection *one)
{
        const char *const *aliases = NULL;
        size_t count = 0;

        comma();
        open_with('{');
        text("id", vitrine_collection_id(one));
        text("name", vitrine_collection_name(one));
        text("entity", vitrine_collection_entity(one));
        text("project", vitrine_collection_project(one));
        text("type", vitrine_collection_type(one));
        text("description", vitrine_collection_description(one));
        text("created_at", vitrine_collection_created_at(one));
        text("updated_at", vitrine_collection_updated_at(one));
        number("is_sequence", vitrine_collection_is_sequence(one));
        key("tags");
        open_with('[');
        for (size_t i = 0; i < vitrine_collection_tag_count(one); i++)
                item(vitrine_collection_tag(one, i));
        close_with(']');
        check(vitrine_collection_aliases(one, &aliases, &count, &error));
        key("aliases");
        open_with('[');
        for (size_t i = 0; i < count; i++)
                item(aliases[i]);
        close_with(']');
        close_with('}');
}

static void tell_collections(vitrine_registry *registry)
{
        vitrine_collections *list = NULL;
        vitrine_collection *one = NULL;

        check(vitrine_registry_collections(registry, NULL, "name", &list, &error));
        key("collections");
        open_with('[');
        for (;;) {
                check(vitrine_collections_next(list, &one, &error));
                if (!one)
                        break;
                tell_collection(one);
                vitrine_collection_free(one);
        }
        close_with(']');
        number("collections_total", vitrine_collections_total(list));
        vitrine_collections_free(list);
}

static void tell_members(vitrine_registry *registry)
{
        struct vitrine_member member = VITRINE_MEMBER_INIT;
        vitrine_members *members = NULL;

        check(vitrine_registry_members(registry, &members, &error));
        key("members");
        open_with('[');
        for (size_t i = 0; i < vitrine_members_count(members); i++) {
                check(vitrine_members_get(members, i, &member, &error));
                comma();
                open_with('{');
                text("kind", member.kind == VITRINE_MEMBER_TEAM ? "team" : "user");
                text("id", member.id);
                text("name", member.name);
                text("email", member.email);
                text("role", member.role);
                close_with('}');
        }
        close_with(']');
        vitrine_members_free(members);
}

static void tell_registry(vitrine_registry *registry)
{
        open_with('{');
        text("id", vitrine_registry_id(registry));
        text("name", vitrine_registry_name(registry));
        text("full_name", vitrine_registry_full_name(registry));
        text("path", vitrine_registry_path(registry));
        text("entity", vitrine_registry_entity(registry));
        text("organization", vitrine_registry_organization(registry));
        text("description", vitrine_registry_description(registry));
        text("created_at", vitrine_registry_created_at(registry));
        text("updated_at", vitrine_registry_updated_at(registry));
        text("visibility", vitrine_registry_visibility(registry) == VITRINE_VISIBILITY_RESTRICTED ? "restricted" : "organization");
        number("all_types", vitrine_registry_allows_all_types(registry));
        key("types");
        open_with('[');
        for (size_t i = 0; i < vitrine_registry_type_count(registry); i++)
                item(vitrine_registry_type(registry, i));
        close_with(']');
        tell_members(registry);
        tell_collections(registry);
        tell_versions(registry);
        close_with('}');
        printf("\n");
}

static void find(vitrine_registry *registry, const char *filter, const char *order)
{
        vitrine_collections *list = NULL;
        vitrine_collection *one = NULL;

        check(vitrine_registry_collections(registry, filter, order, &list, &error));
        for (;;) {
                check(vitrine_collections_next(list, &one, &error));
                if (!one)
                        break;
                printf("%s\n", vitrine_collection_name(one));
                vitrine_collection_free(one);
        }
        vitrine_collections_free(list);
}

/* ---- making ------------------------------------------------------------------------------------- */

static void make_version(vitrine_session *session, const char *path)
{
        static const char *const aliases[] = { "staging", "grün" }, *const tags[] = { "tested", "by c" };
        struct vitrine_artifact_options options = VITRINE_ARTIFACT_OPTIONS_INIT;
        struct vitrine_log_options log = VITRINE_LOG_OPTIONS_INIT;
        struct vitrine_reference_options pointer = VITRINE_REFERENCE_OPTIONS_INIT;
        vitrine_artifact *draft = NULL, *linked = NULL;
        vitrine_run *run = NULL;

        options.description = "weights from C";
        options.metadata_json = "{\"acc\": 0.5, \"layers\": [1, 2], \"deep\": {\"ü\": null, \"yes\": true}}";
        pointer.size_bytes = 7;
        log.tags = tags;
        log.tag_count = 2;
        check(vitrine_run_start(session, NULL, &run, &error));
        check(vitrine_artifact_new(session, "made-in-c", "model", &options, &draft, &error));
        check(vitrine_artifact_add_bytes(draft, "weights.bin", "\0\1\2\3", 4, &error));
        check(vitrine_artifact_add_bytes(draft, "folder/ä ö.txt", "umlaut", 6, &error));
        check(vitrine_artifact_add_bytes(draft, "empty", "", 0, &error));
        check(vitrine_artifact_add_reference(draft, "tape://shelf/key", "ref", &pointer, &error));
        log.run = run;
        check(vitrine_artifact_log(draft, &log, &error));
        check(vitrine_artifact_link(draft, path, aliases, 2, &linked, &error));
        check(vitrine_run_finish(run, 0, &error));
        vitrine_artifact_free(linked);
        vitrine_artifact_free(draft);
        vitrine_run_free(run);
}

static void make_collections(vitrine_session *session, const char *registry_path)
{
        static const char *const tags[] = { "vision", "two words" };
        struct vitrine_collection_changes changes = VITRINE_COLLECTION_CHANGES_INIT;
        vitrine_collection *collection = NULL;
        char path[600];

        snprintf(path, sizeof(path), "%s/Empty", registry_path);
        check(vitrine_collection_create(session, path, "dataset", "nothing in it", &collection, &error));
        vitrine_collection_free(collection);
        snprintf(path, sizeof(path), "%s/From C", registry_path);
        make_version(session, path);
        check(vitrine_collection_fetch(session, path, &collection, &error));
        changes.description = "\"quoted\"\nand a second line";
        changes.tags_to_add = tags;
        changes.tags_to_add_count = 2;
        check(vitrine_collection_update(collection, &changes, &error));
        vitrine_collection_free(collection);
}

static void make(vitrine_session *session, char **words)
{
        static const char *const types[] = { "model", "dataset" };
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;
        vitrine_registry *registry = NULL;

        options.organization = words[0];
        options.visibility = VITRINE_VISIBILITY_RESTRICTED;
        options.description = "as it was made";
        options.artifact_types = types;
        options.artifact_type_count = 2;
        check(vitrine_registry_create(session, words[1], &options, &registry, &error));
        check(vitrine_registry_set_description(registry, "gemacht in C: ä \"ö\" \\ ü", &error));
        check(vitrine_registry_add_type(registry, "job", &error));
        check(vitrine_registry_save(registry, &error));
        check(vitrine_registry_add_member(registry, VITRINE_MEMBER_USER, words[2], "viewer", &error));
        check(vitrine_registry_add_member(registry, VITRINE_MEMBER_TEAM, words[3], NULL, &error));
        check(vitrine_registry_set_role(registry, VITRINE_MEMBER_USER, words[2], "member", &error));
        make_collections(session, vitrine_registry_path(registry));
        vitrine_registry_free(registry);
}

int main(int argc, char **argv)
{
        vitrine_registry *registry = NULL;
        vitrine_session *session = NULL;

        if (argc < 4)
                return 2;
        check(vitrine_session_new(NULL, &session, &error));
        if (strcmp(argv[1], "make") == 0 && argc == 6) {
                make(session, argv + 2);
        } else if (strcmp(argv[1], "read") == 0 || (strcmp(argv[1], "find") == 0 && argc == 6)) {
                check(vitrine_registry_fetch(session, argv[3], argv[2], &registry, &error));
                if (argv[1][0] == 'r')
                        tell_registry(registry);
                else
                        find(registry, argv[4], argv[5]);
                vitrine_registry_free(registry);
        } else {
                return 2;
        }
        vitrine_session_free(session);
        return 0;
}
