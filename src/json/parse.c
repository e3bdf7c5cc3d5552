/*
 * json/parse.c - a document in memory into a tree in an arena.
 *
 * One loop with a stack of open containers, no recursion, so that depth costs bounded
 * memory. Duplicate keys are looked for when an object closes: pairwise in small objects,
 * by sorting in large ones, so that no input makes it quadratic and no hash can be aimed
 * at. Positions for messages are counted only when something is wrong.
 */
#include <stdio.h>

#include "base/mem.h"
#include "json/internal.h"

struct level {
        struct json *container;
        struct json *last;
        struct str key;
};

struct parser {
        struct arena *arena;
        struct str text;
        size_t at;
        struct json_limits limits;
        size_t values;
        struct level *levels;
        unsigned depth;
        struct err *err;
};

static enum rc fail_at(struct parser *p, size_t at, const char *what)
{
        struct json_position position = { 1, 1 };

        json_position_move(&position, p->text.ptr, at);
        return json_fail(p->err, position, what);
}

static void skip_space(struct parser *p)
{
        while (p->at < p->text.len && json_is_space(p->text.ptr[p->at]))
                p->at++;
}

/* The string whose opening quote is at p->at. */
static enum rc parse_string(struct parser *p, struct str *ret)
{
        size_t start = p->at + 1;
        bool escaped = false;
        unsigned flags = 0;
        size_t len = json_scan_string(p->text.ptr + start, p->text.len - start, &escaped, &flags);
        struct str raw = { p->text.ptr + start, len };
        size_t bad = 0;
        const char *why;
        char *copy;

        if (flags & JSON_SCAN_CONTROL)
                return fail_at(p, start + len, "control characters in a string must be escaped");
        if (!(flags & JSON_SCAN_CLOSED))
                return fail_at(p, p->at, "the string that starts here does not end");
        p->at = start + len + 1;
        *ret = raw;
        if (!(flags & (JSON_SCAN_ESCAPE | JSON_SCAN_HIGH)))
                return RC_OK;
        if (!(flags & JSON_SCAN_ESCAPE)) {
                bad = json_utf8_bad(raw.ptr, raw.len);
                return bad == SIZE_MAX ? RC_OK : fail_at(p, start + bad, "the string is not well-formed UTF-8");
        }
        copy = arena_alloc(p->arena, raw.len + 1);
        if (!copy)
                return mem_fail(p->err);
        why = json_decode_string(raw, p->limits.lenient, copy, &ret->len, &bad);
        if (why)
                return fail_at(p, start + bad, why);
        ret->ptr = copy;
        return RC_OK;
}

/* Appends a node to the open container, or makes it the root. */
static enum rc add_node(struct parser *p, struct json **root, struct json **ret)
{
        struct json *node;

        if (++p->values > p->limits.max_values)
                return err_set(p->err, RC_TOO_LARGE, "The JSON text has more than %zu values: send less at a time.",
                               p->limits.max_values);
        node = arena_new(p->arena, struct json);
        if (!node)
                return mem_fail(p->err);
        if (p->depth == 0) {
                *root = node;
        } else {
                struct level *level = &p->levels[p->depth - 1];

                node->key = level->key;
                if (level->last)
                        level->last->next = node;
                else
                        level->container->first = node;
                level->last = node;
                level->container->count++;
        }
        *ret = node;
        return RC_OK;
}

static enum rc open_container(struct parser *p, struct json *node)
{
        if (p->depth == p->limits.max_depth)
                return err_set(p->err, RC_TOO_LARGE,
                               "The JSON text is nested more than %u levels deep: send a flatter document.",
                               p->limits.max_depth);
        node->kind = p->text.ptr[p->at] == '{' ? JSON_OBJECT : JSON_ARRAY;
        p->levels[p->depth++] = (struct level){ .container = node };
        p->at++;
        return RC_OK;
}

