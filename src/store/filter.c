/*
 * store/filter.c - filters and orders as SQL; see filter.h.
 *
 * What a field is in SQL is found by filter_operand.c. Comparing by size asks for the same
 * kind on both sides, because SQLite would otherwise sort every number before every text.
 */
#include "store/filter.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/pattern.h"
#include "model/model.h"
#include "store/filter_operand.h"

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

/* ---- comparisons ---- */

static enum rc wrong_value(const struct operand *operand, const char *wanted, struct err *err)
{
        return err_set(err, RC_INVALID, "The filter on '%s' must compare with %s.", operand->name, wanted);
}

/* Times are kept in microseconds and, unless the value has a fraction, compared by the second. */
static enum rc add_time(struct filter_sql *sql, const struct operand *operand, const struct json *value,
                        const char *op, struct err *err)
{
        int64_t time_us, second;

        if (value->kind == JSON_NUMBER && value->number > -1e11 && value->number < 1e11)
                time_us = (int64_t)(value->number * 1e6);
        else if (value->kind != JSON_STRING || !clock_parse(value->text, &time_us))
                return wrong_value(operand, "a date such as \"2026-01-31 12:00:00\" (UTC)", err);
        second = time_us % 1000000 ? 1 : 1000000;
        buf_add_str(sql->text, operand->value);
        if (strcmp(op, "=") == 0) {
                buf_add_str(sql->text, STR(" BETWEEN "));
                filter_sql_i64(sql, time_us);
                buf_add_str(sql->text, STR(" AND "));
                filter_sql_i64(sql, time_us + second - 1);
                return RC_OK;
        }
        /* > and <= look at the end of the second, >= and < at its beginning. */
        buf_add_str(sql->text, op[0] == '>' ? STR(" >= ") : STR(" < "));
        filter_sql_i64(sql, strcmp(op, ">") == 0 || strcmp(op, "<=") == 0 ? time_us + second : time_us);
        return RC_OK;
}

static void add_number(struct filter_sql *sql, const struct json *value)
{
        if (value->is_integer)
                filter_sql_i64(sql, value->integer);
        else
                filter_sql_f64(sql, value->number);
}

/* Only values of the same kind are compared: 1, true and "1" are three things. */
static enum rc add_json(struct filter_sql *sql, const struct operand *operand, const char *op,
                        const struct json *value)
{
        const char *types = value->kind == JSON_STRING ? "= 'text'"
                            : value->kind == JSON_BOOL ? "IN ('true', 'false')" : "IN ('integer', 'real')";

        buf_printf(sql->text, "%.*s %s AND %.*s %s ", STR_ARG(operand->type), types, STR_ARG(operand->value), op);
        if (value->kind == JSON_STRING)
                filter_sql_str(sql, value->text);
        else if (value->kind == JSON_BOOL)
                filter_sql_i64(sql, value->boolean);
        else
                add_number(sql, value);
        return RC_OK;
}

static bool row_number(enum filter_kind kind, const struct json *value, int64_t *ret)
{
        struct str text = value->text;
        struct id id;

        if (value->kind == JSON_NUMBER && value->is_integer) {
                *ret = value->integer;
                return true;
        }
        if (value->kind != JSON_STRING)
                return false;
        if (kind == FILTER_ID && id_parse(text, &id)) {
                *ret = id.number;
                return true;
        }
        if (kind == FILTER_VERSION && str_starts(text, STR("v")))
                text = str_slice(text, 1, text.len);
        return str_to_i64(text, ret);
}

static enum rc add_row_number(struct filter_sql *sql, const struct operand *operand, const struct json *value,
                              struct err *err)
{
        int64_t number;

        if (value->kind == JSON_NUMBER && !value->is_integer) {
                filter_sql_f64(sql, value->number);
                return RC_OK;
        }
        if (!row_number(operand->kind, value, &number))
                return wrong_value(operand, operand->kind == FILTER_ID ? "a number or an id"
                                                                       : "a version such as 3 or \"v3\"", err);
        filter_sql_i64(sql, number);
        return RC_OK;
}

