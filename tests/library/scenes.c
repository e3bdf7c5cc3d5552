/*
 * The public calls of the library, one scene each; torture.h says what a scene is.
 *
 * test_library.py holds this file against the headers: every function of theirs that can fail is called here.
 */
#include "torture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY(call) do { enum vitrine_code code_ = (call); if (code_) return code_; } while (0)

static const char *const aliases[] = { "blue", "green" };
static const char *const tags[] = { "good one", "other" };
static const char *const types[] = { "model", "dataset" };

static const char kept_path[] = "wandb-registry-Tortured/Kept";

enum vitrine_code new_session(vitrine_session **ret, struct vitrine_error *error)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;

        options.cache_dir = in_dir("cache");
        options.retry_for_s = 20;
        options.hash_threads = 2;
        options.netrc_file = in_dir("no-netrc");
        return vitrine_session_new(&options, ret, error);
}

static enum vitrine_code new_draft(struct stage *st, const char *name, struct vitrine_error *error)
{
        return vitrine_artifact_new(st->session, name, "model", NULL, &st->draft, error);
}

static enum vitrine_code fill_draft(struct stage *st, struct vitrine_error *error)
{
        char address[1100];

        TRY(vitrine_artifact_add_dir(st->draft, in_dir("in"), "files", error));
        TRY(vitrine_artifact_add_bytes(st->draft, "note.txt", "small", 5, error));
        snprintf(address, sizeof(address), "file://%s", in_dir("in/small"));
        return vitrine_artifact_add_reference(st->draft, address, "ref", NULL, error);
}

/* torture:v0, torture-large:v0 and its like; a registry with a link; a team in it. */
enum vitrine_code make_world(struct vitrine_error *error)
{
        struct stage st = { 0 };
        vitrine_artifact *large = NULL;

        TRY(new_session(&st.session, error));
        TRY(new_draft(&st, "torture", error));
        TRY(fill_draft(&st, error));
        TRY(vitrine_artifact_log(st.draft, NULL, error));
        TRY(vitrine_artifact_new(st.session, "torture-large", "model", NULL, &large, error));
        TRY(vitrine_artifact_add_dir(large, in_dir("more"), NULL, error));
        TRY(vitrine_artifact_log(large, NULL, error));
        TRY(vitrine_registry_create(st.session, "Tortured", NULL, &st.registry, error));
        TRY(vitrine_artifact_link(st.draft, kept_path, aliases, 1, NULL, error));
        vitrine_artifact_free(large);
        vitrine_artifact_free(st.draft);
        vitrine_registry_free(st.registry);
        vitrine_session_free(st.session);
        return VITRINE_OK;
}

/* ---- what several scenes start from ---------------------------------------------------------------------- */

static enum vitrine_code with_version(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_fetch(st->session, "torture:v0", NULL, &st->version, error);
}

static enum vitrine_code with_large(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_fetch(st->session, "torture-large", NULL, &st->version, error);
}

static enum vitrine_code with_draft(struct stage *st, struct vitrine_error *error)
{
        TRY(new_draft(st, st->name, error));
        return vitrine_artifact_add_bytes(st->draft, "first", "small", 5, error);
}

static enum vitrine_code with_draft_and_version(struct stage *st, struct vitrine_error *error)
{
        TRY(with_draft(st, error));
        return with_version(st, error);
}

static enum vitrine_code with_registry(struct stage *st, struct vitrine_error *error)
{
        return vitrine_registry_fetch(st->session, "Tortured", NULL, &st->registry, error);
}

/* One of its own, that only takes models. */
static enum vitrine_code with_own_registry(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;

        options.artifact_types = types;
        options.artifact_type_count = 1;
        return vitrine_registry_create(st->session, st->name, &options, &st->registry, error);
}

static enum vitrine_code with_link(struct stage *st, struct vitrine_error *error)
{
        TRY(with_version(st, error));
        snprintf(st->path, sizeof(st->path), "wandb-registry-Tortured/%s", st->name);
        return vitrine_artifact_link(st->version, st->path, aliases, 1, &st->linked, error);
}

