/*
 * gql/validate_overlap.c - OverlappingFieldsCanBeMerged: fields that share a response name
 * must be able to share its place in the answer.
 *
 * Part of gql/validate.c. Per selection set the fields are grouped by response name,
 * inline fragments flattened, named fragments kept as names. Compared are: the fields of
 * one set with each other; the set with each fragment it spreads; the fragments with each
 * other; and for two fields that may merge, their own sets in the same way. The order of
 * comparisons is graphql-js's, because an error lists what was found first.
 *
 * A hostile document makes this expensive, so: what was compared is remembered (pairs of
 * fragments, a set and a fragment), every comparison costs a unit of a budget, recursion
 * is limited, and an error lists only so many parts. Past a limit the document is refused.
 */
#include <stdio.h>

#include "gql/validate.h"

#define BUDGET 500000
#define MAX_DEPTH 1500       /* of comparisons within comparisons */
#define MAX_PARTS 64         /* conflicts below one field that are worth collecting */
#define MAX_NODES 20         /* fields listed per side */
#define MAX_TEXT 1000        /* of one reason */

/* A field as written, and where. */
struct entry {
        const struct gql_selection *field;
        const struct gql_type *parent;
        const struct gql_field_info *info;     /* NULL: unknown, or a meta field */
        struct entry *next;
};

/* Fields with one response name. */
struct group {
        struct str name;
        struct entry *first, **tail;
        struct group *next;
};

/* A name as part of a list. */
struct name {
        struct str name;
        struct name *next;
};

/* What a selection set holds. Made once per set. */
struct field_set {
        const void *key;                       /* the first selection */
        struct map groups;                     /* response name -> group */
        struct group *first, **tail;
        struct map spreads;                    /* fragment name -> itself */
        struct name *names, **names_tail;
        struct map compared;                   /* fragment name -> was_exclusive or was_open */
};

/* A pair of fragments that were compared. */
struct pair {
        const void *key[2];
        bool exclusive;
};

struct conflict {
        struct str name;
        struct str reason;
        const struct gql_loc *left, *right;
        size_t left_count, right_count;
        struct conflict *next;
};

struct conflicts {
        struct conflict *first, **tail;
        size_t count, max;
};

struct overlap {
        struct map sets;                       /* bytes of the key pointer -> field_set */
        struct map pairs;                      /* bytes of the key pointers -> pair */
        long budget;
        unsigned depth;
};

/* Values of field_set.compared. */
static char was_exclusive, was_open;

static bool spend(struct validation *v, long cost)
{
        v->overlap->budget -= cost;
        if (v->overlap->budget >= 0 && v->overlap->depth <= MAX_DEPTH)
                return true;
        if (!v->aborted)
                validation_error(v, NULL, 0, "Too many fields of this document share response names with others; "
                                             "use fewer, or send several documents.");
        v->aborted = true;
        return false;
}

/* ---- collecting --------------------------------------------------------------------------------- */

static void collect_field(struct validation *v, struct field_set *set, const struct gql_selection *field,
                          const struct gql_type *parent)
{
        struct str name = str_is_null(field->alias) ? field->name : field->alias;
        struct group *group = map_get(&set->groups, name);
        struct entry *entry = arena_new(v->arena, struct entry);

        entry->field = field;
        entry->parent = parent;
        if (parent && (parent->kind == GQL_TYPE_OBJECT || parent->kind == GQL_TYPE_INTERFACE))
                entry->info = gql_type_field(parent, field->name);
        if (!group) {
                group = arena_new(v->arena, struct group);
                group->name = name;
                group->tail = &group->first;
                map_set(&set->groups, name, group);
                *set->tail = group;
                set->tail = &group->next;
        }
        *group->tail = entry;
        group->tail = &entry->next;
}

static void collect(struct validation *v, struct field_set *set, const struct gql_selection *selections,
                    const struct gql_type *parent)
{
        for (; selections; selections = selections->next) {
                if (selections->kind == GQL_SELECTION_FIELD) {
                        collect_field(v, set, selections, parent);
                } else if (selections->kind == GQL_SELECTION_INLINE) {
                        collect(v, set, selections->children,
                                str_is_null(selections->name) ? parent : gql_schema_type(v->schema, selections->name));
                } else if (!map_has(&set->spreads, selections->name)) {
                        struct name *name = arena_new(v->arena, struct name);

                        name->name = selections->name;
                        map_set(&set->spreads, name->name, name);
                        *set->names_tail = name;
                        set->names_tail = &name->next;
                }
        }
}

