/*
 * gql/validate_fields.c - rules about fields, arguments, directives and names of types.
 *
 * Part of gql/validate.c. Each looks at one node and its schema entry.
 */
#include "gql/validate.h"

void rule_known_type_name(struct validation *v, struct str name, struct gql_loc loc)
{
        if (!gql_schema_type(v->schema, name))
                validation_error_at(v, loc, "Unknown type \"%.*s\".", STR_ARG(name));
}

void rule_scalar_leafs(struct validation *v, const struct gql_selection *field, const struct gql_field_info *info)
{
        struct str type;

        if (!info || gql_type_is_leaf(info->type.type) != (field->children != NULL))
                return;
        type = validation_print_use(v, info->type);
        if (field->children)
                validation_error_at(v, field->set_loc, "Field \"%.*s\" must not have a selection since type \"%.*s\" has "
                                                       "no subfields.", STR_ARG(field->name), STR_ARG(type));
        else
                validation_error_at(v, field->loc, "Field \"%.*s\" of type \"%.*s\" must have a selection of subfields. "
                                                   "Did you mean \"%.*s { ... }\"?",
                                    STR_ARG(field->name), STR_ARG(type), STR_ARG(field->name));
}

void rule_fields_on_correct_type(struct validation *v, const struct gql_selection *field,
                                 const struct gql_field_info *info)
{
        if (v->parent && !info)
                validation_error_at(v, field->loc, "Cannot query field \"%.*s\" on type \"%s\".",
                                    STR_ARG(field->name), v->parent->name);
}

/* ---- arguments ------------------------------------------------------------------------------- */

void rule_known_argument_names(struct validation *v, const struct gql_argument *argument,
                               const struct gql_input_def *def)
{
        if (!def && v->field && v->parent)
                validation_error_at(v, argument->loc, "Unknown argument \"%.*s\" on field \"%s.%s\".",
                                    STR_ARG(argument->name), v->parent->name, v->field->name);
}

static bool is_given(const struct gql_argument *arguments, const char *name)
{
        while (arguments && !str_eq_c(arguments->name, name))
                arguments = arguments->next;
        return arguments != NULL;
}

static bool is_directive_arg(const struct gql_directive_info *info, struct str name)
{
        for (size_t i = 0; i < info->arg_count; i++)
                if (str_eq_c(name, info->args[i].name))
                        return true;
        return false;
}

void rule_known_directive_arguments(struct validation *v, const struct gql_directive *directive)
{
        for (const struct gql_argument *arg = directive->arguments; arg && v->directive; arg = arg->next)
                if (!is_directive_arg(v->directive, arg->name))
                        validation_error_at(v, arg->loc, "Unknown argument \"%.*s\" on directive \"@%s\".",
                                            STR_ARG(arg->name), v->directive->name);
}

void rule_unique_argument_names(struct validation *v, const struct gql_argument *arguments)
{
        struct map seen; /* name -> first argument that has been looked at */

        if (!arguments || !arguments->next)
                return;
        map_init(&seen, v->arena);
        for (const struct gql_argument *one = arguments; one && !v->aborted; one = one->next) {
                struct gql_loc locations[4] = { one->loc };
                size_t count = 1;

                if (map_has(&seen, one->name))
                        continue;
                map_set(&seen, one->name, (void *)one);
                for (const struct gql_argument *other = one->next; other; other = other->next) {
                        if (!str_eq(one->name, other->name))
                                continue;
                        if (count < ARRAY_LEN(locations))
                                locations[count] = other->loc;
                        count++;
                }
                if (count > 1)
                        validation_error(v, locations, count < 4 ? count : 4,
                                         "There can be only one argument named \"%.*s\".", STR_ARG(one->name));
        }
}

static bool is_required(const struct gql_input_def *def)
{
        return gql_use_non_null(def->type) && !def->default_sdl;
}

void rule_provided_required_arguments(struct validation *v, const struct gql_selection *field,
                                      const struct gql_field_info *info)
{
        for (size_t i = 0; info && i < info->arg_count; i++)
                if (is_required(&info->args[i]) && !is_given(field->arguments, info->args[i].name))
                        validation_error_at(v, field->loc, "Field \"%s\" argument \"%s\" of type \"%.*s\" is required, "
                                                           "but it was not provided.", info->name, info->args[i].name,
                                            STR_ARG(validation_print_use(v, info->args[i].type)));
}

void rule_provided_required_directive_arguments(struct validation *v, const struct gql_directive *directive)
{
        for (size_t i = 0; v->directive && i < v->directive->arg_count; i++)
                if (is_required(&v->directive->args[i]) && !is_given(directive->arguments, v->directive->args[i].name))
                        validation_error_at(v, directive->loc, "Directive \"@%s\" argument \"%s\" of type \"%.*s\" is "
                                                               "required, but it was not provided.",
                                            v->directive->name, v->directive->args[i].name,
                                            STR_ARG(validation_print_use(v, v->directive->args[i].type)));
}

/* ---- directives ------------------------------------------------------------------------------ */

const struct gql_directive_info *validation_directive(struct str name)
{
        for (size_t i = 0; i < GQL_DIRECTIVE_COUNT; i++)
                if (str_eq_c(name, gql_directives[i].name))
                        return &gql_directives[i];
        return NULL;
}

void rule_known_directives(struct validation *v, const struct gql_directive *directive, const char *location)
{
        if (!v->directive) {
                validation_error_at(v, directive->loc, "Unknown directive \"@%.*s\".", STR_ARG(directive->name));
                return;
        }
        for (size_t i = 0; i < v->directive->location_count; i++)
                if (strcmp(v->directive->locations[i], location) == 0)
                        return;
        validation_error_at(v, directive->loc, "Directive \"@%.*s\" may not be used on %s.", STR_ARG(directive->name),
                            location);
}

void rule_unique_directives_per_location(struct validation *v, const struct gql_directive *directives)
{
        /* The first use of each directive that we know; unknown ones may repeat, as in graphql-js. */
        const struct gql_directive *first[GQL_DIRECTIVE_COUNT] = { NULL };

        for (; directives && !v->aborted; directives = directives->next) {
                const struct gql_directive_info *info = validation_directive(directives->name);
                size_t index = info ? (size_t)(info - gql_directives) : 0;

                if (!info || info->repeatable)
                        continue;
                if (first[index])
                        validation_error(v, (struct gql_loc[]){ first[index]->loc, directives->loc }, 2,
                                         "The directive \"@%s\" can only be used once at this location.", info->name);
                else
                        first[index] = directives;
        }
}
