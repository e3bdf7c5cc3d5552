/*
 * server/command_deleted.c - vitrined deleted list, restore, restore-versions: domain/restore.c for the operator.
 */
#include "base/clock.h"
#include "domain/project.h"
#include "domain/restore.h"
#include "server/operator.h"

#define LIST_MAX 10000
#define RESTORE_MAX 1000000

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

/* Each in a write of its own, so that a large restore holds nobody up; one that conflicts stays deleted. */
static enum rc restore_one(struct session *session, int64_t id, int64_t *restored, int64_t *kept, struct err *err)
{
        _cleanup_(arena_done) struct arena arena = { 0 };
        struct arena *outer = session->call.arena;
        struct artifact *artifact = NULL;
        struct err why = { 0 };
        enum rc rc;

        arena_init(&arena, 0);
        session->call.arena = &arena;
        rc = artifact_restore(&session->call, id, &artifact, &why);
        session->call.arena = outer;
        if (rc == RC_OK)
                ++*restored;
        else if (rc == RC_CONFLICT || rc == RC_NOT_FOUND)
                ++*kept;
        else
                return err_set(err, rc, "%s", why.msg);
        return RC_OK;
}

enum rc run_deleted_restore_versions(struct session *session, struct err *err)
{
        struct str entity = session_argument(session, 0), name = session_argument(session, 1);
        struct str collection = session_option(session, "collection");
        struct deleted_list list = { 0 };
        struct project *project = NULL;
        int64_t window_s = 0, restored = 0, kept = 0;
        enum rc rc = project_find(&session->call, entity, name, &project, err);

        if (!rc && !project)
                rc = err_not_found(err, "project", name);
        if (!rc)
                rc = restore_list(&session->call, project, false, RESTORE_MAX, &list, &window_s, err);
        for (size_t i = list.count; !rc && i > 0; i--) { /* the first that was deleted first */
                if (str_is_null(collection) || str_eq(list.items[i - 1].collection_name, collection))
                        rc = restore_one(session, list.items[i - 1].id, &restored, &kept, err);
        }
        if (rc)
                return rc;
        session_say(session, "%lld versions are back; %lld stay deleted, because their content was logged again or their "
                    "collection is gone.", (long long)restored, (long long)kept);
        if (session->json) {
                json_begin_object(&session->writer);
                json_key_int(&session->writer, "restored", restored);
                json_key_int(&session->writer, "kept", kept);
                json_end_object(&session->writer);
        }
        return RC_OK;
}
