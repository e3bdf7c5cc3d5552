/* Tests of client/registry.c, registry_fields.c and registry_list.c. */
#include "unit.h"

#include "answers.h"

#define PROJECT(name, description, access, all, types) \
        "{\"id\": \"id-1\", \"name\": \"wandb-registry-" name "\", \"entity\": {\"name\": \"org-entity\", \"organization\": " \
        "{\"name\": \"Org\"}}, \"description\": " description ", \"createdAt\": \"2026-01-02T03:04:05Z\", \"updatedAt\": null, " \
        "\"access\": \"" access "\", \"allowAllArtifactTypes\": " all ", \"artifactTypes\": {\"edges\": [" types "]}}"
#define TYPE(name) "{\"node\": {\"name\": \"" name "\"}}"
#define FETCHED(project) "{\"data\": {\"entity\": {\"project\": " project "}}}"
#define UPSERTED(inserted, project) "{\"data\": {\"upsertModel\": {\"inserted\": " inserted ", \"project\": " project "}}}"
#define RENAMED(project) "{\"data\": {\"renameProject\": {\"inserted\": false, \"project\": " project "}}}"
#define MODELS PROJECT("Models", "\"what it is\"", "RESTRICTED", "false", TYPE("model") ", " TYPE("dataset"))
#define PAGE(edges, more, cursor) \
        "{\"data\": {\"organization\": {\"orgEntity\": {\"projects\": {\"pageInfo\": {\"hasNextPage\": " more \
        ", \"endCursor\": " cursor "}, \"edges\": [" edges "]}}}}}"
#define NODE(project) "{\"node\": " project "}"

static vitrine_registry *fetched(vitrine_session *session)
{
        vitrine_registry *registry = NULL;

        assert_int_equal(vitrine_registry_fetch(session, "wandb-registry-Models", NULL, &registry, NULL), VITRINE_OK);
        return registry;
}

static void registry_fetch_reads_every_property(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = fetched(answers_begin(&a, (const char *const[]){ FETCHED(MODELS), NULL }));

        assert_string_equal(vitrine_registry_id(r), "id-1");
        assert_string_equal(vitrine_registry_name(r), "Models");
        assert_string_equal(vitrine_registry_full_name(r), "wandb-registry-Models");
        assert_string_equal(vitrine_registry_path(r), "org-entity/wandb-registry-Models");
        assert_string_equal(vitrine_registry_entity(r), "org-entity");
        assert_string_equal(vitrine_registry_organization(r), "Org");
        assert_string_equal(vitrine_registry_description(r), "what it is");
        assert_string_equal(vitrine_registry_created_at(r), "2026-01-02T03:04:05Z");
        assert_string_equal(vitrine_registry_updated_at(r), "");
        assert_int_equal(vitrine_registry_visibility(r), VITRINE_VISIBILITY_RESTRICTED);
        assert_false(vitrine_registry_allows_all_types(r));
        assert_int_equal(vitrine_registry_type_count(r), 2);
        assert_string_equal(vitrine_registry_type(r, 1), "dataset");
        assert_null(vitrine_registry_type(r, 2));
        answers_asked(&a, 0, "\"name\":\"wandb-registry-Models\",\"entity\":\"org-entity\"");
        vitrine_registry_free(r);
        answers_end(&a);
}

