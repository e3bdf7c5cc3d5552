/*
 * store/audit.c - see audit.h.
 */
#include "store/audit.h"

static void read_row(struct db_stmt *stmt, struct arena *arena, struct audit_row *row)
{
        struct event_row *e = &row->event;

        e->id = db_column_i64(stmt, 0);
        e->at_us = db_column_i64(stmt, 1);
        e->account_id = db_column_i64(stmt, 2);
        e->action = store_column(stmt, arena, 3);
        e->org_id = db_column_i64(stmt, 4);
        e->entity_id = db_column_i64(stmt, 5);
        e->project_id = db_column_i64(stmt, 6);
        e->collection_id = db_column_i64(stmt, 7);
        e->artifact_id = db_column_i64(stmt, 8);
        e->run_id = db_column_i64(stmt, 9);
        e->has_version = !db_column_is_null(stmt, 10);
        e->version = db_column_i64(stmt, 10);
        e->alias = store_column(stmt, arena, 11);
        e->detail = store_column(stmt, arena, 12);
        row->actor_name = store_column(stmt, arena, 13);
        row->actor_email = store_column(stmt, arena, 14);
        row->organization_name = store_column(stmt, arena, 15);
        row->entity_name = store_column(stmt, arena, 16);
        row->project_name = store_column(stmt, arena, 17);
        row->collection_name = store_column(stmt, arena, 18);
        row->digest = store_column(stmt, arena, 19);
        e->subject_id = db_column_i64(stmt, 20);
        row->subject_name = store_column(stmt, arena, 21);
        row->subject_email = store_column(stmt, arena, 22);
        e->request_id = store_column(stmt, arena, 23);
        e->address = store_column(stmt, arena, 24);
        e->program = store_column(stmt, arena, 25);
}

#define EVENTS                                                                                             \
        "SELECT v.id, v.at_us, v.account_id, v.action, v.org_id, v.entity_id, v.project_id,"               \
        " v.collection_id, v.artifact_id, v.run_id, v.version, v.alias, v.detail,"                         \
        " a.username, a.email, o.name, e.name, p.name, c.name, f.digest,"                                  \
        " v.subject_id, s.username, s.email, v.request_id, v.address, v.program "                          \
        "FROM event v "                                                                                    \
        "LEFT JOIN account a ON a.id = v.account_id "                                                      \
        "LEFT JOIN account s ON s.id = v.subject_id "                                                      \
        "LEFT JOIN organization o ON o.id = v.org_id "                                                     \
        "LEFT JOIN entity e ON e.id = v.entity_id "                                                        \
        "LEFT JOIN project p ON p.id = v.project_id "                                                      \
        "LEFT JOIN collection c ON c.id = v.collection_id "                                                \
        "LEFT JOIN artifact f ON f.id = v.artifact_id "

static enum rc read_page(struct db_stmt *stmt, struct arena *arena, size_t limit, struct audit_list *ret, struct err *err)
{
        struct audit_list list = { arena_array(arena, struct audit_row, limit), 0 };
        bool row = true;

        while (list.count < limit) {
                enum rc rc = db_step(stmt, &row, err);

                if (rc)
                        return rc;
                if (!row)
                        break;
                read_row(stmt, arena, &list.items[list.count++]);
        }
        *ret = list;
        return RC_OK;
}

enum rc store_audit_page(struct db_conn *conn, struct arena *arena, int64_t after_us, int64_t after_id,
                         int64_t until_us, size_t limit, struct audit_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 EVENTS "WHERE (v.at_us, v.id) > ($1, $2) AND v.at_us < $3 "
                                 "ORDER BY v.at_us, v.id LIMIT $4",
                                 "iiii", after_us, after_id, until_us, (int64_t)limit);

        return rc ? rc : read_page(stmt, arena, limit, ret, err);
}

enum rc store_audit_page_back(struct db_conn *conn, struct arena *arena, int64_t before_us, int64_t before_id,
                              int64_t since_us, size_t limit, struct audit_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        enum rc rc = store_query(conn, &stmt, err,
                                 EVENTS "WHERE (v.at_us, v.id) < ($1, $2) AND v.at_us >= $3 "
                                 "ORDER BY v.at_us DESC, v.id DESC LIMIT $4",
                                 "iiii", before_us, before_id, since_us, (int64_t)limit);

        return rc ? rc : read_page(stmt, arena, limit, ret, err);
}
