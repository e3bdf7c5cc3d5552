/*
 * domain/job.h - jobs as callers see them: how far they are, and ending them.
 *
 * A job belongs to who asked for it; administrators of the server see and end all. Who does
 * the work: server/background.c, and operator's commands where no server runs.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_JOB_H
#define VITRINE_DOMAIN_JOB_H

#include "domain/call.h"
#include "store/job.h"

/* Of one account; what one may have under way at once. */
#define JOBS_OPEN_MAX 50

/* Inside a write: adds it in the caller's name. RC_TOO_MANY: wait for the others first. */
MUST_USE enum rc job_add(struct call *call, struct job *job, struct err *err);
/* NULL when there is none, or it is somebody else's. */
MUST_USE enum rc job_see(struct call *call, int64_t id, struct job **ret, struct err *err);
/* The caller's, the latest first, behind before_id (0: from the latest). */
MUST_USE enum rc job_list(struct call *call, int64_t before_id, size_t limit, struct job_list *ret, struct err *err);
/* It ends after the step that it is at; what is done stays done. A job that has ended is left as it is. */
MUST_USE enum rc job_cancel(struct call *call, int64_t id, struct job **ret, struct err *err);
/* An administrator asks for a job of the server itself: JOB_RECLAIM or JOB_COUNT_STORAGE. */
MUST_USE enum rc job_ask(struct call *call, enum job_kind kind, bool dry_run, struct job **ret, struct err *err);

/* Who asked, as a principal; RC_NOT_FOUND when the account was deleted since. */
MUST_USE enum rc job_principal(struct db_conn *conn, struct arena *arena, const struct job *job,
                               struct principal *ret, struct err *err);

#endif
