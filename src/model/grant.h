/*
 * model/grant.h - what a signed URL allows: one upload, or one download, of one thing.
 *
 * The API makes grants (api/file_node.h), auth/sign.h signs their bytes, src/transfer/ reads
 * them back and asks the policy again on behalf of the account they were made for. A grant
 * says what is meant, never where bytes are: knowing a digest yields nothing.
 *
 * Bytes: version 1, kind, seven numbers (zigzag varints), then two byte strings (varint
 * length each).
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_MODEL_GRANT_H
#define VITRINE_MODEL_GRANT_H

#include "base/arena.h"

/* The numbers are in URLs that are out there: never renumber. */
enum grant_kind {
        GRANT_NONE,
        GRANT_PUT_RUN_FILE = 1,       /* id: run; name: path */
        GRANT_PUT_ARTIFACT_FILE = 2,  /* id: artifact; name: path; digest */
        GRANT_PUT_MANIFEST = 3,       /* id: artifact; id2: manifest */
        GRANT_PUT_PART = 4,           /* id: artifact; id2: upload; part */
        GRANT_GET_RUN_FILE = 16,      /* id: run; id2: file */
        GRANT_GET_ARTIFACT_FILE = 17, /* id: artifact; digest... */
        GRANT_GET_MANIFEST = 18,      /* id: artifact; id2: manifest */
        GRANT_GET_RUN_LINES = 19,     /* id: run; id2: stream */
        GRANT_GET_ARCHIVE = 20,       /* id: artifact; id2: collection; name: path in it */
        GRANT__COUNT
};

struct grant {
        enum grant_kind kind;
        int64_t account_id;           /* on whose behalf */
        int64_t id, id2, id3;
        int64_t part;
        int64_t algorithm;            /* of digest */
        int64_t size_bytes;           /* -1: not known */
        struct str digest;            /* raw bytes */
        struct str name;
};

struct str grant_write(struct arena *arena, const struct grant *grant);
/* Strings borrow from `bytes`. False: not a grant of this version. */
bool grant_read(struct str bytes, struct grant *ret);

/* The purposes that tokens are signed for. */
#define GRANT_PURPOSE_UPLOAD "upload"
#define GRANT_PURPOSE_DOWNLOAD "download"

#endif
