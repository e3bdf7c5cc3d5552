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

struct limiter;

struct auth {
        struct db *db;

        pthread_mutex_t sign_lock;    /* guards sign_keys and sign_loaded_us */
        struct sign_key sign_keys[SIGN_KEYS]; /* newest first */
        int64_t sign_loaded_us;

        pthread_mutex_t used_lock;    /* guards used and used_count */
        int64_t used[USED_KEYS_MAX];  /* API keys to be noted as used by auth_tick() */
        size_t used_count;

        struct limiter *tries;        /* of signing in; locks itself */
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
struct limiter *limiter_new(void);
void limiter_free(struct limiter *limiter);
/* False when `key` has had `max` tries in the last minute; else counts one. */
bool limiter_try(struct limiter *limiter, struct str key, unsigned max, uint64_t now_ms);

/* authenticate.c */
struct account;
struct principal principal_of(const struct account *account, int64_t key_id);

#endif
