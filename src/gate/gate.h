/*
 * gate/gate.h - from a request to a call: who asks, under which address, with which
 * database connection.
 *
 * The rooms that answer requests (api/, transfer/, app/) all start here. http_app() of
 * every request is the one struct gate of the process.
 *
 *     _cleanup_(gate_leave) struct visit visit = { 0 };
 *     enum rc rc = gate_enter(req, &visit, err);
 *     if (rc)
 *             return rc;
 *     ... visit.call ...
 *
 * Thread rule: struct gate is immutable after start. A visit belongs to one request and to
 * the thread that runs its handler; its connection must be given back (gate_leave) before
 * the handler returns, so a streaming handler enters again in its last step.
 */
#ifndef VITRINE_GATE_GATE_H
#define VITRINE_GATE_GATE_H

#include "auth/auth.h"
#include "domain/call.h"
#include "http/http.h"

struct api;

struct gate {
        const struct domain *domain;
        struct auth *auth;
        struct api *api;              /* the GraphQL endpoint's own */
        bool trust_forwarded;         /* believe X-Forwarded-Proto, -Host and -For */
        bool plain_pages;             /* pages without scripts instead of the web app */
        /* Told of errors that are not the caller's fault (RC_IO and worse), for the log. */
        void (*on_failure)(struct str request_id, const struct err *err, struct str where);
};

struct visit {
        struct call call;             /* call.conn holds a snapshot for reading */
        struct auth_identity identity;
};

const struct gate *gate_of(struct http_request *req);
/*
 * RC_UNAUTHENTICATED when an Authorization header is there but no good. Without credentials the
 * visit is nobody's (call.who->account_id 0). A browser's cookie counts for GET and HEAD; for anything
 * else the request must come from this server's own pages and carry the session's X-CSRF-Token (RC_DENIED).
 */
MUST_USE enum rc gate_enter(struct http_request *req, struct visit *ret, struct err *err);
/* The same for plain forms, which cannot send headers: the caller checks where they come from and their csrf field. */
MUST_USE enum rc gate_enter_form(struct http_request *req, struct visit *ret, struct err *err);
/* The same, for anybody: credentials are not looked at (signed URLs carry their own right). */
MUST_USE enum rc gate_enter_anonymous(struct http_request *req, struct visit *ret, struct err *err);
/* The same, on behalf of the account that a signed address was made for. RC_DENIED when it is gone. */
MUST_USE enum rc gate_enter_for(struct http_request *req, int64_t account_id, struct visit *ret, struct err *err);
/* RC_UNAUTHENTICATED unless somebody is signed in. */
MUST_USE enum rc gate_require_user(const struct visit *visit, struct err *err);
/* Gives the connection back; for _cleanup_. */
void gate_leave(struct visit *visit);

/*
 * The address that the client uses, without a trailing slash: the configured public URL, else
 * made of the Host header. RC_INVALID when that is missing or odd.
 */
MUST_USE enum rc gate_base_url(struct http_request *req, struct str *ret, struct err *err);
/* Where the client is: its own address, or what a trusted proxy says. Lives in the request's arena. */
struct str gate_client_address(struct http_request *req);
/* Did the client come by https, as far as the address tells? */
bool gate_is_https(struct str base_url);
/* Does an Origin header, where there is one, name this server? Browsers send it with what other pages make them do. */
bool gate_same_origin(struct http_request *req, struct str base_url);

/*
 * For errors on their way out: those that are not the caller's fault go to on_failure, and
 * their message becomes "Internal error ... request id ..." (RC_UNAVAILABLE keeps its own). `where`:
 * route or GraphQL path.
 */
void gate_hide_internal(struct http_request *req, struct err *err, struct str where);
void gate_hide(const struct gate *gate, struct str request_id, struct err *err, struct str where);
/* config.error_reply: {"error": ..., "code": ...} after gate_hide_internal(). */
void gate_error_reply(struct http_request *req, const struct err *err);

#endif
