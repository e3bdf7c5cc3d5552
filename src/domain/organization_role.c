/*
 * domain/organization_role.c - the role that members of an organization start with in its
 * registries; see organization.h.
 */
#include "domain/event.h"
#include "domain/organization.h"
#include "domain/policy_people.h"

struct default_job {
        struct str org_name;
        enum model_role role;
        struct organization *org;
};

static enum rc default_write(struct call *call, void *payload, struct err *err)
{
        struct default_job *job = payload;
        enum rc rc = organization_find(call, job->org_name, &job->org, err);

        if (!rc)
                rc = policy_require_org_admin(call, job->org, err);
        if (!rc)
                rc = store_organization_set_default_role(call->conn, job->org->id, (int64_t)job->role, err);
        if (rc)
                return rc;
        job->org->default_registry_role = (int64_t)job->role;
        return event_note(call, &(struct event_row){ .action = STR("default_role_set"),
                                                     .org_id = job->org->id,
                                                     .entity_id = job->org->entity_id,
                                                     .detail = event_detail(call, "role",
                                                                            str_from(model_role_name(job->role)), NULL,
                                                                            STR_NULL) },
                          err);
}

enum rc organization_set_default_role(struct call *call, struct str org_name, struct str role,
                                      struct organization **ret, struct err *err)
{
        struct default_job job = { .org_name = org_name };
        enum rc rc;

        if (!model_role_parse(role, &job.role) || job.role == MODEL_ROLE_NONE || job.role == MODEL_ROLE_ADMIN)
                return err_set(err, RC_INVALID,
                               "'%.*s' cannot be everybody's role: use restricted_viewer, viewer or member.",
                               STR_ARG(str_slice(role, 0, 64)));
        rc = domain_write(call, default_write, &job, err);
        if (rc)
                return rc;
        *ret = job.org;
        return RC_OK;
}
