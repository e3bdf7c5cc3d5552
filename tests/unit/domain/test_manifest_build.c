/* Tests of domain/manifest_read.c and domain/manifest_build.c: from JSON to an index. */
#include "manifest_fixture.h"

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

static enum rc resolve_one(struct resolver *resolver, struct manifest_entry *entry, struct err *err)
{
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

static enum rc resolve(void *payload, struct manifest_entry *entries, size_t count, struct err *err)
{
        enum rc rc = RC_OK;

        assert_true(count > 0 && count <= MANIFEST_RESOLVE_MAX);
        for (size_t i = 0; !rc && i < count; i++)
                rc = resolve_one(payload, &entries[i], err);
        return rc;
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
        entries = random_entries(&arena, &dice, 600, true);
        write_json(&arena, &json, entries, 600);
        json_bytes = buf_str(&json);
        order = (struct manifest_build){ .json = manifest_bytes_of(&json_bytes),
                                         .index = manifest_sink_of(&index),
                                         .resolve = resolve,
                                         .payload = &resolver };
        assert_ok(manifest_index_build(&order, &info, &err));
        assert_int_equal(resolver.calls, 600);
        bytes = buf_str(&index);
        found = opened(&bytes);
        for (size_t i = 0; i < 600; i++) {
                struct manifest_entry entry;

                resolver.calls = 0;
                assert_ok(resolve_one(&resolver, &entries[i], &err));
                assert_ok(manifest_index_find(found, &arena, entries[i].path, &entry, NULL, &err));
                assert_same_entry(&entry, &entries[i]);
        }
        manifest_index_free(found);
        buf_clear(&index);
        resolver = (struct resolver){ .fail_at = 300 };
        assert_int_equal(manifest_index_build(&order, &info, &err), RC_CONFLICT);
        assert_int_equal(resolver.calls, 300);
        buf_done(&json);
        buf_done(&index);
        arena_done(&arena);
}

/* A source and a sink that fail at the nth call. */
struct failing {
        struct str json;
        size_t reads;
        size_t writes;
        size_t fail_read;
        size_t fail_write;
};

static enum rc failing_read(void *payload, uint64_t offset, void *ret, size_t len, struct err *err)
{
        struct failing *failing = payload;

        if (++failing->reads == failing->fail_read)
                return err_set(err, RC_IO, "The disk is gone.");
        memcpy(ret, failing->json.ptr + offset, len);
        return RC_OK;
}

static enum rc failing_write(void *payload, struct str data UNUSED, struct err *err)
{
        struct failing *failing = payload;

        if (++failing->writes == failing->fail_write)
                return err_set(err, RC_UNAVAILABLE, "The disk is full.");
        return RC_OK;
}

static void build_hands_on_what_its_callbacks_answer(void **state UNUSED)
{
        struct dice dice = { 12 };
        struct failing failing = { 0 };
        struct arena arena;
        struct manifest_entry *entries;
        struct buf json = { 0 };
        struct manifest_build order;
        struct manifest_info info = { .entries = 77 };
        struct err err = { 0 };
        size_t reads;
        size_t writes;

        arena_init(&arena, 0);
        entries = random_entries(&arena, &dice, 8000, true);
        write_json(&arena, &json, entries, 8000);
        failing.json = buf_str(&json);
        order = (struct manifest_build){ .json = { failing_read, &failing, json.len },
                                         .index = { failing_write, NULL, &failing } };
        assert_ok(manifest_index_build(&order, &info, &err));
        reads = failing.reads;
        writes = failing.writes;
        assert_true(reads > 2 && writes > 1);
        info.entries = 77;
        for (size_t i = 1; i <= reads; i++) {
                failing = (struct failing){ .json = buf_str(&json), .fail_read = i };
                assert_int_equal(manifest_index_build(&order, &info, &err), RC_IO);
                assert_string_equal(err.msg, "The disk is gone.");
        }
        for (size_t i = 1; i <= writes; i++) {
                failing = (struct failing){ .json = buf_str(&json), .fail_write = i };
                assert_int_equal(manifest_index_build(&order, &info, &err), RC_UNAVAILABLE);
        }
        assert_true(info.entries == 77);
        buf_done(&json);
        arena_done(&arena);
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
                cmocka_unit_test(build_hands_on_what_its_callbacks_answer),
                cmocka_unit_test(digest_text_has_one_spelling),
        };

        return cmocka_run_group_tests(tests, start_crypto, NULL);
}
