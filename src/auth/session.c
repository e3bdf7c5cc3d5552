/*
 * auth/session.c - passwords, and browsers that are signed in.
 *
 * A session is 256 random bits in a cookie, kept as their SHA-256. It ends 12 hours after
 * it was last seen, 7 days after it began, at sign-out and when the password changes.
 * Whatever changes something carries a second value derived from the cookie's (csrf), which a
 * foreign page cannot know.
 */
#include "auth/internal.h"

#include <time.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "store/session.h"

#define SECOND_US ((int64_t)1000000)
#define IDLE_US (12 * 3600 * SECOND_US)
#define LIFE_US (7 * 24 * 3600 * SECOND_US)
#define SEEN_EVERY_US (300 * SECOND_US)
#define COOKIE_PLAIN "vitrine_session"
#define COOKIE_SECURE "__Host-vitrine_session"
#define TOKEN_LEN 43                  /* 32 bytes in base64url */
#define TRIES_ACCOUNT 5
#define TRIES_ADDRESS 20
#define HASHES_AT_ONCE 2
#define HASH_WAIT_S 10
#define PASSWORD_MIN 8
#define PASSWORD_MAX 1024

struct str session_token(struct str cookie)
{
        struct str rest = cookie;

        while (!str_is_null(rest)) {
                struct str value = str_trim(str_cut(&rest, ';'));
                struct str name = str_cut(&value, '=');

                if ((str_eq_c(name, COOKIE_PLAIN) || str_eq_c(name, COOKIE_SECURE)) && value.len == TOKEN_LEN)
                        return value;
        }
        return STR_NULL;
}

static struct str hash_token(struct str token, uint8_t ret[static 32])
{
        crypto_sha256(token.ptr, token.len, ret);
        return (struct str){ (const char *)ret, 32 };
}

struct seen_job {
        struct str hash;
        int64_t now_us;
};

static enum rc write_seen(struct db_conn *conn, void *payload, struct err *err)
{
        const struct seen_job *job = payload;

        return store_session_seen(conn, job->hash, job->now_us, err);
}

struct str auth_csrf(struct arena *arena, struct str token)
{
        static const char label[] = "vitrine-form";
        uint8_t mac[32];

        crypto_hmac_sha256(token.ptr, token.len, label, sizeof(label), mac);
        return crypto_base64url(arena, mac, 16);
}

bool auth_csrf_is(struct str given, struct str csrf)
{
        return given.len == csrf.len && csrf.len > 0 && crypto_equal(given.ptr, csrf.ptr, csrf.len);
}

enum rc session_identify(struct auth *auth, struct db_conn *conn, struct arena *arena, struct str cookie,
                         struct auth_identity *ret, struct err *err)
{
        struct str token = session_token(cookie);
        struct seen_job seen = { .now_us = clock_now_us() };
        struct account *account = NULL;
        struct session session = { 0 };
        bool found = false;
        uint8_t hash[32];
        enum rc rc;

        *ret = (struct auth_identity){ .how = AUTH_NOBODY };
        if (str_is_null(token))
                return RC_OK;
        seen.hash = hash_token(token, hash);
        rc = store_session_by_hash(conn, seen.hash, &session, &found, err);
        if (rc)
                return rc;
        if (!found || session.expires_us <= seen.now_us || session.seen_us + IDLE_US <= seen.now_us)
                return RC_OK;
        rc = store_account_by_id(conn, arena, session.account_id, &account, err);
        if (rc)
                return rc;
        if (!account || account->deleted_us)
                return RC_OK;
        if (seen.now_us - session.seen_us > SEEN_EVERY_US) {
                rc = db_write(auth->db, write_seen, &seen, err);
                if (rc)
                        return rc;
        }
        *ret = (struct auth_identity){
                .how = AUTH_SESSION, .who = principal_of(account, 0), .csrf = auth_csrf(arena, token)
        };
        return RC_OK;
}

/* ---- passwords ------------------------------------------------------------------------ */

enum rc auth_password_hash(struct arena *arena, struct str password, struct str *ret_phc, struct err *err)
{
        if (password.len < PASSWORD_MIN || password.len > PASSWORD_MAX)
                return err_set(err, RC_INVALID, "A password has %d to %d characters: choose another.", PASSWORD_MIN,
                               PASSWORD_MAX);
        return crypto_password_hash(arena, password, ret_phc, err);
}

