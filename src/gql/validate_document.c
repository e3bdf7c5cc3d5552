/*
 * gql/validate_document.c - rules about definitions and fragments.
 *
 * Part of gql/validate.c. Cycles and unused fragments are found from the spreads that the
 * walk noted, each fragment visited once.
 */
#include "gql/validate.h"

void rule_executable_definitions(struct validation *v)
{
        for (const struct gql_definition *def = v->document->definitions; def; def = def->next) {
                if (def->kind == GQL_DEF_OPERATION || def->kind == GQL_DEF_FRAGMENT)
                        continue;
                if (def->kind == GQL_DEF_SCHEMA)
                        validation_error_at(v, def->loc, "The schema definition is not executable.");
                else
                        validation_error_at(v, def->loc, "The \"%.*s\" definition is not executable.",
                                            STR_ARG(def->name));
        }
}

/* Reports the second and later definitions of a name, each with the first one's place. */
static void check_unique(struct validation *v, struct map *seen, const struct gql_definition *def, const char *what)
{
        const struct gql_definition *first = map_get(seen, def->name);

        if (first)
                validation_error(v, (struct gql_loc[]){ first->name_loc, def->name_loc }, 2,
                                 "There can be only one %s named \"%.*s\".", what, STR_ARG(def->name));
        else
                map_set(seen, def->name, (void *)def);
}

void rule_unique_operation_names(struct validation *v, const struct gql_definition *operation)
{
        if (!str_is_null(operation->name))
                check_unique(v, &v->operations, operation, "operation");
}

void rule_unique_fragment_names(struct validation *v, const struct gql_definition *fragment)
{
        check_unique(v, &v->fragment_names, fragment, "fragment");
}

void rule_lone_anonymous_operation(struct validation *v, const struct gql_definition *operation)
{
        if (str_is_null(operation->name) && v->operation_count > 1)
                validation_error_at(v, operation->loc, "This anonymous operation must be the only defined operation.");
}

void rule_known_fragment_names(struct validation *v, const struct gql_selection *spread)
{
        if (!validation_fragment(v, spread->name))
                validation_error_at(v, spread->name_loc, "Unknown fragment \"%.*s\".", STR_ARG(spread->name));
}

void rule_fragments_on_composite_types(struct validation *v, struct str fragment_name, struct str type_name,
                                       struct gql_loc loc)
{
        const struct gql_type *type = gql_schema_type(v->schema, type_name);

        if (!type || gql_type_is_composite(type))
                return;
        if (str_is_null(fragment_name))
                validation_error_at(v, loc, "Fragment cannot condition on non composite type \"%s\".", type->name);
        else
                validation_error_at(v, loc, "Fragment \"%.*s\" cannot condition on non composite type \"%s\".",
                                    STR_ARG(fragment_name), type->name);
}

/* Could one object be of both types? */
static bool overlap(const struct gql_type *a, const struct gql_type *b)
{
        if (a == b)
                return true;
        if (a->kind == GQL_TYPE_OBJECT)
                return gql_type_is_subtype(a, b);
        if (b->kind == GQL_TYPE_OBJECT)
                return gql_type_is_subtype(b, a);
        for (size_t i = 0; i < a->possible_count; i++)
                if (gql_type_is_subtype(a->possible[i], b))
                        return true;
        return false;
}

void rule_possible_inline(struct validation *v, const struct gql_selection *inline_fragment,
                          const struct gql_type *type)
{
        if (type && gql_type_is_composite(type) && v->parent && !overlap(type, v->parent))
                validation_error_at(v, inline_fragment->loc, "Fragment cannot be spread here as objects of type \"%s\" "
                                                             "can never be of type \"%s\".", v->parent->name, type->name);
}

void rule_possible_spread(struct validation *v, const struct gql_selection *spread)
{
        const struct definition_notes *fragment = validation_fragment(v, spread->name);
        const struct gql_type *type = fragment ? gql_schema_type(v->schema, fragment->def->type_condition) : NULL;

        if (type && gql_type_is_composite(type) && v->parent && !overlap(type, v->parent))
                validation_error_at(v, spread->loc, "Fragment \"%.*s\" cannot be spread here as objects of type \"%s\" "
                                                    "can never be of type \"%s\".",
                                    STR_ARG(spread->name), v->parent->name, type->name);
}

