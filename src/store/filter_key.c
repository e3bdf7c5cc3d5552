/*
 * store/filter_key.c - pages by key: conditions, cursors; see filter.h.
 */
#include "store/filter.h"

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
