/*
 * store/search.c - lists of registries, collections and versions; see search.h.
 *
 * Tables are joined in one order only, from the project to the artifact: CROSS JOIN keeps
 * SQLite from turning it around, so rows come in the order of the indexes and a page by place
 * reads no more than itself. A page that begins inside a collection is read in up to three
 * steps, each a plain range: the rest of the collection, the rest of its project, the
 * projects behind. A search for something rare begins with the artifacts instead, and sorts the
 * few that it finds (search_start.h).
 *
 * One search may use STORE_WORK_MS of processor time: whatever the filter, somebody else gets his turn.
 */
#include "store/search.h"

#include "store/search_fields.h"
#include "store/search_start.h"

#define TOO_MUCH                                                                                           \
        "This search would have to look at too much: name a registry or a collection, or add a tag, an "   \
        "alias or a metadata value that few versions have."

/* Where a step begins. */
enum step { STEP_VERSION, STEP_COLLECTION, STEP_PROJECT };

static const struct filter_fields *fields_of(enum search_what what)
{
        return what == SEARCH_PROJECTS ? &search_project_fields
               : what == SEARCH_COLLECTIONS ? &search_collection_fields : &search_version_fields;
}

static void add_id(struct filter_sql *sql, const char *column, int64_t id)
{
        if (id == 0)
                return;
        buf_printf(sql->text, " AND %s = ", column);
        filter_sql_i64(sql, id);
}

/* ---- what may be seen, what is asked for ---- */

static void add_sight(struct filter_sql *sql, const struct sight *sight)
{
        if (sight->extent == SIGHT_ALL)
                return;
        if (sight->extent == SIGHT_NONE) {
                buf_add_str(sql->text, STR(" AND 0"));
                return;
        }
        buf_add_str(sql->text, sight->organization ? STR(" AND (p.access = 0 OR ") : STR(" AND ("));
        buf_add_str(sql->text, STR("EXISTS (SELECT 1 FROM project_account x WHERE x.project_id = p.id "
                                   "AND x.role > 0 AND x.account_id = "));
        filter_sql_i64(sql, sight->account_id);
        buf_add_str(sql->text, STR(") OR EXISTS (SELECT 1 FROM project_team x JOIN team_member y "
                                   "ON y.entity_id = x.entity_id WHERE x.project_id = p.id AND x.role > 0 "
                                   "AND y.account_id = "));
        filter_sql_i64(sql, sight->account_id);
        buf_add_str(sql->text, STR("))"));
}

static void add_tables(struct filter_sql *sql, const struct search_query *query, const struct search_start *start)
{
        if (start->test || start->by_value) {
                buf_add_str(sql->text, STR(" FROM artifact a CROSS JOIN membership m CROSS JOIN collection c "
                                           "CROSS JOIN project p WHERE "));
                if (start->test) {
                        buf_add_str(sql->text, STR("a.id IN ("));
                        search_start_write(sql, start);
                        buf_add_str(sql->text, STR(") AND "));
                }
                buf_add_str(sql->text, STR("p.deleted_us IS NULL"));
                return;
        }
        buf_add_str(sql->text, STR(" FROM project p"));
        if (query->what != SEARCH_PROJECTS)
                buf_add_str(sql->text, STR(" CROSS JOIN collection c"));
        if (query->what == SEARCH_VERSIONS)
                buf_add_str(sql->text, STR(" CROSS JOIN membership m CROSS JOIN artifact a"));
        buf_add_str(sql->text, STR(" WHERE p.deleted_us IS NULL"));
}

static enum rc add_projects(struct filter_sql *sql, const struct search_query *query, struct err *err)
{
        add_id(sql, "p.entity_id", query->entity_id);
        add_id(sql, "p.id", query->project_id);
        if (query->registries)
                buf_add_str(sql->text, STR(" AND p.is_registry = 1"));
        add_sight(sql, &query->sight);
        buf_add_str(sql->text, STR(" AND "));
        return filter_sql_where(sql, query->projects, &search_project_fields, err);
}

