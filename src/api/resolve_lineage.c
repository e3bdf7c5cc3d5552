/*
 * api/resolve_lineage.c - lineage graphs. Parents: LineageGraph struct lineage_graph *,
 * LineageNode struct lineage_node *, LineageEdge struct lineage_edge *, LineageLink struct lineage_place *.
 */
#include "api/artifact_node.h"
#include "base/clock.h"
#include "domain/lineage.h"
#include "domain/run.h"

#include <inttypes.h>

#define NODES_USUAL 500
#define DEPTH_USUAL 2
#define ALIASES_SHOWN 10
#define LINKS_SHOWN 10

static enum rc read_direction(struct gql_field *field, struct lineage_query *query)
{
        struct str direction = gql_arg_str(field, "direction");

        query->upstream = !str_eq_c(direction, "DOWNSTREAM");
        query->downstream = !str_eq_c(direction, "UPSTREAM");
        return RC_OK;
}

/* `after` is the id of a neighbor, thus of the other kind than the root. */
static enum rc read_query(struct gql_field *field, struct lineage_query *query, struct err *err)
{
        int64_t depth = gql_int(gql_arg(field, "depth"), DEPTH_USUAL), first = gql_int(gql_arg(field, "first"), NODES_USUAL);
        enum rc rc = read_direction(field, query);

        if (depth < 0 || first < 1)
                return err_set(err, RC_INVALID, "'depth' must not be negative and 'first' must be at least 1.");
        query->depth = (unsigned)(depth < UINT32_MAX ? depth : UINT32_MAX);
        query->first = (size_t)first;
        if (!rc && !str_is_empty(gql_arg_str(field, "after")))
                rc = arg_id(field, "after", query->is_run ? MODEL_ARTIFACT : MODEL_RUN, &query->after_id, err);
        return rc;
}

static enum rc out_lineage(struct gql_field *field, struct gql_out *out, bool is_run, int64_t id, struct err *err)
{
        struct lineage_query query = { .is_run = is_run, .id = id };
        struct lineage_graph *graph = NULL;
        enum rc rc = read_query(field, &query, err);

        if (!rc)
                rc = lineage_graph(call_of(field), &query, &graph, err);
        if (rc)
                return rc;
        gql_out_object(out, "LineageGraph", graph);
        return RC_OK;
}

FIELD(Query, lineage)
{
        struct id id;

        if (!id_parse(gql_arg_str(field, "id"), &id) || (id.type != MODEL_RUN && id.type != MODEL_ARTIFACT))
                return err_set(err, RC_INVALID, "'id' is not that of a run or an artifact: send one that the server gave.");
        return out_lineage(field, out, id.type == MODEL_RUN, id.number, err);
}

FIELD(Artifact, lineage)
{
        return out_lineage(field, out, false, ((const struct version *)parent)->artifact->id, err);
}

FIELD(Run, lineage)
{
        return out_lineage(field, out, true, ((const struct run *)parent)->id, err);
}

/* ---- the graph ---- */

static struct str node_id(struct gql_field *field, const struct lineage_node *node)
{
        return id_format(gql_arena(field), (struct id){ node->is_run ? MODEL_RUN : MODEL_ARTIFACT, node->row.id });
}

FIELD(LineageGraph, rootId)
{
        gql_out_str(out, node_id(field, ((const struct lineage_graph *)parent)->nodes[0]));
        return RC_OK;
}

FIELD(LineageGraph, nodes)
{
        const struct lineage_graph *graph = parent;

        gql_out_list(out, graph->node_count);
        for (size_t i = 0; i < graph->node_count; i++)
                gql_out_object(gql_out_item(out, i), "LineageNode", graph->nodes[i]);
        return RC_OK;
}

FIELD(LineageGraph, edges)
{
        const struct lineage_graph *graph = parent;

        gql_out_list(out, graph->edge_count);
        for (size_t i = 0; i < graph->edge_count; i++)
                gql_out_object(gql_out_item(out, i), "LineageEdge", &graph->edges[i]);
        return RC_OK;
}

FIELD_BOOL(LineageGraph, truncated, lineage_graph, truncated)

FIELD(LineageEdge, from)
{
        gql_out_str(out, node_id(field, ((const struct lineage_edge *)parent)->from));
        return RC_OK;
}

FIELD(LineageEdge, to)
{
        gql_out_str(out, node_id(field, ((const struct lineage_edge *)parent)->to));
        return RC_OK;
}

/* ---- nodes ---- */

