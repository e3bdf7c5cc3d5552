/*
 * A small program over the public headers, for tests/library/test_library.py.
 *
 *   probe log NAME DIR           logs a directory; prints the version's full name and digest
 *   probe pull PATH DIR          downloads and verifies; prints "files=N skipped=N"
 *   probe story ORG              registry, link, aliases, tags, run, lineage, lists; prints "ok"
 *   probe cat PATH FILE          one file to standard output
 *
 * NO_CACHE in the environment leaves the cache out; CANCEL_AT=N cancels at the N-th event.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vitrine/vitrine.h>

static struct vitrine_error error = VITRINE_ERROR_INIT;
static struct vitrine_event last;
static unsigned long events;

static void check_at(enum vitrine_code code, int line)
{
        if (code == VITRINE_OK)
                return;
        fprintf(stderr, "probe.c:%d: %s: %s\n", line, vitrine_code_name(code), error.message);
        exit(10 + (int)code);
}
#define check(code) check_at((code), __LINE__)

static void require_at(int holds, const char *what, int line)
{
        if (holds)
                return;
        fprintf(stderr, "probe.c:%d: not so: %s\n", line, what);
        exit(1);
}
#define require(holds) require_at((holds), #holds, __LINE__)

static int on_event(const struct vitrine_event *event, void *payload)
{
        const char *cancel_at = getenv("CANCEL_AT");

        (void)payload;
        last = *event;
        require(event->bytes_done <= event->bytes_total && event->files_done <= event->files_total);
        return cancel_at && ++events == strtoul(cancel_at, NULL, 10);
}

static void log_dir(vitrine_session *session, const char *name, const char *dir)
{
        vitrine_artifact *draft = NULL;

        check(vitrine_artifact_new(session, name, "model", NULL, &draft, &error));
        check(vitrine_artifact_add_dir(draft, dir, NULL, &error));
        check(vitrine_artifact_log(draft, NULL, &error));
        require(!vitrine_artifact_is_draft(draft));
        printf("%s %s\n", vitrine_artifact_qualified_name(draft), vitrine_artifact_digest(draft));
        vitrine_artifact_free(draft);
}

static void pull(vitrine_session *session, const char *path, const char *dir)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;
        vitrine_artifact *version = NULL;

        options.root = dir;
        options.no_cache = getenv("NO_CACHE") != NULL;
        options.prune = 1;
        check(vitrine_artifact_fetch(session, path, NULL, &version, &error));
        check(vitrine_artifact_download(version, &options, NULL, &error));
        printf("files=%llu skipped=%llu\n", (unsigned long long)last.files_done, (unsigned long long)last.files_skipped);
        check(vitrine_artifact_verify(version, dir, 1, &error));
        vitrine_artifact_free(version);
}

static int to_stdout(const void *data, size_t size, void *payload)
{
        (void)payload;
        return fwrite(data, 1, size, stdout) != size;
}

static void cat(vitrine_session *session, const char *path, const char *file)
{
        vitrine_artifact *version = NULL;

        check(vitrine_artifact_fetch(session, path, NULL, &version, &error));
        check(vitrine_artifact_read_file(version, file, to_stdout, NULL, &error));
        vitrine_artifact_free(version);
}

static size_t count_versions(vitrine_registry *registry, const char *filter)
{
        vitrine_versions *list = NULL;
        vitrine_artifact *one = NULL;
        size_t count = 0;

        check(vitrine_registry_versions(registry, filter, &list, &error));
        for (;;) {
                check(vitrine_versions_next(list, &one, &error));
                if (!one)
                        break;
                count++;
                vitrine_artifact_free(one);
        }
        vitrine_versions_free(list);
        return count;
}

static void tell_lineage(vitrine_session *session, vitrine_artifact *linked, const char *path)
{
        vitrine_artifact *used = NULL;
        vitrine_runs *runs = NULL;
        vitrine_run *run = NULL;

        check(vitrine_run_start(session, NULL, &run, &error));
        check(vitrine_artifact_use(run, path, "model", &used, &error));
        require(vitrine_artifact_is_link(used));
        check(vitrine_artifact_consumers(linked, &runs, &error));
        require(vitrine_runs_count(runs) == 1);
        require(strcmp(vitrine_runs_id(runs, 0), vitrine_run_id(run)) == 0);
        require(vitrine_runs_id(runs, 1) == NULL);
        vitrine_runs_free(runs);
        check(vitrine_run_finish(run, 0, &error));
        vitrine_artifact_free(used);
        vitrine_run_free(run);
}

static void change_version(vitrine_artifact *linked)
{
        static const char *const blue[] = { "blue" }, *const tags[] = { "good one" };
        struct vitrine_artifact_changes changes = VITRINE_ARTIFACT_CHANGES_INIT;

        check(vitrine_artifact_add_aliases(linked, blue, 1, &error));
        require(vitrine_artifact_alias_count(linked) == 3); /* latest, production, blue */
        check(vitrine_artifact_remove_aliases(linked, blue, 1, &error));
        require(vitrine_artifact_alias_count(linked) == 2);
        changes.description = "a better one";
        changes.metadata_json = "{\"acc\": 0.9}";
        changes.tags_to_add = tags;
        changes.tags_to_add_count = 1;
        check(vitrine_artifact_update(linked, &changes, &error));
        require(strcmp(vitrine_artifact_description(linked), "a better one") == 0);
        require(vitrine_artifact_tag_count(linked) == 1);
}

