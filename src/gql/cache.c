/*
 * gql/cache.c - each document text is parsed, validated and planned once.
 *
 * Clients send the same few documents over and over. A hash table finds them by their
 * whole text (a hash with a secret seed, then a comparison of every byte: two texts are
 * never mixed up, and nobody can aim at one bucket). The least recently used ones leave
 * when the sum of their sizes is over the bound; who still runs one holds a reference.
 * Documents with errors are not kept.
 *
 * One lock guards table, list and sizes; it is held for a look-up, never while parsing.
 * Two threads that meet a new text at the same time both parse it, and one result stays.
 */
#include <pthread.h>
#include <sys/random.h>

#include "gql/internal.h"

enum { BUCKETS = 4096, DEFAULT_MAX_BYTES = 32 * 1024 * 1024 };

struct gql_cache {
        const struct gql_schema *schema;
        struct gql_index *index;
        struct gql_limits limits;
        size_t max_bytes;
        uint64_t seed;
        pthread_mutex_t lock;           /* guards what follows */
        size_t bytes;
        struct gql_prepared *newest, *oldest;
        struct gql_prepared *buckets[BUCKETS];
};

/* ---- hash ------------------------------------------------------------------------------- */

static uint64_t fold(uint64_t a, uint64_t b)
{
        __extension__ unsigned __int128 product = (unsigned __int128)a * b;

        return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *bytes, size_t len)
{
        uint64_t word = 0;

        memcpy(&word, bytes, len < 8 ? len : 8);
        return word;
}

/* 16 bytes a step by multiplying and folding; the seed goes into every step. */
static uint64_t text_hash(uint64_t seed, struct str text)
{
        const uint64_t odd1 = 0xa0761d6478bd642fu, odd2 = 0xe7037ed1a0b428dbu;
        uint64_t hash = seed ^ fold(text.len ^ odd1, odd2);
        size_t at = 0;

        for (; at + 16 <= text.len; at += 16)
                hash = fold(load(text.ptr + at, 8) ^ odd1 ^ seed, load(text.ptr + at + 8, 8) ^ hash);
        if (at < text.len) {
                size_t left = text.len - at;
                uint64_t high = left > 8 ? load(text.ptr + at + 8, left - 8) : 0;

                hash = fold(load(text.ptr + at, left) ^ odd1 ^ seed, high ^ hash);
        }
        return fold(hash ^ odd2, seed ^ odd1);
}

/* ---- one document ----------------------------------------------------------------------- */

static void prepared_free(struct gql_prepared *prepared)
{
        arena_done(&prepared->arena);
        free(prepared);
}

static void prepared_unref(struct gql_prepared *prepared)
{
        if (atomic_fetch_sub_explicit(&prepared->references, 1, memory_order_acq_rel) == 1)
                prepared_free(prepared);
}

void gql_prepared_release(struct gql_prepared **prepared)
{
        if (*prepared)
                prepared_unref(*prepared);
        *prepared = NULL;
}

/* Errors go to `arena`; the document's own memory is freed with it. */
static enum rc prepare(struct gql_cache *cache, struct arena *arena, struct str source,
                       struct gql_prepared **ret, struct gql_error **ret_errors, struct err *err)
{
        struct gql_prepared *prepared = calloc(1, sizeof(*prepared));
        struct gql_error *errors = arena_new(arena, struct gql_error);
        enum rc rc;

        assert(prepared);
        prepared->cache = cache;
        atomic_init(&prepared->references, 1);
        arena_init(&prepared->arena, 0);
        rc = gql_parse(&prepared->arena, arena_str(&prepared->arena, source), &cache->limits, &prepared->document,
                       errors, err);
        if (rc) {
                errors->message = arena_str(arena, errors->message);
                *ret_errors = errors;
                prepared_free(prepared);
                return rc;
        }
        errors = gql_validate(arena, cache->schema, prepared->document, &cache->limits);
        if (!errors) {
                gql_plan_make(&prepared->arena, cache->index, prepared->document, &prepared->plan);
                errors = gql_limits_check(arena, &prepared->plan, &cache->limits);
        }
        if (errors) {
                for (struct gql_error *e = errors; e; e = e->next)
                        e->message = arena_str(arena, e->message);
                *ret_errors = errors;
                prepared_free(prepared);
                return err_set(err, errors->rc, "%.*s", STR_ARG(errors->message));
        }
        prepared->bytes = prepared->arena.used_bytes + sizeof(*prepared);
        *ret = prepared;
        return RC_OK;
}

