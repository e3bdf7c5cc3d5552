/* Tests of domain/manifest*.c: from JSON to an index, looking up, merging, comparing. */
#include "unit.h"

#include "crypto/crypto.h"
#include "domain/manifest_internal.h"
#include "manifests.h"

/* ---- helpers --------------------------------------------------------------------------------- */

/* A source that counts how often it is asked. */
struct counted {
        struct str bytes;
        size_t reads;
        size_t read_bytes;
};

static enum rc counted_read(void *payload, uint64_t offset, void *ret, size_t len, struct err *err UNUSED)
{
        struct counted *counted = payload;

        assert_true(offset <= counted->bytes.len && counted->bytes.len - offset >= len);
        memcpy(ret, counted->bytes.ptr + offset, len);
        counted->reads++;
        counted->read_bytes += len;
        return RC_OK;
}

static enum rc build(struct str json, enum manifest_algorithm algorithm, struct buf *index, struct manifest_info *info,
                     struct err *err)
{
        struct manifest_build order = { .json = manifest_bytes_of(&json),
                                        .index = manifest_sink_of(index),
                                        .algorithm = algorithm };

        return manifest_index_build(&order, info, err);
}

static struct manifest_index *opened(const struct str *bytes)
{
        struct manifest_bytes source = manifest_bytes_of(bytes);
        struct manifest_index *index = NULL;
        struct err err = { 0 };

        assert_ok(manifest_index_open(&source, &index, &err));
        return index;
}

static void assert_same_entry(const struct manifest_entry *a, const struct manifest_entry *b)
{
        assert_true(str_eq(a->path, b->path));
        assert_true(str_eq(a->digest, b->digest));
        assert_true(str_eq(a->ref, b->ref) && str_is_null(a->ref) == str_is_null(b->ref));
        assert_true(str_eq(a->extra, b->extra) && str_is_null(a->extra) == str_is_null(b->extra));
        assert_true(a->size_bytes == b->size_bytes);
        assert_true(a->birth_artifact == b->birth_artifact);
        assert_int_equal(a->is_xxh128, b->is_xxh128);
        assert_int_equal(a->has_stored, b->has_stored);
        if (a->has_stored) {
                assert_memory_equal(a->sha256, b->sha256, 32);
                assert_true(a->stored_bytes == b->stored_bytes);
        }
}

/* The digest by its definition. */
static struct str digest_of(struct arena *arena, const struct manifest_entry *entries, size_t count,
                            enum crypto_digest_kind kind)
{
        struct crypto_digest *digest = crypto_digest_new(kind);
        uint8_t bytes[16];

        crypto_digest_add(digest, "wandb-artifact-manifest-v1\n", 27);
        for (size_t i = 0; i < count; i++) {
                crypto_digest_add(digest, entries[i].path.ptr, entries[i].path.len);
                crypto_digest_add(digest, ":", 1);
                crypto_digest_add(digest, entries[i].digest.ptr, entries[i].digest.len);
                crypto_digest_add(digest, "\n", 1);
        }
        crypto_digest_end(digest, bytes);
        crypto_digest_free(digest);
        return crypto_hex(arena, bytes, sizeof bytes);
}

/* ---- from JSON --------------------------------------------------------------------------------- */

#define HEAD "{\"version\":1,\"storagePolicy\":\"wandb-storage-policy-v1\",\"storagePolicyConfig\":{\"storageLayout\":\"V2\"},"
#define HELLO "XUFAKrxLKna5cZ2REBfFkg=="

static void build_digest_matches_known_vectors(void **state UNUSED)
{
        static const struct {
                const char *json;
                enum manifest_algorithm algorithm;
                const char *digest;
        } cases[] = {
                { HEAD "\"contents\":{}}", MANIFEST_MD5, "64e7c61456b10382e2f3b571ac24b659" },
                { HEAD "\"contents\":{\"file1.txt\":{\"digest\":\"" HELLO "\",\"size\":5}}}", MANIFEST_MD5,
                  "a00c2239f036fb656c1dcbf9a32d89b4" },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct buf index = { 0 };
                struct manifest_info info;
                struct err err = { 0 };

                assert_ok(build(str_from(cases[i].json), cases[i].algorithm, &index, &info, &err));
                assert_string_equal(info.digest, cases[i].digest);
                assert_true(info.layout_v2);
                buf_done(&index);
        }
}

