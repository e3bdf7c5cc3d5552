/*
 * http/linger.c - the end of a connection whose client may still be sending.
 *
 * When a request is refused before its body was read, closing the socket would make the
 * kernel answer the rest of the body with a reset, and a reset can overtake the reply: the
 * client sees "connection reset" where it was told "403". So the loop keeps a duplicate of
 * the socket when libmicrohttpd closes it (which has sent FIN by then), and reads and drops
 * what arrives until the client closes, is silent for a while, or has had long enough.
 */
#include "http/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
        LINGER_MAX = 512,          /* per loop; more are closed at once */
        LINGER_TOTAL_MS = 30 * 1000,
        LINGER_BURST = 64          /* reads in one turn of the loop */
};

static void unlink_and_close(struct loop *loop, struct straggler *straggler)
{
        if (straggler->prev)
                straggler->prev->next = straggler->next;
        else
                loop->stragglers = straggler->next;
        if (straggler->next)
                straggler->next->prev = straggler->prev;
        else
                loop->stragglers_last = straggler->prev;
        loop->straggler_count--;
        (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, straggler->fd, NULL);
        fd_close(&straggler->fd);
        free(straggler);
}

void linger_add(struct loop *loop, int fd)
{
        struct epoll_event event = { .events = EPOLLIN };
        struct straggler *straggler;

        if (loop->straggler_count >= LINGER_MAX)
                return;
        straggler = calloc(1, sizeof(*straggler));
        if (!straggler)
                return;
        straggler->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        event.data.ptr = straggler;
        if (straggler->fd < 0 || epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, straggler->fd, &event) < 0) {
                fd_close(&straggler->fd);
                free(straggler);
                return;
        }
        straggler->deadline_ms = clock_mono_ms() + LINGER_TOTAL_MS;
        straggler->prev = loop->stragglers_last;
        if (straggler->prev)
                straggler->prev->next = straggler;
        else
                loop->stragglers = straggler;
        loop->stragglers_last = straggler;
        loop->straggler_count++;
}

void linger_ready(struct loop *loop, struct straggler *straggler)
{
        char dropped[16 * 1024];

        for (int i = 0; i < LINGER_BURST; i++) {
                ssize_t got = recv(straggler->fd, dropped, sizeof(dropped), MSG_DONTWAIT);

                if (got > 0 || (got < 0 && errno == EINTR))
                        continue;
                if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
                        return;
                unlink_and_close(loop, straggler);
                return;
        }
}

void linger_sweep(struct loop *loop, uint64_t now_ms)
{
        while (loop->stragglers && loop->stragglers->deadline_ms <= now_ms)
                unlink_and_close(loop, loop->stragglers);
}
