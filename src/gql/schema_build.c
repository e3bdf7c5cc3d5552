/*
 * gql/schema_build.c - SDL definitions to schema tables.
 *
 * Three passes: name every type, so that fields can point at types written further down;
 * fill the types in; then check what needs the whole (gql/schema_rules.c) and coerce
 * default values (gql/schema_default.c). A problem is noted and the work goes on, so that
 * one build shows all of them; after any problem the tables are thrown away.
 */
#include "gql/schema_build.h"

#include "gql/builtin.h"

#define MAX_WRAPPERS 15  /* two bits each in gql_type_use.wrap, and an end */

static const struct gql_type *const scalars[] = {
        &gql_type_Int, &gql_type_Float, &gql_type_String, &gql_type_Boolean, &gql_type_ID,
};

void gql_builder_problem(struct gql_builder *b, struct gql_loc loc, const char *fmt, ...)
{
        struct gql_error *problem = arena_new(b->arena, struct gql_error);
        va_list ap;

        va_start(ap, fmt);
        problem->message = arena_vprintf(b->arena, fmt, ap);
        va_end(ap);
        problem->rc = RC_INVALID;
        problem->locations[0] = loc;
        problem->location_count = 1;
        *b->problems_tail = problem;
        b->problems_tail = &problem->next;
}

const struct gql_type *gql_builder_type(const struct gql_builder *b, struct str name)
{
        for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
                if (str_eq_c(name, scalars[i]->name))
                        return scalars[i];
        for (size_t i = 0; i < b->type_count; i++)
                if (str_eq_c(name, b->types[i].name))
                        return &b->types[i];
        return NULL;
}

/* ---- pieces ------------------------------------------------------------------------------- */

/* C strings of the tables; a NUL inside would cut them short. */
static const char *text_of(struct gql_builder *b, struct str text, struct gql_loc loc)
{
        if (str_is_null(text))
                return NULL;
        if (memchr(text.ptr, '\0', text.len))
                gql_builder_problem(b, loc, "Text here contains U+0000; take it out.");
        return arena_cstr(b->arena, text);
}

static const char *name_of(struct gql_builder *b, struct str name, struct gql_loc loc)
{
        if (str_starts(name, STR("__")))
                gql_builder_problem(b, loc, "Name \"%.*s\" must not begin with \"__\", which is reserved by GraphQL "
                                            "introspection.", STR_ARG(name));
        return arena_cstr(b->arena, name);
}

static struct gql_type_use use_of(struct gql_builder *b, const struct gql_typeref *ref)
{
        struct gql_type_use use = { &gql_type_String, 0 };
        unsigned depth = 0;

        for (; ref->kind != GQL_TYPEREF_NAMED; ref = ref->of, depth++)
                if (depth < MAX_WRAPPERS)
                        use.wrap |= (ref->kind == GQL_TYPEREF_LIST ? GQL_WRAP_LIST : GQL_WRAP_NON_NULL) << 2 * depth;
        if (depth > MAX_WRAPPERS)
                gql_builder_problem(b, ref->loc, "This type is wrapped more than %d times.", MAX_WRAPPERS);
        if (gql_builder_type(b, ref->name))
                use.type = gql_builder_type(b, ref->name);
        else
                gql_builder_problem(b, ref->loc, "Unknown type \"%.*s\".", STR_ARG(ref->name));
        return use;
}

static void check_twice(struct gql_builder *b, const struct gql_field_def *defs, const char *where)
{
        for (const struct gql_field_def *one = defs; one; one = one->next)
                for (const struct gql_field_def *other = one->next; other; other = other->next)
                        if (str_eq(one->name, other->name))
                                gql_builder_problem(b, other->name_loc, "\"%.*s\" is defined twice in %s.",
                                                    STR_ARG(other->name), where);
}

static void check_names_twice(struct gql_builder *b, const struct gql_name *names, const char *where)
{
        for (const struct gql_name *one = names; one; one = one->next)
                for (const struct gql_name *other = one->next; other; other = other->next)
                        if (str_eq(one->name, other->name))
                                gql_builder_problem(b, other->loc, "\"%.*s\" is named twice in %s.",
                                                    STR_ARG(other->name), where);
}

