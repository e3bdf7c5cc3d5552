/* Tests of client/versions.c, and of what artifact.c and edit.c make of the answers. */
#include "unit.h"

#include "answers.h"

#define VERSION(id, index) \
        "{\"id\": \"" id "\", \"versionIndex\": " index ", \"description\": \"d\", \"metadata\": \"{\\\"a\\\": 1}\", " \
        "\"ttlDurationSeconds\": 60, \"state\": \"COMMITTED\", \"size\": 5, \"digest\": \"abc\", \"fileCount\": 2, \"createdAt\": " \
        "\"then\", \"updatedAt\": \"now\", \"artifactType\": {\"name\": \"model\"}, \"tags\": [{\"name\": \"t\"}], " \
        "\"artifactSequence\": {\"id\": \"s1\", \"name\": \"thing\", \"project\": {\"name\": \"demo\", \"entity\": {\"name\": " \
        "\"team\"}}}, \"aliases\": [{\"alias\": \"best\", \"artifactCollection\": {\"name\": \"thing\", \"project\": {\"name\": " \
        "\"demo\"}}}, {\"alias\": \"v" index "\", \"artifactCollection\": {\"name\": \"thing\", \"project\": {\"name\": \"demo\"}}}, " \
        "{\"alias\": \"production\", \"artifactCollection\": {\"name\": \"Things\", \"project\": {\"name\": \"wandb-registry-R\"}}}]}"
#define LINK(index, artifact) \
        "{\"versionIndex\": " index ", \"aliases\": [{\"alias\": \"production\"}, {\"alias\": \"v" index "\"}], " \
        "\"artifactCollection\": {\"id\": \"p1\", \"name\": \"Things\", \"project\": {\"name\": \"wandb-registry-R\", \"entity\": " \
        "{\"name\": \"org-entity\"}}}, \"artifact\": " artifact "}"
#define PAGE_INFO(more, cursor) "\"pageInfo\": {\"hasNextPage\": " more ", \"endCursor\": " cursor "}, "
#define OF_PROJECT(edges, more, cursor) \
        "{\"data\": {\"project\": {\"artifactCollection\": {\"artifacts\": {\"totalCount\": 3, " PAGE_INFO(more, cursor) \
        "\"edges\": [" edges "]}}}}}"
#define OF_REGISTRY(edges) \
        "{\"data\": {\"organization\": {\"orgEntity\": {\"artifactMemberships\": {" PAGE_INFO("false", "null") "\"edges\": [" \
        edges "]}}}}}"
#define NODE(node) "{\"node\": " node "}"

static void versions_of_a_project_come_in_pages(void **state UNUSED)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_versions *list = NULL;
        vitrine_artifact *one = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                OF_PROJECT(NODE(VERSION("a2", "2")) ", " NODE("null"), "true", "\"c\""),
                OF_PROJECT(NODE(VERSION("a0", "0")), "false", "null"), NULL });

        options.project = "demo";
        options.collection = "thing";
        options.filter = "{\"tag\": \"t\"}";
        options.order = "-createdAt";
        options.per_page = 2;
        assert_int_equal(vitrine_versions_list(session, &options, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_versions_total(list), -1);
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_OK);
        assert_int_equal(vitrine_versions_total(list), 3);
        assert_string_equal(vitrine_artifact_qualified_name(one), "team/demo/thing:v2");
        assert_string_equal(vitrine_artifact_id(one), "a2");
        assert_string_equal(vitrine_artifact_metadata(one), "{\"a\": 1}");
        assert_int_equal(vitrine_artifact_ttl_s(one), 60);
        assert_int_equal(vitrine_artifact_size(one), 5);
        assert_int_equal(vitrine_artifact_file_count(one), 2);
        /* Those of this collection only, and none that is a version's number. */
        assert_int_equal(vitrine_artifact_alias_count(one), 1);
        assert_string_equal(vitrine_artifact_alias(one, 0), "best");
        assert_string_equal(vitrine_artifact_tag(one, 0), "t");
        assert_false(vitrine_artifact_is_link(one));
        vitrine_artifact_free(one);
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_OK);
        assert_string_equal(vitrine_artifact_version(one), "v0");
        vitrine_artifact_free(one);
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_OK);
        assert_null(one);
        answers_asked(&a, 0, "\"entity\":\"team\",\"project\":\"demo\",\"collection\":\"thing\"");
        answers_asked(&a, 0, "\"filters\":\"{\\\"tag\\\":\\\"t\\\"}\"");
        answers_asked(&a, 0, "\"order\":\"-createdAt\",\"cursor\":null,\"perPage\":2");
        answers_asked(&a, 1, "\"cursor\":\"c\"");
        vitrine_versions_free(list);
        answers_end(&a);
}