static struct field_set *set_of(struct validation *v, const struct gql_selection *selections,
                                const struct gql_type *parent)
{
        const void *key = selections;
        struct field_set *set = map_get(&v->overlap->sets, (struct str){ (const char *)&key, sizeof(key) });

        if (set)
                return set;
        set = arena_new(v->arena, struct field_set);
        set->key = key;
        set->tail = &set->first;
        set->names_tail = &set->names;
        map_init(&set->groups, v->arena);
        map_init(&set->spreads, v->arena);
        map_init(&set->compared, v->arena);
        map_set(&v->overlap->sets, (struct str){ (const char *)&set->key, sizeof(set->key) }, set);
        collect(v, set, selections, parent);
        return set;
}

static struct field_set *set_of_fragment(struct validation *v, const struct definition_notes *fragment)
{
        return set_of(v, fragment->def->selections, gql_schema_type(v->schema, fragment->def->type_condition));
}

/* ---- two values ----------------------------------------------------------------------------------- */

static bool same_value(struct validation *v, const struct gql_value *a, const struct gql_value *b);

static bool same_members(struct validation *v, const struct gql_value *a, const struct gql_value *b)
{
        for (const struct gql_value *member = a->first; member; member = member->next) {
                const struct gql_value *other = b->first;

                while (other && !str_eq(member->name, other->name) && spend(v, 1))
                        other = other->next;
                if (!other || v->aborted || !same_value(v, member, other))
                        return false;
        }
        return true;
}

static bool same_value(struct validation *v, const struct gql_value *a, const struct gql_value *b)
{
        if (!spend(v, 1) || a->kind != b->kind || a->count != b->count)
                return false;
        switch (a->kind) {
        case GQL_VALUE_NULL:
                return true;
        case GQL_VALUE_BOOL:
                return a->boolean == b->boolean;
        case GQL_VALUE_STRING:
                return a->block_string == b->block_string && str_eq(a->text, b->text);
        case GQL_VALUE_OBJECT:
                return same_members(v, a, b);
        case GQL_VALUE_LIST:
                b = b->first;
                for (a = a->first; a; a = a->next, b = b->next)
                        if (!same_value(v, a, b))
                                return false;
                return true;
        default:
                return str_eq(a->text, b->text);
        }
}

static size_t argument_count(const struct gql_argument *arguments)
{
        size_t count = 0;

        for (; arguments; arguments = arguments->next)
                count++;
        return count;
}

static bool same_arguments(struct validation *v, const struct gql_argument *a, const struct gql_argument *b)
{
        if (argument_count(a) != argument_count(b))
                return false;
        for (; a; a = a->next) {
                const struct gql_value *value = NULL;

                /* Of arguments with one name the last counts. */
                for (const struct gql_argument *other = b; other && spend(v, 1); other = other->next)
                        if (str_eq(a->name, other->name))
                                value = other->value;
                if (!value || v->aborted || !same_value(v, a->value, value))
                        return false;
        }
        return true;
}

static bool types_conflict(struct gql_type_use a, struct gql_type_use b)
{
        if (a.wrap != b.wrap)
                return true;
        return a.type != b.type && (gql_type_is_leaf(a.type) || gql_type_is_leaf(b.type));
}

/* ---- conflicts ---------------------------------------------------------------------------------------- */

static struct str shortened(struct validation *v, struct str text)
{
        if (text.len <= MAX_TEXT)
                return text;
        return arena_printf(v->arena, "%.*s...", MAX_TEXT, text.ptr);
}

static void conflicts_init(struct conflicts *conflicts, size_t max)
{
        *conflicts = (struct conflicts){ .max = max };
        conflicts->tail = &conflicts->first;
}

static struct conflict *add_conflict(struct validation *v, struct conflicts *conflicts, struct str name,
                                     struct str reason, const struct entry *a, const struct entry *b)
{
        struct conflict *conflict = arena_new(v->arena, struct conflict);

        conflict->name = name;
        conflict->reason = reason;
        conflict->left = &a->field->loc;
        conflict->right = &b->field->loc;
        conflict->left_count = conflict->right_count = 1;
        *conflicts->tail = conflict;
        conflicts->tail = &conflict->next;
        conflicts->count++;
        return conflict;
}

/* The field itself, then what its parts list; of a long part the end, which is deeper. */
static const struct gql_loc *gather(struct validation *v, struct gql_loc own, const struct conflict *parts, bool left,
                                    size_t *ret_count)
{
        struct gql_loc *list = arena_array(v->arena, struct gql_loc, MAX_NODES);
        size_t count = 0;

        list[count++] = own;
        for (; parts && count < MAX_NODES; parts = parts->next) {
                const struct gql_loc *from = left ? parts->left : parts->right;
                size_t n = left ? parts->left_count : parts->right_count;
                size_t room = MAX_NODES - count;

                if (n > room) {
                        from += n - room;
                        n = room;
                }
                memcpy(list + count, from, n * sizeof(*from));
                count += n;
        }
        *ret_count = count;
        return list;
}

