/*
 * client/follow_web.c - references to http and https.
 *
 * Several are under way at a time, as many as of files (engine.h) and at most WINDOW. Each goes into a file without a name, which gets
 * its name when it is found to be what was logged: by the size, and by the ETag, or the MD5 where the digest is one. No key goes
 * to those addresses, and nothing is kept in the cache. After a cut it comes from the start: what is behind the address may
 * be another thing by now.
 */
#include <unistd.h>

#include "base/fd.h"
#include "client/follow.h"

enum { WINDOW = 16, LARGE_FROM = 1024 * 1024 };

struct web_get {
        struct task task;
        struct web_get *next;
        const struct pull *pull;
        struct engine *engine;
        char *path;                   /* where it goes */
        const struct entry *entry;
        struct nameless file;
        struct crypto_digest *md5;
        uint64_t got;
        char etag[512];
        bool over;
        struct err refusal;           /* of web_data() */
        enum rc refusal_rc;
};

struct web_round {
        const struct pull *pull;
        size_t at;                    /* the first entry that was not looked at */
        size_t active;
        struct web_get *all;
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
                g->refusal_rc = reference_changed(g->entry, &g->refusal);
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

static enum rc web_check(struct web_get *g, struct err *err)
{
        const struct entry *entry = g->entry;
        uint8_t md5[16];
        char room[32];

        if (entry->has_size && g->got != entry->size)
                return reference_changed(entry, err);
        if (reference_is_unchecked(entry) || strcmp(g->etag, entry_digest(entry, room)) == 0)
                return RC_OK;
        crypto_digest_end(g->md5, md5);
        return entry->hashed && !entry->xxh && memcmp(md5, entry->md5, sizeof(md5)) == 0 ? RC_OK : reference_changed(entry, err);
}

static enum rc web_finish(struct web_get *g, const struct net_answer *answer, struct err *err)
{
        struct str etag = answer ? answer->etag : STR_NULL;
        enum rc rc;

        if (etag.len >= 2 && etag.ptr[0] == '"' && etag.ptr[etag.len - 1] == '"')
                etag = str_slice(etag, 1, etag.len - 1);
        if (etag.len && etag.len < sizeof(g->etag))
                memcpy(g->etag, etag.ptr, etag.len);
        rc = web_check(g, err);
        return rc ? rc : nameless_name(&g->file, g->path, err);
}

static void web_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct web_get *g = (struct web_get *)task;
        struct err mine = g->refusal_rc ? g->refusal : *err;

        g->over = true;
        rc = g->refusal_rc ? g->refusal_rc : rc;
        if (!rc)
                rc = web_finish(g, answer, &mine);
        if (rc)
                engine_fail(g->engine, rc, &mine);
        else
                progress_done(g->engine, g->entry->path, g->entry->size, false);
}

static void web_free(struct web_get *g)
{
        nameless_drop(&g->file);
        (void)crypto_digest_free(g->md5);
        mem_free(g->path);
        mem_free(g);
}

static enum rc web_open(struct web_get *g, struct err *err)
{
        struct scratch s = { .engine = g->engine };
        _cleanup_arena_ struct arena arena = { 0 };
        const char *path;

        arena_begin(&arena);
        path = reference_target(g->pull, g->entry, &arena);
        g->path = path ? copy_cstr(path) : NULL;
        g->md5 = crypto_digest_try_new(CRYPTO_MD5);
        if (!g->path || !g->md5)
                return mem_fail(err);
        return nameless_open(&s, g->path, &g->file, err);
}

static enum rc web_start(struct web_round *round, const struct entry *entry, struct err *err)
{
        const struct pull *pull = round->pull;
        struct web_get *g = mem_alloc_zero(1, sizeof(*g));
        enum rc rc;

        if (!g)
                return mem_fail(err);
        g->pull = pull;
        g->engine = pull->engine;
        g->entry = entry;
        g->file.fd = -1;
        g->next = round->all;
        round->all = g;
        round->active++;
        rc = web_open(g, err);
        if (rc)
                return rc;
        g->task = (struct task){
                .http = { .method = "GET", .url = entry->reference, .body_fd = -1,
                          .large = !entry->has_size || entry->size >= LARGE_FROM,
                          .stall_s = pull->session->options.stall_timeout_s, .data = web_data },
                .what = "a reference", .path = entry->path, .begin = web_begin, .end = web_end,
        };
        progress_file(pull->engine, entry->path, entry->size);
        engine_add(pull->engine, &g->task);
        return RC_OK;
}

static void reap(struct web_round *round)
{
        struct web_get **at = &round->all;

        while (*at) {
                struct web_get *g = *at;

                if (!g->over) {
                        at = &g->next;
                        continue;
                }
                *at = g->next;
                round->active--;
                web_free(g);
        }
}

static bool more(void *payload)
{
        struct web_round *round = payload;
        const struct entries *entries = &round->pull->artifact->entries;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        reap(round);
        while (!rc && round->active < WINDOW && round->at < entries->count) {
                const struct entry *entry = &entries->items[round->at++];

                if (reference_is_http(entry) && pull_wants(round->pull, entry))
                        rc = web_start(round, entry, &err);
        }
        if (rc)
                engine_fail(round->pull->engine, rc, &err);
        return round->active > 0;
}

bool reference_is_http(const struct entry *entry)
{
        return entry->reference &&
               (strncmp(entry->reference, "http://", 7) == 0 || strncmp(entry->reference, "https://", 8) == 0);
}

enum rc follow_web(const struct pull *pull, struct err *err)
{
        struct web_round round = { .pull = pull };
        enum rc rc = engine_run(pull->engine, more, &round, err);

        while (round.all) {
                struct web_get *next = round.all->next;

                web_free(round.all);
                round.all = next;
        }
        return rc;
}
