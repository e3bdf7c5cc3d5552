/*
 * store/change.h - cheap answers to "has anything changed?": a few numbers for each kind of thing.
 *
 * Each is a handful of index look-ups, whatever the size of the thing. They mean nothing but
 * that something is different when one of them is. Downloads are not counted.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_CHANGE_H
#define VITRINE_STORE_CHANGE_H

#include "store/project.h"
#include "store/search.h"

#define CHANGE_NUMBERS 6
struct change_numbers {
        int64_t of[CHANGE_NUMBERS];
};

MUST_USE enum rc store_change_project(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err);
MUST_USE enum rc store_change_collection(struct db_conn *conn, int64_t id, struct change_numbers *ret,
                                         struct err *err);
MUST_USE enum rc store_change_artifact(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err);
MUST_USE enum rc store_change_run(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err);
/* A team, a person, or an organization with those of its registries that are in sight. org_id 0: none. */
MUST_USE enum rc store_change_entity(struct db_conn *conn, int64_t entity_id, int64_t org_id,
                                     const struct sight *sight, struct change_numbers *ret, struct err *err);

#endif
