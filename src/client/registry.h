/*
 * client/registry.h - what is behind a vitrine_registry.
 */
#ifndef VITRINE_CLIENT_REGISTRY_H
#define VITRINE_CLIENT_REGISTRY_H

#include "client/list.h"

#define REGISTRY_PREFIX "wandb-registry-"
#define REGISTRY_FRAGMENT \
        " fragment R on Project { id name entity { name organization { name } } description createdAt updatedAt access " \
        "allowAllArtifactTypes: allowAllArtifactTypesInRegistry artifactTypes(includeAll: true) { edges { node { name } } } }"

struct vitrine_registry {
        struct vitrine_session *session;
        struct arena arena;           /* replaced as a whole when it is loaded */
        const char *id, *full_name, *path, *entity, *organization, *created_at, *updated_at;
        const char *name;             /* without prefix; what follows may have been set */
        const char *description;
        enum vitrine_visibility visibility;
        bool all_types;
        const char **types;           /* those that were saved, then those that were added */
        size_t saved_count, type_count, type_cap;
};

/* "wandb-registry-model" -> "model"; borrows. */
struct str registry_without_prefix(struct str name);
MUST_USE enum rc registry_check_visibility(enum vitrine_visibility visibility, struct err *err);
/* The project behind a registry; a new object. */
MUST_USE enum rc registry_from(struct vitrine_session *session, const struct json *project,
                               struct vitrine_registry **ret, struct err *err);

#endif
