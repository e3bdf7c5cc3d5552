/*
 * domain/run_list.c - see run_list.h.
 *
 * A page is full unless the end is reached, also when some rows may not be seen: clients
 * take a short page for the last one.
 */
#include "domain/run_list.h"

#include "base/clock.h"
#include "crypto/crypto.h"

/* ---- of a project ---- */

static enum rc read_query(struct call *call, const struct project *project, struct str filters, struct run_query *ret,
                          struct err *err)
{
        struct filter *filter = NULL;
        enum rc rc = filter_parse(call->arena, filters, &filter, err);

        if (rc)
                return rc;
        *ret = (struct run_query){ .project_id = project->id, .filter = filter,
                                   .silent_us = call_now_us(call) - RUN_SILENT_US };
        return RC_OK;
}

static enum rc read_cursor(struct call *call, struct str after, struct run_query *query, struct filter_key *key,
                           struct err *err)
{
        struct str text = STR_NULL;
        enum rc rc;

        if (str_is_empty(after))
                return RC_OK;
        if (!crypto_unbase64url(call->arena, after, &text))
                return err_set(err, RC_INVALID, "'%.*s' is not a cursor of this list: start from the beginning.",
                               STR_ARG(str_slice(after, 0, 60)));
        rc = filter_key_parse(call->arena, text, key, err);
        if (!rc)
                query->after = key;
        return rc;
}

enum rc run_list(struct call *call, const struct project *project, const struct run_list_input *in,
                 struct run_page *ret, struct err *err)
{
        struct run_page page = { 0 };
        struct run_list list = { 0 };
        struct run_query query;
        struct filter_key key;
        enum rc rc = read_query(call, project, in->filters, &query, err);

        if (!rc)
                rc = filter_parse_order(in->order, &query.order, err);
        if (!rc)
                rc = read_cursor(call, in->after, &query, &key, err);
        if (rc)
                return rc;
        query.limit = in->first + 1;
        rc = store_run_list(call->conn, call->arena, &query, &list, err);
        if (rc)
                return rc;
        page.has_next = list.count > in->first;
        page.count = page.has_next ? in->first : list.count;
        page.items = list.items;
        page.cursors = arena_array(call->arena, struct str, page.count);
        for (size_t i = 0; i < page.count; i++) {
                struct str text = filter_key_format(call->arena, &list.keys[i]);

                page.cursors[i] = crypto_base64url(call->arena, text.ptr, text.len);
        }
        *ret = page;
        return RC_OK;
}

enum rc run_count(struct call *call, const struct project *project, struct str filters, int64_t *ret, struct err *err)
{
        struct run_query query;
        enum rc rc = read_query(call, project, filters, &query, err);

        return rc ? rc : store_run_count(call->conn, call->arena, &query, ret, err);
}

/* ---- lineage ---- */

enum rc run_list_using(struct call *call, int64_t artifact_id, int64_t after_id, size_t first, struct run_page *ret,
                       struct err *err)
{
        struct run_page page = { .items = arena_array(call->arena, struct run, first) };

        for (;;) {
                struct run_list list = { 0 };
                enum rc rc = store_runs_using(call->conn, call->arena, artifact_id, after_id, first - page.count + 1,
                                              &list, err);

                if (rc)
                        return rc;
                for (size_t i = 0; i < list.count; i++) {
                        struct project *project = NULL;

                        after_id = list.items[i].id;
                        rc = project_see(call, list.items[i].project_id, &project, err);
                        if (rc)
                                return rc;
                        if (!project)
                                continue;
                        if (page.count == first) {
                                page.has_next = true;
                                break;
                        }
                        page.items[page.count++] = list.items[i];
                }
                if (page.has_next || list.count == 0)
                        break;
        }
        *ret = page;
        return RC_OK;
}

static enum rc edge_ids(struct call *call, const struct run *run, bool used, int64_t after_id, size_t limit,
                        struct id_list *ret, struct err *err)
{
        if (used)
                return store_run_inputs(call->conn, call->arena, run->id, after_id, limit, ret, err);
        return store_run_outputs(call->conn, call->arena, run->id, after_id, limit, ret, err);
}

static enum rc add_version(struct call *call, int64_t artifact_id, bool with_home, size_t first,
                           struct artifact_page *page, struct err *err)
{
        struct artifact *artifact = NULL;
        struct project *home = NULL;
        enum rc rc = artifact_see(call, artifact_id, &artifact, err);

        if (rc || !artifact || artifact->state != ARTIFACT_COMMITTED)
                return rc;
        if (with_home) {
                rc = project_see(call, artifact->project_id, &home, err);
                if (rc || !home)
                        return rc;
        }
        if (page->count == first) {
                page->has_next = true;
                return RC_OK;
        }
        page->items[page->count] = arena_new(call->arena, struct version);
        page->items[page->count++]->artifact = artifact;
        return RC_OK;
}

enum rc run_artifacts(struct call *call, const struct run *run, bool used, bool with_home, int64_t after_id,
                      size_t first, struct artifact_page *ret, struct err *err)
{
        struct artifact_page page = { .items = arena_array(call->arena, struct version *, first) };
        enum rc rc = used ? store_run_input_count(call->conn, run->id, &page.total, err)
                          : store_run_output_count(call->conn, run->id, &page.total, err);

        while (!rc && !page.has_next) {
                struct id_list ids = { 0 };

                rc = edge_ids(call, run, used, after_id, first - page.count + 1, &ids, err);
                if (rc || ids.count == 0)
                        break;
                for (size_t i = 0; i < ids.count && !rc && !page.has_next; i++) {
                        after_id = ids.items[i];
                        rc = add_version(call, after_id, with_home, first, &page, err);
                }
        }
        if (rc)
                return rc;
        *ret = page;
        return RC_OK;
}
