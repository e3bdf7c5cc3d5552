/*
 * domain/sweep_grid.c - the points of a grid; see sweep.h.
 */
#include "json/yaml.h"

#include "domain/sweep.h"

#define PATH_MAX_PARTS 8

struct grid_reader {
        struct json_writer w;
        struct str path[PATH_MAX_PARTS];
        size_t depth;
        int64_t points;
};

static struct str path_text(const struct grid_reader *r)
{
        return r->path[r->depth - 1];
}

static enum rc add_values(struct grid_reader *r, const struct json *values, struct err *err)
{
        if (values->kind != JSON_ARRAY || values->count == 0)
                return err_set(err, RC_INVALID, "The parameter '%.*s' of the sweep needs a list of values.",
                               STR_ARG(path_text(r)));
        if (values->count > SWEEP_VALUES_MAX)
                return err_set(err, RC_TOO_LARGE, "The parameter '%.*s' of the sweep has more than %d values.",
                               STR_ARG(path_text(r)), SWEEP_VALUES_MAX);
        json_value(&r->w, values);
        r->points *= (int64_t)values->count;
        return RC_OK;
}

static enum rc add_range(struct grid_reader *r, int64_t min, int64_t max, struct err *err)
{
        if (max < min || (uint64_t)max - (uint64_t)min >= SWEEP_VALUES_MAX)
                return err_set(err, RC_INVALID, "The parameter '%.*s' of the sweep must run from min to max, over %d values at most.",
                               STR_ARG(path_text(r)), SWEEP_VALUES_MAX);
        json_begin_array(&r->w);
        for (int64_t value = min; value <= max; value++)
                json_int(&r->w, value);
        json_end_array(&r->w);
        r->points *= max - min + 1;
        return RC_OK;
}

/* {"values": [...]}, {"value": x} or whole numbers {"min": 1, "max": 3}. */
static enum rc add_parameter(struct grid_reader *r, const struct json *parameter, struct err *err)
{
        const struct json *values = json_get(parameter, "values"), *value = json_get(parameter, "value");
        int64_t min, max;
        enum rc rc = RC_OK;

        json_begin_object(&r->w);
        json_key(&r->w, STR("path"));
        json_begin_array(&r->w);
        for (size_t i = 0; i < r->depth; i++)
                json_string(&r->w, r->path[i]);
        json_end_array(&r->w);
        json_key(&r->w, STR("values"));
        if (values) {
                rc = add_values(r, values, err);
        } else if (value) {
                json_begin_array(&r->w);
                json_value(&r->w, value);
                json_end_array(&r->w);
        } else if (json_i64(json_get(parameter, "min"), &min) && json_i64(json_get(parameter, "max"), &max)) {
                rc = add_range(r, min, max, err);
        } else {
                rc = err_set(err, RC_INVALID,
                             "The parameter '%.*s' of the sweep cannot be listed: a grid needs values, a value, or whole "
                             "numbers as min and max.",
                             STR_ARG(path_text(r)));
        }
        json_end_object(&r->w);
        if (!rc && r->points > SWEEP_POINTS_MAX)
                rc = err_set(err, RC_TOO_LARGE, "The sweep has more than %d combinations: list fewer values.",
                             SWEEP_POINTS_MAX);
        return rc;
}

static enum rc add_parameters(struct grid_reader *r, const struct json *parameters, struct err *err)
{
        if (!parameters || parameters->kind != JSON_OBJECT)
                return err_set(err, RC_INVALID, "The sweep has no parameters: list at least one with its values.");
        if (r->depth == PATH_MAX_PARTS)
                return err_set(err, RC_INVALID, "The parameters of the sweep are nested too deeply.");
        for (const struct json *p = parameters->first; p; p = p->next) {
                const struct json *nested = json_get(p, "parameters");
                enum rc rc;

                r->path[r->depth++] = p->key;
                rc = nested ? add_parameters(r, nested, err) : add_parameter(r, p, err);
                r->depth--;
                if (rc)
                        return rc;
        }
        return RC_OK;
}

