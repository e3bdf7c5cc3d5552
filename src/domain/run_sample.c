/*
 * domain/run_sample.c - rows of history and events, evenly thinned; see run_read.h.
 *
 * Thinning whole rows goes by line number: a few reads by key, however long the history is.
 * A spec with keys has to look at every row of its range, because only rows that hold all the
 * keys count; it keeps at most twice what was asked for, dropping every second one whenever
 * there are more.
 */
#include "domain/run_read.h"

#include <math.h>

static enum rc too_large(struct err *err)
{
        return err_set(err, RC_TOO_LARGE, "These lines take more than 48 MiB: ask for fewer of them.");
}

static int64_t clamp_samples(int64_t samples)
{
        return samples < 1 ? 1 : samples > RUN_SAMPLES_MAX ? RUN_SAMPLES_MAX : samples;
}

/*
 * Steps come one line each and in order, save that a run which was sent twice (`wandb sync` after a
 * break) or taken up again further back has some steps twice. Then the line that came last counts.
 */
static bool is_plain(const struct run_range *range)
{
        return range->steps == range->lines && range->last - range->first == range->lines - 1;
}

/* ---- whole rows ---- */

struct collector {
        struct arena *arena;
        struct run_line_list *list;
        size_t limit, cap, bytes;
};

static enum rc collect(void *payload, int64_t line, struct str text, bool *ret_go_on, struct err *err)
{
        struct collector *c = payload;
        struct run_line_list *list = c->list;

        if (list->count == c->limit) {
                *ret_go_on = false;
                return RC_OK;
        }
        c->bytes += text.len;
        if (c->bytes > RUN_READ_MAX_BYTES)
                return too_large(err);
        if (list->count == c->cap) {
                struct run_line *old = list->items;

                c->cap = c->cap ? 2 * c->cap : 64;
                list->items = arena_array(c->arena, struct run_line, c->cap);
                if (list->count)
                        memcpy(list->items, old, list->count * sizeof(*old));
        }
        list->items[list->count++] = (struct run_line){ .line = line, .text = arena_str(c->arena, text) };
        return RC_OK;
}

enum rc run_lines(struct call *call, const struct run *run, enum run_stream stream, int64_t first, int64_t last,
                  size_t limit, struct run_line_list *ret, struct err *err)
{
        struct run_line_list list = { 0 };
        struct collector c = { .arena = call->arena, .list = &list, .limit = limit };
        enum rc rc = store_run_lines_each(call->conn, run->id, stream, first, last, collect, &c, err);

        if (rc)
                return rc;
        *ret = list;
        return RC_OK;
}

static enum rc take_all(struct call *call, const struct run *run, enum run_stream stream, int64_t first, int64_t last,
                        struct run_rows *ret, struct err *err)
{
        struct run_line_list list = { 0 };
        enum rc rc = run_lines(call, run, stream, first, last, SIZE_MAX, &list, err);

        if (rc)
                return rc;
        ret->items = arena_array(call->arena, struct str, list.count);
        ret->count = list.count;
        for (size_t i = 0; i < list.count; i++)
                ret->items[i] = list.items[i].text;
        return RC_OK;
}

static enum rc take_some(struct call *call, const struct run *run, enum run_stream stream, int64_t first, int64_t last,
                         int64_t samples, struct run_rows *ret, struct err *err)
{
        size_t bytes = 0;

        if (last - first < samples)
                return take_all(call, run, stream, first, last, ret, err);
        ret->items = arena_array(call->arena, struct str, (size_t)samples);
        ret->count = 0;
        for (int64_t i = 0; i < samples; i++) {
                double share = samples == 1 ? 1.0 : (double)i / (double)(samples - 1);
                struct str text = STR_NULL;
                enum rc rc = store_run_line_get(call->conn, call->arena, run->id, stream,
                                                first + (int64_t)(share * (double)(last - first)), &text, err);

                if (rc)
                        return rc;
                bytes += text.len;
                if (bytes > RUN_READ_MAX_BYTES)
                        return too_large(err);
                if (!str_is_null(text))
                        ret->items[ret->count++] = text;
        }
        return RC_OK;
}

