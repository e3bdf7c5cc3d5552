/*
 * domain/manifest_internal.h - what the manifest files share: entries as bytes, the parts of
 * an index, the JSON reader.
 *
 * Thread rule: as in domain/manifest.h.
 */
#ifndef VITRINE_DOMAIN_MANIFEST_INTERNAL_H
#define VITRINE_DOMAIN_MANIFEST_INTERNAL_H

#include "domain/manifest.h"

/* ---- limits of one entry ------------------------------------------------------------------ */

enum {
        ENTRY_PATH_MAX = 4096,
        ENTRY_DIGEST_MAX = 16 * 1024,   /* a reference's digest may be its URL */
        ENTRY_REF_MAX = 16 * 1024,
        ENTRY_EXTRA_MAX = 64 * 1024,
};

/* ---- numbers and entries as bytes ----------------------------------------------------------- */

/* Little-endian. */
uint32_t load_u32(const uint8_t *at);
uint64_t load_u64(const uint8_t *at);
void store_u32(uint8_t *at, uint32_t value);
void store_u64(uint8_t *at, uint64_t value);

/* Seven bits a byte, the low ones first. */
void put_varint(struct buf *buf, uint64_t value);

/* A place in bytes that may be hostile; every take checks what is left. */
struct bytes {
        const uint8_t *at;
        const uint8_t *end;
};
bool take_varint(struct bytes *bytes, uint64_t max, uint64_t *ret);
bool take_str(struct bytes *bytes, uint64_t max_len, struct str *ret); /* varint length, bytes; borrows */

/* The entry behind another one whose path was `previous` ("" for none): shared start left out. */
void put_entry(struct buf *buf, struct str previous, const struct manifest_entry *entry);

/* Takes entries apart; holds the parts that are not in the bytes as they are. */
struct entry_decoder {
        struct buf path;
        char digest[25];
};
void entry_decoder_done(struct entry_decoder *decoder);
/* False when the bytes are no entry. The entry borrows from bytes and decoder, until the next call. */
bool take_entry(struct entry_decoder *decoder, struct bytes *bytes, struct manifest_entry *ret);

/* ---- the parts of an index -------------------------------------------------------------------- */

enum {
        LEAF_ENTRIES = 32,          /* in every leaf but the last */
        LEAF_HEAD = 16,             /* checksum, first ordinal, count */
        LEAF_MAX = 4 << 20,
        NODE_HEAD = 16,             /* checksum, count, level */
        NODE_TARGET = 4 * 1024,     /* a node is closed when it is this large */
        NODE_MAX = NODE_TARGET + ENTRY_PATH_MAX + 64,
        LEVELS_MAX = 16,
        DIGEST_KEY = 8,             /* bytes of the digest... */
        DIGEST_RECORD = 12,         /* ...and the ordinal, big-endian */
        DIGEST_HEAD = 16,           /* checksum, page number, count */
        DIGEST_PAGE_RECORDS = 256,
        DIGEST_PAGE = DIGEST_HEAD + DIGEST_PAGE_RECORDS * DIGEST_RECORD,
        INDEX_HEAD = 16,
        INDEX_FOOT = 256,
};

extern const uint8_t index_magic[8];

/* Where things are; in the last 256 bytes. */
struct index_foot {
        struct manifest_info info;
        uint64_t leaves;
        uint64_t offsets_at;     /* leaves + 1 offsets of 8 bytes */
        uint64_t root_at;
        uint32_t root_len;
        uint32_t levels;         /* of nodes above the leaves */
        uint64_t digests_at;
        uint64_t digest_records;
        uint64_t total_bytes;    /* with the foot */
};
void index_foot_write(const struct index_foot *foot, uint8_t ret[static INDEX_FOOT]);
/* False when the bytes are not a foot, or say something impossible of an index of this size. */
bool index_foot_read(const uint8_t bytes[static INDEX_FOOT], uint64_t total_bytes, struct index_foot *ret);

/* First 8 bytes of a leaf, node, page, foot: over what follows. */
uint64_t part_checksum(const void *data, size_t len);
/* Is what is stored (8 bytes) the checksum of data? Fuzzers build with a macro that says yes to all. */
bool part_checksum_holds(const uint8_t *stored, const void *data, size_t len);

enum rc fail_index(struct err *err);
/* A path for a message: at most 80 bytes, control characters as '?'. */
const char *shown_path(struct str path, char ret[static 88]);

/* ---- writing an index --------------------------------------------------------------------------- */

struct index_builder;
struct index_builder *index_builder_new(const struct manifest_sink *sink, enum manifest_algorithm algorithm);
void index_builder_freep(struct index_builder **builder);
/* Of the entry that was added last; empty before the first. */
struct str index_builder_last_path(const struct index_builder *builder);
void index_builder_set_storage(struct index_builder *builder, bool layout_v2, const char *region);
/* Paths must come in order. */
MUST_USE enum rc index_builder_add(struct index_builder *builder, const struct manifest_entry *entry,
                                   struct err *err);
MUST_USE enum rc index_builder_finish(struct index_builder *builder, struct manifest_info *ret, struct err *err);

/* ---- reading JSON --------------------------------------------------------------------------------- */

struct json_manifest;
struct json_manifest *json_manifest_new(const struct manifest_bytes *bytes);
void json_manifest_freep(struct json_manifest **manifest);
/* In the order of the document; *ret_end: everything was there and right. Valid until the next call. */
MUST_USE enum rc json_manifest_next(struct json_manifest *manifest, struct manifest_entry *ret, bool *ret_end,
                                    struct err *err);
/* Complete at the end only. */
bool json_manifest_layout_v2(const struct json_manifest *manifest);
const char *json_manifest_region(const struct json_manifest *manifest);

#endif
