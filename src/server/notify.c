/*
 * server/notify.c - the readiness protocol of systemd: a datagram to the socket that
 * NOTIFY_SOCKET names. Without it nothing happens; a message that is not taken is no error.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd.h"
#include "server/wire.h"

void notify_systemd(const char *state)
{
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_(fd_close) int fd = -1;
        size_t len = path ? strlen(path) : 0;

        if (len == 0 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
                return;
        memcpy(address.sun_path, path, len);
        if (path[0] == '@')
                address.sun_path[0] = '\0';
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return;
        (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
}
