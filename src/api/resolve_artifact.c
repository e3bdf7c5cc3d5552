/*
 * api/resolve_artifact.c - versions: their fields, and the mutations that edit, use, link
 * and delete them. Uploading is in resolve_upload.c, files in resolve_files.c. Parents: see
 * artifact_node.h.
 */
#include "api/artifact_node.h"
#include "domain/restore.h"
#include "domain/run.h"

#include <inttypes.h>

void out_artifact(struct gql_field *field, struct gql_out *out, struct artifact *artifact)
{
        struct version *v;

        if (!artifact)
                return;
        v = arena_new(gql_arena(field), struct version);
        v->artifact = artifact;
        gql_out_object(out, "Artifact", v);
}

/* ---- fields ---- */

FIELD_ID(Artifact, id, MODEL_ARTIFACT, version, artifact->id)
FIELD_TEXT(Artifact, description, version, artifact->description)
FIELD_STR(Artifact, metadata, version, artifact->metadata)
FIELD_STR(Artifact, digest, version, artifact->digest)
FIELD_INT(Artifact, size, version, artifact->size_bytes)
FIELD_INT(Artifact, fileCount, version, artifact->file_count)
FIELD_TIME(Artifact, createdAt, version, artifact->created_us)
FIELD_TIME(Artifact, updatedAt, version, artifact->updated_us)
FIELD_STR(Artifact, commitHash, version, artifact->digest)

FIELD(Artifact, versionIndex)
{
        const struct version *v = parent;

        if (v->artifact->version >= 0)
                gql_out_int(out, v->artifact->version);
        return RC_OK;
}

FIELD(Artifact, state)
{
        const struct version *v = parent;

        gql_out_str(out, str_from(model_artifact_state_name((enum model_artifact_state)v->artifact->state)));
        return RC_OK;
}

FIELD(Artifact, digestAlgorithm)
{
        const struct version *v = parent;

        gql_out_str(out, v->artifact->digest_algorithm == DIGEST_XXH128 ? STR("MANIFEST_XXH128")
                                                                        : STR("MANIFEST_MD5"));
        return RC_OK;
}

FIELD(Artifact, historyStep)
{
        const struct version *v = parent;

        if (v->artifact->history_step >= 0)
                gql_out_int(out, v->artifact->history_step);
        return RC_OK;
}

FIELD(Artifact, artifactType)
{
        struct call *call = call_of(field);
        struct artifact_type *t = NULL;
        enum rc rc = store_type_by_id(call->conn, call->arena, ((struct version *)parent)->artifact->type_id, &t,
                                      err);

        if (rc)
                return rc;
        gql_out_object(out, "ArtifactType", t);
        return RC_OK;
}

/* The home sequence stays known even when it was deleted or the caller may not see its project. */
FIELD(Artifact, artifactSequence)
{
        struct call *call = call_of(field);
        struct version *v = parent;
        struct collection *c = NULL;
        enum rc rc = store_collection_by_id(call->conn, call->arena, v->artifact->sequence_id, &c, err);

        if (rc)
                return rc;
        if (!c) {
                c = arena_new(call->arena, struct collection);
                c->id = v->artifact->sequence_id;
                c->project_id = v->artifact->project_id;
                c->kind = COLLECTION_SEQUENCE;
                c->type_id = v->artifact->type_id;
                c->name = v->artifact->sequence_name;
                c->deleted = true;
        }
        gql_out_object(out, "ArtifactSequence", collection_node(field, c, NULL));
        return RC_OK;
}

FIELD(Artifact, tags)
{
        struct call *call = call_of(field);
        struct tag_list tags;
        enum rc rc = store_artifact_tags(call->conn, call->arena, ((struct version *)parent)->artifact->id, &tags,
                                         err);

        if (rc)
                return rc;
        out_tags(out, &tags);
        return RC_OK;
}

