/*
 * store/sign_in.h - how often somebody tried to sign in lately.
 *
 * key: 32 bytes, a hash: what people type by mistake must not be kept.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SIGN_IN_H
#define VITRINE_STORE_SIGN_IN_H

#include "store/query.h"

struct sign_in_tries {
        int64_t since_us;
        int64_t count;
};

/* All zero when there were none. */
MUST_USE enum rc store_sign_in_get(struct db_conn *conn, struct str key, struct sign_in_tries *ret,
                                   struct err *err);
MUST_USE enum rc store_sign_in_put(struct db_conn *conn, struct str key, const struct sign_in_tries *tries,
                                   struct err *err);
MUST_USE enum rc store_sign_in_forget(struct db_conn *conn, struct str key, struct err *err);
/* Are there any for store_sign_in_sweep()? */
MUST_USE enum rc store_sign_in_any_old(struct db_conn *conn, int64_t before_us, bool *ret, struct err *err);
/* Forgets those whose first try was before that time. */
MUST_USE enum rc store_sign_in_sweep(struct db_conn *conn, int64_t before_us, struct err *err);

#endif
