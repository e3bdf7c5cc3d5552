/*
 * domain/manifest_read.c - a manifest's JSON, entry by entry.
 *
 * Walks the document with the pull reader: keys of the top level in whatever order, unknown
 * keys skipped, the entries of "contents" handed out one at a time. Judges what can be
 * judged of one entry alone; order, duplicates and sums are the builder's.
 */
#include "domain/manifest_internal.h"

#include "json/json.h"
#include "model/model.h"
#include "model/names.h"

enum { CHUNK = 256 * 1024 };

/* Which keys of an object were there already. */
enum {
        SEEN_VERSION = 1,
        SEEN_POLICY = 2,
        SEEN_CONFIG = 4,
        SEEN_CONTENTS = 8,
        SEEN_DIGEST = 1,
        SEEN_SIZE = 2,
        SEEN_REF = 4,
        SEEN_BIRTH = 8,
        SEEN_EXTRA = 16,
};

struct json_manifest {
        struct manifest_bytes bytes;
        uint64_t at;
        char *chunk;
        struct json_reader *json;
        bool started;
        bool in_contents;
        unsigned seen;             /* at the top level */
        unsigned entry_seen;
        bool layout_v2;
        char region[MANIFEST_REGION_MAX + 1];
        struct buf path, digest, ref, extra;
        struct buf birth;          /* the last id and its number: most entries have the same one */
        int64_t birth_number;
        struct manifest_entry entry;
};

struct json_manifest *json_manifest_new(const struct manifest_bytes *bytes)
{
        static const struct json_limits limits = { .max_depth = 64 };
        struct json_manifest *m = calloc(1, sizeof *m);

        if (!m)
                abort();
        m->chunk = malloc(CHUNK);
        if (!m->chunk)
                abort();
        m->bytes = *bytes;
        m->json = json_reader_new(&limits, ENTRY_EXTRA_MAX);
        return m;
}

void json_manifest_freep(struct json_manifest **manifest)
{
        struct json_manifest *m = *manifest;

        *manifest = NULL;
        if (!m)
                return;
        json_reader_free(m->json);
        buf_done(&m->path);
        buf_done(&m->digest);
        buf_done(&m->ref);
        buf_done(&m->extra);
        buf_done(&m->birth);
        free(m->chunk);
        free(m);
}

bool json_manifest_layout_v2(const struct json_manifest *manifest)
{
        return manifest->layout_v2;
}

const char *json_manifest_region(const struct json_manifest *manifest)
{
        return manifest->region;
}

/* ---- tokens ------------------------------------------------------------------------------ */

static enum rc feed(struct json_manifest *m, struct err *err)
{
        uint64_t left = m->bytes.size_bytes - m->at;
        size_t len = left < CHUNK ? (size_t)left : CHUNK;
        enum rc rc = len ? m->bytes.read(m->bytes.payload, m->at, m->chunk, len, err) : RC_OK;

        if (rc)
                return rc;
        m->at += len;
        json_reader_feed(m->json, (struct str){ m->chunk, len }, m->at == m->bytes.size_bytes);
        return RC_OK;
}

static enum rc next(struct json_manifest *m, enum json_token *ret_token, struct str *ret_text, struct err *err)
{
        enum rc rc;

        while ((rc = json_reader_next(m->json, ret_token, ret_text, err)) == RC_OK && *ret_token == JSON_TOKEN_MORE) {
                rc = feed(m, err);
                if (rc)
                        return rc;
        }
        return rc ? err_prefix(err, rc, "The manifest cannot be read") : RC_OK;
}

/* Skips the next value, or writes it to w. */
static enum rc take_value(struct json_manifest *m, struct json_writer *w, struct err *err)
{
        bool done = false;
        enum rc rc;

        while ((rc = json_reader_copy(m->json, w, &done, err)) == RC_OK && !done) {
                rc = feed(m, err);
                if (rc)
                        return rc;
        }
        return rc ? err_prefix(err, rc, "The manifest cannot be read") : RC_OK;
}

/* ---- the top level ------------------------------------------------------------------------- */

