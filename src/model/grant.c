/*
 * model/grant.c - grants as bytes; see grant.h.
 */
#include "model/grant.h"

#include "base/buf.h"

#define VERSION 1

static void put_varint(struct buf *buf, uint64_t value)
{
        while (value >= 0x80) {
                buf_add_c(buf, (char)(unsigned char)(value | 0x80));
                value >>= 7;
        }
        buf_add_c(buf, (char)value);
}

static void put_number(struct buf *buf, int64_t value)
{
        put_varint(buf, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void put_text(struct buf *buf, struct str text)
{
        put_varint(buf, text.len);
        buf_add_str(buf, text);
}

struct str grant_write(struct arena *arena, const struct grant *grant)
{
        _cleanup_(buf_done) struct buf buf = { 0 };

        buf_add_c(&buf, VERSION);
        buf_add_c(&buf, (char)grant->kind);
        put_number(&buf, grant->account_id);
        put_number(&buf, grant->id);
        put_number(&buf, grant->id2);
        put_number(&buf, grant->id3);
        put_number(&buf, grant->part);
        put_number(&buf, grant->algorithm);
        put_number(&buf, grant->size_bytes);
        put_text(&buf, grant->digest);
        put_text(&buf, grant->name);
        return arena_str(arena, buf_str(&buf));
}

static bool get_varint(struct str *rest, uint64_t *ret)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 64; shift += 7) {
                unsigned char c;

                if (rest->len == 0)
                        return false;
                c = (unsigned char)rest->ptr[0];
                *rest = str_slice(*rest, 1, rest->len);
                value |= (uint64_t)(c & 0x7f) << shift;
                if (!(c & 0x80)) {
                        *ret = value;
                        return true;
                }
        }
        return false;
}

static bool get_number(struct str *rest, int64_t *ret)
{
        uint64_t value;

        if (!get_varint(rest, &value))
                return false;
        *ret = (int64_t)((value >> 1) ^ (value & 1 ? UINT64_MAX : 0));
        return true;
}

static bool get_text(struct str *rest, struct str *ret)
{
        uint64_t len;

        if (!get_varint(rest, &len) || len > rest->len)
                return false;
        *ret = str_slice(*rest, 0, len);
        *rest = str_slice(*rest, len, rest->len);
        return true;
}

bool grant_read(struct str bytes, struct grant *ret)
{
        struct grant g = { 0 };
        struct str rest;

        if (bytes.len < 2 || bytes.ptr[0] != VERSION)
                return false;
        g.kind = (enum grant_kind)(unsigned char)bytes.ptr[1];
        if (g.kind == GRANT_NONE || g.kind >= GRANT__COUNT)
                return false;
        rest = str_slice(bytes, 2, bytes.len);
        if (!get_number(&rest, &g.account_id) || !get_number(&rest, &g.id) || !get_number(&rest, &g.id2) ||
            !get_number(&rest, &g.id3) || !get_number(&rest, &g.part) || !get_number(&rest, &g.algorithm) ||
            !get_number(&rest, &g.size_bytes) || !get_text(&rest, &g.digest) || !get_text(&rest, &g.name) ||
            rest.len > 0)
                return false;
        *ret = g;
        return true;
}
