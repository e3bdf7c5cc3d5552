/*
 * test_options.c - options and arguments of a command line.
 */
#include "unit.h"

#include "cli/options.h"

static const struct option_spec specs[] = {
        { .name = "quiet", .letter = 'q', .help = "x" },
        { .name = "all", .letter = 'a', .help = "x" },
        { .name = "root", .letter = 'o', .value = "DIR", .help = "x" },
        { .name = "tag", .letter = 't', .value = "TAG", .many = true, .help = "x" },
        { .name = "how", .value = "HOW", .choices = "auto bar", .help = "x" },
        { .name = "limit", .value = "N", .help = "x" },
};

struct fixture {
        struct arena arena;
        struct options options;
        struct vitrine_error error;
};

static int begin(void **state)
{
        static struct fixture fixture;

        fixture = (struct fixture){ 0 };
        arena_init(&fixture.arena, 0);
        options_init(&fixture.options, &fixture.arena);
        options_add(&fixture.options, specs, ARRAY_LEN(specs));
        *state = &fixture;
        return 0;
}

static int end(void **state)
{
        arena_done(&((struct fixture *)*state)->arena);
        return 0;
}

/* Words separated by one blank; an empty word is written "''". */
static enum vitrine_code parse(struct fixture *fixture, const char *line)
{
        char *argv[16];
        int argc = 0;
        struct str rest = str_from(line);

        while (rest.len > 0) {
                struct str word = str_cut(&rest, ' ');

                argv[argc++] = arena_cstr(&fixture->arena, str_eq_c(word, "''") ? STR("") : word);
        }
        return options_parse(&fixture->options, argc, argv, &fixture->error);
}

static void options_parse_takes_every_form(void **state)
{
        struct fixture *f = *state;
        size_t count = 0;
        const char *const *tags;

        assert_int_equal(parse(f, "one -qa --root=a=b --tag x two -ty -t z -- -q --root"), VITRINE_OK);
        assert_true(options_on(&f->options, "quiet"));
        assert_true(options_on(&f->options, "all"));
        assert_string_equal(options_get(&f->options, "root"), "a=b");
        tags = options_all(&f->options, "tag", &count);
        assert_int_equal(count, 3);
        assert_string_equal(tags[0], "x");
        assert_string_equal(tags[1], "y");
        assert_string_equal(tags[2], "z");
        assert_int_equal(f->options.argument_count, 4);
        assert_string_equal(f->options.arguments[1], "two");
        assert_string_equal(f->options.arguments[3], "--root");
        assert_null(options_get(&f->options, "how"));
        assert_false(options_on(&f->options, "how"));
}

static void options_parse_takes_a_dash_and_nothing_as_arguments(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(parse(f, "- ''"), VITRINE_OK);
        assert_int_equal(f->options.argument_count, 2);
        assert_string_equal(f->options.arguments[0], "-");
        assert_string_equal(f->options.arguments[1], "");
}

static void options_parse_takes_a_value_that_looks_like_an_option(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(parse(f, "--root --quiet"), VITRINE_OK);
        assert_string_equal(options_get(&f->options, "root"), "--quiet");
        assert_false(options_on(&f->options, "quiet"));
}

static void wrong(struct fixture *f, const char *line, const char *message)
{
        void *state = NULL;

        (void)begin(&state);
        assert_int_equal(parse(f, line), VITRINE_INVALID);
        assert_string_equal(f->error.message, message);
        (void)end(&state);
}

static void options_parse_says_what_is_wrong(void **state)
{
        struct fixture *f = *state;

        wrong(f, "--rot x", "There is no option --rot here: did you mean --root?");
        wrong(f, "--nonsense", "There is no option --nonsense here: see --help.");
        wrong(f, "-x", "There is no option -x here: see --help.");
        wrong(f, "-q\001", "There is no option -? here: see --help.");
        wrong(f, "--root", "--root needs a value: --root DIR.");
        wrong(f, "-o", "--root needs a value: --root DIR.");
        wrong(f, "--quiet=yes", "--quiet takes no value.");
        wrong(f, "--root a --root b", "--root is given twice: leave one out.");
        wrong(f, "-qq", "--quiet is given twice: leave one out.");
        wrong(f, "--how bra", "--how takes one of these words, not 'bra': auto bar.");
}

static void options_number_holds_its_limits(void **state)
{
        struct fixture *f = *state;
        uint64_t value = 7;

        assert_int_equal(options_number(&f->options, "limit", 1, 10, 5, &value, &f->error), VITRINE_OK);
        assert_int_equal(value, 5);
        assert_int_equal(parse(f, "--limit 10"), VITRINE_OK);
        assert_int_equal(options_number(&f->options, "limit", 1, 10, 5, &value, &f->error), VITRINE_OK);
        assert_int_equal(value, 10);
        assert_int_equal(options_number(&f->options, "limit", 1, 9, 5, &value, &f->error), VITRINE_INVALID);
        assert_string_equal(f->error.message, "--limit takes a number from 1 to 9, not '10'.");
        assert_int_equal(value, 10);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(options_parse_takes_every_form, begin, end),
                cmocka_unit_test_setup_teardown(options_parse_takes_a_dash_and_nothing_as_arguments, begin, end),
                cmocka_unit_test_setup_teardown(options_parse_takes_a_value_that_looks_like_an_option, begin, end),
                cmocka_unit_test_setup_teardown(options_parse_says_what_is_wrong, begin, end),
                cmocka_unit_test_setup_teardown(options_number_holds_its_limits, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
