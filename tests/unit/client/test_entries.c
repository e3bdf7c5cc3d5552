/* Tests of client/entries.c and client/manifest.c: order, digests, manifests in any pieces. */
#include "unit.h"

#include "client/entries.h"
#include "crypto/crypto.h"

static int start(void **state UNUSED)
{
        return crypto_try_start() ? 0 : -1;
}

static struct entry *add(struct entries *entries, const char *path, const char *content)
{
        struct entry *entry = entries_add(entries, str_from(path));

        assert_non_null(entry);
        crypto_md5(content, strlen(content), entry->md5);
        entry->hashed = entry->has_size = true;
        entry->size = strlen(content);
        return entry;
}

/* The vectors are the wandb client's. */
static void entries_digest_is_that_of_other_clients(void **state UNUSED)
{
        struct entries entries;
        char digest[33], room[32];
        struct err err = { 0 };

        entries_begin(&entries);
        assert_int_equal(entries_digest(&entries, false, digest, &err), RC_OK);
        assert_string_equal(digest, "64e7c61456b10382e2f3b571ac24b659");
        assert_string_equal(entry_digest(add(&entries, "file1.txt", "hello"), room), "XUFAKrxLKna5cZ2REBfFkg==");
        assert_int_equal(entries_digest(&entries, false, digest, &err), RC_OK);
        assert_string_equal(digest, "a00c2239f036fb656c1dcbf9a32d89b4");
        entries_done(&entries);
}

static void entries_sort_keeps_the_last_of_a_name(void **state UNUSED)
{
        struct entries entries;

        entries_begin(&entries);
        (void)add(&entries, "b", "first");
        (void)add(&entries, "a/z", "x");
        (void)add(&entries, "b", "second one");
        (void)add(&entries, "a", "y");
        entries_sort(&entries);
        assert_int_equal(entries.count, 3);
        assert_string_equal(entries.items[0].path, "a");
        assert_string_equal(entries.items[1].path, "a/z");
        assert_int_equal(entries_find(&entries, "b")->size, strlen("second one"));
        assert_null(entries_find(&entries, "c"));
        entries_done(&entries);
}

static enum rc read_in_pieces(struct entries *entries, struct str text, size_t piece, struct err *err)
{
        struct manifest_reader *reader = NULL;
        enum rc rc = manifest_reader_new(entries, &reader, err);

        for (size_t at = 0; at < text.len && !rc; at += piece) {
                /* A copy of its own, so that a sanitizer sees whoever looks at it too late. */
                struct str part = str_slice(text, at, at + piece > text.len ? text.len : at + piece);
                char *copy = malloc(part.len);

                assert_non_null(copy);
                memcpy(copy, part.ptr, part.len);
                rc = manifest_reader_feed(reader, (struct str){ copy, part.len }, false, err);
                free(copy);
        }
        if (!rc)
                rc = manifest_reader_feed(reader, STR(""), true, err);
        manifest_reader_free(reader);
        return rc;
}

static void manifest_read_gives_back_what_was_written(void **state UNUSED)
{
        struct buf text = { .fallible = true }, again = { .fallible = true };
        struct entries entries;
        struct err err = { 0 };
        struct entry *entry;

        entries_begin(&entries);
        (void)add(&entries, "plain", "content");
        entry = add(&entries, "quoted \" \xc3\xbc", "");
        entry->birth = "QXJ0aWZhY3Q6NQ==";
        entry = add(&entries, "ref", "x");
        entry->hashed = false;
        entry->reference = "s3://bucket/key";
        entry->digest = "etag-1";
        entry->extra = "{\"etag\":\"etag-1\",\"deep\":[1,{\"a\":null}]}";
        entries_sort(&entries);
        entries_write(&entries, &text);
        for (size_t piece = 1; piece < text.len + 2; piece = piece < 40 ? piece + 1 : piece * 2) {
                struct entries back;

                entries_begin(&back);
                assert_int_equal(read_in_pieces(&back, buf_str(&text), piece, &err), RC_OK);
                buf_clear(&again);
                entries_write(&back, &again);
                assert_int_equal(again.len, text.len);
                assert_memory_equal(again.ptr, text.ptr, text.len);
                entries_done(&back);
        }
        entries_done(&entries);
        buf_done(&text);
        buf_done(&again);
}

static void manifest_read_skips_what_it_does_not_know(void **state UNUSED)
{
        static const char text[] = "{\"new\": [{}], \"version\": 1, \"storagePolicy\": \"wandb-storage-policy-v1\", "
                "\"storagePolicyConfig\": {\"storageLayout\": \"V2\", \"x\": {}}, \"contents\": {\"a\": {\"local_path\": \"/x\", "
                "\"skip_cache\": true, \"digest\": \"XUFAKrxLKna5cZ2REBfFkg==\", \"size\": 5, \"extra\": {}}}}";
        struct entries entries;
        struct err err = { 0 };

        entries_begin(&entries);
        assert_int_equal(read_in_pieces(&entries, str_from(text), 7, &err), RC_OK);
        assert_int_equal(entries.count, 1);
        assert_int_equal(entries.items[0].size, 5);
        assert_true(entries.items[0].hashed);
        assert_null(entries.items[0].extra);
        entries_done(&entries);
}

static void manifest_read_refuses_what_is_none(void **state UNUSED)
{
        static const char *const wrong[] = {
                "", "[]", "{}", "{\"version\": 2, \"contents\": {}}", "{\"contents\": []}", "{\"version\": 1, \"contents\": {\"a\": 5}}",
                "{\"version\": 1, \"contents\": {\"a\": {}}}", "{\"version\": 1, \"contents\": {\"a\": {\"digest\": 5}}}",
                "{\"version\": 1, \"contents\": {\"../a\": {\"digest\": \"XUFAKrxLKna5cZ2REBfFkg==\"}}}",
                "{\"version\": 1, \"contents\": {\"/a\": {\"digest\": \"XUFAKrxLKna5cZ2REBfFkg==\"}}}",
                "{\"version\": 1, \"contents\": {\"a\": {\"digest\": \"no bytes, no reference\"}}}",
                "{\"version\": 1, \"contents\": {\"a\": {\"digest\": \"XUFAKrxLKna5cZ2REBfFkg==\", \"size\": -1}}}",
                "{\"version\": 1, \"storagePolicy\": \"other\", \"contents\": {}}",
        };

        for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
                struct entries entries;
                struct err err = { 0 };

                entries_begin(&entries);
                assert_int_not_equal(read_in_pieces(&entries, str_from(wrong[i]), 3, &err), RC_OK);
                assert_true(err.msg[0] != '\0');
                entries_done(&entries);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(entries_digest_is_that_of_other_clients),
                cmocka_unit_test(entries_sort_keeps_the_last_of_a_name),
                cmocka_unit_test(manifest_read_gives_back_what_was_written),
                cmocka_unit_test(manifest_read_skips_what_it_does_not_know),
                cmocka_unit_test(manifest_read_refuses_what_is_none),
        };

        return cmocka_run_group_tests(tests, start, NULL);
}
