/*
 * gql/validate_variables.c - rules about variables.
 *
 * Part of gql/validate.c. An operation uses the variables in its own selections and in
 * those of every fragment that it reaches; both were noted during the walk. Work is
 * operations times reachable uses, both bounded by the document's tokens, and stops at
 * the limit of errors.
 */
#include "gql/validate.h"

void rule_unique_variable_names(struct validation *v, const struct gql_definition *operation)
{
        struct map seen;

        if (!operation->variables || !operation->variables->next)
                return;
        map_init(&seen, v->arena);
        for (const struct gql_variable *one = operation->variables; one && !v->aborted; one = one->next) {
                struct gql_loc locations[4];
                size_t count = 0;

                if (map_has(&seen, one->name))
                        continue;
                map_set(&seen, one->name, (void *)one);
                for (const struct gql_variable *other = one; other; other = other->next) {
                        if (!str_eq(one->name, other->name))
                                continue;
                        /* The name behind the "$". */
                        if (count < ARRAY_LEN(locations))
                                locations[count] = other->name_loc;
                        count++;
                }
                if (count > 1)
                        validation_error(v, locations, count < 4 ? count : 4,
                                         "There can be only one variable named \"$%.*s\".", STR_ARG(one->name));
        }
}

void rule_variable_is_input_type(struct validation *v, const struct gql_variable *variable)
{
        const struct gql_typeref *named = variable->type;
        const struct gql_type *type;
        unsigned depth = 0;

        for (; named->of; named = named->of)
                depth++;
        type = gql_schema_type(v->schema, named->name);
        if (type && !gql_type_is_input(type))
                validation_error_at(v, variable->type->loc, "Variable \"$%.*s\" cannot be non-input type \"%.*s\".",
                                    STR_ARG(variable->name), STR_ARG(validation_print_typeref(v, variable->type)));
        else if (type && !validation_typeref(v, variable->type).use.type)
                validation_error_at(v, variable->type->loc, "The type of variable \"$%.*s\" has %u brackets and marks; "
                                                            "use 15 or fewer.", STR_ARG(variable->name), depth);
}

/* ---- after the walk ------------------------------------------------------------------------------- */

/* A variable of an operation while its uses are looked at. */
struct declared {
        const struct gql_variable *variable;
        bool used;
};

static bool is_subtype(struct gql_type_use use, struct gql_type_use wanted)
{
        while (use.wrap || wanted.wrap) {
                bool drop_wanted = (use.wrap & 3u) == (wanted.wrap & 3u);

                if (!drop_wanted && !gql_use_non_null(use))
                        return false;
                use = gql_use_of(use);
                if (drop_wanted)
                        wanted = gql_use_of(wanted);
        }
        return use.type == wanted.type;
}

static bool is_allowed(const struct gql_variable *variable, struct gql_type_use type, const struct input_place *place)
{
        struct gql_type_use wanted = place->use;

        if (gql_use_non_null(wanted) && !gql_use_non_null(type)) {
                bool has_default = variable->default_value && variable->default_value->kind != GQL_VALUE_NULL;

                if (!has_default && !place->has_default)
                        return false;
                wanted = gql_use_of(wanted);
        }
        return is_subtype(type, wanted);
}

static void check_position(struct validation *v, const struct gql_variable *variable, const struct variable_use *use)
{
        struct input_place type = validation_typeref(v, variable->type);

        if (!use->place.known || !type.use.type || is_allowed(variable, type.use, &use->place))
                return;
        validation_error(v, (struct gql_loc[]){ variable->loc, use->value->loc }, 2,
                         "Variable \"$%.*s\" of type \"%.*s\" used in position expecting type \"%.*s\".",
                         STR_ARG(variable->name), STR_ARG(validation_print_use(v, type.use)),
                         STR_ARG(validation_print_use(v, use->place.use)));
}

static void check_use(struct validation *v, const struct gql_definition *operation, const struct map *variables,
                      const struct variable_use *use)
{
        struct declared *declared = map_get(variables, use->value->text);

        if (declared) {
                declared->used = true;
                check_position(v, declared->variable, use);
                return;
        }
        if (str_is_null(operation->name))
                validation_error(v, (struct gql_loc[]){ use->value->loc, operation->loc }, 2,
                                 "Variable \"$%.*s\" is not defined.", STR_ARG(use->value->text));
        else
                validation_error(v, (struct gql_loc[]){ use->value->loc, operation->loc }, 2,
                                 "Variable \"$%.*s\" is not defined by operation \"%.*s\".",
                                 STR_ARG(use->value->text), STR_ARG(operation->name));
}

/* The operation and every fragment it reaches, each once. */
static void check_uses(struct validation *v, struct definition_notes *operation, const struct map *variables)
{
        struct definition_notes **queue = v->queue;
        size_t count = 0;

        v->mark++;
        queue[count++] = operation;
        for (size_t i = 0; i < count && !v->aborted; i++) {
                for (const struct variable_use *use = queue[i]->variables; use && !v->aborted; use = use->next)
                        check_use(v, operation->def, variables, use);
                for (const struct spread_use *use = queue[i]->spreads; use; use = use->next) {
                        struct definition_notes *target = validation_fragment(v, use->spread->name);

                        if (!target || target->mark == v->mark)
                                continue;
                        target->mark = v->mark;
                        queue[count++] = target;
                }
        }
}

void rule_variables(struct validation *v, struct definition_notes *operation)
{
        struct map variables; /* name -> declared; the last of a name counts */

        map_init(&variables, v->arena);
        for (const struct gql_variable *one = operation->def->variables; one; one = one->next) {
                struct declared *declared = arena_new(v->arena, struct declared);

                declared->variable = one;
                map_set(&variables, one->name, declared);
        }
        check_uses(v, operation, &variables);
        for (const struct gql_variable *one = operation->def->variables; one && !v->aborted; one = one->next) {
                const struct declared *declared = map_get(&variables, one->name);

                if (v->limits->allow_unused || declared->used)
                        continue;
                if (str_is_null(operation->def->name))
                        validation_error_at(v, one->loc, "Variable \"$%.*s\" is never used.", STR_ARG(one->name));
                else
                        validation_error_at(v, one->loc, "Variable \"$%.*s\" is never used in operation \"%.*s\".",
                                            STR_ARG(one->name), STR_ARG(operation->def->name));
        }
}
