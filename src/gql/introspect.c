/*
 * gql/introspect.c - answers __schema and __type from the schema's own tables.
 *
 * The only resolvers this room has. They hold no state: a list or a wrapped type is a few
 * words in the request's arena. What the parents are is told in gql/introspect.h.
 */
#include "gql/introspect.h"

#include "gql/builtin.h"
#include "gql/internal.h"

/* The resolvers never write through these; the interface of objects is plain void pointers. */
static void *untyped(const void *object)
{
        return (void *)(uintptr_t)object;
}

static enum rc out_text(struct gql_out *out, const char *text)
{
        gql_out_str(out, str_from(text));
        return RC_OK;
}

static void out_type(struct gql_field *field, struct gql_out *out, const struct gql_type *type, uint32_t wrap)
{
        struct gql_type_use *use;

        if (!type)
                return;
        use = arena_new(gql_arena(field), struct gql_type_use);
        *use = (struct gql_type_use){ type, wrap };
        gql_out_object(out, "__Type", use);
}

static enum rc out_types(struct gql_field *field, struct gql_out *out, const struct gql_type *const *types,
                         size_t count)
{
        gql_out_list(out, count);
        for (size_t i = 0; i < count; i++)
                out_type(field, gql_out_item(out, i), types[i], 0);
        return RC_OK;
}

static enum rc out_inputs(struct gql_field *field, struct gql_out *out, const struct gql_input_def *inputs,
                          size_t count)
{
        bool all = gql_bool(gql_arg(field, "includeDeprecated"), false);
        size_t shown = 0;

        for (size_t i = 0; i < count; i++)
                shown += all || !inputs[i].deprecated;
        gql_out_list(out, shown);
        for (size_t i = 0, n = 0; i < count; i++)
                if (all || !inputs[i].deprecated)
                        gql_out_object(gql_out_item(out, n++), "__InputValue", untyped(&inputs[i]));
        return RC_OK;
}

INTROSPECT(nothing)
{
        (void)field, (void)parent, (void)err;
        gql_out_null(out);
        return RC_OK;
}

/* ---- roots ------------------------------------------------------------------------------ */

INTROSPECT(schema)
{
        (void)parent, (void)err;
        gql_out_object(out, "__Schema", untyped(gql_field_schema(field)));
        return RC_OK;
}

INTROSPECT(type)
{
        (void)parent, (void)err;
        out_type(field, out, gql_field_find_type(field, gql_arg_str(field, "name")), 0);
        return RC_OK;
}

INTROSPECT(schema_description)
{
        const struct gql_schema *schema = parent;

        (void)field, (void)err;
        return out_text(out, schema->description);
}

INTROSPECT(schema_types)
{
        const struct gql_schema *schema = parent;
        size_t count = schema->type_count;

        (void)err;
        gql_out_list(out, count + GQL_INTROSPECTION_TYPE_COUNT);
        for (size_t i = 0; i < count; i++)
                out_type(field, gql_out_item(out, i), schema->types[i], 0);
        for (size_t i = 0; i < GQL_INTROSPECTION_TYPE_COUNT; i++)
                out_type(field, gql_out_item(out, count + i), gql_introspection_types[i], 0);
        return RC_OK;
}

INTROSPECT(schema_query)
{
        const struct gql_schema *schema = parent;

        (void)err;
        out_type(field, out, schema->query, 0);
        return RC_OK;
}

INTROSPECT(schema_mutation)
{
        const struct gql_schema *schema = parent;

        (void)err;
        out_type(field, out, schema->mutation, 0);
        return RC_OK;
}

INTROSPECT(schema_directives)
{
        (void)field, (void)parent, (void)err;
        gql_out_list(out, GQL_DIRECTIVE_COUNT);
        for (size_t i = 0; i < GQL_DIRECTIVE_COUNT; i++)
                gql_out_object(gql_out_item(out, i), "__Directive", untyped(&gql_directives[i]));
        return RC_OK;
}

/* ---- __Type ----------------------------------------------------------------------------- */

