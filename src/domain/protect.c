/*
 * domain/protect.c - see protect.h.
 */
#include "domain/protect.h"

#include "base/clock.h"
#include "domain/event.h"

struct define_job {
        int64_t project_id;
        struct str alias;
        bool protect;
};

static enum rc define_write(struct call *call, void *payload, struct err *err)
{
        const struct define_job *job = payload;
        struct project *p = NULL;
        bool changed = false;
        enum rc rc = project_see(call, job->project_id, &p, err);

        if (rc)
                return rc;
        if (!p || !p->is_registry)
                return err_set(err, RC_NOT_FOUND, "There is no such registry, or you may not see it.");
        rc = policy_require(call, p, ACT_DEFINE_PROTECTED_ALIAS, err);
        if (!rc && job->protect)
                rc = store_protected_add(call->conn, p->id, job->alias, call->who->account_id, clock_now_us(),
                                         &changed, err);
        else if (!rc)
                rc = store_protected_remove(call->conn, p->id, job->alias, &changed, err);
        if (rc || !changed)
                return rc;
        return event_note(call, &(struct event_row){ .action = job->protect ? STR("alias_protected")
                                                                             : STR("alias_unprotected"),
                                                     .org_id = p->org_id,
                                                     .entity_id = p->entity_id,
                                                     .project_id = p->id,
                                                     .alias = job->alias },
                          err);
}

enum rc protect_define(struct call *call, int64_t project_id, struct str alias, bool protect, struct err *err)
{
        struct define_job job = { project_id, alias, protect };
        enum rc rc = model_check_alias(alias, err);

        return rc ? rc : domain_write(call, define_write, &job, err);
}

enum rc protect_may(struct call *call, const struct project *project, struct str alias, bool *ret, struct err *err)
{
        bool is_protected = false;
        enum rc rc = RC_OK;

        if (project->is_registry)
                rc = store_protected_has(call->conn, project->id, alias, &is_protected, err);
        if (rc)
                return rc;
        if (!is_protected) {
                *ret = true;
                return RC_OK;
        }
        return policy_may(call, project, ACT_PROTECTED_ALIAS, ret, err);
}

enum rc protect_check_alias(struct call *call, const struct project *project, struct str alias, struct err *err)
{
        bool may = false;
        enum rc rc = protect_may(call, project, alias, &may, err);

        if (rc || may)
                return rc;
        return err_set(err, RC_DENIED,
                       "The alias '%.*s' is protected in '%.*s': only an admin of the registry may add it, move it or "
                       "delete it.",
                       STR_ARG(alias), STR_ARG(project->name));
}

static enum rc require_admin(struct call *call, const struct project *project, struct str alias, const char *what,
                             struct err *err)
{
        bool may = false;
        enum rc rc;

        if (str_is_null(alias))
                return RC_OK;
        rc = policy_may(call, project, ACT_PROTECTED_ALIAS, &may, err);
        if (rc || may)
                return rc;
        return err_set(err, RC_DENIED,
                       "%s carries the protected alias '%.*s': only an admin of the registry '%.*s' may do this.", what,
                       STR_ARG(alias), STR_ARG(project->name));
}

enum rc protect_check_unlink(struct call *call, const struct project *project, int64_t collection_id,
                             int64_t version, struct err *err)
{
        struct str alias = STR_NULL;
        enum rc rc = store_protected_on_version(call->conn, call->arena, collection_id, version, &alias, err);

        return rc ? rc : require_admin(call, project, alias, "The version", err);
}

/* The registry is not named: the caller may not be allowed to know of it. */
static enum rc refuse_all(struct str alias, struct err *err)
{
        if (str_is_null(alias))
                return RC_OK;
        return err_set(err, RC_CONFLICT,
                       "A link to this carries the protected alias '%.*s' in a registry: it can be deleted after an "
                       "admin of the registry has taken the alias off.",
                       STR_ARG(alias));
}

enum rc protect_check_collection(struct call *call, const struct project *project, int64_t collection_id,
                                 struct err *err)
{
        struct str alias = STR_NULL;
        enum rc rc = store_protected_in_collection(call->conn, call->arena, collection_id, &alias, err);

        if (!rc)
                rc = require_admin(call, project, alias, "A version of the collection", err);
        if (!rc)
                rc = store_protected_from_sequence(call->conn, call->arena, collection_id, &alias, err);
        return rc ? rc : refuse_all(alias, err);
}

enum rc protect_check_artifact(struct call *call, int64_t artifact_id, struct err *err)
{
        struct str alias = STR_NULL;
        enum rc rc = store_protected_on_artifact(call->conn, call->arena, artifact_id, &alias, err);

        return rc ? rc : refuse_all(alias, err);
}

enum rc protect_check_project(struct call *call, int64_t project_id, struct err *err)
{
        struct str alias = STR_NULL;
        enum rc rc = store_protected_from_project(call->conn, call->arena, project_id, &alias, err);

        return rc ? rc : refuse_all(alias, err);
}