static enum vitrine_code with_collection(struct stage *st, struct vitrine_error *error)
{
        TRY(with_link(st, error));
        return vitrine_collection_fetch(st->session, st->path, &st->collection, error);
}

static enum vitrine_code with_run_and_version(struct stage *st, struct vitrine_error *error)
{
        TRY(vitrine_run_start(st->session, NULL, &st->run, error));
        return with_version(st, error);
}

static enum vitrine_code with_full_cache(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;

        TRY(with_version(st, error));
        options.root = in_dir("out");
        return vitrine_artifact_download(st->version, &options, NULL, error);
}

/* ---- sessions ------------------------------------------------------------------------------------------------ */

static enum vitrine_code act_session(struct stage *st, struct vitrine_error *error)
{
        vitrine_session *session = NULL;

        (void)st;
        TRY(new_session(&session, error));
        vitrine_session_free(session);
        return VITRINE_OK;
}

/* Without the settings that would spare it the question. */
static enum vitrine_code with_bare_session(struct stage *st, struct vitrine_error *error)
{
        char *entity = strdup(getenv("VITRINE_ENTITY") ? getenv("VITRINE_ENTITY") : "");
        enum vitrine_code code;

        vitrine_session_free(st->session);
        st->session = NULL;
        unsetenv("VITRINE_ENTITY");
        code = new_session(&st->session, error);
        setenv("VITRINE_ENTITY", entity, 1);
        free(entity);
        return code;
}

static enum vitrine_code act_viewer(struct stage *st, struct vitrine_error *error)
{
        vitrine_viewer *viewer = NULL;

        TRY(vitrine_session_viewer(st->session, &viewer, error));
        vitrine_viewer_free(viewer);
        return VITRINE_OK;
}

static enum vitrine_code act_entity(struct stage *st, struct vitrine_error *error)
{
        const char *entity = NULL;

        return vitrine_session_entity(st->session, &entity, error);
}

static enum vitrine_code act_organization(struct stage *st, struct vitrine_error *error)
{
        const char *organization = NULL;

        return vitrine_session_organization(st->session, &organization, error);
}

static enum vitrine_code act_feature(struct stage *st, struct vitrine_error *error)
{
        int enabled = 0;

        return vitrine_session_feature(st->session, "ARTIFACT_REGISTRY_SEARCH", &enabled, error);
}

static enum vitrine_code act_graphql(struct stage *st, struct vitrine_error *error)
{
        char *data = NULL;

        TRY(vitrine_session_graphql(st->session, "query Q($n: String!) { entity(name: $n) { name } }", "{\"n\": \"team\"}",
                                    &data, error));
        vitrine_free(data);
        return VITRINE_OK;
}

static enum vitrine_code act_netrc(struct stage *st, struct vitrine_error *error)
{
        (void)st;
        TRY(vitrine_netrc_store(in_dir("netrc"), "http://127.0.0.1:1", "0123456789012345678901234567890123456789", error));
        return vitrine_netrc_store(in_dir("netrc"), "http://127.0.0.1:1", NULL, error);
}

/* ---- drafts ----------------------------------------------------------------------------------------------------- */

static enum vitrine_code act_new(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_artifact_options options = VITRINE_ARTIFACT_OPTIONS_INIT;
        vitrine_artifact *draft = NULL;

        options.description = "told";
        options.metadata_json = "{\"a\": [1, {\"b\": null}]}";
        TRY(vitrine_artifact_new(st->session, st->name, "model", &options, &draft, error));
        vitrine_artifact_free(draft);
        return VITRINE_OK;
}

static enum vitrine_code act_new_draft(struct stage *st, struct vitrine_error *error)
{
        vitrine_artifact *draft = NULL;

        TRY(vitrine_artifact_new_draft(st->version, &draft, error));
        vitrine_artifact_free(draft);
        return VITRINE_OK;
}

static enum vitrine_code act_add_file(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_add_file(st->draft, in_dir("in/small"), NULL, error);
}

static enum vitrine_code act_add_dir(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_add_dir(st->draft, in_dir("in"), "files", error);
}

