/*
 * client/draft.c - drafts: what is to be logged is put together here, nothing is sent.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/artifact.h"
#include "crypto/crypto.h"
#include "model/model.h"
#include "model/names.h"

enum { DEPTH_MAX = 64 };

/* ---- making one ---- */

static void random_id(char ret[static 129])
{
        static const char digits[] = "0123456789abcdef";
        uint8_t random[64];

        crypto_random(random, sizeof(random));
        for (size_t i = 0; i < 64; i++) {
                ret[2 * i] = digits[random[i] >> 4];
                ret[2 * i + 1] = digits[random[i] & 15];
        }
        ret[128] = '\0';
}

/* The wandb client's rule for names that artifacts are logged under. */
static enum rc check_name(const char *name, struct err *err)
{
        enum rc rc = model_check_artifact_name(str_from(name ? name : ""), err);

        if (rc)
                return rc;
        for (const char *c = name; *c; c++)
                if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                      *c == '_' || *c == '-' || *c == '.'))
                        return err_set(err, RC_INVALID, "The artifact's name '%s' may have letters, digits, '_', '-' and '.' only.",
                                       name);
        return RC_OK;
}

static enum rc set_texts(struct vitrine_artifact *draft, const char *description, const char *metadata, struct err *err)
{
        struct facts *f = &draft->facts;
        enum rc rc = RC_OK;

        if (metadata)
                rc = model_check_metadata(&f->arena, str_from(metadata), NULL, err);
        if (!rc && description)
                rc = model_check_description(str_from(description), err);
        if (rc)
                return rc;
        if (metadata)
                f->metadata = arena_text(&f->arena, str_from(metadata));
        if (description)
                f->description = arena_text(&f->arena, str_from(description));
        return arena_failed(&f->arena) ? mem_fail(err) : RC_OK;
}

static enum rc make(struct vitrine_session *session, const char *name, const char *type,
                    const struct vitrine_artifact_options *o, struct vitrine_artifact **ret, struct err *err)
{
        struct vitrine_artifact *draft;
        struct facts facts = { 0 };
        enum rc rc = check_name(name, err);

        if (!rc)
                rc = model_check_type_name(str_from(type ? type : ""), err);
        if (rc)
                return rc;
        arena_begin(&facts.arena);
        facts.collection = facts.name = arena_text(&facts.arena, str_from(name));
        facts.type = arena_text(&facts.arena, str_from(type));
        facts.metadata = "{}";
        if (arena_failed(&facts.arena)) {
                arena_done(&facts.arena);
                return mem_fail(err);
        }
        rc = artifact_of(session, &facts, &draft, err);
        if (rc)
                return rc;
        draft->draft = true;
        draft->incremental = o->incremental != 0;
        random_id(draft->client_id);
        random_id(draft->sequence_client_id);
        rc = set_texts(draft, o->description, o->metadata_json, err);
        if (rc) {
                vitrine_artifact_free(draft);
                return rc;
        }
        *ret = draft;
        return RC_OK;
}

enum vitrine_code vitrine_artifact_new(vitrine_session *session, const char *name, const char *type,
                                       const struct vitrine_artifact_options *options, vitrine_artifact **ret_artifact,
                                       struct vitrine_error *error)
{
        struct vitrine_artifact_options o = VITRINE_ARTIFACT_OPTIONS_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc)
                rc = make(session, name, type, &o, ret_artifact, &err);
        session->http_status = 0;
        return border(session, rc, &err, error);
}

