/*
 * base/internal.h - shared by the files of base/ only.
 */
#ifndef VITRINE_BASE_INTERNAL_H
#define VITRINE_BASE_INTERNAL_H

#include "base/base.h"

/* Says so in one line on standard error and aborts; allocates nothing. */
_Noreturn void out_of_memory(size_t wanted_bytes);

/* size * count, or out_of_memory() when that does not fit a size_t. */
size_t size_product(size_t size, size_t count);

/* SipHash-2-4: whoever does not know the key cannot choose inputs that collide. */
uint64_t hash_keyed(const uint64_t key[static 2], const void *data, size_t len);

#endif
