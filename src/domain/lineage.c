/*
 * domain/lineage.c - see lineage.h.
 *
 * The walk is breadth first: the list of nodes is its queue. What is upstream of the root is
 * followed upstream only, what is downstream downstream only, so that the graph holds
 * ancestors and descendants and not everything that a shared dataset leads to. When the
 * walk is over, every node's other neighbors are looked at, to say whether there are more
 * and to draw the edges between nodes that were reached in different ways; that look is
 * bounded for each node, and exact for all that have fewer than PEEK_MAX neighbors on a side.
 *
 * Whether a project may be seen is asked once for each project.
 */
#include "domain/lineage.h"

#include "base/map.h"
#include "domain/project.h"

#define STEP_PAGE 256
#define PEEK_MAX 1000      /* neighbors of a node that are looked at when the walk is over */
#define JUDGED_MAX 32      /* of them, how many are judged before "more" is assumed */
#define PLACE_PAGE 32

enum sight_of { GONE = 1, HIDDEN, SEEN };

struct walk {
        struct call *call;
        const struct lineage_query *query;
        struct lineage_graph *graph;
        struct map nodes;        /* key -> struct lineage_node */
        struct map others;       /* key of what is no node -> enum sight_of */
        struct map projects;     /* number -> enum sight_of */
        struct map edges;
        size_t edges_cap;
};

/* ---- keys ---------------------------------------------------------------------------------- */

static struct str number_key(struct walk *w, int64_t a, int64_t b)
{
        int64_t *key = arena_array(w->call->arena, int64_t, 2);

        key[0] = a;
        key[1] = b;
        return (struct str){ (const char *)key, 2 * sizeof(*key) };
}

static struct str node_key(struct walk *w, bool is_run, int64_t id)
{
        return number_key(w, is_run, id);
}

static void *sight_value(enum sight_of sight)
{
        return (void *)(uintptr_t)sight;
}

/* ---- what may be seen -------------------------------------------------------------------------- */

static enum rc see_project(struct walk *w, int64_t project_id, bool *ret, struct err *err)
{
        struct str key = number_key(w, project_id, 0);
        enum sight_of sight = (enum sight_of)(uintptr_t)map_get(&w->projects, key);
        struct project *project = NULL;

        if (!sight) {
                enum rc rc = project_see(w->call, project_id, &project, err);

                if (rc)
                        return rc;
                sight = project ? SEEN : HIDDEN;
                map_set(&w->projects, key, sight_value(sight));
        }
        *ret = sight == SEEN;
        return RC_OK;
}

/* The first place of a version that the caller may see; *ret_found false: none. */
static enum rc see_place(struct walk *w, int64_t artifact_id, struct lineage_place *ret, bool *ret_found,
                         struct err *err)
{
        struct lineage_places page = { .count = PLACE_PAGE };
        int64_t after_id = 0;

        *ret_found = false;
        while (page.count == PLACE_PAGE) {
                enum rc rc = store_lineage_places(w->call->conn, w->call->arena, artifact_id, after_id, PLACE_PAGE,
                                                  &page, err);

                for (size_t i = 0; !rc && i < page.count; i++) {
                        after_id = page.items[i].collection_id;
                        rc = see_project(w, page.items[i].project_id, ret_found, err);
                        if (!rc && *ret_found) {
                                *ret = page.items[i];
                                return RC_OK;
                        }
                }
                if (rc)
                        return rc;
        }
        return RC_OK;
}

/* Fills in a node as far as it may be shown. */
static enum rc judge(struct walk *w, bool is_run, int64_t id, struct lineage_node *ret, enum sight_of *ret_sight,
                     struct err *err)
{
        struct lineage_row *row = &ret->row;
        bool found = false;
        enum rc rc = store_lineage_row(w->call->conn, w->call->arena, is_run, id, row, &found, err);

        if (rc)
                return rc;
        if (!found || row->deleted) {
                *ret_sight = GONE;
                return RC_OK;
        }
        ret->is_run = is_run;
        rc = see_project(w, row->project_id, &found, err);
        if (rc)
                return rc;
        if (found)
                ret->place = (struct lineage_place){
                        .project_id = row->project_id, .collection_id = row->collection_id, .version = row->version,
                        .project_name = row->project_name, .entity_name = row->entity_name,
                        .collection_name = row->collection_name,
                };
        else if (!is_run)
                rc = see_place(w, id, &ret->place, &found, err);
        if (rc)
                return rc;
        *ret_sight = found ? SEEN : HIDDEN;
        return RC_OK;
}

/* The same for something that is not in the graph and shall not be: remembered. */
static enum rc judge_other(struct walk *w, bool is_run, int64_t id, enum sight_of *ret, struct err *err)
{
        struct str key = node_key(w, is_run, id);
        enum sight_of known = (enum sight_of)(uintptr_t)map_get(&w->others, key);
        struct lineage_node node = { 0 };
        enum rc rc;

