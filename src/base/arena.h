/*
 * base/arena.h - memory with the lifetime of one request.
 *
 * Allocate freely, free the whole. Functions that return data of variable size take
 * an arena first; nobody frees single pieces. An arena has a cap: past it an
 * allocation aborts the request cleanly only where the caller checks arena_over(), so
 * rooms that grow with user input check their own limits first.
 *
 * Out of memory aborts the process with one clear line (the server holds no state that
 * a restart would lose). A fallible arena (the client library's) gives NULL instead and
 * remembers it: arena_failed(). Whoever writes to what he got must look at the pointer;
 * whoever hands it on may look once, at the end.
 *
 * With -Darena_debug=true each allocation is a malloc of its own, so that
 * AddressSanitizer and valgrind see every overrun.
 *
 * Thread rule: one arena belongs to one thread at a time.
 */
#ifndef VITRINE_BASE_ARENA_H
#define VITRINE_BASE_ARENA_H

#include "base/base.h"

struct arena_block;
struct arena {
        struct arena_block *head;
        struct arena_block *kept; /* by arena_reset(), to be used again */
        size_t used_bytes;  /* handed out since init or reset */
        size_t cap_bytes;   /* 0: none */
        bool fallible;      /* NULL in place of the end; set it after arena_init() */
        bool failed;        /* and that happened */
};

void arena_init(struct arena *arena, size_t cap_bytes);
void arena_done(struct arena *arena);          /* frees everything; the arena may be used again */
/* Frees every piece, and keeps the memory for the next ones: for what is filled again and again. */
void arena_reset(struct arena *arena);
bool arena_failed(const struct arena *arena);  /* fallible, and memory ran out since init */
bool arena_over(const struct arena *arena);    /* more handed out than the cap allows */

/* Zeroed memory, aligned for any type. Never NULL unless fallible; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc));
#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc_array((arena), sizeof(type), (count)))
void *arena_alloc_array(struct arena *arena, size_t size, size_t count);

/* Copies; each is also NUL-terminated behind its length. Fallible: absent (NULL) when memory ran out. */
struct str arena_str(struct arena *arena, struct str s);        /* absent stays absent */
char *arena_cstr(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str arena_vprintf(struct arena *arena, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

#endif
