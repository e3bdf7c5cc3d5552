/*
 * domain/manifest_codec.c - entries and the foot of an index as bytes.
 *
 * Everything that reads here may be given damaged or hostile bytes: lengths are checked
 * against what is left and against the limits before anything is touched.
 */
#include "domain/manifest_internal.h"

const uint8_t index_magic[8] = { 'V', 'T', 'R', 'I', 'D', 'X', '1', '\n' };

/* ---- digests as text ----------------------------------------------------------------------- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void manifest_digest_format(const uint8_t digest[16], char ret[static 25])
{
        for (size_t i = 0; i < 5; i++) {
                const uint8_t *in = digest + 3 * i;
                char *out = ret + 4 * i;

                out[0] = alphabet[in[0] >> 2];
                out[1] = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
                out[2] = alphabet[(in[1] & 15) << 2 | in[2] >> 6];
                out[3] = alphabet[in[2] & 63];
        }
        ret[20] = alphabet[digest[15] >> 2];
        ret[21] = alphabet[(digest[15] & 3) << 4];
        memcpy(ret + 22, "==", 3);
}

/* What the letters from '+' to 'z' stand for; 255: nothing. A table, since this runs for every entry. */
static const uint8_t letter_values[] = {
         62, 255, 255, 255,  63,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61, 255,
        255, 255, 255, 255, 255, 255,   0,   1,   2,   3,   4,   5,   6,   7,   8,   9,
         10,  11,  12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,
        255, 255, 255, 255, 255, 255,  26,  27,  28,  29,  30,  31,  32,  33,  34,  35,
         36,  37,  38,  39,  40,  41,  42,  43,  44,  45,  46,  47,  48,  49,  50,  51,
};

bool manifest_digest_parse(struct str text, uint8_t ret[16])
{
        uint8_t values[24] = { 0 };
        uint8_t digest[18];
        unsigned wrong = 0;

        if (text.len != 24 || text.ptr[22] != '=' || text.ptr[23] != '=')
                return false;
        for (size_t i = 0; i < 22; i++) {
                size_t letter = (size_t)((unsigned char)text.ptr[i] - (unsigned)'+');

                values[i] = letter < sizeof letter_values ? letter_values[letter] : 255;
                wrong |= values[i];
        }
        /* Of the last letter four bits are left over; only one spelling has them clear. */
        if (wrong > 63 || values[21] & 15)
                return false;
        for (size_t i = 0; i < 6; i++) {
                const uint8_t *in = values + 4 * i;

                digest[3 * i] = (uint8_t)(in[0] << 2 | in[1] >> 4);
                digest[3 * i + 1] = (uint8_t)((in[1] & 15) << 4 | in[2] >> 2);
                digest[3 * i + 2] = (uint8_t)((in[2] & 3) << 6 | in[3]);
        }
        memcpy(ret, digest, 16);
        return true;
}

/* ---- numbers ---------------------------------------------------------------------------------- */

uint32_t load_u32(const uint8_t *at)
{
        return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t load_u64(const uint8_t *at)
{
        return load_u32(at) | (uint64_t)load_u32(at + 4) << 32;
}

void store_u32(uint8_t *at, uint32_t value)
{
        for (size_t i = 0; i < 4; i++)
                at[i] = (uint8_t)(value >> (8 * i) & 0xff);
}

void store_u64(uint8_t *at, uint64_t value)
{
        store_u32(at, (uint32_t)(value & 0xffffffff));
        store_u32(at + 4, (uint32_t)(value >> 32));
}

void put_varint(struct buf *buf, uint64_t value)
{
        char bytes[10];
        size_t len = 0;

        while (value >= 0x80) {
                bytes[len++] = (char)((value & 0x7f) | 0x80);
                value >>= 7;
        }
        bytes[len++] = (char)value;
        buf_add(buf, bytes, len);
}

bool take_varint(struct bytes *bytes, uint64_t max, uint64_t *ret)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 64 && bytes->at < bytes->end; shift += 7) {
                uint8_t byte = *bytes->at++;

                if (shift == 63 && byte > 1)
                        return false;
                value |= (uint64_t)(byte & 0x7f) << shift;
                if (byte < 0x80) {
                        *ret = value;
                        return value <= max;
                }
        }
        return false;
}

static bool take_raw(struct bytes *bytes, size_t len, const uint8_t **ret)
{
        if ((size_t)(bytes->end - bytes->at) < len)
                return false;
        *ret = bytes->at;
        bytes->at += len;
        return true;
}

