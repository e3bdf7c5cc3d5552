/* Tests of http/route.c. */
#include "unit.h"

#include "fake.h"

static enum rc handle(struct http_request *req UNUSED, struct err *err UNUSED)
{
        return RC_OK;
}

#define ROUTE(verb, path) { .method = verb, .pattern = path, .access = "public", .handler = { .handle = handle } }

static const struct http_route table[] = {
        ROUTE("GET", "/"),
        ROUTE("POST", "/graphql"),
        ROUTE("GET", "/files/{entity}/{project}/{run}"),
        ROUTE("POST", "/files/{entity}/{project}/{run}/file_stream"),
        ROUTE("GET", "/files/public/list/all"),
        ROUTE("PUT", "/files/{entity}/{project}/{run}/at/{path...}"),
        ROUTE("GET", "/app/{path...}"),
        ROUTE("GET", "/app/assets/{name}"),
        ROUTE("HEAD", "/headed"),
        ROUTE("GET", "/headed"),
        ROUTE("GET", "/a/{x}/c"),
        ROUTE("GET", "/a/b/d"),
};

/* The pattern that answers, or NULL; the request stays valid until the next call. */
static const char *find(struct fake *fake, const struct routes *routes, const char *method, const char *path)
{
        struct err err = { 0 };

        request_free(fake->req);
        (void)fake_new(fake, method, path);
        if (routes_match(routes, fake->req, &err))
                return NULL;
        return fake->req->route->pattern;
}

static struct routes *compile(const struct http_route *rows, size_t count)
{
        struct routes *routes = NULL;
        struct err err = { 0 };

        assert_ok(routes_new(rows, count, &routes, &err));
        return routes;
}

static void route_match_finds(void **state UNUSED)
{
        struct routes *routes = compile(table, ARRAY_LEN(table));
        struct fake fake = { 0 };

        assert_string_equal(find(&fake, routes, "GET", "/"), "/");
        assert_string_equal(find(&fake, routes, "POST", "/graphql"), "/graphql");
        assert_string_equal(find(&fake, routes, "GET", "/files/e/p/r"), "/files/{entity}/{project}/{run}");
        assert_str(http_param(fake.req, "entity"), "e");
        assert_str(http_param(fake.req, "project"), "p");
        assert_str(http_param(fake.req, "run"), "r");
        assert_true(str_is_null(http_param(fake.req, "path")));
        assert_string_equal(find(&fake, routes, "PUT", "/files/e/p/r/at/x/y%20z"),
                            "/files/{entity}/{project}/{run}/at/{path...}");
        assert_str(http_param(fake.req, "path"), "x/y z");
        assert_string_equal(find(&fake, routes, "GET", "/app/"), "/app/{path...}");
        assert_str(http_param(fake.req, "path"), "");
        assert_string_equal(find(&fake, routes, "GET", "/app//x/"), "/app/{path...}");
        assert_str(http_param(fake.req, "path"), "/x/");
        request_free(fake.req);
        routes_free(routes);
}

static void route_match_prefers_literals_and_goes_back(void **state UNUSED)
{
        struct routes *routes = compile(table, ARRAY_LEN(table));
        struct fake fake = { 0 };

        assert_string_equal(find(&fake, routes, "GET", "/files/public/list/all"), "/files/public/list/all");
        assert_string_equal(find(&fake, routes, "GET", "/files/public/list/none"),
                            "/files/{entity}/{project}/{run}");
        assert_str(http_param(fake.req, "entity"), "public");
        assert_str(http_param(fake.req, "run"), "none");
        assert_string_equal(find(&fake, routes, "GET", "/app/assets/x"), "/app/assets/{name}");
        assert_string_equal(find(&fake, routes, "GET", "/app/assets/x/y"), "/app/{path...}");
        assert_str(http_param(fake.req, "path"), "assets/x/y");
        assert_string_equal(find(&fake, routes, "GET", "/a/b/c"), "/a/{x}/c");
        assert_str(http_param(fake.req, "x"), "b");
        assert_string_equal(find(&fake, routes, "GET", "/a/b/d"), "/a/b/d");
        request_free(fake.req);
        routes_free(routes);
}

