/*
 * server/command_deleted.c - vitrined deleted list, restore: domain/restore.c for the operator.
 */
#include "base/clock.h"
#include "domain/restore.h"
#include "server/operator.h"

#define LIST_MAX 10000

static void add_rows(struct table *table, const struct deleted_list *list, int64_t window_s)
{
        struct arena *arena = &table->session->arena;

        for (size_t i = 0; i < list->count; i++) {
                const struct deleted_item *item = &list->items[i];
                bool is_version = item->version >= 0, is_project = str_is_null(item->collection_name);

                table_cell(table, is_version ? STR("version") : is_project ? STR("project") : STR("collection"));
                table_cell(table, arena_printf(arena, "%lld", (long long)item->id));
                if (is_project)
                        table_cell(table, arena_printf(arena, "%.*s/%.*s", STR_ARG(item->entity_name),
                                                       STR_ARG(item->project_name)));
                else if (is_version)
                        table_cell(table, arena_printf(arena, "%.*s/%.*s/%.*s:v%lld", STR_ARG(item->entity_name),
                                                       STR_ARG(item->project_name), STR_ARG(item->collection_name),
                                                       (long long)item->version));
                else
                        table_cell(table, arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(item->entity_name),
                                                       STR_ARG(item->project_name), STR_ARG(item->collection_name)));
                table_cell(table, clock_format_str(arena, item->deleted_us));
                table_cell(table, clock_format_str(arena, item->deleted_us + window_s * 1000000));
        }
}

enum rc run_deleted_list(struct session *session, struct err *err)
{
        static const char *const columns[] = { "kind", "number", "name", "deleted", "restorableUntil" };
        struct deleted_list versions = { 0 }, collections = { 0 }, projects = { 0 };
        struct table table;
        int64_t window_s = 0;
        enum rc rc = restore_list(&session->call, NULL, false, LIST_MAX, &versions, &window_s, err);

        if (!rc)
                rc = restore_list(&session->call, NULL, true, LIST_MAX, &collections, &window_s, err);
        if (!rc)
                rc = restore_list_projects(&session->call, NULL, LIST_MAX, &projects, &window_s, err);
        if (rc)
                return rc;
        table_begin(&table, session, columns, ARRAY_LEN(columns));
        add_rows(&table, &projects, window_s);
        add_rows(&table, &collections, window_s);
        add_rows(&table, &versions, window_s);
        table_end(&table);
        return RC_OK;
}

enum rc run_deleted_restore(struct session *session, struct err *err)
{
        struct str kind = session_argument(session, 0), number = session_argument(session, 1);
        struct artifact *artifact = NULL;
        struct collection *collection = NULL;
        struct project *project = NULL;
        int64_t id = 0;
        enum rc rc;

        if (!str_to_i64(number, &id))
                return err_set(err, RC_INVALID, "'%.*s' is no number: take it from vitrined deleted list.",
                               STR_ARG(str_slice(number, 0, 64)));
        if (str_eq_c(kind, "version"))
                rc = artifact_restore(&session->call, id, &artifact, err);
        else if (str_eq_c(kind, "collection"))
                rc = collection_restore(&session->call, id, &collection, err);
        else if (str_eq_c(kind, "project"))
                rc = project_restore(&session->call, id, &project, err);
        else
                rc = err_set(err, RC_INVALID, "KIND is version, collection or project, not '%.*s'.",
                             STR_ARG(str_slice(kind, 0, 64)));
        if (rc)
                return rc;
        session_say(session, "The %.*s is back.", STR_ARG(kind));
        say_json_done(session, "restored", number, "kind", kind);
        return RC_OK;
}
