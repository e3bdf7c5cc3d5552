/*
 * gql/validate_values.c - literal values against the types of their places.
 *
 * Part of gql/validate.c: the rules ValuesOfCorrectType and UniqueInputFieldNames, in one
 * descent that also notes every variable for gql/validate_variables.c. Custom scalars
 * take any literal here; whether it makes sense is decided when it is coerced.
 */
#include "gql/validate.h"

static void note_variable(struct validation *v, const struct gql_value *value, struct input_place place)
{
        struct variable_use *use = arena_new(v->arena, struct variable_use);

        use->value = value;
        use->place = place;
        *v->current->variables_tail = use;
        v->current->variables_tail = &use->next;
}

/* ---- leaves ------------------------------------------------------------------------------------- */

static void check_int(struct validation *v, const struct gql_value *value)
{
        if (value->kind != GQL_VALUE_INT)
                validation_error_at(v, value->loc, "Int cannot represent non-integer value: %.*s",
                                    STR_ARG(validation_print_value(v, value)));
        else if (value->integer < INT32_MIN || value->integer > INT32_MAX)
                validation_error_at(v, value->loc, "Int cannot represent non 32-bit signed integer value: %.*s",
                                    STR_ARG(value->text));
}

static void check_enum(struct validation *v, const struct gql_value *value, const struct gql_type *type)
{
        if (value->kind != GQL_VALUE_ENUM)
                validation_error_at(v, value->loc, "Enum \"%s\" cannot represent non-enum value: %.*s.", type->name,
                                    STR_ARG(validation_print_value(v, value)));
        else if (!gql_type_has_value(type, value->text))
                validation_error_at(v, value->loc, "Value \"%.*s\" does not exist in \"%s\" enum.",
                                    STR_ARG(value->text), type->name);
}

static void check_builtin(struct validation *v, const struct gql_value *value, const struct gql_type *type)
{
        const char *complaint = NULL;

        if (type == &gql_type_Float && value->kind != GQL_VALUE_FLOAT && value->kind != GQL_VALUE_INT)
                complaint = "Float cannot represent non numeric value";
        else if (type == &gql_type_String && value->kind != GQL_VALUE_STRING)
                complaint = "String cannot represent a non string value";
        else if (type == &gql_type_Boolean && value->kind != GQL_VALUE_BOOL)
                complaint = "Boolean cannot represent a non boolean value";
        else if (type == &gql_type_ID && value->kind != GQL_VALUE_STRING && value->kind != GQL_VALUE_INT)
                complaint = "ID cannot represent a non-string and non-integer value";
        if (complaint)
                validation_error_at(v, value->loc, "%s: %.*s", complaint, STR_ARG(validation_print_value(v, value)));
}

/* A value that is not looked into: does it fit the innermost type of its place? */
static void check_leaf(struct validation *v, const struct gql_value *value, struct input_place place)
{
        if (!place.known || v->values_off)
                return;
        if (place.use.type->bare_string_field && value->kind == GQL_VALUE_STRING)
                return; /* @bareString: a plain string stands for the object */
        if (!gql_type_is_leaf(place.use.type))
                validation_error_at(v, value->loc, "Expected value of type \"%.*s\", found %.*s.",
                                    STR_ARG(validation_print_use(v, place.use)),
                                    STR_ARG(validation_print_value(v, value)));
        else if (place.use.type->kind == GQL_TYPE_ENUM)
                check_enum(v, value, place.use.type);
        else if (place.use.type == &gql_type_Int)
                check_int(v, value);
        else
                check_builtin(v, value, place.use.type);
}

/* ---- lists and objects ---------------------------------------------------------------------------- */

static struct input_place nullable(struct input_place place)
{
        if (place.known && gql_use_non_null(place.use))
                place.use = gql_use_of(place.use);
        return place;
}

static void check_list(struct validation *v, const struct gql_value *list, struct input_place place)
{
        struct input_place item = nullable(place);
        bool is_list = item.known && gql_use_list(item.use);

        item.has_default = false;
        if (is_list) {
                item.use = gql_use_of(item.use);
        } else {
                check_leaf(v, list, item);
                v->values_off++;
        }
        for (const struct gql_value *value = list->first; value && !v->aborted; value = value->next)
                rule_values(v, value, item);
        v->values_off -= !is_list;
}

static void check_unique_members(struct validation *v, const struct gql_value *object)
{
        struct map seen;

        if (object->count < 2)
                return;
        map_init(&seen, v->arena);
        for (const struct gql_value *member = object->first; member && !v->aborted; member = member->next) {
                const struct gql_value *first = map_get(&seen, member->name);

                if (first)
                        validation_error(v, (struct gql_loc[]){ first->name_loc, member->name_loc }, 2,
                                         "There can be only one input field named \"%.*s\".", STR_ARG(member->name));
                else
                        map_set(&seen, member->name, (void *)member);
        }
}

static void check_required_members(struct validation *v, const struct gql_value *object, const struct gql_type *type)
{
        for (size_t i = 0; i < type->input_count && !v->aborted; i++) {
                const struct gql_input_def *def = &type->inputs[i];
                const struct gql_value *member = object->first;

                if (!gql_use_non_null(def->type) || def->default_sdl)
                        continue;
                while (member && !str_eq_c(member->name, def->name))
                        member = member->next;
                if (!member)
                        validation_error_at(v, object->loc, "Field \"%s.%s\" of required type \"%.*s\" was not provided.",
                                            type->name, def->name, STR_ARG(validation_print_use(v, def->type)));
        }
}

static void check_object(struct validation *v, const struct gql_value *object, struct input_place place)
{
        const struct gql_type *type = place.known && place.use.type->kind == GQL_TYPE_INPUT ? place.use.type : NULL;

        if (!type) {
                check_leaf(v, object, place);
                v->values_off++;
        } else if (!v->values_off) {
                check_required_members(v, object, type);
        }
        check_unique_members(v, object);
        for (const struct gql_value *member = object->first; member && !v->aborted; member = member->next) {
                const struct gql_input_def *def = type ? gql_type_input(type, member->name) : NULL;

                if (type && !def && !v->values_off)
                        validation_error_at(v, member->name_loc, "Field \"%.*s\" is not defined by type \"%s\".",
                                            STR_ARG(member->name), type->name);
                rule_values(v, member, validation_place(def));
        }
        v->values_off -= !type;
}

void rule_values(struct validation *v, const struct gql_value *value, struct input_place place)
{
        switch (value->kind) {
        case GQL_VALUE_VARIABLE:
                note_variable(v, value, place);
                break;
        case GQL_VALUE_LIST:
                check_list(v, value, place);
                break;
        case GQL_VALUE_OBJECT:
                check_object(v, value, place);
                break;
        case GQL_VALUE_NULL:
                if (place.known && gql_use_non_null(place.use) && !v->values_off)
                        validation_error_at(v, value->loc, "Expected value of type \"%.*s\", found null.",
                                            STR_ARG(validation_print_use(v, place.use)));
                break;
        default:
                check_leaf(v, value, place);
        }
}
