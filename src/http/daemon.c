/*
 * http/daemon.c - the server as a whole: start, stop, numbers.
 *
 * Called by server/ only. The server is made of parts that know nothing of it: the route
 * table, the worker pool and the loops. Stopping is told to the loops by one flag; they
 * stop listening, hang up idle connections, say "Connection: close" in their last replies
 * and end when nothing is left or the drain time is over. Then the workers end, and with
 * them the last requests.
 */
#include "http/internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

enum {
        DEFAULT_WORKERS = 32,
        DEFAULT_CHUNK_BYTES = 128 * 1024,
        DEFAULT_IDLE_TIMEOUT_S = 120,
        DEFAULT_MAX_HEADER_BYTES = 24 * 1024,
        DEFAULT_MAX_CONNECTIONS = 8192,
        DEFAULT_ARENA_CAP_BYTES = 256 * 1024 * 1024,
        IO_THREADS_MAX = 4,
        DEFAULT_QUEUE_MAX = 4096,
        BACKLOG = 4096
};

static void set_defaults(struct http_config *config)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);

        if (!config->listen_address)
                config->listen_address = "127.0.0.1";
        if (!config->io_threads)
                config->io_threads = cores < 1 ? 1 : cores > IO_THREADS_MAX ? IO_THREADS_MAX : (unsigned)cores;
        if (!config->worker_threads)
                config->worker_threads = DEFAULT_WORKERS;
        if (!config->active_workers)
                config->active_workers = cores < 2 ? 2 : (unsigned)cores;
        if (!config->queue_max)
                config->queue_max = DEFAULT_QUEUE_MAX;
        if (!config->chunk_bytes)
                config->chunk_bytes = DEFAULT_CHUNK_BYTES;
        if (!config->idle_timeout_s)
                config->idle_timeout_s = DEFAULT_IDLE_TIMEOUT_S;
        if (!config->max_header_bytes)
                config->max_header_bytes = DEFAULT_MAX_HEADER_BYTES;
        if (!config->max_connections)
                config->max_connections = DEFAULT_MAX_CONNECTIONS;
        if (!config->arena_cap_bytes)
                config->arena_cap_bytes = DEFAULT_ARENA_CAP_BYTES;
}

static enum rc open_address(struct http_server *server, const struct addrinfo *address, struct err *err)
{
        const struct http_config *config = &server->config;
        _cleanup_(fd_close) int fd = -1;
        struct sockaddr_storage bound;
        socklen_t bound_len = sizeof(bound);
        int on = 1, off = 0;

        fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return err_set_errno(err, RC_IO, "cannot make a socket");
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (address->ai_family == AF_INET6) /* "::" serves IPv4, too */
                (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
        if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
                return err_set_errno(err, RC_IO, "cannot listen on %s port %u", config->listen_address, config->port);
        if (getsockname(fd, (struct sockaddr *)&bound, &bound_len) < 0)
                return err_set_errno(err, RC_IO, "cannot ask for the port");
        server->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                         : ((struct sockaddr_in *)&bound)->sin_port);
        server->listen_fd = TAKE_FD(fd);
        return RC_OK;
}

static enum rc open_listener(struct http_server *server, struct err *err)
{
        const struct http_config *config = &server->config;
        struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
        struct addrinfo *addresses;
        char port[8];
        int failed;
        enum rc rc;

        (void)snprintf(port, sizeof(port), "%u", config->port);
        failed = getaddrinfo(config->listen_address, port, &hints, &addresses);
        if (failed)
                return err_set(err, RC_INVALID, "cannot listen on '%s': %s", config->listen_address,
                               gai_strerror(failed));
        rc = open_address(server, addresses, err);
        freeaddrinfo(addresses);
        return rc;
}

static enum rc start_loops(struct http_server *server, struct err *err)
{
        enum rc rc;

        server->loops = calloc(server->config.io_threads, sizeof(*server->loops));
        if (!server->loops)
                return err_set(err, RC_UNAVAILABLE, "out of memory");
        while (server->loop_count < server->config.io_threads) {
                rc = loop_init(&server->loops[server->loop_count], server, server->loop_count, err);
                server->loop_count++;
                if (rc)
                        return rc;
        }
        for (unsigned i = 0; i < server->loop_count; i++) {
                rc = loop_run(&server->loops[i], err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

enum rc http_server_start(const struct http_config *config, struct http_server **ret_server, struct err *err)
{
        struct http_server *server = calloc(1, sizeof(*server));
        enum rc rc;

        if (!server)
                return err_set(err, RC_UNAVAILABLE, "out of memory");
        server->config = *config;
        server->listen_fd = -1;
        set_defaults(&server->config);
        rc = routes_new(config->routes, config->route_count, &server->routes, err);
        if (!rc)
                rc = open_listener(server, err);
        if (!rc)
                rc = pool_new("worker", server->config.worker_threads, server->config.queue_max, &server->pool, err);
        if (!rc) {
                pool_set_active(server->pool, server->config.active_workers);
                rc = start_loops(server, err);
        }
        if (rc) {
                http_server_stop(server, 0);
                return rc;
        }
        *ret_server = server;
        return RC_OK;
}

uint16_t http_server_port(const struct http_server *server)
{
        return server->port;
}

void http_server_stop(struct http_server *server, unsigned drain_ms)
{
        if (!server)
                return;
        server->drain_until_ms = clock_mono_ms() + drain_ms;
        atomic_store(&server->stopping, true);
        /* From now on new connections are refused, instead of waiting for the end of the drain. */
        (void)shutdown(server->listen_fd, SHUT_RD);
        for (unsigned i = 0; i < server->loop_count; i++)
                if (server->loops[i].running)
                        loop_wake(&server->loops[i]);
        for (unsigned i = 0; i < server->loop_count; i++)
                if (server->loops[i].running)
                        (void)pthread_join(server->loops[i].thread, NULL);
        pool_free(server->pool); /* ends what the loops handed over for abort() */
        for (unsigned i = 0; i < server->loop_count; i++)
                loop_done(&server->loops[i]);
        fd_close(&server->listen_fd);
        routes_free(server->routes);
        free(server->loops);
        free(server);
}

void http_server_stats(const struct http_server *server, struct http_stats *ret)
{
        *ret = (struct http_stats){ 0 };
        for (unsigned i = 0; i < server->loop_count; i++) {
                const struct loop *loop = &server->loops[i];

                ret->requests += atomic_load_explicit(&loop->requests, memory_order_relaxed);
                ret->connections_open += atomic_load_explicit(&loop->connections, memory_order_relaxed);
                ret->requests_active += atomic_load_explicit(&loop->active, memory_order_relaxed);
                ret->bytes_in += atomic_load_explicit(&loop->bytes_in, memory_order_relaxed);
                ret->bytes_out += atomic_load_explicit(&loop->bytes_out, memory_order_relaxed);
        }
}
