/*
 * cli/options.c - parsing one command line; see options.h.
 */
#include "cli/options.h"

#include "cli/status.h"
#include "cli/suggest.h"

void options_init(struct options *options, struct arena *arena)
{
        *options = (struct options){ .arena = arena };
}

void options_add(struct options *options, const struct option_spec *specs, size_t count)
{
        assert(options->spec_count + count <= OPTIONS_MAX);
        for (size_t i = 0; i < count; i++)
                options->specs[options->spec_count++] = &specs[i];
}

static const struct option_spec *find(const struct options *options, struct str name)
{
        for (size_t i = 0; i < options->spec_count; i++)
                if (str_eq_c(name, options->specs[i]->name))
                        return options->specs[i];
        return NULL;
}

static const struct option_spec *find_letter(const struct options *options, char letter)
{
        for (size_t i = 0; i < options->spec_count; i++)
                if (options->specs[i]->letter == letter)
                        return options->specs[i];
        return NULL;
}

static enum vitrine_code no_such_option(const struct options *options, struct str name, struct vitrine_error *error)
{
        struct suggestion nearest;

        suggest_begin(&nearest, name);
        for (size_t i = 0; i < options->spec_count; i++)
                suggest_try(&nearest, options->specs[i]->name);
        if (nearest.best)
                return fail_with(error, VITRINE_INVALID, "There is no option --%.*s here: did you mean --%s?",
                            STR_ARG(str_slice(name, 0, 64)), nearest.best);
        return fail_with(error, VITRINE_INVALID, "There is no option --%.*s here: see --help.",
                    STR_ARG(str_slice(name, 0, 64)));
}

static enum vitrine_code check_choice(const struct option_spec *spec, const char *value, struct vitrine_error *error)
{
        struct str rest = str_from(spec->choices);

        if (!spec->choices)
                return VITRINE_OK;
        while (!str_is_null(rest)) {
                struct str word = str_cut(&rest, ' ');

                if (str_eq_c(word, value))
                        return VITRINE_OK;
        }
        return fail_with(error, VITRINE_INVALID, "--%s takes one of these words, not '%.64s': %s.", spec->name, value,
                    spec->choices);
}

static enum vitrine_code take(struct options *options, const struct option_spec *spec, const char *value,
                              struct vitrine_error *error)
{
        if (!spec->many) {
                for (size_t i = 0; i < options->given_count; i++)
                        if (options->given[i].spec == spec)
                                return fail_with(error, VITRINE_INVALID, "--%s is given twice: leave one out.", spec->name);
        }
        options->given[options->given_count++] = (struct option_given){ spec, value };
        return value ? check_choice(spec, value, error) : VITRINE_OK;
}

static enum vitrine_code needs_value(const struct option_spec *spec, struct vitrine_error *error)
{
        return fail_with(error, VITRINE_INVALID, "--%s needs a value: --%s %s.", spec->name, spec->name, spec->value);
}

static enum vitrine_code parse_long(struct options *options, int argc, char **argv, int *at,
                                    struct vitrine_error *error)
{
        const char *text = argv[*at] + 2;
        const char *equals = strchr(text, '=');
        struct str name = equals ? (struct str){ text, (size_t)(equals - text) } : str_from(text);
        const struct option_spec *spec = find(options, name);

        if (!spec)
                return no_such_option(options, name, error);
        if (!spec->value)
                return equals ? fail_with(error, VITRINE_INVALID, "--%s takes no value.", spec->name)
                              : take(options, spec, NULL, error);
        if (equals)
                return take(options, spec, equals + 1, error);
        if (*at + 1 >= argc)
                return needs_value(spec, error);
        return take(options, spec, argv[++*at], error);
}

/* "-qv", "-o FILE", "-oFILE" */
static enum vitrine_code parse_letters(struct options *options, int argc, char **argv, int *at,
                                       struct vitrine_error *error)
{
        for (const char *text = argv[*at] + 1; *text; text++) {
                const struct option_spec *spec = find_letter(options, *text);
                enum vitrine_code code;

                if (!spec)
                        return fail_with(error, VITRINE_INVALID, "There is no option -%c here: see --help.",
                                    *text > ' ' && *text < 127 ? *text : '?');
                if (spec->value) {
                        if (text[1])
                                return take(options, spec, text + 1, error);
                        if (*at + 1 >= argc)
                                return needs_value(spec, error);
                        return take(options, spec, argv[++*at], error);
                }
                code = take(options, spec, NULL, error);
                if (code)
                        return code;
        }
        return VITRINE_OK;
}

/* More letters than words can stand in argv ("-qq"), so what is given is counted first. */
static size_t most_given(int argc, char **argv)
{
        size_t count = 0;

        for (int i = 0; i < argc; i++)
                count += 1 + strlen(argv[i]);
        return count;
}

enum vitrine_code options_parse(struct options *options, int argc, char **argv, struct vitrine_error *error)
{
        bool only_arguments = false;

        options->given = arena_array(options->arena, struct option_given, most_given(argc, argv));
        options->arguments = arena_array(options->arena, const char *, (size_t)argc + 1);
        for (int at = 0; at < argc; at++) {
                enum vitrine_code code = VITRINE_OK;

                if (only_arguments || argv[at][0] != '-' || !argv[at][1])
                        options->arguments[options->argument_count++] = argv[at];
                else if (strcmp(argv[at], "--") == 0)
                        only_arguments = true;
                else if (argv[at][1] == '-')
                        code = parse_long(options, argc, argv, &at, error);
                else
                        code = parse_letters(options, argc, argv, &at, error);
                if (code)
                        return code;
        }
        return VITRINE_OK;
}

bool options_on(const struct options *options, const char *name)
{
        for (size_t i = 0; i < options->given_count; i++)
                if (strcmp(options->given[i].spec->name, name) == 0)
                        return true;
        return false;
}

const char *options_get(const struct options *options, const char *name)
{
        const char *value = NULL;

        for (size_t i = 0; i < options->given_count; i++)
                if (strcmp(options->given[i].spec->name, name) == 0)
                        value = options->given[i].value;
        return value;
}

const char *const *options_all(const struct options *options, const char *name, size_t *ret_count)
{
        const char **all = arena_array(options->arena, const char *, options->given_count + 1);
        size_t count = 0;

        for (size_t i = 0; i < options->given_count; i++)
                if (strcmp(options->given[i].spec->name, name) == 0)
                        all[count++] = options->given[i].value;
        *ret_count = count;
        return all;
}

enum vitrine_code options_number(const struct options *options, const char *name, uint64_t min, uint64_t max,
                                 uint64_t fallback, uint64_t *ret, struct vitrine_error *error)
{
        const char *text = options_get(options, name);
        uint64_t value = fallback;

        if (text && (!str_to_u64(str_from(text), &value) || value < min || value > max))
                return fail_with(error, VITRINE_INVALID, "--%s takes a number from %llu to %llu, not '%.64s'.", name,
                            (unsigned long long)min, (unsigned long long)max, text);
        *ret = value;
        return VITRINE_OK;
}
