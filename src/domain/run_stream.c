/*
 * domain/run_stream.c - streamed lines become rows; see run_stream.h.
 *
 * Parsing history lines is the slow part and is done before the writer's turn, against the
 * number of lines that the run has then. Should another request of the same run come in
 * between, the work is done again.
 */
#include "domain/run_stream.h"

#include "base/clock.h"
#include "domain/run_keys.h"

#define TRIES_MAX 5
#define EVENTS_READ 64          /* rows of a request that are looked at for current values */
#define METRICS_MAX 2000

struct stream_job {
        int64_t run_id;
        const struct run_stream_input *in;
        struct run_line *lines[RUN_STREAM__COUNT];
        int64_t known_history;       /* lines that the run had when the keys were worked out */
        struct str keys;             /* absent: as they were */
        struct run_json summary;
        struct str system_metrics;   /* absent: as they were */
        bool stale;
        bool stop;
};

/* ---- before the write ---- */

/* A line that is not JSON is kept like any other; it has no step and no keys. */
static struct json *parse_row(struct arena *scratch, struct str text)
{
        const struct json_limits limits = { .lenient = true };
        struct err ignored = { 0 };
        struct json *row = NULL;

        if (json_parse(scratch, text, &limits, &row, &ignored))
                return NULL;
        return row->kind == JSON_OBJECT ? row : NULL;
}

static struct run_line *number_lines(struct call *call, const struct run_chunk *chunk)
{
        struct run_line *lines = arena_array(call->arena, struct run_line, chunk->count);

        for (size_t i = 0; i < chunk->count; i++)
                lines[i] = (struct run_line){ .line = chunk->offset + (int64_t)i, .text = chunk->lines[i] };
        return lines;
}

static enum rc prepare_history(struct call *call, struct stream_job *job, const struct run *run, struct err *err)
{
        const struct run_chunk *chunk = &job->in->streams[RUN_HISTORY];
        struct arena scratch, memory;
        struct run_keys keys;
        struct str stored = STR_NULL;
        enum rc rc = RC_OK;

        if (chunk->count == 0)
                return RC_OK;
        rc = store_run_document(call->conn, call->arena, run->id, RUN_HISTORY_KEYS, &stored, err);
        if (rc)
                return rc;
        arena_init(&scratch, 0);
        arena_init(&memory, 0);
        run_keys_init(&keys, &memory, stored);
        for (size_t i = 0; i < chunk->count; i++) {
                struct run_line *line = &job->lines[RUN_HISTORY][i];
                const struct json *row = parse_row(&scratch, line->text);

                if (row) {
                        line->has_step = run_row_step(row, &line->step);
                        if (line->line >= run->history_lines)
                                run_keys_add(&keys, row, line->line);
                }
                arena_done(&scratch);
        }
        job->known_history = run->history_lines;
        job->keys = arena_str(call->arena, run_keys_write(&keys));
        arena_done(&memory);
        return RC_OK;
}

/* The last known value of everything that is called system.something. */
static enum rc prepare_events(struct call *call, struct stream_job *job, const struct run *run, struct err *err)
{
        const struct run_chunk *chunk = &job->in->streams[RUN_EVENTS];
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct str stored = STR_NULL;
        struct json_writer w;
        struct arena scratch;
        struct map values;
        size_t first;
        enum rc rc = RC_OK;

        if (chunk->count == 0)
                return RC_OK;
        rc = store_run_document(call->conn, call->arena, run->id, RUN_SYSTEM_METRICS, &stored, err);
        if (rc)
                return rc;
        arena_init(&scratch, 0);
        map_init(&values, &scratch);
        first = chunk->count > EVENTS_READ ? chunk->count - EVENTS_READ : 0;
        for (size_t i = first; i <= chunk->count; i++) {
                struct json *row = parse_row(&scratch, i == first ? stored : chunk->lines[i - 1]);

                for (struct json *member = row ? row->first : NULL; member; member = member->next)
                        if (str_starts(member->key, STR("system.")) && (map_has(&values, member->key) || values.count < METRICS_MAX))
                                map_set(&values, member->key, member);
        }
        json_writer_init(&w, &buf);
        json_begin_object(&w);
        for (size_t i = 0; i < values.count; i++) {
                json_key(&w, values.entries[i].key);
                json_value(&w, values.entries[i].value);
        }
        json_end_object(&w);
        job->system_metrics = arena_str(call->arena, buf_str(&buf));
        arena_done(&scratch);
        return RC_OK;
}

