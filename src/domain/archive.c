/*
 * domain/archive.c - see archive.h.
 *
 * What is to be sent is, in turn: a file's headers (`head`), its bytes (`left` of them), its
 * padding, and at the end two empty blocks, which are a `head`, too.
 */
#include "domain/archive.h"

#include "domain/files.h"

#define BLOCK 512
#define NAME_MAX_BYTES 100
#define SIZE_MAX_OCTAL ((uint64_t)1 << 33) /* 11 octal digits */

struct archive {
        struct arena arena;
        struct call call;                /* its arena is ours; no connection */
        struct manifest_index *index;
        struct manifest_cursor *cursor;
        size_t strip;                    /* bytes of folders above that names go without */
        struct str prefix;               /* what paths start with */
        bool is_file;                    /* prefix is one file's path */
        int64_t time_s;
        struct buf head;
        size_t head_at;
        struct blob_ref ref;
        uint64_t at, left;               /* of the current file */
        size_t pad;
        bool ended;
};

/* ---- headers ----------------------------------------------------------------------------------- */

static void put_octal(char *at, size_t digits, uint64_t value)
{
        at[digits] = '\0';
        while (digits > 0) {
                at[--digits] = (char)('0' + (value & 7));
                value >>= 3;
        }
}

static void add_block(struct archive *a, struct str name, char type, uint64_t size)
{
        char block[BLOCK] = { 0 };
        unsigned sum = 0;

        memcpy(block, name.ptr, name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES);
        put_octal(block + 100, 7, 0644);
        put_octal(block + 108, 7, 0);
        put_octal(block + 116, 7, 0);
        put_octal(block + 124, 11, size);
        put_octal(block + 136, 11, (uint64_t)a->time_s);
        memset(block + 148, ' ', 8);
        block[156] = type;
        memcpy(block + 257, "ustar\00000", 8);
        for (size_t i = 0; i < BLOCK; i++)
                sum += (unsigned char)block[i];
        put_octal(block + 148, 6, sum);
        buf_add(&a->head, block, BLOCK);
}

static size_t padding(uint64_t size)
{
        return (size_t)((BLOCK - size % BLOCK) % BLOCK);
}

static void add_zeros(struct buf *buf, size_t count)
{
        static const char zeros[2 * BLOCK];

        buf_add(buf, zeros, count);
}

/* "<length of all this> key=value\n" */
static void add_record(struct buf *records, const char *key, struct str value)
{
        size_t rest = 1 + strlen(key) + 1 + value.len + 1, length = rest, digits;

        for (digits = 1; ; digits++) {
                size_t limit = 1;

                for (size_t i = 0; i < digits; i++)
                        limit *= 10;
                length = rest + digits;
                if (length < limit)
                        break;
        }
        buf_printf(records, "%zu %s=%.*s\n", length, key, STR_ARG(value));
}

static bool needs_record(struct str name)
{
        for (size_t i = 0; i < name.len; i++)
                if ((unsigned char)name.ptr[i] >= 0x80)
                        return true;
        return name.len > NAME_MAX_BYTES;
}

static void add_headers(struct archive *a, struct str name, uint64_t size)
{
        _cleanup_(buf_done) struct buf records = { 0 };

        if (needs_record(name))
                add_record(&records, "path", name);
        if (size >= SIZE_MAX_OCTAL)
                add_record(&records, "size", arena_printf(&a->arena, "%llu", (unsigned long long)size));
        if (records.len > 0) {
                add_block(a, STR("pax-header"), 'x', records.len);
                buf_add_str(&a->head, buf_str(&records));
                add_zeros(&a->head, padding(records.len));
        }
        add_block(a, name, '0', size < SIZE_MAX_OCTAL ? size : 0);
}

/* ---- opening ------------------------------------------------------------------------------------ */

static enum rc find_start(struct archive *a, struct str path, uint64_t *ret, struct err *err)
{
        struct manifest_entry entry;
        uint64_t count = manifest_index_info(a->index)->entries, end = 0;
        enum rc rc;

