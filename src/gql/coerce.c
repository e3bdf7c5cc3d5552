/*
 * gql/coerce.c - variables: JSON to values of the declared types.
 *
 * October 2021, section 6.1.2, with the wording of graphql-js. All variables are looked at
 * before anything runs, and every fault is reported, up to ERRORS_MAX. Recursion is as
 * deep as the JSON, whose parser has a limit.
 */
#include <math.h>

#include "gql/coerce.h"

enum { ERRORS_MAX = 50 };

struct coercion {
        struct exec *exec;
        const struct gql_variable *variable;
        size_t failures;
        bool aborted;
};

static struct gql_value *coerce(struct coercion *c, const struct json *json, struct gql_type_use use,
                                const struct gql_path *path);

/* ---- faults ----------------------------------------------------------------------------- */

static void print_path(struct buf *buf, const struct gql_path *path)
{
        if (!path)
                return;
        print_path(buf, path->up);
        if (str_is_null(path->key))
                buf_printf(buf, "[%zu]", path->index);
        else
                buf_printf(buf, ".%.*s", STR_ARG(path->key));
}

static void add_failure(struct coercion *c, struct str message)
{
        if (c->aborted)
                return;
        if (c->failures++ >= ERRORS_MAX) {
                c->aborted = true;
                gql_error_add(c->exec, gql_error_new(c->exec->arena, RC_INVALID, NULL,
                        "Too many errors processing variables, error limit reached. Execution aborted."));
                return;
        }
        gql_error_add(c->exec, gql_error_new(c->exec->arena, RC_INVALID, &c->variable->loc, "%.*s",
                                             STR_ARG(message)));
}

/* Variable "$x" got invalid value 5 at "x.a[0]"; message */
static struct gql_value *fail(struct coercion *c, const struct json *json, const struct gql_path *path,
                              struct str message)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct str shown = gql_inspect(c->exec->arena, json);

        buf_printf(&text, "Variable \"$%.*s\" got invalid value %.*s", STR_ARG(c->variable->name), STR_ARG(shown));
        if (path) {
                buf_printf(&text, " at \"%.*s", STR_ARG(c->variable->name));
                print_path(&text, path);
                buf_add_c(&text, '"');
        }
        buf_add_str(&text, STR("; "));
        buf_add_str(&text, message);
        add_failure(c, buf_str(&text));
        return NULL;
}

/* ---- leaves ----------------------------------------------------------------------------- */

static bool is_integral(const struct json *json)
{
        return json->kind == JSON_NUMBER && (json->is_integer || json->number == floor(json->number)) &&
               isfinite(json->number);
}

/* Int cannot represent WHAT: value */
static struct str problem(struct arena *arena, const struct gql_type *type, const char *what, const struct json *json)
{
        struct str shown = gql_inspect(arena, json);

        return arena_printf(arena, "%s cannot represent %s: %.*s", type->name, what, STR_ARG(shown));
}

static bool integer_leaf(struct arena *arena, const struct gql_type *type, const struct json *json, int bits,
                         struct gql_value *ret, struct str *ret_problem)
{
        double limit = bits == 32 ? 2147483648.0 : 9223372036854775808.0;
        bool fits;

        if (!is_integral(json)) {
                *ret_problem = problem(arena, type, "non-integer value", json);
                return false;
        }
        if (json->is_integer)
                fits = bits == 64 || (json->integer >= INT32_MIN && json->integer <= INT32_MAX);
        else
                fits = json->number >= -limit && json->number < limit;
        if (!fits) {
                *ret_problem = problem(arena, type, bits == 32 ? "non 32-bit signed integer value"
                                                               : "non 64-bit signed integer value", json);
                return false;
        }
        ret->kind = GQL_VALUE_INT;
        ret->integer = json->is_integer ? json->integer : (int64_t)json->number;
        return true;
}

static bool id_leaf(struct arena *arena, const struct gql_type *type, const struct json *json, struct gql_value *ret,
                    struct str *ret_problem)
{
        ret->kind = GQL_VALUE_STRING;
        if (json->kind == JSON_STRING) {
                ret->text = json->text;
        } else if (is_integral(json)) {
                ret->text = gql_inspect(arena, json);
        } else {
                *ret_problem = problem(arena, type, "value", json);
                return false;
        }
        return true;
}

static bool raw_leaf(struct arena *arena, const struct json *json, struct gql_value *ret)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct json_writer w;

        json_writer_init(&w, &text);
        json_value(&w, json);
        ret->kind = GQL_VALUE_STRING;
        ret->raw_json = true;
        ret->text = arena_str(arena, buf_str(&text));
        return true;
}

