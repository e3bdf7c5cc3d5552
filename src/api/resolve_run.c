/*
 * api/resolve_run.c - the fields of a run. Its files are in resolve_run_file.c, lists of runs in
 * resolve_run_list.c, mutations in resolve_run_edit.c. Parents: see run_node.h.
 */
#include "api/run_node.h"

#include "domain/run_read.h"
#include "json/json.h"

/* ---- what it is ---- */

FIELD_ID(Run, id, MODEL_RUN, run, id)
FIELD_STR(Run, name, run, name)
FIELD_STR(Run, displayName, run, display_name)
FIELD_STR(Run, sweepName, run, sweep_name)
FIELD_INT(Run, projectId, run, project_id)
FIELD_STR(Run, description, run, description)
FIELD_STR(Run, notes, run, notes)
FIELD_STR(Run, group, run, group_name)
FIELD_STR(Run, jobType, run, job_type)
FIELD_STR(Run, commit, run, commit_hash)
FIELD_BOOL(Run, stopped, run, stop_requested)
FIELD_TIME(Run, createdAt, run, created_us)
FIELD_TIME(Run, heartbeatAt, run, heartbeat_us)
FIELD_INT(Run, historyLineCount, run, history_lines)
FIELD_INT(Run, eventsLineCount, run, event_lines)
FIELD_INT(Run, logLineCount, run, log_lines)

FIELD(Run, project)
{
        struct project *project = NULL;
        enum rc rc = project_see(call_of(field), ((struct run *)parent)->project_id, &project, err);

        if (!rc)
                gql_out_object(out, "Project", project);
        return rc;
}

FIELD(Run, user)
{
        return out_user(field, out, ((struct run *)parent)->created_by, err);
}

FIELD(Run, state)
{
        gql_out_str(out, str_from(run_state_name(run_state_now(parent, call_now_us(call_of(field))))));
        return RC_OK;
}

FIELD(Run, readOnly)
{
        struct project *project = NULL;
        bool may = false;
        enum rc rc = project_see(call_of(field), ((struct run *)parent)->project_id, &project, err);

        if (!rc && project)
                rc = policy_may(call_of(field), project, ACT_LOG, &may, err);
        if (!rc)
                gql_out_bool(out, !may);
        return rc;
}

enum rc out_json_strings(struct gql_field *field, struct gql_out *out, struct str text, struct err *err)
{
        struct json *list = NULL;
        size_t i = 0;
        enum rc rc = json_parse(gql_arena(field), text, NULL, &list, err);

        if (rc)
                return rc;
        gql_out_list(out, list->count);
        for (const struct json *item = list->first; item; item = item->next)
                gql_out_str(gql_out_item(out, i++), item->text);
        return RC_OK;
}

FIELD(Run, tags)
{
        return out_json_strings(field, out, ((struct run *)parent)->tags, err);
}

/* ---- documents ---- */

static enum rc out_document(struct gql_field *field, const struct run *run, enum run_document which,
                            struct gql_out *out, struct err *err)
{
        struct str text = STR_NULL;
        enum rc rc = store_run_document(call_of(field)->conn, gql_arena(field), run->id, which, &text, err);

        if (rc)
                return rc;
        if (which == RUN_HISTORY_KEYS)
                gql_out_json(out, str_is_null(text) ? STR("null") : text);
        else
                gql_out_str(out, text);
        return RC_OK;
}

FIELD(Run, config)
{
        return out_document(field, parent, RUN_CONFIG, out, err);
}

FIELD(Run, summaryMetrics)
{
        return out_document(field, parent, RUN_SUMMARY, out, err);
}

FIELD(Run, systemMetrics)
{
        return out_document(field, parent, RUN_SYSTEM_METRICS, out, err);
}

FIELD(Run, historyKeys)
{
        return out_document(field, parent, RUN_HISTORY_KEYS, out, err);
}

struct str *read_texts(struct gql_field *field, const struct gql_value *list, size_t *ret_count)
{
        size_t count = gql_is_null(list) ? 0 : list->count, i = 0;
        struct str *texts = arena_array(gql_arena(field), struct str, count);

        for (const struct gql_value *item = count ? list->first : NULL; item; item = item->next)
                texts[i++] = gql_text(item);
        *ret_count = count;
        return texts;
}

FIELD(Run, wandbConfig)
{
        struct str json = STR_NULL;
        size_t count;
        struct str *keys = read_texts(field, gql_arg(field, "keys"), &count);
        enum rc rc = run_wandb_config(call_of(field), parent, keys, count, &json, err);

        if (!rc)
                gql_out_str(out, json);
        return rc;
}

/* ---- history, events ---- */

static enum rc out_tail(struct gql_field *field, const struct run *run, enum run_stream stream, struct gql_out *out,
                        struct err *err)
{
        struct str json = STR_NULL;
        enum rc rc = run_tail(call_of(field), run, stream, &json, err);

        if (!rc)
                gql_out_str(out, json);
        return rc;
}

FIELD(Run, historyTail)
{
        return out_tail(field, parent, RUN_HISTORY, out, err);
}

FIELD(Run, eventsTail)
{
        return out_tail(field, parent, RUN_EVENTS, out, err);
}

static void out_rows(struct gql_out *out, const struct run_rows *rows)
{
        gql_out_list(out, rows->count);
        for (size_t i = 0; i < rows->count; i++)
                gql_out_str(gql_out_item(out, i), rows->items[i]);
}

