/* Tests of model/names.c: what each name may be, and the sentences. */
#include "unit.h"

#include "model/names.h"

typedef enum rc (*check_fn)(struct str name, struct err *err);

/* message NULL: taken; else the whole sentence. */
struct check {
        const char *name;
        const char *message;
};

static void run(check_fn fn, const struct check *checks, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                struct err err = { 0 };
                enum rc rc = fn(str_from(checks[i].name), &err);

                if ((rc == RC_OK) != !checks[i].message)
                        fail_msg("'%s': %s %s", checks[i].name, rc_name(rc), err.msg);
                if (rc)
                        assert_string_equal(err.msg, checks[i].message);
        }
}
#define RUN(fn, checks) run((fn), (checks), ARRAY_LEN(checks))

/* `count` times `piece`. */
static const char *times(const char *piece, size_t count)
{
        static char text[8192];
        size_t len = strlen(piece);

        assert_true(count * len < sizeof text);
        for (size_t i = 0; i < count; i++)
                memcpy(text + i * len, piece, len);
        text[count * len] = '\0';
        return text;
}

/* The longest that is taken, in characters of two bytes; one more is refused. */
static void check_longest(check_fn fn, size_t max, const char *piece)
{
        struct err err = { 0 };

        assert_ok(fn(str_from(times(piece, max)), &err));
        assert_int_equal(fn(str_from(times(piece, max + 1)), &err), RC_INVALID);
        assert_true(err.msg[strlen(err.msg) - 1] == '.');
}

static void artifact_names(void **state UNUSED)
{
        static const struct check checks[] = {
                { "mnist", NULL },
                { "job-https___github.com_acme_train.git_main.py", NULL },
                { "run-a1b2c3d4-history", NULL },
                { "source-my_project-train.py", NULL },
                { "Example ML Task", NULL },
                { "mod\xc3\xa8le \xe2\x80\x94 \xf0\x9f\x98\x80", NULL },
                { "a\\b?c#d%e", NULL },
                { "", "Artifact name cannot be empty." },
                { "  ", "Artifact name cannot be empty." },
                { "a/b", "Artifact names must not contain any of the following characters: '/', ':'." },
                { "a:b", "Artifact names must not contain any of the following characters: '/', ':'." },
                { "..", "Artifact name cannot be '.' or '..': choose another one." },
                { "a\nb", "Artifact name must not contain control characters or marks that change the direction of text." },
                { "a\xe2\x80\xae" "b",
                  "Artifact name must not contain control characters or marks that change the direction of text." },
                { "a\xc2\x85" "b",
                  "Artifact name must not contain control characters or marks that change the direction of text." },
                { "a\xff", "Artifact name must be well-formed UTF-8 text." },
        };

        RUN(model_check_artifact_name, checks);
        check_longest(model_check_artifact_name, 128, "\xc3\xa9");
        check_longest(model_check_collection_name, 128, "a");
}

static void type_names(void **state UNUSED)
{
        static const struct check checks[] = {
                { "model", NULL },
                { "wandb-history", NULL },
                { "my type.v2", NULL },
                { "a/b", "Artifact types must not contain any of the following characters: '/', ':'." },
                { "", "Artifact type cannot be empty." },
        };
        struct err err = { 0 };

        RUN(model_check_type_name, checks);
        check_longest(model_check_type_name, 128, "t");
        assert_int_equal(model_check_type_name(str_from(times("t", 129)), &err), RC_INVALID);
        assert_string_equal(err.msg, "Artifact types must be less than or equal to 128 characters.");
}

static void types_reserved_for_clients(void **state UNUSED)
{
        assert_true(model_type_is_reserved(STR("wandb-history"), STR("x")));
        assert_true(model_type_is_reserved(STR("job"), STR("x")));
        assert_true(model_type_is_reserved(STR("run_table"), STR("run-1-t")));
        assert_false(model_type_is_reserved(STR("run_table"), STR("t")));
        assert_true(model_type_is_reserved(STR("code"), STR("source-x")));
        assert_false(model_type_is_reserved(STR("code"), STR("x")));
        assert_false(model_type_is_reserved(STR("jobs"), STR("x")));
}

