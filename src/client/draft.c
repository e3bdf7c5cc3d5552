/*
 * client/draft.c - drafts: what is to be logged is put together here, nothing is sent.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/draft.h"
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

enum rc draft_add(struct vitrine_artifact *draft, struct str name, struct entry **ret, struct err *err)
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

/* After draft_add() something failed: as if it had not been. */
enum rc draft_take_back(struct vitrine_artifact *draft, struct err *err)
{
        draft->entries.count--;
        return mem_fail(err);
}

static enum rc add_local(struct vitrine_artifact *draft, const char *local_path, struct str name, uint64_t size, struct err *err)
{
        struct entry *entry = NULL;
        enum rc rc = draft_add(draft, name, &entry, err);

        if (rc)
                return rc;
        entry->local = arena_cstr(&draft->entries.arena, str_from(local_path));
        entry->size = size;
        return entry->local ? RC_OK : draft_take_back(draft, err);
}

struct str path_last(const char *path)
{
        struct str text = str_from(path);
        size_t at;

        while (text.len > 1 && text.ptr[text.len - 1] == '/')
                text.len--;
        for (at = text.len; at > 0 && text.ptr[at - 1] != '/'; at--)
                ;
        return str_slice(text, at, text.len);
}

enum rc draft_add_file(struct vitrine_artifact *draft, const char *local_path, const char *name, struct err *err)
{
        struct stat st;

        if (!local_path || stat(local_path, &st) < 0)
                return err_set_errno(err, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "%s cannot be added",
                                     local_path ? local_path : "A file without a name");
        if (!S_ISREG(st.st_mode))
                return err_set(err, RC_INVALID, "%s is not a file: add directories with their own function.", local_path);
        return add_local(draft, local_path, name ? str_from(name) : path_last(local_path), (uint64_t)st.st_size, err);
}

enum vitrine_code vitrine_artifact_add_file(vitrine_artifact *draft, const char *local_path, const char *name,
                                            struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(NULL, draft_add_file(draft, local_path, name, &err), &err, error);
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

enum rc draft_add_dir(struct vitrine_artifact *draft, const char *local_dir, const char *prefix, struct err *err)
{
        struct walk w = { .draft = draft, .err = err, .local = { .fallible = true }, .name = { .fallible = true } };
        size_t before = draft->entries.count;
        enum rc rc = require_draft(draft, err);

        if (rc)
                return rc;
        if (!local_dir || !local_dir[0])
                return err_set(err, RC_INVALID, "The name of a directory is missing.");
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

        return border(NULL, draft_add_dir(draft, local_dir, prefix, &err), &err, error);
}

enum vitrine_code vitrine_artifact_add_bytes(vitrine_artifact *draft, const char *name, const void *data,
                                             size_t size_bytes, struct vitrine_error *error)
{
        struct entry *entry = NULL;
        struct err err = { 0 };
        enum rc rc = draft_add(draft, str_from(name ? name : ""), &entry, &err);

        if (!rc) {
                entry->data = arena_cstr(&draft->entries.arena, (struct str){ size_bytes ? data : "", size_bytes });
                entry->size = size_bytes;
                rc = entry->data ? RC_OK : draft_take_back(draft, &err);
        }
        return border(NULL, rc, &err, error);
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

                if (below ? !str_starts(path, wanted) : !str_eq(path, wanted)) {
                        entries->items[kept] = entries->items[i];
                        entries->items[kept].order = (uint32_t)kept; /* what is added from now on comes later */
                        kept++;
                }
        }
        entries->count = kept;
        if (kept == before)
                rc = err_set(&err, RC_NOT_FOUND, "The artifact has no '%.*s'.", STR_ARG(wanted));
        return border(NULL, rc, &err, error);
}