static enum vitrine_code act_add_bytes(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_add_bytes(st->draft, "bytes", "small", 5, error);
}

static enum vitrine_code act_add_reference(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_reference_options options = VITRINE_REFERENCE_OPTIONS_INIT;

        options.digest = "etag";
        options.extra_json = "{\"etag\": \"etag\"}";
        options.size_bytes = 7;
        return vitrine_artifact_add_reference(st->draft, "s3://bucket/key", "ref", &options, error);
}

static enum vitrine_code act_add_file_reference(struct stage *st, struct vitrine_error *error)
{
        char address[1100];

        snprintf(address, sizeof(address), "file://%s", in_dir("in"));
        return vitrine_artifact_add_reference(st->draft, address, "refs", NULL, error);
}

static enum vitrine_code act_add_web_reference(struct stage *st, struct vitrine_error *error)
{
        char address[1100];

        snprintf(address, sizeof(address), "%s/healthz", vitrine_session_base_url(st->session));
        return vitrine_artifact_add_reference(st->draft, address, "page", NULL, error);
}

static enum vitrine_code act_add_artifact_file(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_add_artifact_file(st->draft, st->version, "files/big", "borrowed", error);
}

static enum vitrine_code act_remove(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_remove(st->draft, "first", error);
}

static enum vitrine_code act_update_draft(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_artifact_changes changes = VITRINE_ARTIFACT_CHANGES_INIT;

        changes.description = "changed";
        changes.metadata_json = "{\"changed\": true}";
        return vitrine_artifact_update(st->draft, &changes, error);
}

static enum vitrine_code act_entries(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_entry entry = VITRINE_ENTRY_INIT;
        size_t count = 0;

        TRY(vitrine_artifact_entry_count(st->version, &count, error));
        TRY(vitrine_artifact_entry(st->version, 0, &entry, error));
        return vitrine_artifact_entry_find(st->version, "note.txt", &entry, error);
}

static int hear_entry(const struct vitrine_entry *entry, void *payload)
{
        return strcmp(entry->path, payload) == 0;
}

static enum vitrine_code act_each_entry(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_each_entry(st->version, hear_entry, (char[]){ "nowhere" }, error);
}

/* ---- logging ------------------------------------------------------------------------------------------------------ */

/* Content that no version has, so that all steps of an upload are made. */
static enum vitrine_code with_full_draft(struct stage *st, struct vitrine_error *error)
{
        TRY(vitrine_run_start(st->session, NULL, &st->run, error));
        TRY(new_draft(st, "logged", error));
        TRY(fill_draft(st, error));
        return vitrine_artifact_add_bytes(st->draft, "name", st->name, strlen(st->name), error);
}

static enum vitrine_code act_log(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_log_options options = VITRINE_LOG_OPTIONS_INIT;

        options.run = st->run;
        options.aliases = aliases;
        options.alias_count = 2;
        options.tags = tags;
        options.tag_count = 2;
        options.ttl_s = 86400;
        return vitrine_artifact_log(st->draft, &options, error);
}

static enum vitrine_code with_next_draft(struct stage *st, struct vitrine_error *error)
{
        TRY(with_version(st, error));
        TRY(vitrine_artifact_new_draft(st->version, &st->draft, error));
        return vitrine_artifact_add_bytes(st->draft, "name", st->name, strlen(st->name), error);
}

static enum vitrine_code act_log_next(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_log(st->draft, NULL, error);
}

/* ---- finding and changing versions -------------------------------------------------------------------------------- */

static enum vitrine_code act_fetch(struct stage *st, struct vitrine_error *error)
{
        vitrine_artifact *version = NULL;

        TRY(vitrine_artifact_fetch(st->session, kept_path, "model", &version, error));
        vitrine_artifact_free(version);
        return VITRINE_OK;
}

static enum vitrine_code act_fetch_id(struct stage *st, struct vitrine_error *error)
{
        vitrine_artifact *version = NULL;

        TRY(vitrine_artifact_fetch_id(st->session, vitrine_artifact_id(st->version), &version, error));
        vitrine_artifact_free(version);
        return VITRINE_OK;
}

static enum vitrine_code act_load(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_load(st->version, error);
}

