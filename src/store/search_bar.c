/*
 * store/search_bar.c - see search_bar.h.
 */
#include "store/search_bar.h"

/* $1 entity, $2 all in sight, $3 open ones in sight, $4 account, $5 pattern, $6 limit; must say the same as policy_sight(). */
#define IN_SIGHT                                                                                           \
        " p.entity_id = $1 AND p.is_registry = 1 AND p.deleted_us IS NULL AND ($2 = 1 OR ($3 = 1 AND p.access = 0)"  \
        " OR EXISTS (SELECT 1 FROM project_account x WHERE x.project_id = p.id AND x.role > 0 AND x.account_id = $4)" \
        " OR EXISTS (SELECT 1 FROM project_team x JOIN team_member y ON y.entity_id = x.entity_id"           \
        " WHERE x.project_id = p.id AND x.role > 0 AND y.account_id = $4))"
#define LIKE " LIKE $5 ESCAPE '\\'"

/* 16: behind "wandb-registry-". */
static const char registries_sql[] =
        "SELECT p.id FROM project p WHERE" IN_SIGHT " AND (substr(p.name, 16)" LIKE " OR p.description" LIKE ")"
        " LIMIT $6";
static const char collections_by_name_sql[] =
        "SELECT c.id FROM project p CROSS JOIN collection c WHERE" IN_SIGHT
        " AND c.project_id = p.id AND c.deleted_us IS NULL AND c.name" LIKE
        " ORDER BY p.id, c.name LIMIT $6"; /* as the index that holds the names has them */
static const char collections_by_tag_sql[] =
        "SELECT c.id FROM tag t CROSS JOIN collection_tag g CROSS JOIN collection c CROSS JOIN project p WHERE t.name" LIKE
        " AND g.tag_id = t.id AND c.id = g.collection_id AND c.deleted_us IS NULL AND p.id = c.project_id AND" IN_SIGHT
        " LIMIT $6";
static const char versions_by_alias_sql[] =
        "SELECT m.collection_id, m.version, m.artifact_id, m.created_us FROM project p CROSS JOIN collection c"
        " CROSS JOIN alias a CROSS JOIN membership m WHERE" IN_SIGHT
        " AND c.project_id = p.id AND c.deleted_us IS NULL AND a.collection_id = c.id AND a.alias" LIKE
        " AND m.collection_id = c.id AND m.version = a.version LIMIT $6";
static const char versions_by_tag_sql[] =
        "SELECT m.collection_id, m.version, m.artifact_id, m.created_us FROM tag t CROSS JOIN artifact_tag g"
        " CROSS JOIN membership m CROSS JOIN collection c CROSS JOIN project p WHERE t.name" LIKE
        " AND g.tag_id = t.id AND m.artifact_id = g.artifact_id AND c.id = m.collection_id AND c.deleted_us IS NULL"
        " AND p.id = c.project_id AND" IN_SIGHT " LIMIT $6";

static enum rc ask(struct db_conn *conn, struct arena *arena, const struct search_bar *bar, const char *sql,
                   struct db_stmt **ret, struct err *err)
{
        char *pattern = arena_alloc(arena, 2 * bar->text.len + 2);
        size_t len = 0;

        pattern[len++] = '%';
        for (size_t i = 0; i < bar->text.len; i++) {
                if (memchr("%_\\", bar->text.ptr[i], 3))
                        pattern[len++] = '\\';
                pattern[len++] = bar->text.ptr[i];
        }
        pattern[len++] = '%';
        return store_query(conn, ret, err, sql, "iiiisi", bar->entity_id, (int64_t)(bar->sight.extent == SIGHT_ALL),
                           (int64_t)bar->sight.organization, bar->sight.account_id, (struct str){ pattern, len },
                           (int64_t)bar->limit);
}

/* Adds what is not there yet. */
static enum rc add_ids(struct db_conn *conn, struct arena *arena, const struct search_bar *bar, const char *sql,
                       struct id_list *list, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = true;
        enum rc rc = ask(conn, arena, bar, sql, &stmt, err);

        while (!rc && list->count < bar->limit) {
                bool known = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                for (size_t i = 0; i < list->count; i++)
                        known = known || list->items[i] == db_column_i64(stmt, 0);
                if (!known)
                        list->items[list->count++] = db_column_i64(stmt, 0);
        }
        return rc;
}

enum rc store_search_bar_registries(struct db_conn *conn, struct arena *arena, const struct search_bar *bar,
                                    struct id_list *ret, struct err *err)
{
        *ret = (struct id_list){ arena_array(arena, int64_t, bar->limit), 0 };
        return add_ids(conn, arena, bar, registries_sql, ret, err);
}

enum rc store_search_bar_collections(struct db_conn *conn, struct arena *arena, const struct search_bar *bar,
                                     struct id_list *ret, struct err *err)
{
        enum rc rc;

        *ret = (struct id_list){ arena_array(arena, int64_t, bar->limit), 0 };
        rc = add_ids(conn, arena, bar, collections_by_name_sql, ret, err);
        return rc ? rc : add_ids(conn, arena, bar, collections_by_tag_sql, ret, err);
}

static enum rc add_versions(struct db_conn *conn, struct arena *arena, const struct search_bar *bar, const char *sql,
                            struct membership_list *list, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        bool row = true;
        enum rc rc = ask(conn, arena, bar, sql, &stmt, err);

        while (!rc && list->count < bar->limit) {
                struct membership m;
                bool known = false;

                rc = db_step(stmt, &row, err);
                if (rc || !row)
                        break;
                m = (struct membership){ .collection_id = db_column_i64(stmt, 0), .version = db_column_i64(stmt, 1),
                                         .artifact_id = db_column_i64(stmt, 2), .created_us = db_column_i64(stmt, 3) };
                for (size_t i = 0; i < list->count; i++)
                        known = known || (list->items[i].collection_id == m.collection_id &&
                                          list->items[i].version == m.version);
                if (!known)
                        list->items[list->count++] = m;
        }
        return rc;
}

enum rc store_search_bar_versions(struct db_conn *conn, struct arena *arena, const struct search_bar *bar,
                                  struct membership_list *ret, struct err *err)
{
        enum rc rc;

        *ret = (struct membership_list){ arena_array(arena, struct membership, bar->limit), 0 };
        rc = add_versions(conn, arena, bar, versions_by_alias_sql, ret, err);
        return rc ? rc : add_versions(conn, arena, bar, versions_by_tag_sql, ret, err);
}
