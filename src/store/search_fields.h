/*
 * store/search_fields.h - what registries, collections and versions can be filtered and
 * ordered by; for search.c only.
 *
 * p is the project, c the collection, m the membership, a the artifact. Names come in groups:
 * first those that errors show, then the other spellings that clients send (basic and advanced
 * search, older releases).
 */
#ifndef VITRINE_STORE_SEARCH_FIELDS_H
#define VITRINE_STORE_SEARCH_FIELDS_H

#include "store/filter.h"

#define COLLECTION_TAGS                                                                                    \
        "SELECT t.name AS value FROM collection_tag x JOIN tag t ON t.id = x.tag_id WHERE x.collection_id = c.id"
#define COLLECTION_TYPE "(SELECT t.name FROM artifact_type t WHERE t.id = c.type_id)"
#define VERSION_TAGS                                                                                       \
        "SELECT t.name AS value FROM artifact_tag x JOIN tag t ON t.id = x.tag_id WHERE x.artifact_id = a.id"
#define VERSION_ALIASES                                                                                    \
        "SELECT x.alias AS value FROM alias x WHERE x.collection_id = m.collection_id AND x.version = m.version"
/* From the alias to its version: a collection has few of them, and many versions. */
#define VERSION_BY_ALIAS                                                                                   \
        "m.version IN (SELECT version FROM (SELECT x.version, x.alias AS value FROM alias x "              \
        "WHERE x.collection_id = c.id) WHERE "
#define VERSION_TYPE "(SELECT t.name FROM artifact_type t WHERE t.id = a.type_id)"
#define VERSION_STATE "CASE a.state WHEN 0 THEN 'PENDING' WHEN 1 THEN 'COMMITTED' ELSE 'DELETED' END"

static const struct filter_field search_project_items[] = {
        { "name", FILTER_TEXT, "p.name", NULL },
        { "description", FILTER_TEXT, "p.description", NULL },
        { "created_at", FILTER_TIME, "p.created_us", NULL },
        { "updated_at", FILTER_TIME, "p.updated_us", NULL },
        { "id", FILTER_ID, "p.id", NULL },
        { "entity_id", FILTER_ID, "p.entity_id", NULL },
        { "project_id", FILTER_ID, "p.id", NULL },
        { "createdAt", FILTER_TIME, "p.created_us", NULL },
        { "updatedAt", FILTER_TIME, "p.updated_us", NULL },
};
static const struct filter_fields search_project_fields = { search_project_items, ARRAY_LEN(search_project_items), 6 };

static const struct filter_field search_collection_items[] = {
        { "name", FILTER_TEXT, "c.name", NULL },
        { "tag", FILTER_LIST, COLLECTION_TAGS, NULL },
        { "description", FILTER_TEXT, "c.description", NULL },
        { "type", FILTER_TEXT, COLLECTION_TYPE, NULL },
        { "created_at", FILTER_TIME, "c.created_us", NULL },
        { "updated_at", FILTER_TIME, "c.updated_us", NULL },
        { "id", FILTER_ID, "c.id", NULL },
        { "artifact_collection_id", FILTER_ID, "c.id", NULL },
        { "collection_id", FILTER_ID, "c.id", NULL },
        { "collection_name", FILTER_TEXT, "c.name", NULL },
        { "artifact_collection_name", FILTER_TEXT, "c.name", NULL },
        { "tags", FILTER_LIST, COLLECTION_TAGS, NULL },
        { "createdAt", FILTER_TIME, "c.created_us", NULL },
        { "updatedAt", FILTER_TIME, "c.updated_us", NULL },
};
static const struct filter_fields search_collection_fields = { search_collection_items,
                                                               ARRAY_LEN(search_collection_items), 7 };

static const struct filter_field search_version_items[] = {
        { "version", FILTER_VERSION, "m.version", NULL },
        { "alias", FILTER_LIST, VERSION_ALIASES, VERSION_BY_ALIAS },
        { "tag", FILTER_LIST, VERSION_TAGS, NULL },
        { "metadata", FILTER_JSON, "a.metadata", NULL },
        { "created_at", FILTER_TIME, "a.created_us", NULL },
        { "updated_at", FILTER_TIME, "a.updated_us", NULL },
        { "linked_at", FILTER_TIME, "m.created_us", NULL },
        { "artifact_size", FILTER_INT, "a.size_bytes", NULL },
        { "description", FILTER_TEXT, "a.description", NULL },
        { "digest", FILTER_TEXT, "a.digest", NULL },
        { "type", FILTER_TEXT, VERSION_TYPE, NULL },
        { "state", FILTER_TEXT, VERSION_STATE, NULL },
        { "id", FILTER_ID, "m.artifact_id", NULL },
        { "artifact_id", FILTER_ID, "m.artifact_id", NULL },
        { "version_index", FILTER_VERSION, "m.version", NULL },
        { "versionIndex", FILTER_VERSION, "m.version", NULL },
        { "aliases", FILTER_LIST, VERSION_ALIASES, VERSION_BY_ALIAS },
        { "tags", FILTER_LIST, VERSION_TAGS, NULL },
        { "artifact_metadata", FILTER_JSON, "a.metadata", NULL },
        { "artifact_created_at", FILTER_TIME, "a.created_us", NULL },
        { "acm_created_at", FILTER_TIME, "m.created_us", NULL },
        { "size", FILTER_INT, "a.size_bytes", NULL },
        { "createdAt", FILTER_TIME, "a.created_us", NULL },
        { "updatedAt", FILTER_TIME, "a.updated_us", NULL },
};
static const struct filter_fields search_version_fields = { search_version_items, ARRAY_LEN(search_version_items), 13 };

#endif