/* `operand op value`. op is one of = > >= < <=. */
static enum rc add_comparison(struct filter_sql *sql, const struct operand *operand, const char *op,
                              const struct json *value, struct err *err)
{
        if (value->kind == JSON_NULL)
                return wrong_value(operand, "a value: null is neither more nor less", err);
        if (operand->kind == FILTER_TIME)
                return add_time(sql, operand, value, op, err);
        if (operand->kind == FILTER_JSON)
                return add_json(sql, operand, op, value);
        buf_printf(sql->text, "%.*s %s ", STR_ARG(operand->value), op);
        switch (operand->kind) {
        case FILTER_ID:
        case FILTER_VERSION:
                return add_row_number(sql, operand, value, err);
        case FILTER_INT:
                if (value->kind != JSON_NUMBER)
                        return wrong_value(operand, "a number", err);
                add_number(sql, value);
                return RC_OK;
        case FILTER_BOOL:
                if (value->kind != JSON_BOOL)
                        return wrong_value(operand, "true or false", err);
                filter_sql_i64(sql, value->boolean);
                return RC_OK;
        default:
                if (value->kind != JSON_STRING)
                        return wrong_value(operand, "text", err);
                filter_sql_str(sql, value->text);
                return RC_OK;
        }
}

static enum rc add_equal(struct filter_sql *sql, const struct operand *operand, const struct json *value,
                         struct err *err)
{
        if (value->kind != JSON_NULL)
                return add_comparison(sql, operand, "=", value, err);
        if (operand->kind == FILTER_JSON)
                buf_printf(sql->text, "%.*s = 'null'", STR_ARG(operand->type)); /* a key that is not there is not null */
        else
                buf_printf(sql->text, "%.*s IS NULL", STR_ARG(operand->value));
        return RC_OK;
}

static enum rc add_any(struct filter_sql *sql, const struct operand *operand, const struct json *values,
                       struct err *err)
{
        enum rc rc = RC_OK;

        buf_add_c(sql->text, '(');
        for (const struct json *value = values->first; value && !rc; value = value->next) {
                buf_add_str(sql->text, STR("(")); /* each in its own brackets: AND binds tighter than OR */
                rc = add_equal(sql, operand, value, err);
                buf_add_str(sql->text, value->next ? STR(") OR ") : STR(")"));
        }
        if (!values->first)
                buf_add_c(sql->text, '0');
        buf_add_c(sql->text, ')');
        return rc;
}

static enum rc check_pattern(const struct operand *operand, struct str text, struct err *err)
{
        struct pattern *pattern = NULL;
        enum rc rc = pattern_new(text, &pattern, err);

        pattern_free(pattern);
        return rc ? err_prefix(err, rc, "$regex '%.*s' on '%s'", STR_ARG(str_slice(text, 0, 100)), operand->name) : RC_OK;
}

/* The members of a list in JSON; none for anything else. */
#define JSON_MEMBERS "FROM json_each(CASE %.*s WHEN 'array' THEN %.*s ELSE '[]' END) j"
static const struct operand member = { .kind = FILTER_JSON, .name = "member", .value = { "j.atom", 6 },
                                       .type = { "j.type", 6 } };

static enum rc add_has_member(struct filter_sql *sql, const struct operand *operand, const struct json *value,
                              struct err *err)
{
        enum rc rc;

        buf_printf(sql->text, "EXISTS (SELECT 1 " JSON_MEMBERS " WHERE ", STR_ARG(operand->type),
                   STR_ARG(operand->value));
        rc = add_equal(sql, &member, value, err);
        buf_add_c(sql->text, ')');
        return rc;
}

static enum rc add_text_test(struct filter_sql *sql, const struct operand *operand, const struct filter *f,
                             struct err *err)
{
        const char *before = operand->kind == FILTER_VERSION ? "('v' || " : "";
        const char *after = operand->kind == FILTER_VERSION ? ")" : "";
        enum rc rc = RC_OK;

