/*
 * fuzz_client_reply.c - any answers to the questions that the library asks.
 *
 * The first byte chooses a scene of tests/library/scenes.c: public calls that ask the server. The rest are the answers, one
 * behind the other, with lines of "%%" between them; each starts with its status in three digits and is read as one
 * that came over the wire. When they are used up the server is gone. Whatever they are: a call succeeds or has an error
 * with a sentence. call(), which would send the question, is replaced by the linker's --wrap.
 */
#include <unistd.h>

#include "../library/torture.h"
#include "client/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum rc __wrap_call(struct vitrine_session *session, struct arena *arena, const char *document, struct vars *vars,
                    const struct json **ret_data, struct err *err);

/* Without those that move files, which is another loop. */
static const char *const played[] = {
        "viewer", "entity", "organization", "feature", "graphql", "fetch", "fetch-id", "load", "link", "unlink", "add-aliases",
        "lineage", "use", "run", "registry-create", "registry-fetch", "registry-load", "registry-save", "registry-rename",
        "registry-delete", "registries", "members", "change-members", "collections", "registry-collections", "versions",
        "registry-versions", "collection-fetch", "collection-create", "collection-aliases", "collection-update",
        "collection-delete", "registry-set",
};

static struct str answers; /* what is left of them */

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

const char *in_dir(const char *name)
{
        (void)name;
        return "/nonexistent";
}

/* The answer up to the next line of "%%". */
static struct str next_answer(void)
{
        static const struct str mark = { "\n%%\n", 4 };
        struct str part = answers;

        for (size_t i = 0; i + mark.len <= answers.len; i++) {
                if (memcmp(answers.ptr + i, mark.ptr, mark.len) != 0)
                        continue;
                part.len = i;
                answers = str_slice(answers, i + mark.len, answers.len);
                return part;
        }
        answers = STR_NULL;
        return part;
}

enum rc __wrap_call(struct vitrine_session *session, struct arena *arena, const char *document, struct vars *vars,
                    const struct json **ret_data, struct err *err)
{
        _cleanup_(buf_done) struct buf body = { .fallible = true };
        struct str answer;
        uint64_t status;

        call_write(&body, document, vars);
        demand(!body.failed && body.len > 0, "no question\n");
        if (str_is_null(answers))
                return err_set(err, RC_UNAVAILABLE, "The server is gone.");
        answer = next_answer();
        if (!str_to_u64(str_slice(answer, 0, 3), &status))
                status = 200;
        answer = str_slice(answer, 3, answer.len);
        session->http_status = (int)status;
        if (status / 100 != 2)
                return answer_error((int)status, answer, "a question", err);
        return call_read(session, arena, answer, ret_data, err);
}

static const struct scene *find_scene(const char *name)
{
        for (size_t i = 0; i < scene_count; i++)
                if (strcmp(scenes[i].name, name) == 0)
                        return &scenes[i];
        demand(false, "no such scene\n");
        return NULL;
}

static void check(enum vitrine_code code, const struct vitrine_error *error)
{
        if (code)
                demand(error->code == code && error->message[0] != '\0', "an error without a sentence\n");
}

static void check_version(const vitrine_artifact *a)
{
        if (!a)
                return;
        demand(vitrine_artifact_id(a) && vitrine_artifact_name(a) && vitrine_artifact_qualified_name(a) &&
               vitrine_artifact_metadata(a) && vitrine_artifact_source_version(a) && vitrine_artifact_is_link(a) >= 0,
               "a version without its texts\n");
        for (size_t i = 0; i < vitrine_artifact_alias_count(a); i++)
                demand(vitrine_artifact_alias(a, i) != NULL, "an alias is missing\n");
        for (size_t i = 0; i < vitrine_artifact_tag_count(a); i++)
                demand(vitrine_artifact_tag(a, i) != NULL, "a tag is missing\n");
}

static void check_registry(const vitrine_registry *r)
{
        if (!r)
                return;
        demand(vitrine_registry_id(r) && vitrine_registry_name(r) && vitrine_registry_full_name(r) && vitrine_registry_path(r) &&
               vitrine_registry_description(r), "a registry without its texts\n");
        for (size_t i = 0; i < vitrine_registry_type_count(r); i++)
                demand(vitrine_registry_type(r, i) != NULL, "a type is missing\n");
}

static void check_stage(const struct stage *stage)
{
        check_version(stage->version);
        check_version(stage->linked);
        check_registry(stage->registry);
        if (!stage->collection)
                return;
        demand(vitrine_collection_id(stage->collection) && vitrine_collection_type(stage->collection), "no texts\n");
        for (size_t i = 0; i < vitrine_collection_tag_count(stage->collection); i++)
                demand(vitrine_collection_tag(stage->collection, i) != NULL, "a tag is missing\n");
}

static void leave(struct stage *stage)
{
        vitrine_artifact_free(stage->version);
        vitrine_artifact_free(stage->draft);
        vitrine_artifact_free(stage->linked);
        vitrine_collection_free(stage->collection);
        vitrine_registry_free(stage->registry);
        vitrine_run_free(stage->run);
        vitrine_session_free(stage->session);
}

static void settings(void)
{
        (void)setenv("VITRINE_BASE_URL", "http://127.0.0.1:9", 1);
        (void)setenv("VITRINE_API_KEY", "0123456789012345678901234567890123456789", 1);
        (void)setenv("VITRINE_ENTITY", "team", 1);
        (void)setenv("MEMBER", "bystander", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        struct stage stage = { .name = "name-1" };
        const struct scene *scene;
        static bool begun;
        enum vitrine_code code;

        if (size == 0)
                return 0;
        if (!begun)
                settings();
        begun = true;
        answers = (struct str){ (const char *)data + 1, size - 1 };
        scene = find_scene(played[data[0] % ARRAY_LEN(played)]);
        demand(new_session(&stage.session, &error) == VITRINE_OK, "no session\n");
        code = scene->prepare ? scene->prepare(&stage, &error) : VITRINE_OK;
        if (!code) {
                check_stage(&stage);
                code = scene->act(&stage, &error);
        }
        check(code, &error);
        check_stage(&stage);
        leave(&stage);
        return 0;
}
