/*
 * client/upload_parts.c - large files, in parts.
 *
 * The digests of all parts are needed before the first may be sent. Those that client/hash.c did not get to
 * are made here, then the file is asked for in a batch of its own. A server with the feature
 * VITRINE_UPLOAD_RESUME says which parts it has from an attempt that was broken off; they are not sent again.
 */
#include <stdio.h>

#include "client/upload.h"
#include "crypto/crypto.h"

static const char complete_document[] =
        "mutation CompleteMultipartUploadArtifact($input: CompleteMultipartUploadArtifactInput!) { "
        "completeMultipartUploadArtifact(input: $input) { digest } }";

/* ---- digests ---- */

static void one_more_digested(struct large *large)
{
        if (++large->digested == large->part_count)
                large->ready = true;
}

static void digest_done(struct job *base)
{
        struct part *part = (struct part *)((char *)base - offsetof(struct part, digest.job));

        if (part->digest.rc)
                engine_fail(part->large->upload->engine, part->digest.rc, &part->digest.err);
        else
                one_more_digested(part->large);
}

enum rc large_begin(struct upload *u, struct entry *entry, struct err *err)
{
        struct large *large = mem_alloc_zero(1, sizeof(*large));
        struct part_digests *digests = part_digests_of(u->entries, entry);

        if (large)
                large->parts = mem_alloc_zero(digests ? digests->count : 1, sizeof(*large->parts));
        if (!large || !large->parts || !digests) {
                mem_free(large ? large->parts : NULL);
                mem_free(large);
                return mem_fail(err);
        }
        large->upload = u;
        large->entry = entry;
        large->part_count = digests->count;
        large->next = u->large;
        u->large = large;
        for (size_t i = 0; i < large->part_count; i++) {
                struct part *part = &large->parts[i];

                *part = (struct part){ .large = large, .offset = part_offset(digests, i), .size = part_size(digests, i) };
                part->digest = part_job(digests, i, digest_done);
                if (digests->parts[i].known && digests->parts[i].mtime_ns == entry->mtime_ns)
                        one_more_digested(large);
                else
                        engine_work(u->engine, &part->digest.job);
        }
        return RC_OK;
}

/* ---- asking, sending ---- */

void large_write(const struct large *large, struct vars *vars)
{
        json_key(&vars->w, STR("uploadPartsInput"));
        json_begin_array(&vars->w);
        for (size_t i = 0; i < large->part_count; i++) {
                char hex[33];

                crypto_hex_to(hex, part_md5(&large->parts[i].digest), 16);
                json_begin_object(&vars->w);
                json_key_int(&vars->w, "partNumber", (int64_t)i + 1);
                vars_text(vars, "hexMD5", hex);
                json_end_object(&vars->w);
        }
        json_end_array(&vars->w);
}

static void complete(struct large *large);

static void count_sent(struct large *large)
{
        if (++large->sent == large->part_count)
                complete(large);
}

static void start_some(struct large *large)
{
        while (large->under_way < PARTS_AT_ONCE && large->started < large->part_count) {
                struct put *put = large->parts[large->started++].put;

                if (!put)
                        continue;
                large->under_way++;
                put_start(put);
        }
}

void large_sent(struct part *part)
{
        if (!part->etag[0])
                crypto_hex_to(part->etag, part_md5(&part->digest), 16);
        part->put = NULL; /* it is freed soon */
        part->large->under_way--;
        start_some(part->large);
        count_sent(part->large);
}

static char *copy_json(const struct json *object, const char *key)
{
        struct str text = json_text(object, key);
        char *copy = mem_alloc(text.len + 1);

        if (copy)
                (void)snprintf(copy, text.len + 1, "%.*s", STR_ARG(text));
        return copy;
}

enum rc large_take(struct large *large, const struct json *node, struct err *err)
{
        struct upload *u = large->upload;
        const struct json *urls = dig(node, "uploadMultipartUrls"), *parts = dig(urls, "uploadUrlParts");
        const struct json *one = parts ? parts->first : NULL;
        size_t arrived = 0;
        enum rc rc = RC_OK;

        if (!parts || parts->count != large->part_count)
                return fail_protocol(err, "addresses for other parts than were asked for");
        large->upload_id = copy_json(urls, "uploadID");
        large->storage_path = copy_json(node, "storagePath");
        if (!large->upload_id || !large->storage_path)
                return mem_fail(err);
        progress_file(u->engine, large->entry->path, large->entry->size);
        for (size_t i = 0; i < large->part_count && !rc; i++, one = one->next) {
                struct part *part = &large->parts[i];
                const struct json *there = json_get(one, "arrived");

                part->arrived = there && there->boolean;
                if (!part->arrived) {
                        rc = put_add(u, large->entry, part, json_text(one, "uploadUrl"), dig(node, "uploadHeaders"), err);
                        continue;
                }
                progress_bytes(u->engine, large->entry->path, large->entry->size, 0, (int64_t)part->size);
                crypto_hex_to(part->etag, part_md5(&part->digest), 16);
                arrived++;
        }
        if (rc)
                return rc;
        start_some(large);
        while (arrived-- > 0)
                count_sent(large);
        return RC_OK;
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
        large->over = true;
}

static void complete(struct large *large)
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

/* ---- the end ---- */

bool large_waiting(const struct upload *u)
{
        for (const struct large *large = u->large; large; large = large->next)
                if (!large->over)
                        return true;
        return false;
}

static void large_free(struct large *large)
{
        call_task_done(&large->complete);
        mem_free(large->upload_id);
        mem_free(large->storage_path);
        mem_free(large->parts);
        mem_free(large);
}

void large_free_all(struct upload *u)
{
        while (u->large) {
                struct large *large = u->large;

                u->large = large->next;
                large_free(large);
        }
}
