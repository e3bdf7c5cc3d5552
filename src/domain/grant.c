/*
 * domain/grant.c - grants as bytes: a version byte, fixed fields (numbers big-endian),
 * then the name. See grant.h.
 */
#include "domain/grant.h"

#define GRANT_VERSION 1
#define GRANT_FIXED (1 + 1 + 1 + 1 + 4 * 8 + 16 + 16 + 32 + 8)

static char *put_u64(char *p, uint64_t v)
{
        for (int shift = 56; shift >= 0; shift -= 8)
                *p++ = (char)(v >> shift);
        return p;
}

static const uint8_t *get_u64(const uint8_t *p, uint64_t *v)
{
        *v = 0;
        for (int i = 0; i < 8; i++)
                *v = *v << 8 | *p++;
        return p;
}

static char *put_bytes(char *p, const void *data, size_t len)
{
        memcpy(p, data, len);
        return p + len;
}

struct str grant_write(struct arena *arena, const struct grant *g)
{
        size_t len = GRANT_FIXED + g->name.len;
        char *bytes = arena_alloc(arena, len);
        char *p = bytes;

        *p++ = GRANT_VERSION;
        *p++ = (char)g->kind;
        *p++ = (char)g->algorithm;
        *p++ = (char)g->has_md5;
        p = put_u64(p, (uint64_t)g->account_id);
        p = put_u64(p, (uint64_t)g->subject);
        p = put_u64(p, (uint64_t)g->place);
        p = put_u64(p, (uint64_t)g->number);
        p = put_bytes(p, g->digest, sizeof(g->digest));
        p = put_bytes(p, g->md5, sizeof(g->md5));
        p = put_bytes(p, g->bytes.sha256, sizeof(g->bytes.sha256));
        p = put_u64(p, (uint64_t)g->bytes.size_bytes);
        if (g->name.len)
                memcpy(p, g->name.ptr, g->name.len);
        return (struct str){ bytes, len };
}

bool grant_read(struct str bytes, struct grant *ret)
{
        const uint8_t *p = (const uint8_t *)bytes.ptr;
        uint64_t v[5];
        struct grant g = { 0 };

        if (bytes.len < GRANT_FIXED || p[0] != GRANT_VERSION)
                return false;
        g.kind = (enum grant_kind)p[1];
        g.algorithm = (enum digest_algorithm)p[2];
        g.has_md5 = p[3] != 0;
        p += 4;
        for (size_t i = 0; i < 4; i++)
                p = get_u64(p, &v[i]);
        g.account_id = (int64_t)v[0];
        g.subject = (int64_t)v[1];
        g.place = (int64_t)v[2];
        g.number = (int64_t)v[3];
        memcpy(g.digest, p, sizeof(g.digest));
        p += sizeof(g.digest);
        memcpy(g.md5, p, sizeof(g.md5));
        p += sizeof(g.md5);
        memcpy(g.bytes.sha256, p, sizeof(g.bytes.sha256));
        p += sizeof(g.bytes.sha256);
        get_u64(p, &v[4]);
        g.bytes.size_bytes = (int64_t)v[4];
        g.name = str_slice(bytes, GRANT_FIXED, bytes.len);
        *ret = g;
        return true;
}
