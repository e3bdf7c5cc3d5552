/*
 * http/route.c - from method and path to a row of the route table.
 *
 * The table is compiled once, at start, into a tree with one level per path segment.
 * Looking up tries the literal segment first, then {name}, then {rest...}, and goes back
 * when a branch ends without an answer, so that the most literal pattern wins. A path that
 * exists with another method is "not found", too: the client takes 405 for a passing
 * fault and tries again for minutes.
 *
 * Deny by default: a row without a declared access, or without what its body mode calls
 * for, does not compile, and the server does not start.
 */
#include "http/internal.h"

struct leaf {
        struct leaf *next;
        const struct http_route *route;
};

struct node {
        struct node *sibling;
        struct str text;        /* the literal segment */
        struct node *literals;
        struct node *param;     /* {name} */
        struct leaf *leaves;    /* patterns that end here */
        struct leaf *rest;      /* {name...} from here on */
};

struct routes {
        struct arena arena;
        struct node root;
};

struct segments {
        unsigned count;
        struct str raw[SEGMENTS_MAX];     /* as received */
        struct str decoded[SEGMENTS_MAX];
};

static bool is_param(struct str segment)
{
        return segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
}

static bool is_rest(struct str segment)
{
        return is_param(segment) && str_ends(segment, STR("...}"));
}

/* The name inside {name} or {name...}. */
static struct str param_name(struct str segment)
{
        return str_slice(segment, 1, segment.len - (is_rest(segment) ? 4 : 1));
}

unsigned route_param_index(const struct http_route *route, const char *name)
{
        struct str rest = str_slice(str_from(route->pattern), 1, SIZE_MAX);
        unsigned index = 0;

        while (!str_is_null(rest)) {
                struct str segment = str_cut(&rest, '/');

                if (!is_param(segment))
                        continue;
                if (str_eq_c(param_name(segment), name))
                        return index;
                index++;
        }
        return PARAMS_MAX;
}

static struct node *child(struct arena *arena, struct node *parent, struct str segment)
{
        struct node *node;

        if (is_param(segment)) {
                if (!parent->param)
                        parent->param = arena_new(arena, struct node);
                return parent->param;
        }
        for (node = parent->literals; node; node = node->sibling)
                if (str_eq(node->text, segment))
                        return node;
        node = arena_new(arena, struct node);
        node->text = segment;
        node->sibling = parent->literals;
        parent->literals = node;
        return node;
}

static enum rc add_leaf(struct arena *arena, struct leaf **list, const struct http_route *route,
                        struct err *err)
{
        struct leaf *leaf;

        for (leaf = *list; leaf; leaf = leaf->next)
                if (strcmp(leaf->route->method, route->method) == 0)
                        return err_set(err, RC_INTERNAL, "routes '%s' and '%s' answer the same %s requests",
                                       leaf->route->pattern, route->pattern, route->method);
        leaf = arena_new(arena, struct leaf);
        leaf->route = route;
        leaf->next = *list;
        *list = leaf;
        return RC_OK;
}

static enum rc check_row(const struct http_route *route, struct err *err)
{
        const struct http_handler *handler = &route->handler;

        if (!route->method || !route->pattern || route->pattern[0] != '/')
                return err_set(err, RC_INTERNAL, "a route has no method or a pattern without leading '/'");
        if (!route->access || !route->access[0])
                return err_set(err, RC_INTERNAL, "route '%s %s' declares no access", route->method, route->pattern);
        if (!handler->handle || (route->body == HTTP_BODY_STREAM && !handler->data))
                return err_set(err, RC_INTERNAL, "route '%s %s' lacks a handler", route->method, route->pattern);
        if (route->inline_fast && route->body == HTTP_BODY_STREAM)
                return err_set(err, RC_INTERNAL, "route '%s %s' cannot stream on an I/O thread", route->method,
                               route->pattern);
        return RC_OK;
}

static enum rc add_route(struct routes *routes, const struct http_route *route, struct err *err)
{
        struct node *node = &routes->root;
        struct str rest;
        unsigned params = 0;
        enum rc rc;

