/*
 * gql/schema_default.c - default values of arguments and input fields.
 *
 * Part of the builder (gql/schema_build.c). A default is written as any literal that its
 * type accepts; the tables hold what the type makes of it: a list where a single item was
 * written, an input object with the defaults of its own fields, an ID as a string. The
 * text that introspection shows is printed from that, as graphql-js does.
 */
#include "gql/builtin.h"
#include "gql/print.h"
#include "gql/schema_build.h"
#include "json/json.h"

#define MAX_DEPTH 50  /* an input object whose default contains itself ends here */

struct coercion {
        struct gql_builder *b;
        unsigned depth;
};

static struct gql_value *coerce(struct coercion *c, const struct gql_value *literal, struct gql_type_use use);

static struct gql_value *refuse(struct coercion *c, const struct gql_value *literal, struct gql_type_use use)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_printer printer = { .out = &text };

        gql_print_value(&printer, literal);
        gql_builder_problem(c->b, literal->loc, "Default value %.*s does not fit the type %.*s.",
                            STR_ARG(buf_str(&text)), STR_ARG(gql_use_print(c->b->arena, use)));
        return NULL;
}

static struct gql_value *copy_of(struct coercion *c, const struct gql_value *literal)
{
        struct gql_value *copy = arena_new(c->b->arena, struct gql_value);

        *copy = *literal;
        copy->next = NULL;
        copy->block_string = false;
        return copy;
}

/* 1 and 1.0 are the same Float; the shorter is what it prints as. */
static struct gql_value *coerce_float(struct coercion *c, const struct gql_value *literal)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_value *value = copy_of(c, literal);
        struct json_writer writer;

        json_writer_init(&writer, &text);
        json_double(&writer, value->number);
        value->text = arena_str(c->b->arena, buf_str(&text));
        value->kind = str_to_i64(value->text, &value->integer) ? GQL_VALUE_INT : GQL_VALUE_FLOAT;
        return value;
}

static struct gql_value *coerce_leaf(struct coercion *c, const struct gql_value *literal, struct gql_type_use use)
{
        const struct gql_type *type = use.type;
        struct gql_value *value;
        bool fits = true;

        if (type->kind == GQL_TYPE_ENUM)
                fits = literal->kind == GQL_VALUE_ENUM && gql_type_has_value(type, literal->text);
        else if (type == &gql_type_Int)
                fits = literal->kind == GQL_VALUE_INT && literal->integer >= INT32_MIN && literal->integer <= INT32_MAX;
        else if (type == &gql_type_Float)
                fits = literal->kind == GQL_VALUE_INT || literal->kind == GQL_VALUE_FLOAT;
        else if (type == &gql_type_String)
                fits = literal->kind == GQL_VALUE_STRING;
        else if (type == &gql_type_Boolean)
                fits = literal->kind == GQL_VALUE_BOOL;
        else if (type == &gql_type_ID)
                fits = literal->kind == GQL_VALUE_STRING || literal->kind == GQL_VALUE_INT;
        if (!fits)
                return refuse(c, literal, use);
        if (type == &gql_type_Float)
                return coerce_float(c, literal);
        value = copy_of(c, literal);
        if (type == &gql_type_ID)
                value->kind = GQL_VALUE_STRING;
        return value;
}

static struct gql_value *coerce_list(struct coercion *c, const struct gql_value *literal, struct gql_type_use use)
{
        struct gql_value *list = arena_new(c->b->arena, struct gql_value);
        struct gql_value **tail = &list->first;

        list->kind = GQL_VALUE_LIST;
        list->loc = literal->loc;
        if (literal->kind != GQL_VALUE_LIST) {
                list->first = coerce(c, literal, gql_use_of(use));
                list->count = 1;
                return list->first ? list : NULL;
        }
        for (const struct gql_value *item = literal->first; item; item = item->next) {
                *tail = coerce(c, item, gql_use_of(use));
                if (!*tail)
                        return NULL;
                tail = &(*tail)->next;
                list->count++;
        }
        return list;
}

static const struct gql_value *member_of(const struct gql_value *object, const char *name)
{
        const struct gql_value *member = object->first;

        while (member && !str_eq_c(member->name, name))
                member = member->next;
        return member;
}

/* The literal that was written as the default of a field of an input object. */
static const struct gql_value *default_literal(const struct gql_builder *b, const struct gql_type *type,
                                               const char *field)
{
        const struct gql_field_def *def = b->defs[type - b->types]->fields;

        while (def && !str_eq_c(def->name, field))
                def = def->next;
        return def ? def->default_value : NULL;
}

static struct gql_value *coerce_object(struct coercion *c, const struct gql_value *literal, struct gql_type_use use)
{
        const struct gql_type *type = use.type;
        struct gql_value *object = arena_new(c->b->arena, struct gql_value);
        struct gql_value **tail = &object->first;

