/*
 * client/stream.c - one body that is read from its beginning to its end: manifests, files for a reader.
 *
 * After a cut the request goes on behind the last byte that was taken, so a reader sees every
 * byte once.
 */
#include <stdio.h>

#include "client/artifact.h"
#include "client/store.h"

struct stream {
        struct task task;
        struct engine *engine;
        bool (*take)(struct stream *stream, struct str bytes);
        uint64_t got;
        bool over;
        enum rc rc;
        struct err err, refusal;      /* refusal: why take() said no */
        enum rc refusal_rc;
        /* for manifests */
        struct manifest_reader *reader;
        /* for readers */
        vitrine_write_fn write;
        void *payload;
        struct crypto_digest *digest;
        uint64_t promised;            /* bytes; UINT64_MAX: not known */
};

static enum rc stream_begin(struct task *task, struct err *err)
{
        struct stream *s = (struct stream *)task;

        (void)err;
        task->http.ranged = s->got > 0;
        task->http.first_byte = s->got;
        task->http.last_byte = INT64_MAX;
        return RC_OK;
}

static bool stream_head(struct net_request *http, int status)
{
        struct stream *s = http->payload;

        if (s->got > 0 && status != 206)
                s->refusal_rc = fail_protocol(&s->refusal, "the whole where a part was asked for");
        return s->refusal_rc == RC_OK;
}

static bool stream_data(struct net_request *http, const void *data, size_t len)
{
        struct stream *s = http->payload;

        s->got += len;
        engine_moved(s->engine, &s->task, len);
        return s->take(s, (struct str){ data, len });
}

static void stream_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct stream *s = (struct stream *)task;

        (void)answer;
        s->over = true;
        s->rc = s->refusal_rc ? s->refusal_rc : rc;
        s->err = s->refusal_rc ? s->refusal : *err;
}

static bool not_over(void *payload)
{
        return !((struct stream *)payload)->over;
}

static enum rc run_stream(struct vitrine_session *session, struct stream *s, const char *url, const char *what, struct err *err)
{
        enum rc rc;

        s->engine = session->engine;
        s->task = (struct task){
                .http = { .method = "GET", .url = url, .body_fd = -1, .large = true,
                          .stall_s = session->options.stall_timeout_s, .head = stream_head, .data = stream_data },
                .free = true, .what = what, .begin = stream_begin, .end = stream_end,
        };
        engine_add(session->engine, &s->task);
        rc = engine_run(session->engine, not_over, s, err);
        if (!rc && s->rc) {
                *err = s->err;
                rc = s->rc;
        }
        return rc;
}

/* ---- manifests ---- */

static bool take_manifest(struct stream *s, struct str bytes)
{
        s->refusal_rc = manifest_reader_feed(s->reader, bytes, false, &s->refusal);
        return s->refusal_rc == RC_OK;
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
                rc = err_set(err, RC_CORRUPT, "The manifest of '%s' is not the one its digest promises.", a->facts.qualified);
        return rc;
}

static enum rc read_manifest(struct vitrine_artifact *a, const char *url, struct err *err)
{
        struct stream s = { .take = take_manifest };
        enum rc rc = manifest_reader_new(&a->entries, &s.reader, err);

        if (rc)
                return rc;
        rc = run_stream(a->session, &s, url, "the manifest", err);
        if (!rc)
                rc = manifest_reader_feed(s.reader, STR(""), true, err);
        manifest_reader_free(s.reader);
        if (rc)
                return rc;
        entries_sort(&a->entries);
        return check_digest(a, err);
}

enum rc artifact_need_manifest(struct vitrine_artifact *a, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        struct str url;
        enum rc rc;

        if (a->draft || a->manifest_known)
                return RC_OK;
        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "id", a->facts.id);
        rc = call(a->session, &arena, "query ArtifactManifest($id: ID!) { artifact(id: $id) { currentManifest { file { "
                  "directUrl } } } }", &vars, &data, err);
        if (rc)
                return rc;
        url = json_text(dig(data, "artifact.currentManifest.file"), "directUrl");
        if (str_is_empty(url))
                return err_set(err, RC_NOT_FOUND, "'%s' has no manifest, or you may not see it.", a->facts.qualified);
        url = arena_str(&arena, url);
        if (arena_failed(&arena))
                return mem_fail(err);
        rc = read_manifest(a, url.ptr, err);
        if (rc)
                entries_done(&a->entries);
        else
                a->manifest_known = true;
        return rc;
}

/* ---- one file for a reader ---- */

static bool take_file(struct stream *s, struct str bytes)
{
        if (s->got > s->promised) {
                s->refusal_rc = err_set(&s->refusal, RC_CORRUPT, "The server sends more bytes than the manifest promises.");
                return false;
        }
        crypto_digest_add(s->digest, bytes.ptr, bytes.len);
        if (s->write(bytes.ptr, bytes.len, s->payload) != 0)
                s->refusal_rc = fail_canceled(&s->refusal);
        return s->refusal_rc == RC_OK;
}

static enum rc read_file(struct vitrine_artifact *a, const char *path, vitrine_write_fn write, void *payload, struct err *err)
{
        struct stream s = { .take = take_file, .write = write, .payload = payload };
        const struct entry *entry;
        _cleanup_arena_ struct arena arena = { 0 };
        const char *url = NULL;
        uint8_t sum[16];
        enum rc rc = require_version(a, err);

        if (!rc)
                rc = artifact_need_manifest(a, err);
        if (rc)
                return rc;
        entry = entries_find(&a->entries, path ? path : "");
        if (!entry)
                return err_set(err, RC_NOT_FOUND, "'%s' has no file '%s'.", a->facts.qualified, path ? path : "");
        if (entry->reference)
                return err_set(err, RC_INVALID, "'%s' is a reference to %s, not a file.", path, entry->reference);
        arena_begin(&arena);
        rc = file_url(a, &arena, entry->path, &url, err);
        if (rc)
                return rc;
        s.promised = entry->has_size ? entry->size : UINT64_MAX;
        s.digest = crypto_digest_try_new(entry->xxh ? CRYPTO_XXH128 : CRYPTO_MD5);
        if (!s.digest)
                return mem_fail(err);
        rc = run_stream(a->session, &s, url, "a file", err);
        if (!rc) {
                crypto_digest_end(s.digest, sum);
                if (memcmp(sum, entry->md5, sizeof(sum)) != 0)
                        rc = err_set(err, RC_CORRUPT, "The bytes of '%s' are not what its digest promises.", path);
        }
        (void)crypto_digest_free(s.digest);
        return rc;
}

enum vitrine_code vitrine_artifact_read_file(vitrine_artifact *version, const char *path, vitrine_write_fn write,
                                             void *payload, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, read_file(version, path, write, payload, &err), &err, error);
}
