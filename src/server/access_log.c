/*
 * server/access_log.c - what the server writes about requests.
 *
 * A line names the route and the path; the path of a route whose access is "signed" holds a
 * token and is left out, and so is every query string.
 */
#include "server/wire.h"

void access_log_request(struct http_request *req, unsigned status, uint64_t bytes_sent, uint64_t elapsed_us)
{
        const struct http_route *route = http_route(req);
        bool is_secret = route && strcmp(route->access, "signed") == 0;
        char path[256], user[80], pattern[128];

        if (!log_enabled(LOG_LEVEL_INFO))
                return;
        log_event(LOG_LEVEL_INFO, "request",
                  "id=%.*s method=%.*s route=%s path=%s status=%u bytes=%llu ms=%llu.%03llu user=%s address=%.*s",
                  STR_ARG(http_request_id(req)), STR_ARG(http_method(req)),
                  log_quote(route ? str_from(route->pattern) : STR("-"), pattern, sizeof(pattern)),
                  is_secret ? "-" : log_quote(http_path(req), path, sizeof(path)), status,
                  (unsigned long long)bytes_sent, (unsigned long long)(elapsed_us / 1000),
                  (unsigned long long)(elapsed_us % 1000),
                  str_is_empty(http_user(req)) ? "-" : log_quote(http_user(req), user, sizeof(user)),
                  STR_ARG(http_client_address(req)));
}

void access_log_failure(struct str request_id, const struct err *err, struct str where)
{
        char text[1024], place[256];

        log_event(LOG_LEVEL_ERROR, "failure", "id=%.*s code=%s where=%s error=%s errno=%d at=%s:%d",
                  STR_ARG(request_id), rc_name(err->rc), log_quote(where, place, sizeof(place)),
                  log_quote(str_from(err->msg), text, sizeof(text)), err->sys_errno, err->file ? err->file : "-",
                  err->line);
}
