/*
 * store/artifact.h - artifacts (the versions themselves) and their manifests.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_ARTIFACT_H
#define VITRINE_STORE_ARTIFACT_H

#include "store/query.h"

enum artifact_state { ARTIFACT_PENDING, ARTIFACT_COMMITTED, ARTIFACT_DELETED };
enum digest_algorithm { DIGEST_MD5, DIGEST_XXH128 };

/* Where bytes are: SHA-256 and size; size -1: not there. */
struct stored_bytes {
        uint8_t sha256[32];
        int64_t size_bytes;
};

struct artifact {
        int64_t id;
        int64_t sequence_id;
        struct str sequence_name;
        int64_t project_id;
        int64_t type_id;
        struct str type_name;
        int64_t version;              /* in its sequence; -1 until committed */
        enum artifact_state state;
        struct str digest;
        enum digest_algorithm digest_algorithm;
        struct str description;       /* may be absent */
        struct str metadata;          /* JSON text; may be absent */
        int64_t size_bytes, file_count;
        struct str client_id, distributed_id;
        int64_t base_id;              /* 0: none */
        struct str wanted_aliases;    /* JSON list of strings, until committed */
        int64_t run_id;               /* 0: made outside a run */
        int64_t created_by;
        int64_t history_step;         /* -1: none */
        int64_t ttl_s;                /* > 0 seconds, -1 inherited, -2 off */
        struct str storage_region;
        struct stored_bytes manifest; /* current manifest: the JSON... */
        struct stored_bytes index;    /* ...and its index (docs/formats.md) */
        int64_t created_us, updated_us;
};

MUST_USE enum rc store_artifact_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct artifact **ret,
                                      struct err *err);
MUST_USE enum rc store_artifact_by_client(struct db_conn *conn, struct arena *arena, struct str client_id,
                                          struct artifact **ret, struct err *err);
/* Committed artifact of a sequence with this digest: the newest. */
MUST_USE enum rc store_artifact_by_digest(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                                          struct str digest, struct artifact **ret, struct err *err);
/* Pending artifact of a distributed upload. */
MUST_USE enum rc store_artifact_by_distributed(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                                               struct str distributed_id, struct artifact **ret, struct err *err);
/* Newest committed artifact of a sequence. */
MUST_USE enum rc store_artifact_latest(struct db_conn *conn, struct arena *arena, int64_t sequence_id,
                                       struct artifact **ret, struct err *err);
MUST_USE enum rc store_artifact_insert(struct db_conn *conn, struct artifact *a, struct err *err);
/* Description, metadata, ttl, updated_us. */
MUST_USE enum rc store_artifact_update(struct db_conn *conn, const struct artifact *a, struct err *err);
MUST_USE enum rc store_artifact_set_wanted(struct db_conn *conn, int64_t id, struct str wanted_aliases,
                                           struct err *err);
/* State, version, digest, size, count, manifest, index: what a commit decides. */
MUST_USE enum rc store_artifact_commit(struct db_conn *conn, const struct artifact *a, int64_t now_us,
                                       struct err *err);
/* From now on looking up `id` finds `into_id`: both had the same content, the other was first. */
MUST_USE enum rc store_artifact_merge(struct db_conn *conn, int64_t id, int64_t into_id, int64_t now_us,
                                      struct err *err);
MUST_USE enum rc store_artifact_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);
/* Moves all artifacts of a sequence to another type. */
MUST_USE enum rc store_artifact_set_type(struct db_conn *conn, int64_t sequence_id, int64_t type_id,
                                         struct err *err);

/* ---- manifests -------------------------------------------------------------------------- */

enum manifest_kind { MANIFEST_FULL, MANIFEST_INCREMENTAL, MANIFEST_PATCH };

struct manifest_row {
        int64_t id;
        int64_t artifact_id;
        struct str name;
        enum manifest_kind kind;
        struct str digest;            /* base64 MD5 of the file; empty until known */
        int64_t base_artifact_id;     /* 0: none */
        struct stored_bytes bytes;
        int64_t created_us;
};
MUST_USE enum rc store_manifest_insert(struct db_conn *conn, struct manifest_row *m, struct err *err);
MUST_USE enum rc store_manifest_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                      struct manifest_row **ret, struct err *err);
/* Digest and base of a manifest that is about to be uploaded. */
MUST_USE enum rc store_manifest_update(struct db_conn *conn, const struct manifest_row *m, struct err *err);
MUST_USE enum rc store_manifest_set_bytes(struct db_conn *conn, int64_t id, const struct stored_bytes *bytes,
                                          struct err *err);
struct manifest_list {
        struct manifest_row *items;
        size_t count;
};
/* Those of an artifact that have their bytes, oldest first. */
MUST_USE enum rc store_manifest_list(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                                     struct manifest_list *ret, struct err *err);

/* ---- lineage edges ----------------------------------------------------------------------- */

struct id_list {
        int64_t *items;
        size_t count;
};
MUST_USE enum rc store_run_output_add(struct db_conn *conn, int64_t run_id, int64_t artifact_id, int64_t now_us,
                                      struct err *err);
/* collection_id: the collection through which it was reached; 0: unknown. */
MUST_USE enum rc store_run_input_add(struct db_conn *conn, int64_t run_id, int64_t artifact_id,
                                     int64_t collection_id, int64_t now_us, struct err *err);
MUST_USE enum rc store_run_outputs(struct db_conn *conn, struct arena *arena, int64_t run_id, int64_t after_id,
                                   size_t limit, struct id_list *ret, struct err *err);
MUST_USE enum rc store_run_inputs(struct db_conn *conn, struct arena *arena, int64_t run_id, int64_t after_id,
                                  size_t limit, struct id_list *ret, struct err *err);
MUST_USE enum rc store_run_output_count(struct db_conn *conn, int64_t run_id, int64_t *ret, struct err *err);
MUST_USE enum rc store_run_input_count(struct db_conn *conn, int64_t run_id, int64_t *ret, struct err *err);
/* Runs that used the artifact. */
MUST_USE enum rc store_artifact_users(struct db_conn *conn, struct arena *arena, int64_t artifact_id, size_t limit,
                                      struct id_list *ret, struct err *err);

#endif