static enum rc copy_entries(struct entries *to, const struct entries *from, struct err *err)
{
        for (size_t i = 0; i < from->count; i++) {
                const struct entry *old = &from->items[i];
                struct entry *entry = entries_add(to, str_from(old->path));
                const char *path;

                if (!entry)
                        return mem_fail(err);
                path = entry->path;
                *entry = *old;
                entry->path = path;
                entry->order = (uint32_t)i;
                if (old->reference)
                        entry->reference = arena_text(&to->arena, str_from(old->reference));
                if (old->extra)
                        entry->extra = arena_text(&to->arena, str_from(old->extra));
                if (old->digest)
                        entry->digest = arena_text(&to->arena, str_from(old->digest));
                if (old->birth)
                        entry->birth = arena_text(&to->arena, str_from(old->birth));
        }
        return arena_failed(&to->arena) ? mem_fail(err) : RC_OK;
}

static enum rc new_draft(struct vitrine_artifact *version, struct vitrine_artifact **ret, struct err *err)
{
        struct vitrine_artifact_options o = VITRINE_ARTIFACT_OPTIONS_INIT;
        struct vitrine_artifact *draft = NULL;
        enum rc rc = require_version(version, err);

        if (!rc)
                rc = artifact_need_manifest(version, err);
        if (rc)
                return rc;
        o.description = version->facts.description;
        o.metadata_json = version->facts.metadata;
        rc = make(version->session, version->facts.source_collection, version->facts.type, &o, &draft, err);
        if (rc)
                return rc;
        rc = copy_entries(&draft->entries, &version->entries, err);
        if (!rc) {
                draft->base_id = arena_text(&draft->entries.arena, str_from(version->facts.id));
                rc = draft->base_id ? RC_OK : mem_fail(err);
        }
        if (rc) {
                vitrine_artifact_free(draft);
                return rc;
        }
        *ret = draft;
        return RC_OK;
}

enum vitrine_code vitrine_artifact_new_draft(vitrine_artifact *version, vitrine_artifact **ret_draft,
                                             struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, new_draft(version, ret_draft, &err), &err, error);
}

/* ---- adding ---- */

static enum rc add(struct vitrine_artifact *draft, struct str name, struct entry **ret, struct err *err)
{
        enum rc rc = require_draft(draft, err);

        if (!rc)
                rc = model_check_path(name, err);
        if (rc)
                return rc;
        /* An entry that failed before was taken back: what this one lacks is the question. */
        draft->entries.arena.failed = false;
        *ret = entries_add(&draft->entries, name);
        return *ret ? RC_OK : mem_fail(err);
}

/* After add() something failed: as if it had not been. */
static enum rc take_back(struct vitrine_artifact *draft, struct err *err)
{
        draft->entries.count--;
        return mem_fail(err);
}

static enum rc add_local(struct vitrine_artifact *draft, const char *local_path, struct str name, uint64_t size, struct err *err)
{
        struct entry *entry = NULL;
        enum rc rc = add(draft, name, &entry, err);

        if (rc)
                return rc;
        entry->local = arena_cstr(&draft->entries.arena, str_from(local_path));
        entry->size = size;
        return entry->local ? RC_OK : take_back(draft, err);
}

static struct str last_part(const char *path)
{
        struct str text = str_from(path);
        size_t at;

        while (text.len > 1 && text.ptr[text.len - 1] == '/')
                text.len--;
        for (at = text.len; at > 0 && text.ptr[at - 1] != '/'; at--)
                ;
        return str_slice(text, at, text.len);
}

static enum rc add_file(struct vitrine_artifact *draft, const char *local_path, const char *name, struct err *err)
{
        struct stat st;

        if (!local_path || stat(local_path, &st) < 0)
                return err_set_errno(err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "%s cannot be added",
                                     local_path ? local_path : "A file without a name");
        if (!S_ISREG(st.st_mode))
                return err_set(err, RC_INVALID, "%s is not a file: add directories with their own function.", local_path);
        return add_local(draft, local_path, name ? str_from(name) : last_part(local_path), (uint64_t)st.st_size, err);
}

enum vitrine_code vitrine_artifact_add_file(vitrine_artifact *draft, const char *local_path, const char *name,
                                            struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(NULL, add_file(draft, local_path, name, &err), &err, error);
}

