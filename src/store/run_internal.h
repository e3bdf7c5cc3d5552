/*
 * store/run_internal.h - how a run is read out of a row; for run.c and run_list.c only.
 */
#ifndef VITRINE_STORE_RUN_INTERNAL_H
#define VITRINE_STORE_RUN_INTERNAL_H

#include "store/run.h"

#define STORE_RUN_COLUMNS                                                                                  \
        "run.id, run.project_id, run.name, run.number, run.display_name, run.description, run.notes, "     \
        "run.group_name, run.job_type, run.commit_hash, run.repo, run.program, run.host, run.sweep_name, " \
        "run.tags, run.state, run.exit_code, run.stop_requested, run.history_lines, run.event_lines, "     \
        "run.log_lines, run.created_by, run.created_us, run.updated_us, run.heartbeat_us, run.deleted_us"
#define STORE_RUN_COLUMN_COUNT 26

void store_read_run(struct db_stmt *stmt, struct arena *arena, struct run *r);

#endif