bool take_str(struct bytes *bytes, uint64_t max_len, struct str *ret)
{
        uint64_t len = 0;
        const uint8_t *at = NULL;

        if (!take_varint(bytes, max_len, &len) || !take_raw(bytes, (size_t)len, &at))
                return false;
        *ret = (struct str){ (const char *)at, (size_t)len };
        return true;
}

static void put_str(struct buf *buf, struct str s)
{
        put_varint(buf, s.len);
        buf_add_str(buf, s);
}

/* ---- entries ------------------------------------------------------------------------------------ */

enum {
        FLAG_REFERENCE = 1,
        FLAG_SIZE = 2,
        FLAG_EXTRA = 4,
        FLAG_BIRTH = 8,
        FLAG_PACKED_DIGEST = 16,   /* 16 bytes instead of text */
        FLAG_STORED = 32,
        FLAG_STORED_SIZE = 64,     /* differs from the size given */
        FLAG_XXH128 = 128,
};

static size_t shared_start(struct str a, struct str b)
{
        size_t max = a.len < b.len ? a.len : b.len;
        size_t i = 0;

        while (i < max && a.ptr[i] == b.ptr[i])
                i++;
        return i;
}

void put_entry(struct buf *buf, struct str previous, const struct manifest_entry *entry)
{
        size_t shared = shared_start(previous, entry->path);
        uint8_t digest[16];
        unsigned flags = 0;

        if (manifest_is_reference(entry))
                flags |= FLAG_REFERENCE;
        if (entry->size_bytes >= 0)
                flags |= FLAG_SIZE;
        if (!str_is_null(entry->extra))
                flags |= FLAG_EXTRA;
        if (entry->birth_artifact > 0)
                flags |= FLAG_BIRTH;
        if (manifest_digest_parse(entry->digest, digest))
                flags |= FLAG_PACKED_DIGEST;
        if (entry->has_stored)
                flags |= FLAG_STORED;
        if (entry->has_stored && entry->stored_bytes != (uint64_t)entry->size_bytes)
                flags |= FLAG_STORED_SIZE;
        if (entry->is_xxh128)
                flags |= FLAG_XXH128;
        put_varint(buf, shared);
        put_str(buf, str_slice(entry->path, shared, entry->path.len));
        buf_add_c(buf, (char)flags);
        if (flags & FLAG_PACKED_DIGEST)
                buf_add(buf, digest, sizeof digest);
        else
                put_str(buf, entry->digest);
        if (flags & FLAG_SIZE)
                put_varint(buf, (uint64_t)entry->size_bytes);
        if (flags & FLAG_BIRTH)
                put_varint(buf, (uint64_t)entry->birth_artifact);
        if (flags & FLAG_STORED)
                buf_add(buf, entry->sha256, sizeof entry->sha256);
        if (flags & FLAG_STORED_SIZE)
                put_varint(buf, entry->stored_bytes);
        if (flags & FLAG_REFERENCE)
                put_str(buf, entry->ref);
        if (flags & FLAG_EXTRA)
                put_str(buf, entry->extra);
}

void entry_decoder_done(struct entry_decoder *decoder)
{
        buf_done(&decoder->path);
}

static bool take_path(struct entry_decoder *decoder, struct bytes *bytes)
{
        uint64_t shared = 0;
        struct str rest = STR_NULL;

        if (!take_varint(bytes, decoder->path.len, &shared) || !take_str(bytes, ENTRY_PATH_MAX - shared, &rest))
                return false;
        decoder->path.len = (size_t)shared;
        buf_add_str(&decoder->path, rest);
        return decoder->path.len > 0;
}

static bool take_digest(struct entry_decoder *decoder, struct bytes *bytes, bool packed, struct str *ret)
{
        const uint8_t *digest = NULL;

        if (!packed)
                return take_str(bytes, ENTRY_DIGEST_MAX, ret);
        if (!take_raw(bytes, 16, &digest))
                return false;
        manifest_digest_format(digest, decoder->digest);
        *ret = (struct str){ decoder->digest, 24 };
        return true;
}

