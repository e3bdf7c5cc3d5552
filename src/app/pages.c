/*
 * app/pages.c - the pages; see app.h.
 *
 * Signing in makes a session cookie (auth/session.c); every form of somebody who is signed
 * in carries the session's csrf value, and every POST must come from a page of this server
 * (its Origin header). An API key is on the page that the POST answers with and nowhere else.
 */
#include "app/app.h"

#include "app/changes.h"
#include "app/page.h"
#include "app/session.h"
#include "app/web.h"
#include "domain/api_key.h"

#define FORM_MAX (16 * 1024)

static enum rc open_page(struct http_request *req, struct visit *visit, struct page *page, struct str title,
                         struct err *err)
{
        enum rc rc = gate_enter_form(req, visit, err);

        if (rc == RC_UNAUTHENTICATED)
                rc = gate_enter_anonymous(req, visit, err);
        if (rc)
                return rc;
        page->title = title;
        page->base_url = visit->call.base_url;
        if (visit->identity.how == AUTH_SESSION) {
                page->user = visit->call.who->username;
                page->csrf = visit->identity.csrf;
        }
        return RC_OK;
}

/* A POST of ours: from our own page and, for somebody who is signed in, with the session's value. */
static enum rc require_own_form(struct http_request *req, const struct visit *visit, struct err *err)
{
        struct str csrf = form_field(visit->call.arena, http_body(req), "csrf");

        if (!gate_same_origin(req, visit->call.base_url))
                return err_set(err, RC_DENIED, "This form comes from a page of another site: open this server's own page.");
        if (visit->identity.how == AUTH_SESSION && !str_eq(csrf, visit->identity.csrf))
                return err_set(err, RC_DENIED, "This form is too old: go back, load the page again and repeat.");
        return RC_OK;
}

/* Only addresses of this server: "/..." but not "//host". */
static struct str local_target(struct str next)
{
        if (next.len == 0 || next.len > 512 || next.ptr[0] != '/' ||
            (next.len > 1 && (next.ptr[1] == '/' || next.ptr[1] == '\\')))
                return STR("/");
        for (size_t i = 0; i < next.len; i++)
                if ((unsigned char)next.ptr[i] <= ' ' || next.ptr[i] == 0x7f || next.ptr[i] == '\\')
                        return STR("/");
        return next;
}

static void redirect(struct http_request *req, struct str base_url, struct str path)
{
        http_reply_redirect(req, 303, arena_printf(http_arena(req), "%.*s%.*s", STR_ARG(base_url), STR_ARG(path)));
        http_reply_header(req, "Cache-Control", STR("no-store"));
}

/* ---- / ---------------------------------------------------------------------------------------- */

static void write_client_help(struct page *page)
{
        page_html(page, "<h2>Use it</h2>\n<p>Point the client at this address and log in once:</p>\n<pre>export WANDB_BASE_URL=");
        page_text(page, page->base_url);
        page_html(page, "\nwandb login --host=");
        page_text(page, page->base_url);
        page_html(page, "</pre>\n<p>Code that logs, links and downloads artifacts with <code>wandb</code> then works "
                        "against this server as it is.</p>\n<p><a class=\"button\" href=\"");
        page_text(page, page->base_url);
        page_html(page, "/authorize\">Make an API key</a></p>\n");
}

static enum rc home(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        enum rc rc;

        if (web_is_there(req)) {
                web_reply_index(req);
                return RC_OK;
        }
        rc = open_page(req, &visit, &page, STR("A registry of models and datasets"), err);
        if (rc)
                return rc;
        page_html(&page, "<p>This server keeps versions of machine-learning models, datasets and other artifacts, and "
                         "the registries that an organization publishes them in.</p>\n");
        if (str_is_null(page.user)) {
                page_html(&page, "<p>You are not signed in.</p>\n");
        } else {
                page_html(&page, "<p>You are signed in as <strong>");
                page_text(&page, page.user);
                page_html(&page, "</strong>.</p>\n");
        }
        write_client_help(&page);
        page_html(&page, "<p class=\"quiet\">Vitrine " VITRINE_VERSION "</p>\n");
        page_send(req, 200, &page);
        return RC_OK;
}

/* ---- signing in and out -------------------------------------------------------------------------- */

