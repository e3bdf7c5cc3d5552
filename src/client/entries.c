/*
 * client/entries.c - a list of entries and its digest; see entries.h and docs/formats.md.
 */
#include "client/entries.h"

#include "crypto/crypto.h"

void entries_begin(struct entries *entries)
{
        *entries = (struct entries){ .sorted = true };
        arena_begin(&entries->arena);
}

void entries_done(struct entries *entries)
{
        mem_free(entries->items);
        arena_done(&entries->arena);
        entries_begin(entries);
}

struct entry *entries_add(struct entries *entries, struct str path)
{
        struct entry *grown, *entry;
        size_t cap = entries->cap ? entries->cap * 2 : 64;

        if (entries->count == entries->cap) {
                grown = mem_resize(entries->items, cap * sizeof(*grown));
                if (!grown)
                        return NULL;
                entries->items = grown;
                entries->cap = cap;
        }
        entry = &entries->items[entries->count];
        *entry = (struct entry){ .order = (uint32_t)entries->count, .path = arena_cstr(&entries->arena, path) };
        if (!entry->path)
                return NULL;
        entries->sorted = entries->sorted && (entries->count == 0 || strcmp(entry[-1].path, entry->path) < 0);
        entries->count++;
        return entry;
}

static int by_path(const void *a, const void *b)
{
        const struct entry *left = a, *right = b;
        int order = strcmp(left->path, right->path);

        return order ? order : (left->order > right->order) - (left->order < right->order);
}

void entries_sort(struct entries *entries)
{
        size_t kept = 0;

        if (entries->sorted)
                return;
        qsort(entries->items, entries->count, sizeof(*entries->items), by_path);
        for (size_t i = 0; i < entries->count; i++)
                if (i + 1 == entries->count || strcmp(entries->items[i].path, entries->items[i + 1].path) != 0)
                        entries->items[kept++] = entries->items[i];
        entries->count = kept;
        for (size_t i = 0; i < kept; i++)
                entries->items[i].order = (uint32_t)i;
        entries->sorted = true;
}

struct entry *entries_find(const struct entries *entries, const char *path)
{
        size_t low = 0, high = entries->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = strcmp(entries->items[middle].path, path);

                if (order == 0)
                        return &entries->items[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

const char *entry_digest(const struct entry *entry, char room[static 32])
{
        if (entry->digest)
                return entry->digest;
        if (!entry->hashed)
                return "";
        crypto_base64_to(room, entry->md5, sizeof(entry->md5));
        return room;
}

void entries_digest_begin(struct crypto_digest *digest)
{
        static const char head[] = "wandb-artifact-manifest-v1\n";

        crypto_digest_add(digest, head, sizeof(head) - 1);
}

void entry_digest_add(struct crypto_digest *digest, const struct entry *entry)
{
        char room[32];
        const char *text = entry_digest(entry, room);

        crypto_digest_add(digest, entry->path, strlen(entry->path));
        crypto_digest_add(digest, ":", 1);
        crypto_digest_add(digest, text, strlen(text));
        crypto_digest_add(digest, "\n", 1);
}

void entries_digest_end(struct crypto_digest *digest, char ret[static 33])
{
        uint8_t sum[16];

        crypto_digest_end(digest, sum);
        crypto_hex_to(ret, sum, sizeof(sum));
}

enum rc entries_digest(const struct entries *entries, bool xxh, char ret[static 33], struct err *err)
{
        struct crypto_digest *digest = crypto_digest_try_new(xxh ? CRYPTO_XXH128 : CRYPTO_MD5);

        if (!digest)
                return mem_fail(err);
        entries_digest_begin(digest);
        for (size_t i = 0; i < entries->count; i++)
                entry_digest_add(digest, &entries->items[i]);
        entries_digest_end(digest, ret);
        (void)crypto_digest_free(digest);
        return RC_OK;
}
