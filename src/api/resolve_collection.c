/*
 * api/resolve_collection.c - collections, memberships, aliases and tags. Parents: see
 * artifact_node.h.
 */
#include "api/artifact_node.h"
#include "domain/collection.h"

/* ---- shared ---- */

const char *collection_type(const struct collection *row)
{
        return row->kind == COLLECTION_SEQUENCE ? "ArtifactSequence" : "ArtifactPortfolio";
}

struct collection_node *collection_node(struct gql_field *field, struct collection *row, struct project *project)
{
        struct collection_node *node = arena_new(gql_arena(field), struct collection_node);

        node->row = row;
        node->project = project;
        node->looked_up = project != NULL;
        return node;
}

void out_collection(struct gql_field *field, struct gql_out *out, struct collection *row, struct project *project)
{
        gql_out_object(out, collection_type(row), collection_node(field, row, project));
}

void out_tags(struct gql_out *out, const struct tag_list *tags)
{
        gql_out_list(out, tags->count);
        for (size_t i = 0; i < tags->count; i++)
                gql_out_object(gql_out_item(out, i), "Tag", &tags->items[i]);
}

enum rc read_strings(struct gql_field *field, const struct gql_value *list, const char *member, struct str **ret,
                     size_t *ret_count, struct err *err UNUSED)
{
        size_t count = gql_is_null(list) ? 0 : list->count, n = 0;
        struct str *items = arena_array(gql_arena(field), struct str, count + 1);

        for (const struct gql_value *v = count ? list->first : NULL; v; v = v->next)
                items[n++] = v->kind == GQL_VALUE_OBJECT ? gql_member_str(v, member) : gql_text(v);
        *ret = items;
        *ret_count = n;
        return RC_OK;
}

CONNECTION_TOTAL(ArtifactCollectionConnection)
CONNECTION_EDGES(ArtifactCollectionConnection, ArtifactCollectionEdge)
CONNECTION_PAGE_INFO(ArtifactCollectionConnection)
EDGE_NODE(ArtifactCollectionEdge)
EDGE_CURSOR(ArtifactCollectionEdge)

/* ---- fields that sequences and portfolios share ---- */

enum rc collection_home(struct gql_field *field, struct collection_node *node, struct project **ret,
                        struct err *err)
{
        if (!node->looked_up) {
                enum rc rc = project_see(call_of(field), node->row->project_id, &node->project, err);

                if (rc)
                        return rc;
                node->looked_up = true;
        }
        *ret = node->project;
        return RC_OK;
}

static enum rc collection_project(struct gql_field *field, struct collection_node *node, struct gql_out *out,
                                  struct err *err)
{
        struct project *p = NULL;
        enum rc rc = collection_home(field, node, &p, err);

        if (rc)
                return rc;
        gql_out_object(out, "Project", p);
        return RC_OK;
}

static enum rc collection_default_type(struct gql_field *field, struct collection_node *node, struct gql_out *out,
                                       struct err *err)
{
        struct call *call = call_of(field);
        struct artifact_type *t = NULL;
        enum rc rc = store_type_by_id(call->conn, call->arena, node->row->type_id, &t, err);

        if (rc)
                return rc;
        gql_out_object(out, "ArtifactType", t);
        return RC_OK;
}

static enum rc collection_tags(struct gql_field *field, struct collection_node *node, struct gql_out *out,
                               struct err *err)
{
        struct call *call = call_of(field);
        struct connection *page;
        struct tag_list tags;
        enum rc rc = store_collection_tags(call->conn, call->arena, node->row->id, &tags, err);

        if (rc)
                return rc;
        page = connection_new(field, tags.count);
        for (size_t i = 0; i < tags.count; i++)
                connection_add(page, "Tag", &tags.items[i], STR_NULL);
        gql_out_object(out, "TagConnection", page);
        return RC_OK;
}

static enum rc collection_aliases(struct gql_field *field, struct collection_node *node, struct gql_out *out,
                                  struct err *err)
{
        struct call *call = call_of(field);
        struct connection *page;
        struct alias_list aliases;
        struct str after;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = store_alias_page(call->conn, call->arena, node->row->id, after, first + 1, &aliases, err);
        if (rc)
                return rc;
        page = connection_new(field, aliases.count);
        page->has_next = aliases.count > first;
        for (size_t i = 0; i < aliases.count && i < first; i++) {
                struct alias_node *a = arena_new(call->arena, struct alias_node);

                a->row = aliases.items[i];
                a->collection = node;
                connection_add(page, "ArtifactAlias", a, a->row.alias);
        }
        gql_out_object(out, "ArtifactAliasConnection", page);
        return RC_OK;
}

CONNECTION_TOTAL(VersionedArtifactConnection)
CONNECTION_EDGES(VersionedArtifactConnection, VersionedArtifactEdge)
CONNECTION_PAGE_INFO(VersionedArtifactConnection)
EDGE_NODE(VersionedArtifactEdge)
EDGE_CURSOR(VersionedArtifactEdge)

FIELD(VersionedArtifactEdge, version)
{
        const struct edge *edge = parent;
        const struct version *v = edge->node;

        gql_out_str(out, version_format(gql_arena(field), v->place.version));
        return RC_OK;
}

static enum rc collection_membership(struct gql_field *field, struct collection_node *node, struct gql_out *out,
                                     struct err *err)
{
        struct project *project = NULL;
        struct version *v = NULL;
        enum rc rc = collection_home(field, node, &project, err);

