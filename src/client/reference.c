/*
 * client/reference.c - references in a draft: to what is kept elsewhere, and to files of other artifacts.
 *
 * Of http the ETag is asked for and becomes the digest, as the wandb client has it; file:// is read. What
 * a download makes of them: client/follow.c.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "client/draft.h"
#include "crypto/crypto.h"

struct looked_up {
        struct task task;
        bool over;
        enum rc rc;
        struct err err;
        char etag[512];
        int64_t content_bytes;        /* -1: not said */
};

static void head_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct looked_up *l = (struct looked_up *)task;

        l->over = true;
        l->rc = rc;
        l->err = *err;
        if (!rc && answer->etag.len < sizeof(l->etag) && answer->etag.len)
                memcpy(l->etag, answer->etag.ptr, answer->etag.len);
        if (!rc)
                l->content_bytes = answer->content_bytes;
}

static bool head_not_over(void *payload)
{
        return !((struct looked_up *)payload)->over;
}

/* The ETag of an address, without its quotes, as the wandb client has it; "" when there is none. And its size; -1: not said. */
static enum rc look_up(struct vitrine_session *session, const char *uri, char ret[static 512], int64_t *ret_bytes,
                       struct err *err)
{
        struct looked_up l = { .content_bytes = -1 };
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
        *ret_bytes = l.content_bytes;
        return RC_OK;
}

static enum rc set_reference(struct vitrine_artifact *draft, struct entry *entry, const char *uri,
                             const struct vitrine_reference_options *o, struct err *err)
{
        struct arena *arena = &draft->entries.arena;
        struct json *extra = NULL;
        char etag[512] = "";
        int64_t content_bytes = -1;
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
                rc = look_up(draft->session, uri, etag, &content_bytes, err);
        if (rc)
                return rc;
        if (!entry->has_size && content_bytes >= 0) {
                entry->size = (uint64_t)content_bytes;
                entry->has_size = true;
        }
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
                rc = draft_add_dir(draft, local, name, err);
        else
                rc = draft_add_file(draft, local, name, err);
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
        path = name ? str_from(name) : path_last(strstr(uri, "://") + 3);
        if (!name)
                path = str_slice(path, 0, str_find(path, '?', 0) == SIZE_MAX ? path.len : str_find(path, '?', 0));
        rc = draft_add(draft, path, &entry, err);
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
        rc = draft_add(draft, str_from(name ? name : version_path), &entry, err);
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
                return draft_take_back(draft, err);
        return RC_OK;
}

enum vitrine_code vitrine_artifact_add_artifact_file(vitrine_artifact *draft, vitrine_artifact *version,
                                                     const char *version_path, const char *name,
                                                     struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(draft->session, add_artifact_file(draft, version, version_path, name, &err), &err, error);
}
