/*
 * store/entity.h - who can own projects: people, teams, organizations.
 *
 * All three share one space of names, unique without regard to (ASCII) case. Deleted ones
 * keep their row, found by id only (deleted_us tells). Rows come back in the arena; NULL
 * means there is none. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_ENTITY_H
#define VITRINE_STORE_ENTITY_H

#include "model/model.h"
#include "store/query.h"

enum entity_kind { ENTITY_USER, ENTITY_TEAM, ENTITY_ORG };

struct entity {
        int64_t id;
        struct str name;
        enum entity_kind kind;
        int64_t org_id;               /* of a team or an organization's own entity; 0 for a person's */
        int64_t created_us;
        int64_t deleted_us;           /* 0: in use */
};
struct entity_list {
        struct entity *items;
        size_t count;
};

MUST_USE enum rc store_entity_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct entity **ret,
                                    struct err *err);
/* Without regard to case: at most one can match. */
MUST_USE enum rc store_entity_by_name(struct db_conn *conn, struct arena *arena, struct str name,
                                      struct entity **ret, struct err *err);
/* Inserts e (id is set). RC_EXISTS when the name is taken. */
MUST_USE enum rc store_entity_insert(struct db_conn *conn, struct arena *arena, struct entity *e, struct err *err);
/* RC_EXISTS when the new name is taken. */
MUST_USE enum rc store_entity_rename(struct db_conn *conn, struct arena *arena, int64_t id, struct str name,
                                     struct err *err);
MUST_USE enum rc store_entity_set_org(struct db_conn *conn, int64_t id, int64_t org_id, struct err *err);
/*
 * Takes it out of use: the name is free again, its projects are marked as deleted, and the
 * row stays for what refers to it.
 */
MUST_USE enum rc store_entity_retire(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);
/* Does it own living projects, other than core registries that hold nothing? */
MUST_USE enum rc store_entity_has_content(struct db_conn *conn, int64_t id, bool *ret, struct err *err);
/* Sum of the sizes of the versions in its projects: as of the last count (store/storage.h) where there was one. */
MUST_USE enum rc store_entity_bytes(struct db_conn *conn, int64_t id, int64_t *ret, struct err *err);

#endif
