/*
 * domain/check.c - see check.h.
 *
 * Damage is reported and the check goes on; only what keeps it from looking (the database
 * cannot be read) ends it.
 */
#include "domain/check.h"

#include "crypto/crypto.h"
#include "domain/files.h"
#include "domain/manifest.h"
#include "store/check.h"

#define PAGE 500
#define RULE_PLACES_MAX 100
#define CHUNK_BYTES ((size_t)1 << 20)

struct check {
        struct call *call;
        const struct check_order *order;
        struct check_counts counts;
        struct arena page;            /* one page of rows */
        struct arena item;            /* one version */
        char *chunk;                  /* CHUNK_BYTES */
};

static void damage(struct check *c, const char *kind, struct str where, struct str what)
{
        c->counts.damage++;
        c->order->on_damage(c->order->payload, kind, where, what);
}

static void progress(struct check *c)
{
        if (c->order->on_progress)
                c->order->on_progress(c->order->payload, &c->counts);
}

/* Errors that say something about the bytes, not about our ability to look. */
static bool is_damage(enum rc rc)
{
        return rc == RC_CORRUPT || rc == RC_NOT_FOUND || rc == RC_INVALID || rc == RC_IO || rc == RC_TOO_LARGE;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static struct blob_ref ref_of(const struct stored_bytes *bytes)
{
        struct blob_ref ref = { .size_bytes = (uint64_t)bytes->size_bytes };

        memcpy(ref.sha256, bytes->sha256, sizeof(ref.sha256));
        return ref;
}

/* *ret_what is absent when the bytes are there. */
static enum rc look_for(struct blob_store *blobs, const struct blob_ref *ref, struct arena *arena, struct str *ret_what,
                        struct err *err)
{
        struct err found = { 0 };
        bool there = false;
        enum rc rc = blob_exists(blobs, ref, false, &there, &found);

        *ret_what = STR_NULL;
        if (rc && !is_damage(rc)) {
                *err = found;
                return rc;
        }
        if (rc)
                *ret_what = arena_str(arena, str_from(found.msg));
        else if (!there)
                *ret_what = STR("The stored bytes are missing, or have another size.");
        return RC_OK;
}

/* Reads all of a blob; digest (of `kind`) and SHA-256 must be what is expected. digest NULL: only SHA-256. */
static enum rc read_whole(struct check *c, const struct blob_ref *ref, enum crypto_digest_kind kind,
                          const uint8_t *digest, bool *ret_same, struct err *err)
{
        _cleanup_(crypto_digest_freep) struct crypto_digest *sha256 = crypto_digest_new(CRYPTO_SHA256);
        _cleanup_(crypto_digest_freep) struct crypto_digest *other = crypto_digest_new(kind);
        uint8_t found[32];

        for (uint64_t at = 0; at < ref->size_bytes;) {
                size_t len = ref->size_bytes - at < CHUNK_BYTES ? (size_t)(ref->size_bytes - at) : CHUNK_BYTES;
                enum rc rc = blob_read(c->call->domain->blobs, ref, at, c->chunk, len, err);

                if (rc)
                        return rc;
                crypto_digest_add(sha256, c->chunk, len);
                if (digest)
                        crypto_digest_add(other, c->chunk, len);
                at += len;
                c->counts.bytes_read += len;
                progress(c);
        }
        crypto_digest_end(sha256, found);
        *ret_same = memcmp(found, ref->sha256, 32) == 0;
        if (!digest)
                return RC_OK;
        crypto_digest_end(other, found);
        *ret_same = *ret_same && memcmp(found, digest, 16) == 0;
        return RC_OK;
}

static enum rc check_bytes(struct check *c, const struct blob_ref *ref, enum crypto_digest_kind kind,
                           const uint8_t *digest, const char *word, struct str where, struct err *err)
{
        struct err found = { 0 };
        bool same = false;
        enum rc rc;

        if (!c->order->read_data) {
                struct str what;

                rc = look_for(c->call->domain->blobs, ref, &c->page, &what, err);
                if (!rc && !str_is_null(what))
                        damage(c, word, where, what);
                return rc;
        }
        rc = read_whole(c, ref, kind, digest, &same, &found);
        if (rc && !is_damage(rc)) {
                *err = found;
                return rc;
        }
        if (rc)
                damage(c, word, where, str_from(found.msg));
        else if (!same)
                damage(c, word, where, STR("The stored bytes do not have their digest: they were changed on the disk."));
        return RC_OK;
}

/* ---- versions ------------------------------------------------------------------------------- */

static struct str place_of(struct check *c, const struct artifact *a)
{
        struct project *project = NULL;
        struct err ignored = { 0 };

        if (store_project_by_id(c->call->conn, &c->item, a->project_id, &project, &ignored) || !project)
                return arena_printf(&c->item, "artifact %lld", (long long)a->id);
        return arena_printf(&c->item, "%.*s/%.*s/%.*s:v%lld", STR_ARG(project->entity_name), STR_ARG(project->name),
                            STR_ARG(a->sequence_name), (long long)a->version);
}

static enum rc check_entry(struct check *c, const struct manifest_entry *entry, struct str where, struct err *err)
{
        struct blob_ref ref = { .size_bytes = entry->stored_bytes };
        struct str what = STR("The index does not say which bytes the file has.");

        if (manifest_is_reference(entry)) {
                c->counts.references++;
                return RC_OK;
        }
        c->counts.files++;
        if (entry->has_stored && entry->size_bytes == (int64_t)entry->stored_bytes) {
                enum rc rc;

                memcpy(ref.sha256, entry->sha256, sizeof(ref.sha256));
                rc = look_for(c->call->domain->blobs, &ref, &c->item, &what, err);
                if (rc)
                        return rc;
        }
        if (!str_is_null(what))
                damage(c, "file", arena_printf(&c->item, "%.*s/%.*s", STR_ARG(where), STR_ARG(entry->path)), what);
        return RC_OK;
}

/* Walks the index: every file has its bytes, and all make the digest. */
static enum rc walk_index(struct check *c, struct manifest_index *index, const struct artifact *a, struct str where,
                          struct err *err)
{
        enum crypto_digest_kind kind = a->digest_algorithm == DIGEST_XXH128 ? CRYPTO_XXH128 : CRYPTO_MD5;
        _cleanup_(crypto_digest_freep) struct crypto_digest *digest = crypto_digest_new(kind);
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = manifest_cursor_new(index, 0);
        _cleanup_(buf_done) struct buf lines = { 0 };
        uint8_t found[16], expected[16];
        bool end = false;

        buf_add_str(&lines, STR("wandb-artifact-manifest-v1\n"));
        for (;;) {
                struct manifest_entry entry;
                enum rc rc = manifest_cursor_next(cursor, &entry, &end, err);

                if (!rc && !end)
                        rc = check_entry(c, &entry, where, err);
                if (rc)
                        return rc;
                if (end)
                        break;
                buf_printf(&lines, "%.*s:%.*s\n", STR_ARG(entry.path), STR_ARG(entry.digest));
                if (lines.len >= CHUNK_BYTES / 16) {
                        crypto_digest_add(digest, lines.ptr, lines.len);
                        buf_clear(&lines);
                        progress(c);
                }
        }
        crypto_digest_add(digest, lines.ptr, lines.len);
        crypto_digest_end(digest, found);
        if (!crypto_unhex(a->digest, expected, sizeof(expected)) || memcmp(found, expected, sizeof(found)) != 0)
                damage(c, "digest", where, STR("The version's files do not make its digest."));
        return RC_OK;
}

static enum rc ignore_bytes(void *payload UNUSED, struct str data UNUSED, struct err *err UNUSED)
{
        return RC_OK;
}

static enum rc ignore_restart(void *payload UNUSED, struct err *err UNUSED)
{
        return RC_OK;
}

/* Parses the manifest again. */
static enum rc parse_manifest(struct check *c, const struct artifact *a, struct str where, struct err *err)
{
        struct manifest_info info;
        struct manifest_build build = {
                .json = files_source(c->call, &a->manifest),
                .index = { ignore_bytes, ignore_restart, NULL },
                .algorithm = a->digest_algorithm == DIGEST_XXH128 ? MANIFEST_XXH128 : MANIFEST_MD5,
        };
        enum rc rc = manifest_index_build(&build, &info, err);

        if (!rc && !str_eq_nocase(str_from(info.digest), a->digest))
                damage(c, "manifest", where, STR("The stored manifest does not make the version's digest."));
        return rc;
}

static enum rc check_version_parts(struct check *c, const struct artifact *a, struct str where, struct err *err)
{
        _cleanup_(manifest_index_freep) struct manifest_index *index = NULL;
        struct blob_ref manifest = ref_of(&a->manifest), stored_index = ref_of(&a->index);
        const struct manifest_info *info;
        enum rc rc;

        if (a->manifest.size_bytes < 0 || a->index.size_bytes < 0) {
                damage(c, "manifest", where, STR("The version is committed and has no manifest."));
                return RC_OK;
        }
        rc = check_bytes(c, &manifest, CRYPTO_MD5, NULL, "manifest", where, err);
        if (!rc)
                rc = check_bytes(c, &stored_index, CRYPTO_MD5, NULL, "index", where, err);
        if (!rc)
                rc = files_open(c->call, a, &index, err);
        if (rc)
                return rc;
        info = manifest_index_info(index);
        if (!str_eq_nocase(str_from(info->digest), a->digest) || info->entries != (uint64_t)a->file_count ||
            info->size_bytes != (uint64_t)a->size_bytes)
                damage(c, "index", where, STR("The index belongs to other content than the version."));
        rc = walk_index(c, index, a, where, err);
        if (!rc && c->order->read_data)
                rc = parse_manifest(c, a, where, err);
        return rc;
}

static enum rc check_version(struct check *c, int64_t id, struct err *err)
{
        struct arena *usual = c->call->arena;
        struct artifact *a = NULL;
        struct err found = { 0 };
        struct str where;
        enum rc rc;

        c->call->arena = &c->item;
        rc = store_artifact_by_id(c->call->conn, &c->item, id, &a, err);
        if (!rc && a && a->state == ARTIFACT_COMMITTED) {
                where = place_of(c, a);
                rc = check_version_parts(c, a, where, &found);
                if (rc && is_damage(rc)) {
                        damage(c, "version", where, str_from(found.msg));
                        rc = RC_OK;
                } else if (rc) {
                        *err = found;
                }
                c->counts.versions++;
                progress(c);
        }
        c->call->arena = usual;
        arena_done(&c->item);
        return rc;
}

static enum rc check_versions(struct check *c, struct err *err)
{
        int64_t after = 0;

        for (;;) {
                struct id_list ids;
                enum rc rc = store_check_artifacts(c->call->conn, &c->page, after, PAGE, &ids, err);

                for (size_t i = 0; !rc && i < ids.count; i++)
                        rc = check_version(c, ids.items[i], err);
                if (rc || ids.count == 0)
                        return rc;
                after = ids.items[ids.count - 1];
                arena_done(&c->page);
                rc = db_read_refresh(c->call->conn, err);
                if (rc)
                        return rc;
        }
}

/* ---- uploads, files of runs, parts ------------------------------------------------------------ */

static bool same_bytes(const struct artifact_blob *a, const struct artifact_blob *b)
{
        return a->algorithm == b->algorithm && a->bytes.size_bytes == b->bytes.size_bytes &&
               memcmp(a->digest, b->digest, sizeof(a->digest)) == 0 &&
               memcmp(a->bytes.sha256, b->bytes.sha256, sizeof(a->bytes.sha256)) == 0;
}

static enum rc check_upload(struct check *c, const struct artifact_blob *blob, struct err *err)
{
        enum crypto_digest_kind kind = blob->algorithm == DIGEST_XXH128 ? CRYPTO_XXH128 : CRYPTO_MD5;
        struct blob_ref ref = ref_of(&blob->bytes);
        struct str where = arena_printf(&c->page, "upload of %s %.*s for artifact %lld",
                                        kind == CRYPTO_MD5 ? "MD5" : "XXH128",
                                        STR_ARG(crypto_hex(&c->page, blob->digest, sizeof(blob->digest))),
                                        (long long)blob->artifact_id);

        return check_bytes(c, &ref, kind, blob->digest, "upload", where, err);
}

static enum rc check_uploads(struct check *c, struct err *err)
{
        struct artifact_blob last;
        bool started = false;

        for (;;) {
                struct check_blobs page;
                enum rc rc = store_check_blobs(c->call->conn, &c->page, started ? &last : NULL, PAGE, &page, err);

                for (size_t i = 0; !rc && i < page.count; i++) {
                        bool again = started && same_bytes(&page.items[i], &last);

                        last = page.items[i];
                        started = true;
                        c->counts.uploads++;
                        if (!again)
                                rc = check_upload(c, &last, err);
                        progress(c);
                }
                if (rc || page.count == 0)
                        return rc;
                arena_done(&c->page);
                rc = db_read_refresh(c->call->conn, err);
                if (rc)
                        return rc;
        }
}

static enum rc check_run_files(struct check *c, struct err *err)
{
        int64_t after = 0;

        for (;;) {
                struct run_file_list page;
                enum rc rc = store_check_run_files(c->call->conn, &c->page, after, PAGE, &page, err);

                for (size_t i = 0; !rc && i < page.count; i++) {
                        const struct run_file *file = &page.items[i];
                        struct blob_ref ref = { .size_bytes = (uint64_t)file->size_bytes };

                        memcpy(ref.sha256, file->sha256, sizeof(ref.sha256));
                        rc = check_bytes(c, &ref, CRYPTO_MD5, file->md5, "run-file",
                                         arena_printf(&c->page, "run %lld, file %.*s", (long long)file->run_id,
                                                      STR_ARG(file->name)),
                                         err);
                        c->counts.run_files++;
                        progress(c);
                }
                if (rc || page.count == 0)
                        return rc;
                after = page.items[page.count - 1].id;
                arena_done(&c->page);
                rc = db_read_refresh(c->call->conn, err);
                if (rc)
                        return rc;
        }
}

/* A server beside us may have joined and dropped the part meanwhile. */
static enum rc check_part(struct check *c, const struct check_part *part, struct err *err)
{
        struct blob_ref ref = ref_of(&part->part.bytes);
        struct str where = arena_printf(&c->page, "part %lld of upload %lld", (long long)part->part.part,
                                        (long long)part->upload_id);
        bool there = false, wanted = false;
        enum rc rc = blob_exists(c->call->domain->parts, &ref, false, &there, err);

        if (rc || there)
                return rc;
        rc = db_read_refresh(c->call->conn, err);
        if (!rc)
                rc = store_check_part_wanted(c->call->conn, part, &wanted, err);
        if (!rc && wanted)
                damage(c, "part", where, STR("The stored bytes are missing, or have another size."));
        return rc;
}

static enum rc check_parts(struct check *c, struct err *err)
{
        int64_t upload_id = 0, part = 0;

        for (;;) {
                struct check_parts page;
                enum rc rc = store_check_parts(c->call->conn, &c->page, upload_id, part, PAGE, &page, err);

                for (size_t i = 0; !rc && i < page.count; i++) {
                        rc = check_part(c, &page.items[i], err);
                        c->counts.parts++;
                        progress(c);
                }
                if (rc || page.count == 0)
                        return rc;
                upload_id = page.items[page.count - 1].upload_id;
                part = page.items[page.count - 1].part.part;
                arena_done(&c->page);
                rc = db_read_refresh(c->call->conn, err);
                if (rc)
                        return rc;
        }
}

/* ---- rows among themselves ---------------------------------------------------------------------- */

static enum rc check_rows(struct check *c, struct err *err)
{
        struct err found = { 0 };
        enum rc rc = db_quick_check(c->call->domain->db, &found);

        if (rc == RC_CORRUPT)
                damage(c, "database", STR("vitrine.db"), str_from(found.msg));
        else if (rc)
                *err = found;
        if (rc && rc != RC_CORRUPT)
                return rc;
        for (size_t i = 0; i < check_rule_count; i++) {
                struct str_list places;

                rc = store_check_rule(c->call->conn, &c->page, &check_rules[i], RULE_PLACES_MAX, &places, err);
                if (rc)
                        return rc;
                for (size_t k = 0; k < places.count; k++)
                        damage(c, check_rules[i].kind, places.items[k], str_from(check_rules[i].what));
                arena_done(&c->page);
        }
        return RC_OK;
}

enum rc check_run(struct call *call, const struct check_order *order, struct check_counts *ret, struct err *err)
{
        struct check c = { .call = call, .order = order };
        int64_t total = 0;
        enum rc rc;

        arena_init(&c.page, 0);
        arena_init(&c.item, 0);
        c.chunk = arena_alloc(call->arena, CHUNK_BYTES);
        rc = store_check_artifact_count(call->conn, &total, err);
        c.counts.versions_total = (uint64_t)total;
        if (!rc)
                rc = check_rows(&c, err);
        if (!rc)
                rc = check_versions(&c, err);
        if (!rc)
                rc = check_uploads(&c, err);
        if (!rc)
                rc = check_run_files(&c, err);
        if (!rc)
                rc = check_parts(&c, err);
        arena_done(&c.page);
        arena_done(&c.item);
        *ret = c.counts;
        return rc;
}