static void write_login_form(struct page *page, struct str next, struct str username, struct str problem)
{
        if (!str_is_null(problem)) {
                page_html(page, "<p class=\"problem\" role=\"alert\">");
                page_text(page, problem);
                page_html(page, "</p>\n");
        }
        page_html(page, "<form method=\"post\" action=\"");
        page_text(page, page->base_url);
        page_html(page, "/login\">\n<input type=\"hidden\" name=\"next\" value=\"");
        page_text(page, next);
        page_html(page, "\">\n");
        if (!str_is_null(page->csrf))
                page_csrf(page);
        page_html(page, "<label>User name or e-mail address\n"
                        "<input name=\"username\" autocomplete=\"username\" required autofocus value=\"");
        page_text(page, username);
        page_html(page, "\"></label>\n<label>Password\n<input name=\"password\" type=\"password\" "
                        "autocomplete=\"current-password\" required></label>\n<button>Sign in</button>\n</form>\n"
                        "<p class=\"quiet\">No password yet, or lost it? The operator sets one with "
                        "<code>vitrined user passwd NAME</code>.</p>\n");
}

static enum rc login_page(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        enum rc rc;

        if (web_is_there(req)) {
                web_reply_index(req);
                return RC_OK;
        }
        rc = open_page(req, &visit, &page, STR("Sign in"), err);
        if (rc)
                return rc;
        write_login_form(&page, local_target(http_query(req, "next")), STR_NULL, STR_NULL);
        page_send(req, 200, &page);
        return RC_OK;
}

static enum rc login(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        struct auth_sign_in sign_in = { .address = gate_client_address(req) };
        struct str token = STR_NULL, next;
        unsigned wait_s = 0;
        enum rc rc = open_page(req, &visit, &page, STR("Sign in"), err);

        if (!rc)
                rc = require_own_form(req, &visit, err);
        if (rc)
                return rc;
        sign_in.username = str_trim(form_field(visit.call.arena, http_body(req), "username"));
        sign_in.password = form_field(visit.call.arena, http_body(req), "password");
        next = local_target(form_field(visit.call.arena, http_body(req), "next"));
        gate_leave(&visit); /* the password takes a while: others may read meanwhile */
        rc = auth_session_begin(gate_of(req)->auth, visit.call.arena, &sign_in, &token, &wait_s, err);
        if (rc == RC_UNAUTHENTICATED || rc == RC_TOO_MANY) {
                write_login_form(&page, next, sign_in.username, str_from(err->msg));
                page_send(req, rc == RC_TOO_MANY ? 429 : 403, &page);
                if (rc == RC_TOO_MANY)
                        http_reply_header(req, "Retry-After", arena_printf(visit.call.arena, "%u", wait_s > 0 ? wait_s : 60));
                return RC_OK;
        }
        if (rc)
                return rc;
        redirect(req, visit.call.base_url, next);
        http_reply_header(req, "Set-Cookie",
                          auth_session_cookie(visit.call.arena, token, gate_is_https(visit.call.base_url)));
        return RC_OK;
}

static enum rc logout(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        enum rc rc = open_page(req, &visit, &page, STR_NULL, err);

        if (!rc)
                rc = require_own_form(req, &visit, err);
        if (rc)
                return rc;
        gate_leave(&visit);
        rc = auth_session_end(gate_of(req)->auth, http_header(req, "Cookie"), err);
        if (rc)
                return rc;
        redirect(req, visit.call.base_url, STR("/"));
        http_reply_header(req, "Set-Cookie",
                          auth_session_cookie(visit.call.arena, STR_NULL, gate_is_https(visit.call.base_url)));
        return RC_OK;
}

static enum rc logout_page(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        enum rc rc;

        if (web_is_there(req)) {
                web_reply_index(req);
                return RC_OK;
        }
        rc = open_page(req, &visit, &page, STR("Sign out"), err);
        if (rc)
                return rc;
        if (str_is_null(page.user))
                page_html(&page, "<p>You are not signed in.</p>\n");
        else
                page_html(&page, "<p>The button is at the top of the page.</p>\n");
        page_send(req, 200, &page);
        return RC_OK;
}

/* ---- /authorize: where `wandb login` sends people --------------------------------------------------- */

static enum rc authorize_page(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        enum rc rc;

        if (web_is_there(req)) {
                web_reply_index(req);
                return RC_OK;
        }
        rc = open_page(req, &visit, &page, STR("Make an API key"), err);
        if (rc)
                return rc;
        if (str_is_null(page.user)) {
                page_html(&page, "<p>Sign in first; then a key is one button away.</p>\n");
                write_login_form(&page, STR("/authorize"), STR_NULL, STR_NULL);
        } else {
                page_html(&page, "<p>The key lets the client act as <strong>");
                page_text(&page, page.user);
                page_html(&page, "</strong>. It is shown once.</p>\n<form method=\"post\" action=\"");
                page_text(&page, page.base_url);
                page_html(&page, "/authorize\">\n");
                page_csrf(&page);
                page_html(&page, "<label>What is it for?\n<input name=\"description\" maxlength=\"200\" "
                                 "placeholder=\"laptop\"></label>\n<button>Make a new key</button>\n</form>\n");
        }
        page_send(req, 200, &page);
        return RC_OK;
}