static bool take_stored(struct bytes *bytes, unsigned flags, struct manifest_entry *ret)
{
        const uint8_t *sha256 = NULL;

        ret->has_stored = true;
        if (!take_raw(bytes, sizeof ret->sha256, &sha256))
                return false;
        memcpy(ret->sha256, sha256, sizeof ret->sha256);
        ret->stored_bytes = ret->size_bytes >= 0 ? (uint64_t)ret->size_bytes : 0;
        return !(flags & FLAG_STORED_SIZE) || take_varint(bytes, UINT64_MAX, &ret->stored_bytes);
}

bool take_entry(struct entry_decoder *decoder, struct bytes *bytes, struct manifest_entry *ret)
{
        struct manifest_entry entry = { .size_bytes = -1 };
        const uint8_t *flags_at = NULL;
        uint64_t number = 0;
        unsigned flags;

        if (!take_path(decoder, bytes) || !take_raw(bytes, 1, &flags_at))
                return false;
        flags = *flags_at;
        entry.path = buf_str(&decoder->path);
        if (!take_digest(decoder, bytes, flags & FLAG_PACKED_DIGEST, &entry.digest))
                return false;
        if (flags & FLAG_SIZE) {
                if (!take_varint(bytes, INT64_MAX, &number))
                        return false;
                entry.size_bytes = (int64_t)number;
        }
        if (flags & FLAG_BIRTH) {
                if (!take_varint(bytes, INT64_MAX, &number))
                        return false;
                entry.birth_artifact = (int64_t)number;
        }
        if (flags & FLAG_STORED && !take_stored(bytes, flags, &entry))
                return false;
        if (flags & FLAG_REFERENCE && !take_str(bytes, ENTRY_REF_MAX, &entry.ref))
                return false;
        if (flags & FLAG_EXTRA && !take_str(bytes, ENTRY_EXTRA_MAX, &entry.extra))
                return false;
        entry.is_xxh128 = (flags & FLAG_XXH128) != 0;
        *ret = entry;
        return true;
}

/* ---- the foot -------------------------------------------------------------------------------------- */

/*
 * Eight bytes a step. Each step can be undone, so a change within one word never goes
 * unseen, and others do once in 2^64. It guards against damage, not against malice.
 */
uint64_t part_checksum(const void *data, size_t len)
{
        const uint8_t *at = data;
        uint64_t sum = 0x9e3779b97f4a7c15u ^ len;
        uint8_t tail[8] = { 0 };

        for (; len >= 8; len -= 8, at += 8) {
                sum = (sum ^ load_u64(at)) * 0xff51afd7ed558ccdu;
                sum ^= sum >> 32;
        }
        memcpy(tail, at, len);
        sum = (sum ^ load_u64(tail)) * 0xff51afd7ed558ccdu;
        return sum ^ sum >> 29;
}

bool part_checksum_holds(const uint8_t *stored, const void *data, size_t len)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        (void)stored;
        (void)data;
        (void)len;
        return true;
#else
        return load_u64(stored) == part_checksum(data, len);
#endif
}

enum rc fail_index(struct err *err)
{
        return err_set(err, RC_CORRUPT, "The stored list of this artifact's files is damaged: ask the operator to check "
                                        "the server's storage.");
}

