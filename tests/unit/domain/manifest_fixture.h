/*
 * manifest_fixture.h - an index of random entries in memory, and what to compare it with.
 */
#ifndef VITRINE_TESTS_DOMAIN_MANIFEST_FIXTURE_H
#define VITRINE_TESTS_DOMAIN_MANIFEST_FIXTURE_H

#include "unit.h"

#include "crypto/crypto.h"
#include "manifests.h"

/* A source that counts how often it is asked. */
struct counted {
        struct str bytes;
        size_t reads;
        size_t read_bytes;
};

static inline enum rc counted_read(void *payload, uint64_t offset, void *ret, size_t len, struct err *err UNUSED)
{
        struct counted *counted = payload;

        assert_true(offset <= counted->bytes.len && counted->bytes.len - offset >= len);
        memcpy(ret, counted->bytes.ptr + offset, len);
        counted->reads++;
        counted->read_bytes += len;
        return RC_OK;
}

static inline enum rc build(struct str json, enum manifest_algorithm algorithm, struct buf *index, struct manifest_info *info,
                     struct err *err)
{
        struct manifest_build order = { .json = manifest_bytes_of(&json),
                                        .index = manifest_sink_of(index),
                                        .algorithm = algorithm };

        return manifest_index_build(&order, info, err);
}

static inline struct manifest_index *opened(const struct str *bytes)
{
        struct manifest_bytes source = manifest_bytes_of(bytes);
        struct manifest_index *index = NULL;
        struct err err = { 0 };

        assert_ok(manifest_index_open(&source, &index, &err));
        return index;
}

static inline void assert_same_entry(const struct manifest_entry *a, const struct manifest_entry *b)
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
static inline struct str digest_of(struct arena *arena, const struct manifest_entry *entries, size_t count,
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

struct fixture {
        struct arena arena;
        struct dice dice;
        struct manifest_entry *entries;
        size_t count;
        struct buf bytes;
        struct counted counted;
        struct manifest_index *index;
};

static inline void make(struct fixture *f, size_t count, uint64_t seed)
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

static inline void done(struct fixture *f)
{
        manifest_index_free(f->index);
        buf_done(&f->bytes);
        arena_done(&f->arena);
}

static inline int start_crypto(void **state UNUSED)
{
        crypto_start();
        return 0;
}

#endif