static void versions_of_a_project_want_a_collection(void **state UNUSED)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_artifact *one = NULL;
        vitrine_versions *list = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){ "{\"data\": {\"project\": null}}", NULL });

        options.project = "demo";
        assert_int_equal(vitrine_versions_list(session, &options, &list, NULL), VITRINE_INVALID);
        options.collection = "thing";
        options.filter = "[]";
        assert_int_equal(vitrine_versions_list(session, &options, &list, NULL), VITRINE_INVALID);
        assert_null(list);
        options.filter = NULL;
        assert_int_equal(vitrine_versions_list(session, &options, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_versions_next(list, &one, &error), VITRINE_NOT_FOUND);
        assert_string_equal(error.message, "There is no collection 'team/demo/thing', or you may not see it.");
        vitrine_versions_free(list);
        answers_end(&a);
}

static void versions_of_registries_are_links(void **state UNUSED)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_versions *list = NULL;
        vitrine_artifact *one = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                OF_REGISTRY(NODE(LINK("7", VERSION("a2", "2"))) ", " NODE(LINK("6", "null"))), NULL });

        options.registry = "R";
        options.registry_filter = "{\"description\": \"x\"}";
        options.collection = "Things";
        options.collection_filter = "{\"tag\": \"y\"}";
        options.filter = "{\"alias\": \"production\"}";
        assert_int_equal(vitrine_versions_list(session, &options, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_OK);
        assert_string_equal(vitrine_artifact_qualified_name(one), "org-entity/wandb-registry-R/Things:v7");
        assert_string_equal(vitrine_artifact_alias(one, 0), "production");
        assert_int_equal(vitrine_artifact_alias_count(one), 1);
        assert_true(vitrine_artifact_is_link(one));
        assert_string_equal(vitrine_artifact_source_project(one), "demo");
        assert_string_equal(vitrine_artifact_source_version(one), "v2");
        vitrine_artifact_free(one);
        /* The other one was deleted meanwhile. */
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_OK);
        assert_null(one);
        answers_asked(&a, 0, "\"registryFilter\":\"{\\\"$and\\\":[{\\\"name\\\":\\\"wandb-registry-R\\\"},{\\\"description\\\":\\\"x\\\"}]}\"");
        answers_asked(&a, 0, "\"collectionFilter\":\"{\\\"$and\\\":[{\\\"name\\\":\\\"Things\\\"},{\\\"tag\\\":\\\"y\\\"}]}\"");
        answers_asked(&a, 0, "\"artifactFilter\":\"{\\\"alias\\\":\\\"production\\\"}\"");
        vitrine_versions_free(list);
        answers_end(&a);
}

static void collections_keep_to_both_filters(void **state UNUSED)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_collections *list = NULL;
        vitrine_collection *one = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                "{\"data\": {\"organization\": {\"orgEntity\": {\"artifactCollections\": {\"totalCount\": 0, "
                PAGE_INFO("false", "null") "\"edges\": []}}}}}", NULL });

        options.filter = "{\"tag\": \"a\"}";
        options.collection_filter = "{\"tag\": \"b\"}";
        assert_int_equal(vitrine_collections_list(session, &options, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_collections_next(list, &one, NULL), VITRINE_OK);
        assert_null(one);
        assert_int_equal(vitrine_collections_total(list), 0);
        answers_asked(&a, 0, "\"registryFilter\":null");
        answers_asked(&a, 0, "\"collectionFilter\":\"{\\\"$and\\\":[{\\\"tag\\\":\\\"b\\\"},{\\\"tag\\\":\\\"a\\\"}]}\"");
        vitrine_collections_free(list);
        answers_end(&a);
}

/* 33 MiB, the most of them blanks; free it. */
static char *long_answer(void)
{
        size_t size = 33u * 1024 * 1024;
        char *text = malloc(size + 1);

        assert_non_null(text);
        memset(text, ' ', size);
        text[0] = '{';
        text[size] = '\0';
        return text;
}

static void an_answer_that_is_too_long_is_refused(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        char *data = NULL, *tedious = long_answer();
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){ tedious, "{\"data\": {\"a\": 1}}", NULL });

        assert_int_equal(vitrine_session_graphql(session, "{ a }", NULL, &data, &error), VITRINE_TOO_LARGE);
        assert_string_equal(error.message, "The server's answer is longer than 32 MiB: ask for less at a time.");
        assert_int_equal(vitrine_session_graphql(session, "{ a }", NULL, &data, NULL), VITRINE_OK);
        vitrine_free(data);
        free(tedious);
        answers_end(&a);
}

static void pages_that_are_too_long_are_asked_for_in_halves(void **state UNUSED)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_versions *list = NULL;
        vitrine_artifact *one = NULL;
        char *tedious = long_answer();
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                tedious, tedious, OF_PROJECT(NODE(VERSION("a2", "2")), "true", "\"c\""), tedious, NULL });

        options.project = "demo";
        options.collection = "thing";
        options.per_page = 5;
        assert_int_equal(vitrine_versions_list(session, &options, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_OK);
        assert_string_equal(vitrine_artifact_version(one), "v2");
        vitrine_artifact_free(one);
        answers_asked(&a, 0, "\"cursor\":null,\"perPage\":5");
        answers_asked(&a, 1, "\"cursor\":null,\"perPage\":2");
        answers_asked(&a, 2, "\"cursor\":null,\"perPage\":1");
        /* There is no shorter page than that. */
        assert_int_equal(vitrine_versions_next(list, &one, NULL), VITRINE_TOO_LARGE);
        answers_asked(&a, 3, "\"cursor\":\"c\",\"perPage\":1");
        vitrine_versions_free(list);
        free(tedious);
        answers_end(&a);
}

