/*
 * domain/audit.h - what happened on the server, for its administrators.
 *
 * Thread rule: a page belongs to its caller.
 */
#ifndef VITRINE_DOMAIN_AUDIT_H
#define VITRINE_DOMAIN_AUDIT_H

#include "domain/call.h"
#include "store/audit.h"

/* RC_DENIED unless the caller administers the server. Ask once, before the first page. */
MUST_USE enum rc audit_require(struct call *call, struct err *err);
/*
 * Events behind (after_us, after_id) and before until_us, oldest first. conn NULL: on a
 * connection of its own, for replies that outlive their request's.
 */
MUST_USE enum rc audit_page(const struct domain *domain, struct db_conn *conn, struct arena *arena, int64_t after_us,
                            int64_t after_id, int64_t until_us, size_t limit, struct audit_list *ret,
                            struct err *err);
/* The same, newest first: before (before_us, before_id), since since_us. */
MUST_USE enum rc audit_page_back(const struct call *call, int64_t before_us, int64_t before_id, int64_t since_us,
                                 size_t limit, struct audit_list *ret, struct err *err);

#endif
