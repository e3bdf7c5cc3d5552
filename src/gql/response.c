/*
 * gql/response.c - the bytes of a response: strings, numbers, paths, errors.
 *
 * Execution writes straight into the answer's buf and may cut it back when a null
 * bubbles, so it uses these functions and not a json_writer, whose commas are state.
 */
#include "gql/internal.h"

/* Does none of eight bytes need an escape or a look at UTF-8? Bits 7 tell, byte by byte. */
static bool are_plain(uint64_t word)
{
        const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
        uint64_t quotes = word ^ (ones * '"');
        uint64_t slashes = word ^ (ones * '\\');
        uint64_t special = (quotes - ones) | (slashes - ones) | (word - ones * 0x20) | word;

        /* A borrow may call a plain byte special, never the reverse; then the slow way is taken. */
        return !(special & tops);
}

static bool is_plain_text(struct str text)
{
        uint64_t word;
        size_t i = 0;

        for (; i + 8 <= text.len; i += 8) {
                memcpy(&word, text.ptr + i, 8);
                if (!are_plain(word))
                        return false;
        }
        if (i == text.len)
                return true;
        word = 0x6161616161616161u; /* any plain bytes */
        memcpy(&word, text.ptr + i, text.len - i);
        return are_plain(word);
}

void gql_write_string(struct buf *buf, struct str text)
{
        struct json_writer w;

        if (!is_plain_text(text)) {
                json_writer_init(&w, buf);
                json_string(&w, text);
                return;
        }
        buf_reserve(buf, text.len + 2);
        buf->ptr[buf->len] = '"';
        if (text.len)
                memcpy(buf->ptr + buf->len + 1, text.ptr, text.len);
        buf->ptr[buf->len + 1 + text.len] = '"';
        buf->len += text.len + 2;
}

void gql_write_int(struct buf *buf, int64_t value)
{
        struct json_writer w;

        json_writer_init(&w, buf);
        json_int(&w, value);
}

void gql_write_double(struct buf *buf, double value)
{
        struct json_writer w;

        json_writer_init(&w, buf);
        json_double(&w, value);
}

static void write_path(struct buf *buf, const struct gql_path *path)
{
        if (!path)
                return;
        write_path(buf, path->up);
        if (path->up)
                buf_add_c(buf, ',');
        if (str_is_null(path->key))
                gql_write_int(buf, (int64_t)path->index);
        else
                gql_write_string(buf, path->key);
}

struct str gql_path_json(struct arena *arena, const struct gql_path *path)
{
        _cleanup_(buf_done) struct buf text = { 0 };

        if (!path)
                return STR_NULL;
        buf_add_c(&text, '[');
        write_path(&text, path);
        buf_add_c(&text, ']');
        return arena_str(arena, buf_str(&text));
}

static void write_error(struct buf *out, const struct gql_error *error)
{
        struct json_writer w;

        json_writer_init(&w, out);
        json_begin_object(&w);
        json_key_string(&w, "message", str_is_null(error->message) ? STR("") : error->message);
        if (error->location_count) {
                json_key(&w, STR("locations"));
                json_begin_array(&w);
                for (size_t i = 0; i < error->location_count; i++) {
                        json_begin_object(&w);
                        json_key_int(&w, "line", error->locations[i].line);
                        json_key_int(&w, "column", error->locations[i].column);
                        json_end_object(&w);
                }
                json_end_array(&w);
        }
        if (!str_is_null(error->path_json)) {
                json_key(&w, STR("path"));
                json_raw(&w, error->path_json);
        }
        json_key(&w, STR("extensions"));
        json_begin_object(&w);
        json_key_string(&w, "code", str_from(rc_name(error->rc)));
        json_end_object(&w);
        json_end_object(&w);
}

void gql_write_error_list(const struct gql_error *errors, struct buf *out)
{
        buf_add_str(out, STR("\"errors\":["));
        for (const struct gql_error *error = errors; error; error = error->next) {
                if (error != errors)
                        buf_add_c(out, ',');
                write_error(out, error);
        }
        buf_add_c(out, ']');
}

void gql_write_errors(const struct gql_error *errors, struct buf *out)
{
        buf_add_c(out, '{');
        gql_write_error_list(errors, out);
        buf_add_c(out, '}');
}
