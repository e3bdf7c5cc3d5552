/*
 * store/filter.c - filters and orders as SQL; see filter.h.
 *
 * A JSON field "config.a.b" may mean the member b of a, or a member whose name is "a.b":
 * both are looked at, the nested one first. Comparing by size asks for the same kind on
 * both sides, because SQLite would otherwise sort every number before every text.
 */
#include "store/filter.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/pattern.h"

struct filter_bind {
        enum { BIND_I64, BIND_F64, BIND_TEXT } kind;
        int number;
        int64_t integer;
        double real;
        struct str text;
        struct filter_bind *next;
};

/* ---- values ---- */

void filter_sql_init(struct filter_sql *sql, struct arena *arena, struct buf *text, int first_param)
{
        *sql = (struct filter_sql){ .arena = arena, .text = text, .next = first_param };
}

static struct filter_bind *add_bind(struct filter_sql *sql)
{
        struct filter_bind *bind = arena_new(sql->arena, struct filter_bind);

        bind->number = sql->next++;
        if (sql->last)
                sql->last->next = bind;
        else
                sql->first = bind;
        sql->last = bind;
        buf_printf(sql->text, "$%d", bind->number);
        return bind;
}

void filter_sql_i64(struct filter_sql *sql, int64_t value)
{
        struct filter_bind *bind = add_bind(sql);

        bind->kind = BIND_I64;
        bind->integer = value;
}

void filter_sql_f64(struct filter_sql *sql, double value)
{
        struct filter_bind *bind = add_bind(sql);

        bind->kind = BIND_F64;
        bind->real = value;
}

void filter_sql_str(struct filter_sql *sql, struct str value)
{
        struct filter_bind *bind = add_bind(sql);

        bind->kind = BIND_TEXT;
        bind->text = arena_str(sql->arena, value.ptr ? value : STR(""));
}

void filter_sql_bind(const struct filter_sql *sql, struct db_stmt *stmt)
{
        for (const struct filter_bind *bind = sql->first; bind; bind = bind->next) {
                if (bind->kind == BIND_I64)
                        db_bind_i64(stmt, bind->number, bind->integer);
                else if (bind->kind == BIND_F64)
                        db_bind_f64(stmt, bind->number, bind->real);
                else
                        db_bind_str(stmt, bind->number, bind->text);
        }
}

/* ---- fields ---- */

static enum rc unknown_field(struct str name, const struct filter_fields *fields, struct err *err)
{
        char known[300] = "";
        size_t len = 0;

        for (size_t i = 0; i < fields->shown && len < sizeof(known) - 40; i++)
                len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s%s", i ? ", " : "", fields->items[i].name,
                                        fields->items[i].kind == FILTER_JSON ? ".<key>" : "");
        return err_set(err, RC_INVALID, "There is no field '%.*s' here to filter or order by: use one of %s.",
                       STR_ARG(name), known);
}

/* The field that `name` means; *ret_path is what follows the dot of a JSON field. */
static const struct filter_field *find_field(struct str name, const struct filter_fields *fields, struct str *ret_path)
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

/* The SQL expression of a field's value. */
static enum rc field_expression(struct filter_sql *sql, const struct filter_field *field, struct str path,
                                struct str *ret, struct err *err)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql part = *sql;
        struct str nested, flat;
        enum rc rc;

        if (field->kind != FILTER_JSON) {
                *ret = str_from(field->sql);
                return RC_OK;
        }
        rc = json_paths(sql, field, path, &nested, &flat, err);
        if (rc)
                return rc;
        part.text = &text;
        if (!str_is_null(flat))
                buf_add_str(&text, STR("COALESCE("));
        buf_printf(&text, "json_extract(%s, ", field->sql);
        filter_sql_str(&part, nested);
        buf_add_c(&text, ')');
        if (!str_is_null(flat)) {
                buf_printf(&text, ", json_extract(%s, ", field->sql);
                filter_sql_str(&part, flat);
                buf_add_str(&text, STR("))"));
        }
        part.text = sql->text;
        *sql = part;
        *ret = arena_str(sql->arena, buf_str(&text));
        return RC_OK;
}

/* ---- comparisons ---- */

static enum rc wrong_value(const struct filter_field *field, const char *wanted, struct err *err)
{
        return err_set(err, RC_INVALID, "The filter on '%s' must compare with %s.", field->name, wanted);
}

static enum rc add_time(struct filter_sql *sql, const struct filter_field *field, const struct json *value,
                        const char *op, struct err *err)
{
        int64_t time_us;

        if (value->kind == JSON_NUMBER && value->number > -1e11 && value->number < 1e11)
                time_us = (int64_t)(value->number * 1e6);
        else if (value->kind != JSON_STRING || !clock_parse(value->text, &time_us))
                return wrong_value(field, "a date such as \"2026-01-31 12:00:00\" (UTC)", err);
        buf_printf(sql->text, time_us % 1000000 ? "(%s) %s " : "(%s) / 1000000 %s ", field->sql, op);
        filter_sql_i64(sql, time_us % 1000000 ? time_us : time_us / 1000000);
        return RC_OK;
}

