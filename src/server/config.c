/*
 * server/config.c - the settings of `vitrined serve`; see config.h.
 */
#include "server/config.h"

const struct option_spec serve_options[SERVE_OPTION_COUNT] = {
        { "listen", "ADDR:PORT", "VITRINE_LISTEN", "127.0.0.1:8080", "address to listen on; port 0 picks one" },
        { "public-url", "URL", "VITRINE_PUBLIC_URL", NULL,
          "address that clients use, when it is not the one in their requests" },
        { "config", "FILE", "VITRINE_CONFIG", NULL, "file with lines of 'name = value'" },
        { "first-run", NULL, NULL, NULL, "in an empty data directory: make a user, a team, a key, and show them" },
        { "trust-forwarded", NULL, "VITRINE_TRUST_FORWARDED", NULL,
          "believe X-Forwarded-Proto, -Host and -For of a proxy in front" },
        { "plain-pages", NULL, "VITRINE_PLAIN_PAGES", NULL,
          "a few pages without scripts (sign in, make a key) instead of the web app" },
        { "workers", "N", "VITRINE_WORKERS", "0", "worker threads; 0: chosen" },
        { "io-threads", "N", "VITRINE_IO_THREADS", "0", "threads for connections; 0: chosen" },
        { "drain-seconds", "N", "VITRINE_DRAIN_SECONDS", "20", "how long a stop waits for what is in flight" },
        { "restore-days", "N", "VITRINE_RESTORE_DAYS", "7", "how long a deleted version can be restored; 0: an hour" },
        { "reclaim-minutes", "N", "VITRINE_RECLAIM_MINUTES", "60",
          "how often versions expire and bytes that nothing needs go; 0: only when asked" },
        { "log-level", "LEVEL", "VITRINE_LOG_LEVEL", "info", "debug, info, warn or error" },
        { "log-requests", "YES|NO", "VITRINE_LOG_REQUESTS", "yes", "one line on standard error per request" },
};

/* "127.0.0.1:8080", "[::1]:8080", ":8080". */
static enum rc read_listen(struct str text, struct arena *arena, struct serve_config *ret, struct err *err)
{
        size_t colon = SIZE_MAX;
        struct str host;
        uint64_t port = 0;

        for (size_t i = 0; i < text.len; i++)
                if (text.ptr[i] == ':')
                        colon = i;
        if (colon == SIZE_MAX || !str_to_u64(str_slice(text, colon + 1, text.len), &port) || port > UINT16_MAX)
                return err_set(err, RC_INVALID, "--listen must be like 127.0.0.1:8080 or [::1]:8080, not '%.*s'.",
                               STR_ARG(str_slice(text, 0, 64)));
        host = str_slice(text, 0, colon);
        if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
                host = str_slice(host, 1, host.len - 1);
        if (str_eq_c(host, "localhost"))
                host = STR("127.0.0.1");
        ret->address = arena_cstr(arena, str_is_empty(host) ? STR("0.0.0.0") : host);
        ret->port = (uint16_t)port;
        return RC_OK;
}

static enum rc read_public_url(struct str url, struct serve_config *ret, struct err *err)
{
        bool http = str_starts(url, STR("http://")), https = str_starts(url, STR("https://"));

        if (str_is_empty(url))
                return RC_OK;
        while (str_ends(url, STR("/")))
                url.len--;
        if ((!http && !https) || url.len <= 8)
                return err_set(err, RC_INVALID, "--public-url must be like https://registry.example.com, not '%.*s'.",
                               STR_ARG(str_slice(url, 0, 128)));
        for (size_t i = 0; i < url.len; i++)
                if ((unsigned char)url.ptr[i] <= ' ' || strchr("\"<>?#\\", url.ptr[i]))
                        return err_set(err, RC_INVALID, "--public-url may not have spaces, quotes, '?' or '#'.");
        ret->public_url = url;
        return RC_OK;
}

static enum rc read_level(struct str text, struct serve_config *ret, struct err *err)
{
        static const char *const names[] = { "debug", "info", "warn", "error" };

        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
                if (str_eq_c(text, names[i])) {
                        ret->log_level = (enum log_level)i;
                        return RC_OK;
                }
        }
        return err_set(err, RC_INVALID, "--log-level must be debug, info, warn or error, not '%.*s'.",
                       STR_ARG(str_slice(text, 0, 64)));
}

enum rc config_read(struct options *options, struct arena *arena, struct serve_config *ret, struct err *err)
{
        struct serve_config config = { 0 };
        uint64_t workers = 0, io_threads = 0, drain_s = 0, restore_days = 0, reclaim_minutes = 0;
        enum rc rc = RC_OK;

        options_from_environment(options);
        if (!str_is_null(options_get(options, "config")))
                rc = options_from_file(options, arena, arena_cstr(arena, options_get(options, "config")), err);
        if (!rc)
                rc = read_listen(options_get(options, "listen"), arena, &config, err);
        if (!rc)
                rc = read_public_url(options_get(options, "public-url"), &config, err);
        if (!rc)
                rc = read_level(options_get(options, "log-level"), &config, err);
        if (!rc)
                rc = options_number(options, "workers", 0, 256, &workers, err);
        if (!rc)
                rc = options_number(options, "io-threads", 0, 64, &io_threads, err);
        if (!rc)
                rc = options_number(options, "drain-seconds", 0, 3600, &drain_s, err);
        if (!rc)
                rc = options_number(options, "restore-days", 0, 3650, &restore_days, err);
        if (!rc)
                rc = options_number(options, "reclaim-minutes", 0, 525600, &reclaim_minutes, err);
        if (rc)
                return rc;
        config.workers = (unsigned)workers;
        config.io_threads = (unsigned)io_threads;
        config.drain_s = (unsigned)drain_s;
        config.restore_days = (unsigned)restore_days;
        config.reclaim_minutes = (unsigned)reclaim_minutes;
        config.data_dir = options_get(options, "data");
        config.first_run = options_on(options, "first-run");
        config.trust_forwarded = options_on(options, "trust-forwarded");
        config.plain_pages = options_on(options, "plain-pages");
        config.log_requests = options_on(options, "log-requests");
        *ret = config;
        return RC_OK;
}
