/*
 * model/filter.c - reading filters; see filter.h.
 */
#include "model/filter.h"

struct reader {
        struct arena *arena;
        size_t nodes, values;
};

static enum rc read_object(struct reader *r, const struct json *object, struct filter **ret, struct err *err);
static enum rc read_field(struct reader *r, struct str field, const struct json *value, struct filter **ret,
                          struct err *err);

static enum rc new_node(struct reader *r, enum filter_op op, struct filter **ret, struct err *err)
{
        if (++r->nodes > FILTER_MAX_NODES)
                return err_set(err, RC_TOO_LARGE, "The filter has more than %u conditions: use fewer.",
                               FILTER_MAX_NODES);
        *ret = arena_new(r->arena, struct filter);
        (*ret)->op = op;
        return RC_OK;
}

/* A list of one is what it holds. */
static struct filter *only_child(struct filter *node)
{
        return node->op != FILTER_NOT && node->first && !node->first->next ? node->first : node;
}

static enum rc read_list(struct reader *r, enum filter_op op, const char *name, const struct json *list,
                         struct filter **ret, struct err *err)
{
        struct filter *node = NULL, **tail;
        enum rc rc = new_node(r, op, &node, err);

        if (rc)
                return rc;
        if (list->kind != JSON_ARRAY || !list->first)
                return err_set(err, RC_INVALID, "'%s' in a filter needs a list of conditions: [{...}, {...}].", name);
        tail = &node->first;
        for (const struct json *item = list->first; item; item = item->next) {
                if (item->kind != JSON_OBJECT)
                        return err_set(err, RC_INVALID, "'%s' in a filter needs a list of conditions: [{...}, {...}].",
                                       name);
                rc = read_object(r, item, tail, err);
                if (rc)
                        return rc;
                tail = &(*tail)->next;
        }
        *ret = only_child(node);
        return RC_OK;
}

static enum rc negate(struct reader *r, struct filter *inner, struct filter **ret, struct err *err)
{
        enum rc rc = new_node(r, FILTER_NOT, ret, err);

        if (!rc)
                (*ret)->first = inner;
        return rc;
}

static const struct {
        const char *name;
        enum filter_op op;
} operators[] = {
        { "$eq", FILTER_EQ }, { "$ne", FILTER_NE }, { "$gt", FILTER_GT }, { "$gte", FILTER_GTE },
        { "$lt", FILTER_LT }, { "$lte", FILTER_LTE }, { "$in", FILTER_IN }, { "$nin", FILTER_NIN },
        { "$all", FILTER_ALL }, { "$exists", FILTER_EXISTS }, { "$regex", FILTER_REGEX },
        { "$contains", FILTER_CONTAINS }, { "$size", FILTER_SIZE },
};

static bool is_plain(const struct json *value)
{
        return value->kind != JSON_ARRAY && value->kind != JSON_OBJECT;
}

static enum rc check_values(struct reader *r, const char *name, const struct json *value, struct err *err)
{
        if (value->kind != JSON_ARRAY)
                return err_set(err, RC_INVALID, "'%s' in a filter needs a list of values.", name);
        for (const struct json *item = value->first; item; item = item->next)
                if (!is_plain(item))
                        return err_set(err, RC_INVALID, "'%s' in a filter takes a list of plain values only.", name);
        r->values += value->count;
        if (r->values > FILTER_MAX_VALUES)
                return err_set(err, RC_TOO_LARGE, "The filter lists more than %u values: use fewer.",
                               FILTER_MAX_VALUES);
        return RC_OK;
}

static enum rc check_value(struct reader *r, const char *name, enum filter_op op, const struct json *value,
                           struct err *err)
{
        switch (op) {
        case FILTER_IN:
        case FILTER_NIN:
        case FILTER_ALL:
                return check_values(r, name, value, err);
        case FILTER_EXISTS:
                if (value->kind != JSON_BOOL)
                        return err_set(err, RC_INVALID, "'$exists' in a filter needs true or false.");
                return RC_OK;
        case FILTER_REGEX:
        case FILTER_CONTAINS:
                if (value->kind != JSON_STRING)
                        return err_set(err, RC_INVALID, "'%s' in a filter needs a string.", name);
                return RC_OK;
        case FILTER_SIZE:
                if (value->kind != JSON_NUMBER || !value->is_integer)
                        return err_set(err, RC_INVALID, "'$size' in a filter needs a whole number.");
                return RC_OK;
        default:
                if (!is_plain(value))
                        return err_set(err, RC_INVALID,
                                       "'%s' in a filter compares with a plain value, not with a list or an object.",
                                       name);
                return RC_OK;
        }
}

static enum rc read_operator(struct reader *r, struct str field, const struct json *value, struct filter **ret,
                             struct err *err)
{
        struct filter *inner = NULL;
        enum rc rc;

