/*
 * store/ttl.h - how long versions live that say nothing themselves: the rule of their owner.
 *
 * A team's own rule counts, else that of its organization. Thread rule: that of the
 * connection; functions that change rows inside a write only.
 */
#ifndef VITRINE_STORE_TTL_H
#define VITRINE_STORE_TTL_H

#include "store/query.h"

struct ttl_rule {
        bool has_default;             /* false: nothing is said here, the organization's counts */
        int64_t default_s;            /* 0: for ever */
        bool admins_only;             /* who may give a version a time of its own */
};
/* What an entity says itself. */
MUST_USE enum rc store_ttl_get(struct db_conn *conn, int64_t entity_id, struct ttl_rule *ret, struct err *err);
MUST_USE enum rc store_ttl_set(struct db_conn *conn, int64_t entity_id, const struct ttl_rule *rule, struct err *err);
/* What holds in a project; admins_only: the team or its organization says so. */
MUST_USE enum rc store_ttl_of_project(struct db_conn *conn, int64_t project_id, struct ttl_rule *ret, struct err *err);

/* Where a walk through all projects is; begins zeroed. */
struct ttl_cursor {
        int64_t project_id, default_s, created_us, artifact_id;
};
/*
 * Committed versions that inherit a time which has passed, at most max; *ret_count less than that: no more. Types
 * that have no time to live (ttl.c) are left out.
 */
MUST_USE enum rc store_ttl_expired(struct db_conn *conn, int64_t now_us, struct ttl_cursor *cursor, int64_t *ret,
                                   size_t max, size_t *ret_count, struct err *err);
/* How many versions an entity would lose at once with this default; counts to `most`. */
MUST_USE enum rc store_ttl_count(struct db_conn *conn, int64_t entity_id, int64_t default_s, int64_t now_us,
                                 size_t most, int64_t *ret, struct err *err);

#endif
