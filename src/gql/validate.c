/*
 * gql/validate.c - is a document one that the schema can answer?
 *
 * All rules of the October 2021 specification for executable documents, with graphql-js's
 * sentences (without its "Did you mean": a hint would tell a stranger what names there
 * are). Called once per document text; gql/cache.c keeps the answer.
 *
 * Not here: SingleFieldSubscriptions, because a schema of ours has no subscriptions
 * (gql/schema_build.c refuses them); limits on depth, size and cost (gql/limits.c).
 * Type system definitions in a document are refused and not looked into.
 *
 * Cost: one walk, linear in the document, plus rules that follow fragments, each bounded:
 * see the rule's file. The walk recurses as deep as the parser allows documents to nest.
 */
#include "gql/validate.h"

#include "gql/print.h"
#include "gql/syntax.h"

#define DEFAULT_MAX_ERRORS 100
#define MAX_WRAPPERS 15

/* ---- errors and look-ups -------------------------------------------------------------------- */

static void append(struct validation *v, struct gql_error error)
{
        struct gql_error *copy = arena_new(v->arena, struct gql_error);

        *copy = error;
        copy->rc = RC_INVALID;
        *v->tail = copy;
        v->tail = &copy->next;
}

void validation_error(struct validation *v, const struct gql_loc *locations, size_t count, const char *fmt, ...)
{
        struct gql_error error = { 0 };
        va_list ap;

        if (v->aborted)
                return;
        if (v->error_count++ == v->error_max) {
                v->aborted = true;
                error.message = STR("Too many validation errors, error limit reached. Validation aborted.");
                append(v, error);
                return;
        }
        va_start(ap, fmt);
        error.message = arena_vprintf(v->arena, fmt, ap);
        va_end(ap);
        error.location_count = count < ARRAY_LEN(error.locations) ? count : ARRAY_LEN(error.locations);
        for (size_t i = 0; i < error.location_count; i++)
                error.locations[i] = locations[i];
        append(v, error);
}

struct definition_notes *validation_fragment(const struct validation *v, struct str name)
{
        return map_get(&v->fragments, name);
}

const struct gql_field_info *validation_field(const struct validation *v, const struct gql_type *parent,
                                              struct str name)
{
        if (!parent)
                return NULL;
        if (parent == v->schema->query && str_eq_c(name, "__schema"))
                return &gql_field___schema;
        if (parent == v->schema->query && str_eq_c(name, "__type"))
                return &gql_field___type;
        if (str_eq_c(name, "__typename"))
                return &gql_field___typename;
        return gql_type_field(parent, name);
}

struct input_place validation_typeref(const struct validation *v, const struct gql_typeref *ref)
{
        struct input_place place = { 0 };
        unsigned depth = 0;

        for (; ref->kind != GQL_TYPEREF_NAMED; ref = ref->of, depth++)
                if (depth < MAX_WRAPPERS)
                        place.use.wrap |= (ref->kind == GQL_TYPEREF_LIST ? GQL_WRAP_LIST : GQL_WRAP_NON_NULL)
                                          << 2 * depth;
        if (depth <= MAX_WRAPPERS)
                place.use.type = gql_schema_type(v->schema, ref->name);
        place.known = place.use.type && gql_type_is_input(place.use.type);
        return place;
}

struct input_place validation_place(const struct gql_input_def *def)
{
        struct input_place place = { 0 };

        if (def) {
                place.known = true;
                place.use = def->type;
                place.has_default = def->default_sdl || def->default_value;
        }
        return place;
}

struct str validation_print_typeref(const struct validation *v, const struct gql_typeref *ref)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_printer printer = { .out = &text };

        gql_print_typeref(&printer, ref);
        return arena_str(v->arena, buf_str(&text));
}

struct str validation_print_value(const struct validation *v, const struct gql_value *value)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_printer printer = { .out = &text };

        gql_print_value(&printer, value);
        return arena_str(v->arena, gql_quotable(v->arena, buf_str(&text)));
}

struct str validation_print_use(const struct validation *v, struct gql_type_use use)
{
        return gql_use_print(v->arena, use);
}

/* ---- the walk --------------------------------------------------------------------------------- */

static void walk_selections(struct validation *v, const struct gql_selection *selections,
                            const struct gql_type *type, bool is_inline);

static const struct gql_type *composite(const struct gql_type *type)
{
        return type && gql_type_is_composite(type) ? type : NULL;
}