struct step_taker {
        struct arena *arena;
        struct run_rows *rows;
        int64_t steps, samples, at;
        size_t bytes;
};

static enum rc take_step(void *payload, int64_t line UNUSED, struct str text, bool *ret_go_on UNUSED, struct err *err)
{
        struct step_taker *t = payload;
        double share = t->samples == 1 ? 1.0 : (double)t->rows->count / (double)(t->samples - 1);

        if (t->at++ < (int64_t)(share * (double)(t->steps - 1)))
                return RC_OK;
        t->bytes += text.len;
        if (t->bytes > RUN_READ_MAX_BYTES)
                return too_large(err);
        t->rows->items[t->rows->count++] = arena_str(t->arena, text);
        return RC_OK;
}

static enum rc take_steps(struct call *call, const struct run *run, int64_t min_step, int64_t max_step, int64_t steps,
                          int64_t samples, struct run_rows *ret, struct err *err)
{
        struct step_taker t = { .arena = call->arena, .rows = ret, .steps = steps,
                                .samples = samples < steps ? samples : steps };

        ret->items = arena_array(call->arena, struct str, (size_t)t.samples);
        ret->count = 0;
        return store_run_steps_each(call->conn, run->id, min_step, max_step, take_step, &t, err);
}

enum rc run_history(struct call *call, const struct run *run, int64_t min_step, int64_t max_step, int64_t samples,
                    struct run_rows *ret, struct err *err)
{
        struct run_range range;
        enum rc rc = store_run_history_range(call->conn, run->id, min_step, max_step, &range, err);

        if (rc)
                return rc;
        if (range.lines == 0) {
                *ret = (struct run_rows){ 0 };
                return RC_OK;
        }
        samples = clamp_samples(samples);
        if (!is_plain(&range))
                return take_steps(call, run, min_step, max_step, range.steps, samples, ret, err);
        return take_some(call, run, RUN_HISTORY, range.first, range.last, samples, ret, err);
}

enum rc run_sample_lines(struct call *call, const struct run *run, enum run_stream stream, int64_t samples,
                         struct run_rows *ret, struct err *err)
{
        const int64_t counts[] = { run->history_lines, run->event_lines, run->log_lines };

        if (counts[stream] == 0) {
                *ret = (struct run_rows){ 0 };
                return RC_OK;
        }
        return take_some(call, run, stream, 0, counts[stream] - 1, clamp_samples(samples), ret, err);
}

enum rc run_stream_size(struct call *call, const struct run *run, enum run_stream stream, int64_t *ret,
                        struct err *err)
{
        return store_run_lines_size(call->conn, run->id, stream, ret, err);
}

enum rc run_tail(struct call *call, const struct run *run, enum run_stream stream, struct str *ret_json,
                 struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct run_line_list list = { 0 };
        struct json_writer w;
        enum rc rc = store_run_lines_last(call->conn, call->arena, run->id, stream, 1, &list, err);

        if (rc)
                return rc;
        json_writer_init(&w, &buf);
        json_begin_array(&w);
        for (size_t i = 0; i < list.count; i++)
                json_string(&w, list.items[i].text);
        json_end_array(&w);
        *ret_json = arena_str(call->arena, buf_str(&buf));
        return RC_OK;
}

/* ---- rows with certain keys ---- */

#define KEYS_MAX 1000

struct sampler {
        struct str *keys;
        size_t key_count;
        int64_t min_step, max_step;
        size_t samples;
        struct arena scratch;          /* one row at a time */
        struct buf *rows;              /* each as JSON */
        size_t count, cap;
        uint64_t seen, stride;         /* every stride-th is kept */
        struct buf last;               /* the newest of all */
        bool last_kept;
        size_t bytes;
};

/* "a.b" is a member of that name, or the member b of a. */
static const struct json *find_value(const struct json *row, struct str key)
{
        const struct json *value = json_get_str(row, key);
        struct str rest = key;

        if (value || str_find(key, '.', 0) == SIZE_MAX)
                return value;
        for (value = row; value && !str_is_null(rest);)
                value = json_get_str(value, str_cut(&rest, '.'));
        return value;
}

