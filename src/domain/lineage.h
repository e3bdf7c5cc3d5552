/*
 * domain/lineage.h - what a version was made from and what was made from it.
 *
 * Nodes are runs and versions; a version is one node however many links lead to it, and a run
 * that used it through a registry is next to it as if it had used it at home. Every node is
 * judged by itself: a run by its project, a version by its home and by all collections that
 * hold it. What the caller may not see is left out, and the graph does not go on behind it;
 * its neighbors say that something is hidden. What is deleted is as if it had never been.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_LINEAGE_H
#define VITRINE_DOMAIN_LINEAGE_H

#include "domain/call.h"
#include "store/lineage.h"

#define LINEAGE_FIRST_MAX 2000
#define LINEAGE_DEPTH_MAX 100

struct lineage_query {
        bool is_run;
        int64_t id;
        unsigned depth;                  /* steps from the root; run to version is one */
        bool upstream, downstream;
        size_t first;                    /* nodes, the root included */
        int64_t after_id;                /* of the root's neighbors in the one direction asked for: those behind it */
};

struct lineage_node {
        bool is_run;
        int level;                       /* 0 the root, below it what it was made from */
        struct lineage_row row;
        struct lineage_place place;      /* versions: where the caller sees it; the home when that may be seen */
        bool more_upstream, more_downstream; /* neighbors that may be seen and are not in the graph */
        bool has_hidden;
        bool whole[2];                   /* for lineage.c: all neighbors of a side were looked at */
};
struct lineage_edge {
        const struct lineage_node *from, *to; /* in the direction of time */
};
struct lineage_graph {
        struct lineage_node **nodes;     /* nearest to the root first */
        size_t node_count;
        struct lineage_edge *edges;
        size_t edge_count;
        bool truncated;                  /* for `first` */
};

/* *ret NULL when there is no such thing or the caller may not see it. RC_INVALID when the query asks for too much. */
MUST_USE enum rc lineage_graph(struct call *call, const struct lineage_query *query, struct lineage_graph **ret,
                               struct err *err);
/* Places of a version that the caller may see, at most `limit`; the home included. */
MUST_USE enum rc lineage_places(struct call *call, int64_t artifact_id, size_t limit, struct lineage_places *ret,
                                struct err *err);

#endif
