/*
 * client/large.c - large files: in segments, several at a time, into a part that survives us.
 *
 * The part is the file itself and, behind it, a journal: a head and one record for each segment, the
 * XXH128 of its bytes, written when the segment is whole. Whoever finds a part checks every segment
 * that has a record against it, and fetches the others. So a crash costs the segments that were under
 * way, and damage on the disk is noticed. The file's own digest is computed behind the segments, by reading
 * them again as far as they are there without a gap, and decides in the end.
 *
 *   offset(size rounded up to 4096):  "VTRPART1", size, segment bytes, digest (8 + 8 + 8 + 16), zero
 *   64 bytes later:                   16 bytes for each segment; zero: it is not there
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/pull.h"

enum { SEGMENTS_AT_ONCE = 8, HEAD_BYTES = 64, RECORD = 16, TASKS_MAX = 32 };

struct segment_get {
        struct task task;
        struct file *file;
        size_t index;
        uint64_t first, size, got;
        struct crypto_digest *digest;
        bool used, refused;
        struct err refusal;
        enum rc refusal_rc;
};

struct large_get {
        struct file *file;
        size_t segment_count, next, done_count;
        uint8_t *done;                /* one byte for each segment: 1 there, 2 under way */
        struct segment_get gets[SEGMENTS_AT_ONCE];
        size_t under_way;
        bool stale;                   /* the address is refused */
        /* the job that looks a found part through, hashes, or finishes */
        struct job job;
        bool job_runs;
        enum { JOB_CHECK, JOB_HASH, JOB_FINISH } what;
        struct crypto_digest *digest;
        uint64_t hashed, hash_to;
        bool checked, wrong, cached;
        enum rc rc;
        struct err err;
};

static uint64_t journal_at(const struct file *file)
{
        return (file->want.size + 4095) / 4096 * 4096;
}

static uint64_t segment_size(const struct file *file, size_t index)
{
        uint64_t first = (uint64_t)index * SEGMENT;

        return file->want.size - first < SEGMENT ? file->want.size - first : SEGMENT;
}

static void write_head(const struct file *file, uint8_t ret[static HEAD_BYTES])
{
        uint64_t size = file->want.size, segment = SEGMENT;

        memset(ret, 0, HEAD_BYTES);
        memcpy(ret, "VTRPART1", 8);
        memcpy(ret + 8, &size, 8);
        memcpy(ret + 16, &segment, 8);
        memcpy(ret + 24, file->want.digest, 16);
}

/* ---- on another thread ---- */

/* Marks the segments whose record is right. */
static enum rc check_part(struct large_get *l, struct err *err)
{
        struct file *file = l->file;
        uint8_t head[HEAD_BYTES], found[HEAD_BYTES], record[RECORD], sum[16];
        static const uint8_t none[RECORD];
        struct scratch s;
        enum rc rc;

        write_head(file, head);
        if (pread(file->part_fd, found, HEAD_BYTES, (off_t)journal_at(file)) != HEAD_BYTES ||
            memcmp(head, found, HEAD_BYTES) != 0) {
                if (ftruncate(file->part_fd, 0) < 0)
                        return err_set_errno(err, RC_IO, "A part of %s cannot be written", file->path);
                return fd_pwrite_all(file->part_fd, head, HEAD_BYTES, journal_at(file), err);
        }
        rc = scratch_begin(&s, file->pull->engine, err);
        for (size_t i = 0; i < l->segment_count && !rc; i++) {
                if (pread(file->part_fd, record, RECORD, (off_t)(journal_at(file) + HEAD_BYTES + i * RECORD)) != RECORD ||
                    memcmp(record, none, RECORD) == 0)
                        continue;
                crypto_digest_reset(s.xxh);
                for (uint64_t at = 0, size = segment_size(file, i); at < size && !rc; at += SCRATCH_BUFFER) {
                        size_t len = size - at < SCRATCH_BUFFER ? (size_t)(size - at) : SCRATCH_BUFFER;

                        rc = fd_pread_all(file->part_fd, s.buffer, len, (uint64_t)i * SEGMENT + at, err);
                        if (!rc)
                                crypto_digest_add(s.xxh, s.buffer, len);
                        if (!rc && engine_stopping(file->pull->engine))
                                rc = fail_canceled(err);
                }
                if (rc == RC_CORRUPT) { /* shorter than the journal says */
                        rc = RC_OK;
                        continue;
                }
                crypto_digest_end(s.xxh, sum);
                l->done[i] = !rc && memcmp(sum, record, RECORD) == 0;
        }
        scratch_done(&s);
        return rc;
}

static enum rc hash_part(struct large_get *l, struct err *err)
{
        enum { BUFFER = 1024 * 1024 };
        char *buffer = mem_alloc(BUFFER);
        enum rc rc = buffer ? RC_OK : mem_fail(err);