static void add_number(struct filter_sql *sql, const struct json *value)
{
        if (value->is_integer)
                filter_sql_i64(sql, value->integer);
        else
                filter_sql_f64(sql, value->number);
}

static void add_plain(struct filter_sql *sql, const struct json *value)
{
        if (value->kind == JSON_NUMBER)
                add_number(sql, value);
        else if (value->kind == JSON_BOOL)
                filter_sql_i64(sql, value->boolean);
        else
                filter_sql_str(sql, value->text);
}

/* `expression op value`, for a value that is not null. op is one of = > >= < <=. */
static enum rc add_comparison(struct filter_sql *sql, const struct filter_field *field, struct str expression,
                              const char *op, const struct json *value, struct err *err)
{
        int64_t number;

        switch (field->kind) {
        case FILTER_TIME:
                return add_time(sql, field, value, op, err);
        case FILTER_INT:
                buf_printf(sql->text, "%.*s %s ", STR_ARG(expression), op);
                if (value->kind == JSON_STRING && str_to_i64(value->text, &number))
                        filter_sql_i64(sql, number);
                else if (value->kind == JSON_NUMBER)
                        add_number(sql, value);
                else
                        return wrong_value(field, "a number", err);
                return RC_OK;
        case FILTER_BOOL:
                if (value->kind != JSON_BOOL)
                        return wrong_value(field, "true or false", err);
                buf_printf(sql->text, "%.*s %s ", STR_ARG(expression), op);
                filter_sql_i64(sql, value->boolean);
                return RC_OK;
        case FILTER_JSON:
                buf_printf(sql->text, "%.*s %s ", STR_ARG(expression), op);
                add_plain(sql, value);
                if (strcmp(op, "=") != 0)
                        buf_printf(sql->text, " AND typeof(%.*s) %s", STR_ARG(expression),
                                   value->kind == JSON_STRING ? "= 'text'" : "IN ('integer', 'real')");
                return RC_OK;
        default:
                if (value->kind == JSON_BOOL)
                        return wrong_value(field, "text", err);
                buf_printf(sql->text, "%.*s %s ", STR_ARG(expression), op);
                filter_sql_str(sql, value->text); /* a number as it was written */
                return RC_OK;
        }
}

static enum rc add_equal(struct filter_sql *sql, const struct filter_field *field, struct str expression,
                         const struct json *value, struct err *err)
{
        if (value->kind == JSON_NULL) {
                buf_printf(sql->text, "%.*s IS NULL", STR_ARG(expression));
                return RC_OK;
        }
        return add_comparison(sql, field, expression, "=", value, err);
}

static enum rc add_any(struct filter_sql *sql, const struct filter_field *field, struct str expression,
                       const struct json *values, struct err *err)
{
        enum rc rc = RC_OK;

        buf_add_c(sql->text, '(');
        for (const struct json *value = values->first; value && !rc; value = value->next) {
                buf_add_str(sql->text, STR("(")); /* each in its own brackets: AND binds tighter than OR */
                rc = add_equal(sql, field, expression, value, err);
                buf_add_str(sql->text, value->next ? STR(") OR ") : STR(")"));
        }
        if (!values->first)
                buf_add_c(sql->text, '0');
        buf_add_c(sql->text, ')');
        return rc;
}

static enum rc check_pattern(struct str text, struct err *err)
{
        struct pattern *pattern = NULL;
        enum rc rc = pattern_new(text, &pattern, err);

        pattern_free(pattern);
        return rc;
}

static enum rc add_text_test(struct filter_sql *sql, const struct filter_field *field, struct str expression,
                             const struct filter *f, struct err *err)
{
        if (field->kind != FILTER_TEXT && field->kind != FILTER_LIST && field->kind != FILTER_JSON)
                return err_set(err, RC_INVALID, "'%s' is not text: $regex and $contains cannot be used on it.",
                               field->name);
        if (field->kind == FILTER_JSON)
                buf_printf(sql->text, "typeof(%.*s) = 'text' AND ", STR_ARG(expression));
        if (f->op == FILTER_REGEX) {
                enum rc rc = check_pattern(f->value->text, err);

                if (rc)
                        return rc;
                buf_printf(sql->text, "%.*s REGEXP ", STR_ARG(expression));
                filter_sql_str(sql, f->value->text);
                return RC_OK;
        }
        buf_printf(sql->text, "instr(%.*s, ", STR_ARG(expression));
        filter_sql_str(sql, f->value->text);
        buf_add_str(sql->text, STR(") > 0"));
        return RC_OK;
}

