/*
 * fuzz/fuzz_json.c - any bytes at both JSON readers.
 *
 * Neither may crash, and they must agree: on what is a document (but for duplicate keys,
 * which the pull reader cannot see), whatever the pieces it is fed, and on what it says.
 */
#include <unistd.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The document through the pull reader and the writer. */
static enum rc rewrite(struct str text, size_t step, const struct json_limits *limits, struct buf *out,
                       struct err *err)
{
        struct json_reader *reader = json_reader_new(limits, 0);
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

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

static void check(struct str text, bool lenient)
{
        static const size_t steps[] = { 1, 3, 64, SIZE_MAX / 2 };
        struct json_limits limits = { .lenient = lenient };
        struct arena arena;
        struct json *root = NULL;
        struct json *again = NULL;
        struct buf written = { 0 };
        struct json_writer w;
        struct err err = { 0 };
        bool duplicates;
        enum rc rc;

        arena_init(&arena, 0);
        rc = json_parse(&arena, text, &limits, &root, &err);
        duplicates = rc && str_contains(str_from(err.msg), STR(" twice."));
        demand(!rc || err.msg[0], "an error without a message\n");
        if (!rc) {
                json_writer_init(&w, &written);
                json_value(&w, root);
                demand(json_parse(&arena, buf_str(&written), NULL, &again, &err) == RC_OK, "not written as JSON\n");
                demand(lenient || json_equal(root, again), "written as something else\n");
        }
        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
                struct buf out = { 0 };
                enum rc piecewise = rewrite(text, steps[i], &limits, &out, &err);

                demand(duplicates || (rc == RC_OK) == (piecewise == RC_OK), "the readers disagree\n");
                /* Lenient parsing drops duplicates, so what is left may differ. */
                demand(rc || lenient || str_eq(buf_str(&out), buf_str(&written)), "the readers read differently\n");
                buf_done(&out);
        }
        buf_done(&written);
        arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct str text = { (const char *)data, size };

        if (size > 1 << 16)
                return 0;
        check(text, false);
        check(text, true);
        return 0;
}
