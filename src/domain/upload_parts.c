/*
 * domain/upload_parts.c - files that come in parts; see upload.h.
 *
 * Parts wait in a blob store of their own (domain->parts). Joining streams them into the
 * main store, where the whole gets its name after its digests were checked; then the parts
 * go. Most of that may have been done when the last part comes (upload_join.c). Clients repeat
 * a slow "complete" after 30 seconds: calls for one upload wait for each other, and the later
 * ones find it done. Neither who waits nor who joins holds a connection to the database meanwhile.
 *
 * Parts are kept by their content, so two uploads may have one in common. It goes when the last
 * upload that has it is done; part_locks see to it that no upload gets a part that is just going.
 */
#include <pthread.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/upload.h"
#include "domain/upload_join.h"

bool upload_md5_parse(struct str hex, uint8_t ret[16])
{
        if (hex.len >= 2 && hex.ptr[0] == '"' && hex.ptr[hex.len - 1] == '"')
                hex = str_slice(hex, 1, hex.len - 1);
        return crypto_unhex(hex, ret, 16);
}

/* ---- begin ---- */

/*
 * A client that was killed comes back with the same file for another pending artifact of the same content. The new
 * upload gets the rows of the parts that arrived with the earlier one, which stays as it is: it may still be under way. As long
 * as it is not complete its parts are not dropped (drop_part), which is looked at in the transaction that makes the rows.
 */

struct begin_job {
        struct multipart upload;
        const struct artifact *artifact;
        struct part_plan *plans;
        size_t count;
        int64_t earlier_id;           /* 0: none */
        struct upload_part *arrived;
        size_t arrived_count;
        bool taken;
};

static struct part_plan *find_plan(struct part_plan *plans, size_t count, int64_t part)
{
        if (part >= 1 && (uint64_t)part <= count && plans[part - 1].part == part) /* nearly always */
                return &plans[part - 1];
        for (size_t i = 0; i < count; i++)
                if (plans[i].part == part)
                        return &plans[i];
        return NULL;
}

/* What arrived with the upload and is there; *ret_same: there is something, and it is all of this file's parts. */
static enum rc compare_parts(struct call *call, int64_t upload_id, struct begin_job *job, bool *ret_same, struct err *err)
{
        struct upload_part *parts = arena_array(call->arena, struct upload_part, job->count);
        struct blob_ref *refs = arena_array(call->arena, struct blob_ref, job->count);
        bool *there = arena_array(call->arena, bool, job->count);
        size_t count = 0, kept = 0;
        enum rc rc = store_upload_parts(call->conn, upload_id, parts, job->count, &count, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < count; i++) {
                const struct part_plan *plan = find_plan(job->plans, job->count, parts[i].part);

                if (!plan || !plan->has_md5 || memcmp(plan->md5, parts[i].md5, 16) != 0)
                        return RC_OK;
                memcpy(refs[i].sha256, parts[i].bytes.sha256, 32);
                refs[i].size_bytes = (uint64_t)parts[i].bytes.size_bytes;
        }
        rc = blob_exists_some(call->domain->parts, refs, count, true, there, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < count; i++)
                if (there[i])
                        parts[kept++] = parts[i];
        job->arrived = parts;
        job->arrived_count = kept;
        *ret_same = kept > 0;
        return RC_OK;
}

static enum rc find_earlier(struct call *call, struct begin_job *job, struct err *err)
{
        int64_t ids[16];
        size_t id_count = 0;
        bool same = false;
        enum rc rc = store_upload_unfinished(call->conn, job->artifact, &job->upload, ids, ARRAY_LEN(ids), &id_count, err);

        for (size_t i = 0; i < id_count && !rc && !same; i++) {
                rc = compare_parts(call, ids[i], job, &same, err);
                if (same)
                        job->earlier_id = ids[i];
        }
        return rc;
}

static enum rc begin_write(struct call *call, void *payload, struct err *err)
{
        struct begin_job *job = payload;
        int64_t now_us = clock_now_us();
        enum rc rc = store_upload_insert(call->conn, &job->upload, now_us, err);

        if (rc || !job->earlier_id)
                return rc;
        rc = store_upload_touch(call->conn, job->earlier_id, now_us, &job->taken, err);
        for (size_t i = 0; i < job->arrived_count && !rc && job->taken; i++)
                rc = store_upload_part_set(call->conn, job->upload.id, &job->arrived[i], err);
        return rc;
}

