/*
 * db/memo.c - what a reader connection remembers of its SELECTs while nothing changes.
 *
 * Most requests ask the same few things again: whose key this is, which project that name
 * means. SQLite answers each in microseconds, but a request asks a dozen. So a reader keeps
 * the rows it was given, by statement and bound values, and gives them out again as long as
 * the database is the same: db_read_begin() and db_read_refresh() compare PRAGMA
 * data_version, which SQLite changes with every commit of any other connection or process,
 * and forget everything when it differs. What is remembered is therefore exactly what the
 * snapshot would say; there is no expiry and nothing to invalidate by hand.
 *
 * Nothing is kept while the database changes between one use of the connection and the next:
 * under constant writing remembering would be work for nothing.
 *
 * stmt.c calls this file. There, binding only notes the values; they go to SQLite when no
 * remembered result is found. Few callers read a result to its end (they know that there is
 * one row), so a result may be remembered in part; who then wants more than was kept is
 * brought to the same row of the real statement (stmt.c).
 *
 * Callers may keep what they made of several results in the same way (db_keep): whole answers.
 *
 * Limits: memory per connection (db_config), rows and bytes per result. There are two
 * generations, each with half of the memory: when the young one is full it becomes the old one,
 * and what was old is forgotten but for what has been asked for since.
 */
#include "base/clock.h"
#include "db/internal.h"

#define BUCKETS 2048u
#define RESULT_ROWS_MAX 64u
#define RESULT_BYTES_MAX ((size_t)16 << 10)
#define KEPT_BUCKETS 8192u
#define KEPT_BYTES_MAX ((size_t)16 << 10)
#define KEPT_MS 120000
#define KEPT_SHARE 4 /* of the allowance, for each generation of a reader: few readers are in use at a time */

void memo_start(struct db_conn *conn, size_t bytes_max)
{
        conn->memo.bytes_max = bytes_max;
        arena_init(&conn->memo.young.arena, 0);
        arena_init(&conn->memo.old.arena, 0);
        arena_init(&conn->memo.young_kept.arena, 0);
        arena_init(&conn->memo.old_kept.arena, 0);
}

static void forget_generation(struct memo_generation *generation)
{
        arena_done(&generation->arena);
        generation->buckets = NULL;
}

/* Its memory is filled again at once: pages given back would only be faulted in again. */
static void empty_generation(struct memo_generation *generation)
{
        arena_reset(&generation->arena);
        generation->buckets = NULL;
}

/* All readers together have one allowance for what callers keep. */
static void forget_kept(struct db *db, struct memo_generation *generation)
{
        atomic_fetch_sub(&db->kept_used, generation->arena.used_bytes);
        forget_generation(generation);
}

static void forget(struct db_conn *conn)
{
        struct memo *memo = &conn->memo;

        forget_generation(&memo->young);
        forget_generation(&memo->old);
        forget_kept(conn->db, &memo->young_kept);
        forget_kept(conn->db, &memo->old_kept);
}

/* The old one was emptied before. */
static void grow_older(struct memo_generation *young, struct memo_generation *old)
{
        struct memo_generation empty = *old;

        *old = *young;
        *young = empty;
}

void memo_done(struct db_conn *conn)
{
        forget(conn);
}

void memo_distrust(struct db_conn *conn)
{
        conn->memo.is_stale = true;
        conn->memo.is_quiet = false;
}

enum rc memo_begin(struct db_conn *conn, struct err *err)
{
        struct memo *memo = &conn->memo;
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        int64_t version;
        bool row = false;
        enum rc rc;

        if (!memo->bytes_max)
                return RC_OK;
        rc = db_prepare(conn, "PRAGMA data_version", &stmt, err); /* opens the snapshot, too */
        if (!rc)
                rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        version = row ? db_column_i64(stmt, 0) : -1;
        memo->is_quiet = row && version == memo->version;
        memo->version = version;
        if (!memo->is_quiet || memo->is_stale)
                forget(conn);
        memo->is_stale = false;
        if (memo->young.arena.used_bytes > memo->bytes_max / 2) {
                empty_generation(&memo->old);
                grow_older(&memo->young, &memo->old);
        }
        /* This memory goes back: the allowance is everybody's, and whoever kept some aside would not be counted. */
        if (memo->young_kept.arena.used_bytes > conn->db->kept_bytes / KEPT_SHARE) {
                forget_kept(conn->db, &memo->old_kept);
                grow_older(&memo->young_kept, &memo->old_kept);
        }
        return RC_OK;
}

uint64_t db_remembered(const struct db_conn *conn)
{
        return conn->memo.found;
}

/* ---- finding ------------------------------------------------------------------------ */

