/*
 * gate/gate.c - from a request to a call; see gate.h.
 */
#include "gate/gate.h"

#include "json/json.h"

static const struct principal nobody;

const struct gate *gate_of(struct http_request *req)
{
        return http_app(req);
}

/* ---- the address ------------------------------------------------------------------------ */

/* Letters, digits, '.', '-', ':' and the brackets of IPv6 addresses. */
static bool is_host(struct str host)
{
        if (host.len == 0 || host.len > 255)
                return false;
        for (size_t i = 0; i < host.len; i++) {
                char c = host.ptr[i];

                if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == ':' || c == '[' || c == ']' || c == '_'))
                        return false;
        }
        return true;
}

enum rc gate_base_url(struct http_request *req, struct str *ret, struct err *err)
{
        const struct gate *gate = gate_of(req);
        struct str host = http_header(req, "Host");
        const char *scheme = "http";

        if (!str_is_empty(gate->domain->public_url)) {
                *ret = gate->domain->public_url;
                return RC_OK;
        }
        if (gate->trust_forwarded) {
                struct str forwarded = http_header(req, "X-Forwarded-Host");

                if (str_eq_nocase(http_header(req, "X-Forwarded-Proto"), STR("https")))
                        scheme = "https";
                if (!str_is_empty(forwarded))
                        host = forwarded;
        }
        if (!is_host(host))
                return err_set(err, RC_INVALID, "The Host header is missing or not a host name: send the server's address.");
        *ret = arena_printf(http_arena(req), "%s://%.*s", scheme, STR_ARG(host));
        return RC_OK;
}

struct str gate_client_address(struct http_request *req)
{
        struct str forwarded = http_header(req, "X-Forwarded-For");
        size_t from = forwarded.len;

        if (!gate_of(req)->trust_forwarded || str_is_empty(str_trim(forwarded)))
                return http_client_address(req);
        /* The last is what the nearest proxy saw; those before it are hearsay. */
        while (from > 0 && forwarded.ptr[from - 1] != ',')
                from--;
        return str_trim(str_slice(forwarded, from, forwarded.len));
}

bool gate_is_https(struct str base_url)
{
        return str_starts(base_url, STR("https://"));
}

bool gate_same_origin(struct http_request *req, struct str base_url)
{
        struct str origin = http_header(req, "Origin");
        size_t host = str_find(base_url, '/', 0);
        size_t end;

        if (str_is_null(origin))
                return true;
        if (host == SIZE_MAX)
                return false;
        end = str_find(base_url, '/', host + 2);
        return str_eq_nocase(origin, str_slice(base_url, 0, end));
}

/* ---- entering ---------------------------------------------------------------------------- */

enum rc gate_enter_anonymous(struct http_request *req, struct visit *ret, struct err *err)
{
        const struct gate *gate = gate_of(req);
        struct call call = {
                .domain = gate->domain,
                .arena = http_arena(req),
                .who = &nobody,
                .request_id = http_request_id(req),
                .address = gate_client_address(req),
                .program = http_header(req, "User-Agent"),
        };
        enum rc rc = gate_base_url(req, &call.base_url, err);

        if (rc)
                return rc;
        rc = db_read_begin(gate->domain->db, &call.conn, err);
        if (rc)
                return rc;
        *ret = (struct visit){ .call = call };
        return RC_OK;
}

enum rc gate_enter_form(struct http_request *req, struct visit *ret, struct err *err)
{
        struct str authorization = http_header(req, "Authorization");
        struct str cookie = http_header(req, "Cookie");
        enum rc rc = gate_enter_anonymous(req, ret, err);

        if (rc)
                return rc;
        if (!auth_has_credentials(authorization, cookie))
                return RC_OK;
        rc = auth_identify(gate_of(req)->auth, ret->call.conn, ret->call.arena, authorization, cookie,
                           &ret->identity, err);
        if (rc) {
                gate_leave(ret);
                return rc;
        }
        if (ret->identity.how != AUTH_NOBODY) {
                ret->call.who = &ret->identity.who;
                http_set_user(req, ret->identity.who.username);
        }
        return RC_OK;
}

/* Anything but reading, with a cookie: browsers send cookies along with what other sites' pages make them ask for. */
static enum rc require_own_page(struct http_request *req, const struct visit *visit, struct err *err)
{
        struct str method = http_method(req);

        if (visit->identity.how != AUTH_SESSION || str_eq_c(method, "GET") || str_eq_c(method, "HEAD"))
                return RC_OK;
        if (!gate_same_origin(req, visit->call.base_url))
                return err_set(err, RC_DENIED, "This request comes from a page of another site: use this server's own pages.");
        if (!auth_csrf_is(http_header(req, "X-CSRF-Token"), visit->identity.csrf))
                return err_set(err, RC_DENIED,
                               "The X-CSRF-Token header does not belong to this session: load the page again.");
        return RC_OK;
}

enum rc gate_enter(struct http_request *req, struct visit *ret, struct err *err)
{
        enum rc rc = gate_enter_form(req, ret, err);

        if (rc)
                return rc;
        rc = require_own_page(req, ret, err);
        if (rc)
                gate_leave(ret);
        return rc;
}

enum rc gate_enter_for(struct http_request *req, int64_t account_id, struct visit *ret, struct err *err)
{
        enum rc rc = gate_enter_anonymous(req, ret, err);

        if (rc)
                return rc;
        rc = auth_principal(ret->call.conn, ret->call.arena, account_id, &ret->identity.who, err);
        if (rc) {
                gate_leave(ret);
                return rc;
        }
        ret->call.who = &ret->identity.who;
        http_set_user(req, ret->identity.who.username);
        return RC_OK;
}

enum rc gate_require_user(const struct visit *visit, struct err *err)
{
        if (visit->call.who->account_id != 0)
                return RC_OK;
        return err_set(err, RC_UNAUTHENTICATED, "This needs an API key: log in with `wandb login` or send one.");
}

void gate_leave(struct visit *visit)
{
        db_read_end(&visit->call.conn);
}

/* ---- errors on their way out --------------------------------------------------------------- */

void gate_hide(const struct gate *gate, struct str request_id, struct err *err, struct str where)
{
        bool ours = err->rc == RC_IO || err->rc == RC_CORRUPT || err->rc == RC_INTERNAL || err->rc == RC_OK;

        if ((ours || err->rc == RC_UNAVAILABLE) && gate->on_failure)
                gate->on_failure(request_id, err, where);
        if (!ours)
                return;
        if (err->rc == RC_CORRUPT)
                (void)err_set(err, RC_CORRUPT,
                              "Stored bytes are damaged: tell the operator the request id %.*s.",
                              STR_ARG(request_id));
        else
                (void)err_set(err, err->rc == RC_OK ? RC_INTERNAL : err->rc,
                              "Internal error: tell the operator the request id %.*s.", STR_ARG(request_id));
}

void gate_hide_internal(struct http_request *req, struct err *err, struct str where)
{
        gate_hide(gate_of(req), http_request_id(req), err, where);
}

void gate_error_reply(struct http_request *req, const struct err *err)
{
        const struct http_route *route = http_route(req);
        struct err shown = *err;
        struct buf body = { 0 };
        struct json_writer w;

        gate_hide_internal(req, &shown, str_from(route ? route->pattern : "no route"));
        json_writer_init(&w, &body);
        json_begin_object(&w);
        json_key_string(&w, "error", str_from(shown.msg));
        json_key_string(&w, "code", str_from(rc_name(shown.rc)));
        json_end_object(&w);
        http_reply_buf(req, http_status_of(shown.rc), STR("application/json"), &body);
}
