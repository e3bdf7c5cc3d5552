/*
 * cli/suggest.h - the name that was probably meant.
 *
 * Candidates are offered one by one; the nearest stays, by the number of letters to insert, leave out, replace or
 * swap, if it is near enough to be worth saying.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_CLI_SUGGEST_H
#define VITRINE_CLI_SUGGEST_H

#include "base/base.h"

struct suggestion {
        struct str wrong;
        const char *best;   /* borrowed from the candidate; NULL: none is near */
        size_t distance;    /* of best; at first that which is too far */
};

void suggest_begin(struct suggestion *suggestion, struct str wrong);
/* Answers whether the candidate is the best so far: the caller then keeps it alive. */
bool suggest_try(struct suggestion *suggestion, const char *candidate);

/* Letters (bytes, ASCII case aside) to change; SIZE_MAX where one of the two is longer than 127. */
size_t suggest_distance(struct str a, struct str b);

#endif
