/*
 * client/download.c - a version's files into a directory.
 *
 * A window of files moves over the manifest. Each is looked for (look.c); for those that are neither in place nor in the
 * cache addresses are asked for (addresses.c), then they are fetched, small ones as a whole (fetch.c), large ones in
 * segments (large.c). References come last (follow.c). A file is in one queue at a time: busy (another process fetches it),
 * needed, or ready.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/pull.h"

enum { WINDOW_MAX = 384, WINDOW_MIN = 8, ASKS_MAX = 2, LARGES_MAX = 4, LOOKS_MAX = 16 };
#define HELD_MAX (16u * 1024 * 1024)

/* ---- the files of the window ---- */

void queue_push(struct file **queue, struct file *file)
{
        file->queue = *queue;
        *queue = file;
}

struct file *queue_pop(struct file **queue)
{
        struct file *file = *queue;

        if (file) {
                *queue = file->queue;
                file->queue = NULL;
        }
        return file;
}

void file_need(struct file *file)
{
        queue_push(&file->pull->needed, file);
        file->pull->needed_count++;
}

char *part_path_of(const struct file *file, char room[static 4096])
{
        const char *slash = strrchr(file->path, '/');

        if (file->use_cache)
                return cache_part_path(file->pull->session, &file->want, room) ? room : NULL;
        if (snprintf(room, 4096, "%.*s.%s.vitrine-part", slash ? (int)(slash + 1 - file->path) : 0, file->path,
                     slash ? slash + 1 : file->path) >= 4096)
                return NULL;
        return room;
}

static void file_free(struct file *file)
{
        struct pull *pull = file->pull;

        if (file->prev)
                file->prev->next = file->next;
        else
                pull->all = file->next;
        if (file->next)
                file->next->prev = file->prev;
        pull->active--;
        large_drop(file);
        fd_close(&file->part_fd);
        mem_free(file->bytes);
        mem_free(file->url);
        mem_free(file->path);
        mem_free(file);
}

/*
 * A download without cache that was cut short left its part beside the file; one with cache that came later does
 * not need it. Whoever is at it right now holds its lock and keeps it.
 */
