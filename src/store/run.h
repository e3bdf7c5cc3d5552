/*
 * store/run.h - runs.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_RUN_H
#define VITRINE_STORE_RUN_H

#include "store/query.h"

/* Row number of the run with that name (the id its client made); 0 when there is none. */
MUST_USE enum rc store_run_id(struct db_conn *conn, int64_t project_id, struct str name, int64_t *ret,
                              struct err *err);

#endif
