/*
 * fuzz_client_address.c - addresses of servers, paths of artifacts, names of files, netrc and filters, as users write them.
 *
 * The first byte chooses which. An address that is taken has a host and nothing that would go elsewhere; what is escaped
 * gives the text back; the pieces of a path are those that were written; a filter becomes JSON.
 */
#include <sys/mman.h>
#include <unistd.h>

#include <stdio.h>

#include "client/artifact.h"
#include "client/list.h"
#include "model/model.h"
#include "model/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

static void try_server(const char *text)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_session *session = NULL;
        char host[256];
        const char *url;

        options.base_url = text;
        options.api_key = text[0] ? text + strlen(text) / 2 : "";
        options.netrc_file = "/nonexistent";
        options.no_cache = 1;
        if (vitrine_session_new(&options, &session, &error)) {
                demand(error.code == VITRINE_INVALID && error.message[0] != '\0', "refused without a sentence\n");
                return;
        }
        url = vitrine_session_base_url(session);
        demand(strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0, "another scheme\n");
        demand(!strpbrk(url, "@ \t\r\n?#") && url[strlen(url) - 1] != '/', "an address with more in it\n");
        demand(net_url_host(url, host, sizeof(host)) && host[0] != '\0' && !strpbrk(host, "/?#@"), "no host\n");
        vitrine_session_free(session);
}

static int hex(char c)
{
        return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void try_escape(struct str text)
{
        char *escaped = malloc(3 * text.len + 1);
        size_t at = 0;

        demand(escaped, "no memory\n");
        net_url_escape(text, "/", escaped);
        for (const char *c = escaped; *c; c++, at++) {
                unsigned char plain = (unsigned char)*c;

                if (*c == '%') {
                        demand(hex(c[1]) >= 0 && hex(c[2]) >= 0, "half an escape\n");
                        plain = (unsigned char)(hex(c[1]) * 16 + hex(c[2]));
                        c += 2;
                } else {
                        demand(strchr("-._~/", *c) || (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z'),
                               "not escaped\n");
                }
                demand(at < text.len && plain == (unsigned char)text.ptr[at], "not what it was\n");
        }
        demand(at == text.len, "too short\n");
        free(escaped);
}

static void try_path(struct str text)
{
        struct artifact_path path = { 0 };
        struct arena arena;
        struct err err = { 0 };

        arena_begin(&arena);
        if (artifact_path_parse(text, &path, &err)) {
                demand(err.msg[0] != '\0', "refused without a sentence\n");
        } else {
                struct artifact_path again = { 0 };
                struct str whole = artifact_path_format(&arena, &path);

                demand(!str_is_empty(path.collection) && str_find(path.collection, '/', 0) == SIZE_MAX, "no name\n");
                demand(artifact_path_parse(whole, &again, &err) == RC_OK && str_eq(again.collection, path.collection) &&
                       str_eq(again.project, path.project) && str_eq(again.entity, path.entity) &&
                       str_eq(again.alias, path.alias), "put together it is another path\n");
        }
        arena_done(&arena);
}

/* As the name of a file in a draft: what is taken stays below its directory. */
static void try_file_name(struct str text)
{
        struct err err = { 0 };
        struct str rest = text;

        if (model_check_path(text, &err)) {
                demand(err.msg[0] != '\0', "refused without a sentence\n");
                return;
        }
        demand(text.len > 0 && text.ptr[0] != '/' && !memchr(text.ptr, 0, text.len), "no relative path\n");
        while (!str_is_null(rest)) {
                struct str piece = str_cut(&rest, '/');

                demand(!str_eq_c(piece, "..") && !str_eq_c(piece, ".") && piece.len > 0, "it leads elsewhere\n");
        }
}

static void try_netrc(struct str text)
{
        static int fd = -1;
        char path[64];
        struct arena arena;
        const char *key = NULL;
        struct err err = { 0 };

        if (fd < 0)
                fd = memfd_create("netrc", MFD_CLOEXEC);
        demand(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, text.ptr ? text.ptr : "", text.len, 0) == (ssize_t)text.len,
               "no file\n");
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        arena_begin(&arena);
        if (!netrc_find(&arena, path, "http://host.example:8080/x", &key, &err) && key)
                demand(key[0] != '\0' && !strpbrk(key, " \t\r\n"), "a key with white space\n");
        arena_done(&arena);
}

static void try_filter(const char *text)
{
        const struct json_limits limits = { .max_depth = 100 }; /* it may be put into another one */
        struct arena arena;
        struct str filter = STR_NULL;
        struct json *root = NULL;
        struct err err = { 0 };

        arena_begin(&arena);
        if (list_filter(&arena, text, "name", true, &filter, &err))
                demand(err.msg[0] != '\0', "refused without a sentence\n");
        else
                demand(json_parse(&arena, filter, &limits, &root, &err) == RC_OK && root->kind == JSON_OBJECT, "no JSON\n");
        arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct str text = { (const char *)data + 1, size ? size - 1 : 0 };
        char *copy;

        if (size == 0)
                return 0;
        copy = malloc(size);
        demand(copy, "no memory\n");
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        switch (data[0] % 6) {
        case 0:
                try_server(copy);
                break;
        case 1:
                try_escape(text);
                break;
        case 2:
                try_path(str_from(copy));
                break;
        case 3:
                try_file_name(text);
                break;
        case 4:
                try_netrc(text);
                break;
        default:
                try_filter(copy);
        }
        free(copy);
        return 0;
}
