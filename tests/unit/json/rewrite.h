/*
 * rewrite.h - a document through the pull reader and the writer, in pieces of any size.
 */
#ifndef VITRINE_TESTS_JSON_REWRITE_H
#define VITRINE_TESTS_JSON_REWRITE_H

#include "json/json.h"

static inline enum rc rewrite(struct str text, size_t step, const struct json_limits *limits, size_t max_string_bytes,
                              struct buf *out, struct err *err)
{
        struct json_reader *reader = json_reader_new(limits, max_string_bytes);
        enum json_token token = JSON_TOKEN_MORE;
        struct str ignored;
        struct json_writer w;
        bool done = false;
        size_t at = 0;
        enum rc rc;

        json_writer_init(&w, out);
        for (;;) {
                bool more;

                if (done) {
                        rc = json_reader_next(reader, &token, &ignored, err);
                        more = token == JSON_TOKEN_MORE;
                } else {
                        rc = json_reader_copy(reader, &w, &done, err);
                        more = !done;
                }
                if (rc || token == JSON_TOKEN_END)
                        break;
                if (more) {
                        struct str piece = str_slice(text, at, at + step);

                        at += piece.len;
                        json_reader_feed(reader, piece, at == text.len);
                }
        }
        json_reader_free(reader);
        return rc;
}

#endif
