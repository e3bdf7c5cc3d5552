/*
 * store/query.h - the few words that every query file of this room is written in.
 *
 * SQL texts are constants with $1..$n; values are bound by a format string, one letter
 * each: i int64_t, I row id (0 binds NULL), s struct str as text, b struct str as bytes,
 * d double, n NULL (takes no argument).
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_QUERY_H
#define VITRINE_STORE_QUERY_H

#include "db/db.h"

/* Prepared and bound; step it, then db_stmt_end (use _cleanup_). */
MUST_USE enum rc store_query(struct db_conn *conn, struct db_stmt **ret_stmt, struct err *err, const char *sql,
                             const char *fmt, ...);
MUST_USE enum rc store_exec(struct db_conn *conn, struct err *err, const char *sql, const char *fmt, ...);
/* The same; *ret_id is the new row's id. */
MUST_USE enum rc store_insert(struct db_conn *conn, int64_t *ret_id, struct err *err, const char *sql,
                              const char *fmt, ...);
/* First column of the first row; *ret_found false (value 0) when there is no row. ret_found may be NULL. */
MUST_USE enum rc store_int(struct db_conn *conn, int64_t *ret_value, bool *ret_found, struct err *err,
                           const char *sql, const char *fmt, ...);
MUST_USE enum rc store_text(struct db_conn *conn, struct arena *arena, struct str *ret_value, struct err *err,
                            const char *sql, const char *fmt, ...);

/*
 * What a caller can make long runs between these two: STORE_WORK_MS of this thread's processor time, then rc is
 * RC_TOO_MANY and `advice` says how to ask for less.
 */
#define STORE_WORK_MS 2000
void store_work_begin(struct db_conn *conn);
enum rc store_work_end(struct db_conn *conn, enum rc rc, const char *advice, struct err *err);

/* Column as text, copied into the arena (absent for NULL). */
struct str store_column(struct db_stmt *stmt, struct arena *arena, int column);

#endif
