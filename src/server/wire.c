/*
 * server/wire.c - putting the rooms together; see wire.h.
 */
#include "server/wire.h"

#include "app/app.h"
#include "crypto/crypto.h"
#include "domain/upload_join.h"
#include "transfer/transfer.h"

enum rc server_open(struct server *server, const struct serve_config *config, struct arena *arena, struct err *err)
{
        enum rc rc;

        crypto_start();
        *server = (struct server){ 0 };
        rc = data_open(arena, config->data_dir, true, &server->data, err);
        if (!rc)
                rc = data_lock(server->data, err);
        if (!rc)
                rc = data_open_blobs(server->data, &server->domain.blobs, &server->domain.parts, err);
        if (rc)
                goto fail;
        server->domain.db = data_db(server->data);
        server->domain.joins = upload_joins_new(&(struct upload_joins_config){ .blobs = server->domain.blobs,
                                                                               .parts = server->domain.parts });
        server->domain.public_url = config->public_url;
        rc = auth_open(server->domain.db, &server->auth, err);
        if (rc)
                goto fail;
        rc = api_new(&server->api, err);
        if (rc)
                goto fail;
        server->gate = (struct gate){
                .domain = &server->domain,
                .auth = server->auth,
                .api = server->api,
                .trust_forwarded = config->trust_forwarded,
                .plain_pages = config->plain_pages,
                .on_failure = access_log_failure,
        };
        return RC_OK;
fail:
        server_close(server, 0);
        return rc;
}

static void collect_routes(struct server *server)
{
        const struct {
                const struct http_route *routes;
                size_t count;
        } rooms[] = {
                { health_routes, health_route_count },
                { api_routes, api_route_count },
                { audit_routes, audit_route_count },
                { transfer_routes, transfer_route_count },
                { app_routes, app_route_count },
        };
        size_t count = 0;

        for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
                count += rooms[i].count;
        server->routes = calloc(count, sizeof(*server->routes));
        if (!server->routes)
                abort_because("out_of_memory", "the table of routes was wanted");
        for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
                memcpy(server->routes + server->route_count, rooms[i].routes,
                       rooms[i].count * sizeof(*server->routes));
                server->route_count += rooms[i].count;
        }
}

/* People get a page, programs JSON. */
static void reply_error(struct http_request *req, const struct err *err)
{
        if (!app_error_page(req, err))
                gate_error_reply(req, err);
}

enum rc server_start(struct server *server, const struct serve_config *config, struct err *err)
{
        struct http_config http = {
                .listen_address = config->address,
                .port = config->port,
                .io_threads = config->io_threads,
                .worker_threads = config->workers,
                .app = &server->gate,
                .error_reply = reply_error,
                .on_done = config->log_requests ? access_log_request : NULL,
        };

        const struct background_config background = {
                .reclaim_minutes = config->reclaim_minutes,
                .restore_s = (int64_t)config->restore_days * 86400,
        };
        enum rc rc;

        collect_routes(server);
        http.routes = server->routes;
        http.route_count = server->route_count;
        rc = background_start(&server->domain, &background, &server->background, err);
        return rc ? rc : http_server_start(&http, &server->http, err);
}

void server_close(struct server *server, unsigned drain_ms)
{
        http_server_stop(server->http, drain_ms);
        background_stop(server->background);
        upload_joins_free(server->domain.joins);
        api_free(server->api);
        auth_close(server->auth);
        data_close(server->data);
        free(server->routes);
        *server = (struct server){ 0 };
}

struct str server_listen_url(const struct server *server, const struct serve_config *config, struct arena *arena)
{
        if (strchr(config->address, ':'))
                return arena_printf(arena, "http://[%s]:%u", config->address, http_server_port(server->http));
        return arena_printf(arena, "http://%s:%u", config->address, http_server_port(server->http));
}

struct str server_url(const struct server *server, const struct serve_config *config, struct arena *arena)
{
        bool everywhere = strcmp(config->address, "0.0.0.0") == 0 || strcmp(config->address, "::") == 0 ||
                          strcmp(config->address, "127.0.0.1") == 0;

        if (!str_is_empty(config->public_url))
                return config->public_url;
        if (everywhere)
                return arena_printf(arena, "http://localhost:%u", http_server_port(server->http));
        return server_listen_url(server, config, arena);
}
