/*
 * client/tidy.c - comparing a directory with a manifest, and removing what is too many.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/pull.h"

enum { DEPTH_MAX = 64 };

struct tidy {
        const struct entries *entries;
        const char *root;
        struct buf path;              /* of what is looked at, from the root */
        bool remove;
        struct err *err;
        unsigned depth;
};

static enum rc walk(struct tidy *t, int dir_fd);

/* Is there an entry below "path/"? */
static bool has_below(const struct entries *entries, const char *path)
{
        size_t len = strlen(path), low = 0, high = entries->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(entries->items[middle].path, path) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        for (; low < entries->count && strncmp(entries->items[low].path, path, len) == 0; low++)
                if (entries->items[low].path[len] == '/')
                        return true;
        return false;
}

static enum rc look(struct tidy *t, int dir_fd, const char *name)
{
        const char *path = buf_cstr(&t->path);
        struct stat st;
        enum rc rc;
        int fd;

        if (t->path.failed)
                return mem_fail(t->err);
        if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? RC_OK : err_set_errno(t->err, RC_IO, "%s/%s cannot be read", t->root, path);
        if (S_ISDIR(st.st_mode)) {
                bool keep = has_below(t->entries, path);

                fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
                if (fd < 0)
                        return err_set_errno(t->err, RC_IO, "%s/%s cannot be read", t->root, path);
                rc = walk(t, fd);
                if (!rc && t->remove && !keep)
                        (void)unlinkat(dir_fd, name, AT_REMOVEDIR);
                return rc;
        }
        if (entries_find(t->entries, path))
                return RC_OK;
        if (!t->remove)
                return err_set(t->err, RC_CORRUPT, "%s/%s is not in the artifact.", t->root, path);
        if (unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
                return err_set_errno(t->err, RC_IO, "%s/%s cannot be removed", t->root, path);
        return RC_OK;
}

/* Takes the descriptor over. As deep as the directories are. */
static enum rc walk(struct tidy *t, int dir_fd)
{
        DIR *dir = fdopendir(dir_fd);
        size_t len = t->path.len;
        struct dirent *child;
        enum rc rc = RC_OK;

        if (!dir) {
                (void)close(dir_fd);
                return mem_fail(t->err);
        }
        if (t->depth == DEPTH_MAX)
                rc = err_set(t->err, RC_TOO_LARGE, "%s is more than %d directories deep.", t->root, DEPTH_MAX);
        t->depth++;
        while (!rc && (errno = 0, child = readdir(dir)) != NULL) {
                if (strcmp(child->d_name, ".") == 0 || strcmp(child->d_name, "..") == 0)
                        continue;
                if (t->path.len)
                        buf_add_c(&t->path, '/');
                buf_add_str(&t->path, str_from(child->d_name));
                rc = look(t, dirfd(dir), child->d_name);
                t->path.len = len;
        }
        t->depth--;
        if (!rc && errno)
                rc = err_set_errno(t->err, RC_IO, "%s cannot be read", t->root);
        (void)closedir(dir);
        return rc;
}

static enum rc tidy(const struct vitrine_artifact *a, const char *root, bool remove, struct err *err)
{
        struct tidy t = { .entries = &a->entries, .root = root, .path = { .fallible = true }, .remove = remove, .err = err };
        int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        enum rc rc;

        if (fd < 0)
                return err_set_errno(err, RC_IO, "%s cannot be read", root);
        rc = walk(&t, fd);
        buf_done(&t.path);
        return rc;
}

enum rc tidy_prune(const struct vitrine_artifact *artifact, const char *root, struct err *err)
{
        return tidy(artifact, root, true, err);
}

/* ---- verify ---- */

struct check {
        struct job job;
        struct verify *verify;
        size_t from, to;
        bool busy;
        enum rc rc;
        struct err err;
};

enum { CHECKS = 16, CHECK_FILES = 32 };

struct verify {
        struct engine *engine;
        struct vitrine_artifact *artifact;
        const char *root;
        size_t at, under_way;
        struct check checks[CHECKS];
};

static void check_work(struct job *job)
{
        struct check *c = (struct check *)job;
        struct scratch s;
        char path[4096];

        c->rc = scratch_begin(&s, c->verify->engine, &c->err);
        for (size_t i = c->from; i < c->to && !c->rc; i++) {
                const struct entry *entry = &c->verify->artifact->entries.items[i];
                struct want want = want_of(entry);
                bool right = false;

                if (!entry->hashed)
                        continue; /* a reference to something with a digest of its own kind */
                if (snprintf(path, sizeof(path), "%s/%s", c->verify->root, entry->path) >= (int)sizeof(path))
                        c->rc = err_set(&c->err, RC_INVALID, "The path of '%s' is longer than this system allows.", entry->path);
                else
                        c->rc = file_matches(&s, path, &want, &right, &c->err);
                if (!c->rc && !right)
                        c->rc = access(path, F_OK) < 0 ? err_set(&c->err, RC_CORRUPT, "%s is missing.", path)
                                : err_set(&c->err, RC_CORRUPT, "%s is not what was logged.", path);
        }
        scratch_done(&s);
}

static void check_done(struct job *job)
{
        struct check *c = (struct check *)job;
        struct verify *v = c->verify;

        c->busy = false;
        v->under_way--;
        if (c->rc) {
                engine_fail(v->engine, c->rc, &c->err);
                return;
        }
        for (size_t i = c->from; i < c->to; i++) {
                const struct entry *entry = &v->artifact->entries.items[i];

                progress_bytes(v->engine, entry->path, entry->size, entry->size, (int64_t)entry->size);
                progress_done(v->engine, entry->path, entry->size, false);
        }
}

static bool more(void *payload)
{
        struct verify *v = payload;

        for (size_t i = 0; i < CHECKS && v->at < v->artifact->entries.count; i++) {
                struct check *c = &v->checks[i];

                if (c->busy)
                        continue;
                *c = (struct check){ .verify = v, .busy = true, .from = v->at, .job = { .work = check_work, .done = check_done } };
                v->at += v->artifact->entries.count - v->at < CHECK_FILES ? v->artifact->entries.count - v->at : CHECK_FILES;
                c->to = v->at;
                v->under_way++;
                engine_work(v->engine, &c->job);
        }
        return v->under_way > 0;
}

static enum rc verify(struct vitrine_artifact *a, const char *root, bool strict, struct err *err)
{
        struct verify *v;
        uint64_t bytes = 0;
        enum rc rc = require_version(a, err);

        if (!rc && !root)
                rc = err_set(err, RC_INVALID, "The directory to compare with is missing.");
        if (!rc)
                rc = artifact_need_manifest(a, err);
        if (rc)
                return rc;
        v = mem_alloc_zero(1, sizeof(*v));
        if (!v)
                return mem_fail(err);
        v->engine = a->session->engine;
        v->artifact = a;
        v->root = root;
        for (size_t i = 0; i < a->entries.count; i++)
                bytes += a->entries.items[i].size;
        progress_begin(v->engine, VITRINE_OPERATION_VERIFY, a->entries.count, bytes);
        rc = engine_run(v->engine, more, v, err);
        progress_end(v->engine);
        mem_free(v);
        return rc || !strict ? rc : tidy(a, root, false, err);
}

enum vitrine_code vitrine_artifact_verify(vitrine_artifact *version, const char *root, int strict,
                                          struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, verify(version, root, strict != 0, &err), &err, error);
}