FIELD(Run, history)
{
        const struct gql_value *min = gql_arg(field, "minStep"), *max = gql_arg(field, "maxStep");
        int64_t samples = gql_int(gql_arg(field, "samples"), RUN_SAMPLES_DEFAULT);
        struct run_rows rows = { 0 };
        enum rc rc;

        if (gql_is_null(min) && gql_is_null(max))
                rc = run_sample_lines(call_of(field), parent, RUN_HISTORY, samples, &rows, err);
        else
                rc = run_history(call_of(field), parent, gql_int(min, INT64_MIN), gql_int(max, INT64_MAX), samples, &rows,
                                 err);
        if (!rc)
                out_rows(out, &rows);
        return rc;
}

FIELD(Run, events)
{
        struct run_rows rows = { 0 };
        enum rc rc = run_sample_lines(call_of(field), parent, RUN_EVENTS,
                                      gql_int(gql_arg(field, "samples"), RUN_SAMPLES_DEFAULT), &rows, err);

        if (!rc)
                out_rows(out, &rows);
        return rc;
}

#define SPECS_MAX 100

FIELD(Run, sampledHistory)
{
        size_t count;
        struct str *specs = read_texts(field, gql_arg(field, "specs"), &count);

        if (count > SPECS_MAX)
                return err_set(err, RC_TOO_LARGE, "Ask for %d history specs at a time at most.", SPECS_MAX);
        gql_out_list(out, count);
        for (size_t i = 0; i < count; i++) {
                struct str json = STR_NULL;
                enum rc rc = run_sampled_history(call_of(field), parent, specs[i], &json, err);

                if (rc)
                        return rc;
                gql_out_json(gql_out_item(out, i), json);
        }
        return RC_OK;
}

/* There are no columnar files: clients then ask for pages of rows. */
FIELD_SELF(Run, parquetHistory, "ParquetHistory")
FIELD_NULL(ParquetHistory, liveData)

FIELD(ParquetHistory, parquetUrls)
{
        gql_out_list(out, 0);
        return RC_OK;
}

/* ---- console ---- */

#define LOG_LINES_DEFAULT 1000

FIELD(Run, logLines)
{
        int64_t last = gql_int(gql_arg(field, "last"), 0), after = 0;
        struct connection *page;
        struct run_log log = { 0 };
        struct str cursor;
        size_t first;
        enum rc rc = arg_page(field, LOG_LINES_DEFAULT, &first, &cursor, err);

        if (!rc)
                rc = cursor_read(field, cursor, &after, err);
        if (rc)
                return rc;
        if (last < 0 || last > PAGE_MAX)
                return err_set(err, RC_INVALID, "'last' must be from 0 to %d.", PAGE_MAX);
        /* A cursor is the line's number and one, because 0 stands for none. */
        rc = run_log_page(call_of(field), parent, after - 1, first, (size_t)last, &log, err);
        if (rc)
                return rc;
        page = connection_new(field, log.count);
        page->has_next = log.has_next;
        for (size_t i = 0; i < log.count; i++)
                connection_add(page, "LogLine", &log.items[i], cursor_make(field, log.items[i].number + 1));
        gql_out_object(out, "LogLineConnection", page);
        return RC_OK;
}

CONNECTION_EDGES(LogLineConnection, LogLineEdge)
CONNECTION_PAGE_INFO(LogLineConnection)
EDGE_NODE(LogLineEdge)
FIELD_INT(LogLine, number, run_log_line, number)
FIELD_TIME(LogLine, timestamp, run_log_line, time_us)
FIELD_STR(LogLine, level, run_log_line, level)
FIELD_NULL(LogLine, label)
FIELD_STR(LogLine, line, run_log_line, text)

/* ---- where it ran ---- */

FIELD(Run, runInfo)
{
        struct run_info *info = NULL;
        enum rc rc = run_info(call_of(field), parent, &info, err);

        if (!rc)
                gql_out_object(out, "RunInfo", info);
        return rc;
}

FIELD_STR(RunInfo, program, run_info, program)
FIELD_STR(RunInfo, os, run_info, os)
FIELD_STR(RunInfo, python, run_info, python)
FIELD_STR(RunInfo, colab, run_info, colab)
FIELD_STR(RunInfo, executable, run_info, executable)
FIELD_STR(RunInfo, gpu, run_info, gpu)
FIELD_BOOL(RunInfo, codeSaved, run_info, code_saved)

FIELD(RunInfo, args)
{
        const struct run_info *info = parent;

        gql_out_list(out, info->arg_count);
        for (size_t i = 0; i < info->arg_count; i++)
                gql_out_str(gql_out_item(out, i), info->args[i]);
        return RC_OK;
}

static void out_count(struct gql_out *out, int64_t count)
{
        if (count >= 0 && count <= INT32_MAX)
                gql_out_int(out, count);
}

FIELD(RunInfo, cpuCount)
{
        out_count(out, ((struct run_info *)parent)->cpu_count);
        return RC_OK;
}

FIELD(RunInfo, gpuCount)
{
        out_count(out, ((struct run_info *)parent)->gpu_count);
        return RC_OK;
}

FIELD(RunInfo, git)
{
        struct run_info *info = parent;

        if (!str_is_null(info->git_remote) || !str_is_null(info->git_commit))
                gql_out_object(out, "GitInfo", info);
        return RC_OK;
}

FIELD_STR(GitInfo, remote, run_info, git_remote)
FIELD_STR(GitInfo, commit, run_info, git_commit)
