/*
 * domain/manifest_index.c - looking things up in an index, a few kilobytes at a time.
 *
 * By path: from the root node down, one read a level, to the one leaf that can hold it. By
 * digest: the records are sorted and digests are spread evenly, so a guess by proportion is
 * nearly always right; bisection takes over when it is not. By position: the table of leaf
 * offsets. Every part read is checked against its checksum and its bounds, so damage is
 * answered with RC_CORRUPT and never with a wrong entry.
 */
#include "domain/manifest_internal.h"

struct manifest_index {
        struct manifest_bytes bytes;
        struct index_foot foot;
        struct buf node;     /* the part looked at last */
};

enum rc manifest_index_open(const struct manifest_bytes *bytes, struct manifest_index **ret, struct err *err)
{
        uint8_t foot_bytes[INDEX_FOOT];
        struct index_foot foot;
        enum rc rc;

        if (bytes->size_bytes < INDEX_HEAD + INDEX_FOOT)
                return fail_index(err);
        rc = bytes->read(bytes->payload, bytes->size_bytes - INDEX_FOOT, foot_bytes, INDEX_FOOT, err);
        if (rc)
                return rc;
        if (!index_foot_read(foot_bytes, bytes->size_bytes, &foot))
                return fail_index(err);
        *ret = calloc(1, sizeof **ret);
        if (!*ret)
                abort();
        (*ret)->bytes = *bytes;
        (*ret)->foot = foot;
        return RC_OK;
}

void manifest_index_free(struct manifest_index *index)
{
        if (!index)
                return;
        buf_done(&index->node);
        free(index);
}

void manifest_index_freep(struct manifest_index **index)
{
        manifest_index_free(*index);
        *index = NULL;
}