        if (literal->kind != GQL_VALUE_OBJECT)
                return refuse(c, literal, use);
        for (const struct gql_value *member = literal->first; member; member = member->next)
                if (!gql_type_input(type, member->name) ||
                    member_of(literal, arena_cstr(c->b->arena, member->name)) != member)
                        return refuse(c, literal, use);
        object->kind = GQL_VALUE_OBJECT;
        object->loc = literal->loc;
        for (size_t i = 0; i < type->input_count; i++) {
                const struct gql_input_def *field = &type->inputs[i];
                const struct gql_value *member = member_of(literal, field->name);

                if (!member)
                        member = default_literal(c->b, type, field->name);
                if (!member && gql_use_non_null(field->type))
                        return refuse(c, literal, use);
                if (!member)
                        continue;
                *tail = coerce(c, member, field->type);
                if (!*tail)
                        return NULL;
                (*tail)->name = str_from(field->name);
                tail = &(*tail)->next;
                object->count++;
        }
        return object;
}

static struct gql_value *coerce(struct coercion *c, const struct gql_value *literal, struct gql_type_use use)
{
        struct gql_value *value;

        if (c->depth > MAX_DEPTH)
                return refuse(c, literal, use);
        c->depth++;
        if (gql_use_non_null(use))
                value = literal->kind == GQL_VALUE_NULL ? refuse(c, literal, use) : coerce(c, literal, gql_use_of(use));
        else if (literal->kind == GQL_VALUE_NULL)
                value = copy_of(c, literal);
        else if (gql_use_list(use))
                value = coerce_list(c, literal, use);
        else if (use.type->kind == GQL_TYPE_INPUT)
                value = coerce_object(c, literal, use);
        else
                value = coerce_leaf(c, literal, use);
        c->depth--;
        return value;
}

static bool is_integer_text(struct str text)
{
        size_t sign = text.len > 0 && text.ptr[0] == '-';
        struct str digits = str_slice(text, sign, text.len);

        if (str_is_empty(digits) || (digits.len > 1 && digits.ptr[0] == '0'))
                return false;
        for (size_t i = 0; i < digits.len; i++)
                if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
                        return false;
        return true;
}

static void print_typed(struct gql_printer *p, const struct gql_value *value, struct gql_type_use use)
{
        if (gql_use_non_null(use))
                use = gql_use_of(use);
        if (value->kind == GQL_VALUE_STRING && use.type == &gql_type_ID && is_integer_text(value->text)) {
                gql_print_str(p, value->text);
        } else if (value->kind == GQL_VALUE_LIST && gql_use_list(use)) {
                gql_print_text(p, "[");
                for (const struct gql_value *item = value->first; item; item = item->next) {
                        print_typed(p, item, gql_use_of(use));
                        gql_print_text(p, item->next ? ", " : "");
                }
                gql_print_text(p, "]");
        } else if (value->kind == GQL_VALUE_OBJECT && use.type->kind == GQL_TYPE_INPUT) {
                gql_print_text(p, "{");
                for (const struct gql_value *item = value->first; item; item = item->next) {
                        gql_print_str(p, item->name);
                        gql_print_text(p, ": ");
                        print_typed(p, item, gql_type_input(use.type, item->name)->type);
                        gql_print_text(p, item->next ? ", " : "");
                }
                gql_print_text(p, "}");
        } else {
                gql_print_value(p, value);
        }
}

static void set_default(struct gql_builder *b, const struct gql_field_def *def, struct gql_input_def *input)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_printer printer = { .out = &text };
        struct coercion c = { .b = b };
        struct gql_value *value;

        if (!def->default_value)
                return;
        value = coerce(&c, def->default_value, input->type);
        if (!value)
                return;
        print_typed(&printer, value, input->type);
        input->default_value = value;
        input->default_sdl = arena_cstr(b->arena, buf_str(&text));
}

void gql_builder_defaults(struct gql_builder *b)
{
        for (size_t i = 0; i < b->type_count; i++) {
                const struct gql_type *type = &b->types[i];
                const struct gql_field_def *def = b->defs[i]->fields;

                /* The arrays are the builder's own and still being filled. */
                for (size_t j = 0; j < type->input_count; j++, def = def->next)
                        set_default(b, def, (struct gql_input_def *)&type->inputs[j]);
                for (size_t j = 0; j < type->field_count; j++, def = def->next) {
                        const struct gql_field_def *arg = def->arguments;

                        for (size_t k = 0; k < type->fields[j].arg_count; k++, arg = arg->next)
                                set_default(b, arg, (struct gql_input_def *)&type->fields[j].args[k]);
                }
        }
}
