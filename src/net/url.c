/*
 * net/url.c - the few things that are to be known about addresses.
 */
#include <stdio.h>

#include "net/net.h"

bool net_url_host(const char *url, char *ret, size_t ret_size)
{
        const char *start = strstr(url, "://");
        const char *at;
        size_t len;

        if (!start || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
                return false;
        start += 3;
        len = strcspn(start, "/?#");
        at = memchr(start, '@', len); /* a user's name and password are not the host */
        if (at) {
                len -= (size_t)(at + 1 - start);
                start = at + 1;
        }
        if (len == 0 || len >= ret_size)
                return false;
        memcpy(ret, start, len);
        ret[len] = '\0';
        return true;
}

void net_url_escape(struct str text, const char *keep, char *ret)
{
        static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

        for (size_t i = 0; i < text.len; i++) {
                char c = text.ptr[i];

                if (c && (strchr(plain, c) || strchr(keep, c)))
                        *ret++ = c;
                else
                        ret += snprintf(ret, 4, "%%%02X", (unsigned)(unsigned char)c);
        }
        *ret = '\0';
}
