/*
 * fuzz/fuzz_gql.c - the GraphQL parser on any bytes: what it takes must print, and the print
 * must parse and print the same.
 */
#include "gql/gql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(buf_done) struct buf once = { 0 };
        _cleanup_(buf_done) struct buf twice = { 0 };
        /* Printing adds white space: room for that. */
        const struct gql_limits limits = { .max_bytes = 1 << 20 };
        struct gql_document *document;
        struct gql_error error = { 0 };
        struct arena arena;
        struct err err = { 0 };

        arena_init(&arena, 0);
        if (gql_parse(&arena, (struct str){ (const char *)data, size }, &limits, &document, &error, &err) == RC_OK) {
                gql_print(document, &once);
                if (gql_parse(&arena, buf_str(&once), &limits, &document, &error, &err))
                        abort();
                gql_print(document, &twice);
                if (!str_eq(buf_str(&once), buf_str(&twice)))
                        abort();
        }
        arena_done(&arena);
        return 0;
}
