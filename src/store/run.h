/*
 * store/run.h - runs, their documents (config, summary, history keys), and lists of them.
 *
 * A struct run holds what is small; the documents, which can be large, are read when they
 * are asked for. Deleted runs are returned by store_run_by_name() only, because their names
 * stay taken. Rows come back in the arena; NULL means there is none.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_RUN_H
#define VITRINE_STORE_RUN_H

#include "store/filter.h"
#include "store/query.h"

/* As stored; domain/run.h says what a client is told (a silent one has crashed). */
enum run_state {
        RUN_RUNNING, RUN_FINISHED, RUN_FAILED, RUN_CRASHED, RUN_KILLED, RUN_PREEMPTING, RUN_PREEMPTED, RUN_PENDING,
        RUN_STATE__COUNT
};

struct run {
        int64_t id;
        int64_t project_id;
        struct str name;              /* the id that its client made */
        int64_t number;               /* counts in its project */
        struct str display_name, description, notes, group_name, job_type;
        struct str commit_hash, repo, program, host, sweep_name;
        struct str tags;              /* JSON list of strings */
        enum run_state state;
        int64_t exit_code;
        bool stop_requested;
        int64_t history_lines, event_lines, log_lines;
        int64_t created_by;           /* account */
        int64_t created_us, updated_us, heartbeat_us, deleted_us;
};
struct run_list {
        struct run *items;
        struct filter_key *keys;      /* for cursors; NULL where lists have none */
        size_t count;
};

/* Row number of the run with that name (the id its client made); 0 when there is none. */
MUST_USE enum rc store_run_id(struct db_conn *conn, int64_t project_id, struct str name, int64_t *ret,
                              struct err *err);
MUST_USE enum rc store_run_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct run **ret,
                                 struct err *err);
/* Also a deleted one (deleted_us). */
MUST_USE enum rc store_run_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                                   struct run **ret, struct err *err);

/* Documents: text as the client wrote it; RUN_CONFIG_STRICT and RUN_SUMMARY_STRICT never hold NaN. */
enum run_document { RUN_CONFIG, RUN_SUMMARY, RUN_SYSTEM_METRICS, RUN_HISTORY_KEYS, RUN_CONFIG_STRICT, RUN_SUMMARY_STRICT };
MUST_USE enum rc store_run_document(struct db_conn *conn, struct arena *arena, int64_t id, enum run_document which,
                                    struct str *ret, struct err *err);

/* A JSON document and, when it is not strict JSON, a copy that is. */
struct run_json {
        struct str text;              /* absent: leave alone */
        struct str strict;            /* absent: the same as text */
};
/* What an upsert can change; absent texts leave alone. */
struct run_change {
        struct str display_name, description, notes, group_name, job_type;
        struct str commit_hash, repo, program, host, sweep_name, tags;
        struct run_json config, summary;
};
/* The number that the next run of a project gets. */
MUST_USE enum rc store_run_next_number(struct db_conn *conn, int64_t project_id, int64_t *ret, struct err *err);
/*
 * Inserts a run: name, number, state, creator and created_us of r (its id is set), everything else of
 * `change`. RC_EXISTS when the name is taken.
 */
MUST_USE enum rc store_run_insert(struct db_conn *conn, struct run *r, const struct run_change *change,
                                  struct err *err);
MUST_USE enum rc store_run_update(struct db_conn *conn, int64_t id, const struct run_change *change, int64_t now_us,
                                  struct err *err);
/* State, exit code, stop_requested, heartbeat_us, updated_us. */
MUST_USE enum rc store_run_set_state(struct db_conn *conn, const struct run *r, struct err *err);
/* Numbers of lines, history keys (absent: leave alone). */
MUST_USE enum rc store_run_set_lines(struct db_conn *conn, const struct run *r, struct str history_keys,
                                     struct err *err);
MUST_USE enum rc store_run_set_summary(struct db_conn *conn, int64_t id, const struct run_json *summary,
                                       struct err *err);
MUST_USE enum rc store_run_set_system_metrics(struct db_conn *conn, int64_t id, struct str metrics, struct err *err);
MUST_USE enum rc store_run_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);

/* Runs of a project. */
struct run_query {
        int64_t project_id;
        const struct filter *filter;  /* NULL: all */
        struct filter_order order;    /* no field: the oldest first */
        const struct filter_key *after; /* NULL: from the start */
        size_t limit;
        int64_t silent_us;            /* a running run whose last heartbeat is older has crashed */
};
/* RC_INVALID for unknown fields. */
MUST_USE enum rc store_run_list(struct db_conn *conn, struct arena *arena, const struct run_query *query,
                                struct run_list *ret, struct err *err);
MUST_USE enum rc store_run_count(struct db_conn *conn, struct arena *arena, const struct run_query *query,
                                 int64_t *ret, struct err *err);
/* Living runs that used the artifact, by id. */
MUST_USE enum rc store_runs_using(struct db_conn *conn, struct arena *arena, int64_t artifact_id, int64_t after_id,
                                  size_t limit, struct run_list *ret, struct err *err);

#endif
