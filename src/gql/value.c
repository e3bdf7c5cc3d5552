/*
 * gql/value.c - what resolvers read and write with.
 *
 * Readers of coerced values never fail: what is absent, null or of another kind is the
 * "otherwise" of the call, because coercion has checked the types before.
 */
#include "gql/builtin.h"
#include "gql/internal.h"

void *gql_app(struct gql_field *field)
{
        return field->exec->request->app;
}

struct arena *gql_arena(struct gql_field *field)
{
        return field->exec->arena;
}

const struct gql_schema *gql_field_schema(struct gql_field *field)
{
        return gql_index_schema(field->exec->index);
}

const struct gql_type *gql_field_find_type(struct gql_field *field, struct str name)
{
        return gql_index_type(field->exec->index, name);
}

/* ---- reading ---------------------------------------------------------------------------- */

const struct gql_value *gql_args(struct gql_field *field)
{
        return &field->args;
}

const struct gql_value *gql_member(const struct gql_value *object, const char *name)
{
        size_t len = strlen(name);

        if (!object || object->kind != GQL_VALUE_OBJECT)
                return NULL;
        for (const struct gql_value *v = object->first; v; v = v->next)
                if (v->name.len == len && memcmp(v->name.ptr, name, len) == 0)
                        return v;
        return NULL;
}

const struct gql_value *gql_arg(struct gql_field *field, const char *name)
{
        return gql_member(&field->args, name);
}

struct str gql_text(const struct gql_value *value)
{
        if (!value || (value->kind != GQL_VALUE_STRING && value->kind != GQL_VALUE_ENUM))
                return STR_NULL;
        return value->text;
}

struct str gql_arg_str(struct gql_field *field, const char *name)
{
        return gql_text(gql_arg(field, name));
}

struct str gql_member_str(const struct gql_value *object, const char *name)
{
        return gql_text(gql_member(object, name));
}

bool gql_is_null(const struct gql_value *value)
{
        return !value || value->kind == GQL_VALUE_NULL;
}

int64_t gql_int(const struct gql_value *value, int64_t otherwise)
{
        return value && value->kind == GQL_VALUE_INT ? value->integer : otherwise;
}

bool gql_bool(const struct gql_value *value, bool otherwise)
{
        return value && value->kind == GQL_VALUE_BOOL ? value->boolean : otherwise;
}

double gql_float(const struct gql_value *value, double otherwise)
{
        if (value && value->kind == GQL_VALUE_INT)
                return (double)value->integer;
        return value && value->kind == GQL_VALUE_FLOAT ? value->number : otherwise;
}

/* ---- looking ahead in the selection ------------------------------------------------------ */

struct seeker {
        struct exec *exec;
        struct str name;
        uint64_t generation;
        struct field_node *found, **end;
};

static void seek(struct seeker *s, const struct plan_selection *first)
{
        for (const struct plan_selection *p = first; p; p = p->next) {
                struct gql_error *failure = NULL;

                if (!gql_plan_kept(s->exec, p, &failure))
                        continue;
                if (p->kind == GQL_SELECTION_INLINE) {
                        seek(s, p->first);
                } else if (p->kind == GQL_SELECTION_SPREAD) {
                        uint64_t *mark = &s->exec->fragment_marks[p->fragment->number];

                        if (*mark == s->generation)
                                continue;
                        *mark = s->generation;
                        seek(s, p->fragment->first);
                } else if (str_eq(p->ast->name, s->name)) {
                        struct field_node *node = arena_new(s->exec->arena, struct field_node);

                        node->plan = p;
                        *s->end = node;
                        s->end = &node->next;
                }
        }
}

/* Type conditions are not looked at: a field that only some types select counts as selected. */
bool gql_selects(struct gql_field *field, const char *path)
{
        const struct field_node *nodes = &field->node;
        struct str rest = str_from(path);

        while (!str_is_null(rest)) {
                struct seeker s = {
                        .exec = field->exec,
                        .name = str_cut(&rest, '.'),
                        .generation = ++field->exec->generation,
                };

                s.end = &s.found;
                for (; nodes; nodes = nodes->next)
                        seek(&s, nodes->plan->first);
                if (!s.found)
                        return false;
                nodes = s.found;
        }
        return true;
}

/* ---- writing ---------------------------------------------------------------------------- */

void gql_out_null(struct gql_out *out)
{
        out->kind = GQL_OUT_NULL;
}

void gql_out_str(struct gql_out *out, struct str value)
{
        out->kind = str_is_null(value) ? GQL_OUT_NULL : GQL_OUT_STR;
        out->text = value;
}

void gql_out_int(struct gql_out *out, int64_t value)
{
        out->kind = GQL_OUT_INT;
        out->integer = value;
}

void gql_out_float(struct gql_out *out, double value)
{
        out->kind = GQL_OUT_FLOAT;
        out->number = value;
}

void gql_out_bool(struct gql_out *out, bool value)
{
        out->kind = GQL_OUT_BOOL;
        out->boolean = value;
}

void gql_out_json(struct gql_out *out, struct str raw_json)
{
        out->kind = str_is_null(raw_json) ? GQL_OUT_NULL : GQL_OUT_JSON;
        out->text = raw_json;
}

/* Resolvers name types by the same few literals: their addresses find the type, the text confirms it. */
static const struct gql_type *find_type(struct exec *exec, const char *name)
{
        const struct gql_type **known = &exec->known_types[((uintptr_t)name >> 3) % ARRAY_LEN(exec->known_types)];

        if (!*known || strcmp((*known)->name, name) != 0)
                *known = gql_index_type(exec->index, str_from(name));
        return *known;
}

void gql_out_object(struct gql_out *out, const char *type_name, void *object)
{
        if (!object) {
                out->kind = GQL_OUT_NULL;
                return;
        }
        out->kind = GQL_OUT_OBJECT;
        out->type = find_type(out->exec, type_name);
        out->object = object;
}

void gql_out_list(struct gql_out *out, size_t count)
{
        out->kind = GQL_OUT_LIST;
        out->count = count;
        out->items = arena_array(out->exec->arena, struct gql_out, count);
        for (size_t i = 0; i < count; i++)
                out->items[i].exec = out->exec;
}

struct gql_out *gql_out_item(struct gql_out *out, size_t index)
{
        assert(out->kind == GQL_OUT_LIST && index < out->count);
        return &out->items[index];
}
