/*
 * client/upload_put.c - sending: a file, a part of one, or bytes in memory.
 *
 * A file is sent as it was when it was digested: one that changed since then is refused. An address that is
 * refused (they live for hours, not days) is asked for again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/upload.h"
#include "crypto/crypto.h"

static void put_free(struct put *put)
{
        mem_free(put->url);
        for (size_t i = 0; i < put->header_count; i++)
                mem_free(put->header_texts[i]);
        fd_close(&put->fd);
        mem_free(put);
}

/* Is the file still what was hashed? Only then may it be sent. */
static enum rc put_begin(struct task *task, struct err *err)
{
        struct put *put = (struct put *)task;
        struct entry *entry = put->entry;
        struct stat st;

        if (put->sent == 0 && !put->part && task->tries == 0)
                progress_file(put->upload->engine, entry->path, entry->size);
        if (put->sent) {
                progress_bytes(put->upload->engine, entry->path, entry->size, 0, -(int64_t)put->sent);
                put->sent = 0;
        }
        if (entry->data)
                return RC_OK;
        if (put->fd < 0)
                put->fd = open(entry->local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (put->fd < 0 || fstat(put->fd, &st) < 0)
                return err_set_errno(err, RC_IO, "%s cannot be read", entry->local);
        if ((uint64_t)st.st_size != entry->size ||
            (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec != entry->mtime_ns) {
                entry->hashed = false;
                return err_set(err, RC_CONFLICT, "%s changed while it was being logged: log it again when it is at rest.",
                               entry->local);
        }
        task->http.body_fd = put->fd;
        return RC_OK;
}

static void put_sent(struct net_request *http, int64_t bytes)
{
        struct put *put = http->payload;

        put->sent += (uint64_t)bytes;
        engine_moved(put->upload->engine, &put->task, bytes > 0 ? (uint64_t)bytes : 0);
        progress_bytes(put->upload->engine, put->entry->path, put->entry->size, put->sent, bytes);
}

static void ask_again(struct upload *u, struct entry *entry)
{
        entry->asked++;
        entry->present = false;
        if ((size_t)(entry - u->entries->items) < u->next)
                u->next = (size_t)(entry - u->entries->items);
}

static void put_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct put *put = (struct put *)task;
        struct upload *u = put->upload;
        struct entry *entry = put->entry;
        struct part *part = put->part;

        u->puts--;
        if (!rc && part) {
                size_t len = answer->etag.len < sizeof(part->etag) ? answer->etag.len : 0;

                memcpy(part->etag, answer->etag.ptr ? answer->etag.ptr : "", len);
                part->etag[len] = '\0';
                large_sent(part);
        } else if (!rc) {
                progress_done(u->engine, entry->path, entry->size, false);
        } else if (answer && (answer->status == 403 || answer->status == 404 || answer->status == 410) && !part &&
                   entry->asked < ASKED_MAX) {
                ask_again(u, entry);
        } else {
                struct err mine = *err;

                (void)err_prefix(&mine, rc, "Uploading %s", entry->path);
                engine_fail(u->engine, rc, &mine);
        }
        put->ended = true; /* the engine still holds it for a moment */
        u->ended++;
}

static char *copy_str(struct str text)
{
        char *copy = mem_alloc(text.len + 1);

        if (copy && text.len)
                memcpy(copy, text.ptr, text.len);
        if (copy)
                copy[text.len] = '\0';
        return copy;
}

static bool add_header(struct put *put, char *text)
{
        if (text)
                put->header_texts[put->header_count++] = text;
        return text != NULL;
}

static bool add_headers(struct put *put, const struct json *headers)
{
        char md5[32], text[64];

        for (const struct json *h = headers ? headers->first : NULL; h && put->header_count < HEADERS_MAX - 1; h = h->next)
                if (!add_header(put, copy_str(h->text)))
                        return false;
        if (!put->part)
                return true;
        crypto_base64_to(md5, part_md5(&put->part->digest), 16);
        (void)snprintf(text, sizeof(text), "Content-Md5: %s", md5);
        return add_header(put, copy_cstr(text));
}

enum rc put_add(struct upload *u, struct entry *entry, struct part *part, struct str url, const struct json *headers,
                struct err *err)
{
        struct put *put = mem_alloc_zero(1, sizeof(*put));

        if (!put)
                return mem_fail(err);
        put->fd = -1;
        put->upload = u;
        put->entry = entry;
        put->part = part;
        put->url = copy_str(url);
        if (!put->url || !add_headers(put, headers)) {
                put_free(put);
                return mem_fail(err);
        }
        put->task = (struct task){
                .http = { .method = "PUT", .url = put->url, .headers = (const char *const *)put->header_texts,
                          .header_count = put->header_count, .body = entry->data, .body_fd = -1,
                          .body_offset = part ? part->offset : 0, .body_bytes = part ? part->size : entry->size,
                          .large = entry->size > 1024 * 1024, .stall_s = u->session->options.stall_timeout_s,
                          .sent = put_sent },
                .what = "an upload", .path = entry->path, .begin = put_begin, .end = put_end,
        };
        put->next = u->all;
        if (u->all)
                u->all->before = &put->next;
        put->before = &u->all;
        u->all = put;
        u->puts++;
        if (part)
                part->put = put;
        else
                put_start(put);
        return RC_OK;
}

void put_start(struct put *put)
{
        engine_add(put->upload->engine, &put->task);
}

void puts_free(struct upload *u, bool all)
{
        struct put *next;

        if (!all && !u->ended)
                return;
        u->ended = 0;
        for (struct put *put = u->all; put; put = next) {
                next = put->next;
                if (!all && !put->ended)
                        continue;
                *put->before = next;
                if (next)
                        next->before = put->before;
                put_free(put);
        }
}

/* ---- one PUT by itself ---- */

struct one_put {
        struct task task;
        bool over;
        enum rc rc;
        struct err err;
};

static void one_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct one_put *one = (struct one_put *)task;

        (void)answer;
        one->over = true;
        one->rc = rc;
        one->err = *err;
}

static bool one_not_over(void *payload)
{
        return !((struct one_put *)payload)->over;
}

enum rc upload_bytes(struct vitrine_session *session, const char *url, const struct json *headers, struct str bytes,
                     struct err *err)
{
        struct one_put one = { .over = false };
        const char *texts[HEADERS_MAX];
        _cleanup_arena_ struct arena arena = { 0 };
        size_t count = 0;
        enum rc rc;

        arena_begin(&arena);
        for (const struct json *h = headers ? headers->first : NULL; h && count < HEADERS_MAX; h = h->next)
                texts[count++] = arena_text(&arena, h->text);
        if (arena_failed(&arena))
                return mem_fail(err);
        one.task = (struct task){
                .http = { .method = "PUT", .url = url, .headers = texts, .header_count = count, .body = bytes.ptr, .body_fd = -1,
                          .body_bytes = bytes.len, .large = bytes.len > 1024 * 1024,
                          .stall_s = session->options.stall_timeout_s },
                .free = true, .what = "the manifest", .end = one_end,
        };
        engine_add(session->engine, &one.task);
        rc = engine_run(session->engine, one_not_over, &one, err);
        if (!rc && one.rc) {
                *err = one.err;
                rc = one.rc;
        }
        return rc;
}
