/*
 * crypto/password.c - passwords of people: Argon2id, kept as a PHC string.
 *
 * Slow on purpose, and 19 MiB each: whoever calls this limits how many run at once. API
 * keys are random and do not need it.
 */
#include "crypto/crypto.h"

#include <sodium.h>

#define PASSWORD_OPS 2
#define PASSWORD_BYTES ((size_t)19 << 20)

enum rc crypto_password_hash(struct arena *arena, struct str password, struct str *ret_phc, struct err *err)
{
        char phc[crypto_pwhash_STRBYTES];

        if (crypto_pwhash_str_alg(phc, password.ptr ? password.ptr : "", password.len, PASSWORD_OPS, PASSWORD_BYTES,
                                  crypto_pwhash_ALG_ARGON2ID13) != 0)
                return err_set(err, RC_UNAVAILABLE, "There is not enough memory to hash a password: try again later.");
        *ret_phc = arena_str(arena, str_from(phc));
        return RC_OK;
}

bool crypto_password_verify(struct str phc, struct str password)
{
        char text[crypto_pwhash_STRBYTES] = { 0 };

        if (phc.len >= sizeof(text) || phc.len == 0)
                return false;
        memcpy(text, phc.ptr, phc.len);
        return crypto_pwhash_str_verify(text, password.ptr ? password.ptr : "", password.len) == 0;
}
