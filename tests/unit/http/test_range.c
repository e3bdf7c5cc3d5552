/* Tests of http/range.c. */
#include "unit.h"

#include <fcntl.h>

#include "fake.h"

static const struct http_entity ENTITY = { { "text/plain", 10 }, { "\"e\"", 3 }, 1000000000 * INT64_C(1000000), 100 };

/* Every range of a small entity against plain arithmetic. */
static void range_agrees_with_arithmetic(void **state UNUSED)
{
        const char text[] = "0123456";

        for (unsigned size = 0; size < sizeof(text); size++) {
                for (unsigned first = 0; first < 10; first++) {
                        for (unsigned last = 0; last < 10; last++) {
                                struct http_entity entity = { .size_bytes = size };
                                char range[32];
                                struct fake fake;
                                unsigned end = last + 1 < size ? last + 1 : size;

                                (void)fake_new(&fake, "GET", "/");
                                (void)snprintf(range, sizeof(range), "bytes=%u-%u", first, last);
                                fake_header(&fake, "Range", range);
                                http_reply_bytes(fake.req, &entity, (struct str){ text, size });
                                if (last < first) {
                                        assert_int_equal(fake.req->reply.status, 200);
                                        assert_int_equal(fake.req->reply.size, size);
                                } else if (first >= size) {
                                        assert_int_equal(fake.req->reply.status, 416);
                                } else {
                                        assert_int_equal(fake.req->reply.status, 206);
                                        assert_ptr_equal(fake.req->reply.bytes.ptr, text + first);
                                        assert_int_equal(fake.req->reply.size, end - first);
                                }
                                request_free(fake.req);
                        }
                }
        }
}

static unsigned status_of(const char *method, const char *name, const char *value, const char *name2, const char *value2)
{
        static const char body[100];
        struct fake fake;
        unsigned status;

        (void)fake_new(&fake, method, "/");
        fake_header(&fake, name, value);
        if (name2)
                fake_header(&fake, name2, value2);
        http_reply_bytes(fake.req, &ENTITY, (struct str){ body, sizeof(body) });
        status = fake.req->reply.status;
        request_free(fake.req);
        return status;
}

static void range_conditions_in_order(void **state UNUSED)
{
        const char *const same = "Sun, 09 Sep 2001 01:46:40 GMT", *const before = "Sun, 09 Sep 2001 01:46:39 GMT";

        assert_int_equal(status_of("GET", "If-None-Match", "\"e\"", "Range", "bytes=0-1"), 304);
        assert_int_equal(status_of("GET", "If-Match", "\"x\"", "If-None-Match", "\"e\""), 412);
        assert_int_equal(status_of("GET", "If-Match", "\"e\"", "If-Unmodified-Since", before), 200);
        assert_int_equal(status_of("GET", "If-None-Match", "\"x\"", "If-Modified-Since", same), 200);
        assert_int_equal(status_of("GET", "If-Modified-Since", same, "Range", "bytes=0-1"), 304);
        assert_int_equal(status_of("GET", "If-Range", "\"e\"", "Range", "bytes=200-"), 416);
        assert_int_equal(status_of("GET", "If-Range", "\"x\"", "Range", "bytes=200-"), 200);
        assert_int_equal(status_of("HEAD", "Range", "bytes=0-1", NULL, NULL), 200);
        assert_int_equal(status_of("POST", "If-Match", "\"x\"", NULL, NULL), 200);
}

static void range_reply_file_takes_the_fd(void **state UNUSED)
{
        static const char *const conditions[] = { "If-Match", "If-None-Match", "Range" };
        static const char *const values[] = { "\"x\"", "*", "bytes=100-" };

        for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
                struct fake fake;
                int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

                assert_true(fd >= 0);
                (void)fake_new(&fake, "GET", "/");
                fake_header(&fake, conditions[i], values[i]);
                http_reply_file(fake.req, &ENTITY, fd, 7);
                assert_int_equal(fcntl(fd, F_GETFD), -1);
                request_free(fake.req);
        }
}

static void range_reply_file_of_a_part(void **state UNUSED)
{
        struct fake fake;
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        (void)fake_new(&fake, "GET", "/");
        fake_header(&fake, "Range", "bytes=10-19");
        http_reply_header(fake.req, "Cache-Control", STR("no-store"));
        http_reply_file(fake.req, &ENTITY, fd, 1000);
        assert_int_equal(fake.req->reply.kind, REPLY_FILE);
        assert_int_equal(fake.req->reply.offset, 1010);
        assert_int_equal(fake.req->reply.size, 10);
        assert_str(fake_reply_header(&fake, "Content-Range"), "bytes 10-19/100");
        assert_str(fake_reply_header(&fake, "Cache-Control"), "no-store");
        assert_int_not_equal(fcntl(fd, F_GETFD), -1);
        request_free(fake.req);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(range_agrees_with_arithmetic),
                cmocka_unit_test(range_conditions_in_order),
                cmocka_unit_test(range_reply_file_takes_the_fd),
                cmocka_unit_test(range_reply_file_of_a_part),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
