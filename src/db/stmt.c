/*
 * db/stmt.c - prepared statements: binding, stepping, columns. Where they are kept: stmt_cache.c.
 *
 * Placeholders: "$1" is a *named* parameter to SQLite, numbered by first appearance. The
 * map from our number to SQLite's is made once, when the statement is prepared.
 *
 * A reader's SELECT may be answered without SQLite: see memo.c. Its values are therefore
 * noted first, and bound when it turns out that SQLite is needed.
 *
 * What it does not do: it opens no transactions and retries nothing.
 */
#include "db/internal.h"

#define KEPT_BYTES ((size_t)4 << 10)

void *db_must_alloc(size_t count, size_t size)
{
        void *memory = calloc(count, size);

        if (!memory)
                abort();
        return memory;
}

/* ---- preparing ---------------------------------------------------------------------- */

/* "$12" -> 12; 0 for anything else. */
static int placeholder_number(const char *name)
{
        uint64_t number;

        if (!name || name[0] != '$' || !str_to_u64(str_from(name + 1), &number) || number > 32766)
                return 0;
        return (int)number;
}

static enum rc map_placeholders(struct db_stmt *stmt, struct err *err)
{
        int count = sqlite3_bind_parameter_count(stmt->handle);

        for (int i = 1; i <= count; i++) {
                int number = placeholder_number(sqlite3_bind_parameter_name(stmt->handle, i));

                if (number == 0)
                        return err_set(err, RC_INTERNAL, "a statement has a placeholder that is not $1, $2, ...");
                if (number > stmt->slot_max)
                        stmt->slot_max = number;
        }
        stmt->slots = db_must_alloc((size_t)stmt->slot_max + 1, sizeof(*stmt->slots));
        for (int i = 1; i <= count; i++)
                stmt->slots[placeholder_number(sqlite3_bind_parameter_name(stmt->handle, i))] = i;
        return RC_OK;
}

static enum rc stmt_new(struct db_conn *conn, const char *sql, unsigned flags, struct db_stmt **ret_stmt,
                        struct err *err)
{
        struct db_stmt *stmt = db_must_alloc(1, sizeof(*stmt));
        enum rc rc = RC_OK;
        int code;

        stmt->conn = conn;
        stmt->mode = STMT_DIRECT;
        code = sqlite3_prepare_v3(conn->handle, sql, -1, flags, &stmt->handle, NULL);
        if (code != SQLITE_OK)
                rc = conn_error(conn, code, err);
        else if (!stmt->handle)
                rc = err_set(err, RC_INTERNAL, "a statement is empty");
        else
                rc = map_placeholders(stmt, err);
        if (rc) {
                stmt_free(stmt);
                return rc;
        }
        *ret_stmt = stmt;
        return RC_OK;
}

enum rc db_prepare(struct db_conn *conn, const char *sql, struct db_stmt **ret_stmt, struct err *err)
{
        uint64_t hash;
        struct db_stmt *stmt = stmt_cache_find(conn, sql, &hash);
        enum rc rc;

        if (!stmt) {
                rc = stmt_new(conn, sql, SQLITE_PREPARE_PERSISTENT, &stmt, err);
                if (rc)
                        return rc;
                stmt->hash = hash;
                stmt_cache_add(conn, stmt, sql);
        } else if (stmt->busy) {
                /* A nested use of the same text: a statement of its own, for this once. */
                rc = stmt_new(conn, sql, 0, &stmt, err);
                if (rc)
                        return rc;
        } else {
                stmt_cache_used(conn, stmt);
        }
        stmt->busy = true;
        stmt->bind_code = SQLITE_OK;
        stmt->mode = stmt->is_select && conn->memo.bytes_max ? STMT_BINDING : STMT_DIRECT;
        stmt->used_handle = stmt->mode == STMT_DIRECT;
        stmt->recording = false;
        buf_clear(&stmt->key);
        conn->busy_stmts++;
        *ret_stmt = stmt;
        return RC_OK;
}

void db_stmt_end(struct db_stmt **stmt_ptr)
{
        struct db_stmt *stmt = TAKE_PTR(*stmt_ptr);

        if (!stmt)
                return;
        assert(stmt->busy && stmt->conn->busy_stmts > 0);
        stmt->conn->busy_stmts--;
        if (!stmt->cached) {
                stmt_free(stmt);
                return;
        }
        if (stmt->recording)
                memo_record_end(stmt, false);
        if (stmt->used_handle) {
                sqlite3_reset(stmt->handle); /* repeats the code that db_step has reported */
                sqlite3_clear_bindings(stmt->handle);
        }
        /* What one caller made large is not kept for all. */
        if (stmt->key.cap > KEPT_BYTES)
                buf_done(&stmt->key);
        if (stmt->recorded_bytes.cap > KEPT_BYTES)
                buf_done(&stmt->recorded_bytes);
        stmt->busy = false;
}

