/*
 * domain/manifest.h - manifests of any size, in bounded memory.
 *
 * A manifest arrives as JSON (version 1, as clients write it) and is read once, at commit:
 * manifest_index_build() checks it, recomputes the artifact's digest and writes the index,
 * a compact blob of which later requests read a few kilobytes: one file by path or by
 * digest, a page by position. Nothing parses the JSON again. INCREMENTAL and PATCH uploads
 * are merged from indexes (manifest_merge) into a new index and a new JSON.
 *
 * Bytes come and go through callbacks, so that this file knows no blob store: a reader of
 * stored bytes is struct manifest_bytes, a place to write to is struct manifest_sink.
 *
 * Memory: reading O(largest entry); building an index 12 bytes a file (24 while sorting
 * out) and about 2 bytes an entry; opening one 256 bytes; a page its entries; merging one
 * chunk (up to 1 MiB) a source. JSON whose entries are not in path order (no client in use
 * writes such) is packed and sorted in memory: about its entries' text plus 8 bytes each,
 * up to MANIFEST_SORT_MAX_BYTES.
 *
 * The formats are described in docs/formats.md.
 *
 * Thread rule: an object belongs to one thread at a time.
 */
#ifndef VITRINE_DOMAIN_MANIFEST_H
#define VITRINE_DOMAIN_MANIFEST_H

#include "base/arena.h"
#include "base/buf.h"

/* The numbers are stored. What the artifact's digest is made with. */
enum manifest_algorithm { MANIFEST_MD5 = 0, MANIFEST_XXH128 = 1 };

#define MANIFEST_SORT_MAX_BYTES ((size_t)256 << 20)
#define MANIFEST_REGION_MAX 64u

/* ---- entries --------------------------------------------------------------------------- */

struct manifest_entry {
        struct str path;
        struct str digest;        /* as written; of a file: base64 of 16 bytes */
        struct str ref;           /* URL of a reference; absent: a file, whose bytes are with us */
        struct str extra;         /* JSON object; absent when there is none */
        int64_t size_bytes;       /* -1: not given */
        int64_t birth_artifact;   /* number of the artifact whose upload brought the bytes; 0: none */
        bool is_xxh128;           /* a file's digest is XXH128, not MD5 */
        bool has_stored;          /* the two below are set */
        uint8_t sha256[32];       /* name of the stored bytes */
        uint64_t stored_bytes;    /* and their size */
};

static inline bool manifest_is_reference(const struct manifest_entry *entry)
{
        return !str_is_null(entry->ref);
}
/* Base64 of exactly 16 bytes, in its one right spelling. */
bool manifest_digest_parse(struct str text, uint8_t ret[16]);
/* 24 characters and a NUL. */
void manifest_digest_format(const uint8_t digest[16], char ret[static 25]);

/* What is known of a whole manifest. */
struct manifest_info {
        uint64_t entries;
        uint64_t references;            /* of these */
        uint64_t size_bytes;            /* sum of the sizes given */
        enum manifest_algorithm algorithm;
        char digest[33];                /* the artifact's digest: 32 hexadecimal digits */
        bool layout_v2;                 /* storageLayout */
        char region[MANIFEST_REGION_MAX + 1]; /* storageRegion; "" when not given */
};

/* ---- bytes in and out ------------------------------------------------------------------- */

/* Exactly len bytes at offset; never asked past size_bytes. */
typedef enum rc (*manifest_read_fn)(void *payload, uint64_t offset, void *ret, size_t len, struct err *err);
struct manifest_bytes {
        manifest_read_fn read;
        void *payload;
        uint64_t size_bytes;
};

struct manifest_sink {
        enum rc (*write)(void *payload, struct str data, struct err *err);
        /* Forget everything written so far and start again; needed by manifest_index_build() only. */
        enum rc (*restart)(void *payload, struct err *err);
        void *payload;
};

/* Bytes in memory as a source, a buf as a sink. */
struct manifest_bytes manifest_bytes_of(const struct str *bytes);
struct manifest_sink manifest_sink_of(struct buf *buf);

/* ---- from JSON to an index --------------------------------------------------------------- */

#define MANIFEST_RESOLVE_MAX 256u

