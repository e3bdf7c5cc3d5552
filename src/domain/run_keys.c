/*
 * domain/run_keys.c - see run_keys.h.
 */
#include "domain/run_keys.h"

#include <math.h>

#define PREVIOUS_MAX 256           /* bytes of a text that is kept as the previous value */
#define DEPTH_MAX 10

/* ---- stored form ---- */

static struct run_key *new_key(struct run_keys *keys, struct str name)
{
        struct run_key *key;

        if (keys->map.count >= RUN_KEYS_MAX || name.len > RUN_KEY_NAME_MAX)
                return NULL;
        key = arena_new(keys->arena, struct run_key);
        key->name = arena_str(keys->arena, name);
        key->monotonic = true;
        key->previous = STR("null");
        map_set(&keys->map, key->name, key);
        return key;
}

static void load_key(struct run_keys *keys, const struct json *stored)
{
        struct run_key *key = new_key(keys, stored->key);
        const struct json *types = json_get(stored, "typeCounts");
        const struct json *monotonic = json_get(stored, "monotonic");
        const struct json *previous = json_get(stored, "previousValue");

        if (!key)
                return;
        for (const struct json *t = types ? types->first : NULL; t && key->type_count < RUN_KEY_TYPES_MAX; t = t->next) {
                struct run_key_type *type = &key->types[key->type_count];

                type->type = arena_str(keys->arena, json_text(t, "type"));
                if (json_i64(json_get(t, "count"), &type->count) && type->type.len)
                        key->type_count++;
        }
        key->monotonic = !monotonic || monotonic->boolean;
        if (previous && previous->kind == JSON_NUMBER) {
                key->has_number = true;
                key->number = previous->number;
        } else if (previous && previous->kind == JSON_STRING && key->monotonic) { /* all numbers: this is one, too */
                key->has_number = true;
                key->number = str_eq_c(previous->text, "-Infinity") ? -HUGE_VAL : HUGE_VAL;
        }
        if (previous) {
                _cleanup_(buf_done) struct buf buf = { 0 };
                struct json_writer w;

                json_writer_init(&w, &buf);
                json_value(&w, previous);
                key->previous = arena_str(keys->arena, buf_str(&buf));
        }
}

void run_keys_init(struct run_keys *keys, struct arena *arena, struct str stored)
{
        struct err ignored = { 0 };
        struct json *json = NULL;
        const struct json *list;

        *keys = (struct run_keys){ .arena = arena, .last_step = -1 };
        map_init(&keys->map, arena);
        if (str_is_empty(stored) || json_parse(arena, stored, NULL, &json, &ignored))
                return;
        (void)json_i64(json_get(json, "lastStep"), &keys->last_step);
        list = json_get(json, "keys");
        for (const struct json *key = list ? list->first : NULL; key; key = key->next)
                load_key(keys, key);
}

struct str run_keys_write(const struct run_keys *keys)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_object(&w);
        json_key(&w, STR("keys"));
        json_begin_object(&w);
        for (size_t i = 0; i < keys->map.count; i++) {
                const struct run_key *key = keys->map.entries[i].value;

                json_key(&w, key->name);
                json_begin_object(&w);
                json_key(&w, STR("typeCounts"));
                json_begin_array(&w);
                for (size_t t = 0; t < key->type_count; t++) {
                        json_begin_object(&w);
                        json_key_string(&w, "type", key->types[t].type);
                        json_key_int(&w, "count", key->types[t].count);
                        json_end_object(&w);
                }
                json_end_array(&w);
                json_key_bool(&w, "monotonic", key->monotonic);
                json_key(&w, STR("previousValue"));
                json_raw(&w, key->previous);
                json_end_object(&w);
        }
        json_end_object(&w);
        json_key_int(&w, "lastStep", keys->last_step);
        json_key(&w, STR("sets"));
        json_begin_array(&w);
        json_end_array(&w);
        json_end_object(&w);
        return arena_str(keys->arena, buf_str(&buf));
}