const char *shown_path(struct str path, char ret[static 88])
{
        size_t len = path.len < 80 ? path.len : 80;

        /* Not in the middle of a character. */
        while (len > 0 && len < path.len && ((unsigned char)path.ptr[len] & 0xc0) == 0x80)
                len--;
        for (size_t i = 0; i < len; i++)
                ret[i] = (unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f ? '?' : path.ptr[i];
        memcpy(ret + len, len < path.len ? "..." : "", len < path.len ? 4 : 1);
        return ret;
}

static int hex_value(char c)
{
        return c <= '9' ? c - '0' : c - 'a' + 10;
}

void index_foot_write(const struct index_foot *foot, uint8_t ret[static INDEX_FOOT])
{
        const struct manifest_info *info = &foot->info;

        memset(ret, 0, INDEX_FOOT);
        memcpy(ret, index_magic, sizeof index_magic);
        store_u32(ret + 8, 1);
        ret[12] = (uint8_t)info->algorithm;
        ret[13] = info->layout_v2;
        store_u64(ret + 16, info->entries);
        store_u64(ret + 24, info->references);
        store_u64(ret + 32, info->size_bytes);
        for (size_t i = 0; i < 16; i++)
                ret[40 + i] = (uint8_t)(hex_value(info->digest[2 * i]) << 4 | hex_value(info->digest[2 * i + 1]));
        store_u64(ret + 56, foot->leaves);
        store_u64(ret + 64, foot->offsets_at);
        store_u64(ret + 72, foot->root_at);
        store_u32(ret + 80, foot->root_len);
        store_u32(ret + 84, foot->levels);
        store_u64(ret + 88, foot->digests_at);
        store_u64(ret + 96, foot->digest_records);
        store_u64(ret + 104, foot->total_bytes);
        memcpy(ret + 112, info->region, MANIFEST_REGION_MAX);
        store_u64(ret + INDEX_FOOT - 8, part_checksum(ret, INDEX_FOOT - 8));
}

static bool foot_is_possible(const struct index_foot *foot, uint64_t total_bytes)
{
        uint64_t pages = (foot->digest_records + DIGEST_PAGE_RECORDS - 1) / DIGEST_PAGE_RECORDS;

        if (foot->total_bytes != total_bytes || foot->info.entries > UINT32_MAX ||
            foot->info.references > foot->info.entries || foot->digest_records > foot->info.entries ||
            foot->leaves != (foot->info.entries + LEAF_ENTRIES - 1) / LEAF_ENTRIES)
                return false;
        if (foot->offsets_at > total_bytes || foot->root_at > total_bytes || foot->digests_at > total_bytes)
                return false;
        if (total_bytes - foot->offsets_at < (foot->leaves + 1) * 8 || total_bytes - foot->root_at < foot->root_len ||
            total_bytes - foot->digests_at < pages * DIGEST_PAGE)
                return false;
        return foot->levels <= LEVELS_MAX && foot->root_len <= NODE_MAX &&
               (foot->leaves == 0 || (foot->levels > 0 && foot->root_len >= NODE_HEAD));
}

bool index_foot_read(const uint8_t bytes[static INDEX_FOOT], uint64_t total_bytes, struct index_foot *ret)
{
        static const char hex[] = "0123456789abcdef";
        struct index_foot foot = { 0 };

        if (memcmp(bytes, index_magic, sizeof index_magic) != 0 || load_u32(bytes + 8) != 1 ||
            !part_checksum_holds(bytes + INDEX_FOOT - 8, bytes, INDEX_FOOT - 8) || bytes[12] > MANIFEST_XXH128)
                return false;
        foot.info.algorithm = (enum manifest_algorithm)bytes[12];
        foot.info.layout_v2 = bytes[13] != 0;
        foot.info.entries = load_u64(bytes + 16);
        foot.info.references = load_u64(bytes + 24);
        foot.info.size_bytes = load_u64(bytes + 32);
        for (size_t i = 0; i < 32; i++)
                foot.info.digest[i] = hex[bytes[40 + i / 2] >> (i % 2 ? 0 : 4) & 15];
        foot.leaves = load_u64(bytes + 56);
        foot.offsets_at = load_u64(bytes + 64);
        foot.root_at = load_u64(bytes + 72);
        foot.root_len = load_u32(bytes + 80);
        foot.levels = load_u32(bytes + 84);
        foot.digests_at = load_u64(bytes + 88);
        foot.digest_records = load_u64(bytes + 96);
        foot.total_bytes = load_u64(bytes + 104);
        memcpy(foot.info.region, bytes + 112, MANIFEST_REGION_MAX);
        if (!foot_is_possible(&foot, total_bytes))
                return false;
        *ret = foot;
        return true;
}

/* ---- bytes in memory -------------------------------------------------------------------------------- */

static enum rc read_str(void *payload, uint64_t offset, void *ret, size_t len, struct err *err)
{
        const struct str *bytes = payload;

        if (offset > bytes->len || bytes->len - offset < len)
                return err_set(err, RC_INTERNAL, "A read past the end of the bytes was tried.");
        memcpy(ret, bytes->ptr + offset, len);
        return RC_OK;
}

struct manifest_bytes manifest_bytes_of(const struct str *bytes)
{
        return (struct manifest_bytes){ read_str, (void *)(uintptr_t)bytes, bytes->len };
}

static enum rc write_buf(void *payload, struct str data, struct err *err UNUSED)
{
        buf_add_str(payload, data);
        return RC_OK;
}

static enum rc restart_buf(void *payload, struct err *err UNUSED)
{
        buf_clear(payload);
        return RC_OK;
}

struct manifest_sink manifest_sink_of(struct buf *buf)
{
        return (struct manifest_sink){ write_buf, restart_buf, buf };
}