static void build_sums_and_digest_of_random_manifests(void **state UNUSED)
{
        struct dice dice = { 1 };

        for (size_t round = 0; round < 40; round++) {
                size_t count = round < 4 ? round : roll(&dice, 300);
                enum manifest_algorithm algorithm = round % 2 ? MANIFEST_XXH128 : MANIFEST_MD5;
                struct arena arena;
                struct manifest_entry *entries;
                struct buf json = { 0 };
                struct buf index = { 0 };
                struct manifest_info info;
                struct err err = { 0 };
                uint64_t size = 0;
                uint64_t references = 0;

                arena_init(&arena, 0);
                entries = random_entries(&arena, &dice, count, true);
                write_json(&arena, &json, entries, count);
                assert_ok(build(buf_str(&json), algorithm, &index, &info, &err));
                for (size_t i = 0; i < count; i++) {
                        size += entries[i].size_bytes > 0 ? (uint64_t)entries[i].size_bytes : 0;
                        references += !str_is_null(entries[i].ref);
                }
                assert_true(info.entries == count && info.size_bytes == size && info.references == references);
                assert_str(digest_of(&arena, entries, count, algorithm ? CRYPTO_XXH128 : CRYPTO_MD5), info.digest);
                assert_string_equal(info.region, "eu");
                buf_done(&json);
                buf_done(&index);
                arena_done(&arena);
        }
}

static void build_takes_keys_in_any_order_and_skips_unknown_ones(void **state UNUSED)
{
        const char *json = "{\"contents\":{\"a\":{\"new\":[{}],\"size\":3,\"digest\":\"" HELLO "\",\"ref\":null,\"extra\":{},"
                           "\"birthArtifactID\":\"\"}},\"later\":{\"x\":1},\"storagePolicy\":\"wandb-storage-policy-v1\","
                           "\"version\":1}";
        struct buf index = { 0 };
        struct manifest_info info;
        struct manifest_entry entry;
        struct arena arena;
        struct err err = { 0 };
        struct str bytes;
        struct manifest_index *opened_index;

        arena_init(&arena, 0);
        assert_ok(build(str_from(json), MANIFEST_MD5, &index, &info, &err));
        assert_false(info.layout_v2);
        assert_string_equal(info.region, "");
        bytes = buf_str(&index);
        opened_index = opened(&bytes);
        assert_ok(manifest_index_find(opened_index, &arena, STR("a"), &entry, NULL, &err));
        assert_false(manifest_is_reference(&entry));
        assert_true(str_is_null(entry.extra));
        assert_int_equal(entry.birth_artifact, 0);
        assert_int_equal(entry.size_bytes, 3);
        manifest_index_free(opened_index);
        buf_done(&index);
        arena_done(&arena);
}

static void build_sorts_what_is_out_of_order(void **state UNUSED)
{
        struct dice dice = { 7 };
        size_t count = 2000;
        struct arena arena;
        struct manifest_entry *entries;
        struct buf mixed = { 0 };
        struct buf sorted = { 0 };
        struct buf mixed_index = { 0 };
        struct buf sorted_index = { 0 };
        struct manifest_info info;
        struct err err = { 0 };

        arena_init(&arena, 0);
        entries = random_entries(&arena, &dice, count, false);
        write_json(&arena, &mixed, entries, count);
        qsort(entries, count, sizeof *entries, by_entry_path);
        write_json(&arena, &sorted, entries, count);
        assert_false(str_eq(buf_str(&mixed), buf_str(&sorted)));
        assert_ok(build(buf_str(&mixed), MANIFEST_MD5, &mixed_index, &info, &err));
        assert_ok(build(buf_str(&sorted), MANIFEST_MD5, &sorted_index, &info, &err));
        assert_true(str_eq(buf_str(&mixed_index), buf_str(&sorted_index)));
        buf_done(&mixed);
        buf_done(&sorted);
        buf_done(&mixed_index);
        buf_done(&sorted_index);
        arena_done(&arena);
}

