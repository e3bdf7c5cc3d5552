/*
 * server/wire.h - everything a running server is made of: made in one place, in order, and
 * taken apart in the opposite order.
 *
 * Thread rule: the main thread.
 */
#ifndef VITRINE_SERVER_WIRE_H
#define VITRINE_SERVER_WIRE_H

#include "api/api.h"
#include "gate/gate.h"
#include "server/background.h"
#include "server/config.h"
#include "server/data.h"

struct server {
        struct gate gate;             /* what http_app() is */
        struct domain domain;
        struct data *data;
        struct auth *auth;
        struct api *api;
        struct http_server *http;
        struct background *background;
        struct http_route *routes;    /* of all rooms, one table */
        size_t route_count;
};

/* Opens the data and takes its lock; no request is answered yet. */
MUST_USE enum rc server_open(struct server *server, const struct serve_config *config, struct arena *arena,
                             struct err *err);
/* Starts to listen. */
MUST_USE enum rc server_start(struct server *server, const struct serve_config *config, struct err *err);
/* Finishes what is in flight, for at most drain_ms, and closes everything. */
void server_close(struct server *server, unsigned drain_ms);
/* The address that people use: the public URL, else that of the socket. */
struct str server_url(const struct server *server, const struct serve_config *config, struct arena *arena);
/* "http://127.0.0.1:8080": the socket's own address. */
struct str server_listen_url(const struct server *server, const struct serve_config *config, struct arena *arena);

/* health.c: /healthz, /readyz, /ready. */
extern const struct http_route health_routes[];
extern const size_t health_route_count;
/* From now on /readyz says 503, so that nothing new is sent here. */
void health_stopping(void);

/* access_log.c: one line per request; failures of ours. */
void access_log_request(struct http_request *req, unsigned status, uint64_t bytes_sent, uint64_t elapsed_us);
void access_log_failure(struct str request_id, const struct err *err, struct str where);

/* notify.c: tells systemd, when it started us. */
void notify_systemd(const char *state);

/* first_run.c: a user, an organization, a team and a key in an empty database; tells how to begin. */
MUST_USE enum rc first_run(struct server *server, struct arena *arena, struct str url, struct err *err);

#endif
