/*
 * domain/directory.h - a version's files as folders, and the difference of two versions, in pages.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_DIRECTORY_H
#define VITRINE_DOMAIN_DIRECTORY_H

#include "domain/manifest.h"

struct directory_entry {
        struct str path, name;           /* name: the last part */
        bool is_folder;
        uint64_t file_count;             /* folders: files anywhere below */
        uint64_t ordinal;                /* of the file, or of the first file below */
        struct manifest_entry file;      /* files and references */
};
struct directory_page {
        struct directory_entry *entries;
        size_t count;
        uint64_t next;                   /* where the next page starts */
        bool has_next;
};
/*
 * What is directly in the folder (absent or empty: the top) in the order of paths, at most `first`, from
 * position `from` on (0, or what the page before said). A page costs what is on it, however many files there
 * are. RC_NOT_FOUND when there is no such folder.
 */
MUST_USE enum rc directory_list(struct manifest_index *index, struct arena *arena, struct str folder, uint64_t from,
                                size_t first, struct directory_page *ret, struct err *err);

struct comparison_entry {
        enum manifest_change change;
        struct str path;
        struct str digest_before, digest_after;
        int64_t size_before, size_after; /* -1: not there or not known */
};
struct comparison {
        uint64_t counts[4];              /* by enum manifest_change */
        int64_t size_delta;              /* after minus before */
        struct comparison_entry *entries;
        size_t count;
        bool has_next;
};
/* A page of the changes that `wanted` (bits 1 << enum manifest_change) names, the first `skip` of them left out. */
MUST_USE enum rc directory_compare(struct manifest_index *before, struct manifest_index *after, struct arena *arena,
                                   unsigned wanted, uint64_t skip, size_t first, struct comparison *ret,
                                   struct err *err);

#endif
