/*
 * domain/run_keys.h - which metrics a run's history holds, kept up to date line by line.
 *
 * The wire's form, which is also the stored form:
 *
 *     {"keys": {"loss": {"typeCounts": [{"type": "number", "count": 12}], "monotonic": false,
 *                        "previousValue": 0.5}, ...}, "lastStep": 11, "sets": []}
 *
 * Nested objects are flattened ("dict.val1") unless they say what they are (_type). Values that are
 * not finite numbers are spelled as strings. There are at most RUN_KEYS_MAX keys; history keeps
 * later ones, this list does not.
 *
 * Thread rule: one thread at a time.
 */
#ifndef VITRINE_DOMAIN_RUN_KEYS_H
#define VITRINE_DOMAIN_RUN_KEYS_H

#include "base/map.h"
#include "json/json.h"

#define RUN_KEYS_MAX 20000
#define RUN_KEY_TYPES_MAX 6
#define RUN_KEY_NAME_MAX 1024

struct run_key_type {
        struct str type;
        int64_t count;
};
struct run_key {
        struct str name;
        struct run_key_type types[RUN_KEY_TYPES_MAX];
        size_t type_count;
        bool monotonic;              /* numbers only, never going down */
        bool has_number;
        double number;               /* the last one */
        struct str previous;         /* as JSON */
        size_t previous_cap;         /* bytes that may be written there again */
};

struct run_keys {
        struct arena *arena;
        struct map map;              /* name -> struct run_key */
        int64_t last_step;           /* -1: none yet */
};

/* Reads the stored form; absent or damaged text starts empty. */
void run_keys_init(struct run_keys *keys, struct arena *arena, struct str stored);
/* Counts one row, which is the `line`th: without a _step of its own its number stands for the step. */
void run_keys_add(struct run_keys *keys, const struct json *row, int64_t line);
struct str run_keys_write(const struct run_keys *keys);
/* The _step of a row; false when it has none. */
bool run_row_step(const struct json *row, int64_t *ret);

#endif