static const struct gql_input_def *build_inputs(struct gql_builder *b, const struct gql_field_def *defs,
                                                const char *where, size_t *ret_count)
{
        struct gql_input_def *inputs;
        size_t count = 0;

        check_twice(b, defs, where);
        for (const struct gql_field_def *def = defs; def; def = def->next)
                count++;
        inputs = arena_array(b->arena, struct gql_input_def, count);
        count = 0;
        for (const struct gql_field_def *def = defs; def; def = def->next) {
                struct gql_input_def *input = &inputs[count++];

                input->name = name_of(b, def->name, def->name_loc);
                input->description = text_of(b, def->description, def->loc);
                input->type = use_of(b, def->type);
                if (!gql_type_is_input(input->type.type))
                        gql_builder_problem(b, def->type->loc, "The type of %s in %s must be Input Type but got: %.*s.",
                                            input->name, where, STR_ARG(gql_use_print(b->arena, input->type)));
                gql_builder_mark_input(b, def, input);
                if (input->deprecated && gql_use_non_null(input->type) && !def->default_value)
                        gql_builder_problem(b, def->loc, "%s in %s is required and cannot be deprecated.",
                                            input->name, where);
        }
        *ret_count = count;
        return count ? inputs : NULL;
}

static void build_fields(struct gql_builder *b, const struct gql_definition *def, struct gql_type *type)
{
        struct gql_field_info *fields;
        size_t count = 0;

        check_twice(b, def->fields, type->name);
        for (const struct gql_field_def *field = def->fields; field; field = field->next)
                count++;
        if (count == 0)
                gql_builder_problem(b, def->loc, "Type %s must define one or more fields.", type->name);
        fields = arena_array(b->arena, struct gql_field_info, count);
        type->fields = fields;
        type->field_count = count;
        for (const struct gql_field_def *from = def->fields; from; from = from->next, fields++) {
                struct str where = arena_printf(b->arena, "%s.%.*s", type->name, STR_ARG(from->name));

                fields->name = name_of(b, from->name, from->name_loc);
                fields->description = text_of(b, from->description, from->loc);
                fields->type = use_of(b, from->type);
                fields->cost = 1;
                if (fields->type.type->kind == GQL_TYPE_INPUT)
                        gql_builder_problem(b, from->type->loc, "The type of %s must be Output Type but got: %.*s.",
                                            where.ptr, STR_ARG(gql_use_print(b->arena, fields->type)));
                fields->args = build_inputs(b, from->arguments, where.ptr, &fields->arg_count);
                gql_builder_mark_field(b, from, type, fields);
        }
}

/* Types named in an `implements` list or a union. */
static const struct gql_type **build_list(struct gql_builder *b, const struct gql_name *names,
                                          enum gql_type_kind kind, const char *owner, size_t *ret_count)
{
        const struct gql_type **list;
        size_t count = 0;

        check_names_twice(b, names, owner);
        for (const struct gql_name *name = names; name; name = name->next)
                count++;
        list = arena_array(b->arena, const struct gql_type *, count);
        count = 0;
        for (const struct gql_name *name = names; name; name = name->next) {
                const struct gql_type *type = gql_builder_type(b, name->name);

                if (!type)
                        gql_builder_problem(b, name->loc, "Unknown type \"%.*s\".", STR_ARG(name->name));
                else if (type->kind != kind && kind == GQL_TYPE_INTERFACE)
                        gql_builder_problem(b, name->loc, "Type %s must only implement Interface types, it cannot "
                                                          "implement %s.", owner, type->name);
                else if (type->kind != kind)
                        gql_builder_problem(b, name->loc, "Union type %s can only include Object types, it cannot "
                                                          "include %s.", owner, type->name);
                else
                        list[count++] = type;
        }
        *ret_count = count;
        return list;
}

static void build_values(struct gql_builder *b, const struct gql_definition *def, struct gql_type *type)
{
        struct gql_enum_value *values;
        size_t count = 0;

        check_names_twice(b, def->names, type->name);
        for (const struct gql_name *name = def->names; name; name = name->next)
                count++;
        if (count == 0)
                gql_builder_problem(b, def->loc, "Enum type %s must define one or more values.", type->name);
        values = arena_array(b->arena, struct gql_enum_value, count);
        type->values = values;
        type->value_count = count;
        for (const struct gql_name *name = def->names; name; name = name->next, values++) {
                values->name = name_of(b, name->name, name->loc);
                values->description = text_of(b, name->description, name->loc);
                gql_builder_mark_value(b, name, values);
        }
}