/* ---- binding ------------------------------------------------------------------------ */

static int slot_of(const struct db_stmt *stmt, int index)
{
        assert(index >= 1 && index <= stmt->slot_max && stmt->slots[index] > 0);
        return stmt->slots[index];
}

static void note_bind(struct db_stmt *stmt, int code)
{
        if (code != SQLITE_OK && stmt->bind_code == SQLITE_OK)
                stmt->bind_code = code;
}

/* A bound value as it is noted; bytes follow. */
struct noted {
        int index;
        int type;
        union {
                int64_t integer;
                double real;
                size_t len;
        };
};

static void note_value(struct db_stmt *stmt, int index, int type, struct noted value)
{
        (void)slot_of(stmt, index);
        value.index = index;
        value.type = type;
        buf_add(&stmt->key, &value, sizeof(value));
}

static void note_bytes(struct db_stmt *stmt, int index, int type, struct str value)
{
        note_value(stmt, index, type, (struct noted){ .len = value.len });
        buf_add(&stmt->key, value.ptr, value.len);
}

/* Gives SQLite what was noted. The bytes stay where they are until the end of the statement. */
static void bind_noted(struct db_stmt *stmt)
{
        const char *at = stmt->key.ptr, *end = at + stmt->key.len;

        stmt->used_handle = true;
        while (at != end) {
                struct noted value;
                int slot, code;

                memcpy(&value, at, sizeof(value));
                at += sizeof(value);
                slot = slot_of(stmt, value.index);
                if (value.type == SQLITE_INTEGER) {
                        code = sqlite3_bind_int64(stmt->handle, slot, value.integer);
                } else if (value.type == SQLITE_FLOAT) {
                        code = sqlite3_bind_double(stmt->handle, slot, value.real);
                } else if (value.type == SQLITE_NULL) {
                        code = sqlite3_bind_null(stmt->handle, slot);
                } else {
                        code = value.type == SQLITE_TEXT
                                       ? sqlite3_bind_text64(stmt->handle, slot, at, value.len, SQLITE_STATIC, SQLITE_UTF8)
                                       : sqlite3_bind_blob64(stmt->handle, slot, at, value.len, SQLITE_STATIC);
                        at += value.len;
                }
                note_bind(stmt, code);
        }
}

void db_bind_i64(struct db_stmt *stmt, int index, int64_t value)
{
        if (stmt->mode == STMT_BINDING)
                note_value(stmt, index, SQLITE_INTEGER, (struct noted){ .integer = value });
        else
                note_bind(stmt, sqlite3_bind_int64(stmt->handle, slot_of(stmt, index), value));
}

void db_bind_f64(struct db_stmt *stmt, int index, double value)
{
        if (stmt->mode == STMT_BINDING)
                note_value(stmt, index, SQLITE_FLOAT, (struct noted){ .real = value });
        else
                note_bind(stmt, sqlite3_bind_double(stmt->handle, slot_of(stmt, index), value));
}

void db_bind_null(struct db_stmt *stmt, int index)
{
        if (stmt->mode == STMT_BINDING)
                note_value(stmt, index, SQLITE_NULL, (struct noted){ .integer = 0 });
        else
                note_bind(stmt, sqlite3_bind_null(stmt->handle, slot_of(stmt, index)));
}

void db_bind_str(struct db_stmt *stmt, int index, struct str value)
{
        if (str_is_null(value))
                db_bind_null(stmt, index);
        else if (stmt->mode == STMT_BINDING)
                note_bytes(stmt, index, SQLITE_TEXT, value);
        else
                note_bind(stmt, sqlite3_bind_text64(stmt->handle, slot_of(stmt, index), value.ptr, value.len,
                                                    SQLITE_TRANSIENT, SQLITE_UTF8));
}

void db_bind_blob(struct db_stmt *stmt, int index, struct str value)
{
        if (str_is_null(value))
                db_bind_null(stmt, index);
        else if (stmt->mode == STMT_BINDING)
                note_bytes(stmt, index, SQLITE_BLOB, value);
        else
                note_bind(stmt, sqlite3_bind_blob64(stmt->handle, slot_of(stmt, index), value.ptr, value.len,
                                                    SQLITE_TRANSIENT));
}

void db_bind_id(struct db_stmt *stmt, int index, int64_t id)
{
        if (id == 0)
                db_bind_null(stmt, index);
        else
                db_bind_i64(stmt, index, id);
}

/* ---- running ------------------------------------------------------------------------ */

static enum rc step_handle(struct db_stmt *stmt, bool *ret_row, struct err *err)
{
        int code = stmt->bind_code;

