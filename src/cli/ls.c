/*
 * cli/ls.c - vitrine ls: the files of a version, from its manifest.
 */
#include "cli/run.h"

static void add_entry(struct cli *cli, struct table *table, const struct vitrine_entry *entry)
{
        struct json_writer *w = &cli->writer;

        if (cli->json) {
                json_begin_object(w);
                json_key_string(w, "path", str_from(entry->path));
                if (entry->size_bytes != UINT64_MAX)
                        json_key_int(w, "size", (int64_t)entry->size_bytes);
                json_key_string(w, "digest", str_from(entry->digest));
                if (entry->reference)
                        json_key_string(w, "reference", str_from(entry->reference));
                json_end_object(w);
                return;
        }
        if (!options_on(&cli->options, "long")) {
                out_line(cli, "%s", entry->path);
                return;
        }
        if (entry->size_bytes == UINT64_MAX)
                table_cell(table, "?");
        else
                table_cell_int(table, entry->size_bytes);
        table_cell(table, entry->digest);
        table_cell(table, entry->path);
        table_cell(table, entry->reference);
}

enum vitrine_code run_ls(struct cli *cli, struct vitrine_error *error)
{
        static const char *const columns[] = { "#size", "digest", "path", "reference" };
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        const char *prefix = cli_option(cli, "path");
        struct table table;
        size_t count = 0;
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);

        if (!code)
                code = vitrine_artifact_entry_count(version, &count, error);
        if (code)
                return code;
        table_begin(&table, cli, columns, ARRAY_LEN(columns));
        if (cli->json)
                json_begin_array(&cli->writer);
        for (size_t i = 0; !code && i < count; i++) {
                struct vitrine_entry entry = VITRINE_ENTRY_INIT;

                code = vitrine_artifact_entry(version, i, &entry, error);
                if (!code && (!prefix || str_starts(str_from(entry.path), str_from(prefix))))
                        add_entry(cli, &table, &entry);
        }
        if (cli->json)
                json_end_array(&cli->writer);
        else if (options_on(&cli->options, "long"))
                table_end(&table);
        return code;
}
