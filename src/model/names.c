/*
 * model/names.c - the rules for names.
 *
 * Most rules are one struct rule: how long, which characters not. The sentences are part
 * of the interface: clients' tests look for pieces of some of them.
 */
#include "model/names.h"

#include "model/model.h"

struct rule {
        const char *what;       /* "Alias" */
        const char *plural;     /* "Aliases" */
        const char *forbidden;
        size_t max;
};

/* The next code point of a well-formed string. */
static uint32_t next_code(struct str text, size_t *at)
{
        unsigned char c = (unsigned char)text.ptr[(*at)++];
        unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        uint32_t code = more == 0 ? c : c & (0x3fu >> more);

        for (; more && *at < text.len; more--)
                code = code << 6 | ((unsigned char)text.ptr[(*at)++] & 0x3f);
        return code;
}

struct range {
        uint32_t from;
        uint32_t to;
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (code >= ranges[i].from && code <= ranges[i].to)
                        return true;
        return false;
}

/* Control characters, line ends, marks that turn the direction of text, the byte order mark. */
static bool is_hidden(uint32_t code)
{
        static const struct range hidden[] = {
                { 0, 0x1f },         { 0x7f, 0x9f },     { 0x61c, 0x61c },   { 0x200e, 0x200f },
                { 0x2028, 0x202e },  { 0x2066, 0x2069 }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
        };

        return in_ranges(code, hidden, ARRAY_LEN(hidden));
}

static bool has_hidden(struct str text)
{
        for (size_t at = 0; at < text.len;)
                if (is_hidden(next_code(text, &at)))
                        return true;
        return false;
}

static bool is_blank(struct str text)
{
        return str_is_empty(str_trim(text));
}

/* The characters of `set` that text holds (or all of the set), each in quotes, with commas between. */
static void list_characters(const char *set, const struct str *text, char *ret, size_t ret_size)
{
        size_t len = 0;

        ret[0] = '\0';
        for (; *set; set++) {
                const char *name = *set == '\n' ? "\\n" : *set == '\r' ? "\\r" : *set == '\\' ? "\\\\" : NULL;

                if ((text && str_find(*text, *set, 0) == SIZE_MAX) || len + 8 > ret_size)
                        continue;
                if (len) {
                        ret[len++] = ',';
                        ret[len++] = ' ';
                }
                ret[len++] = '\'';
                if (name)
                        ret[len++] = name[0];
                ret[len++] = name ? name[1] : *set;
                ret[len++] = '\'';
                ret[len] = '\0';
        }
}

static bool holds_any(struct str text, const char *set)
{
        for (; *set; set++)
                if (str_find(text, *set, 0) != SIZE_MAX)
                        return true;
        return false;
}

static enum rc check_characters(const char *what, struct str name, struct err *err)
{
        if (!str_is_utf8(name))
                return err_set(err, RC_INVALID, "%s must be well-formed UTF-8 text.", what);
        if (has_hidden(name))
                return err_set(err, RC_INVALID,
                               "%s must not contain control characters or marks that change the direction of text.",
                               what);
        return RC_OK;
}

static enum rc check_rule(const struct rule *rule, struct str name, struct err *err)
{
        char list[64];
        enum rc rc;

        if (is_blank(name))
                return err_set(err, RC_INVALID, "%s cannot be empty.", rule->what);
        if (holds_any(name, rule->forbidden)) {
                list_characters(rule->forbidden, NULL, list, sizeof list);
                return err_set(err, RC_INVALID, "%s must not contain any of the following characters: %s.",
                               rule->plural, list);
        }
        rc = check_characters(rule->what, name, err);
        if (rc)
                return rc;
        if (str_utf8_len(name) > rule->max)
                return err_set(err, RC_INVALID, "%s is longer than %zu characters: choose a shorter one.", rule->what,
                               rule->max);
        return RC_OK;
}

/* For messages: at most 40 bytes of a well-formed name, cut between characters. */
static struct str shown(struct str name)
{
        size_t len = name.len;

        if (len > 40)
                len = 40;
        while (len > 0 && len < name.len && ((unsigned char)name.ptr[len] & 0xc0) == 0x80)
                len--;
        return (struct str){ name.ptr ? name.ptr : "", len };
}