static enum rc add_collections(struct filter_sql *sql, const struct search_query *query, struct err *err)
{
        buf_add_str(sql->text, STR(" AND c.project_id = p.id AND c.deleted_us IS NULL"));
        add_id(sql, "c.id", query->collection_id);
        if (query->what == SEARCH_COLLECTIONS)
                add_id(sql, "c.type_id", query->type_id);
        if (query->kinds == SEARCH_SEQUENCES)
                buf_add_str(sql->text, STR(" AND c.kind = 0"));
        else if (query->kinds == SEARCH_PORTFOLIOS)
                buf_add_str(sql->text, STR(" AND c.kind = 1"));
        buf_add_str(sql->text, STR(" AND "));
        return filter_sql_where(sql, query->collections, &search_collection_fields, err);
}

static enum rc add_where(struct filter_sql *sql, const struct search_query *query, const struct search_start *start,
                         struct err *err)
{
        enum rc rc;

        add_tables(sql, query, start);
        rc = add_projects(sql, query, err);
        if (!rc && query->what != SEARCH_PROJECTS)
                rc = add_collections(sql, query, err);
        if (rc || query->what != SEARCH_VERSIONS)
                return rc;
        buf_add_str(sql->text, STR(" AND m.collection_id = c.id AND a.id = m.artifact_id AND a.state = 1 AND "));
        return filter_sql_where(sql, query->versions, &search_version_fields, err);
}

/* ---- pages ---- */

static void add_step(struct filter_sql *sql, const struct search_query *query, enum step step)
{
        const struct search_key *after = query->after;

        if (step == STEP_PROJECT) {
                buf_add_str(sql->text, STR(" AND p.id > "));
                filter_sql_i64(sql, after->project_id);
                return;
        }
        add_id(sql, "p.id", after->project_id);
        if (step == STEP_COLLECTION) {
                buf_add_str(sql->text, STR(" AND c.id > "));
                filter_sql_i64(sql, after->collection_id);
                return;
        }
        add_id(sql, "c.id", after->collection_id);
        buf_add_str(sql->text, STR(" AND m.version > "));
        filter_sql_i64(sql, after->version);
}

/* Is it a value of the version itself, which all of its places share? */
static bool is_of_version(struct str value)
{
        return str_starts(value, STR("a."));
}

/* What follows an order's value, so that no two rows are the same in it. */
static void add_place(struct filter_sql *sql, const struct search_query *query, struct str value, const char *direction)
{
        if (query->what == SEARCH_PROJECTS)
                buf_printf(sql->text, "p.id%s", direction);
        else if (query->what == SEARCH_COLLECTIONS)
                buf_printf(sql->text, "c.id%s", direction);
        else if (is_of_version(value))
                buf_printf(sql->text, "a.id%s, m.collection_id%s", direction, direction);
        else
                buf_printf(sql->text, "c.id%s, m.version%s", direction, direction);
}

static void add_key_value(struct filter_sql *sql, const struct filter_key *key)
{
        if (key->kind == FILTER_KEY_I64)
                filter_sql_i64(sql, key->integer);
        else if (key->kind == FILTER_KEY_F64)
                filter_sql_f64(sql, key->number);
        else
                filter_sql_str(sql, key->text);
}

/*
 * Walking the versions by value, in two ranges of the index: what else has the last value, then what lies behind it.
 * (SQLite would not use the row's number in a comparison of lists, and many versions may have one size.)
 */
static void add_walk_step(struct filter_sql *sql, const struct search_query *query, struct str value, enum step step)
{
        const char *beyond = query->order.descending ? "<" : ">";
        const struct search_key *after = query->after;

        buf_printf(sql->text, " AND %.*s %s ", STR_ARG(value), step == STEP_PROJECT ? beyond : "=");
        add_key_value(sql, &after->value);
        if (step == STEP_PROJECT)
                return;
        buf_printf(sql->text, " AND a.id %s= ", beyond);
        filter_sql_i64(sql, after->artifact_id);
        buf_printf(sql->text, " AND (a.id %s ", beyond);
        filter_sql_i64(sql, after->artifact_id);
        buf_printf(sql->text, " OR m.collection_id %s ", beyond);
        filter_sql_i64(sql, after->collection_id);
        buf_add_c(sql->text, ')');
}

