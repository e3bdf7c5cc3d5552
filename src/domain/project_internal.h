/*
 * domain/project_internal.h - shared by project.c and project_edit.c only.
 */
#ifndef VITRINE_DOMAIN_PROJECT_INTERNAL_H
#define VITRINE_DOMAIN_PROJECT_INTERNAL_H

#include "domain/project.h"

/* A project as it would be, not stored yet. */
struct project *project_draft(struct call *call, const struct entity *entity, struct str name);
/* Does the name suit the owner? */
MUST_USE enum rc project_check_name(const struct entity *entity, struct str name, struct err *err);
/* RC_DENIED unless the caller may make projects of this entity; the draft need not be stored. */
MUST_USE enum rc project_require_may_create(struct call *call, const struct entity *entity,
                                            const struct project *draft, struct err *err);
/* Inside a write: stores a draft, when the caller may. */
MUST_USE enum rc project_make(struct call *call, const struct entity *entity, struct project *draft,
                              struct err *err);

#endif
