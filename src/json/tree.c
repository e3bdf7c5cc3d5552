/*
 * json/tree.c - looking at a parsed document.
 *
 * Members are found by walking: objects that callers look into by name are small.
 */
#include "json/internal.h"

const struct json *json_get_str(const struct json *object, struct str key)
{
        if (!object || object->kind != JSON_OBJECT)
                return NULL;
        for (const struct json *m = object->first; m; m = m->next)
                if (str_eq(m->key, key))
                        return m;
        return NULL;
}

const struct json *json_get(const struct json *object, const char *key)
{
        return json_get_str(object, str_from(key));
}

struct str json_text(const struct json *object, const char *key)
{
        const struct json *m = json_get(object, key);

        return m && m->kind == JSON_STRING ? m->text : STR_NULL;
}

bool json_i64(const struct json *value, int64_t *ret)
{
        if (!value || value->kind != JSON_NUMBER || !value->is_integer)
                return false;
        *ret = value->integer;
        return true;
}

static bool numbers_equal(const struct json *a, const struct json *b)
{
        if (a->is_integer && b->is_integer)
                return a->integer == b->integer;
        return str_eq(a->text, b->text) || a->number == b->number;
}

/* Members in the same order are the common case; it makes comparing equal documents linear. */
static bool objects_equal(const struct json *a, const struct json *b)
{
        const struct json *hint = b->first;

        for (const struct json *m = a->first; m; m = m->next) {
                const struct json *other = hint && str_eq(hint->key, m->key) ? hint : json_get_str(b, m->key);

                if (!other || !json_equal(m, other))
                        return false;
                hint = other->next;
        }
        return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
        if (!a || !b)
                return a == b;
        if (a->kind != b->kind)
                return false;
        switch (a->kind) {
        case JSON_NULL: return true;
        case JSON_BOOL: return a->boolean == b->boolean;
        case JSON_NUMBER: return numbers_equal(a, b);
        case JSON_STRING: return str_eq(a->text, b->text);
        case JSON_OBJECT: return a->count == b->count && objects_equal(a, b);
        case JSON_ARRAY: break;
        }
        if (a->count != b->count)
                return false;
        for (a = a->first, b = b->first; a; a = a->next, b = b->next)
                if (!json_equal(a, b))
                        return false;
        return true;
}
