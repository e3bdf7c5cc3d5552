/*
 * crypto/digest.c - digests, HMAC, and the start of the libraries.
 *
 * OpenSSL looks an algorithm up by name in its providers each time it is asked; that costs
 * more than hashing a short text. So the two digests and the HMAC are fetched once, in
 * crypto_start(), and shared by all threads (they are immutable). XXH128 is no
 * cryptographic digest: clients use it to name files of references, and we only compute
 * it when they ask.
 *
 * A library that fails here is a broken installation or memory that has run out; there is
 * nothing a caller could do, so it aborts.
 */
#include "crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <sodium.h>
#include <xxhash.h>

struct crypto_digest {
        enum crypto_digest_kind kind;
        EVP_MD_CTX *evp;      /* MD5, SHA-256 */
        XXH3_state_t *xxh;    /* XXH128 */
};

static EVP_MD *md5;
static EVP_MD *sha256;
static EVP_MAC_CTX *hmac_sha256; /* set up but without a key: copied for each use */

static void require(bool holds)
{
        if (!holds)
                abort_because("crypto_broken", "check the OpenSSL and libsodium packages");
}

static bool started;

static void start_once(void)
{
        char name[] = "SHA256";
        const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                      OSSL_PARAM_construct_end() };
        EVP_MAC *mac;

        if (sodium_init() < 0)
                return;
        md5 = EVP_MD_fetch(NULL, "MD5", NULL);
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        if (!md5 || !sha256 || !mac)
                return;
        hmac_sha256 = EVP_MAC_CTX_new(mac);
        started = hmac_sha256 && EVP_MAC_CTX_set_params(hmac_sha256, params);
        EVP_MAC_free(mac); /* the context keeps it */
}

bool crypto_try_start(void)
{
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        pthread_once(&once, start_once);
        return started;
}

void crypto_start(void)
{
        require(crypto_try_start());
}

/* ---- running digests ---------------------------------------------------------------- */

static bool reset(struct crypto_digest *digest)
{
        if (digest->kind == CRYPTO_XXH128)
                return XXH3_128bits_reset(digest->xxh) == XXH_OK;
        return EVP_DigestInit_ex2(digest->evp, digest->kind == CRYPTO_MD5 ? md5 : sha256, NULL) == 1;
}

struct crypto_digest *crypto_digest_try_new(enum crypto_digest_kind kind)
{
        struct crypto_digest *digest = calloc(1, sizeof(*digest));

        require(sha256 != NULL); /* crypto_start() comes first */
        if (!digest)
                return NULL;
        digest->kind = kind;
        if (kind == CRYPTO_XXH128)
                digest->xxh = XXH3_createState();
        else
                digest->evp = EVP_MD_CTX_new();
        if (!(digest->xxh || digest->evp) || !reset(digest))
                return crypto_digest_free(digest);
        return digest;
}

struct crypto_digest *crypto_digest_new(enum crypto_digest_kind kind)
{
        struct crypto_digest *digest = crypto_digest_try_new(kind);

        require(digest != NULL);
        return digest;
}

void crypto_digest_reset(struct crypto_digest *digest)
{
        require(reset(digest));
}

void crypto_digest_add(struct crypto_digest *digest, const void *data, size_t len)
{
        if (len == 0)
                return;
        if (digest->kind == CRYPTO_XXH128)
                require(XXH3_128bits_update(digest->xxh, data, len) == XXH_OK);
        else
                require(EVP_DigestUpdate(digest->evp, data, len) == 1);
}

void crypto_digest_end(struct crypto_digest *digest, uint8_t *ret)
{
        XXH128_canonical_t canonical;

        if (digest->kind == CRYPTO_XXH128) {
                XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(digest->xxh));
                memcpy(ret, canonical.digest, sizeof(canonical.digest));
                return;
        }
        require(EVP_DigestFinal_ex(digest->evp, ret, NULL) == 1);
}

struct crypto_digest *crypto_digest_free(struct crypto_digest *digest)
{
        if (digest) {
                EVP_MD_CTX_free(digest->evp);
                if (digest->xxh)
                        XXH3_freeState(digest->xxh);
                free(digest);
        }
        return NULL;
}

void crypto_digest_freep(struct crypto_digest **digest)
{
        *digest = crypto_digest_free(*digest);
}

/* ---- whole texts -------------------------------------------------------------------- */

static void digest_whole(const EVP_MD *md, const void *data, size_t len, uint8_t *ret)
{
        require(md != NULL); /* crypto_start() comes first */
        require(EVP_Digest(len ? data : "", len, ret, NULL, md, NULL) == 1);
}

void crypto_md5(const void *data, size_t len, uint8_t ret[16])
{
        digest_whole(md5, data, len, ret);
}

void crypto_sha256(const void *data, size_t len, uint8_t ret[32])
{
        digest_whole(sha256, data, len, ret);
}

void crypto_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len, uint8_t ret[32])
{
        EVP_MAC_CTX *mac;
        size_t ret_len = 0;

        require(hmac_sha256 != NULL);
        mac = EVP_MAC_CTX_dup(hmac_sha256);
        /* OpenSSL takes a NULL key for "keep the last one". */
        require(mac && EVP_MAC_init(mac, key_len ? key : "", key_len, NULL) == 1);
        require(EVP_MAC_update(mac, len ? data : "", len) == 1);
        require(EVP_MAC_final(mac, ret, &ret_len, 32) == 1 && ret_len == 32);
        EVP_MAC_CTX_free(mac);
}
