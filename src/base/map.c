/*
 * base/map.c - open addressing with linear probing over an index table.
 *
 * The entries stand in insertion order in one array; the slots hold positions in it
 * plus one. The table is at most half full, so a probe is short and always ends.
 * Growing leaves the old arrays in the arena: doubling bounds that by the final size.
 *
 * Keys come from callers (JSON, GraphQL), so the hash has a key of its own in every
 * process: nobody outside can prepare names that all land in one place.
 */
#include "base/map.h"

#include <pthread.h>
#include <sys/random.h>

#include "base/internal.h"

static uint64_t process_key[2];
static pthread_once_t process_key_once = PTHREAD_ONCE_INIT;

/* A failing getrandom leaves the key zero: slower under attack, never wrong. */
static void make_process_key(void)
{
        ssize_t got = getrandom(process_key, sizeof(process_key), GRND_NONBLOCK);

        (void)got;
}

void map_init(struct map *map, struct arena *arena)
{
        (void)pthread_once(&process_key_once, make_process_key);
        *map = (struct map){ .arena = arena };
}

/* The slot that holds the key, or the free one where it would go. */
static uint32_t *find_slot(const struct map *map, struct str key)
{
        size_t mask = map->slots_cap - 1;
        size_t at = (size_t)hash_keyed(process_key, key.ptr, key.len) & mask;

        for (;; at = (at + 1) & mask) {
                uint32_t *slot = &map->slots[at];

                if (*slot == 0 || str_eq(map->entries[*slot - 1].key, key))
                        return slot;
        }
}

static void grow(struct map *map)
{
        size_t entries_cap = map->entries_cap ? map->entries_cap * 2 : 8;
        struct map_entry *entries;

        if (entries_cap >= UINT32_MAX / 2)
                out_of_memory(size_product(entries_cap, sizeof(*entries)));
        entries = arena_array(map->arena, struct map_entry, entries_cap);
        if (map->count)
                memcpy(entries, map->entries, map->count * sizeof(*entries));
        map->entries = entries;
        map->entries_cap = entries_cap;

        map->slots_cap = entries_cap * 2;
        map->slots = arena_array(map->arena, uint32_t, map->slots_cap);
        for (size_t i = 0; i < map->count; i++)
                *find_slot(map, map->entries[i].key) = (uint32_t)i + 1;
}

size_t map_index(const struct map *map, struct str key)
{
        uint32_t *slot;

        if (map->count == 0)
                return SIZE_MAX;
        slot = find_slot(map, key);
        return *slot ? *slot - 1 : SIZE_MAX;
}

void *map_get(const struct map *map, struct str key)
{
        size_t index = map_index(map, key);

        return index == SIZE_MAX ? NULL : map->entries[index].value;
}

bool map_has(const struct map *map, struct str key)
{
        return map_index(map, key) != SIZE_MAX;
}

void map_set(struct map *map, struct str key, void *value)
{
        size_t index = map_index(map, key);

        if (index != SIZE_MAX) {
                map->entries[index].value = value;
                return;
        }
        if (map->count == map->entries_cap)
                grow(map);
        map->entries[map->count] = (struct map_entry){ key, value };
        map->count++;
        *find_slot(map, key) = (uint32_t)map->count;
}