struct manifest_build {
        struct manifest_bytes json;
        struct manifest_sink index;
        enum manifest_algorithm algorithm;
        uint64_t max_bytes;             /* of the JSON; 0: 1 GiB */
        uint64_t max_entries;           /* 0: 10,000,000 */
        /*
         * Called for all entries in path order, at most MANIFEST_RESOLVE_MAX at a time: judges them, may set
         * size_bytes, has_stored, sha256, stored_bytes. May be NULL. When the JSON turns out to be out of order,
         * the calls start again from the first entry.
         */
        enum rc (*resolve)(void *payload, struct manifest_entry *entries, size_t count, struct err *err);
        void *payload;
};
/*
 * RC_INVALID or RC_TOO_LARGE with one sentence that starts "The manifest" when it is not a
 * right manifest; what the callbacks answer otherwise. The sink is left half written then.
 * The digest is in ret for the caller to compare.
 */
MUST_USE enum rc manifest_index_build(const struct manifest_build *build, struct manifest_info *ret, struct err *err);

/* ---- looking things up in an index ------------------------------------------------------- */

struct manifest_index;
/* Reads the last 256 bytes. RC_CORRUPT when they are not an index's. The source is copied. */
MUST_USE enum rc manifest_index_open(const struct manifest_bytes *bytes, struct manifest_index **ret,
                                     struct err *err);
void manifest_index_free(struct manifest_index *index); /* accepts NULL */
void manifest_index_freep(struct manifest_index **index);
const struct manifest_info *manifest_index_info(const struct manifest_index *index);

/* RC_NOT_FOUND when no entry has the path. ret_ordinal (position in path order) may be NULL. */
MUST_USE enum rc manifest_index_find(struct manifest_index *index, struct arena *arena, struct str path,
                                     struct manifest_entry *ret, uint64_t *ret_ordinal, struct err *err);
/* The first file (not reference) with the digest; RC_NOT_FOUND when there is none. */
MUST_USE enum rc manifest_index_find_digest(struct manifest_index *index, struct arena *arena,
                                            const uint8_t digest[16], struct manifest_entry *ret, struct err *err);
/* Position of the first entry whose path is not less than `path` (for walking a folder); the count when none is. */
MUST_USE enum rc manifest_index_seek(struct manifest_index *index, struct str path, uint64_t *ret_ordinal,
                                     struct err *err);
/* Up to max entries from a position on; *ret_count less than max: the end is reached. */
MUST_USE enum rc manifest_index_page(struct manifest_index *index, struct arena *arena, uint64_t first_ordinal,
                                     size_t max, struct manifest_entry **ret, size_t *ret_count, struct err *err);

/* All entries in path order. */
struct manifest_cursor;
struct manifest_cursor *manifest_cursor_new(struct manifest_index *index, uint64_t first_ordinal);
void manifest_cursor_free(struct manifest_cursor *cursor); /* accepts NULL */
void manifest_cursor_freep(struct manifest_cursor **cursor);
/* *ret_end instead of an entry behind the last. The entry's strings are valid until the next call. */
MUST_USE enum rc manifest_cursor_next(struct manifest_cursor *cursor, struct manifest_entry *ret, bool *ret_end,
                                      struct err *err);

/* ---- writing ------------------------------------------------------------------------------ */

/*
 * The union of indexes; of entries with the same path the one of the later source counts.
 * Writes a new index and, unless json_sink is NULL, the manifest JSON. The region is that of
 * the last source; the layout is V2 as soon as one source has it.
 */
MUST_USE enum rc manifest_merge(struct manifest_index *const *sources, size_t count, enum manifest_algorithm algorithm,
                                const struct manifest_sink *index_sink, const struct manifest_sink *json_sink,
                                struct manifest_info *ret, struct err *err);

/* The manifest JSON of an index. */
MUST_USE enum rc manifest_json_write(struct manifest_index *index, const struct manifest_sink *sink, struct err *err);

/* ---- comparing ---------------------------------------------------------------------------- */

enum manifest_change { MANIFEST_ADDED, MANIFEST_REMOVED, MANIFEST_CHANGED, MANIFEST_SAME };
/* before is NULL for ADDED, after for REMOVED. CHANGED: digest, or reference, differs. */
typedef enum rc (*manifest_change_fn)(void *payload, enum manifest_change change, const struct manifest_entry *before,
                                      const struct manifest_entry *after, struct err *err);
/* Calls fn for every path of either index, in path order; SAME too. */
MUST_USE enum rc manifest_compare(struct manifest_index *before, struct manifest_index *after, manifest_change_fn fn,
                                  void *payload, struct err *err);

#endif
