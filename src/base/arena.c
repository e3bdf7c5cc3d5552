/*
 * base/arena.c - request memory: blocks that are only ever freed together.
 *
 * Small pieces are cut from the head block; a piece that would waste much of a block
 * gets one of its own, kept behind the head so that the head stays in use. Every piece
 * starts on a max_align_t boundary. `used_bytes` counts rounded sizes and is the same
 * with and without VITRINE_ARENA_DEBUG, so that limits do not depend on the build.
 *
 * A few blocks of the usual sizes are kept for the next arena: requests come and go, often
 * freed by another thread than allocated them, and the C library would give their pages
 * back to the kernel and fault them in again each time.
 */
#include "base/arena.h"

#include <pthread.h>
#include <stdio.h>

#include "base/internal.h"
#include "base/mem.h"

#ifndef VITRINE_ARENA_DEBUG
#define VITRINE_ARENA_DEBUG 0
#endif

enum { FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 256 * 1024, SPARE_SIZES = 2, SPARES_MAX = 64 };

struct arena_block {
        struct arena_block *next;
        size_t size;
        size_t used;
        max_align_t data[];
};

/* Blocks of FIRST_BLOCK bytes, of twice as many...; at most SPARES_MAX of each, 3 MiB in all. */
static struct {
        pthread_mutex_t lock; /* guards all below */
        struct arena_block *blocks[SPARE_SIZES];
        unsigned count[SPARE_SIZES];
} spares = { .lock = PTHREAD_MUTEX_INITIALIZER };

void arena_init(struct arena *arena, size_t cap_bytes)
{
        *arena = (struct arena){ .cap_bytes = cap_bytes };
}

/* Which spare size this is; SPARE_SIZES: none. */
static size_t spare_size(size_t size)
{
        size_t i = 0;

        while (i < SPARE_SIZES && size != (size_t)FIRST_BLOCK << i)
                i++;
        return i;
}

static bool spare_put(struct arena_block *block)
{
        size_t i = spare_size(block->size);
        bool kept = false;

        if (VITRINE_ARENA_DEBUG || i == SPARE_SIZES)
                return false;
        pthread_mutex_lock(&spares.lock);
        if (spares.count[i] < SPARES_MAX) {
                block->next = spares.blocks[i];
                spares.blocks[i] = block;
                spares.count[i]++;
                kept = true;
        }
        pthread_mutex_unlock(&spares.lock);
        return kept;
}

/* NULL when there is none. */
static struct arena_block *spare_take(size_t size)
{
        size_t i = spare_size(size);
        struct arena_block *block;

        if (VITRINE_ARENA_DEBUG || i == SPARE_SIZES)
                return NULL;
        pthread_mutex_lock(&spares.lock);
        block = spares.blocks[i];
        if (block) {
                spares.blocks[i] = block->next;
                spares.count[i]--;
        }
        pthread_mutex_unlock(&spares.lock);
        return block;
}

static void blocks_free(struct arena_block *block, bool may_spare)
{
        while (block) {
                struct arena_block *next = block->next;

                if (!may_spare || !spare_put(block))
                        mem_free(block);
                block = next;
        }
}

void arena_done(struct arena *arena)
{
        blocks_free(arena->head, !arena->fallible);
        blocks_free(arena->kept, !arena->fallible);
        *arena = (struct arena){ .cap_bytes = arena->cap_bytes, .fallible = arena->fallible };
}

/* Pieces that had a small block of their own are not worth keeping. */
void arena_reset(struct arena *arena)
{
        struct arena_block *block = arena->head, *kept = arena->kept;

        if (VITRINE_ARENA_DEBUG) {
                arena_done(arena);
                return;
        }
        while (block) {
                struct arena_block *next = block->next;

                if (block->size >= FIRST_BLOCK) {
                        block->used = 0;
                        block->next = kept;
                        kept = block;
                } else {
                        mem_free(block);
                }
                block = next;
        }
        *arena = (struct arena){ .cap_bytes = arena->cap_bytes, .fallible = arena->fallible, .kept = kept };
}

/* The first of the kept blocks (few) that the piece fits into becomes the head. */
static struct arena_block *kept_take(struct arena *arena, size_t size)
{
        struct arena_block **at = &arena->kept, *block;

        while (*at && size > (*at)->size)
                at = &(*at)->next;
        block = *at;
        if (!block)
                return NULL;
        *at = block->next;
        block->next = arena->head;
        arena->head = block;
        return block;
}

