/*
 * client/session.c - sessions: settings from all their sources, entity and organization, features.
 *
 * Each setting comes from the options, else from the environment (our name before the wandb
 * client's), else from what the server says, which is asked when it is needed first.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/engine.h"
#include "crypto/crypto.h"

#define GIB (1024ull * 1024 * 1024)

static const char *env(const char *name, const char *other)
{
        const char *value = getenv(name);

        if ((!value || !value[0]) && other)
                value = getenv(other);
        return value && value[0] ? value : NULL;
}

void session_log(struct vitrine_session *session, enum vitrine_log_level level, const char *fmt, ...)
{
        char text[640];
        va_list ap;

        if (!session->options.log)
                return;
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        session->options.log(level, text, session->options.log_payload);
}

/* ---- making one ---- */

static enum rc set_base_url(struct vitrine_session *session, const char *given, struct err *err)
{
        struct str url = str_trim(str_from(given ? given : env("VITRINE_BASE_URL", "WANDB_BASE_URL")));
        char host[256];

        if (str_is_null(url))
                url = STR("http://localhost:8080");
        while (url.len && url.ptr[url.len - 1] == '/')
                url.len--;
        session->base_url = arena_text(&session->arena, url);
        if (!session->base_url)
                return mem_fail(err);
        if (strchr(session->base_url, '@'))
                return err_set(err, RC_INVALID, "The server's address has a user or password in it: give the key by itself.");
        if (!net_url_host(session->base_url, host, sizeof(host)) || strpbrk(session->base_url, " \t\r\n?#"))
                return err_set(err, RC_INVALID, "The server's address '%s' is none: it starts with http:// or https:// "
                               "and has no '?' or '#'.", session->base_url);
        return RC_OK;
}

static enum rc check_key(const char *key, const char *source, struct err *err)
{
        for (const char *c = key; *c; c++)
                if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
                        return err_set(err, RC_INVALID, "The API key from %s has a character in it that keys do not have: "
                                       "copy it again.", source);
        if (strlen(key) > 2048)
                return err_set(err, RC_INVALID, "The API key from %s is too long: copy it again.", source);
        return RC_OK;
}

static enum rc set_key(struct vitrine_session *session, const char *given, const char *netrc_file, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        static const char head[] = "Authorization: Basic ";
        const char *key = given;
        size_t size_bytes;
        struct str pair;
        enum rc rc;

        arena_begin(&arena);
        session->key_source = "argument";
        if (!key && (key = env("VITRINE_API_KEY", NULL)) != NULL)
                session->key_source = "VITRINE_API_KEY";
        if (!key && (key = env("WANDB_API_KEY", NULL)) != NULL)
                session->key_source = "WANDB_API_KEY";
        if (!key) {
                session->key_source = "netrc";
                rc = netrc_find(&arena, netrc_file, session->base_url, &key, err);
                if (rc)
                        return rc;
        }
        if (!key || !key[0]) {
                session->key_source = "none";
                return RC_OK;
        }
        rc = check_key(key, session->key_source, err);
        if (rc)
                return rc;
        pair = arena_printf(&arena, "api:%s", key);
        if (arena_failed(&arena))
                return mem_fail(err);
        size_bytes = sizeof(head) + 4 * ((pair.len + 2) / 3);
        session->authorization = mem_alloc(size_bytes);
        if (!session->authorization)
                return mem_fail(err);
        memcpy(session->authorization, head, sizeof(head));
        crypto_base64_to(session->authorization + sizeof(head) - 1, pair.ptr, pair.len);
        return RC_OK;
}

static enum rc set_cache(struct vitrine_session *session, const char *given, struct err *err)
{
        const char *dir = given ? given : env("VITRINE_CACHE_DIR", NULL);
        const char *base = env("XDG_CACHE_HOME", NULL);
        const char *home = env("HOME", NULL);
        struct statvfs fs;

        if (session->options.no_cache || (dir && !dir[0]))
                return RC_OK;
        if (!dir && !(base && base[0] == '/') && !home)
                return RC_OK; /* nowhere to put it */
        if (dir)
                session->cache_dir = arena_text(&session->arena, str_from(dir));
        else if (base && base[0] == '/')
                session->cache_dir = arena_printf(&session->arena, "%s/vitrine", base).ptr;
        else
                session->cache_dir = arena_printf(&session->arena, "%s/.cache/vitrine", home).ptr;
        if (!session->cache_dir)
                return mem_fail(err);
        session->cache_max_bytes = session->options.cache_max_bytes ? session->options.cache_max_bytes : 10 * GIB;
        if (!session->options.cache_max_bytes && statvfs(home ? home : "/", &fs) == 0 &&
            (uint64_t)fs.f_blocks * fs.f_frsize / 10 < session->cache_max_bytes)
                session->cache_max_bytes = (uint64_t)fs.f_blocks * fs.f_frsize / 10;
        return RC_OK;
}

