/*
 * manifest_bench.c - what a manifest of many entries costs.
 *
 * usage: manifest_bench [ENTRIES [FILE]]
 *
 * Makes files FILE.json, FILE.index and FILE.other (manifest_bench.tmp in the working
 * directory) of ENTRIES (1,000,000) entries, measures, and removes them. Numbers of record:
 * docs/decisions/0005-manifests-as-blobs.md.
 */
#include "../tests/unit/domain/manifest_files.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "json/json.h"

/* ---- measuring -------------------------------------------------------------------------------- */

enum { CHUNK = 256 * 1024 };

static uint64_t mix(uint64_t x)
{
        x ^= x >> 31;
        x *= 0x9e3779b97f4a7c15u;
        x ^= x >> 29;
        x *= 0xbf58476d1ce4e5b9u;
        return x ^ x >> 32;
}

static void make_path(char ret[static 64], size_t number)
{
        (void)snprintf(ret, 64, "train/part-%04zu/sample-%07zu.npz", number / 1000, number);
}

static void make_digest(uint8_t ret[static 16], size_t number, uint64_t salt)
{
        uint64_t words[2] = { mix(number + salt), mix(~number + salt) };

        memcpy(ret, words, 16);
}

/* As a client writes it: about 140 bytes an entry. Every `changed`th digest depends on the salt. */
static void make_json(const char *path, size_t entries, uint64_t salt, size_t changed)
{
        int fd = open_or_die(path, O_RDWR | O_CREAT | O_TRUNC);
        struct buf buf = { 0 };
        struct err err = { 0 };

        buf_add_str(&buf, STR("{\"version\":1,\"storagePolicy\":\"wandb-storage-policy-v1\","
                              "\"storagePolicyConfig\":{\"storageLayout\":\"V2\"},\"contents\":{"));
        for (size_t i = 0; i < entries; i++) {
                uint8_t digest[16];
                char text[25];
                char name[64];

                make_digest(digest, i, i % changed ? 0 : salt);
                manifest_digest_format(digest, text);
                make_path(name, i);
                buf_printf(&buf, "%s\"%s\":{\"digest\":\"%s\",\"birthArtifactID\":\"QXJ0aWZhY3Q6MTIzNDU2\",\"size\":%llu}",
                           i ? "," : "", name, text, (unsigned long long)mix(i) % 1000000);
                if (buf.len > 1 << 20 && fd_write_all(fd, buf.ptr, buf.len, &err))
                        die(&err);
                if (buf.len > 1 << 20)
                        buf_clear(&buf);
        }
        buf_add_str(&buf, STR("}}"));
        if (fd_write_all(fd, buf.ptr, buf.len, &err))
                die(&err);
        buf_done(&buf);
        (void)close(fd);
}

static void report(const char *what, uint64_t start_us, uint64_t count)
{
        double s = (double)(clock_mono_us() - start_us) / 1e6;

        printf("%-28s %8.3f s  %10.0f a second  peak %6llu KiB\n", what, s, (double)count / s, peak_kib());
}

/* The pull reader alone, fed as the manifest code feeds it. */
static void measure_tokens(const char *path)
{
        int fd = open_or_die(path, O_RDONLY);
        struct manifest_bytes bytes = bytes_of(&fd);
        struct json_reader *reader = json_reader_new(NULL, 0);
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        struct err err = { 0 };
        uint64_t at = 0;
        uint64_t tokens = 0;
        uint64_t start = clock_mono_us();
        double s;
        char *chunk = malloc(CHUNK);

        if (!chunk)
                abort();
        while (token != JSON_TOKEN_END) {
                if (json_reader_next(reader, &token, &text, &err))
                        die(&err);
                tokens++;
                if (token == JSON_TOKEN_MORE) {
                        size_t len = bytes.size_bytes - at < CHUNK ? (size_t)(bytes.size_bytes - at) : CHUNK;

                        if (bytes.read(bytes.payload, at, chunk, len, &err))
                                die(&err);
                        at += len;
                        json_reader_feed(reader, (struct str){ chunk, len }, at == bytes.size_bytes);
                }
        }
        s = (double)(clock_mono_us() - start) / 1e6;
        report("read JSON tokens only", start, tokens);
        printf("   %.0f MB a second\n", (double)bytes.size_bytes / 1e6 / s);
        json_reader_free(reader);
        free(chunk);
        (void)close(fd);
}