static void write_value(struct json_writer *w, const struct json *value)
{
        switch (value->kind) {
        case JSON_NUMBER:
                if (isfinite(value->number))
                        json_value(w, value);
                else
                        json_string(w, isnan(value->number) ? STR("NaN")
                                               : value->number > 0 ? STR("Infinity") : STR("-Infinity"));
                return;
        case JSON_ARRAY:
                json_begin_array(w);
                for (const struct json *item = value->first; item; item = item->next)
                        write_value(w, item);
                json_end_array(w);
                return;
        case JSON_OBJECT:
                json_begin_object(w);
                for (const struct json *member = value->first; member; member = member->next) {
                        json_key(w, member->key);
                        write_value(w, member);
                }
                json_end_object(w);
                return;
        default:
                json_value(w, value);
        }
}

/* False when a key is missing. No keys: the whole row. */
static bool project_row(const struct sampler *s, const struct json *row, struct buf *ret)
{
        struct json_writer w;

        json_writer_init(&w, ret);
        if (s->key_count == 0) {
                write_value(&w, row);
                return true;
        }
        json_begin_object(&w);
        for (size_t i = 0; i < s->key_count; i++) {
                const struct json *value = find_value(row, s->keys[i]);

                if (!value)
                        return false;
                json_key(&w, s->keys[i]);
                write_value(&w, value);
        }
        json_end_object(&w);
        return true;
}

/* Every second one goes, so that what stays is as even as before. */
static void thin_out(struct sampler *s)
{
        size_t kept = 0;

        for (size_t i = 0; i < s->count; i++) {
                if (i % 2 == 0) {
                        s->rows[kept++] = s->rows[i];
                } else {
                        s->bytes -= s->rows[i].len;
                        buf_done(&s->rows[i]);
                }
        }
        for (size_t i = kept; i < s->count; i++)
                s->rows[i] = (struct buf){ 0 };
        s->count = kept;
        s->stride *= 2;
}

static enum rc keep_row(struct sampler *s, struct buf *row, struct err *err)
{
        s->last_kept = s->seen++ % s->stride == 0;
        buf_clear(&s->last);
        buf_add_str(&s->last, buf_str(row));
        if (!s->last_kept)
                return RC_OK;
        if (s->count == s->cap) {
                thin_out(s);
                s->last_kept = (s->seen - 1) % s->stride == 0;
                if (!s->last_kept)
                        return RC_OK;
        }
        s->bytes += row->len;
        if (s->bytes > RUN_READ_MAX_BYTES)
                return too_large(err);
        s->rows[s->count++] = *row;
        *row = (struct buf){ 0 };
        return RC_OK;
}

static enum rc look_at_line(void *payload, int64_t line UNUSED, struct str text, bool *ret_go_on UNUSED, struct err *err)
{
        const struct json_limits limits = { .lenient = true };
        struct sampler *s = payload;
        _cleanup_(buf_done) struct buf row = { 0 };
        struct err ignored = { 0 };
        struct json *json = NULL;
        enum rc rc = RC_OK;

        if (json_parse(&s->scratch, text, &limits, &json, &ignored) == RC_OK && json->kind == JSON_OBJECT &&
            project_row(s, json, &row))
                rc = keep_row(s, &row, err);
        arena_done(&s->scratch);
        return rc;
}

static enum rc spec_int(const struct json *spec, const char *key, int64_t otherwise, int64_t *ret, struct err *err)
{
        const struct json *value = json_get(spec, key);

        *ret = otherwise;
        if (!value || value->kind == JSON_NULL)
                return RC_OK;
        if (value->kind != JSON_NUMBER || !(value->number > -9e18 && value->number < 9e18))
                return err_set(err, RC_INVALID, "'%s' of a history spec must be a number.", key);
        *ret = value->is_integer ? value->integer : (int64_t)value->number;
        return RC_OK;
}

static enum rc read_spec(struct call *call, struct str text, struct sampler *s, struct err *err)
{
        const struct json *keys;
        struct json *spec = NULL;
        int64_t samples;
        enum rc rc = json_parse(call->arena, text, NULL, &spec, err);

