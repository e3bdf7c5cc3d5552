/*
 * client/cache.c - files by their digest, shared by all sessions of a user.
 *
 *   DIR/obj/md5/ab/cdef...   whole files; the name is the digest in hex (obj/xxh for XXH128)
 *   DIR/part/md5-abcdef...   files that are coming; whoever downloads one holds its lock
 *   DIR/size                 about how many bytes there are, so that not every session has to count
 *
 * Files are written as parts and renamed, or linked from nameless ones: under a name in obj there is always
 * the whole. Every use reads the bytes and compares the digest, so a damaged file costs a download and
 * nothing else. The time of change is the time of last use; the bound removes the oldest.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/store.h"

bool cache_path(const struct vitrine_session *session, const struct want *want, char ret[static 4096])
{
        char hex[33];

        if (!session->cache_dir)
                return false;
        crypto_hex_to(hex, want->digest, 16);
        return snprintf(ret, 4096, "%s/obj/%s/%.2s/%s", session->cache_dir, want->xxh ? "xxh" : "md5", hex, hex + 2) < 4096;
}

bool cache_part_path(const struct vitrine_session *session, const struct want *want, char ret[static 4096])
{
        char hex[33];

        if (!session->cache_dir)
                return false;
        crypto_hex_to(hex, want->digest, 16);
        return snprintf(ret, 4096, "%s/part/%s-%s", session->cache_dir, want->xxh ? "xxh" : "md5", hex) < 4096;
}

/* ---- looking at all of it ---- */

struct object {
        int64_t used_ns;
        uint64_t size;
        char name[36];                /* "m/" or "x/", then the digest in hex */
};

struct objects {
        struct object *items;
        size_t count, cap;
        uint64_t bytes;
};

static bool add_object(struct objects *all, char kind, const char *two, const char *rest, const struct stat *st)
{
        struct object *object;

        if (all->count == all->cap) {
                size_t cap = all->cap ? all->cap * 2 : 256;
                struct object *grown = mem_resize(all->items, cap * sizeof(*grown));

                if (!grown)
                        return false;
                all->items = grown;
                all->cap = cap;
        }
        object = &all->items[all->count++];
        object->used_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
        object->size = (uint64_t)st->st_size;
        (void)snprintf(object->name, sizeof(object->name), "%c/%.2s%.30s", kind, two, rest);
        all->bytes += object->size;
        return true;
}

static bool scan_two(struct objects *all, char kind, const char *dir, const char *two)
{
        DIR *handle = opendir(dir);
        struct dirent *child;
        struct stat st;
        bool fine = true;

        while (handle && fine && (child = readdir(handle)) != NULL)
                if (strlen(child->d_name) == 30 && fstatat(dirfd(handle), child->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                    S_ISREG(st.st_mode))
                        fine = add_object(all, kind, two, child->d_name, &st);
        if (handle)
                (void)closedir(handle);
        return fine;
}

static enum rc scan(const struct vitrine_session *session, struct objects *all, struct err *err)
{
        static const char *const kinds[] = { "md5", "xxh" };
        char dir[4096], two[3];

        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
                for (unsigned i = 0; i < 256; i++) {
                        (void)snprintf(two, sizeof(two), "%02x", i);
                        if (snprintf(dir, sizeof(dir), "%s/obj/%s/%s", session->cache_dir, kinds[k], two) >= (int)sizeof(dir))
                                return err_set(err, RC_INVALID, "The path of the cache is too long.");
                        if (!scan_two(all, kinds[k][0], dir, two))
                                return mem_fail(err);
                }
        return RC_OK;
}

static bool object_path(const struct vitrine_session *session, const struct object *object, char ret[static 4096])
{
        return snprintf(ret, 4096, "%s/obj/%s/%.2s/%s", session->cache_dir, object->name[0] == 'm' ? "md5" : "xxh",
                        object->name + 2, object->name + 4) < 4096;
}

static int by_use(const void *a, const void *b)
{
        const struct object *left = a, *right = b;

        return (left->used_ns > right->used_ns) - (left->used_ns < right->used_ns);
}

/* The size file is a guess that is put right whenever somebody counts. */
static void note_size(const struct vitrine_session *session, uint64_t bytes)
{
        _cleanup_(fd_close) int fd = -1;
        char path[4096], text[32];
        int len;

        if (snprintf(path, sizeof(path), "%s/size", session->cache_dir) >= (int)sizeof(path))
                return;
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)bytes);
        if (fd >= 0 && write(fd, text, (size_t)len) < 0)
                return;
}

static uint64_t noted_size(const struct vitrine_session *session)
{
        _cleanup_(fd_close) int fd = -1;
        char path[4096], text[32] = "";

        if (snprintf(path, sizeof(path), "%s/size", session->cache_dir) >= (int)sizeof(path))
                return 0;
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
                return 0;
        return strtoull(text, NULL, 10);
}