static void route_match_by_method(void **state UNUSED)
{
        struct routes *routes = compile(table, ARRAY_LEN(table));
        struct fake fake = { 0 };

        assert_null(find(&fake, routes, "GET", "/graphql"));
        assert_null(find(&fake, routes, "post", "/graphql"));
        assert_string_equal(find(&fake, routes, "HEAD", "/"), "/");
        assert_null(find(&fake, routes, "HEAD", "/graphql"));
        assert_string_equal(find(&fake, routes, "HEAD", "/headed"), "/headed");
        assert_string_equal(fake.req->route->method, "HEAD");
        assert_string_equal(find(&fake, routes, "GET", "/headed"), "/headed");
        assert_string_equal(fake.req->route->method, "GET");
        request_free(fake.req);
        routes_free(routes);
}

static void route_match_refuses(void **state UNUSED)
{
        static const struct {
                const char *path;
                enum rc rc;
        } cases[] = {
                { "/nothing", RC_NOT_FOUND },
                { "/graphql/", RC_NOT_FOUND },
                { "//graphql", RC_NOT_FOUND },
                { "/files/e//r", RC_NOT_FOUND },
                { "/files/e/p", RC_NOT_FOUND },
                { "/app", RC_NOT_FOUND },
                { "/files/%/p/r", RC_INVALID },
                { "/files/%00/p/r", RC_INVALID },
                { "/files/%ff/p/r", RC_INVALID },
                { "/files/../p/r", RC_INVALID },
                { "/app/x/%2e%2E/y", RC_INVALID },
                { "/app/.", RC_INVALID },
        };
        struct routes *routes = compile(table, ARRAY_LEN(table));

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct fake fake;
                struct err err = { 0 };

                (void)fake_new(&fake, "GET", cases[i].path);
                if (routes_match(routes, fake.req, &err) != cases[i].rc)
                        fail_msg("'%s': %s", cases[i].path, rc_name(err.rc));
                request_free(fake.req);
        }
        routes_free(routes);
}

static void route_match_many_segments(void **state UNUSED)
{
        struct routes *routes = compile(table, ARRAY_LEN(table));
        struct fake fake = { 0 };
        char path[600] = "/app";

        for (int i = 0; i < 63; i++)
                (void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "/x");
        assert_non_null(find(&fake, routes, "GET", path));
        (void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "/x");
        assert_null(find(&fake, routes, "GET", path));
        request_free(fake.req);
        routes_free(routes);
}

static void refused(struct http_route row, const char *why)
{
        const struct http_route rows[] = { ROUTE("GET", "/x/{y}"), row };
        struct routes *routes = NULL;
        struct err err = { 0 };

        assert_int_equal(routes_new(rows, 2, &routes, &err), RC_INTERNAL);
        assert_null(routes);
        if (!strstr(err.msg, why))
                fail_msg("'%s' does not say '%s'", err.msg, why);
}

static void route_table_mistakes_are_refused(void **state UNUSED)
{
        refused((struct http_route){ .method = "GET", .pattern = "/z", .handler = { .handle = handle } }, "access");
        refused((struct http_route){ .method = "GET", .pattern = "/z", .access = "", .handler = { .handle = handle } },
                "access");
        refused((struct http_route){ .method = "GET", .pattern = "/z", .access = "key" }, "handler");
        refused((struct http_route){ .method = "PUT", .pattern = "/z", .access = "key", .body = HTTP_BODY_STREAM,
                                     .handler = { .handle = handle } }, "handler");
        refused((struct http_route)ROUTE("GET", "z"), "leading");
        refused((struct http_route)ROUTE("GET", "/x/{other}"), "same");
        refused((struct http_route)ROUTE("GET", "/z/{a...}/b"), "rest");
        refused((struct http_route)ROUTE("GET", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"), "too many");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(route_match_finds),
                cmocka_unit_test(route_match_prefers_literals_and_goes_back),
                cmocka_unit_test(route_match_by_method),
                cmocka_unit_test(route_match_refuses),
                cmocka_unit_test(route_match_many_segments),
                cmocka_unit_test(route_table_mistakes_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