/* ---- table and list; the lock is held ---------------------------------------------------- */

static struct gql_prepared **bucket_of(struct gql_cache *cache, uint64_t hash)
{
        return &cache->buckets[hash % BUCKETS];
}

static struct gql_prepared *find(struct gql_cache *cache, uint64_t hash, struct str source)
{
        struct gql_prepared *p = *bucket_of(cache, hash);

        while (p && !(p->hash == hash && str_eq(p->document->source, source)))
                p = p->chain;
        return p;
}

static void list_remove(struct gql_cache *cache, struct gql_prepared *p)
{
        *(p->newer ? &p->newer->older : &cache->newest) = p->older;
        *(p->older ? &p->older->newer : &cache->oldest) = p->newer;
        p->newer = p->older = NULL;
}

static void list_add(struct gql_cache *cache, struct gql_prepared *p)
{
        p->older = cache->newest;
        *(cache->newest ? &cache->newest->newer : &cache->oldest) = p;
        cache->newest = p;
}

static void evict(struct gql_cache *cache, struct gql_prepared *p)
{
        struct gql_prepared **link = bucket_of(cache, p->hash);

        while (*link != p)
                link = &(*link)->chain;
        *link = p->chain;
        list_remove(cache, p);
        cache->bytes -= p->bytes;
        prepared_unref(p);
}

static void insert(struct gql_cache *cache, struct gql_prepared *p)
{
        struct gql_prepared **link = bucket_of(cache, p->hash);

        while (cache->oldest && cache->bytes + p->bytes > cache->max_bytes)
                evict(cache, cache->oldest);
        p->chain = *link;
        *link = p;
        list_add(cache, p);
        cache->bytes += p->bytes;
        atomic_fetch_add_explicit(&p->references, 1, memory_order_relaxed);
}

/* ---- face ------------------------------------------------------------------------------- */

struct gql_cache *gql_cache_new(const struct gql_schema *schema, const struct gql_limits *limits, size_t max_bytes)
{
        struct gql_cache *cache = calloc(1, sizeof(*cache));

        assert(cache);
        cache->schema = schema;
        cache->index = gql_index_new(schema);
        cache->limits = gql_limits_defaults(limits);
        cache->max_bytes = max_bytes ? max_bytes : DEFAULT_MAX_BYTES;
        if (getrandom(&cache->seed, sizeof(cache->seed), 0) != sizeof(cache->seed))
                cache->seed = (uint64_t)(uintptr_t)cache;
        pthread_mutex_init(&cache->lock, NULL);
        return cache;
}

void gql_cache_free(struct gql_cache *cache)
{
        if (!cache)
                return;
        while (cache->oldest)
                evict(cache, cache->oldest);
        gql_index_free(cache->index);
        pthread_mutex_destroy(&cache->lock);
        free(cache);
}

const struct gql_index *gql_cache_index(const struct gql_cache *cache)
{
        return cache->index;
}

const struct gql_limits *gql_cache_limits(const struct gql_cache *cache)
{
        return &cache->limits;
}

static struct gql_prepared *lookup(struct gql_cache *cache, uint64_t hash, struct str source)
{
        struct gql_prepared *p;

        pthread_mutex_lock(&cache->lock);
        p = find(cache, hash, source);
        if (p) {
                atomic_fetch_add_explicit(&p->references, 1, memory_order_relaxed);
                if (p != cache->newest) {
                        list_remove(cache, p);
                        list_add(cache, p);
                }
        }
        pthread_mutex_unlock(&cache->lock);
        return p;
}

/* Keeps the document unless it is larger than the cache or somebody was faster. */
static void keep(struct gql_cache *cache, struct gql_prepared *prepared)
{
        if (prepared->bytes > cache->max_bytes)
                return;
        pthread_mutex_lock(&cache->lock);
        if (!find(cache, prepared->hash, prepared->document->source))
                insert(cache, prepared);
        pthread_mutex_unlock(&cache->lock);
}

enum rc gql_cache_get(struct gql_cache *cache, struct arena *arena, struct str source, struct gql_prepared **ret,
                      struct gql_error **ret_errors, struct err *err)
{
        uint64_t hash = text_hash(cache->seed, source);
        struct gql_prepared *prepared = lookup(cache, hash, source);
        enum rc rc;

        if (!prepared) {
                rc = prepare(cache, arena, source, &prepared, ret_errors, err);
                if (rc)
                        return rc;
                prepared->hash = hash;
                keep(cache, prepared);
        }
        *ret = prepared;
        return RC_OK;
}