        if (!known) {
                rc = judge(w, is_run, id, &node, &known, err);
                if (rc)
                        return rc;
                map_set(&w->others, key, sight_value(known));
        }
        *ret = known;
        return RC_OK;
}

/* ---- the graph --------------------------------------------------------------------------------- */

static bool has_room(const struct walk *w)
{
        return w->graph->node_count < w->query->first;
}

static struct lineage_node *add_node(struct walk *w, const struct lineage_node *found, int level)
{
        struct lineage_node *node = arena_new(w->call->arena, struct lineage_node);

        *node = *found;
        node->level = level;
        w->graph->nodes[w->graph->node_count++] = node;
        map_set(&w->nodes, node_key(w, node->is_run, node->row.id), node);
        return node;
}

/* Between a node and its neighbor on a side; once. */
static void add_edge(struct walk *w, const struct lineage_node *node, const struct lineage_node *neighbor,
                     bool upstream)
{
        struct lineage_graph *graph = w->graph;
        struct lineage_edge edge = upstream ? (struct lineage_edge){ neighbor, node }
                                            : (struct lineage_edge){ node, neighbor };
        struct str key = number_key(w, (int64_t)(intptr_t)edge.from, (int64_t)(intptr_t)edge.to);

        if (map_has(&w->edges, key))
                return;
        map_set(&w->edges, key, sight_value(SEEN));
        if (graph->edge_count == w->edges_cap) {
                struct lineage_edge *more = arena_array(w->call->arena, struct lineage_edge, w->edges_cap * 2);

                memcpy(more, graph->edges, graph->edge_count * sizeof(*more));
                graph->edges = more;
                w->edges_cap *= 2;
        }
        graph->edges[graph->edge_count++] = edge;
}

static void set_more(struct lineage_node *node, bool upstream)
{
        if (upstream)
                node->more_upstream = true;
        else
                node->more_downstream = true;
}

/* A neighbor that the walk meets; *ret_full when it has no room for it. */
static enum rc meet(struct walk *w, struct lineage_node *node, bool upstream, int64_t id, bool *ret_full,
                    struct err *err)
{
        struct lineage_node *known = map_get(&w->nodes, node_key(w, !node->is_run, id));
        struct lineage_node found = { 0 };
        enum sight_of sight = GONE;
        enum rc rc;

        if (known) {
                add_edge(w, node, known, upstream);
                return RC_OK;
        }
        rc = judge(w, !node->is_run, id, &found, &sight, err);
        if (rc)
                return rc;
        if (sight == HIDDEN)
                node->has_hidden = true;
        if (sight != SEEN)
                return RC_OK;
        *ret_full = !has_room(w);
        if (*ret_full) {
                set_more(node, upstream);
                w->graph->truncated = true;
                return RC_OK;
        }
        add_edge(w, node, add_node(w, &found, node->level + (upstream ? -1 : 1)), upstream);
        return RC_OK;
}

/* Takes in all neighbors of one side, while there is room. */
static enum rc expand(struct walk *w, struct lineage_node *node, bool upstream, int64_t after_id, struct err *err)
{
        struct id_list page = { .count = STEP_PAGE };
        bool full = false;
        enum rc rc = RC_OK;

        while (!rc && !full && page.count == STEP_PAGE) {
                rc = store_lineage_step(w->call->conn, w->call->arena, node->is_run, node->row.id, upstream, after_id,
                                        STEP_PAGE, &page, err);
                for (size_t i = 0; !rc && !full && i < page.count; i++) {
                        after_id = page.items[i];
                        rc = meet(w, node, upstream, after_id, &full, err);
                }
        }
        node->whole[upstream] = !full;
        return rc;
}

/* The root's two sides share the room: neither takes all of it. */
static enum rc expand_root(struct walk *w, struct lineage_node *root, struct err *err)
{
        const struct lineage_query *asked = w->query;
        struct lineage_query half = *asked;
        enum rc rc = RC_OK;

        if (asked->upstream) {
                if (asked->downstream)
                        half.first = asked->first / 2 + 1;
                w->query = &half;
                rc = expand(w, root, true, asked->after_id, err);
                w->query = asked;
        }
        if (!rc && asked->downstream)
                rc = expand(w, root, false, asked->after_id, err);
        return rc;
}

static enum rc walk(struct walk *w, struct err *err)
{
        struct lineage_graph *graph = w->graph;
        enum rc rc = w->query->depth > 0 ? expand_root(w, graph->nodes[0], err) : RC_OK;

        for (size_t i = 1; !rc && i < graph->node_count; i++) {
                struct lineage_node *node = graph->nodes[i];
                bool upstream = node->level < 0;

                if ((unsigned)(upstream ? -node->level : node->level) >= w->query->depth)
                        break; /* and so are all behind it */
                rc = expand(w, node, upstream, 0, err);
        }
        return rc;
}

