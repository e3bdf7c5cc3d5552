/*
 * auth/authenticate.c - credentials to a principal; opening and closing.
 *
 * "Last used" of a key is noted to the hour: the request only leaves the key's number in a
 * short list, auth_tick() writes it. When the list is full the note is dropped; the next
 * request with that key makes it again.
 */
#include "auth/internal.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "store/api_key.h"

#define USED_EVERY_US ((int64_t)3600 * 1000000)

struct principal principal_of(const struct account *account, int64_t key_id)
{
        return (struct principal){
                .account_id = account->id,
                .entity_id = account->entity_id,
                .default_entity_id = account->default_entity_id,
                .service_entity_id = account->service_entity_id,
                .key_id = key_id,
                .admin = account->admin,
                .service = account->service,
                .username = account->username,
                .name = account->name,
                .email = account->email,
        };
}

static void note_used(struct auth *auth, int64_t key_id)
{
        pthread_mutex_lock(&auth->used_lock);
        for (size_t i = 0; i < auth->used_count; i++) {
                if (auth->used[i] == key_id) {
                        pthread_mutex_unlock(&auth->used_lock);
                        return;
                }
        }
        if (auth->used_count < USED_KEYS_MAX)
                auth->used[auth->used_count++] = key_id;
        pthread_mutex_unlock(&auth->used_lock);
}

static enum rc identify_key(struct auth *auth, struct db_conn *conn, struct arena *arena, struct str secret,
                            struct auth_identity *ret, struct err *err)
{
        struct account *account = NULL;
        struct api_key key = { 0 };
        int64_t now_us;
        uint8_t hash[32];
        enum rc rc;

        crypto_sha256(secret.ptr, secret.len, hash);
        rc = store_api_key_account(conn, arena, (struct str){ (const char *)hash, sizeof(hash) }, &account, &key,
                                   err);
        if (rc)
                return rc;
        if (!account)
                return err_set(err, RC_UNAUTHENTICATED,
                               "The API key is not valid here: it is wrong or was revoked; log in with another one.");
        now_us = clock_now_us();
        if (now_us - key.last_used_us > USED_EVERY_US)
                note_used(auth, key.id);
        *ret = (struct auth_identity){ .how = AUTH_KEY, .who = principal_of(account, key.id) };
        return RC_OK;
}

static bool cut_scheme(struct str header, const char *scheme, struct str *ret_rest)
{
        size_t len = strlen(scheme);

        if (header.len <= len || header.ptr[len] != ' ' ||
            !str_eq_nocase(str_slice(header, 0, len), str_from(scheme)))
                return false;
        *ret_rest = str_trim(str_slice(header, len + 1, header.len));
        return true;
}

/* The secret out of an Authorization header. */
static enum rc read_secret(struct arena *arena, struct str header, struct str *ret, struct err *err)
{
        struct str rest = STR_NULL, pair = STR_NULL;

        if (cut_scheme(header, "Bearer", &rest)) {
                *ret = rest;
                return RC_OK;
        }
        if (!cut_scheme(header, "Basic", &rest))
                return err_set(err, RC_UNAUTHENTICATED,
                               "The Authorization header is not understood: send Basic or Bearer with an API key.");
        if (!crypto_unbase64(arena, rest, &pair) || str_find(pair, ':', 0) == SIZE_MAX)
                return err_set(err, RC_UNAUTHENTICATED,
                               "The Authorization header is not well-formed: send base64 of 'api:' and the API key.");
        *ret = str_slice(pair, str_find(pair, ':', 0) + 1, pair.len);
        return RC_OK;
}

bool auth_has_credentials(struct str authorization, struct str cookie)
{
        return !str_is_empty(authorization) || !str_is_null(session_token(cookie));
}

enum rc auth_identify(struct auth *auth, struct db_conn *conn, struct arena *arena, struct str authorization,
                      struct str cookie, struct auth_identity *ret, struct err *err)
{
        struct str secret = STR_NULL;
        enum rc rc;

        if (str_is_empty(authorization))
                return session_identify(auth, conn, arena, cookie, ret, err);
        rc = read_secret(arena, authorization, &secret, err);
        if (rc)
                return rc;
        if (str_is_empty(secret))
                return err_set(err, RC_UNAUTHENTICATED, "The API key is empty: log in with an API key.");
        return identify_key(auth, conn, arena, secret, ret, err);
}

enum rc auth_principal(struct db_conn *conn, struct arena *arena, int64_t account_id, struct principal *ret,
                       struct err *err)
{
        struct account *account = NULL;
        enum rc rc = store_account_by_id(conn, arena, account_id, &account, err);

        if (rc)
                return rc;
        if (!account || account->deleted_us)
                return err_set(err, RC_DENIED, "The account that this address was made for is gone.");
        *ret = principal_of(account, 0);
        return RC_OK;
}

/* ---- life ----------------------------------------------------------------------------- */

enum rc auth_open(struct db *db, struct auth **ret_auth, struct err *err)
{
        struct auth *auth = calloc(1, sizeof(*auth));
        enum rc rc;

        if (!auth)
                return err_set(err, RC_UNAVAILABLE, "Out of memory.");
        auth->db = db;
        pthread_mutex_init(&auth->sign_lock, NULL);
        pthread_mutex_init(&auth->used_lock, NULL);
        pthread_mutex_init(&auth->hash_lock, NULL);
        pthread_cond_init(&auth->hash_free, NULL);
        rc = sign_load(auth, err);
        if (rc) {
                auth_close(auth);
                return rc;
        }
        *ret_auth = auth;
        return RC_OK;
}

struct used_job {
        int64_t ids[USED_KEYS_MAX];
        size_t count;
};

static enum rc write_used(struct db_conn *conn, void *payload, struct err *err)
{
        const struct used_job *job = payload;

        for (size_t i = 0; i < job->count; i++) {
                enum rc rc = store_api_key_used(conn, job->ids[i], clock_now_us(), err);

                if (rc)
                        return rc;
        }
        return RC_OK;
}

static void flush_used(struct auth *auth)
{
        struct used_job job = { .count = 0 };

        pthread_mutex_lock(&auth->used_lock);
        job.count = auth->used_count;
        memcpy(job.ids, auth->used, job.count * sizeof(job.ids[0]));
        auth->used_count = 0;
        pthread_mutex_unlock(&auth->used_lock);
        /* A note that cannot be written is made again by the next request. */
        if (job.count > 0 && db_write(auth->db, write_used, &job, NULL) != RC_OK)
                return;
}

void auth_tick(struct auth *auth)
{
        flush_used(auth);
        if (session_sweep(auth, NULL) != RC_OK || sign_renew(auth, NULL) != RC_OK)
                return; /* both are tried again by the next tick */
}

void auth_close(struct auth *auth)
{
        if (!auth)
                return;
        flush_used(auth);
        crypto_wipe(auth->sign_keys, sizeof(auth->sign_keys));
        pthread_mutex_destroy(&auth->sign_lock);
        pthread_mutex_destroy(&auth->used_lock);
        pthread_mutex_destroy(&auth->hash_lock);
        pthread_cond_destroy(&auth->hash_free);
        free(auth->dummy_phc);
        free(auth);
}
