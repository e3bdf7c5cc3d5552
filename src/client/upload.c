/*
 * client/upload.c - from entries to bytes on the server.
 *
 * Addresses are asked for in batches (CreateArtifactFiles), two of them under way, so that there
 * are always files to send and never all addresses in memory. What the server has already comes back without an
 * address. A file of PARTS_FROM bytes or more is sent in parts, each with its MD5, which are hashed
 * by other threads shortly before they go. An address that is refused (they live for hours, not
 * days) is asked for again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/artifact.h"
#include "crypto/crypto.h"

enum { BATCH = 500, BATCHES_MAX = 2, PUTS_MAX = 1500, ASKED_MAX = 4, HEADERS_MAX = 16, BUFFER = 256 * 1024 };
#define PARTS_FROM (2048ull * 1024 * 1024)
#define PART_BYTES (100ull * 1024 * 1024)

struct upload;

/* Hashing the parts of one large file, one job each. */
struct part {
        struct job job;
        struct large *large;
        uint64_t offset, size;
        uint8_t md5[16];
        char etag[64];
};

struct large {
        struct large *next;
        struct upload *upload;
        struct entry *entry;
        struct part *parts;
        size_t part_count, hashed, sent;
        bool ready;                   /* all parts are hashed: may be asked for */
        char *upload_id, *storage_path;
        struct call_task complete;
};

struct put {
        struct task task;
        struct put *next, **before;   /* of all puts; ended ones are freed by the next round */
        bool ended;
        struct upload *upload;
        struct entry *entry;
        struct part *part;            /* NULL: the whole file */
        char *url;
        char *header_texts[HEADERS_MAX];
        size_t header_count;
        int fd;
        uint64_t sent;
};

struct batch {
        struct call_task call;
        struct upload *upload;
        struct entry *entries[BATCH];
        struct large *large;          /* a batch of its own */
        size_t count;
        bool used;
};

struct upload {
        struct vitrine_session *session;
        struct engine *engine;
        struct entries *entries;
        const char *artifact_id, *manifest_id;
        size_t next;                  /* the first entry that was not asked for */
        size_t puts;
        size_t batches_under_way;
        struct batch batches[BATCHES_MAX];
        struct large *large;          /* that are not complete */
        struct put *all;
        size_t ended;
};

static const char files_document[] =
        "mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) { files { "
        "edges { node { storagePath uploadUrl uploadHeaders uploadMultipartUrls { uploadID uploadUrlParts { partNumber "
        "uploadUrl } } artifact { id } } } } } }";

static const char complete_document[] =
        "mutation CompleteMultipartUploadArtifact($input: CompleteMultipartUploadArtifactInput!) { "
        "completeMultipartUploadArtifact(input: $input) { digest } }";

/* ---- PUT ---- */

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

static void complete_large(struct large *large);

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
                if (!len)
                        crypto_hex_to(part->etag, part->md5, 16);
                if (++part->large->sent == part->large->part_count)
                        complete_large(part->large);
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

/* Takes over nothing: texts are copied. */
static enum rc put_add(struct upload *u, struct entry *entry, struct part *part, struct str url, const struct json *headers,
                       struct err *err)
{
        struct put *put = mem_alloc_zero(1, sizeof(*put));