FIELD(Artifact, createdBy)
{
        const struct artifact *a = ((struct version *)parent)->artifact;
        struct run *run = NULL;
        enum rc rc = RC_OK;

        if (a->run_id)
                rc = run_see(call_of(field), a->run_id, &run, err);
        if (rc)
                return rc;
        /*
         * Without a run, or when it may not be seen, it was the user. The oldest clients fail on null; those
         * that came next ask for the type and fail on a user, of whom they want to know nothing.
         */
        if (!run && gql_selects(field, "__typename") && !gql_selects(field, "username"))
                return RC_OK;
        if (!run)
                return out_user(field, out, a->created_by, err);
        gql_out_object(out, "Run", run);
        return RC_OK;
}

/* ---- places ---- */

#define PLACES_MAX 512

/* The places of an artifact that the caller may see, as versions. */
static enum rc visible_places(struct gql_field *field, struct artifact *artifact, struct version **ret,
                              size_t *ret_count, struct err *err)
{
        struct call *call = call_of(field);
        struct membership_list places;
        struct version *list;
        size_t count = 0;
        enum rc rc = store_memberships_of(call->conn, call->arena, artifact->id, PLACES_MAX, &places, err);

        if (rc)
                return rc;
        list = arena_array(call->arena, struct version, places.count + 1);
        for (size_t i = 0; i < places.count; i++) {
                struct version *v = &list[count];

                rc = collection_see(call, places.items[i].collection_id, &v->collection, &v->project, err);
                if (rc)
                        return rc;
                if (!v->collection)
                        continue;
                v->artifact = artifact;
                v->place = places.items[i];
                count++;
        }
        *ret = list;
        *ret_count = count;
        return RC_OK;
}

FIELD(Artifact, artifactMemberships)
{
        struct version *places = NULL;
        struct connection *page;
        size_t count = 0;
        enum rc rc = visible_places(field, ((struct version *)parent)->artifact, &places, &count, err);

        if (rc)
                return rc;
        page = connection_new(field, count);
        for (size_t i = 0; i < count; i++)
                connection_add(page, "ArtifactCollectionMembership", &places[i],
                               cursor_make(field, places[i].place.collection_id));
        gql_out_object(out, "ArtifactCollectionMembershipConnection", page);
        return RC_OK;
}

/* ---- aliases ---- */

/*
 * Hands out the aliases of versions, each in its collection, and for each collection "vN" behind them, as if that
 * were an alias, too: clients up to 0.22 know from nothing else which version of a registry's
 * collection they hold, and download another one when it is missing.
 */
static enum rc out_aliases(struct gql_field *field, struct gql_out *out, const struct version *places,
                           size_t place_count, struct err *err)
{
        struct call *call = call_of(field);
        struct alias_list *lists = arena_array(call->arena, struct alias_list, place_count);
        size_t count = place_count, at = 0;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < place_count; i++) {
                rc = store_alias_of_version(call->conn, call->arena, places[i].place.collection_id,
                                            places[i].place.version, &lists[i], err);
                count += rc ? 0 : lists[i].count;
        }
        if (rc)
                return rc;
        gql_out_list(out, count);
        for (size_t i = 0; i < place_count; i++) {
                const struct version *v = &places[i];
                struct alias_node *nodes = arena_array(call->arena, struct alias_node, lists[i].count + 1);
                struct collection_node *collection = collection_node(field, v->collection, v->project);

                for (size_t j = 0; j <= lists[i].count; j++) {
                        if (j < lists[i].count)
                                nodes[j].row = lists[i].items[j];
                        else
                                nodes[j].row = (struct alias){
                                        .id = v->place.collection_id << 32 | v->place.version,
                                        .collection_id = v->place.collection_id,
                                        .alias = arena_printf(call->arena, "v%" PRId64, v->place.version),
                                        .version = v->place.version,
                                };
                        nodes[j].collection = collection;
                        gql_out_object(gql_out_item(out, at++), "ArtifactAlias", &nodes[j]);
                }
        }
        return RC_OK;
}

/* Those in the collection it was reached through; for an artifact named by its id, in all places. */
FIELD(Artifact, aliases)
{
        struct version *v = parent;
        struct version *places = v;
        size_t count = 1;
        enum rc rc = v->collection ? RC_OK : visible_places(field, v->artifact, &places, &count, err);

        return rc ? rc : out_aliases(field, out, places, count, err);
}

