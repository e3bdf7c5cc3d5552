/*
 * store/collection.h - sequences and portfolios, and their tags.
 *
 * A sequence is the home of artifacts; a portfolio holds links. Deleted collections are
 * never returned. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_COLLECTION_H
#define VITRINE_STORE_COLLECTION_H

#include "store/query.h"

enum collection_kind { COLLECTION_SEQUENCE, COLLECTION_PORTFOLIO };

struct collection {
        int64_t id;
        int64_t project_id;
        enum collection_kind kind;
        int64_t type_id;
        struct str type_name;
        struct str name;
        struct str description;
        int64_t next_version;
        int64_t version_count;
        int64_t created_us, updated_us;
        bool deleted;                 /* only right after it was deleted */
};

MUST_USE enum rc store_collection_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                        struct collection **ret, struct err *err);
/* Also one that is deleted and may be restored. */
MUST_USE enum rc store_collection_even_deleted(struct db_conn *conn, struct arena *arena, int64_t id,
                                               struct collection **ret, struct err *err);
MUST_USE enum rc store_collection_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id,
                                          struct str name, struct collection **ret, struct err *err);
/* Inserts c (id is set). created_by 0: unknown. RC_EXISTS when the name is taken. */
MUST_USE enum rc store_collection_insert(struct db_conn *conn, struct collection *c, struct str client_id,
                                         int64_t created_by, struct err *err);
/* Writes name, description, type, updated_us. */
MUST_USE enum rc store_collection_update(struct db_conn *conn, const struct collection *c, struct err *err);
MUST_USE enum rc store_collection_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);
/* Every collection of a project. */
MUST_USE enum rc store_collection_delete_in(struct db_conn *conn, int64_t project_id, int64_t now_us,
                                            struct err *err);
/* Takes the next version number, which is never given again. */
MUST_USE enum rc store_collection_next_version(struct db_conn *conn, int64_t id, int64_t now_us,
                                               int64_t *ret_version, struct err *err);
MUST_USE enum rc store_collection_add_count(struct db_conn *conn, int64_t id, int64_t delta, int64_t now_us,
                                            struct err *err);
/* Living ones of a project. */
MUST_USE enum rc store_collection_count(struct db_conn *conn, int64_t project_id, int64_t *ret, struct err *err);
/* ---- tags, of collections and of artifacts -------------------------------------------- */

struct tag {
        int64_t id;
        struct str name;
};
struct tag_list {
        struct tag *items;
        size_t count;
};
MUST_USE enum rc store_tag_ensure(struct db_conn *conn, struct str name, int64_t *ret_id, struct err *err);
MUST_USE enum rc store_collection_tags(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                       struct tag_list *ret, struct err *err);
MUST_USE enum rc store_collection_tag_add(struct db_conn *conn, int64_t collection_id, int64_t tag_id,
                                          struct err *err);
MUST_USE enum rc store_collection_tag_remove(struct db_conn *conn, int64_t collection_id, struct str name,
                                             struct err *err);
MUST_USE enum rc store_artifact_tags(struct db_conn *conn, struct arena *arena, int64_t artifact_id,
                                     struct tag_list *ret, struct err *err);
MUST_USE enum rc store_artifact_tag_add(struct db_conn *conn, int64_t artifact_id, int64_t tag_id, struct err *err);
MUST_USE enum rc store_artifact_tag_remove(struct db_conn *conn, int64_t artifact_id, struct str name,
                                           struct err *err);

#endif
