/*
 * store/filter_operand.c - the fields that a filter or an order names, as expressions of SQL.
 *
 * A JSON field "config.a.b" may mean the member b of a, or a member whose name is "a.b":
 * both are looked at, the nested one first. Called by filter.c.
 */
#include "store/filter_operand.h"

#include <stdio.h>

enum rc filter_field_unknown(struct str name, const struct filter_fields *fields, struct err *err)
{
        char known[300] = "";
        size_t len = 0;

        for (size_t i = 0; i < fields->shown && len < sizeof(known) - 40; i++)
                len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s%s", i ? ", " : "", fields->items[i].name,
                                        fields->items[i].kind == FILTER_JSON ? ".<key>" : "");
        return err_set(err, RC_INVALID, "There is no field '%.*s' here to filter or order by: use one of %s.",
                       STR_ARG(name), known);
}

const struct filter_field *filter_field_find(struct str name, const struct filter_fields *fields, struct str *ret_path)
{
        struct str rest = name;
        struct str head = str_cut(&rest, '.');

        for (size_t i = 0; i < fields->count; i++) {
                const struct filter_field *field = &fields->items[i];

                if (field->kind != FILTER_JSON) {
                        if (str_eq_c(name, field->name))
                                return field;
                } else if (str_eq_c(head, field->name) && !str_is_empty(rest)) {
                        *ret_path = rest;
                        return field;
                }
        }
        return NULL;
}

/* '$."a"."b"'. A '"' cannot be spelled in a path, so such names are never found. */
static void path_add(struct buf *path, struct str name)
{
        buf_printf(path, ".\"%.*s\"", STR_ARG(name));
}

static enum rc json_paths(struct filter_sql *sql, const struct filter_field *field, struct str path,
                          struct str *ret_nested, struct str *ret_flat, struct err *err)
{
        _cleanup_(buf_done) struct buf nested = { 0 };
        _cleanup_(buf_done) struct buf flat = { 0 };
        struct str rest = path, whole = path, inner = str_from(field->inner);
        struct str head = str_cut(&rest, '.');

        if (str_find(path, '"', 0) != SIZE_MAX)
                return err_set(err, RC_INVALID, "Keys with a quotation mark cannot be filtered or ordered by.");
        buf_add_str(&nested, STR("$"));
        path_add(&nested, head);
        if (inner.ptr && !str_eq(rest, inner) && !(str_starts(rest, inner) && rest.ptr[inner.len] == '.'))
                path_add(&nested, inner);
        while (!str_is_null(rest))
                path_add(&nested, str_cut(&rest, '.'));
        buf_add_str(&flat, STR("$"));
        if (inner.ptr && str_ends(path, inner) && path.len > inner.len + 1 && path.ptr[path.len - inner.len - 1] == '.')
                whole = str_slice(path, 0, path.len - inner.len - 1);
        path_add(&flat, whole);
        if (inner.ptr)
                path_add(&flat, inner);
        *ret_nested = arena_str(sql->arena, buf_str(&nested));
        *ret_flat = str_eq(buf_str(&flat), *ret_nested) ? STR_NULL : arena_str(sql->arena, buf_str(&flat));
        return RC_OK;
}

static void add_json_call(struct filter_sql *sql, const char *function, const char *source, int nested, int flat)
{
        if (flat)
                buf_printf(sql->text, "COALESCE(%s(%s, $%d), %s(%s, $%d))", function, source, nested, function, source,
                           flat);
        else
                buf_printf(sql->text, "%s(%s, $%d)", function, source, nested);
}

/* Binds a value without writing its $n anywhere yet. */
static int bind_str(struct filter_sql *sql, struct str value)
{
        _cleanup_(buf_done) struct buf unused = { 0 };
        struct buf *text = sql->text;

        sql->text = &unused;
        filter_sql_str(sql, value);
        sql->text = text;
        return sql->next - 1;
}

static struct str json_call(struct filter_sql *sql, const char *function, const char *source, int nested, int flat)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql part = *sql;

        part.text = &text;
        add_json_call(&part, function, source, nested, flat);
        return arena_str(sql->arena, buf_str(&text));
}

enum rc filter_operand(struct filter_sql *sql, const struct filter_field *field, struct str path,
                       struct operand *ret, struct err *err)
{
        struct str nested, flat;
        int nested_bind, flat_bind;
        enum rc rc;

        *ret = (struct operand){ .kind = field->kind, .name = field->name, .value = str_from(field->sql) };
        if (field->kind == FILTER_LIST) {
                ret->kind = FILTER_TEXT;
                ret->value = STR("value");
        }
        if (field->kind != FILTER_JSON)
                return RC_OK;
        rc = json_paths(sql, field, path, &nested, &flat, err);
        if (rc)
                return rc;
        nested_bind = bind_str(sql, nested);
        flat_bind = str_is_null(flat) ? 0 : bind_str(sql, flat);
        ret->value = json_call(sql, "json_extract", field->sql, nested_bind, flat_bind);
        ret->type = json_call(sql, "json_type", field->sql, nested_bind, flat_bind);
        return RC_OK;
}