        if (str_eq(value->key, STR("$not"))) {
                rc = read_field(r, field, value, &inner, err);
                return rc ? rc : negate(r, inner, ret, err);
        }
        for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
                if (!str_eq_c(value->key, operators[i].name))
                        continue;
                rc = check_value(r, operators[i].name, operators[i].op, value, err);
                if (!rc)
                        rc = new_node(r, operators[i].op, ret, err);
                if (rc)
                        return rc;
                (*ret)->field = field;
                (*ret)->value = value;
                return RC_OK;
        }
        return err_set(err, RC_INVALID,
                       "'%.*s' is not an operator of filters: use $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, "
                       "$regex, $contains, $size, $all, $not, $and, $or or $nor.",
                       STR_ARG(value->key));
}

/* A field against a plain value, or against an object of operators. */
static enum rc read_field(struct reader *r, struct str field, const struct json *value, struct filter **ret,
                          struct err *err)
{
        struct filter *node = NULL, **tail;
        enum rc rc;

        if (value->kind == JSON_ARRAY)
                return err_set(err, RC_INVALID, "The filter on '%.*s' compares with a list: use {\"$in\": [...]}.",
                               STR_ARG(field));
        if (value->kind != JSON_OBJECT) {
                rc = new_node(r, FILTER_EQ, ret, err);
                if (rc)
                        return rc;
                (*ret)->field = field;
                (*ret)->value = value;
                return RC_OK;
        }
        if (!value->first)
                return err_set(err, RC_INVALID, "The filter on '%.*s' is empty: give it a value.", STR_ARG(field));
        rc = new_node(r, FILTER_AND, &node, err);
        if (rc)
                return rc;
        tail = &node->first;
        for (const struct json *item = value->first; item; item = item->next) {
                rc = read_operator(r, field, item, tail, err);
                if (rc)
                        return rc;
                tail = &(*tail)->next;
        }
        *ret = only_child(node);
        return RC_OK;
}

static enum rc read_member(struct reader *r, const struct json *member, struct filter **ret, struct err *err)
{
        struct filter *inner = NULL;
        enum rc rc;

        if (str_eq(member->key, STR("$and")))
                return read_list(r, FILTER_AND, "$and", member, ret, err);
        if (str_eq(member->key, STR("$or")))
                return read_list(r, FILTER_OR, "$or", member, ret, err);
        if (str_eq(member->key, STR("$nor"))) {
                rc = read_list(r, FILTER_OR, "$nor", member, &inner, err);
                return rc ? rc : negate(r, inner, ret, err);
        }
        if (str_eq(member->key, STR("$not"))) {
                if (member->kind != JSON_OBJECT)
                        return err_set(err, RC_INVALID, "'$not' in a filter needs a condition: {...}.");
                rc = read_object(r, member, &inner, err);
                return rc ? rc : negate(r, inner, ret, err);
        }
        if (str_starts(member->key, STR("$")))
                return err_set(err, RC_INVALID,
                               "'%.*s' cannot stand there in a filter: use $and, $or, $nor, $not or the name of a field.",
                               STR_ARG(member->key));
        return read_field(r, member->key, member, ret, err);
}

/* {} is an AND without children: true. */
static enum rc read_object(struct reader *r, const struct json *object, struct filter **ret, struct err *err)
{
        struct filter *node = NULL, **tail;
        enum rc rc = new_node(r, FILTER_AND, &node, err);

        if (rc)
                return rc;
        tail = &node->first;
        for (const struct json *member = object->first; member; member = member->next) {
                rc = read_member(r, member, tail, err);
                if (rc)
                        return rc;
                tail = &(*tail)->next;
        }
        *ret = only_child(node);
        return RC_OK;
}

enum rc filter_parse(struct arena *arena, struct str text, struct filter **ret, struct err *err)
{
        const struct json_limits limits = { .max_bytes = FILTER_MAX_BYTES, .max_depth = 32, .max_values = 10000 };
        struct reader r = { .arena = arena };
        struct filter *filter = NULL;
        struct json *json = NULL;
        enum rc rc;

        text = str_trim(text);
        if (str_is_empty(text)) {
                *ret = NULL;
                return RC_OK;
        }
        rc = json_parse(arena, text, &limits, &json, err);
        if (rc)
                return err_prefix(err, rc, "The filter cannot be read");
        if (json->kind == JSON_NULL || (json->kind == JSON_OBJECT && !json->first)) {
                *ret = NULL;
                return RC_OK;
        }
        if (json->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "A filter must be a JSON object, such as {\"state\": \"finished\"}.");
        rc = read_object(&r, json, &filter, err);
        if (rc)
                return rc;
        *ret = filter;
        return RC_OK;
}

enum rc filter_parse_order(struct str text, struct filter_order *ret, struct err *err)
{
        struct filter_order order = { 0 };

        text = str_trim(text);
        if (str_is_empty(text)) {
                *ret = order;
                return RC_OK;
        }
        order.descending = text.ptr[0] == '-';
        if (text.ptr[0] == '-' || text.ptr[0] == '+')
                text = str_slice(text, 1, text.len);
        if (str_is_empty(text) || str_find(text, ',', 0) != SIZE_MAX)
                return err_set(err, RC_INVALID, "The order must name one field, such as '+created_at' or '-name'.");
        order.field = text;
        *ret = order;
        return RC_OK;
}
