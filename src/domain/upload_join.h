/*
 * domain/upload_join.h - joining the parts of large files while later parts still come.
 *
 * An "early join" is one open put of the main store, fed with parts 1, 2, 3, ... of one upload as soon as each is there and
 * all before it are. When the client says "complete", upload_parts.c takes it and has only the rest to do. It is never
 * a source of truth: whoever takes one compares what it was fed with to what the rows name, and does all by himself
 * when there is none, or when they differ. Nothing of it is on the disk under a name, or in the database.
 *
 * Bounds: `at_once` of them, each with one thread that is started when there is enough to do and ends when nothing came for
 * `idle_ms`, and 48 bytes for each part. After one failed (a full disk, a part that went), none is begun for `idle_ms`.
 *
 * Thread rule: any thread, but for _new and _free.
 */
#ifndef VITRINE_DOMAIN_UPLOAD_JOIN_H
#define VITRINE_DOMAIN_UPLOAD_JOIN_H

#include "domain/call.h"
#include "store/artifact_blob.h"

struct upload_joins_config {
        struct blob_store *blobs, *parts; /* borrowed */
        unsigned at_once;             /* 0: as the processors allow */
        uint64_t from_bytes;          /* joined when so much can be, at least; 0: 8 MiB */
        uint64_t room_bytes;          /* left to others on the disk; 0: 1 GiB */
        unsigned idle_ms;             /* 0: a minute */
};
struct upload_joins *upload_joins_new(const struct upload_joins_config *config);
/* Ends all of them at once, when no request runs any more. Accepts NULL. */
void upload_joins_free(struct upload_joins *joins);

/*
 * The row of a part has been written; begins an early join when it is worth it and there is room for one more. Reads the
 * other parts' rows from call->conn then. Does nothing when call->domain->joins is NULL.
 */
void upload_join_part(struct call *call, const struct multipart *upload, const struct upload_part *part);
/*
 * Waits until the part that is being joined is, if one is; then the join is the caller's. NULL: there is none. The
 * caller has no connection meanwhile.
 */
struct blob_join *upload_join_take(struct upload_joins *joins, int64_t upload_id);
/* The upload is done or given up: what was joined of it goes now. */
void upload_join_drop(struct upload_joins *joins, int64_t upload_id);

#endif