        while (l->hashed < l->hash_to && !rc) {
                size_t len = l->hash_to - l->hashed < BUFFER ? (size_t)(l->hash_to - l->hashed) : BUFFER;

                rc = fd_pread_all(l->file->part_fd, buffer, len, l->hashed, err);
                if (rc)
                        break;
                crypto_digest_add(l->digest, buffer, len);
                l->hashed += len;
                if (engine_stopping(l->file->pull->engine))
                        rc = fail_canceled(err);
        }
        mem_free(buffer);
        return rc;
}

static enum rc finish_part(struct large_get *l, struct err *err)
{
        struct file *file = l->file;
        char part[4096], path[4096];
        struct scratch s;
        bool right = true;
        uint8_t sum[16];
        enum rc rc;

        crypto_digest_end(l->digest, sum);
        if (memcmp(sum, file->want.digest, sizeof(sum)) != 0) {
                l->wrong = true;
                if (ftruncate(file->part_fd, 0) < 0)
                        return err_set_errno(err, RC_IO, "A part of %s cannot be written", file->path);
                return RC_OK;
        }
        if (ftruncate(file->part_fd, (off_t)file->want.size) < 0 || !part_path_of(file, part))
                return err_set_errno(err, RC_IO, "%s cannot be written", file->path);
        if (!file->use_cache)
                return rename(part, file->path) < 0 ? err_set_errno(err, RC_IO, "%s cannot be written", file->path) : RC_OK;
        rc = scratch_begin(&s, file->pull->engine, err);
        if (rc)
                return rc;
        /* The application's copy first: once the part has its name others may remove it. */
        rc = file_copy(&s, file->part_fd, &file->want, file->path, &right, err);
        if (!rc && !right)
                rc = err_set(err, RC_CORRUPT, "%s was changed by somebody else while it came.", part);
        if (!rc && cache_path(file->pull->session, &file->want, path) && file_dirs(&s, path, &(struct err){ 0 }) == RC_OK)
                l->cached = rename(part, path) == 0;
        scratch_done(&s);
        return rc;
}

static void job_work(struct job *job)
{
        struct large_get *l = (struct large_get *)((char *)job - offsetof(struct large_get, job));

        l->rc = l->what == JOB_CHECK ? check_part(l, &l->err) : l->what == JOB_HASH ? hash_part(l, &l->err)
                : finish_part(l, &l->err);
}

/* ---- on the session's thread ---- */

static void advance(struct large_get *l);

static void job_done(struct job *job)
{
        struct large_get *l = (struct large_get *)((char *)job - offsetof(struct large_get, job));
        struct file *file = l->file;

        l->job_runs = false;
        if (l->rc) {
                file_fail(file, l->rc, &l->err);
                return;
        }
        if (l->what == JOB_CHECK) {
                l->checked = true;
                for (size_t i = 0; i < l->segment_count; i++)
                        if (l->done[i]) {
                                l->done_count++;
                                progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0,
                                               (int64_t)segment_size(file, i));
                        }
        } else if (l->what == JOB_FINISH) {
                bool wrong = l->wrong;

                if (l->cached)
                        file->pull->cached_bytes += file->want.size;
                large_drop(file);
                if (wrong) {
                        progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0, -(int64_t)file->want.size);
                        file_restart(file);
                } else {
                        file_finish(file, false);
                }
                return;
        }
        advance(l);
}

static void start_job(struct large_get *l, int what)
{
        l->what = (__typeof__(l->what))what;
        l->job_runs = true;
        l->job = (struct job){ .work = job_work, .done = job_done };
        engine_work(l->file->pull->engine, &l->job);
}

static struct segment_get *get_of(struct net_request *http)
{
        return http->payload;
}

static enum rc segment_begin(struct task *task, struct err *err)
{
        struct segment_get *g = (struct segment_get *)task;

        (void)err;
        task->http.first_byte = g->first + g->got; /* behind what came before the cut */
        task->http.last_byte = g->first + g->size - 1;
        return RC_OK;
}

static bool segment_head(struct net_request *http, int status)
{
        struct segment_get *g = get_of(http);

        if (status != 206 && !(g->first + g->got == 0 && g->size == g->file->want.size))
                g->refusal_rc = fail_protocol(&g->refusal, "the whole where a part was asked for");
        return g->refusal_rc == RC_OK;
}

static bool segment_data(struct net_request *http, const void *data, size_t len)
{
        struct segment_get *g = get_of(http);
        struct file *file = g->file;

        if (len > g->size - g->got) {
                g->refusal_rc = fail_protocol(&g->refusal, "more bytes than were asked for");
                return false;
        }
        g->refusal_rc = fd_pwrite_all(file->part_fd, data, len, g->first + g->got, &g->refusal);
        if (g->refusal_rc)
                return false;
        crypto_digest_add(g->digest, data, len);
        g->got += len;
        engine_moved(file->pull->engine, &g->task, len);
        progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0, (int64_t)len);
        return true;
}