static enum rc check_collection(const struct rule *rule, struct str name, struct err *err)
{
        if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
                return err_set(err, RC_INVALID, "%s cannot be '.' or '..': choose another one.", rule->what);
        return check_rule(rule, name, err);
}

enum rc model_check_artifact_name(struct str name, struct err *err)
{
        static const struct rule rule = { "Artifact name", "Artifact names", "/:", MODEL_NAME_MAX };

        return check_collection(&rule, name, err);
}

enum rc model_check_collection_name(struct str name, struct err *err)
{
        static const struct rule rule = { "Collection name", "Collection names", "/:", MODEL_NAME_MAX };

        return check_collection(&rule, name, err);
}

enum rc model_check_type_name(struct str name, struct err *err)
{
        static const struct rule rule = { "Artifact type", "Artifact types", "/:", SIZE_MAX };
        enum rc rc = check_rule(&rule, name, err);

        if (rc)
                return rc;
        if (str_utf8_len(name) > MODEL_NAME_MAX)
                return err_set(err, RC_INVALID, "Artifact types must be less than or equal to %d characters.",
                               MODEL_NAME_MAX);
        return RC_OK;
}

bool model_type_is_reserved(struct str type_name, struct str artifact_name)
{
        return str_starts(type_name, STR("wandb-")) || str_eq(type_name, STR("job")) ||
               (str_eq(type_name, STR("run_table")) && str_starts(artifact_name, STR("run-"))) ||
               (str_eq(type_name, STR("code")) && str_starts(artifact_name, STR("source-")));
}

enum rc model_check_alias(struct str alias, struct err *err)
{
        static const struct rule rule = { "Alias", "Aliases", "/:", MODEL_NAME_MAX };
        enum rc rc = check_rule(&rule, alias, err);

        if (rc)
                return rc;
        if (version_looks_like(alias))
                return err_set(err, RC_INVALID,
                               "The alias '%.*s' is reserved for version numbers: choose another alias.",
                               STR_ARG(shown(alias)));
        return RC_OK;
}

/* Spaces, punctuation and symbols outside ASCII: what \w surely is not. */
static bool is_symbol(uint32_t code)
{
        static const struct range symbols[] = {
                { 0x80, 0xa9 },     { 0xab, 0xb1 },     { 0xb4, 0xb4 },     { 0xb6, 0xb8 },     { 0xbb, 0xbb },
                { 0xbf, 0xbf },     { 0xd7, 0xd7 },     { 0xf7, 0xf7 },     { 0x1680, 0x1680 }, { 0x2000, 0x206f },
                { 0x20a0, 0x20cf }, { 0x2190, 0x245f }, { 0x2500, 0x2bff }, { 0x2e00, 0x2e7f }, { 0x3000, 0x3004 },
                { 0x3008, 0x3020 }, { 0x3030, 0x3030 }, { 0xe000, 0xf8ff }, { 0xfe00, 0xfe6f }, { 0xfeff, 0xff0f },
                { 0xff1a, 0xff20 }, { 0xff3b, 0xff3e }, { 0xff5b, 0xff65 }, { 0xffe0, 0xffff }, { 0x1f000, 0x1faff },
                { 0xe0000, 0x10ffff },
        };

        return in_ranges(code, symbols, ARRAY_LEN(symbols));
}

static bool is_tag_word(uint32_t code)
{
        if (code < 0x80)
                return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                       code == '_' || code == '-';
        return !is_symbol(code);
}

enum rc model_check_tag(struct str tag, struct err *err)
{
        static const struct rule rule = { "Tag", "Tags", "", MODEL_NAME_MAX };
        bool fits = tag.len > 0 && str_is_utf8(tag) && tag.ptr[0] != ' ' && tag.ptr[tag.len - 1] != ' ';

        for (size_t at = 0; fits && at < tag.len;) {
                uint32_t code = next_code(tag, &at);

                fits = code == ' ' || is_tag_word(code);
        }
        if (!fits)
                return err_set(err, RC_INVALID,
                               "Tags must only contain alphanumeric characters separated by hyphens, underscores, "
                               "and/or spaces.");
        return check_rule(&rule, tag, err);
}