static enum vitrine_code act_link(struct stage *st, struct vitrine_error *error)
{
        vitrine_artifact *linked = NULL;
        char path[128];

        snprintf(path, sizeof(path), "wandb-registry-Tortured/%s", st->name);
        TRY(vitrine_artifact_link(st->version, path, aliases, 2, &linked, error));
        vitrine_artifact_free(linked);
        return VITRINE_OK;
}

/* A draft is logged on the way. */
static enum vitrine_code act_link_draft(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_link(st->draft, kept_path, aliases, 1, NULL, error);
}

static enum vitrine_code act_unlink(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_unlink(st->linked, error);
}

static enum vitrine_code with_own_version(struct stage *st, struct vitrine_error *error)
{
        TRY(with_draft(st, error));
        return vitrine_artifact_log(st->draft, NULL, error);
}

static enum vitrine_code act_delete(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_delete(st->draft, 1, error);
}

static enum vitrine_code act_add_aliases(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_add_aliases(st->version, aliases, 2, error);
}

static enum vitrine_code with_aliases(struct stage *st, struct vitrine_error *error)
{
        TRY(with_own_version(st, error));
        return vitrine_artifact_add_aliases(st->draft, aliases, 2, error);
}

static enum vitrine_code act_remove_aliases(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_remove_aliases(st->draft, aliases, 2, error);
}

static enum vitrine_code act_update(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_artifact_changes changes = VITRINE_ARTIFACT_CHANGES_INIT;

        changes.description = st->name;
        changes.metadata_json = "{\"acc\": 0.5}";
        changes.tags_to_add = tags;
        changes.tags_to_add_count = 1;
        changes.tags_to_remove = tags + 1;
        changes.tags_to_remove_count = 1;
        changes.ttl_s = -2;
        return vitrine_artifact_update(st->draft, &changes, error);
}

/* ---- files ------------------------------------------------------------------------------------------------------------ */

static enum vitrine_code act_download(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;
        char *root = NULL;

        options.root = in_dir("out");
        options.prune = 1;
        TRY(vitrine_artifact_download(st->version, &options, &root, error));
        vitrine_free(root);
        return VITRINE_OK;
}

static enum vitrine_code act_download_again(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;

        options.root = in_dir("out/from-cache");
        return vitrine_artifact_download(st->version, &options, NULL, error);
}

static enum vitrine_code act_download_uncached(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;

        options.root = in_dir("out");
        options.no_cache = 1;
        options.skip_references = 1;
        options.path_prefix = "files/";
        return vitrine_artifact_download(st->version, &options, NULL, error);
}

static enum vitrine_code act_download_large(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;

        options.root = in_dir("out");
        return vitrine_artifact_download(st->version, &options, NULL, error);
}

static enum vitrine_code act_download_file(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_download_file(st->version, "files/big", in_dir("out/single"), NULL, error);
}

static int swallow(const void *data, size_t size, void *payload)
{
        (void)data;
        *(size_t *)payload += size;
        return 0;
}

static enum vitrine_code act_read_file(struct stage *st, struct vitrine_error *error)
{
        size_t seen = 0;

        return vitrine_artifact_read_file(st->version, "files/big", swallow, &seen, error);
}

static enum vitrine_code act_verify(struct stage *st, struct vitrine_error *error)
{
        return vitrine_artifact_verify(st->version, in_dir("out"), 1, error);
}

static enum vitrine_code act_cache(struct stage *st, struct vitrine_error *error)
{
        uint64_t files = 0, bytes = 0;

        TRY(vitrine_cache_usage(st->session, &files, &bytes, error));
        TRY(vitrine_cache_check(st->session, &files, &bytes, error));
        return vitrine_cache_clean(st->session, 1, &bytes, error);
}

/* ---- runs ---------------------------------------------------------------------------------------------------------------- */

static enum vitrine_code act_run(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_run_options options = VITRINE_RUN_OPTIONS_INIT;
        vitrine_run *run = NULL;

        options.job_type = "torture";
        options.config_json = "{\"lr\": 0.1, \"deep\": {\"a\": [1]}}";
        TRY(vitrine_run_start(st->session, &options, &run, error));
        vitrine_run_free(run);
        return VITRINE_OK;
}

