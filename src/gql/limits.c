/*
 * gql/limits.c - what one document may ask for.
 *
 * The parser limits bytes, tokens and nesting as written. Here count the measures that
 * fragments can multiply: depth, aliases, root fields, lists of the introspection types
 * inside one another. Each fragment is measured once, so that the work is linear in the
 * document's size however often its fragments are used; sums saturate.
 *
 * The cost of an operation needs variables and is asked by execute.c: each field weighs
 * its @cost (1 by default), times the product of the page arguments around it.
 */
#include "gql/builtin.h"
#include "gql/internal.h"

enum { INTROSPECTION_LISTS_MAX = 2 };

struct gql_limits gql_limits_defaults(const struct gql_limits *limits)
{
        struct gql_limits l = limits ? *limits : (struct gql_limits){ .introspection = true };

        l.max_bytes = l.max_bytes ? l.max_bytes : 64 * 1024;
        l.max_tokens = l.max_tokens ? l.max_tokens : 5000;
        l.max_depth = l.max_depth ? l.max_depth : 20;
        l.max_aliases = l.max_aliases ? l.max_aliases : 100;
        l.max_root_fields = l.max_root_fields ? l.max_root_fields : 50;
        l.max_cost = l.max_cost ? l.max_cost : 2000000;
        l.max_errors = l.max_errors ? l.max_errors : 100;
        l.max_response_bytes = l.max_response_bytes ? l.max_response_bytes : 64 * 1024 * 1024;
        return l;
}