/* ---- duplicate keys -------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
        const struct json *const *left = a;
        const struct json *const *right = b;

        return str_cmp((*left)->key, (*right)->key);
}

static enum rc fail_duplicate(struct parser *p, struct str key)
{
        char what[160];
        bool show = key.len <= 64;

        for (size_t i = 0; i < key.len && show; i++)
                show = key.ptr[i] >= 0x20 && key.ptr[i] < 0x7f;
        if (show)
                (void)snprintf(what, sizeof what, "the object that ends here has the key \"%.*s\" twice", STR_ARG(key));
        else
                (void)snprintf(what, sizeof what, "the object that ends here has a key twice");
        return fail_at(p, p->at, what);
}

static enum rc check_few(struct parser *p, const struct json *object)
{
        for (const struct json *a = object->first; a; a = a->next)
                for (const struct json *b = a->next; b; b = b->next)
                        if (str_eq(a->key, b->key))
                                return fail_duplicate(p, a->key);
        return RC_OK;
}

static enum rc check_many(struct parser *p, const struct json *object)
{
        const struct json **members = mem_alloc_zero(object->count, sizeof *members);
        size_t count = 0;
        enum rc rc = RC_OK;

        if (!members)
                return mem_fail(p->err);
        for (const struct json *m = object->first; m; m = m->next)
                members[count++] = m;
        qsort(members, count, sizeof *members, by_key);
        for (size_t i = 1; i < count && !rc; i++)
                if (str_eq(members[i - 1]->key, members[i]->key))
                        rc = fail_duplicate(p, members[i]->key);
        mem_free(members);
        return rc;
}

struct numbered {
        struct json *member;
        size_t number;
};

static int by_key_then_number(const void *a, const void *b)
{
        const struct numbered *left = a;
        const struct numbered *right = b;
        int order = str_cmp(left->member->key, right->member->key);

        return order ? order : (left->number > right->number) - (left->number < right->number);
}

static int by_number(const void *a, const void *b)
{
        const struct numbered *left = a;
        const struct numbered *right = b;

        return (left->number > right->number) - (left->number < right->number);
}

/* Lenient: of members with the same key only the last stays, at its own place. */
static enum rc keep_last(struct parser *p, struct json *object)
{
        struct numbered *members = mem_alloc_zero(object->count, sizeof *members);
        size_t count = 0;
        size_t kept = 0;

        if (!members)
                return mem_fail(p->err);
        for (struct json *m = object->first; m; m = m->next, count++)
                members[count] = (struct numbered){ m, count };
        qsort(members, count, sizeof *members, by_key_then_number);
        for (size_t i = 0; i < count; i++)
                if (i + 1 == count || !str_eq(members[i].member->key, members[i + 1].member->key))
                        members[kept++] = members[i];
        if (kept < count) {
                qsort(members, kept, sizeof *members, by_number);
                for (size_t i = 0; i < kept; i++)
                        members[i].member->next = i + 1 < kept ? members[i + 1].member : NULL;
                object->first = members[0].member;
                object->count = kept;
        }
        mem_free(members);
        return RC_OK;
}

static enum rc close_container(struct parser *p)
{
        struct json *node = p->levels[p->depth - 1].container;
        enum rc rc = RC_OK;

        if (node->kind == JSON_OBJECT && node->count > 1) {
                if (p->limits.lenient)
                        rc = keep_last(p, node);
                else
                        rc = node->count <= 16 ? check_few(p, node) : check_many(p, node);
        }
        p->at++;
        p->depth--;
        return rc;
}

/* ---- the loop -------------------------------------------------------------------------- */

static enum rc parse_key(struct parser *p)
{
        enum rc rc;

        if (p->at == p->text.len || p->text.ptr[p->at] != '"')
                return fail_at(p, p->at, "a key in double quotes is missing here");
        rc = parse_string(p, &p->levels[p->depth - 1].key);
        if (rc)
                return rc;
        skip_space(p);
        if (p->at == p->text.len || p->text.ptr[p->at] != ':')
                return fail_at(p, p->at, "a colon is missing here");
        p->at++;
        skip_space(p);
        return RC_OK;
}

