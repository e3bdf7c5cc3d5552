/*
 * client/hash.c - the digests of local files, on all processors.
 *
 * A job hashes a run of small files or one large one. When all jobs are given out and there are idle
 * processors, they make the digests of parts, which the upload of a large file will need (client/parts.h). What a file was when it was hashed (size, time
 * of change) is noted in its entry, so that one which changes before it was sent is noticed.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/artifact.h"
#include "client/parts.h"
#include "crypto/crypto.h"

enum { JOB_FILES = 64, JOBS_MAX = 32, AHEAD_MAX = 16, BUFFER = 256 * 1024 };
#define JOB_BYTES (8u * 1024 * 1024)

struct hash_job {
        struct job job;
        struct hashing *hashing;
        size_t from, to;              /* positions in the list of entries */
        uint64_t sizes[JOB_FILES];    /* as they were read; the session's thread looks at entry->size meanwhile */
        bool busy;
        enum rc rc;
        struct err err;
};

/* The digest of a part, ahead of its time. */
struct ahead {
        struct part_job part;
        struct hashing *hashing;
        bool busy;
};

struct hashing {
        struct engine *engine;
        struct entries *entries;
        struct ahead aheads[AHEAD_MAX];
        size_t ahead_count, ahead_entry, ahead_index; /* under way; the next one */
        size_t threads;
        struct hash_job *jobs;        /* JOBS_MAX, used again and again */
        size_t at;                    /* the first entry that no job has had */
        size_t under_way;
        atomic_uint_fast64_t bytes;   /* read by all jobs */
        uint64_t shown;
};

static enum rc hash_file(struct hash_job *job, struct entry *entry, struct crypto_digest *md5, char *buffer, struct err *err)
{
        _cleanup_(fd_close) int fd = -1;
        uint64_t size = 0;
        struct stat st;
        ssize_t got;