static enum vitrine_code act_finish(struct stage *st, struct vitrine_error *error)
{
        return vitrine_run_finish(st->run, 0, error);
}

static enum vitrine_code act_use(struct stage *st, struct vitrine_error *error)
{
        vitrine_artifact *used = NULL;

        TRY(vitrine_artifact_use(st->run, kept_path, "model", &used, error));
        vitrine_artifact_free(used);
        return vitrine_artifact_used_by(st->version, st->run, error);
}

static enum vitrine_code act_lineage(struct stage *st, struct vitrine_error *error)
{
        vitrine_runs *runs = NULL;

        TRY(vitrine_artifact_consumers(st->version, &runs, error));
        vitrine_runs_free(runs);
        runs = NULL;
        TRY(vitrine_artifact_producers(st->version, &runs, error));
        vitrine_runs_free(runs);
        return VITRINE_OK;
}

/* ---- registries ------------------------------------------------------------------------------------------------------------ */

static enum vitrine_code act_registry_create(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;
        vitrine_registry *registry = NULL;

        options.visibility = VITRINE_VISIBILITY_RESTRICTED;
        options.description = "tortured";
        options.artifact_types = types;
        options.artifact_type_count = 2;
        TRY(vitrine_registry_create(st->session, st->name, &options, &registry, error));
        vitrine_registry_free(registry);
        return VITRINE_OK;
}

static enum vitrine_code act_registry_fetch(struct stage *st, struct vitrine_error *error)
{
        vitrine_registry *registry = NULL;

        TRY(vitrine_registry_fetch(st->session, "wandb-registry-Tortured", "local", &registry, error));
        vitrine_registry_free(registry);
        return VITRINE_OK;
}

static enum vitrine_code act_registry_load(struct stage *st, struct vitrine_error *error)
{
        return vitrine_registry_load(st->registry, error);
}

/* The setters are repeated, too: one that failed has changed nothing. */
static enum vitrine_code act_registry_set(struct stage *st, struct vitrine_error *error)
{
        vitrine_registry *r = st->registry;

        TRY(vitrine_registry_set_description(r, "set", error));
        TRY(vitrine_registry_set_visibility(r, VITRINE_VISIBILITY_RESTRICTED, error));
        TRY(vitrine_registry_set_allows_all_types(r, 0, error));
        TRY(vitrine_registry_add_type(r, "dataset", error));
        TRY(vitrine_registry_add_type(r, "mistake", error));
        TRY(vitrine_registry_remove_type(r, "mistake", error));
        return vitrine_registry_set_name(r, st->name, error);
}

static enum vitrine_code with_changed_registry(struct stage *st, struct vitrine_error *error)
{
        TRY(with_own_registry(st, error));
        TRY(vitrine_registry_set_description(st->registry, "saved", error));
        return vitrine_registry_add_type(st->registry, "dataset", error);
}

static enum vitrine_code with_renamed_registry(struct stage *st, struct vitrine_error *error)
{
        char name[80];

        TRY(with_own_registry(st, error));
        snprintf(name, sizeof(name), "%s-new", st->name);
        return vitrine_registry_set_name(st->registry, name, error);
}

static enum vitrine_code act_registry_save(struct stage *st, struct vitrine_error *error)
{
        return vitrine_registry_save(st->registry, error);
}

static enum vitrine_code act_registry_delete(struct stage *st, struct vitrine_error *error)
{
        return vitrine_registry_delete(st->registry, error);
}

static enum vitrine_code act_registries(struct stage *st, struct vitrine_error *error)
{
        vitrine_registries *list = NULL;
        vitrine_registry *one = NULL;
        enum vitrine_code code;

        TRY(vitrine_registries_list(st->session, NULL, "{\"name\": {\"$in\": [\"Tortured\", \"model\"]}}", "name", 1, &list,
                                    error));
        do {
                vitrine_registry_free(one);
                one = NULL;
                code = vitrine_registries_next(list, &one, error);
        } while (!code && one);
        vitrine_registries_free(list);
        return code;
}