static void add_nested(struct validation *v, struct conflicts *conflicts, struct str name,
                       const struct conflicts *parts, const struct entry *a, const struct entry *b)
{
        _cleanup_(buf_done) struct buf reason = { 0 };
        struct conflict *conflict;

        for (const struct conflict *part = parts->first; part && reason.len <= MAX_TEXT; part = part->next)
                buf_printf(&reason, "%ssubfields \"%.*s\" conflict because %.*s", part == parts->first ? "" : " and ",
                           STR_ARG(shortened(v, part->name)), STR_ARG(part->reason));
        conflict = add_conflict(v, conflicts, name, arena_str(v->arena, shortened(v, buf_str(&reason))), a, b);
        conflict->left = gather(v, a->field->loc, parts->first, true, &conflict->left_count);
        conflict->right = gather(v, b->field->loc, parts->first, false, &conflict->right_count);
}

/* ---- comparing -------------------------------------------------------------------------------------------- */

static void compare_subsets(struct validation *v, struct conflicts *conflicts, bool exclusive,
                            struct field_set *a, struct field_set *b);

static bool is_object(const struct gql_type *type)
{
        return type && type->kind == GQL_TYPE_OBJECT;
}

static const struct gql_type *type_of(const struct entry *entry)
{
        return entry->info ? entry->info->type.type : NULL;
}

/* Why two fields cannot be one answer, by themselves; absent: they can. */
static struct str find_reason(struct validation *v, bool exclusive, const struct entry *a, const struct entry *b)
{
        if (!exclusive && !str_eq(a->field->name, b->field->name))
                return arena_printf(v->arena, "\"%.*s\" and \"%.*s\" are different fields",
                                    STR_ARG(shortened(v, a->field->name)), STR_ARG(shortened(v, b->field->name)));
        if (!exclusive && !same_arguments(v, a->field->arguments, b->field->arguments))
                return STR("they have differing arguments");
        if (a->info && b->info && types_conflict(a->info->type, b->info->type))
                return arena_printf(v->arena, "they return conflicting types \"%.*s\" and \"%.*s\"",
                                    STR_ARG(validation_print_use(v, a->info->type)),
                                    STR_ARG(validation_print_use(v, b->info->type)));
        return STR_NULL;
}

static void compare_entries(struct validation *v, struct conflicts *conflicts, bool exclusive, struct str name,
                            const struct entry *a, const struct entry *b)
{
        struct conflicts parts;
        struct str reason;

        /* Objects of different types never meet in one answer. */
        if (a->parent != b->parent && is_object(a->parent) && is_object(b->parent))
                exclusive = true;
        if (!spend(v, 2) || conflicts->count >= conflicts->max)
                return;
        reason = find_reason(v, exclusive, a, b);
        if (v->aborted)
                return;
        if (!str_is_null(reason)) {
                (void)add_conflict(v, conflicts, name, reason, a, b);
                return;
        }
        if (!a->field->children || !b->field->children)
                return;
        conflicts_init(&parts, MAX_PARTS);
        v->overlap->depth++;
        compare_subsets(v, &parts, exclusive, set_of(v, a->field->children, type_of(a)),
                        set_of(v, b->field->children, type_of(b)));
        v->overlap->depth--;
        if (parts.first)
                add_nested(v, conflicts, name, &parts, a, b);
}

static void compare_within(struct validation *v, struct conflicts *conflicts, const struct field_set *set)
{
        for (const struct group *group = set->first; group; group = group->next)
                for (const struct entry *a = group->first; a; a = a->next)
                        for (const struct entry *b = a->next; b && !v->aborted; b = b->next)
                                compare_entries(v, conflicts, false, group->name, a, b);
}

static void compare_between(struct validation *v, struct conflicts *conflicts, bool exclusive,
                            const struct field_set *a, const struct field_set *b)
{
        for (const struct group *group = a->first; group && spend(v, 1); group = group->next) {
                const struct group *other = map_get(&b->groups, group->name);

                for (const struct entry *one = group->first; one && other; one = one->next)
                        for (const struct entry *two = other->first; two && !v->aborted; two = two->next)
                                compare_entries(v, conflicts, exclusive, group->name, one, two);
        }
}

/* The fields of a set with those of a fragment and of what that one spreads. */
static void compare_with_fragment(struct validation *v, struct conflicts *conflicts, bool exclusive,
                                  struct field_set *set, struct str fragment_name)
{
        const struct definition_notes *fragment = validation_fragment(v, fragment_name);
        const void *before = map_get(&set->compared, fragment_name);
        struct field_set *other;

