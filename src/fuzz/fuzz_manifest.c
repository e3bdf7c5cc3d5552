/*
 * fuzz/fuzz_manifest.c - any bytes as a manifest's JSON and as an index.
 *
 * The first byte chooses. JSON that is taken must come back out of its index entry by
 * entry, and the JSON written from the index must give the same index again. An index of
 * hostile bytes may answer anything but must stay within its bounds. A fuzzing build (see
 * FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION) takes every checksum for right, so that the
 * fuzzer gets past them.
 */
#include <unistd.h>

#include "crypto/crypto.h"
#include "domain/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

static enum rc build(struct str json, struct buf *index, struct manifest_info *info)
{
        struct manifest_build order = { .json = manifest_bytes_of(&json), .index = manifest_sink_of(index) };
        struct err err = { 0 };
        enum rc rc = manifest_index_build(&order, info, &err);

        demand(!rc || err.msg[0], "an error without a message\n");
        return rc;
}

/* All that can be asked. `sound`: the index is our own, so nothing may fail. */
static void ask(struct manifest_index *index, bool sound)
{
        struct manifest_cursor *cursor = manifest_cursor_new(index, 0);
        const struct manifest_info *info = manifest_index_info(index);
        struct arena arena;
        struct manifest_entry entry;
        struct manifest_entry found;
        struct manifest_entry *page = NULL;
        uint64_t ordinal = 0;
        uint64_t count = 0;
        size_t page_count = 0;
        uint8_t digest[16];
        bool end = false;
        enum rc rc = RC_OK;

        arena_init(&arena, 0);
        while (!rc && count < 100000) {
                rc = manifest_cursor_next(cursor, &entry, &end, NULL);
                if (rc || end)
                        break;
                demand(entry.path.len > 0 && entry.path.len <= 4096, "a path out of bounds\n");
                rc = manifest_index_find(index, &arena, entry.path, &found, &ordinal, NULL);
                demand(!sound || (!rc && ordinal == count && str_eq(found.digest, entry.digest)), "not found\n");
                if (!manifest_is_reference(&entry) && manifest_digest_parse(entry.digest, digest)) {
                        rc = manifest_index_find_digest(index, &arena, digest, &found, NULL);
                        demand(!sound || (!rc && str_eq(found.digest, entry.digest)), "no such digest\n");
                }
                count++;
                if (arena.used_bytes > 1 << 20)
                        arena_done(&arena);
        }
        demand(!sound || (!rc && count == info->entries), "entries lost\n");
        (void)!manifest_index_find(index, &arena, STR("m/n"), &found, NULL, NULL);
        (void)!manifest_index_seek(index, STR("m/n"), &ordinal, NULL);
        (void)!manifest_index_find_digest(index, &arena, (const uint8_t *)"0123456789abcdef", &found, NULL);
        (void)!manifest_index_page(index, &arena, count / 2, 50, &page, &page_count, NULL);
        manifest_cursor_free(cursor);
        arena_done(&arena);
}

static enum rc ignore_change(void *payload UNUSED, enum manifest_change change UNUSED,
                             const struct manifest_entry *before UNUSED, const struct manifest_entry *after UNUSED,
                             struct err *err UNUSED)
{
        return RC_OK;
}

static void check_json(struct str json)
{
        struct buf bytes = { 0 };
        struct buf again = { 0 };
        struct buf written = { 0 };
        struct manifest_info info;
        struct manifest_info info_again;

        if (build(json, &bytes, &info) == RC_OK) {
                struct str source = buf_str(&bytes);
                struct manifest_bytes read = manifest_bytes_of(&source);
                struct manifest_sink sink = manifest_sink_of(&written);
                struct manifest_index *index = NULL;

                demand(manifest_index_open(&read, &index, NULL) == RC_OK, "our own index does not open\n");
                ask(index, true);
                demand(manifest_json_write(index, &sink, NULL) == RC_OK, "not written\n");
                demand(build(buf_str(&written), &again, &info_again) == RC_OK, "what we wrote is not taken\n");
                demand(str_eq(buf_str(&again), source), "written as something else\n");
                manifest_index_free(index);
        }
        buf_done(&bytes);
        buf_done(&again);
        buf_done(&written);
}

static void check_index(struct str bytes)
{
        struct manifest_bytes read = manifest_bytes_of(&bytes);
        struct manifest_index *index = NULL;
        struct manifest_index *twins[2];
        struct manifest_info info;
        struct buf merged = { 0 };
        struct buf json = { 0 };
        struct manifest_sink index_sink = manifest_sink_of(&merged);
        struct manifest_sink json_sink = manifest_sink_of(&json);

        if (manifest_index_open(&read, &index, NULL))
                return;
        ask(index, false);
        twins[0] = twins[1] = index;
        (void)!manifest_merge(twins, 2, MANIFEST_MD5, &index_sink, &json_sink, &info, NULL);
        (void)!manifest_compare(index, index, ignore_change, NULL, NULL);
        manifest_index_free(index);
        buf_done(&merged);
        buf_done(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static bool started;

        if (!started) {
                crypto_start();
                started = true;
        }
        if (size == 0 || size > 1 << 17)
                return 0;
        if (data[0] == 'i')
                check_index((struct str){ (const char *)data + 1, size - 1 });
        else
                check_json((struct str){ (const char *)data + 1, size - 1 });
        return 0;
}