static enum rc authorize(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(page_done) struct page page = { 0 };
        struct api_key_new wanted = { 0 };
        struct api_key *key = NULL;
        enum rc rc = open_page(req, &visit, &page, STR("Your new API key"), err);

        if (!rc)
                rc = require_own_form(req, &visit, err);
        if (rc)
                return rc;
        if (visit.identity.how != AUTH_SESSION) {
                redirect(req, visit.call.base_url, STR("/authorize"));
                return RC_OK;
        }
        wanted.username = visit.call.who->username;
        wanted.description = str_trim(form_field(visit.call.arena, http_body(req), "description"));
        if (str_is_empty(wanted.description))
                wanted.description = STR("made in the browser");
        rc = api_key_create(&visit.call, &wanted, &key, err);
        if (rc)
                return rc;
        page_html(&page, "<p>Copy it now: it cannot be shown again.</p>\n<pre class=\"secret\" id=\"api-key\">");
        page_text(&page, key->secret);
        page_html(&page, "</pre>\n<p>Paste it where <code>wandb login --host=");
        page_text(&page, page.base_url);
        page_html(&page, "</code> asks for it, or set <code>WANDB_API_KEY</code>.</p>\n");
        page_send(req, 200, &page);
        return RC_OK;
}

/* ---- the rest ------------------------------------------------------------------------------------------ */

static enum rc style(struct http_request *req, struct err *err UNUSED)
{
        http_reply_borrowed(req, 200, STR("text/css; charset=utf-8"), (struct str){ style_css, style_css_len });
        http_reply_header(req, "Cache-Control", STR("public, max-age=3600"));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
        return RC_OK;
}

bool app_error_page(struct http_request *req, const struct err *err)
{
        const struct http_route *route = http_route(req);
        _cleanup_(page_done) struct page page = { .title = STR("This did not work") };
        struct err shown = *err;

        if ((route && strcmp(route->access, "page") != 0) ||
            !str_contains(http_header(req, "Accept"), STR("text/html")))
                return false;
        gate_hide_internal(req, &shown, str_from(route ? route->pattern : "no route"));
        if (gate_base_url(req, &page.base_url, NULL) != RC_OK)
                return false;
        page_html(&page, "<p class=\"problem\">");
        page_text(&page, str_from(shown.msg));
        page_html(&page, "</p>\n");
        page_send(req, http_status_of(shown.rc), &page);
        return true;
}

#define PAGE(address, function)                                                                            \
        { .method = "GET", .pattern = (address), .body = HTTP_BODY_NONE, .access = "page",                 \
          .handler = { .handle = (function) } }
#define FORM(address, function)                                                                            \
        { .method = "POST", .pattern = (address), .body = HTTP_BODY_WHOLE, .body_max_bytes = FORM_MAX,     \
          .access = "page", .handler = { .handle = (function) } }

#define ENTRY(verb, address, function)                                                                     \
        { .method = (verb), .pattern = (address), .body = HTTP_BODY_WHOLE, .body_max_bytes = FORM_MAX,     \
          .access = "session", .handler = { .handle = (function) } }

const struct http_route app_routes[] = {
        ENTRY("GET", "/-/session", session_get),
        ENTRY("POST", "/-/session", session_post),
        ENTRY("DELETE", "/-/session", session_delete),
        ENTRY("DELETE", "/-/sessions", sessions_delete),
        ENTRY("POST", "/-/password", password_post),
        PAGE("/", home),
        PAGE("/login", login_page),
        FORM("/login", login),
        PAGE("/logout", logout_page),
        FORM("/logout", logout),
        PAGE("/authorize", authorize_page),
        FORM("/authorize", authorize),
        { .method = "GET", .pattern = "/-/changes", .body = HTTP_BODY_NONE, .access = "user",
          .handler = { .handle = changes_get } },
        { .method = "GET", .pattern = "/-/{path...}", .body = HTTP_BODY_NONE, .access = "public",
          .handler = { .handle = web_asset } },
        PAGE("/{path...}", web_page),
        { .method = "GET", .pattern = "/style.css", .body = HTTP_BODY_NONE, .access = "public",
          .handler = { .handle = style } },
};
const size_t app_route_count = ARRAY_LEN(app_routes);
