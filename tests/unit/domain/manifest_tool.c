/*
 * manifest_tool.c - the manifest code as a program; differential.py drives it.
 *
 * usage: manifest_tool index JSON INDEX       prints digest, entries, references, size, seconds, peak KiB
 *        manifest_tool merge INDEX... JSON    writes the union as JSON, prints digest and entries
 *        manifest_tool list INDEX             prints every entry as a line of JSON
 */
#include "manifest_files.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "json/json.h"

static void list(const char *path)
{
        int fd = open_or_die(path, O_RDONLY);
        struct manifest_index *index = open_index(&fd);
        struct manifest_cursor *cursor = manifest_cursor_new(index, 0);
        struct manifest_entry entry;
        struct buf line = { 0 };
        struct err err = { 0 };
        bool end = false;

        for (;;) {
                struct json_writer w;

                if (manifest_cursor_next(cursor, &entry, &end, &err))
                        die(&err);
                if (end)
                        break;
                buf_clear(&line);
                json_writer_init(&w, &line);
                json_begin_object(&w);
                json_key_string(&w, "path", entry.path);
                json_key_string(&w, "digest", entry.digest);
                json_key_string(&w, "ref", entry.ref);
                json_key_int(&w, "size", entry.size_bytes);
                json_key_int(&w, "birth", entry.birth_artifact);
                json_key(&w, STR("extra"));
                json_raw(&w, str_is_null(entry.extra) ? STR("null") : entry.extra);
                json_end_object(&w);
                buf_add_c(&line, '\n');
                (void)!fwrite(line.ptr, 1, line.len, stdout);
        }
        manifest_cursor_free(cursor);
        manifest_index_free(index);
        buf_done(&line);
}

static void merge(char **paths, size_t count, const char *json)
{
        int *fds = calloc(count, sizeof *fds);
        struct manifest_index **sources = calloc(count, sizeof *sources);
        int index_out = open_or_die("/dev/null", O_WRONLY);
        int json_out = open_or_die(json, O_RDWR | O_CREAT | O_TRUNC);
        struct manifest_sink index_sink = sink_of(&index_out);
        struct manifest_sink json_sink = sink_of(&json_out);
        struct manifest_info info;
        struct err err = { 0 };

        if (!fds || !sources)
                abort();
        for (size_t i = 0; i < count; i++) {
                fds[i] = open_or_die(paths[i], O_RDONLY);
                sources[i] = open_index(&fds[i]);
        }
        if (manifest_merge(sources, count, MANIFEST_MD5, &index_sink, &json_sink, &info, &err))
                die(&err);
        printf("%s %llu\n", info.digest, (unsigned long long)info.entries);
        for (size_t i = 0; i < count; i++)
                manifest_index_free(sources[i]);
        free(sources);
        free(fds);
}

static void build(const char *json, const char *index)
{
        struct manifest_info info;
        uint64_t start = clock_mono_us();

        index_file(json, index, &info);
        printf("%s %llu %llu %llu %.3f %llu\n", info.digest, (unsigned long long)info.entries,
               (unsigned long long)info.references, (unsigned long long)info.size_bytes,
               (double)(clock_mono_us() - start) / 1e6, peak_kib());
}

int main(int argc, char **argv)
{
        crypto_start();
        if (argc == 4 && strcmp(argv[1], "index") == 0)
                build(argv[2], argv[3]);
        else if (argc == 3 && strcmp(argv[1], "list") == 0)
                list(argv[2]);
        else if (argc > 3 && strcmp(argv[1], "merge") == 0)
                merge(argv + 2, (size_t)argc - 3, argv[argc - 1]);
        else
                return 2;
        return 0;
}
