/*
 * store/migrations.c - the list of steps; see migrations.h.
 */
#include "store/migrations.h"

/* Made by tools/embed out of the .sql files. */
extern const char migration_0001_first[];
extern const char migration_0002_end_of_life[];
extern const char migration_0003_web_app[];
extern const char migration_0004_jobs[];
extern const char migration_0005_audit[];
extern const char migration_0006_runs_end[];
extern const char migration_0007_metadata_terms[];
extern const char migration_0008_downloads[];
extern const char migration_0009_deleted_lists[];
extern const char migration_0010_owner[];
extern const char migration_0011_versions_by_size[];
extern const char migration_0012_registry_icon[];

enum rc store_migrate(struct db *db, struct err *err)
{
        const struct db_migration list[] = {
                { .number = 1, .name = "first", .sql = migration_0001_first },
                { .number = 2, .name = "end of life", .sql = migration_0002_end_of_life },
                { .number = 3, .name = "web app", .sql = migration_0003_web_app },
                { .number = 4, .name = "jobs", .sql = migration_0004_jobs },
                { .number = 5, .name = "audit", .sql = migration_0005_audit },
                { .number = 6, .name = "the end of runs", .sql = migration_0006_runs_end },
                { .number = 7, .name = "metadata terms", .sql = migration_0007_metadata_terms },
                { .number = 8, .name = "downloads", .sql = migration_0008_downloads },
                { .number = 9, .name = "lists of what was deleted", .sql = migration_0009_deleted_lists },
                { .number = 10, .name = "owners", .sql = migration_0010_owner },
                { .number = 11, .name = "versions by size", .sql = migration_0011_versions_by_size },
                { .number = 12, .name = "icons of registries", .sql = migration_0012_registry_icon },
        };

        return db_migrate(db, list, ARRAY_LEN(list), err);
}