static void build_refuses_what_is_wrong(void **state UNUSED)
{
        static const struct {
                const char *json;
                const char *message; /* a piece of it */
        } cases[] = {
                { "", "cannot be read" },
                { "[]", "is not a JSON object" },
                { "{}", "has no \"version\"" },
                { "{\"version\":2}", "version is not 1" },
                { "{\"version\":\"1\"}", "version is not 1" },
                { "{\"version\":1,\"version\":1}", "\"version\" twice" },
                { "{\"version\":1,\"storagePolicy\":\"other\"}", "storage policy is not known" },
                { "{\"version\":1,\"storagePolicy\":\"wandb-storage-policy-v1\"}", "has no \"contents\"" },
                { "{\"version\":1,\"contents\":{}}", "has no \"storagePolicy\"" },
                { HEAD "\"contents\":[]}", "contents are not an object" },
                { HEAD "\"contents\":null}", "contents are not an object" },
                { HEAD "\"contents\":{}", "cannot be read" },
                { HEAD "\"contents\":{}}x", "cannot be read" },
                { "{\"version\":1,\"storagePolicyConfig\":{\"storageLayout\":\"V3\"}}", "storage layout is not known" },
                { "{\"version\":1,\"storagePolicyConfig\":{\"storageRegion\":5}}", "storage region" },
                { "{\"version\":1,\"storagePolicyConfig\":5}", "storagePolicyConfig is not an object" },
                { HEAD "\"contents\":{\"a\":5}}", "entry 'a' is not an object" },
                { HEAD "\"contents\":{\"a\":{}}}", "entry 'a' has no digest" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"\"}}}", "entry 'a' has no digest" },
                { HEAD "\"contents\":{\"a\":{\"digest\":5}}}", "where a text should be" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"abc\"}}}", "base64 text of 16 bytes" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"XUFAKrxLKna5cZ2REBfFkh==\"}}}", "base64 text of 16 bytes" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"XUFAKrxLKna5cZ2REBfFk===\"}}}", "base64 text of 16 bytes" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"5d41402abc4b2a76b9719d911017c592\"}}}", "base64 text of 16 bytes" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"size\":-1}}}", "has a size" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"size\":1.0}}}", "has a size" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"size\":\"5\"}}}", "has a size" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"size\":9223372036854775808}}}", "has a size" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"digest\":\"" HELLO "\"}}}", "has a key twice" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"birthArtifactID\":\"5\"}}}", "birthArtifactID" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"birthArtifactID\":\"UnVuOjU=\"}}}", "birthArtifactID" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"extra\":[]}}}", "\"extra\" that is not an object" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\"},\"a\":{\"digest\":\"" HELLO "\"}}}", "path 'a' twice" },
                { HEAD "\"contents\":{\"b\":{\"digest\":\"" HELLO "\"},\"a\":{\"digest\":\"" HELLO "\"},\"b\":{\"digest\":\"" HELLO "\"}}}",
                  "path 'b' twice" },
                { HEAD "\"contents\":{\"../a\":{\"digest\":\"" HELLO "\"}}}", "Invalid artifact path" },
                { HEAD "\"contents\":{\"/a\":{\"digest\":\"" HELLO "\"}}}", "Invalid artifact path" },
                { HEAD "\"contents\":{\"a\\u0000b\":{\"digest\":\"" HELLO "\"}}}", "Invalid artifact path" },
                { HEAD "\"contents\":{\"\":{\"digest\":\"" HELLO "\"}}}", "Invalid artifact path" },
                { HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\",\"size\":9223372036854775807},"
                       "\"b\":{\"digest\":\"" HELLO "\",\"size\":1}}}",
                  "add up" },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct buf index = { 0 };
                struct manifest_info info = { .entries = 77 };
                struct err err = { 0 };

                if (build(str_from(cases[i].json), MANIFEST_MD5, &index, &info, &err) != RC_INVALID)
                        fail_msg("%s: taken", cases[i].json);
                if (!strstr(err.msg, cases[i].message) || strncmp(err.msg, "The manifest", 12) != 0)
                        fail_msg("%s: says '%s', not '%s'", cases[i].json, err.msg, cases[i].message);
                assert_true(info.entries == 77);
                buf_done(&index);
        }
}

static void build_limits_are_held(void **state UNUSED)
{
        struct str json = STR(HEAD "\"contents\":{\"a\":{\"digest\":\"" HELLO "\"},\"b\":{\"digest\":\"" HELLO "\"}}}");
        struct buf index = { 0 };
        struct manifest_build order = { .json = manifest_bytes_of(&json), .index = manifest_sink_of(&index) };
        struct manifest_info info;
        struct err err = { 0 };

        order.max_entries = 1;
        assert_int_equal(manifest_index_build(&order, &info, &err), RC_TOO_LARGE);
        order.max_entries = 2;
        order.max_bytes = json.len - 1;
        assert_int_equal(manifest_index_build(&order, &info, &err), RC_TOO_LARGE);
        order.max_bytes = json.len;
        buf_clear(&index);
        assert_ok(manifest_index_build(&order, &info, &err));
        buf_done(&index);
}

/* Notes the order of calls; fails at one of them. */
struct resolver {
        size_t calls;
        size_t fail_at;
};

static enum rc resolve(void *payload, struct manifest_entry *entry, struct err *err)
{
        struct resolver *resolver = payload;

        if (++resolver->calls == resolver->fail_at)
                return err_set(err, RC_CONFLICT, "The file '%.*s' was not uploaded.", STR_ARG(entry->path));
        if (manifest_is_reference(entry))
                return RC_OK;
        if (entry->size_bytes < 0)
                entry->size_bytes = 4;
        entry->has_stored = true;
        memset(entry->sha256, (int)(entry->path.len & 0xff), sizeof entry->sha256);
        entry->stored_bytes = (uint64_t)entry->size_bytes + entry->path.len % 2;
        return RC_OK;
}

