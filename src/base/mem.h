/*
 * base/mem.h - where memory comes from.
 *
 * The server uses malloc. The client library lets its application choose, and must go on when
 * there is none left: what is `fallible` (arena.h, buf.h) answers with "failed" in place of
 * ending the process. docs/decisions/0015-memory-of-the-library.md has the reasons.
 *
 * Thread rule: mem_use() before anything else; the rest from any thread.
 */
#ifndef VITRINE_BASE_MEM_H
#define VITRINE_BASE_MEM_H

#include "base/base.h"

struct mem_source {
        void *(*alloc)(size_t size_bytes, void *payload);
        void *(*resize)(void *memory, size_t size_bytes, void *payload);
        void (*release)(void *memory, void *payload);
        void *payload;
};

/* NULL: malloc and its companions. The struct is copied. */
void mem_use(const struct mem_source *source);
bool mem_is_default(void);

/* As malloc, calloc, realloc and free: NULL when there is none. */
void *mem_alloc(size_t size_bytes);
void *mem_alloc_zero(size_t count, size_t size_bytes);
void *mem_resize(void *memory, size_t size_bytes);
void mem_free(void *memory);

/* Sets the error that says so; errno's name for it is in err->sys_errno. Returns RC_UNAVAILABLE. */
enum rc mem_fail(struct err *err);

#endif
