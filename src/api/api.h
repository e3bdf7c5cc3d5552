/*
 * api/api.h - the GraphQL endpoint.
 *
 * One address, /graphql: POST with application/json for everything, GET for queries. The
 * schema is api/schema.graphql; the build makes its tables, the resolvers are in
 * resolve_*.c.
 *
 * Thread rule: struct api: any thread.
 */
#ifndef VITRINE_API_API_H
#define VITRINE_API_API_H

#include "gate/gate.h"

struct api;

/* Checks the schema (every root field has its access level). */
MUST_USE enum rc api_new(struct api **ret_api, struct err *err);
void api_free(struct api *api); /* accepts NULL */

extern const struct http_route api_routes[];
extern const size_t api_route_count;

/* GET /admin/audit_logs; audit.c */
extern const struct http_route audit_routes[];
extern const size_t audit_route_count;

/* The HTTP status that an error of a resolver is answered with; see errors.c. */
unsigned api_status_of(enum rc rc);

#endif