/* Eight bytes at a time: every statement of every request comes here. Keys are compared as well. */
static uint64_t hash_of(const struct db_stmt *stmt)
{
        const char *at = stmt->key.ptr;
        size_t left = stmt->key.len;
        uint64_t hash = (uint64_t)(uintptr_t)stmt + left;

        while (left) {
                uint64_t word = 0;
                size_t step = left < sizeof(word) ? left : sizeof(word);

                memcpy(&word, at, step);
                hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
                hash ^= hash >> 29;
                at += step;
                left -= step;
        }
        return hash;
}

static const struct memo_result *find_in(const struct memo_generation *generation, const struct db_stmt *stmt,
                                         uint64_t hash)
{
        const struct memo_result *result = generation->buckets ? generation->buckets[hash % BUCKETS] : NULL;

        while (result && !(result->hash == hash && result->stmt == stmt && result->key_len == stmt->key.len &&
                           (result->key_len == 0 || memcmp(result->key, stmt->key.ptr, result->key_len) == 0)))
                result = result->next;
        return result;
}

static bool has_room(const struct memo *memo)
{
        return memo->young.arena.used_bytes <= memo->bytes_max;
}

static void *keep(struct arena *arena, const void *bytes, size_t len)
{
        void *copy = arena_alloc(arena, len);

        if (len)
                memcpy(copy, bytes, len);
        return copy;
}

/* A copy of its own of what `found` points to, in front of one that knew fewer rows. */
static const struct memo_result *add_to(struct memo_generation *young, size_t buckets, const struct memo_result *found,
                                        size_t cells_len, size_t bytes_len)
{
        struct memo_result *result, **bucket;

        if (!young->buckets)
                young->buckets = arena_array(&young->arena, struct memo_result *, buckets);
        result = arena_new(&young->arena, struct memo_result);
        bucket = &young->buckets[found->hash % buckets];
        *result = *found;
        result->key = keep(&young->arena, found->key, found->key_len);
        result->cells = keep(&young->arena, found->cells, cells_len);
        result->bytes = keep(&young->arena, found->bytes, bytes_len);
        result->bytes_len = bytes_len;
        result->next = *bucket;
        *bucket = result;
        return result;
}

static const struct memo_result *add(struct memo_generation *young, const struct memo_result *found, size_t cells_len,
                                     size_t bytes_len)
{
        return add_to(young, BUCKETS, found, cells_len, bytes_len);
}

const struct memo_result *memo_find(const struct db_stmt *stmt)
{
        struct memo *memo = &stmt->conn->memo;
        const struct memo_result *result;
        uint64_t hash;

        if ((!memo->young.buckets && !memo->old.buckets) || memo->is_stale)
                return NULL;
        hash = hash_of(stmt);
        result = find_in(&memo->young, stmt, hash);
        if (result)
                return result;
        result = find_in(&memo->old, stmt, hash);
        if (!result || !has_room(memo))
                return result;
        return add(&memo->young, result, result->rows * result->columns * sizeof(struct memo_cell), result->bytes_len);
}

/* ---- reading ------------------------------------------------------------------------ */

int64_t memo_integer(const struct memo_result *result, const struct memo_cell *cell)
{
        switch (cell->type) {
        case SQLITE_INTEGER:
                return cell->integer;
        case SQLITE_FLOAT:
                return (int64_t)cell->real;
        case SQLITE_NULL:
                return 0;
        default:
                return strtoll(result->bytes + cell->at, NULL, 10);
        }
}

double memo_real(const struct memo_result *result, const struct memo_cell *cell)
{
        switch (cell->type) {
        case SQLITE_INTEGER:
                return (double)cell->integer;
        case SQLITE_FLOAT:
                return cell->real;
        case SQLITE_NULL:
                return 0;
        default:
                return strtod(result->bytes + cell->at, NULL);
        }
}

struct str memo_text(struct memo *memo, const struct memo_result *result, const struct memo_cell *cell)
{
        switch (cell->type) {
        case SQLITE_INTEGER:
                return arena_printf(&memo->young.arena, "%lld", (long long)cell->integer);
        case SQLITE_FLOAT:
                return arena_printf(&memo->young.arena, "%.15g", cell->real);
        case SQLITE_NULL:
                return STR_NULL;
        default:
                return (struct str){ result->bytes + cell->at, cell->len };
        }
}

/* ---- recording ---------------------------------------------------------------------- */

void memo_record_begin(struct db_stmt *stmt)
{
        buf_clear(&stmt->recorded_cells);
        buf_clear(&stmt->recorded_bytes);
        stmt->recorded_rows = 0;
        stmt->recording = stmt->conn->memo.is_quiet && !stmt->reads_otherwise;
}

