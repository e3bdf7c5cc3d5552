/*
 * api/resolve_run_list.c - runs of a project, runs that used a version, and the versions that a
 * run used or made. Parents: see run_node.h and artifact_node.h.
 */
#include "api/run_node.h"

#include "api/artifact_node.h"
#include "domain/run_list.h"

CONNECTION_EDGES(RunConnection, RunEdge)
CONNECTION_PAGE_INFO(RunConnection)
EDGE_NODE(RunEdge)
EDGE_CURSOR(RunEdge)

enum rc out_run(struct gql_field *field, struct gql_out *out, int64_t run_id, struct err *err)
{
        struct run *run = NULL;
        enum rc rc = run_see(call_of(field), run_id, &run, err);

        if (!rc)
                gql_out_object(out, "Run", run);
        return rc;
}

/* ---- of a project ---- */

static enum rc out_named(struct gql_field *field, const struct project *project, struct gql_out *out, struct err *err)
{
        struct run *run = NULL;
        enum rc rc = run_find(call_of(field), project, gql_arg_str(field, "name"), &run, err);

        if (!rc)
                gql_out_object(out, "Run", run);
        return rc;
}

FIELD(Project, run)
{
        return out_named(field, parent, out, err);
}

FIELD(Project, bucket)
{
        return out_named(field, parent, out, err);
}

static enum rc out_list(struct gql_field *field, const struct project *project, struct gql_out *out, struct err *err)
{
        struct run_list_input in = { .filters = gql_arg_str(field, "filters"), .order = gql_arg_str(field, "order") };
        struct run_page runs = { 0 };
        struct connection *page;
        enum rc rc = arg_page(field, 50, &in.first, &in.after, err);

        if (!rc)
                rc = run_list(call_of(field), project, &in, &runs, err);
        if (rc)
                return rc;
        page = connection_new(field, runs.count);
        page->has_next = runs.has_next;
        for (size_t i = 0; i < runs.count; i++)
                connection_add(page, "Run", &runs.items[i], runs.cursors[i]);
        gql_out_object(out, "RunConnection", page);
        return RC_OK;
}

FIELD(Project, runs)
{
        return out_list(field, parent, out, err);
}

FIELD(Project, buckets)
{
        return out_list(field, parent, out, err);
}

FIELD(Project, runCount)
{
        int64_t count = 0;
        enum rc rc = run_count(call_of(field), parent, gql_arg_str(field, "filters"), &count, err);

        if (!rc)
                gql_out_int(out, count);
        return rc;
}

/* ---- lineage ---- */

FIELD(Artifact, usedBy)
{
        const struct version *v = parent;
        struct run_page runs = { 0 };
        struct connection *page;
        struct str after;
        int64_t after_id = 0;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &after_id, err);
        if (!rc)
                rc = run_list_using(call_of(field), v->artifact->id, after_id, first, &runs, err);
        if (rc)
                return rc;
        page = connection_new(field, runs.count);
        page->has_next = runs.has_next;
        for (size_t i = 0; i < runs.count; i++)
                connection_add(page, "Run", &runs.items[i], cursor_make(field, runs.items[i].id));
        gql_out_object(out, "RunConnection", page);
        return RC_OK;
}

/*
 * Clients name what is in these lists by its home project, and those before 0.22 fail when they may not
 * see that. Later ones leave such a version out, so it is left out for all that ask for its home and not for
 * the other places where it could be found.
 */
static bool names_by_home(struct gql_field *field)
{
        return gql_selects(field, "edges.node.artifactSequence.project") &&
               !gql_selects(field, "edges.node.artifactMemberships");
}

static enum rc out_artifacts(struct gql_field *field, const struct run *run, bool used, const char *type,
                             struct gql_out *out, struct err *err)
{
        struct artifact_page versions = { 0 };
        struct connection *page;
        struct str after;
        int64_t after_id = 0;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &after_id, err);
        if (!rc)
                rc = run_artifacts(call_of(field), run, used, names_by_home(field), after_id, first, &versions, err);
        if (rc)
                return rc;
        page = connection_new(field, versions.count);
        page->has_next = versions.has_next;
        page->total = versions.total;
        for (size_t i = 0; i < versions.count; i++)
                connection_add(page, "Artifact", versions.items[i], cursor_make(field, versions.items[i]->artifact->id));
        gql_out_object(out, type, page);
        return RC_OK;
}

FIELD(Run, inputArtifacts)
{
        return out_artifacts(field, parent, true, "InputArtifactConnection", out, err);
}

FIELD(Run, outputArtifacts)
{
        return out_artifacts(field, parent, false, "ArtifactConnection", out, err);
}
