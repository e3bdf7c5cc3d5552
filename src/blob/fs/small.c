/*
 * blob/fs/small.c - small blobs in a SQLite file of their own.
 *
 * A file per small blob costs an inode, two fsyncs and a directory entry each; rows that
 * are committed in groups cost a fraction of one fsync. The writer of the db room does the
 * grouping, so a put here is durable when it returns, and many at once share a commit.
 *
 * Two tables, by measurement (docs/decisions/0004): the index is clustered by digest and
 * narrow, so that finding, freshening and listing touch few pages; the bytes are appended
 * in order of arrival, so that a batch of puts writes neighboring pages.
 *
 * Bytes are compared with their digest each time they are read: they are small, and nobody
 * after us looks at them again.
 */
#include "base/clock.h"
#include "blob/fs/fs.h"
#include "crypto/crypto.h"

static const struct db_migration migrations[] = {
        { 1, "small blobs",
          "CREATE TABLE blob ("
          " sha256 BLOB NOT NULL PRIMARY KEY,"
          " size INTEGER NOT NULL,"
          " fresh_us INTEGER NOT NULL," /* when last stored or freshened */
          " bytes INTEGER NOT NULL"     /* blob_bytes.id */
          ") STRICT, WITHOUT ROWID;"
          "CREATE TABLE blob_bytes ("
          " id INTEGER PRIMARY KEY,"
          " data BLOB NOT NULL"
          ") STRICT;" },
};

enum rc small_open(const char *dir, struct db **ret_db, struct err *err)
{
        struct arena arena _cleanup_(arena_done) = { 0 };
        struct db_config config = { 0 };
        struct db *db = NULL;
        enum rc rc;

        arena_init(&arena, 0);
        config.shrinks = true;
        config.path = arena_printf(&arena, "%s/small.db", dir).ptr;
        rc = db_open(&config, &db, err);
        if (rc)
                return rc;
        rc = db_migrate(db, migrations, ARRAY_LEN(migrations), err);
        if (rc) {
                db_close(db);
                return rc;
        }
        *ret_db = db;
        return RC_OK;
}

static void bind_digest(struct db_stmt *stmt, int index, const uint8_t *sha256)
{
        db_bind_blob(stmt, index, (struct str){ (const char *)sha256, 32 });
}

struct found {
        bool row;
        int64_t size;
        int64_t fresh_us;
        int64_t bytes_id;
};

static enum rc find(struct db_conn *conn, const struct blob_ref *ref, struct found *ret, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "SELECT size, fresh_us, bytes FROM blob WHERE sha256 = $1", &stmt, err);

        if (rc)
                return rc;
        bind_digest(stmt, 1, ref->sha256);
        *ret = (struct found){ 0 };
        rc = db_step(stmt, &ret->row, err);
        if (rc || !ret->row)
                return rc;
        ret->size = db_column_i64(stmt, 0);
        ret->fresh_us = db_column_i64(stmt, 1);
        ret->bytes_id = db_column_i64(stmt, 2);
        return (uint64_t)ret->size == ref->size_bytes ? RC_OK : blob_error_damaged(err);
}

static bool is_fresh(const struct found *found)
{
        int64_t age_us = clock_now_us() - found->fresh_us;

        return age_us >= 0 && age_us < BLOB_FRESH_LAG_US;
}

static enum rc freshen_row(struct db_conn *conn, const struct blob_ref *ref, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "UPDATE blob SET fresh_us = $2 WHERE sha256 = $1", &stmt, err);

        if (rc)
                return rc;
        bind_digest(stmt, 1, ref->sha256);
        db_bind_i64(stmt, 2, clock_now_us());
        return db_run(&stmt, err);
}

/* ---- putting ------------------------------------------------------------------------ */

struct put_job {
        const struct blob_digests *digests;
        struct str bytes;
        bool existed;
};

static enum rc insert(struct db_conn *conn, const struct put_job *job, struct err *err)
{
        struct db_stmt *bytes _cleanup_(db_stmt_end) = NULL;
        struct db_stmt *row _cleanup_(db_stmt_end) = NULL;
        enum rc rc;