/* An interface's concrete types, in the order of the document. */
static void build_implementors(struct gql_builder *b, struct gql_type *abstract)
{
        const struct gql_type **list = arena_array(b->arena, const struct gql_type *, b->type_count);
        size_t count = 0;

        for (size_t i = 0; i < b->type_count; i++) {
                const struct gql_type *type = &b->types[i];
                bool implements = false;

                for (size_t j = 0; j < type->interface_count; j++)
                        implements = implements || type->interfaces[j] == abstract;
                if (type->kind == GQL_TYPE_OBJECT && implements)
                        list[count++] = type;
        }
        abstract->possible = list;
        abstract->possible_count = count;
}

/* ---- types ---------------------------------------------------------------------------------- */

static void build_type(struct gql_builder *b, const struct gql_definition *def, struct gql_type *type)
{
        switch (type->kind) {
        case GQL_TYPE_OBJECT:
        case GQL_TYPE_INTERFACE:
                type->interfaces = build_list(b, def->names, GQL_TYPE_INTERFACE, type->name, &type->interface_count);
                build_fields(b, def, type);
                break;
        case GQL_TYPE_UNION:
                type->possible = build_list(b, def->names, GQL_TYPE_OBJECT, type->name, &type->possible_count);
                if (!def->names)
                        gql_builder_problem(b, def->loc, "Union type %s must define one or more member types.",
                                            type->name);
                break;
        case GQL_TYPE_ENUM:
                build_values(b, def, type);
                break;
        case GQL_TYPE_INPUT:
                type->inputs = build_inputs(b, def->fields, type->name, &type->input_count);
                if (!def->fields)
                        gql_builder_problem(b, def->loc, "Input Object type %s must define one or more fields.",
                                            type->name);
                break;
        case GQL_TYPE_SCALAR:
                break;
        }
        gql_builder_mark_type(b, def, type);
}

static enum gql_type_kind type_kind(enum gql_definition_kind kind)
{
        switch (kind) {
        case GQL_DEF_SCALAR: return GQL_TYPE_SCALAR;
        case GQL_DEF_INTERFACE: return GQL_TYPE_INTERFACE;
        case GQL_DEF_UNION: return GQL_TYPE_UNION;
        case GQL_DEF_ENUM: return GQL_TYPE_ENUM;
        case GQL_DEF_INPUT: return GQL_TYPE_INPUT;
        default: return GQL_TYPE_OBJECT;
        }
}

static void name_type(struct gql_builder *b, const struct gql_definition *def)
{
        struct gql_type *type = &b->types[b->type_count];

        if (gql_builder_type(b, def->name)) {
                gql_builder_problem(b, def->name_loc, "There can be only one type named \"%.*s\".",
                                    STR_ARG(def->name));
                return;
        }
        type->kind = type_kind(def->kind);
        type->name = name_of(b, def->name, def->name_loc);
        type->description = text_of(b, def->description, def->loc);
        b->defs[b->type_count++] = def;
}

static void name_types(struct gql_builder *b)
{
        const struct gql_definition *roots = NULL;

        for (const struct gql_definition *def = b->sdl->definitions; def; def = def->next) {
                if (def->kind == GQL_DEF_OPERATION || def->kind == GQL_DEF_FRAGMENT)
                        gql_builder_problem(b, def->loc, "A schema has no operations or fragments; take this out.");
                else if (def->extension)
                        gql_builder_problem(b, def->loc, "Write the addition into the definition itself: extensions "
                                                         "are not supported.");
                else if (def->kind == GQL_DEF_DIRECTIVE && !gql_builder_is_internal(def))
                        gql_builder_problem(b, def->loc, "Directive \"@%.*s\" is not one that the server knows.",
                                            STR_ARG(def->name));
                else if (def->kind == GQL_DEF_SCHEMA && roots)
                        gql_builder_problem(b, def->loc, "Must provide only one schema definition.");
                else if (def->kind == GQL_DEF_SCHEMA)
                        roots = def;
                else if (!gql_builder_is_internal(def))
                        name_type(b, def);
        }
}

/* ---- roots ------------------------------------------------------------------------------------ */

static const struct gql_type *root_type(struct gql_builder *b, struct str name, struct gql_loc loc, bool required)
{
        const struct gql_type *type = gql_builder_type(b, name);

        if (!type && required)
                gql_builder_problem(b, loc, "Unknown type \"%.*s\".", STR_ARG(name));
        else if (type && type->kind != GQL_TYPE_OBJECT)
                gql_builder_problem(b, loc, "Root type must be Object type, it cannot be %s.", type->name);
        return type;
}