static enum rc see(unsigned *seen, unsigned bit, const char *key, struct err *err)
{
        if (*seen & bit)
                return err_set(err, RC_INVALID, "The manifest has the key \"%s\" twice.", key);
        *seen |= bit;
        return RC_OK;
}

static enum rc read_version(struct json_manifest *m, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc = next(m, &token, &text, err);

        if (rc)
                return rc;
        if (token != JSON_TOKEN_NUMBER || !str_eq(text, STR("1")))
                return err_set(err, RC_INVALID, "The manifest's version is not 1: this server reads version 1 only.");
        return RC_OK;
}

static enum rc read_policy(struct json_manifest *m, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc = next(m, &token, &text, err);

        if (rc)
                return rc;
        if (token != JSON_TOKEN_STRING || !str_eq(text, STR("wandb-storage-policy-v1")))
                return err_set(err, RC_INVALID,
                               "The manifest's storage policy is not known: it must be wandb-storage-policy-v1.");
        return RC_OK;
}

static enum rc read_layout(struct json_manifest *m, enum json_token token, struct str text, struct err *err)
{
        if (token == JSON_TOKEN_NULL)
                return RC_OK;
        m->layout_v2 = str_eq(text, STR("V2"));
        if (token != JSON_TOKEN_STRING || (!m->layout_v2 && !str_eq(text, STR("V1"))))
                return err_set(err, RC_INVALID, "The manifest's storage layout is not known: it must be V1 or V2.");
        return RC_OK;
}

static enum rc read_region(struct json_manifest *m, enum json_token token, struct str text, struct err *err)
{
        if (token == JSON_TOKEN_NULL)
                return RC_OK;
        if (token != JSON_TOKEN_STRING || text.len > MANIFEST_REGION_MAX || memchr(text.ptr, '\0', text.len))
                return err_set(err, RC_INVALID, "The manifest's storage region is not a text of at most %u bytes.",
                               MANIFEST_REGION_MAX);
        memset(m->region, 0, sizeof m->region);
        memcpy(m->region, text.ptr, text.len);
        return RC_OK;
}

static enum rc read_config(struct json_manifest *m, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc = next(m, &token, &text, err);

        if (rc)
                return rc;
        if (token == JSON_TOKEN_NULL)
                return RC_OK;
        if (token != JSON_TOKEN_BEGIN_OBJECT)
                return err_set(err, RC_INVALID, "The manifest's storagePolicyConfig is not an object.");
        for (;;) {
                bool layout;
                bool region;

                rc = next(m, &token, &text, err);
                if (rc || token == JSON_TOKEN_END_OBJECT)
                        return rc;
                layout = str_eq(text, STR("storageLayout"));
                region = str_eq(text, STR("storageRegion"));
                if (!layout && !region) {
                        rc = take_value(m, NULL, err);
                        if (rc)
                                return rc;
                        continue;
                }
                rc = next(m, &token, &text, err);
                if (!rc)
                        rc = layout ? read_layout(m, token, text, err) : read_region(m, token, text, err);
                if (rc)
                        return rc;
        }
}

static enum rc begin_contents(struct json_manifest *m, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc = next(m, &token, &text, err);

        if (rc)
                return rc;
        if (token != JSON_TOKEN_BEGIN_OBJECT)
                return err_set(err, RC_INVALID, "The manifest's contents are not an object.");
        m->in_contents = true;
        return RC_OK;
}

static const struct {
        const char *key;
        unsigned bit;
        enum rc (*read)(struct json_manifest *m, struct err *err);
} top_keys[] = {
        { "version", SEEN_VERSION, read_version },
        { "storagePolicy", SEEN_POLICY, read_policy },
        { "storagePolicyConfig", SEEN_CONFIG, read_config },
        { "contents", SEEN_CONTENTS, begin_contents },
};

static enum rc read_top_key(struct json_manifest *m, struct str key, struct err *err)
{
        for (size_t i = 0; i < ARRAY_LEN(top_keys); i++) {
                enum rc rc;

                if (!str_eq_c(key, top_keys[i].key))
                        continue;
                rc = see(&m->seen, top_keys[i].bit, top_keys[i].key, err);
                return rc ? rc : top_keys[i].read(m, err);
        }
        return take_value(m, NULL, err);
}

