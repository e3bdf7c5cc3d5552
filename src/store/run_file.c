/*
 * store/run_file.c - queries about the files of runs; see run_file.h.
 */
#include "store/run_file.h"

#define COLUMNS "id, run_id, name, sha256, md5, size_bytes, updated_us FROM run_file "

static void read_file(struct db_stmt *stmt, struct arena *arena, struct run_file *f)
{
        struct str sha = db_column_str(stmt, 3), md5;

        f->id = db_column_i64(stmt, 0);
        f->run_id = db_column_i64(stmt, 1);
        f->name = store_column(stmt, arena, 2);
        if (sha.len == sizeof(f->sha256))
                memcpy(f->sha256, sha.ptr, sizeof(f->sha256));
        md5 = db_column_str(stmt, 4);
        if (md5.len == sizeof(f->md5))
                memcpy(f->md5, md5.ptr, sizeof(f->md5));
        f->size_bytes = db_column_i64(stmt, 5);
        f->updated_us = db_column_i64(stmt, 6);
}

static enum rc one_file(struct db_stmt *stmt, struct arena *arena, struct run_file **ret, struct err *err)
{
        bool row = false;
        enum rc rc = db_step(stmt, &row, err);

        if (rc)
                return rc;
        *ret = NULL;
        if (row) {
                *ret = arena_new(arena, struct run_file);
                read_file(stmt, arena, *ret);
        }
        return RC_OK;
}

enum rc store_run_file_put(struct db_conn *conn, const struct run_file *file, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO run_file(run_id, name, sha256, md5, size_bytes, updated_us) "
                          "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (run_id, name) DO UPDATE SET "
                          "sha256 = excluded.sha256, md5 = excluded.md5, size_bytes = excluded.size_bytes, "
                          "updated_us = excluded.updated_us",
                          "isbbii", file->run_id, file->name,
                          (struct str){ (const char *)file->sha256, sizeof(file->sha256) },
                          (struct str){ (const char *)file->md5, sizeof(file->md5) }, file->size_bytes,
                          file->updated_us);
}

enum rc store_run_file_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct run_file **ret,
                             struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " COLUMNS "WHERE id = $1", "i", id);

        if (rc)
                return rc;
        return one_file(stmt, arena, ret, err);
}

enum rc store_run_file_by_name(struct db_conn *conn, struct arena *arena, int64_t run_id, struct str name,
                               struct run_file **ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err, "SELECT " COLUMNS "WHERE run_id = $1 AND name = $2", "is", run_id,
                                 name);

        if (rc)
                return rc;
        return one_file(stmt, arena, ret, err);
}

/*
 * SQLite's LIKE ignores case, so the pattern is handed over as one for GLOB: '%' becomes '*', '_'
 * becomes '?', and what GLOB itself would understand is put in brackets.
 */
static struct str glob_of(struct arena *arena, struct str like)
{
        char *text = arena_alloc(arena, 3 * like.len + 1);
        size_t len = 0;

        for (size_t i = 0; i < like.len; i++) {
                char c = like.ptr[i];

                if (c == '\\' && i + 1 < like.len) {
                        c = like.ptr[++i];
                } else if (c == '%' || c == '_') {
                        text[len++] = c == '%' ? '*' : '?';
                        continue;
                }
                if (c == '*' || c == '?' || c == '[') {
                        text[len++] = '[';
                        text[len++] = c;
                        text[len++] = ']';
                } else {
                        text[len++] = c;
                }
        }
        return (struct str){ text, len };
}

enum rc store_run_file_list(struct db_conn *conn, struct arena *arena, int64_t run_id, struct str pattern,
                            int64_t after_id, size_t limit, struct run_file_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct run_file_list list = { 0 };
        size_t cap = 0;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT " COLUMNS "WHERE run_id = $1 AND id > $2 AND name GLOB $3 ORDER BY id LIMIT $4",
                                 "iisi", run_id, after_id, str_is_null(pattern) ? STR("*") : glob_of(arena, pattern),
                                 (int64_t)limit);

        if (rc)
                return rc;
        while (list.count < limit) {
                bool row = false;

                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct run_file *old = list.items;

                        cap = cap ? 2 * cap : 32;
                        list.items = arena_array(arena, struct run_file, cap);
                        if (list.count)
                                memcpy(list.items, old, list.count * sizeof(*old));
                }
                read_file(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_run_file_count(struct db_conn *conn, int64_t run_id, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err, "SELECT COUNT(*) FROM run_file WHERE run_id = $1", "i", run_id);
}

enum rc store_run_file_delete(struct db_conn *conn, int64_t id, struct err *err)
{
        return store_exec(conn, err, "DELETE FROM run_file WHERE id = $1", "i", id);
}
