/*
 * store/filter.h - filters and orders (model/filter.h) as SQL.
 *
 * The caller gives a table of fields: the names that filters may use, and for each a
 * constant SQL expression. The text that comes out is made only of such constants, of this
 * file's own words and of $n; every value and every JSON path is bound. Under a NOT each
 * comparison is made two-valued (never NULL), so NOT means what it says; elsewhere it stays
 * plain, so that an index can serve it.
 *
 * Text is SQLite's (json_extract, json_each); a second engine gets its variant in filter.c.
 *
 * Thread rule: one thread at a time.
 */
#ifndef VITRINE_STORE_FILTER_H
#define VITRINE_STORE_FILTER_H

#include "base/buf.h"
#include "model/filter.h"
#include "store/query.h"

enum filter_kind {
        FILTER_TEXT,
        FILTER_INT,
        FILTER_ID,         /* a row's number, also as the wire's id */
        FILTER_VERSION,    /* 3 or "v3" */
        FILTER_TIME,       /* microseconds; compared by the second unless the value has a fraction */
        FILTER_BOOL,       /* 0, 1 */
        FILTER_LIST,       /* sql is a SELECT with one column named value; matches when any matches */
        FILTER_JSON,       /* sql is strict JSON text; the field is "name.path.to.it"; kinds are never mixed */
};

struct filter_field {
        const char *name;
        enum filter_kind kind;
        const char *sql;
        /*
         * FILTER_JSON: values are wrapped in a member of this name; NULL: they are not. FILTER_LIST: the beginning of
         * a condition that says the same the other way round, for an index: "key IN (SELECT ... WHERE"; or NULL.
         */
        const char *inner;
};

struct filter_fields {
        const struct filter_field *items;
        size_t count;
        size_t shown;      /* how many of them errors name: other spellings come last */
};

struct filter_bind;
struct filter_sql {
        struct arena *arena;
        struct buf *text;         /* where the SQL goes; the caller's */
        int next;                 /* number of the next $n */
        struct filter_bind *first, *last;
};

/* first_param: the lowest $n that the caller does not use himself. */
void filter_sql_init(struct filter_sql *sql, struct arena *arena, struct buf *text, int first_param);
/* Adds a value; *text gets "$n". */
void filter_sql_i64(struct filter_sql *sql, int64_t value);
void filter_sql_f64(struct filter_sql *sql, double value);
void filter_sql_str(struct filter_sql *sql, struct str value);
/* Adds a condition; "1" for NULL. RC_INVALID names the unknown field or the wrong value. */
MUST_USE enum rc filter_sql_where(struct filter_sql *sql, const struct filter *filter,
                                  const struct filter_fields *fields, struct err *err);
/* Adds the expression of one field, to order by. RC_INVALID for unknown fields and lists. */
MUST_USE enum rc filter_sql_value(struct filter_sql *sql, struct str field, const struct filter_fields *fields,
                                  struct err *err);
/* Binds what was added. */
void filter_sql_bind(const struct filter_sql *sql, struct db_stmt *stmt);

/* ---- orders and pages by key ------------------------------------------------------------ */

/* The last row of a page: the value it was ordered by, and its id. */
struct filter_key {
        enum { FILTER_KEY_NULL, FILTER_KEY_I64, FILTER_KEY_F64, FILTER_KEY_TEXT } kind;
        int64_t integer;
        double number;
        struct str text;
        int64_t id;
};
/* " AND (...)": rows behind `key` in the order `expression` (NULLs last), `id`. */
void filter_sql_after(struct filter_sql *sql, struct str expression, const char *id, bool descending,
                      const struct filter_key *key);
/* Reads a key out of a row: the value at `column`, its typeof() behind it. Text is copied into the arena. */
void filter_key_read(struct db_stmt *stmt, struct arena *arena, int column, int64_t id, struct filter_key *ret);
/* As a cursor, and back: a JSON list. RC_INVALID when it is not one of ours. */
struct str filter_key_format(struct arena *arena, const struct filter_key *key);
MUST_USE enum rc filter_key_parse(struct arena *arena, struct str text, struct filter_key *ret, struct err *err);

#endif
