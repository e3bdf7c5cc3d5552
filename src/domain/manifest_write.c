/*
 * domain/manifest_write.c - writing an index, entry by entry, in order.
 *
 * The index is written front to back, because a blob can only be appended to: leaves of 32
 * entries as they come, then where the leaves are (by position), nodes over the leaves' first
 * paths (by path), pages of digests (by digest), the foot. Kept in memory until the end: 8
 * bytes and the first path for each leaf, 12 bytes for each file's digest.
 *
 * The artifact's digest and the sums are made here, because here the order is certain. Called by manifest_build.c and
 * manifest_merge.c.
 */
#include "domain/manifest_internal.h"

#include "crypto/crypto.h"

enum { FLUSH = 256 * 1024 };

struct index_builder {
        struct manifest_sink sink;
        struct buf out;               /* not yet given to the sink */
        uint64_t at;                  /* bytes before `out` */
        struct buf leaf;              /* the open leaf's entries */
        uint32_t leaf_count;
        struct buf first_path;        /* of the open leaf */
        struct buf last_path;
        struct buf offsets;           /* of the leaves */
        struct buf fences;            /* of the leaves: key, offset, length */
        struct buf digests;           /* records of DIGEST_RECORD bytes */
        struct crypto_digest *digest;
        struct buf hashed;            /* not yet given to the digest */
        struct index_foot foot;
};

struct index_builder *index_builder_new(const struct manifest_sink *sink, enum manifest_algorithm algorithm)
{
        struct index_builder *b = calloc(1, sizeof *b);

        if (!b)
                abort();
        b->sink = *sink;
        b->foot.info.algorithm = algorithm;
        b->digest = crypto_digest_new(algorithm == MANIFEST_XXH128 ? CRYPTO_XXH128 : CRYPTO_MD5);
        buf_add_str(&b->hashed, STR("wandb-artifact-manifest-v1\n"));
        buf_add(&b->out, index_magic, sizeof index_magic);
        buf_add(&b->out, (char[INDEX_HEAD - sizeof index_magic]){ 0 }, INDEX_HEAD - sizeof index_magic);
        return b;
}

void index_builder_freep(struct index_builder **builder)
{
        struct index_builder *b = *builder;

        *builder = NULL;
        if (!b)
                return;
        buf_done(&b->out);
        buf_done(&b->leaf);
        buf_done(&b->first_path);
        buf_done(&b->last_path);
        buf_done(&b->offsets);
        buf_done(&b->fences);
        buf_done(&b->digests);
        buf_done(&b->hashed);
        crypto_digest_freep(&b->digest);
        free(b);
}

struct str index_builder_last_path(const struct index_builder *b)
{
        return buf_str(&b->last_path);
}

void index_builder_set_storage(struct index_builder *b, bool layout_v2, const char *region)
{
        b->foot.info.layout_v2 = layout_v2;
        memset(b->foot.info.region, 0, sizeof b->foot.info.region);
        memcpy(b->foot.info.region, region, strnlen(region, MANIFEST_REGION_MAX));
}

/* ---- output ------------------------------------------------------------------------------- */

static uint64_t position(const struct index_builder *b)
{
        return b->at + b->out.len;
}

static enum rc flush(struct index_builder *b, size_t keep, struct err *err)
{
        enum rc rc;

        if (b->out.len <= keep)
                return RC_OK;
        rc = b->sink.write(b->sink.payload, buf_str(&b->out), err);
        if (rc)
                return rc;
        b->at += b->out.len;
        buf_clear(&b->out);
        return RC_OK;
}

/* A leaf, node or page: head of 16 bytes (checksum, two numbers) and the rest. */
static void put_part(struct buf *out, uint32_t a, uint32_t b, struct str body)
{
        uint8_t head[16] = { 0 };
        size_t start = out->len;

        store_u32(head + 8, a);
        store_u32(head + 12, b);
        buf_add(out, head, sizeof head);
        buf_add_str(out, body);
        store_u64((uint8_t *)out->ptr + start, part_checksum(out->ptr + start + 8, out->len - start - 8));
}

static void put_fence(struct buf *fences, struct str key, uint64_t at, uint64_t len)
{
        put_varint(fences, key.len);
        buf_add_str(fences, key);
        put_varint(fences, at);
        put_varint(fences, len);
}

static void put_offset(struct buf *offsets, uint64_t at)
{
        uint8_t bytes[8];

        store_u64(bytes, at);
        buf_add(offsets, bytes, sizeof bytes);
}

static enum rc close_leaf(struct index_builder *b, struct err *err)
{
        uint64_t start = position(b);

