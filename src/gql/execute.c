/*
 * gql/execute.c - runs one operation of a prepared document.
 *
 * October 2021, section 6. Fields are resolved depth first in the order in which they are
 * written, those of a mutation thereby one after another. The answer is written while
 * running; see complete.c for how nulls bubble. Errors are kept aside and follow the data.
 */
#include "gql/builtin.h"
#include "gql/internal.h"

enum { ERRORS_MAX = 1000 };

/* ---- errors ----------------------------------------------------------------------------- */

static struct gql_error *error_vnew(struct arena *arena, enum rc rc, const struct gql_loc *loc, const char *fmt,
                                    va_list ap) PRINTF_LIKE(4, 0);
static struct gql_error *error_vnew(struct arena *arena, enum rc rc, const struct gql_loc *loc, const char *fmt,
                                    va_list ap)
{
        struct gql_error *error = arena_new(arena, struct gql_error);

        error->rc = rc;
        error->message = arena_vprintf(arena, fmt, ap);
        if (loc)
                error->locations[error->location_count++] = *loc;
        return error;
}

struct gql_error *gql_error_new(struct arena *arena, enum rc rc, const struct gql_loc *loc, const char *fmt, ...)
{
        struct gql_error *error;
        va_list ap;

        va_start(ap, fmt);
        error = error_vnew(arena, rc, loc, fmt, ap);
        va_end(ap);
        return error;
}

/* Past the bound one error stands for the rest: a list of a million faults helps nobody. */
void gql_error_add(struct exec *exec, struct gql_error *error)
{
        if (exec->error_count > ERRORS_MAX)
                return;
        if (exec->error_count++ == ERRORS_MAX)
                error = gql_error_new(exec->arena, error->rc, NULL, "There are more errors than are listed here.");
        *exec->errors_end = error;
        exec->errors_end = &error->next;
}

static void add_at_field(struct gql_field *field, struct gql_error *error)
{
        for (const struct field_node *n = &field->node; n && error->location_count < ARRAY_LEN(error->locations);
             n = n->next)
                error->locations[error->location_count++] = n->plan->ast->loc;
        error->path_json = gql_path_json(field->exec->arena, field->exec->path);
        gql_error_add(field->exec, error);
}

void gql_fail(struct gql_field *field, enum rc rc, const char *fmt, ...)
{
        struct gql_error *error;
        va_list ap;

        va_start(ap, fmt);
        error = error_vnew(field->exec->arena, rc, NULL, fmt, ap);
        va_end(ap);
        add_at_field(field, error);
}

void gql_fail_err(struct gql_field *field, struct err *err)
{
        const struct gql_request *request = field->exec->request;

        if (request->on_error)
                request->on_error(request->app, err, gql_path_json(field->exec->arena, field->exec->path));
        gql_fail(field, err->rc, "%s", err->msg);
}

void gql_fail_located(struct exec *exec, const struct gql_error *error)
{
        struct gql_error *copy = arena_new(exec->arena, struct gql_error);

        *copy = *error;
        copy->next = NULL;
        copy->path_json = gql_path_json(exec->arena, exec->path);
        gql_error_add(exec, copy);
}

bool gql_stopped(struct exec *exec)
{
        size_t written = exec->out->len - exec->out_start;

        if (exec->stopped)
                return true;
        if (written <= exec->limits->max_response_bytes && !arena_over(exec->arena))
                return false;
        exec->stopped = true;
        gql_error_add(exec, gql_error_new(exec->arena, RC_TOO_LARGE, NULL,
                                          "The answer is larger than this server makes at once: ask for fewer items."));
        return true;
}

/* ---- fields ----------------------------------------------------------------------------- */

enum rc gql_resolve(struct gql_field *field, void *parent, struct gql_out *out, struct err *err)
{
        enum rc rc;

        out->exec = field->exec;
        if (field->info == &gql_field___typename) {
                gql_out_str(out, str_from(field->parent->name));
                return RC_OK;
        }
        if (!field->info->resolve)
                return err_set(err, RC_INTERNAL, "The field \"%s.%s\" has no resolver.", field->parent->name,
                               field->info->name);
        rc = field->info->resolve(field, parent, out, err);
        /* A resolver that fails without a word must not look like success. */
        if (rc && (err->rc != rc || !err->msg[0]))
                return err_set(err, rc, "The field \"%s.%s\" could not be resolved.", field->parent->name,
                               field->info->name);
        return rc;
}

static enum rc allowed(struct gql_field *field, struct err *err)
{
        const struct gql_request *request = field->exec->request;

        if (!request->allow)
                return RC_OK;
        return request->allow(request->app, (enum gql_access)field->info->access, field->info->name, err);
}

static enum written resolve_and_complete(struct gql_field *field, struct gql_out *object, bool root)
{
        struct gql_out out = { .exec = field->exec };
        struct gql_out *value = &out;
        struct err *err = &field->exec->err;
        struct early *early = NULL;

        if (object->early && field->early_slot != SIZE_MAX)
                early = &object->early[field->early_slot];
        if (early && early->done) {
                if (early->failure) {
                        *err = *early->failure;
                        gql_fail_err(field, err);
                        return FAILED;
                }
                value = &early->value;
        } else {
                if (!gql_coerce_args(field)) {
                        gql_fail_located(field->exec, field->args_failure);
                        return FAILED;
                }
                err->rc = RC_OK;
                err->msg[0] = '\0';
                if ((root && allowed(field, err)) || gql_resolve(field, object->object, &out, err)) {
                        gql_fail_err(field, err);
                        return FAILED;
                }
        }
        return gql_complete(field, field->info->type.wrap, value);
}

