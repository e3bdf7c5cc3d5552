/*
 * api/run_node.h - the parents that the resolvers of runs and sweeps hand to each other.
 *
 *     Run                       struct run *
 *     RunConnection, RunEdge    struct connection *, struct edge *
 *     RunInfo, GitInfo          struct run_info *
 *     LogLine                   struct run_log_line *
 *     ParquetHistory, ServerSettings   struct run * (only that they exist matters)
 *     Sweep, Agent              struct sweep *, struct sweep_agent *
 *
 * Thread rule: a request belongs to one thread.
 */
#ifndef VITRINE_API_RUN_NODE_H
#define VITRINE_API_RUN_NODE_H

#include "api/resolve.h"
#include "domain/run.h"

/* The members entityName, projectName and runName of an input. */
struct run_names {
        struct str entity, project, run;
};
struct run_names read_run_names(const struct gql_value *input);
/* Strings of a list; absent and null give none. */
struct str *read_texts(struct gql_field *field, const struct gql_value *list, size_t *ret_count);
/* A JSON list of strings (tags) as a GraphQL list. */
MUST_USE enum rc out_json_strings(struct gql_field *field, struct gql_out *out, struct str json, struct err *err);

#endif
