/*
 * json/write.c - JSON out, appended to a buf.
 *
 * The caller calls in order; commas come from one bit: whether a value stands before the
 * next one in the open container. What is written is always valid UTF-8. A caller who
 * opens and closes out of step is our own mistake and meets an assert.
 */
#include <math.h>

#include "json/internal.h"

void json_writer_init(struct json_writer *w, struct buf *buf)
{
        *w = (struct json_writer){ .buf = buf };
}

static void before_value(struct json_writer *w)
{
        if (w->need_comma)
                buf_add_c(w->buf, ',');
        w->need_comma = true;
}

static void begin(struct json_writer *w, char c)
{
        before_value(w);
        buf_add_c(w->buf, c);
        w->need_comma = false;
        w->depth++;
}

static void end(struct json_writer *w, char c)
{
        assert(w->depth > 0);
        buf_add_c(w->buf, c);
        w->need_comma = true;
        w->depth--;
}

void json_begin_object(struct json_writer *w)
{
        begin(w, '{');
}

void json_end_object(struct json_writer *w)
{
        end(w, '}');
}

void json_begin_array(struct json_writer *w)
{
        begin(w, '[');
}

void json_end_array(struct json_writer *w)
{
        end(w, ']');
}

static bool needs_escape(unsigned char c, bool html_safe)
{
        return c < 0x20 || c == '"' || c == '\\' || (html_safe && (c == '<' || c == '>' || c == '&'));
}

static void put_escape(struct buf *buf, unsigned char c)
{
        static const char hex[] = "0123456789abcdef";
        char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        char letter = 0;

        switch (c) {
        case '"': letter = '"'; break;
        case '\\': letter = '\\'; break;
        case '\b': letter = 'b'; break;
        case '\f': letter = 'f'; break;
        case '\n': letter = 'n'; break;
        case '\r': letter = 'r'; break;
        case '\t': letter = 't'; break;
        default: break;
        }
        if (letter) {
                text[1] = letter;
                buf_add(buf, text, 2);
        } else {
                buf_add(buf, text, sizeof text);
        }
}

/* Well-formed text: runs without escapes are copied whole. */
static void put_text(struct json_writer *w, const char *text, size_t len)
{
        size_t start = 0;

        for (size_t i = 0; i < len; i++) {
                unsigned char c = (unsigned char)text[i];

                if (needs_escape(c, w->html_safe)) {
                        buf_add(w->buf, text + start, i - start);
                        put_escape(w->buf, c);
                        start = i + 1;
                } else if (w->html_safe && c == 0xe2 && len - i >= 3 && (unsigned char)text[i + 1] == 0x80 &&
                           ((unsigned char)text[i + 2] | 1) == 0xa9) {
                        /* U+2028 and U+2029 end a line in a script. */
                        buf_add(w->buf, text + start, i - start);
                        buf_add(w->buf, (unsigned char)text[i + 2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
                        i += 2;
                        start = i + 1;
                }
        }
        buf_add(w->buf, text + start, len - start);
}

static void put_string(struct json_writer *w, struct str value)
{
        buf_add_c(w->buf, '"');
        while (value.len > 0) {
                size_t bad = json_utf8_bad(value.ptr, value.len);
                size_t good = bad == SIZE_MAX ? value.len : bad;

                put_text(w, value.ptr, good);
                value = str_slice(value, good, value.len);
                if (bad != SIZE_MAX) {
                        buf_add_str(w->buf, STR("\xef\xbf\xbd"));
                        value = str_slice(value, 1, value.len);
                }
        }
        buf_add_c(w->buf, '"');
}

void json_key(struct json_writer *w, struct str key)
{
        before_value(w);
        put_string(w, key);
        buf_add_c(w->buf, ':');
        w->need_comma = false;
}

void json_string(struct json_writer *w, struct str value)
{
        if (str_is_null(value)) {
                json_null(w);
                return;
        }
        before_value(w);
        put_string(w, value);
}

void json_int(struct json_writer *w, int64_t value)
{
        char digits[24];
        size_t at = sizeof digits;
        /* Unsigned, so that INT64_MIN has a magnitude. */
        uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

        before_value(w);
        do {
                digits[--at] = (char)('0' + rest % 10);
                rest /= 10;
        } while (rest);
        if (value < 0)
                digits[--at] = '-';
        buf_add(w->buf, digits + at, sizeof digits - at);
}

void json_double(struct json_writer *w, double value)
{
        char text[32];

        if (!isfinite(value)) {
                json_null(w);
                return;
        }
        before_value(w);
        json_double_text(value, text);
        buf_add_str(w->buf, str_from(text));
}

void json_bool(struct json_writer *w, bool value)
{
        before_value(w);
        buf_add_str(w->buf, value ? STR("true") : STR("false"));
}

void json_null(struct json_writer *w)
{
        before_value(w);
        buf_add_str(w->buf, STR("null"));
}

void json_raw(struct json_writer *w, struct str json)
{
        before_value(w);
        buf_add_str(w->buf, json);
}

void json_value(struct json_writer *w, const struct json *value)
{
        if (!value) {
                json_null(w);
                return;
        }
        switch (value->kind) {
        case JSON_NULL:
                json_null(w);
                break;
        case JSON_BOOL:
                json_bool(w, value->boolean);
                break;
        case JSON_NUMBER:
                /* Only the words NaN and Infinity hold an 'N' or an 'I'. */
                if (str_find(value->text, 'N', 0) != SIZE_MAX || str_find(value->text, 'I', 0) != SIZE_MAX)
                        json_null(w);
                else
                        json_raw(w, value->text);
                break;
        case JSON_STRING:
                json_string(w, value->text);
                break;
        case JSON_ARRAY:
                json_begin_array(w);
                for (const struct json *m = value->first; m; m = m->next)
                        json_value(w, m);
                json_end_array(w);
                break;
        case JSON_OBJECT:
                json_begin_object(w);
                for (const struct json *m = value->first; m; m = m->next) {
                        json_key(w, m->key);
                        json_value(w, m);
                }
                json_end_object(w);
                break;
        }
}

void json_key_string(struct json_writer *w, const char *key, struct str value)
{
        json_key(w, str_from(key));
        json_string(w, value);
}

void json_key_int(struct json_writer *w, const char *key, int64_t value)
{
        json_key(w, str_from(key));
        json_int(w, value);
}

void json_key_bool(struct json_writer *w, const char *key, bool value)
{
        json_key(w, str_from(key));
        json_bool(w, value);
}
