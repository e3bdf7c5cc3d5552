/*
 * cli/diff.c - vitrine diff: which files two versions differ in, from their manifests.
 */
#include "cli/run.h"
#include "cli/text.h"

struct side {
        vitrine_artifact *version;
        size_t count, at;
        struct vitrine_entry entry;
};

static enum vitrine_code next(struct side *side, struct vitrine_error *error)
{
        if (side->at >= side->count)
                return VITRINE_OK;
        side->entry = (struct vitrine_entry)VITRINE_ENTRY_INIT;
        return vitrine_artifact_entry(side->version, side->at, &side->entry, error);
}

static enum vitrine_code begin(struct cli *cli, size_t argument, struct side *side, struct vitrine_error *error)
{
        enum vitrine_code code = fetch_artifact(cli, cli_argument(cli, argument), &side->version, error);

        if (!code)
                code = vitrine_artifact_entry_count(side->version, &side->count, error);
        return code ? code : next(side, error);
}

static void say(struct cli *cli, char sign, const struct vitrine_entry *entry)
{
        const char *word = sign == '+' ? "added" : sign == '-' ? "removed" : "changed";

        cli->status = EXIT_DIFFERS;
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_string(&cli->writer, "change", str_from(word));
                json_key_string(&cli->writer, "path", str_from(entry->path));
                json_end_object(&cli->writer);
        }
        out_line(cli, "%c %s", sign, entry->path);
}

static bool same_content(const struct vitrine_entry *a, const struct vitrine_entry *b)
{
        return strcmp(a->digest, b->digest) == 0 && a->size_bytes == b->size_bytes &&
               strcmp(a->reference ? a->reference : "", b->reference ? b->reference : "") == 0;
}

/* Both are in byte order of their paths, so one walk sees everything. */
static enum vitrine_code compare(struct cli *cli, struct side *a, struct side *b, struct vitrine_error *error)
{
        enum vitrine_code code = VITRINE_OK;

        while (!code && (a->at < a->count || b->at < b->count)) {
                int order = a->at >= a->count ? 1 : b->at >= b->count ? -1 : strcmp(a->entry.path, b->entry.path);

                if (order < 0)
                        say(cli, '-', &a->entry);
                else if (order > 0)
                        say(cli, '+', &b->entry);
                else if (!same_content(&a->entry, &b->entry))
                        say(cli, '~', &b->entry);
                if (order <= 0) {
                        a->at++;
                        code = next(a, error);
                }
                if (!code && order >= 0) {
                        b->at++;
                        code = next(b, error);
                }
        }
        return code;
}

enum vitrine_code run_diff(struct cli *cli, struct vitrine_error *error)
{
        struct side a = { 0 }, b = { 0 };
        enum vitrine_code code = begin(cli, 0, &a, error);

        if (!code)
                code = begin(cli, 1, &b, error);
        if (!code && cli->json)
                json_begin_array(&cli->writer);
        if (!code)
                code = compare(cli, &a, &b, error);
        if (!code && cli->json)
                json_end_array(&cli->writer);
        vitrine_artifact_free(a.version);
        vitrine_artifact_free(b.version);
        return code;
}