static void walk_directives(struct validation *v, const struct gql_directive *directives, const char *location)
{
        rule_unique_directives_per_location(v, directives);
        for (; directives && !v->aborted; directives = directives->next) {
                v->directive = validation_directive(directives->name);
                rule_known_directives(v, directives, location);
                rule_known_directive_arguments(v, directives);
                rule_unique_argument_names(v, directives->arguments);
                for (const struct gql_argument *arg = directives->arguments; arg; arg = arg->next) {
                        /* An unknown directive's arguments are taken for the field's, as graphql-js does. */
                        const struct gql_input_def *def = NULL;

                        for (size_t i = 0; v->directive && i < v->directive->arg_count; i++)
                                if (str_eq_c(arg->name, v->directive->args[i].name))
                                        def = &v->directive->args[i];
                        if (!v->directive && v->field)
                                def = gql_field_arg(v->field, arg->name);
                        rule_values(v, arg->value, validation_place(def));
                }
                rule_provided_required_directive_arguments(v, directives);
                v->directive = NULL;
        }
}

static void walk_field(struct validation *v, const struct gql_selection *field)
{
        const struct gql_field_info *info = validation_field(v, v->parent, field->name);
        const struct gql_field_info *outer = v->field;

        v->field = info;
        rule_scalar_leafs(v, field, info);
        rule_fields_on_correct_type(v, field, info);
        rule_unique_argument_names(v, field->arguments);
        for (const struct gql_argument *arg = field->arguments; arg && !v->aborted; arg = arg->next) {
                const struct gql_input_def *def = info ? gql_field_arg(info, arg->name) : NULL;

                rule_known_argument_names(v, arg, def);
                rule_values(v, arg->value, validation_place(def));
        }
        walk_directives(v, field->directives, "FIELD");
        if (field->children)
                walk_selections(v, field->children, info ? info->type.type : NULL, false);
        rule_provided_required_arguments(v, field, info);
        v->field = outer;
}

static void walk_spread(struct validation *v, const struct gql_selection *spread)
{
        rule_known_fragment_names(v, spread);
        rule_possible_spread(v, spread);
        walk_directives(v, spread->directives, "FRAGMENT_SPREAD");
}

/* `type` is that of the place, not only when it is composite: {name {... {x}}} asks a String for x. */
static void walk_inline(struct validation *v, const struct gql_selection *selection, const struct gql_type *type)
{
        bool has_condition = !str_is_null(selection->name);

        if (has_condition)
                type = gql_schema_type(v->schema, selection->name);
        if (type && type->kind == GQL_TYPE_INPUT)
                type = NULL;
        if (has_condition)
                rule_fragments_on_composite_types(v, STR_NULL, selection->name, selection->name_loc);
        rule_possible_inline(v, selection, type);
        if (has_condition)
                rule_known_type_name(v, selection->name, selection->name_loc);
        walk_directives(v, selection->directives, "INLINE_FRAGMENT");
        walk_selections(v, selection->children, type, true);
}

static void walk_selections(struct validation *v, const struct gql_selection *selections,
                            const struct gql_type *type, bool is_inline)
{
        const struct gql_type *outer = v->parent;

        v->parent = composite(type);
        if (!is_inline)
                rule_overlapping_fields(v, selections, v->parent);
        for (const struct gql_selection *one = selections; one && !v->aborted; one = one->next) {
                if (one->kind == GQL_SELECTION_FIELD)
                        walk_field(v, one);
                else if (one->kind == GQL_SELECTION_SPREAD)
                        walk_spread(v, one);
                else
                        walk_inline(v, one, type);
        }
        v->parent = outer;
}

static void walk_variable(struct validation *v, const struct gql_variable *variable)
{
        struct input_place place = validation_typeref(v, variable->type);
        const struct gql_typeref *named = variable->type;

        while (named->of)
                named = named->of;
        rule_variable_is_input_type(v, variable);
        rule_known_type_name(v, named->name, named->loc);
        if (variable->default_value)
                rule_values(v, variable->default_value, place);
        walk_directives(v, variable->directives, "VARIABLE_DEFINITION");
}

