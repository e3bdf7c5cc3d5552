/*
 * model/words.c - roles, states and access levels as words; file types by name.
 */
#include "model/model.h"

/* Position of text among count words, or count. */
static size_t find_word(struct str text, const char *const *words, size_t count)
{
        size_t i = 0;

        while (i < count && !str_eq_c(text, words[i]))
                i++;
        return i;
}

static const char *const roles[MODEL_ROLE__COUNT] = {
        [MODEL_ROLE_NONE] = "none",
        [MODEL_ROLE_RESTRICTED_VIEWER] = "restricted_viewer",
        [MODEL_ROLE_VIEWER] = "viewer",
        [MODEL_ROLE_MEMBER] = "member",
        [MODEL_ROLE_ADMIN] = "admin",
};

const char *model_role_name(enum model_role role)
{
        assert(role < MODEL_ROLE__COUNT);
        return roles[role];
}

bool model_role_parse(struct str text, enum model_role *ret_role)
{
        size_t i = find_word(text, roles, MODEL_ROLE__COUNT);

        if (i == MODEL_ROLE_NONE || i == MODEL_ROLE__COUNT)
                return false;
        *ret_role = (enum model_role)i;
        return true;
}

static const char *const member_roles[MODEL_MEMBER__COUNT] = {
        [MODEL_MEMBER_NONE] = "none",
        [MODEL_MEMBER_VIEWER] = "viewer",
        [MODEL_MEMBER_MEMBER] = "member",
        [MODEL_MEMBER_ADMIN] = "admin",
};

const char *model_member_role_name(enum model_member_role role)
{
        assert(role < MODEL_MEMBER__COUNT);
        return member_roles[role];
}

bool model_member_role_parse(struct str text, enum model_member_role *ret_role)
{
        size_t i = find_word(text, member_roles, MODEL_MEMBER__COUNT);

        if (str_eq(text, STR("view-only")))
                i = MODEL_MEMBER_VIEWER;
        if (i == MODEL_MEMBER_NONE || i == MODEL_MEMBER__COUNT)
                return false;
        *ret_role = (enum model_member_role)i;
        return true;
}

static const char *const states[MODEL_STATE__COUNT] = {
        [MODEL_STATE_PENDING] = "PENDING",
        [MODEL_STATE_COMMITTED] = "COMMITTED",
        [MODEL_STATE_DELETED] = "DELETED",
};

const char *model_artifact_state_name(enum model_artifact_state state)
{
        assert(state < MODEL_STATE__COUNT);
        return states[state];
}

bool model_artifact_state_parse(struct str text, enum model_artifact_state *ret_state)
{
        size_t i = find_word(text, states, MODEL_STATE__COUNT);

        if (i == MODEL_STATE__COUNT)
                return false;
        *ret_state = (enum model_artifact_state)i;
        return true;
}

const char *model_access_name(enum model_access access)
{
        assert(access < MODEL_ACCESS__COUNT);
        return access == MODEL_ACCESS_RESTRICTED ? "RESTRICTED" : "PRIVATE";
}

const char *model_access_visibility(enum model_access access)
{
        assert(access < MODEL_ACCESS__COUNT);
        return access == MODEL_ACCESS_RESTRICTED ? "restricted" : "organization";
}

bool model_access_parse(struct str text, enum model_access *ret_access)
{
        if (str_eq_nocase(text, STR("restricted")))
                *ret_access = MODEL_ACCESS_RESTRICTED;
        else if (str_eq_nocase(text, STR("private")) || str_eq_nocase(text, STR("organization")))
                *ret_access = MODEL_ACCESS_ORGANIZATION;
        else
                return false;
        return true;
}

struct str model_fold(struct arena *arena, struct str name)
{
        char *folded;

        if (str_is_null(name))
                return STR_NULL;
        folded = arena_cstr(arena, name);
        for (size_t i = 0; i < name.len; i++)
                if (folded[i] >= 'A' && folded[i] <= 'Z')
                        folded[i] = (char)(folded[i] + ('a' - 'A'));
        return (struct str){ folded, name.len };
}