static enum rc finish(struct json_manifest *m, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc = next(m, &token, &text, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < ARRAY_LEN(top_keys); i++)
                if (!(m->seen & top_keys[i].bit) && top_keys[i].bit != SEEN_CONFIG)
                        return err_set(err, RC_INVALID, "The manifest has no \"%s\".", top_keys[i].key);
        return RC_OK;
}

/* ---- one entry -------------------------------------------------------------------------------- */

static enum rc fail_entry(const struct json_manifest *m, enum rc rc, const char *problem, struct err *err)
{
        char path[88];

        return err_set(err, rc, "The manifest's entry '%s' %s.", shown_path(buf_str(&m->path), path), problem);
}

static enum rc take_text(struct json_manifest *m, enum json_token token, struct str text, struct buf *buf, size_t max,
                         struct str *ret, struct err *err)
{
        if (token == JSON_TOKEN_NULL)
                return RC_OK;
        if (token != JSON_TOKEN_STRING)
                return fail_entry(m, RC_INVALID, "has a number or structure where a text should be", err);
        if (text.len > max)
                return fail_entry(m, RC_TOO_LARGE, "has a digest or reference of more than 16384 bytes", err);
        buf_clear(buf);
        buf_add_str(buf, text);
        *ret = buf_str(buf);
        return RC_OK;
}

static enum rc take_size(struct json_manifest *m, enum json_token token, struct str text, struct err *err)
{
        int64_t size = -1;

        if (token == JSON_TOKEN_NULL)
                return RC_OK;
        if (token != JSON_TOKEN_NUMBER || !str_to_i64(text, &size) || size < 0)
                return fail_entry(m, RC_INVALID, "has a size that is not a whole number from 0 to 2^63 - 1", err);
        m->entry.size_bytes = size;
        return RC_OK;
}

static enum rc take_birth(struct json_manifest *m, enum json_token token, struct str text, struct err *err)
{
        struct id id = { MODEL_NONE, 0 };

        if (token == JSON_TOKEN_NULL || (token == JSON_TOKEN_STRING && str_is_empty(text)))
                return RC_OK;
        if (token != JSON_TOKEN_STRING || !str_eq(text, buf_str(&m->birth))) {
                if (token != JSON_TOKEN_STRING || !id_parse(text, &id) || id.type != MODEL_ARTIFACT)
                        return fail_entry(m, RC_INVALID, "has a birthArtifactID that is not an artifact's id", err);
                buf_clear(&m->birth);
                buf_add_str(&m->birth, text);
                m->birth_number = id.number;
        }
        m->entry.birth_artifact = m->birth_number;
        return RC_OK;
}

static enum rc take_extra(struct json_manifest *m, struct err *err)
{
        struct json_writer w;
        enum rc rc;

        buf_clear(&m->extra);
        json_writer_init(&w, &m->extra);
        rc = take_value(m, &w, err);
        if (rc)
                return rc;
        if (m->extra.len > ENTRY_EXTRA_MAX)
                return fail_entry(m, RC_TOO_LARGE, "has an \"extra\" of more than 65536 bytes", err);
        if (str_eq(buf_str(&m->extra), STR("null")) || str_eq(buf_str(&m->extra), STR("{}")))
                return RC_OK;
        if (m->extra.ptr[0] != '{')
                return fail_entry(m, RC_INVALID, "has an \"extra\" that is not an object", err);
        m->entry.extra = buf_str(&m->extra);
        return RC_OK;
}

static enum rc read_field(struct json_manifest *m, struct str key, struct err *err)
{
        static const struct {
                struct str key;
                unsigned bit;
        } keys[] = {
                { { "digest", 6 }, SEEN_DIGEST }, { { "size", 4 }, SEEN_SIZE },
                { { "ref", 3 }, SEEN_REF },       { { "birthArtifactID", 15 }, SEEN_BIRTH },
                { { "extra", 5 }, SEEN_EXTRA },
        };
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        size_t i = 0;
        enum rc rc;