static enum rc shrink(struct vitrine_session *session, uint64_t keep_bytes, uint64_t *ret_freed, struct err *err)
{
        struct objects all = { 0 };
        uint64_t freed = 0;
        char path[4096];
        enum rc rc = scan(session, &all, err);

        if (!rc) {
                if (all.count)
                        qsort(all.items, all.count, sizeof(*all.items), by_use);
                for (size_t i = 0; i < all.count && all.bytes - freed > keep_bytes; i++)
                        if (object_path(session, &all.items[i], path) && unlink(path) == 0)
                                freed += all.items[i].size;
                note_size(session, all.bytes - freed);
                *ret_freed = freed;
        }
        mem_free(all.items);
        return rc;
}

void cache_bound(struct vitrine_session *session, uint64_t added_bytes)
{
        uint64_t size, freed = 0;
        struct err err = { 0 };

        if (!session->cache_dir || !added_bytes)
                return;
        size = noted_size(session) + added_bytes;
        note_size(session, size);
        if (size > session->cache_max_bytes &&
            shrink(session, session->cache_max_bytes - session->cache_max_bytes / 5, &freed, &err))
                session_log(session, VITRINE_LOG_WARNING, "The cache could not be made smaller: %s", err.msg);
}

/* ---- the public face ---- */

const char *vitrine_cache_dir(const vitrine_session *session)
{
        return session->cache_dir ? session->cache_dir : "";
}

static enum rc require_cache(const struct vitrine_session *session, struct err *err)
{
        return session->cache_dir ? RC_OK : err_set(err, RC_CONFLICT, "The session has no cache: give it a directory for one.");
}

enum vitrine_code vitrine_cache_usage(vitrine_session *session, uint64_t *ret_files, uint64_t *ret_bytes,
                                      struct vitrine_error *error)
{
        struct objects all = { 0 };
        struct err err = { 0 };
        enum rc rc = require_cache(session, &err);

        if (!rc)
                rc = scan(session, &all, &err);
        if (!rc) {
                *ret_files = all.count;
                *ret_bytes = all.bytes;
                note_size(session, all.bytes);
        }
        mem_free(all.items);
        return border(NULL, rc, &err, error);
}

/* Parts nobody is working on. */
static void remove_parts(struct vitrine_session *session)
{
        char path[4096];
        struct dirent *child;
        DIR *handle;

        if (snprintf(path, sizeof(path), "%s/part", session->cache_dir) >= (int)sizeof(path))
                return;
        handle = opendir(path);
        while (handle && (child = readdir(handle)) != NULL) {
                int fd = openat(dirfd(handle), child->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

                if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
                        (void)unlinkat(dirfd(handle), child->d_name, 0);
                fd_close(&fd);
        }
        if (handle)
                (void)closedir(handle);
}

enum vitrine_code vitrine_cache_clean(vitrine_session *session, uint64_t keep_bytes, uint64_t *ret_freed_bytes,
                                      struct vitrine_error *error)
{
        uint64_t freed = 0;
        struct err err = { 0 };
        enum rc rc = require_cache(session, &err);

        if (!rc)
                rc = shrink(session, keep_bytes, &freed, &err);
        if (!rc && keep_bytes == 0)
                remove_parts(session);
        if (!rc && ret_freed_bytes)
                *ret_freed_bytes = freed;
        return border(NULL, rc, &err, error);
}

static enum rc check_all(struct vitrine_session *session, uint64_t *ret_files, uint64_t *ret_removed, struct err *err)
{
        struct objects all = { 0 };
        struct scratch scratch;
        uint64_t removed = 0;
        char path[4096];
        enum rc rc = scratch_begin(&scratch, session->engine, err);

        if (rc)
                return rc;
        rc = scan(session, &all, err);
        for (size_t i = 0; i < all.count && !rc; i++) {
                struct want want = { .any_size = true, .xxh = all.items[i].name[0] == 'x' };
                bool right = false;

                if (!object_path(session, &all.items[i], path) || !crypto_unhex(str_from(all.items[i].name + 2), want.digest, 16))
                        continue;
                rc = file_matches(&scratch, path, &want, &right, err);
                if (!rc && !right && unlink(path) == 0)
                        removed++;
        }
        if (!rc) {
                *ret_files = all.count;
                *ret_removed = removed;
        }
        mem_free(all.items);
        scratch_done(&scratch);
        return rc;
}

enum vitrine_code vitrine_cache_check(vitrine_session *session, uint64_t *ret_files, uint64_t *ret_removed,
                                      struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = require_cache(session, &err);

        if (!rc)
                rc = check_all(session, ret_files, ret_removed, &err);
        return border(NULL, rc, &err, error);
}
