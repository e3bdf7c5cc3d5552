/*
 * store/star.c - see star.h.
 */
#include "store/star.h"

enum rc store_star_get(struct db_conn *conn, int64_t account_id, int64_t project_id, bool *ret, struct err *err)
{
        int64_t found = 0;
        enum rc rc = store_int(conn, &found, NULL, err,
                               "SELECT count(*) FROM star WHERE account_id = $1 AND project_id = $2", "ii", account_id,
                               project_id);

        if (rc)
                return rc;
        *ret = found != 0;
        return RC_OK;
}

enum rc store_star_set(struct db_conn *conn, int64_t account_id, int64_t project_id, bool starred, struct err *err)
{
        if (!starred)
                return store_exec(conn, err, "DELETE FROM star WHERE account_id = $1 AND project_id = $2", "ii",
                                  account_id, project_id);
        return store_exec(conn, err, "INSERT INTO star (account_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                          "ii", account_id, project_id);
}
