/*
 * app/web.h - serving the web app out of the program; see web.c.
 *
 * Thread rule: as http.h says.
 */
#ifndef VITRINE_APP_WEB_H
#define VITRINE_APP_WEB_H

#include "gate/gate.h"

/* Is there an app, and shall it answer? Otherwise the plain pages do. */
bool web_is_there(struct http_request *req);
/* index.html, for a page of the app. */
void web_reply_index(struct http_request *req);
/* GET /-/{path...}: a file of the app. */
enum rc web_asset(struct http_request *req, struct err *err);
/* GET of anything that nothing else answers: index.html for a browser that asks for a page, else not found. */
enum rc web_page(struct http_request *req, struct err *err);

#endif
