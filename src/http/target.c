/*
 * http/target.c - request targets: split, then percent-decode exactly once.
 *
 * Used by body.c (split and check when a request arrives), route.c (segments) and
 * request.c (query parameters). Decoding never yields NUL or bytes that are not UTF-8, so
 * no later stage needs to think of them.
 */
#include "http/internal.h"

bool target_decode(struct arena *arena, struct str raw, bool plus_is_space, struct str *ret)
{
        bool plain = true;
        char *out;
        size_t len = 0;

        for (size_t i = 0; i < raw.len; i++)
                if (raw.ptr[i] == '%' || (plus_is_space && raw.ptr[i] == '+') || (raw.ptr[i] & 0x80))
                        plain = false;
        if (plain) {
                *ret = raw;
                return true;
        }
        out = arena_alloc(arena, raw.len + 1);
        for (size_t i = 0; i < raw.len; i++) {
                char c = raw.ptr[i];

                if (c == '%') {
                        int high = i + 2 < raw.len ? str_hex_digit(raw.ptr[i + 1]) : -1;
                        int low = i + 2 < raw.len ? str_hex_digit(raw.ptr[i + 2]) : -1;

                        if (high < 0 || low < 0 || (high == 0 && low == 0))
                                return false;
                        c = (char)(high * 16 + low);
                        i += 2;
                } else if (c == '+' && plus_is_space) {
                        c = ' ';
                }
                out[len++] = c;
        }
        *ret = (struct str){ out, len };
        return str_is_utf8(*ret);
}

bool http_decode_again(struct http_request *req, struct str text, struct str *ret)
{
        return target_decode(&req->arena, text, false, ret);
}

bool target_split(struct str target, struct str *ret_path, struct str *ret_query)
{
        struct str rest = target, path;

        /* '#' never travels; who sends it means something else by it than we would. */
        if (str_find(target, '#', 0) != SIZE_MAX)
                return false;
        if (str_starts(rest, STR("http://")) || str_starts(rest, STR("https://"))) {
                size_t slash = str_find(rest, '/', 8);

                if (slash == SIZE_MAX)
                        return false;
                rest = str_slice(rest, slash, rest.len);
        }
        if (!rest.len || rest.ptr[0] != '/')
                return false;
        path = str_cut(&rest, '?');
        *ret_path = path;
        *ret_query = rest;
        return true;
}

bool target_query_ok(struct arena *arena, struct str query)
{
        struct str text;

        /* "&" and "=" are plain ASCII and decode to themselves, so one pass over all of it will do. */
        return target_decode(arena, query, true, &text);
}

struct str target_query_get(struct arena *arena, struct str query, struct str name)
{
        while (!str_is_null(query)) {
                struct str value = str_cut(&query, '&');
                struct str raw_name = str_cut(&value, '='), decoded;

                if (!target_decode(arena, raw_name, true, &decoded) || !str_eq(decoded, name))
                        continue;
                if (str_is_null(value))
                        value = STR("");
                return target_decode(arena, value, true, &decoded) ? decoded : STR_NULL;
        }
        return STR_NULL;
}
