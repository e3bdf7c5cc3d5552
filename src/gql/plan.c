/*
 * gql/plan.c - a valid document made ready to run, once.
 *
 * Called by cache.c behind validation, so that every name is known to exist. A plan costs
 * as much memory as the syntax tree; fragments are linked, not copied, so that a document
 * cannot blow it up.
 *
 * It also notes which arguments limit the length of a list ("page arguments"), for the
 * cost that limits.c and execute.c reckon with.
 */
#include "gql/builtin.h"
#include "gql/internal.h"

struct planner {
        struct arena *arena;
        const struct gql_index *index;
        struct map keys;        /* response key -> number + 1 */
        struct map fragments;   /* name -> plan_fragment */
        struct plan *plan;
};

static const struct gql_value *argument(const struct gql_argument *arguments, const char *name)
{
        for (const struct gql_argument *a = arguments; a; a = a->next)
                if (str_eq_c(a->name, name))
                        return a->value;
        return NULL;
}

static struct plan_condition condition(const struct gql_directive *directives, const char *name, bool wanted)
{
        for (const struct gql_directive *d = directives; d; d = d->next) {
                const struct gql_value *value;

                if (!str_eq_c(d->name, name))
                        continue;
                value = argument(d->arguments, "if");
                if (value && value->kind == GQL_VALUE_VARIABLE)
                        return (struct plan_condition){ PLAN_VARIABLE, wanted, value };
                if (value && value->boolean != wanted)
                        return (struct plan_condition){ .when = PLAN_NEVER };
        }
        return (struct plan_condition){ .when = PLAN_ALWAYS };
}

bool gql_plan_is_page_argument(struct str name)
{
        return str_eq_c(name, "first") || str_eq_c(name, "last") || str_eq_c(name, "limit") ||
               str_eq_c(name, "perPage");
}

static uint64_t at_least(uint64_t pages, const struct gql_value *value)
{
        if (value && value->kind == GQL_VALUE_INT && value->integer > 0 && (uint64_t)value->integer > pages)
                return (uint64_t)value->integer;
        return pages;
}

/* Lists of the introspection types have no page arguments; their usual lengths stand in. */
static uint64_t introspection_pages(const struct planner *p, const struct gql_type *on,
                                    const struct gql_field_info *info)
{
        if (on == &gql_type___Schema && info->type.type == &gql_type___Type && info->type.wrap > 1)
                return gql_index_schema(p->index)->type_count + GQL_INTROSPECTION_TYPE_COUNT;
        if (on == &gql_type___Type && (gql_use_list(info->type)))
                return 8;
        if (on == &gql_type___Field && gql_use_list(gql_use_of(info->type)))
                return 2;
        return 1;
}

static void plan_pages(const struct planner *p, struct plan_selection *selection)
{
        const struct gql_field_info *info = selection->info;

        selection->pages = 1;
        if (!info)
                return;
        for (size_t i = 0; i < info->arg_count; i++) {
                const struct gql_value *given;

                if (!gql_plan_is_page_argument(str_from(info->args[i].name)))
                        continue;
                given = argument(selection->ast->arguments, info->args[i].name);
                if (given && given->kind == GQL_VALUE_VARIABLE)
                        selection->pages_vary = true;
                if (!given || given->kind == GQL_VALUE_VARIABLE)
                        given = info->args[i].default_value;
                selection->pages = at_least(selection->pages, given);
        }
        if (selection->on->name[0] == '_' && selection->on->name[1] == '_')
                selection->pages = introspection_pages(p, selection->on, info);
}

static uint32_t key_number(struct planner *p, struct str key)
{
        size_t known = map_index(&p->keys, key);

        if (known == SIZE_MAX) {
                map_set(&p->keys, key, p);
                known = p->plan->key_count++;
        }
        return (uint32_t)known;
}

static void plan_set(struct planner *p, const struct gql_selection *ast, const struct gql_type *on,
                     struct plan_selection **ret_first);

static void plan_field(struct planner *p, const struct gql_type *on, struct plan_selection *selection)
{
        const struct gql_selection *ast = selection->ast;

        selection->key = str_is_null(ast->alias) ? ast->name : ast->alias;
        selection->key_id = key_number(p, selection->key);
        selection->on = on;
        selection->info = gql_index_field(p->index, on, ast->name);
        selection->batch = gql_index_is_batch(p->index, ast->name);
        plan_pages(p, selection);
        if (ast->children && selection->info)
                plan_set(p, ast->children, selection->info->type.type, &selection->first);
}

