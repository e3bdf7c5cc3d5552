/*
 * gql/literal.c - literals and arguments to values of the declared types.
 *
 * October 2021, section 6.4.1. Validation has looked at literals before, so what fails
 * here fails because of a variable: one that was not given, or that is null where the type
 * forbids it.
 */
#include "gql/coerce.h"

enum scalar gql_scalar_of(const struct gql_type *type)
{
        static const struct {
                const char *name;
                enum scalar scalar;
        } ours[] = {
                { "Int64", SCALAR_INT64 }, { "Duration", SCALAR_DURATION }, { "DateTime", SCALAR_DATETIME },
                { "JSON", SCALAR_JSON }, { "JSONString", SCALAR_JSON_STRING },
        };

        if (type->kind != GQL_TYPE_SCALAR)
                return SCALAR_NONE;
        if (type == &gql_type_String)
                return SCALAR_STRING;
        if (type == &gql_type_Int)
                return SCALAR_INT;
        if (type == &gql_type_ID)
                return SCALAR_ID;
        if (type == &gql_type_Boolean)
                return SCALAR_BOOLEAN;
        if (type == &gql_type_Float)
                return SCALAR_FLOAT;
        for (size_t i = 0; i < ARRAY_LEN(ours); i++)
                if (strcmp(type->name, ours[i].name) == 0)
                        return ours[i].scalar;
        return SCALAR_OTHER;
}

struct gql_value *gql_value_copy(struct arena *arena, const struct gql_value *value)
{
        struct gql_value *copy = arena_new(arena, struct gql_value);

        *copy = *value;
        copy->name = STR_NULL;
        copy->next = NULL;
        return copy;
}

void gql_value_append(struct gql_value *list, struct gql_value ***end, struct gql_value *item)
{
        **end = item;
        *end = &item->next;
        list->count++;
}

/* ---- JSON text of a value ---------------------------------------------------------------- */

/* A variable that was not given: absent in an object, null in a list, as JavaScript has it. */
static const struct gql_value *substituted(const struct exec *exec, const struct gql_value *value)
{
        return value->kind == GQL_VALUE_VARIABLE ? exec ? gql_variable(exec, value->text) : NULL : value;
}

static void write_json(const struct exec *exec, struct json_writer *w, const struct gql_value *value)
{
        value = value ? substituted(exec, value) : NULL;
        switch (value ? value->kind : GQL_VALUE_NULL) {
        case GQL_VALUE_VARIABLE:
        case GQL_VALUE_NULL:
                json_null(w);
                break;
        case GQL_VALUE_INT:
                if (str_is_null(value->text))
                        json_int(w, value->integer);
                else
                        json_raw(w, value->text);
                break;
        case GQL_VALUE_FLOAT:
                if (str_is_null(value->text))
                        json_double(w, value->number);
                else
                        json_raw(w, value->text);
                break;
        case GQL_VALUE_STRING:
        case GQL_VALUE_ENUM:
                if (value->raw_json)
                        json_raw(w, value->text);
                else
                        json_string(w, value->text);
                break;
        case GQL_VALUE_BOOL:
                json_bool(w, value->boolean);
                break;
        case GQL_VALUE_LIST:
                json_begin_array(w);
                for (const struct gql_value *v = value->first; v; v = v->next)
                        write_json(exec, w, v);
                json_end_array(w);
                break;
        case GQL_VALUE_OBJECT:
                json_begin_object(w);
                for (const struct gql_value *v = value->first; v; v = v->next) {
                        if (!substituted(exec, v))
                                continue;
                        json_key(w, v->name);
                        write_json(exec, w, v);
                }
                json_end_object(w);
                break;
        }
}

void gql_value_json(const struct gql_value *value, struct buf *out)
{
        struct json_writer w;

        json_writer_init(&w, out);
        write_json(NULL, &w, value);
}

static struct gql_value *raw_literal(const struct exec *exec, const struct gql_value *literal)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_value *value = arena_new(exec->arena, struct gql_value);
        struct json_writer w;

        json_writer_init(&w, &text);
        write_json(exec, &w, literal);
        value->kind = GQL_VALUE_STRING;
        value->raw_json = true;
        value->text = arena_str(exec->arena, buf_str(&text));
        return value;
}

/* ---- literals --------------------------------------------------------------------------- */

static struct gql_value *integer_literal(const struct exec *exec, const struct gql_value *literal, bool wide)
{
        struct gql_value *value;
        int64_t number;

