/*
 * store/audit.h - what happened, with the names of those and of what it happened to.
 *
 * Names are those of today; what is gone has none. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_AUDIT_H
#define VITRINE_STORE_AUDIT_H

#include "store/event.h"

struct audit_row {
        struct event_row event;
        struct str actor_name, actor_email;
        struct str subject_name, subject_email;
        struct str organization_name, entity_name, project_name;
        struct str collection_name, digest;
};
struct audit_list {
        struct audit_row *items;
        size_t count;
};

/* Oldest first: behind (after_us, after_id), before until_us. */
MUST_USE enum rc store_audit_page(struct db_conn *conn, struct arena *arena, int64_t after_us, int64_t after_id,
                                  int64_t until_us, size_t limit, struct audit_list *ret, struct err *err);
/* Newest first: before (before_us, before_id), since since_us. */
MUST_USE enum rc store_audit_page_back(struct db_conn *conn, struct arena *arena, int64_t before_us, int64_t before_id,
                                       int64_t since_us, size_t limit, struct audit_list *ret, struct err *err);

#endif