        if (!spend(v, 1) || !set->first || before == &was_open || (exclusive && before))
                return;
        map_set(&set->compared, fragment_name, exclusive ? &was_exclusive : &was_open);
        if (!fragment)
                return;
        other = set_of_fragment(v, fragment);
        if (other == set)
                return;
        compare_between(v, conflicts, exclusive, set, other);
        v->overlap->depth++;
        for (const struct name *name = other->names; name && !v->aborted; name = name->next)
                compare_with_fragment(v, conflicts, exclusive, set, name->name);
        v->overlap->depth--;
}

static bool seen_pair(struct validation *v, const void *a, const void *b, bool exclusive)
{
        const void *const key[2] = { a, b };
        const struct pair *pair = map_get(&v->overlap->pairs, (struct str){ (const char *)key, sizeof(key) });

        return pair && (exclusive || !pair->exclusive);
}

static void note_pair(struct validation *v, const void *a, const void *b, bool exclusive)
{
        struct pair *pair = arena_new(v->arena, struct pair);

        pair->key[0] = a;
        pair->key[1] = b;
        pair->exclusive = exclusive;
        map_set(&v->overlap->pairs, (struct str){ (const char *)pair->key, sizeof(pair->key) }, pair);
}

/* Two fragments, and each with what the other spreads. */
static void compare_fragments(struct validation *v, struct conflicts *conflicts, bool exclusive, struct str name_a,
                              struct str name_b)
{
        const struct definition_notes *a = validation_fragment(v, name_a);
        const struct definition_notes *b = validation_fragment(v, name_b);
        struct field_set *set_a;
        struct field_set *set_b;

        if (!spend(v, 2) || !a || !b || a == b || seen_pair(v, a, b, exclusive) || seen_pair(v, b, a, exclusive))
                return;
        note_pair(v, a, b, exclusive);
        set_a = set_of_fragment(v, a);
        set_b = set_of_fragment(v, b);
        compare_between(v, conflicts, exclusive, set_a, set_b);
        v->overlap->depth++;
        for (const struct name *name = set_b->names; name && !v->aborted; name = name->next)
                compare_fragments(v, conflicts, exclusive, name_a, name->name);
        for (const struct name *name = set_a->names; name && !v->aborted; name = name->next)
                compare_fragments(v, conflicts, exclusive, name->name, name_b);
        v->overlap->depth--;
}

static void compare_subsets(struct validation *v, struct conflicts *conflicts, bool exclusive,
                            struct field_set *a, struct field_set *b)
{
        compare_between(v, conflicts, exclusive, a, b);
        for (const struct name *name = b->names; name && !v->aborted; name = name->next)
                compare_with_fragment(v, conflicts, exclusive, a, name->name);
        for (const struct name *name = a->names; name && !v->aborted; name = name->next)
                compare_with_fragment(v, conflicts, exclusive, b, name->name);
        for (const struct name *one = a->names; one; one = one->next)
                for (const struct name *two = b->names; two && !v->aborted; two = two->next)
                        compare_fragments(v, conflicts, exclusive, one->name, two->name);
}

/* ---- the rule ---------------------------------------------------------------------------------------------- */

static void report(struct validation *v, const struct conflict *conflict)
{
        struct gql_loc locations[2 * MAX_NODES];

        memcpy(locations, conflict->left, conflict->left_count * sizeof(locations[0]));
        memcpy(locations + conflict->left_count, conflict->right, conflict->right_count * sizeof(locations[0]));
        validation_error(v, locations, conflict->left_count + conflict->right_count,
                         "Fields \"%.*s\" conflict because %.*s. Use different aliases on the fields to fetch both if "
                         "this was intentional.", STR_ARG(shortened(v, conflict->name)), STR_ARG(conflict->reason));
}

void rule_overlapping_fields(struct validation *v, const struct gql_selection *selections,
                             const struct gql_type *parent)
{
        struct conflicts conflicts;
        struct field_set *set;

        if (!selections->next && selections->kind != GQL_SELECTION_INLINE)
                return;
        if (!v->overlap) {
                v->overlap = arena_new(v->arena, struct overlap);
                v->overlap->budget = BUDGET;
                map_init(&v->overlap->sets, v->arena);
                map_init(&v->overlap->pairs, v->arena);
        }
        conflicts_init(&conflicts, v->error_max + 1);
        set = set_of(v, selections, parent);
        compare_within(v, &conflicts, set);
        for (const struct name *one = set->names; one && !v->aborted; one = one->next) {
                compare_with_fragment(v, &conflicts, false, set, one->name);
                for (const struct name *two = one->next; two && !v->aborted; two = two->next)
                        compare_fragments(v, &conflicts, false, one->name, two->name);
        }
        for (const struct conflict *conflict = conflicts.first; conflict; conflict = conflict->next)
                report(v, conflict);
}
