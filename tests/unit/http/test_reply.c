/* Tests of http/reply.c and http/status.c, as far as they need no connection. */
#include "unit.h"

#include "fake.h"

static int freed;

static int64_t read_nothing(void *payload UNUSED, uint64_t position UNUSED, char *ret UNUSED, size_t len UNUSED)
{
        return 0;
}

static int64_t read_fails(void *payload UNUSED, uint64_t position UNUSED, char *ret UNUSED, size_t len UNUSED)
{
        return -1;
}

static int64_t read_too_much(void *payload UNUSED, uint64_t position UNUSED, char *ret UNUSED, size_t len)
{
        return (int64_t)len + 1;
}

static void count_free(void *payload UNUSED)
{
        freed++;
}

static void reply_last_one_wins(void **state UNUSED)
{
        struct fake fake;
        struct buf body = { 0 };

        (void)fake_new(&fake, "GET", "/");
        freed = 0;
        http_reply_header(fake.req, "X-Before", STR("1"));
        http_reply_stream(fake.req, 200, STR("a/b"), 10, read_nothing, count_free, NULL);
        assert_str(fake_reply_header(&fake, "X-Before"), "1");
        buf_add_str(&body, STR("hello"));
        http_reply_buf(fake.req, 201, STR("text/plain"), &body);
        assert_int_equal(freed, 1);
        assert_null(body.ptr);
        assert_str(fake.req->reply.bytes, "hello");
        assert_str(fake_reply_header(&fake, "Content-Type"), "text/plain");
        assert_true(str_is_null(fake_reply_header(&fake, "X-Before")));
        http_reply(fake.req, 204, STR_NULL, STR_NULL);
        assert_int_equal(fake.req->reply.status, 204);
        assert_int_equal(reply_bytes(fake.req), 0);
        request_free(fake.req);
        assert_int_equal(freed, 1);
}

static void reply_copies_or_borrows(void **state UNUSED)
{
        struct fake fake;
        char text[] = "abc";

        (void)fake_new(&fake, "GET", "/");
        http_reply(fake.req, 200, STR_NULL, str_from(text));
        text[0] = 'x';
        assert_str(fake.req->reply.bytes, "abc");
        http_reply_borrowed(fake.req, 200, STR_NULL, str_from(text));
        assert_ptr_equal(fake.req->reply.bytes.ptr, text);
        request_free(fake.req);
}

static void reply_header_cannot_be_split(void **state UNUSED)
{
        struct fake fake;

        (void)fake_new(&fake, "GET", "/");
        http_reply_redirect(fake.req, 302, STR("/a\r\nX-Evil: 1\n\0b\x7f"));
        assert_str(fake_reply_header(&fake, "Location"), "/a  X-Evil: 1  b ");
        request_free(fake.req);
}

static void reply_stream_must_keep_its_size(void **state UNUSED)
{
        static const struct {
                int64_t (*read)(void *, uint64_t, char *, size_t);
                uint64_t size;
                bool broken;
        } cases[] = {
                { read_nothing, UINT64_MAX, false }, { read_nothing, 5, true },  { read_nothing, 0, false },
                { read_fails, UINT64_MAX, true },    { read_fails, 5, true },    { read_fails, 0, false },
                { read_too_much, 5, true },          { read_too_much, UINT64_MAX, true },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct fake fake;

                (void)fake_new(&fake, "GET", "/");
                http_reply_stream(fake.req, 200, STR_NULL, cases[i].size, cases[i].read, NULL, NULL);
                reply_read_piece(fake.req);
                assert_true(fake.req->reply.piece_end);
                assert_int_equal(fake.req->reply.stream_broken, cases[i].broken);
                request_free(fake.req);
        }
}

static void status_of_every_code(void **state UNUSED)
{
        static const unsigned expected[RC__COUNT] = { 200, 400, 401, 403, 404, 409, 409, 413, 429, 503, 503, 500, 500, 500 };

        for (enum rc rc = RC_OK; rc < RC__COUNT; rc++)
                assert_int_equal(http_status_of(rc), expected[rc]);
}

static void status_error_body_is_json(void **state UNUSED)
{
        struct fake fake;
        struct err err = { 0 };

        (void)fake_new(&fake, "GET", "/");
        reply_error_status(fake.req, 411, RC_INVALID, "a \"b\" \\ \x01 \xc3\xa9");
        assert_int_equal(fake.req->reply.status, 411);
        assert_str(fake.req->reply.bytes,
                   "{\"error\":\"a \\\"b\\\" \\\\ \\u0001 \xc3\xa9\",\"code\":\"INVALID\"}\n");
        assert_true(fake.req->failed);
        /* A message that was cut in the middle of a character. */
        (void)err_set(&err, RC_INVALID, "caf\xc3");
        reply_error(fake.req, RC_INVALID, &err);
        assert_str(fake.req->reply.bytes, "{\"error\":\"caf?\",\"code\":\"INVALID\"}\n");
        request_free(fake.req);
}

static void make_own_error(struct http_request *req, const struct err *err)
{
        if (err->rc != RC_DENIED) /* for others it says nothing: the room must answer all the same */
                http_reply(req, 200, STR("application/json"), str_from(err->msg));
}

static void status_error_body_of_the_application(void **state UNUSED)
{
        struct fake fake;
        struct err err = { 0 };

        (void)fake_new(&fake, "GET", "/");
        fake.server.config.error_reply = make_own_error;
        reply_error(fake.req, err_set(&err, RC_AGAIN, "later"), &err);
        assert_int_equal(fake.req->reply.status, 200);
        assert_str(fake.req->reply.bytes, "later");
        reply_error(fake.req, err_set(&err, RC_DENIED, "no"), &err);
        assert_int_equal(fake.req->reply.status, 403);
        assert_str(fake.req->reply.bytes, "{\"error\":\"no\",\"code\":\"DENIED\"}\n");
        request_free(fake.req);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reply_last_one_wins),
                cmocka_unit_test(reply_copies_or_borrows),
                cmocka_unit_test(reply_header_cannot_be_split),
                cmocka_unit_test(reply_stream_must_keep_its_size),
                cmocka_unit_test(status_of_every_code),
                cmocka_unit_test(status_error_body_is_json),
                cmocka_unit_test(status_error_body_of_the_application),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
