/* Tests of domain/manifest_merge.c: unions, comparisons, the JSON written. */
#include "manifest_fixture.h"

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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_write_reads_back_the_same),
                cmocka_unit_test(merge_is_an_update_of_a_dictionary),
                cmocka_unit_test(compare_names_every_change),
        };

        return cmocka_run_group_tests(tests, start_crypto, NULL);
}