static void story(vitrine_session *session, const char *organization)
{
        static const char *const aliases[] = { "production" };
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;
        vitrine_registry *registry = NULL;
        vitrine_artifact *draft = NULL, *linked = NULL, *next = NULL;
        vitrine_artifact *gone = NULL;

        options.organization = organization;
        options.description = "told by a test";
        check(vitrine_registry_create(session, "Story", &options, &registry, &error));
        require(vitrine_registry_create(session, "Story", &options, &registry, &error) == VITRINE_EXISTS);
        check(vitrine_artifact_new(session, "tale", "model", NULL, &draft, &error));
        check(vitrine_artifact_add_bytes(draft, "a/text.txt", "once upon a time", 16, &error));
        check(vitrine_artifact_link(draft, "wandb-registry-Story/Tales", aliases, 1, &linked, &error));
        require(strcmp(vitrine_artifact_version(linked), "v0") == 0);
        require(vitrine_artifact_alias_count(linked) == 2);
        change_version(linked);
        tell_lineage(session, linked, "wandb-registry-Story/Tales:production");
        check(vitrine_artifact_new_draft(linked, &next, &error));
        check(vitrine_artifact_add_bytes(next, "b.txt", "and then", 8, &error));
        check(vitrine_artifact_log(next, NULL, &error));
        require(strcmp(vitrine_artifact_version(next), "v1") == 0 && vitrine_artifact_file_count(next) == 2);
        require(count_versions(registry, NULL) == 1);
        require(count_versions(registry, "{\"alias\": \"nobody\"}") == 0);
        check(vitrine_artifact_unlink(linked, &error));
        require(vitrine_artifact_fetch(session, "wandb-registry-Story/Tales:production", NULL, &gone, &error) == VITRINE_NOT_FOUND);
        require(vitrine_artifact_delete(next, 0, &error) != VITRINE_OK);
        check(vitrine_artifact_delete(next, 1, &error));
        check(vitrine_registry_delete(registry, &error));
        require(vitrine_registry_load(registry, &error) == VITRINE_NOT_FOUND);
        vitrine_artifact_free(draft);
        vitrine_artifact_free(linked);
        vitrine_artifact_free(next);
        vitrine_registry_free(registry);
        printf("ok\n");
}

int main(int argc, char **argv)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        vitrine_session *session = NULL;

        if (argc < 3)
                return 2;
        options.progress = on_event;
        options.retry_for_s = 20;
        check(vitrine_session_new(&options, &session, &error));
        if (strcmp(argv[1], "log") == 0 && argc == 4)
                log_dir(session, argv[2], argv[3]);
        else if (strcmp(argv[1], "pull") == 0 && argc == 4)
                pull(session, argv[2], argv[3]);
        else if (strcmp(argv[1], "cat") == 0 && argc == 4)
                cat(session, argv[2], argv[3]);
        else if (strcmp(argv[1], "story") == 0)
                story(session, argv[2]);
        else
                return 2;
        vitrine_session_free(session);
        return 0;
}
