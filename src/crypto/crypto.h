/*
 * crypto/crypto.h - digests, message authentication, encodings, randomness, passwords.
 *
 * The only room that knows OpenSSL and libsodium. Call crypto_start() once before anything
 * else. Failures of the libraries themselves abort: they mean a broken installation.
 *
 * Thread rule: any thread; a digest object belongs to one thread at a time.
 */
#ifndef VITRINE_CRYPTO_CRYPTO_H
#define VITRINE_CRYPTO_CRYPTO_H

#include "base/arena.h"

void crypto_start(void);
/* The same for the client library, which must not abort: false when the libraries are broken. */
MUST_USE bool crypto_try_start(void);

enum crypto_digest_kind { CRYPTO_MD5, CRYPTO_SHA256, CRYPTO_XXH128 };
struct crypto_digest; /* a running digest */

struct crypto_digest *crypto_digest_new(enum crypto_digest_kind kind);
struct crypto_digest *crypto_digest_try_new(enum crypto_digest_kind kind); /* NULL: no memory */
void crypto_digest_reset(struct crypto_digest *digest);
void crypto_digest_add(struct crypto_digest *digest, const void *data, size_t len);
/* Writes 16 (MD5, XXH128: canonical big-endian) or 32 (SHA-256) bytes. */
void crypto_digest_end(struct crypto_digest *digest, uint8_t *ret);
struct crypto_digest *crypto_digest_free(struct crypto_digest *digest); /* accepts NULL, returns NULL */
void crypto_digest_freep(struct crypto_digest **digest);                /* for _cleanup_ */

void crypto_md5(const void *data, size_t len, uint8_t ret[16]);
void crypto_sha256(const void *data, size_t len, uint8_t ret[32]);
void crypto_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len, uint8_t ret[32]);
bool crypto_equal(const void *a, const void *b, size_t len); /* constant time */
void crypto_random(void *ret, size_t len);
void crypto_wipe(void *data, size_t len);

/* Into the caller's memory, NUL-terminated: 2*len+1 bytes, and 4*((len+2)/3)+1. */
void crypto_hex_to(char *ret, const void *data, size_t len);
void crypto_base64_to(char *ret, const void *data, size_t len);
/* Padded base64 of exactly len bytes (up to 64). */
bool crypto_unbase64_to(struct str text, uint8_t *ret, size_t len);

/* Lower-case hex. */
struct str crypto_hex(struct arena *arena, const void *data, size_t len);
bool crypto_unhex(struct str hex, uint8_t *ret, size_t len); /* exactly 2*len digits, either case */
/* Standard padded base64; and the URL alphabet without padding. */
struct str crypto_base64(struct arena *arena, const void *data, size_t len);
bool crypto_unbase64(struct arena *arena, struct str text, struct str *ret); /* strict: padding, canonical bits */
struct str crypto_base64url(struct arena *arena, const void *data, size_t len);
bool crypto_unbase64url(struct arena *arena, struct str text, struct str *ret);

/* Argon2id, PHC string; costs about 32 ms and 19 MiB. */
MUST_USE enum rc crypto_password_hash(struct arena *arena, struct str password, struct str *ret_phc, struct err *err);
bool crypto_password_verify(struct str phc, struct str password);
/* `len` characters of [A-Za-z0-9], unbiased. */
struct str crypto_random_alnum(struct arena *arena, size_t len);

#endif
