/*
 * store/protected.h - the aliases that only admins of a registry may move, and where
 * versions carry them.
 *
 * A definition belongs to a registry; it holds for the registry's collections of any name.
 * Deleted collections and registries protect nothing. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_PROTECTED_H
#define VITRINE_STORE_PROTECTED_H

#include "store/query.h"

struct str_list {
        struct str *items;
        size_t count;
};

/* In the order of their names. */
MUST_USE enum rc store_protected_list(struct db_conn *conn, struct arena *arena, int64_t project_id,
                                      struct str_list *ret, struct err *err);
/* *ret_changed false: it was there already, or was not there. */
MUST_USE enum rc store_protected_add(struct db_conn *conn, int64_t project_id, struct str alias, int64_t account_id,
                                     int64_t now_us, bool *ret_changed, struct err *err);
MUST_USE enum rc store_protected_remove(struct db_conn *conn, int64_t project_id, struct str alias,
                                        bool *ret_changed, struct err *err);
MUST_USE enum rc store_protected_has(struct db_conn *conn, int64_t project_id, struct str alias, bool *ret,
                                     struct err *err);

/* A protected alias that is on a version of the collection, or on any; absent: there is none. */
MUST_USE enum rc store_protected_on_version(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                            int64_t version, struct str *ret, struct err *err);
MUST_USE enum rc store_protected_in_collection(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                               struct str *ret, struct err *err);
/* The same for what is linked: one artifact, any of a sequence, any of a project. */
MUST_USE enum rc store_protected_on_artifact(struct db_conn *conn, struct arena *arena, int64_t artifact_id,
                                             struct str *ret, struct err *err);
MUST_USE enum rc store_protected_from_sequence(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                                               struct str *ret, struct err *err);
MUST_USE enum rc store_protected_from_project(struct db_conn *conn, struct arena *arena, int64_t project_id,
                                              struct str *ret, struct err *err);

#endif
