/*
 * client/follow.c - references that a download follows: http and https, and files of other artifacts.
 *
 * They come after the files, one after another. What is known of them is checked before they get their name:
 * the size; of http the ETag, or the MD5 where the digest is one; of another artifact's file that its digest is still
 * the one that was logged. A reference that was logged without a checksum has its address for a digest: then there is
 * nothing to hold it against. No key goes to those addresses, and nothing of them is kept in the cache, but for files of
 * artifacts, which are fetched as all others are.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/pull.h"

enum { DEPTH_MAX = 8 };
static const char artifact_scheme[] = "wandb-artifact://";

static bool is_http(const struct entry *entry)
{
        return strncmp(entry->reference, "http://", 7) == 0 || strncmp(entry->reference, "https://", 8) == 0;
}

bool follows(const struct entry *entry)
{
        return is_http(entry) || strncmp(entry->reference, artifact_scheme, strlen(artifact_scheme)) == 0;
}

/* Its address for a digest: nobody looked. */
static bool unchecked(const struct entry *entry)
{
        return entry->digest && strcmp(entry->digest, entry->reference) == 0;
}

static enum rc changed(const struct entry *entry, struct err *err)
{
        return err_set(err, RC_CORRUPT, "'%s' is not what was logged any more: %s has other content now.", entry->path,
                       entry->reference);
}

/* ---- http ---- */

struct web_get {
        struct task task;
        struct engine *engine;
        const struct entry *entry;
        struct nameless file;
        struct crypto_digest *md5;
        uint64_t got;
        char etag[512];
        bool over;
        enum rc rc;
        struct err err, refusal;
        enum rc refusal_rc;
};

/* From the start: what is behind the address may be another thing by now. */
static enum rc web_begin(struct task *task, struct err *err)
{
        struct web_get *g = (struct web_get *)task;

        if (g->got)
                progress_bytes(g->engine, g->entry->path, g->entry->size, 0, -(int64_t)g->got);
        g->got = 0;
        crypto_digest_reset(g->md5);
        return ftruncate(g->file.fd, 0) < 0 ? err_set_errno(err, RC_IO, "'%s' cannot be written", g->entry->path) : RC_OK;
}

static bool web_data(struct net_request *http, const void *data, size_t len)
{
        struct web_get *g = http->payload;

        if (g->entry->has_size && len > g->entry->size - g->got)
                g->refusal_rc = changed(g->entry, &g->refusal);
        else
                g->refusal_rc = fd_pwrite_all(g->file.fd, data, len, g->got, &g->refusal);
        if (g->refusal_rc)
                return false;
        crypto_digest_add(g->md5, data, len);
        g->got += len;
        engine_moved(g->engine, &g->task, len);
        progress_bytes(g->engine, g->entry->path, g->entry->size, g->got, (int64_t)len);
        return true;
}

static void web_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct web_get *g = (struct web_get *)task;
        struct str etag = answer ? answer->etag : STR_NULL;

        g->over = true;
        g->rc = g->refusal_rc ? g->refusal_rc : rc;
        g->err = g->refusal_rc ? g->refusal : *err;
        if (etag.len >= 2 && etag.ptr[0] == '"' && etag.ptr[etag.len - 1] == '"')
                etag = str_slice(etag, 1, etag.len - 1);
        if (etag.len && etag.len < sizeof(g->etag))
                memcpy(g->etag, etag.ptr, etag.len);
}

static bool web_not_over(void *payload)
{
        return !((struct web_get *)payload)->over;
}

static enum rc web_check(struct web_get *g, struct err *err)
{
        const struct entry *entry = g->entry;
        uint8_t md5[16];
        char room[32];

        if (entry->has_size && g->got != entry->size)
                return changed(entry, err);
        if (unchecked(entry) || strcmp(g->etag, entry_digest(entry, room)) == 0)
                return RC_OK;
        crypto_digest_end(g->md5, md5);
        return entry->hashed && !entry->xxh && memcmp(md5, entry->md5, sizeof(md5)) == 0 ? RC_OK : changed(entry, err);
}

static enum rc web_run(const struct pull *pull, struct web_get *g, const char *path, struct err *err)
{
        enum rc rc;

        g->task = (struct task){
                .http = { .method = "GET", .url = g->entry->reference, .body_fd = -1, .large = true,
                          .stall_s = pull->session->options.stall_timeout_s, .data = web_data },
                .free = true, .what = "a reference", .path = g->entry->path, .begin = web_begin, .end = web_end,
        };
        progress_file(pull->engine, g->entry->path, g->entry->size);
        engine_add(pull->engine, &g->task);
        rc = engine_run(pull->engine, web_not_over, g, err);
        if (!rc && g->rc) {
                *err = g->err;
                rc = g->rc;
        }
        if (!rc)
                rc = web_check(g, err);
        return rc ? rc : nameless_name(&g->file, path, err);
}