static bool scalar_leaf(struct arena *arena, const struct gql_type *type, const struct json *json,
                        struct gql_value *ret, struct str *ret_problem)
{
        switch (gql_scalar_of(type)) {
        case SCALAR_INT:
                return integer_leaf(arena, type, json, 32, ret, ret_problem);
        case SCALAR_INT64:
        case SCALAR_DURATION:
                return integer_leaf(arena, type, json, 64, ret, ret_problem);
        case SCALAR_FLOAT:
                if (json->kind != JSON_NUMBER || !isfinite(json->number))
                        break;
                ret->kind = GQL_VALUE_FLOAT;
                ret->number = json->number;
                return true;
        case SCALAR_BOOLEAN:
                if (json->kind != JSON_BOOL)
                        break;
                ret->kind = GQL_VALUE_BOOL;
                ret->boolean = json->boolean;
                return true;
        case SCALAR_ID:
                return id_leaf(arena, type, json, ret, ret_problem);
        case SCALAR_STRING:
        case SCALAR_DATETIME:
        case SCALAR_JSON_STRING:
                if (json->kind != JSON_STRING)
                        break;
                ret->kind = GQL_VALUE_STRING;
                ret->text = json->text;
                return true;
        default:
                return raw_leaf(arena, json, ret);
        }
        *ret_problem = problem(arena, type, type == &gql_type_Float     ? "non numeric value"
                                            : type == &gql_type_Boolean ? "a non boolean value"
                                                                        : "a non string value", json);
        return false;
}

static bool enum_leaf(struct arena *arena, const struct gql_type *type, const struct json *json,
                      struct gql_value *ret, struct str *ret_problem)
{
        if (json->kind != JSON_STRING) {
                struct str shown = gql_inspect(arena, json);

                *ret_problem = arena_printf(arena, "Enum \"%s\" cannot represent non-string value: %.*s.", type->name,
                                            STR_ARG(shown));
                return false;
        }
        if (!gql_type_has_value(type, json->text)) {
                struct str shown = gql_shorten(arena, json->text);

                *ret_problem = arena_printf(arena, "Value \"%.*s\" does not exist in \"%s\" enum.", STR_ARG(shown),
                                            type->name);
                return false;
        }
        ret->kind = GQL_VALUE_ENUM;
        ret->text = json->text;
        return true;
}

/* ---- containers ------------------------------------------------------------------------- */

static struct gql_value *coerce_list(struct coercion *c, const struct json *json, struct gql_type_use use,
                                     const struct gql_path *path)
{
        struct gql_value *list = arena_new(c->exec->arena, struct gql_value);
        struct gql_value **end = &list->first;
        struct gql_value *item;
        bool ok = true;

        list->kind = GQL_VALUE_LIST;
        if (json->kind != JSON_ARRAY) {
                item = coerce(c, json, use, path);
                if (!item)
                        return NULL;
                gql_value_append(list, &end, item);
                return list;
        }
        for (const struct json *j = json->first; j && !c->aborted; j = j->next) {
                struct gql_path place = { .up = path, .index = list->count };

                item = coerce(c, j, use, &place);
                if (!item) {
                        item = arena_new(c->exec->arena, struct gql_value);
                        ok = false;
                }
                gql_value_append(list, &end, item);
        }
        return ok ? list : NULL;
}

static struct gql_value *input_field(struct coercion *c, const struct json *object,
                                     const struct gql_input_def *def, const struct json *given,
                                     const struct gql_path *path, bool *ret_ok)
{
        struct gql_path place = { .up = path, .key = str_from(def->name) };
        struct gql_value *value;

        if (given) {
                value = coerce(c, given, def->type, &place);
                *ret_ok &= value != NULL;
                return value;
        }
        if (def->default_value)
                return gql_value_copy(c->exec->arena, def->default_value);
        if (gql_use_non_null(def->type)) {
                struct arena *arena = c->exec->arena;
                struct str type = gql_use_print(arena, def->type);

                fail(c, object, path, arena_printf(arena, "Field \"%s\" of required type \"%.*s\" was not provided.",
                                                   def->name, STR_ARG(type)));
                *ret_ok = false;
        }
        return NULL;
}