/* One value; opens a container without going into it (*ret_opened). */
static enum rc parse_value(struct parser *p, struct json **root, bool *ret_opened)
{
        struct json *node = NULL;
        struct str word;
        const char *why;
        enum rc rc;

        *ret_opened = false;
        if (p->at == p->text.len)
                return fail_at(p, p->at, "the text ends where a value should be");
        rc = add_node(p, root, &node);
        if (rc)
                return rc;
        switch (p->text.ptr[p->at]) {
        case '{':
        case '[':
                *ret_opened = true;
                return open_container(p, node);
        case '"':
                node->kind = JSON_STRING;
                return parse_string(p, &node->text);
        default:
                break;
        }
        word = (struct str){ p->text.ptr + p->at, json_word_len(p->text.ptr + p->at, p->text.len - p->at) };
        why = word.len ? json_word_value(word, p->limits.lenient, node) : "this is not a JSON value";
        if (why)
                return fail_at(p, p->at, why);
        p->at += word.len;
        return RC_OK;
}

/* Behind a value: closes containers and moves to the next value; *ret_more is false at the document's end. */
static enum rc after_value(struct parser *p, bool *ret_more)
{
        *ret_more = false;
        while (p->depth > 0) {
                bool object = p->levels[p->depth - 1].container->kind == JSON_OBJECT;
                char c;
                enum rc rc;

                skip_space(p);
                c = p->at < p->text.len ? p->text.ptr[p->at] : '\0';
                if (c == ',') {
                        p->at++;
                        skip_space(p);
                        *ret_more = true;
                        return object ? parse_key(p) : RC_OK;
                }
                if (c != (object ? '}' : ']'))
                        return fail_at(p, p->at, object ? "a comma or } is missing here"
                                                        : "a comma or ] is missing here");
                rc = close_container(p);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

/* Inside a container that was just opened: *ret_empty when it closes at once. */
static enum rc enter_container(struct parser *p, bool *ret_empty)
{
        bool object = p->levels[p->depth - 1].container->kind == JSON_OBJECT;

        skip_space(p);
        *ret_empty = p->at < p->text.len && p->text.ptr[p->at] == (object ? '}' : ']');
        if (*ret_empty)
                return close_container(p);
        return object ? parse_key(p) : RC_OK;
}

static enum rc parse_document(struct parser *p, struct json **root)
{
        bool more = true;
        enum rc rc;

        skip_space(p);
        while (more) {
                bool opened = false;
                bool empty = false;

                rc = parse_value(p, root, &opened);
                if (rc)
                        return rc;
                if (opened) {
                        rc = enter_container(p, &empty);
                        if (rc)
                                return rc;
                        if (!empty)
                                continue;
                }
                rc = after_value(p, &more);
                if (rc)
                        return rc;
        }
        skip_space(p);
        if (p->at < p->text.len)
                return fail_at(p, p->at, "something follows the end of the document");
        return RC_OK;
}

enum rc json_parse(struct arena *arena, struct str text, const struct json_limits *limits, struct json **ret,
                   struct err *err)
{
        struct parser p = { .arena = arena, .text = str_is_null(text) ? STR("") : text, .err = err };
        struct json *root = NULL;
        enum rc rc;

        if (limits)
                p.limits = *limits;
        if (p.limits.max_bytes == 0)
                p.limits.max_bytes = (size_t)16 << 20;
        if (p.limits.max_depth == 0)
                p.limits.max_depth = 64;
        if (p.limits.max_depth > JSON_DEPTH_CAP)
                p.limits.max_depth = JSON_DEPTH_CAP;
        if (p.limits.max_values == 0)
                p.limits.max_values = 1000000;
        if (text.len > p.limits.max_bytes)
                return err_set(err, RC_TOO_LARGE, "The JSON text is larger than %zu bytes: send less at a time.",
                               p.limits.max_bytes);
        p.levels = mem_alloc_zero(p.limits.max_depth, sizeof *p.levels);
        if (!p.levels)
                return mem_fail(err);
        rc = parse_document(&p, &root);
        mem_free(p.levels);
        if (rc)
                return rc;
        *ret = root;
        return RC_OK;
}
