/*
 * domain/run_rewind.c - taking a run back to a step; see run.h.
 *
 * History behind the step goes, in one transaction; history keys and summary are worked out
 * again from what stays. The client has said which step, and logs on from the next one.
 * System events and console are of the past and stay.
 */
#include "domain/run.h"


#include "base/clock.h"
#include "domain/event.h"
#include "domain/run_keys.h"
#include "store/run_line.h"

struct rewind_job {
        struct str entity, project, name;
        int64_t step;
        struct run *run;
};

struct replay {
        struct arena *scratch;
        struct arena memory;           /* of what is kept */
        struct run_keys keys;
        struct map summary;            /* key -> struct str *, JSON */
};

static enum rc replay_line(void *payload, int64_t line, struct str text, bool *ret_go_on UNUSED, struct err *err UNUSED)
{
        const struct json_limits limits = { .lenient = true };
        struct replay *r = payload;
        struct err ignored = { 0 };
        struct json *row = NULL;

        if (json_parse(r->scratch, text, &limits, &row, &ignored) == RC_OK && row->kind == JSON_OBJECT) {
                run_keys_add(&r->keys, row, line);
                for (const struct json *member = row->first; member; member = member->next) {
                        _cleanup_(buf_done) struct buf buf = { 0 };
                        struct str *value = map_get(&r->summary, member->key);
                        struct json_writer w;

                        if (!value) {
                                if (r->summary.count >= RUN_KEYS_MAX)
                                        continue;
                                value = arena_new(&r->memory, struct str);
                                map_set(&r->summary, arena_str(&r->memory, member->key), value);
                        }
                        json_writer_init(&w, &buf);
                        json_value(&w, member);
                        *value = arena_str(&r->memory, buf_str(&buf));
                }
        }
        arena_done(r->scratch);
        return RC_OK;
}

static struct str write_summary(struct call *call, const struct replay *r)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_object(&w);
        for (size_t i = 0; i < r->summary.count; i++) {
                json_key(&w, r->summary.entries[i].key);
                json_raw(&w, *(struct str *)r->summary.entries[i].value);
        }
        json_end_object(&w);
        return arena_str(call->arena, buf_str(&buf));
}

static enum rc replay(struct call *call, struct run *run, struct err *err)
{
        struct arena scratch;
        struct replay r = { .scratch = &scratch };
        struct run_json summary;
        struct str keys;
        enum rc rc;

        arena_init(&scratch, 0);
        arena_init(&r.memory, 0);
        map_init(&r.summary, &r.memory);
        run_keys_init(&r.keys, &r.memory, STR_NULL);
        rc = store_run_lines_each(call->conn, run->id, RUN_HISTORY, 0, INT64_MAX, replay_line, &r, err);
        summary = (struct run_json){ .text = write_summary(call, &r) };
        keys = arena_str(call->arena, run_keys_write(&r.keys));
        arena_done(&scratch);
        arena_done(&r.memory);
        if (!rc)
                rc = store_run_set_lines(call->conn, run, keys, err);
        if (!rc)
                rc = store_run_set_summary(call->conn, run->id, &summary, err);
        return rc;
}

static enum rc rewind_write(struct call *call, void *payload, struct err *err)
{
        struct rewind_job *job = payload;
        struct project *project = NULL;
        struct run *run = NULL;
        int64_t before;
        enum rc rc = run_require_named(call, job->entity, job->project, job->name, ACT_LOG, &run, &project, err);

        if (rc)
                return rc;
        before = run->history_lines;
        rc = store_run_history_cut(call->conn, run->id, job->step, &run->history_lines, err);
        if (!rc)
                rc = replay(call, run, err);
        if (rc)
                return rc;
        run_hear(run, RUN_WORD_ALIVE, 0, clock_now_us());
        rc = store_run_set_state(call->conn, run, err);
        if (rc)
                return rc;
        job->run = run;
        return event_note(call, &(struct event_row){ .action = STR("run_rewound"), .org_id = project->org_id,
                                                     .entity_id = project->entity_id, .project_id = project->id,
                                                     .run_id = run->id,
                                                     .detail = arena_printf(call->arena,
                                                                            "{\"step\": %lld, \"rows_before\": %lld, "
                                                                            "\"rows_after\": %lld}",
                                                                            (long long)job->step, (long long)before,
                                                                            (long long)run->history_lines) },
                          err);
}

enum rc run_rewind(struct call *call, struct str entity, struct str project, struct str name, struct str metric,
                   double value, struct run **ret, struct err *err)
{
        struct rewind_job job = { .entity = entity, .project = project, .name = name };
        enum rc rc;

        if (!str_eq_c(metric, "_step"))
                return err_set(err, RC_INVALID, "A run can be rewound to a step only: use '_step', not '%.*s'.",
                               STR_ARG(metric));
        if (!(value >= 0 && value < 9e15) || (double)(int64_t)value < value)
                return err_set(err, RC_INVALID, "A run can be rewound to a whole step of 0 or more.");
        job.step = (int64_t)value;
        rc = domain_write(call, rewind_write, &job, err);
        if (rc)
                return rc;
        *ret = job.run;
        return RC_OK;
}
