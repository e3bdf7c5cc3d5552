/*
 * cli/alias.c - vitrine alias: add, rm, and who had one when.
 *
 * The history is Vitrine's own (field `history` of a collection), so it is asked for in GraphQL; other servers of
 * the interface answer that they have no such field.
 */
#include "cli/run.h"

#define PAGE 100

static const char *alias_of(const void *artifact, size_t index)
{
        return vitrine_artifact_alias(artifact, index);
}

static enum vitrine_code change(struct cli *cli, bool add, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        const char *const *aliases = cli->options.arguments + 1;
        size_t count = cli->options.argument_count - 1;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (!code && !cli->dry_run)
                code = add ? vitrine_artifact_add_aliases(version, aliases, count, error)
                           : vitrine_artifact_remove_aliases(version, aliases, count, error);
        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_field(cli, "name", NULL, vitrine_artifact_qualified_name(version));
                out_field_list(cli, "aliases", NULL, version, alias_of);
                json_end_object(&cli->writer);
        }
        for (size_t i = 0; cli->dry_run && i < count; i++)
                out_line(cli, "Would %s alias %s %s %s.", add ? "give" : "take", aliases[i], add ? "to" : "from",
                         vitrine_artifact_qualified_name(version));
        if (!cli->dry_run)
                out_line(cli, "%s", vitrine_artifact_qualified_name(version));
        return VITRINE_OK;
}

enum vitrine_code run_alias_add(struct cli *cli, struct vitrine_error *error)
{
        return change(cli, true, error);
}

enum vitrine_code run_alias_rm(struct cli *cli, struct vitrine_error *error)
{
        return change(cli, false, error);
}

/* ---- history --------------------------------------------------------------------------------- */

static const char history_query[] =
        "query CollectionHistory($id: ID!, $after: String, $first: Int) { artifactCollection(id: $id) { "
        "history(after: $after, first: $first) { pageInfo { endCursor hasNextPage } edges { node { "
        "createdAt action alias versionIndex user { username } } } } } }";

struct history {
        struct table table;
        const char *alias;    /* only this one; NULL: all */
        uint64_t left;        /* lines */
        struct str cursor;    /* absent at first */
        bool more;
};

static const char *in_words(struct str action)
{
        if (str_eq_c(action, "alias_added"))
                return "given";
        if (str_eq_c(action, "alias_removed"))
                return "taken";
        return NULL; /* links and the like: not about an alias */
}

static void add_event(struct cli *cli, struct history *history, const struct json *event)
{
        struct str alias = json_text(event, "alias");
        const char *action = in_words(json_text(event, "action"));
        const struct json *version = json_get(event, "versionIndex");

        if (!action || history->left == 0 || (history->alias && !str_eq_c(alias, history->alias)))
                return;
        history->left--;
        table_cell(&history->table, arena_cstr(&cli->arena, json_text(event, "createdAt")));
        table_cell(&history->table, arena_cstr(&cli->arena, alias));
        table_cell(&history->table, action);
        table_cell(&history->table, version && version->kind == JSON_NUMBER
                                            ? arena_printf(&cli->arena, "v%.*s", STR_ARG(version->text)).ptr : "");
        table_cell(&history->table, arena_cstr(&cli->arena, json_text(json_get(event, "user"), "username")));
}

static enum vitrine_code one_page(struct cli *cli, const char *id, struct history *history, struct vitrine_error *error)
{
        _cleanup_(buf_done) struct buf variables = { 0 };
        _cleanup_(arena_done) struct arena arena;
        struct err err = { 0 };
        struct json *data = NULL;
        const struct json *page, *edges;
        struct json_writer w;
        char *answer = NULL;
        enum vitrine_code code;

        arena_init(&arena, 0); /* of this page: a history may be long */
        json_writer_init(&w, &variables);
        json_begin_object(&w);
        json_key_string(&w, "id", str_from(id));
        json_key_string(&w, "after", history->cursor);
        json_key_int(&w, "first", PAGE);
        json_end_object(&w);
        code = vitrine_session_graphql(cli->session, history_query, buf_cstr(&variables), &answer, error);
        if (code)
                return code;
        if (json_parse(&arena, arena_str(&arena, str_from(answer)), NULL, &data, &err))
                code = fail_with(error, VITRINE_PROTOCOL, "The server's answer is not what a Vitrine server says: %s", err.msg);
        vitrine_free(answer);
        if (code)
                return code;
        page = json_get(json_get(data, "artifactCollection"), "history");
        edges = json_get(page, "edges");
        for (const struct json *edge = edges ? edges->first : NULL; edge; edge = edge->next)
                add_event(cli, history, json_get(edge, "node"));
        history->cursor = arena_str(&cli->arena, json_text(json_get(page, "pageInfo"), "endCursor"));
        history->more = json_get(json_get(page, "pageInfo"), "hasNextPage") &&
                        json_get(json_get(page, "pageInfo"), "hasNextPage")->boolean && !str_is_null(history->cursor);
        return VITRINE_OK;
}

enum vitrine_code run_alias_history(struct cli *cli, struct vitrine_error *error)
{
        static const char *const columns[] = { "at", "alias", "action", "version", "user" };
        _cleanup_(collection_freep) vitrine_collection *collection = NULL;
        struct history history = { .alias = cli_argument(cli, 1), .more = true };
        vitrine_session *session = NULL;
        enum vitrine_code code = options_number(&cli->options, "limit", 1, 1000000, UINT64_MAX, &history.left, error);

        if (!code)
                code = cli_session(cli, &session, error);
        if (!code)
                code = suggest_artifact(cli, vitrine_collection_fetch(session, cli_argument(cli, 0), &collection, error),
                                        cli_argument(cli, 0), error);
        if (code)
                return code;
        table_begin(&history.table, cli, columns, ARRAY_LEN(columns));
        while (!code && history.more && history.left > 0)
                code = one_page(cli, vitrine_collection_id(collection), &history, error);
        if (!code)
                table_end(&history.table);
        return code;
}
