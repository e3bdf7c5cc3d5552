/*
 * domain/directory.c - see directory.h.
 *
 * An index is in the order of paths, so what is below a folder is one range of it. Files
 * are read a page at a time; behind the first file of a subfolder the reader jumps over the rest of it.
 */
#include "domain/directory.h"

#define READ_PAGE 64

struct reader {
        struct manifest_index *index;
        struct arena *arena;
        struct manifest_entry *page;
        uint64_t page_from;
        size_t page_count;
};

static enum rc entry_at(struct reader *r, uint64_t ordinal, struct manifest_entry *ret, struct err *err)
{
        if (ordinal < r->page_from || ordinal >= r->page_from + r->page_count) {
                enum rc rc = manifest_index_page(r->index, r->arena, ordinal, READ_PAGE, &r->page, &r->page_count, err);

                if (rc)
                        return rc;
                r->page_from = ordinal;
                if (r->page_count == 0)
                        return err_set(err, RC_CORRUPT, "The index of a manifest ends too early.");
        }
        *ret = r->page[ordinal - r->page_from];
        return RC_OK;
}

/* The position behind everything that starts with "folder/": '0' is the byte after '/'. */
static enum rc behind(struct reader *r, struct str folder, uint64_t *ret, struct err *err)
{
        return manifest_index_seek(r->index, arena_printf(r->arena, "%.*s0", STR_ARG(folder)), ret, err);
}

static enum rc find_range(struct reader *r, struct str folder, uint64_t *ret_from, uint64_t *ret_to, struct err *err)
{
        enum rc rc;

        *ret_from = 0;
        *ret_to = manifest_index_info(r->index)->entries;
        if (str_is_empty(folder))
                return RC_OK;
        rc = manifest_index_seek(r->index, arena_printf(r->arena, "%.*s/", STR_ARG(folder)), ret_from, err);
        if (!rc)
                rc = behind(r, folder, ret_to, err);
        if (!rc && *ret_from == *ret_to)
                rc = err_set(err, RC_NOT_FOUND, "There is no folder '%.*s' in this version.",
                             STR_ARG(str_slice(folder, 0, 200)));
        return rc;
}

/* The file or folder at a position; *ret_next is the position behind it. */
static enum rc read_entry(struct reader *r, size_t prefix, uint64_t at, struct directory_entry *ret,
                          uint64_t *ret_next, struct err *err)
{
        struct manifest_entry file = { 0 };
        size_t slash;
        enum rc rc = entry_at(r, at, &file, err);

        if (rc)
                return rc;
        slash = str_find(file.path, '/', prefix);
        *ret = (struct directory_entry){ .path = file.path, .ordinal = at, .file = file };
        *ret_next = at + 1;
        if (slash != SIZE_MAX) {
                ret->is_folder = true;
                ret->path = str_slice(file.path, 0, slash);
                rc = behind(r, ret->path, ret_next, err);
                ret->file_count = *ret_next - at;
        }
        ret->name = str_slice(ret->path, prefix, ret->path.len);
        return rc;
}

enum rc directory_list(struct manifest_index *index, struct arena *arena, struct str folder, uint64_t from,
                       size_t first, struct directory_page *ret, struct err *err)
{
        struct reader r = { .index = index, .arena = arena };
        struct directory_page page = { .entries = arena_array(arena, struct directory_entry, first) };
        size_t prefix = str_is_empty(folder) ? 0 : folder.len + 1;
        uint64_t at = 0, end = 0;
        enum rc rc = find_range(&r, folder, &at, &end, err);

        if (rc)
                return rc;
        if (from > at)
                at = from;
        while (!rc && at < end && page.count < first)
                rc = read_entry(&r, prefix, at, &page.entries[page.count++], &at, err);
        if (rc)
                return rc;
        page.next = at;
        page.has_next = at < end;
        *ret = page;
        return RC_OK;
}

/* ---- comparing -------------------------------------------------------------------------------- */

struct collect {
        struct arena *arena;
        struct comparison *result;
        unsigned wanted;
        uint64_t skip;
        size_t first;
};

static int64_t size_of(const struct manifest_entry *entry)
{
        return entry && entry->size_bytes > 0 ? entry->size_bytes : 0;
}

static enum rc collect_change(void *payload, enum manifest_change change, const struct manifest_entry *before,
                              const struct manifest_entry *after, struct err *err UNUSED)
{
        struct collect *c = payload;
        struct comparison *result = c->result;
        struct comparison_entry *entry;

        result->counts[change]++;
        result->size_delta += size_of(after) - size_of(before);
        if (!(c->wanted & 1u << change))
                return RC_OK;
        if (c->skip > 0) {
                c->skip--;
                return RC_OK;
        }
        if (result->count == c->first) {
                result->has_next = true;
                return RC_OK;
        }
        entry = &result->entries[result->count++];
        entry->change = change;
        entry->path = arena_str(c->arena, after ? after->path : before->path);
        entry->digest_before = before ? arena_str(c->arena, before->digest) : STR_NULL;
        entry->digest_after = after ? arena_str(c->arena, after->digest) : STR_NULL;
        entry->size_before = before ? before->size_bytes : -1;
        entry->size_after = after ? after->size_bytes : -1;
        return RC_OK;
}

enum rc directory_compare(struct manifest_index *before, struct manifest_index *after, struct arena *arena,
                          unsigned wanted, uint64_t skip, size_t first, struct comparison *ret, struct err *err)
{
        struct comparison result = { .entries = arena_array(arena, struct comparison_entry, first) };
        struct collect collect = { .arena = arena, .result = &result, .wanted = wanted, .skip = skip, .first = first };
        enum rc rc = manifest_compare(before, after, collect_change, &collect, err);

        if (rc)
                return rc;
        *ret = result;
        return RC_OK;
}