/* A summary that is not a JSON object would only break whoever reads it: the last good one stays. */
static void prepare_summary(struct call *call, struct stream_job *job)
{
        struct err ignored = { 0 };

        if (!str_is_null(job->in->summary) &&
            run_json_check(call->arena, "summary", job->in->summary, &job->summary, &ignored) != RC_OK)
                job->summary = (struct run_json){ 0 };
}

/* ---- the write ---- */

static void hear(struct run *run, const struct run_stream_input *in)
{
        int64_t now_us = clock_now_us();

        if (in->preempting)
                run_hear(run, RUN_WORD_PREEMPTING, 0, now_us);
        else if (!in->complete)
                run_hear(run, RUN_WORD_ALIVE, 0, now_us);
        if (in->complete)
                run_hear(run, RUN_WORD_COMPLETE, in->exit_code, now_us);
}

static void count_lines(int64_t *lines, const struct run_chunk *chunk)
{
        int64_t end = chunk->offset + (int64_t)chunk->count;

        if (chunk->count && end > *lines)
                *lines = end;
}

static enum rc write_lines(struct call *call, struct stream_job *job, struct run *run, struct err *err)
{
        enum rc rc = RC_OK;

        for (int s = 0; s < RUN_STREAM__COUNT && !rc; s++)
                rc = store_run_lines_put(call->conn, run->id, (enum run_stream)s, job->lines[s], job->in->streams[s].count,
                                         err);
        if (rc)
                return rc;
        count_lines(&run->history_lines, &job->in->streams[RUN_HISTORY]);
        count_lines(&run->event_lines, &job->in->streams[RUN_EVENTS]);
        count_lines(&run->log_lines, &job->in->streams[RUN_CONSOLE]);
        rc = store_run_set_lines(call->conn, run, job->keys, err);
        if (!rc && !str_is_null(job->summary.text))
                rc = store_run_set_summary(call->conn, run->id, &job->summary, err);
        if (!rc && !str_is_null(job->system_metrics))
                rc = store_run_set_system_metrics(call->conn, run->id, job->system_metrics, err);
        return rc;
}

static enum rc stream_write(struct call *call, void *payload, struct err *err)
{
        struct stream_job *job = payload;
        struct run *run = NULL;
        enum rc rc = run_require(call, job->run_id, ACT_LOG, &run, NULL, err);

        if (rc)
                return rc;
        job->stale = !str_is_null(job->keys) && run->history_lines != job->known_history;
        if (job->stale)
                return RC_OK;
        hear(run, job->in);
        job->stop = run->stop_requested;
        rc = write_lines(call, job, run, err);
        if (!rc)
                rc = store_run_set_state(call->conn, run, err);
        return rc;
}

enum rc run_stream_apply(struct call *call, int64_t run_id, const struct run_stream_input *in, bool *ret_stop,
                         struct err *err)
{
        struct stream_job job = { .run_id = run_id, .in = in };

        for (int s = 0; s < RUN_STREAM__COUNT; s++)
                job.lines[s] = number_lines(call, &in->streams[s]);
        prepare_summary(call, &job);
        for (int try = 0; try < TRIES_MAX; try++) {
                struct run *run = NULL;
                enum rc rc = run_require(call, run_id, ACT_LOG, &run, NULL, err);

                if (!rc)
                        rc = prepare_history(call, &job, run, err);
                if (!rc)
                        rc = prepare_events(call, &job, run, err);
                if (!rc)
                        rc = domain_write(call, stream_write, &job, err);
                if (rc)
                        return rc;
                if (!job.stale) {
                        *ret_stop = job.stop;
                        return RC_OK;
                }
        }
        return err_set(err, RC_AGAIN, "Several clients write to this run at once: try again.");
}
