/*
 * domain/audit.c - see audit.h.
 */
#include "domain/audit.h"

#include "domain/policy_people.h"

enum rc audit_require(struct call *call, struct err *err)
{
        return policy_require_admin(call, "read the audit log", err);
}

enum rc audit_page(const struct domain *domain, struct db_conn *conn, struct arena *arena, int64_t after_us,
                   int64_t after_id, int64_t until_us, size_t limit, struct audit_list *ret, struct err *err)
{
        _cleanup_(db_read_end) struct db_conn *own = NULL;

        if (!conn) {
                enum rc rc = db_read_begin(domain->db, &own, err);

                if (rc)
                        return rc;
                conn = own;
        }
        return store_audit_page(conn, arena, after_us, after_id, until_us, limit, ret, err);
}

enum rc audit_page_back(const struct call *call, int64_t before_us, int64_t before_id, int64_t since_us, size_t limit,
                        struct audit_list *ret, struct err *err)
{
        return store_audit_page_back(call->conn, call->arena, before_us, before_id, since_us, limit, ret, err);
}
