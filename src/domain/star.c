/*
 * domain/star.c - see star.h. No event tells of stars: they are nobody's business.
 */
#include "domain/star.h"

#include "domain/project.h"

struct star_job {
        int64_t project_id;
        bool starred;
};

static enum rc write_star(struct call *call, void *payload, struct err *err)
{
        const struct star_job *job = payload;
        struct project *project = NULL;
        enum rc rc = project_see(call, job->project_id, &project, err);

        if (rc)
                return rc;
        if (!project)
                return err_set(err, RC_NOT_FOUND, "There is no such project or registry, or you may not see it.");
        return store_star_set(call->conn, call->who->account_id, job->project_id, job->starred, err);
}

enum rc star_set(struct call *call, int64_t project_id, bool starred, struct err *err)
{
        struct star_job job = { project_id, starred };

        return domain_write(call, write_star, &job, err);
}