static void plan_set(struct planner *p, const struct gql_selection *ast, const struct gql_type *on,
                     struct plan_selection **ret_first)
{
        for (; ast; ast = ast->next) {
                struct plan_selection *selection = arena_new(p->arena, struct plan_selection);

                *ret_first = selection;
                ret_first = &selection->next;
                selection->kind = ast->kind;
                selection->ast = ast;
                selection->skip = condition(ast->directives, "skip", false);
                selection->include = condition(ast->directives, "include", true);
                switch (ast->kind) {
                case GQL_SELECTION_FIELD:
                        plan_field(p, on, selection);
                        break;
                case GQL_SELECTION_SPREAD:
                        selection->fragment = map_get(&p->fragments, ast->name);
                        assert(selection->fragment);
                        break;
                case GQL_SELECTION_INLINE:
                        if (!str_is_null(ast->name))
                                selection->on = gql_index_type(p->index, ast->name);
                        plan_set(p, ast->children, selection->on ? selection->on : on, &selection->first);
                        break;
                }
        }
}

/* Carries `batch` from the fields up to all that hold them; fragments have no cycles. */
static bool mark_batches(struct plan_selection *first)
{
        bool any = false;

        for (struct plan_selection *s = first; s; s = s->next) {
                if (s->kind == GQL_SELECTION_SPREAD) {
                        struct plan_fragment *fragment = s->fragment;

                        if (!fragment->batch_known) {
                                fragment->batch = mark_batches(fragment->first);
                                fragment->batch_known = true;
                        }
                        s->batch = fragment->batch;
                } else {
                        s->batch |= mark_batches(s->first);
                }
                any |= s->batch;
        }
        return any;
}

static struct gql_type_use resolve_type(const struct planner *p, const struct gql_typeref *ref)
{
        struct gql_type_use use = { 0 };

        for (unsigned shift = 0; ref; ref = ref->of, shift += 2) {
                if (ref->kind == GQL_TYPEREF_NAMED) {
                        use.type = gql_index_type(p->index, ref->name);
                        break;
                }
                /* Deeper than 16 wrappers fits no argument, so that no valid variable has it. */
                if (shift < 32)
                        use.wrap |= (ref->kind == GQL_TYPEREF_LIST ? GQL_WRAP_LIST : GQL_WRAP_NON_NULL) << shift;
        }
        return use;
}

static void plan_operation(struct planner *p, const struct gql_definition *ast, struct plan_operation *operation)
{
        const struct gql_schema *schema = gql_index_schema(p->index);
        struct gql_type_use *types;
        size_t count = 0;

        operation->ast = ast;
        for (const struct gql_variable *v = ast->variables; v; v = v->next)
                operation->variable_count++;
        types = arena_array(p->arena, struct gql_type_use, operation->variable_count);
        for (const struct gql_variable *v = ast->variables; v; v = v->next)
                types[count++] = resolve_type(p, v->type);
        operation->variable_types = types;
        if (ast->operation == GQL_QUERY)
                operation->root = schema->query;
        else if (ast->operation == GQL_MUTATION)
                operation->root = schema->mutation;
        if (operation->root)
                plan_set(p, ast->selections, operation->root, &operation->first);
}

void gql_plan_make(struct arena *arena, const struct gql_index *index, const struct gql_document *document,
                   struct plan *ret)
{
        struct planner p = { .arena = arena, .index = index, .plan = ret };
        struct plan_operation **end = &ret->operations;
        size_t count = 0;

        map_init(&p.keys, arena);
        map_init(&p.fragments, arena);
        for (const struct gql_definition *d = document->definitions; d; d = d->next)
                if (d->kind == GQL_DEF_FRAGMENT)
                        ret->fragment_count++;
        ret->fragments = arena_array(arena, struct plan_fragment *, ret->fragment_count);
        for (const struct gql_definition *d = document->definitions; d; d = d->next) {
                struct plan_fragment *fragment;

                if (d->kind != GQL_DEF_FRAGMENT)
                        continue;
                fragment = arena_new(arena, struct plan_fragment);
                fragment->ast = d;
                fragment->on = gql_index_type(index, d->type_condition);
                fragment->number = (uint32_t)count;
                ret->fragments[count++] = fragment;
                map_set(&p.fragments, d->name, fragment);
        }
        for (size_t i = 0; i < ret->fragment_count; i++)
                plan_set(&p, ret->fragments[i]->ast->selections, ret->fragments[i]->on, &ret->fragments[i]->first);
        for (const struct gql_definition *d = document->definitions; d; d = d->next) {
                struct plan_operation *operation;

                if (d->kind != GQL_DEF_OPERATION)
                        continue;
                operation = arena_new(arena, struct plan_operation);
                plan_operation(&p, d, operation);
                mark_batches(operation->first);
                *end = operation;
                end = &operation->next;
        }
}
