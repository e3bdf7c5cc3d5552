/*
 * client/download.c - a version's files into a directory.
 *
 * A window of files moves over the manifest. Each is looked for by a job on another thread: is it in place,
 * is it in the cache (then it is copied and checked on the way)? If not, the job takes the lock of its
 * part, so that of all processes with one cache exactly one fetches it; the others come back to it
 * and find it in the cache. For those that are left addresses are asked for, some hundred at a time.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "client/pull.h"

enum { WINDOW_MAX = 384, WINDOW_MIN = 8, LOOK_FILES = 32, ASK_MAX = 256, ASKS_MAX = 2, LARGES_MAX = 4, BUSY_MS = 30, LOOKS_MAX = 16 };
#define HELD_MAX (16u * 1024 * 1024)

/* ---- looking for what is there ---- */

struct look {
        struct job job;
        struct pull *pull;
        struct file *files[LOOK_FILES];
        size_t count;
        enum rc rc;
        struct err err;
};

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

static void push(struct file **queue, struct file *file)
{
        file->queue = *queue;
        *queue = file;
}

static struct file *pop(struct file **queue)
{
        struct file *file = *queue;

        if (file) {
                *queue = file->queue;
                file->queue = NULL;
        }
        return file;
}

static void need(struct file *file)
{
        push(&file->pull->needed, file);
        file->pull->needed_count++;
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
                        push(&pull->busy, file);
                } else {
                        need(file);
                }
        }
        mem_free(look);
}

/* ---- the files of the window ---- */

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
        need(file);
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

static enum rc file_new(struct pull *pull, const struct entry *entry, struct file **ret, struct err *err)
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
static enum rc judge(const struct pull *pull, const struct entry *entry, bool *ret, struct err *err)
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

static enum rc start_look(struct pull *pull, struct err *err)
{
        struct look *look = mem_alloc_zero(1, sizeof(*look));
        uint64_t now = clock_mono_ms(), bytes = 0;
        struct file *later = NULL, *file;
        enum rc rc = RC_OK;

