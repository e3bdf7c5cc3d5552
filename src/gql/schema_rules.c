/*
 * gql/schema_rules.c - is the schema sound? What only complete tables can show.
 *
 * Part of the builder (gql/schema_build.c): objects and interfaces keep the promises of
 * the interfaces they implement, and no input object needs itself. Sentences are those of
 * graphql-js where it has one.
 */
#include "gql/builtin.h"
#include "gql/schema_build.h"

struct check {
        struct gql_builder *b;
        const struct gql_type *type;
        const struct gql_definition *def;
        const struct gql_type *interface;
};

/* Covariant: may a field of type `use` stand where an interface promises `wanted`? */
static bool is_subtype(struct gql_type_use use, struct gql_type_use wanted)
{
        while (use.wrap || wanted.wrap) {
                if (gql_use_non_null(use) && !gql_use_non_null(wanted)) {
                        use = gql_use_of(use);
                        continue;
                }
                if ((use.wrap & 3u) != (wanted.wrap & 3u))
                        return false;
                use = gql_use_of(use);
                wanted = gql_use_of(wanted);
        }
        return gql_type_is_subtype(use.type, wanted.type);
}

static bool same_use(struct gql_type_use a, struct gql_type_use b)
{
        return a.type == b.type && a.wrap == b.wrap;
}

static bool is_required(const struct gql_builder *b, const struct gql_type *type, const struct gql_field_info *field,
                        const struct gql_input_def *arg)
{
        const struct gql_field_def *def = b->defs[type - b->types]->fields;

        /* Defaults are coerced later, so the document is asked. */
        for (size_t i = 0; &type->fields[i] != field; i++)
                def = def->next;
        def = def->arguments;
        for (size_t i = 0; &field->args[i] != arg; i++)
                def = def->next;
        return gql_use_non_null(arg->type) && !def->default_value;
}

static void check_arguments(struct check *c, const struct gql_field_info *field, const struct gql_field_info *promised,
                            struct gql_loc loc)
{
        for (size_t i = 0; i < promised->arg_count; i++) {
                const struct gql_input_def *wanted = &promised->args[i];
                const struct gql_input_def *arg = gql_field_arg(field, str_from(wanted->name));

                if (!arg)
                        gql_builder_problem(c->b, loc, "Interface field argument %s.%s(%s:) expected but %s.%s does not "
                                                       "provide it.", c->interface->name, field->name, wanted->name,
                                            c->type->name, field->name);
                else if (!same_use(arg->type, wanted->type))
                        gql_builder_problem(c->b, loc, "Interface field argument %s.%s(%s:) expects type %.*s but "
                                                       "%s.%s(%s:) is type %.*s.", c->interface->name, field->name,
                                            wanted->name, STR_ARG(gql_use_print(c->b->arena, wanted->type)),
                                            c->type->name, field->name, arg->name,
                                            STR_ARG(gql_use_print(c->b->arena, arg->type)));
        }
        for (size_t i = 0; i < field->arg_count; i++)
                if (!gql_field_arg(promised, str_from(field->args[i].name)) &&
                    is_required(c->b, c->type, field, &field->args[i]))
                        gql_builder_problem(c->b, loc, "Object field %s.%s includes required argument %s that is "
                                                       "missing from the Interface field %s.%s.", c->type->name,
                                            field->name, field->args[i].name, c->interface->name, field->name);
}

static void check_fields(struct check *c)
{
        for (size_t i = 0; i < c->interface->field_count; i++) {
                const struct gql_field_info *promised = &c->interface->fields[i];
                const struct gql_field_info *field = gql_type_field(c->type, str_from(promised->name));
                const struct gql_field_def *def = c->def->fields;

                if (!field) {
                        gql_builder_problem(c->b, c->def->loc, "Interface field %s.%s expected but %s does not provide "
                                                               "it.", c->interface->name, promised->name, c->type->name);
                        continue;
                }
                while (!str_eq_c(def->name, field->name))
                        def = def->next;
                if (!is_subtype(field->type, promised->type))
                        gql_builder_problem(c->b, def->type->loc, "Interface field %s.%s expects type %.*s but %s.%s is "
                                                                  "type %.*s.", c->interface->name, promised->name,
                                            STR_ARG(gql_use_print(c->b->arena, promised->type)), c->type->name,
                                            field->name, STR_ARG(gql_use_print(c->b->arena, field->type)));
                check_arguments(c, field, promised, def->loc);
        }
}

/* `implements` is written out: also what the interfaces implement themselves. */
static void check_ancestors(struct check *c)
{
        for (size_t i = 0; i < c->interface->interface_count; i++) {
                const struct gql_type *ancestor = c->interface->interfaces[i];
                bool listed = false;

                for (size_t j = 0; j < c->type->interface_count; j++)
                        listed = listed || c->type->interfaces[j] == ancestor;
                if (ancestor == c->type)
                        gql_builder_problem(c->b, c->def->loc, "Type %s cannot implement %s because it would create a "
                                                               "circular reference.", c->type->name, c->interface->name);
                else if (!listed)
                        gql_builder_problem(c->b, c->def->loc, "Type %s must implement %s because it is implemented by "
                                                               "%s.", c->type->name, ancestor->name, c->interface->name);
        }
}

static void check_interfaces(struct gql_builder *b, size_t index)
{
        struct check c = { .b = b, .type = &b->types[index], .def = b->defs[index] };

        for (size_t i = 0; i < c.type->interface_count; i++) {
                c.interface = c.type->interfaces[i];
                if (c.interface == c.type) {
                        gql_builder_problem(b, c.def->loc, "Type %s cannot implement itself because it would create a "
                                                           "circular reference.", c.type->name);
                        continue;
                }
                check_ancestors(&c);
                check_fields(&c);
        }
}

/* Does `type` need a value of `wanted` through non-null fields? `seen` ends the search in other circles. */
static bool needs(const struct gql_builder *b, const struct gql_type *type, const struct gql_type *wanted, bool *seen)
{
        for (size_t i = 0; i < type->input_count; i++) {
                const struct gql_type *next = type->inputs[i].type.type;

                if (type->inputs[i].type.wrap != GQL_WRAP_NON_NULL || next->kind != GQL_TYPE_INPUT)
                        continue;
                if (next == wanted)
                        return true;
                if (seen[next - b->types])
                        continue;
                seen[next - b->types] = true;
                if (needs(b, next, wanted, seen))
                        return true;
        }
        return false;
}

void gql_builder_check(struct gql_builder *b)
{
        for (size_t i = 0; i < b->type_count; i++) {
                check_interfaces(b, i);
                if (b->types[i].kind == GQL_TYPE_INPUT &&
                    needs(b, &b->types[i], &b->types[i], arena_array(b->arena, bool, b->type_count)))
                        gql_builder_problem(b, b->defs[i]->loc, "Cannot reference Input Object \"%s\" within itself "
                                                                "through a series of non-null fields.", b->types[i].name);
        }
}