static void build_keeps_what_resolving_finds(void **state UNUSED)
{
        struct dice dice = { 3 };
        struct resolver resolver = { 0 };
        struct arena arena;
        struct manifest_entry *entries;
        struct buf json = { 0 };
        struct buf index = { 0 };
        struct str json_bytes;
        struct str bytes;
        struct manifest_build order;
        struct manifest_index *found;
        struct manifest_info info;
        struct err err = { 0 };

        arena_init(&arena, 0);
        entries = random_entries(&arena, &dice, 100, true);
        write_json(&arena, &json, entries, 100);
        json_bytes = buf_str(&json);
        order = (struct manifest_build){ .json = manifest_bytes_of(&json_bytes),
                                         .index = manifest_sink_of(&index),
                                         .resolve = resolve,
                                         .payload = &resolver };
        assert_ok(manifest_index_build(&order, &info, &err));
        assert_int_equal(resolver.calls, 100);
        bytes = buf_str(&index);
        found = opened(&bytes);
        for (size_t i = 0; i < 100; i++) {
                struct manifest_entry entry;

                resolver.calls = 0;
                assert_ok(resolve(&resolver, &entries[i], &err));
                assert_ok(manifest_index_find(found, &arena, entries[i].path, &entry, NULL, &err));
                assert_same_entry(&entry, &entries[i]);
        }
        manifest_index_free(found);
        buf_clear(&index);
        resolver = (struct resolver){ .fail_at = 50 };
        assert_int_equal(manifest_index_build(&order, &info, &err), RC_CONFLICT);
        assert_int_equal(resolver.calls, 50);
        buf_done(&json);
        buf_done(&index);
        arena_done(&arena);
}

/* ---- looking up -------------------------------------------------------------------------------------- */

struct fixture {
        struct arena arena;
        struct dice dice;
        struct manifest_entry *entries;
        size_t count;
        struct buf bytes;
        struct counted counted;
        struct manifest_index *index;
};

static void make(struct fixture *f, size_t count, uint64_t seed)
{
        struct buf json = { 0 };
        struct manifest_info info;
        struct err err = { 0 };

        memset(f, 0, sizeof *f);
        arena_init(&f->arena, 0);
        f->dice.state = seed;
        f->count = count;
        f->entries = random_entries(&f->arena, &f->dice, count, true);
        write_json(&f->arena, &json, f->entries, count);
        assert_ok(build(buf_str(&json), MANIFEST_MD5, &f->bytes, &info, &err));
        f->counted.bytes = buf_str(&f->bytes);
        assert_ok(manifest_index_open(&(struct manifest_bytes){ counted_read, &f->counted, f->bytes.len }, &f->index,
                                      &err));
        assert_int_equal(f->counted.reads, 1);
        buf_done(&json);
}

static void done(struct fixture *f)
{
        manifest_index_free(f->index);
        buf_done(&f->bytes);
        arena_done(&f->arena);
}

static void index_finds_every_path_and_no_other(void **state UNUSED)
{
        static const size_t counts[] = { 0, 1, 2, 31, 32, 33, 64, 500, 5000 };

        for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
                struct fixture f;
                struct manifest_entry entry;
                struct err err = { 0 };

                make(&f, counts[c], c + 10);
                for (size_t i = 0; i < f.count; i++) {
                        uint64_t ordinal = 0;
                        struct str path = f.entries[i].path;

                        f.counted.reads = 0;
                        assert_ok(manifest_index_find(f.index, &f.arena, path, &entry, &ordinal, &err));
                        assert_same_entry(&entry, &f.entries[i]);
                        assert_true(ordinal == i);
                        assert_true(f.counted.reads <= 3);
                        assert_int_equal(manifest_index_find(f.index, &f.arena, str_slice(path, 0, path.len - 1), &entry,
                                                             NULL, &err),
                                         RC_NOT_FOUND);
                        assert_int_equal(manifest_index_find(f.index, &f.arena,
                                                             arena_printf(&f.arena, "%.*s ", STR_ARG(path)), &entry, NULL,
                                                             &err),
                                         RC_NOT_FOUND);
                }
                assert_int_equal(manifest_index_find(f.index, &f.arena, STR(""), &entry, NULL, &err), RC_NOT_FOUND);
                assert_int_equal(manifest_index_find(f.index, &f.arena, STR("\xff"), &entry, NULL, &err), RC_NOT_FOUND);
                done(&f);
        }
}

static void index_pages_hold_exactly_their_entries(void **state UNUSED)
{
        struct fixture f;
        struct err err = { 0 };
        static const size_t sizes[] = { 1, 7, 32, 50, 100, 5000, 100000 };

        make(&f, 5003, 77);
        for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
                uint64_t at = 0;
                size_t count = 0;

                do {
                        struct manifest_entry *page = NULL;

                        assert_ok(manifest_index_page(f.index, &f.arena, at, sizes[s], &page, &count, &err));
                        assert_true(count == sizes[s] || at + count == f.count);
                        for (size_t i = 0; i < count; i++)
                                assert_same_entry(&page[i], &f.entries[at + i]);
                        at += count;
                } while (count == sizes[s]);
                assert_true(at == f.count);
        }
        done(&f);
}