struct walk {
        struct vitrine_artifact *draft;
        struct buf local, name;       /* of the directory that is being read, with '/' at the end of name */
        struct err *err;
        dev_t devices[DEPTH_MAX];     /* of the directories we are in, against links in a circle */
        ino_t inodes[DEPTH_MAX];
        unsigned depth;
};

static enum rc walk_dir(struct walk *w);

static enum rc walk_one(struct walk *w, const char *child)
{
        size_t local_len = w->local.len, name_len = w->name.len;
        struct stat st;
        enum rc rc = RC_OK;

        buf_printf(&w->local, "/%s", child);
        buf_add_str(&w->name, str_from(child));
        (void)buf_cstr(&w->local);
        if (w->local.failed || w->name.failed)
                return mem_fail(w->err);
        if (stat(w->local.ptr, &st) < 0)
                rc = err_set_errno(w->err, RC_IO, "%s cannot be added", w->local.ptr);
        else if (S_ISREG(st.st_mode))
                rc = add_local(w->draft, w->local.ptr, buf_str(&w->name), (uint64_t)st.st_size, w->err);
        else if (S_ISDIR(st.st_mode)) {
                buf_add_c(&w->name, '/');
                rc = w->name.failed ? mem_fail(w->err) : walk_dir(w);
        }
        w->local.len = local_len;
        w->name.len = name_len;
        return rc;
}

static void dir_close(DIR **dir)
{
        if (*dir)
                (void)closedir(*dir);
}

/* The directory named by w->local. Recursion is as deep as the directories are, at most DEPTH_MAX. */
static enum rc walk_dir(struct walk *w)
{
        _cleanup_(dir_close) DIR *dir = NULL;
        struct dirent *child;
        struct stat st;
        enum rc rc;

        dir = opendir(buf_cstr(&w->local));
        if (!dir || fstat(dirfd(dir), &st) < 0)
                return err_set_errno(w->err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "%s cannot be read", w->local.ptr);
        for (unsigned i = 0; i < w->depth; i++)
                if (w->devices[i] == st.st_dev && w->inodes[i] == st.st_ino)
                        return err_set(w->err, RC_INVALID, "%s leads back to a directory above it.", w->local.ptr);
        if (w->depth == DEPTH_MAX)
                return err_set(w->err, RC_TOO_LARGE, "%s is more than %d directories deep.", w->local.ptr, DEPTH_MAX);
        w->devices[w->depth] = st.st_dev;
        w->inodes[w->depth++] = st.st_ino;
        while ((errno = 0, child = readdir(dir)) != NULL) {
                if (strcmp(child->d_name, ".") == 0 || strcmp(child->d_name, "..") == 0)
                        continue;
                rc = walk_one(w, child->d_name);
                if (rc)
                        return rc;
        }
        w->depth--;
        return errno ? err_set_errno(w->err, RC_IO, "%s cannot be read", w->local.ptr) : RC_OK;
}

static enum rc add_dir(struct vitrine_artifact *draft, const char *local_dir, const char *prefix, struct err *err)
{
        struct walk w = { .draft = draft, .err = err, .local = { .fallible = true }, .name = { .fallible = true } };
        size_t before = draft->entries.count;
        enum rc rc = require_draft(draft, err);

        if (rc)
                return rc;
        buf_add_str(&w.local, str_from(local_dir));
        while (w.local.len > 1 && w.local.ptr[w.local.len - 1] == '/')
                w.local.len--;
        if (prefix && prefix[0]) {
                buf_add_str(&w.name, str_from(prefix));
                while (w.name.len && w.name.ptr[w.name.len - 1] == '/')
                        w.name.len--;
                buf_add_c(&w.name, '/');
        }
        rc = w.local.failed || w.name.failed ? mem_fail(err) : walk_dir(&w);
        if (rc)
                draft->entries.count = before;
        buf_done(&w.local);
        buf_done(&w.name);
        return rc;
}

