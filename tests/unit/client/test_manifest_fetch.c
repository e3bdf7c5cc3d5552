/* Tests of client/manifest_fetch.c: entries one after the other, of a version that the server says to be large. */
#include "unit.h"

#include "answers.h"

#define NO_BYTES "1B2M2Y8AsgTpgAmY7PhCfg=="
#define ENTRY(path) "\"" path "\": {\"digest\": \"" NO_BYTES "\", \"size\": 0}"
#define MANIFEST(contents) \
        "{\"version\": 1, \"storagePolicy\": \"wandb-storage-policy-v1\", \"contents\": {" contents "}}"

static const char in_order[] = MANIFEST(ENTRY("a") ", " ENTRY("b") ", " ENTRY("c/d"));
static const char out_of_order[] = MANIFEST(ENTRY("b") ", " ENTRY("c/d") ", " ENTRY("a"));
static const char of_another[] = MANIFEST(ENTRY("a") ", " ENTRY("b"));
static const char version[] =
        "{\"data\": {\"artifact\": {\"id\": \"a1\", \"versionIndex\": 1, \"metadata\": \"{}\", \"state\": \"COMMITTED\", \"size\": 0, "
        "\"digest\": \"70a165ce6ca582e47988a903f4645b9d\", \"fileCount\": 1000000, \"artifactType\": {\"name\": \"model\"}, "
        "\"tags\": [], \"aliases\": [], \"artifactSequence\": {\"id\": \"s1\", \"name\": \"thing\", \"project\": {\"name\": "
        "\"demo\", \"entity\": {\"name\": \"team\"}}}}}}";

/* Where the manifest is: known when the server is there. */
static char place[256];

struct heard {
        char paths[64];
        size_t count, stop_at; /* stop_at 0: never */
        bool draft;
};

static int hear(const struct vitrine_entry *entry, void *payload)
{
        struct heard *heard = payload;
        size_t len = strlen(heard->paths);

        assert_string_equal(entry->digest, heard->draft ? "" : NO_BYTES);
        assert_int_equal(entry->size_bytes, 0);
        assert_null(entry->reference);
        (void)snprintf(heard->paths + len, sizeof(heard->paths) - len, "%s ", entry->path);
        return ++heard->count == heard->stop_at;
}

static vitrine_artifact *begin(struct answers *a, const char *const *answers)
{
        vitrine_session *session = answers_begin(a, answers);
        vitrine_artifact *one = NULL;

        (void)snprintf(place, sizeof(place), "{\"data\": {\"artifact\": {\"currentManifest\": {\"file\": {\"directUrl\": "
                       "\"%s/manifest\"}}}}}", session->base_url);
        assert_int_equal(vitrine_artifact_fetch_id(session, "a1", &one, NULL), VITRINE_OK);
        return one;
}

static void each_entry_is_told_in_order(void **state UNUSED)
{
        struct answers a;
        vitrine_artifact *one = begin(&a, (const char *const[]){ version, place, in_order, NULL });
        struct heard heard = { .count = 0 };

        assert_int_equal(vitrine_artifact_each_entry(one, hear, &heard, NULL), VITRINE_OK);
        assert_string_equal(heard.paths, "a b c/d ");
        /* From the copy: the server has no more answers. */
        heard = (struct heard){ .count = 0 };
        assert_int_equal(vitrine_artifact_each_entry(one, hear, &heard, NULL), VITRINE_OK);
        assert_string_equal(heard.paths, "a b c/d ");
        vitrine_artifact_free(one);
        answers_end(&a);
}

static void each_entry_ends_when_told(void **state UNUSED)
{
        struct answers a;
        vitrine_artifact *one = begin(&a, (const char *const[]){ version, place, in_order, NULL });
        struct heard heard = { .stop_at = 2 };

        assert_int_equal(vitrine_artifact_each_entry(one, hear, &heard, NULL), VITRINE_CANCELED);
        assert_string_equal(heard.paths, "a b ");
        vitrine_artifact_free(one);
        answers_end(&a);
}

static void each_entry_sorts_a_manifest_out_of_order(void **state UNUSED)
{
        struct answers a;
        vitrine_artifact *one = begin(&a, (const char *const[]){ version, place, out_of_order, place, out_of_order, NULL });
        struct heard heard = { .count = 0 };
        size_t count = 0;

        assert_int_equal(vitrine_artifact_each_entry(one, hear, &heard, NULL), VITRINE_OK);
        assert_string_equal(heard.paths, "a b c/d ");
        assert_int_equal(vitrine_artifact_entry_count(one, &count, NULL), VITRINE_OK);
        assert_int_equal(count, 3);
        vitrine_artifact_free(one);
        answers_end(&a);
}

static void each_entry_tells_nothing_of_a_wrong_manifest(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        struct answers a;
        vitrine_artifact *one = begin(&a, (const char *const[]){ version, place, of_another, place, "{\"version\": 1,", NULL });
        struct heard heard = { .count = 0 };

        assert_int_equal(vitrine_artifact_each_entry(one, hear, &heard, &error), VITRINE_CORRUPT);
        assert_string_equal(error.message, "The manifest of 'team/demo/thing:v1' is not the one its digest promises.");
        assert_int_not_equal(vitrine_artifact_each_entry(one, hear, &heard, NULL), VITRINE_OK);
        assert_int_equal(heard.count, 0);
        vitrine_artifact_free(one);
        answers_end(&a);
}

static void each_entry_needs_no_place_for_a_copy(void **state UNUSED)
{
        struct answers a;
        vitrine_artifact *one = begin(&a, (const char *const[]){ version, place, in_order, NULL });
        struct heard heard = { .count = 0 };

        assert_int_equal(setenv("TMPDIR", "/dev/null/there", 1), 0);
        assert_int_equal(vitrine_artifact_each_entry(one, hear, &heard, NULL), VITRINE_OK);
        assert_int_equal(unsetenv("TMPDIR"), 0);
        assert_string_equal(heard.paths, "a b c/d ");
        vitrine_artifact_free(one);
        answers_end(&a);
}

static void each_entry_of_a_draft_is_what_was_added(void **state UNUSED)
{
        struct answers a;
        vitrine_session *session = answers_begin(&a, (const char *const[]){ NULL });
        struct heard heard = { .draft = true };
        vitrine_artifact *draft = NULL;

        assert_int_equal(vitrine_artifact_new(session, "thing", "model", NULL, &draft, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_add_bytes(draft, "b", "", 0, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_add_bytes(draft, "a", "", 0, NULL), VITRINE_OK);
        assert_int_equal(vitrine_artifact_each_entry(draft, hear, &heard, NULL), VITRINE_OK);
        assert_string_equal(heard.paths, "a b ");
        vitrine_artifact_free(draft);
        answers_end(&a);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_entry_is_told_in_order),
                cmocka_unit_test(each_entry_ends_when_told),
                cmocka_unit_test(each_entry_sorts_a_manifest_out_of_order),
                cmocka_unit_test(each_entry_tells_nothing_of_a_wrong_manifest),
                cmocka_unit_test(each_entry_needs_no_place_for_a_copy),
                cmocka_unit_test(each_entry_of_a_draft_is_what_was_added),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
