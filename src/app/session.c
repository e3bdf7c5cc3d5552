/*
 * app/session.c - signing in and out for the web app, in JSON; web/SERVER.md is the contract.
 *
 *     GET    /-/session      who is signed in, and the value that requests must carry
 *     POST   /-/session      a name and a password for a cookie
 *     DELETE /-/session      the end of this session
 *     DELETE /-/sessions     the end of all sessions of the user
 *     POST   /-/password     another password; every other session ends
 *
 * auth/session.c keeps the sessions; gate_enter() refuses what other sites' pages make a browser send.
 * Signing in needs no X-CSRF-Token, as there is no session yet, but application/json, which
 * other pages cannot send without asking, and an Origin that is ours.
 */
#include "app/session.h"

#include "domain/account.h"
#include "json/json.h"

static void reply_json(struct http_request *req, unsigned status, struct buf *body)
{
        http_reply_buf(req, status, STR("application/json"), body);
        http_reply_header(req, "Cache-Control", STR("no-store"));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
}

static void reply_nothing(struct http_request *req)
{
        struct buf body = { 0 };

        buf_add_str(&body, STR("{}"));
        reply_json(req, 200, &body);
}

static void write_user(struct json_writer *w, struct arena *arena, const struct principal *who)
{
        json_begin_object(w);
        json_key_string(w, "id", id_format(arena, (struct id){ MODEL_USER, who->account_id }));
        json_key_string(w, "username", who->username);
        json_key_string(w, "name", who->name);
        json_key_string(w, "email", who->email);
        json_key_bool(w, "admin", who->admin);
        json_end_object(w);
}

/* who NULL: nobody is signed in. */
static enum rc reply_session(struct http_request *req, struct visit *visit, const struct principal *who,
                             struct str csrf, struct err *err)
{
        struct buf body = { 0 };
        struct json_writer w;
        bool any = true;
        enum rc rc = who ? RC_OK : auth_any_password(visit->call.conn, &any, err);

        if (rc)
                return rc;
        json_writer_init(&w, &body);
        json_begin_object(&w);
        json_key(&w, STR("user"));
        if (who)
                write_user(&w, visit->call.arena, who);
        else
                json_null(&w);
        json_key_string(&w, "csrf", csrf);
        json_key(&w, STR("setup"));
        if (any) {
                json_null(&w);
        } else {
                json_begin_object(&w);
                json_key_bool(&w, "needed", true);
                json_key_string(&w, "command", STR("vitrined user passwd NAME"));
                json_end_object(&w);
        }
        json_key_string(&w, "version", STR(VITRINE_VERSION));
        json_key_string(&w, "baseUrl", visit->call.base_url);
        json_end_object(&w);
        reply_json(req, 200, &body);
        return RC_OK;
}

enum rc session_get(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        enum rc rc = gate_enter(req, &visit, err);

        if (rc)
                return rc;
        if (visit.identity.how != AUTH_SESSION)
                return reply_session(req, &visit, NULL, STR_NULL, err);
        return reply_session(req, &visit, &visit.identity.who, visit.identity.csrf, err);
}

/* ---- bodies --------------------------------------------------------------------------------- */

static enum rc read_body(struct http_request *req, struct json **ret, struct err *err)
{
        struct str rest = http_header(req, "Content-Type");
        struct str type = str_trim(str_cut(&rest, ';'));
        enum rc rc;

        if (!str_eq_nocase(type, STR("application/json")))
                return err_set(err, RC_INVALID, "The body must be JSON: send it as Content-Type application/json.");
        rc = json_parse(http_arena(req), http_body(req), NULL, ret, err);
        if (rc)
                return rc;
        if ((*ret)->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "The body must be one JSON object.");
        return RC_OK;
}

static enum rc refuse(struct http_request *req, const struct err *err, unsigned wait_s)
{
        gate_error_reply(req, err);
        http_reply_header(req, "Cache-Control", STR("no-store"));
        if (err->rc == RC_TOO_MANY)
                http_reply_header(req, "Retry-After", arena_printf(http_arena(req), "%u", wait_s > 0 ? wait_s : 60));
        return RC_OK;
}

/* The answer to somebody who just proved who they are: a cookie and the state of the session. */
static enum rc reply_signed_in(struct http_request *req, int64_t account_id, struct str token, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        enum rc rc = gate_enter_for(req, account_id, &visit, err);

        if (rc)
                return rc;
        rc = reply_session(req, &visit, visit.call.who, auth_csrf(visit.call.arena, token), err);
        if (rc)
                return rc;
        http_reply_header(req, "Set-Cookie",
                          auth_session_cookie(visit.call.arena, token, gate_is_https(visit.call.base_url)));
        return RC_OK;
}

