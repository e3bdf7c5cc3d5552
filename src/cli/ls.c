/*
 * cli/ls.c - vitrine ls: the files of a version, from its manifest.
 *
 * There may be millions: nothing is kept of one when the next comes, and they are printed while they come. For a table they
 * come twice, first to be measured.
 */
#include "cli/run.h"

struct ls {
        struct cli *cli;
        struct table table;
        const char *prefix;
        bool measuring;
        enum vitrine_code code;      /* why the walk was ended */
        struct vitrine_error *error;
};

static void write_entry(struct json_writer *w, const struct vitrine_entry *entry)
{
        json_begin_object(w);
        json_key_string(w, "path", str_from(entry->path));
        if (entry->size_bytes != UINT64_MAX)
                json_key_int(w, "size", (int64_t)entry->size_bytes);
        json_key_string(w, "digest", str_from(entry->digest));
        if (entry->reference)
                json_key_string(w, "reference", str_from(entry->reference));
        json_end_object(w);
}

static void add_row(struct ls *ls, const struct vitrine_entry *entry)
{
        if (entry->size_bytes == UINT64_MAX)
                table_cell(&ls->table, "?");
        else
                table_cell_int(&ls->table, entry->size_bytes);
        table_cell(&ls->table, entry->digest);
        table_cell(&ls->table, entry->path);
        table_cell(&ls->table, entry->reference);
        if (ls->measuring)
                table_measure(&ls->table);
        else
                table_print(&ls->table);
}

static int each(const struct vitrine_entry *entry, void *payload)
{
        struct ls *ls = payload;

        if (ls->prefix && !str_starts(str_from(entry->path), str_from(ls->prefix)))
                return 0;
        if (ls->cli->json)
                write_entry(&ls->cli->writer, entry);
        else if (options_on(&ls->cli->options, "long"))
                add_row(ls, entry);
        else
                out_line(ls->cli, "%s", entry->path);
        ls->code = out_pass(ls->cli, ls->error);
        return ls->code != VITRINE_OK;
}

static enum vitrine_code walk(struct ls *ls, vitrine_artifact *version)
{
        struct vitrine_error ended = VITRINE_ERROR_INIT;
        enum vitrine_code code = vitrine_artifact_each_entry(version, each, ls, &ended);

        if (ls->code)
                return ls->code;
        if (code)
                *ls->error = ended;
        return code;
}

enum vitrine_code run_ls(struct cli *cli, struct vitrine_error *error)
{
        static const char *const columns[] = { "#size", "digest", "path", "reference" };
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        _cleanup_(arena_done) struct arena row = { 0 };
        struct ls ls = { .cli = cli, .prefix = cli_option(cli, "path"), .error = error };
        bool table = options_on(&cli->options, "long") && !cli->json;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (code)
                return code;
        arena_init(&row, 0);
        table_begin(&ls.table, cli, columns, ARRAY_LEN(columns));
        ls.table.arena = &row;
        ls.measuring = table;
        if (table)
                code = walk(&ls, version);
        if (code)
                return code;
        ls.measuring = false;
        if (cli->json)
                json_begin_array(&cli->writer);
        code = walk(&ls, version);
        if (cli->json)
                json_end_array(&cli->writer);
        else if (table)
                table_end(&ls.table);
        return code;
}