        if (literal->kind != GQL_VALUE_INT || !str_to_i64(literal->text, &number) ||
            (!wide && (number < INT32_MIN || number > INT32_MAX)))
                return NULL;
        value = arena_new(exec->arena, struct gql_value);
        value->kind = GQL_VALUE_INT;
        value->integer = number;
        return value;
}

static struct gql_value *scalar_literal(const struct exec *exec, const struct gql_value *literal,
                                        const struct gql_type *type)
{
        struct gql_value *value;

        switch (gql_scalar_of(type)) {
        case SCALAR_INT:
                return integer_literal(exec, literal, false);
        case SCALAR_INT64:
        case SCALAR_DURATION:
                return integer_literal(exec, literal, true);
        case SCALAR_FLOAT:
                if (literal->kind != GQL_VALUE_INT && literal->kind != GQL_VALUE_FLOAT)
                        return NULL;
                value = arena_new(exec->arena, struct gql_value);
                value->kind = GQL_VALUE_FLOAT;
                value->number = literal->kind == GQL_VALUE_FLOAT ? literal->number : strtod(
                        arena_cstr(exec->arena, literal->text), NULL);
                return value;
        case SCALAR_BOOLEAN:
                return literal->kind == GQL_VALUE_BOOL ? gql_value_copy(exec->arena, literal) : NULL;
        case SCALAR_ID:
                if (literal->kind != GQL_VALUE_STRING && literal->kind != GQL_VALUE_INT)
                        return NULL;
                value = gql_value_copy(exec->arena, literal);
                value->kind = GQL_VALUE_STRING;
                return value;
        case SCALAR_STRING:
        case SCALAR_DATETIME:
        case SCALAR_JSON_STRING:
                return literal->kind == GQL_VALUE_STRING ? gql_value_copy(exec->arena, literal) : NULL;
        default:
                return raw_literal(exec, literal);
        }
}

/* A variable inside a list or an object that was not given counts as left out. */
static bool is_missing(const struct exec *exec, const struct gql_value *literal)
{
        return literal->kind == GQL_VALUE_VARIABLE && !gql_variable(exec, literal->text);
}

static struct gql_value *list_literal(const struct exec *exec, const struct gql_value *literal,
                                      struct gql_type_use use)
{
        struct gql_value *list = arena_new(exec->arena, struct gql_value);
        struct gql_value **end = &list->first;
        struct gql_value *item;

        list->kind = GQL_VALUE_LIST;
        if (literal->kind != GQL_VALUE_LIST) {
                item = gql_coerce_literal(exec, literal, use);
                if (!item)
                        return NULL;
                gql_value_append(list, &end, item);
                return list;
        }
        for (const struct gql_value *v = literal->first; v; v = v->next) {
                if (is_missing(exec, v))
                        item = gql_use_non_null(use) ? NULL : arena_new(exec->arena, struct gql_value);
                else
                        item = gql_coerce_literal(exec, v, use);
                if (!item)
                        return NULL;
                gql_value_append(list, &end, item);
        }
        return list;
}

static struct gql_value *object_literal(const struct exec *exec, const struct gql_value *literal,
                                        const struct gql_type *type)
{
        struct gql_value *object = arena_new(exec->arena, struct gql_value);
        struct gql_value **end = &object->first;
        bool bare = literal->kind == GQL_VALUE_STRING && type->bare_string_field;

        if (literal->kind != GQL_VALUE_OBJECT && !bare)
                return NULL;
        object->kind = GQL_VALUE_OBJECT;
        for (size_t i = 0; i < type->input_count; i++) {
                const struct gql_input_def *def = &type->inputs[i];
                const struct gql_value *given;
                struct gql_value *member;

                if (bare)
                        given = strcmp(def->name, type->bare_string_field) == 0 ? literal : NULL;
                else
                        given = gql_member(literal, def->name);
                if (given && !is_missing(exec, given)) {
                        member = gql_coerce_literal(exec, given, def->type);
                        if (!member)
                                return NULL;
                } else if (def->default_value) {
                        member = gql_value_copy(exec->arena, def->default_value);
                } else if (gql_use_non_null(def->type)) {
                        return NULL;
                } else {
                        continue;
                }
                member->name = str_from(def->name);
                gql_value_append(object, &end, member);
        }
        return object;
}

