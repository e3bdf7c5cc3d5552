/*
 * db/stmt_cache.c - the prepared statements that a connection keeps.
 *
 * Callers name a statement by its SQL text, which is nearly always a string constant.
 * The text's address is therefore a good hint where to look, and only a hint: the bytes
 * are always compared, so a text built in a reused buffer can never get another text's
 * statement. Behind the hints stands a table by the hash of the bytes; the statement
 * unused for longest makes room when the cache is full, so texts composed at run time
 * (filters) cannot grow it.
 *
 * Called by stmt.c, on the thread that has the connection.
 */
#include "db/internal.h"

static struct stmt_hint *hint_of(struct db_conn *conn, const char *sql)
{
        uint64_t address = (uint64_t)(uintptr_t)sql;

        return &conn->hints[(address * 0x9e3779b97f4a7c15u) >> 56];
}

static bool stmt_has_text(const struct db_stmt *stmt, const char *sql)
{
        return strcmp(sqlite3_sql(stmt->handle), sql) == 0;
}

static void use_unlink(struct db_conn *conn, struct db_stmt *stmt)
{
        if (stmt->newer)
                stmt->newer->older = stmt->older;
        else
                conn->newest = stmt->older;
        if (stmt->older)
                stmt->older->newer = stmt->newer;
        else
                conn->oldest = stmt->newer;
        stmt->newer = NULL;
        stmt->older = NULL;
}

static void use_push(struct db_conn *conn, struct db_stmt *stmt)
{
        stmt->older = conn->newest;
        stmt->newer = NULL;
        if (conn->newest)
                conn->newest->newer = stmt;
        else
                conn->oldest = stmt;
        conn->newest = stmt;
}

void stmt_free(struct db_stmt *stmt)
{
        sqlite3_finalize(stmt->handle);
        buf_done(&stmt->key);
        buf_done(&stmt->recorded_cells);
        buf_done(&stmt->recorded_bytes);
        free(stmt->slots);
        free(stmt);
}

static void cache_remove(struct db_conn *conn, struct db_stmt *stmt)
{
        struct db_stmt **link = &conn->buckets[stmt->hash % DB_STMT_BUCKETS];

        while (*link != stmt)
                link = &(*link)->bucket_next;
        *link = stmt->bucket_next;
        for (size_t i = 0; i < DB_STMT_HINTS; i++)
                if (conn->hints[i].stmt == stmt)
                        conn->hints[i] = (struct stmt_hint){ NULL, NULL };
        use_unlink(conn, stmt);
        conn->cached_stmts--;
        memo_distrust(conn);
        stmt_free(stmt);
}

void stmt_cache_add(struct db_conn *conn, struct db_stmt *stmt, const char *sql)
{
        struct db_stmt **bucket = &conn->buckets[stmt->hash % DB_STMT_BUCKETS];

        if (conn->cached_stmts >= DB_STMT_CACHE_MAX) {
                struct db_stmt *victim = conn->oldest;

                while (victim && victim->busy)
                        victim = victim->newer;
                if (victim)
                        cache_remove(conn, victim);
        }
        stmt->cached = true;
        stmt->is_select = str_starts(str_from(sqlite3_sql(stmt->handle)), STR("SELECT "));
        stmt->bucket_next = *bucket;
        *bucket = stmt;
        use_push(conn, stmt);
        conn->cached_stmts++;
        *hint_of(conn, sql) = (struct stmt_hint){ sql, stmt };
}

void stmt_cache_used(struct db_conn *conn, struct db_stmt *stmt)
{
        if (conn->newest == stmt)
                return;
        use_unlink(conn, stmt);
        use_push(conn, stmt);
}

struct db_stmt *stmt_cache_find(struct db_conn *conn, const char *sql, uint64_t *ret_hash)
{
        struct stmt_hint *hint = hint_of(conn, sql);
        struct db_stmt *stmt;

        *ret_hash = 0;
        if (hint->sql == sql && stmt_has_text(hint->stmt, sql))
                return hint->stmt;
        *ret_hash = hash_bytes(sql, strlen(sql));
        stmt = conn->buckets[*ret_hash % DB_STMT_BUCKETS];
        while (stmt && !(stmt->hash == *ret_hash && stmt_has_text(stmt, sql)))
                stmt = stmt->bucket_next;
        if (stmt)
                *hint = (struct stmt_hint){ sql, stmt };
        return stmt;
}

void stmt_cache_done(struct db_conn *conn)
{
        while (conn->newest)
                cache_remove(conn, conn->newest);
}
