/*
 * store/account.h - people and service accounts.
 *
 * Deleted accounts keep their row, because runs and events refer to it, found by id and by
 * entity only (deleted_us tells). Rows come back in the arena; NULL means there is none.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_ACCOUNT_H
#define VITRINE_STORE_ACCOUNT_H

#include "store/entity.h"

struct account {
        int64_t id;
        int64_t entity_id;            /* the personal entity; its name is the user name */
        struct str username;
        struct str name;              /* full name; the user name when no other is known */
        struct str email;             /* may be absent */
        struct str password;          /* PHC string; absent: no password */
        bool admin;
        bool service;
        int64_t service_entity_id;    /* a service account's team or organization (its entity), else 0 */
        int64_t default_entity_id;    /* never 0 */
        struct str default_entity;    /* its name */
        int64_t created_us;
        int64_t deleted_us;
};
struct account_list {
        struct account *items;
        size_t count;
};

MUST_USE enum rc store_account_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct account **ret,
                                     struct err *err);
MUST_USE enum rc store_account_by_username(struct db_conn *conn, struct arena *arena, struct str username,
                                           struct account **ret, struct err *err);
/* The oldest when several share the address. */
MUST_USE enum rc store_account_by_email(struct db_conn *conn, struct arena *arena, struct str email,
                                        struct account **ret, struct err *err);
MUST_USE enum rc store_account_by_entity(struct db_conn *conn, struct arena *arena, int64_t entity_id,
                                         struct account **ret, struct err *err);
/* With id > after_id, by id, at most limit. */
MUST_USE enum rc store_account_list(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                                    struct account_list *ret, struct err *err);
/* Whose user name or e-mail address is `text`, else whose names start with it; at most limit. */
MUST_USE enum rc store_account_search(struct db_conn *conn, struct arena *arena, struct str text, size_t limit,
                                      struct account_list *ret, struct err *err);
/* Do both belong to one organization? */
MUST_USE enum rc store_account_share_org(struct db_conn *conn, int64_t account_id, int64_t other_id, bool *ret,
                                         struct err *err);
/* Has any living account a password? */
MUST_USE enum rc store_account_any_password(struct db_conn *conn, bool *ret, struct err *err);
MUST_USE enum rc store_account_count(struct db_conn *conn, int64_t *ret, struct err *err);

/* Inserts a (id is set). RC_EXISTS when the user name is taken. */
MUST_USE enum rc store_account_insert(struct db_conn *conn, struct arena *arena, struct account *a, struct err *err);
/* phc absent: no password. */
MUST_USE enum rc store_account_set_password(struct db_conn *conn, int64_t id, struct str phc, struct err *err);
MUST_USE enum rc store_account_set_name(struct db_conn *conn, int64_t id, struct str name, struct err *err);
/* 0: the personal entity again. */
MUST_USE enum rc store_account_set_default(struct db_conn *conn, int64_t id, int64_t entity_id, struct err *err);
/* Whoever's default this entity is (account_id 0: everybody) falls back to the first other team joined, else to
 * the personal entity. */
MUST_USE enum rc store_account_forget_default(struct db_conn *conn, int64_t account_id, int64_t entity_id,
                                              struct err *err);
/*
 * Takes it and its personal entity out of use: no password, no keys, no sessions, no
 * memberships, and the name is free again. The rows stay for what refers to them.
 */
MUST_USE enum rc store_account_retire(struct db_conn *conn, const struct account *a, int64_t now_us,
                                      struct err *err);

#endif