static enum rc add_after_value(struct filter_sql *sql, const struct search_query *query, struct str value,
                               const struct search_start *start, enum step step, struct err *err)
{
        const struct filter_key *key = &query->after->value;

        if (key->kind == FILTER_KEY_NULL)
                return err_set(err, RC_INVALID, "The cursor belongs to a list in another order: start from the beginning.");
        if (start->by_value) {
                add_walk_step(sql, query, value, step);
                return RC_OK;
        }
        buf_printf(sql->text, " AND (%.*s, ", STR_ARG(value));
        add_place(sql, query, value, "");
        buf_printf(sql->text, ") %s (", query->order.descending ? "<" : ">");
        add_key_value(sql, key);
        buf_add_str(sql->text, STR(", "));
        if (query->what == SEARCH_VERSIONS && is_of_version(value)) {
                filter_sql_i64(sql, query->after->artifact_id);
                buf_add_str(sql->text, STR(", "));
        }
        filter_sql_i64(sql, query->what == SEARCH_PROJECTS ? query->after->project_id : query->after->collection_id);
        if (query->what == SEARCH_VERSIONS && !is_of_version(value)) {
                buf_add_str(sql->text, STR(", "));
                filter_sql_i64(sql, query->after->version);
        }
        buf_add_c(sql->text, ')');
        return RC_OK;
}

static void add_order(struct filter_sql *sql, const struct search_query *query, struct str value)
{
        const char *direction = query->order.descending ? " DESC" : "";

        if (str_is_null(value)) {
                buf_add_str(sql->text, STR(" ORDER BY p.id"));
                if (query->what != SEARCH_PROJECTS)
                        buf_add_str(sql->text, STR(", c.id"));
                if (query->what == SEARCH_VERSIONS)
                        buf_add_str(sql->text, STR(", m.version"));
                return;
        }
        buf_printf(sql->text, " ORDER BY %.*s%s, ", STR_ARG(value), direction);
        add_place(sql, query, value, direction);
}

/* The expression that the list is ordered by; absent: by place. It is never NULL. */
static enum rc order_value(const struct search_query *query, struct str *ret, struct err *err)
{
        const struct filter_fields *fields = fields_of(query->what);
        struct str name = query->order.field;

        *ret = STR_NULL;
        if (str_is_empty(name))
                return RC_OK;
        for (size_t i = 0; i < fields->count; i++) {
                const struct filter_field *field = &fields->items[i];

                if (!str_eq_c(name, field->name) || field->kind == FILTER_LIST || field->kind == FILTER_JSON ||
                    str_eq_c(name, "description"))
                        continue;
                *ret = str_from(field->sql);
                return RC_OK;
        }
        return err_set(err, RC_INVALID, "This list cannot be ordered by '%.*s': use %s, with - in front for the other way.",
                       STR_ARG(name), query->what == SEARCH_VERSIONS ? "version, created_at, updated_at, linked_at or artifact_size"
                                                                     : "name, created_at or updated_at");
}

/* One statement: SELECT ... FROM ... WHERE ... ORDER BY ... LIMIT. */
static enum rc write_statement(struct filter_sql *sql, const struct search_query *query,
                               const struct search_start *start, enum step step, size_t limit, struct err *err)
{
        static const char *const columns[] = {
                [SEARCH_PROJECTS] = "p.id, 0, 0, 0, 0",
                [SEARCH_COLLECTIONS] = "p.id, c.id, 0, 0, 0",
                [SEARCH_VERSIONS] = "p.id, c.id, m.version, m.artifact_id, m.created_us",
        };
        struct str value;
        enum rc rc = order_value(query, &value, err);

        if (rc)
                return rc;
        buf_printf(sql->text, "SELECT %s", columns[query->what]);
        if (!str_is_null(value))
                buf_printf(sql->text, ", %.*s, typeof(%.*s)", STR_ARG(value), STR_ARG(value));
        else
                buf_add_str(sql->text, STR(", NULL, 'null'"));
        rc = add_where(sql, query, start, err);
        if (rc)
                return rc;
        if (query->after && !str_is_null(value)) {
                rc = add_after_value(sql, query, value, start, step, err);
                if (rc)
                        return rc;
        } else if (query->after) {
                add_step(sql, query, step);
        }
        add_order(sql, query, value);
        buf_add_str(sql->text, STR(" LIMIT "));
        filter_sql_i64(sql, (int64_t)limit);
        return RC_OK;
}

/* ---- running ---- */

