/*
 * api/errors.c - the HTTP status of an error in a GraphQL answer.
 *
 * Every rc has one status. It is http_status_of() but for three codes, because clients
 * repeat a GraphQL request for up to twenty minutes when they see 429 or most of 5xx:
 *
 *   RC_TOO_MANY   422   a count that the caller is over; waiting does not help
 *   RC_CORRUPT    422   damaged bytes stay damaged
 *   RC_INTERNAL   501   a mistake of ours happens again when asked again; 501 is the one
 *                       5xx that clients do not repeat
 *
 * RC_AGAIN, RC_UNAVAILABLE and RC_IO stay 5xx: these the client shall repeat.
 */
#include "api/api.h"

unsigned api_status_of(enum rc rc)
{
        switch (rc) {
        case RC_TOO_MANY:
        case RC_CORRUPT:
                return 422;
        case RC_INTERNAL:
                return 501;
        default:
                return http_status_of(rc);
        }
}