/* ---- when the walk is over ------------------------------------------------------------------------ */

/* The neighbors of a side that the walk did not look at: edges to what is in the graph, and whether there are more. */
static enum rc peek(struct walk *w, struct lineage_node *node, bool upstream, struct err *err)
{
        bool more = false;
        size_t judged = 0;
        struct id_list list = { 0 };
        enum rc rc = store_lineage_step(w->call->conn, w->call->arena, node->is_run, node->row.id, upstream, 0,
                                        node->is_run ? PEEK_MAX : JUDGED_MAX, &list, err);

        for (size_t i = 0; !rc && i < list.count; i++) {
                const struct lineage_node *known = map_get(&w->nodes, node_key(w, !node->is_run, list.items[i]));
                enum sight_of sight = GONE;

                if (known) {
                        add_edge(w, node, known, upstream);
                        continue;
                }
                if (more)
                        continue;
                if (judged++ == JUDGED_MAX) {
                        more = true;
                        continue;
                }
                rc = judge_other(w, !node->is_run, list.items[i], &sight, err);
                more = sight == SEEN;
                node->has_hidden = node->has_hidden || sight == HIDDEN;
        }
        if (!rc && (more || list.count == (size_t)(node->is_run ? PEEK_MAX : JUDGED_MAX)))
                set_more(node, upstream);
        return rc;
}

static enum rc finish(struct walk *w, struct err *err)
{
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < w->graph->node_count; i++) {
                struct lineage_node *node = w->graph->nodes[i];

                for (unsigned side = 0; !rc && side < 2; side++)
                        if (!node->whole[side])
                                rc = peek(w, node, side != 0, err);
        }
        return rc;
}

static enum rc check_query(const struct lineage_query *query, struct err *err)
{
        if (query->first < 1 || query->first > LINEAGE_FIRST_MAX)
                return err_set(err, RC_INVALID, "A lineage graph has 1 to %d nodes: ask for fewer with 'first'.",
                               LINEAGE_FIRST_MAX);
        if (query->depth > LINEAGE_DEPTH_MAX)
                return err_set(err, RC_INVALID, "A lineage graph is at most %d steps deep: ask for fewer with 'depth'.",
                               LINEAGE_DEPTH_MAX);
        if (query->after_id && query->upstream == query->downstream)
                return err_set(err, RC_INVALID, "'after' goes on in one direction: ask for UPSTREAM or DOWNSTREAM.");
        return RC_OK;
}

enum rc lineage_graph(struct call *call, const struct lineage_query *query, struct lineage_graph **ret,
                      struct err *err)
{
        struct lineage_graph *graph = arena_new(call->arena, struct lineage_graph);
        struct walk w = { .call = call, .query = query, .graph = graph, .edges_cap = 64 };
        struct lineage_node root = { 0 };
        enum sight_of sight = GONE;
        enum rc rc = check_query(query, err);

        if (rc)
                return rc;
        map_init(&w.nodes, call->arena);
        map_init(&w.others, call->arena);
        map_init(&w.projects, call->arena);
        map_init(&w.edges, call->arena);
        graph->nodes = arena_array(call->arena, struct lineage_node *, query->first);
        graph->edges = arena_array(call->arena, struct lineage_edge, w.edges_cap);
        rc = judge(&w, query->is_run, query->id, &root, &sight, err);
        if (!rc && sight == SEEN) {
                add_node(&w, &root, 0);
                rc = walk(&w, err);
        }
        if (!rc)
                rc = finish(&w, err);
        if (rc)
                return rc;
        *ret = sight == SEEN ? graph : NULL;
        return RC_OK;
}

enum rc lineage_places(struct call *call, int64_t artifact_id, size_t limit, struct lineage_places *ret,
                       struct err *err)
{
        struct walk w = { .call = call };
        struct lineage_places page = { .count = PLACE_PAGE }, seen = { arena_array(call->arena, struct lineage_place, limit), 0 };
        int64_t after_id = 0;
        enum rc rc = RC_OK;

        map_init(&w.projects, call->arena);
        while (!rc && page.count == PLACE_PAGE && seen.count < limit) {
                rc = store_lineage_places(call->conn, call->arena, artifact_id, after_id, PLACE_PAGE, &page, err);
                for (size_t i = 0; !rc && i < page.count && seen.count < limit; i++) {
                        bool may = false;

                        after_id = page.items[i].collection_id;
                        rc = see_project(&w, page.items[i].project_id, &may, err);
                        if (!rc && may)
                                seen.items[seen.count++] = page.items[i];
                }
        }
        if (rc)
                return rc;
        *ret = seen;
        return RC_OK;
}
