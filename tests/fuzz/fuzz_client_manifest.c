/*
 * fuzz_client_manifest.c - what a server says a manifest is, in pieces of any size.
 *
 * The first byte is the size of the pieces, each in memory of its own, so that the sanitizers see who looks at
 * one too late. What is taken: every path may become the name of a file below a directory; what is written again is
 * read again as the same, with the same digest; and the pieces make no difference.
 */
#include <unistd.h>

#include "client/entries.h"
#include "crypto/crypto.h"
#include "model/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

static enum rc read_in_pieces(struct entries *entries, struct str text, size_t piece, struct err *err)
{
        struct manifest_reader *reader = NULL;
        enum rc rc = manifest_reader_new(entries, &reader, err);

        for (size_t at = 0; at < text.len && !rc; at += piece) {
                struct str part = str_slice(text, at, at + piece);
                char *copy = malloc(part.len);

                demand(copy, "no memory\n");
                memcpy(copy, part.ptr, part.len);
                rc = manifest_reader_feed(reader, (struct str){ copy, part.len }, false, err);
                free(copy);
        }
        if (!rc)
                rc = manifest_reader_feed(reader, STR(""), true, err);
        manifest_reader_free(reader);
        return rc;
}

static void check_entries(const struct entries *entries)
{
        char room[32];

        for (size_t i = 0; i < entries->count; i++) {
                const struct entry *entry = &entries->items[i];
                struct err err = { 0 };

                demand(model_check_path(str_from(entry->path), &err) == RC_OK && entry->path[0] != '/',
                       "a path that leads elsewhere\n");
                demand(entry_digest(entry, room)[0] != '\0', "no digest\n");
                demand(entry->hashed || entry->reference, "neither bytes nor a reference\n");
        }
}

static void check_again(struct entries *entries, struct str text, size_t piece)
{
        struct entries other;
        struct buf written = { .fallible = true }, again = { .fallible = true };
        char digest[33], digest_again[33];
        struct err err = { 0 };

        entries_sort(entries);
        check_entries(entries);
        entries_begin(&other);
        demand(read_in_pieces(&other, text, piece, &err) == RC_OK, "refused in other pieces\n");
        entries_sort(&other);
        demand(other.count == entries->count, "other pieces, other entries\n");
        entries_done(&other);
        entries_write(entries, &written);
        demand(read_in_pieces(&other, buf_str(&written), 4096, &err) == RC_OK, "what was written is refused\n");
        demand(other.count == entries->count, "what was written has other entries\n");
        entries_sort(&other);
        entries_write(&other, &again);
        demand(str_eq(buf_str(&written), buf_str(&again)), "written twice it differs\n");
        demand(entries_digest(entries, false, digest, &err) == RC_OK &&
               entries_digest(&other, false, digest_again, &err) == RC_OK && strcmp(digest, digest_again) == 0,
               "the digest differs\n");
        entries_done(&other);
        buf_done(&written);
        buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct str text = { (const char *)data + 1, size ? size - 1 : 0 };
        struct entries entries;
        struct err err = { 0 };
        enum rc rc;

        if (size == 0)
                return 0;
        demand(crypto_try_start(), "no OpenSSL\n");
        entries_begin(&entries);
        rc = read_in_pieces(&entries, text, data[0] + 1u, &err);
        if (rc)
                demand(err.msg[0] != '\0', "refused without a sentence\n");
        else
                check_again(&entries, text, data[0] == 255 ? 7 : 4096);
        entries_done(&entries);
        return 0;
}
