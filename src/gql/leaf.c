/*
 * gql/leaf.c - writes scalars and enums, and refuses what is no value of the type.
 *
 * October 2021, section 6.4.3 with graphql-js's rules and wording for the built-in
 * scalars: a resolver may give a number where a string is due, but not the reverse of
 * what can be read back.
 */
#include <math.h>

#include "gql/builtin.h"
#include "gql/internal.h"

static enum written refuse(struct gql_field *field, const struct gql_out *out, const char *start)
{
        struct str shown = gql_inspect_out(field->exec->arena, out);

        gql_fail(field, RC_INTERNAL, "%s%.*s", start, STR_ARG(shown));
        return FAILED;
}

/* Text as JavaScript's Number() takes it, without its odder forms. */
static bool text_number(struct exec *exec, struct str text, double *ret)
{
        char *end;
        const char *start;

        text = str_trim(text);
        if (str_is_empty(text) || text.len > 64 || strspn(arena_cstr(exec->arena, text), "0123456789+-.eE") != text.len)
                return false;
        start = arena_cstr(exec->arena, text);
        *ret = strtod(start, &end);
        return *end == '\0';
}

static bool number_of(struct gql_field *field, const struct gql_out *out, double *ret)
{
        switch (out->kind) {
        case GQL_OUT_BOOL:
                *ret = out->boolean;
                return true;
        case GQL_OUT_INT:
                *ret = (double)out->integer;
                return true;
        case GQL_OUT_FLOAT:
                *ret = out->number;
                return true;
        case GQL_OUT_STR:
                return text_number(field->exec, out->text, ret);
        default:
                return false;
        }
}

static enum written write_int32(struct gql_field *field, const struct gql_out *out)
{
        double number;

        if (out->kind == GQL_OUT_INT && out->integer >= INT32_MIN && out->integer <= INT32_MAX) {
                gql_write_int(field->exec->out, out->integer);
                return WRITTEN;
        }
        if (!number_of(field, out, &number) || !isfinite(number) || number != floor(number))
                return refuse(field, out, "Int cannot represent non-integer value: ");
        if (number < INT32_MIN || number > INT32_MAX)
                return refuse(field, out, "Int cannot represent non 32-bit signed integer value: ");
        gql_write_int(field->exec->out, (int64_t)number);
        return WRITTEN;
}

static enum written write_float(struct gql_field *field, const struct gql_out *out)
{
        double number;

        if (out->kind == GQL_OUT_INT) {
                gql_write_int(field->exec->out, out->integer);
                return WRITTEN;
        }
        if (!number_of(field, out, &number) || !isfinite(number))
                return refuse(field, out, "Float cannot represent non numeric value: ");
        gql_write_double(field->exec->out, number);
        return WRITTEN;
}

static enum written write_text(struct gql_field *field, const struct gql_out *out)
{
        struct buf *buf = field->exec->out;

        switch (out->kind) {
        case GQL_OUT_STR:
                gql_write_string(buf, out->text);
                return WRITTEN;
        case GQL_OUT_BOOL:
                gql_write_string(buf, out->boolean ? STR("true") : STR("false"));
                return WRITTEN;
        case GQL_OUT_FLOAT:
                if (!isfinite(out->number))
                        break;
                buf_add_c(buf, '"');
                gql_inspect_number(buf, out->number);
                buf_add_c(buf, '"');
                return WRITTEN;
        case GQL_OUT_INT:
                buf_add_c(buf, '"');
                gql_write_int(buf, out->integer);
                buf_add_c(buf, '"');
                return WRITTEN;
        default:
                break;
        }
        return refuse(field, out, "String cannot represent value: ");
}

static enum written write_boolean(struct gql_field *field, const struct gql_out *out)
{
        bool value;

        if (out->kind == GQL_OUT_BOOL)
                value = out->boolean;
        else if (out->kind == GQL_OUT_INT)
                value = out->integer != 0;
        else if (out->kind == GQL_OUT_FLOAT && isfinite(out->number))
                value = out->number != 0;
        else
                return refuse(field, out, "Boolean cannot represent a non boolean value: ");
        buf_add_str(field->exec->out, value ? STR("true") : STR("false"));
        return WRITTEN;
}

static enum written write_id(struct gql_field *field, const struct gql_out *out)
{
        struct buf *buf = field->exec->out;

        if (out->kind == GQL_OUT_STR) {
                gql_write_string(buf, out->text);
                return WRITTEN;
        }
        if (out->kind != GQL_OUT_INT &&
            !(out->kind == GQL_OUT_FLOAT && isfinite(out->number) && out->number == floor(out->number)))
                return refuse(field, out, "ID cannot represent value: ");
        buf_add_c(buf, '"');
        if (out->kind == GQL_OUT_INT)
                gql_write_int(buf, out->integer);
        else
                gql_inspect_number(buf, out->number);
        buf_add_c(buf, '"');
        return WRITTEN;
}

static enum written write_any(struct gql_field *field, const struct gql_out *out)
{
        struct buf *buf = field->exec->out;

        switch (out->kind) {
        case GQL_OUT_JSON:
                buf_add_str(buf, out->text);
                return WRITTEN;
        case GQL_OUT_STR:
                gql_write_string(buf, out->text);
                return WRITTEN;
        case GQL_OUT_INT:
                gql_write_int(buf, out->integer);
                return WRITTEN;
        case GQL_OUT_FLOAT:
                gql_write_double(buf, out->number);
                return WRITTEN;
        case GQL_OUT_BOOL:
                buf_add_str(buf, out->boolean ? STR("true") : STR("false"));
                return WRITTEN;
        default:
                return refuse(field, out, "JSON cannot represent value: ");
        }
}

static enum written write_enum(struct gql_field *field, const struct gql_type *type, const struct gql_out *out)
{
        struct str shown;

        if (out->kind == GQL_OUT_STR && gql_type_has_value(type, out->text)) {
                gql_write_string(field->exec->out, out->text);
                return WRITTEN;
        }
        shown = gql_inspect_out(field->exec->arena, out);
        gql_fail(field, RC_INTERNAL, "Enum \"%s\" cannot represent value: %.*s", type->name, STR_ARG(shown));
        return FAILED;
}

/* Our scalars that are strings or integers, strictly: nobody's habits need keeping. */
static enum written write_strict(struct gql_field *field, const struct gql_type *type, const struct gql_out *out,
                                 enum gql_out_kind kind)
{
        struct str shown;

        if (out->kind != kind) {
                shown = gql_inspect_out(field->exec->arena, out);
                gql_fail(field, RC_INTERNAL, "%s cannot represent value: %.*s", type->name, STR_ARG(shown));
                return FAILED;
        }
        return write_any(field, out);
}

enum written gql_write_leaf(struct gql_field *field, const struct gql_type *type, const struct gql_out *out)
{
        switch (field->scalar) {
        case SCALAR_NONE:
                return write_enum(field, type, out);
        case SCALAR_INT:
                return write_int32(field, out);
        case SCALAR_FLOAT:
                return write_float(field, out);
        case SCALAR_STRING:
                return write_text(field, out);
        case SCALAR_BOOLEAN:
                return write_boolean(field, out);
        case SCALAR_ID:
                return write_id(field, out);
        case SCALAR_INT64:
        case SCALAR_DURATION:
                return write_strict(field, type, out, GQL_OUT_INT);
        case SCALAR_DATETIME:
        case SCALAR_JSON_STRING:
                return write_strict(field, type, out, GQL_OUT_STR);
        case SCALAR_JSON:
        case SCALAR_OTHER:
                break;
        }
        return write_any(field, out);
}