static void drop_beside(struct file *file)
{
        _cleanup_(fd_close) int fd = -1;
        bool use_cache = file->use_cache;
        char part[4096];

        if (!use_cache || file->want.size <= SMALL_MAX)
                return;
        file->use_cache = false;
        if (part_path_of(file, part)) {
                fd = open(part, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
                if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
                        (void)unlink(part);
        }
        file->use_cache = use_cache;
}

void file_finish(struct file *file, bool skipped)
{
        drop_beside(file);
        progress_done(file->pull->engine, file->entry->path, file->want.size, skipped);
        file_free(file);
}

void file_fail(struct file *file, enum rc rc, const struct err *err)
{
        struct err mine = *err;

        if (!session_canceled(file->pull->session) && mine.sys_errno != ENOMEM)
                (void)err_prefix(&mine, rc, "Downloading '%s'", file->entry->path);
        engine_fail(file->pull->engine, rc, &mine);
}

void file_ask_again(struct file *file)
{
        mem_free(file->url);
        file->url = NULL;
        file_need(file);
}

void file_restart(struct file *file)
{
        struct err err = { 0 };

        if (file->restarted) {
                file_fail(file, err_set(&err, RC_CORRUPT, "The server's bytes are not what the digest promises."), &err);
                return;
        }
        file->restarted = true;
        file_ask_again(file);
}

/* A cache on a disk that is nearly full would make the download fail, which can do without. */
static bool cache_has_room(const struct pull *pull, uint64_t size)
{
        struct statvfs fs;

        if (size <= SMALL_MAX || statvfs(pull->session->cache_dir, &fs) < 0)
                return true;
        return (uint64_t)fs.f_bavail * fs.f_frsize / 2 > size;
}

enum rc file_begin(struct pull *pull, const struct entry *entry, struct file **ret, struct err *err)
{
        struct file *file = mem_alloc_zero(1, sizeof(*file));
        size_t size = strlen(pull->root) + strlen(entry->path) + 2;

        if (!file)
                return mem_fail(err);
        file->pull = pull;
        file->entry = entry;
        file->part_fd = -1;
        file->want = want_of(entry);
        file->use_cache = pull->session->cache_dir && !pull->o->no_cache && entry->has_size &&
                          entry->size <= pull->session->cache_max_bytes / 2 && cache_has_room(pull, entry->size);
        file->path = pull->single ? copy_cstr(pull->single) : mem_alloc(size);
        if (file->path && !pull->single)
                (void)snprintf(file->path, size, "%s/%s", pull->root, entry->path);
        file->next = pull->all;
        if (pull->all)
                pull->all->prev = file;
        pull->all = file;
        pull->active++;
        if (!file->path) {
                file_free(file);
                return mem_fail(err);
        }
        *ret = file;
        return RC_OK;
}

bool pull_wants(const struct pull *pull, const struct entry *entry)
{
        if (pull->single)
                return strcmp(entry->path, pull->prefix) == 0;
        return !pull->prefix || strncmp(entry->path, pull->prefix, strlen(pull->prefix)) == 0;
}

/*
 * RC_OK and *ret: is it to be fetched with the others? References that are followed come later; those that nobody can follow
 * are an error unless they are to be skipped.
 */
enum rc pull_judge(const struct pull *pull, const struct entry *entry, bool *ret, struct err *err)
{
        *ret = pull_wants(pull, entry);
        if (!*ret || !entry->reference)
                return RC_OK;
        if (strncmp(entry->reference, "file://", 7) == 0 && entry->hashed)
                return RC_OK;
        *ret = false;
        if (pull->o->skip_references || follows(entry))
                return RC_OK;
        return err_set(err, RC_INVALID, "'%s' is a reference to %s, which cannot be fetched from here: leave references out, "
                       "or fetch it by itself.", entry->path, entry->reference);
}

/* ---- the round ---- */

struct round {
        struct pull pull;
        struct ask asks[ASKS_MAX];
};

static enum rc start_ready(struct pull *pull, struct err *err)
{
        struct file *later = NULL, *file;
        enum rc rc = RC_OK;

        while (!rc && (file = queue_pop(&pull->ready)) != NULL) {
                if (file->want.size <= SMALL_MAX && !file->want.any_size) {
                        if (pull->held_bytes + file->want.size > HELD_MAX)
                                queue_push(&later, file);
                        else
                                rc = small_start(file, err);
                } else if (pull->larges >= LARGES_MAX && !file->large) {
                        queue_push(&later, file);
                } else {
                        rc = large_start(file, err);
                }
        }
        while ((file = queue_pop(&later)) != NULL)
                queue_push(&pull->ready, file);
        return rc;
}

static bool more(void *payload)
{
        struct round *round = payload;
        struct pull *pull = &round->pull;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        while (!rc && pull->looking < LOOKS_MAX) {
                size_t before = pull->looking;

                rc = look_start(pull, &err);
                if (pull->looking == before)
                        break;
        }
        for (size_t i = 0; i < ASKS_MAX && !rc && pull->needed; i++)
                if (round->asks[i].count == 0 && (pull->needed_count >= ASK_MAX / 2 || !pull->looking))
                        rc = ask_start(pull, &round->asks[i], &err);
        if (!rc)
                rc = start_ready(pull, &err);
        if (rc)
                engine_fail(pull->engine, rc, &err);
        return pull->active > 0 || pull->at < pull->artifact->entries.count;
}

static enum rc count_all(const struct pull *pull, uint64_t *ret_files, uint64_t *ret_bytes, struct err *err)
{
        for (size_t i = 0; i < pull->artifact->entries.count; i++) {
                const struct entry *entry = &pull->artifact->entries.items[i];
                bool fetch = false;
                enum rc rc = pull_judge(pull, entry, &fetch, err);

                if (rc)
                        return rc;
                if (fetch || (entry->reference && !pull->o->skip_references && pull_wants(pull, entry) && follows(entry))) {
                        ++*ret_files;
                        *ret_bytes += entry->size;
                }
        }
        return RC_OK;
}

/* A quarter of the descriptors that the process may have: the application and the connections want some, too. */
static size_t choose_window(void)
{
        struct rlimit limit;
        size_t window = WINDOW_MAX;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 < window)
                window = (size_t)limit.rlim_cur / 4;
        return window < WINDOW_MIN ? WINDOW_MIN : window;
}

static enum rc run_pull(struct round *round, struct err *err)
{
        struct pull *pull = &round->pull;
        uint64_t files = 0, bytes = 0;
        enum rc rc = count_all(pull, &files, &bytes, err);