static void registry_fetch_says_what_is_wrong(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_registry *r = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                FETCHED("null"), FETCHED("{\"id\": \"p\", \"name\": \"a-project\"}"), "{\"data\": 5}",
                "403 {\"errors\": [{\"message\": \"No.\", \"extensions\": {\"code\": \"DENIED\"}}]}", NULL });

        assert_int_equal(vitrine_registry_fetch(session, "Models", NULL, &r, &error), VITRINE_NOT_FOUND);
        assert_string_equal(error.message, "There is no registry 'Models', or you may not see it.");
        assert_int_equal(error.http_status, 200);
        assert_int_equal(vitrine_registry_fetch(session, "Models", NULL, &r, NULL), VITRINE_PROTOCOL);
        assert_int_equal(vitrine_registry_fetch(session, "Models", NULL, &r, NULL), VITRINE_PROTOCOL);
        assert_int_equal(vitrine_registry_fetch(session, "Models", NULL, &r, &error), VITRINE_DENIED);
        assert_int_equal(error.http_status, 403);
        /* Nothing is asked for a name that cannot be one, and the status of before is not its. */
        assert_int_equal(vitrine_registry_fetch(session, "a/b", NULL, &r, &error), VITRINE_INVALID);
        assert_int_equal(error.http_status, 0);
        assert_int_equal(vitrine_registry_fetch(session, NULL, NULL, &r, NULL), VITRINE_INVALID);
        assert_null(r);
        answers_end(&a);
}

