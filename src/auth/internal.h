/*
 * auth/internal.h - shared by the files of auth/ only.
 */
#ifndef VITRINE_AUTH_INTERNAL_H
#define VITRINE_AUTH_INTERNAL_H

#include <pthread.h>

#include "auth/auth.h"

#define SIGN_KEYS 2
#define USED_KEYS_MAX 256

struct sign_key {
        uint32_t id;                  /* 0: no key */
        int64_t created_us;
        uint8_t bytes[32];
};

struct auth {
        struct db *db;

        pthread_mutex_t sign_lock;    /* guards sign_keys and sign_loaded_us */
        struct sign_key sign_keys[SIGN_KEYS]; /* newest first */
        int64_t sign_loaded_us;

        pthread_mutex_t used_lock;    /* guards used and used_count */
        int64_t used[USED_KEYS_MAX];  /* API keys to be noted as used by auth_tick() */
        size_t used_count;

        pthread_mutex_t hash_lock;    /* guards hashing and dummy_phc */
        pthread_cond_t hash_free;
        unsigned hashing;             /* password hashes that run now */
        char *dummy_phc;              /* hash of nobody's password */
};

/* sign.c: loads the keys, makes the first, replaces an old one. */
MUST_USE enum rc sign_load(struct auth *auth, struct err *err);
MUST_USE enum rc sign_renew(struct auth *auth, struct err *err);

/* session.c */
MUST_USE enum rc session_identify(struct auth *auth, struct db_conn *conn, struct arena *arena, struct str cookie,
                                  struct auth_identity *ret, struct err *err);
/* The session token in a Cookie header; absent when there is none. */
struct str session_token(struct str cookie);
MUST_USE enum rc session_sweep(struct auth *auth, struct err *err);

/* limiter.c: counts tries per key and minute. */
#define LIMITS_MAX 2
struct limit {
        struct str key;               /* whom it limits */
        unsigned max;                 /* tries in a minute */
};
/* Counts one try for all of them; when one has had its tries nothing is counted and *ret_wait_s says when to come again, else 0. */
MUST_USE enum rc limiter_try(struct db *db, const struct limit *limits, size_t count, int64_t now_us,
                             unsigned *ret_wait_s, struct err *err);
/* Inside a write: whoever knew the password starts again from none. */
MUST_USE enum rc limiter_forget(struct db_conn *conn, const struct limit *limit, struct err *err);
MUST_USE enum rc limiter_sweep(struct db_conn *conn, int64_t now_us, struct err *err);
MUST_USE enum rc limiter_any_old(struct db_conn *conn, int64_t now_us, bool *ret, struct err *err);

/* authenticate.c */
struct account;
struct principal principal_of(const struct account *account, int64_t key_id);

#endif
