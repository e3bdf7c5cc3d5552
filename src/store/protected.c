/*
 * store/protected.c - queries about protected aliases; see protected.h.
 */
#include "store/protected.h"

#define PROTECTED_MAX 10000

enum rc store_protected_list(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str_list *ret,
                             struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct str_list list = { NULL, 0 };
        size_t cap = 0;
        bool row = true;
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT alias FROM protected_alias WHERE project_id = $1 ORDER BY alias LIMIT $2",
                                 "ii", project_id, (int64_t)PROTECTED_MAX);

        if (rc)
                return rc;
        for (;;) {
                rc = db_step(stmt, &row, err);
                if (rc)
                        return rc;
                if (!row)
                        break;
                if (list.count == cap) {
                        struct str *grown = arena_array(arena, struct str, cap ? cap * 2 : 8);

                        if (list.count)
                                memcpy(grown, list.items, list.count * sizeof(*grown));
                        list.items = grown;
                        cap = cap ? cap * 2 : 8;
                }
                list.items[list.count++] = store_column(stmt, arena, 0);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_protected_add(struct db_conn *conn, int64_t project_id, struct str alias, int64_t account_id,
                            int64_t now_us, bool *ret_changed, struct err *err)
{
        enum rc rc = store_exec(conn, err,
                                "INSERT INTO protected_alias(project_id, alias, created_by, created_us) "
                                "VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, alias) DO NOTHING",
                                "isIi", project_id, alias, account_id, now_us);

        if (rc)
                return rc;
        *ret_changed = db_changes(conn) > 0;
        return RC_OK;
}

enum rc store_protected_remove(struct db_conn *conn, int64_t project_id, struct str alias, bool *ret_changed,
                               struct err *err)
{
        enum rc rc = store_exec(conn, err, "DELETE FROM protected_alias WHERE project_id = $1 AND alias = $2", "is",
                                project_id, alias);

        if (rc)
                return rc;
        *ret_changed = db_changes(conn) > 0;
        return RC_OK;
}

enum rc store_protected_has(struct db_conn *conn, int64_t project_id, struct str alias, bool *ret, struct err *err)
{
        int64_t one = 0;

        return store_int(conn, &one, ret, err, "SELECT 1 FROM protected_alias WHERE project_id = $1 AND alias = $2",
                         "is", project_id, alias);
}

/* ---- where they are ---- */

#define CARRIED                                                                                            \
        "JOIN collection c ON c.id = a.collection_id AND c.deleted_us IS NULL "                             \
        "JOIN project p ON p.id = c.project_id AND p.deleted_us IS NULL "                                   \
        "JOIN protected_alias pa ON pa.project_id = c.project_id AND pa.alias = a.alias "

enum rc store_protected_on_version(struct db_conn *conn, struct arena *arena, int64_t collection_id, int64_t version,
                                   struct str *ret, struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT a.alias FROM alias a " CARRIED
                          "WHERE a.collection_id = $1 AND a.version = $2 LIMIT 1",
                          "ii", collection_id, version);
}

enum rc store_protected_in_collection(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                      struct str *ret, struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT a.alias FROM alias a " CARRIED "WHERE a.collection_id = $1 LIMIT 1", "i",
                          collection_id);
}

#define LINKED                                                                                             \
        "JOIN membership m ON m.artifact_id = f.id "                                                        \
        "JOIN alias a ON a.collection_id = m.collection_id AND a.version = m.version " CARRIED

enum rc store_protected_on_artifact(struct db_conn *conn, struct arena *arena, int64_t artifact_id, struct str *ret,
                                    struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT a.alias FROM artifact f " LINKED "WHERE f.id = $1 LIMIT 1", "i", artifact_id);
}

enum rc store_protected_from_sequence(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                                      struct str *ret, struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT a.alias FROM artifact f " LINKED "WHERE f.sequence_id = $1 LIMIT 1", "i",
                          sequence_id);
}

/* The home collections first: artifacts are found by their sequence. */
enum rc store_protected_from_project(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str *ret,
                                     struct err *err)
{
        return store_text(conn, arena, ret, err,
                          "SELECT a.alias FROM collection s JOIN artifact f ON f.sequence_id = s.id " LINKED
                          "WHERE s.project_id = $1 AND s.kind = 0 LIMIT 1",
                          "i", project_id);
}