        if (b->leaf_count == 0)
                return RC_OK;
        put_offset(&b->offsets, start);
        put_part(&b->out, (uint32_t)(b->foot.leaves * LEAF_ENTRIES), b->leaf_count, buf_str(&b->leaf));
        put_fence(&b->fences, buf_str(&b->first_path), start, position(b) - start);
        b->foot.leaves++;
        b->leaf_count = 0;
        buf_clear(&b->leaf);
        return flush(b, FLUSH, err);
}

/* ---- entries -------------------------------------------------------------------------------- */

static void add_digest(struct index_builder *b, const struct manifest_entry *entry)
{
        uint32_t ordinal = (uint32_t)b->foot.info.entries;
        uint8_t record[DIGEST_RECORD + 4];

        if (manifest_is_reference(entry) || !manifest_digest_parse(entry->digest, record))
                return;
        /* Big-endian, so that records sort by their bytes. */
        for (size_t i = 0; i < 4; i++)
                record[DIGEST_KEY + i] = (uint8_t)(ordinal >> (24 - 8 * i) & 0xff);
        buf_add(&b->digests, record, DIGEST_RECORD);
        b->foot.digest_records++;
}

static void add_hashed(struct index_builder *b, const struct manifest_entry *entry)
{
        buf_add_str(&b->hashed, entry->path);
        buf_add_c(&b->hashed, ':');
        buf_add_str(&b->hashed, entry->digest);
        buf_add_c(&b->hashed, '\n');
        if (b->hashed.len > FLUSH / 4) {
                crypto_digest_add(b->digest, b->hashed.ptr, b->hashed.len);
                buf_clear(&b->hashed);
        }
}

static enum rc add_size(struct index_builder *b, const struct manifest_entry *entry, struct err *err)
{
        struct manifest_info *info = &b->foot.info;

        if (entry->size_bytes < 0)
                return RC_OK;
        if ((uint64_t)entry->size_bytes > (uint64_t)INT64_MAX - info->size_bytes)
                return err_set(err, RC_INVALID, "The manifest's sizes add up to more than 2^63 - 1 bytes.");
        info->size_bytes += (uint64_t)entry->size_bytes;
        return RC_OK;
}

enum rc index_builder_add(struct index_builder *b, const struct manifest_entry *entry, struct err *err)
{
        enum rc rc;

        assert(b->foot.info.entries == 0 || str_cmp(buf_str(&b->last_path), entry->path) < 0);
        if (b->foot.info.entries == UINT32_MAX)
                return err_set(err, RC_TOO_LARGE, "The manifest has more than %u entries.", UINT32_MAX);
        rc = add_size(b, entry, err);
        if (rc)
                return rc;
        if (b->leaf_count == 0) {
                buf_clear(&b->first_path);
                buf_add_str(&b->first_path, entry->path);
                put_entry(&b->leaf, STR(""), entry);
        } else {
                put_entry(&b->leaf, buf_str(&b->last_path), entry);
        }
        buf_clear(&b->last_path);
        buf_add_str(&b->last_path, entry->path);
        add_digest(b, entry);
        add_hashed(b, entry);
        b->foot.info.entries++;
        if (manifest_is_reference(entry))
                b->foot.info.references++;
        if (++b->leaf_count == LEAF_ENTRIES)
                return close_leaf(b, err);
        return RC_OK;
}

/* ---- the end of the index -------------------------------------------------------------------- */

/* One level of nodes over the fences; *upper gets the nodes' own fences. */
static enum rc write_level(struct index_builder *b, struct str fences, uint32_t level, struct buf *upper,
                           size_t *ret_nodes, struct err *err)
{
        struct bytes rest = { (const uint8_t *)fences.ptr, (const uint8_t *)fences.ptr + fences.len };
        size_t nodes = 0;

        while (rest.at < rest.end) {
                const uint8_t *start = rest.at;
                struct str first = STR_NULL;
                uint64_t node_at = position(b);
                uint32_t count = 0;
                enum rc rc;

                while (rest.at < rest.end && rest.at - start < NODE_TARGET - NODE_HEAD) {
                        struct str key = STR_NULL;
                        uint64_t ignored = 0;
                        bool taken = take_str(&rest, ENTRY_PATH_MAX, &key) && take_varint(&rest, UINT64_MAX, &ignored) &&
                                     take_varint(&rest, UINT64_MAX, &ignored);

                        assert(taken);
                        if (count++ == 0)
                                first = key;
                }
                put_part(&b->out, count, level, (struct str){ (const char *)start, (size_t)(rest.at - start) });
                put_fence(upper, first, node_at, position(b) - node_at);
                b->foot.root_at = node_at;
                b->foot.root_len = (uint32_t)(position(b) - node_at);
                nodes++;
                rc = flush(b, FLUSH, err);
                if (rc)
                        return rc;
        }
        *ret_nodes = nodes;
        return RC_OK;
}

