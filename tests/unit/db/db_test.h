/*
 * db_test.h - a fresh database with one table, for the tests of the db room.
 */
#ifndef VITRINE_TESTS_DB_TEST_H
#define VITRINE_TESTS_DB_TEST_H

#include "unit.h"

#include "db/db.h"
#include "scratch.h"

static const struct db_migration test_migrations[] = {
        { 1, "first", "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER, data BLOB,"
                      " parent INTEGER REFERENCES item (id), CHECK (size >= 0)) STRICT;" },
};

static inline struct db *test_open(struct scratch *scratch)
{
        struct db_config config = { .path = scratch_path(scratch, "test.db") };
        struct err err = { 0 };
        struct db *db = NULL;

        assert_ok(db_open(&config, &db, &err));
        assert_ok(db_migrate(db, test_migrations, ARRAY_LEN(test_migrations), &err));
        return db;
}

/* A string constant as the payload of a write. */
#define NAME(literal) ((void *)(uintptr_t)("" literal))

/* Inserts one row with this name. */
static inline enum rc test_insert(struct db_conn *conn, void *name, struct err *err)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "INSERT INTO item (name, size) VALUES ($1, $2)", &stmt, err);

        if (rc)
                return rc;
        db_bind_str(stmt, 1, str_from(name));
        db_bind_i64(stmt, 2, 1);
        return db_run(&stmt, err);
}

static inline int64_t test_number_on(struct db_conn *conn, const char *sql)
{
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct err err = { 0 };
        bool row = false;

        assert_ok(db_prepare(conn, sql, &stmt, &err));
        assert_ok(db_step(stmt, &row, &err));
        assert_true(row);
        return db_column_i64(stmt, 0);
}

/* The first column of the first row, in a snapshot of its own. */
static inline int64_t test_number(struct db *db, const char *sql)
{
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct err err = { 0 };

        assert_ok(db_read_begin(db, &conn, &err));
        return test_number_on(conn, sql);
}

#endif