        if (!look)
                return mem_fail(err);
        look->pull = pull;
        look->job = (struct job){ .work = look_work, .done = look_done };
        while ((file = pop(&pull->busy)) != NULL) {
                if (file->due_ms <= now && look->count < LOOK_FILES)
                        look->files[look->count++] = file;
                else
                        push(&later, file);
        }
        pull->busy = later;
        while (look->count < LOOK_FILES && bytes < 4 * 1024 * 1024 && pull->active < pull->window && !rc &&
               pull->at < pull->artifact->entries.count) {
                const struct entry *entry = &pull->artifact->entries.items[pull->at];
                bool fetch = false;

                rc = judge(pull, entry, &fetch, err);
                if (!rc && fetch)
                        rc = file_new(pull, entry, &look->files[look->count], err);
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

/* ---- addresses ---- */

#define FILES_FIELDS "files(names: $names, first: $first) { edges { node { name directUrl } } }"

static const char member_files[] =
        "query ArtifactMembershipFiles($entity: String!, $project: String!, $collection: String!, $alias: String!, "
        "$names: [String!], $first: Int) { project(name: $project, entityName: $entity) { artifactCollection(name: "
        "$collection) { artifactMembership(aliasName: $alias) { " FILES_FIELDS " } } } }";
static const char artifact_files[] =
        "query ArtifactFiles($id: ID!, $names: [String!], $first: Int) { artifact(id: $id) { " FILES_FIELDS " } }";

/* What is reached through a registry is read through it: the source may be closed to the reader. */
static const char *write_question(const struct vitrine_artifact *a, struct vars *vars)
{
        if (!a->facts.project[0]) {
                vars_text(vars, "id", a->facts.id);
                return artifact_files;
        }
        vars_text(vars, "entity", a->facts.entity);
        vars_text(vars, "project", a->facts.project);
        vars_text(vars, "collection", a->facts.collection);
        vars_text(vars, "alias", a->facts.version);
        return member_files;
}

static const struct json *first_edge(const struct json *data)
{
        const struct json *edges = dig(data, "artifact.files.edges");

        if (!edges)
                edges = dig(data, "project.artifactCollection.artifactMembership.files.edges");
        return edges ? edges->first : NULL;
}

enum rc file_url(struct vitrine_artifact *a, struct arena *arena, const char *path, const char **ret, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL, *edge;
        const char *document;
        struct str url;
        enum rc rc;

        vars_begin(&vars);
        document = write_question(a, &vars);
        json_key(&vars.w, STR("names"));
        json_begin_array(&vars.w);
        json_string(&vars.w, str_from(path));
        json_end_array(&vars.w);
        json_key_int(&vars.w, "first", 1);
        rc = call(a->session, arena, document, &vars, &data, err);
        if (rc)
                return rc;
        edge = first_edge(data);
        url = json_text(dig(edge, "node"), "directUrl");
        if (str_is_empty(url))
                return err_set(err, RC_NOT_FOUND, "The server has no address for '%s' in '%s'.", path, a->facts.qualified);
        *ret = arena_cstr(arena, url);
        return *ret ? RC_OK : mem_fail(err);
}

struct ask {
        struct call_task call;
        struct pull *pull;
        struct file *files[ASK_MAX];  /* in byte order of their paths */
        size_t count;
};

static int by_path(const void *a, const void *b)
{
        const struct file *const *left = a, *const *right = b;

        return strcmp((*left)->entry->path, (*right)->entry->path);
}

static struct file *find_asked(struct ask *ask, struct str path)
{
        size_t low = 0, high = ask->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = str_cmp(str_from(ask->files[middle]->entry->path), path);

                if (order == 0)
                        return ask->files[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

static enum rc take_addresses(struct ask *ask, const struct json *data, struct err *err)
{
        for (const struct json *edge = first_edge(data); edge; edge = edge->next) {
                const struct json *node = dig(edge, "node");
                struct file *file = find_asked(ask, json_text(node, "name"));
                struct str url = json_text(node, "directUrl");

                if (!file || file->url || str_is_empty(url))
                        continue;
                file->url = mem_alloc(url.len + 1);
                if (!file->url)
                        return mem_fail(err);
                memcpy(file->url, url.ptr, url.len);
                file->url[url.len] = '\0';
        }
        for (size_t i = ask->count; i > 0; i--) {
                if (!ask->files[i - 1]->url)
                        return err_set(err, RC_NOT_FOUND, "The server has no address for '%s': it may have been deleted.",
                                       ask->files[i - 1]->entry->path);
                push(&ask->pull->ready, ask->files[i - 1]);
        }
        return RC_OK;
}

static void ask_done(struct call_task *call, struct arena *arena, enum rc rc, const struct json *data, const struct err *err)
{
        struct ask *ask = (struct ask *)call;
        struct err mine = *err;

        (void)arena;
        ask->pull->asking--;
        if (!rc)
                rc = take_addresses(ask, data, &mine);
        if (rc)
                engine_fail(ask->pull->engine, rc, &mine);
        ask->count = 0;
}

static enum rc start_ask(struct pull *pull, struct ask *ask, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const char *document;
        struct file *file;
        enum rc rc;

        while (ask->count < ASK_MAX && (file = pop(&pull->needed)) != NULL) {
                file->asked++;
                ask->files[ask->count++] = file;
        }
        pull->needed_count -= ask->count;
        qsort(ask->files, ask->count, sizeof(struct file *), by_path);
        vars_begin(&vars);
        document = write_question(pull->artifact, &vars);
        json_key(&vars.w, STR("names"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < ask->count; i++)
                json_string(&vars.w, str_from(ask->files[i]->entry->path));
        json_end_array(&vars.w);
        json_key_int(&vars.w, "first", (int64_t)ask->count);
        call_task_done(&ask->call);
        ask->pull = pull;
        ask->call.done = ask_done;
        rc = call_task_start(pull->session, &ask->call, document, &vars, err);
        if (!rc)
                pull->asking++;
        return rc;
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

        while (!rc && (file = pop(&pull->ready)) != NULL) {
                if (file->want.size <= SMALL_MAX && !file->want.any_size) {
                        if (pull->held_bytes + file->want.size > HELD_MAX)
                                push(&later, file);
                        else
                                rc = small_start(file, err);
                } else if (pull->larges >= LARGES_MAX && !file->large) {
                        push(&later, file);
                } else {
                        rc = large_start(file, err);
                }
        }
        while ((file = pop(&later)) != NULL)
                push(&pull->ready, file);
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

                rc = start_look(pull, &err);
                if (pull->looking == before)
                        break;
        }
        for (size_t i = 0; i < ASKS_MAX && !rc && pull->needed; i++)
                if (round->asks[i].count == 0 && (pull->needed_count >= ASK_MAX / 2 || !pull->looking))
                        rc = start_ask(pull, &round->asks[i], &err);
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
                enum rc rc = judge(pull, entry, &fetch, err);

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