/* ---- projects, registries, runs: names that stand in addresses ---------------------------- */

static const char ADDRESS_CHARACTERS[] = "\n\r#%/:?\\";

static enum rc check_address_name(const char *what, struct str name, struct err *err)
{
        char list[64];

        if (holds_any(name, ADDRESS_CHARACTERS)) {
                list_characters(ADDRESS_CHARACTERS, &name, list, sizeof list);
                return err_set(err, RC_INVALID, "Invalid %s '%.*s', cannot contain characters: %s.", what,
                               STR_ARG(str_is_utf8(name) ? shown(name) : STR("?")), list);
        }
        if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
                return err_set(err, RC_INVALID, "Invalid %s '%.*s', cannot be '.' or '..'.", what, STR_ARG(name));
        return RC_OK;
}

enum rc model_check_registry_name(struct str name, struct err *err)
{
        enum rc rc;

        if (is_blank(name))
                return err_set(err, RC_INVALID, "Registry name cannot be empty.");
        rc = check_address_name("project/registry name", name, err);
        if (!rc)
                rc = check_characters("Registry name", name, err);
        if (rc)
                return rc;
        if (str_utf8_len(name) > MODEL_REGISTRY_NAME_MAX)
                return err_set(err, RC_INVALID, "Invalid registry name '%.*s...', must be %d characters or less.",
                               STR_ARG(shown(name)), MODEL_REGISTRY_NAME_MAX);
        return RC_OK;
}

enum rc model_check_project_name(struct str name, struct err *err)
{
        enum rc rc;

        if (str_starts(name, STR(MODEL_REGISTRY_PREFIX)))
                return model_check_registry_name(str_slice(name, sizeof MODEL_REGISTRY_PREFIX - 1, name.len), err);
        if (is_blank(name))
                return err_set(err, RC_INVALID, "Project name cannot be empty.");
        rc = check_address_name("project/registry name", name, err);
        if (!rc)
                rc = check_characters("Project name", name, err);
        if (rc)
                return rc;
        if (str_utf8_len(name) > MODEL_NAME_MAX)
                return err_set(err, RC_INVALID, "Invalid project name '%.*s...', must be %d characters or less.",
                               STR_ARG(shown(name)), MODEL_NAME_MAX);
        return RC_OK;
}

enum rc model_check_run_id(struct str id, struct err *err)
{
        static const struct rule rule = { "Run id", "Run ids", "", MODEL_NAME_MAX };
        enum rc rc = check_address_name("run id", id, err);

        return rc ? rc : check_rule(&rule, id, err);
}

/* ---- entities ------------------------------------------------------------------------------ */

/* Words that addresses of the server or of its pages start with. */
static const char *const reserved_entities[] = {
        "api",     "artifacts", "artifactsV2", "assets",   "authorize",  "download",    "favicon.ico", "files",
        "graphql", "healthz",   "login",       "logout",   "metrics",    "oidc",        "orgs",        "ready",
        "readyz",  "registry",  "robots.txt",  "sdk",      "settings",   "static",      "storage",     "style.css",
        "teams",   "upload",    "uploads",     "usersettings",
};

enum rc model_check_entity_name(struct str name, struct err *err)
{
        bool fits = name.len > 0;

        for (size_t i = 0; i < name.len && fits; i++) {
                unsigned char c = (unsigned char)name.ptr[i];
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';

                fits = letter || (i > 0 && (c == '-' || c == '.'));
        }
        if (!fits)
                return err_set(err, RC_INVALID,
                               "User and team names must only contain letters, digits, '_', '-' and '.', and must not "
                               "start with '-' or '.'.");
        if (name.len > MODEL_ENTITY_NAME_MAX)
                return err_set(err, RC_INVALID, "User and team names must be %d characters or less.",
                               MODEL_ENTITY_NAME_MAX);
        for (size_t i = 0; i < ARRAY_LEN(reserved_entities); i++)
                if (str_eq_nocase(name, str_from(reserved_entities[i])))
                        return err_set(err, RC_INVALID, "The server itself uses the name '%.*s': choose another one.",
                                       STR_ARG(name));
        return RC_OK;
}

