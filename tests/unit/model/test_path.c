/* Tests of model/path.c and model/words.c. */
#include "unit.h"

#include "model/model.h"

static void version_parse_is_strict(void **state UNUSED)
{
        static const struct {
                const char *text;
                int64_t version; /* -1: refused */
                bool looks_like;
        } cases[] = {
                { "v0", 0, true },   { "v12", 12, true },          { "v2147483647", 2147483647, true },
                { "v", -1, false },  { "v2147483648", -1, true },  { "v99999999999999999999", -1, true },
                { "v01", -1, true }, { "v00", -1, true },          { "V1", -1, false },
                { "1", -1, false },  { "v1 ", -1, false },         { "v-1", -1, false },
                { "", -1, false },   { "v1a", -1, false },         { "latest", -1, false },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                int64_t version = -1;
                bool taken = version_parse(str_from(cases[i].text), &version);

                assert_int_equal(taken, cases[i].version >= 0);
                assert_int_equal(version, cases[i].version);
                assert_int_equal(version_looks_like(str_from(cases[i].text)), cases[i].looks_like);
        }
}

static void artifact_path_parts_may_be_left_out(void **state UNUSED)
{
        static const struct {
                const char *text;
                const char *entity, *project, *collection, *alias; /* NULL: absent */
        } cases[] = {
                { "name", NULL, NULL, "name", NULL },
                { "name:v3", NULL, NULL, "name", "v3" },
                { "project/name:latest", NULL, "project", "name", "latest" },
                { "entity/project/name", "entity", "project", "name", NULL },
                { "acme/wandb-registry-model/My Coll:a/b:c", "acme", "wandb-registry-model", "My Coll", "a/b:c" },
        };
        struct arena arena;

        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct artifact_path path;
                struct err err = { 0 };

                assert_ok(artifact_path_parse(str_from(cases[i].text), &path, &err));
                assert_int_equal(str_is_null(path.entity), !cases[i].entity);
                assert_int_equal(str_is_null(path.project), !cases[i].project);
                assert_int_equal(str_is_null(path.alias), !cases[i].alias);
                assert_true(str_eq_c(path.entity, cases[i].entity) && str_eq_c(path.project, cases[i].project));
                assert_true(str_eq_c(path.collection, cases[i].collection) && str_eq_c(path.alias, cases[i].alias));
                assert_str(artifact_path_format(&arena, &path), cases[i].text);
        }
        arena_done(&arena);
}

static void artifact_path_refuses_empty_and_too_many_parts(void **state UNUSED)
{
        static const char *const wrong[] = { "", ":", "name:", ":v1", "/name", "a//b", "a/", "a/b/c/d", "a/b/:v1" };

        for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
                struct artifact_path path = { .collection = STR("kept") };
                struct err err = { 0 };

                if (artifact_path_parse(str_from(wrong[i]), &path, &err) != RC_INVALID)
                        fail_msg("'%s' was taken", wrong[i]);
                assert_str(path.collection, "kept");
        }
}

static void registry_prefix_comes_and_goes(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 0);
        assert_true(registry_is_project(STR("wandb-registry-m")));
        assert_false(registry_is_project(STR("wandb-registry-")));
        assert_false(registry_is_project(STR("Wandb-registry-m")));
        assert_str(registry_short_name(STR("wandb-registry-Golden Data")), "Golden Data");
        assert_true(str_is_null(registry_short_name(STR("model"))));
        assert_str(registry_project_name(&arena, STR("model")), "wandb-registry-model");
        arena_done(&arena);
}