        if (rc || !project)
                return rc;
        rc = version_find_in(call_of(field), project, node->row, gql_arg_str(field, "aliasName"), &v, err);
        if (rc)
                return rc;
        gql_out_object(out, "ArtifactCollectionMembership", v);
        return RC_OK;
}

/* Both kinds of collection, field by field. */
#define COLLECTION_FIELDS(Kind, id_type)                                                            \
        FIELD(Kind, id)                                                                             \
        {                                                                                           \
                out_id(field, out, id_type, ((struct collection_node *)parent)->row->id);           \
                return RC_OK;                                                                       \
        }                                                                                           \
        FIELD_STR(Kind, name, collection_node, row->name)                                           \
        FIELD_TEXT(Kind, description, collection_node, row->description)                             \
        FIELD_TIME(Kind, createdAt, collection_node, row->created_us)                               \
        FIELD_TIME(Kind, updatedAt, collection_node, row->updated_us)                               \
        FIELD(Kind, state)                                                                          \
        {                                                                                           \
                gql_out_str(out, ((struct collection_node *)parent)->row->deleted ? STR("DELETED")  \
                                                                                  : STR("READY"));  \
                return RC_OK;                                                                       \
        }                                                                                           \
        FIELD(Kind, project) { return collection_project(field, parent, out, err); }                \
        FIELD(Kind, defaultArtifactType) { return collection_default_type(field, parent, out, err); } \
        FIELD(Kind, tags) { return collection_tags(field, parent, out, err); }                      \
        FIELD(Kind, aliases) { return collection_aliases(field, parent, out, err); }                \
        FIELD(Kind, artifacts) { return out_versions(field, out, parent, err); }             \
        FIELD(Kind, artifactMembership) { return collection_membership(field, parent, out, err); }

COLLECTION_FIELDS(ArtifactSequence, MODEL_ARTIFACT_SEQUENCE)
COLLECTION_FIELDS(ArtifactPortfolio, MODEL_ARTIFACT_PORTFOLIO)

FIELD(ArtifactSequence, latestArtifact)
{
        struct call *call = call_of(field);
        struct artifact *a = NULL;
        enum rc rc = store_artifact_latest(call->conn, call->arena, ((struct collection_node *)parent)->row->id, &a,
                                           err);

        if (rc)
                return rc;
        out_artifact(field, out, a);
        return RC_OK;
}

FIELD(ArtifactSequence, digestAlgorithm)
{
        struct call *call = call_of(field);
        struct artifact *a = NULL;
        enum rc rc = store_artifact_latest(call->conn, call->arena, ((struct collection_node *)parent)->row->id, &a,
                                           err);

        if (rc || !a)
                return rc;
        gql_out_str(out, a->digest_algorithm == DIGEST_XXH128 ? STR("MANIFEST_XXH128") : STR("MANIFEST_MD5"));
        return RC_OK;
}

/* ---- tags and aliases ---- */

FIELD_ID(Tag, id, MODEL_TAG, tag, id)
FIELD_STR(Tag, name, tag, name)
FIELD_NULL(Tag, tagCategoryName)
CONNECTION_EDGES(TagConnection, TagEdge)
EDGE_NODE(TagEdge)

FIELD_ID(ArtifactAlias, id, MODEL_ARTIFACT_ALIAS, alias_node, row.id)
FIELD_STR(ArtifactAlias, alias, alias_node, row.alias)

FIELD(ArtifactAlias, artifactCollection)
{
        struct alias_node *a = parent;

        if (a->collection)
                gql_out_object(out, collection_type(a->collection->row), a->collection);
        return RC_OK;
}

CONNECTION_EDGES(ArtifactAliasConnection, ArtifactAliasEdge)
CONNECTION_PAGE_INFO(ArtifactAliasConnection)
EDGE_NODE(ArtifactAliasEdge)
EDGE_CURSOR(ArtifactAliasEdge)

/* ---- memberships ---- */

/* Collection in the upper half of the number, version in the lower: both are needed to find it again. */
FIELD(ArtifactCollectionMembership, id)
{
        const struct version *v = parent;

        out_id(field, out, MODEL_ARTIFACT_MEMBERSHIP, v->place.collection_id << 32 | v->place.version);
        return RC_OK;
}

FIELD_INT(ArtifactCollectionMembership, versionIndex, version, place.version)
FIELD_TIME(ArtifactCollectionMembership, createdAt, version, place.created_us)

/* Null in a look back at a version that has left the collection. */
FIELD(ArtifactCollectionMembership, artifact)
{
        struct version *v = parent;

        if (v->artifact)
                gql_out_object(out, "Artifact", v);
        return RC_OK;
}

FIELD(ArtifactCollectionMembership, artifactCollection)
{
        struct version *v = parent;

        out_collection(field, out, v->collection, v->project);
        return RC_OK;
}

FIELD(ArtifactCollectionMembership, files)
{
        if (!((struct version *)parent)->artifact)
                return RC_OK;
        return out_files(field, out, parent, err);
}

CONNECTION_EDGES(ArtifactCollectionMembershipConnection, ArtifactCollectionMembershipEdge)
CONNECTION_PAGE_INFO(ArtifactCollectionMembershipConnection)
EDGE_NODE(ArtifactCollectionMembershipEdge)
EDGE_CURSOR(ArtifactCollectionMembershipEdge)