FIELD(LineageNode, id)
{
        gql_out_str(out, node_id(field, parent));
        return RC_OK;
}

FIELD(LineageNode, kind)
{
        gql_out_str(out, ((const struct lineage_node *)parent)->is_run ? STR("RUN") : STR("ARTIFACT"));
        return RC_OK;
}

FIELD(LineageNode, name)
{
        const struct lineage_node *node = parent;

        if (!node->is_run)
                gql_out_str(out, arena_printf(gql_arena(field), "%.*s:v%" PRId64, STR_ARG(node->place.collection_name),
                                              node->place.version));
        else
                gql_out_str(out, str_is_empty(node->row.display_name) ? node->row.run_name : node->row.display_name);
        return RC_OK;
}

FIELD(LineageNode, state)
{
        const struct lineage_node *node = parent;
        const struct run run = { .state = (enum run_state)node->row.state, .heartbeat_us = node->row.heartbeat_us,
                                 .created_us = node->row.created_us };

        if (node->is_run)
                gql_out_str(out, str_from(run_state_name(run_state_now(&run, call_now_us(call_of(field))))));
        else
                gql_out_str(out, str_from(model_artifact_state_name((enum model_artifact_state)node->row.state)));
        return RC_OK;
}

FIELD(LineageNode, typeName)
{
        const struct lineage_node *node = parent;
        struct str job_type = node->row.job_type;

        gql_out_str(out, !node->is_run ? node->row.type_name : str_is_empty(job_type) ? STR_NULL : job_type);
        return RC_OK;
}

FIELD(LineageNode, versionIndex)
{
        const struct lineage_node *node = parent;

        if (!node->is_run)
                gql_out_int(out, node->place.version);
        return RC_OK;
}

FIELD(LineageNode, sizeBytes)
{
        const struct lineage_node *node = parent;

        if (!node->is_run)
                gql_out_int(out, node->row.size_bytes);
        return RC_OK;
}

/* Of the place that the node is shown at. */
FIELD(LineageNode, aliases)
{
        const struct lineage_node *node = parent;
        struct call *call = call_of(field);
        struct alias_list list = { 0 };
        enum rc rc = RC_OK;

        if (!node->is_run)
                rc = store_alias_of_version(call->conn, call->arena, node->place.collection_id, node->place.version,
                                            &list, err);
        if (rc)
                return rc;
        if (list.count > ALIASES_SHOWN)
                list.count = ALIASES_SHOWN;
        gql_out_list(out, list.count);
        for (size_t i = 0; i < list.count; i++)
                gql_out_str(gql_out_item(out, i), list.items[i].alias);
        return RC_OK;
}

/* Every place that may be seen but the one the node is shown at. */
FIELD(LineageNode, links)
{
        const struct lineage_node *node = parent;
        struct lineage_places places = { 0 };
        size_t count = 0;
        enum rc rc = node->is_run ? RC_OK : lineage_places(call_of(field), node->row.id, LINKS_SHOWN + 1, &places, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < places.count; i++)
                if (places.items[i].collection_id != node->place.collection_id && count < LINKS_SHOWN)
                        places.items[count++] = places.items[i];
        gql_out_list(out, count);
        for (size_t i = 0; i < count; i++)
                gql_out_object(gql_out_item(out, i), "LineageLink", &places.items[i]);
        return RC_OK;
}

FIELD_INT(LineageNode, level, lineage_node, level)
FIELD_STR(LineageNode, entityName, lineage_node, place.entity_name)
FIELD_STR(LineageNode, projectName, lineage_node, place.project_name)
FIELD_STR(LineageNode, collectionName, lineage_node, place.collection_name)
FIELD_STR(LineageNode, runName, lineage_node, row.run_name)
FIELD_STR(LineageNode, createdBy, lineage_node, row.created_by)
FIELD_TIME(LineageNode, createdAt, lineage_node, row.created_us)
FIELD_BOOL(LineageNode, moreUpstream, lineage_node, more_upstream)
FIELD_BOOL(LineageNode, moreDownstream, lineage_node, more_downstream)
FIELD_BOOL(LineageNode, hasHidden, lineage_node, has_hidden)
FIELD_STR(LineageLink, entityName, lineage_place, entity_name)
FIELD_STR(LineageLink, projectName, lineage_place, project_name)
FIELD_STR(LineageLink, collectionName, lineage_place, collection_name)
FIELD_INT(LineageLink, versionIndex, lineage_place, version)