enum vitrine_code vitrine_artifact_add_dir(vitrine_artifact *draft, const char *local_dir, const char *prefix,
                                           struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(NULL, add_dir(draft, local_dir, prefix, &err), &err, error);
}

enum vitrine_code vitrine_artifact_add_bytes(vitrine_artifact *draft, const char *name, const void *data,
                                             size_t size_bytes, struct vitrine_error *error)
{
        struct entry *entry = NULL;
        struct err err = { 0 };
        enum rc rc = add(draft, str_from(name ? name : ""), &entry, &err);

        if (!rc) {
                entry->data = arena_cstr(&draft->entries.arena, (struct str){ size_bytes ? data : "", size_bytes });
                entry->size = size_bytes;
                rc = entry->data ? RC_OK : take_back(draft, &err);
        }
        return border(NULL, rc, &err, error);
}

/* ---- references ---- */

struct looked_up {
        struct task task;
        bool over;
        enum rc rc;
        struct err err;
        char etag[512];
};

static void head_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct looked_up *l = (struct looked_up *)task;

        l->over = true;
        l->rc = rc;
        l->err = *err;
        if (!rc && answer->etag.len < sizeof(l->etag) && answer->etag.len)
                memcpy(l->etag, answer->etag.ptr, answer->etag.len);
}

static bool head_not_over(void *payload)
{
        return !((struct looked_up *)payload)->over;
}

/* The ETag of an address, without its quotes, as the wandb client has it; "" when there is none. */
static enum rc look_up(struct vitrine_session *session, const char *uri, char ret[static 512], struct err *err)
{
        struct looked_up l = { .over = false };
        size_t len;
        enum rc rc;

        l.task = (struct task){ .http = { .method = "HEAD", .url = uri, .body_fd = -1,
                                          .stall_s = session->options.stall_timeout_s },
                                .free = true, .what = "a reference", .end = head_end };
        engine_add(session->engine, &l.task);
        rc = engine_run(session->engine, head_not_over, &l, err);
        if (!rc && l.rc) {
                *err = l.err;
                rc = l.rc;
        }
        if (rc)
                return err_prefix(err, rc, "%s", uri);
        len = strlen(l.etag);
        if (len >= 2 && l.etag[0] == '"' && l.etag[len - 1] == '"') {
                memmove(l.etag, l.etag + 1, len - 2);
                l.etag[len - 2] = '\0';
        }
        memcpy(ret, l.etag, 512);
        return RC_OK;
}

