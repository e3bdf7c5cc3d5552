/*
 * server/options.c - parsing and printing tables of options; see options.h.
 */
#include "server/options.h"

#include "base/fd.h"

#define FILE_MAX (1024 * 1024)

void options_add(struct options *options, const struct option_spec *specs, size_t count)
{
        assert(options->spec_count + count <= OPTIONS_MAX);
        for (size_t i = 0; i < count; i++)
                options->specs[options->spec_count++] = &specs[i];
}

/* Index of the option, or SIZE_MAX. */
static size_t find(const struct options *options, struct str name)
{
        for (size_t i = 0; i < options->spec_count; i++)
                if (str_eq_c(name, options->specs[i]->name))
                        return i;
        return SIZE_MAX;
}

static bool switch_value(struct str text, bool *ret)
{
        static const char *const yes[] = { "yes", "true", "on", "1" };
        static const char *const no[] = { "no", "false", "off", "0", "" };

        for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
                if (str_eq_c(text, yes[i])) {
                        *ret = true;
                        return true;
                }
        }
        for (size_t i = 0; i < ARRAY_LEN(no); i++) {
                if (str_eq_c(text, no[i])) {
                        *ret = false;
                        return true;
                }
        }
        return false;
}

/* One "--name" or "--name=value"; may take the next word. */
static enum rc parse_option(struct options *options, struct str word, int argc, char **argv, int *at,
                            struct err *err)
{
        struct str value = str_slice(word, 2, word.len);
        bool has_value = str_find(value, '=', 0) != SIZE_MAX;
        struct str name = str_cut(&value, '=');
        size_t i = find(options, name);

        if (i == SIZE_MAX)
                return err_set(err, RC_INVALID, "There is no option --%.*s here: see --help.",
                               STR_ARG(str_slice(name, 0, 64)));
        if (!options->specs[i]->value && has_value)
                return err_set(err, RC_INVALID, "--%s takes no value.", options->specs[i]->name);
        if (!options->specs[i]->value) {
                value = STR("yes");
        } else if (!has_value) {
                if (*at + 1 >= argc)
                        return err_set(err, RC_INVALID, "--%s needs a value: --%s %s.", options->specs[i]->name,
                                       options->specs[i]->name, options->specs[i]->value);
                value = str_from(argv[++*at]);
        }
        if (options->given[i])
                return err_set(err, RC_INVALID, "--%s is given twice.", options->specs[i]->name);
        options->values[i] = value;
        options->given[i] = true;
        return RC_OK;
}

enum rc options_parse(struct options *options, int argc, char **argv, struct err *err)
{
        bool only_arguments = false;

        for (int at = 0; at < argc; at++) {
                struct str word = str_from(argv[at]);

                if (!only_arguments && str_eq_c(word, "--")) {
                        only_arguments = true;
                        continue;
                }
                if (!only_arguments && str_eq_c(word, "-h"))
                        word = STR("--help");
                if (!only_arguments && word.len > 1 && word.ptr[0] == '-') {
                        enum rc rc;

                        if (!str_starts(word, STR("--")))
                                return err_set(err, RC_INVALID, "There is no option %.*s here: see --help.",
                                               STR_ARG(str_slice(word, 0, 64)));
                        rc = parse_option(options, word, argc, argv, &at, err);
                        if (rc)
                                return rc;
                        continue;
                }
                if (options->argument_count == ARGUMENTS_MAX)
                        return err_set(err, RC_INVALID, "There are too many arguments: see --help.");
                options->arguments[options->argument_count++] = word;
        }
        return RC_OK;
}

void options_from_environment(struct options *options)
{
        for (size_t i = 0; i < options->spec_count; i++) {
                const char *value;

                if (!options->specs[i]->env || !str_is_null(options->values[i]))
                        continue;
                value = getenv(options->specs[i]->env);
                if (value && *value)
                        options->values[i] = str_from(value);
        }
}

static enum rc parse_line(struct options *options, const char *path, size_t number, struct str line, struct err *err)
{
        struct str value = line;
        struct str name = str_trim(str_cut(&value, '='));
        size_t i;

        if (str_is_null(value))
                return err_set(err, RC_INVALID, "%s:%zu: this is not 'name = value'.", path, number);
        i = find(options, name);
        if (i == SIZE_MAX || str_eq_c(name, "config") || str_eq_c(name, "help"))
                return err_set(err, RC_INVALID, "%s:%zu: there is no setting '%.*s'.", path, number,
                               STR_ARG(str_slice(name, 0, 64)));
        value = str_trim(value);
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
                value = str_slice(value, 1, value.len - 1);
        if (str_is_null(options->values[i]))
                options->values[i] = value;
        return RC_OK;
}

enum rc options_from_file(struct options *options, struct arena *arena, const char *path, struct err *err)
{
        struct str rest = STR_NULL;
        enum rc rc = fd_read_file(arena, path, FILE_MAX, &rest, err);

        if (rc)
                return err_prefix(err, rc, "The configuration cannot be read");
        for (size_t number = 1; !str_is_null(rest); number++) {
                struct str line = str_trim(str_cut(&rest, '\n'));

                if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';' || str_eq_c(line, "[vitrined]"))
                        continue;
                rc = parse_line(options, path, number, line, err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

struct str options_get(const struct options *options, const char *name)
{
        size_t i = find(options, str_from(name));

        assert(i != SIZE_MAX);
        return str_is_null(options->values[i]) ? str_from(options->specs[i]->standard) : options->values[i];
}

bool options_on(const struct options *options, const char *name)
{
        bool on = false;

        return switch_value(options_get(options, name), &on) && on;
}

enum rc options_number(const struct options *options, const char *name, uint64_t min, uint64_t max, uint64_t *ret,
                       struct err *err)
{
        struct str text = options_get(options, name);
        uint64_t value = 0;

        if (!str_to_u64(text, &value) || value < min || value > max)
                return err_set(err, RC_INVALID, "--%s must be a number from %llu to %llu, not '%.*s'.", name,
                               (unsigned long long)min, (unsigned long long)max, STR_ARG(str_slice(text, 0, 64)));
        *ret = value;
        return RC_OK;
}

void options_help(const struct options *options, struct buf *out)
{
        for (size_t i = 0; i < options->spec_count; i++) {
                const struct option_spec *spec = options->specs[i];
                size_t start = out->len;

                buf_printf(out, "  --%s%s%s", spec->name, spec->value ? " " : "", spec->value ? spec->value : "");
                if (out->len - start > 26)
                        buf_printf(out, "\n%*s", 28, "");
                else
                        buf_printf(out, "%*s", (int)(28 - (out->len - start)), "");
                buf_printf(out, "%s", spec->help);
                if (spec->standard)
                        buf_printf(out, " (%s)", spec->standard);
                if (spec->env)
                        buf_printf(out, " [$%s]", spec->env);
                buf_add_c(out, '\n');
        }
}