static void aliases(void **state UNUSED)
{
        static const struct check checks[] = {
                { "latest", NULL },
                { "production", NULL },
                { "v1.0", NULL },
                { "v", NULL },
                { "best model!", NULL },
                { "a/b", "Aliases must not contain any of the following characters: '/', ':'." },
                { "a:b", "Aliases must not contain any of the following characters: '/', ':'." },
                { "v3", "The alias 'v3' is reserved for version numbers: choose another alias." },
                { "v007", "The alias 'v007' is reserved for version numbers: choose another alias." },
                { "", "Alias cannot be empty." },
                { "a\tb", "Alias must not contain control characters or marks that change the direction of text." },
        };

        RUN(model_check_alias, checks);
        check_longest(model_check_alias, 128, "\xe2\x82\xac");
}

#define TAG_MESSAGE "Tags must only contain alphanumeric characters separated by hyphens, underscores, and/or spaces."

static void tags(void **state UNUSED)
{
        static const struct check checks[] = {
                { "a", NULL },           { "needs-review", NULL },
                { "a  b_c-9", NULL },    { "\xc3\xa9t\xc3\xa9", NULL },
                { "\xe6\xb5\x8b\xe8\xaf\x95", NULL }, { "-", NULL },
                { "", TAG_MESSAGE },     { " a", TAG_MESSAGE },
                { "a ", TAG_MESSAGE },   { "a.b", TAG_MESSAGE },
                { "a/b", TAG_MESSAGE },  { "a:b", TAG_MESSAGE },
                { "a\tb", TAG_MESSAGE }, { "a\nb", TAG_MESSAGE },
                { "a,b", TAG_MESSAGE },  { "\xe2\x80\x94", TAG_MESSAGE },
                { "\xf0\x9f\x98\x80", TAG_MESSAGE }, { "a\xc2\xa0" "b", TAG_MESSAGE },
                { "\xff", TAG_MESSAGE }, { "\xe2\x80\xae", TAG_MESSAGE },
        };

        RUN(model_check_tag, checks);
        check_longest(model_check_tag, 128, "\xc3\xa9");
}

static void registry_and_project_names(void **state UNUSED)
{
        static const struct check registries[] = {
                { "model", NULL },
                { "Golden Datasets", NULL },
                { "", "Registry name cannot be empty." },
                { "a/b", "Invalid project/registry name 'a/b', cannot contain characters: '/'." },
                { "a?b#c", "Invalid project/registry name 'a?b#c', cannot contain characters: '#', '?'." },
                { "a\\b%:", "Invalid project/registry name 'a\\b%:', cannot contain characters: '%', ':', '\\\\'." },
                { "..", "Invalid project/registry name '..', cannot be '.' or '..'." },
                { "a\x01", "Registry name must not contain control characters or marks that change the direction of text." },
        };
        static const struct check projects[] = {
                { "uncategorized", NULL },
                { "wandb-registry-model", NULL },
                { "wandb-registry-", "Registry name cannot be empty." },
                { "", "Project name cannot be empty." },
                { "a:b", "Invalid project/registry name 'a:b', cannot contain characters: ':'." },
        };
        struct err err = { 0 };
        char name[8400];

        RUN(model_check_registry_name, registries);
        RUN(model_check_project_name, projects);
        check_longest(model_check_registry_name, 113, "r");
        check_longest(model_check_project_name, 128, "p");
        assert_int_equal(model_check_registry_name(str_from(times("r", 114)), &err), RC_INVALID);
        assert_non_null(strstr(err.msg, "must be 113 characters or less"));
        snprintf(name, sizeof name, "wandb-registry-%s", times("r", 113));
        assert_ok(model_check_project_name(str_from(name), &err));
        snprintf(name, sizeof name, "wandb-registry-%s", times("r", 114));
        assert_int_equal(model_check_project_name(str_from(name), &err), RC_INVALID);
        assert_int_equal(model_check_registry_name(STR("a\r\n"), &err), RC_INVALID);
        assert_non_null(strstr(err.msg, "cannot contain characters: '\\n', '\\r'."));
}