static void index_page_reads_little(void **state UNUSED)
{
        struct fixture f;
        struct manifest_entry *page = NULL;
        size_t count = 0;
        struct err err = { 0 };

        make(&f, 20000, 5);
        f.counted.reads = 0;
        f.counted.read_bytes = 0;
        assert_ok(manifest_index_page(f.index, &f.arena, 12345, 50, &page, &count, &err));
        assert_int_equal(count, 50);
        assert_int_equal(f.counted.reads, 2);
        assert_true(f.counted.read_bytes < 20000);
        assert_ok(manifest_index_page(f.index, &f.arena, 99999999, 50, &page, &count, &err));
        assert_int_equal(count, 0);
        assert_ok(manifest_index_page(f.index, &f.arena, 0, 0, &page, &count, &err));
        assert_int_equal(count, 0);
        done(&f);
}

static void index_seek_gives_the_first_not_before(void **state UNUSED)
{
        struct fixture f;
        struct err err = { 0 };

        make(&f, 3000, 21);
        for (size_t i = 0; i < f.count; i++) {
                uint64_t ordinal = 0;
                struct str path = f.entries[i].path;

                assert_ok(manifest_index_seek(f.index, path, &ordinal, &err));
                assert_true(ordinal == i);
                assert_ok(manifest_index_seek(f.index, arena_printf(&f.arena, "%.*s!", STR_ARG(path)), &ordinal, &err));
                assert_true(ordinal == i + 1 || str_cmp(f.entries[i + 1].path, path) > 0);
                while (ordinal < f.count && ordinal > i + 1)
                        assert_true(str_cmp(f.entries[--ordinal].path,
                                            arena_printf(&f.arena, "%.*s!", STR_ARG(path))) < 0);
        }
        {
                uint64_t ordinal = 9;

                assert_ok(manifest_index_seek(f.index, STR(""), &ordinal, &err));
                assert_true(ordinal == 0);
                assert_ok(manifest_index_seek(f.index, STR("\xff"), &ordinal, &err));
                assert_true(ordinal == f.count);
        }
        done(&f);
}

static void index_finds_files_by_digest(void **state UNUSED)
{
        static const size_t counts[] = { 0, 1, 100, 256, 257, 6000 };

        for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
                struct fixture f;
                struct manifest_entry entry;
                struct err err = { 0 };
                uint8_t digest[16];
                size_t files = 0;
                size_t reads = 0;

                make(&f, counts[c], c + 500);
                for (size_t i = 0; i < f.count; i++) {
                        size_t first = 0;

                        if (manifest_is_reference(&f.entries[i]))
                                continue;
                        files++;
                        assert_true(manifest_digest_parse(f.entries[i].digest, digest));
                        f.counted.reads = 0;
                        assert_ok(manifest_index_find_digest(f.index, &f.arena, digest, &entry, &err));
                        /* Three guesses, then bisection, then the entry itself. */
                        assert_true(f.counted.reads <= 12);
                        reads += f.counted.reads;
                        while (manifest_is_reference(&f.entries[first]) ||
                               !str_eq(f.entries[first].digest, f.entries[i].digest))
                                first++;
                        assert_same_entry(&entry, &f.entries[first]);
                        digest[15] ^= 1;
                        assert_int_equal(manifest_index_find_digest(f.index, &f.arena, digest, &entry, &err),
                                         RC_NOT_FOUND);
                }
                assert_true(files > 0 || f.count < 2);
                assert_true(reads <= 7 * files);
                memset(digest, 0xff, sizeof digest);
                assert_int_equal(manifest_index_find_digest(f.index, &f.arena, digest, &entry, &err), RC_NOT_FOUND);
                done(&f);
        }
}

/* The same content 3000 times, between others: the pages of digests are far from even. */
static void index_finds_digests_among_equal_ones(void **state UNUSED)
{
        struct arena arena;
        struct buf json = { 0 };
        struct buf bytes = { 0 };
        struct manifest_info info;
        struct manifest_entry entry;
        struct err err = { 0 };
        struct manifest_index *index;
        struct manifest_entry *entries;
        uint8_t digest[16] = { 0 };
        struct str source;

        arena_init(&arena, 0);
        entries = arena_array(&arena, struct manifest_entry, 4000);
        for (size_t i = 0; i < 4000; i++) {
                char text[25];

                digest[0] = 7;
                digest[1] = (uint8_t)(i < 500 ? 1 : i < 3500 ? 2 : 3);
                digest[15] = (uint8_t)(i % 251);
                digest[14] = (uint8_t)(i < 500 || i >= 3500 ? i / 251 : 0);
                if (i >= 500 && i < 3500)
                        digest[15] = 0;
                manifest_digest_format(digest, text);
                entries[i] = (struct manifest_entry){ .path = arena_printf(&arena, "f%05zu", i),
                                                      .digest = arena_str(&arena, str_from(text)),
                                                      .size_bytes = 1 };
        }
        write_json(&arena, &json, entries, 4000);
        assert_ok(build(buf_str(&json), MANIFEST_MD5, &bytes, &info, &err));
        source = buf_str(&bytes);
        index = opened(&source);
        for (size_t i = 0; i < 4000; i += i < 500 || i >= 3490 ? 1 : 500) {
                size_t first = i < 500 || i >= 3500 ? i : 500;

                assert_true(manifest_digest_parse(entries[i].digest, digest));
                assert_ok(manifest_index_find_digest(index, &arena, digest, &entry, &err));
                assert_same_entry(&entry, &entries[first]);
        }
        manifest_index_free(index);
        buf_done(&json);
        buf_done(&bytes);
        arena_done(&arena);
}

