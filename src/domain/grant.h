/*
 * domain/grant.h - what a signed URL permits.
 *
 * The server hands out URLs that work without credentials. Each carries a grant, signed
 * by auth/sign.h with the purpose GRANT_PURPOSE_UPLOAD or GRANT_PURPOSE_DOWNLOAD. A grant
 * names the account it was given to and the path through which the bytes were reached;
 * both are judged again when the URL is used, so taking a role away closes the URL.
 *
 * Upload URLs live GRANT_UPLOAD_S seconds, download URLs GRANT_DOWNLOAD_S.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_DOMAIN_GRANT_H
#define VITRINE_DOMAIN_GRANT_H

#include "store/artifact.h"

#define GRANT_PURPOSE_UPLOAD "upload"
#define GRANT_PURPOSE_DOWNLOAD "download"
#define GRANT_UPLOAD_S (24 * 60 * 60)
#define GRANT_DOWNLOAD_S (12 * 60 * 60)

enum grant_kind {
        GRANT_PUT_FILE = 1,     /* subject: artifact; digest, algorithm, md5 */
        GRANT_PUT_MANIFEST,     /* subject: manifest row; md5 when known */
        GRANT_PUT_PART,         /* subject: upload; number: part; md5 when known */
        GRANT_PUT_RUN_FILE,     /* subject: run; name */
        GRANT_GET_FILE,         /* subject: artifact; place: collection; bytes; name */
        GRANT_GET_MANIFEST,     /* subject: artifact; bytes */
        GRANT_GET_RUN_FILE,     /* subject: run; bytes; name */
};

struct grant {
        enum grant_kind kind;
        int64_t account_id;
        int64_t subject;
        int64_t place;          /* collection through which it was reached; 0: none */
        int64_t number;
        enum digest_algorithm algorithm;
        uint8_t digest[16];     /* the manifest entry's */
        bool has_md5;
        uint8_t md5[16];        /* that the bytes must have */
        struct stored_bytes bytes;
        struct str name;
};

struct str grant_write(struct arena *arena, const struct grant *grant);
/* False when the bytes are no grant. name borrows from them. */
bool grant_read(struct str bytes, struct grant *ret);

#endif