static enum rc read_rows(struct db_stmt *stmt, struct arena *arena, size_t limit, struct search_list *list,
                         size_t *cap, struct err *err)
{
        bool row = true;

        while (list->count < limit) {
                struct search_row *r;
                enum rc rc = db_step(stmt, &row, err);

                if (rc || !row)
                        return rc;
                if (list->count == *cap) {
                        struct search_row *grown = arena_array(arena, struct search_row, *cap ? *cap * 2 : 32);

                        if (list->count)
                                memcpy(grown, list->items, list->count * sizeof(*grown));
                        list->items = grown;
                        *cap = *cap ? *cap * 2 : 32;
                }
                r = &list->items[list->count++];
                *r = (struct search_row){ 0 };
                r->project_id = r->key.project_id = db_column_i64(stmt, 0);
                r->collection_id = r->key.collection_id = db_column_i64(stmt, 1);
                r->version = r->key.version = db_column_i64(stmt, 2);
                r->artifact_id = r->key.artifact_id = db_column_i64(stmt, 3);
                r->created_us = db_column_i64(stmt, 4);
                filter_key_read(stmt, arena, 5, 0, &r->key.value);
        }
        return RC_OK;
}

static enum rc run_step(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                        const struct search_start *start, enum step step, struct search_list *list, size_t *cap,
                        struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql sql;
        enum rc rc;

        filter_sql_init(&sql, arena, &text, 1);
        rc = write_statement(&sql, query, start, step, query->limit - list->count, err);
        if (!rc)
                rc = db_prepare(conn, buf_cstr(&text), &stmt, err);
        if (rc)
                return rc;
        filter_sql_bind(&sql, stmt);
        return read_rows(stmt, arena, query->limit, list, cap, err);
}

static enum step first_step(const struct search_query *query, const struct search_start *start)
{
        if (query->after && start->by_value)
                return STEP_COLLECTION;
        if (!query->after || !str_is_empty(query->order.field) || query->what == SEARCH_PROJECTS)
                return STEP_PROJECT;
        return query->what == SEARCH_VERSIONS ? STEP_VERSION : STEP_COLLECTION;
}

/* The last step that can find anything: behind the one project or collection there is nothing. */
static enum step last_step(const struct search_query *query, enum step first)
{
        if (first == STEP_PROJECT)
                return STEP_PROJECT;
        if (query->collection_id)
                return STEP_VERSION;
        return query->project_id ? STEP_COLLECTION : STEP_PROJECT;
}

/* So many places are sorted; of more, an index of the versions has a page at hand sooner. */
#define SORTED_MAX 10000

/* Lists of many registries by a value that has an index; a filter of versions may leave too few of what is walked. */
static bool may_walk_values(const struct search_query *query, struct str value)
{
        return query->what == SEARCH_VERSIONS && !query->project_id && !query->collection_id && !query->versions &&
               (str_eq(value, STR("a.size_bytes")) || str_eq(value, STR("a.created_us")));
}

static enum rc are_many(struct db_conn *conn, struct arena *arena, const struct search_query *query, bool *ret,
                        struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql sql;
        bool row = false;
        enum rc rc;

        filter_sql_init(&sql, arena, &text, 1);
        buf_add_str(&text, STR("SELECT count(*) FROM (SELECT 1 FROM project p CROSS JOIN collection c CROSS JOIN membership m "
                               "WHERE p.deleted_us IS NULL"));
        rc = add_projects(&sql, query, err);
        if (!rc)
                rc = add_collections(&sql, query, err);
        if (rc)
                return rc;
        buf_add_str(&text, STR(" AND m.collection_id = c.id LIMIT "));
        filter_sql_i64(&sql, SORTED_MAX + 1);
        buf_add_c(&text, ')');
        rc = db_prepare(conn, buf_cstr(&text), &stmt, err);
        if (rc)
                return rc;
        filter_sql_bind(&sql, stmt);
        rc = db_step(stmt, &row, err);
        if (!rc)
                *ret = row && db_column_i64(stmt, 0) > SORTED_MAX;
        return rc;
}

static enum rc find_start(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                          struct search_start *ret, struct err *err)
{
        struct str value = STR_NULL;
        enum rc rc = search_start_find(conn, arena, query, ret, err);

        if (!rc)
                rc = order_value(query, &value, err);
        if (rc || !may_walk_values(query, value))
                return rc;
        return are_many(conn, arena, query, &ret->by_value, err);
}

static enum rc search(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                      struct search_list *ret, struct err *err)
{
        struct search_list list = { NULL, 0 };
        struct search_start start;
        enum step step, last;
        size_t cap = 0;
        enum rc rc = find_start(conn, arena, query, &start, err);

