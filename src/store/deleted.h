/*
 * store/deleted.h - what was deleted and can still be restored.
 *
 * Thread rule: that of the connection; functions that change rows inside a write only.
 */
#ifndef VITRINE_STORE_DELETED_H
#define VITRINE_STORE_DELETED_H

#include "store/collection.h"
#include "store/membership.h"

struct deleted_item {
        int64_t id;                   /* of the artifact or the collection */
        int64_t project_id;
        struct str entity_name, project_name, collection_name;
        int64_t version;              /* -1: a collection */
        enum collection_kind kind;    /* of the collection */
        int64_t deleted_us;
};
struct deleted_list {
        struct deleted_item *items;
        size_t count;
};
/* Deleted at or after from_us, the latest first. project_id 0: of all projects. */
MUST_USE enum rc store_deleted_versions(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t from_us,
                                        size_t limit, struct deleted_list *ret, struct err *err);
MUST_USE enum rc store_deleted_collections(struct db_conn *conn, struct arena *arena, int64_t project_id,
                                           int64_t from_us, size_t limit, struct deleted_list *ret, struct err *err);
/* When it was deleted; *ret_found false when it was not, or cannot come back. */
MUST_USE enum rc store_deleted_version_time(struct db_conn *conn, int64_t artifact_id, int64_t *ret_us, bool *ret_found,
                                            struct err *err);
MUST_USE enum rc store_deleted_collection_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                                struct deleted_item **ret, struct err *err);

/* Projects and registries (items: no collection, no version); of entities that are still there. */
MUST_USE enum rc store_deleted_projects(struct db_conn *conn, struct arena *arena, int64_t entity_id, int64_t from_us,
                                        size_t limit, struct deleted_list *ret, struct err *err);
/* With the collections that were deleted together with it; those that were deleted before it stay deleted. */
MUST_USE enum rc store_project_undelete(struct db_conn *conn, int64_t id, int64_t deleted_us, int64_t now_us,
                                        struct err *err);

/* ---- versions --------------------------------------------------------------------------- */

/* Keeps where a version is, before it is taken from there. aliases: JSON list. */
MUST_USE enum rc store_deleted_place_keep(struct db_conn *conn, int64_t collection_id, int64_t version,
                                          struct str aliases, struct err *err);
struct deleted_place {
        struct membership place;
        int64_t created_by;
        struct str aliases;
};
MUST_USE enum rc store_deleted_places(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                                      struct deleted_place **ret, size_t *ret_count, struct err *err);
MUST_USE enum rc store_deleted_place_get(struct db_conn *conn, struct arena *arena, int64_t artifact_id,
                                         int64_t collection_id, struct deleted_place *ret, bool *ret_found,
                                         struct err *err);
MUST_USE enum rc store_deleted_place_drop(struct db_conn *conn, int64_t artifact_id, int64_t collection_id,
                                          struct err *err);
/* Committed again; its places are another matter. */
MUST_USE enum rc store_artifact_undelete(struct db_conn *conn, int64_t artifact_id, int64_t now_us, struct err *err);
/* A protected alias that is on a version of a deleted collection; absent: there is none. */
MUST_USE enum rc store_deleted_protected(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                         struct str *ret, struct err *err);
/* RC_EXISTS when the name is taken by now. */
MUST_USE enum rc store_collection_undelete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);

#endif
