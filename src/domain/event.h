/*
 * domain/event.h - noting what happened, in the transaction of the change.
 */
#ifndef VITRINE_DOMAIN_EVENT_H
#define VITRINE_DOMAIN_EVENT_H

#include "domain/call.h"
#include "store/event.h"

/* Fills in who and when. Inside domain_write() only. */
MUST_USE enum rc event_note(struct call *call, const struct event_row *event, struct err *err);
/* {"key1": "value1", "key2": "value2"}; key2 NULL: one pair only. */
struct str event_detail(struct call *call, const char *key1, struct str value1, const char *key2,
                        struct str value2);

#endif
