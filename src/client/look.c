/*
 * client/look.c - looking for what is there: in place, or in the cache.
 *
 * Done by jobs on other threads, some files each. What is found neither here nor there is needed; with a cache, the
 * job takes the lock of its part, so that of all processes with one cache exactly one fetches it. The others come
 * back to it and find it in the cache.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "client/pull.h"

enum { LOOK_FILES = 32, BUSY_MS = 30 };

struct look {
        struct job job;
        struct pull *pull;
        struct file *files[LOOK_FILES];
        size_t count;
        enum rc rc;
        struct err err;
};

static enum rc copy_local(struct file *file, struct scratch *s, struct err *err)
{
        const char *local = file->entry->reference + strlen("file://");
        _cleanup_(fd_close) int fd = open(local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        bool right = false;
        enum rc rc;

        if (fd < 0)
                return err_set_errno(err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "%s cannot be opened", local);
        rc = file_copy(s, fd, &file->want, file->path, &right, err);
        if (!rc && !right)
                rc = err_set(err, RC_CORRUPT, "%s is not any more what was referred to.", local);
        file->looked = LOOKED_DONE;
        return rc;
}

/* From the cache to its place; *ret_found false: it is not there, or not any more. */
static enum rc take_cached(struct file *file, struct scratch *s, bool *ret_found, struct err *err)
{
        _cleanup_(fd_close) int fd = -1;
        char path[4096];
        enum rc rc;

        *ret_found = false;
        if (!file->use_cache || !cache_path(file->pull->session, &file->want, path))
                return RC_OK;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return RC_OK;
        rc = file_copy(s, fd, &file->want, file->path, ret_found, err);
        if (rc)
                return rc;
        if (*ret_found)
                (void)futimens(fd, NULL); /* used now; not ours to touch: never mind */
        else
                (void)unlink(path);       /* damaged */
        return RC_OK;
}

static enum rc look_at(struct file *file, struct scratch *s, struct err *err)
{
        char part[4096];
        bool there = false;
        enum rc rc;

        file->looked = LOOKED_DONE;
        rc = file_matches(s, file->path, &file->want, &there, err);
        if (rc || there)
                return rc;
        if (file->entry->reference)
                return copy_local(file, s, err);
        rc = take_cached(file, s, &there, err);
        if (rc || there)
                return rc;
        file->looked = LOOKED_NEEDED;
        if (file->part_fd >= 0 || (!file->use_cache && file->want.size <= SMALL_MAX))
                return RC_OK;
        if (!part_path_of(file, part))
                return err_set(err, RC_INVALID, "The path of '%s' is longer than this system allows.", file->entry->path);
        rc = part_lock(s, part, &file->part_fd, err);
        if (rc && file->use_cache && err->sys_errno != ENOMEM) { /* a cache that cannot be written to: without it */
                file->use_cache = false;
                return look_at(file, s, err);
        }
        if (rc)
                return rc;
        if (file->part_fd < 0) {
                file->looked = LOOKED_BUSY;
                return RC_OK;
        }
        /* Whoever held the lock before us may have put it into the cache just now. */
        rc = take_cached(file, s, &there, err);
        if (there) {
                (void)unlink(part);
                fd_close(&file->part_fd);
                file->looked = LOOKED_DONE;
        }
        return rc;
}

static void look_work(struct job *job)
{
        struct look *look = (struct look *)job;
        struct scratch s;

        look->rc = scratch_begin(&s, look->pull->engine, &look->err);
        for (size_t i = 0; i < look->count && !look->rc; i++)
                look->rc = look_at(look->files[i], &s, &look->err);
        scratch_done(&s);
}

static void look_done(struct job *job)
{
        struct look *look = (struct look *)job;
        struct pull *pull = look->pull;

        pull->looking--;
        if (look->rc)
                engine_fail(pull->engine, look->rc, &look->err);
        for (size_t i = look->count; i > 0 && !look->rc; i--) {
                struct file *file = look->files[i - 1];

                if (file->looked == LOOKED_DONE) {
                        file_finish(file, true);
                } else if (file->looked == LOOKED_BUSY) {
                        file->due_ms = clock_mono_ms() + BUSY_MS;
                        queue_push(&pull->busy, file);
                } else {
                        file_need(file);
                }
        }
        mem_free(look);
}

enum rc look_start(struct pull *pull, struct err *err)
{
        struct look *look = mem_alloc_zero(1, sizeof(*look));
        uint64_t now = clock_mono_ms(), bytes = 0;
        struct file *later = NULL, *file;
        enum rc rc = RC_OK;

        if (!look)
                return mem_fail(err);
        look->pull = pull;
        look->job = (struct job){ .work = look_work, .done = look_done };
        while ((file = queue_pop(&pull->busy)) != NULL) {
                if (file->due_ms <= now && look->count < LOOK_FILES)
                        look->files[look->count++] = file;
                else
                        queue_push(&later, file);
        }
        pull->busy = later;
        while (look->count < LOOK_FILES && bytes < 4 * 1024 * 1024 && pull->active < pull->window && !rc &&
               pull->at < pull->artifact->entries.count) {
                const struct entry *entry = &pull->artifact->entries.items[pull->at];
                bool fetch = false;

                rc = pull_judge(pull, entry, &fetch, err);
                if (!rc && fetch)
                        rc = file_begin(pull, entry, &look->files[look->count], err);
                if (!rc && fetch)
                        bytes += look->files[look->count++]->want.size;
                pull->at++;
        }
        if (rc || look->count == 0) {
                mem_free(look);
                return rc;
        }
        pull->looking++;
        engine_work(pull->engine, &look->job);
        return RC_OK;
}