        rc = db_prepare(conn, "INSERT INTO blob_bytes (data) VALUES ($1)", &bytes, err);
        if (rc)
                return rc;
        db_bind_blob(bytes, 1, job->bytes);
        rc = db_run(&bytes, err);
        if (rc)
                return rc;
        rc = db_prepare(conn, "INSERT INTO blob (sha256, size, fresh_us, bytes) VALUES ($1, $2, $3, $4)", &row, err);
        if (rc)
                return rc;
        bind_digest(row, 1, job->digests->ref.sha256);
        db_bind_i64(row, 2, (int64_t)job->bytes.len);
        db_bind_i64(row, 3, clock_now_us());
        db_bind_i64(row, 4, db_last_id(conn));
        return db_run(&row, err);
}

static enum rc put_in_writer(struct db_conn *conn, void *payload, struct err *err)
{
        struct put_job *job = payload;
        struct found found;
        enum rc rc = find(conn, &job->digests->ref, &found, err);

        if (rc)
                return rc;
        job->existed = found.row;
        if (!found.row)
                return insert(conn, job, err);
        return is_fresh(&found) ? RC_OK : freshen_row(conn, &job->digests->ref, err);
}

enum rc small_put(struct db *db, const struct blob_digests *digests, struct str bytes, bool *ret_existed,
                  struct err *err)
{
        struct put_job job = { .digests = digests, .bytes = bytes };
        enum rc rc = db_write(db, put_in_writer, &job, err);

        if (rc == RC_OK)
                *ret_existed = job.existed;
        return rc;
}

/* ---- reading ------------------------------------------------------------------------ */

enum rc small_load(struct db *db, struct arena *arena, const struct blob_ref *ref, struct str *ret_bytes,
                   struct err *err)
{
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct str bytes;
        uint8_t sha256[32];
        bool row = false;
        enum rc rc;

        rc = db_read_begin(db, &conn, err);
        if (rc)
                return rc;
        rc = db_prepare(conn, "SELECT b.data FROM blob JOIN blob_bytes b ON b.id = blob.bytes WHERE sha256 = $1",
                        &stmt, err);
        if (rc)
                return rc;
        bind_digest(stmt, 1, ref->sha256);
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        if (!row)
                return RC_NOT_FOUND;
        bytes = db_column_str(stmt, 0);
        crypto_sha256(bytes.ptr, bytes.len, sha256);
        if (bytes.len != ref->size_bytes || memcmp(sha256, ref->sha256, sizeof(sha256)) != 0)
                return blob_error_damaged(err);
        *ret_bytes = arena_str(arena, bytes);
        return RC_OK;
}

struct exists_job {
        const struct blob_ref *refs;
        size_t count;
        bool stale[BLOB_EXISTS_MAX]; /* there, and not fresh */
        bool *exists;
};

/* The reader's answer may be old by now; the writer looks again. */
static enum rc freshen_in_writer(struct db_conn *conn, void *payload, struct err *err)
{
        struct exists_job *job = payload;

        for (size_t i = 0; i < job->count; i++) {
                enum rc rc;

                if (!job->stale[i])
                        continue;
                rc = freshen_row(conn, &job->refs[i], err);
                if (rc)
                        return rc;
                job->exists[i] = db_changes(conn) > 0;
        }
        return RC_OK;
}

static enum rc look(struct db *db, struct exists_job *job, const bool *asked, bool *ret_any_stale, struct err *err)
{
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        enum rc rc = RC_OK;

        for (size_t i = 0; i < job->count; i++) {
                struct found found = { 0 };

                if (!asked[i])
                        continue;
                if (!conn)
                        rc = db_read_begin(db, &conn, err);
                if (!rc)
                        rc = find(conn, &job->refs[i], &found, err);
                if (rc)
                        return rc;
                job->exists[i] = found.row;
                job->stale[i] = found.row && !is_fresh(&found);
                *ret_any_stale |= job->stale[i];
        }
        return RC_OK;
}

