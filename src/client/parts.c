/*
 * client/parts.c - digests of parts; see parts.h.
 */
#include "client/parts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "client/store.h"

enum { PARTS_MAX = 10000 };
#define PART_BYTES (16ull * 1024 * 1024)

struct part_digests *part_digests_of(struct entries *entries, const struct entry *entry)
{
        uint64_t part_bytes = PART_BYTES;
        struct part_digests *d;

        for (d = entries->part_digests; d; d = d->next)
                if (d->path == entry->path && d->size == entry->size)
                        return d;
        if (entry->size / PARTS_MAX + 1 > part_bytes)
                part_bytes = (entry->size / PARTS_MAX + 4096) / 4096 * 4096;
        d = arena_new(&entries->arena, struct part_digests);
        if (!d)
                return NULL;
        *d = (struct part_digests){ .path = entry->path, .local = entry->local, .size = entry->size, .part_bytes = part_bytes,
                                    .count = (size_t)((entry->size + part_bytes - 1) / part_bytes) };
        d->parts = arena_array(&entries->arena, struct part_digest, d->count);
        if (!d->parts)
                return NULL;
        memset(d->parts, 0, d->count * sizeof(*d->parts));
        d->next = entries->part_digests;
        entries->part_digests = d;
        return d;
}

uint64_t part_offset(const struct part_digests *digests, size_t index)
{
        return index * digests->part_bytes;
}

uint64_t part_size(const struct part_digests *digests, size_t index)
{
        uint64_t left = digests->size - part_offset(digests, index);

        return left < digests->part_bytes ? left : digests->part_bytes;
}

const uint8_t *part_md5(const struct part_job *job)
{
        return job->of->parts[job->index].md5;
}

static enum rc digest(struct part_job *job, struct err *err)
{
        const struct part_digests *d = job->of;
        _cleanup_(fd_close) int fd = open(d->local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct crypto_digest *md5 = crypto_digest_try_new(CRYPTO_MD5);
        struct reading reading = { .engine = job->job.engine, .fd = fd, .copy_fd = -1, .digest = md5, .path = d->local,
                                   .from = part_offset(d, job->index) };
        uint64_t end = 0;
        struct stat st;
        enum rc rc;

        reading.to = reading.from + part_size(d, job->index);
        if (fd < 0 || fstat(fd, &st) < 0)
                rc = err_set_errno(err, RC_IO, "%s cannot be opened", d->local);
        else
                rc = md5 ? read_on(&reading, &end, err) : mem_fail(err);
        if (!rc && end != reading.to)
                rc = err_set(err, RC_CONFLICT, "%s became shorter while it was being logged: log it again when it is at rest.",
                             d->local);
        if (!rc) {
                crypto_digest_end(md5, d->parts[job->index].md5);
                d->parts[job->index].mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        }
        (void)crypto_digest_free(md5);
        return rc;
}

static void work(struct job *base)
{
        struct part_job *job = (struct part_job *)base;

        job->rc = digest(job, &job->err);
        job->of->parts[job->index].known = !job->rc;
}

struct part_job part_job(struct part_digests *digests, size_t index, void (*done)(struct job *job))
{
        return (struct part_job){ .job = { .work = work, .done = done }, .of = digests, .index = index };
}
