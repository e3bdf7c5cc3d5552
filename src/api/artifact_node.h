/*
 * api/artifact_node.h - the parents that the resolvers of projects, collections and
 * artifacts hand to each other.
 *
 *     Project                          struct project *
 *     ArtifactType                     struct artifact_type *
 *     ArtifactSequence, -Portfolio     struct collection_node *
 *     Artifact                         struct version *      (place: through which collection)
 *     ArtifactCollectionMembership     struct version *
 *     ArtifactAlias                    struct alias_node *
 *     ArtifactManifest                 struct manifest_node *
 *     Tag                              struct tag *
 *     Role                             struct role_node *
 *     ProjectMember, ProjectTeamMember struct project_member *
 *
 * Thread rule: a request belongs to one thread.
 */
#ifndef VITRINE_API_ARTIFACT_NODE_H
#define VITRINE_API_ARTIFACT_NODE_H

#include "api/resolve.h"
#include "domain/artifact.h"

struct collection_node {
        struct collection *row;
        struct project *project;      /* NULL until it is looked up, and when the caller may not see it */
        bool looked_up;
};
struct alias_node {
        struct alias row;
        struct collection_node *collection;
};
struct manifest_node {
        int64_t id;
        struct file_node *file;
};
struct role_node {
        struct str name;
};

struct collection_node *collection_node(struct gql_field *field, struct collection *row, struct project *project);
/* "ArtifactSequence" or "ArtifactPortfolio". */
const char *collection_type(const struct collection *row);
void out_collection(struct gql_field *field, struct gql_out *out, struct collection *row, struct project *project);
/* An artifact without a place; NULL gives null. */
void out_artifact(struct gql_field *field, struct gql_out *out, struct artifact *artifact);
/* A list of struct tag. */
void out_tags(struct gql_out *out, const struct tag_list *tags);
/* Pages of collections: of a project (type_id 0) or of one type. */
MUST_USE enum rc out_collections(struct gql_field *field, struct gql_out *out, struct project *project,
                                 int64_t type_id, struct err *err);
/* Strings of a list value; *ret_count 0 for null. tag_lists read `tagName`, alias lists `alias`. */
MUST_USE enum rc read_strings(struct gql_field *field, const struct gql_value *list, const char *member,
                              struct str **ret, size_t *ret_count, struct err *err);
/* Files of an artifact through a place; names: only these. resolve_files.c */
MUST_USE enum rc out_files(struct gql_field *field, struct gql_out *out, struct version *version, struct err *err);
/* Pages of the projects of an entity that the caller may see. */
MUST_USE enum rc out_projects(struct gql_field *field, struct gql_out *out, const struct entity *entity,
                              struct err *err);
/* Pages of the versions of a collection. */
MUST_USE enum rc out_versions(struct gql_field *field, struct gql_out *out, struct collection_node *node,
                              struct err *err);
/* The project of a collection; NULL when the caller may not see it. */
MUST_USE enum rc collection_home(struct gql_field *field, struct collection_node *node, struct project **ret,
                                 struct err *err);

#endif