/* A comparison of one value; for lists: of one of its values. */
static enum rc add_test(struct filter_sql *sql, const struct filter_field *field, struct str expression,
                        const struct filter *f, struct err *err)
{
        switch (f->op) {
        case FILTER_GT:
                return add_comparison(sql, field, expression, ">", f->value, err);
        case FILTER_GTE:
                return add_comparison(sql, field, expression, ">=", f->value, err);
        case FILTER_LT:
                return add_comparison(sql, field, expression, "<", f->value, err);
        case FILTER_LTE:
                return add_comparison(sql, field, expression, "<=", f->value, err);
        case FILTER_IN:
        case FILTER_NIN:
                return add_any(sql, field, expression, f->value, err);
        case FILTER_REGEX:
        case FILTER_CONTAINS:
                return add_text_test(sql, field, expression, f, err);
        default:
                return add_equal(sql, field, expression, f->value, err);
        }
}

static bool is_negative(const struct filter *f)
{
        return f->op == FILTER_NE || f->op == FILTER_NIN || (f->op == FILTER_EXISTS && !f->value->boolean);
}

static enum rc add_list_all(struct filter_sql *sql, const struct filter_field *field, const struct filter *f,
                            struct err *err)
{
        enum rc rc = RC_OK;

        buf_add_str(sql->text, f->value->first ? STR("1") : STR("0"));
        for (const struct json *value = f->value->first; value && !rc; value = value->next) {
                buf_printf(sql->text, " AND EXISTS (SELECT 1 FROM (%s) WHERE ", field->sql);
                rc = add_equal(sql, field, STR("value"), value, err);
                buf_add_c(sql->text, ')');
        }
        return rc;
}

/* Any of the list's values; null means that it is empty. */
static enum rc add_list_test(struct filter_sql *sql, const struct filter_field *field, const struct filter *f,
                             struct err *err)
{
        enum rc rc;

        if (f->op == FILTER_ALL)
                return add_list_all(sql, field, f, err);
        if (f->op == FILTER_SIZE) {
                buf_printf(sql->text, "(SELECT COUNT(*) FROM (%s)) = ", field->sql);
                filter_sql_i64(sql, f->value->integer);
                return RC_OK;
        }
        if (f->op == FILTER_EXISTS || f->value->kind == JSON_NULL) {
                buf_printf(sql->text, "%sEXISTS (SELECT 1 FROM (%s))", f->op == FILTER_EXISTS ? "" : "NOT ", field->sql);
                return RC_OK;
        }
        buf_printf(sql->text, "EXISTS (SELECT 1 FROM (%s) WHERE ", field->sql);
        rc = add_test(sql, field, STR("value"), f, err);
        buf_add_c(sql->text, ')');
        return rc;
}

static enum rc add_field_test(struct filter_sql *sql, const struct filter *f, const struct filter_fields *fields,
                              struct err *err)
{
        struct str path = STR_NULL, expression = STR_NULL;
        const struct filter_field *field = find_field(f->field, fields, &path);
        enum rc rc;

        if (!field)
                return unknown_field(f->field, fields, err);
        buf_add_str(sql->text, STR("(("));
        if (field->kind == FILTER_LIST) {
                rc = add_list_test(sql, field, f, err);
        } else {
                rc = field_expression(sql, field, path, &expression, err);
                if (!rc && (f->op == FILTER_ALL || f->op == FILTER_SIZE))
                        rc = err_set(err, RC_INVALID, "'%s' is not a list: $all and $size cannot be used on it.",
                                     field->name);
                if (!rc && f->op == FILTER_EXISTS)
                        buf_printf(sql->text, "%.*s IS NOT NULL", STR_ARG(expression));
                else if (!rc)
                        rc = add_test(sql, field, expression, f, err);
        }
        /* Two-valued: NULL counts as false, and so as true once negated. */
        buf_add_str(sql->text, is_negative(f) ? STR(") IS NOT TRUE)") : STR(") IS TRUE)"));
        return rc;
}

static enum rc add_filter(struct filter_sql *sql, const struct filter *f, const struct filter_fields *fields,
                          struct err *err)
{
        enum rc rc = RC_OK;

        if (f->op != FILTER_AND && f->op != FILTER_OR && f->op != FILTER_NOT)
                return add_field_test(sql, f, fields, err);
        buf_add_str(sql->text, f->op == FILTER_NOT ? STR("(NOT ") : STR("("));
        if (!f->first)
                buf_add_c(sql->text, f->op == FILTER_AND ? '1' : '0');
        for (const struct filter *child = f->first; child && !rc; child = child->next) {
                rc = add_filter(sql, child, fields, err);
                if (child->next)
                        buf_add_str(sql->text, f->op == FILTER_AND ? STR(" AND ") : STR(" OR "));
        }
        buf_add_c(sql->text, ')');
        return rc;
}