/* ---- NoFragmentCycles ------------------------------------------------------------------------- */

/* The spreads followed so far. The path grows by one fragment each; `stack` has room for all. */
struct path {
        struct validation *v;
        const struct spread_use **stack;
        size_t depth;
};

/*
 * The frame of a fragment whose spreads are being followed. Of several fragments with one
 * name each is looked into, but they are marked as one.
 */
struct frame {
        struct definition_notes *named;
        const struct spread_use *next;
};

static void report_cycle(const struct path *path, size_t from)
{
        struct validation *v = path->v;
        size_t count = path->depth - from;
        struct gql_loc *locations = arena_array(v->arena, struct gql_loc, count);
        _cleanup_(buf_done) struct buf via = { 0 };

        for (size_t i = 0; i < count; i++) {
                locations[i] = path->stack[from + i]->spread->loc;
                if (i + 1 < count)
                        buf_printf(&via, "%s\"%.*s\"", i ? ", " : "", STR_ARG(path->stack[from + i]->spread->name));
        }
        validation_error(v, locations, count, "Cannot spread fragment \"%.*s\" within itself%s%.*s.",
                         STR_ARG(path->stack[path->depth - 1]->spread->name), via.len ? " via " : "",
                         STR_ARG(buf_str(&via)));
}

/* Opens a frame for `fragment`, reached by the path as it is now. */
static struct frame enter_fragment(const struct path *path, const struct definition_notes *fragment)
{
        struct definition_notes *named = validation_fragment(path->v, fragment->def->name);

        named->cycles_checked = true;
        named->spread_index = (unsigned)path->depth + 1;
        return (struct frame){ named, fragment->spreads };
}

/* A search without recursion: chains of fragments may be as long as the document. */
static void find_cycles(struct path *path, struct frame *frames, const struct definition_notes *start)
{
        size_t depth = 1;

        frames[0] = enter_fragment(path, start);
        while (depth > 0) {
                struct frame *frame = &frames[depth - 1];
                struct definition_notes *target;

                if (!frame->next || path->v->aborted) {
                        frame->named->spread_index = 0;
                        depth--;
                        path->depth -= depth > 0;
                        continue;
                }
                path->stack[path->depth++] = frame->next;
                target = validation_fragment(path->v, frame->next->spread->name);
                frame->next = frame->next->next;
                if (target && target->spread_index)
                        report_cycle(path, target->spread_index - 1);
                if (target && !target->cycles_checked)
                        frames[depth++] = enter_fragment(path, target);
                else
                        path->depth--;
        }
}

void rule_no_fragment_cycles(struct validation *v)
{
        struct path path = { .v = v };
        struct frame *frames = arena_array(v->arena, struct frame, v->notes_count + 1);

        path.stack = arena_array(v->arena, const struct spread_use *, v->notes_count + 1);
        for (size_t i = 0; i < v->notes_count && !v->aborted; i++) {
                const struct gql_definition *def = v->notes[i].def;

                if (def->kind == GQL_DEF_FRAGMENT && !validation_fragment(v, def->name)->cycles_checked)
                        find_cycles(&path, frames, &v->notes[i]);
        }
}

/* ---- NoUnusedFragments ------------------------------------------------------------------------ */

void rule_no_unused_fragments(struct validation *v)
{
        struct definition_notes **queue = v->queue;
        size_t count = 0;

        v->mark++;
        for (size_t i = 0; i < v->notes_count; i++)
                if (v->notes[i].def->kind == GQL_DEF_OPERATION)
                        queue[count++] = &v->notes[i];
        for (size_t i = 0; i < count; i++) {
                for (const struct spread_use *use = queue[i]->spreads; use; use = use->next) {
                        struct definition_notes *target = validation_fragment(v, use->spread->name);

                        if (!target || target->mark == v->mark)
                                continue;
                        target->mark = v->mark;
                        queue[count++] = target;
                }
        }
        for (size_t i = 0; i < v->notes_count && !v->aborted; i++) {
                const struct gql_definition *def = v->notes[i].def;

                if (def->kind == GQL_DEF_FRAGMENT && validation_fragment(v, def->name)->mark != v->mark)
                        validation_error_at(v, def->loc, "Fragment \"%.*s\" is never used.", STR_ARG(def->name));
        }
}