        if (operand->kind != FILTER_TEXT && operand->kind != FILTER_JSON && operand->kind != FILTER_VERSION)
                return err_set(err, RC_INVALID, "'%s' is not text: $regex and $contains cannot be used on it.",
                               operand->name);
        if (operand->kind == FILTER_JSON)
                buf_printf(sql->text, "%.*s = 'text' AND ", STR_ARG(operand->type));
        if (f->op == FILTER_REGEX) {
                rc = check_pattern(operand, f->value->text, err);
                if (rc)
                        return rc;
                buf_printf(sql->text, "%s%.*s%s REGEXP ", before, STR_ARG(operand->value), after);
                filter_sql_str(sql, f->value->text);
                return RC_OK;
        }
        buf_printf(sql->text, "instr(%s%.*s%s, ", before, STR_ARG(operand->value), after);
        filter_sql_str(sql, f->value->text);
        buf_add_str(sql->text, STR(") > 0"));
        if (operand->kind == FILTER_JSON) {
                buf_add_str(sql->text, STR(" OR "));
                rc = add_has_member(sql, operand, f->value, err);
        }
        return rc;
}

/* $all and $size of a list in JSON. */
static enum rc add_members_test(struct filter_sql *sql, const struct operand *operand, const struct filter *f,
                                struct err *err)
{
        enum rc rc = RC_OK;

        if (operand->kind != FILTER_JSON)
                return err_set(err, RC_INVALID, "'%s' is not a list: $all and $size cannot be used on it.",
                               operand->name);
        if (f->op == FILTER_SIZE) {
                buf_printf(sql->text, "%.*s = 'array' AND (SELECT count(*) " JSON_MEMBERS ") = ",
                           STR_ARG(operand->type), STR_ARG(operand->type), STR_ARG(operand->value));
                filter_sql_i64(sql, f->value->integer);
                return RC_OK;
        }
        buf_add_str(sql->text, f->value->first ? STR("1") : STR("0"));
        for (const struct json *value = f->value->first; value && !rc; value = value->next) {
                buf_add_str(sql->text, STR(" AND "));
                rc = add_has_member(sql, operand, value, err);
        }
        return rc;
}

/* A comparison of one value; for lists: of one of its values. */
static enum rc add_test(struct filter_sql *sql, const struct operand *operand, const struct filter *f, struct err *err)
{
        switch (f->op) {
        case FILTER_GT:
                return add_comparison(sql, operand, ">", f->value, err);
        case FILTER_GTE:
                return add_comparison(sql, operand, ">=", f->value, err);
        case FILTER_LT:
                return add_comparison(sql, operand, "<", f->value, err);
        case FILTER_LTE:
                return add_comparison(sql, operand, "<=", f->value, err);
        case FILTER_IN:
        case FILTER_NIN:
                return add_any(sql, operand, f->value, err);
        case FILTER_REGEX:
        case FILTER_CONTAINS:
                return add_text_test(sql, operand, f, err);
        case FILTER_ALL:
        case FILTER_SIZE:
                return add_members_test(sql, operand, f, err);
        case FILTER_EXISTS:
                buf_printf(sql->text, "%.*s IS NOT NULL",
                           STR_ARG(operand->kind == FILTER_JSON ? operand->type : operand->value));
                return RC_OK;
        default:
                return add_equal(sql, operand, f->value, err);
        }
}

static bool is_negative(const struct filter *f)
{
        return f->op == FILTER_NE || f->op == FILTER_NIN || (f->op == FILTER_EXISTS && !f->value->boolean);
}

static enum rc add_list_all(struct filter_sql *sql, const struct filter_field *field, const struct operand *operand,
                            const struct filter *f, struct err *err)
{
        enum rc rc = RC_OK;

        buf_add_str(sql->text, f->value->first ? STR("1") : STR("0"));
        for (const struct json *value = f->value->first; value && !rc; value = value->next) {
                buf_printf(sql->text, " AND EXISTS (SELECT 1 FROM (%s) WHERE ", field->sql);
                rc = add_equal(sql, operand, value, err);
                buf_add_c(sql->text, ')');
        }
        return rc;
}