/* ---- in ------------------------------------------------------------------------------------- */

static enum rc require_same_origin(struct http_request *req, struct err *err)
{
        struct str base_url = STR_NULL;
        enum rc rc = gate_base_url(req, &base_url, err);

        if (rc)
                return rc;
        if (!gate_same_origin(req, base_url))
                return err_set(err, RC_DENIED, "This request comes from a page of another site: open this server's own page.");
        return RC_OK;
}

enum rc session_post(struct http_request *req, struct err *err)
{
        struct auth *auth = gate_of(req)->auth;
        struct auth_sign_in in = { .address = gate_client_address(req) };
        struct json *body = NULL;
        struct str token = STR_NULL;
        int64_t account_id = 0;
        unsigned wait_s = 0;
        enum rc rc = require_same_origin(req, err);

        if (!rc)
                rc = read_body(req, &body, err);
        if (rc)
                return rc;
        in.username = str_trim(json_text(body, "username"));
        in.password = json_text(body, "password");
        rc = auth_password_check(auth, http_arena(req), &in, &account_id, &wait_s, err);
        if (rc == RC_UNAUTHENTICATED || rc == RC_TOO_MANY)
                return refuse(req, err, wait_s);
        if (rc)
                return rc;
        rc = auth_session_open(auth, http_arena(req), account_id, &token, err);
        return rc ? rc : reply_signed_in(req, account_id, token, err);
}

/* ---- out ------------------------------------------------------------------------------------ */

static void forget_cookie(struct http_request *req, struct str base_url)
{
        http_reply_header(req, "Set-Cookie", auth_session_cookie(http_arena(req), STR_NULL, gate_is_https(base_url)));
}

enum rc session_delete(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        enum rc rc = gate_enter(req, &visit, err);

        if (rc)
                return rc;
        gate_leave(&visit);
        rc = auth_session_end(gate_of(req)->auth, http_header(req, "Cookie"), err);
        if (rc)
                return rc;
        reply_nothing(req);
        forget_cookie(req, visit.call.base_url);
        return RC_OK;
}

static enum rc require_session(const struct visit *visit, struct err *err)
{
        if (visit->identity.how == AUTH_SESSION)
                return RC_OK;
        return err_set(err, RC_UNAUTHENTICATED, "Nobody is signed in: sign in first.");
}

enum rc sessions_delete(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        enum rc rc = gate_enter(req, &visit, err);

        if (!rc)
                rc = require_session(&visit, err);
        if (rc)
                return rc;
        gate_leave(&visit);
        rc = auth_session_end_all(gate_of(req)->auth, visit.identity.who.account_id, err);
        if (rc)
                return rc;
        reply_nothing(req);
        forget_cookie(req, visit.call.base_url);
        return RC_OK;
}

/* ---- another password ------------------------------------------------------------------------- */

static enum rc set_password(struct http_request *req, struct visit *visit, struct str password, struct err *err)
{
        struct str phc = STR_NULL;
        enum rc rc = auth_password_hash(visit->call.arena, password, &phc, err);

        if (rc)
                return rc;
        gate_leave(visit);
        rc = gate_enter(req, visit, err);
        return rc ? rc : account_set_password(&visit->call, visit->call.who->username, phc, err);
}

enum rc password_post(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct auth *auth = gate_of(req)->auth;
        struct auth_sign_in in = { .address = gate_client_address(req) };
        struct json *body = NULL;
        struct str token = STR_NULL;
        int64_t account_id = 0;
        unsigned wait_s = 0;
        enum rc rc = gate_enter(req, &visit, err);

        if (!rc)
                rc = require_session(&visit, err);
        if (!rc)
                rc = read_body(req, &body, err);
        if (rc)
                return rc;
        in.username = visit.call.who->username;
        in.password = json_text(body, "current");
        gate_leave(&visit); /* the password takes a while: others may read meanwhile */
        rc = auth_password_check(auth, http_arena(req), &in, &account_id, &wait_s, err);
        if (rc == RC_UNAUTHENTICATED)
                rc = err_set(err, RC_UNAUTHENTICATED, "The current password is not right: try again.");
        if (rc == RC_UNAUTHENTICATED || rc == RC_TOO_MANY)
                return refuse(req, err, wait_s);
        if (!rc)
                rc = gate_enter(req, &visit, err);
        if (!rc)
                rc = set_password(req, &visit, json_text(body, "new"), err);
        if (rc)
                return rc;
        gate_leave(&visit);
        rc = auth_session_open(auth, http_arena(req), account_id, &token, err);
        return rc ? rc : reply_signed_in(req, account_id, token, err);
}
