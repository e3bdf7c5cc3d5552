/*
 * app/app.h - the pages that people see.
 *
 * Plain HTML without scripts: what this server is, signing in and out, making an API key
 * where `wandb login` sends people (/authorize).
 *
 * Thread rule: as http.h says.
 */
#ifndef VITRINE_APP_APP_H
#define VITRINE_APP_APP_H

#include "gate/gate.h"

extern const struct http_route app_routes[];
extern const size_t app_route_count;

/*
 * Answers an error with a page when a browser asked for a page. False: it did not, and nothing is
 * answered.
 */
bool app_error_page(struct http_request *req, const struct err *err);

#endif