static void run_ids(void **state UNUSED)
{
        static const struct check checks[] = {
                { "a1b2c3d4", NULL },
                { "my run.1", NULL },
                { "", "Run id cannot be empty." },
                { "a/b", "Invalid run id 'a/b', cannot contain characters: '/'." },
                { ".", "Invalid run id '.', cannot be '.' or '..'." },
        };

        RUN(model_check_run_id, checks);
        check_longest(model_check_run_id, 128, "r");
}

#define ENTITY_MESSAGE                                                                                            \
        "User and team names must only contain letters, digits, '_', '-' and '.', and must not start with '-' or '.'."

static void entity_names(void **state UNUSED)
{
        static const struct check checks[] = {
                { "acme", NULL },
                { "Acme-Corp_1.x", NULL },
                { "_hidden", NULL },
                { "acme-org_1a2b", NULL },
                { "", ENTITY_MESSAGE },
                { "-a", ENTITY_MESSAGE },
                { ".a", ENTITY_MESSAGE },
                { "a b", ENTITY_MESSAGE },
                { "a/b", ENTITY_MESSAGE },
                { "\xc3\xa9", ENTITY_MESSAGE },
                { "graphql", "The server itself uses the name 'graphql': choose another one." },
                { "Settings", "The server itself uses the name 'Settings': choose another one." },
                { "artifactsv2", "The server itself uses the name 'artifactsv2': choose another one." },
        };

        RUN(model_check_entity_name, checks);
        check_longest(model_check_entity_name, 64, "e");
}

static void organization_names_and_emails(void **state UNUSED)
{
        static const struct check organizations[] = {
                { "Acme & Sons, Ltd.", NULL },
                { "a/b", "Organization names must not contain any of the following characters: '/'." },
                { "", "Organization name cannot be empty." },
        };
        static const struct check emails[] = {
                { "a@b", NULL },
                { "first.last+tag@example.com", NULL },
                { "a", "'a' is not an e-mail address: write name@example.com." },
                { "@b", "'@b' is not an e-mail address: write name@example.com." },
                { "a@", "'a@' is not an e-mail address: write name@example.com." },
                { "a@b@c", "'a@b@c' is not an e-mail address: write name@example.com." },
                { "a b@c", "'a b@c' is not an e-mail address: write name@example.com." },
                { "a@b\n", "'?' is not an e-mail address: write name@example.com." },
        };

        RUN(model_check_organization_name, organizations);
        RUN(model_check_email, emails);
}

static void paths(void **state UNUSED)
{
        static const struct check checks[] = {
                { "file.txt", NULL },
                { "a/b c/d:e%20.x", NULL },
                { "a/...", NULL },
                { ".hidden/..b", NULL },
                { "\xc3\xa9/\xf0\x9f\x98\x80", NULL },
                { "Icon\r", NULL },
                { "", "Invalid artifact path: '': it is empty." },
                { "/a", "Invalid artifact path: '/a': it is absolute." },
                { "C:/a", "Invalid artifact path: 'C:/a': it is absolute." },
                { "a/", "Invalid artifact path: 'a/': it ends with a '/'." },
                { "a//b", "Invalid artifact path: 'a//b': one of its parts is empty, '.' or '..'." },
                { "a/../b", "Invalid artifact path: 'a/../b': one of its parts is empty, '.' or '..'." },
                { "..", "Invalid artifact path: '..': one of its parts is empty, '.' or '..'." },
                { "./a", "Invalid artifact path: './a': one of its parts is empty, '.' or '..'." },
                { "a\\b", "Invalid artifact path: 'a\\b': it contains a backslash or a NUL." },
                { "a\xff", "Invalid artifact path: '?': it is not well-formed UTF-8." },
        };
        struct err err = { 0 };

        RUN(model_check_path, checks);
        assert_int_equal(model_check_path(((struct str){ "a\0b", 3 }), &err), RC_INVALID);
        check_longest(model_check_path, 4096, "p");
        assert_int_equal(model_check_file_name(STR("../x"), &err), RC_INVALID);
        assert_string_equal(err.msg, "Invalid file name: '../x': one of its parts is empty, '.' or '..'.");
}

