/*
 * manifests.h - random entries, their JSON, and a slow model to compare with.
 */
#ifndef VITRINE_TESTS_DOMAIN_MANIFESTS_H
#define VITRINE_TESTS_DOMAIN_MANIFESTS_H

#include "domain/manifest.h"
#include "json/json.h"
#include "model/model.h"

/* Numbers that are the same in every run. */
struct dice {
        uint64_t state;
};

static inline uint32_t roll(struct dice *dice, uint32_t sides)
{
        dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
        return (uint32_t)(dice->state >> 33) % sides;
}

/* A path that is different for every number, in an order that is not the numbers'. */
static inline struct str random_path(struct arena *arena, struct dice *dice, size_t number)
{
        static const char *const words[] = { "data", "a b", "x:y", "100%", "\xc3\xa9t\xc3\xa9", "\xf0\x9f\x98\x80",
                                             "model", "z", "A", "<&>" };
        struct str folder = arena_printf(arena, "%s/%s%u", words[roll(dice, ARRAY_LEN(words))],
                                         words[roll(dice, ARRAY_LEN(words))], roll(dice, 7));

        return arena_printf(arena, "%.*s/%s-%06zu", STR_ARG(folder), words[roll(dice, ARRAY_LEN(words))], number);
}

static inline struct manifest_entry random_entry(struct arena *arena, struct dice *dice, size_t number)
{
        struct manifest_entry entry = { .path = random_path(arena, dice, number), .size_bytes = -1 };
        uint8_t digest[16];
        char text[25];

        for (size_t i = 0; i < sizeof digest; i++)
                digest[i] = (uint8_t)roll(dice, 256);
        /* Some share their content with others. */
        if (roll(dice, 5) == 0)
                memset(digest, (int)roll(dice, 3), sizeof digest);
        manifest_digest_format(digest, text);
        entry.digest = arena_str(arena, str_from(text));
        if (roll(dice, 10) > 0)
                entry.size_bytes = roll(dice, 3) == 0 ? 0 : (int64_t)roll(dice, UINT32_MAX) * roll(dice, 1000);
        if (roll(dice, 6) == 0) {
                entry.ref = arena_printf(arena, "s3://bucket/%zu?v=%u", number, roll(dice, 100));
                entry.extra = arena_printf(arena, "{\"etag\":\"%u\",\"versionID\":null}", roll(dice, 1000));
                if (roll(dice, 2) == 0)
                        entry.digest = entry.ref;
        } else if (roll(dice, 8) == 0) {
                entry.extra = STR("{\"alg\":\"XXH128\"}");
                entry.is_xxh128 = true;
        }
        if (roll(dice, 2) == 0)
                entry.birth_artifact = 1 + roll(dice, 100000);
        return entry;
}

static inline int by_entry_path(const void *a, const void *b)
{
        return str_cmp(((const struct manifest_entry *)a)->path, ((const struct manifest_entry *)b)->path);
}

static inline struct manifest_entry *random_entries(struct arena *arena, struct dice *dice, size_t count, bool sorted)
{
        struct manifest_entry *entries = arena_array(arena, struct manifest_entry, count);

        for (size_t i = 0; i < count; i++)
                entries[i] = random_entry(arena, dice, i);
        if (sorted)
                qsort(entries, count, sizeof *entries, by_entry_path);
        return entries;
}

/* As a client would write them, in the order given. */
static inline void write_json(struct arena *arena, struct buf *buf, const struct manifest_entry *entries, size_t count)
{
        struct json_writer w;

        json_writer_init(&w, buf);
        w.html_safe = true;
        json_begin_object(&w);
        json_key_int(&w, "version", 1);
        json_key_string(&w, "storagePolicy", STR("wandb-storage-policy-v1"));
        json_key(&w, STR("storagePolicyConfig"));
        json_raw(&w, STR("{\"storageLayout\":\"V2\",\"storageRegion\":\"eu\"}"));
        json_key(&w, STR("contents"));
        json_begin_object(&w);
        for (size_t i = 0; i < count; i++) {
                json_key(&w, entries[i].path);
                json_begin_object(&w);
                json_key_string(&w, "digest", entries[i].digest);
                if (entries[i].birth_artifact)
                        json_key_string(&w, "birthArtifactID",
                                        id_format(arena, (struct id){ MODEL_ARTIFACT, entries[i].birth_artifact }));
                if (!str_is_null(entries[i].ref))
                        json_key_string(&w, "ref", entries[i].ref);
                if (!str_is_null(entries[i].extra)) {
                        json_key(&w, STR("extra"));
                        json_raw(&w, entries[i].extra);
                }
                if (entries[i].size_bytes >= 0)
                        json_key_int(&w, "size", entries[i].size_bytes);
                json_key_string(&w, "local_path", STR("/home/someone/file"));
                json_key_bool(&w, "skip_cache", false);
                json_end_object(&w);
        }
        json_end_object(&w);
        json_end_object(&w);
}

#endif
