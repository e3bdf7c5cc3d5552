/*
 * model/filter.h - the filters that clients send: JSON with operators, as a tree.
 *
 *     {"state": "finished", "$or": [{"config.lr": {"$gt": 0.1}}, {"tags": {"$in": ["a", "b"]}}]}
 *
 * A plain value means $eq; several members of one object mean $and. Known operators: $and
 * $or $nor $not $eq $ne $gt $gte $lt $lte $in $nin $exists $regex $contains $size $all.
 * Which fields there are is not known here: store/filter.h renders a tree with a table of
 * fields and refuses the others.
 *
 * Meaning, after three-valued logic is taken out: a comparison with a missing value is false,
 * so $ne, $nin and $not of it are true.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_MODEL_FILTER_H
#define VITRINE_MODEL_FILTER_H

#include "json/json.h"

enum filter_op {
        FILTER_AND, FILTER_OR, FILTER_NOT, /* children; NOT has one */
        FILTER_EQ, FILTER_NE, FILTER_GT, FILTER_GTE, FILTER_LT, FILTER_LTE,
        FILTER_IN, FILTER_NIN, FILTER_ALL, /* value: an array of plain values */
        FILTER_EXISTS,                     /* value: a bool */
        FILTER_REGEX, FILTER_CONTAINS,     /* value: a string */
        FILTER_SIZE,                       /* value: an integer */
};

struct filter {
        enum filter_op op;
        struct str field;            /* comparisons */
        const struct json *value;    /* comparisons; never an object */
        struct filter *first;        /* AND, OR, NOT */
        struct filter *next;
};

#define FILTER_MAX_BYTES ((size_t)64 * 1024)
#define FILTER_MAX_NODES 300u        /* comparisons and connectives */
#define FILTER_MAX_VALUES 2000u      /* in all lists of the filter together */

/*
 * Absent, "", "null" and "{}" give NULL: everything matches. RC_INVALID names what is wrong;
 * RC_TOO_LARGE over the limits. Borrows from text.
 */
MUST_USE enum rc filter_parse(struct arena *arena, struct str text, struct filter **ret, struct err *err);

/* "+created_at", "-name", "name": field and direction. RC_INVALID when it is more than one field. */
struct filter_order {
        struct str field;            /* absent: none was given */
        bool descending;
};
MUST_USE enum rc filter_parse_order(struct str text, struct filter_order *ret, struct err *err);

#endif