static void descriptions(void **state UNUSED)
{
        struct err err = { 0 };
        char *large = calloc(1, MODEL_DESCRIPTION_MAX_BYTES + 1);

        assert_non_null(large);
        memset(large, 'd', MODEL_DESCRIPTION_MAX_BYTES + 1);
        assert_ok(model_check_description(STR_NULL, &err));
        assert_ok(model_check_description(STR("# Card\n\n\ttext \xe2\x80\x8f"), &err));
        assert_ok(model_check_description((struct str){ large, MODEL_DESCRIPTION_MAX_BYTES }, &err));
        assert_int_equal(model_check_description((struct str){ large, MODEL_DESCRIPTION_MAX_BYTES + 1 }, &err),
                         RC_TOO_LARGE);
        assert_string_equal(err.msg, "The description has 65537 bytes, more than the 65536 allowed: shorten it.");
        assert_int_equal(model_check_description((struct str){ "a\0b", 3 }, &err), RC_INVALID);
        assert_int_equal(model_check_description(STR("\xff"), &err), RC_INVALID);
        free(large);
}

static void metadata(void **state UNUSED)
{
        struct arena arena;
        struct json *root = NULL;
        struct err err = { 0 };
        struct buf text = { 0 };

        arena_init(&arena, 0);
        assert_ok(model_check_metadata(&arena, STR_NULL, &root, &err));
        assert_int_equal(root->kind, JSON_OBJECT);
        assert_ok(model_check_metadata(&arena, STR(" null "), &root, &err));
        assert_int_equal(root->count, 0);
        assert_ok(model_check_metadata(&arena, STR("{\"a\":{\"b\":[1]}}"), &root, &err));
        assert_int_equal(root->count, 1);
        assert_int_equal(model_check_metadata(&arena, STR("[1]"), NULL, &err), RC_INVALID);
        assert_string_equal(err.msg, "The metadata must be a JSON object.");
        assert_int_equal(model_check_metadata(&arena, STR("{\"a\":NaN}"), NULL, &err), RC_INVALID);
        assert_true(strncmp(err.msg, "The metadata cannot be read: ", 29) == 0);
        buf_add_c(&text, '{');
        for (int i = 0; i < 100; i++)
                buf_printf(&text, "%s\"k%d\":{\"x\":1,\"y\":2}", i ? "," : "", i);
        buf_add_c(&text, '}');
        assert_ok(model_check_metadata(&arena, buf_str(&text), NULL, &err));
        text.len--;
        buf_printf(&text, ",\"one more\":0}");
        assert_int_equal(model_check_metadata(&arena, buf_str(&text), NULL, &err), RC_INVALID);
        assert_string_equal(err.msg, "Artifact must not have more than 100 metadata keys.");
        buf_clear(&text);
        buf_printf(&text, "{\"a\":\"%*s\"}", MODEL_METADATA_MAX_BYTES, "");
        assert_int_equal(model_check_metadata(&arena, buf_str(&text), NULL, &err), RC_TOO_LARGE);
        buf_done(&text);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(artifact_names),
                cmocka_unit_test(type_names),
                cmocka_unit_test(types_reserved_for_clients),
                cmocka_unit_test(aliases),
                cmocka_unit_test(tags),
                cmocka_unit_test(registry_and_project_names),
                cmocka_unit_test(run_ids),
                cmocka_unit_test(entity_names),
                cmocka_unit_test(organization_names_and_emails),
                cmocka_unit_test(paths),
                cmocka_unit_test(descriptions),
                cmocka_unit_test(metadata),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