enum rc filter_sql_where(struct filter_sql *sql, const struct filter *filter, const struct filter_fields *fields,
                         struct err *err)
{
        if (!filter) {
                buf_add_c(sql->text, '1');
                return RC_OK;
        }
        return add_filter(sql, filter, fields, err);
}

enum rc filter_sql_value(struct filter_sql *sql, struct str name, const struct filter_fields *fields, struct err *err)
{
        struct str path = STR_NULL, expression = STR_NULL;
        const struct filter_field *field = find_field(name, fields, &path);
        enum rc rc;

        if (!field)
                return unknown_field(name, fields, err);
        if (field->kind == FILTER_LIST)
                return err_set(err, RC_INVALID, "'%s' is a list: order by another field.", field->name);
        rc = field_expression(sql, field, path, &expression, err);
        if (rc)
                return rc;
        buf_add_str(sql->text, expression);
        return RC_OK;
}

/* ---- pages by key ---- */

static void add_key_value(struct filter_sql *sql, const struct filter_key *key)
{
        if (key->kind == FILTER_KEY_I64)
                filter_sql_i64(sql, key->integer);
        else if (key->kind == FILTER_KEY_F64)
                filter_sql_f64(sql, key->number);
        else
                filter_sql_str(sql, key->text);
}

void filter_sql_after(struct filter_sql *sql, struct str expression, const char *id, bool descending,
                      const struct filter_key *key)
{
        const char *op = descending ? "<" : ">";

        buf_add_str(sql->text, STR(" AND ("));
        if (key->kind == FILTER_KEY_NULL) {
                buf_printf(sql->text, "%.*s IS NULL AND ", STR_ARG(expression));
        } else {
                buf_printf(sql->text, "%.*s IS NULL OR %.*s %s ", STR_ARG(expression), STR_ARG(expression), op);
                add_key_value(sql, key);
                buf_printf(sql->text, " OR (%.*s = ", STR_ARG(expression));
                add_key_value(sql, key);
                buf_add_str(sql->text, STR(" AND "));
        }
        buf_printf(sql->text, "%s %s ", id, op);
        filter_sql_i64(sql, key->id);
        buf_add_str(sql->text, key->kind == FILTER_KEY_NULL ? STR(")") : STR("))"));
}

void filter_key_read(struct db_stmt *stmt, struct arena *arena, int column, int64_t id, struct filter_key *ret)
{
        struct str type = db_column_str(stmt, column + 1);
        struct filter_key key = { .id = id };

        if (str_eq_c(type, "integer")) {
                key.kind = FILTER_KEY_I64;
                key.integer = db_column_i64(stmt, column);
        } else if (str_eq_c(type, "real")) {
                key.kind = FILTER_KEY_F64;
                key.number = db_column_f64(stmt, column);
        } else if (str_eq_c(type, "text")) {
                key.kind = FILTER_KEY_TEXT;
                key.text = store_column(stmt, arena, column);
        }
        *ret = key;
}

struct str filter_key_format(struct arena *arena, const struct filter_key *key)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_array(&w);
        json_int(&w, key->id);
        if (key->kind == FILTER_KEY_I64) {
                json_int(&w, key->integer);
        } else if (key->kind == FILTER_KEY_F64) {
                json_double(&w, key->number);
                json_bool(&w, true); /* a whole number stays a float */
        } else if (key->kind == FILTER_KEY_TEXT) {
                json_string(&w, key->text);
        }
        json_end_array(&w);
        return arena_str(arena, buf_str(&buf));
}

enum rc filter_key_parse(struct arena *arena, struct str text, struct filter_key *ret, struct err *err)
{
        const struct json_limits limits = { .max_bytes = 4 * 1024 * 1024, .max_depth = 2, .max_values = 8 };
        struct filter_key key = { 0 };
        struct json *json = NULL;
        struct err ignored = { 0 };
        const struct json *value;

        if (json_parse(arena, text, &limits, &json, &ignored) != RC_OK || json->kind != JSON_ARRAY || !json->first ||
            !json_i64(json->first, &key.id))
                return err_set(err, RC_INVALID, "'%.*s' is not a cursor of this list: start from the beginning.",
                               STR_ARG(str_slice(text, 0, 60)));
        value = json->first->next;
        if (value && value->kind == JSON_STRING) {
                key.kind = FILTER_KEY_TEXT;
                key.text = value->text;
        } else if (value && value->kind == JSON_NUMBER && value->is_integer && !value->next) {
                key.kind = FILTER_KEY_I64;
                key.integer = value->integer;
        } else if (value && value->kind == JSON_NUMBER) {
                key.kind = FILTER_KEY_F64;
                key.number = value->number;
        }
        *ret = key;
        return RC_OK;
}
