/*
 * gql/response.c - the bytes of a response: strings, numbers, paths, errors.
 *
 * Execution writes straight into the answer's buf and may cut it back when a null
 * bubbles, so it uses these functions and not a json_writer, whose commas are state.
 */
#include "gql/internal.h"

/* Bytes that stand for themselves in a JSON string, and need no look at UTF-8. */
static bool is_plain(unsigned char c)
{
        return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void gql_write_string(struct buf *buf, struct str text)
{
        struct json_writer w;
        size_t i = 0;

        while (i < text.len && is_plain((unsigned char)text.ptr[i]))
                i++;
        if (i < text.len) {
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
