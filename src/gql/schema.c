/*
 * gql/schema.c - looking things up in a schema's tables.
 *
 * Used by validation, execution and introspection. The tables come from tools/mkschema,
 * gql/schema_build.c or a test's own hand; nothing here changes them. The
 * introspection types are not in a schema's table: gql/builtin.c has them for all schemas.
 */
#include "base/buf.h"
#include "gql/builtin.h"

static const struct gql_type *const builtin_scalars[] = {
        &gql_type_Int, &gql_type_Float, &gql_type_String, &gql_type_Boolean, &gql_type_ID,
};

static bool same(const char *name, struct str wanted)
{
        return strncmp(name, wanted.ptr, wanted.len) == 0 && name[wanted.len] == '\0';
}

static int order(const char *name, struct str wanted)
{
        int order = strncmp(name, wanted.ptr, wanted.len);

        return order ? order : name[wanted.len] != '\0';
}

static const struct gql_type *search(const struct gql_schema *schema, struct str name)
{
        size_t low = 0;
        size_t high = schema->type_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const struct gql_type *type = schema->types[schema->by_name[middle]];
                int compared = order(type->name, name);

                if (compared == 0)
                        return type;
                if (compared < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct str name)
{
        if (str_is_empty(name))
                return NULL;
        if (str_starts(name, STR("__")))
                for (size_t i = 0; i < GQL_INTROSPECTION_TYPE_COUNT; i++)
                        if (same(gql_introspection_types[i]->name, name))
                                return gql_introspection_types[i];
        if (schema->by_name)
                return search(schema, name);
        for (size_t i = 0; i < schema->type_count; i++)
                if (same(schema->types[i]->name, name))
                        return schema->types[i];
        return NULL;
}

const struct gql_field_info *gql_type_field(const struct gql_type *type, struct str name)
{
        if (str_is_empty(name))
                return NULL;
        for (size_t i = 0; i < type->field_count; i++)
                if (same(type->fields[i].name, name))
                        return &type->fields[i];
        return NULL;
}

static const struct gql_input_def *find_input(const struct gql_input_def *defs, size_t count, struct str name)
{
        if (str_is_empty(name))
                return NULL;
        for (size_t i = 0; i < count; i++)
                if (same(defs[i].name, name))
                        return &defs[i];
        return NULL;
}

const struct gql_input_def *gql_type_input(const struct gql_type *type, struct str name)
{
        return find_input(type->inputs, type->input_count, name);
}

const struct gql_input_def *gql_field_arg(const struct gql_field_info *field, struct str name)
{
        return find_input(field->args, field->arg_count, name);
}

bool gql_type_has_value(const struct gql_type *type, struct str name)
{
        for (size_t i = 0; i < type->value_count; i++)
                if (!str_is_empty(name) && same(type->values[i].name, name))
                        return true;
        return false;
}

bool gql_type_is_composite(const struct gql_type *type)
{
        return type->kind == GQL_TYPE_OBJECT || type->kind == GQL_TYPE_INTERFACE || type->kind == GQL_TYPE_UNION;
}

bool gql_type_is_input(const struct gql_type *type)
{
        return gql_type_is_leaf(type) || type->kind == GQL_TYPE_INPUT;
}

bool gql_type_is_leaf(const struct gql_type *type)
{
        return type->kind == GQL_TYPE_SCALAR || type->kind == GQL_TYPE_ENUM;
}

bool gql_type_is_builtin(const struct gql_type *type)
{
        for (size_t i = 0; i < ARRAY_LEN(builtin_scalars); i++)
                if (type == builtin_scalars[i])
                        return true;
        return false;
}

bool gql_type_is_subtype(const struct gql_type *type, const struct gql_type *abstract)
{
        if (type == abstract)
                return true;
        for (size_t i = 0; i < type->interface_count; i++)
                if (type->interfaces[i] == abstract)
                        return true;
        for (size_t i = 0; i < abstract->possible_count; i++)
                if (abstract->possible[i] == type)
                        return true;
        return false;
}

static void print_use(struct buf *out, struct gql_type_use use)
{
        if (gql_use_non_null(use)) {
                print_use(out, gql_use_of(use));
                buf_add_c(out, '!');
        } else if (gql_use_list(use)) {
                buf_add_c(out, '[');
                print_use(out, gql_use_of(use));
                buf_add_c(out, ']');
        } else {
                buf_add_str(out, str_from(use.type->name));
        }
}

struct str gql_use_print(struct arena *arena, struct gql_type_use use)
{
        _cleanup_(buf_done) struct buf text = { 0 };

        print_use(&text, use);
        return arena_str(arena, buf_str(&text));
}

enum rc gql_schema_check(const struct gql_schema *schema, struct err *err)
{
        const struct gql_type *roots[] = { schema->query, schema->mutation };

        if (!schema->query)
                return err_set(err, RC_INTERNAL, "the schema has no query type");
        for (size_t r = 0; r < ARRAY_LEN(roots); r++)
                for (size_t i = 0; roots[r] && i < roots[r]->field_count; i++)
                        if (roots[r]->fields[i].access == GQL_ACCESS_UNDECLARED)
                                return err_set(err, RC_INTERNAL, "%s.%s does not say who may ask for it",
                                               roots[r]->name, roots[r]->fields[i].name);
        return RC_OK;
}