static void walk_operation(struct validation *v, const struct gql_definition *operation)
{
        static const char *const locations[] = {
                [GQL_QUERY] = "QUERY", [GQL_MUTATION] = "MUTATION", [GQL_SUBSCRIPTION] = "SUBSCRIPTION",
        };
        const struct gql_type *const roots[] = {
                [GQL_QUERY] = v->schema->query, [GQL_MUTATION] = v->schema->mutation, [GQL_SUBSCRIPTION] = NULL,
        };

        rule_unique_operation_names(v, operation);
        rule_lone_anonymous_operation(v, operation);
        rule_unique_variable_names(v, operation);
        for (const struct gql_variable *one = operation->variables; one && !v->aborted; one = one->next)
                walk_variable(v, one);
        walk_directives(v, operation->directives, locations[operation->operation]);
        walk_selections(v, operation->selections, roots[operation->operation], false);
}

static void walk_fragment(struct validation *v, const struct gql_definition *fragment)
{
        const struct gql_type *type = gql_schema_type(v->schema, fragment->type_condition);

        rule_fragments_on_composite_types(v, fragment->name, fragment->type_condition, fragment->type_condition_loc);
        rule_unique_fragment_names(v, fragment);
        rule_known_type_name(v, fragment->type_condition, fragment->type_condition_loc);
        walk_directives(v, fragment->directives, "FRAGMENT_DEFINITION");
        walk_selections(v, fragment->selections, type, false);
}

/* A selection set that waits to be looked into. */
struct pending {
        const struct gql_selection *selections;
        struct pending *next;
};

/*
 * Notes the spreads of a definition: those of a set before those of the sets in it, and of
 * these the last first. It is the order in which graphql-js finds cycles.
 */
static void note_spreads(struct validation *v, struct definition_notes *notes)
{
        struct pending *pending = arena_new(v->arena, struct pending);

        pending->selections = notes->def->selections;
        while (pending) {
                const struct gql_selection *one = pending->selections;

                pending = pending->next;
                for (; one; one = one->next) {
                        if (one->kind == GQL_SELECTION_SPREAD) {
                                struct spread_use *use = arena_new(v->arena, struct spread_use);

                                use->spread = one;
                                *notes->spreads_tail = use;
                                notes->spreads_tail = &use->next;
                        } else if (one->children) {
                                struct pending *set = arena_new(v->arena, struct pending);

                                *set = (struct pending){ one->children, pending };
                                pending = set;
                        }
                }
        }
}

static void note_definitions(struct validation *v)
{
        v->notes = arena_array(v->arena, struct definition_notes, v->document->definition_count);
        v->queue = arena_array(v->arena, struct definition_notes *, v->document->definition_count);
        map_init(&v->fragments, v->arena);
        map_init(&v->operations, v->arena);
        map_init(&v->fragment_names, v->arena);
        for (const struct gql_definition *def = v->document->definitions; def; def = def->next) {
                struct definition_notes *notes = &v->notes[v->notes_count++];

                notes->def = def;
                notes->variables_tail = &notes->variables;
                notes->spreads_tail = &notes->spreads;
                note_spreads(v, notes);
                if (def->kind == GQL_DEF_FRAGMENT)
                        map_set(&v->fragments, def->name, notes);
                v->operation_count += def->kind == GQL_DEF_OPERATION;
        }
}

static void walk(struct validation *v)
{
        for (size_t i = 0; i < v->notes_count && !v->aborted; i++) {
                v->current = &v->notes[i];
                if (v->current->def->kind == GQL_DEF_OPERATION)
                        walk_operation(v, v->current->def);
                else if (v->current->def->kind == GQL_DEF_FRAGMENT)
                        walk_fragment(v, v->current->def);
        }
}

struct gql_error *gql_validate(struct arena *arena, const struct gql_schema *schema,
                               const struct gql_document *document, const struct gql_limits *limits)
{
        static const struct gql_limits no_limits = { 0 };
        struct validation v = { .arena = arena, .schema = schema, .document = document };

        v.limits = limits ? limits : &no_limits;
        v.error_max = v.limits->max_errors ? v.limits->max_errors : DEFAULT_MAX_ERRORS;
        v.tail = &v.errors;
        note_definitions(&v);
        rule_executable_definitions(&v);
        walk(&v);
        rule_no_fragment_cycles(&v);
        for (size_t i = 0; i < v.notes_count && !v.aborted; i++)
                if (v.notes[i].def->kind == GQL_DEF_OPERATION)
                        rule_variables(&v, &v.notes[i]);
        if (!v.limits->allow_unused)
                rule_no_unused_fragments(&v);
        return v.errors;
}