static void consumers_are_read_to_the_last_page(void **state UNUSED)
{
        static const char version[] = "{\"data\": {\"artifact\": " VERSION("a2", "2") "}}";
        static const char first[] = "{\"data\": {\"artifact\": {\"usedBy\": {" PAGE_INFO("true", "\"c\"") "\"edges\": [{\"node\": {\"name\": "
                "\"r1\", \"project\": {\"name\": \"p\", \"entity\": {\"name\": \"e\"}}}}]}}}}";
        static const char second[] = "{\"data\": {\"artifact\": {\"usedBy\": {" PAGE_INFO("false", "null") "\"edges\": [{\"node\": {\"name\": "
                "\"r2\", \"project\": {\"name\": \"p\", \"entity\": {\"name\": \"e\"}}}}]}}}}";
        vitrine_artifact *one = NULL;
        vitrine_runs *runs = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                version, first, second, "{\"data\": {\"artifact\": {\"createdBy\": null}}}", NULL });

        assert_int_equal(vitrine_artifact_fetch_id(session, "a2", &one, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_consumers(one, &runs, NULL), VITRINE_OK);
        assert_int_equal(vitrine_runs_count(runs), 2);
        assert_string_equal(vitrine_runs_id(runs, 1), "r2");
        assert_string_equal(vitrine_runs_entity(runs, 1), "e");
        assert_null(vitrine_runs_id(runs, 2));
        vitrine_runs_free(runs);
        assert_int_equal(vitrine_artifact_producers(one, &runs, NULL), VITRINE_OK);
        assert_int_equal(vitrine_runs_count(runs), 0);
        vitrine_runs_free(runs);
        vitrine_artifact_free(one);
        answers_end(&a);
}

static void link_of_a_draft_judges_the_target_first(void **state UNUSED)
{
        static const char *const wrong[] = { "a/b" };
        vitrine_artifact *draft = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){ NULL });

        assert_int_equal(vitrine_artifact_new(session, "thing", "model", NULL, &draft, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_add_bytes(draft, "f", "x", 1, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_link(draft, "wandb-registry-R/Things", wrong, 1, NULL, NULL), VITRINE_INVALID);
        assert_int_equal(vitrine_artifact_link(draft, "a/b/c/d", NULL, 0, NULL, NULL), VITRINE_INVALID);
        assert_int_equal(vitrine_artifact_link(draft, "elsewhere/wandb-registry-R/Things", NULL, 0, NULL, NULL), VITRINE_NOT_FOUND);
        assert_true(vitrine_artifact_is_draft(draft)); /* nothing was sent: the server has no answer to it */
        vitrine_artifact_free(draft);
        answers_end(&a);
}

static void remove_keeps_what_is_added_later_in_front(void **state UNUSED)
{
        struct vitrine_entry entry = VITRINE_ENTRY_INIT;
        vitrine_artifact *draft = NULL;
        size_t count = 0;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){ NULL });

        assert_int_equal(vitrine_artifact_new(session, "thing", "model", NULL, &draft, NULL), VITRINE_OK);
        for (char name[] = "a"; name[0] <= 'f'; name[0]++)
                assert_int_equal(vitrine_artifact_add_bytes(draft, name, "old", 3, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_remove(draft, "a", NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_remove(draft, "b", NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_remove(draft, "b", NULL), VITRINE_NOT_FOUND);
        /* The later one takes the place of the earlier. */
        assert_int_equal(vitrine_artifact_add_bytes(draft, "f", "later", 5, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_entry_count(draft, &count, NULL), VITRINE_OK);
        assert_int_equal(count, 4);
        assert_int_equal(vitrine_artifact_entry_find(draft, "f", &entry, NULL), VITRINE_OK);
        assert_int_equal(entry.size_bytes, 5);
        entry.size = 0;
        assert_int_equal(vitrine_artifact_entry(draft, 0, &entry, NULL), VITRINE_INVALID);
        vitrine_artifact_free(draft);
        answers_end(&a);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(versions_of_a_project_come_in_pages),
                cmocka_unit_test(versions_of_a_project_want_a_collection),
                cmocka_unit_test(versions_of_registries_are_links),
                cmocka_unit_test(collections_keep_to_both_filters),
                cmocka_unit_test(an_answer_that_is_too_long_is_refused),
                cmocka_unit_test(pages_that_are_too_long_are_asked_for_in_halves),
                cmocka_unit_test(consumers_are_read_to_the_last_page),
                cmocka_unit_test(link_of_a_draft_judges_the_target_first),
                cmocka_unit_test(remove_keeps_what_is_added_later_in_front),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