const struct manifest_info *manifest_index_info(const struct manifest_index *index)
{
        return &index->foot.info;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static enum rc read_bytes(struct manifest_index *index, uint64_t at, void *ret, size_t len, struct err *err)
{
        uint64_t total = index->bytes.size_bytes;

        if (at > total || total - at < len)
                return fail_index(err);
        return index->bytes.read(index->bytes.payload, at, ret, len, err);
}

/* A leaf, node or page that lies whole in memory: checks it, gives its two numbers and its body. */
static bool open_part(const uint8_t *part, size_t len, uint32_t *ret_a, uint32_t *ret_b, struct bytes *ret_body)
{
        if (len < 16 || !part_checksum_holds(part, part + 8, len - 8))
                return false;
        *ret_a = load_u32(part + 8);
        *ret_b = load_u32(part + 12);
        *ret_body = (struct bytes){ part + 16, part + len };
        return true;
}

static enum rc read_part(struct manifest_index *index, uint64_t at, uint64_t len, uint64_t max, uint32_t *ret_a,
                         uint32_t *ret_b, struct bytes *ret_body, struct err *err)
{
        enum rc rc;

        if (len > max || len < 16)
                return fail_index(err);
        buf_clear(&index->node);
        buf_reserve(&index->node, (size_t)len);
        rc = read_bytes(index, at, index->node.ptr, (size_t)len, err);
        if (rc)
                return rc;
        return open_part((const uint8_t *)index->node.ptr, (size_t)len, ret_a, ret_b, ret_body) ? RC_OK
                                                                                                : fail_index(err);
}

/* ---- by path --------------------------------------------------------------------------------- */

struct place {
        uint64_t at;
        uint64_t len;
};

/* The last child whose first path is not behind `path`; the first child when all are. */
static bool choose_child(struct bytes *body, uint32_t count, struct str path, struct place *ret)
{
        for (uint32_t i = 0; i < count; i++) {
                struct str key = STR_NULL;
                struct place child = { 0, 0 };

                if (!take_str(body, ENTRY_PATH_MAX, &key) || !take_varint(body, UINT64_MAX, &child.at) ||
                    !take_varint(body, UINT64_MAX, &child.len))
                        return false;
                if (i > 0 && str_cmp(key, path) > 0)
                        return true;
                *ret = child;
        }
        return count > 0;
}

/* The leaf that holds the path if any does; its body in index->node. */
static enum rc find_leaf(struct manifest_index *index, struct str path, uint32_t *ret_first, uint32_t *ret_count,
                         struct bytes *ret_body, struct err *err)
{
        struct place place = { index->foot.root_at, index->foot.root_len };

        for (uint32_t level = index->foot.levels; level > 0; level--) {
                struct bytes body = { NULL, NULL };
                uint32_t count = 0;
                uint32_t node_level = 0;
                enum rc rc = read_part(index, place.at, place.len, NODE_MAX, &count, &node_level, &body, err);

                if (rc)
                        return rc;
                if (node_level != level - 1 || !choose_child(&body, count, path, &place))
                        return fail_index(err);
        }
        return read_part(index, place.at, place.len, LEAF_MAX, ret_first, ret_count, ret_body, err);
}

/*
 * Walks a leaf to the first entry that is not before `path`. *ret_order is 0 when it is the path itself, > 0
 * when it is behind it, < 0 when the leaf ends before.
 */
static enum rc walk_leaf(struct entry_decoder *decoder, struct bytes body, uint32_t count, struct str path,
                         struct manifest_entry *ret, uint32_t *ret_steps, int *ret_order, struct err *err)
{
        *ret_order = -1;
        for (uint32_t i = 0; i < count; i++) {
                if (!take_entry(decoder, &body, ret))
                        return fail_index(err);
                *ret_order = str_cmp(ret->path, path);
                *ret_steps = i;
                if (*ret_order >= 0)
                        return RC_OK;
        }
        *ret_steps = count;
        return RC_OK;
}

static struct manifest_entry copy_entry(struct arena *arena, const struct manifest_entry *entry)
{
        struct manifest_entry copy = *entry;

        copy.path = arena_str(arena, entry->path);
        copy.digest = arena_str(arena, entry->digest);
        copy.ref = arena_str(arena, entry->ref);
        copy.extra = arena_str(arena, entry->extra);
        return copy;
}

static enum rc locate(struct manifest_index *index, struct str path, struct entry_decoder *decoder,
                      struct manifest_entry *ret, uint64_t *ret_ordinal, int *ret_order, struct err *err)
{
        struct bytes body = { NULL, NULL };
        uint32_t first = 0;
        uint32_t count = 0;
        uint32_t steps = 0;
        enum rc rc;

        *ret_order = -1;
        *ret_ordinal = 0;
        if (index->foot.leaves == 0)
                return RC_OK;
        rc = find_leaf(index, path, &first, &count, &body, err);
        if (!rc)
                rc = walk_leaf(decoder, body, count, path, ret, &steps, ret_order, err);
        if (rc)
                return rc;
        *ret_ordinal = (uint64_t)first + steps;
        return *ret_ordinal <= index->foot.info.entries ? RC_OK : fail_index(err);
}

enum rc manifest_index_find(struct manifest_index *index, struct arena *arena, struct str path,
                            struct manifest_entry *ret, uint64_t *ret_ordinal, struct err *err)
{
        _cleanup_(entry_decoder_done) struct entry_decoder decoder = { 0 };
        struct manifest_entry entry;
        uint64_t ordinal = 0;
        int order = -1;
        enum rc rc = locate(index, path, &decoder, &entry, &ordinal, &order, err);

        if (rc)
                return rc;
        if (order != 0) {
                char text[88];

                return err_set(err, RC_NOT_FOUND, "The artifact has no file '%s'.", shown_path(path, text));
        }
        *ret = copy_entry(arena, &entry);
        if (ret_ordinal)
                *ret_ordinal = ordinal;
        return RC_OK;
}

enum rc manifest_index_seek(struct manifest_index *index, struct str path, uint64_t *ret_ordinal, struct err *err)
{
        _cleanup_(entry_decoder_done) struct entry_decoder decoder = { 0 };
        struct manifest_entry entry;
        int order = -1;

        return locate(index, path, &decoder, &entry, ret_ordinal, &order, err);
}

/* ---- by position -------------------------------------------------------------------------------- */

enum { CHUNK_LEAVES = 64, CHUNK_BYTES = 1 << 20 };

struct manifest_cursor {
        struct manifest_index *index;
        uint64_t ordinal;              /* of the next entry */
        uint64_t leaf;                 /* number of the leaf that is read next */
        struct buf chunk;              /* leaves one behind the other */
        uint64_t chunk_at;             /* where the chunk lies in the index */
        uint64_t offsets[CHUNK_LEAVES + 1];
        size_t chunk_leaves;           /* in the chunk */
        size_t chunk_next;             /* the one that is opened next */
        struct bytes body;             /* rest of the open leaf */
        uint32_t left;                 /* entries in it */
        struct entry_decoder decoder;
};

struct manifest_cursor *manifest_cursor_new(struct manifest_index *index, uint64_t first_ordinal)
{
        struct manifest_cursor *cursor = calloc(1, sizeof *cursor);

        if (!cursor)
                abort();
        cursor->index = index;
        cursor->ordinal = first_ordinal;
        cursor->leaf = first_ordinal / LEAF_ENTRIES;
        return cursor;
}

void manifest_cursor_free(struct manifest_cursor *cursor)
{
        if (!cursor)
                return;
        buf_done(&cursor->chunk);
        entry_decoder_done(&cursor->decoder);
        free(cursor);
}

void manifest_cursor_freep(struct manifest_cursor **cursor)
{
        manifest_cursor_free(*cursor);
        *cursor = NULL;
}

/* The next leaves in one read: as many as fit a chunk, and at least one. */
static enum rc read_chunk(struct manifest_cursor *c, size_t want, struct err *err)
{
        const struct index_foot *foot = &c->index->foot;
        uint8_t bytes[8 * (CHUNK_LEAVES + 1)];
        uint64_t left = c->leaf < foot->leaves ? foot->leaves - c->leaf : 0;
        size_t count = left < want ? (size_t)left : want;
        size_t fits = 1;
        enum rc rc;

        /* Damaged leaves with too few entries would lead past the last one. */
        if (count == 0)
                return fail_index(err);
        rc = read_bytes(c->index, foot->offsets_at + 8 * c->leaf, bytes, 8 * (count + 1), err);
        if (rc)
                return rc;
        for (size_t i = 0; i <= count; i++)
                c->offsets[i] = load_u64(bytes + 8 * i);
        for (size_t i = 0; i < count; i++)
                if (c->offsets[i + 1] < c->offsets[i] || c->offsets[i + 1] - c->offsets[i] > LEAF_MAX)
                        return fail_index(err);
        while (fits < count && c->offsets[fits + 1] - c->offsets[0] <= CHUNK_BYTES)
                fits++;
        c->chunk_at = c->offsets[0];
        buf_clear(&c->chunk);
        buf_reserve(&c->chunk, (size_t)(c->offsets[fits] - c->chunk_at) + 1);
        rc = read_bytes(c->index, c->chunk_at, c->chunk.ptr, (size_t)(c->offsets[fits] - c->chunk_at), err);
        if (rc)
                return rc;
        c->chunk_leaves = fits;
        c->chunk_next = 0;
        return RC_OK;
}

/* want: how many leaves the caller is likely to need. */
static enum rc open_leaf(struct manifest_cursor *c, size_t want, struct err *err)
{
        const uint8_t *base;
        uint32_t first = 0;
        enum rc rc;

        if (c->chunk_next == c->chunk_leaves) {
                rc = read_chunk(c, want, err);
                if (rc)
                        return rc;
        }
        base = (const uint8_t *)c->chunk.ptr + (c->offsets[c->chunk_next] - c->chunk_at);
        if (!open_part(base, (size_t)(c->offsets[c->chunk_next + 1] - c->offsets[c->chunk_next]), &first, &c->left,
                       &c->body) ||
            first != c->leaf * LEAF_ENTRIES || c->left == 0 || c->left > LEAF_ENTRIES)
                return fail_index(err);
        buf_clear(&c->decoder.path);
        c->chunk_next++;
        c->leaf++;
        /* Only the first leaf may be entered in its middle. */
        for (uint64_t skip = c->ordinal - first; skip > 0; skip--) {
                struct manifest_entry ignored;

                if (c->left-- == 0 || !take_entry(&c->decoder, &c->body, &ignored))
                        return fail_index(err);
        }
        return RC_OK;
}

static enum rc cursor_next(struct manifest_cursor *c, size_t want, struct manifest_entry *ret, bool *ret_end,
                           struct err *err)
{
        if (c->ordinal >= c->index->foot.info.entries) {
                *ret_end = true;
                return RC_OK;
        }
        if (c->left == 0) {
                enum rc rc = open_leaf(c, want, err);

                if (rc)
                        return rc;
        }
        if (c->left == 0 || !take_entry(&c->decoder, &c->body, ret))
                return fail_index(err);
        c->left--;
        c->ordinal++;
        *ret_end = false;
        return RC_OK;
}

enum rc manifest_cursor_next(struct manifest_cursor *cursor, struct manifest_entry *ret, bool *ret_end,
                             struct err *err)
{
        return cursor_next(cursor, CHUNK_LEAVES, ret, ret_end, err);
}

enum rc manifest_index_page(struct manifest_index *index, struct arena *arena, uint64_t first_ordinal, size_t max,
                            struct manifest_entry **ret, size_t *ret_count, struct err *err)
{
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = NULL;
        uint64_t entries = index->foot.info.entries;
        uint64_t left = first_ordinal < entries ? entries - first_ordinal : 0;
        size_t count = left < max ? (size_t)left : max;
        struct manifest_entry *page = arena_array(arena, struct manifest_entry, count);
        size_t leaves = (size_t)(first_ordinal % LEAF_ENTRIES + count + LEAF_ENTRIES - 1) / LEAF_ENTRIES;

        cursor = manifest_cursor_new(index, first_ordinal);
        for (size_t i = 0; i < count; i++) {
                size_t read = i / LEAF_ENTRIES;
                size_t want = leaves - read < CHUNK_LEAVES ? leaves - read : CHUNK_LEAVES;
                struct manifest_entry entry;
                bool end = false;
                enum rc rc = cursor_next(cursor, want ? want : 1, &entry, &end, err);

                if (rc)
                        return rc;
                page[i] = copy_entry(arena, &entry);
        }
        *ret = page;
        *ret_count = count;
        return RC_OK;
}

/* ---- by digest ------------------------------------------------------------------------------------ */

/* One page of records in index->node. */
static enum rc read_page(struct manifest_index *index, uint64_t page, const uint8_t **ret_records, uint32_t *ret_count,
                         struct err *err)
{
        struct bytes body = { NULL, NULL };
        uint32_t number = 0;
        enum rc rc = read_part(index, index->foot.digests_at + page * DIGEST_PAGE, DIGEST_PAGE, DIGEST_PAGE, &number,
                               ret_count, &body, err);

        if (rc)
                return rc;
        if (number != page || *ret_count == 0 || *ret_count > DIGEST_PAGE_RECORDS)
                return fail_index(err);
        *ret_records = body.at;
        return RC_OK;
}

/* Where in [low, high) a digest is likely to be. */
static uint64_t guess_page(const uint8_t *key, uint64_t pages, uint64_t low, uint64_t high)
{
        uint64_t top = (uint64_t)key[0] << 24 | (uint64_t)key[1] << 16 | (uint64_t)key[2] << 8 | key[3];
        uint64_t guess = top * pages >> 32;

        return guess < low ? low : guess >= high ? high - 1 : guess;
}

/*
 * The last page whose first record is before (key, ordinal 0), or page 0: the first record
 * with the key is in it or starts the next one.
 */
static enum rc find_page(struct manifest_index *index, const uint8_t *key, uint64_t *ret_page, struct err *err)
{
        uint64_t pages = (index->foot.digest_records + DIGEST_PAGE_RECORDS - 1) / DIGEST_PAGE_RECORDS;
        uint64_t low = 0;
        uint64_t high = pages;

        for (unsigned tries = 0; high - low > 1; tries++) {
                uint64_t page = tries < 3 ? guess_page(key, pages, low + 1, high) : low + (high - low) / 2;
                const uint8_t *records = NULL;
                uint32_t count = 0;
                enum rc rc = read_page(index, page, &records, &count, err);

                if (rc)
                        return rc;
                if (memcmp(records, key, DIGEST_KEY) >= 0) {
                        high = page;
                        continue;
                }
                low = page;
                /* Its last record tells whether to look further. */
                if (memcmp(records + (count - 1) * DIGEST_RECORD, key, DIGEST_KEY) >= 0)
                        break;
        }
        *ret_page = low;
        return RC_OK;
}

static enum rc fail_digest(struct err *err)
{
        return err_set(err, RC_NOT_FOUND, "The artifact has no file with this digest.");
}

/* The entry at an ordinal, if its whole digest is the one asked for. */
static enum rc check_ordinal(struct manifest_index *index, uint64_t ordinal, const uint8_t digest[16],
                             struct arena *arena, struct manifest_entry *ret, bool *ret_match, struct err *err)
{
        _cleanup_(manifest_cursor_freep) struct manifest_cursor *cursor = manifest_cursor_new(index, ordinal);
        struct manifest_entry entry;
        uint8_t found[16];
        bool end = false;
        enum rc rc = cursor_next(cursor, 1, &entry, &end, err);

        if (rc)
                return rc;
        if (end || !manifest_digest_parse(entry.digest, found))
                return fail_index(err);
        *ret_match = memcmp(found, digest, sizeof found) == 0;
        if (*ret_match)
                *ret = copy_entry(arena, &entry);
        return RC_OK;
}

enum rc manifest_index_find_digest(struct manifest_index *index, struct arena *arena, const uint8_t digest[16],
                                   struct manifest_entry *ret, struct err *err)
{
        uint64_t pages = (index->foot.digest_records + DIGEST_PAGE_RECORDS - 1) / DIGEST_PAGE_RECORDS;
        uint64_t page = 0;
        enum rc rc = find_page(index, digest, &page, err);

        if (rc)
                return rc;
        for (; page < pages; page++) {
                const uint8_t *records = NULL;
                uint32_t count = 0;

                rc = read_page(index, page, &records, &count, err);
                if (rc)
                        return rc;
                for (uint32_t i = 0; i < count; i++) {
                        const uint8_t *record = records + i * DIGEST_RECORD;
                        const uint8_t *tail = record + DIGEST_KEY;
                        int order = memcmp(record, digest, DIGEST_KEY);
                        bool match = false;

                        if (order > 0)
                                return fail_digest(err);
                        if (order < 0)
                                continue;
                        rc = check_ordinal(index,
                                           (uint32_t)tail[0] << 24 | (uint32_t)tail[1] << 16 | (uint32_t)tail[2] << 8 |
                                                   tail[3],
                                           digest, arena, ret, &match, err);
                        if (rc || match)
                                return rc;
                }
        }
        return fail_digest(err);
}
