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
        int64_t at_us;                /* when its row was changed last */
        int64_t event_id;             /* its newest event; 0: none */
};

/* When that was that the numbers tell of, as far as they have a time; 0: nobody knows. */
MUST_USE enum rc store_change_time(struct db_conn *conn, const struct change_numbers *numbers, int64_t *ret_us,
                                   struct err *err);

MUST_USE enum rc store_change_project(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err);
MUST_USE enum rc store_change_collection(struct db_conn *conn, int64_t id, struct change_numbers *ret,
                                         struct err *err);
MUST_USE enum rc store_change_artifact(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err);
MUST_USE enum rc store_change_run(struct db_conn *conn, int64_t id, struct change_numbers *ret, struct err *err);
/* A team, a person, or an organization with those of its registries that are in sight. org_id 0: none. */
MUST_USE enum rc store_change_entity(struct db_conn *conn, int64_t entity_id, int64_t org_id,
                                     const struct sight *sight, struct change_numbers *ret, struct err *err);

#endif
