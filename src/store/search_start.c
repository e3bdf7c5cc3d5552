/*
 * store/search_start.c - see search_start.h.
 *
 * What a term of the metadata is: src/store/migrations/0007_metadata_terms.sqlite.sql.
 */
#include "store/search_start.h"

#define KEY_CHARACTERS 100
/* How many versions are few. Each costs some 10 us; walking a million costs 3 s. */
#define FEW 4000
/* Where the search is among the versions of a few collections anyway. */
#define FEW_OF_COLLECTION 200
#define TESTS_MAX 8

struct finding {
        struct db_conn *conn;
        struct arena *arena;
        int64_t few;
        unsigned tests;
        struct search_start *ret;
        struct err *err;
};

/* Numbers are compared as such; of texts and truth values only equality. */
static bool is_term_test(const struct filter *f)
{
        switch (f->op) {
        case FILTER_EQ:
                return f->value->kind == JSON_STRING || f->value->kind == JSON_NUMBER || f->value->kind == JSON_BOOL;
        case FILTER_GT:
        case FILTER_GTE:
        case FILTER_LT:
        case FILTER_LTE:
                return f->value->kind == JSON_NUMBER;
        default:
                return false;
        }
}

/* Can the index say who passes this test? */
static bool read_test(const struct filter *f, struct search_start *ret)
{
        struct str rest = f->field;
        struct str head = str_cut(&rest, '.');

        if (str_eq(f->field, STR("tag")) || str_eq(f->field, STR("tags"))) {
                *ret = (struct search_start){ .test = f };
                return f->op == FILTER_EQ && f->value->kind == JSON_STRING;
        }
        if (!str_eq(head, STR("metadata")) && !str_eq(head, STR("artifact_metadata")))
                return false;
        /* Keys with brackets look like places in lists, which have no terms. */
        if (str_is_empty(rest) || str_find(rest, '[', 0) != SIZE_MAX || !is_term_test(f))
                return false;
        *ret = (struct search_start){ .test = f, .key = rest };
        return true;
}

static void add_value(struct filter_sql *sql, const struct filter *f)
{
        static const char *const comparisons[] = {
                [FILTER_EQ] = "=", [FILTER_GT] = ">", [FILTER_GTE] = ">=", [FILTER_LT] = "<", [FILTER_LTE] = "<=",
        };

        buf_printf(sql->text, " AND value %s ", comparisons[f->op]);
        if (f->value->kind == JSON_STRING) {
                buf_printf(sql->text, "substr(");
                filter_sql_str(sql, f->value->text);
                buf_printf(sql->text, ", 1, %d)", KEY_CHARACTERS);
                return;
        }
        if (f->value->kind == JSON_BOOL)
                filter_sql_i64(sql, f->value->boolean);
        else if (f->value->is_integer)
                filter_sql_i64(sql, f->value->integer);
        else
                filter_sql_f64(sql, f->value->number);
        if (f->op == FILTER_GT || f->op == FILTER_GTE)
                buf_add_str(sql->text, STR(" AND value < ''")); /* texts come behind all numbers */
}

void search_start_write(struct filter_sql *sql, const struct search_start *start)
{
        if (str_is_null(start->key)) {
                buf_add_str(sql->text, STR("SELECT x.artifact_id FROM tag t CROSS JOIN artifact_tag x WHERE t.name = "));
                filter_sql_str(sql, start->test->value->text);
                buf_add_str(sql->text, STR(" AND x.tag_id = t.id"));
                return;
        }
        buf_add_str(sql->text, STR("SELECT artifact_id FROM metadata_term WHERE key = substr("));
        filter_sql_str(sql, start->key);
        buf_printf(sql->text, ", 1, %d)", KEY_CHARACTERS);
        add_value(sql, start->test);
        /* Those with long metadata may have anything. */
        buf_add_str(sql->text, STR(" UNION ALL SELECT artifact_id FROM metadata_term WHERE key = '' AND value = ''"));
}

static enum rc count_few(struct finding *finding, const struct search_start *start, bool *ret_few)
{
        _cleanup_(db_stmt_end) struct db_stmt *stmt = NULL;
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter_sql sql;
        bool row = false;
        enum rc rc;

        filter_sql_init(&sql, finding->arena, &text, 1);
        buf_add_str(&text, STR("SELECT count(*) FROM ("));
        search_start_write(&sql, start);
        buf_add_str(&text, STR(" LIMIT "));
        filter_sql_i64(&sql, finding->few + 1);
        buf_add_c(&text, ')');
        rc = db_prepare(finding->conn, buf_cstr(&text), &stmt, finding->err);
        if (rc)
                return rc;
        filter_sql_bind(&sql, stmt);
        rc = db_step(stmt, &row, finding->err);
        if (!rc)
                *ret_few = db_column_i64(stmt, 0) <= finding->few;
        return rc;
}

/* Looks only at what must hold: through AND, not into OR or NOT. */
static enum rc look(struct finding *finding, const struct filter *f)
{
        struct search_start start;
        bool few = false;
        enum rc rc = RC_OK;

        if (f->op == FILTER_AND) {
                for (const struct filter *child = f->first; child && !rc && !finding->ret->test; child = child->next)
                        rc = look(finding, child);
                return rc;
        }
        if (f->op == FILTER_OR || f->op == FILTER_NOT || !read_test(f, &start) || ++finding->tests > TESTS_MAX)
                return RC_OK;
        rc = count_few(finding, &start, &few);
        if (!rc && few)
                *finding->ret = start;
        return rc;
}

enum rc search_start_find(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                          struct search_start *ret, struct err *err)
{
        struct search_start start = { .test = NULL };
        struct finding finding = {
                .conn = conn,
                .arena = arena,
                .few = query->collection_id || query->collections ? FEW_OF_COLLECTION : FEW,
                .ret = &start,
                .err = err,
        };
        enum rc rc = RC_OK;

        if (query->what == SEARCH_VERSIONS && query->versions)
                rc = look(&finding, query->versions);
        if (!rc)
                *ret = start;
        return rc;
}