        rc = check_row(route, err);
        if (rc)
                return rc;
        rest = str_slice(str_from(route->pattern), 1, SIZE_MAX);
        while (!str_is_null(rest)) {
                struct str segment = str_cut(&rest, '/');

                if (is_param(segment) && ++params > PARAMS_MAX)
                        return err_set(err, RC_INTERNAL, "route '%s' has too many parameters", route->pattern);
                if (is_rest(segment)) {
                        if (!str_is_null(rest))
                                return err_set(err, RC_INTERNAL, "route '%s' goes on after its rest", route->pattern);
                        return add_leaf(&routes->arena, &node->rest, route, err);
                }
                node = child(&routes->arena, node, segment);
        }
        return add_leaf(&routes->arena, &node->leaves, route, err);
}

enum rc routes_new(const struct http_route *table, size_t count, struct routes **ret, struct err *err)
{
        struct routes *routes = calloc(1, sizeof(*routes));
        enum rc rc = RC_OK;

        if (!routes)
                return err_set(err, RC_UNAVAILABLE, "out of memory");
        arena_init(&routes->arena, 0);
        for (size_t i = 0; i < count && !rc; i++)
                rc = add_route(routes, &table[i], err);
        if (rc) {
                routes_free(routes);
                return rc;
        }
        *ret = routes;
        return RC_OK;
}

void routes_free(struct routes *routes)
{
        if (!routes)
                return;
        arena_done(&routes->arena);
        free(routes);
}

static enum rc split(struct http_request *req, struct segments *segments, struct err *err)
{
        struct str rest = str_slice(req->path, 1, SIZE_MAX);

        while (!str_is_null(rest)) {
                struct str segment = str_cut(&rest, '/'), decoded;

                if (segments->count == SEGMENTS_MAX)
                        return err_set(err, RC_NOT_FOUND,
                                       "The path has too many segments: there is nothing at this address.");
                if (!target_decode(&req->arena, segment, false, &decoded))
                        return err_set(err, RC_INVALID,
                                       "The path has a malformed percent-escape or is not UTF-8: encode it again.");
                if (str_eq(decoded, STR(".")) || str_eq(decoded, STR("..")))
                        return err_set(err, RC_INVALID,
                                       "The path must not contain '.' or '..' segments: send it without them.");
                segments->raw[segments->count] = segment;
                segments->decoded[segments->count++] = decoded;
        }
        return RC_OK;
}

static const struct http_route *pick(const struct leaf *leaf, const struct http_request *req)
{
        const struct http_route *for_get = NULL;

        for (; leaf; leaf = leaf->next) {
                if (str_eq_c(req->method, leaf->route->method))
                        return leaf->route;
                if (req->is_head && strcmp(leaf->route->method, "GET") == 0)
                        for_get = leaf->route;
        }
        return for_get;
}

/* Everything from segment `at` on, decoded as a whole. */
static struct str rest_from(struct http_request *req, const struct segments *segments, unsigned at)
{
        const char *from = segments->raw[at].ptr;
        struct str raw = { from, (size_t)(req->path.ptr + req->path.len - from) }, decoded;

        /* Each segment decoded, so the whole does. */
        return target_decode(&req->arena, raw, false, &decoded) ? decoded : STR_NULL;
}

static bool walk(const struct node *node, struct http_request *req, const struct segments *segments,
                 unsigned at, unsigned params)
{
        if (at == segments->count) {
                req->route = pick(node->leaves, req);
                return req->route != NULL;
        }
        for (const struct node *next = node->literals; next; next = next->sibling)
                if (str_eq(next->text, segments->decoded[at]) && walk(next, req, segments, at + 1, params))
                        return true;
        if (node->param && segments->decoded[at].len) {
                req->params[params] = segments->decoded[at];
                if (walk(node->param, req, segments, at + 1, params + 1))
                        return true;
        }
        req->route = pick(node->rest, req);
        if (req->route)
                req->params[params] = rest_from(req, segments, at);
        return req->route != NULL;
}

enum rc routes_match(const struct routes *routes, struct http_request *req, struct err *err)
{
        struct segments segments = { 0 };
        enum rc rc;

        rc = split(req, &segments, err);
        if (rc)
                return rc;
        if (!walk(&routes->root, req, &segments, 0, 0))
                return err_set(err, RC_NOT_FOUND, "There is nothing at this address: check it.");
        return RC_OK;
}