/* ---- damage -------------------------------------------------------------------------------------------- */

/* Every question about a damaged index is answered right or with RC_CORRUPT. */
static void check_damaged(const struct fixture *f, struct manifest_index *index)
{
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = manifest_cursor_new(index, 0);
        struct arena arena;
        struct err err = { 0 };
        struct manifest_entry entry;
        bool end = false;
        enum rc rc = RC_OK;

        arena_init(&arena, 0);
        for (size_t i = 0; i < f->count; i += 37) {
                uint8_t digest[16];

                rc = manifest_index_find(index, &arena, f->entries[i].path, &entry, NULL, &err);
                assert_true(rc == RC_OK || rc == RC_CORRUPT);
                if (!rc)
                        assert_same_entry(&entry, &f->entries[i]);
                if (manifest_is_reference(&f->entries[i]))
                        continue;
                assert_true(manifest_digest_parse(f->entries[i].digest, digest));
                rc = manifest_index_find_digest(index, &arena, digest, &entry, &err);
                assert_true(rc == RC_OK || rc == RC_CORRUPT);
                if (!rc)
                        assert_str(entry.digest, arena_cstr(&arena, f->entries[i].digest));
        }
        for (size_t i = 0; !end; i++) {
                rc = manifest_cursor_next(cursor, &entry, &end, &err);
                assert_true(rc == RC_OK || rc == RC_CORRUPT);
                if (rc)
                        break;
                assert_true(end ? i == f->count : i < f->count);
                if (!end)
                        assert_same_entry(&entry, &f->entries[i]);
        }
        arena_done(&arena);
}

static void index_damage_never_gives_a_wrong_answer(void **state UNUSED)
{
        struct fixture f;
        struct str bytes;

        make(&f, 200, 42);
        bytes = buf_str(&f.bytes);
        for (size_t at = 0; at < f.bytes.len; at++) {
                struct manifest_bytes source = manifest_bytes_of(&bytes);
                struct manifest_index *index = NULL;
                struct err err = { 0 };
                char kept = f.bytes.ptr[at];
                enum rc rc;

                f.bytes.ptr[at] = (char)(kept ^ (1 << at % 8));
                rc = manifest_index_open(&source, &index, &err);
                assert_true(rc == RC_OK || rc == RC_CORRUPT);
                if (!rc)
                        check_damaged(&f, index);
                manifest_index_free(index);
                f.bytes.ptr[at] = kept;
        }
        for (size_t len = 0; len < f.bytes.len; len += len < 600 ? 1 : 97) {
                struct str cut = { f.bytes.ptr, len };
                struct manifest_bytes source = manifest_bytes_of(&cut);
                struct manifest_index *index = NULL;
                struct err err = { 0 };

                assert_int_equal(manifest_index_open(&source, &index, &err), RC_CORRUPT);
                assert_null(index);
        }
        done(&f);
}

static void put_number(char *at, uint64_t value, size_t len)
{
        for (size_t i = 0; i < len; i++)
                at[i] = (char)(value >> (8 * i) & 0xff);
}

/* Leaves that say they hold less than they must, with checksums that are right. */
static void index_short_leaf_is_damage(void **state UNUSED)
{
        for (size_t leaf = 0; leaf < 4; leaf++) {
                _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = NULL;
                struct fixture f;
                struct manifest_entry entry;
                struct err err = { 0 };
                uint64_t table = 0;
                uint64_t start = 0;
                uint64_t end_at = 0;
                bool end = false;
                size_t count = 0;
                enum rc rc = RC_OK;
                char *foot;

                make(&f, 100, 6);
                foot = f.bytes.ptr + f.bytes.len - 256;
                for (size_t i = 8; i-- > 0;)
                        table = table << 8 | (unsigned char)foot[64 + i];
                for (size_t i = 8; i-- > 0;) {
                        start = start << 8 | (unsigned char)f.bytes.ptr[table + 8 * leaf + i];
                        end_at = end_at << 8 | (unsigned char)f.bytes.ptr[table + 8 * (leaf + 1) + i];
                }
                put_number(f.bytes.ptr + start + 12, 2, 4);
                put_number(f.bytes.ptr + start, part_checksum(f.bytes.ptr + start + 8, end_at - start - 8), 8);
                cursor = manifest_cursor_new(f.index, 0);
                while (!rc && !end) {
                        rc = manifest_cursor_next(cursor, &entry, &end, &err);
                        count++;
                }
                assert_int_equal(rc, RC_CORRUPT);
                assert_int_equal(count, leaf * 32 + 3);
                done(&f);
        }
}