/* Waits for one of the places; each hash takes 19 MiB and a core. */
static bool hash_enter(struct auth *auth)
{
        struct timespec until;
        bool entered = false;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += HASH_WAIT_S;
        pthread_mutex_lock(&auth->hash_lock);
        while (auth->hashing >= HASHES_AT_ONCE)
                if (pthread_cond_timedwait(&auth->hash_free, &auth->hash_lock, &until) != 0)
                        break;
        if (auth->hashing < HASHES_AT_ONCE) {
                auth->hashing++;
                entered = true;
        }
        pthread_mutex_unlock(&auth->hash_lock);
        return entered;
}

static void hash_leave(struct auth *auth)
{
        pthread_mutex_lock(&auth->hash_lock);
        auth->hashing--;
        pthread_cond_signal(&auth->hash_free);
        pthread_mutex_unlock(&auth->hash_lock);
}

/* Something to check against when there is no such user, so that this takes as long. */
static struct str dummy_phc(struct auth *auth, struct arena *arena)
{
        struct str phc = STR_NULL;

        pthread_mutex_lock(&auth->hash_lock);
        phc = arena_str(arena, str_from(auth->dummy_phc));
        pthread_mutex_unlock(&auth->hash_lock);
        if (!str_is_null(phc) || crypto_password_hash(arena, crypto_random_alnum(arena, 24), &phc, NULL) != RC_OK)
                return phc;
        pthread_mutex_lock(&auth->hash_lock);
        if (!auth->dummy_phc)
                auth->dummy_phc = strndup(phc.ptr, phc.len);
        pthread_mutex_unlock(&auth->hash_lock);
        return phc;
}

static enum rc check_password(struct auth *auth, struct arena *arena, const struct account *account,
                              struct str password, struct err *err)
{
        bool known = account && !account->deleted_us && !str_is_null(account->password);
        bool good;

        if (!hash_enter(auth))
                return err_set(err, RC_TOO_MANY, "Too many people are signing in right now: try again in a minute.");
        good = crypto_password_verify(known ? account->password : dummy_phc(auth, arena), password);
        hash_leave(auth);
        if (known && good)
                return RC_OK;
        return err_set(err, RC_UNAUTHENTICATED, "This user name and password do not go together: try again.");
}

static enum rc find_account(struct auth *auth, struct arena *arena, struct str username, struct account **ret,
                            struct err *err)
{
        _cleanup_(db_read_end) struct db_conn *conn = NULL;
        enum rc rc = db_read_begin(auth->db, &conn, err);

        if (rc)
                return rc;
        rc = store_account_by_username(conn, arena, username, ret, err);
        if (rc || *ret || str_find(username, '@', 0) == SIZE_MAX)
                return rc;
        return store_account_by_email(conn, arena, username, ret, err);
}

/* Who is tried: an account is the same by its name and by its e-mail address. */
static struct limit account_limit(struct arena *arena, const struct account *account, struct str username)
{
        struct str key = account ? arena_printf(arena, "account:%lld", (long long)account->id)
                                 : arena_printf(arena, "name:%.*s", STR_ARG(model_fold(arena, username)));

        return (struct limit){ .key = key, .max = TRIES_ACCOUNT };
}

enum rc auth_password_check(struct auth *auth, struct arena *arena, const struct auth_sign_in *in,
                            int64_t *ret_account_id, unsigned *ret_wait_s, struct err *err)
{
        struct account *account = NULL;
        struct limit limits[2];
        unsigned wait_s = 0;
        enum rc rc;

        if (in->username.len > 320 || in->password.len > PASSWORD_MAX)
                return err_set(err, RC_UNAUTHENTICATED, "This user name and password do not go together: try again.");
        rc = find_account(auth, arena, in->username, &account, err);
        if (rc)
                return rc;
        limits[0] = account_limit(arena, account, in->username);
        limits[1] = (struct limit){ arena_printf(arena, "address:%.*s", STR_ARG(in->address)), TRIES_ADDRESS };
        rc = limiter_try(auth->db, limits, ARRAY_LEN(limits), clock_now_us(), &wait_s, err);
        if (rc)
                return rc;
        if (wait_s > 0) {
                *ret_wait_s = wait_s;
                return err_set(err, RC_TOO_MANY, "Too many tries to sign in: wait %u second%s and try again.", wait_s,
                               wait_s == 1 ? "" : "s");
        }
        rc = check_password(auth, arena, account, in->password, err);
        if (rc)
                return rc;
        *ret_account_id = account->id;
        return RC_OK;
}