        if (rc)
                return err_prefix(err, rc, "The history spec cannot be read");
        keys = json_get(spec, "keys");
        if (spec->kind != JSON_OBJECT || (keys && keys->kind != JSON_ARRAY && keys->kind != JSON_NULL))
                return err_set(err, RC_INVALID, "A history spec is an object such as {\"keys\": [\"loss\"], \"samples\": 500}.");
        rc = spec_int(spec, "minStep", INT64_MIN, &s->min_step, err);
        if (!rc)
                rc = spec_int(spec, "maxStep", INT64_MAX, &s->max_step, err);
        if (!rc)
                rc = spec_int(spec, "samples", RUN_SAMPLES_DEFAULT, &samples, err);
        if (rc)
                return rc;
        s->samples = (size_t)clamp_samples(samples);
        if (keys && keys->count > KEYS_MAX)
                return err_set(err, RC_TOO_LARGE, "A history spec may name %d keys at most.", KEYS_MAX);
        s->keys = arena_array(call->arena, struct str, keys ? keys->count : 0);
        for (const struct json *key = keys ? keys->first : NULL; key; key = key->next) {
                bool known = false;

                if (key->kind != JSON_STRING)
                        return err_set(err, RC_INVALID, "'keys' of a history spec must be strings.");
                for (size_t i = 0; i < s->key_count && !known; i++)
                        known = str_eq(s->keys[i], key->text);
                if (!known)
                        s->keys[s->key_count++] = key->text;
        }
        return RC_OK;
}

/*
 * Clients from 0.26 on name the last step wanted, and want exactly as many samples as there are
 * steps, which gives them away. For all others maxStep is the step behind the last.
 */
static int64_t behind_last_step(const struct sampler *s)
{
        if (s->max_step == INT64_MAX || s->max_step < s->min_step)
                return s->max_step;
        return (uint64_t)s->max_step - (uint64_t)s->min_step + 1 == s->samples ? s->max_step + 1 : s->max_step;
}

static enum rc scan(struct call *call, const struct run *run, struct sampler *s, struct err *err)
{
        int64_t behind = behind_last_step(s);
        struct run_range range;
        enum rc rc = store_run_history_range(call->conn, run->id, s->min_step, behind, &range, err);

        if (rc)
                return rc;
        if (range.lines && !is_plain(&range))
                return store_run_steps_each(call->conn, run->id, s->min_step, behind, look_at_line, s, err);
        if (s->min_step == INT64_MIN && s->max_step == INT64_MAX) { /* also the lines without a step */
                range.first = 0;
                range.last = run->history_lines - 1;
        } else if (!range.lines) {
                return RC_OK;
        }
        return store_run_lines_each(call->conn, run->id, RUN_HISTORY, range.first, range.last, look_at_line, s, err);
}

/* Of up to twice as many as asked for, takes them evenly; the newest row always ends the list. */
static struct str write_rows(struct call *call, struct sampler *s)
{
        size_t count = s->count < s->samples ? s->count : s->samples;
        struct buf buf = { 0 };
        struct json_writer w;
        struct str text;

        json_writer_init(&w, &buf);
        json_begin_array(&w);
        for (size_t i = 0; i < count; i++) {
                size_t at = count == 1 ? s->count - 1 : i * (s->count - 1) / (count - 1);

                if (i == count - 1 && !s->last_kept)
                        json_raw(&w, buf_str(&s->last));
                else
                        json_raw(&w, buf_str(&s->rows[at]));
        }
        json_end_array(&w);
        text = arena_str(call->arena, buf_str(&buf));
        buf_done(&buf);
        return text;
}

enum rc run_sampled_history(struct call *call, const struct run *run, struct str spec, struct str *ret_json,
                            struct err *err)
{
        struct sampler s = { .stride = 1 };
        enum rc rc = read_spec(call, spec, &s, err);

        if (rc)
                return rc;
        s.cap = 2 * s.samples;
        s.rows = arena_array(call->arena, struct buf, s.cap);
        arena_init(&s.scratch, 0);
        rc = scan(call, run, &s, err);
        if (!rc)
                *ret_json = write_rows(call, &s);
        for (size_t i = 0; i < s.count; i++)
                buf_done(&s.rows[i]);
        buf_done(&s.last);
        arena_done(&s.scratch);
        return rc;
}
