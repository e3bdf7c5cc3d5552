/*
 * client/manifest.c - manifests as JSON, version 1, as the wandb client writes and reads them.
 *
 * Reading is by a stream of tokens, so the text is never in memory as a whole. What is not known is
 * skipped; what is known must be of its kind.
 */
#include "client/entries.h"
#include "crypto/crypto.h"
#include "model/names.h"

enum { STRING_MAX = 128 * 1024 };

/* ---- writing ---- */

static void write_entry(struct json_writer *w, const struct entry *entry)
{
        char room[32];

        json_key(w, str_from(entry->path));
        json_begin_object(w);
        json_key_string(w, "digest", str_from(entry_digest(entry, room)));
        if (entry->birth)
                json_key_string(w, "birthArtifactID", str_from(entry->birth));
        if (entry->reference)
                json_key_string(w, "ref", str_from(entry->reference));
        if (entry->extra) {
                json_key(w, STR("extra"));
                json_raw(w, str_from(entry->extra));
        }
        if (entry->has_size)
                json_key_int(w, "size", (int64_t)entry->size);
        json_end_object(w);
}

void entries_write(const struct entries *entries, struct buf *buf)
{
        struct json_writer w;

        json_writer_init(&w, buf);
        json_begin_object(&w);
        json_key_int(&w, "version", 1);
        json_key_string(&w, "storagePolicy", STR("wandb-storage-policy-v1"));
        json_key(&w, STR("storagePolicyConfig"));
        json_begin_object(&w);
        json_key_string(&w, "storageLayout", STR("V2"));
        json_end_object(&w);
        json_key(&w, STR("contents"));
        json_begin_object(&w);
        for (size_t i = 0; i < entries->count && !buf->failed; i++)
                write_entry(&w, &entries->items[i]);
        json_end_object(&w);
        json_end_object(&w);
}

/* ---- reading ---- */

enum field { FIELD_OTHER, FIELD_VERSION, FIELD_POLICY, FIELD_CONTENTS, FIELD_DIGEST, FIELD_SIZE, FIELD_REF, FIELD_EXTRA,
             FIELD_BIRTH };

enum where { IN_NOTHING, IN_DOCUMENT, IN_CONTENTS, IN_ENTRY, IN_END };

struct manifest_reader {
        struct entries *entries;
        struct json_reader *json;
        enum where where;
        enum field field;
        bool have_key;                /* a value of `field` comes next */
        bool copying;                 /* within "extra" */
        bool skipping;
        bool version_seen;
        struct entry *entry;
        struct buf extra;
        struct json_writer extra_writer;
        struct buf digest;            /* as written, until the entry ends */
        enum rc (*each)(void *payload, struct entry *entry, struct err *err);
        void *payload;
};

enum rc manifest_reader_new(struct entries *entries, struct manifest_reader **ret, struct err *err)
{
        const struct json_limits limits = { .fallible = true, .lenient = true };
        struct manifest_reader *reader = mem_alloc_zero(1, sizeof(*reader));

        if (!reader)
                return mem_fail(err);
        reader->entries = entries;
        reader->extra.fallible = reader->digest.fallible = true;
        reader->json = json_reader_new(&limits, STRING_MAX);
        if (!reader->json) {
                manifest_reader_free(reader);
                return mem_fail(err);
        }
        *ret = reader;
        return RC_OK;
}

void manifest_reader_free(struct manifest_reader *reader)
{
        if (!reader)
                return;
        json_reader_free(reader->json);
        buf_done(&reader->extra);
        buf_done(&reader->digest);
        mem_free(reader);
}

static enum rc wrong(struct err *err)
{
        return fail_protocol(err, "a manifest that is none");
}

static enum field field_of(enum where where, struct str key)
{
        static const struct { enum where where; const char *name; enum field field; } fields[] = {
                { IN_DOCUMENT, "version", FIELD_VERSION }, { IN_DOCUMENT, "storagePolicy", FIELD_POLICY },
                { IN_DOCUMENT, "contents", FIELD_CONTENTS }, { IN_ENTRY, "digest", FIELD_DIGEST },
                { IN_ENTRY, "size", FIELD_SIZE }, { IN_ENTRY, "ref", FIELD_REF }, { IN_ENTRY, "extra", FIELD_EXTRA },
                { IN_ENTRY, "birthArtifactID", FIELD_BIRTH },
        };

        for (size_t i = 0; i < ARRAY_LEN(fields); i++)
                if (fields[i].where == where && str_eq_c(key, fields[i].name))
                        return fields[i].field;
        return FIELD_OTHER;
}

void manifest_reader_each(struct manifest_reader *reader, enum rc (*each)(void *payload, struct entry *entry, struct err *err),
                          void *payload)
{
        reader->each = each;
        reader->payload = payload;
}

/* And it is gone. */
static enum rc pass_on(struct manifest_reader *r, struct err *err)
{
        enum rc rc = r->each(r->payload, r->entry, err);

        r->entry = NULL;
        r->entries->count = 0;
        arena_reset(&r->entries->arena);
        return rc;
}

/* The entry is complete: make its digest 16 bytes where it can be. */
static enum rc end_entry(struct manifest_reader *r, struct err *err)
{
        struct entry *entry = r->entry;

        if (entry->extra && strstr(entry->extra, "\"alg\":\"XXH128\""))
                entry->xxh = true;
        if (r->digest.len == 0)
                return wrong(err);
        if (crypto_unbase64_to(buf_str(&r->digest), entry->md5, sizeof(entry->md5))) {
                entry->hashed = true;
        } else {
                entry->digest = arena_text(&r->entries->arena, buf_str(&r->digest));
                if (!entry->digest)
                        return mem_fail(err);
                if (!entry->reference)
                        return wrong(err);
        }
        entry->present = true;
        if (r->each)
                return pass_on(r, err);
        return RC_OK;
}

