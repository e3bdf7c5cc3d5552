/*
 * db/migrate.c - schema migrations: forward only, one transaction each.
 *
 * What has been applied is recorded in schema_migration, with a checksum of the text (a
 * guard against editing a released migration by accident, not against an attacker). Each
 * step looks again at that table inside its own write transaction, so two processes that
 * start at once do not apply a migration twice.
 *
 * Foreign keys are enforced while a migration runs and cannot be switched off inside a
 * transaction: one that rebuilds a table begins with "PRAGMA defer_foreign_keys=ON".
 */
#include "base/clock.h"
#include "db/internal.h"

#include <inttypes.h>
#include <stdio.h>

struct migration_step {
        const struct db_migration *list;
        size_t count;
        bool applied; /* one more was applied; come again */
};

static void checksum_of(const struct db_migration *migration, char ret[static 17])
{
        snprintf(ret, 17, "%016" PRIx64, hash_bytes(migration->sql, strlen(migration->sql)));
}

/* Holds what is recorded against the list; *ret_applied: how many are there. */
static enum rc verify_recorded(struct db_conn *conn, const struct migration_step *step, size_t *ret_applied,
                               struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        char checksum[17];
        size_t applied = 0;
        bool row;
        enum rc rc;

        rc = db_prepare(conn, "SELECT number, checksum FROM schema_migration ORDER BY number", &stmt, err);
        if (rc)
                return rc;
        for (;;) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (applied == step->count)
                        return err_set(err, RC_CONFLICT,
                                       "The database was written by a newer version of this program: install that version.");
                checksum_of(&step->list[applied], checksum);
                if (db_column_i64(stmt, 0) != (int64_t)step->list[applied].number ||
                    !str_eq_c(db_column_str(stmt, 1), checksum))
                        return err_set(err, RC_CONFLICT,
                                       "Migration %u of the database is not the one this program knows: "
                                       "use the program that made the database.",
                                       step->list[applied].number);
                applied++;
        }
        *ret_applied = applied;
        return RC_OK;
}

static enum rc record(struct db_conn *conn, const struct db_migration *migration, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        char checksum[17];
        enum rc rc;

        rc = db_prepare(conn,
                        "INSERT INTO schema_migration (number, name, checksum, applied_us) VALUES ($1, $2, $3, $4)",
                        &stmt, err);
        if (rc)
                return rc;
        checksum_of(migration, checksum);
        db_bind_i64(stmt, 1, migration->number);
        db_bind_str(stmt, 2, str_from(migration->name));
        db_bind_str(stmt, 3, str_from(checksum));
        db_bind_i64(stmt, 4, clock_now_us());
        return db_run(&stmt, err);
}

/* Applies the next missing migration, if there is one. */
static enum rc apply_next(struct db_conn *conn, void *payload, struct err *err)
{
        struct migration_step *step = payload;
        const struct db_migration *next;
        size_t applied = 0;
        enum rc rc;

        step->applied = false;
        rc = conn_script(conn,
                         "CREATE TABLE IF NOT EXISTS schema_migration ("
                         " number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
                         " applied_us INTEGER NOT NULL) STRICT",
                         err);
        if (rc)
                return rc;
        rc = verify_recorded(conn, step, &applied, err);
        if (rc || applied == step->count)
                return rc;
        next = &step->list[applied];
        rc = conn_script(conn, next->sql, err);
        if (rc)
                return err_prefix(err, rc, "migration %u (%s)", next->number, next->name);
        rc = record(conn, next, err);
        if (rc)
                return rc;
        step->applied = true;
        return RC_OK;
}

enum rc db_migrate(struct db *db, const struct db_migration *list, size_t count, struct err *err)
{
        struct migration_step step = { .list = list, .count = count };
        enum rc rc;

        for (size_t i = 0; i < count; i++)
                assert(list[i].number == i + 1);
        do {
                rc = db_write(db, apply_next, &step, err);
        } while (rc == RC_OK && step.applied);
        return rc;
}