        if (code == SQLITE_OK)
                code = sqlite3_step(stmt->handle);
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
                stmt->recording = false;
                return conn_error(stmt->conn, code, err);
        }
        *ret_row = code == SQLITE_ROW;
        return RC_OK;
}

static enum rc step_direct(struct db_stmt *stmt, bool *ret_row, struct err *err)
{
        enum rc rc = step_handle(stmt, ret_row, err);

        if (rc || !stmt->recording)
                return rc;
        if (*ret_row)
                memo_record_row(stmt);
        else
                memo_record_end(stmt, true);
        return RC_OK;
}

/* The next row of what is remembered; past its end the real statement goes on behind the same row. */
static enum rc step_replay(struct db_stmt *stmt, bool *ret_row, struct err *err)
{
        size_t behind = stmt->result->rows;
        bool row = true;

        if (stmt->row < stmt->result->rows) {
                stmt->row++;
                *ret_row = true;
                return RC_OK;
        }
        if (stmt->result->complete) {
                *ret_row = false;
                return RC_OK;
        }
        stmt->mode = STMT_DIRECT;
        stmt->result = NULL;
        bind_noted(stmt);
        while (row && behind--) {
                enum rc rc = step_handle(stmt, &row, err);

                if (rc)
                        return rc;
        }
        return step_handle(stmt, ret_row, err);
}

enum rc db_step(struct db_stmt *stmt, bool *ret_row, struct err *err)
{
        if (stmt->mode == STMT_BINDING) {
                stmt->result = memo_find(stmt);
                stmt->row = 0;
                stmt->mode = stmt->result ? STMT_REPLAY : STMT_DIRECT;
                if (stmt->result) {
                        stmt->conn->memo.found++;
                } else {
                        bind_noted(stmt);
                        memo_record_begin(stmt);
                }
        }
        if (stmt->mode == STMT_REPLAY)
                return step_replay(stmt, ret_row, err);
        return step_direct(stmt, ret_row, err);
}

enum rc db_run(struct db_stmt **stmt, struct err *err)
{
        bool row = true;
        enum rc rc = RC_OK;

        while (rc == RC_OK && row)
                rc = db_step(*stmt, &row, err);
        db_stmt_end(stmt);
        return rc;
}

/*
 * What is remembered has the type that SQLite gave it. A caller who reads it as another one
 * would have SQLite convert it; such results are not remembered (and should one be after all,
 * because callers read the same row differently, it is converted as SQLite does).
 */
static void read_as(struct db_stmt *stmt, int column, bool wants_number)
{
        int type;

        if (!stmt->recording)
                return;
        type = sqlite3_column_type(stmt->handle, column);
        if (type != SQLITE_NULL && wants_number != (type == SQLITE_INTEGER || type == SQLITE_FLOAT))
                stmt->reads_otherwise = true;
}

static const struct memo_cell *remembered(const struct db_stmt *stmt, int column)
{
        assert(stmt->row > 0 && column >= 0 && (size_t)column < stmt->result->columns);
        return &stmt->result->cells[(stmt->row - 1) * stmt->result->columns + (size_t)column];
}

int64_t db_column_i64(struct db_stmt *stmt, int column)
{
        if (stmt->mode == STMT_REPLAY) {
                return memo_integer(stmt->result, remembered(stmt, column));
        }
        read_as(stmt, column, true);
        return sqlite3_column_int64(stmt->handle, column);
}

double db_column_f64(struct db_stmt *stmt, int column)
{
        if (stmt->mode == STMT_REPLAY) {
                return memo_real(stmt->result, remembered(stmt, column));
        }
        read_as(stmt, column, true);
        return sqlite3_column_double(stmt->handle, column);
}

struct str db_column_str(struct db_stmt *stmt, int column)
{
        const void *bytes;
        int type;

        if (stmt->mode == STMT_REPLAY) {
                return memo_text(&stmt->conn->memo, stmt->result, remembered(stmt, column));
        }
        read_as(stmt, column, false);
        type = sqlite3_column_type(stmt->handle, column);
        if (type == SQLITE_NULL)
                return STR_NULL;
        if (type == SQLITE_BLOB)
                bytes = sqlite3_column_blob(stmt->handle, column);
        else
                bytes = sqlite3_column_text(stmt->handle, column);
        if (!bytes)
                return STR(""); /* SQLite's pointer for an empty blob */
        return (struct str){ bytes, (size_t)sqlite3_column_bytes(stmt->handle, column) };
}

bool db_column_is_null(struct db_stmt *stmt, int column)
{
        if (stmt->mode == STMT_REPLAY)
                return remembered(stmt, column)->type == SQLITE_NULL;
        return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

int64_t db_last_id(struct db_conn *conn)
{
        return sqlite3_last_insert_rowid(conn->handle);
}

int64_t db_changes(struct db_conn *conn)
{
        return sqlite3_changes64(conn->handle);
}
