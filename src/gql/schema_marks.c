/*
 * gql/schema_marks.c - directives of an SDL document: what they set in the tables.
 *
 * Part of the builder (gql/schema_build.c). Knows every directive that a schema may
 * carry, where it may stand and what its arguments are; anything else is a problem, so
 * that a misspelled @acess cannot leave a field open.
 */
#include "gql/schema_build.h"

#define DEFAULT_REASON "No longer supported"
#define MAX_WEIGHT 1000000

static const char *const internal_names[] = { "access", "batch", "cost", "bareString" };

bool gql_builder_is_internal(const struct gql_definition *def)
{
        if (def->kind == GQL_DEF_ENUM)
                return str_eq_c(def->name, "AccessLevel");
        for (size_t i = 0; def->kind == GQL_DEF_DIRECTIVE && i < ARRAY_LEN(internal_names); i++)
                if (str_eq_c(def->name, internal_names[i]))
                        return true;
        return false;
}

/* The only argument of a directive: its value, or NULL; anything else is a problem. */
static const struct gql_value *only_argument(struct gql_builder *b, const struct gql_directive *directive,
                                             const char *name, enum gql_value_kind kind)
{
        const struct gql_value *value = NULL;

        for (const struct gql_argument *argument = directive->arguments; argument; argument = argument->next) {
                if (!name || !str_eq_c(argument->name, name) || value)
                        gql_builder_problem(b, argument->loc, "Unknown argument \"%.*s\" on directive \"@%.*s\".",
                                            STR_ARG(argument->name), STR_ARG(directive->name));
                else if (argument->value->kind != kind)
                        gql_builder_problem(b, argument->value->loc, "\"%s\" of \"@%.*s\" has the wrong kind of value.",
                                            name, STR_ARG(directive->name));
                else
                        value = argument->value;
        }
        return value;
}

static void require(struct gql_builder *b, const struct gql_directive *directive, const struct gql_value *value,
                    const char *name)
{
        if (!value)
                gql_builder_problem(b, directive->loc, "\"@%.*s\" needs its argument \"%s\".",
                                    STR_ARG(directive->name), name);
}

static const char *reason_of(struct gql_builder *b, const struct gql_directive *directive)
{
        const struct gql_value *reason = only_argument(b, directive, "reason", GQL_VALUE_STRING);

        return reason ? arena_cstr(b->arena, reason->text) : DEFAULT_REASON;
}

static void misplaced(struct gql_builder *b, const struct gql_directive *directive, const char *where)
{
        gql_builder_problem(b, directive->loc, "Directive \"@%.*s\" is unknown or may not be used on %s.",
                            STR_ARG(directive->name), where);
}

/* No directive that we know may be given twice in one place. */
static void check_once(struct gql_builder *b, const struct gql_directive *directives)
{
        for (; directives; directives = directives->next)
                for (const struct gql_directive *other = directives->next; other; other = other->next)
                        if (str_eq(directives->name, other->name))
                                gql_builder_problem(b, other->loc, "The directive \"@%.*s\" can only be used once at "
                                                                   "this location.", STR_ARG(other->name));
}

static void mark_bare_string(struct gql_builder *b, const struct gql_directive *directive, struct gql_type *type)
{
        const struct gql_value *name = only_argument(b, directive, "field", GQL_VALUE_STRING);
        const struct gql_input_def *field;

        require(b, directive, name, "field");
        if (!name)
                return;
        field = gql_type_input(type, name->text);
        if (!field || field->type.type->kind != GQL_TYPE_SCALAR || gql_use_list(field->type))
                gql_builder_problem(b, name->loc, "\"@bareString\" must name a field of %s that takes a string.",
                                    type->name);
        type->bare_string_field = arena_cstr(b->arena, name->text);
}

void gql_builder_mark_type(struct gql_builder *b, const struct gql_definition *def, struct gql_type *type)
{
        check_once(b, def->directives);
        for (const struct gql_directive *directive = def->directives; directive; directive = directive->next) {
                if (type->kind == GQL_TYPE_SCALAR && str_eq_c(directive->name, "specifiedBy")) {
                        const struct gql_value *url = only_argument(b, directive, "url", GQL_VALUE_STRING);

                        require(b, directive, url, "url");
                        type->specified_by = url ? arena_cstr(b->arena, url->text) : NULL;
                } else if (type->kind == GQL_TYPE_INPUT && str_eq_c(directive->name, "bareString")) {
                        mark_bare_string(b, directive, type);
                } else {
                        misplaced(b, directive, "a type of this kind");
                }
        }
}