enum rc upload_parts_begin(struct call *call, const struct artifact *artifact, const uint8_t digest[16],
                           enum digest_algorithm algorithm, const uint8_t md5[16], struct str storage_path,
                           struct part_plan *parts, size_t part_count, int64_t *ret_upload_id, struct err *err)
{
        struct begin_job job = { .artifact = artifact, .plans = parts, .count = part_count,
                                 .upload = { .artifact_id = artifact->id,
                                             .algorithm = algorithm,
                                             .storage_path = storage_path,
                                             .part_count = (int64_t)part_count } };
        enum rc rc = RC_OK;

        if (part_count < 1 || part_count > UPLOAD_PARTS_MAX)
                return err_set(err, RC_INVALID, "A file can be sent in 1 to %d parts.", UPLOAD_PARTS_MAX);
        memcpy(job.upload.digest, digest, 16);
        memcpy(job.upload.md5, md5, 16);
        /* What somebody else began to log is not told, as nobody may read it yet. */
        if (artifact->created_by == call->who->account_id)
                rc = find_earlier(call, &job, err);
        if (!rc)
                rc = domain_write(call, begin_write, &job, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < part_count; i++)
                parts[i].arrived = false;
        for (size_t i = 0; i < job.arrived_count && job.taken; i++)
                find_plan(parts, part_count, job.arrived[i].part)->arrived = true;
        *ret_upload_id = job.upload.id;
        return RC_OK;
}

/* ---- parts in common ---- */

/*
 * Guard what happens to one part between a look and what follows from it: "no other upload has it"
 * and deleting its bytes; "its bytes are there" and writing the row that needs them.
 */