FIELD(ArtifactCollectionMembership, aliases)
{
        return out_aliases(field, out, parent, 1, err);
}

FIELD(Query, artifact)
{
        struct artifact *a = NULL;
        int64_t id = 0;
        enum rc rc = arg_id(field, "id", MODEL_ARTIFACT, &id, err);

        if (!rc)
                rc = artifact_see(call_of(field), id, &a, err);
        if (rc)
                return rc;
        out_artifact(field, out, a);
        return RC_OK;
}

FIELD(Query, clientIDMapping)
{
        struct call *call = call_of(field);
        struct artifact *a = NULL;
        enum rc rc = store_artifact_by_client(call->conn, call->arena, gql_arg_str(field, "clientID"), &a, err);

        if (!rc && a)
                rc = artifact_see(call, a->id, &a, err);
        if (rc)
                return rc;
        gql_out_object(out, "ClientIDMapping", a);
        return RC_OK;
}

FIELD_ID(ClientIDMapping, serverID, MODEL_ARTIFACT, artifact, id)

CONNECTION_TOTAL(ArtifactConnection)
CONNECTION_EDGES(ArtifactConnection, ArtifactEdge)
CONNECTION_PAGE_INFO(ArtifactConnection)
EDGE_NODE(ArtifactEdge)
EDGE_CURSOR(ArtifactEdge)
CONNECTION_TOTAL(InputArtifactConnection)
CONNECTION_EDGES(InputArtifactConnection, InputArtifactEdge)
CONNECTION_PAGE_INFO(InputArtifactConnection)
EDGE_NODE(InputArtifactEdge)
EDGE_CURSOR(InputArtifactEdge)

/* ---- mutations ---- */

static enum rc out_artifact_payload(struct gql_field *field, struct gql_out *out, struct artifact *a)
{
        struct payload *payload = payload_new(field);

        payload->object = a;
        gql_out_object(out, "ArtifactPayload", payload);
        return RC_OK;
}

FIELD(ArtifactPayload, artifact)
{
        out_artifact(field, out, ((struct payload *)parent)->object);
        return RC_OK;
}

FIELD(Mutation, commitArtifact)
{
        struct artifact *a = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), "artifactID", MODEL_ARTIFACT, &id, err);

        if (!rc)
                rc = artifact_commit(call_of(field), id, &a, err);
        if (rc)
                return rc;
        return out_artifact_payload(field, out, a);
}

FIELD(Mutation, useArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct use_input input = {
                .entity_name = gql_member_str(in, "entityName"),
                .project_name = gql_member_str(in, "projectName"),
                .run_name = gql_member_str(in, "runName"),
                .through_entity = gql_member_str(in, "artifactEntityName"),
                .through_project = gql_member_str(in, "artifactProjectName"),
        };
        struct artifact *a = NULL;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &input.artifact_id, err);

        if (!rc)
                rc = artifact_use(call_of(field), &input, &a, err);
        if (rc)
                return rc;
        return out_artifact_payload(field, out, a);
}

FIELD(Mutation, updateArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct str *add = NULL, *remove = NULL;
        struct artifact_edit edit = {
                .description = gql_member_str(in, "description"),
                .metadata = gql_member_str(in, "metadata"),
                .ttl_s = gql_int(gql_member(in, "ttlDurationSeconds"), TTL_UNSET),
        };
        struct artifact *a = NULL;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &edit.artifact_id, err);

        if (!rc)
                rc = read_strings(field, gql_member(in, "tagsToAdd"), "tagName", &add, &edit.tags_add_count, err);
        if (!rc)
                rc = read_strings(field, gql_member(in, "tagsToDelete"), "tagName", &remove,
                                  &edit.tags_remove_count, err);
        if (rc)
                return rc;
        edit.tags_add = add;
        edit.tags_remove = remove;
        rc = artifact_edit(call_of(field), &edit, &a, err);
        if (rc)
                return rc;
        return out_artifact_payload(field, out, a);
}

FIELD(Mutation, restoreArtifact)
{
        struct artifact *a = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), "artifactID", MODEL_ARTIFACT, &id, err);

        if (!rc)
                rc = artifact_restore(call_of(field), id, &a, err);
        if (rc)
                return rc;
        return out_artifact_payload(field, out, a);
}

