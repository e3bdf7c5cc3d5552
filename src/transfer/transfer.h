/*
 * transfer/transfer.h - the routes that move bytes: uploads, downloads, run file streams.
 *
 * http_app() must point at something whose first member is a `const struct domain *`; the
 * domain's `auth` must be set. Addresses are signed grants (model/grant.h), or need a key.
 *
 * Thread rule: as http.h says.
 */
#ifndef VITRINE_TRANSFER_TRANSFER_H
#define VITRINE_TRANSFER_TRANSFER_H

#include "domain/call.h"
#include "http/http.h"

extern const struct http_route transfer_routes[];
extern const size_t transfer_route_count;

/* The head of whatever http_app() points at. */
struct transfer_app {
        const struct domain *domain;
};

#endif
