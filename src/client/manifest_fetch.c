/*
 * client/manifest_fetch.c - the manifest of a version: into memory, or past it.
 *
 * Most questions want all entries at hand: artifact_need_manifest(). Who only looks at one after the other
 * (listing.c) gets them by artifact_walk(), which needs the same memory for a million of them as for ten: the text goes into a
 * file without a name, while each entry is read, held against the one before, digested and dropped; then it is read once more
 * from there. So nothing of a manifest is handed out before all of it was found to be right.
 *
 * A manifest with few entries, one that is not in order (every client writes it in order, but nothing forces one to), and one
 * for whose copy there is no place are read into memory. The copy stays with the artifact.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/artifact.h"
#include "client/store.h"
#include "client/stream.h"

enum { IN_MEMORY_MAX = 4096, PIECE = 64 * 1024 };

/* What the copy must be held against while it is made. */
struct passing {
        struct stream stream;
        struct manifest_reader *reader;
        struct entries entries;       /* never more than the one that is being read */
        struct nameless copy;
        struct crypto_digest *md5, *xxh;
        struct buf last;              /* path */
        bool any_xxh;
        bool unfit;                   /* not in order, or the copy cannot be written */
};

struct loading {
        struct stream stream;
        struct manifest_reader *reader;
};

static enum rc find_url(struct vitrine_artifact *a, struct arena *arena, const char **ret, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        struct str url;
        enum rc rc;

        vars_begin(&vars);
        vars_text(&vars, "id", a->facts.id);
        rc = call(a->session, arena, "query ArtifactManifest($id: ID!) { artifact(id: $id) { currentManifest { file { "
                  "directUrl } } } }", &vars, &data, err);
        if (rc)
                return rc;
        url = json_text(dig(data, "artifact.currentManifest.file"), "directUrl");
        if (str_is_empty(url))
                return err_set(err, RC_NOT_FOUND, "'%s' has no manifest, or you may not see it.", a->facts.qualified);
        *ret = arena_cstr(arena, url);
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

static enum rc wrong_digest(const struct vitrine_artifact *a, struct err *err)
{
        return err_set(err, RC_CORRUPT, "The manifest of '%s' is not the one its digest promises.", a->facts.qualified);
}

/* ---- into memory ---- */

static bool take_into_memory(struct stream *stream, struct str bytes)
{
        struct loading *l = (struct loading *)stream;

        stream->refusal_rc = manifest_reader_feed(l->reader, bytes, false, &stream->refusal);
        return stream->refusal_rc == RC_OK;
}

static enum rc check_digest(struct vitrine_artifact *a, struct err *err)
{
        bool xxh = false;
        char digest[33];
        enum rc rc;

        for (size_t i = 0; i < a->entries.count; i++)
                xxh = xxh || a->entries.items[i].xxh;
        rc = entries_digest(&a->entries, xxh, digest, err);
        if (!rc && xxh && strcmp(digest, a->facts.digest) != 0)
                rc = entries_digest(&a->entries, false, digest, err); /* one of both kinds in an MD5 artifact */
        if (!rc && strcmp(digest, a->facts.digest) != 0)
                rc = wrong_digest(a, err);
        return rc;
}

static enum rc read_manifest(struct vitrine_artifact *a, const char *url, struct err *err)
{
        struct loading l = { .stream.take = take_into_memory };
        enum rc rc = manifest_reader_new(&a->entries, &l.reader, err);

        if (rc)
                return rc;
        rc = stream_run(a->session, &l.stream, url, "the manifest", err);
        if (!rc)
                rc = manifest_reader_feed(l.reader, STR(""), true, err);
        manifest_reader_free(l.reader);
        if (rc)
                return rc;
        entries_sort(&a->entries);
        return check_digest(a, err);
}

enum rc artifact_need_manifest(struct vitrine_artifact *a, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *url = NULL;
        enum rc rc;

        if (a->draft || a->manifest_known)
                return RC_OK;
        arena_begin(&arena);
        rc = find_url(a, &arena, &url, err);
        if (rc)
                return rc;
        rc = read_manifest(a, url, err);
        if (rc)
                entries_done(&a->entries);
        else
                a->manifest_known = true;
        return rc;
}

/* ---- past it: the copy ---- */

static enum rc pass_entry(void *payload, struct entry *entry, struct err *err)
{
        struct passing *p = payload;

        if (p->last.len && strcmp(buf_cstr(&p->last), entry->path) >= 0) {
                p->unfit = true;
                return err_set(err, RC_CONFLICT, "The manifest is not in order.");
        }
        buf_clear(&p->last);
        buf_add_str(&p->last, str_from(entry->path));
        entry_digest_add(p->md5, entry);
        entry_digest_add(p->xxh, entry);
        p->any_xxh = p->any_xxh || entry->xxh;
        return p->last.failed ? mem_fail(err) : RC_OK;
}

static bool take_past(struct stream *stream, struct str bytes)
{
        struct passing *p = (struct passing *)stream;

        stream->refusal_rc = fd_write_all(p->copy.fd, bytes.ptr, bytes.len, &stream->refusal);
        if (stream->refusal_rc)
                p->unfit = true;
        else
                stream->refusal_rc = manifest_reader_feed(p->reader, bytes, false, &stream->refusal);
        return stream->refusal_rc == RC_OK;
}

/* In the cache, or where files are that nobody keeps; not in /tmp, which often is memory. */
static enum rc open_copy(struct vitrine_session *session, struct nameless *ret, struct err *err)
{
        struct scratch s = { .engine = session->engine };
        const char *dir = session->cache_dir ? session->cache_dir : getenv("TMPDIR");
        char path[4096];
        enum rc rc;

        if (snprintf(path, sizeof(path), "%s/manifest", dir ? dir : "/var/tmp") >= (int)sizeof(path))
                return err_set(err, RC_INVALID, "The path of the cache is longer than this system allows.");
        rc = nameless_open(&s, path, ret, err);
        if (!rc && ret->beside[0]) {
                (void)unlink(ret->beside);
                ret->beside[0] = '\0';
        }
        return rc;
}

static enum rc check_passed(const struct vitrine_artifact *a, struct passing *p, struct err *err)
{
        char md5[33], xxh[33];

        entries_digest_end(p->md5, md5);
        entries_digest_end(p->xxh, xxh);
        if (strcmp(md5, a->facts.digest) == 0 || (p->any_xxh && strcmp(xxh, a->facts.digest) == 0))
                return RC_OK;
        return wrong_digest(a, err);
}

static enum rc pass_manifest(struct vitrine_artifact *a, struct passing *p, const char *url, struct err *err)
{
        enum rc rc;

        p->md5 = crypto_digest_try_new(CRYPTO_MD5);
        p->xxh = crypto_digest_try_new(CRYPTO_XXH128);
        if (!p->md5 || !p->xxh)
                return mem_fail(err);
        entries_digest_begin(p->md5);
        entries_digest_begin(p->xxh);
        rc = manifest_reader_new(&p->entries, &p->reader, err);
        if (rc)
                return rc;
        manifest_reader_each(p->reader, pass_entry, p);
        rc = stream_run(a->session, &p->stream, url, "the manifest", err);
        if (!rc)
                rc = manifest_reader_feed(p->reader, STR(""), true, err);
        return rc ? rc : check_passed(a, p, err);
}

/* *ret_made false: it is to be read into memory. */
static enum rc make_copy(struct vitrine_artifact *a, bool *ret_made, struct err *err)
{
        struct passing p = { .stream.take = take_past, .copy.fd = -1, .last.fallible = true };
        _cleanup_arena_ struct arena arena = { 0 };
        const char *url = NULL;
        enum rc rc;

        *ret_made = false;
        if (open_copy(a->session, &p.copy, err) != RC_OK) {
                *err = (struct err){ 0 };
                return RC_OK;
        }
        arena_begin(&arena);
        entries_begin(&p.entries);
        rc = find_url(a, &arena, &url, err);
        if (!rc)
                rc = pass_manifest(a, &p, url, err);
        manifest_reader_free(p.reader);
        entries_done(&p.entries);
        buf_done(&p.last);
        (void)crypto_digest_free(p.md5);
        (void)crypto_digest_free(p.xxh);
        if (!rc) {
                a->copy_fd = TAKE_FD(p.copy.fd);
                a->copied = *ret_made = true;
        }
        nameless_drop(&p.copy);
        if (!p.unfit)
                return rc;
        *err = (struct err){ 0 };
        return RC_OK;
}

/* ---- past it: one after the other ---- */

struct walk {
        struct vitrine_artifact *artifact;
        enum rc (*each)(void *payload, struct entry *entry, struct err *err);
        void *payload;
        struct entries entries;
        struct manifest_reader *reader;
        char *piece;
};

static enum rc walk_copy(struct walk *w, struct err *err)
{
        const struct vitrine_artifact *a = w->artifact;
        enum rc rc = manifest_reader_new(&w->entries, &w->reader, err);
        uint64_t at = 0;
        ssize_t got;

        if (rc)
                return rc;
        manifest_reader_each(w->reader, w->each, w->payload);
        do {
                if (session_canceled(a->session))
                        return fail_canceled(err);
                got = pread(a->copy_fd, w->piece, PIECE, (off_t)at);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return err_set_errno(err, RC_IO, "The copy of the manifest of '%s' cannot be read", a->facts.qualified);
                at += (uint64_t)got;
                rc = manifest_reader_feed(w->reader, (struct str){ w->piece, (size_t)got }, got == 0, err);
        } while (!rc && got != 0);
        return rc;
}

enum rc artifact_walk(struct vitrine_artifact *a, enum rc (*each)(void *payload, struct entry *entry, struct err *err),
                      void *payload, struct err *err)
{
        struct walk w = { .artifact = a, .each = each, .payload = payload };
        bool copied = a->copied;
        enum rc rc = RC_OK;

        if (!a->draft && !a->manifest_known && !copied && a->facts.file_count > IN_MEMORY_MAX)
                rc = make_copy(a, &copied, err);
        if (!rc && !copied)
                rc = artifact_need_manifest(a, err);
        if (rc)
                return rc;
        if (!copied) {
                entries_sort(&a->entries);
                for (size_t i = 0; i < a->entries.count && !rc; i++)
                        rc = each(payload, &a->entries.items[i], err);
                return rc;
        }
        w.piece = mem_alloc(PIECE);
        if (!w.piece)
                return mem_fail(err);
        entries_begin(&w.entries);
        rc = walk_copy(&w, err);
        manifest_reader_free(w.reader);
        entries_done(&w.entries);
        mem_free(w.piece);
        return rc;
}