enum rc sweep_grid_read(struct arena *arena, struct str yaml, struct sweep_grid *ret, struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct grid_reader r = { .points = 1 };
        struct json *config = NULL;
        bool random;
        int64_t cap;
        enum rc rc = yaml_parse(arena, yaml, &config, err);

        if (rc)
                return err_prefix(err, rc, "The sweep cannot be read");
        random = str_eq_c(json_text(config, "method"), "random");
        if (!random && !str_eq_c(json_text(config, "method"), "grid"))
                return err_set(err, RC_INVALID,
                               "This server runs sweeps over listed values only: set 'method: grid' or 'method: random' and "
                               "list the values.");
        json_writer_init(&r.w, &buf);
        json_begin_object(&r.w);
        json_key_bool(&r.w, "random", random);
        json_key(&r.w, STR("parameters"));
        json_begin_array(&r.w);
        rc = add_parameters(&r, json_get(config, "parameters"), err);
        json_end_array(&r.w);
        json_end_object(&r.w);
        if (rc)
                return rc;
        if (random)
                r.points = SWEEP_POINTS_MAX;
        if (json_i64(json_get(config, "run_cap"), &cap) && cap > 0 && cap < r.points)
                r.points = cap;
        *ret = (struct sweep_grid){ .json = arena_str(arena, buf_str(&buf)), .points = r.points };
        return RC_OK;
}

/* ---- one point ---- */

/* What a parameter takes at a point; `rest` counts down from the last parameter. */
static const struct json *take_value(const struct json *parameter, uint64_t *rest)
{
        const struct json *values = json_get(parameter, "values"), *value;
        uint64_t index;

        if (!values || values->count == 0)
                return NULL;
        index = *rest % values->count;
        *rest /= values->count;
        value = values->first;
        while (index-- > 0)
                value = value->next;
        return value;
}

static const struct json *part_at(const struct json *parameter, size_t depth)
{
        const struct json *path = json_get(parameter, "path"), *part = path ? path->first : NULL;

        while (part && depth-- > 0)
                part = part->next;
        return part;
}

/* Parameters first..last share their path up to `depth`; writes them as one object. */
static void write_args(struct json_writer *w, const struct json *const *parameters, const struct json *const *values,
                       size_t first, size_t last, size_t depth)
{
        json_begin_object(w);
        while (first < last) {
                const struct json *part = part_at(parameters[first], depth);
                size_t end = first + 1;

                while (end < last && part && part_at(parameters[end], depth) &&
                       str_eq(part_at(parameters[end], depth)->text, part->text))
                        end++;
                json_key(w, part ? part->text : STR(""));
                if (depth == 0) {
                        json_begin_object(w);
                        json_key(w, STR("value"));
                }
                if (part_at(parameters[first], depth + 1))
                        write_args(w, parameters, values, first, end, depth + 1);
                else
                        json_value(w, values[first]);
                if (depth == 0)
                        json_end_object(w);
                first = end;
        }
        json_end_object(w);
}

/* Chance that can be repeated: the same point of the same sweep is always the same. */
static uint64_t draw(struct arena *arena, struct str seed, int64_t point, size_t parameter)
{
        struct str text = arena_printf(arena, "%.*s %lld %zu", STR_ARG(seed), (long long)point, parameter);
        uint64_t chance = hash_bytes(text.ptr, text.len);

        /* The low bits of that hash are its worst, and they choose. */
        chance ^= chance >> 31;
        chance *= UINT64_C(0x9e3779b97f4a7c15);
        return chance >> 20;
}

enum rc sweep_grid_point(struct arena *arena, struct str grid, struct str seed, int64_t point, struct str *ret_args,
                         struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        const struct json **parameters, **values;
        const struct json *list, *random;
        struct json *stored = NULL;
        uint64_t rest = (uint64_t)point;
        struct json_writer w;
        size_t count = 0;
        enum rc rc = json_parse(arena, grid, NULL, &stored, err);

        if (rc)
                return rc;
        list = json_get(stored, "parameters");
        random = json_get(stored, "random");
        if (!list)
                return err_set(err, RC_CORRUPT, "a stored grid has no parameters");
        parameters = arena_array(arena, const struct json *, list->count);
        values = arena_array(arena, const struct json *, list->count);
        for (const struct json *p = list->first; p; p = p->next)
                parameters[count++] = p;
        for (size_t i = count; i > 0; i--) {
                if (random && random->boolean)
                        rest = draw(arena, seed, point, i);
                values[i - 1] = take_value(parameters[i - 1], &rest);
                if (!values[i - 1])
                        return err_set(err, RC_CORRUPT, "a stored grid has a parameter without values");
        }
        json_writer_init(&w, &buf);
        write_args(&w, parameters, values, 0, count, 0);
        *ret_args = arena_str(arena, buf_str(&buf));
        return RC_OK;
}
