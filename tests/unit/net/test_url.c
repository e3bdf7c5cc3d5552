/* Tests of net/url.c. */
#include "unit.h"

#include "net/net.h"

static void url_host_is_what_stands_between_scheme_and_path(void **state UNUSED)
{
        static const char *const good[][2] = {
                { "http://localhost:8080", "localhost:8080" },  { "https://a.example/b?c#d", "a.example" },
                { "http://h?x", "h" },                           { "http://h#x", "h" },
                { "http://[::1]:80/x", "[::1]:80" },             { "https://user:secret@host:1/x", "host:1" },
                { "http://host/a@b", "host" },
        };
        static const char *const bad[] = { "", "host", "ftp://host", "http://", "http:///x", "http://?x", "http://user@", "://h" };
        char host[32];

        for (size_t i = 0; i < ARRAY_LEN(good); i++) {
                assert_true(net_url_host(good[i][0], host, sizeof(host)));
                assert_string_equal(host, good[i][1]);
        }
        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                assert_false(net_url_host(bad[i], host, sizeof(host)));
}

static void url_host_must_fit_with_its_end(void **state UNUSED)
{
        char host[5];

        assert_true(net_url_host("http://four", host, sizeof(host)));
        assert_string_equal(host, "four");
        assert_false(net_url_host("http://fives", host, sizeof(host)));
        assert_string_equal(host, "four");
}

static void url_escape_keeps_what_it_is_told_to(void **state UNUSED)
{
        char escaped[64];

        net_url_escape(STR("a b/\xc3\xbc%?#&~-._"), "", escaped);
        assert_string_equal(escaped, "a%20b%2F%C3%BC%25%3F%23%26~-._");
        net_url_escape(STR("a/b"), "/", escaped);
        assert_string_equal(escaped, "a/b");
        net_url_escape((struct str){ "\0x", 2 }, "/", escaped);
        assert_string_equal(escaped, "%00x");
        net_url_escape(STR(""), "", escaped);
        assert_string_equal(escaped, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(url_host_is_what_stands_between_scheme_and_path),
                cmocka_unit_test(url_host_must_fit_with_its_end),
                cmocka_unit_test(url_escape_keeps_what_it_is_told_to),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