        if (!put)
                return mem_fail(err);
        put->fd = -1;
        put->upload = u;
        put->entry = entry;
        put->part = part;
        put->url = mem_alloc(url.len + 1);
        if (!put->url) {
                put_free(put);
                return mem_fail(err);
        }
        memcpy(put->url, url.ptr, url.len);
        put->url[url.len] = '\0';
        for (const struct json *h = headers ? headers->first : NULL; h && put->header_count < HEADERS_MAX - 2; h = h->next) {
                char *text = mem_alloc(h->text.len + 1);

                if (!text) {
                        put_free(put);
                        return mem_fail(err);
                }
                memcpy(text, h->text.ptr, h->text.len);
                text[h->text.len] = '\0';
                put->header_texts[put->header_count++] = text;
        }
        if (part) {
                char md5[32], text[64];

                crypto_base64_to(md5, part->md5, 16);
                (void)snprintf(text, sizeof(text), "Content-Md5: %s", md5);
                put->header_texts[put->header_count] = copy_cstr(text);
                if (!put->header_texts[put->header_count++]) {
                        put->header_count--;
                        put_free(put);
                        return mem_fail(err);
                }
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
        engine_add(u->engine, &put->task);
        return RC_OK;
}

/* ---- large files ---- */

static void part_work(struct job *base)
{
        struct part *part = (struct part *)base;
        struct crypto_digest *md5 = crypto_digest_try_new(CRYPTO_MD5);
        _cleanup_(fd_close) int fd = open(part->large->entry->local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        char *buffer = mem_alloc(BUFFER);
        struct large *large = part->large;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        if (!md5 || !buffer)
                rc = mem_fail(&err);
        else if (fd < 0)
                rc = err_set_errno(&err, RC_IO, "%s cannot be opened", large->entry->local);
        for (uint64_t done = 0; done < part->size && !rc;) {
                size_t len = part->size - done < BUFFER ? (size_t)(part->size - done) : BUFFER;

                rc = fd_pread_all(fd, buffer, len, part->offset + done, &err);
                if (!rc)
                        crypto_digest_add(md5, buffer, len);
                done += len;
                if (!rc && engine_stopping(large->upload->engine))
                        rc = fail_canceled(&err);
        }
        if (!rc)
                crypto_digest_end(md5, part->md5);
        (void)crypto_digest_free(md5);
        mem_free(buffer);
        part->etag[0] = rc ? 'x' : '\0';
        if (rc)
                part->size = 0; /* tells part_done() */
}

static void part_done(struct job *base)
{
        struct part *part = (struct part *)base;
        struct large *large = part->large;
        struct err err = { 0 };

        if (part->etag[0] == 'x') {
                engine_fail(large->upload->engine, err_set(&err, RC_IO, "%s cannot be read.", large->entry->local), &err);
                return;
        }
        if (++large->hashed == large->part_count)
                large->ready = true;
}

static enum rc begin_large(struct upload *u, struct entry *entry, struct err *err)
{
        struct large *large = mem_alloc_zero(1, sizeof(*large));
        uint64_t part_bytes = PART_BYTES;

        if (!large)
                return mem_fail(err);
        if (entry->size / 10000 + 1 > part_bytes)
                part_bytes = (entry->size / 10000 + 4096) / 4096 * 4096;
        large->upload = u;
        large->entry = entry;
        large->part_count = (size_t)((entry->size + part_bytes - 1) / part_bytes);
        large->parts = mem_alloc_zero(large->part_count, sizeof(*large->parts));
        if (!large->parts) {
                mem_free(large);
                return mem_fail(err);
        }
        large->next = u->large;
        u->large = large;
        for (size_t i = 0; i < large->part_count; i++) {
                struct part *part = &large->parts[i];

                *part = (struct part){ .large = large, .offset = i * part_bytes, .job = { .work = part_work, .done = part_done } };
                part->size = entry->size - part->offset < part_bytes ? entry->size - part->offset : part_bytes;
                engine_work(u->engine, &part->job);
        }
        return RC_OK;
}

static void large_free(struct large *large)
{
        call_task_done(&large->complete);
        mem_free(large->upload_id);
        mem_free(large->storage_path);
        mem_free(large->parts);
        mem_free(large);
}

static void large_complete(struct call_task *call, struct arena *arena, enum rc rc, const struct json *data,
                           const struct err *err)
{
        struct large *large = (struct large *)((char *)call - offsetof(struct large, complete));
        struct upload *u = large->upload;

        (void)arena;
        (void)data;
        if (rc) {
                engine_fail(u->engine, rc, err);
                return;
        }
        progress_done(u->engine, large->entry->path, large->entry->size, false);
        large->part_count = 0; /* nothing is left to do */
}

static void complete_large(struct large *large)
{
        struct upload *u = large->upload;
        _cleanup_(vars_done) struct vars vars = { 0 };
        struct err err = { 0 };
        enum rc rc;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "completeMultipartAction", "Complete");
        vars_text(&vars, "artifactID", large->entry->birth ? large->entry->birth : u->artifact_id);
        vars_text(&vars, "storagePath", large->storage_path);
        vars_text(&vars, "uploadID", large->upload_id);
        json_key(&vars.w, STR("completedParts"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < large->part_count; i++) {
                json_begin_object(&vars.w);
                json_key_int(&vars.w, "partNumber", (int64_t)i + 1);
                vars_text(&vars, "hexMD5", large->parts[i].etag);
                json_end_object(&vars.w);
        }
        json_end_array(&vars.w);
        json_end_object(&vars.w);
        large->complete.done = large_complete;
        rc = call_task_start(u->session, &large->complete, complete_document, &vars, &err);
        if (rc)
                engine_fail(u->engine, rc, &err);
}

/* ---- asking for addresses ---- */

static enum rc take_large(struct upload *u, struct large *large, const struct json *node, struct err *err)
{
        const struct json *urls = dig(node, "uploadMultipartUrls"), *parts = dig(urls, "uploadUrlParts");
        const struct json *one = parts ? parts->first : NULL;
        enum rc rc = RC_OK;

        if (!parts || parts->count != large->part_count)
                return fail_protocol(err, "addresses for other parts than were asked for");
        large->upload_id = mem_alloc(json_text(urls, "uploadID").len + 1);
        large->storage_path = mem_alloc(json_text(node, "storagePath").len + 1);
        if (!large->upload_id || !large->storage_path)
                return mem_fail(err);
        (void)snprintf(large->upload_id, json_text(urls, "uploadID").len + 1, "%.*s", STR_ARG(json_text(urls, "uploadID")));
        (void)snprintf(large->storage_path, json_text(node, "storagePath").len + 1, "%.*s",
                       STR_ARG(json_text(node, "storagePath")));
        progress_file(u->engine, large->entry->path, large->entry->size);
        for (size_t i = 0; i < large->part_count && !rc; i++, one = one->next)
                rc = put_add(u, large->entry, &large->parts[i], json_text(one, "uploadUrl"), dig(node, "uploadHeaders"), err);
        return rc;
}

static enum rc take_node(struct upload *u, struct batch *batch, struct entry *entry, const struct json *node, struct err *err)
{
        struct str url = json_text(node, "uploadUrl"), birth = json_text(dig(node, "artifact"), "id");

        if (!node)
                return fail_protocol(err, "no file");
        if (!str_is_empty(birth)) {
                entry->birth = arena_text(&u->entries->arena, birth);
                if (!entry->birth)
                        return mem_fail(err);
        }
        if (str_is_empty(url)) {
                progress_done(u->engine, entry->path, entry->size, true);
                return RC_OK;
        }
        if (batch->large && dig(node, "uploadMultipartUrls"))
                return take_large(u, batch->large, node, err);
        return put_add(u, entry, NULL, url, dig(node, "uploadHeaders"), err);
}

static void batch_done(struct call_task *call, struct arena *arena, enum rc rc, const struct json *data, const struct err *err)
{
        struct batch *batch = (struct batch *)call;
        struct upload *u = batch->upload;
        const struct json *edges = dig(data, "createArtifactFiles.files.edges"), *edge = edges ? edges->first : NULL;
        struct err mine = *err;

        (void)arena;
        if (!rc && (!edges || edges->count != batch->count))
                rc = fail_protocol(&mine, "other files than were asked for");
        for (size_t i = 0; i < batch->count && !rc; i++, edge = edge->next)
                rc = take_node(u, batch, batch->entries[i], dig(edge, "node"), &mine);
        if (!rc && batch->large && !batch->large->upload_id)
                batch->large->part_count = 0; /* it was there, or goes as a whole */
        if (rc)
                engine_fail(u->engine, rc, &mine);
        u->batches_under_way--;
        batch->used = false;
}

static enum rc start_batch(struct upload *u, struct batch *batch, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        char md5[32];
        enum rc rc;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "storageLayout", "V2");
        json_key(&vars.w, STR("artifactFiles"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < batch->count; i++) {
                struct entry *entry = batch->entries[i];

                crypto_base64_to(md5, entry->md5, 16);
                json_begin_object(&vars.w);
                vars_text(&vars, "artifactID", u->artifact_id);
                vars_text(&vars, "artifactManifestID", u->manifest_id);
                vars_text(&vars, "name", entry->path);
                vars_text(&vars, "md5", md5);
                if (batch->large) {
                        json_key(&vars.w, STR("uploadPartsInput"));
                        json_begin_array(&vars.w);
                        for (size_t j = 0; j < batch->large->part_count; j++) {
                                char hex[33];

                                crypto_hex_to(hex, batch->large->parts[j].md5, 16);
                                json_begin_object(&vars.w);
                                json_key_int(&vars.w, "partNumber", (int64_t)j + 1);
                                vars_text(&vars, "hexMD5", hex);
                                json_end_object(&vars.w);
                        }
                        json_end_array(&vars.w);
                }
                json_end_object(&vars.w);
        }
        json_end_array(&vars.w);
        json_end_object(&vars.w);
        call_task_done(&batch->call);
        batch->call.done = batch_done;
        rc = call_task_start(u->session, &batch->call, files_document, &vars, err);
        if (!rc) {
                batch->used = true;
                u->batches_under_way++;
        }
        return rc;
}

/* Fills a batch with the next entries; false when there is nothing to ask for now. */
static bool fill_batch(struct upload *u, struct batch *batch, struct err *err, enum rc *ret_rc)
{
        *batch = (struct batch){ .upload = u, .call = batch->call };
        for (struct large *large = u->large; large; large = large->next)
                if (large->ready && large->part_count && !large->upload_id && large->entry && large->sent == 0) {
                        large->ready = false;
                        batch->large = large;
                        batch->entries[batch->count++] = large->entry;
                        return true;
                }
        while (u->next < u->entries->count && batch->count < BATCH && !*ret_rc) {
                struct entry *entry = &u->entries->items[u->next++];

                if (entry->present)
                        continue;
                entry->present = true; /* it is on its way */
                if (entry->size >= PARTS_FROM && entry->local)
                        *ret_rc = begin_large(u, entry, err);
                else
                        batch->entries[batch->count++] = entry;
        }
        return batch->count > 0;
}

static bool large_waiting(const struct upload *u)
{
        for (const struct large *large = u->large; large; large = large->next)
                if (large->part_count)
                        return true;
        return false;
}

/* Those that ended, or all of them. */
static void free_puts(struct upload *u, bool all)
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

static bool more(void *payload)
{
        struct upload *u = payload;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        free_puts(u, false);
        for (size_t i = 0; i < BATCHES_MAX && u->puts < PUTS_MAX && !rc; i++)
                if (!u->batches[i].used && fill_batch(u, &u->batches[i], &err, &rc) && !rc)
                        rc = start_batch(u, &u->batches[i], &err);
        if (rc)
                engine_fail(u->engine, rc, &err);
        return u->next < u->entries->count || u->batches_under_way || u->puts || large_waiting(u);
}

static void clean_up(struct upload *u)
{
        free_puts(u, true);
        for (size_t i = 0; i < BATCHES_MAX; i++)
                call_task_done(&u->batches[i].call);
        while (u->large) {
                struct large *large = u->large;

                u->large = large->next;
                large_free(large);
        }
}

enum rc upload_entries(struct vitrine_session *session, struct entries *entries, const char *artifact_id,
                       const char *manifest_id, struct err *err)
{
        struct upload *u = mem_alloc_zero(1, sizeof(*u));
        uint64_t files = 0, bytes = 0;
        enum rc rc;

        if (!u)
                return mem_fail(err);
        *u = (struct upload){ .session = session, .engine = session->engine, .entries = entries, .artifact_id = artifact_id,
                              .manifest_id = manifest_id };
        for (size_t i = 0; i < entries->count; i++)
                if (!entries->items[i].present) {
                        files++;
                        bytes += entries->items[i].size;
                }
        progress_begin(session->engine, VITRINE_OPERATION_UPLOAD, files, bytes);
        rc = engine_run(session->engine, more, u, err);
        progress_end(session->engine);
        clean_up(u);
        mem_free(u);
        return rc;
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
