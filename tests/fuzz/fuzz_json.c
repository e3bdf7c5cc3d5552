/*
 * fuzz_json.c - both JSON readers on any bytes.
 *
 * What the tree parser takes must survive being written and read again. The pull reader
 * gets the same bytes in two pieces and must come to the same verdict. (It does not look
 * for duplicate keys, so both are lenient here: the last one wins.)
 */
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits limits = { .lenient = true };

static void write_and_read_again(struct arena *arena, const struct json *value)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct json_writer writer;
        struct json *again;
        struct err err = { 0 };

        json_writer_init(&writer, &text);
        json_value(&writer, value);
        if (json_parse(arena, buf_str(&text), &limits, &again, &err))
                abort();
}

/* Reads to the end; RC_OK when the whole was one document. */
static enum rc pull(struct str text, size_t cut)
{
        _cleanup_(json_reader_freep) struct json_reader *reader = json_reader_new(&limits, 0);
        bool fed_rest = false;
        enum json_token token;
        struct str piece;
        struct err err = { 0 };

        json_reader_feed(reader, str_slice(text, 0, cut), false);
        for (;;) {
                enum rc rc = json_reader_next(reader, &token, &piece, &err);

                if (rc)
                        return rc;
                if (token == JSON_TOKEN_END)
                        return RC_OK;
                if (token != JSON_TOKEN_MORE)
                        continue;
                if (fed_rest)
                        abort(); /* it was told that there is no more */
                json_reader_feed(reader, str_slice(text, cut, text.len), true);
                fed_rest = true;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct str text;
        struct arena arena;
        struct json *value;
        struct err err = { 0 };
        enum rc rc;

        if (size == 0)
                return 0;
        /* The first byte says where to cut. */
        text = (struct str){ (const char *)data + 1, size - 1 };
        arena_init(&arena, 0);
        rc = json_parse(&arena, text, &limits, &value, &err);
        if (rc == RC_OK)
                write_and_read_again(&arena, value);
        if ((pull(text, data[0] % size) == RC_OK) != (rc == RC_OK))
                abort();
        arena_done(&arena);
        return 0;
}
