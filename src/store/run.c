/*
 * store/run.c - queries about runs; see run.h.
 */
#include "store/run.h"

enum rc store_run_id(struct db_conn *conn, int64_t project_id, struct str name, int64_t *ret, struct err *err)
{
        return store_int(conn, ret, NULL, err,
                         "SELECT id FROM run WHERE project_id = $1 AND name = $2 AND deleted_us IS NULL", "is",
                         project_id, name);
}
