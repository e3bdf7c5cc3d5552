/*
 * fake.h - a request that never came over a wire, for tests of single files of http/.
 */
#ifndef VITRINE_TESTS_HTTP_FAKE_H
#define VITRINE_TESTS_HTTP_FAKE_H

#include "http/internal.h"

struct fake {
        struct http_server server;
        struct loop loop;
        struct http_request *req;
        struct field fields[8];
};

static inline struct http_request *fake_new(struct fake *fake, const char *method, const char *path)
{
        *fake = (struct fake){ 0 };
        fake->loop.server = &fake->server;
        fake->req = request_new(&fake->loop, NULL, "192.0.2.1");
        assert_non_null(fake->req);
        fake->req->method = str_from(method);
        fake->req->is_head = strcmp(method, "HEAD") == 0;
        fake->req->path = str_from(path);
        fake->req->fields = fake->fields;
        return fake->req;
}

static inline void fake_header(struct fake *fake, const char *name, const char *value)
{
        fake->fields[fake->req->field_count++] = (struct field){ str_from(name), str_from(value) };
}

/* Value of a header of the reply; absent when it has none. */
static inline struct str fake_reply_header(const struct fake *fake, const char *name)
{
        for (const struct reply_header *h = fake->req->reply.headers; h; h = h->next)
                if (strcmp(h->name, name) == 0)
                        return str_from(h->value);
        return STR_NULL;
}

#endif