struct begin_job {
        struct session session;
        struct str hash;
        struct limit knew;            /* the password: starts to count again from none */
};

static enum rc write_begin(struct db_conn *conn, void *payload, struct err *err)
{
        const struct begin_job *job = payload;
        enum rc rc = limiter_forget(conn, &job->knew, err);

        return rc ? rc : store_session_insert(conn, &job->session, job->hash, err);
}

enum rc auth_session_open(struct auth *auth, struct arena *arena, int64_t account_id, struct str *ret_token,
                          struct err *err)
{
        struct begin_job job = { .knew = account_limit(arena, &(struct account){ .id = account_id }, STR_NULL) };
        uint8_t random[32], hash[32];
        struct str token;
        enum rc rc;

        crypto_random(random, sizeof(random));
        token = crypto_base64url(arena, random, sizeof(random));
        job.hash = hash_token(token, hash);
        job.session.account_id = account_id;
        job.session.created_us = job.session.seen_us = clock_now_us();
        job.session.expires_us = job.session.created_us + LIFE_US;
        rc = db_write(auth->db, write_begin, &job, err);
        if (rc)
                return rc;
        *ret_token = token;
        return RC_OK;
}

enum rc auth_session_begin(struct auth *auth, struct arena *arena, const struct auth_sign_in *in,
                           struct str *ret_token, unsigned *ret_wait_s, struct err *err)
{
        int64_t account_id = 0;
        enum rc rc = auth_password_check(auth, arena, in, &account_id, ret_wait_s, err);

        return rc ? rc : auth_session_open(auth, arena, account_id, ret_token, err);
}

static enum rc write_end_all(struct db_conn *conn, void *payload, struct err *err)
{
        const int64_t *account_id = payload;

        return store_session_delete_all(conn, *account_id, err);
}

enum rc auth_session_end_all(struct auth *auth, int64_t account_id, struct err *err)
{
        return db_write(auth->db, write_end_all, &account_id, err);
}

static enum rc write_end(struct db_conn *conn, void *payload, struct err *err)
{
        const struct str *hash = payload;

        return store_session_delete(conn, *hash, err);
}

enum rc auth_session_end(struct auth *auth, struct str cookie, struct err *err)
{
        struct str token = session_token(cookie);
        uint8_t bytes[32];
        struct str hash;

        if (str_is_null(token))
                return RC_OK;
        hash = hash_token(token, bytes);
        return db_write(auth->db, write_end, &hash, err);
}

struct str auth_session_cookie(struct arena *arena, struct str token, bool secure)
{
        const char *name = secure ? COOKIE_SECURE : COOKIE_PLAIN;
        const char *flag = secure ? "; Secure" : "";

        if (str_is_null(token))
                return arena_printf(arena, "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s", name, flag);
        return arena_printf(arena, "%s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", name, STR_ARG(token),
                            (long long)(LIFE_US / SECOND_US), flag);
}

static enum rc write_sweep(struct db_conn *conn, void *payload, struct err *err)
{
        const int64_t *now_us = payload;
        enum rc rc = store_session_sweep(conn, *now_us, IDLE_US, err);

        return rc ? rc : limiter_sweep(conn, *now_us, err);
}

enum rc session_sweep(struct auth *auth, struct err *err)
{
        _cleanup_(db_read_end) struct db_conn *conn = NULL;
        int64_t now_us = clock_now_us();
        bool any = false;
        enum rc rc = db_read_begin(auth->db, &conn, err);

        if (rc)
                return rc;
        rc = store_session_any_old(conn, now_us, IDLE_US, &any, err);
        if (!rc && !any)
                rc = limiter_any_old(conn, now_us, &any, err);
        if (rc || !any)
                return rc;
        return db_write(auth->db, write_sweep, &now_us, err);
}

enum rc auth_any_password(struct db_conn *conn, bool *ret, struct err *err)
{
        return store_account_any_password(conn, ret, err);
}
