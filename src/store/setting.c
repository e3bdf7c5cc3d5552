/*
 * store/setting.c - named bytes of the whole server; see setting.h.
 */
#include "store/setting.h"

enum rc store_setting_get(struct db_conn *conn, struct arena *arena, struct str name, struct str *ret,
                          struct err *err)
{
        return store_text(conn, arena, ret, err, "SELECT value FROM setting WHERE name = $1", "s", name);
}

enum rc store_setting_set(struct db_conn *conn, struct str name, struct str value, struct err *err)
{
        return store_exec(conn, err,
                          "INSERT INTO setting (name, value) VALUES ($1, $2)"
                          " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                          "sb", name, value);
}
