/*
 * db/regexp.c - the operator REGEXP, which SQLite leaves to the program.
 *
 * `text REGEXP pattern` is true when the pattern (base/pattern.h) is found in the text. A
 * pattern is compiled once per statement. PostgreSQL has an operator of its own for this.
 */
#include "db/internal.h"

#include "base/pattern.h"

static void free_pattern(void *pattern)
{
        pattern_free(pattern);
}

/* regexp(pattern, text): SQLite turns the operator around. */
static void regexp(sqlite3_context *context, int count UNUSED, sqlite3_value **values)
{
        struct pattern *pattern = sqlite3_get_auxdata(context, 0);
        const char *text = (const char *)sqlite3_value_text(values[1]);
        size_t len = (size_t)sqlite3_value_bytes(values[1]);
        bool fresh = !pattern;

        if (!text)
                return;
        if (fresh) {
                const char *source = (const char *)sqlite3_value_text(values[0]);
                struct err err = { 0 };

                if (!source)
                        return;
                if (pattern_new((struct str){ source, (size_t)sqlite3_value_bytes(values[0]) }, &pattern, &err)) {
                        sqlite3_result_error(context, err.msg, -1);
                        return;
                }
        }
        sqlite3_result_int(context, pattern_found(pattern, (struct str){ text, len }));
        if (fresh)
                sqlite3_set_auxdata(context, 0, pattern, free_pattern); /* may free it at once */
}

int db_add_regexp(sqlite3 *handle)
{
        return sqlite3_create_function_v2(handle, "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                          regexp, NULL, NULL, NULL);
}
