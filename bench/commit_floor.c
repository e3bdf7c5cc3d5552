/*
 * commit_floor - how many links a second SQLite alone commits durably, one by one.
 *
 * usage: commit_floor FILE SECONDS
 *
 * FILE is a vitrine.db that no server has open; rows are added. Each commit writes the rows that one
 * link of a version into a registry's collection writes (domain/link.c), at random places, in the same
 * journal mode: no HTTP, no GraphQL, no question who may. Prints commits per second.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ?1 a collection of the registry, ?2 an artifact. */
static const char *const statements[] = {
        "BEGIN IMMEDIATE",
        "UPDATE collection SET next_version = next_version + 1, version_count = version_count + 1 WHERE id = ?1",
        "INSERT OR IGNORE INTO membership (collection_id, version, artifact_id, created_by, created_us) "
        "SELECT id, next_version - 1, ?2, 1, 1 FROM collection WHERE id = ?1",
        "UPDATE artifact SET ttl_s = -2 WHERE id = ?2",
        "INSERT INTO event (at_us, account_id, action, project_id, collection_id, version, artifact_id) "
        "SELECT at_us + 1, 1, 'version_linked', 1, ?1, 1, ?2 FROM event ORDER BY id DESC LIMIT 1",
        "UPDATE alias SET version = (SELECT next_version - 1 FROM collection WHERE id = ?1) "
        "WHERE collection_id = ?1 AND alias = 'latest'",
        "INSERT INTO event (at_us, account_id, action, project_id, collection_id, version, alias) "
        "SELECT at_us + 1, 1, 'alias_removed', 1, ?1, 1, 'latest' FROM event ORDER BY id DESC LIMIT 1",
        "INSERT INTO event (at_us, account_id, action, project_id, collection_id, version, artifact_id, alias) "
        "SELECT at_us + 1, 1, 'alias_added', 1, ?1, 1, ?2, 'latest' FROM event ORDER BY id DESC LIMIT 1",
        "COMMIT",
};
#define COUNT (sizeof(statements) / sizeof(*statements))

static sqlite3 *db;

static void stop_on(int failed)
{
        if (failed) {
                fprintf(stderr, "commit_floor: %s\n", sqlite3_errmsg(db));
                exit(1);
        }
}

static int64_t number(const char *sql)
{
        sqlite3_stmt *stmt;
        int64_t found;

        stop_on(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK);
        stop_on(sqlite3_step(stmt) != SQLITE_ROW);
        found = sqlite3_column_int64(stmt, 0);
        sqlite3_finalize(stmt);
        return found;
}

static double now(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double commits_per_second(double seconds)
{
        sqlite3_stmt *prepared[COUNT];
        int64_t collections = number("SELECT max(id) / 2 FROM collection") - 1, artifacts = number("SELECT max(id) FROM artifact");
        double begun = now();
        uint64_t done = 0;

        for (size_t i = 0; i < COUNT; i++)
                stop_on(sqlite3_prepare_v2(db, statements[i], -1, &prepared[i], NULL) != SQLITE_OK);
        for (; now() - begun < seconds; done++) {
                int64_t collection = 2 + 2 * (random() % collections), artifact = 1 + random() % artifacts;

                for (size_t i = 0; i < COUNT; i++) {
                        sqlite3_bind_int64(prepared[i], 1, collection); /* some have one, some none */
                        sqlite3_bind_int64(prepared[i], 2, artifact);
                        stop_on(sqlite3_step(prepared[i]) != SQLITE_DONE || sqlite3_reset(prepared[i]) != SQLITE_OK);
                }
        }
        for (size_t i = 0; i < COUNT; i++)
                sqlite3_finalize(prepared[i]);
        return (double)done / (now() - begun);
}

int main(int argc, char **argv)
{
        if (argc != 3) {
                fputs("usage: commit_floor FILE SECONDS\n", stderr);
                return 2;
        }
        stop_on(sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK);
        stop_on(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; "
                                 "PRAGMA wal_autocheckpoint=4096", NULL, NULL, NULL) != SQLITE_OK);
        commits_per_second(0.5); /* the log grows to the length that it keeps */
        printf("%.0f\n", commits_per_second(strtod(argv[2], NULL)));
        sqlite3_close(db);
        return 0;
}