        step = first_step(query, &start);
        last = last_step(query, step);
        for (; !rc && step <= last && list.count < query->limit; step++)
                rc = run_step(conn, arena, query, &start, step, &list, &cap, err);
        if (!rc)
                *ret = list;
        return rc;
}

enum rc store_search(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                     struct search_list *ret, struct err *err)
{
        enum rc rc;

        store_work_begin(conn);
        rc = search(conn, arena, query, ret, err);
        return store_work_end(conn, rc, TOO_MUCH, err);
}

static enum rc count(struct db_conn *conn, struct arena *arena, const struct search_query *query, int64_t *ret,
                     struct err *err)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        _cleanup_(buf_done) struct buf text = { 0 };
        struct search_start start;
        struct filter_sql sql;
        bool row = false;
        enum rc rc = search_start_find(conn, arena, query, &start, err);

        if (rc)
                return rc;
        filter_sql_init(&sql, arena, &text, 1);
        buf_add_str(&text, STR("SELECT count(*)"));
        rc = add_where(&sql, query, &start, err);
        if (!rc)
                rc = db_prepare(conn, buf_cstr(&text), &stmt, err);
        if (rc)
                return rc;
        filter_sql_bind(&sql, stmt);
        rc = db_step(stmt, &row, err);
        if (rc)
                return rc;
        *ret = db_column_i64(stmt, 0);
        return RC_OK;
}

enum rc store_search_count(struct db_conn *conn, struct arena *arena, const struct search_query *query, int64_t *ret,
                           struct err *err)
{
        enum rc rc;

        store_work_begin(conn);
        rc = count(conn, arena, query, ret, err);
        return store_work_end(conn, rc, TOO_MUCH, err);
}

static enum rc explain(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                       const struct search_start *start, enum step step, struct buf *ret_plan, struct err *err)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql sql;
        struct str plan;
        enum rc rc;

        filter_sql_init(&sql, arena, &text, 1);
        rc = write_statement(&sql, query, start, step, query->limit, err);
        if (!rc)
                rc = db_explain(conn, buf_cstr(&text), arena, &plan, err);
        if (!rc)
                buf_printf(ret_plan, "%s\n%.*s", buf_cstr(&text), STR_ARG(plan));
        return rc;
}

static enum rc explain_steps(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                             const struct search_start *start, struct buf *ret_plan, struct err *err)
{
        enum step first = first_step(query, start), last = last_step(query, first);
        enum rc rc = RC_OK;

        for (enum step step = first; !rc && step <= last; step++)
                rc = explain(conn, arena, query, start, step, ret_plan, err);
        return rc;
}

enum rc store_search_explain(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                             struct buf *ret_plan, struct err *err)
{
        struct search_start start;
        struct str value = STR_NULL;
        enum rc rc = search_start_find(conn, arena, query, &start, err);

        if (!rc)
                rc = explain_steps(conn, arena, query, &start, ret_plan, err);
        if (!rc)
                rc = order_value(query, &value, err);
        if (rc || !may_walk_values(query, value))
                return rc;
        buf_printf(ret_plan, "-- more than %d of them:\n", SORTED_MAX);
        start.by_value = true;
        return explain_steps(conn, arena, query, &start, ret_plan, err);
}

/* ---- cursors ---- */

struct str store_search_key_format(struct arena *arena, const struct search_key *key)
{
        struct str value = STR("");

        if (key->value.kind != FILTER_KEY_NULL)
                value = filter_key_format(arena, &key->value);
        return arena_printf(arena, "%lld.%lld.%lld.%lld.%.*s", (long long)key->project_id, (long long)key->collection_id,
                            (long long)key->version, (long long)key->artifact_id, STR_ARG(value));
}

enum rc store_search_key_parse(struct arena *arena, struct str text, struct search_key *ret, struct err *err)
{
        struct search_key key = { 0 };
        int64_t *const parts[] = { &key.project_id, &key.collection_id, &key.version, &key.artifact_id };
        struct str rest = text;

        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
                if (!str_to_i64(str_cut(&rest, '.'), parts[i]))
                        return err_set(err, RC_INVALID, "'%.*s' is not a cursor of this list: start from the beginning.",
                                       STR_ARG(str_slice(text, 0, 60)));
        if (!str_is_empty(rest)) {
                enum rc rc = filter_key_parse(arena, rest, &key.value, err);

                if (rc)
                        return rc;
        }
        *ret = key;
        return RC_OK;
}