        if (rc)
                return rc;
        pull->window = choose_window();
        if (!pull->depth)
                progress_begin(pull->engine, VITRINE_OPERATION_DOWNLOAD, files, bytes);
        rc = engine_run(pull->engine, more, round, err);
        while (pull->all)
                file_free(pull->all);
        for (size_t i = 0; i < ASKS_MAX; i++)
                call_task_done(&round->asks[i].call);
        cache_bound(pull->session, pull->cached_bytes);
        if (!rc && !pull->o->skip_references)
                rc = follow_all(pull, err);
        if (!pull->depth)
                progress_end(pull->engine);
        return rc;
}

static enum rc pull_entries(struct vitrine_artifact *a, const struct vitrine_download_options *o, const char *root,
                            const char *single, const char *prefix, unsigned depth, struct err *err)
{
        struct round *round;
        enum rc rc = require_version(a, err);

        if (!rc)
                rc = artifact_need_manifest(a, err);
        if (rc)
                return rc;
        if (single && !entries_find(&a->entries, prefix))
                return err_set(err, RC_NOT_FOUND, "'%s' has no file '%s'.", a->facts.qualified, prefix);
        round = mem_alloc_zero(1, sizeof(*round));
        if (!round)
                return mem_fail(err);
        round->pull = (struct pull){ .session = a->session, .engine = a->session->engine, .artifact = a, .o = o,
                                     .root = root, .single = single, .prefix = prefix, .depth = depth };
        rc = run_pull(round, err);
        mem_free(round);
        return rc;
}

enum rc pull_one(struct vitrine_artifact *a, const struct vitrine_download_options *o, const char *path,
                 const char *local_path, unsigned depth, struct err *err)
{
        return pull_entries(a, o, "", local_path, path, depth, err);
}

/* ---- the public face ---- */

static enum rc root_of(const struct vitrine_artifact *a, const struct vitrine_download_options *o, struct arena *arena,
                       const char **ret, struct err *err)
{
        *ret = o->root ? arena_text(arena, str_from(o->root[0] ? o->root : "."))
                       : arena_printf(arena, "./artifacts/%s", a->facts.name).ptr;
        return *ret ? RC_OK : mem_fail(err);
}

static enum rc download(struct vitrine_artifact *a, const struct vitrine_download_options *o, char **ret_root, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *root = NULL;
        char *copy;
        enum rc rc = require_version(a, err);

        if (rc)
                return rc;
        arena_begin(&arena);
        rc = root_of(a, o, &arena, &root, err);
        if (!rc)
                rc = path_make_dirs(root, 0777, err);
        if (!rc)
                rc = pull_entries(a, o, root, NULL, o->path_prefix, 0, err);
        if (!rc && o->prune)
                rc = tidy_prune(a, root, err);
        if (rc || !ret_root)
                return rc;
        copy = copy_cstr(root);
        if (!copy)
                return mem_fail(err);
        *ret_root = copy;
        return RC_OK;
}

enum vitrine_code vitrine_artifact_download(vitrine_artifact *version, const struct vitrine_download_options *options,
                                            char **ret_root, struct vitrine_error *error)
{
        struct vitrine_download_options o = VITRINE_DOWNLOAD_OPTIONS_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc)
                rc = download(version, &o, ret_root, &err);
        return border(version->session, rc, &err, error);
}

static enum rc download_file(struct vitrine_artifact *a, const char *path, const char *local_path,
                             const struct vitrine_download_options *o, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *root = NULL;
        enum rc rc = require_version(a, err);

        if (rc)
                return rc;
        arena_begin(&arena);
        rc = root_of(a, o, &arena, &root, err);
        if (!rc && !local_path) {
                local_path = arena_printf(&arena, "%s/%s", root, path).ptr;
                rc = local_path ? RC_OK : mem_fail(err);
        }
        return rc ? rc : pull_entries(a, o, root, local_path, path, 0, err);
}

enum vitrine_code vitrine_artifact_download_file(vitrine_artifact *version, const char *path, const char *local_path,
                                                 const struct vitrine_download_options *options,
                                                 struct vitrine_error *error)
{
        struct vitrine_download_options o = VITRINE_DOWNLOAD_OPTIONS_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc)
                rc = download_file(version, path ? path : "", local_path, &o, &err);
        return border(version->session, rc, &err, error);
}
