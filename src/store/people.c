/*
 * store/people.c - see people.h.
 */
#include "store/people.h"

#define CONTAINS                                                                                           \
        " AND a.deleted_us IS NULL AND ($3 = '' OR instr(lower(a.username), $3) > 0 OR instr(lower(a.name), $3) > 0" \
        " OR instr(coalesce(a.email_key, ''), $3) > 0)"

enum rc store_people_page(struct db_conn *conn, struct arena *arena, enum people_of of, int64_t id, struct str text,
                          int64_t after_id, size_t limit, struct member_list *ret, struct err *err)
{
        static const char *const pages[] = {
                [PEOPLE_OF_SERVER] =
                        "SELECT a.id, 0, a.username, a.name, a.email, CASE WHEN a.admin THEN 3 ELSE 2 END, a.service,"
                        " a.created_us, " STORE_MEMBER_SCOPE " FROM account a WHERE $1 = 0 AND a.id > $2" CONTAINS " ORDER BY a.id LIMIT $4",
                [PEOPLE_OF_ORGANIZATION] =
                        "SELECT a.id, 0, a.username, a.name, a.email, m.role, a.service, m.joined_us, " STORE_MEMBER_SCOPE
                        " FROM org_member m JOIN account a ON a.id = m.account_id"
                        " WHERE m.org_id = $1 AND m.account_id > $2" CONTAINS " ORDER BY m.account_id LIMIT $4",
                [PEOPLE_OF_TEAM] =
                        "SELECT a.id, m.entity_id, a.username, a.name, a.email, m.role, a.service, m.joined_us, " STORE_MEMBER_SCOPE
                        " FROM team_member m JOIN account a ON a.id = m.account_id"
                        " WHERE m.entity_id = $1 AND m.account_id > $2" CONTAINS " ORDER BY m.account_id LIMIT $4",
        };
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct str part = str_is_null(text) ? STR("") : model_fold(arena, text);
        enum rc rc = store_query(conn, &stmt, err, pages[of], "iisi", of == PEOPLE_OF_SERVER ? 0 : id, after_id, part,
                                 (int64_t)limit);

        return rc ? rc : store_read_members(stmt, arena, ret, err);
}

enum rc store_people_of_project(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str text,
                                int64_t after_id, size_t limit, struct project_member_list *ret, struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        struct str part = str_is_null(text) ? STR("") : model_fold(arena, text);
        enum rc rc = store_query(conn, &stmt, err,
                                 "SELECT a.id, 0, a.name, a.username, a.email, m.role, a.service"
                                 " FROM project_account m JOIN account a ON a.id = m.account_id"
                                 " WHERE m.project_id = $1 AND m.account_id > $2" CONTAINS " ORDER BY m.account_id LIMIT $4",
                                 "iisi", project_id, after_id, part, (int64_t)limit);

        return rc ? rc : store_read_project_members(stmt, arena, project_id, (int64_t)limit, ret, err);
}