FIELD(Mutation, deleteArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct artifact *a = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &id, err);

        if (!rc)
                rc = artifact_delete(call_of(field), id, gql_bool(gql_member(in, "deleteAliases"), false), &a, err);
        if (rc)
                return rc;
        return out_artifact_payload(field, out, a);
}

static enum rc change_aliases(struct gql_field *field, struct gql_out *out, bool remove, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        const struct gql_value *list = gql_member(in, "aliases");
        struct alias_change *changes;
        size_t count = 0;
        int64_t id = 0;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &id, err);

        if (rc)
                return rc;
        changes = arena_array(gql_arena(field), struct alias_change, (list ? list->count : 0) + 1);
        for (const struct gql_value *v = list ? list->first : NULL; v; v = v->next, count++) {
                changes[count].entity_name = gql_member_str(v, "entityName");
                changes[count].project_name = gql_member_str(v, "projectName");
                changes[count].collection_name = gql_member_str(v, "artifactCollectionName");
                changes[count].alias = gql_member_str(v, "alias");
        }
        rc = alias_change(call_of(field), id, changes, count, remove, err);
        if (rc)
                return rc;
        return out_success(field, out);
}

FIELD(Mutation, addAliases)
{
        return change_aliases(field, out, false, err);
}

FIELD(Mutation, deleteAliases)
{
        return change_aliases(field, out, true, err);
}

FIELD(Mutation, linkArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct str *aliases = NULL;
        struct version *v = NULL;
        struct link_input input = {
                .client_id = gql_member_str(in, "clientID"),
                .entity_name = gql_member_str(in, "entityName"),
                .project_name = gql_member_str(in, "projectName"),
                .portfolio_name = gql_member_str(in, "artifactPortfolioName"),
        };
        enum rc rc = RC_OK;

        if (!gql_is_null(gql_member(in, "artifactID")))
                rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &input.artifact_id, err);
        if (!rc && !gql_is_null(gql_member(in, "artifactPortfolioID")))
                rc = member_id(field, in, "artifactPortfolioID", MODEL_ARTIFACT_PORTFOLIO, &input.portfolio_id, err);
        if (!rc)
                rc = read_strings(field, gql_member(in, "aliases"), "alias", &aliases, &input.alias_count, err);
        if (rc)
                return rc;
        input.aliases = aliases;
        rc = artifact_link(call_of(field), &input, &v, err);
        if (rc)
                return rc;
        payload->object = v;
        gql_out_object(out, "LinkArtifactPayload", payload);
        return RC_OK;
}

FIELD(LinkArtifactPayload, versionIndex)
{
        gql_out_int(out, ((struct version *)((struct payload *)parent)->object)->place.version);
        return RC_OK;
}

FIELD_OBJECT(LinkArtifactPayload, artifactMembership, payload, object, "ArtifactCollectionMembership")

FIELD(Mutation, unlinkArtifact)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        int64_t artifact_id = 0, portfolio_id = 0;
        enum rc rc = member_id(field, in, "artifactID", MODEL_ARTIFACT, &artifact_id, err);

        if (!rc)
                rc = member_id(field, in, "artifactPortfolioID", MODEL_ARTIFACT_PORTFOLIO, &portfolio_id, err);
        if (!rc)
                rc = artifact_unlink(call_of(field), artifact_id, portfolio_id, err);
        if (rc)
                return rc;
        payload->object = arena_new(gql_arena(field), int64_t);
        *(int64_t *)payload->object = artifact_id;
        gql_out_object(out, "UnlinkArtifactPayload", payload);
        return RC_OK;
}

FIELD_BOOL(UnlinkArtifactPayload, success, payload, success)
FIELD_STR(UnlinkArtifactPayload, clientMutationId, payload, client_mutation_id)

FIELD(UnlinkArtifactPayload, artifactID)
{
        out_id(field, out, MODEL_ARTIFACT, *(int64_t *)((struct payload *)parent)->object);
        return RC_OK;
}
