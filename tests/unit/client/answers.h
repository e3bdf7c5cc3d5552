/*
 * answers.h - a server for unit tests of the client room: it gives the answers that a test wrote down, one for each question,
 * and keeps the questions.
 *
 *     struct answers a;
 *     vitrine_session *session = answers_begin(&a, (const char *const[]){ "{\"data\": {}}", NULL });
 *     ...
 *     answers_end(&a);      // frees the session; all answers must have been asked for
 *
 * An answer that starts with a digit has another status than 200: "403 {...}". Questions about the organization of an
 * entity are answered by the server itself and not kept: every list and every fetch begins with one.
 */
#ifndef VITRINE_TESTS_ANSWERS_H
#define VITRINE_TESTS_ANSWERS_H

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/internal.h"

enum { ANSWERS_MAX = 32, QUESTION_MAX = 65536 };

struct answers {
        pthread_t thread;
        int listening;
        const char *const *answers;
        size_t asked;
        char *questions[ANSWERS_MAX];
        vitrine_session *session;
};

/* A whole request; its body begins at *ret_body. False when the connection was closed. */
static inline bool answers_read(int fd, char *room, char **ret_body)
{
        size_t len = 0, want;

        for (;;) {
                ssize_t got = recv(fd, room + len, QUESTION_MAX - 1 - len, 0);
                const char *length;

                if (got <= 0)
                        return false;
                len += (size_t)got;
                room[len] = '\0';
                *ret_body = strstr(room, "\r\n\r\n");
                if (!*ret_body)
                        continue;
                *ret_body += 4;
                length = strcasestr(room, "content-length:");
                want = length ? strtoul(length + 15, NULL, 10) : 0;
                if (len - (size_t)(*ret_body - room) >= want)
                        return true;
        }
}

static inline const char *answers_choose(struct answers *a, const char *body)
{
        if (strstr(body, "query FetchOrgInfoFromEntity"))
                return "{\"data\": {\"entity\": {\"organization\": {\"name\": \"Org\", \"orgEntity\": {\"name\": \"org-entity\"}}}}}";
        if (!a->answers[a->asked] || a->asked == ANSWERS_MAX)
                return "500 {\"errors\": [{\"message\": \"That was not expected.\"}]}";
        a->questions[a->asked] = strdup(body);
        return a->answers[a->asked++];
}

static inline void *answers_serve(void *payload)
{
        struct answers *a = payload;
        char *room = malloc(QUESTION_MAX);
        int fd;

        while (room && (fd = accept(a->listening, NULL, NULL)) >= 0) {
                char *body = NULL, head[160];

                while (answers_read(fd, room, &body)) {
                        const char *answer = answers_choose(a, body);
                        int status = answer[0] == '{' ? 200 : (int)strtol(answer, NULL, 10);
                        size_t len;

                        answer = strchr(answer, '{');
                        len = strlen(answer);
                        (void)snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
                                       "Content-Length: %zu\r\n\r\n", status, len);
                        if (send(fd, head, strlen(head), MSG_NOSIGNAL) < 0 || send(fd, answer, len, MSG_NOSIGNAL) < 0)
                                break;
                }
                (void)close(fd);
        }
        free(room);
        return NULL;
}

static inline vitrine_session *answers_begin(struct answers *a, const char *const *answers)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
        socklen_t size = sizeof(address);
        char url[64];

        *a = (struct answers){ .answers = answers, .listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
        assert_true(a->listening >= 0);
        assert_int_equal(bind(a->listening, (struct sockaddr *)&address, size), 0);
        assert_int_equal(listen(a->listening, 8), 0);
        assert_int_equal(getsockname(a->listening, (struct sockaddr *)&address, &size), 0);
        assert_int_equal(pthread_create(&a->thread, NULL, answers_serve, a), 0);
        (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(address.sin_port));
        options.base_url = url;
        options.api_key = "key";
        options.entity = "team";
        options.no_cache = 1;
        options.retry_for_s = 1;
        assert_int_equal(vitrine_session_new(&options, &a->session, NULL), VITRINE_OK);
        return a->session;
}

static inline void answers_end(struct answers *a)
{
        vitrine_session_free(a->session);
        (void)shutdown(a->listening, SHUT_RDWR);
        (void)close(a->listening);
        assert_int_equal(pthread_join(a->thread, NULL), 0);
        assert_null(a->answers[a->asked]); /* all were asked for */
        for (size_t i = 0; i < a->asked; i++)
                free(a->questions[i]);
}

/* The text is in the question of that number. */
static inline void answers_asked(const struct answers *a, size_t index, const char *text)
{
        assert_true(index < a->asked);
        if (!strstr(a->questions[index], text))
                fail_msg("'%s' is not in the question %s", text, a->questions[index]);
}

static inline void answers_not_asked(const struct answers *a, size_t index, const char *text)
{
        assert_true(index < a->asked);
        if (strstr(a->questions[index], text))
                fail_msg("'%s' is in the question %s", text, a->questions[index]);
}

#endif
