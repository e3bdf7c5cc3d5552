/*
 * base/map.h - a small hash table from byte strings to pointers.
 *
 * Open addressing, insertion order kept for iteration (entries[0..count)). Keys are
 * borrowed: they must outlive the map. Memory comes from the arena, so there is no
 * done(). Thread rule: one thread at a time; concurrent reads of a map that no longer
 * changes are fine.
 */
#ifndef VITRINE_BASE_MAP_H
#define VITRINE_BASE_MAP_H

#include "base/arena.h"

struct map_entry {
        struct str key;
        void *value;
};

struct map {
        struct arena *arena;
        struct map_entry *entries;
        uint32_t *slots;      /* index + 1, 0 is free */
        size_t count;
        size_t entries_cap;
        size_t slots_cap;     /* power of two */
};

void map_init(struct map *map, struct arena *arena);
void *map_get(const struct map *map, struct str key);       /* NULL when absent */
bool map_has(const struct map *map, struct str key);
void map_set(struct map *map, struct str key, void *value); /* inserts or replaces */
/* Index into entries of the key, or SIZE_MAX. */
size_t map_index(const struct map *map, struct str key);

#endif