/* ---- counting ---- */

static struct str type_of(const struct json *value)
{
        struct str type;

        switch (value->kind) {
        case JSON_NULL:
                return STR("nil");
        case JSON_BOOL:
                return STR("boolean");
        case JSON_NUMBER:
                return STR("number");
        case JSON_STRING:
                return STR("string");
        case JSON_ARRAY:
                return STR("list");
        default:
                type = json_text(value, "_type");
                return str_is_empty(type) ? STR("map") : str_slice(type, 0, 64);
        }
}

static void count_type(struct run_keys *keys, struct run_key *key, struct str type)
{
        for (size_t i = 0; i < key->type_count; i++) {
                if (str_eq(key->types[i].type, type)) {
                        key->types[i].count++;
                        return;
                }
        }
        if (key->type_count == RUN_KEY_TYPES_MAX)
                return;
        key->types[key->type_count++] = (struct run_key_type){ arena_str(keys->arena, type), 1 };
}

/* Written over in place: a request can hold a million values of one key. */
static void keep_previous(struct run_keys *keys, struct run_key *key, const struct json *value)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        if (value->kind == JSON_NUMBER && !isfinite(value->number))
                json_string(&w, isnan(value->number) ? STR("NaN") : value->number > 0 ? STR("Infinity") : STR("-Infinity"));
        else if (value->kind == JSON_NUMBER || value->kind == JSON_BOOL ||
                 (value->kind == JSON_STRING && value->text.len <= PREVIOUS_MAX))
                json_value(&w, value);
        else
                json_null(&w);
        if (buf.len > key->previous_cap) {
                key->previous_cap = buf.len < 24 ? 24 : 2 * buf.len;
                key->previous.ptr = arena_alloc(keys->arena, key->previous_cap);
        }
        memcpy((char *)(uintptr_t)key->previous.ptr, buf.ptr, buf.len);
        key->previous.len = buf.len;
}

static void add_value(struct run_keys *keys, struct str name, const struct json *value)
{
        struct run_key *key = map_get(&keys->map, name);

        if (!key)
                key = new_key(keys, name);
        if (!key)
                return;
        count_type(keys, key, type_of(value));
        if (value->kind != JSON_NUMBER || isnan(value->number)) {
                key->monotonic = false;
        } else {
                if (key->has_number && value->number < key->number)
                        key->monotonic = false;
                key->has_number = true;
                key->number = value->number;
        }
        keep_previous(keys, key, value);
}

static void add_members(struct run_keys *keys, struct buf *path, const struct json *object, unsigned depth)
{
        size_t len = path->len;

        for (const struct json *member = object->first; member; member = member->next) {
                path->len = len;
                if (len)
                        buf_add_c(path, '.');
                buf_add_str(path, member->key);
                if (member->kind == JSON_OBJECT && member->first && !json_get(member, "_type") && depth < DEPTH_MAX)
                        add_members(keys, path, member, depth + 1);
                else
                        add_value(keys, buf_str(path), member);
        }
        path->len = len;
}

bool run_row_step(const struct json *row, int64_t *ret)
{
        const struct json *step = json_get(row, "_step");

        if (!step || step->kind != JSON_NUMBER)
                return false;
        if (step->is_integer) {
                *ret = step->integer;
                return true;
        }
        if (!(step->number >= 0 && step->number < 9e15))
                return false;
        *ret = (int64_t)step->number;
        return true;
}

void run_keys_add(struct run_keys *keys, const struct json *row, int64_t line)
{
        _cleanup_(buf_done) struct buf path = { 0 };
        int64_t step = line;

        if (row->kind != JSON_OBJECT)
                return;
        (void)run_row_step(row, &step);
        if (step > keys->last_step)
                keys->last_step = step;
        add_members(keys, &path, row, 0);
}