enum rc model_check_organization_name(struct str name, struct err *err)
{
        static const struct rule rule = { "Organization name", "Organization names", "/", MODEL_NAME_MAX };

        return check_collection(&rule, name, err);
}

enum rc model_check_email(struct str email, struct err *err)
{
        size_t at = str_find(email, '@', 0);
        bool fits = at != SIZE_MAX && at > 0 && at + 1 < email.len && str_find(email, '@', at + 1) == SIZE_MAX &&
                    email.len <= MODEL_EMAIL_MAX && str_is_utf8(email) && !has_hidden(email) &&
                    !holds_any(email, " <>\"(),:;\\");

        if (!fits)
                return err_set(err, RC_INVALID, "'%.*s' is not an e-mail address: write name@example.com.",
                               STR_ARG(str_is_utf8(email) && !has_hidden(email) ? shown(email) : STR("?")));
        return RC_OK;
}

/* ---- files and texts ------------------------------------------------------------------------- */

/* What is wrong with a path, or NULL. */
static const char *path_problem(struct str path)
{
        struct str rest = path;

        if (path.len == 0)
                return "it is empty";
        if (memchr(path.ptr, '\0', path.len) || memchr(path.ptr, '\\', path.len))
                return "it contains a backslash or a NUL";
        if (path.ptr[0] == '/' || (path.len > 2 && path.ptr[1] == ':' && path.ptr[2] == '/'))
                return "it is absolute";
        if (path.ptr[path.len - 1] == '/')
                return "it ends with a '/'";
        while (!str_is_null(rest)) {
                struct str name = str_cut(&rest, '/');

                if (name.len == 0 || str_eq(name, STR(".")) || str_eq(name, STR("..")))
                        return "one of its parts is empty, '.' or '..'";
        }
        return str_is_utf8(path) ? NULL : "it is not well-formed UTF-8";
}

static enum rc check_path(const char *what, struct str path, struct err *err)
{
        const char *problem = path_problem(path);
        bool show;

        if (!problem && path.len > MODEL_PATH_MAX_BYTES)
                problem = "it has more than 4096 bytes";
        if (!problem)
                return RC_OK;
        show = str_is_utf8(path) && !has_hidden(path);
        return err_set(err, RC_INVALID, "Invalid %s: '%.*s': %s.", what, STR_ARG(show ? shown(path) : STR("?")),
                       problem);
}

enum rc model_check_path(struct str path, struct err *err)
{
        return check_path("artifact path", path, err);
}

enum rc model_check_file_name(struct str name, struct err *err)
{
        return check_path("file name", name, err);
}

enum rc model_check_text(const char *what, struct str text, size_t max_bytes, struct err *err)
{
        if (text.len > max_bytes)
                return err_set(err, RC_TOO_LARGE, "The %s has %zu bytes, more than the %zu allowed: shorten it.", what,
                               text.len, max_bytes);
        if (!str_is_utf8(text) || (text.len && memchr(text.ptr, '\0', text.len)))
                return err_set(err, RC_INVALID, "The %s must be well-formed UTF-8 text without NUL characters.", what);
        return RC_OK;
}

enum rc model_check_description(struct str text, struct err *err)
{
        return model_check_text("description", text, MODEL_DESCRIPTION_MAX_BYTES, err);
}

enum rc model_check_metadata(struct arena *arena, struct str text, struct json **ret, struct err *err)
{
        struct json *root = NULL;
        enum rc rc;

        if (text.len > MODEL_METADATA_MAX_BYTES)
                return err_set(err, RC_TOO_LARGE, "The metadata has %zu bytes, more than the %d allowed: shorten it.",
                               text.len, MODEL_METADATA_MAX_BYTES);
        if (is_blank(text) || str_eq(str_trim(text), STR("null")))
                text = STR("{}");
        rc = json_parse(arena, text, NULL, &root, err);
        if (rc)
                return err_prefix(err, rc, "The metadata cannot be read");
        if (root->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "The metadata must be a JSON object.");
        if (root->count > MODEL_METADATA_MAX_KEYS)
                return err_set(err, RC_INVALID, "Artifact must not have more than %d metadata keys.",
                               MODEL_METADATA_MAX_KEYS);
        if (ret)
                *ret = root;
        return RC_OK;
}
