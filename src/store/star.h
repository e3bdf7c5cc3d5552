/*
 * store/star.h - projects and registries that somebody marked with a star.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_STAR_H
#define VITRINE_STORE_STAR_H

#include "store/query.h"

MUST_USE enum rc store_star_get(struct db_conn *conn, int64_t account_id, int64_t project_id, bool *ret,
                                struct err *err);
MUST_USE enum rc store_star_set(struct db_conn *conn, int64_t account_id, int64_t project_id, bool starred,
                                struct err *err);

#endif
