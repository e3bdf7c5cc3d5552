/*
 * client/upload.c - from entries to bytes on the server.
 *
 * Addresses are asked for in batches (CreateArtifactFiles), two of them under way, so that there
 * are always files to send and never all addresses in memory. What the server has already comes back without an
 * address. Files of PARTS_FROM bytes or more go in parts (upload_parts.c).
 */
#include <stdio.h>

#include "client/upload.h"
#include "crypto/crypto.h"

#define FILES_DOCUMENT(part_fields) \
        "mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) { files { " \
        "edges { node { storagePath uploadUrl uploadHeaders uploadMultipartUrls { uploadID uploadUrlParts { partNumber " \
        "uploadUrl" part_fields " } } artifact { id } } } } } }"

static const char files_document[] = FILES_DOCUMENT("");
static const char resuming_document[] = FILES_DOCUMENT(" arrived");

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
                return large_take(batch->large, node, err);
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
                batch->large->over = true; /* it was there, or goes as a whole */
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
                if (batch->large)
                        large_write(batch->large, &vars);
                json_end_object(&vars.w);
        }
        json_end_array(&vars.w);
        json_end_object(&vars.w);
        call_task_done(&batch->call);
        batch->call.done = batch_done;
        rc = call_task_start(u->session, &batch->call, u->resumes ? resuming_document : files_document, &vars, err);
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
                if (large->ready && !large->asked) {
                        large->asked = true;
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
                        *ret_rc = large_begin(u, entry, err);
                else
                        batch->entries[batch->count++] = entry;
        }
        return batch->count > 0;
}

static bool more(void *payload)
{
        struct upload *u = payload;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        puts_free(u, false);
        for (size_t i = 0; i < BATCHES_MAX && u->puts < PUTS_MAX && !rc; i++)
                if (!u->batches[i].used && fill_batch(u, &u->batches[i], &err, &rc) && !rc)
                        rc = start_batch(u, &u->batches[i], &err);
        if (rc)
                engine_fail(u->engine, rc, &err);
        return u->next < u->entries->count || u->batches_under_way || u->puts || large_waiting(u);
}

static void clean_up(struct upload *u)
{
        puts_free(u, true);
        for (size_t i = 0; i < BATCHES_MAX; i++)
                call_task_done(&u->batches[i].call);
        large_free_all(u);
}

/* Is there a file that goes in parts? Then it is worth a question whether parts may be there. */
static bool any_large(const struct entries *entries)
{
        for (size_t i = 0; i < entries->count; i++)
                if (!entries->items[i].present && entries->items[i].local && entries->items[i].size >= PARTS_FROM)
                        return true;
        return false;
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
        rc = any_large(entries) ? session_feature(session, "VITRINE_UPLOAD_RESUME", &u->resumes, err) : RC_OK;
        if (rc) {
                mem_free(u);
                return rc;
        }
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
