/*
 * store/storage.h - what is stored, by project, registry and collection: figures that
 * domain/storage.c counts, and what it walks to count them.
 *
 * Thread rule: that of the connection; functions that change rows inside a write only.
 */
#ifndef VITRINE_STORE_STORAGE_H
#define VITRINE_STORE_STORAGE_H

#include "store/artifact.h"

enum storage_scope { STORAGE_ALL, STORAGE_PROJECT, STORAGE_COLLECTION };
struct storage_figure {
        enum storage_scope scope;
        int64_t id;                   /* 0 for STORAGE_ALL */
        int64_t versions, files;      /* of a registry or a collection of links: of what is linked; else links do not count */
        int64_t logical_bytes;        /* the sum of the versions' sizes, the same way */
        int64_t unique_bytes;         /* equal content counted once */
        bool estimated;               /* unique_bytes, which was too much to count one by one */
        int64_t counted_us;
};
/* *ret_found false: not counted yet. */
MUST_USE enum rc store_storage_get(struct db_conn *conn, enum storage_scope scope, int64_t id,
                                   struct storage_figure *ret, bool *ret_found, struct err *err);
MUST_USE enum rc store_storage_put(struct db_conn *conn, const struct storage_figure *figure, struct err *err);
/* Forgets figures of an older count: of what is not there any more. */
MUST_USE enum rc store_storage_forget(struct db_conn *conn, int64_t before_us, struct err *err);

/* ---- the walk ---- */

/* The next living collection behind project_id and after_id, project by project; *ret_found false: that was the last. */
struct storage_place {
        int64_t project_id, collection_id;
        bool is_registry;             /* the project */
        bool is_sequence;             /* the collection: versions are at home in it, not linked */
};
MUST_USE enum rc store_storage_next(struct db_conn *conn, struct storage_place *place, bool *ret_found, struct err *err);
/* Committed versions of a collection above `after`. */
struct storage_version {
        int64_t version, size_bytes, file_count;
        struct stored_bytes index;
};
MUST_USE enum rc store_storage_versions(struct db_conn *conn, int64_t collection_id, int64_t after,
                                        struct storage_version *ret, size_t max, size_t *ret_count, struct err *err);
/* Places of versions there are, for progress. */
MUST_USE enum rc store_storage_total(struct db_conn *conn, int64_t *ret, struct err *err);

#endif
