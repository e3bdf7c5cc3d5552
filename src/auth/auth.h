/*
 * auth/auth.h - who is asking.
 *
 * Turns the headers of a request into a struct principal: an API key (Basic, whatever the
 * user name, or Bearer) or the cookie of a signed-in browser. Knows no HTTP: it takes
 * header values. Keys and cookies are looked up by their SHA-256 with one indexed read per
 * request and nothing is cached, so that revoking a key takes effect with the next request,
 * whichever process revoked it.
 *
 * Signed URLs are auth/sign.h's. What a principal may do is domain/'s.
 *
 * Thread rule: struct auth: any thread.
 */
#ifndef VITRINE_AUTH_AUTH_H
#define VITRINE_AUTH_AUTH_H

#include "store/query.h"
#include "model/principal.h"

struct auth;

/* Loads the keys that sign URLs, or makes them. The database must be migrated. */
MUST_USE enum rc auth_open(struct db *db, struct auth **ret_auth, struct err *err);
void auth_close(struct auth *auth); /* accepts NULL; writes what auth_tick() would have */

enum auth_how { AUTH_NOBODY, AUTH_KEY, AUTH_SESSION };
struct auth_identity {
        enum auth_how how;
        struct principal who;    /* strings in the arena */
        struct str csrf;         /* AUTH_SESSION: what requests that change something must carry */
};
/*
 * authorization, cookie: the values of the two headers, absent when there are none. Without
 * credentials: AUTH_NOBODY. RC_UNAUTHENTICATED when an Authorization header is there but no good; an
 * unknown or expired cookie is nobody's.
 */
MUST_USE enum rc auth_identify(struct auth *auth, struct db_conn *conn, struct arena *arena,
                               struct str authorization, struct str cookie, struct auth_identity *ret,
                               struct err *err);
/* Whether these headers hold credentials at all. */
bool auth_has_credentials(struct str authorization, struct str cookie);

/* The account of that number as it is now; RC_DENIED when it is gone. For signed URLs. */
MUST_USE enum rc auth_principal(struct db_conn *conn, struct arena *arena, int64_t account_id,
                                struct principal *ret, struct err *err);

/* ---- passwords and sessions --------------------------------------------------------- */

/* RC_INVALID when it is too short or too long. */
MUST_USE enum rc auth_password_hash(struct arena *arena, struct str password, struct str *ret_phc, struct err *err);

struct auth_sign_in {
        struct str username;     /* or the e-mail address */
        struct str password;
        struct str address;      /* of the client, for the rate limit */
};
/*
 * Checks the password and starts a session; *ret_token goes into the cookie. RC_UNAUTHENTICATED with
 * one sentence for every wrong combination; RC_TOO_MANY over 5 tries a minute for an account or
 * 20 for an address, in all processes together; *ret_wait_s then says for how long (else it is
 * untouched). Blocks for the time of one password hash, at most two of which run at once.
 */
MUST_USE enum rc auth_session_begin(struct auth *auth, struct arena *arena, const struct auth_sign_in *in,
                                    struct str *ret_token, unsigned *ret_wait_s, struct err *err);
/* The same without a session: is it the right password? Counts as a try. */
MUST_USE enum rc auth_password_check(struct auth *auth, struct arena *arena, const struct auth_sign_in *in,
                                     int64_t *ret_account_id, unsigned *ret_wait_s, struct err *err);
/* A session for somebody whose password was checked. */
MUST_USE enum rc auth_session_open(struct auth *auth, struct arena *arena, int64_t account_id,
                                   struct str *ret_token, struct err *err);
/* What goes with a session's token against requests that other sites make: see auth_identity. */
struct str auth_csrf(struct arena *arena, struct str token);
/* Are they the same? Takes as long when they are not. */
bool auth_csrf_is(struct str given, struct str csrf);
/* Has anybody a password at all? Nobody has right after the database was made. */
MUST_USE enum rc auth_any_password(struct db_conn *conn, bool *ret, struct err *err);
/* Ends every session of the account, in whatever browser. */
MUST_USE enum rc auth_session_end_all(struct auth *auth, int64_t account_id, struct err *err);
/* Ends the session of this Cookie header, if there is one. */
MUST_USE enum rc auth_session_end(struct auth *auth, struct str cookie, struct err *err);
/* Value for Set-Cookie; token absent: forget the cookie. secure: the client came by https. */
struct str auth_session_cookie(struct arena *arena, struct str token, bool secure);

/* Call about once a minute: notes which keys were used, forgets old sessions, renews signing keys. */
void auth_tick(struct auth *auth);

#endif
