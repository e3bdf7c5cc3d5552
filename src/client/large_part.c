/*
 * client/large_part.c - the part of a large file on the disk: found again, digested, given its name.
 *
 * The part is the file itself and, behind it, a journal: a head and one record for each segment, the
 * XXH128 of its bytes, written when the segment is whole. Whoever finds a part checks every segment
 * that has a record against it, and fetches the others. So a crash costs the segments that were under
 * way, and damage on the disk is noticed. The file's own digest follows the bytes that are there without a gap, and
 * decides in the end.
 *
 *   offset(size rounded up to 4096):  "VTRPART1", size, segment bytes, digest (8 + 8 + 8 + 16), zero
 *   64 bytes later:                   16 bytes for each segment; zero: it is not there
 *
 * With a cache the part becomes the cache's file, and the application gets its own: a clone where the file
 * system has them; else the bytes are written into it while they are digested, so that they are read once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/large.h"

enum { HEAD_BYTES = 64 };

static uint64_t journal_at(const struct file *file)
{
        return (file->want.size + 4095) / 4096 * 4096;
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

enum rc part_record(const struct file *file, size_t index, const uint8_t sum[RECORD], struct err *err)
{
        return fd_pwrite_all(file->part_fd, sum, RECORD, journal_at(file) + HEAD_BYTES + index * RECORD, err);
}

/* ---- what is there already ---- */

/* Shortening a file tells ext4 to write all of it out when it is closed: only if there is something. */
static enum rc empty_part(const struct file *file, struct err *err)
{
        struct stat st;

        if (fstat(file->part_fd, &st) == 0 && st.st_size == 0)
                return RC_OK;
        return ftruncate(file->part_fd, 0) < 0 ? err_set_errno(err, RC_IO, "A part of %s cannot be written", file->path)
                                               : RC_OK;
}

/* Is there a head of this very file? Else there is one afterwards, and nothing more. */
static enum rc find_head(const struct file *file, bool *ret_found, struct err *err)
{
        uint8_t head[HEAD_BYTES], found[HEAD_BYTES];
        enum rc rc;

        write_head(file, head);
        *ret_found = pread(file->part_fd, found, HEAD_BYTES, (off_t)journal_at(file)) == HEAD_BYTES &&
                     memcmp(head, found, HEAD_BYTES) == 0;
        if (*ret_found)
                return RC_OK;
        rc = empty_part(file, err);
        return rc ? rc : fd_pwrite_all(file->part_fd, head, HEAD_BYTES, journal_at(file), err);
}

static enum rc check_segment(struct large_get *l, struct scratch *s, size_t index, struct err *err)
{
        static const uint8_t none[RECORD];
        struct file *file = l->file;
        uint8_t record[RECORD], sum[16];
        uint64_t size = segment_size(file, index);
        enum rc rc = RC_OK;

        if (pread(file->part_fd, record, RECORD, (off_t)(journal_at(file) + HEAD_BYTES + index * RECORD)) != RECORD ||
            memcmp(record, none, RECORD) == 0)
                return RC_OK;
        crypto_digest_reset(s->xxh);
        for (uint64_t at = 0; at < size && !rc; at += SCRATCH_BUFFER) {
                size_t len = size - at < SCRATCH_BUFFER ? (size_t)(size - at) : SCRATCH_BUFFER;

                rc = fd_pread_all(file->part_fd, s->buffer, len, (uint64_t)index * SEGMENT + at, err);
                if (!rc)
                        crypto_digest_add(s->xxh, s->buffer, len);
                if (!rc && engine_stopping(file->pull->engine))
                        rc = fail_canceled(err);
        }
        if (rc == RC_CORRUPT) /* shorter than the journal says */
                return RC_OK;
        if (rc)
                return rc;
        crypto_digest_end(s->xxh, sum);
        l->done[index] = memcmp(sum, record, RECORD) == 0;
        return RC_OK;
}

/* The application's file comes first: if it cannot be made, nothing is to be fetched. */
static enum rc begin_copy(struct large_get *l, struct scratch *s, struct err *err)
{
        enum rc rc = nameless_open(s, l->file->path, &l->copy, err);

        if (rc)
                return rc;
        l->clones = nameless_clone(&l->copy, l->file->part_fd);
        if (l->clones && ftruncate(l->copy.fd, 0) < 0)
                return err_set_errno(err, RC_IO, "%s cannot be written", l->file->path);
        return RC_OK;
}

/* Marks the segments whose record is right. */
static enum rc check_part(struct large_get *l, struct err *err)
{
        struct file *file = l->file;
        struct scratch s;
        bool found = false;
        enum rc rc = scratch_begin(&s, file->pull->engine, err);

        if (rc)
                return rc;
        rc = find_head(file, &found, err);
        for (size_t i = 0; i < l->segment_count && !rc && found; i++)
                rc = check_segment(l, &s, i, err);
        if (!rc && file->use_cache)
                rc = begin_copy(l, &s, err);
        scratch_done(&s);
        return rc;
}

/* ---- digesting, and the end ---- */

static enum rc digest_part(struct large_get *l, struct err *err)
{
        struct reading reading = { .engine = l->file->pull->engine, .fd = l->file->part_fd,
                                   .copy_fd = l->clones ? -1 : l->copy.fd, .from = l->digested, .to = l->digest_to,
                                   .digest = l->digest, .path = l->file->path };
        enum rc rc = read_on(&reading, &l->digested, err);

        if (!rc && l->digested != l->digest_to)
                rc = err_set(err, RC_CORRUPT, "A part of %s was made shorter by somebody else while it came.", l->file->path);
        return rc;
}

/* The part itself goes where it belongs; with a cache, after the application's file. */
static enum rc place(struct large_get *l, struct err *err)
{
        struct file *file = l->file;
        char part[4096], path[4096];
        struct scratch s = { .engine = file->pull->engine };
        enum rc rc;

        if (ftruncate(file->part_fd, (off_t)file->want.size) < 0 || !part_path_of(file, part))
                return err_set_errno(err, RC_IO, "%s cannot be written", file->path);
        if (!file->use_cache)
                return rename(part, file->path) < 0 ? err_set_errno(err, RC_IO, "%s cannot be written", file->path) : RC_OK;
        if (l->clones && !nameless_clone(&l->copy, file->part_fd))
                return err_set_errno(err, RC_IO, "%s cannot be written", file->path);
        rc = nameless_name(&l->copy, file->path, err);
        if (!rc && cache_path(file->pull->session, &file->want, path) && file_dirs(&s, path, &(struct err){ 0 }) == RC_OK)
                l->cached = rename(part, path) == 0;
        return rc;
}

static enum rc finish_part(struct large_get *l, struct err *err)
{
        uint8_t sum[16];

        crypto_digest_end(l->digest, sum);
        l->wrong = memcmp(sum, l->file->want.digest, sizeof(sum)) != 0;
        return l->wrong ? empty_part(l->file, err) : place(l, err);
}

void large_work(struct job *job)
{
        struct large_get *l = (struct large_get *)((char *)job - offsetof(struct large_get, job));

        l->rc = l->what == JOB_CHECK ? check_part(l, &l->err) : l->what == JOB_DIGEST ? digest_part(l, &l->err)
                : finish_part(l, &l->err);
}

void large_free(struct large_get *l)
{
        if (!l)
                return;
        for (size_t i = 0; i < SEGMENTS_AT_ONCE; i++)
                (void)crypto_digest_free(l->gets[i].digest);
        (void)crypto_digest_free(l->digest);
        nameless_drop(&l->copy);
        mem_free(l->done);
        mem_free(l);
}