struct gql_value *gql_coerce_literal(const struct exec *exec, const struct gql_value *literal,
                                     struct gql_type_use use)
{
        if (literal->kind == GQL_VALUE_VARIABLE) {
                const struct gql_value *value = gql_variable(exec, literal->text);

                /* Validation has compared the declared type with this place. */
                if (!value || (value->kind == GQL_VALUE_NULL && gql_use_non_null(use)))
                        return NULL;
                return gql_value_copy(exec->arena, value);
        }
        if (gql_use_non_null(use)) {
                if (literal->kind == GQL_VALUE_NULL)
                        return NULL;
                use = gql_use_of(use);
        }
        if (literal->kind == GQL_VALUE_NULL)
                return arena_new(exec->arena, struct gql_value);
        if (gql_use_list(use))
                return list_literal(exec, literal, gql_use_of(use));
        if (use.type->kind == GQL_TYPE_INPUT)
                return object_literal(exec, literal, use.type);
        if (use.type->kind == GQL_TYPE_ENUM) {
                if (literal->kind != GQL_VALUE_ENUM || !gql_type_has_value(use.type, literal->text))
                        return NULL;
                return gql_value_copy(exec->arena, literal);
        }
        return scalar_literal(exec, literal, use.type);
}

/* ---- arguments -------------------------------------------------------------------------- */

static const struct gql_argument *find_argument(const struct gql_selection *selection, const char *name)
{
        for (const struct gql_argument *a = selection->arguments; a; a = a->next)
                if (str_eq_c(a->name, name))
                        return a;
        return NULL;
}

static struct gql_error *not_given(struct arena *arena, const struct gql_input_def *def,
                                   const struct gql_loc *field_loc, const struct gql_value *variable)
{
        struct str type = gql_use_print(arena, def->type);

        if (!variable)
                return gql_error_new(arena, RC_INVALID, field_loc,
                                     "Argument \"%s\" of required type \"%.*s\" was not provided.", def->name,
                                     STR_ARG(type));
        return gql_error_new(arena, RC_INVALID, &variable->loc,
                             "Argument \"%s\" of required type \"%.*s\" was provided the variable \"$%.*s\" "
                             "which was not provided a runtime value.",
                             def->name, STR_ARG(type), STR_ARG(variable->text));
}

static struct gql_error *not_valid(struct arena *arena, const struct gql_input_def *def,
                                   const struct gql_value *literal, bool null)
{
        struct str type = gql_use_print(arena, def->type);
        struct str shown = gql_inspect_literal(arena, literal);

        if (null && gql_use_non_null(def->type))
                return gql_error_new(arena, RC_INVALID, &literal->loc,
                                     "Argument \"%s\" of non-null type \"%.*s\" must not be null.", def->name,
                                     STR_ARG(type));
        return gql_error_new(arena, RC_INVALID, &literal->loc, "Argument \"%s\" has invalid value %.*s.", def->name,
                             STR_ARG(shown));
}

/* The value of one argument; NULL: none, or *ret_failure is set. */
static struct gql_value *coerce_arg(const struct gql_field *field, const struct gql_input_def *def,
                                    struct gql_error **ret_failure)
{
        const struct exec *exec = field->exec;
        const struct gql_selection *selection = field->node.plan->ast;
        const struct gql_argument *given = find_argument(selection, def->name);
        const struct gql_value *literal = given ? given->value : NULL;
        const struct gql_value *meant = literal;
        struct gql_value *value;

        if (literal && literal->kind == GQL_VALUE_VARIABLE)
                meant = gql_variable(exec, literal->text);
        if (!meant) {
                if (def->default_value)
                        return gql_value_copy(exec->arena, def->default_value);
                if (gql_use_non_null(def->type))
                        *ret_failure = not_given(exec->arena, def, &selection->loc, literal);
                return NULL;
        }
        value = gql_coerce_literal(exec, literal, def->type);
        if (!value)
                *ret_failure = not_valid(exec->arena, def, literal, meant->kind == GQL_VALUE_NULL);
        return value;
}

bool gql_coerce_args(struct gql_field *field)
{
        struct gql_value **end = &field->args.first;

        if (field->args_done)
                return !field->args_failure;
        field->args_done = true;
        field->args.kind = GQL_VALUE_OBJECT;
        for (size_t i = 0; i < field->info->arg_count && !field->args_failure; i++) {
                const struct gql_input_def *def = &field->info->args[i];
                struct gql_value *value = coerce_arg(field, def, &field->args_failure);

                if (!value)
                        continue;
                value->name = str_from(def->name);
                gql_value_append(&field->args, &end, value);
        }
        return !field->args_failure;
}
