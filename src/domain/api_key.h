/*
 * domain/api_key.h - API keys: making, importing, listing, revoking.
 *
 * A key is kept as its SHA-256; the secret is seen once, by whoever made it. Our own keys
 * are 40 characters of [A-Za-z0-9], which every client version takes; imported ones are
 * whatever the client takes.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_API_KEY_H
#define VITRINE_DOMAIN_API_KEY_H

#include "domain/call.h"
#include "store/api_key.h"

#define API_KEYS_MAX 100              /* of one account */

struct api_key_new {
        struct str username;
        struct str description;       /* may be empty */
        struct str secret;            /* absent: a new one is made */
};
/* ret->secret is set. RC_EXISTS when the imported key is known already. */
MUST_USE enum rc api_key_create(struct call *call, const struct api_key_new *wanted, struct api_key **ret,
                                struct err *err);
/* Takes effect at once, also in a server that runs in another process. */
MUST_USE enum rc api_key_revoke(struct call *call, int64_t id, struct err *err);
/* Of one user; absent: of everybody (instance administrators only). */
MUST_USE enum rc api_key_list(struct call *call, struct str username, struct api_key_list *ret, struct err *err);
/* The client's own rule for what looks like a key. */
MUST_USE enum rc api_key_check(struct str secret, struct err *err);

#endif