static void registry_fields_can_be_set_and_thrown_away(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        struct answers a;
        vitrine_registry *r = fetched(answers_begin(&a, (const char *const[]){ FETCHED(MODELS), FETCHED(MODELS), NULL }));

        assert_int_equal(vitrine_registry_set_name(r, "wandb-registry-Other", NULL), VITRINE_OK);
        assert_string_equal(vitrine_registry_name(r), "Other");
        assert_string_equal(vitrine_registry_full_name(r), "wandb-registry-Models");
        assert_int_equal(vitrine_registry_set_name(r, "a:b", NULL), VITRINE_INVALID);
        assert_int_equal(vitrine_registry_set_name(r, "", NULL), VITRINE_INVALID);
        assert_string_equal(vitrine_registry_name(r), "Other");
        assert_int_equal(vitrine_registry_set_description(r, "new", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_set_visibility(r, VITRINE_VISIBILITY_ORGANIZATION, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_set_visibility(r, (enum vitrine_visibility)7, NULL), VITRINE_INVALID);
        assert_int_equal(vitrine_registry_add_type(r, "model", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_type_count(r), 2);
        for (char name[] = "type-a"; name[5] <= 'z'; name[5]++)
                assert_int_equal(vitrine_registry_add_type(r, name, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_type_count(r), 28);
        assert_string_equal(vitrine_registry_type(r, 27), "type-z");
        assert_int_equal(vitrine_registry_remove_type(r, "type-b", NULL), VITRINE_OK);
        assert_string_equal(vitrine_registry_type(r, 3), "type-c");
        assert_int_equal(vitrine_registry_remove_type(r, "type-b", NULL), VITRINE_NOT_FOUND);
        assert_int_equal(vitrine_registry_remove_type(r, "model", &error), VITRINE_CONFLICT);
        assert_string_equal(error.message, "The type 'model' was saved and cannot be removed any more.");
        assert_int_equal(vitrine_registry_load(r, NULL), VITRINE_OK);
        assert_string_equal(vitrine_registry_name(r), "Models");
        assert_string_equal(vitrine_registry_description(r), "what it is");
        assert_int_equal(vitrine_registry_type_count(r), 2);
        vitrine_registry_free(r);
        answers_end(&a);
}

static void registry_save_sends_what_was_set_and_renames_last(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = fetched(answers_begin(&a, (const char *const[]){
                FETCHED(MODELS), FETCHED(MODELS), UPSERTED("false", PROJECT("Models", "\"new\"", "PRIVATE", "false",
                TYPE("model") ", " TYPE("dataset") ", " TYPE("job"))),
                RENAMED(PROJECT("Other", "\"new\"", "PRIVATE", "false", TYPE("job"))), NULL }));

        assert_int_equal(vitrine_registry_set_name(r, "Other", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_set_description(r, "new", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_set_visibility(r, VITRINE_VISIBILITY_ORGANIZATION, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_add_type(r, "job", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_save(r, NULL), VITRINE_OK);
        answers_asked(&a, 2, "\"name\":\"wandb-registry-Models\",\"description\":\"new\",\"access\":\"PRIVATE\","
                      "\"allowAllArtifactTypesInRegistry\":false,\"artifactTypes\":[{\"name\":\"job\"}]");
        answers_asked(&a, 3, "\"oldProjectName\":\"wandb-registry-Models\",\"newProjectName\":\"wandb-registry-Other\"");
        assert_string_equal(vitrine_registry_full_name(r), "wandb-registry-Other");
        /* What was saved is saved: it cannot be taken away any more. */
        assert_int_equal(vitrine_registry_remove_type(r, "job", NULL), VITRINE_CONFLICT);
        vitrine_registry_free(r);
        answers_end(&a);
}

static void registry_save_does_not_make_a_deleted_one_anew(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = fetched(answers_begin(&a, (const char *const[]){ FETCHED(MODELS), FETCHED("null"), NULL }));

        assert_int_equal(vitrine_registry_set_description(r, "new", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_save(r, NULL), VITRINE_NOT_FOUND);
        assert_string_equal(vitrine_registry_description(r), "new");
        vitrine_registry_free(r);
        answers_end(&a);
}

static void registry_save_again_finishes_a_rename(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = fetched(answers_begin(&a, (const char *const[]){
                FETCHED(MODELS), FETCHED(MODELS), UPSERTED("false", MODELS), "{\"errors\": [{\"message\": \"Not now.\"}]}",
                /* it was renamed nevertheless */
                FETCHED("null"), FETCHED(PROJECT("Other", "\"\"", "RESTRICTED", "false", "")),
                UPSERTED("false", PROJECT("Other", "\"\"", "RESTRICTED", "false", "")), NULL }));

        assert_int_equal(vitrine_registry_set_name(r, "Other", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_save(r, NULL), VITRINE_INVALID);
        assert_string_equal(vitrine_registry_name(r), "Other");
        assert_int_equal(vitrine_registry_save(r, NULL), VITRINE_OK);
        answers_asked(&a, 6, "\"name\":\"wandb-registry-Other\"");
        assert_string_equal(vitrine_registry_full_name(r), "wandb-registry-Other");
        vitrine_registry_free(r);
        answers_end(&a);
}

static void registry_save_wants_types_or_all(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = fetched(answers_begin(&a, (const char *const[]){ FETCHED(MODELS), NULL }));

        assert_int_equal(vitrine_registry_set_allows_all_types(r, 1, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_add_type(r, "job", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_save(r, NULL), VITRINE_INVALID);
        vitrine_registry_free(r);
        answers_end(&a);
}

static void registry_create_asks_whether_it_is_there(void **state UNUSED)
{
        static const char *const types[] = { "model" };
        struct vitrine_registry_options options = VITRINE_REGISTRY_OPTIONS_INIT;
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_registry *r = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                FETCHED("null"), UPSERTED("true", PROJECT("New", "\"\"", "PRIVATE", "true", "")), FETCHED(MODELS),
                FETCHED("null"), UPSERTED("false", MODELS), NULL });

        assert_int_equal(vitrine_registry_create(session, "New", NULL, &r, NULL), VITRINE_OK);
        assert_true(vitrine_registry_allows_all_types(r));
        answers_asked(&a, 1, "\"access\":\"PRIVATE\",\"allowAllArtifactTypesInRegistry\":true,\"artifactTypes\":null");
        vitrine_registry_free(r);
        r = NULL;
        options.artifact_types = types;
        options.artifact_type_count = 1;
        options.visibility = VITRINE_VISIBILITY_RESTRICTED;
        assert_int_equal(vitrine_registry_create(session, "Models", &options, &r, &error), VITRINE_EXISTS);
        assert_string_equal(error.message, "There is a registry 'Models' already: choose another name.");
        /* Somebody else was quicker. */
        assert_int_equal(vitrine_registry_create(session, "Models", &options, &r, NULL), VITRINE_EXISTS);
        answers_asked(&a, 4, "\"access\":\"RESTRICTED\"");
        answers_asked(&a, 4, "\"artifactTypes\":[{\"name\":\"model\"}]");
        assert_int_equal(vitrine_registry_create(session, "no/slash", &options, &r, NULL), VITRINE_INVALID);
        assert_null(r);
        answers_end(&a);
}

static void registry_list_goes_from_page_to_page(void **state UNUSED)
{
        static const char *const names[] = { "One", "Two", "Three" };
        vitrine_registries *list = NULL;
        vitrine_registry *r = NULL;
        struct answers a;
        /* Between the pages one was deleted; the second page is empty. */
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                PAGE(NODE(PROJECT("One", "\"\"", "PRIVATE", "true", "")) ", " NODE("null") ", "
                     NODE(PROJECT("Two", "\"\"", "PRIVATE", "true", "")), "true", "\"c1\""),
                PAGE("", "true", "\"c2\""), PAGE(NODE(PROJECT("Three", "\"\"", "PRIVATE", "true", "")), "false", "\"c3\""), NULL });

        assert_int_equal(vitrine_registries_list(session, NULL, "{\"name\": \"x\"}", "-name", 2, &list, NULL), VITRINE_OK);
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
                assert_int_equal(vitrine_registries_next(list, &r, NULL), VITRINE_OK);
                assert_string_equal(vitrine_registry_name(r), names[i]);
                vitrine_registry_free(r);
        }
        for (size_t i = 0; i < 2; i++) {
                assert_int_equal(vitrine_registries_next(list, &r, NULL), VITRINE_OK);
                assert_null(r);
        }
        answers_asked(&a, 0, "\"organization\":\"Org\"");
        answers_asked(&a, 0, "{\\\"name\\\":\\\"wandb-registry-x\\\"}");
        answers_asked(&a, 0, "\"order\":\"-name\",\"cursor\":null,\"perPage\":2");
        answers_asked(&a, 1, "\"cursor\":\"c1\"");
        answers_asked(&a, 2, "\"cursor\":\"c2\"");
        vitrine_registries_free(list);
        answers_end(&a);
}

static void registry_list_does_not_go_around_in_circles(void **state UNUSED)
{
        vitrine_registries *list = NULL;
        vitrine_registry *r = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                PAGE("", "true", "\"c1\""), PAGE("", "true", "\"c1\""), NULL });

        assert_int_equal(vitrine_registries_list(session, NULL, NULL, NULL, 0, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registries_next(list, &r, NULL), VITRINE_PROTOCOL);
        vitrine_registries_free(list);
        answers_end(&a);
}

static void registry_list_refuses_filters_before_it_asks(void **state UNUSED)
{
        vitrine_registries *list = NULL;
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){
                "{\"data\": {\"organization\": null}}", NULL });
        vitrine_registry *r = NULL;

        assert_int_equal(vitrine_registries_list(session, NULL, "{", NULL, 0, &list, NULL), VITRINE_INVALID);
        assert_null(list);
        assert_int_equal(vitrine_registries_list(session, NULL, NULL, NULL, 0, &list, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registries_next(list, &r, NULL), VITRINE_NOT_FOUND);
        vitrine_registries_free(list);
        answers_end(&a);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(registry_fetch_reads_every_property),
                cmocka_unit_test(registry_fetch_says_what_is_wrong),
                cmocka_unit_test(registry_fields_can_be_set_and_thrown_away),
                cmocka_unit_test(registry_save_sends_what_was_set_and_renames_last),
                cmocka_unit_test(registry_save_does_not_make_a_deleted_one_anew),
                cmocka_unit_test(registry_save_again_finishes_a_rename),
                cmocka_unit_test(registry_save_wants_types_or_all),
                cmocka_unit_test(registry_create_asks_whether_it_is_there),
                cmocka_unit_test(registry_list_goes_from_page_to_page),
                cmocka_unit_test(registry_list_does_not_go_around_in_circles),
                cmocka_unit_test(registry_list_refuses_filters_before_it_asks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