static uint64_t add(uint64_t a, uint64_t b)
{
        return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
        uint64_t product;

        return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* ---- measures without variables --------------------------------------------------------- */

struct measure {
        unsigned depth;
        unsigned introspection_lists;
        uint64_t aliases;
        uint64_t fields;                /* of this set itself, fragments opened */
        const struct gql_selection *introspection; /* first __schema or __type */
};

static void measure_set(const struct plan_selection *first, struct measure *ret);

static bool is_introspection_list(const struct plan_selection *selection)
{
        return selection->on == &gql_type___Type && selection->info && gql_use_list(selection->info->type) &&
               !str_eq_c(selection->ast->name, "enumValues");
}

static void measure_fragment(struct plan_fragment *fragment)
{
        struct measure m = { 0 };

        if (fragment->measured)
                return;
        measure_set(fragment->first, &m);
        fragment->measured = true;
        fragment->depth = m.depth;
        fragment->introspection_lists = m.introspection_lists;
        fragment->introspection = m.introspection;
        fragment->aliases = m.aliases;
        fragment->fields = m.fields;
}

static void merge(struct measure *into, const struct measure *part)
{
        if (part->depth > into->depth)
                into->depth = part->depth;
        if (part->introspection_lists > into->introspection_lists)
                into->introspection_lists = part->introspection_lists;
        if (!into->introspection)
                into->introspection = part->introspection;
        into->aliases = add(into->aliases, part->aliases);
        into->fields = add(into->fields, part->fields);
}

static void measure_field(const struct plan_selection *selection, struct measure *ret)
{
        measure_set(selection->first, ret);
        ret->depth++;
        ret->introspection_lists += is_introspection_list(selection);
        ret->aliases = add(ret->aliases, !str_is_null(selection->ast->alias));
        ret->fields = 1;
        if (selection->info == &gql_field___schema || selection->info == &gql_field___type)
                ret->introspection = selection->ast;
}

static void measure_set(const struct plan_selection *first, struct measure *ret)
{
        for (const struct plan_selection *s = first; s; s = s->next) {
                struct measure m = { 0 };

                switch (s->kind) {
                case GQL_SELECTION_FIELD:
                        measure_field(s, &m);
                        break;
                case GQL_SELECTION_INLINE:
                        measure_set(s->first, &m);
                        break;
                case GQL_SELECTION_SPREAD:
                        measure_fragment(s->fragment);
                        m = (struct measure){
                                .depth = s->fragment->depth,
                                .introspection_lists = s->fragment->introspection_lists,
                                .introspection = s->fragment->introspection,
                                .aliases = s->fragment->aliases,
                                .fields = s->fragment->fields,
                        };
                        break;
                }
                merge(ret, &m);
        }
}

static struct gql_error *check_operation(struct arena *arena, const struct plan_operation *operation,
                                         const struct gql_limits *limits)
{
        const struct gql_loc *loc = &operation->ast->loc;
        struct measure m = { 0 };

        measure_set(operation->first, &m);
        if (m.depth > limits->max_depth)
                return gql_error_new(arena, RC_INVALID, loc,
                        "This operation nests %u levels of fields and %u are allowed: ask for less at once.",
                        m.depth, limits->max_depth);
        if (m.fields > limits->max_root_fields)
                return gql_error_new(arena, RC_INVALID, loc,
                        "This operation has %llu root fields and %u are allowed: send several operations.",
                        (unsigned long long)m.fields, limits->max_root_fields);
        if (m.aliases > limits->max_aliases)
                return gql_error_new(arena, RC_INVALID, loc,
                        "This operation has %llu aliases and %u are allowed: send several operations.",
                        (unsigned long long)m.aliases, limits->max_aliases);
        if (m.introspection && !limits->introspection)
                return gql_error_new(arena, RC_DENIED, &m.introspection->loc,
                        "Introspection is switched off on this server: use its documentation.");
        if (m.introspection_lists > INTROSPECTION_LISTS_MAX)
                return gql_error_new(arena, RC_INVALID, &m.introspection->loc,
                        "Lists of types and fields nest %u levels here and %d are allowed: ask for one type at a time.",
                        m.introspection_lists, INTROSPECTION_LISTS_MAX);
        return NULL;
}

struct gql_error *gql_limits_check(struct arena *arena, const struct plan *plan, const struct gql_limits *limits)
{
        for (const struct plan_operation *o = plan->operations; o; o = o->next) {
                struct gql_error *error = check_operation(arena, o, limits);

                if (error)
                        return error;
        }
        return NULL;
}

/* ---- cost ------------------------------------------------------------------------------- */

struct costing {
        const struct exec *exec;
        uint64_t *fragments;            /* cost + 1 by number; 0: not known yet */
};

static uint64_t set_cost(struct costing *c, const struct plan_selection *first);

/* The largest page argument that is a variable. */
static uint64_t varying_pages(const struct costing *c, const struct plan_selection *s)
{
        uint64_t pages = s->pages;

        for (const struct gql_argument *a = s->ast->arguments; a; a = a->next) {
                const struct gql_value *value;

                if (a->value->kind != GQL_VALUE_VARIABLE || !gql_plan_is_page_argument(a->name))
                        continue;
                value = gql_variable(c->exec, a->value->text);
                if (value && value->kind == GQL_VALUE_INT && value->integer > 0 &&
                    (uint64_t)value->integer > pages)
                        pages = (uint64_t)value->integer;
        }
        return pages;
}

static uint64_t field_cost(struct costing *c, const struct plan_selection *s)
{
        uint64_t weight = s->info ? s->info->cost : 1;
        uint64_t below;

        if (!s->first)
                return weight;
        below = set_cost(c, s->first);
        return add(weight, multiply(s->pages_vary ? varying_pages(c, s) : s->pages, below));
}

static uint64_t set_cost(struct costing *c, const struct plan_selection *first)
{
        uint64_t cost = 0;

        for (const struct plan_selection *s = first; s; s = s->next) {
                switch (s->kind) {
                case GQL_SELECTION_FIELD:
                        cost = add(cost, field_cost(c, s));
                        break;
                case GQL_SELECTION_INLINE:
                        cost = add(cost, set_cost(c, s->first));
                        break;
                case GQL_SELECTION_SPREAD: {
                        uint64_t *known = &c->fragments[s->fragment->number];

                        if (!*known)
                                *known = add(set_cost(c, s->fragment->first), 1);
                        cost = add(cost, *known - 1);
                        break;
                }
                }
        }
        return cost;
}

uint64_t gql_limits_cost(const struct exec *exec)
{
        struct costing c = {
                .exec = exec,
                .fragments = arena_array(exec->arena, uint64_t, exec->prepared->plan.fragment_count),
        };

        return set_cost(&c, exec->operation->first);
}
