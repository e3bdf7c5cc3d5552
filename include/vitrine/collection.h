/*
 * vitrine/collection.h - collections and their versions: lists with filters, and changes.
 *
 * Lists are read page by page as they are walked: a call to x_next() asks the server when the page
 * at hand is used up. Filters are JSON objects in the form that MongoDB made known, such as
 * {"name": {"$contains": "bert"}} or {"$and": [{"tag": "prod"}, {"metadata.acc": {"$gt": 0.9}}]}.
 * Fields of registries: name, description, created_at, updated_at; of collections: name, tag,
 * description, created_at, updated_at; of versions: version, tag, alias, metadata.*, created_at,
 * updated_at. Names of registries are written without their prefix.
 *
 * Thread rule: that of the session.
 */
#ifndef VITRINE_COLLECTION_H
#define VITRINE_COLLECTION_H

#include <vitrine/artifact.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vitrine_collection vitrine_collection;
typedef struct vitrine_collections vitrine_collections; /* a list that is being walked */
typedef struct vitrine_versions vitrine_versions;       /* the same for artifacts */

struct vitrine_list_options {
        size_t size;
        /* Where: a project, ... */
        const char *entity;          /* NULL: the session's */
        const char *project;         /* NULL: the registries of an organization */
        const char *type;            /* of artifacts in the project; NULL: any */
        const char *collection;      /* versions of this collection only; needed for versions in a project */
        /* ... or the registries of an organization. */
        const char *organization;    /* NULL: the session's */
        const char *registry;        /* without prefix; NULL: all that match registry_filter */
        const char *registry_filter;
        const char *collection_filter;
        /* What, in which order. */
        const char *filter;          /* of what is listed; NULL: all */
        const char *order;           /* "name", "-created_at", ...; NULL: as the server does */
        unsigned per_page;           /* 0: 100 */
};
#define VITRINE_LIST_OPTIONS_INIT { sizeof(struct vitrine_list_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0 }

/* Asks nothing yet; options may be NULL (all collections of the organization's registries). INVALID: not JSON. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collections_list(vitrine_session *session, const struct vitrine_list_options *options,
                         vitrine_collections **ret_list, struct vitrine_error *error);
/* *ret_collection is NULL behind the last. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collections_next(vitrine_collections *list, vitrine_collection **ret_collection, struct vitrine_error *error);
/* How many there are in all, where the server says so; else -1. Known behind the first call of next. */
VITRINE_API int64_t vitrine_collections_total(const vitrine_collections *list);
VITRINE_API void vitrine_collections_free(vitrine_collections *list);

VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_versions_list(vitrine_session *session, const struct vitrine_list_options *options, vitrine_versions **ret_list,
                      struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_versions_next(vitrine_versions *list, vitrine_artifact **ret_version, struct vitrine_error *error);
VITRINE_API int64_t vitrine_versions_total(const vitrine_versions *list);
VITRINE_API void vitrine_versions_free(vitrine_versions *list);

/* path: [[ENTITY/]PROJECT/]NAME or [ORGANIZATION/]wandb-registry-REGISTRY/NAME. NOT_FOUND. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collection_fetch(vitrine_session *session, const char *path, vitrine_collection **ret_collection,
                         struct vitrine_error *error);
/* An empty collection in a registry (same form of path). type: what it takes. EXISTS, DENIED, NOT_FOUND (the registry). */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collection_create(vitrine_session *session, const char *path, const char *type, const char *description,
                          vitrine_collection **ret_collection, struct vitrine_error *error);
VITRINE_API void vitrine_collection_free(vitrine_collection *collection);

VITRINE_API const char *vitrine_collection_id(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_name(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_entity(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_project(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_type(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_description(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_created_at(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_updated_at(const vitrine_collection *collection);
VITRINE_API size_t vitrine_collection_tag_count(const vitrine_collection *collection);
VITRINE_API const char *vitrine_collection_tag(const vitrine_collection *collection, size_t index); /* NULL behind the last */
/* 1: versions are logged to it; 0: versions are linked to it. */
VITRINE_API int vitrine_collection_is_sequence(const vitrine_collection *collection);

/* Its aliases in all versions, without "v3". Strings belong to the collection until the next call. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collection_aliases(vitrine_collection *collection, const char *const **ret_aliases, size_t *ret_count,
                           struct vitrine_error *error);

struct vitrine_collection_changes {
        size_t size;
        const char *name;            /* NULL: as it is */
        const char *description;     /* NULL: as it is */
        const char *type;            /* NULL: as it is; of a sequence only */
        const char *const *tags_to_add;
        size_t tags_to_add_count;
        const char *const *tags_to_remove;
        size_t tags_to_remove_count;
};
#define VITRINE_COLLECTION_CHANGES_INIT { sizeof(struct vitrine_collection_changes), NULL, NULL, NULL, NULL, 0, NULL, 0 }

/* On the server, at once, in this order: name and description, type, tags. EXISTS, DENIED. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collection_update(vitrine_collection *collection, const struct vitrine_collection_changes *changes,
                          struct vitrine_error *error);
/* With all its versions (or links). */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_collection_delete(vitrine_collection *collection, struct vitrine_error *error);

#ifdef __cplusplus
}
#endif

#endif