static void mark_access(struct gql_builder *b, const struct gql_directive *directive, struct gql_field_info *field)
{
        static const char *const levels[] = {
                [GQL_ACCESS_PUBLIC] = "PUBLIC", [GQL_ACCESS_USER] = "USER", [GQL_ACCESS_ADMIN] = "ADMIN",
        };
        const struct gql_value *level = only_argument(b, directive, "level", GQL_VALUE_ENUM);

        require(b, directive, level, "level");
        for (unsigned i = GQL_ACCESS_PUBLIC; level && i < ARRAY_LEN(levels); i++)
                if (str_eq_c(level->text, levels[i]))
                        field->access = i;
        if (level && field->access == GQL_ACCESS_UNDECLARED)
                gql_builder_problem(b, level->loc, "Unknown access level %.*s; use PUBLIC, USER or ADMIN.",
                                    STR_ARG(level->text));
}

static void mark_cost(struct gql_builder *b, const struct gql_directive *directive, struct gql_field_info *field)
{
        const struct gql_value *weight = only_argument(b, directive, "weight", GQL_VALUE_INT);

        require(b, directive, weight, "weight");
        if (weight && (weight->integer < 0 || weight->integer > MAX_WEIGHT))
                gql_builder_problem(b, weight->loc, "The weight of \"@cost\" must be from 0 to %d.", MAX_WEIGHT);
        else if (weight)
                field->cost = (unsigned)weight->integer;
}

/* Stands for every prefetch function until a C compiler links the real one. */
static enum rc prefetch_nothing(struct gql_field *field UNUSED, void **parents UNUSED, size_t count UNUSED,
                                struct err *err UNUSED)
{
        return RC_OK;
}

void gql_builder_mark_field(struct gql_builder *b, const struct gql_field_def *def, const struct gql_type *owner,
                            struct gql_field_info *field)
{
        bool is_root = owner == b->schema->query || owner == b->schema->mutation;
        bool is_object = owner->kind == GQL_TYPE_OBJECT;

        check_once(b, def->directives);
        for (const struct gql_directive *directive = def->directives; directive; directive = directive->next) {
                if (str_eq_c(directive->name, "deprecated")) {
                        field->deprecated = reason_of(b, directive);
                } else if (is_root && str_eq_c(directive->name, "access")) {
                        mark_access(b, directive, field);
                } else if (is_object && str_eq_c(directive->name, "cost")) {
                        mark_cost(b, directive, field);
                } else if (is_object && !is_root && str_eq_c(directive->name, "batch")) {
                        (void)only_argument(b, directive, NULL, GQL_VALUE_NULL);
                        field->prefetch = prefetch_nothing;
                } else {
                        misplaced(b, directive, "this field");
                }
        }
        if (is_root && field->access == GQL_ACCESS_UNDECLARED)
                gql_builder_problem(b, def->loc, "%s.%s does not say who may ask for it; add @access(level: ...).",
                                    owner->name, field->name);
}

void gql_builder_mark_input(struct gql_builder *b, const struct gql_field_def *def, struct gql_input_def *input)
{
        check_once(b, def->directives);
        for (const struct gql_directive *directive = def->directives; directive; directive = directive->next) {
                if (str_eq_c(directive->name, "deprecated"))
                        input->deprecated = reason_of(b, directive);
                else
                        misplaced(b, directive, "an argument or input field");
        }
}

void gql_builder_mark_value(struct gql_builder *b, const struct gql_name *def, struct gql_enum_value *value)
{
        check_once(b, def->directives);
        for (const struct gql_directive *directive = def->directives; directive; directive = directive->next) {
                if (str_eq_c(directive->name, "deprecated"))
                        value->deprecated = reason_of(b, directive);
                else
                        misplaced(b, directive, "an enum value");
        }
}