static enum rc set_reference(struct vitrine_artifact *draft, struct entry *entry, const char *uri,
                             const struct vitrine_reference_options *o, struct err *err)
{
        struct arena *arena = &draft->entries.arena;
        struct json *extra = NULL;
        char etag[512] = "";
        enum rc rc = RC_OK;

        entry->present = true;
        entry->reference = arena_text(arena, str_from(uri));
        if (o->size_bytes != UINT64_MAX) {
                entry->size = o->size_bytes;
                entry->has_size = true;
        }
        if (o->extra_json) {
                rc = json_parse(arena, str_from(o->extra_json), NULL, &extra, err);
                if (!rc && extra->kind != JSON_OBJECT)
                        rc = err_set(err, RC_INVALID, "The extra of a reference must be a JSON object.");
                entry->extra = arena_text(arena, str_from(o->extra_json));
        }
        if (!rc && !o->digest && !o->no_checksum &&
            (strncmp(uri, "http://", 7) == 0 || strncmp(uri, "https://", 8) == 0))
                rc = look_up(draft->session, uri, etag, err);
        if (rc)
                return rc;
        entry->digest = arena_text(arena, str_from(o->digest ? o->digest : etag[0] ? etag : uri));
        if (etag[0] && !strpbrk(etag, "\"\\") && !entry->extra)
                entry->extra = arena_printf(arena, "{\"etag\":\"%s\"}", etag).ptr;
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

/* file:// is read: the digest is that of the bytes, and the entry keeps its address. */
static enum rc add_file_reference(struct vitrine_artifact *draft, const char *uri, const char *name, struct err *err)
{
        const char *local = uri + 7;
        size_t before = draft->entries.count;
        struct stat st;
        enum rc rc;

        if (stat(local, &st) < 0)
                return err_set_errno(err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "%s cannot be added", uri);
        if (S_ISDIR(st.st_mode))
                rc = add_dir(draft, local, name, err);
        else
                rc = add_file(draft, local, name, err);
        for (size_t i = before; i < draft->entries.count && !rc; i++) {
                struct entry *entry = &draft->entries.items[i];

                entry->present = true;
                entry->reference = arena_printf(&draft->entries.arena, "file://%s", entry->local).ptr;
                if (!entry->reference) {
                        draft->entries.count = before;
                        rc = mem_fail(err);
                }
        }
        return rc;
}

static enum rc add_reference(struct vitrine_artifact *draft, const char *uri, const char *name,
                             const struct vitrine_reference_options *o, struct err *err)
{
        struct entry *entry = NULL;
        struct str path;
        enum rc rc = require_draft(draft, err);

        if (rc)
                return rc;
        if (!uri || !strstr(uri, "://"))
                return err_set(err, RC_INVALID, "A reference needs an address with a scheme, such as s3://bucket/key.");
        if (strncmp(uri, "file://", 7) == 0 && !o->digest && !o->no_checksum)
                return add_file_reference(draft, uri, name, err);
        path = name ? str_from(name) : last_part(strstr(uri, "://") + 3);
        if (!name)
                path = str_slice(path, 0, str_find(path, '?', 0) == SIZE_MAX ? path.len : str_find(path, '?', 0));
        rc = add(draft, path, &entry, err);
        if (rc)
                return rc;
        rc = set_reference(draft, entry, uri, o, err);
        if (rc)
                draft->entries.count--;
        return rc;
}

enum vitrine_code vitrine_artifact_add_reference(vitrine_artifact *draft, const char *uri, const char *name,
                                                 const struct vitrine_reference_options *options,
                                                 struct vitrine_error *error)
{
        struct vitrine_reference_options o = VITRINE_REFERENCE_OPTIONS_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc)
                rc = add_reference(draft, uri, name, &o, &err);
        return border(draft->session, rc, &err, error);
}

static enum rc add_artifact_file(struct vitrine_artifact *draft, struct vitrine_artifact *version, const char *version_path,
                                 const char *name, struct err *err)
{
        struct arena *arena = &draft->entries.arena;
        const struct entry *old;
        struct entry *entry = NULL;
        char hex[257];
        enum rc rc = require_version(version, err);

        if (!rc)
                rc = artifact_need_manifest(version, err);
        if (rc)
                return rc;
        old = entries_find(&version->entries, version_path);
        if (!old)
                return err_set(err, RC_NOT_FOUND, "'%s' has no file '%s'.", version->facts.qualified, version_path);
        if (strlen(version->facts.id) > 128)
                return fail_protocol(err, "a long id");
        rc = add(draft, str_from(name ? name : version_path), &entry, err);
        if (rc)
                return rc;
        {
                uint8_t id[128];
                size_t len = strlen(version->facts.id) / 4 * 3;

                for (size_t cut = 0; cut < 3; cut++)
                        if (crypto_unbase64_to(str_from(version->facts.id), id, len - cut)) {
                                crypto_hex_to(hex, id, len - cut);
                                entry->reference = arena_printf(arena, "wandb-artifact://%s/%s", hex, version_path).ptr;
                        }
        }
        entry->present = true;
        memcpy(entry->md5, old->md5, sizeof(entry->md5));
        entry->hashed = old->hashed;
        if (old->digest)
                entry->digest = arena_text(arena, str_from(old->digest));
        entry->size = old->size;
        entry->has_size = old->has_size;
        if (!entry->reference || arena_failed(arena))
                return take_back(draft, err);
        return RC_OK;
}