/* The type when it is not wrapped, else NULL. */
static const struct gql_type *bare(const void *parent)
{
        const struct gql_type_use *use = parent;

        return use->wrap ? NULL : use->type;
}

INTROSPECT(type_kind)
{
        static const char *const names[] = {
                [GQL_TYPE_SCALAR] = "SCALAR", [GQL_TYPE_OBJECT] = "OBJECT", [GQL_TYPE_INTERFACE] = "INTERFACE",
                [GQL_TYPE_UNION] = "UNION", [GQL_TYPE_ENUM] = "ENUM", [GQL_TYPE_INPUT] = "INPUT_OBJECT",
        };
        const struct gql_type_use *use = parent;

        (void)field, (void)err;
        switch (use->wrap & 3) {
        case 1:
                return out_text(out, "NON_NULL");
        case 2:
                return out_text(out, "LIST");
        default:
                return out_text(out, names[use->type->kind]);
        }
}

INTROSPECT(type_name)
{
        const struct gql_type *type = bare(parent);

        (void)field, (void)err;
        return out_text(out, type ? type->name : NULL);
}

INTROSPECT(type_description)
{
        const struct gql_type *type = bare(parent);

        (void)field, (void)err;
        return out_text(out, type ? type->description : NULL);
}

INTROSPECT(type_specified_by)
{
        const struct gql_type *type = bare(parent);

        (void)field, (void)err;
        return out_text(out, type ? type->specified_by : NULL);
}

INTROSPECT(type_fields)
{
        const struct gql_type *type = bare(parent);
        bool all = gql_bool(gql_arg(field, "includeDeprecated"), false);
        size_t count = 0;

        (void)err;
        if (!type || (type->kind != GQL_TYPE_OBJECT && type->kind != GQL_TYPE_INTERFACE))
                return RC_OK;
        for (size_t i = 0; i < type->field_count; i++)
                count += all || !type->fields[i].deprecated;
        gql_out_list(out, count);
        for (size_t i = 0, n = 0; i < type->field_count; i++)
                if (all || !type->fields[i].deprecated)
                        gql_out_object(gql_out_item(out, n++), "__Field", untyped(&type->fields[i]));
        return RC_OK;
}

INTROSPECT(type_interfaces)
{
        const struct gql_type *type = bare(parent);

        (void)err;
        if (!type || (type->kind != GQL_TYPE_OBJECT && type->kind != GQL_TYPE_INTERFACE))
                return RC_OK;
        return out_types(field, out, type->interfaces, type->interface_count);
}

INTROSPECT(type_possible)
{
        const struct gql_type *type = bare(parent);

        (void)err;
        if (!type || (type->kind != GQL_TYPE_INTERFACE && type->kind != GQL_TYPE_UNION))
                return RC_OK;
        return out_types(field, out, type->possible, type->possible_count);
}

INTROSPECT(type_values)
{
        const struct gql_type *type = bare(parent);
        bool all = gql_bool(gql_arg(field, "includeDeprecated"), false);
        size_t count = 0;

        (void)err;
        if (!type || type->kind != GQL_TYPE_ENUM)
                return RC_OK;
        for (size_t i = 0; i < type->value_count; i++)
                count += all || !type->values[i].deprecated;
        gql_out_list(out, count);
        for (size_t i = 0, n = 0; i < type->value_count; i++)
                if (all || !type->values[i].deprecated)
                        gql_out_object(gql_out_item(out, n++), "__EnumValue", untyped(&type->values[i]));
        return RC_OK;
}

INTROSPECT(type_inputs)
{
        const struct gql_type *type = bare(parent);

        (void)err;
        if (!type || type->kind != GQL_TYPE_INPUT)
                return RC_OK;
        return out_inputs(field, out, type->inputs, type->input_count);
}

INTROSPECT(type_of)
{
        const struct gql_type_use *use = parent;

        (void)err;
        if (use->wrap)
                out_type(field, out, use->type, use->wrap >> 2);
        return RC_OK;
}

INTROSPECT(type_one_of)
{
        const struct gql_type *type = bare(parent);

        (void)field, (void)err;
        if (type && type->kind == GQL_TYPE_INPUT)
                gql_out_bool(out, false);
        return RC_OK;
}