static bool record_cell(struct db_stmt *stmt, int column)
{
        struct memo_cell cell = { .type = sqlite3_column_type(stmt->handle, column) };
        const void *bytes = NULL;

        switch (cell.type) {
        case SQLITE_INTEGER:
                cell.integer = sqlite3_column_int64(stmt->handle, column);
                break;
        case SQLITE_FLOAT:
                cell.real = sqlite3_column_double(stmt->handle, column);
                break;
        case SQLITE_TEXT:
        case SQLITE_BLOB:
                bytes = cell.type == SQLITE_TEXT ? sqlite3_column_text(stmt->handle, column)
                                                 : sqlite3_column_blob(stmt->handle, column);
                cell.len = (size_t)sqlite3_column_bytes(stmt->handle, column);
                cell.at = stmt->recorded_bytes.len;
                if (cell.len > RESULT_BYTES_MAX || (cell.len && !bytes))
                        return false;
                buf_add(&stmt->recorded_bytes, bytes, cell.len);
                buf_add_c(&stmt->recorded_bytes, '\0'); /* never empty, and ends as SQLite's texts do */
                break;
        default:
                break;
        }
        buf_add(&stmt->recorded_cells, &cell, sizeof(cell));
        return stmt->recorded_bytes.len <= RESULT_BYTES_MAX;
}

void memo_record_row(struct db_stmt *stmt)
{
        int columns = sqlite3_column_count(stmt->handle);
        bool fits = ++stmt->recorded_rows <= RESULT_ROWS_MAX;

        for (int i = 0; fits && i < columns; i++)
                fits = record_cell(stmt, i);
        stmt->recording = fits;
}

void memo_record_end(struct db_stmt *stmt, bool complete)
{
        struct memo *memo = &stmt->conn->memo;
        struct memo_result found = { .stmt = stmt,
                                     .key = stmt->key.ptr,
                                     .key_len = stmt->key.len,
                                     .rows = stmt->recorded_rows,
                                     .complete = complete,
                                     .cells = (const struct memo_cell *)(const void *)stmt->recorded_cells.ptr,
                                     .bytes = stmt->recorded_bytes.ptr };

        stmt->recording = false;
        if (stmt->reads_otherwise || memo->is_stale || !has_room(memo))
                return;
        found.hash = hash_of(stmt);
        found.columns = (size_t)sqlite3_column_count(stmt->handle);
        add(&memo->young, &found, stmt->recorded_cells.len, stmt->recorded_bytes.len);
}

/* ---- what callers keep ---- */

static const struct memo_result *find_kept(const struct memo_generation *generation, const uint8_t *key, uint64_t hash)
{
        const struct memo_result *result = generation->buckets ? generation->buckets[hash % KEPT_BUCKETS] : NULL;

        while (result && memcmp(result->key, key, DB_KEEP_KEY_BYTES) != 0)
                result = result->next;
        return result;
}

/* The key is a digest: any eight bytes of it are a hash. */
static uint64_t hash_of_key(const uint8_t key[DB_KEEP_KEY_BYTES])
{
        uint64_t hash;

        memcpy(&hash, key, sizeof(hash));
        return hash;
}

static const struct memo_result *add_kept(struct db *db, struct memo_generation *young, const struct memo_result *found)
{
        size_t before = young->arena.used_bytes;
        const struct memo_result *result = add_to(young, KEPT_BUCKETS, found, 0, found->bytes_len);

        atomic_fetch_add(&db->kept_used, young->arena.used_bytes - before);
        return result;
}

static bool may_keep(const struct db *db)
{
        return atomic_load(&db->kept_used) < db->kept_bytes;
}

bool db_recall(struct db_conn *conn, const uint8_t key[DB_KEEP_KEY_BYTES], struct str *ret)
{
        struct memo *memo = &conn->memo;
        const struct memo_result *result;

        if (memo->is_stale)
                return false;
        result = find_kept(&memo->young_kept, key, hash_of_key(key));
        if (!result) {
                result = find_kept(&memo->old_kept, key, hash_of_key(key));
                if (result && may_keep(conn->db))
                        result = add_kept(conn->db, &memo->young_kept, result);
        }
        if (!result || clock_mono_ms() - result->made_ms > KEPT_MS)
                return false;
        *ret = (struct str){ result->bytes, result->bytes_len };
        return true;
}

void db_keep(struct db_conn *conn, const uint8_t key[DB_KEEP_KEY_BYTES], struct str bytes)
{
        struct memo *memo = &conn->memo;
        struct memo_result found = { .key = (const char *)key,
                                     .key_len = DB_KEEP_KEY_BYTES,
                                     .hash = hash_of_key(key),
                                     .bytes = bytes.ptr,
                                     .bytes_len = bytes.len };

        if (!memo->is_quiet || memo->is_stale || memo->is_second || bytes.len > KEPT_BYTES_MAX || !may_keep(conn->db))
                return;
        found.made_ms = clock_mono_ms();
        add_kept(conn->db, &memo->young_kept, &found);
}