static void report_unknown(struct coercion *c, const struct json *json, const struct gql_type *type,
                           const struct gql_path *path)
{
        for (const struct json *j = json->first; j && !c->aborted; j = j->next) {
                struct str shown = gql_shorten(c->exec->arena, j->key);

                if (!gql_type_input(type, j->key))
                        fail(c, json, path, arena_printf(c->exec->arena,
                                "Field \"%.*s\" is not defined by type \"%s\".", STR_ARG(shown), type->name));
        }
}

static struct gql_value *coerce_object(struct coercion *c, const struct json *json, const struct gql_type *type,
                                       const struct gql_path *path)
{
        struct gql_value *object = arena_new(c->exec->arena, struct gql_value);
        struct gql_value **end = &object->first;
        bool bare = json->kind == JSON_STRING && type->bare_string_field;
        size_t known = 0;
        bool ok = true;

        if (json->kind != JSON_OBJECT && !bare)
                return fail(c, json, path, arena_printf(c->exec->arena, "Expected type \"%s\" to be an object.",
                                                        type->name));
        object->kind = GQL_VALUE_OBJECT;
        for (size_t i = 0; i < type->input_count; i++) {
                const struct gql_input_def *def = &type->inputs[i];
                const struct json *given;
                struct gql_value *value;

                if (bare)
                        given = strcmp(def->name, type->bare_string_field) == 0 ? json : NULL;
                else
                        given = json_get(json, def->name);
                known += given != NULL;
                value = input_field(c, json, def, given, path, &ok);
                if (value) {
                        value->name = str_from(def->name);
                        gql_value_append(object, &end, value);
                }
        }
        if (!bare && known < json->count) {
                report_unknown(c, json, type, path);
                return NULL;
        }
        return ok ? object : NULL;
}

static struct gql_value *coerce(struct coercion *c, const struct json *json, struct gql_type_use use,
                                const struct gql_path *path)
{
        struct arena *arena = c->exec->arena;
        struct gql_value *value;
        struct str message = STR_NULL;
        bool ok;

        if (gql_use_non_null(use)) {
                if (json->kind == JSON_NULL) {
                        struct str type = gql_use_print(arena, use);

                        return fail(c, json, path, arena_printf(arena,
                                "Expected non-nullable type \"%.*s\" not to be null.", STR_ARG(type)));
                }
                use = gql_use_of(use);
        }
        if (json->kind == JSON_NULL)
                return arena_new(arena, struct gql_value); /* kind NULL is zero */
        if (gql_use_list(use))
                return coerce_list(c, json, gql_use_of(use), path);
        if (use.type->kind == GQL_TYPE_INPUT)
                return coerce_object(c, json, use.type, path);
        value = arena_new(arena, struct gql_value);
        ok = use.type->kind == GQL_TYPE_ENUM ? enum_leaf(arena, use.type, json, value, &message)
                                             : scalar_leaf(arena, use.type, json, value, &message);
        return ok ? value : fail(c, json, path, message);
}

/* ---- variables -------------------------------------------------------------------------- */

static const struct gql_value *coerce_variable(struct coercion *c, struct gql_type_use use)
{
        const struct gql_variable *variable = c->variable;
        const struct json *given = json_get_str(c->exec->request->variables, variable->name);
        struct arena *arena = c->exec->arena;

        if (!given && variable->default_value)
                return gql_coerce_literal(c->exec, variable->default_value, use);
        if (gql_use_non_null(use) && (!given || given->kind == JSON_NULL)) {
                struct str type = gql_use_print(arena, use);

                add_failure(c, arena_printf(arena, "Variable \"$%.*s\" of %s type \"%.*s\" %s.",
                                            STR_ARG(variable->name), given ? "non-null" : "required", STR_ARG(type),
                                            given ? "must not be null" : "was not provided"));
                return NULL;
        }
        return given ? coerce(c, given, use, NULL) : NULL;
}

bool gql_coerce_variables(struct exec *exec)
{
        const struct plan_operation *operation = exec->operation;
        struct coercion c = { .exec = exec, .variable = operation->ast->variables };

        exec->variables = arena_array(exec->arena, const struct gql_value *, operation->variable_count);
        for (size_t i = 0; c.variable && !c.aborted; i++, c.variable = c.variable->next)
                exec->variables[i] = coerce_variable(&c, operation->variable_types[i]);
        return c.failures == 0;
}

const struct gql_value *gql_variable(const struct exec *exec, struct str name)
{
        size_t i = 0;

        for (const struct gql_variable *v = exec->operation->ast->variables; v; v = v->next, i++)
                if (str_eq(v->name, name))
                        return exec->variables[i];
        return NULL;
}
