/*
 * store/membership.h - the versions of a collection, and the aliases that point at them.
 *
 * A membership is clustered by (collection, version). Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_MEMBERSHIP_H
#define VITRINE_STORE_MEMBERSHIP_H

#include "store/artifact.h"

struct membership {
        int64_t collection_id;
        int64_t version;
        int64_t artifact_id;
        int64_t created_us;
};
struct membership_list {
        struct membership *items;
        size_t count;
};

/* Returned by value: found false when there is none. */
MUST_USE enum rc store_membership_get(struct db_conn *conn, int64_t collection_id, int64_t version,
                                      struct membership *ret, bool *ret_found, struct err *err);
MUST_USE enum rc store_membership_by_alias(struct db_conn *conn, int64_t collection_id, struct str alias,
                                           struct membership *ret, bool *ret_found, struct err *err);
MUST_USE enum rc store_membership_by_artifact(struct db_conn *conn, int64_t collection_id, int64_t artifact_id,
                                              struct membership *ret, bool *ret_found, struct err *err);
/* A living collection of the project that holds the artifact; 0: none does. */
MUST_USE enum rc store_membership_in_project(struct db_conn *conn, int64_t artifact_id, int64_t project_id,
                                             int64_t *ret_collection_id, struct err *err);
/* The highest version that is left. */
MUST_USE enum rc store_membership_last(struct db_conn *conn, int64_t collection_id, struct membership *ret,
                                       bool *ret_found, struct err *err);
MUST_USE enum rc store_membership_insert(struct db_conn *conn, const struct membership *m, int64_t created_by,
                                         struct err *err);
/* Removes it and its aliases. */
MUST_USE enum rc store_membership_delete(struct db_conn *conn, int64_t collection_id, int64_t version,
                                         struct err *err);
/*
 * A page of a collection: versions below `bound` downward (descending) or above it upward.
 * For the first page pass INT64_MAX or -1.
 */
MUST_USE enum rc store_membership_page(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                       bool descending, int64_t bound, size_t limit, struct membership_list *ret,
                                       struct err *err);
/* Everywhere the artifact is a member, at most limit, by collection. */
MUST_USE enum rc store_memberships_of(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                                      struct membership_list *ret, struct err *err);

/* Projects and registries that hold the artifact, each once. */
MUST_USE enum rc store_projects_with(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                                     struct id_list *ret, struct err *err);

/* ---- aliases -------------------------------------------------------------------------- */

struct alias {
        int64_t id;
        int64_t collection_id;
        struct str alias;
        int64_t version;
};
struct alias_list {
        struct alias *items;
        size_t count;
};
/* Points the alias at the version; *ret_before is where it pointed (-1: nowhere). */
MUST_USE enum rc store_alias_set(struct db_conn *conn, int64_t collection_id, struct str alias, int64_t version,
                                 int64_t now_us, int64_t *ret_before, struct err *err);
/* *ret_removed false when that version does not carry it. */
MUST_USE enum rc store_alias_remove(struct db_conn *conn, int64_t collection_id, struct str alias, int64_t version,
                                    bool *ret_removed, struct err *err);
MUST_USE enum rc store_alias_of_version(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                        int64_t version, struct alias_list *ret, struct err *err);
MUST_USE enum rc store_alias_page(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                  struct str after_alias, size_t limit, struct alias_list *ret, struct err *err);

#endif
