/*
 * bench/query_plans.c - prints docs/query-plans.md: each list's statements and what SQLite
 * makes of them, on an empty database (no statistics are kept, so a full one has the same
 * plans).
 *
 * usage: query_plans > docs/query-plans.md
 *
 * A test holds the file against what this prints.
 */
#include "store/lineage.h"
#include "store/migrations.h"
#include "store/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct example {
        const char *title;
        struct search_query query;
        const char *projects, *collections, *versions, *order;
        bool after;
};

#define SOME { SIGHT_SOME, true, 1 }
#define ALL { SIGHT_ALL, false, 0 }
#define REGISTRIES .entity_id = 1, .registries = true, .limit = 101
#define PORTFOLIOS .kinds = SEARCH_PORTFOLIOS

static const struct example examples[] = {
        { "Registries of an organization", { SEARCH_PROJECTS, REGISTRIES, .sight = ALL }, .after = true },
        { "Registries that a member may see", { SEARCH_PROJECTS, REGISTRIES, .sight = SOME }, .after = true },
        { "Registries by name", { SEARCH_PROJECTS, REGISTRIES, .sight = ALL }, .order = "name", .after = true },
        { "One registry by its name", { SEARCH_PROJECTS, REGISTRIES, .sight = ALL },
          .projects = "{\"name\": \"wandb-registry-model\"}" },
        { "Collections of all registries, a page in the middle",
          { SEARCH_COLLECTIONS, REGISTRIES, PORTFOLIOS, .sight = SOME }, .after = true },
        { "Collections of one registry", { SEARCH_COLLECTIONS, REGISTRIES, PORTFOLIOS, .sight = ALL },
          .projects = "{\"id\": 1}", .after = true },
        { "Collections of one registry by name", { SEARCH_COLLECTIONS, REGISTRIES, PORTFOLIOS, .sight = ALL },
          .projects = "{\"id\": 1}", .order = "name", .after = true },
        { "Collections of one registry, the latest change first",
          { SEARCH_COLLECTIONS, REGISTRIES, PORTFOLIOS, .sight = ALL }, .projects = "{\"id\": 1}", .order = "-updated_at",
          .after = true },
        { "Collections of one project by the time they were made",
          { SEARCH_COLLECTIONS, .project_id = 1, .limit = 51, .sight = ALL }, .order = "created_at", .after = true },
        { "Collections of one project and type", { SEARCH_COLLECTIONS, .project_id = 1, .type_id = 1, .limit = 51, .sight = ALL },
          .after = true },
        { "Collections with a tag", { SEARCH_COLLECTIONS, REGISTRIES, PORTFOLIOS, .sight = ALL },
          .collections = "{\"tag\": \"checked\"}" },
        { "Versions of all registries, a page in the middle", { SEARCH_VERSIONS, REGISTRIES, .sight = SOME }, .after = true },
        { "Versions of one collection of one registry", { SEARCH_VERSIONS, REGISTRIES, .sight = ALL },
          .projects = "{\"id\": 1}", .collections = "{\"name\": \"general\"}", .after = true },
        { "Versions with an alias", { SEARCH_VERSIONS, REGISTRIES, .sight = ALL }, .versions = "{\"alias\": \"production\"}" },
        { "Versions by a metadata value that few have", { SEARCH_VERSIONS, REGISTRIES, .sight = ALL },
          .projects = "{\"id\": 1}", .versions = "{\"metadata.accuracy\": {\"$gt\": 0.9}}", .after = true },
        { "Versions by something else in their metadata", { SEARCH_VERSIONS, REGISTRIES, .sight = ALL },
          .projects = "{\"id\": 1}", .versions = "{\"metadata.dataset\": {\"$regex\": \"^set\"}}", .after = true },
        { "Versions of one collection with a tag that few have, newest first",
          { SEARCH_VERSIONS, .project_id = 1, .collection_id = 1, .limit = 51, .sight = ALL },
          .versions = "{\"tag\": \"checked\"}", .order = "-version", .after = true },
        { "Versions of one collection, filtered, newest first",
          { SEARCH_VERSIONS, .project_id = 1, .collection_id = 1, .limit = 51, .sight = ALL },
          .versions = "{\"artifact_size\": {\"$gt\": 1000}}", .order = "-version", .after = true },
        { "Versions of all registries by size", { SEARCH_VERSIONS, REGISTRIES, .sight = ALL }, .order = "-artifact_size", .after = true },
        { "Versions of all registries by age", { SEARCH_VERSIONS, REGISTRIES, .sight = SOME }, .order = "created_at",
          .after = true },
};