static void find_roots(struct gql_builder *b)
{
        const struct gql_definition *def = b->sdl->definitions;

        while (def && def->kind != GQL_DEF_SCHEMA)
                def = def->next;
        if (!def) {
                b->schema->query = root_type(b, STR("Query"), (struct gql_loc){ 1, 1, 0 }, false);
                b->schema->mutation = root_type(b, STR("Mutation"), (struct gql_loc){ 1, 1, 0 }, false);
        } else {
                b->schema->description = text_of(b, def->description, def->loc);
                check_twice(b, def->fields, "the schema");
                for (const struct gql_field_def *root = def->fields; root; root = root->next) {
                        const struct gql_type *type = root_type(b, root->type->name, root->type->loc, true);

                        if (str_eq_c(root->name, "query"))
                                b->schema->query = type;
                        else if (str_eq_c(root->name, "mutation"))
                                b->schema->mutation = type;
                        else
                                gql_builder_problem(b, root->loc, "Subscriptions are not supported.");
                }
        }
        if (!b->schema->query && !b->problems)
                gql_builder_problem(b, (struct gql_loc){ 1, 1, 0 }, "Query root type must be provided.");
}

/* ---- the list of types ------------------------------------------------------------------------ */

static bool uses(const struct gql_input_def *inputs, size_t count, const struct gql_type *scalar)
{
        for (size_t i = 0; i < count; i++)
                if (inputs[i].type.type == scalar)
                        return true;
        return false;
}

static bool is_used(const struct gql_builder *b, const struct gql_type *scalar)
{
        /* Introspection uses these two, so every schema has them. */
        if (scalar == &gql_type_String || scalar == &gql_type_Boolean)
                return true;
        for (size_t i = 0; i < b->type_count; i++) {
                const struct gql_type *type = &b->types[i];

                if (uses(type->inputs, type->input_count, scalar))
                        return true;
                for (size_t j = 0; j < type->field_count; j++)
                        if (type->fields[j].type.type == scalar ||
                            uses(type->fields[j].args, type->fields[j].arg_count, scalar))
                                return true;
        }
        return false;
}

static void list_types(struct gql_builder *b)
{
        const struct gql_type **list = arena_array(b->arena, const struct gql_type *,
                                                   b->type_count + ARRAY_LEN(scalars));
        uint16_t *by_name = arena_array(b->arena, uint16_t, b->type_count + ARRAY_LEN(scalars));
        size_t count = 0;

        for (size_t i = 0; i < b->type_count; i++)
                list[count++] = &b->types[i];
        for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
                if (is_used(b, scalars[i]))
                        list[count++] = scalars[i];
        /* Insertion sort: some hundred names, at build time. */
        for (size_t i = 0; i < count; i++) {
                size_t at = i;

                for (; at > 0 && strcmp(list[by_name[at - 1]]->name, list[i]->name) > 0; at--)
                        by_name[at] = by_name[at - 1];
                by_name[at] = (uint16_t)i;
        }
        b->schema->types = list;
        b->schema->type_count = count;
        b->schema->by_name = by_name;
}

enum rc gql_schema_build(struct arena *arena, const struct gql_document *sdl, const struct gql_schema **ret,
                         struct gql_error **ret_problems, struct err *err)
{
        struct gql_builder b = { .arena = arena, .sdl = sdl };

        b.problems_tail = &b.problems;
        b.schema = arena_new(arena, struct gql_schema);
        b.types = arena_array(arena, struct gql_type, sdl->definition_count);
        b.defs = arena_array(arena, const struct gql_definition *, sdl->definition_count);
        if (sdl->definition_count > UINT16_MAX - ARRAY_LEN(scalars))
                return err_set(err, RC_TOO_LARGE, "the schema has more than %zu definitions",
                               UINT16_MAX - ARRAY_LEN(scalars));
        name_types(&b);
        find_roots(&b);
        for (size_t i = 0; i < b.type_count; i++)
                build_type(&b, b.defs[i], &b.types[i]);
        for (size_t i = 0; i < b.type_count; i++)
                if (b.types[i].kind == GQL_TYPE_INTERFACE)
                        build_implementors(&b, &b.types[i]);
        list_types(&b);
        if (!b.problems)
                gql_builder_check(&b);
        if (!b.problems)
                gql_builder_defaults(&b);
        if (b.problems) {
                *ret_problems = b.problems;
                return err_set(err, RC_INVALID, "the schema has errors");
        }
        *ret = b.schema;
        return RC_OK;
}