static enum written write_field(struct gql_field *field, struct gql_out *object, bool root)
{
        struct exec *exec = field->exec;
        struct gql_path place = { .up = exec->path, .key = field->key };
        struct buf *out = exec->out;
        enum written written;
        size_t mark;

        buf_reserve(out, field->key.len + 3);
        out->ptr[out->len++] = '"';
        memcpy(out->ptr + out->len, field->key.ptr, field->key.len);
        out->len += field->key.len;
        out->ptr[out->len++] = '"';
        out->ptr[out->len++] = ':';

        mark = out->len;
        exec->path = &place;
        written = resolve_and_complete(field, object, root);
        exec->path = place.up;
        if (written == FAILED && !gql_use_non_null(field->info->type) && !exec->stopped) {
                out->len = mark;
                buf_add_str(out, STR("null"));
                return WRITTEN;
        }
        return written;
}

enum written gql_write_set(struct exec *exec, struct field_set *set, struct gql_out *object, bool root)
{
        buf_add_c(exec->out, '{');
        for (struct gql_field *field = set->first; field; field = field->next) {
                if (field != set->first)
                        buf_add_c(exec->out, ',');
                if (write_field(field, object, root) == FAILED)
                        return FAILED;
        }
        buf_add_c(exec->out, '}');
        return WRITTEN;
}

/* ---- operations ------------------------------------------------------------------------- */

static const struct plan_operation *choose(struct exec *exec)
{
        const struct plan_operation *first = exec->prepared->plan.operations;
        struct str name = exec->request->operation_name;

        if (!first) {
                gql_error_add(exec, gql_error_new(exec->arena, RC_INVALID, NULL, "Must provide an operation."));
                return NULL;
        }
        if (str_is_empty(name)) {
                if (!first->next)
                        return first;
                gql_error_add(exec, gql_error_new(exec->arena, RC_INVALID, NULL,
                        "Must provide operation name if query contains multiple operations."));
                return NULL;
        }
        for (const struct plan_operation *o = first; o; o = o->next)
                if (str_eq(o->ast->name, name))
                        return o;
        name = gql_shorten(exec->arena, name);
        gql_error_add(exec, gql_error_new(exec->arena, RC_INVALID, NULL, "Unknown operation named \"%.*s\".",
                                          STR_ARG(name)));
        return NULL;
}

/* What is refused before anything runs. */
static bool is_fit(struct exec *exec)
{
        const struct gql_definition *ast = exec->operation->ast;
        uint64_t cost;

        if (exec->request->query_only && ast->operation != GQL_QUERY) {
                gql_error_add(exec, gql_error_new(exec->arena, RC_INVALID, &ast->loc,
                                                  "A GET request can only query: send mutations with POST."));
                return false;
        }
        if (!gql_coerce_variables(exec))
                return false;
        cost = gql_limits_cost(exec);
        if (cost <= exec->limits->max_cost)
                return true;
        gql_error_add(exec, gql_error_new(exec->arena, RC_INVALID, &ast->loc,
                "This operation may touch %llu fields and %llu are allowed: ask for shorter pages.",
                (unsigned long long)cost, (unsigned long long)exec->limits->max_cost));
        return false;
}

static void exec_tables(struct exec *exec)
{
        const struct plan *plan = &exec->prepared->plan;

        exec->fragment_marks = arena_array(exec->arena, uint64_t, plan->fragment_count);
        exec->key_slots = arena_array(exec->arena, struct key_slot, plan->key_count);
}

static enum written run(struct exec *exec)
{
        static const char *const words[] = {
                [GQL_QUERY] = "query", [GQL_MUTATION] = "mutation", [GQL_SUBSCRIPTION] = "subscription",
        };
        const struct gql_definition *ast = exec->operation->ast;
        struct gql_out root = { .exec = exec, .kind = GQL_OUT_OBJECT, .type = exec->operation->root };
        struct field_set set = { 0 };

        if (!exec->operation->root) {
                gql_error_add(exec, gql_error_new(exec->arena, RC_INVALID, &ast->loc,
                        "Schema is not configured to execute %s operation.", words[ast->operation]));
                return FAILED;
        }
        gql_collect_root(exec, &set);
        if (set.failure) {
                gql_error_add(exec, set.failure);
                return FAILED;
        }
        return gql_write_set(exec, &set, &root, true);
}

void gql_execute(struct gql_prepared *prepared, const struct gql_request *request, struct buf *out,
                 struct gql_response *ret)
{
        struct exec exec = {
                .prepared = prepared,
                .index = gql_cache_index(prepared->cache),
                .limits = gql_cache_limits(prepared->cache),
                .request = request,
                .arena = request->arena,
                .out = out,
                .out_start = out->len,
        };
        size_t mark;

        *ret = (struct gql_response){ 0 };
        exec.errors_end = &exec.errors;
        exec.operation = choose(&exec);
        if (exec.operation) {
                ret->operation = exec.operation->ast->operation;
                ret->operation_name = exec.operation->ast->name;
        }
        buf_add_c(out, '{');
        if (exec.operation && is_fit(&exec)) {
                exec_tables(&exec);
                ret->has_data = true;
                buf_add_str(out, STR("\"data\":"));
                mark = out->len;
                if (run(&exec) == FAILED) {
                        out->len = mark;
                        buf_add_str(out, STR("null"));
                        ret->data_is_null = true;
                }
                if (exec.errors)
                        buf_add_c(out, ',');
        }
        if (exec.errors)
                gql_write_error_list(exec.errors, out);
        buf_add_c(out, '}');
        ret->errors = exec.errors;
}