static enum rc read_filter(struct arena *arena, const char *text, const struct filter **ret, struct err *err)
{
        struct filter *filter = NULL;
        enum rc rc = filter_parse(arena, str_from(text), &filter, err);

        *ret = filter;
        return rc;
}

static enum rc print_example(struct db_conn *conn, struct arena *arena, const struct example *example, struct err *err)
{
        _cleanup_(buf_done) struct buf plan = { 0 };
        struct search_key key = { 1, 1, 1, 1, { .kind = FILTER_KEY_NULL } };
        struct search_query query = example->query;
        enum rc rc = read_filter(arena, example->projects, &query.projects, err);

        if (!rc)
                rc = read_filter(arena, example->collections, &query.collections, err);
        if (!rc)
                rc = read_filter(arena, example->versions, &query.versions, err);
        if (!rc)
                rc = filter_parse_order(str_from(example->order), &query.order, err);
        if (rc)
                return rc;
        if (example->order)
                key.value = (struct filter_key){ .kind = FILTER_KEY_I64, .integer = 1 };
        if (example->after)
                query.after = &key;
        rc = store_search_explain(conn, arena, &query, &plan, err);
        if (!rc)
                printf("\n## %s\n\n```\n%s```\n", example->title, buf_cstr(&plan));
        return rc;
}

/* The fixed statements of a file, with their titles. */
static enum rc print_fixed(struct db_conn *conn, struct arena *arena, const char *(*next)(size_t, const char **),
                           struct err *err)
{
        const char *title = NULL, *sql;

        for (size_t i = 0; (sql = next(i, &title)) != NULL; i++) {
                struct str plan = STR_NULL;
                enum rc rc = db_explain(conn, sql, arena, &plan, err);

                if (rc)
                        return rc;
                printf("\n## %s\n\n```\n%s\n%.*s%s```\n", title, sql, STR_ARG(plan),
                       str_ends(plan, STR("\n")) ? "" : "\n");
        }
        return RC_OK;
}

static enum rc print_all(const char *path, struct arena *arena, struct err *err)
{
        struct db *db = NULL;
        struct db_conn *conn = NULL;
        enum rc rc = db_open(&(struct db_config){ .path = path }, &db, err);

        if (!rc)
                rc = store_migrate(db, err);
        if (!rc)
                rc = db_read_begin(db, &conn, err);
        for (size_t i = 0; !rc && i < ARRAY_LEN(examples); i++)
                rc = print_example(conn, arena, &examples[i], err);
        /* A graph asks these once or twice for each of its nodes. */
        if (!rc)
                rc = print_fixed(conn, arena, store_lineage_sql, err);
        db_read_end(&conn);
        db_close(db);
        return rc;
}

int main(void)
{
        char folder[] = "/tmp/query-plans-XXXXXX", path[64];
        struct arena arena;
        struct err err = { 0 };
        enum rc rc;

        if (!mkdtemp(folder))
                return 1;
        snprintf(path, sizeof(path), "%s/db", folder);
        fputs("# Query plans of the lists\n\n"
              "Printed by `build/bench/query_plans`; a test holds this file against it. Each list is shown with its\n"
              "statements (`src/store/search.c`) and SQLite's plan for them. A page in the middle of a list by place has a\n"
              "statement for the rest of its collection, one for the rest of its project, and one for what is behind; each\n"
              "reads a range of an index, from the first row of the page to the last, wherever the page lies. What sorts\n"
              "(`USE TEMP B-TREE`): orders by a value across several registries, which the client asks for registry by registry;\n"
              "orders of versions by anything but their number, unless there are many and an index has the order; and searches\n"
              "that begin with the few versions that an index names (`src/store/search_start.c`; when they are many, the list is\n"
              "walked as without the filter).\n",
              stdout);
        arena_init(&arena, (size_t)64 << 20);
        rc = print_all(path, &arena, &err);
        arena_done(&arena);
        for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end; end++) {
                char file[80];

                snprintf(file, sizeof(file), "%s%s", path, *end);
                unlink(file);
        }
        rmdir(folder);
        if (rc)
                fprintf(stderr, "query_plans: %s\n", err.msg);
        return rc ? 1 : 0;
}
