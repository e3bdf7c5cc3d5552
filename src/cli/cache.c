/*
 * cli/cache.c - vitrine cache: the local store of downloaded files.
 */
#include "cli/run.h"
#include "cli/text.h"

enum vitrine_code run_cache_info(struct cli *cli, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        uint64_t files = 0, bytes = 0;
        enum vitrine_code code = cli_session(cli, &session, error);

        if (!code)
                code = vitrine_cache_usage(session, &files, &bytes, error);
        if (code)
                return code;
        if (cli->json)
                json_begin_object(&cli->writer);
        out_field(cli, "directory", "Directory", vitrine_cache_dir(session));
        out_field_int(cli, "files", "Files", (int64_t)files);
        out_field_size(cli, "size", "Size", bytes);
        if (cli->json)
                json_end_object(&cli->writer);
        return VITRINE_OK;
}

/* "500M", "20G", "1.5T"? No: whole numbers with K, M, G or T, of 1024. */
static enum vitrine_code read_size(const char *text, uint64_t *ret, struct vitrine_error *error)
{
        static const char letters[] = "KMGT";
        struct str number = str_from(text);
        const char *letter = number.len > 1 ? strchr(letters, number.ptr[number.len - 1] & ~0x20) : NULL;
        unsigned shift = 0;
        uint64_t value = 0;

        if (letter && *letter) {
                shift = 10 * (unsigned)(letter - letters + 1);
                number.len--;
        }
        if (!str_to_u64(number, &value) || value > UINT64_MAX >> shift)
                return fail_with(error, VITRINE_INVALID, "'%.64s' is not a size: write it like 500M or 20G.", text);
        *ret = value << shift;
        return VITRINE_OK;
}

static void print_removed(struct cli *cli, uint64_t files, uint64_t bytes, bool checked)
{
        char size[TEXT_SIZE_MAX];

        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", cli->dry_run);
                out_field_int(cli, checked ? "files_removed" : "bytes_removed", NULL, (int64_t)(checked ? files : bytes));
                json_end_object(&cli->writer);
        }
        if (checked)
                out_line(cli, "%llu damaged file%s removed.", (unsigned long long)files, files == 1 ? " was" : "s were");
        else
                out_line(cli, "%s %s.", cli->dry_run ? "Would remove" : "Removed", text_size(bytes, size));
}

enum vitrine_code run_cache_prune(struct cli *cli, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        uint64_t keep = 0, files = 0, bytes = 0, removed = 0;
        const char *text = cli_option(cli, "keep");
        bool check = options_on(&cli->options, "check");
        enum vitrine_code code = text ? read_size(text, &keep, error) : VITRINE_OK;

        if (!code && check && (text || cli->dry_run))
                return fail_with(error, VITRINE_INVALID, "--check goes with neither --keep nor --dry-run.");
        if (!code)
                code = cli_session(cli, &session, error);
        if (!code && check)
                code = vitrine_cache_check(session, &files, &removed, error);
        else if (!code && cli->dry_run)
                code = vitrine_cache_usage(session, &files, &bytes, error);
        else if (!code)
                code = vitrine_cache_clean(session, keep, &bytes, error);
        if (code)
                return code;
        if (cli->dry_run)
                bytes = bytes > keep ? bytes - keep : 0;
        print_removed(cli, removed, bytes, check);
        return VITRINE_OK;
}
