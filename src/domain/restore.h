/*
 * domain/restore.h - bringing back what was deleted, while its window lasts.
 *
 * A version comes back with its number, to every place that is still there, and with each
 * alias that nobody has given to another version meanwhile. A collection comes back with
 * its versions and aliases. Who may delete a thing may bring it back.
 *
 * Protected aliases: bringing a version back puts one on it only when the caller may do that
 * (else the version comes back without); a collection whose versions carry one comes back by
 * the hand of an admin of the registry only. What was protected after the deletion counts as
 * much as what was before.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_RESTORE_H
#define VITRINE_DOMAIN_RESTORE_H

#include "domain/artifact.h"
#include "store/deleted.h"

/* How long: the server's setting, as it was started with last. */
MUST_USE enum rc restore_window_get(struct db_conn *conn, struct arena *arena, int64_t *ret_s, struct err *err);
MUST_USE enum rc restore_window_set(struct db_conn *conn, int64_t window_s, struct err *err);

/* RC_NOT_FOUND when it was not deleted or its window has passed; RC_CONFLICT when its content is there again. */
MUST_USE enum rc artifact_restore(struct call *call, int64_t id, struct artifact **ret, struct err *err);
/* RC_EXISTS when another collection has its name by now. */
MUST_USE enum rc collection_restore(struct call *call, int64_t id, struct collection **ret, struct err *err);
/*
 * A project or registry with its collections, links, members and protected aliases. RC_EXISTS when another one has
 * its name by now.
 */
MUST_USE enum rc project_restore(struct call *call, int64_t id, struct project **ret, struct err *err);

/* What can be restored, the latest first; project NULL: everywhere, for administrators of the instance. */
MUST_USE enum rc restore_list(struct call *call, const struct project *project, bool collections, size_t limit,
                              struct deleted_list *ret, int64_t *ret_window_s, struct err *err);
/* Projects and registries of an entity that the caller may bring back; entity NULL: everywhere, as above. */
MUST_USE enum rc restore_list_projects(struct call *call, const struct entity *entity, size_t limit,
                                       struct deleted_list *ret, int64_t *ret_window_s, struct err *err);

#endif
