/*
 * store/lineage.h - what a lineage graph is made of: who is next to whom, and what to show of each.
 *
 * Every edge joins a run and an artifact. Both directions of both tables have an index (a
 * primary key or a covering one), so a step costs what it finds.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_LINEAGE_H
#define VITRINE_STORE_LINEAGE_H

#include "store/artifact.h"

/* Neighbors of a run or an artifact with id > after_id, by id, at most limit. */
MUST_USE enum rc store_lineage_step(struct db_conn *conn, struct arena *arena, bool is_run, int64_t id,
                                    bool upstream, int64_t after_id, size_t limit, struct id_list *ret,
                                    struct err *err);

/* What a graph shows of a run or an artifact. */
struct lineage_row {
        int64_t id;
        int64_t project_id;
        struct str project_name, entity_name;
        struct str run_name, job_type;                   /* runs: as clients know it; may be absent */
        struct str display_name;                         /* runs: may be absent */
        struct str type_name, collection_name;           /* artifacts */
        int64_t collection_id, version;                  /* artifacts: of the home */
        struct str created_by;                           /* user name; may be absent */
        int64_t state;                                   /* enum artifact_state or enum run_state */
        int64_t size_bytes;                              /* artifacts */
        int64_t created_us;
        int64_t heartbeat_us;                            /* runs */
        bool deleted;
};
/* *ret_found false: there is none. */
MUST_USE enum rc store_lineage_row(struct db_conn *conn, struct arena *arena, bool is_run, int64_t id,
                                   struct lineage_row *ret, bool *ret_found, struct err *err);

/* A collection that holds an artifact. */
struct lineage_place {
        int64_t project_id, collection_id, version;
        struct str project_name, entity_name, collection_name;
};
struct lineage_places {
        struct lineage_place *items;
        size_t count;
};
/* Living collections, the home included; by collection with id > after_id, at most limit. */
MUST_USE enum rc store_lineage_places(struct db_conn *conn, struct arena *arena, int64_t artifact_id,
                                      int64_t after_id, size_t limit, struct lineage_places *ret, struct err *err);

/* The statements of this file, for docs/query-plans.md; NULL behind the last. */
const char *store_lineage_sql(size_t index, const char **ret_title);

#endif
