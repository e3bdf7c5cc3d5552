/*
 * base/mem.c - the one place that calls malloc for arenas and buffers.
 */
#include "base/mem.h"

static void *c_alloc(size_t size_bytes, void *payload)
{
        (void)payload;
        return malloc(size_bytes);
}

static void *c_resize(void *memory, size_t size_bytes, void *payload)
{
        (void)payload;
        return realloc(memory, size_bytes);
}

static void c_release(void *memory, void *payload)
{
        (void)payload;
        free(memory);
}

static const struct mem_source c_library = { c_alloc, c_resize, c_release, NULL };
static struct mem_source source = { c_alloc, c_resize, c_release, NULL };

void mem_use(const struct mem_source *wanted)
{
        source = wanted ? *wanted : c_library;
}

bool mem_is_default(void)
{
        return source.alloc == c_alloc;
}

void *mem_alloc(size_t size_bytes)
{
        return source.alloc(size_bytes ? size_bytes : 1, source.payload);
}

void *mem_alloc_zero(size_t count, size_t size_bytes)
{
        size_t total;
        void *memory;

        if (__builtin_mul_overflow(count, size_bytes, &total))
                return NULL;
        memory = mem_alloc(total);
        if (memory)
                memset(memory, 0, total);
        return memory;
}

void *mem_resize(void *memory, size_t size_bytes)
{
        return source.resize(memory, size_bytes ? size_bytes : 1, source.payload);
}

void mem_free(void *memory)
{
        if (memory)
                source.release(memory, source.payload);
}

enum rc mem_fail(struct err *err)
{
        enum rc rc = err_set(err, RC_UNAVAILABLE, "Memory ran out: end other programs, or do less at a time.");

        if (err)
                err->sys_errno = ENOMEM;
        return rc;
}
