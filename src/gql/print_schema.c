/*
 * gql/print_schema.c - a schema in tables as SDL text, as graphql-js printSchema() writes it.
 *
 * What clients may see: built-in scalars, introspection types and internal directives are
 * left out. Used by tests that compare our schema with the one that clients rebuild from
 * introspection.
 */
#include "gql/gql.h"
#include "gql/print.h"

#define DEFAULT_REASON "No longer supported"

static void print_description(struct gql_printer *p, const char *text)
{
        struct str description = str_from(text);

        if (text)
                gql_print_description(p, description, gql_printable_as_block(description));
}

/* A new line for a member and its description, which has an empty line before it unless it is the first. */
static void begin_member(struct gql_printer *p, const char *description, size_t index)
{
        if (description && index > 0)
                gql_print_text(p, "\n");
        gql_print_newline(p);
        print_description(p, description);
}

static void print_deprecated(struct gql_printer *p, const char *reason)
{
        if (!reason)
                return;
        gql_print_text(p, " @deprecated");
        if (strcmp(reason, DEFAULT_REASON) == 0)
                return;
        gql_print_text(p, "(reason: ");
        gql_print_string(p, str_from(reason));
        gql_print_text(p, ")");
}

static void print_use(struct gql_printer *p, struct gql_type_use use)
{
        if (gql_use_non_null(use)) {
                print_use(p, gql_use_of(use));
                gql_print_text(p, "!");
        } else if (gql_use_list(use)) {
                gql_print_text(p, "[");
                print_use(p, gql_use_of(use));
                gql_print_text(p, "]");
        } else {
                gql_print_text(p, use.type->name);
        }
}

static void print_input(struct gql_printer *p, const struct gql_input_def *input)
{
        gql_print_text(p, input->name);
        gql_print_text(p, ": ");
        print_use(p, input->type);
        if (input->default_sdl) {
                gql_print_text(p, " = ");
                gql_print_text(p, input->default_sdl);
        }
        print_deprecated(p, input->deprecated);
}

static void print_args(struct gql_printer *p, const struct gql_field_info *field)
{
        bool lines = false;

        for (size_t i = 0; i < field->arg_count; i++)
                lines = lines || (field->args[i].description && field->args[i].description[0]);
        if (field->arg_count == 0)
                return;
        gql_print_text(p, "(");
        p->indent += lines;
        for (size_t i = 0; i < field->arg_count; i++) {
                if (lines)
                        begin_member(p, field->args[i].description, i);
                else if (i > 0)
                        gql_print_text(p, ", ");
                print_input(p, &field->args[i]);
        }
        p->indent -= lines;
        if (lines)
                gql_print_newline(p);
        gql_print_text(p, ")");
}

static void begin_block(struct gql_printer *p)
{
        gql_print_text(p, " {");
        p->indent++;
}

static void end_block(struct gql_printer *p)
{
        p->indent--;
        gql_print_newline(p);
        gql_print_text(p, "}");
}

static void print_list(struct gql_printer *p, const char *before, const struct gql_type *const *types, size_t count,
                       const char *between)
{
        for (size_t i = 0; i < count; i++) {
                gql_print_text(p, i == 0 ? before : between);
                gql_print_text(p, types[i]->name);
        }
}

static void print_fields(struct gql_printer *p, const struct gql_type *type)
{
        print_list(p, " implements ", type->interfaces, type->interface_count, " & ");
        begin_block(p);
        for (size_t i = 0; i < type->field_count; i++) {
                const struct gql_field_info *field = &type->fields[i];

                begin_member(p, field->description, i);
                gql_print_text(p, field->name);
                print_args(p, field);
                gql_print_text(p, ": ");
                print_use(p, field->type);
                print_deprecated(p, field->deprecated);
        }
        end_block(p);
}

static void print_values(struct gql_printer *p, const struct gql_type *type)
{
        begin_block(p);
        for (size_t i = 0; i < type->value_count; i++) {
                begin_member(p, type->values[i].description, i);
                gql_print_text(p, type->values[i].name);
                print_deprecated(p, type->values[i].deprecated);
        }
        end_block(p);
}

static void print_inputs(struct gql_printer *p, const struct gql_type *type)
{
        begin_block(p);
        for (size_t i = 0; i < type->input_count; i++) {
                begin_member(p, type->inputs[i].description, i);
                print_input(p, &type->inputs[i]);
        }
        end_block(p);
}

static void print_type(struct gql_printer *p, const struct gql_type *type)
{
        static const char *const words[] = {
                [GQL_TYPE_SCALAR] = "scalar ", [GQL_TYPE_OBJECT] = "type ", [GQL_TYPE_INTERFACE] = "interface ",
                [GQL_TYPE_UNION] = "union ", [GQL_TYPE_ENUM] = "enum ", [GQL_TYPE_INPUT] = "input ",
        };

        print_description(p, type->description);
        gql_print_text(p, words[type->kind]);
        gql_print_text(p, type->name);
        switch (type->kind) {
        case GQL_TYPE_SCALAR:
                if (!type->specified_by)
                        break;
                gql_print_text(p, " @specifiedBy(url: ");
                gql_print_string(p, str_from(type->specified_by));
                gql_print_text(p, ")");
                break;
        case GQL_TYPE_OBJECT:
        case GQL_TYPE_INTERFACE:
                print_fields(p, type);
                break;
        case GQL_TYPE_UNION:
                print_list(p, " = ", type->possible, type->possible_count, " | ");
                break;
        case GQL_TYPE_ENUM:
                print_values(p, type);
                break;
        case GQL_TYPE_INPUT:
                print_inputs(p, type);
                break;
        }
}

/* Left out when it says nothing that the names do not. */
static bool print_roots(struct gql_printer *p, const struct gql_schema *schema)
{
        bool common = strcmp(schema->query->name, "Query") == 0 &&
                      (!schema->mutation || strcmp(schema->mutation->name, "Mutation") == 0);

        if (common && !schema->description)
                return false;
        print_description(p, schema->description);
        gql_print_text(p, "schema");
        begin_block(p);
        gql_print_newline(p);
        gql_print_text(p, "query: ");
        gql_print_text(p, schema->query->name);
        if (schema->mutation) {
                gql_print_newline(p);
                gql_print_text(p, "mutation: ");
                gql_print_text(p, schema->mutation->name);
        }
        end_block(p);
        return true;
}

void gql_print_schema(const struct gql_schema *schema, struct buf *out)
{
        struct gql_printer printer = { .out = out };
        bool any = print_roots(&printer, schema);

        for (size_t i = 0; i < schema->type_count; i++) {
                if (gql_type_is_builtin(schema->types[i]))
                        continue;
                if (any)
                        gql_print_text(&printer, "\n\n");
                print_type(&printer, schema->types[i]);
                any = true;
        }
}