enum vitrine_code vitrine_artifact_add_artifact_file(vitrine_artifact *draft, vitrine_artifact *version,
                                                     const char *version_path, const char *name,
                                                     struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(draft->session, add_artifact_file(draft, version, version_path, name, &err), &err, error);
}

enum vitrine_code vitrine_artifact_remove(vitrine_artifact *draft, const char *name, struct vitrine_error *error)
{
        struct entries *entries = &draft->entries;
        struct str wanted = str_from(name ? name : "");
        bool below = str_ends(wanted, STR("/"));
        struct err err = { 0 };
        enum rc rc = require_draft(draft, &err);
        size_t kept = 0, before;

        if (rc)
                return border(NULL, rc, &err, error);
        entries_sort(entries);
        before = entries->count;
        for (size_t i = 0; i < before; i++) {
                struct str path = str_from(entries->items[i].path);

                if (below ? !str_starts(path, wanted) : !str_eq(path, wanted))
                        entries->items[kept++] = entries->items[i];
        }
        entries->count = kept;
        if (kept == before)
                rc = err_set(&err, RC_NOT_FOUND, "The artifact has no '%.*s'.", STR_ARG(wanted));
        return border(NULL, rc, &err, error);
}

/* ---- looking at entries ---- */

static enum rc list(struct vitrine_artifact *artifact, struct err *err)
{
        if (!artifact->draft)
                return artifact_need_manifest(artifact, err);
        entries_sort(&artifact->entries);
        return RC_OK;
}

/* Digests are kept as bytes; as text they live in the artifact's arena from when they were asked for. */
static enum rc describe(struct vitrine_artifact *artifact, struct entry *entry, struct vitrine_entry *ret, struct err *err)
{
        struct vitrine_entry e = VITRINE_ENTRY_INIT;
        size_t size = ret->size < sizeof(e) && ret->size >= sizeof(size_t) ? ret->size : sizeof(e);
        char room[32];

        if (!entry->digest && entry->hashed) {
                entry->digest = arena_text(&artifact->entries.arena, str_from(entry_digest(entry, room)));
                if (!entry->digest)
                        return mem_fail(err);
        }
        e.path = entry->path;
        e.digest = entry->digest ? entry->digest : "";
        e.size_bytes = entry->size;
        e.reference = entry->reference;
        e.extra_json = entry->extra;
        e.local_path = entry->local;
        e.size = size;
        memcpy(ret, &e, size);
        return RC_OK;
}

enum vitrine_code vitrine_artifact_entry_count(vitrine_artifact *artifact, size_t *ret_count, struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = list(artifact, &err);

        if (!rc)
                *ret_count = artifact->entries.count;
        return border(artifact->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_entry(vitrine_artifact *artifact, size_t index, struct vitrine_entry *ret_entry,
                                         struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = list(artifact, &err);

        if (!rc && index >= artifact->entries.count)
                rc = err_set(&err, RC_NOT_FOUND, "The artifact has no entry number %zu.", index);
        if (!rc)
                rc = describe(artifact, &artifact->entries.items[index], ret_entry, &err);
        return border(artifact->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_entry_find(vitrine_artifact *artifact, const char *path, struct vitrine_entry *ret_entry,
                                              struct vitrine_error *error)
{
        struct err err = { 0 };
        struct entry *entry = NULL;
        enum rc rc = list(artifact, &err);

        if (!rc) {
                entry = entries_find(&artifact->entries, path ? path : "");
                rc = entry ? describe(artifact, entry, ret_entry, &err)
                           : err_set(&err, RC_NOT_FOUND, "The artifact has no '%s'.", path ? path : "");
        }
        return border(artifact->session, rc, &err, error);
}