static enum rc begin_entry(struct manifest_reader *r, struct str path, struct err *err)
{
        /* Paths become names of local files: nothing that leads elsewhere gets in. */
        enum rc rc = model_check_path(path, err);

        if (rc)
                return rc;
        r->entry = entries_add(r->entries, path);
        if (!r->entry)
                return mem_fail(err);
        buf_clear(&r->digest);
        return RC_OK;
}

static enum rc take_value(struct manifest_reader *r, enum json_token token, struct str text, struct err *err)
{
        struct arena *arena = &r->entries->arena;
        uint64_t size;

        switch (r->field) {
        case FIELD_VERSION:
                r->version_seen = true;
                return token == JSON_TOKEN_NUMBER && str_eq_c(text, "1") ? RC_OK : wrong(err);
        case FIELD_POLICY:
                return str_eq_c(text, "wandb-storage-policy-v1") ? RC_OK : wrong(err);
        case FIELD_DIGEST:
                if (token != JSON_TOKEN_STRING)
                        return wrong(err);
                buf_add_str(&r->digest, text);
                return r->digest.failed ? mem_fail(err) : RC_OK;
        case FIELD_SIZE:
                if (token != JSON_TOKEN_NUMBER || !str_to_u64(text, &size))
                        return token == JSON_TOKEN_NULL ? RC_OK : wrong(err);
                r->entry->size = size;
                r->entry->has_size = true;
                return RC_OK;
        case FIELD_REF:
                if (token == JSON_TOKEN_STRING)
                        r->entry->reference = arena_text(arena, text);
                break;
        case FIELD_BIRTH:
                if (token == JSON_TOKEN_STRING && text.len)
                        r->entry->birth = arena_text(arena, text);
                break;
        default:
                break;
        }
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

/* The value of a key whose value is no plain one for us; *ret_more: feed again. */
static enum rc pass_value(struct manifest_reader *r, bool *ret_more, struct err *err)
{
        bool done = false;
        enum rc rc;

        if (r->copying)
                rc = json_reader_copy(r->json, &r->extra_writer, &done, err);
        else
                rc = json_reader_skip(r->json, &done, err);
        *ret_more = !rc && !done;
        if (rc || !done)
                return rc;
        if (r->copying) {
                if (r->extra.failed)
                        return mem_fail(err);
                if (r->extra.len && r->extra.ptr[0] == '{' && r->extra.len > 2)
                        r->entry->extra = arena_text(&r->entries->arena, buf_str(&r->extra));
                if (arena_failed(&r->entries->arena))
                        return mem_fail(err);
        }
        r->copying = r->skipping = false;
        return RC_OK;
}

static enum rc take_token(struct manifest_reader *r, enum json_token token, struct str text, struct err *err)
{
        switch (token) {
        case JSON_TOKEN_BEGIN_OBJECT:
                if (r->where == IN_NOTHING)
                        r->where = IN_DOCUMENT;
                else if (r->where == IN_DOCUMENT && r->have_key && r->field == FIELD_CONTENTS)
                        r->where = IN_CONTENTS;
                else if (r->where == IN_CONTENTS && r->have_key)
                        r->where = IN_ENTRY;
                else
                        return wrong(err);
                r->have_key = false;
                return RC_OK;
        case JSON_TOKEN_END_OBJECT:
                if (r->where == IN_ENTRY) {
                        r->where = IN_CONTENTS;
                        return end_entry(r, err);
                }
                r->where = r->where == IN_CONTENTS ? IN_DOCUMENT : IN_END;
                return RC_OK;
        case JSON_TOKEN_KEY:
                r->have_key = true;
                if (r->where == IN_CONTENTS)
                        return begin_entry(r, text, err);
                r->field = field_of(r->where, text);
                if (r->field == FIELD_EXTRA) {
                        r->have_key = false;
                        r->copying = true;
                        buf_clear(&r->extra);
                        json_writer_init(&r->extra_writer, &r->extra);
                } else if (r->field == FIELD_OTHER) {
                        r->have_key = false;
                        r->skipping = true;
                }
                return RC_OK;
        default:
                if (!r->have_key || r->where == IN_CONTENTS || r->field == FIELD_CONTENTS)
                        return wrong(err);
                r->have_key = false;
                return take_value(r, token, text, err);
        }
}

/* The reader looks at a chunk once more when it gets the next one; ours is gone by then. */
static enum rc let_go(struct manifest_reader *r)
{
        json_reader_feed(r->json, STR(""), false);
        return RC_OK;
}

enum rc manifest_reader_feed(struct manifest_reader *r, struct str chunk, bool last, struct err *err)
{
        json_reader_feed(r->json, chunk, last);
        for (;;) {
                enum json_token token = JSON_TOKEN_MORE;
                struct str text = STR_NULL;
                bool more = false;
                enum rc rc;

                if (r->copying || r->skipping) {
                        rc = pass_value(r, &more, err);
                        if (rc)
                                return rc;
                        if (more)
                                return let_go(r);
                        continue;
                }
                rc = json_reader_next(r->json, &token, &text, err);
                if (rc)
                        return err && err->sys_errno == ENOMEM ? rc : wrong(err);
                if (token == JSON_TOKEN_MORE)
                        return let_go(r);
                if (token == JSON_TOKEN_END)
                        return r->where == IN_END && r->version_seen ? RC_OK : wrong(err);
                rc = take_token(r, token, text, err);
                if (rc)
                        return rc;
        }
}
