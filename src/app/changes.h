/*
 * app/changes.h - GET /-/changes?of=ID,ID,...: have these changed?
 *
 * Thread rule: as http.h says.
 */
#ifndef VITRINE_APP_CHANGES_H
#define VITRINE_APP_CHANGES_H

#include "gate/gate.h"

enum rc changes_get(struct http_request *req, struct err *err);

#endif