/* ---- writing, merging, comparing -------------------------------------------------------------------------- */

static void json_write_reads_back_the_same(void **state UNUSED)
{
        struct fixture f;
        struct buf json = { 0 };
        struct buf again = { 0 };
        struct manifest_sink sink = manifest_sink_of(&json);
        struct manifest_info info;
        struct err err = { 0 };

        make(&f, 777, 8);
        assert_ok(manifest_json_write(f.index, &sink, &err));
        assert_true(str_starts(buf_str(&json), STR("{\"version\":1,\"storagePolicy\":\"wandb-storage-policy-v1\","
                                                   "\"storagePolicyConfig\":{\"storageLayout\":\"V2\","
                                                   "\"storageRegion\":\"eu\"},\"contents\":{")));
        assert_false(str_contains(buf_str(&json), STR("local_path")));
        assert_true(str_contains(buf_str(&json), STR("\\u003c\\u0026\\u003e")));
        assert_ok(build(buf_str(&json), MANIFEST_MD5, &again, &info, &err));
        assert_true(str_eq(buf_str(&again), buf_str(&f.bytes)));
        buf_done(&json);
        buf_done(&again);
        done(&f);
}

/* The model: a later source's entry replaces an earlier one's. */
static size_t union_of(struct manifest_entry *all, size_t count)
{
        size_t kept = 0;

        /* Stable for equal paths, since they are added source after source. */
        for (size_t i = 0; i < count; i++) {
                size_t at = kept;

                for (size_t j = 0; j < kept; j++)
                        if (str_eq(all[j].path, all[i].path))
                                at = j;
                all[at] = all[i];
                if (at == kept)
                        kept++;
        }
        qsort(all, kept, sizeof *all, by_entry_path);
        return kept;
}

static void merge_is_an_update_of_a_dictionary(void **state UNUSED)
{
        struct dice dice = { 99 };

        for (size_t round = 0; round < 30; round++) {
                size_t sources = round % 7;
                struct arena arena;
                struct buf bytes[7] = { { 0 } };
                struct str strs[7];
                struct manifest_index *indexes[7] = { NULL };
                struct manifest_entry *all;
                size_t total = 0;
                struct buf merged = { 0 };
                struct buf json = { 0 };
                struct buf rebuilt = { 0 };
                struct manifest_sink index_sink = manifest_sink_of(&merged);
                struct manifest_sink json_sink = manifest_sink_of(&json);
                struct manifest_info info;
                struct err err = { 0 };

                arena_init(&arena, 0);
                all = arena_array(&arena, struct manifest_entry, 7 * 200);
                for (size_t s = 0; s < sources; s++) {
                        size_t count = roll(&dice, 200);
                        struct manifest_entry *entries = random_entries(&arena, &dice, count, false);
                        struct buf source = { 0 };

                        /* Half of the paths are common to the sources. */
                        for (size_t i = 0; i < count; i += 2)
                                entries[i].path = arena_printf(&arena, "common/%zu", i);
                        qsort(entries, count, sizeof *entries, by_entry_path);
                        write_json(&arena, &source, entries, count);
                        assert_ok(build(buf_str(&source), MANIFEST_MD5, &bytes[s], &info, &err));
                        strs[s] = buf_str(&bytes[s]);
                        indexes[s] = opened(&strs[s]);
                        memcpy(all + total, entries, count * sizeof *entries);
                        total += count;
                        buf_done(&source);
                }
                total = union_of(all, total);
                assert_ok(manifest_merge(indexes, sources, MANIFEST_MD5, &index_sink, &json_sink, &info, &err));
                assert_true(info.entries == total);
                assert_str(digest_of(&arena, all, total, CRYPTO_MD5), info.digest);
                assert_ok(build(buf_str(&json), MANIFEST_MD5, &rebuilt, &info, &err));
                assert_true(str_eq(buf_str(&rebuilt), buf_str(&merged)));
                {
                        struct str source = buf_str(&merged);
                        struct manifest_index *index = opened(&source);
                        struct manifest_entry *page = NULL;
                        size_t count = 0;

                        assert_ok(manifest_index_page(index, &arena, 0, total + 1, &page, &count, &err));
                        assert_int_equal(count, total);
                        for (size_t i = 0; i < total; i++)
                                assert_same_entry(&page[i], &all[i]);
                        manifest_index_free(index);
                }
                for (size_t s = 0; s < sources; s++) {
                        manifest_index_free(indexes[s]);
                        buf_done(&bytes[s]);
                }
                buf_done(&merged);
                buf_done(&json);
                buf_done(&rebuilt);
                arena_done(&arena);
        }
}

