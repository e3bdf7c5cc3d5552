/*
 * app/session.h - signing in and out for the web app; see session.c for the routes.
 *
 * Thread rule: as http.h says.
 */
#ifndef VITRINE_APP_SESSION_H
#define VITRINE_APP_SESSION_H

#include "gate/gate.h"

enum rc session_get(struct http_request *req, struct err *err);
enum rc session_post(struct http_request *req, struct err *err);
enum rc session_delete(struct http_request *req, struct err *err);
enum rc sessions_delete(struct http_request *req, struct err *err);
enum rc password_post(struct http_request *req, struct err *err);

#endif
