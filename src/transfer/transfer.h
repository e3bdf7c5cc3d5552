/*
 * transfer/transfer.h - the routes that move bytes: uploads, downloads, run file streams.
 *
 * Thread rule: as http.h says.
 */
#ifndef VITRINE_TRANSFER_TRANSFER_H
#define VITRINE_TRANSFER_TRANSFER_H

#include "http/http.h"

extern const struct http_route transfer_routes[];
extern const size_t transfer_route_count;

#endif
