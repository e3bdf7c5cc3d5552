/* Tables of options: command line, environment, file, help. */
#include "unit.h"
#include "scratch.h"

#include "server/options.h"

static const struct option_spec specs[] = {
        { "listen", "ADDR", "TEST_LISTEN", "here", "where" },
        { "count", "N", NULL, "7", "how many" },
        { "name", "TEXT", NULL, NULL, "what" },
        { "loud", NULL, "TEST_LOUD", NULL, "noise" },
        { "config", "FILE", NULL, NULL, "file" },
        { "help", NULL, NULL, NULL, "help" },
};

static enum rc parse(struct options *options, struct err *err, int argc, const char *const *argv)
{
        *options = (struct options){ 0 };
        options_add(options, specs, ARRAY_LEN(specs));
        return options_parse(options, argc, (char **)(uintptr_t)argv, err);
}

#define PARSE(options, ...)                                                                                \
        parse((options), &err, (int)ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })),                     \
              (const char *const[]){ __VA_ARGS__ })

static void options_parse_takes_every_form(void **state)
{
        struct options options;
        struct err err = { 0 };

        (void)state;
        assert_ok(PARSE(&options, "a", "--listen", "there", "b", "--name=x=y", "--loud", "--", "--count"));
        assert_str(options_get(&options, "listen"), "there");
        assert_str(options_get(&options, "name"), "x=y");
        assert_true(options_on(&options, "loud"));
        assert_str(options_get(&options, "count"), "7");
        assert_int_equal(options.argument_count, 3);
        assert_str(options.arguments[0], "a");
        assert_str(options.arguments[2], "--count");
        assert_ok(PARSE(&options, "-h", "-", "--name", "--loud"));
        assert_true(options_on(&options, "help"));
        assert_str(options.arguments[0], "-");
        assert_str(options_get(&options, "name"), "--loud");
        assert_false(options_on(&options, "loud"));
        assert_ok(PARSE(&options, "--name="));
        assert_str(options_get(&options, "name"), "");
        assert_false(str_is_null(options_get(&options, "name")));
}

static void options_parse_refuses(void **state)
{
        struct options options;
        struct err err = { 0 };

        (void)state;
        assert_int_equal(PARSE(&options, "--nothing"), RC_INVALID);
        assert_int_equal(PARSE(&options, "--list", "x"), RC_INVALID);
        assert_int_equal(PARSE(&options, "-x"), RC_INVALID);
        assert_int_equal(PARSE(&options, "--listen"), RC_INVALID);
        assert_int_equal(PARSE(&options, "--loud=yes"), RC_INVALID);
        assert_int_equal(PARSE(&options, "--name", "a", "--name", "b"), RC_INVALID);
        assert_int_equal(PARSE(&options, "1", "2", "3", "4", "5", "6", "7", "8", "9"), RC_INVALID);
}

static void options_environment_gives_way_to_the_command_line(void **state)
{
        struct options options;
        struct err err = { 0 };

        (void)state;
        setenv("TEST_LISTEN", "environment", 1);
        setenv("TEST_LOUD", "no", 1);
        assert_ok(PARSE(&options, "--listen", "line"));
        options_from_environment(&options);
        assert_str(options_get(&options, "listen"), "line");
        assert_false(options_on(&options, "loud"));
        setenv("TEST_LOUD", "true", 1);
        assert_ok(PARSE(&options, "x"));
        options_from_environment(&options);
        assert_str(options_get(&options, "listen"), "environment");
        assert_true(options_on(&options, "loud"));
        setenv("TEST_LISTEN", "", 1);
        assert_ok(PARSE(&options, "x"));
        options_from_environment(&options);
        assert_str(options_get(&options, "listen"), "here");
        unsetenv("TEST_LISTEN");
        unsetenv("TEST_LOUD");
}

static enum rc read_file(struct options *options, struct arena *arena, const char *text, struct err *err)
{
        struct scratch scratch;
        const char *path;
        FILE *file;
        enum rc rc;

        scratch_make(&scratch);
        path = scratch_path(&scratch, "conf");
        file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
        rc = options_from_file(options, arena, path, err);
        scratch_remove(&scratch);
        return rc;
}

static void options_file_comes_last(void **state)
{
        struct arena arena;
        struct options options;
        struct err err = { 0 };

        (void)state;
        arena_init(&arena, 0);
        assert_ok(PARSE(&options, "--listen", "line"));
        assert_ok(read_file(&options, &arena,
                            "# x\n; y\n\n[vitrined]\r\n listen = file \nname=\"a b\"\r\nloud = on\n", &err));
        assert_str(options_get(&options, "listen"), "line");
        assert_str(options_get(&options, "name"), "a b");
        assert_true(options_on(&options, "loud"));
        arena_done(&arena);
}

static void options_file_errors_name_the_line(void **state)
{
        const char *const texts[] = { "\nnothing = 1\n", "\nlisten\n", "\nconfig = x\n", "\nhelp = yes\n", "\n[other]\n" };
        struct arena arena;
        struct options options;
        struct err err = { 0 };

        (void)state;
        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
                assert_ok(PARSE(&options, "x"));
                assert_int_equal(read_file(&options, &arena, texts[i], &err), RC_INVALID);
                assert_non_null(strstr(err.msg, "conf:2:"));
        }
        arena_done(&arena);
}

static void options_number_has_bounds(void **state)
{
        static const char *const bad[] = { "", "x", "-1", "0", "11", "99999999999999999999", "5 " };
        struct options options;
        uint64_t value = 0;
        struct err err = { 0 };

        (void)state;
        for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
                assert_ok(PARSE(&options, "--count", bad[i]));
                assert_int_equal(options_number(&options, "count", 1, 10, &value, &err), RC_INVALID);
        }
        assert_int_equal(value, 0);
        assert_ok(PARSE(&options, "--count", "10"));
        assert_ok(options_number(&options, "count", 1, 10, &value, &err));
        assert_int_equal(value, 10);
}

static void options_help_names_everything(void **state)
{
        _cleanup_(buf_done) struct buf out = { 0 };
        struct options options;
        struct err err = { 0 };

        (void)state;
        assert_ok(PARSE(&options, "x"));
        options_help(&options, &out);
        for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
                assert_non_null(strstr(buf_cstr(&out), specs[i].name));
                assert_non_null(strstr(buf_cstr(&out), specs[i].help));
        }
        assert_non_null(strstr(buf_cstr(&out), "(here) [$TEST_LISTEN]"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(options_parse_takes_every_form),
                cmocka_unit_test(options_parse_refuses),
                cmocka_unit_test(options_environment_gives_way_to_the_command_line),
                cmocka_unit_test(options_file_comes_last),
                cmocka_unit_test(options_file_errors_name_the_line),
                cmocka_unit_test(options_number_has_bounds),
                cmocka_unit_test(options_help_names_everything),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