static void set_numbers(struct vitrine_session_options *o)
{
        long processors = sysconf(_SC_NPROCESSORS_ONLN);

        if (!o->transfers_max)
                o->transfers_max = 64;
        if (o->transfers_max > 256)
                o->transfers_max = 256;
        if (!o->hash_threads)
                o->hash_threads = processors < 1 ? 1 : processors > 8 ? 8 : (unsigned)processors;
        if (!o->connect_timeout_s)
                o->connect_timeout_s = 10;
        if (!o->stall_timeout_s)
                o->stall_timeout_s = 60;
        if (!o->retry_for_s)
                o->retry_for_s = 120;
}

static enum rc keep_text(struct vitrine_session *session, const char *given, const char *name, const char *other,
                         const char **ret, struct err *err)
{
        const char *text = given ? given : env(name, other);

        if (!text)
                return RC_OK;
        *ret = arena_text(&session->arena, str_from(text));
        return *ret ? RC_OK : mem_fail(err);
}

static enum rc fill_in(struct vitrine_session *session, const struct vitrine_session_options *given, struct err *err)
{
        struct vitrine_session_options *o = &session->options;
        struct net_options net = { 0 };
        enum rc rc;

        *o = *given;
        set_numbers(o);
        rc = set_base_url(session, given->base_url, err);
        if (!rc)
                rc = set_key(session, given->api_key, given->netrc_file, err);
        if (!rc)
                rc = keep_text(session, given->entity, "VITRINE_ENTITY", "WANDB_ENTITY", &session->entity, err);
        if (!rc)
                rc = keep_text(session, given->project, "VITRINE_PROJECT", "WANDB_PROJECT", &session->project, err);
        if (!rc)
                rc = keep_text(session, given->organization, "VITRINE_ORGANIZATION", "WANDB_ORGANIZATION",
                               &session->organization, err);
        if (!rc && !session->project)
                session->project = "uncategorized";
        if (!rc)
                rc = set_cache(session, given->cache_dir, err);
        if (rc)
                return rc;
        net.user_agent = arena_printf(&session->arena, "%s%slibvitrine/%s", given->user_agent ? given->user_agent : "",
                                      given->user_agent ? " " : "", VITRINE_VERSION).ptr;
        if (!net.user_agent)
                return mem_fail(err);
        net.ca_file = given->ca_file;
        net.connect_timeout_s = o->connect_timeout_s;
        net.connections_max = o->transfers_max;
        rc = engine_new(session, &net, &session->engine, err);
        /* Texts belong to the caller and are not to be looked at again. */
        o->base_url = o->api_key = o->netrc_file = o->entity = o->project = o->organization = NULL;
        o->cache_dir = o->ca_file = o->user_agent = NULL;
        return rc;
}

enum vitrine_code vitrine_session_new(const struct vitrine_session_options *options, vitrine_session **ret_session,
                                      struct vitrine_error *error)
{
        struct vitrine_session_options given = VITRINE_SESSION_OPTIONS_INIT;
        struct vitrine_session *session;
        struct err err = { 0 };
        enum rc rc = take_options(&given, sizeof(given), options, &err);

        if (!rc && !crypto_try_start())
                rc = err_set(&err, RC_INTERNAL, "OpenSSL or libsodium cannot be started: check how they are installed.");
        if (rc)
                return border(NULL, rc, &err, error);
        session = mem_alloc_zero(1, sizeof(*session));
        if (!session)
                return border(NULL, mem_fail(&err), &err, error);
        arena_begin(&session->arena);
        arena_begin(&session->features.arena);
        rc = fill_in(session, &given, &err);
        if (rc) {
                vitrine_session_free(session);
                return border(NULL, rc, &err, error);
        }
        *ret_session = session;
        return VITRINE_OK;
}

void vitrine_session_free(vitrine_session *session)
{
        if (!session)
                return;
        session->engine = engine_free(session->engine);
        if (session->authorization)
                crypto_wipe(session->authorization, strlen(session->authorization));
        mem_free(session->authorization);
        arena_done(&session->features.arena);
        arena_done(&session->arena);
        mem_free(session);
}

void vitrine_session_cancel(vitrine_session *session)
{
        atomic_store(&session->canceled, 1);
}

void vitrine_session_resume(vitrine_session *session)
{
        atomic_store(&session->canceled, 0);
}

const char *vitrine_session_base_url(const vitrine_session *session)
{
        return session->base_url;
}

const char *vitrine_session_key_source(const vitrine_session *session)
{
        return session->key_source;
}

const char *vitrine_session_project(const vitrine_session *session)
{
        return session->project;
}

/* ---- who, and what the server can ---- */

enum rc session_entity(struct vitrine_session *session, const char **ret, struct err *err)
{
        struct vitrine_viewer *viewer = NULL;
        enum rc rc;