/* Longer endings before those they end with. */
static const struct {
        const char *ending;
        struct model_file_type type;
} file_types[] = {
        { ".table.json", { MODEL_FILE_TABLE, "application/json" } },
        { ".json", { MODEL_FILE_JSON, "application/json" } },
        { ".jsonl", { MODEL_FILE_TEXT, "application/x-ndjson" } },
        { ".ndjson", { MODEL_FILE_TEXT, "application/x-ndjson" } },
        { ".ipynb", { MODEL_FILE_JSON, "application/x-ipynb+json" } },
        { ".md", { MODEL_FILE_MARKDOWN, "text/markdown" } },
        { ".markdown", { MODEL_FILE_MARKDOWN, "text/markdown" } },
        { ".csv", { MODEL_FILE_CSV, "text/csv" } },
        { ".tsv", { MODEL_FILE_CSV, "text/tab-separated-values" } },
        { ".txt", { MODEL_FILE_TEXT, "text/plain" } },
        { ".log", { MODEL_FILE_TEXT, "text/plain" } },
        { ".yaml", { MODEL_FILE_TEXT, "text/plain" } },
        { ".yml", { MODEL_FILE_TEXT, "text/plain" } },
        { ".toml", { MODEL_FILE_TEXT, "text/plain" } },
        { ".ini", { MODEL_FILE_TEXT, "text/plain" } },
        { ".cfg", { MODEL_FILE_TEXT, "text/plain" } },
        { ".conf", { MODEL_FILE_TEXT, "text/plain" } },
        { ".py", { MODEL_FILE_TEXT, "text/plain" } },
        { ".c", { MODEL_FILE_TEXT, "text/plain" } },
        { ".h", { MODEL_FILE_TEXT, "text/plain" } },
        { ".cpp", { MODEL_FILE_TEXT, "text/plain" } },
        { ".rs", { MODEL_FILE_TEXT, "text/plain" } },
        { ".go", { MODEL_FILE_TEXT, "text/plain" } },
        { ".java", { MODEL_FILE_TEXT, "text/plain" } },
        { ".sh", { MODEL_FILE_TEXT, "text/plain" } },
        { ".sql", { MODEL_FILE_TEXT, "text/plain" } },
        { ".diff", { MODEL_FILE_TEXT, "text/plain" } },
        { ".patch", { MODEL_FILE_TEXT, "text/plain" } },
        /* Things that could run in a browser are shown as text and never served as what they are. */
        { ".js", { MODEL_FILE_TEXT, "text/plain" } },
        { ".ts", { MODEL_FILE_TEXT, "text/plain" } },
        { ".css", { MODEL_FILE_TEXT, "text/plain" } },
        { ".html", { MODEL_FILE_TEXT, "text/plain" } },
        { ".htm", { MODEL_FILE_TEXT, "text/plain" } },
        { ".xml", { MODEL_FILE_TEXT, "text/plain" } },
        { ".svg", { MODEL_FILE_TEXT, "text/plain" } },
        { ".png", { MODEL_FILE_IMAGE, "image/png" } },
        { ".jpg", { MODEL_FILE_IMAGE, "image/jpeg" } },
        { ".jpeg", { MODEL_FILE_IMAGE, "image/jpeg" } },
        { ".gif", { MODEL_FILE_IMAGE, "image/gif" } },
        { ".webp", { MODEL_FILE_IMAGE, "image/webp" } },
        { ".bmp", { MODEL_FILE_IMAGE, "image/bmp" } },
        { ".wav", { MODEL_FILE_AUDIO, "audio/wav" } },
        { ".mp3", { MODEL_FILE_AUDIO, "audio/mpeg" } },
        { ".flac", { MODEL_FILE_AUDIO, "audio/flac" } },
        { ".ogg", { MODEL_FILE_AUDIO, "audio/ogg" } },
        { ".mp4", { MODEL_FILE_VIDEO, "video/mp4" } },
        { ".webm", { MODEL_FILE_VIDEO, "video/webm" } },
        { ".pdf", { MODEL_FILE_BINARY, "application/pdf" } },
        { ".zip", { MODEL_FILE_BINARY, "application/zip" } },
        { ".gz", { MODEL_FILE_BINARY, "application/gzip" } },
        { ".tar", { MODEL_FILE_BINARY, "application/x-tar" } },
        { ".parquet", { MODEL_FILE_BINARY, "application/vnd.apache.parquet" } },
};

struct model_file_type model_file_type(struct str path)
{
        for (size_t i = 0; i < ARRAY_LEN(file_types); i++) {
                struct str ending = str_from(file_types[i].ending);

                if (path.len > ending.len && str_eq_nocase(str_slice(path, path.len - ending.len, path.len), ending))
                        return file_types[i].type;
        }
        return (struct model_file_type){ MODEL_FILE_BINARY, "application/octet-stream" };
}