        fd = open(entry->local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return err_set_errno(err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "%s cannot be opened", entry->local);
        if (fstat(fd, &st) < 0)
                return err_set_errno(err, RC_IO, "%s cannot be read", entry->local);
        if (!S_ISREG(st.st_mode))
                return err_set(err, RC_INVALID, "%s is not a file.", entry->local);
        crypto_digest_reset(md5);
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
        while ((got = read(fd, buffer, BUFFER)) != 0) {
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return err_set_errno(err, RC_IO, "%s cannot be read", entry->local);
                crypto_digest_add(md5, buffer, (size_t)got);
                size += (uint64_t)got;
                atomic_fetch_add_explicit(&job->hashing->bytes, (uint64_t)got, memory_order_relaxed);
                if (engine_stopping(job->hashing->engine))
                        return fail_canceled(err);
        }
        crypto_digest_end(md5, entry->md5);
        job->sizes[entry - &job->hashing->entries->items[job->from]] = size;
        entry->has_size = true;
        entry->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        entry->hashed = true;
        return RC_OK;
}

static bool needs_hash(const struct entry *entry)
{
        return !entry->hashed && (entry->local || entry->data);
}

static void hash_work(struct job *base)
{
        struct hash_job *job = (struct hash_job *)base;
        struct crypto_digest *md5 = crypto_digest_try_new(CRYPTO_MD5);
        char *buffer = mem_alloc(BUFFER);

        if (!md5 || !buffer)
                job->rc = mem_fail(&job->err);
        for (size_t i = job->from; i < job->to && !job->rc; i++) {
                struct entry *entry = &job->hashing->entries->items[i];

                if (!needs_hash(entry))
                        continue;
                if (entry->data) {
                        crypto_md5(entry->data, entry->size, entry->md5);
                        entry->hashed = entry->has_size = true;
                } else {
                        job->rc = hash_file(job, entry, md5, buffer, &job->err);
                }
        }
        mem_free(buffer);
        (void)crypto_digest_free(md5);
}

static void hash_done(struct job *base)
{
        struct hash_job *job = (struct hash_job *)base;
        struct hashing *h = job->hashing;

        h->under_way--;
        job->busy = false;
        for (size_t i = job->from; i < job->to; i++)
                h->entries->items[i].size = job->sizes[i - job->from];
        if (job->rc) {
                engine_fail(h->engine, job->rc, &job->err);
                return;
        }
        for (size_t i = job->from; i < job->to; i++)
                if (h->entries->items[i].local)
                        progress_done(h->engine, h->entries->items[i].path, h->entries->items[i].size, false);
}

/* The next run of entries; false when there is none left. Local sizes are known from when the files were added. */
static bool cut(struct hashing *h, struct hash_job *job)
{
        uint64_t bytes = 0;

        while (h->at < h->entries->count && !needs_hash(&h->entries->items[h->at]))
                h->at++;
        if (h->at == h->entries->count)
                return false;
        *job = (struct hash_job){ .hashing = h, .from = h->at, .busy = true,
                                  .job = { .work = hash_work, .done = hash_done } };
        while (h->at < h->entries->count && h->at - job->from < JOB_FILES && (bytes == 0 || bytes < JOB_BYTES)) {
                job->sizes[h->at - job->from] = h->entries->items[h->at].size;
                bytes += h->entries->items[h->at++].size;
        }
        job->to = h->at;
        return true;
}

static void ahead_done(struct job *base)
{
        struct ahead *ahead = (struct ahead *)base;

        ahead->busy = false; /* a failure is the upload's to meet, if there is one */
        ahead->hashing->ahead_count--;
}

/* The next part that nobody digested; NULL when there is none, or no memory for it. */
static struct part_digests *next_part(struct hashing *h, size_t *ret_index)
{
        for (; h->ahead_entry < h->entries->count; h->ahead_entry++, h->ahead_index = 0) {
                const struct entry *entry = &h->entries->items[h->ahead_entry];
                struct part_digests *digests;

                if (!entry->local || entry->present || entry->size < PARTS_FROM)
                        continue;
                digests = part_digests_of(h->entries, entry);
                if (!digests)
                        return NULL;
                while (h->ahead_index < digests->count && digests->parts[h->ahead_index].known)
                        h->ahead_index++;
                if (h->ahead_index < digests->count) {
                        *ret_index = h->ahead_index++;
                        return digests;
                }
        }
        return NULL;
}

static void work_ahead(struct hashing *h)
{
        for (size_t i = 0; i < AHEAD_MAX && h->under_way + h->ahead_count < h->threads; i++) {
                struct part_digests *digests;
                size_t index = 0;

                if (h->aheads[i].busy)
                        continue;
                digests = next_part(h, &index);
                if (!digests)
                        return;
                h->aheads[i] = (struct ahead){ .part = part_job(digests, index, ahead_done), .hashing = h, .busy = true };
                h->ahead_count++;
                engine_work(h->engine, &h->aheads[i].part.job);
        }
}

static bool more(void *payload)
{
        struct hashing *h = payload;
        uint64_t bytes = atomic_load_explicit(&h->bytes, memory_order_relaxed);

        for (size_t i = 0; i < JOBS_MAX; i++)
                if (!h->jobs[i].busy) {
                        if (!cut(h, &h->jobs[i]))
                                break;
                        h->under_way++;
                        engine_work(h->engine, &h->jobs[i].job);
                }
        if (bytes > h->shown) {
                progress_bytes(h->engine, NULL, 0, 0, (int64_t)(bytes - h->shown));
                h->shown = bytes;
        }
        if (h->under_way && h->at == h->entries->count && h->threads > 1)
                work_ahead(h);
        return h->under_way > 0 || h->ahead_count > 0;
}

enum rc hash_entries(struct vitrine_session *session, struct entries *entries, struct err *err)
{
        struct hashing h = { .engine = session->engine, .entries = entries, .threads = session->options.hash_threads };
        uint64_t files = 0, bytes = 0;
        enum rc rc;

        h.jobs = mem_alloc_zero(JOBS_MAX, sizeof(*h.jobs));
        if (!h.jobs)
                return mem_fail(err);
        for (size_t i = 0; i < entries->count; i++)
                if (needs_hash(&entries->items[i])) {
                        files++;
                        bytes += entries->items[i].size;
                }
        progress_begin(session->engine, VITRINE_OPERATION_HASH, files, bytes);
        rc = engine_run(session->engine, more, &h, err);
        progress_end(session->engine);
        mem_free(h.jobs);
        return rc;
}