static enum rc follow_web(const struct pull *pull, const struct entry *entry, const char *path, struct err *err)
{
        struct web_get g = { .engine = pull->engine, .entry = entry, .file = { .fd = -1 } };
        struct scratch s = { .engine = pull->engine };
        enum rc rc;

        g.md5 = crypto_digest_try_new(CRYPTO_MD5);
        if (!g.md5)
                return mem_fail(err);
        rc = nameless_open(&s, path, &g.file, err);
        if (!rc)
                rc = web_run(pull, &g, path, err);
        nameless_drop(&g.file);
        (void)crypto_digest_free(g.md5);
        return rc;
}

/* ---- files of other artifacts ---- */

/* wandb-artifact://ID/PATH, the id in hexadecimal. */
static enum rc read_address(const struct entry *entry, struct arena *arena, const char **ret_id, const char **ret_path,
                            struct err *err)
{
        const char *hex = entry->reference + strlen(artifact_scheme), *slash = strchr(hex, '/');
        uint8_t bytes[128];
        size_t len = slash ? (size_t)(slash - hex) / 2 : 0;
        char *id;

        if (!len || len > sizeof(bytes) || !slash[1] || !crypto_unhex((struct str){ hex, (size_t)(slash - hex) }, bytes, len))
                return err_set(err, RC_INVALID, "'%s' is a reference to %s, which is no address of a file in an artifact.",
                               entry->path, entry->reference);
        id = arena_alloc(arena, 4 * ((len + 2) / 3) + 1);
        if (!id)
                return mem_fail(err);
        crypto_base64_to(id, bytes, len);
        *ret_id = id;
        *ret_path = slash + 1;
        return RC_OK;
}

/* *artifact: the one that was asked last, as many references often lead to one. */
static enum rc follow_artifact(const struct pull *pull, const struct entry *entry, const char *path,
                               struct vitrine_artifact **artifact, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *id = NULL, *name = NULL;
        const struct entry *target;
        char here[32], there[32];
        enum rc rc;

        if (pull->depth >= DEPTH_MAX)
                return err_set(err, RC_INVALID, "'%s' is a reference to a reference, and so on: more than %d are not followed.",
                               entry->path, DEPTH_MAX);
        arena_begin(&arena);
        rc = read_address(entry, &arena, &id, &name, err);
        if (!rc && (!*artifact || strcmp((*artifact)->facts.id, id) != 0)) {
                vitrine_artifact_free(*artifact);
                *artifact = NULL;
                rc = artifact_by_id(pull->session, id, artifact, err);
                if (!rc)
                        rc = artifact_need_manifest(*artifact, err);
        }
        if (rc)
                return err_prefix(err, rc, "'%s', a reference to %s", entry->path, entry->reference);
        target = entries_find(&(*artifact)->entries, name);
        if (!target)
                return err_set(err, RC_NOT_FOUND, "'%s' is a reference to '%s' in '%s', which has no such file.", entry->path,
                               name, (*artifact)->facts.qualified);
        if (!unchecked(entry) && strcmp(entry_digest(entry, here), entry_digest(target, there)) != 0)
                return changed(entry, err);
        return pull_one(*artifact, pull->o, name, path, pull->depth + 1, err);
}

/* ---- all of them ---- */

static enum rc follow(const struct pull *pull, const struct entry *entry, struct vitrine_artifact **artifact, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *path = pull->single;
        enum rc rc;

        arena_begin(&arena);
        if (!path)
                path = arena_printf(&arena, "%s/%s", pull->root, entry->path).ptr;
        if (!path)
                return mem_fail(err);
        if (!is_http(entry))
                return follow_artifact(pull, entry, path, artifact, err);
        rc = follow_web(pull, entry, path, err);
        if (!rc)
                progress_done(pull->engine, entry->path, entry->size, false);
        return rc;
}

enum rc follow_all(const struct pull *pull, struct err *err)
{
        struct vitrine_artifact *artifact = NULL;
        enum rc rc = RC_OK;

        for (size_t i = 0; i < pull->artifact->entries.count && !rc; i++) {
                const struct entry *entry = &pull->artifact->entries.items[i];

                if (entry->reference && pull_wants(pull, entry) && follows(entry))
                        rc = follow(pull, entry, &artifact, err);
        }
        vitrine_artifact_free(artifact);
        return rc;
}