static void measure_lookups(struct manifest_index *index, size_t entries)
{
        enum { LOOKUPS = 20000 };
        struct arena arena;
        struct manifest_entry entry;
        struct manifest_entry *page = NULL;
        struct err err = { 0 };
        size_t count = 0;
        uint64_t start = clock_mono_us();

        arena_init(&arena, 0);
        for (size_t i = 0; i < LOOKUPS; i++) {
                char name[64];

                make_path(name, mix(i) % entries);
                if (manifest_index_find(index, &arena, str_from(name), &entry, NULL, &err))
                        die(&err);
                arena_done(&arena);
        }
        report("find by path", start, LOOKUPS);
        start = clock_mono_us();
        for (size_t i = 0; i < LOOKUPS; i++) {
                uint8_t digest[16];

                make_digest(digest, mix(i) % entries, 0);
                if (manifest_index_find_digest(index, &arena, digest, &entry, &err))
                        die(&err);
                arena_done(&arena);
        }
        report("find by digest", start, LOOKUPS);
        start = clock_mono_us();
        for (uint64_t at = 0; at < entries; at += count) {
                if (manifest_index_page(index, &arena, at, 5000, &page, &count, &err))
                        die(&err);
                arena_done(&arena);
        }
        report("pages of 5000", start, (entries + 4999) / 5000);
}

static enum rc count_change(void *payload, enum manifest_change change, const struct manifest_entry *before UNUSED,
                            const struct manifest_entry *after UNUSED, struct err *err UNUSED)
{
        ((uint64_t *)payload)[change]++;
        return RC_OK;
}

static void measure(size_t entries, const char *base)
{
        char json[4096];
        char index_path[4096];
        char other_path[4096];
        struct manifest_info info;
        struct manifest_index *indexes[2];
        uint64_t changes[4] = { 0 };
        uint64_t start;
        int fds[2];
        int null = open_or_die("/dev/null", O_WRONLY);
        struct manifest_sink sink = sink_of(&null);
        struct err err = { 0 };

        (void)snprintf(json, sizeof json, "%s.json", base);
        (void)snprintf(index_path, sizeof index_path, "%s.index", base);
        (void)snprintf(other_path, sizeof other_path, "%s.other", base);
        make_json(json, entries, 7, 100);
        index_file(json, other_path, &info);
        make_json(json, entries, 0, 1);
        printf("%zu entries; peak before %llu KiB (the other index was built)\n", entries, peak_kib());
        measure_tokens(json);
        start = clock_mono_us();
        index_file(json, index_path, &info);
        report("read JSON, write index", start, entries);
        fds[0] = open_or_die(index_path, O_RDONLY);
        fds[1] = open_or_die(other_path, O_RDONLY);
        indexes[0] = open_index(&fds[0]);
        indexes[1] = open_index(&fds[1]);
        printf("JSON %.1f MB, index %.1f MB, digest %s\n", (double)bytes_of(&(int){ open_or_die(json, O_RDONLY) }).size_bytes / 1e6,
               (double)bytes_of(&fds[0]).size_bytes / 1e6, info.digest);
        measure_lookups(indexes[0], entries);
        start = clock_mono_us();
        if (manifest_compare(indexes[0], indexes[1], count_change, changes, &err))
                die(&err);
        report("compare with other version", start, entries);
        printf("   %llu the same, %llu changed\n", (unsigned long long)changes[MANIFEST_SAME],
               (unsigned long long)changes[MANIFEST_CHANGED]);
        start = clock_mono_us();
        if (manifest_merge(indexes, 2, MANIFEST_MD5, &sink, &sink, &info, &err))
                die(&err);
        report("merge two, write both", start, entries);
        manifest_index_free(indexes[0]);
        manifest_index_free(indexes[1]);
        (void)unlink(json);
        (void)unlink(index_path);
        (void)unlink(other_path);
}

int main(int argc, char **argv)
{
        uint64_t entries = 1000000;

        crypto_start();
        if (argc > 1 && !str_to_u64(str_from(argv[1]), &entries))
                return 2;
        measure((size_t)entries, argc > 2 ? argv[2] : "manifest_bench.tmp");
        return 0;
}