        *ret = 0;
        if (str_is_empty(path))
                return RC_OK;
        for (size_t i = 0; i < path.len; i++)
                if (path.ptr[i] == '/')
                        a->strip = i + 1;
        rc = manifest_index_find(a->index, &a->arena, path, &entry, ret, NULL);
        if (rc == RC_OK) {
                a->is_file = true;
                a->prefix = arena_str(&a->arena, path);
                return RC_OK;
        }
        if (rc != RC_NOT_FOUND)
                return err_set(err, rc, "The index of the version could not be read.");
        a->prefix = arena_printf(&a->arena, "%.*s/", STR_ARG(path));
        rc = manifest_index_seek(a->index, a->prefix, ret, err);
        if (!rc)
                rc = manifest_index_seek(a->index, arena_printf(&a->arena, "%.*s0", STR_ARG(path)), &end, err);
        if (!rc && (*ret == end || *ret == count))
                rc = err_set(err, RC_NOT_FOUND, "There is no file or folder '%.*s' in this version.",
                             STR_ARG(str_slice(path, 0, 200)));
        return rc;
}

enum rc archive_new(struct call *call, int64_t artifact_id, int64_t collection_id, struct str path,
                    struct archive **ret, struct err *err)
{
        struct artifact *artifact = NULL;
        struct archive *a;
        uint64_t start = 0;
        enum rc rc = files_require_download(call, artifact_id, collection_id, ACT_DOWNLOAD, &artifact, err);

        if (rc)
                return rc;
        files_note_download(call, artifact_id, collection_id);
        a = calloc(1, sizeof(*a));
        if (!a)
                return err_set(err, RC_UNAVAILABLE, "Out of memory.");
        arena_init(&a->arena, 0);
        a->call = (struct call){ .domain = call->domain, .arena = &a->arena };
        a->time_s = artifact->created_us / 1000000;
        rc = files_open(&a->call, artifact, &a->index, err);
        if (!rc)
                rc = find_start(a, path, &start, err);
        if (rc) {
                archive_free(a);
                return rc;
        }
        a->cursor = manifest_cursor_new(a->index, start);
        *ret = a;
        return RC_OK;
}

void archive_free(struct archive *a)
{
        if (!a)
                return;
        manifest_cursor_free(a->cursor);
        manifest_index_free(a->index);
        buf_done(&a->head);
        arena_done(&a->arena);
        free(a);
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* The next file's headers into an empty head, or the end of the tar. */
static enum rc next_file(struct archive *a, struct err *err)
{
        buf_clear(&a->head);
        a->head_at = 0;
        for (;;) {
                struct manifest_entry entry = { 0 };
                bool end = false;
                enum rc rc = manifest_cursor_next(a->cursor, &entry, &end, err);

                if (rc)
                        return rc;
                if (end || !str_starts(entry.path, a->prefix) || (a->is_file && entry.path.len != a->prefix.len)) {
                        a->ended = true;
                        add_zeros(&a->head, 2 * BLOCK);
                        return RC_OK;
                }
                if (manifest_is_reference(&entry) || !entry.has_stored)
                        continue;
                memcpy(a->ref.sha256, entry.sha256, sizeof(a->ref.sha256));
                a->ref.size_bytes = a->left = entry.stored_bytes;
                a->at = 0;
                a->pad = padding(a->left);
                add_headers(a, str_slice(entry.path, a->strip, entry.path.len), a->left);
                return RC_OK;
        }
}

static enum rc read_some(struct archive *a, char *ret, size_t len, size_t *ret_got, struct err *err)
{
        size_t got = a->head.len - a->head_at;

        if (got > 0) {
                got = got < len ? got : len;
                memcpy(ret, buf_str(&a->head).ptr + a->head_at, got);
                a->head_at += got;
        } else if (a->left > 0) {
                enum rc rc;

                got = a->left < len ? (size_t)a->left : len;
                rc = blob_read(a->call.domain->blobs, &a->ref, a->at, ret, got, err);
                if (rc)
                        return rc;
                a->at += got;
                a->left -= got;
        } else if (a->pad > 0) {
                got = a->pad < len ? a->pad : len;
                memset(ret, 0, got);
                a->pad -= got;
        }
        *ret_got = got;
        return RC_OK;
}

enum rc archive_read(struct archive *a, char *ret, size_t len, size_t *ret_got, struct err *err)
{
        size_t total = 0;

        while (total < len) {
                size_t got = 0;
                enum rc rc = read_some(a, ret + total, len - total, &got, err);

                if (!rc && got == 0) {
                        if (a->ended)
                                break;
                        rc = next_file(a, err);
                }
                if (rc)
                        return rc;
                total += got;
        }
        *ret_got = total;
        return RC_OK;
}
