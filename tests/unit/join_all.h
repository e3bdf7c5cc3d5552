/*
 * join_all.h - all parts of a blob joined in one go, for the tests of joins.
 */
#ifndef VITRINE_TESTS_JOIN_ALL_H
#define VITRINE_TESTS_JOIN_ALL_H

#include "blob/blob.h"

static inline enum rc join_all(struct blob_store *store, struct blob_store *from, const struct blob_ref *parts, size_t count,
                               const struct blob_expect *expect, struct blob_digests *ret, struct err *err)
{
        struct blob_join *join _cleanup_(blob_join_abort) = NULL;
        enum rc rc = blob_join_begin(store, from, expect, &join, err);

        for (size_t i = 0; !rc && i < count; i++)
                rc = blob_join_part(join, &parts[i], err);
        return rc ? rc : blob_join_finish(&join, ret, err);
}

#endif
