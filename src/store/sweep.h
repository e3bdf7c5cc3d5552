/*
 * store/sweep.h - grid sweeps and their agents.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SWEEP_H
#define VITRINE_STORE_SWEEP_H

#include "store/query.h"

struct sweep {
        int64_t id;
        int64_t project_id;
        struct str name;
        struct str display_name, description;
        struct str config;            /* YAML, as it came */
        struct str grid;              /* JSON, see domain/sweep.h */
        int64_t point_count, next_point;
        int64_t created_by;
        int64_t created_us, updated_us;
};

struct sweep_agent {
        int64_t id;
        int64_t sweep_id;
        struct str host;
        int64_t point;                /* the last one given; -1: none yet */
        struct str run_name;          /* for that point */
        int64_t given_us;
        int64_t created_by;
        int64_t created_us, heartbeat_us;
};

MUST_USE enum rc store_sweep_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct sweep **ret,
                                   struct err *err);
MUST_USE enum rc store_sweep_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                                     struct sweep **ret, struct err *err);
/* Of a project, the newest first, with a smaller id than before_id; at most limit. */
struct sweep_list {
        struct sweep *items;
        size_t count;
};
MUST_USE enum rc store_sweep_list(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t before_id,
                                  size_t limit, struct sweep_list *ret, struct err *err);
MUST_USE enum rc store_sweep_count(struct db_conn *conn, int64_t project_id, int64_t *ret, struct err *err);
/* s->id is set. RC_EXISTS when the name is taken. */
MUST_USE enum rc store_sweep_insert(struct db_conn *conn, struct sweep *s, struct err *err);
/* Display name, description, config, grid, points. */
MUST_USE enum rc store_sweep_update(struct db_conn *conn, const struct sweep *s, struct err *err);

MUST_USE enum rc store_sweep_agent_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                         struct sweep_agent **ret, struct err *err);
MUST_USE enum rc store_sweep_agent_insert(struct db_conn *conn, struct sweep_agent *a, struct err *err);
/* Point, run name, given_us, heartbeat_us. */
MUST_USE enum rc store_sweep_agent_update(struct db_conn *conn, const struct sweep_agent *a, struct err *err);

#endif
