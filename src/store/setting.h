/*
 * store/setting.h - named bytes that belong to the whole server, such as signing keys.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SETTING_H
#define VITRINE_STORE_SETTING_H

#include "store/query.h"

/* Absent when there is none. */
MUST_USE enum rc store_setting_get(struct db_conn *conn, struct arena *arena, struct str name, struct str *ret,
                                   struct err *err);
MUST_USE enum rc store_setting_set(struct db_conn *conn, struct str name, struct str value, struct err *err);

#endif