static enum vitrine_code act_members(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_member member = VITRINE_MEMBER_INIT;
        vitrine_members *members = NULL;
        enum vitrine_code code;

        TRY(vitrine_registry_members(st->registry, &members, error));
        code = vitrine_members_get(members, 0, &member, error);
        vitrine_members_free(members);
        return code;
}

static enum vitrine_code act_change_members(struct stage *st, struct vitrine_error *error)
{
        const char *who = getenv("MEMBER");

        TRY(vitrine_registry_add_member(st->registry, VITRINE_MEMBER_USER, who, "viewer", error));
        TRY(vitrine_registry_add_member(st->registry, VITRINE_MEMBER_TEAM, "team", NULL, error));
        TRY(vitrine_registry_set_role(st->registry, VITRINE_MEMBER_USER, who, "member", error));
        TRY(vitrine_registry_remove_member(st->registry, VITRINE_MEMBER_TEAM, "team", error));
        return vitrine_registry_remove_member(st->registry, VITRINE_MEMBER_USER, who, error);
}

/* ---- collections and lists of versions ------------------------------------------------------------------------------------------ */

static enum vitrine_code walk_collections(vitrine_collections *list, struct vitrine_error *error)
{
        vitrine_collection *one = NULL;
        enum vitrine_code code;

        do {
                vitrine_collection_free(one);
                one = NULL;
                code = vitrine_collections_next(list, &one, error);
        } while (!code && one);
        vitrine_collections_free(list);
        return code;
}

static enum vitrine_code walk_versions(vitrine_versions *list, struct vitrine_error *error)
{
        vitrine_artifact *one = NULL;
        enum vitrine_code code;

        do {
                vitrine_artifact_free(one);
                one = NULL;
                code = vitrine_versions_next(list, &one, error);
        } while (!code && one);
        vitrine_versions_free(list);
        return code;
}

static enum vitrine_code act_collections(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_collections *list = NULL;

        options.project = vitrine_session_project(st->session);
        options.type = "model";
        options.filter = "{\"name\": {\"$contains\": \"torture\"}}";
        options.per_page = 1;
        TRY(vitrine_collections_list(st->session, &options, &list, error));
        return walk_collections(list, error);
}

static enum vitrine_code act_registry_collections(struct stage *st, struct vitrine_error *error)
{
        vitrine_collections *list = NULL;

        TRY(vitrine_registry_collections(st->registry, "{\"name\": \"Kept\"}", "-created_at", &list, error));
        return walk_collections(list, error);
}

static enum vitrine_code act_versions(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_versions *list = NULL;

        options.project = vitrine_session_project(st->session);
        options.collection = "torture";
        options.filter = "{\"alias\": \"latest\"}";
        TRY(vitrine_versions_list(st->session, &options, &list, error));
        return walk_versions(list, error);
}

static enum vitrine_code act_registry_versions(struct stage *st, struct vitrine_error *error)
{
        vitrine_versions *list = NULL;

        TRY(vitrine_registry_versions(st->registry, "{\"version\": \"v0\"}", &list, error));
        return walk_versions(list, error);
}

static enum vitrine_code act_collection_fetch(struct stage *st, struct vitrine_error *error)
{
        vitrine_collection *collection = NULL;

        TRY(vitrine_collection_fetch(st->session, kept_path, &collection, error));
        vitrine_collection_free(collection);
        return VITRINE_OK;
}

static enum vitrine_code act_collection_create(struct stage *st, struct vitrine_error *error)
{
        vitrine_collection *collection = NULL;
        char path[128];

        snprintf(path, sizeof(path), "wandb-registry-Tortured/%s", st->name);
        TRY(vitrine_collection_create(st->session, path, "model", "made", &collection, error));
        vitrine_collection_free(collection);
        return VITRINE_OK;
}

static enum vitrine_code act_collection_aliases(struct stage *st, struct vitrine_error *error)
{
        const char *const *all = NULL;
        size_t count = 0;

        return vitrine_collection_aliases(st->collection, &all, &count, error);
}