/* ---- __Field ---------------------------------------------------------------------------- */

INTROSPECT(field_name)
{
        const struct gql_field_info *info = parent;

        (void)field, (void)err;
        return out_text(out, info->name);
}

INTROSPECT(field_description)
{
        const struct gql_field_info *info = parent;

        (void)field, (void)err;
        return out_text(out, info->description);
}

INTROSPECT(field_args)
{
        const struct gql_field_info *info = parent;

        (void)err;
        return out_inputs(field, out, info->args, info->arg_count);
}

INTROSPECT(field_type)
{
        const struct gql_field_info *info = parent;

        (void)err;
        out_type(field, out, info->type.type, info->type.wrap);
        return RC_OK;
}

INTROSPECT(field_is_deprecated)
{
        const struct gql_field_info *info = parent;

        (void)field, (void)err;
        gql_out_bool(out, info->deprecated != NULL);
        return RC_OK;
}

INTROSPECT(field_deprecated)
{
        const struct gql_field_info *info = parent;

        (void)field, (void)err;
        return out_text(out, info->deprecated);
}

/* ---- __InputValue ----------------------------------------------------------------------- */

INTROSPECT(input_name)
{
        const struct gql_input_def *input = parent;

        (void)field, (void)err;
        return out_text(out, input->name);
}

INTROSPECT(input_description)
{
        const struct gql_input_def *input = parent;

        (void)field, (void)err;
        return out_text(out, input->description);
}

INTROSPECT(input_type)
{
        const struct gql_input_def *input = parent;

        (void)err;
        out_type(field, out, input->type.type, input->type.wrap);
        return RC_OK;
}

INTROSPECT(input_default)
{
        const struct gql_input_def *input = parent;

        (void)field, (void)err;
        return out_text(out, input->default_sdl);
}

INTROSPECT(input_is_deprecated)
{
        const struct gql_input_def *input = parent;

        (void)field, (void)err;
        gql_out_bool(out, input->deprecated != NULL);
        return RC_OK;
}

INTROSPECT(input_deprecated)
{
        const struct gql_input_def *input = parent;

        (void)field, (void)err;
        return out_text(out, input->deprecated);
}

/* ---- __EnumValue ------------------------------------------------------------------------ */

INTROSPECT(value_name)
{
        const struct gql_enum_value *value = parent;

        (void)field, (void)err;
        return out_text(out, value->name);
}

INTROSPECT(value_description)
{
        const struct gql_enum_value *value = parent;

        (void)field, (void)err;
        return out_text(out, value->description);
}

INTROSPECT(value_is_deprecated)
{
        const struct gql_enum_value *value = parent;

        (void)field, (void)err;
        gql_out_bool(out, value->deprecated != NULL);
        return RC_OK;
}

INTROSPECT(value_deprecated)
{
        const struct gql_enum_value *value = parent;

        (void)field, (void)err;
        return out_text(out, value->deprecated);
}

/* ---- __Directive ------------------------------------------------------------------------ */

INTROSPECT(directive_name)
{
        const struct gql_directive_info *directive = parent;

        (void)field, (void)err;
        return out_text(out, directive->name);
}

INTROSPECT(directive_description)
{
        const struct gql_directive_info *directive = parent;

        (void)field, (void)err;
        return out_text(out, directive->description);
}

INTROSPECT(directive_repeatable)
{
        const struct gql_directive_info *directive = parent;

        (void)field, (void)err;
        gql_out_bool(out, directive->repeatable);
        return RC_OK;
}

INTROSPECT(directive_locations)
{
        const struct gql_directive_info *directive = parent;

        (void)field, (void)err;
        gql_out_list(out, directive->location_count);
        for (size_t i = 0; i < directive->location_count; i++)
                gql_out_str(gql_out_item(out, i), str_from(directive->locations[i]));
        return RC_OK;
}

INTROSPECT(directive_args)
{
        const struct gql_directive_info *directive = parent;

        (void)err;
        return out_inputs(field, out, directive->args, directive->arg_count);
}
