/*
 * gql/inspect.c - values and types as error messages show them.
 *
 * The forms are those of graphql-js (its inspect() and JavaScript's number text), so that
 * people and tools meet the messages they know: strings in quotes, objects as
 * { a: 1, b: [2] }, deep or long ones shortened.
 */
#include <math.h>
#include <stdio.h>

#include "gql/internal.h"
#include "gql/print.h"

enum { DEPTH_MAX = 2, ITEMS_MAX = 10, SHOWN_MAX = 1000 };

/* A message must not repeat megabytes that a caller sent; what is longer is cut. */
static size_t cut(struct str text)
{
        size_t at = SHOWN_MAX;

        if (text.len <= SHOWN_MAX)
                return text.len;
        while (at > 0 && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
                at--;
        return at;
}

struct str gql_shorten(struct arena *arena, struct str text)
{
        size_t len = cut(text);

        return len == text.len ? text : arena_printf(arena, "%.*s...", (int)len, text.ptr);
}

/* The shortest decimal digits that read back as value, and the power of ten of the first. */
static void shortest(double value, char ret_digits[static 20], int *ret_exponent)
{
        char text[40];
        size_t count = 0;

        for (int precision = 0; precision < 18; precision++) {
                snprintf(text, sizeof(text), "%.*e", precision, value);
                if (strtod(text, NULL) == value)
                        break;
        }
        for (const char *c = text; *c && *c != 'e'; c++)
                if (*c >= '0' && *c <= '9' && count < 19)
                        ret_digits[count++] = *c;
        while (count > 1 && ret_digits[count - 1] == '0')
                count--;
        ret_digits[count] = '\0';
        *ret_exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

/* ECMAScript's Number::toString. */
void gql_inspect_number(struct buf *buf, double value)
{
        char digits[20];
        int exponent;
        int count;

        if (isnan(value)) {
                buf_add_str(buf, STR("NaN"));
                return;
        }
        if (value == 0) {
                buf_add_c(buf, '0');
                return;
        }
        if (value < 0)
                buf_add_c(buf, '-');
        if (isinf(value)) {
                buf_add_str(buf, STR("Infinity"));
                return;
        }
        shortest(fabs(value), digits, &exponent);
        count = (int)strlen(digits);
        if (exponent >= 21 || exponent < -6) {
                buf_add_c(buf, digits[0]);
                if (count > 1)
                        buf_printf(buf, ".%s", digits + 1);
                buf_printf(buf, "e%c%d", exponent < 0 ? '-' : '+', abs(exponent));
        } else if (exponent < 0) {
                buf_printf(buf, "0.%.*s%s", -exponent - 1, "000000", digits);
        } else {
                for (int i = 0; i <= exponent || i < count; i++) {
                        if (i == exponent + 1)
                                buf_add_c(buf, '.');
                        buf_add_c(buf, i < count ? digits[i] : '0');
                }
        }
}

static void add_rest(struct buf *buf, size_t hidden)
{
        if (hidden == 1)
                buf_add_str(buf, STR(", ... 1 more item"));
        else if (hidden)
                buf_printf(buf, ", ... %zu more items", hidden);
}

static void inspect_value(struct buf *buf, const struct json *value, int depth);

static void inspect_array(struct buf *buf, const struct json *array, int depth)
{
        size_t shown = 0;

        if (array->count > 0 && depth > DEPTH_MAX) {
                buf_add_str(buf, STR("[Array]"));
                return;
        }
        buf_add_c(buf, '[');
        for (const struct json *item = array->first; item && shown < ITEMS_MAX; item = item->next) {
                if (shown++)
                        buf_add_str(buf, STR(", "));
                inspect_value(buf, item, depth + 1);
        }
        add_rest(buf, array->count - shown);
        buf_add_c(buf, ']');
}

static void inspect_object(struct buf *buf, const struct json *object, int depth)
{
        if (object->count == 0) {
                buf_add_str(buf, STR("{}"));
                return;
        }
        if (depth > DEPTH_MAX) {
                buf_add_str(buf, STR("[Object]"));
                return;
        }
        buf_add_str(buf, STR("{ "));
        for (const struct json *member = object->first; member && buf->len <= SHOWN_MAX; member = member->next) {
                buf_add(buf, member->key.ptr, cut(member->key));
                buf_add_str(buf, STR(": "));
                inspect_value(buf, member, depth + 1);
                if (member->next)
                        buf_add_str(buf, STR(", "));
        }
        buf_add_str(buf, STR(" }"));
}

/* depth counts the containers from the outermost, which is 1. */
static void inspect_value(struct buf *buf, const struct json *value, int depth)
{
        switch (value->kind) {
        case JSON_NULL:
                buf_add_str(buf, STR("null"));
                break;
        case JSON_BOOL:
                buf_add_str(buf, value->boolean ? STR("true") : STR("false"));
                break;
        case JSON_NUMBER:
                if (value->is_integer && value->integer != 0)
                        gql_write_int(buf, value->integer);
                else
                        gql_inspect_number(buf, value->number);
                break;
        case JSON_STRING:
                gql_write_string(buf, str_slice(value->text, 0, cut(value->text)));
                break;
        case JSON_ARRAY:
                inspect_array(buf, value, depth);
                break;
        case JSON_OBJECT:
                inspect_object(buf, value, depth);
                break;
        }
}

struct str gql_inspect(struct arena *arena, const struct json *value)
{
        _cleanup_(buf_done) struct buf buf = { 0 };

        inspect_value(&buf, value, 1);
        return gql_shorten(arena, arena_str(arena, buf_str(&buf)));
}

static void inspect_out(struct buf *buf, const struct gql_out *out, int depth);

static void inspect_out_list(struct buf *buf, const struct gql_out *list, int depth)
{
        size_t shown = list->count < ITEMS_MAX ? list->count : ITEMS_MAX;

        if (list->count > 0 && depth > DEPTH_MAX) {
                buf_add_str(buf, STR("[Array]"));
                return;
        }
        buf_add_c(buf, '[');
        for (size_t i = 0; i < shown; i++) {
                if (i)
                        buf_add_str(buf, STR(", "));
                inspect_out(buf, &list->items[i], depth + 1);
        }
        add_rest(buf, list->count - shown);
        buf_add_c(buf, ']');
}

static void inspect_out(struct buf *buf, const struct gql_out *out, int depth)
{
        switch (out->kind) {
        case GQL_OUT_NULL:
                buf_add_str(buf, STR("null"));
                break;
        case GQL_OUT_STR:
                gql_write_string(buf, str_slice(out->text, 0, cut(out->text)));
                break;
        case GQL_OUT_INT:
                gql_write_int(buf, out->integer);
                break;
        case GQL_OUT_FLOAT:
                gql_inspect_number(buf, out->number);
                break;
        case GQL_OUT_BOOL:
                buf_add_str(buf, out->boolean ? STR("true") : STR("false"));
                break;
        case GQL_OUT_JSON:
                buf_add(buf, out->text.ptr, cut(out->text));
                break;
        case GQL_OUT_OBJECT:
                buf_add_str(buf, STR("[Object]"));
                break;
        case GQL_OUT_LIST:
                inspect_out_list(buf, out, depth);
                break;
        }
}

struct str gql_inspect_out(struct arena *arena, const struct gql_out *out)
{
        _cleanup_(buf_done) struct buf buf = { 0 };

        inspect_out(&buf, out, 1);
        return arena_str(arena, buf_str(&buf));
}

struct str gql_inspect_literal(struct arena *arena, const struct gql_value *value)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct gql_printer printer = { .out = &buf };

        gql_print_value(&printer, value);
        return arena_str(arena, buf_str(&buf));
}
