/*
 * model/id.c - ids as the wire spells them.
 *
 * Clients decode some ids: they must be standard padded base64 of "Type:<digits>", and
 * must not hold a '/'. None can appear: it stands for six set bits, which among ASCII bytes
 * only the end of a '?' or a DEL can give.
 */
#include "model/model.h"

static const char *const type_names[MODEL_TYPE__COUNT] = {
        [MODEL_NONE] = "",
        [MODEL_ARTIFACT] = "Artifact",
        [MODEL_ARTIFACT_ALIAS] = "ArtifactAlias",
        [MODEL_ARTIFACT_MANIFEST] = "ArtifactManifest",
        [MODEL_ARTIFACT_MEMBERSHIP] = "ArtifactCollectionMembership",
        [MODEL_ARTIFACT_PORTFOLIO] = "ArtifactPortfolio",
        [MODEL_ARTIFACT_SEQUENCE] = "ArtifactSequence",
        [MODEL_ARTIFACT_TYPE] = "ArtifactType",
        [MODEL_AGENT] = "Agent",
        [MODEL_API_KEY] = "ApiKey",
        [MODEL_COLLECTION_EVENT] = "CollectionEvent",
        [MODEL_ENTITY] = "Entity",
        [MODEL_FILE] = "File",
        [MODEL_INVITE] = "Invite",
        [MODEL_JOB] = "Job",
        [MODEL_MEMBER] = "Member",
        [MODEL_ORGANIZATION] = "Organization",
        [MODEL_PROJECT] = "Project",
        [MODEL_PROJECT_INTERNAL] = "ProjectInternalId",
        [MODEL_PROJECT_MEMBER] = "ProjectMember",
        [MODEL_PROTECTED_ALIAS] = "ProtectedAlias",
        [MODEL_RUN] = "Run",
        [MODEL_SWEEP] = "Sweep",
        [MODEL_TAG] = "Tag",
        [MODEL_UPLOAD] = "Upload",
        [MODEL_USER] = "User",
};

enum { PLAIN_MAX = 64 }; /* longest type name, ':', 19 digits */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *model_type_name(enum model_type type)
{
        assert(type < MODEL_TYPE__COUNT);
        return type_names[type];
}

/* Room for 4 * ((len + 2) / 3) characters at ret. */
static size_t base64(const char *data, size_t len, char *ret)
{
        size_t out = 0;

        for (size_t i = 0; i < len; i += 3) {
                uint32_t bits = (uint32_t)(unsigned char)data[i] << 16;

                if (i + 1 < len)
                        bits |= (uint32_t)(unsigned char)data[i + 1] << 8;
                if (i + 2 < len)
                        bits |= (unsigned char)data[i + 2];
                ret[out++] = alphabet[bits >> 18];
                ret[out++] = alphabet[bits >> 12 & 63];
                ret[out++] = i + 1 < len ? alphabet[bits >> 6 & 63] : '=';
                ret[out++] = i + 2 < len ? alphabet[bits & 63] : '=';
        }
        return out;
}

/* Lenient on purpose: id_parse() encodes what came out and compares. */
static bool unbase64(struct str text, char ret[static PLAIN_MAX], size_t *ret_len)
{
        uint32_t bits = 0;
        unsigned have = 0;
        size_t out = 0;

        for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
                const char *at = memchr(alphabet, text.ptr[i], sizeof alphabet - 1);

                if (!at)
                        return false;
                bits = bits << 6 | (uint32_t)(at - alphabet);
                have += 6;
                if (have >= 8) {
                        have -= 8;
                        if (out == PLAIN_MAX)
                                return false;
                        ret[out++] = (char)(bits >> have & 0xff);
                }
        }
        *ret_len = out;
        return true;
}

static size_t format_plain(struct id id, char ret[static PLAIN_MAX])
{
        struct str name = str_from(model_type_name(id.type));
        char digits[20];
        size_t count = 0;
        size_t len = name.len;
        uint64_t rest = (uint64_t)id.number;

        assert(id.type != MODEL_NONE && id.number > 0);
        memcpy(ret, name.ptr, name.len);
        ret[len++] = ':';
        for (; rest; rest /= 10)
                digits[count++] = (char)('0' + rest % 10);
        while (count)
                ret[len++] = digits[--count];
        return len;
}

struct str id_format(struct arena *arena, struct id id)
{
        char plain[PLAIN_MAX];
        size_t len = format_plain(id, plain);
        char *text = arena_alloc(arena, 4 * ((len + 2) / 3) + 1);

        return (struct str){ text, base64(plain, len, text) };
}

bool id_parse(struct str text, struct id *ret)
{
        char plain[PLAIN_MAX];
        char again[4 * ((PLAIN_MAX + 2) / 3)];
        size_t len = 0;
        struct str rest;
        struct str name;
        struct id id = { MODEL_NONE, 0 };

        if (text.len > sizeof again || !unbase64(text, plain, &len))
                return false;
        rest = (struct str){ plain, len };
        name = str_cut(&rest, ':');
        for (unsigned type = 1; type < MODEL_TYPE__COUNT; type++)
                if (str_eq_c(name, type_names[type]))
                        id.type = (enum model_type)type;
        if (id.type == MODEL_NONE || !str_to_i64(rest, &id.number) || id.number <= 0)
                return false;
        /* One id, one spelling: no leading zero, right padding, no stray bits. */
        len = format_plain(id, plain);
        len = base64(plain, len, again);
        if (!str_eq(text, (struct str){ again, len }))
                return false;
        *ret = id;
        return true;
}

enum rc id_require(struct str text, enum model_type type, int64_t *ret_number, struct err *err)
{
        struct id id = { MODEL_NONE, 0 };

        if (!id_parse(text, &id) || id.type != type)
                return err_set(err, RC_INVALID, "'%.*s' is not the id of a thing of type %s: use an id this server gave you.",
                               (int)(text.len < 100 ? text.len : 100), text.ptr ? text.ptr : "",
                               model_type_name(type));
        *ret_number = id.number;
        return RC_OK;
}