/* Any of the list's values; null means that it is empty. */
static enum rc add_list_test(struct filter_sql *sql, const struct filter_field *field, const struct operand *operand,
                             const struct filter *f, bool plain, struct err *err)
{
        enum rc rc;

        if (f->op == FILTER_ALL)
                return add_list_all(sql, field, operand, f, err);
        if (f->op == FILTER_SIZE) {
                buf_printf(sql->text, "(SELECT COUNT(*) FROM (%s)) = ", field->sql);
                filter_sql_i64(sql, f->value->integer);
                return RC_OK;
        }
        if (f->op == FILTER_EXISTS || ((f->op == FILTER_EQ || f->op == FILTER_NE) && f->value->kind == JSON_NULL)) {
                buf_printf(sql->text, "%sEXISTS (SELECT 1 FROM (%s))", f->op == FILTER_EXISTS ? "" : "NOT ", field->sql);
                return RC_OK;
        }
        if (field->inner && plain && (f->op == FILTER_EQ || f->op == FILTER_IN))
                buf_add_str(sql->text, str_from(field->inner));
        else
                buf_printf(sql->text, "EXISTS (SELECT 1 FROM (%s) WHERE ", field->sql);
        rc = add_test(sql, operand, f, err);
        buf_add_c(sql->text, ')');
        return rc;
}

/* plain: no NOT stands above, so that NULL may stay what it is. */
static enum rc add_field_test(struct filter_sql *sql, const struct filter *f, const struct filter_fields *fields,
                              bool plain, struct err *err)
{
        struct str path = STR_NULL;
        const struct filter_field *field = filter_field_find(f->field, fields, &path);
        struct operand operand;
        enum rc rc;

        if (!field)
                return filter_field_unknown(f->field, fields, err);
        rc = filter_operand(sql, field, path, &operand, err);
        if (rc)
                return rc;
        buf_add_str(sql->text, STR("(("));
        rc = field->kind == FILTER_LIST ? add_list_test(sql, field, &operand, f, plain, err)
                                        : add_test(sql, &operand, f, err);
        /* Two-valued: NULL counts as false, and so as true once negated. */
        buf_add_str(sql->text, is_negative(f) ? STR(") IS NOT TRUE)") : plain ? STR("))") : STR(") IS TRUE)"));
        return rc;
}

static enum rc add_filter(struct filter_sql *sql, const struct filter *f, const struct filter_fields *fields,
                          bool plain, struct err *err)
{
        enum rc rc = RC_OK;

        if (f->op != FILTER_AND && f->op != FILTER_OR && f->op != FILTER_NOT)
                return add_field_test(sql, f, fields, plain, err);
        if (f->op == FILTER_NOT)
                plain = false;
        buf_add_str(sql->text, f->op == FILTER_NOT ? STR("(NOT ") : STR("("));
        if (!f->first)
                buf_add_c(sql->text, f->op == FILTER_AND ? '1' : '0');
        for (const struct filter *child = f->first; child && !rc; child = child->next) {
                rc = add_filter(sql, child, fields, plain, err);
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
        return add_filter(sql, filter, fields, true, err);
}

enum rc filter_sql_value(struct filter_sql *sql, struct str name, const struct filter_fields *fields, struct err *err)
{
        struct str path = STR_NULL;
        const struct filter_field *field = filter_field_find(name, fields, &path);
        struct operand operand;
        enum rc rc;

        if (!field)
                return filter_field_unknown(name, fields, err);
        if (field->kind == FILTER_LIST)
                return err_set(err, RC_INVALID, "'%s' is a list: order by another field.", field->name);
        rc = filter_operand(sql, field, path, &operand, err);
        if (rc)
                return rc;
        buf_add_str(sql->text, operand.value);
        return RC_OK;
}