        if (!session->entity && !session->found_entity) {
                rc = session_viewer(session, &viewer, err);
                if (rc)
                        return rc;
                if (vitrine_viewer_entity(viewer)[0])
                        session->found_entity = arena_text(&session->arena, str_from(vitrine_viewer_entity(viewer)));
                vitrine_viewer_free(viewer);
                if (!session->found_entity)
                        return arena_failed(&session->arena) ? mem_fail(err) :
                               err_set(err, RC_INVALID, "There is no default entity: name one, or set VITRINE_ENTITY.");
        }
        *ret = session->entity ? session->entity : session->found_entity;
        return RC_OK;
}

enum rc session_organization(struct vitrine_session *session, const char **ret, struct err *err)
{
        struct str org_entity = STR_NULL, display = STR_NULL;
        _cleanup_arena_ struct arena arena = { 0 };
        const char *entity = NULL;
        enum rc rc;

        arena_begin(&arena);
        if (!session->organization && !session->found_organization) {
                rc = session_entity(session, &entity, err);
                if (!rc)
                        rc = resolve_org_entity(session, &arena, entity, STR_NULL, &org_entity, &display, err);
                if (rc)
                        return rc;
                session->found_organization = arena_text(&session->arena, display);
                if (!session->found_organization)
                        return mem_fail(err);
        }
        *ret = session->organization ? session->organization : session->found_organization;
        return RC_OK;
}

enum vitrine_code vitrine_session_entity(vitrine_session *session, const char **ret_entity, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, session_entity(session, ret_entity, &err), &err, error);
}

enum vitrine_code vitrine_session_organization(vitrine_session *session, const char **ret_organization,
                                               struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, session_organization(session, ret_organization, &err), &err, error);
}

static enum rc ask_features(struct vitrine_session *session, struct err *err)
{
        struct feature_list *list = &session->features;
        _cleanup_arena_ struct arena arena = { 0 };
        const struct json *data = NULL, *features;
        enum rc rc;

        arena_begin(&arena);
        rc = call(session, &arena, "query ServerFeaturesQuery { serverInfo { features { name isEnabled } } }", NULL, &data,
                  err);
        if (rc == RC_INVALID && err->sys_errno == 0) { /* a server without the field has none */
                list->known = true;
                return RC_OK;
        }
        if (rc)
                return rc;
        features = dig(data, "serverInfo.features");
        list->names = arena_array(&list->arena, struct str, features ? features->count : 0);
        list->count = 0;
        for (const struct json *f = features ? features->first : NULL; f && list->names; f = f->next) {
                const struct json *enabled = json_get(f, "isEnabled");

                if (enabled && enabled->kind == JSON_BOOL && enabled->boolean)
                        list->names[list->count++] = arena_str(&list->arena, json_text(f, "name"));
        }
        if (arena_failed(&list->arena)) {
                arena_done(&list->arena);
                list->count = 0;
                return mem_fail(err);
        }
        list->known = true;
        return RC_OK;
}

enum rc session_feature(struct vitrine_session *session, const char *name, bool *ret, struct err *err)
{
        enum rc rc = session->features.known ? RC_OK : ask_features(session, err);

        if (rc)
                return rc;
        *ret = false;
        for (size_t i = 0; i < session->features.count; i++)
                if (str_eq_c(session->features.names[i], name))
                        *ret = true;
        return RC_OK;
}

enum vitrine_code vitrine_session_feature(vitrine_session *session, const char *name, int *ret_enabled,
                                          struct vitrine_error *error)
{
        struct err err = { 0 };
        bool enabled = false;
        enum rc rc = session_feature(session, name, &enabled, &err);

        if (!rc)
                *ret_enabled = enabled;
        return border(session, rc, &err, error);
}

static enum rc graphql(struct vitrine_session *session, const char *document, const char *variables_json, char **ret,
                       struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        _cleanup_arena_ struct arena arena = { 0 };
        struct json *given = NULL;
        const struct json *data = NULL;
        struct buf out = { .fallible = true };
        struct json_writer w;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        if (variables_json) {
                rc = json_parse(&arena, str_from(variables_json), NULL, &given, err);
                if (!rc && given->kind != JSON_OBJECT)
                        rc = err_set(err, RC_INVALID, "The variables must be a JSON object.");
                if (rc)
                        return rc;
                for (const struct json *member = given->first; member; member = member->next) {
                        json_key(&vars.w, member->key);
                        json_value(&vars.w, member);
                }
        }
        rc = call(session, &arena, document, &vars, &data, err);
        if (rc)
                return rc;
        json_writer_init(&w, &out);
        json_value(&w, data);
        (void)buf_cstr(&out);
        if (out.failed) {
                buf_done(&out);
                return mem_fail(err);
        }
        *ret = out.ptr;
        return RC_OK;
}

enum vitrine_code vitrine_session_graphql(vitrine_session *session, const char *document, const char *variables_json,
                                          char **ret_data_json, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, graphql(session, document, variables_json, ret_data_json, &err), &err, error);
}
