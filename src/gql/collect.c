/*
 * gql/collect.c - selection sets to fields, for one concrete object type.
 *
 * October 2021, section 6.3.2: fragments are opened where their type condition fits,
 * @skip and @include are applied, selections with one response key become one field. A
 * set is collected once per (field, type) and serves all objects of a list; so do the
 * coerced arguments that hang on its fields.
 *
 * "Seen in this collection" is a generation number in the plan's own tables, so that
 * neither merging nor opening a fragment searches anything.
 */
#include "gql/builtin.h"
#include "gql/internal.h"

struct collector {
        struct exec *exec;
        const struct gql_type *type;
        struct field_set *set;
        struct gql_field **end;
        uint64_t generation;
};

static bool kept(struct exec *exec, const struct plan_condition *condition, struct gql_error **ret_failure)
{
        const struct gql_value *variable = condition->variable;
        const struct gql_value *value;

        if (condition->when != PLAN_VARIABLE)
                return condition->when == PLAN_ALWAYS;
        value = gql_variable(exec, variable->text);
        if (value && value->kind == GQL_VALUE_BOOL)
                return value->boolean == condition->wanted;
        if (!*ret_failure && !value)
                *ret_failure = gql_error_new(exec->arena, RC_INVALID, &variable->loc,
                        "Argument \"if\" of required type \"Boolean!\" was provided the variable \"$%.*s\" "
                        "which was not provided a runtime value.", STR_ARG(variable->text));
        else if (!*ret_failure)
                *ret_failure = gql_error_new(exec->arena, RC_INVALID, &variable->loc,
                        "Argument \"if\" of non-null type \"Boolean!\" must not be null.");
        return false;
}

bool gql_plan_kept(struct exec *exec, const struct plan_selection *selection, struct gql_error **ret_failure)
{
        return kept(exec, &selection->skip, ret_failure) && kept(exec, &selection->include, ret_failure);
}

static struct gql_field *field_new(struct collector *c, const struct plan_selection *selection)
{
        struct gql_field *field = arena_new(c->exec->arena, struct gql_field);

        field->exec = c->exec;
        field->parent = c->type;
        field->info = selection->on == c->type ? selection->info
                                               : gql_index_field(c->exec->index, c->type, selection->ast->name);
        assert(field->info);
        field->key = selection->key;
        field->node.plan = selection;
        field->last_node = &field->node;
        field->scalar = gql_scalar_of(field->info->type.type);
        field->early_slot = SIZE_MAX;
        return field;
}

static void add_field(struct collector *c, const struct plan_selection *selection)
{
        struct key_slot *slot = &c->exec->key_slots[selection->key_id];
        struct gql_field *field;

        if (slot->generation == c->generation) {
                struct field_node *node = arena_new(c->exec->arena, struct field_node);

                field = slot->field;
                node->plan = selection;
                field->last_node->next = node;
                field->last_node = node;
        } else {
                field = field_new(c, selection);
                *slot = (struct key_slot){ c->generation, field };
                *c->end = field;
                c->end = &field->next;
        }
        if (!selection->batch)
                return;
        field->batch = true;
        c->set->batches |= field->info->prefetch != NULL;
        if (field->early_slot == SIZE_MAX)
                field->early_slot = c->set->early_count++;
}

static bool fits(const struct collector *c, const struct gql_type *condition)
{
        return !condition || condition == c->type || gql_type_is_subtype(c->type, condition);
}

static void collect(struct collector *c, const struct plan_selection *first)
{
        for (const struct plan_selection *s = first; s && !c->set->failure; s = s->next) {
                uint64_t *mark;

                if (s->kind == GQL_SELECTION_SPREAD && c->exec->fragment_marks[s->fragment->number] == c->generation)
                        continue;
                if (!gql_plan_kept(c->exec, s, &c->set->failure))
                        continue;
                switch (s->kind) {
                case GQL_SELECTION_FIELD:
                        add_field(c, s);
                        break;
                case GQL_SELECTION_INLINE:
                        if (fits(c, s->on))
                                collect(c, s->first);
                        break;
                case GQL_SELECTION_SPREAD:
                        mark = &c->exec->fragment_marks[s->fragment->number];
                        *mark = c->generation;
                        if (fits(c, s->fragment->on))
                                collect(c, s->fragment->first);
                        break;
                }
        }
}

static struct collector collector(struct exec *exec, const struct gql_type *type, struct field_set *set)
{
        return (struct collector){
                .exec = exec, .type = type, .set = set, .end = &set->first, .generation = ++exec->generation,
        };
}

void gql_collect_root(struct exec *exec, struct field_set *ret)
{
        struct collector c = collector(exec, exec->operation->root, ret);

        collect(&c, exec->operation->first);
}

struct field_set *gql_collect_below(struct gql_field *field, const struct gql_type *type)
{
        struct field_subset *subset;
        struct collector c;

        for (subset = field->subsets; subset; subset = subset->next)
                if (subset->type == type)
                        return &subset->set;
        subset = arena_new(field->exec->arena, struct field_subset);
        subset->type = type;
        subset->next = field->subsets;
        field->subsets = subset;
        c = collector(field->exec, type, &subset->set);
        for (const struct field_node *node = &field->node; node; node = node->next)
                collect(&c, node->plan->first);
        return &subset->set;
}