static enum vitrine_code act_collection_update(struct stage *st, struct vitrine_error *error)
{
        struct vitrine_collection_changes changes = VITRINE_COLLECTION_CHANGES_INIT;

        changes.description = "updated";
        changes.tags_to_add = tags;
        changes.tags_to_add_count = 2;
        changes.tags_to_remove = tags;
        changes.tags_to_remove_count = 1;
        return vitrine_collection_update(st->collection, &changes, error);
}

static enum vitrine_code act_collection_delete(struct stage *st, struct vitrine_error *error)
{
        return vitrine_collection_delete(st->collection, error);
}

const struct scene scenes[] = {
        { "session", NULL, act_session, VITRINE_OK, 1 },
        { "viewer", NULL, act_viewer },
        { "entity", with_bare_session, act_entity },
        { "organization", NULL, act_organization },
        { "feature", NULL, act_feature },
        { "graphql", NULL, act_graphql },
        { "netrc", NULL, act_netrc, VITRINE_OK, 1 },
        { "lineage", with_version, act_lineage },
        { "registries", NULL, act_registries },
        { "collections", NULL, act_collections },
        { "registry-collections", with_registry, act_registry_collections },
        { "versions", NULL, act_versions },
        { "registry-versions", with_registry, act_registry_versions },
        { "new", NULL, act_new },
        { "new-draft", with_version, act_new_draft },
        { "add-file", with_draft, act_add_file },
        { "add-dir", with_draft, act_add_dir },
        { "add-bytes", with_draft, act_add_bytes },
        { "add-reference", with_draft, act_add_reference },
        { "add-file-reference", with_draft, act_add_file_reference },
        { "add-web-reference", with_draft, act_add_web_reference },
        { "add-artifact-file", with_draft_and_version, act_add_artifact_file },
        { "remove", with_draft, act_remove },
        { "update-draft", with_draft, act_update_draft },
        { "entries", with_version, act_entries },
        { "each-entry", with_version, act_each_entry },
        { "log", with_full_draft, act_log },
        { "log-next", with_next_draft, act_log_next },
        { "fetch", NULL, act_fetch },
        { "fetch-id", with_version, act_fetch_id },
        { "load", with_version, act_load },
        { "link", with_version, act_link },
        { "link-draft", with_draft, act_link_draft },
        { "unlink", with_link, act_unlink, VITRINE_NOT_FOUND },
        { "delete", with_own_version, act_delete, VITRINE_NOT_FOUND },
        { "add-aliases", with_version, act_add_aliases },
        { "remove-aliases", with_aliases, act_remove_aliases },
        { "update", with_own_version, act_update },
        { "download", with_version, act_download },
        { "download-again", with_full_cache, act_download_again },
        { "download-uncached", with_version, act_download_uncached },
        { "download-large", with_large, act_download_large },
        { "download-file", with_version, act_download_file },
        { "read-file", with_version, act_read_file },
        { "verify", with_full_cache, act_verify },
        { "cache", with_full_cache, act_cache },
        { "run", NULL, act_run },
        { "finish", with_run_and_version, act_finish },
        { "use", with_run_and_version, act_use },
        { "registry-create", NULL, act_registry_create, VITRINE_EXISTS },
        { "registry-fetch", NULL, act_registry_fetch },
        { "registry-load", with_registry, act_registry_load },
        { "registry-set", with_own_registry, act_registry_set },
        { "registry-save", with_changed_registry, act_registry_save },
        { "registry-rename", with_renamed_registry, act_registry_save },
        { "registry-delete", with_own_registry, act_registry_delete, VITRINE_NOT_FOUND },
        { "members", with_registry, act_members },
        { "change-members", with_own_registry, act_change_members },
        { "collection-fetch", NULL, act_collection_fetch },
        { "collection-create", NULL, act_collection_create, VITRINE_EXISTS },
        { "collection-aliases", with_collection, act_collection_aliases },
        { "collection-update", with_collection, act_collection_update },
        { "collection-delete", with_collection, act_collection_delete, VITRINE_NOT_FOUND },
};
const size_t scene_count = sizeof(scenes) / sizeof(scenes[0]);