struct changes {
        size_t count[4];
        struct str last;
        struct arena *arena;
};

static enum rc note_change(void *payload, enum manifest_change change, const struct manifest_entry *before,
                           const struct manifest_entry *after, struct err *err UNUSED)
{
        struct changes *changes = payload;
        struct str path = before ? before->path : after->path;

        assert_int_equal(before == NULL, change == MANIFEST_ADDED);
        assert_int_equal(after == NULL, change == MANIFEST_REMOVED);
        assert_true(str_is_null(changes->last) || str_cmp(changes->last, path) < 0);
        changes->last = arena_str(changes->arena, path);
        changes->count[change]++;
        return RC_OK;
}

static void compare_names_every_change(void **state UNUSED)
{
        struct fixture f;
        struct changes changes = { .arena = &f.arena };
        struct buf json = { 0 };
        struct buf bytes = { 0 };
        struct manifest_entry *other;
        size_t count = 0;
        struct manifest_info info;
        struct err err = { 0 };
        struct str source;
        struct manifest_index *index;

        make(&f, 400, 31);
        other = arena_array(&f.arena, struct manifest_entry, 500);
        for (size_t i = 0; i < f.count; i++) {
                if (i % 10 == 0)
                        continue; /* 40 removed */
                other[count] = f.entries[i];
                if (i % 10 == 1)
                        other[count].digest = STR("AAAAAAAAAAAAAAAAAAAAAQ=="); /* 40 changed */
                count++;
        }
        for (size_t i = 0; i < 25; i++) {
                other[count] = f.entries[0];
                other[count++].path = arena_printf(&f.arena, "zz/%02zu", i);
        }
        qsort(other, count, sizeof *other, by_entry_path);
        write_json(&f.arena, &json, other, count);
        assert_ok(build(buf_str(&json), MANIFEST_MD5, &bytes, &info, &err));
        source = buf_str(&bytes);
        index = opened(&source);
        assert_ok(manifest_compare(f.index, index, note_change, &changes, &err));
        assert_int_equal(changes.count[MANIFEST_ADDED], 25);
        assert_int_equal(changes.count[MANIFEST_REMOVED], 40);
        assert_int_equal(changes.count[MANIFEST_CHANGED], 40);
        assert_int_equal(changes.count[MANIFEST_SAME], 320);
        manifest_index_free(index);
        buf_done(&json);
        buf_done(&bytes);
        done(&f);
}

static void digest_text_has_one_spelling(void **state UNUSED)
{
        struct dice dice = { 4 };
        uint8_t digest[16];
        uint8_t back[16];
        char text[25];

        for (int i = 0; i < 1000; i++) {
                struct arena arena;

                arena_init(&arena, 0);
                for (size_t j = 0; j < 16; j++)
                        digest[j] = (uint8_t)roll(&dice, 256);
                manifest_digest_format(digest, text);
                assert_str(crypto_base64(&arena, digest, 16), text);
                assert_true(manifest_digest_parse(str_from(text), back));
                assert_memory_equal(digest, back, 16);
                text[roll(&dice, 24)] = "AZaz09+/=-_ \n"[roll(&dice, 13)];
                if (manifest_digest_parse(str_from(text), back))
                        assert_str(crypto_base64(&arena, back, 16), text);
                arena_done(&arena);
        }
        assert_false(manifest_digest_parse(STR_NULL, back));
}

static int start(void **state UNUSED)
{
        crypto_start();
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(build_digest_matches_known_vectors),
                cmocka_unit_test(build_sums_and_digest_of_random_manifests),
                cmocka_unit_test(build_takes_keys_in_any_order_and_skips_unknown_ones),
                cmocka_unit_test(build_sorts_what_is_out_of_order),
                cmocka_unit_test(build_refuses_what_is_wrong),
                cmocka_unit_test(build_limits_are_held),
                cmocka_unit_test(build_keeps_what_resolving_finds),
                cmocka_unit_test(index_finds_every_path_and_no_other),
                cmocka_unit_test(index_pages_hold_exactly_their_entries),
                cmocka_unit_test(index_page_reads_little),
                cmocka_unit_test(index_seek_gives_the_first_not_before),
                cmocka_unit_test(index_finds_files_by_digest),
                cmocka_unit_test(index_finds_digests_among_equal_ones),
                cmocka_unit_test(index_damage_never_gives_a_wrong_answer),
                cmocka_unit_test(index_short_leaf_is_damage),
                cmocka_unit_test(json_write_reads_back_the_same),
                cmocka_unit_test(merge_is_an_update_of_a_dictionary),
                cmocka_unit_test(compare_names_every_change),
                cmocka_unit_test(digest_text_has_one_spelling),
        };

        return cmocka_run_group_tests(tests, start, NULL);
}
