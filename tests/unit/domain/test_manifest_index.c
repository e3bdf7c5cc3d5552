/* Tests of domain/manifest_index.c: looking things up, in sound and in damaged indexes. */
#include "manifest_fixture.h"

#include "domain/manifest_internal.h"

static void index_finds_every_path_and_no_other(void **state UNUSED)
{
        static const size_t counts[] = { 0, 1, 2, 31, 32, 33, 64, 500, 3500 };

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

        make(&f, 100, 42);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(index_finds_every_path_and_no_other),
                cmocka_unit_test(index_pages_hold_exactly_their_entries),
                cmocka_unit_test(index_page_reads_little),
                cmocka_unit_test(index_seek_gives_the_first_not_before),
                cmocka_unit_test(index_finds_files_by_digest),
                cmocka_unit_test(index_finds_digests_among_equal_ones),
                cmocka_unit_test(index_damage_never_gives_a_wrong_answer),
                cmocka_unit_test(index_short_leaf_is_damage),
        };

        return cmocka_run_group_tests(tests, start_crypto, NULL);
}