static void words_round_trip(void **state UNUSED)
{
        for (int role = MODEL_ROLE_RESTRICTED_VIEWER; role < MODEL_ROLE__COUNT; role++) {
                enum model_role back = MODEL_ROLE_NONE;

                assert_true(model_role_parse(str_from(model_role_name((enum model_role)role)), &back));
                assert_int_equal(back, role);
        }
        for (int role = MODEL_MEMBER_VIEWER; role < MODEL_MEMBER__COUNT; role++) {
                enum model_member_role back = MODEL_MEMBER_NONE;

                assert_true(model_member_role_parse(str_from(model_member_role_name((enum model_member_role)role)), &back));
                assert_int_equal(back, role);
        }
        for (int state_no = 0; state_no < MODEL_STATE__COUNT; state_no++) {
                enum model_artifact_state back = MODEL_STATE_PENDING;

                assert_true(model_artifact_state_parse(
                        str_from(model_artifact_state_name((enum model_artifact_state)state_no)), &back));
                assert_int_equal(back, state_no);
        }
        for (int access = 0; access < MODEL_ACCESS__COUNT; access++) {
                enum model_access a = MODEL_ACCESS__COUNT;
                enum model_access b = MODEL_ACCESS__COUNT;

                assert_true(model_access_parse(str_from(model_access_name((enum model_access)access)), &a));
                assert_true(model_access_parse(str_from(model_access_visibility((enum model_access)access)), &b));
                assert_true((int)a == access && (int)b == access);
        }
}

static void words_unknown_are_refused(void **state UNUSED)
{
        static const char *const wrong[] = { "", "none", "Admin", "owner", "member ", "committed", "public" };
        enum model_role role = MODEL_ROLE_MEMBER;
        enum model_member_role member = MODEL_MEMBER_MEMBER;
        enum model_artifact_state artifact = MODEL_STATE_DELETED;
        enum model_access access = MODEL_ACCESS_RESTRICTED;

        for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
                assert_false(model_role_parse(str_from(wrong[i]), &role));
                assert_false(model_member_role_parse(str_from(wrong[i]), &member));
                assert_false(model_artifact_state_parse(str_from(wrong[i]), &artifact));
                assert_false(model_access_parse(str_from(wrong[i]), &access));
        }
        assert_false(model_member_role_parse(STR("restricted_viewer"), &member));
        assert_int_equal(role, MODEL_ROLE_MEMBER);
        assert_int_equal(member, MODEL_MEMBER_MEMBER);
        assert_int_equal(artifact, MODEL_STATE_DELETED);
        assert_int_equal(access, MODEL_ACCESS_RESTRICTED);
}

static void file_type_by_ending(void **state UNUSED)
{
        static const struct {
                const char *path;
                enum model_file_kind kind;
                const char *mime;
        } cases[] = {
                { "a/b.table.json", MODEL_FILE_TABLE, "application/json" },
                { "config.JSON", MODEL_FILE_JSON, "application/json" },
                { "x.md", MODEL_FILE_MARKDOWN, "text/markdown" },
                { "x.csv", MODEL_FILE_CSV, "text/csv" },
                { "x.PnG", MODEL_FILE_IMAGE, "image/png" },
                { "page.html", MODEL_FILE_TEXT, "text/plain" },
                { "drawing.svg", MODEL_FILE_TEXT, "text/plain" },
                { "weights.safetensors", MODEL_FILE_BINARY, "application/octet-stream" },
                { "noending", MODEL_FILE_BINARY, "application/octet-stream" },
                { ".json", MODEL_FILE_BINARY, "application/octet-stream" },
                { "", MODEL_FILE_BINARY, "application/octet-stream" },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct model_file_type type = model_file_type(str_from(cases[i].path));

                assert_int_equal(type.kind, cases[i].kind);
                assert_string_equal(type.mime, cases[i].mime);
        }
}

static void fold_touches_ascii_letters_only(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 0);
        assert_str(model_fold(&arena, STR("MoDel-\xc3\x89_9[Z]@")), "model-\xc3\x89_9[z]@");
        assert_true(str_is_null(model_fold(&arena, STR_NULL)));
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(version_parse_is_strict),
                cmocka_unit_test(artifact_path_parts_may_be_left_out),
                cmocka_unit_test(artifact_path_refuses_empty_and_too_many_parts),
                cmocka_unit_test(registry_prefix_comes_and_goes),
                cmocka_unit_test(words_round_trip),
                cmocka_unit_test(words_unknown_are_refused),
                cmocka_unit_test(file_type_by_ending),
                cmocka_unit_test(fold_touches_ascii_letters_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