        while (i < ARRAY_LEN(keys) && !str_eq(key, keys[i].key))
                i++;
        if (i == ARRAY_LEN(keys))
                return take_value(m, NULL, err);
        if (m->entry_seen & keys[i].bit)
                return fail_entry(m, RC_INVALID, "has a key twice", err);
        m->entry_seen |= keys[i].bit;
        if (keys[i].bit == SEEN_EXTRA)
                return take_extra(m, err);
        rc = next(m, &token, &text, err);
        if (rc)
                return rc;
        switch (keys[i].bit) {
        case SEEN_DIGEST: return take_text(m, token, text, &m->digest, ENTRY_DIGEST_MAX, &m->entry.digest, err);
        case SEEN_REF: return take_text(m, token, text, &m->ref, ENTRY_REF_MAX, &m->entry.ref, err);
        case SEEN_SIZE: return take_size(m, token, text, err);
        default: return take_birth(m, token, text, err);
        }
}

/* Clients mark a digest that is not MD5 by "alg" in "extra". */
static bool names_xxh128(struct str extra)
{
        struct arena arena;
        struct json *root = NULL;
        bool found;

        if (!str_contains(extra, STR("XXH128")))
                return false;
        arena_init(&arena, 0);
        found = json_parse(&arena, extra, &(struct json_limits){ .lenient = true }, &root, NULL) == RC_OK &&
                str_eq(json_text(root, "alg"), STR("XXH128"));
        arena_done(&arena);
        return found;
}

static enum rc judge_entry(struct json_manifest *m, struct err *err)
{
        uint8_t digest[16];

        if (str_is_empty(m->entry.digest))
                return fail_entry(m, RC_INVALID, "has no digest", err);
        if (!str_is_null(m->entry.ref))
                return RC_OK;
        if (!manifest_digest_parse(m->entry.digest, digest))
                return fail_entry(m, RC_INVALID, "has a digest that is not the base64 text of 16 bytes", err);
        m->entry.is_xxh128 = !str_is_null(m->entry.extra) && names_xxh128(m->entry.extra);
        return RC_OK;
}

static enum rc read_entry(struct json_manifest *m, struct str path, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc = model_check_path(path, err);

        if (rc)
                return err_prefix(err, rc, "The manifest cannot be taken");
        buf_clear(&m->path);
        buf_add_str(&m->path, path);
        m->entry = (struct manifest_entry){ .path = buf_str(&m->path), .size_bytes = -1 };
        m->entry_seen = 0;
        rc = next(m, &token, &text, err);
        if (rc)
                return rc;
        if (token != JSON_TOKEN_BEGIN_OBJECT)
                return fail_entry(m, RC_INVALID, "is not an object", err);
        for (;;) {
                rc = next(m, &token, &text, err);
                if (rc)
                        return rc;
                if (token == JSON_TOKEN_END_OBJECT)
                        return judge_entry(m, err);
                rc = read_field(m, text, err);
                if (rc)
                        return rc;
        }
}

enum rc json_manifest_next(struct json_manifest *m, struct manifest_entry *ret, bool *ret_end, struct err *err)
{
        enum json_token token = JSON_TOKEN_MORE;
        struct str text = STR_NULL;
        enum rc rc;

        for (;;) {
                rc = next(m, &token, &text, err);
                if (rc)
                        return rc;
                if (!m->started) {
                        if (token != JSON_TOKEN_BEGIN_OBJECT)
                                return err_set(err, RC_INVALID, "The manifest is not a JSON object.");
                        m->started = true;
                } else if (m->in_contents && token == JSON_TOKEN_KEY) {
                        rc = read_entry(m, text, err);
                        if (rc)
                                return rc;
                        *ret = m->entry;
                        *ret_end = false;
                        return RC_OK;
                } else if (m->in_contents) {
                        m->in_contents = false;
                } else if (token == JSON_TOKEN_KEY) {
                        rc = read_top_key(m, text, err);
                        if (rc)
                                return rc;
                } else {
                        *ret_end = true;
                        return finish(m, err);
                }
        }
}
