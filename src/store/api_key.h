/*
 * store/api_key.h - API keys: hashes only, never a secret.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_API_KEY_H
#define VITRINE_STORE_API_KEY_H

#include "store/account.h"

struct api_key {
        int64_t id;
        int64_t account_id;
        struct str username;
        struct str description;
        struct str hint;              /* the last four characters */
        int64_t created_us;
        int64_t last_used_us;         /* 0: never; kept to the hour */
        struct str secret;            /* only right after it was made; never stored */
};
struct api_key_list {
        struct api_key *items;
        size_t count;
};

/* Who a key belongs to: NULL when unknown, revoked, or of a deleted account. hash: 32 bytes. */
MUST_USE enum rc store_api_key_account(struct db_conn *conn, struct arena *arena, struct str hash,
                                       struct account **ret, struct api_key *ret_key, struct err *err);
MUST_USE enum rc store_api_key_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct api_key **ret,
                                     struct err *err);
/* Living keys, oldest first; account_id 0: everybody's. */
MUST_USE enum rc store_api_key_list(struct db_conn *conn, struct arena *arena, int64_t account_id,
                                    struct api_key_list *ret, struct err *err);
MUST_USE enum rc store_api_key_count(struct db_conn *conn, int64_t account_id, int64_t *ret, struct err *err);
/* Inserts k (id is set). RC_EXISTS when the same key is there already. */
MUST_USE enum rc store_api_key_insert(struct db_conn *conn, struct api_key *k, struct str hash, struct err *err);
MUST_USE enum rc store_api_key_delete(struct db_conn *conn, int64_t id, struct err *err);
MUST_USE enum rc store_api_key_used(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);

#endif