enum rc small_exists(struct db *db, const struct blob_ref *refs, const bool *asked, size_t count, bool freshen,
                     bool *ret_exists, struct err *err)
{
        struct exists_job job = { .refs = refs, .count = count, .exists = ret_exists };
        bool any_stale = false;
        enum rc rc;

        assert(count <= BLOB_EXISTS_MAX);
        rc = look(db, &job, asked, &any_stale, err);
        if (rc || !any_stale || !freshen)
                return rc;
        return db_write(db, freshen_in_writer, &job, err);
}

/* ---- removing ----------------------------------------------------------------------- */

static enum rc run_on_id(struct db_conn *conn, const char *sql, int64_t id, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, sql, &stmt, err);

        if (rc)
                return rc;
        db_bind_i64(stmt, 1, id);
        return db_run(&stmt, err);
}

struct remove_job {
        const struct blob_ref *refs;
        size_t count;
        int64_t fresh_from_us;
        bool *deleted;
};

static enum rc remove_one(struct db_conn *conn, const struct blob_ref *ref, int64_t fresh_from_us, bool *ret_deleted,
                          struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct found found;
        enum rc rc = find(conn, ref, &found, err);

        if (rc && rc != RC_CORRUPT) /* a damaged blob must be removable */
                return rc;
        *ret_deleted = found.row && found.fresh_us < fresh_from_us;
        if (!*ret_deleted)
                return RC_OK;
        rc = db_prepare(conn, "DELETE FROM blob WHERE sha256 = $1", &stmt, err);
        if (rc)
                return rc;
        bind_digest(stmt, 1, ref->sha256);
        rc = db_run(&stmt, err);
        if (rc)
                return rc;
        return run_on_id(conn, "DELETE FROM blob_bytes WHERE id = $1", found.bytes_id, err);
}

static enum rc remove_in_writer(struct db_conn *conn, void *payload, struct err *err)
{
        struct remove_job *job = payload;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < job->count; i++)
                rc = remove_one(conn, &job->refs[i], job->fresh_from_us, &job->deleted[i], err);
        return rc;
}

enum rc small_remove(struct db *db, const struct blob_ref *refs, size_t count, int64_t fresh_from_us, bool *ret_deleted,
                     struct err *err)
{
        struct remove_job job = { .refs = refs, .count = count, .fresh_from_us = fresh_from_us, .deleted = ret_deleted };

        return db_write(db, remove_in_writer, &job, err);
}

#define SHRINK_PAGES 4096u /* in one transaction: others wait for it */

enum rc small_shrink(struct db *db, bool *ret_more, struct err *err)
{
        uint64_t left = 0;
        enum rc rc = db_shrink(db, SHRINK_PAGES, &left, err);

        if (rc == RC_OK)
                *ret_more = left > 0;
        return rc;
}

/* ---- listing ------------------------------------------------------------------------ */

enum rc small_list(struct db *db, const uint8_t *after, struct blob_item *ret, size_t max, size_t *ret_count,
                   struct err *err)
{
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        size_t count = 0;
        bool row;
        enum rc rc;

        rc = db_read_begin(db, &conn, err);
        if (rc)
                return rc;
        rc = db_prepare(conn, "SELECT sha256, size, fresh_us FROM blob WHERE sha256 > $1 ORDER BY sha256 LIMIT $2",
                        &stmt, err);
        if (rc)
                return rc;
        db_bind_blob(stmt, 1, after ? (struct str){ (const char *)after, 32 } : STR(""));
        db_bind_i64(stmt, 2, (int64_t)max);
        while (count < max) {
                struct str sha256;

                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                sha256 = db_column_str(stmt, 0);
                if (sha256.len != 32)
                        return blob_error_damaged(err);
                memcpy(ret[count].ref.sha256, sha256.ptr, 32);
                ret[count].ref.size_bytes = (uint64_t)db_column_i64(stmt, 1);
                ret[count].fresh_us = db_column_i64(stmt, 2);
                count++;
        }
        *ret_count = count;
        return RC_OK;
}