#define PART_LOCKS 64
static pthread_mutex_t part_locks[PART_LOCKS] = { [0 ... PART_LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER };

static pthread_mutex_t *part_lock(const uint8_t sha256[32])
{
        pthread_mutex_t *lock = &part_locks[sha256[0] % PART_LOCKS];

        pthread_mutex_lock(lock);
        return lock;
}

static void part_unlock(pthread_mutex_t **lock)
{
        pthread_mutex_unlock(*lock);
}

/* ---- a part has arrived ---- */

static enum rc find_upload(struct call *call, int64_t upload_id, struct multipart **ret, struct artifact **ret_artifact,
                           struct err *err)
{
        struct project *project = NULL;
        enum rc rc = store_upload_by_id(call->conn, call->arena, upload_id, ret, err);

        if (rc)
                return rc;
        if (!*ret)
                return err_set(err, RC_NOT_FOUND, "There is no such upload: it may have been aborted.");
        return upload_open(call, (*ret)->artifact_id, ret_artifact, &project, err);
}

struct part_job {
        int64_t upload_id;
        struct upload_part part;
        struct multipart *upload;     /* found by part_write */
};

static enum rc part_write(struct call *call, void *payload, struct err *err)
{
        struct part_job *job = payload;
        struct artifact *artifact = NULL;
        enum rc rc = find_upload(call, job->upload_id, &job->upload, &artifact, err);

        if (rc || job->upload->completed)
                return rc;   /* a repetition that came late is fine */
        return store_upload_part_set(call->conn, job->upload_id, &job->part, err);
}

static enum rc note_part(struct call *call, struct part_job *job, const struct blob_ref *ref, struct err *err)
{
        _cleanup_(part_unlock) pthread_mutex_t *lock = part_lock(ref->sha256);
        bool there = false;
        enum rc rc = blob_exists(call->domain->parts, ref, true, &there, err);

        if (rc)
                return rc;
        if (!there)
                return err_set(err, RC_AGAIN, "Part %lld went with another upload of the same bytes: send it again.",
                               (long long)job->part.part);
        return domain_write(call, part_write, job, err);
}

enum rc upload_part_done(struct call *call, int64_t upload_id, int64_t part, const struct blob_digests *digests,
                         struct err *err)
{
        struct part_job job = { .upload_id = upload_id, .part = { .part = part } };
        enum rc rc;

        memcpy(job.part.bytes.sha256, digests->ref.sha256, 32);
        job.part.bytes.size_bytes = (int64_t)digests->ref.size_bytes;
        memcpy(job.part.md5, digests->md5, 16);
        rc = note_part(call, &job, &digests->ref, err);
        if (!rc && !job.upload->completed)
                upload_join_part(call, job.upload, &job.part);
        return rc;
}

/* ---- joining ---- */

/* Uploads that are being joined in this process; guarded by the mutex. */
#define JOINING_MAX 64
static pthread_mutex_t joining_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t joining_change = PTHREAD_COND_INITIALIZER;
static int64_t joining[JOINING_MAX];

static void joining_enter(int64_t upload_id)
{
        pthread_mutex_lock(&joining_lock);
        for (;;) {
                size_t spot = JOINING_MAX;
                bool taken = false;

                for (size_t i = 0; i < JOINING_MAX; i++) {
                        if (joining[i] == upload_id)
                                taken = true;
                        if (joining[i] == 0)
                                spot = i;
                }
                if (!taken && spot < JOINING_MAX) {
                        joining[spot] = upload_id;
                        break;
                }
                pthread_cond_wait(&joining_change, &joining_lock);
        }
        pthread_mutex_unlock(&joining_lock);
}

static void joining_leave(int64_t *upload_id)
{
        pthread_mutex_lock(&joining_lock);
        for (size_t i = 0; i < JOINING_MAX; i++) {
                if (joining[i] == *upload_id)
                        joining[i] = 0;
        }
        pthread_cond_broadcast(&joining_change);
        pthread_mutex_unlock(&joining_lock);
}

struct join {
        struct multipart *upload;
        struct upload_part *parts;
        size_t count;
        struct blob_digests digests;
};

/* What the client says it sent is what has arrived. */
static enum rc check_parts(const struct join *j, const struct completed_part *said, size_t count, struct err *err)
{
        if (j->count != (size_t)j->upload->part_count)
                return err_set(err, RC_CONFLICT, "%zu of %lld parts have arrived: send the others, then complete.",
                               j->count, (long long)j->upload->part_count);
        if (count != j->count)
                return err_set(err, RC_INVALID, "The upload has %zu parts, but %zu were named.", j->count, count);
        for (size_t i = 0; i < count; i++) {
                const struct upload_part *part = NULL;
                uint8_t md5[16];

                for (size_t k = 0; k < j->count && !part; k++) {
                        if (j->parts[(i + k) % j->count].part == said[i].part)
                                part = &j->parts[(i + k) % j->count];
                }
                if (!part || !upload_md5_parse(said[i].etag, md5) || memcmp(md5, part->md5, 16) != 0)
                        return err_set(err, RC_INVALID,
                                       "Part %lld is not the one that was sent: its ETag differs, send it again.",
                                       (long long)said[i].part);
        }
        return RC_OK;
}

static enum rc check_xxh128(struct call *call, const struct multipart *upload, const struct blob_ref *ref,
                            struct err *err)
{
        _cleanup_(crypto_digest_freep) struct crypto_digest *digest = crypto_digest_new(CRYPTO_XXH128);
        char *chunk = arena_alloc(call->arena, 1 << 20);
        uint8_t found[16];

        for (uint64_t at = 0; at < ref->size_bytes;) {
                size_t len = ref->size_bytes - at < 1 << 20 ? (size_t)(ref->size_bytes - at) : 1 << 20;
                enum rc rc = blob_read(call->domain->blobs, ref, at, chunk, len, err);

                if (rc)
                        return rc;
                crypto_digest_add(digest, chunk, len);
                at += len;
        }
        crypto_digest_end(digest, found);
        if (memcmp(found, upload->digest, 16) != 0)
                return err_set(err, RC_INVALID,
                               "The bytes do not have the announced XXH128 digest: send the file again.");
        return RC_OK;
}

/* What was joined while the parts came, if it is of the very parts that the rows name now. *ret_count: so many of them. */
static struct blob_join *take_early(struct call *call, const struct join *j, const struct blob_ref *refs, size_t *ret_count)
{
        struct blob_join *early = upload_join_take(call->domain->joins, j->upload->id);
        const struct blob_ref *joined = early ? blob_join_parts(early, ret_count) : NULL;
        bool same = *ret_count <= j->count;

        for (size_t i = 0; same && i < *ret_count; i++)
                same = joined[i].size_bytes == refs[i].size_bytes && memcmp(joined[i].sha256, refs[i].sha256, 32) == 0;
        if (same)
                return early;
        blob_join_abort(&early);
        *ret_count = 0;
        return NULL;
}

static enum rc join_parts(struct call *call, struct join *j, const struct blob_ref *refs, const struct blob_expect *expect,
                          struct err *err)
{
        size_t joined = 0;
        _cleanup_(blob_join_abort) struct blob_join *join = take_early(call, j, refs, &joined);
        enum rc rc = join ? RC_OK : blob_join_begin(call->domain->blobs, call->domain->parts, expect, &join, err);

        for (size_t i = joined; !rc && i < j->count; i++)
                rc = blob_join_part(join, &refs[i], err);
        if (!rc)
                rc = blob_join_finish(&join, &j->digests, err);
        if (!rc && j->digests.ref.size_bytes != expect->size_bytes)
                rc = err_set(err, RC_INTERNAL, "a whole that is not as long as its parts");
        return rc;
}

static enum rc join_bytes(struct call *call, struct join *j, struct err *err)
{
        struct blob_expect expect = { .has_size = true, .has_md5 = true };
        struct blob_ref *refs = arena_array(call->arena, struct blob_ref, j->count);
        enum rc rc;

        memcpy(expect.md5, j->upload->md5, 16);
        for (size_t i = 0; i < j->count; i++) {
                memcpy(refs[i].sha256, j->parts[i].bytes.sha256, 32);
                refs[i].size_bytes = (uint64_t)j->parts[i].bytes.size_bytes;
                expect.size_bytes += refs[i].size_bytes;
        }
        rc = join_parts(call, j, refs, &expect, err);
        if (!rc && j->upload->algorithm == DIGEST_XXH128)
                rc = check_xxh128(call, j->upload, &j->digests.ref, err);
        return rc;
}

static enum rc complete_write(struct call *call, void *payload, struct err *err)
{
        struct join *j = payload;

        return store_upload_complete(call->conn, j->upload->id, clock_now_us(), err);
}

/* A part has done its duty. One that another upload has too is left to that one. */
static enum rc drop_part(struct call *call, int64_t upload_id, const struct upload_part *part, struct err *err)
{
        _cleanup_(part_unlock) pthread_mutex_t *lock = part_lock(part->bytes.sha256);
        struct blob_ref ref = { .size_bytes = (uint64_t)part->bytes.size_bytes };
        bool shared = false;
        enum rc rc = db_read_refresh(call->conn, err);

        memcpy(ref.sha256, part->bytes.sha256, 32);
        if (!rc)
                rc = store_upload_part_shared(call->conn, upload_id, ref.sha256, &shared, err);
        if (!rc && !shared)
                rc = blob_delete(call->domain->parts, &ref, err);
        return rc;
}

static enum rc drop_parts(struct call *call, const struct join *j, struct err *err)
{
        for (size_t i = 0; i < j->count; i++) {
                enum rc rc = drop_part(call, j->upload->id, &j->parts[i], err);

                if (rc)
                        return rc;
        }
        return RC_OK;
}

/* For work that takes long: others may have the connection, and no old snapshot keeps the log from shrinking. */
static void leave_database(struct call *call)
{
        db_read_end(&call->conn);
}

static enum rc return_to_database(struct call *call, struct err *err)
{
        return db_read_begin(call->domain->db, &call->conn, err);
}

static enum rc load_join(struct call *call, int64_t artifact_id, int64_t upload_id, struct join *j, struct err *err)
{
        struct artifact *artifact = NULL;
        enum rc rc = return_to_database(call, err);

        if (!rc)
                rc = find_upload(call, upload_id, &j->upload, &artifact, err);
        if (rc)
                return rc;
        if (j->upload->artifact_id != artifact_id)
                return err_set(err, RC_INVALID, "The upload belongs to another artifact.");
        j->parts = arena_array(call->arena, struct upload_part, (size_t)j->upload->part_count);
        return store_upload_parts(call->conn, upload_id, j->parts, (size_t)j->upload->part_count, &j->count, err);
}

enum rc upload_parts_complete(struct call *call, int64_t artifact_id, struct str storage_path UNUSED,
                              int64_t upload_id, const struct completed_part *parts, size_t count, struct err *err)
{
        _cleanup_(joining_leave) int64_t entered = upload_id;
        struct join j = { 0 };
        enum rc rc, again;

        leave_database(call);
        joining_enter(upload_id);
        rc = load_join(call, artifact_id, upload_id, &j, err);
        if (rc || j.upload->completed)
                return rc;
        rc = check_parts(&j, parts, count, err);
        if (rc)
                return rc;
        leave_database(call);
        rc = join_bytes(call, &j, err);
        again = return_to_database(call, rc ? NULL : err);
        if (!rc)
                rc = again;
        if (!rc)
                rc = upload_file_done(call, artifact_id, j.upload->digest, j.upload->algorithm, &j.digests, err);
        if (!rc)
                rc = domain_write(call, complete_write, &j, err);
        if (rc)
                return rc;
        return drop_parts(call, &j, err);
}

static enum rc abort_write(struct call *call, void *payload, struct err *err)
{
        struct join *j = payload;

        return store_upload_delete(call->conn, j->upload->id, err);
}

enum rc upload_parts_abort(struct call *call, int64_t artifact_id, int64_t upload_id, struct err *err)
{
        _cleanup_(joining_leave) int64_t entered = upload_id;
        struct join j = { 0 };
        enum rc rc;

        leave_database(call);
        joining_enter(upload_id);
        rc = load_join(call, artifact_id, upload_id, &j, err);
        if (rc || j.upload->completed)
                return rc;
        rc = domain_write(call, abort_write, &j, err);
        if (rc)
                return rc;
        upload_join_drop(call->domain->joins, upload_id);
        return drop_parts(call, &j, err);
}
