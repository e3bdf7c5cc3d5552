/*
 * vitrine/registry.h - registries: create, load, change, save, delete; their members.
 *
 * A registry object is a copy of what the server had when it was fetched. Setters change the copy,
 * vitrine_registry_save() sends the changes, vitrine_registry_load() throws them away.
 * Types can be added and never taken away again once saved.
 *
 * Thread rule: that of the session.
 */
#ifndef VITRINE_REGISTRY_H
#define VITRINE_REGISTRY_H

#include <vitrine/collection.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vitrine_registry vitrine_registry;
typedef struct vitrine_registries vitrine_registries; /* a list that is being walked */

enum vitrine_visibility {
        VITRINE_VISIBILITY_ORGANIZATION, /* everybody in the organization sees it */
        VITRINE_VISIBILITY_RESTRICTED    /* only its members do */
};

struct vitrine_registry_options {
        size_t size;
        const char *organization;    /* NULL: the session's */
        enum vitrine_visibility visibility;
        const char *description;     /* NULL: none */
        const char *const *artifact_types; /* that it takes; none: all */
        size_t artifact_type_count;
};
#define VITRINE_REGISTRY_OPTIONS_INIT { sizeof(struct vitrine_registry_options), NULL, VITRINE_VISIBILITY_ORGANIZATION, NULL, NULL, 0 }

/* name: without "wandb-registry-", up to 113 characters. options may be NULL. EXISTS, DENIED, INVALID. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_create(vitrine_session *session, const char *name, const struct vitrine_registry_options *options,
                        vitrine_registry **ret_registry, struct vitrine_error *error);
/* name with or without the prefix; organization NULL: the session's. NOT_FOUND. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_fetch(vitrine_session *session, const char *name, const char *organization,
                       vitrine_registry **ret_registry, struct vitrine_error *error);
VITRINE_API void vitrine_registry_free(vitrine_registry *registry);

/* Reads what the server has now; unsaved changes are lost. NOT_FOUND when it was deleted. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_load(vitrine_registry *registry, struct vitrine_error *error);
/* Sends what was set; renames last. NOT_FOUND when it was deleted: it is not made anew. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_save(vitrine_registry *registry, struct vitrine_error *error);
/* With all its collections; what they point to stays. NOT_FOUND when it is gone already. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_delete(vitrine_registry *registry, struct vitrine_error *error);

VITRINE_API const char *vitrine_registry_id(const vitrine_registry *registry);
VITRINE_API const char *vitrine_registry_name(const vitrine_registry *registry);         /* without prefix */
VITRINE_API const char *vitrine_registry_full_name(const vitrine_registry *registry);    /* with it */
VITRINE_API const char *vitrine_registry_path(const vitrine_registry *registry);         /* "org-entity/wandb-registry-name" */
VITRINE_API const char *vitrine_registry_entity(const vitrine_registry *registry);       /* of the organization */
VITRINE_API const char *vitrine_registry_organization(const vitrine_registry *registry); /* as it is shown */
VITRINE_API const char *vitrine_registry_description(const vitrine_registry *registry);
VITRINE_API const char *vitrine_registry_created_at(const vitrine_registry *registry);
VITRINE_API const char *vitrine_registry_updated_at(const vitrine_registry *registry);
VITRINE_API enum vitrine_visibility vitrine_registry_visibility(const vitrine_registry *registry);
/* 1: artifacts of any type; the list then tells which there are. */
VITRINE_API int vitrine_registry_allows_all_types(const vitrine_registry *registry);
VITRINE_API size_t vitrine_registry_type_count(const vitrine_registry *registry);
VITRINE_API const char *vitrine_registry_type(const vitrine_registry *registry, size_t index); /* NULL behind the last */

VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_set_name(vitrine_registry *registry, const char *name, struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_set_description(vitrine_registry *registry, const char *description, struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_set_visibility(vitrine_registry *registry, enum vitrine_visibility visibility,
                                struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_set_allows_all_types(vitrine_registry *registry, int allow, struct vitrine_error *error);
/* A type that is there already is no error. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_add_type(vitrine_registry *registry, const char *type, struct vitrine_error *error);
/* Only before it was saved: CONFLICT afterwards. NOT_FOUND. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_remove_type(vitrine_registry *registry, const char *type, struct vitrine_error *error);

/* The collections, and the versions of all its collections; order NULL: as the server does. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_collections(vitrine_registry *registry, const char *filter, const char *order,
                             vitrine_collections **ret_list, struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_versions(vitrine_registry *registry, const char *filter, vitrine_versions **ret_list,
                          struct vitrine_error *error);

/* Registries of an organization (NULL: the session's). filter, order: see collection.h; per_page 0: 100. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registries_list(vitrine_session *session, const char *organization, const char *filter, const char *order,
                        unsigned per_page, vitrine_registries **ret_list, struct vitrine_error *error);
/* *ret_registry is NULL behind the last. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registries_next(vitrine_registries *list, vitrine_registry **ret_registry, struct vitrine_error *error);
VITRINE_API void vitrine_registries_free(vitrine_registries *list);

/* ---- members ----------------------------------------------------------------------------- */

enum vitrine_member_kind { VITRINE_MEMBER_USER, VITRINE_MEMBER_TEAM };

struct vitrine_member {
        size_t size;
        enum vitrine_member_kind kind;
        const char *id;
        const char *name;            /* login name of a user, name of a team */
        const char *email;           /* "" when there is none */
        const char *role;            /* "admin", "member", "viewer", "restricted_viewer" */
};
#define VITRINE_MEMBER_INIT { sizeof(struct vitrine_member), VITRINE_MEMBER_USER, NULL, NULL, NULL, NULL }

typedef struct vitrine_members vitrine_members;
/* Users first, then teams. Free with vitrine_members_free(). */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_members(vitrine_registry *registry, vitrine_members **ret_members, struct vitrine_error *error);
VITRINE_API size_t vitrine_members_count(const vitrine_members *members);
/* The strings belong to members. NOT_FOUND behind the last. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_members_get(const vitrine_members *members, size_t index, struct vitrine_member *ret_member,
                    struct vitrine_error *error);
VITRINE_API void vitrine_members_free(vitrine_members *members);

/*
 * member: a name (of a user also the e-mail address) or an id of the server. role NULL: "member" for those who are
 * added. Adding one who is there, and removing one who is not, is no error. NOT_FOUND, DENIED.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_add_member(vitrine_registry *registry, enum vitrine_member_kind kind, const char *member,
                            const char *role, struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_set_role(vitrine_registry *registry, enum vitrine_member_kind kind, const char *member,
                          const char *role, struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_registry_remove_member(vitrine_registry *registry, enum vitrine_member_kind kind, const char *member,
                               struct vitrine_error *error);

#ifdef __cplusplus
}
#endif

#endif