bool arena_failed(const struct arena *arena)
{
        return arena->failed;
}

/* NULL in a fallible arena, the end in any other. */
static void *refuse(struct arena *arena, size_t size)
{
        if (!arena->fallible)
                out_of_memory(size);
        arena->failed = true;
        return NULL;
}

bool arena_over(const struct arena *arena)
{
        return arena->cap_bytes && arena->used_bytes > arena->cap_bytes;
}

/*
 * size is what the caller sees: the allocator's own bounds then catch an overrun by one. Spares
 * are for the server's arenas: what a library keeps back its user would take for a leak.
 */
static struct arena_block *block_new(struct arena *arena, size_t size)
{
        struct arena_block *block = NULL;

        if (size > SIZE_MAX - sizeof(*block))
                return refuse(arena, size);
        if (!arena->fallible)
                block = spare_take(size);
        if (!block)
                block = mem_alloc(sizeof(*block) + size);
        if (!block)
                return refuse(arena, size);
        *block = (struct arena_block){ .size = size };
        return block;
}

static void *own_block(struct arena *arena, size_t size)
{
        struct arena_block *block = block_new(arena, size);

        if (!block)
                return NULL;
        block->used = size;
        if (arena->head) {
                block->next = arena->head->next;
                arena->head->next = block;
        } else {
                arena->head = block;
        }
        return block->data;
}

/* Uninitialized memory; NULL as refuse() says. */
static void *take(struct arena *arena, size_t size)
{
        const size_t unit = sizeof(max_align_t);
        struct arena_block *head = arena->head;
        size_t rounded, block_size;
        void *piece;

        if (size > SIZE_MAX - unit)
                return refuse(arena, size);
        rounded = size ? (size + unit - 1) / unit * unit : unit;
        if (__builtin_add_overflow(arena->used_bytes, rounded, &arena->used_bytes))
                return refuse(arena, size);
        if (VITRINE_ARENA_DEBUG)
                return own_block(arena, size);

        if (!head || rounded > head->size - head->used)
                head = kept_take(arena, rounded);
        if (!head) {
                block_size = arena->head ? arena->head->size * 2 : FIRST_BLOCK;
                if (block_size < FIRST_BLOCK)
                        block_size = FIRST_BLOCK;
                if (block_size > LARGEST_BLOCK)
                        block_size = LARGEST_BLOCK;
                if (rounded > block_size / 4)
                        return own_block(arena, rounded);
                head = block_new(arena, block_size);
                if (!head)
                        return NULL;
                head->next = arena->head;
                arena->head = head;
        }
        piece = (char *)head->data + head->used;
        head->used += rounded;
        return piece;
}

void *arena_alloc(struct arena *arena, size_t size)
{
        void *piece = take(arena, size);

        return piece ? memset(piece, 0, size) : NULL;
}

void *arena_alloc_array(struct arena *arena, size_t size, size_t count)
{
        size_t total;

        if (__builtin_mul_overflow(size, count, &total))
                return refuse(arena, SIZE_MAX);
        return arena_alloc(arena, total);
}

char *arena_cstr(struct arena *arena, struct str s)
{
        char *copy;

        if (s.len == SIZE_MAX)
                return refuse(arena, s.len);
        copy = take(arena, s.len + 1);
        if (!copy)
                return NULL;
        if (s.len)
                memcpy(copy, s.ptr, s.len);
        copy[s.len] = '\0';
        return copy;
}

struct str arena_str(struct arena *arena, struct str s)
{
        char *copy = str_is_null(s) ? NULL : arena_cstr(arena, s);

        return copy ? (struct str){ copy, s.len } : STR_NULL;
}

struct str arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
        va_list again;
        char *text;
        int len;

        va_copy(again, ap);
        len = vsnprintf(NULL, 0, fmt, ap);
        assert(len >= 0);
        text = take(arena, (size_t)len + 1);
        if (text)
                (void)vsnprintf(text, (size_t)len + 1, fmt, again);
        va_end(again);
        return text ? (struct str){ text, (size_t)len } : STR_NULL;
}

struct str arena_printf(struct arena *arena, const char *fmt, ...)
{
        struct str text;
        va_list ap;

        va_start(ap, fmt);
        text = arena_vprintf(arena, fmt, ap);
        va_end(ap);
        return text;
}