static enum rc write_nodes(struct index_builder *b, struct err *err)
{
        size_t nodes = b->foot.leaves ? SIZE_MAX : 1;

        while (nodes > 1) {
                struct buf upper = { 0 };
                enum rc rc = write_level(b, buf_str(&b->fences), b->foot.levels, &upper, &nodes, err);

                buf_done(&b->fences);
                b->fences = upper;
                if (rc)
                        return rc;
                b->foot.levels++;
        }
        return RC_OK;
}

static bool record_bit(const uint8_t *record, unsigned bit)
{
        return record[bit / 8] >> (7 - bit % 8) & 1;
}

static void swap_records(uint8_t *a, uint8_t *b)
{
        uint8_t kept[DIGEST_RECORD];

        memcpy(kept, a, sizeof kept);
        memcpy(a, b, sizeof kept);
        memcpy(b, kept, sizeof kept);
}

/* Few records, in place. */
static void sort_few(uint8_t *records, size_t count)
{
        for (size_t i = 1; i < count; i++)
                for (size_t j = i; j > 0; j--) {
                        uint8_t *at = records + j * DIGEST_RECORD;

                        if (memcmp(at - DIGEST_RECORD, at, DIGEST_RECORD) <= 0)
                                break;
                        swap_records(at - DIGEST_RECORD, at);
                }
}

/*
 * In place and bit by bit from the top: no memory, and never more than 96 passes, whatever
 * digests somebody has thought of.
 */
static void sort_records(uint8_t *records, size_t count, unsigned bit)
{
        while (count > 16 && bit < 8 * DIGEST_RECORD) {
                size_t low = 0;
                size_t high = count;

                while (low < high) {
                        if (!record_bit(records + low * DIGEST_RECORD, bit))
                                low++;
                        else if (record_bit(records + (high - 1) * DIGEST_RECORD, bit))
                                high--;
                        else
                                swap_records(records + low++ * DIGEST_RECORD, records + --high * DIGEST_RECORD);
                }
                bit++;
                sort_records(records, low, bit);
                records += low * DIGEST_RECORD;
                count -= low;
        }
        sort_few(records, count);
}

static enum rc write_digests(struct index_builder *b, struct err *err)
{
        size_t count = (size_t)b->foot.digest_records;
        uint8_t *records = (uint8_t *)b->digests.ptr;

        b->foot.digests_at = position(b);
        sort_records(records, count, 0);
        for (size_t i = 0; i < count; i += DIGEST_PAGE_RECORDS) {
                uint8_t page[DIGEST_PAGE - DIGEST_HEAD] = { 0 };
                size_t some = count - i < DIGEST_PAGE_RECORDS ? count - i : DIGEST_PAGE_RECORDS;
                enum rc rc;

                memcpy(page, records + i * DIGEST_RECORD, some * DIGEST_RECORD);
                put_part(&b->out, (uint32_t)(i / DIGEST_PAGE_RECORDS), (uint32_t)some,
                         (struct str){ (const char *)page, sizeof page });
                rc = flush(b, FLUSH, err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

static void finish_digest(struct index_builder *b)
{
        static const char hex[] = "0123456789abcdef";
        uint8_t digest[16];

        crypto_digest_add(b->digest, b->hashed.ptr, b->hashed.len);
        crypto_digest_end(b->digest, digest);
        for (size_t i = 0; i < 32; i++)
                b->foot.info.digest[i] = hex[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
        b->foot.info.digest[32] = '\0';
}

enum rc index_builder_finish(struct index_builder *b, struct manifest_info *ret, struct err *err)
{
        uint8_t foot[INDEX_FOOT];
        enum rc rc = close_leaf(b, err);

        if (rc)
                return rc;
        b->foot.offsets_at = position(b);
        put_offset(&b->offsets, b->foot.offsets_at);
        buf_add_str(&b->out, buf_str(&b->offsets));
        rc = write_nodes(b, err);
        if (!rc)
                rc = write_digests(b, err);
        if (rc)
                return rc;
        finish_digest(b);
        b->foot.total_bytes = position(b) + INDEX_FOOT;
        index_foot_write(&b->foot, foot);
        buf_add(&b->out, foot, sizeof foot);
        rc = flush(b, 0, err);
        if (rc)
                return rc;
        *ret = b->foot.info;
        return RC_OK;
}