static void segment_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct segment_get *g = (struct segment_get *)task;
        struct file *file = g->file;
        struct large_get *l = file->large;
        struct err mine = g->refusal_rc ? g->refusal : *err;
        uint8_t sum[16];

        g->used = false;
        l->under_way--;
        if (g->refusal_rc)
                rc = g->refusal_rc;
        if (!rc && g->got != g->size)
                rc = fail_protocol(&mine, "fewer bytes than were asked for");
        if (!rc) {
                crypto_digest_end(g->digest, sum);
                rc = fd_pwrite_all(file->part_fd, sum, RECORD, journal_at(file) + HEAD_BYTES + g->index * RECORD, &mine);
        }
        g->digest = crypto_digest_free(g->digest);
        if (!rc) {
                l->done[g->index] = 1;
                l->done_count++;
        } else {
                l->done[g->index] = 0;
                progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0, -(int64_t)g->got);
                if (answer_is_stale(answer) && file->asked < 4) {
                        l->stale = true;
                } else {
                        file_fail(file, rc, &mine);
                        return;
                }
        }
        advance(l);
}

static bool start_segment(struct large_get *l, size_t index, struct err *err)
{
        struct file *file = l->file;
        struct segment_get *g = NULL;

        for (size_t i = 0; i < SEGMENTS_AT_ONCE && !g; i++)
                if (!l->gets[i].used)
                        g = &l->gets[i];
        *g = (struct segment_get){ .file = file, .index = index, .first = (uint64_t)index * SEGMENT,
                                   .size = segment_size(file, index), .used = true };
        g->digest = crypto_digest_try_new(CRYPTO_XXH128);
        if (!g->digest) {
                (void)mem_fail(err);
                return false;
        }
        l->done[index] = 2;
        l->under_way++;
        g->task = (struct task){
                .http = { .method = "GET", .url = file->url, .body_fd = -1, .large = true, .ranged = true,
                          .stall_s = file->pull->session->options.stall_timeout_s, .head = segment_head, .data = segment_data },
                .what = "a download", .path = file->entry->path, .begin = segment_begin, .end = segment_end,
        };
        engine_add(file->pull->engine, &g->task);
        return true;
}

/* What can be done next: segments, hashing what is there without a gap, the end. */
static void advance(struct large_get *l)
{
        struct file *file = l->file;
        struct err err = { 0 };
        uint64_t whole = 0;

        if (engine_failed(file->pull->engine))
                return;
        if (!l->checked)
                return;
        if (l->stale) {
                if (!l->under_way && !l->job_runs) {
                        l->stale = false;
                        mem_free(file->url);
                        file->url = NULL;
                        file_ask_again(file);
                }
                return;
        }
        for (size_t i = l->next; i < l->segment_count && l->under_way < SEGMENTS_AT_ONCE; i++)
                if (!l->done[i] && !start_segment(l, i, &err)) {
                        file_fail(file, RC_UNAVAILABLE, &err);
                        return;
                }
        while (l->next < l->segment_count && l->done[l->next] == 1)
                l->next++;
        if (l->job_runs)
                return;
        whole = l->next == l->segment_count ? file->want.size : (uint64_t)l->next * SEGMENT;
        if (l->hashed < whole) {
                l->hash_to = whole;
                start_job(l, JOB_HASH);
        } else if (l->done_count == l->segment_count) {
                start_job(l, JOB_FINISH);
        }
}

enum rc large_start(struct file *file, struct err *err)
{
        struct large_get *l = file->large;

        if (l) { /* it has a new address */
                for (size_t i = 0; i < l->segment_count; i++)
                        if (l->done[i] == 2)
                                l->done[i] = 0;
                advance(l);
                return RC_OK;
        }
        l = mem_alloc_zero(1, sizeof(*l));
        if (!l)
                return mem_fail(err);
        l->file = file;
        l->segment_count = (size_t)((file->want.size + SEGMENT - 1) / SEGMENT);
        l->done = mem_alloc_zero(l->segment_count ? l->segment_count : 1, 1);
        l->digest = crypto_digest_try_new(file->want.xxh ? CRYPTO_XXH128 : CRYPTO_MD5);
        file->large = l;
        file->pull->larges++;
        if (!l->done || !l->digest)
                return mem_fail(err);
        progress_file(file->pull->engine, file->entry->path, file->want.size);
        start_job(l, JOB_CHECK);
        return RC_OK;
}

void large_drop(struct file *file)
{
        struct large_get *l = file->large;

        if (!l)
                return;
        for (size_t i = 0; i < SEGMENTS_AT_ONCE; i++)
                (void)crypto_digest_free(l->gets[i].digest);
        (void)crypto_digest_free(l->digest);
        mem_free(l->done);
        mem_free(l);
        file->large = NULL;
        file->pull->larges--;
}
