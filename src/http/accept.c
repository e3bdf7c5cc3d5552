/*
 * http/accept.c - new connections.
 *
 * Loop 0 alone watches the listening socket and gives each new connection to the loop that
 * has the fewest. So a client with two connections uses two cores: with a socket per
 * thread (SO_REUSEPORT) the kernel's hash put both on one in half of the cases, and with
 * one socket in every loop the thread that woke first took up to ten at a time.
 *
 * When the connections or the descriptors are at their limit, the loop stops listening for
 * a moment; new clients wait in the kernel's queue.
 */
#include "http/internal.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { ACCEPT_BURST = 64, PAUSE_MS = 100 };

struct arrival {
        struct note note;
        int fd;
        struct sockaddr_storage address;
        socklen_t address_len;
};

static unsigned connections(const struct http_server *server)
{
        unsigned sum = 0;

        for (unsigned i = 0; i < server->loop_count; i++)
                sum += atomic_load_explicit(&server->loops[i].connections, memory_order_relaxed);
        return sum;
}

static struct loop *least_loaded(struct http_server *server)
{
        struct loop *best = &server->loops[0];
        unsigned best_count = UINT32_MAX;

        for (unsigned i = 0; i < server->loop_count; i++) {
                unsigned count = atomic_load_explicit(&server->loops[i].connections, memory_order_relaxed);

                if (count < best_count) {
                        best_count = count;
                        best = &server->loops[i];
                }
        }
        return best;
}

/* On the loop that the connection was given to. libmicrohttpd closes fd if it does not take it. */
static void take(struct loop *loop, struct note *note)
{
        struct arrival *arrival = (struct arrival *)(void *)note;

        if (!loop->daemon) { /* the server is stopping */
                fd_close(&arrival->fd);
                free(arrival);
                return;
        }
        if (MHD_add_connection(loop->daemon, arrival->fd, (struct sockaddr *)&arrival->address,
                               arrival->address_len) != MHD_YES)
                atomic_fetch_sub_explicit(&loop->connections, 1, memory_order_relaxed);
        free(arrival);
}

static void give(struct loop *from, struct arrival *arrival)
{
        struct loop *loop = least_loaded(from->server);

        atomic_fetch_add_explicit(&loop->connections, 1, memory_order_relaxed);
        arrival->note.run = take;
        if (loop == from)
                take(loop, &arrival->note);
        else
                loop_tell(loop, &arrival->note);
}

static void pause_listening(struct loop *loop)
{
        if (loop->listening)
                (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, loop->server->listen_fd, NULL);
        loop->listening = false;
        loop->listen_again_ms = loop->now_ms + PAUSE_MS;
}

void accept_update(struct loop *loop)
{
        struct http_server *server = loop->server;
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &server->listen_fd };

        if (atomic_load(&server->stopping)) {
                pause_listening(loop);
                return;
        }
        if (loop->listening || loop->now_ms < loop->listen_again_ms ||
            connections(server) >= server->config.max_connections)
                return;
        loop->listening = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, server->listen_fd, &event) == 0;
}

void accept_connections(struct loop *loop)
{
        struct http_server *server = loop->server;

        for (int i = 0; i < ACCEPT_BURST; i++) {
                struct arrival *arrival;

                if (atomic_load(&server->stopping) || connections(server) >= server->config.max_connections) {
                        pause_listening(loop);
                        return;
                }
                arrival = calloc(1, sizeof(*arrival));
                if (!arrival)
                        return;
                arrival->address_len = sizeof(arrival->address);
                arrival->fd = accept4(server->listen_fd, (struct sockaddr *)&arrival->address,
                                      &arrival->address_len, SOCK_CLOEXEC | SOCK_NONBLOCK);
                if (arrival->fd >= 0) {
                        give(loop, arrival);
                        continue;
                }
                free(arrival);
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                        pause_listening(loop);
                if (errno != EINTR && errno != ECONNABORTED)
                        return;
        }
}
