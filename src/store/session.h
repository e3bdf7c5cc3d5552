/*
 * store/session.h - browsers that are signed in: hashes of their cookies.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SESSION_H
#define VITRINE_STORE_SESSION_H

#include "store/account.h"

struct session {
        int64_t account_id;
        int64_t created_us, seen_us, expires_us;
};

/* *ret_found false: unknown. hash: 32 bytes. Whether it has expired is the caller's business. */
MUST_USE enum rc store_session_by_hash(struct db_conn *conn, struct str hash, struct session *ret, bool *ret_found,
                                       struct err *err);
MUST_USE enum rc store_session_insert(struct db_conn *conn, const struct session *s, struct str hash,
                                      struct err *err);
MUST_USE enum rc store_session_seen(struct db_conn *conn, struct str hash, int64_t now_us, struct err *err);
MUST_USE enum rc store_session_delete(struct db_conn *conn, struct str hash, struct err *err);
/* Signs an account out everywhere. */
MUST_USE enum rc store_session_delete_all(struct db_conn *conn, int64_t account_id, struct err *err);
/* Are there any for store_session_sweep()? */
MUST_USE enum rc store_session_any_old(struct db_conn *conn, int64_t now_us, int64_t idle_us, bool *ret,
                                       struct err *err);
/* Forgets those that expired before now or were not seen since idle_us. */
MUST_USE enum rc store_session_sweep(struct db_conn *conn, int64_t now_us, int64_t idle_us, struct err *err);

#endif
